// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/scan.h"

#include "lib/arena.h"
#include "lib/utf8.h"
#include "runner/complain.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define NO_BREAK_SPACE "\xc2\xa0"

/**
 * struct cutter - A line while it is cut
 * @s, @len: the line without its end
 * @pos:     how far it is read
 * @fixed:   the place of all words, where they do not stand in the file; or NULL
 * @good:    nothing wrong so far
 */
struct cutter {
	const char *s;
	size_t len, pos;
	int number;
	const struct place *fixed;
	struct arena *arena;
	struct complaints *complaints;
	struct line *line;
	bool good;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct place place_of(const struct cutter *k, size_t from, size_t to)
{
	if (k->fixed)
		return *k->fixed;
	return (struct place){ k->number, (int)from + 1, (int)(to - from) };
}

#define wrong(k, from, to, ...)							\
	((k)->good = false, complain((k)->complaints, place_of(k, from, to), __VA_ARGS__))

bool scan_prose(const struct word *first)
{
	static const char *const heads[] = { "title", "about", "ref", "todo" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (first->len == strlen(heads[i]) && !memcmp(first->s, heads[i], first->len))
			return true;
	return false;
}

/* ------------------------------------------------------------------ bytes */

static void complain_of_character(struct cutter *k, size_t at, size_t n, uint32_t code)
{
	if (!n)
		wrong(k, at, at + 1, "this byte (0x%02x) is not valid UTF-8",
		      (unsigned char)k->s[at]);
	else if (!code)
		wrong(k, at, at + n, "a NUL byte has no place in a scenario");
	else if (code == '\r')
		wrong(k, at, at + n, "a carriage return within a line");
	else if (code < 0xa0)
		wrong(k, at, at + n, "control character U+%04X; in quotes write it as \\xHH",
		      (unsigned int)code);
	else
		wrong(k, at, at + n, "U+%04X changes how the line is shown, not what it says",
		      (unsigned int)code);
}

/** check_characters() - Complain about the first character that cannot stand in a file */
static bool check_characters(struct cutter *k)
{
	size_t n;

	for (size_t i = 0; i < k->len; i += n) {
		uint32_t code = 0;

		n = utf8_next(k->s + i, k->len - i, &code);
		if (!n || (!utf8_printable(code) && code != '\t')) {
			complain_of_character(k, i, n, code);
			return false;
		}
	}
	return true;
}

/* ------------------------------------------------------------------ words */

static bool add_word(struct cutter *k, struct word w)
{
	struct line *l = k->line;

	if (l->words == SCAN_WORDS_MOST) {
		wrong(k, (size_t)w.at.column - 1, k->len, "more than %d words on one line",
		      SCAN_WORDS_MOST);
		return false;
	}
	l->word = arena_grow(k->arena, l->word, l->words, sizeof(*l->word));
	l->word[l->words++] = w;
	return true;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/**
 * read_escape() - One escape; @k->pos stands on the backslash, afterwards behind it all
 * Return: the byte, or -1 for none that is known
 */
static int read_escape(struct cutter *k)
{
	static const char known[] = "\"\\nrt", means[] = "\"\\\n\r\t";
	const size_t from = k->pos;
	const char c = from + 1 < k->len ? k->s[from + 1] : '\0';
	const char *which = c ? strchr(known, c) : NULL;
	uint32_t code;
	size_t n;

	if (which) {
		k->pos += 2;
		return means[which - known];
	}
	if (c == 'x' && from + 3 < k->len && hex_digit(k->s[from + 2]) >= 0 &&
	    hex_digit(k->s[from + 3]) >= 0) {
		k->pos += 4;
		return hex_digit(k->s[from + 2]) << 4 | hex_digit(k->s[from + 3]);
	}
	n = utf8_next(k->s + from + 1, k->len - from - 1, &code);
	k->pos += 1 + n;
	if (c == 'x')
		wrong(k, from, k->pos, "\\x needs two hexadecimal digits");
	else if (n)
		wrong(k, from, k->pos, "unknown escape %.*s, known are \\\" \\\\ \\n \\r \\t \\xHH",
		      (int)n + 1, k->s + from);
	return -1;
}

/** cut_quoted() - A word in quotes; Return: whether the line can be read on */
static bool cut_quoted(struct cutter *k)
{
	const size_t from = k->pos++;
	char *text = NULL;
	size_t len = 0;

	while (k->pos < k->len && k->s[k->pos] != '"') {
		int byte = (unsigned char)k->s[k->pos];

		if (byte == '\\') {
			if (!text)
				text = arena_dup(k->arena, k->s + from + 1, k->len - from - 1);
			byte = read_escape(k);
		} else {
			k->pos++;
		}
		if (text && byte >= 0)
			text[len] = (char)byte;
		len += byte >= 0;
	}
	if (k->pos >= k->len) {
		wrong(k, from, k->len, "this quote is never closed");
		return false;
	}
	if (text)
		text[len] = '\0';
	k->pos++;
	if (k->pos < k->len && !is_blank(k->s[k->pos])) {
		wrong(k, k->pos, k->pos + 1, "a blank is missing after the closing quote");
		return false;
	}
	return add_word(k, (struct word){
		.s = text ? text : k->s + from + 1, .len = len,
		.at = place_of(k, from, k->pos), .quoted = true,
	});
}

static bool cut_plain(struct cutter *k)
{
	const size_t from = k->pos;
	const char *odd;
	size_t len;

	while (k->pos < k->len && !is_blank(k->s[k->pos]))
		k->pos++;
	len = k->pos - from;
	odd = memmem(k->s + from, len, NO_BREAK_SPACE, 2);
	if (odd)
		wrong(k, (size_t)(odd - k->s), (size_t)(odd - k->s) + 2,
		      "a no-break space (U+00A0) stands where a blank should");
	odd = memchr(k->s + from, '"', len);
	if (odd) {
		wrong(k, (size_t)(odd - k->s), (size_t)(odd - k->s) + 1,
		      "a quote can only begin a word");
		return false;
	}
	return add_word(k, (struct word){
		.s = k->s + from, .len = len, .at = place_of(k, from, k->pos),
	});
}

static void skip_blanks(struct cutter *k)
{
	while (k->pos < k->len && is_blank(k->s[k->pos]))
		k->pos++;
}

static void cut_words(struct cutter *k, bool comments)
{
	for (skip_blanks(k); k->pos < k->len; skip_blanks(k)) {
		if (comments && k->s[k->pos] == '#')
			return;
		if (!(k->s[k->pos] == '"' ? cut_quoted(k) : cut_plain(k)))
			return;
	}
}

/** cut_prose() - What is text for people: cut at blanks, nothing can be wrong with it */
static void cut_prose(struct cutter *k)
{
	for (skip_blanks(k); k->pos < k->len; skip_blanks(k)) {
		const size_t from = k->pos;

		while (k->pos < k->len && !is_blank(k->s[k->pos]))
			k->pos++;
		if (k->line->words == SCAN_WORDS_MOST)
			return;
		add_word(k, (struct word){
			.s = k->s + from, .len = k->pos - from,
			.at = place_of(k, from, k->pos),
		});
	}
}

static void set_rest(struct cutter *k)
{
	size_t to = k->len;

	skip_blanks(k);
	while (to > k->pos && is_blank(k->s[to - 1]))
		to--;
	k->line->rest = k->s + k->pos;
	k->line->rest_len = to - k->pos;
}

static void cut_line(struct cutter *k)
{
	size_t after_first;

	skip_blanks(k);
	if (k->pos == k->len || k->s[k->pos] == '#')
		return;
	if (!(k->s[k->pos] == '"' ? cut_quoted(k) : cut_plain(k)))
		return;
	after_first = k->pos;
	set_rest(k);
	k->pos = after_first;
	if (scan_prose(&k->line->word[0]))
		cut_prose(k);
	else
		cut_words(k, true);
}

/* ------------------------------------------------------------------ lines */

static bool check_line(struct cutter *k)
{
	if (k->len > SCAN_LINE_MOST) {
		wrong(k, SCAN_LINE_MOST, k->len, "a line longer than %d bytes", SCAN_LINE_MOST);
		return false;
	}
	return check_characters(k);
}

/** scan_line() - Cut one line; @len without its newline, perhaps with a carriage return */
static bool scan_line(const char *s, size_t len, int number, struct arena *arena,
		      struct lines *out, struct complaints *c)
{
	struct line line = { .number = number, .text = s };
	struct cutter k = {
		.s = s, .len = len, .number = number, .arena = arena, .complaints = c,
		.line = &line, .good = true,
	};

	if (k.len && s[k.len - 1] == '\r')
		k.len--;
	line.len = k.len;
	if (check_line(&k))
		cut_line(&k);
	if (line.words) {
		out->line = arena_grow(arena, out->line, out->count, sizeof(*out->line));
		out->line[out->count++] = line;
	}
	return k.good;
}

static bool check_file(size_t len, struct complaints *c)
{
	if (len <= SCAN_FILE_MOST)
		return true;
	complain(c, (struct place){ 0 }, "a file larger than %d bytes", SCAN_FILE_MOST);
	return false;
}

bool scan(const char *text, size_t len, struct arena *arena, struct lines *out,
	  struct complaints *c)
{
	const size_t mark = sizeof(BYTE_ORDER_MARK) - 1;
	bool good = true;
	size_t pos = 0;

	*out = (struct lines){ 0 };
	if (!check_file(len, c))
		return false;
	if (len >= mark && !memcmp(text, BYTE_ORDER_MARK, mark))
		pos = mark;
	for (int number = 1; pos < len; number++) {
		const char *newline = memchr(text + pos, '\n', len - pos);
		const size_t end = newline ? (size_t)(newline - text) : len;

		if (number > SCAN_LINES_MOST) {
			complain(c, (struct place){ number, 1, 1 }, "more than %d lines",
				 SCAN_LINES_MOST);
			return false;
		}
		good &= scan_line(text + pos, end - pos, number, arena, out, c);
		pos = end + 1;
	}
	return good;
}

bool scan_value(const char *text, size_t len, struct place at, struct arena *arena,
		struct line *out, struct complaints *c)
{
	struct cutter k = {
		.s = text, .len = len, .number = at.line, .fixed = &at, .arena = arena,
		.complaints = c, .line = out, .good = true,
	};

	*out = (struct line){ .number = at.line, .text = text, .len = len };
	if (check_line(&k))
		cut_words(&k, false);
	return k.good;
}
