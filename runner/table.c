// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/table.h"

#include "lib/arena.h"
#include "runner/header.h"
#include "runner/names.h"
#include "runner/needs.h"
#include "runner/reader.h"
#include "runner/words.h"

#include <string.h>

/** Reads the table's head, or one of its rows; @bad is set where something is wrong */
struct table_reader {
	struct scenario *s;
	struct complaints *c;
	bool bad;
};

/* --------------------------------------------------------------------- head */

static const char *axis_of(const struct scenario *s, const struct token *t, int *axis)
{
	for (size_t i = 0; i < s->axes; i++)
		if (token_is(t, s->axis[i].name)) {
			*axis = (int)i;
			return s->axis[i].name;
		}
	return NULL;
}

static void complain_of_key(struct table_reader *k, struct reader *r, const struct token *t)
{
	const char *among[AXES_MOST + 4] = { "kernel", "has" };
	const char *meant;
	size_t n = 2;

	for (size_t i = 0; i < k->s->axes && i <= AXES_MOST; i++)
		among[n++] = k->s->axis[i].name;
	among[n] = NULL;
	meant = t->word.quoted ? NULL : words_nearest(t->word.s, t->word.len, among);
	if (meant)
		reader_complain(r, t, "unknown axis \"%s\", did you mean %s?", reader_show(r, t),
				meant);
	else if (token_is(t, "family"))
		reader_complain(r, t, "family is no axis here: the file names one family");
	else
		reader_complain(r, t, "unknown axis \"%s\": what stands left of | are axes, "
				"kernel, and has NAME", reader_show(r, t));
}

static bool same_column(const struct column *a, const struct column *b)
{
	return a->kind == b->kind && a->name && b->name && !strcmp(a->name, b->name);
}

static void add_column(struct table_reader *k, struct reader *r, const struct token *t,
		       const struct column *one)
{
	struct table *table = &k->s->table;

	for (size_t i = 0; i < table->columns; i++)
		if (same_column(&table->column[i], one)) {
			reader_complain(r, t, "column \"%s\" stands here twice", one->name);
			return;
		}
	if (table->columns == COLUMNS_MOST) {
		reader_complain(r, t, "more than %d columns", COLUMNS_MOST);
		reader_stop(r);
		return;
	}
	table->column = arena_grow(r->arena, table->column, table->columns, sizeof(*one));
	table->column[table->columns++] = *one;
}

static void read_key(struct table_reader *k, struct reader *r)
{
	const struct token *t = reader_take(r);
	struct column one = { .at = t->word.at };

	if (token_is(t, "kernel")) {
		one.kind = COLUMN_KERNEL;
		one.name = "kernel";
	} else if (token_is(t, "has")) {
		one.kind = COLUMN_HAS;
		if (!reader_peek(r) || reader_at(r, "|")) {
			reader_complain(r, t, "has needs a name: has net.ipv4.tcp_tw_reuse_delay");
			return;
		}
		t = reader_peek(r);
		one.name = reader_string(r, t);
		needs_named(r, &one.has);
	} else {
		one.kind = COLUMN_AXIS;
		one.name = axis_of(k->s, t, &one.axis);
		if (!one.name) {
			complain_of_key(k, r, t);
			return;
		}
	}
	add_column(k, r, t, &one);
}

static void read_name(struct table_reader *k, struct reader *r)
{
	const struct token *t = reader_take(r);
	const char *fault = t->word.quoted ? "a name stands without quotes" :
					     name_fault(t->word.s, t->word.len);
	struct column one = { .kind = COLUMN_OUTCOME, .at = t->word.at };
	int axis;

	one.name = reader_string(r, t);
	if (fault)
		reader_complain(r, t, "\"%s\" cannot be a name: %s", reader_show(r, t), fault);
	else if (axis_of(k->s, t, &axis))
		reader_complain(r, t, "\"%s\" is an axis already (line %d)", reader_show(r, t),
				k->s->axis[axis].at.line);
	add_column(k, r, t, &one);
}

static void read_head(struct table_reader *k, struct reader *r)
{
	struct table *table = &k->s->table;

	table->at = reader_take(r)->word.at;
	while (reader_peek(r) && !reader_at(r, "|"))
		read_key(k, r);
	table->keys = table->columns;
	if (!reader_expect(r, "|", NULL))
		return;
	if (!reader_peek(r))
		reader_absent(r, "the name of an outcome");
	while (reader_peek(r))
		read_name(k, r);
}

/* --------------------------------------------------------------------- rows */

static void complain_of_value(struct reader *r, const struct token *t, const struct axis *x)
{
	const char *among[VALUES_MOST + 1];
	const char *meant;

	for (size_t i = 0; i < x->values; i++)
		among[i] = x->value[i];
	among[x->values] = NULL;
	meant = words_nearest(t->word.s, t->word.len, among);
	if (meant)
		reader_complain(r, t, "axis \"%s\" has no value \"%s\", did you mean %s?",
				x->name, reader_show(r, t), meant);
	else
		reader_complain(r, t, "axis \"%s\" has no value \"%s\"", x->name,
				reader_show(r, t));
}

