// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/substitute.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "runner/words.h"

#include <string.h>

enum { SHOWN_MOST = 40, CANDIDATES_MOST = 64 };

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/** name_length() - How many bytes behind a `$` are its name; a `-` is one only before a letter */
static size_t name_length(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (is_letter(s[n]) || s[n] == '_' || (s[n] >= '0' && s[n] <= '9') ||
			   (s[n] == '-' && n && n + 1 < len && is_letter(s[n + 1]))))
		n++;
	return n;
}

/** next_dollar() - Where the next `$` of an unquoted word stands; its length if there is none */
static size_t next_dollar(const struct word *w, size_t from)
{
	const char *at = w->quoted || from >= w->len ? NULL :
			 memchr(w->s + from, '$', w->len - from);

	return at ? (size_t)(at - w->s) : w->len;
}

static const struct binding *binding_of(const struct bindings *b, const char *s, size_t len)
{
	for (size_t i = 0; i < b->count; i++)
		if (strlen(b->list[i].name) == len && !memcmp(b->list[i].name, s, len))
			return &b->list[i];
	return NULL;
}

/* --------------------------------------------------------------- complaints */

static struct place dollar_place(const struct word *w, size_t dollar, size_t len)
{
	return (struct place){ w->at.line, w->at.column + (int)dollar, (int)len + 1 };
}

static void complain_of_name(struct complaints *c, const struct bindings *b, const struct word *w,
			     size_t dollar, size_t len)
{
	const char *among[CANDIDATES_MOST + 1];
	const char *s = w->s + dollar + 1;
	const int shown = len > SHOWN_MOST ? SHOWN_MOST : (int)len;
	const char *meant;
	size_t n = 0;

	for (; n < b->count && n < CANDIDATES_MOST; n++)
		among[n] = b->list[n].name;
	among[n] = NULL;
	meant = words_nearest(s, len, among);
	if (!len)
		complain(c, dollar_place(w, dollar, 0), "a $ needs a name behind it");
	else if (meant)
		complain(c, dollar_place(w, dollar, len), "unknown name $%.*s, did you mean $%s?",
			 shown, s, meant);
	else
		complain(c, dollar_place(w, dollar, len), "unknown name $%.*s", shown, s);
}

bool substitute_none(const struct line *line, struct complaints *c)
{
	bool none = true;

	for (size_t i = 0; i < line->words; i++) {
		const struct word *w = &line->word[i];

		for (size_t at = next_dollar(w, 0); at < w->len; at = next_dollar(w, at + 1)) {
			const size_t n = name_length(w->s + at + 1, w->len - at - 1);

			complain(c, dollar_place(w, at, n), "$%.*s cannot stand here: "
				 "this line holds for all variants",
				 n > SHOWN_MOST ? SHOWN_MOST : (int)n, w->s + at + 1);
			none = false;
		}
	}
	return none;
}

/** is_variable() - A shell's name for a $name: no shell knows a `-` in one */
static bool is_variable(const char *name, const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] != s[i] && !(name[i] == '-' && s[i] == '_'))
			return false;
	return !name[len];
}

/** command_uses() - The names that a shell is asked for in what it is given, as $NAME or ${NAME */
static void command_uses(const struct word *w, const struct bindings *b, bool *used)
{
	for (size_t i = 0; i + 1 < w->len; i++) {
		const char *s = w->s + i + 1 + (w->s[i + 1] == '{');
		const char *end = w->s + w->len;
		size_t n = 0;

		if (w->s[i] != '$')
			continue;
		while (s + n < end && (is_letter(s[n]) || s[n] == '_' || (s[n] >= '0' && s[n] <= '9')))
			n++;
		for (size_t k = 0; k < b->count; k++)
			if (strlen(b->list[k].name) == n && is_variable(b->list[k].name, s, n))
				used[k] = true;
	}
}

/** runs_a_command() - HOST [start] run */
static bool runs_a_command(const struct line *line)
{
	for (size_t i = 1; i < line->words && i < 3; i++)
		if (!line->word[i].quoted && line->word[i].len == 3 &&
		    !memcmp(line->word[i].s, "run", 3))
			return true;
	return false;
}

