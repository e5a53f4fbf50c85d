// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/reader.h"

#include "lib/arena.h"
#include "runner/words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/** How much of a long word a message shows, how many words it is compared with, how many are listed */
enum { SHOWN_MOST = 60, CANDIDATES_MOST = 64, LISTED_MOST = 8 };

struct tokens reader_tokens(const struct line *line, struct arena *a)
{
	struct tokens t = { arena_get(a, line->words * sizeof(struct token)), line->words };

	for (size_t i = 0; i < t.count; i++)
		t.list[i] = (struct token){ .word = line->word[i], .column = -1 };
	return t;
}

/* --------------------------------------------------------------- complaints */

const char *reader_show(const struct reader *r, const struct token *t)
{
	size_t len = t->word.len;
	char *shown;

	if (len > SHOWN_MOST) {
		len = SHOWN_MOST;
		while (len && ((unsigned char)t->word.s[len] & 0xc0) == 0x80)
			len--;
	}
	shown = arena_printf(r->arena, "%.*s%s", (int)len, t->word.s,
			     len < t->word.len ? "..." : "");
	for (char *s = shown; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			*s = '.';
	return shown;
}

void reader_complain(struct reader *r, const struct token *t, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	if (r->stopped)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	r->faults++;
	if (t->of)
		complain(r->c, t->word.at, "%s (of %s)", text, t->of);
	else
		complain(r->c, t->word.at, "%s", text);
}

void reader_stop(struct reader *r)
{
	r->stopped = true;
	r->next = r->tokens.count;
}

void reader_absent(struct reader *r, const char *what)
{
	struct token end = { .column = -1 };

	if (r->next) {
		const struct place at = r->tokens.list[r->next - 1].word.at;

		end.word.at = (struct place){ at.line, at.column + at.width, 1 };
	} else {
		end.word.at = (struct place){ r->line->number, (int)r->line->len + 1, 1 };
	}
	reader_complain(r, &end, "%s is missing", what);
	reader_stop(r);
}

/* -------------------------------------------------------------------- words */

const struct token *reader_peek(const struct reader *r)
{
	return r->next < r->tokens.count ? &r->tokens.list[r->next] : NULL;
}

const struct token *reader_take(struct reader *r)
{
	return r->next < r->tokens.count ? &r->tokens.list[r->next++] : NULL;
}

const struct token *reader_need(struct reader *r, const char *what)
{
	const struct token *t = reader_take(r);

	if (!t)
		reader_absent(r, what);
	return t;
}

bool token_is(const struct token *t, const char *word)
{
	return t && !t->word.quoted && strlen(word) == t->word.len &&
	       !memcmp(t->word.s, word, t->word.len);
}

bool token_asks(const struct token *t)
{
	return token_is(t, "?");
}

struct token token_part(const struct token *t, size_t from, size_t len)
{
	struct token part = *t;

	part.word.s += from;
	part.word.len = len;
	if (!t->of && !t->word.quoted) {
		part.word.at.column += (int)from;
		part.word.at.width = len ? (int)len : 1;
	}
	return part;
}

bool reader_at(const struct reader *r, const char *word)
{
	return token_is(reader_peek(r), word);
}

bool reader_accept(struct reader *r, const char *word)
{
	if (!reader_at(r, word))
		return false;
	r->next++;
	return true;
}

/** nearest() - What an unquoted word may have meant */
static const char *nearest(const struct token *t, const char *const *among)
{
	return t->word.quoted || !among ? NULL : words_nearest(t->word.s, t->word.len, among);
}

bool reader_expect(struct reader *r, const char *word, const char *const *also)
{
	const char *const itself[] = { word, NULL };
	const struct token *t;
	const char *meant;

	if (r->stopped || reader_accept(r, word))
		return !r->stopped;
	t = reader_take(r);
	if (!t) {
		reader_absent(r, arena_printf(r->arena, "the word %s", word));
		return false;
	}
	meant = nearest(t, itself);
	if (!meant)
		meant = nearest(t, also);
	if (meant)
		reader_complain(r, t, "unknown word \"%s\", did you mean %s?", reader_show(r, t),
				meant);
	else
		reader_complain(r, t, "the word %s should stand here, not \"%s\"", word,
				reader_show(r, t));
	reader_stop(r);
	return false;
}

void reader_end(struct reader *r, const char *const *also)
{
	const struct token *t = reader_take(r);
	const char *meant;

	if (!t)
		return;
	meant = nearest(t, also);
	if (meant && !token_is(t, meant))
		reader_complain(r, t, "unknown word \"%s\", did you mean %s?", reader_show(r, t),
				meant);
	else
		reader_complain(r, t, "a word too many: \"%s\"", reader_show(r, t));
	reader_stop(r);
}

int reader_which(const struct token *t, reader_name name, int count)
{
	for (int i = 0; i < count; i++)
		if (name(i) && token_is(t, name(i)))
			return i;
	return -1;
}

/** listed() - ": client or server" */
static const char *listed(struct arena *a, const char *const *among)
{
	const char *text = ":";

	for (size_t i = 0; among[i]; i++)
		text = arena_printf(a, "%s%s %s", text, !i ? "" : among[i + 1] ? "," : " or",
				    among[i]);
	return text;
}

void reader_unknown(struct reader *r, const struct token *t, const char *what, reader_name name,
		    int count)
{
	const char *among[CANDIDATES_MOST + 1];
	size_t n = 0;
	const char *meant;

	for (int i = 0; i < count && n < CANDIDATES_MOST; i++)
		if (name(i))
			among[n++] = name(i);
	among[n] = NULL;
	meant = nearest(t, among);
	if (meant)
		reader_complain(r, t, "unknown %s \"%s\", did you mean %s?", what,
				reader_show(r, t), meant);
	else
		reader_complain(r, t, "unknown %s \"%s\"%s", what, reader_show(r, t),
				n <= LISTED_MOST ? listed(r->arena, among) : "");
}

int reader_choose(struct reader *r, const char *what, reader_name name, int count)
{
	const struct token *t = reader_take(r);
	int which;

	if (!t) {
		reader_absent(r, arena_printf(r->arena, "%s %s",
					      strchr("aeiou", *what) ? "an" : "a", what));
		return -1;
	}
	which = reader_which(t, name, count);
	if (which < 0)
		reader_unknown(r, t, what, name, count);
	return which;
}

/* ------------------------------------------------------------------ numbers */

bool number_read(const char *s, size_t len, int64_t *number)
{
	int64_t n = 0;

	if (!len || len > 18)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		n = 10 * n + (s[i] - '0');
	}
	*number = n;
	return true;
}

