// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/words_page.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "runner/words.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* ---------------------------------------------------------------- sections */

/** Whether there is a word of a number; else whether others follow */
enum found { FOUND_END, FOUND_NONE, FOUND_WORD };

/**
 * struct section - A list of words under a title
 * @key:   what it is called in the table
 * @title: NULL: goes on under the one before
 * @info:  the words, ended by their @count, or by NULL where that is 0; or
 * @row:   gives them by number
 */
struct section {
	const char *key, *title, *form;
	const struct word_info *info;
	size_t count;
	enum found (*row)(size_t i, struct arena *a, struct word_info *w);
};

static enum found verb_row(size_t i, enum actor actor, struct word_info *w)
{
	if (i == VERB_COUNT)
		return FOUND_END;
	*w = (struct word_info){ verb_info[i].name, verb_info[i].usage, verb_info[i].help };
	return verb_info[i].actor == actor ? FOUND_WORD : FOUND_NONE;
}

static enum found step_row(size_t i, struct arena *a, struct word_info *w)
{
	(void)a;
	return verb_row(i, ACTOR_HOST, w);
}

static enum found self_row(size_t i, struct arena *a, struct word_info *w)
{
	(void)a;
	return verb_row(i, ACTOR_SELF, w);
}

static enum found wire_row(size_t i, struct arena *a, struct word_info *w)
{
	(void)a;
	return verb_row(i, ACTOR_WIRE, w);
}

/** add_places() - " (listen, connect)": the steps that an option may stand in */
static void add_places(struct buf *out, unsigned int where)
{
	static const char *const places[] = { "listen", "bind", "connect", "set" };
	const char *between = " (";

	for (size_t i = 0; i < COUNT(places); i++) {
		if (!(where & 1u << i))
			continue;
		buf_addf(out, "%s%s", between, places[i]);
		between = ", ";
	}
	buf_adds(out, ")");
}

static enum found option_row(size_t i, struct arena *a, struct word_info *w)
{
	autobuf help = { 0 };

	if (i == OPTION_COUNT)
		return FOUND_END;
	buf_adds(&help, option_info[i].help);
	add_places(&help, option_info[i].where);
	*w = (struct word_info){ option_info[i].name, option_info[i].usage,
				 arena_dup(a, buf_text(&help), help.len) };
	return FOUND_WORD;
}

static enum found state_row(size_t i, struct arena *a, struct word_info *w)
{
	(void)a;
	if (i == STATE_MOST)
		return FOUND_END;
	*w = (struct word_info){ state_name((int)i), state_name((int)i),
				 i == STATE_NONE ? "no socket at all" : "" };
	return FOUND_WORD;
}

static enum found errno_page_row(size_t i, struct arena *a, struct word_info *w)
{
	const struct errno_info *e = errno_row(i);

	(void)a;
	if (!e)
		return FOUND_END;
	*w = (struct word_info){ e->name, e->name, e->help };
	return FOUND_WORD;
}

static const struct section sections[] = {
	{ "header", "Header", "what holds throughout; before the steps", header_info, HEADER_COUNT, NULL },
	{ "need", "Needs", "WHAT, behind needs", need_info, NEED_COUNT, NULL },
	{ "step", "Steps", "what happens, in order; HOST is client or server", NULL, 0, step_row },
	{ "call", "Calls", "what a step of a host may say besides: [within D] [slack S] [=> RESULT]", call_info, 0, NULL },
	{ "option", "Options", "what a socket may be told, and in which steps", NULL, 0, option_row },
	{ "spot", "Places", "where a PORT stands: [SPOT:]PORT", spot_info, SPOT_COUNT, NULL },
	{ "self", "Looks and time", NULL, NULL, 0, self_row },
	{ "look", "Looking", "LOOK, behind expect and never", look_info, LOOK_COUNT, NULL },
	{ "bound", "Bounds", "BOUND, behind a look", bound_info, 0, NULL },
	{ "wire", "The wire", "commands stand before the step that makes the segment", NULL, 0, wire_row },
	{ "extent", NULL, NULL, wire_info, 0, NULL },
	{ "kind", "Kinds", "KIND of a segment; they exclude each other", kind_info, SEGMENT_KIND_COUNT, NULL },
	{ "part", "Parts", "PART of a segment, behind with", part_info, PART_COUNT, NULL },
	{ "field", "Fields", "FIELD of a connection's end", field_info, FIELD_COUNT, NULL },
	{ "value", "Values", "what the words in capitals stand for", value_info, 0, NULL },
	{ "table", "Table", "which outcome a trial has; `*`, or a column left out, holds for all", table_info, 0, NULL },
	{ "state", "States", "as in RFC 9293", NULL, 0, state_row },
	{ "errno", "Errnos", "what a call may yield", NULL, 0, errno_page_row },
};