void substitute_uses(const struct line *line, const struct bindings *b, bool *used)
{
	const bool runs = runs_a_command(line);

	for (size_t i = 0; i < line->words; i++) {
		const struct word *w = &line->word[i];

		if (runs && w->quoted)
			command_uses(w, b, used);
		for (size_t at = next_dollar(w, 0); at < w->len; at = next_dollar(w, at + 1)) {
			const size_t n = name_length(w->s + at + 1, w->len - at - 1);
			const struct binding *one = binding_of(b, w->s + at + 1, n);

			if (one)
				used[one - b->list] = true;
		}
	}
}

/* ------------------------------------------------------------- substitution */

/** struct work - One line while it is replaced */
struct work {
	const struct bindings *bindings;
	struct arena *arena;
	struct complaints *c;
	struct tokens *out;
	bool good;
};

static bool add_token(struct work *k, struct token t)
{
	struct tokens *out = k->out;

	if (out->count == SCAN_WORDS_MOST) {
		complain(k->c, t.word.at, "more than %d words (of %s)", SCAN_WORDS_MOST,
			 t.of ? t.of : "this line");
		return k->good = false;
	}
	out->list = arena_grow(k->arena, out->list, out->count, sizeof(*out->list));
	out->list[out->count++] = t;
	return true;
}

/** is_one_word() - Whether a text needs no cutting */
static bool is_one_word(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] == ' ' || s[i] == '\t' || s[i] == '"' || (unsigned char)s[i] >= 0x7f)
			return false;
	return len > 0;
}

/** add_text() - Cut what a word became, all of it standing where the word stood */
static void add_text(struct work *k, const char *s, size_t len, const struct token *was)
{
	struct complaints faults = { 0 };
	struct token t = *was;
	struct line line;

	if (is_one_word(s, len)) {
		t.word.s = s;
		t.word.len = len;
		add_token(k, t);
		return;
	}
	if (!scan_value(s, len, was->word.at, k->arena, &line, &faults)) {
		complain(k->c, was->word.at, "%s (of %s)", faults.list[0].text, was->of);
		k->good = false;
	}
	complaints_fini(&faults);
	for (size_t i = 0; i < line.words; i++) {
		t.word = line.word[i];
		t.word.at = was->word.at;
		if (!add_token(k, t))
			return;
	}
}

/** replace() - A word that holds a `$` */
static void replace(struct work *k, const struct word *w)
{
	struct token t = { .word = *w, .column = -1 };
	autobuf text = { 0 };
	size_t from = 0;

	for (size_t at = next_dollar(w, 0); at < w->len; at = next_dollar(w, from)) {
		const size_t n = name_length(w->s + at + 1, w->len - at - 1);
		const struct binding *b = binding_of(k->bindings, w->s + at + 1, n);

		if (!b && !k->bindings->open)
			complain_of_name(k->c, k->bindings, w, at, n);
		if (!b || !b->value) {
			k->good = false;
			from = at + 1 + n;
			continue;
		}
		buf_add(&text, w->s + from, at - from);
		buf_adds(&text, b->value);
		from = at + 1 + n;
		if (!t.of || t.column < 0) {
			t.of = b->of;
			t.column = b->column;
		}
		if (text.len > SCAN_LINE_MOST) {
			complain(k->c, w->at, "a word of more than %d bytes (of %s)",
				 SCAN_LINE_MOST, b->of);
			k->good = false;
			return;
		}
	}
	if (!k->good)
		return;
	buf_add(&text, w->s + from, w->len - from);
	add_text(k, arena_dup(k->arena, buf_text(&text), text.len), text.len, &t);
}

bool substitute(const struct line *line, const struct bindings *b, struct arena *a,
		struct complaints *c, struct tokens *out)
{
	struct work k = { .bindings = b, .arena = a, .c = c, .out = out, .good = true };
	bool plain = true;

	for (size_t i = 0; i < line->words && plain; i++)
		plain = next_dollar(&line->word[i], 0) == line->word[i].len;
	*out = (struct tokens){ NULL, 0 };
	if (plain) {
		*out = reader_tokens(line, a);
		return true;
	}
	for (size_t i = 0; i < line->words; i++) {
		const struct word *w = &line->word[i];

		if (next_dollar(w, 0) < w->len)
			replace(&k, w);
		else
			add_token(&k, (struct token){ .word = *w, .column = -1 });
	}
	if (!k.good)
		*out = reader_tokens(line, a);
	return k.good;
}