static bool all_digits(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return len > 0;
}

int64_t token_number(struct reader *r, const struct token *t, const char *what, int64_t low,
		     int64_t high)
{
	const bool minus = !t->word.quoted && t->word.len && t->word.s[0] == '-';
	const char *s = t->word.s + minus;
	const size_t len = t->word.len - minus;
	int64_t n = 0;

	if (t->word.quoted || !all_digits(s, len)) {
		reader_complain(r, t, "%s is a whole number, not \"%s\"", what, reader_show(r, t));
		return low;
	}
	if (!number_read(s, len, &n) || (minus ? -n : n) < low || (minus ? -n : n) > high) {
		reader_complain(r, t, "%s must be %lld to %lld, not %s", what, (long long)low,
				(long long)high, reader_show(r, t));
		return low;
	}
	return minus ? -n : n;
}

int64_t reader_number(struct reader *r, const char *what, int64_t low, int64_t high)
{
	const struct token *t = reader_need(r, what);

	return t ? token_number(r, t, what, low, high) : low;
}

/* ---------------------------------------------------------------- durations */

static const struct unit {
	const char *name;
	int64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "min", 60000000000 },
};

static const struct unit *unit_of(const char *s, size_t len)
{
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i].name) == len && !memcmp(units[i].name, s, len))
			return &units[i];
	return NULL;
}