static bool axis_has(const struct axis *x, const struct token *t)
{
	for (size_t i = 0; i < x->values; i++)
		if (strlen(x->value[i]) == t->word.len &&
		    !memcmp(x->value[i], t->word.s, t->word.len))
			return true;
	return false;
}

static void check_key(struct table_reader *k, struct reader *r, const struct token *t,
		      const struct column *column)
{
	unsigned int version;
	int relation;

	if (token_is(t, "*"))
		return;
	switch (column->kind) {
	case COLUMN_AXIS:
		if (!axis_has(&k->s->axis[column->axis], t))
			complain_of_value(r, t, &k->s->axis[column->axis]);
		break;
	case COLUMN_KERNEL:
		if (t->word.quoted || !needs_relation(t->word.s, t->word.len, &relation, &version))
			reader_complain(r, t, "a kernel is >=6.14, <6.14 or *, not \"%s\"",
					reader_show(r, t));
		break;
	default:
		if (!token_is(t, "yes") && !token_is(t, "no"))
			reader_complain(r, t, "has is answered by yes, no or *, not \"%s\"",
					reader_show(r, t));
	}
}

static void check_outcome(struct reader *r, const struct token *t)
{
	if (token_is(t, "*"))
		reader_complain(r, t, "* can only stand left of |");
	for (size_t i = 0; i < t->word.len; i++)
		if ((unsigned char)t->word.s[i] < ' ' || t->word.s[i] == 0x7f ||
		    t->word.s[i] == '$') {
			reader_complain(r, t, "an outcome cannot hold a $ or a control byte");
			return;
		}
}

static void add_row(struct table_reader *k, struct reader *r, const struct row *row)
{
	struct table *table = &k->s->table;

	if (table->rows == ROWS_MOST) {
		reader_complain(r, &r->tokens.list[0], "more than %d rows", ROWS_MOST);
		return;
	}
	table->row = arena_grow(r->arena, table->row, table->rows, sizeof(*row));
	table->row[table->rows++] = *row;
}

static void read_row(struct table_reader *k, struct reader *r)
{
	const struct table *table = &k->s->table;
	struct row row = {
		.cell = arena_get(r->arena, (table->columns + 1) * sizeof(*row.cell)),
		.at = r->tokens.list[0].word.at,
	};

	for (size_t i = 0; i < table->columns; i++) {
		const struct token *t = reader_peek(r);

		if (i == table->keys && !reader_expect(r, "|", NULL))
			return;
		t = reader_peek(r);
		if (token_is(t, "|")) {
			reader_complain(r, t, "a cell is missing before |, for column %s",
					table->column[i].name);
			return;
		}
		if (!t) {
			reader_absent(r, arena_printf(r->arena, "the cell of column %s",
						      table->column[i].name));
			return;
		}
		reader_take(r);
		row.cell[i] = t->word;
		if (i < table->keys)
			check_key(k, r, t, &table->column[i]);
		else
			check_outcome(r, t);
	}
	reader_end(r, NULL);
	add_row(k, r, &row);
}

static bool has_bar(const struct line *line)
{
	for (size_t i = 0; i < line->words; i++)
		if (!line->word[i].quoted && line->word[i].len == 1 && line->word[i].s[0] == '|')
			return true;
	return false;
}

/* ---------------------------------------------------------------- the whole */

static void read_line(struct table_reader *k, const struct line *line, bool head, bool rows)
{
	struct arena *a = &k->s->arena;
	struct reader r = { .c = k->c, .arena = a, .line = line, .tokens = reader_tokens(line, a) };

	if (head) {
		read_head(k, &r);
	} else if (!has_bar(line) && header_first(line) != FIRST_UNKNOWN) {
		reader_complain(&r, &r.tokens.list[0],
				"the outcome table must be the last thing in a file");
	} else if (header_first(line) == FIRST_OUTCOME) {
		reader_complain(&r, &r.tokens.list[0], "a file has one outcome table (line %d)",
				k->s->table.at.line);
	} else if (rows) {
		read_row(k, &r);
	}
	k->bad |= r.faults > 0;
}

bool table_read(struct scenario *s, const bool *spoilt, struct complaints *c)
{
	struct table_reader k = { .s = s, .c = c };
	bool good_head;

	if (s->steps_end == s->lines.count)
		return true;
	s->table.at = s->lines.line[s->steps_end].word[0].at;
	if (spoilt[s->steps_end])
		return false;
	read_line(&k, &s->lines.line[s->steps_end], true, false);
	good_head = !k.bad;
	for (size_t i = s->steps_end + 1; i < s->lines.count; i++) {
		if (!spoilt[i])
			read_line(&k, &s->lines.line[i], false, good_head);
		k.bad |= spoilt[i];
	}
	if (good_head && !s->table.rows && !k.bad) {
		complain(c, s->table.at, "the outcome table has no rows");
		k.bad = true;
	}
	return !k.bad;
}
