// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/names.h"

#include "lib/arena.h"
#include "runner/words.h"

#include <string.h>

enum { NAME_LENGTH_MOST = 40 };

static const struct kind_words {
	const char *a, *made;
} kind_words[] = {
	[NAME_AXIS]	= { "an axis", "said" },
	[NAME_COLUMN]	= { "an outcome column", "said" },
	[NAME_MARK]	= { "a mark", "set" },
	[NAME_HELD]	= { "a held frame", "held" },
	[NAME_CONN]	= { "a connection", "connected" },
	[NAME_SOCKET]	= { "a bound socket", "bound" },
	[NAME_PROGRAM]	= { "a program", "started" },
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_name_byte(const char *s, size_t len, size_t i)
{
	if (s[i] == '-')
		return i + 1 < len && is_letter(s[i + 1]);
	return is_letter(s[i]) || (s[i] >= '0' && s[i] <= '9') || s[i] == '_';
}

const char *name_fault(const char *s, size_t len)
{
	if (!len || !is_letter(s[0]))
		return "a name begins with a letter";
	if (len > NAME_LENGTH_MOST)
		return "a name has at most 40 letters";
	for (size_t i = 0; i < len; i++)
		if (!is_name_byte(s, len, i))
			return "a name is of letters, digits, _, and - before a letter";
	if (words_reserved(s, len) || errno_number(s, len) || state_number(s, len) >= 0)
		return "it is a word of the language";
	return NULL;
}

int names_find(const struct names *n, const char *s, size_t len)
{
	for (size_t i = 0; i < n->count; i++)
		if (strlen(n->list[i].text) == len && !memcmp(n->list[i].text, s, len))
			return (int)i;
	return -1;
}

int names_foresee(struct names *n, const struct word *w, enum name_kind kind, enum host opener)
{
	const int known = names_find(n, w->s, w->len);

	if (known >= 0 || n->count == NAMES_MOST)
		return known;
	n->list = arena_grow(n->arena, n->list, n->count, sizeof(*n->list));
	n->state = arena_grow(n->arena, n->state, n->count, sizeof(*n->state));
	n->list[n->count] = (struct name){
		.text = arena_dup(n->arena, w->s, w->len), .kind = kind, .at = w->at,
		.opener = opener,
	};
	n->state[n->count] = (struct name_state){ .made = false };
	return (int)n->count++;
}

/** may_be_made() - Whether this line may give the name that the file has at index @i */
static bool may_be_made(struct names *n, struct reader *r, const struct token *t, int i,
			enum name_kind kind, bool again)
{
	const struct name *known = &n->list[i];
	const char *name = reader_show(r, t);

	if (known->kind != kind) {
		reader_complain(r, t, "\"%s\" is %s already (line %d)", name,
				kind_words[known->kind].a, known->at.line);
		return false;
	}
	if (n->state[i].made && !again) {
		reader_complain(r, t, "\"%s\" is %s already (line %d): take another name", name,
				kind_words[kind].a, known->at.line);
		return false;
	}
	return true;
}

int names_make(struct names *n, struct reader *r, enum name_kind kind, enum host opener,
	       bool again)
{
	const struct token *t = reader_need(r, "a name");
	const char *fault;
	int i;

	if (!t)
		return -1;
	fault = t->word.quoted ? "a name stands without quotes" :
				 name_fault(t->word.s, t->word.len);
	if (fault)
		reader_complain(r, t, "\"%s\" cannot be a name: %s", reader_show(r, t), fault);
	i = names_foresee(n, &t->word, kind, opener);
	if (i < 0) {
		reader_complain(r, t, "more than %d names", NAMES_MOST);
		return -1;
	}
	if (!fault && !may_be_made(n, r, t, i, kind, again))
		return -1;
	n->state[i].made = true;
	return i;
}

void names_made(struct names *n, const struct word *w)
{
	const int i = names_find(n, w->s, w->len);

	if (i >= 0)
		n->state[i].made = true;
}

/** main_kind() - The kind that a message speaks of */
static enum name_kind main_kind(unsigned int kinds)
{
	if (kinds & USE_CONN)
		return NAME_CONN;
	if (kinds & USE_MARK)
		return NAME_MARK;
	if (kinds & USE_PROGRAM)
		return NAME_PROGRAM;
	return kinds & USE_HELD ? NAME_HELD : NAME_SOCKET;
}

/** nearest_name() - A name of that kind that may have been meant */
static const char *nearest_name(const struct names *n, const struct token *t, unsigned int kinds)
{
	const char *among[NAMES_MOST + 1];
	size_t count = 0;

	for (size_t i = 0; i < n->count; i++)
		if (kinds & (1u << n->list[i].kind) &&
		    (n->state[i].made || kinds & USE_LATER))
			among[count++] = n->list[i].text;
	among[count] = NULL;
	return words_nearest(t->word.s, t->word.len, among);
}

static void complain_of_unknown(struct names *n, struct reader *r, const struct token *t,
				unsigned int kinds)
{
	const char *made = kind_words[main_kind(kinds)].made;
	const char *meant = t->word.quoted ? NULL : nearest_name(n, t, kinds);
	const char *where = kinds & USE_LATER ? "in this file" : "before this line";

	if (meant && !token_is(t, meant))
		reader_complain(r, t, "\"%s\" is never %s %s, did you mean %s?",
				reader_show(r, t), made, where, meant);
	else
		reader_complain(r, t, "\"%s\" is never %s %s", reader_show(r, t), made, where);
}

int names_use_token(struct names *n, struct reader *r, const struct token *t, unsigned int kinds)
{
	const int i = t->word.quoted ? -1 : names_find(n, t->word.s, t->word.len);

	if (i >= 0 && !(kinds & (1u << n->list[i].kind))) {
		reader_complain(r, t, "\"%s\" is %s (line %d), not %s", reader_show(r, t),
				kind_words[n->list[i].kind].a, n->list[i].at.line,
				kind_words[main_kind(kinds)].a);
		return -1;
	}
	if (i < 0 || (!n->state[i].made && !(kinds & USE_LATER))) {
		complain_of_unknown(n, r, t, kinds);
		return -1;
	}
	return i;
}

int names_use(struct names *n, struct reader *r, unsigned int kinds)
{
	static const char *const missing[] = {
		[NAME_MARK] = "a mark", [NAME_HELD] = "the name of a held frame",
		[NAME_CONN] = "the name of a connection", [NAME_SOCKET] = "the name of a socket",
		[NAME_PROGRAM] = "the name of a program",
	};
	const struct token *t = reader_need(r, missing[main_kind(kinds)]);

	return t ? names_use_token(n, r, t, kinds) : -1;
}