/** struct length - A duration's text, taken apart */
struct length {
	const char *whole, *fraction, *unit;
	size_t wholes, fractions, unit_len;
	bool tick;
};

static bool length_split(const struct token *t, struct length *l)
{
	static const char tick[] = "+TICK";
	const size_t n = sizeof(tick) - 1;
	const char *s = t->word.s, *end = s + t->word.len;

	*l = (struct length){ .whole = s };
	if (t->word.len > n && !memcmp(end - n, tick, n)) {
		l->tick = true;
		end -= n;
	}
	while (s < end && *s >= '0' && *s <= '9')
		s++;
	l->wholes = (size_t)(s - l->whole);
	if (l->wholes && s < end && *s == '.') {
		l->fraction = ++s;
		while (s < end && *s >= '0' && *s <= '9')
			s++;
		l->fractions = (size_t)(s - l->fraction);
	}
	l->unit = s;
	l->unit_len = (size_t)(end - s);
	return l->wholes && (!l->fraction || l->fractions);
}

/** length_ns() - Nanoseconds; more than an hour comes out as just more than one */
static int64_t length_ns(const struct length *l, const struct unit *u)
{
	const int64_t most = SPAN_MOST_S * INT64_C(1000000000);
	int64_t n = 0, ns, digit = u->ns;

	if (!number_read(l->whole, l->wholes, &n) || n > most / u->ns)
		return most + 1;
	ns = n * u->ns;
	for (size_t i = 0; i < l->fractions && digit; i++) {
		ns += digit * (l->fraction[i] - '0') / 10;
		digit /= 10;
	}
	return ns;
}

static bool span_fault(struct reader *r, const struct token *t, const struct length *l,
		       unsigned int may)
{
	const struct token *behind = reader_peek(r);
	int64_t ns;

	if (!l->unit_len) {
		reader_complain(r, t, "a duration needs a unit: 10ms, 1.5s");
		if (behind && unit_of(behind->word.s, behind->word.len))
			reader_take(r);
		return true;
	}
	if (!unit_of(l->unit, l->unit_len)) {
		reader_complain(r, t, "unknown unit in \"%s\": ns, us, ms, s or m",
				reader_show(r, t));
		return true;
	}
	ns = length_ns(l, unit_of(l->unit, l->unit_len));
	if (ns > SPAN_MOST_S * INT64_C(1000000000))
		reader_complain(r, t, "a duration is at most 60m");
	else if (!ns && !(may & SPAN_ZERO))
		reader_complain(r, t, "%s is no time at all", reader_show(r, t));
	else if (l->tick && !(may & SPAN_TICK))
		reader_complain(r, t, "TICK can only stand behind within and between");
	else
		return false;
	return true;
}

struct span reader_span(struct reader *r, const char *what, unsigned int may)
{
	const struct token *t = reader_need(r, what);
	struct span harmless = { 1000000, false };
	struct length l;

	if (!t)
		return harmless;
	if (t->word.quoted || !length_split(t, &l)) {
		reader_complain(r, t, "%s should stand here, such as 10ms, not \"%s\"", what,
				reader_show(r, t));
		return harmless;
	}
	if (span_fault(r, t, &l, may))
		return harmless;
	return (struct span){ length_ns(&l, unit_of(l.unit, l.unit_len)), l.tick };
}

/* -------------------------------------------------------------------- texts */

const char *reader_text(struct reader *r, const char *what, size_t *len)
{
	const struct token *t = reader_need(r, what);

	if (!t)
		return NULL;
	if (!t->word.quoted) {
		reader_complain(r, t, "%s stands in quotes: \"%s\"", what, reader_show(r, t));
		return NULL;
	}
	if (len)
		*len = t->word.len;
	return reader_string(r, t);
}

char *reader_string(const struct reader *r, const struct token *t)
{
	return arena_dup(r->arena, t->word.s, t->word.len);
}