static enum found section_row(const struct section *s, size_t i, struct arena *a, struct word_info *w)
{
	if (s->row)
		return s->row(i, a, w);
	if (s->count ? i == s->count : !s->info[i].name)
		return FOUND_END;
	*w = s->info[i];
	return FOUND_WORD;
}

/** words_of() - A section's words. Return: how many; @list: out (arena) */
static size_t words_of(const struct section *s, struct arena *a, struct word_info **list)
{
	struct word_info w = { 0 };
	size_t count = 0;
	enum found found;

	*list = NULL;
	for (size_t i = 0; (found = section_row(s, i, a, &w)) != FOUND_END; i++) {
		if (found == FOUND_NONE)
			continue;
		*list = arena_grow(a, *list, count, sizeof(**list));
		(*list)[count++] = w;
	}
	return count;
}

/* -------------------------------------------------------------- for a reader */

/** The widest usage that its help may stand beside; a section with a wider one puts help below */
enum { USAGE_MOST = 26 };

/** Where a line of the reference ends, and where help stands beside or below a usage */
enum { PAGE_WIDTH = 96, BESIDE = 4 + USAGE_MOST + 2, BELOW = 8 };

static void print_title(struct buf *out, const char *title, const char *form)
{
	buf_addf(out, "%s%s\n", out->len ? "\n" : "", title);
	if (form)
		buf_addf(out, "    %s\n", form);
}

/** print_wrapped() - Text from column @indent on, which the line at hand has reached already */
static void print_wrapped(struct buf *out, const char *text, size_t indent)
{
	size_t column = indent;

	while (*text) {
		const size_t word = strcspn(text, " ");

		if (column > indent && column + 1 + word > PAGE_WIDTH) {
			buf_addf(out, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			buf_adds(out, " ");
			column++;
		}
		buf_add(out, text, word);
		column += word;
		text += word + strspn(text + word, " ");
	}
	buf_adds(out, "\n");
}

static void print_entry(struct buf *out, const struct word_info *w, bool beside)
{
	if (!*w->help)
		buf_addf(out, "    %s\n", w->usage);
	else if (beside)
		buf_addf(out, "    %-*s  ", USAGE_MOST, w->usage);
	else
		buf_addf(out, "    %s\n%*s", w->usage, BELOW, "");
	if (*w->help)
		print_wrapped(out, w->help, beside ? BESIDE : BELOW);
}

static void print_section(struct buf *out, const struct section *s)
{
	struct arena a = { 0 };
	struct word_info *list;
	const size_t count = words_of(s, &a, &list);
	bool beside = true;

	if (s->title)
		print_title(out, s->title, s->form);
	for (size_t i = 0; i < count; i++)
		beside = beside && strlen(list[i].usage) <= USAGE_MOST;
	for (size_t i = 0; i < count; i++)
		print_entry(out, &list[i], beside);
	arena_free(&a);
}

void words_print(struct buf *out)
{
	for (size_t i = 0; i < COUNT(sections); i++)
		print_section(out, &sections[i]);
}

/* -------------------------------------------------------------- for a program */

void words_table(struct buf *out)
{
	for (size_t i = 0; i < COUNT(sections); i++) {
		const struct section *s = &sections[i];
		struct arena a = { 0 };
		struct word_info *list;
		const size_t count = words_of(s, &a, &list);

		buf_addf(out, "%s\t\t%s\t%s\n", s->key, s->title ? s->title : "", s->form ? s->form : "");
		for (size_t n = 0; n < count; n++)
			buf_addf(out, "%s\t%s\t%s\t%s\n", s->key, list[n].name, list[n].usage, list[n].help);
		arena_free(&a);
	}
	buf_adds(out, "small\t\t\t\n");
	for (size_t i = 0; words_small(i); i++)
		buf_addf(out, "small\t%s\t\t\n", words_small(i));
}
