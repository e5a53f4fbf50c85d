// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A row with a `?` holds for some trials. What each of them saw in the row's
 * `?` cells makes its label; split.c finds the rows that say which trials have
 * which, and table_text.c puts them where the row stood.
 */
#include "runner/observe.h"

#include "lib/auto.h"
#include "lib/err.h"
#include "runner/escape.h"
#include "runner/facts.h"
#include "runner/parse.h"
#include "runner/plan.h"
#include "runner/replace.h"
#include "runner/split.h"
#include "runner/table_text.h"

#include <errno.h>
#include <string.h>

/* --------------------------------------------------------------------- work */

/**
 * struct work - A file while its table is filled
 * @seen:   by variant, then by column: the cell; NULL for nothing
 * @chosen: by variant: the row it had; -1: not known
 * @may:    by row, then by variant: whether some kernel chooses the row for it
 * @split:  by row: what becomes of it; none: it stays
 * @more:   axes that get a column, as a mask
 * @notes:  for the person
 * @filled: whether any row changes
 */
struct work {
	struct arena arena;
	const struct scenario *s;
	const struct table *table;
	const char **seen;
	int *chosen;
	bool *may;
	struct split *split;
	unsigned int more;
	struct buf notes;
	bool filled;
};

static bool is_open(const struct work *k, size_t row, size_t column)
{
	const struct word *w = &k->table->row[row].cell[column];

	return column >= k->table->keys && w->len == 1 && w->s[0] == '?';
}

static const char *seen_by(const struct work *k, size_t row, size_t variant, size_t column)
{
	if (k->chosen[variant] != (int)row || !is_open(k, row, column))
		return NULL;
	return k->seen[variant * k->table->columns + column];
}

static bool saw_the_same(const struct work *k, size_t row, size_t a, size_t b)
{
	for (size_t c = k->table->keys; c < k->table->columns; c++) {
		const char *x = seen_by(k, row, a, c), *y = seen_by(k, row, b, c);

		if (x && y ? strcmp(x, y) != 0 : x != y)
			return false;
	}
	return true;
}

static bool saw_anything(const struct work *k, size_t row, size_t variant)
{
	for (size_t c = k->table->keys; c < k->table->columns; c++)
		if (seen_by(k, row, variant, c))
			return true;
	return false;
}

/* --------------------------------------------------------------------- rows */

/** label_trials() - The trials of a row, those alike in what they saw with the same label */
static struct split_point *label_trials(struct work *k, size_t row, size_t *points, size_t *labels)
{
	const size_t variants = k->s->variants;
	struct split_point *point = arena_get(&k->arena, variants * sizeof(*point));
	size_t *first = arena_get(&k->arena, variants * sizeof(*first));

	*points = *labels = 0;
	for (size_t v = 0; v < variants; v++) {
		size_t label = 0;

		if (!k->may[row * variants + v])
			continue;
		while (label < *labels && !saw_the_same(k, row, v, first[label]))
			label++;
		if (label == *labels)
			first[(*labels)++] = v;
		point[(*points)++] = (struct split_point){ .variant = v, .label = (int)label };
	}
	return point;
}

/** free_axes() - Axes that the row leaves open: with a column of their own, and without */
static void free_axes(const struct work *k, size_t row, unsigned int *own, unsigned int *more)
{
	*own = 0;
	*more = (1u << k->s->axes) - 1;
	for (size_t i = 0; i < k->table->keys; i++) {
		const struct word *w = &k->table->row[row].cell[i];

		if (k->table->column[i].kind != COLUMN_AXIS)
			continue;
		*more &= ~(1u << k->table->column[i].axis);
		if (!w->quoted && w->len == 1 && w->s[0] == '*')
			*own |= 1u << k->table->column[i].axis;
	}
}

static unsigned int axes_named(const struct split *p)
{
	unsigned int named = 0;

	for (size_t n = 0; n < p->rows; n++)
		for (size_t i = 0; i < AXES_MOST; i++)
			named |= (p->row[n].value[i] != SPLIT_ANY ? 1u : 0) << i;
	return named;
}

/** split_row() - Find what becomes of a row; false: more rows than a table can have */
static bool split_row(struct work *k, size_t row)
{
	struct split_point *point;
	size_t points, labels;
	unsigned int own, more;
	bool any = false;

	point = label_trials(k, row, &points, &labels);
	for (size_t p = 0; p < points; p++)
		any |= saw_anything(k, row, point[p].variant);
	if (!any)
		return true;
	free_axes(k, row, &own, &more);
	if (!split_rows(k->s, own, more, point, points, labels, &k->arena, &k->split[row]))
		return false;
	k->more |= axes_named(&k->split[row]) & more;
	k->filled = true;
	return true;
}

/** change_of() - One of the rows that a row becomes, in the file's words */
static struct table_change change_of(struct work *k, size_t row, const struct split_row *r)
{
	const struct table *t = k->table;
	struct table_change one = { .row = row };

	for (size_t i = 0; i < k->s->axes; i++)
		if (r->value[i] != SPLIT_ANY)
			one.more[i] = table_text_cell(&k->arena, k->s->axis[i].value[r->value[i]]);
	for (size_t c = 0; c < t->columns; c++)
		if (c >= t->keys)
			one.cell[c] = seen_by(k, row, r->first, c);
		else if (t->column[c].kind == COLUMN_AXIS)
			one.cell[c] = one.more[t->column[c].axis];
	return one;
}

static void write_filled(struct work *k, struct buf *out, size_t *from, size_t *to)
{
	struct table_change *change = NULL;
	size_t changes = 0;

	for (size_t row = 0; row < k->table->rows; row++)
		for (size_t i = 0; i < k->split[row].rows; i++) {
			change = arena_grow(&k->arena, change, changes, sizeof(*change));
			change[changes++] = change_of(k, row, &k->split[row].row[i]);
		}
	table_text_write(k->s, k->more, change, changes, out, from, to);
}

/* ------------------------------------------------------------------- gather */

/**
 * as_outcome() - What was seen, as a cell; NULL: a table cannot say it
 *
 * A cell's text is put into the step, and there read as words. It may hold no
 * `$`, which only quoted text can have: there an escape stands for it.
 */
static const char *as_outcome(struct arena *a, const char *seen)
{
	struct complaints faults = { 0 };
	autobuf text = { 0 };
	struct line line;
	bool good;

	for (const char *s = seen; *s; s++)
		if (*s == '$')
			buf_adds(&text, "\\x24");
		else
			buf_add(&text, s, 1);
	good = scan_value(buf_text(&text), text.len, (struct place){ 0 }, a, &line, &faults);
	complaints_fini(&faults);
	return good && line.words ? table_text_cell(a, buf_text(&text)) : NULL;
}

static void add_note(struct work *k, const char *name, const char *seen, const char *why)
{
	escape_name(&k->notes, name);
	buf_adds(&k->notes, " saw ");
	escape_line(&k->notes, seen, strlen(seen));
	buf_addf(&k->notes, "%s: its ? stays\n", why);
}

/** add_seen() - What one trial saw in one column; @torn: it saw something else before */
static void add_seen(struct work *k, const char *name, const char *seen, const char **cell,
		     bool *torn)
{
	const char *now = as_outcome(&k->arena, seen);

	if (*torn)
		return;
	if (!now) {
		add_note(k, name, seen, ", which no cell can say");
		*torn = true;
	} else if (*cell && strcmp(*cell, now) != 0) {
		add_note(k, name, seen, arena_printf(&k->arena, ", and %s when it was repeated before",
						     *cell));
		*torn = true;
	}
	*cell = *torn ? NULL : now;
}

static void gather(struct work *k, const struct suite *s, const char *path,
		   const char *const *const *observed)
{
	const size_t columns = k->table->columns;
	bool *torn = arena_get(&k->arena, k->s->variants * columns * sizeof(*torn));

	k->seen = arena_get(&k->arena, k->s->variants * columns * sizeof(*k->seen));
	for (size_t i = 0; i < s->items; i++) {
		const struct suite_item *item = &s->item[i];
		const size_t at = item->variant * columns;

		if (!observed[i] || strcmp(item->file->path, path) != 0)
			continue;
		for (size_t c = k->table->keys; c < columns; c++)
			if (observed[i][c])
				add_seen(k, item->name, observed[i][c], &k->seen[at + c],
					 &torn[at + c]);
	}
}

/** could_see() - Whether the row is open in all that the trial saw, and it saw something */
static bool could_see(const struct work *k, size_t row, size_t variant)
{
	bool any = false;

	for (size_t c = k->table->keys; c < k->table->columns; c++) {
		if (!k->seen[variant * k->table->columns + c])
			continue;
		if (!is_open(k, row, c))
			return false;
		any = true;
	}
	return any;
}

/** choose_row() - The row that a trial had; -1: none, or without facts not to be told */
static int choose_row(struct work *k, const struct facts *facts, size_t variant)
{
	const size_t variants = k->s->variants;
	int row = -1, chosen = -1;

	if (facts)
		return plan_row(k->s, variant, facts, &row) ? row : -1;
	for (size_t r = 0; r < k->table->rows; r++) {
		if (!k->may[r * variants + variant] || !could_see(k, r, variant))
			continue;
		if (chosen >= 0) {
			escape_name(&k->notes, plan_name(k->s, variant, &k->arena));
			buf_addf(&k->notes, ": the rows in lines %d and %d both could hold: "
				 "its ? stays\n", k->table->row[chosen].at.line,
				 k->table->row[r].at.line);
			return -1;
		}
		chosen = (int)r;
	}
	return chosen;
}

static void choose_rows(struct work *k, const struct facts *facts)
{
	const size_t variants = k->s->variants;

	k->may = arena_get(&k->arena, k->table->rows * variants * sizeof(*k->may));
	k->chosen = arena_get(&k->arena, variants * sizeof(*k->chosen));
	for (size_t v = 0; v < variants; v++) {
		int row = -1;

		while (plan_row(k->s, v, NULL, &row))
			k->may[(size_t)row * variants + v] = true;
		k->chosen[v] = choose_row(k, facts, v);
		if (k->chosen[v] >= 0)
			k->may[(size_t)k->chosen[v] * variants + v] = true;
	}
}

/* --------------------------------------------------------------------- file */

/** read_again() - Refuse what could not be read, before it is in the file */
static int read_again(const struct case_file *f, const struct buf *text, struct err *e)
{
	struct complaints c = { 0 };
	struct scenario s;

	if (text->failed)
		return err_set(e, -ENOMEM, "%s: out of memory", f->path);
	if (parse_scenario(f->path, f->name, buf_text(text), text->len, &s, &c)) {
		e->code = 0;
	} else {
		err_set(e, -EINVAL, "%s: the filled table has errors", f->path);
		for (size_t i = c.count; i--; )
			if (c.list[i].grade == GRADE_ERROR)
				err_set(e, -EINVAL, "%s: the filled table has errors: line %d: %s",
					f->path, c.list[i].at.line, c.list[i].text);
	}
	scenario_fini(&s);
	complaints_fini(&c);
	return e->code;
}

static int deliver(struct work *k, const struct case_file *f, bool write, struct buf *out,
		   struct err *e)
{
	autobuf text = { 0 };
	size_t from, to;

	write_filled(k, &text, &from, &to);
	buf_add(out, buf_text(&text) + from, to - from);
	buf_adds(out, "\n");
	buf_adds(out, buf_text(&k->notes));
	if (read_again(f, &text, e)) {
		buf_adds(out, "not written: what was seen does not fit the steps\n");
	} else if (!strcmp(f->path, "-")) {
		buf_adds(out, "standard input is never written\n");
	} else if (!write) {
		buf_adds(out, "use --write to put it into the file\n");
	} else {
		buf_adds(out, replace_file(f->path, &f->text, &text, e) ? "not written\n" : "written\n");
	}
	return e->code;
}

/** split_table() - What becomes of every row. Return: whether they still fit a table */
static bool split_table(struct work *k, const struct suite *s, const char *path,
			const struct facts *facts, const char *const *const *observed)
{
	bool good = true;

	gather(k, s, path, observed);
	choose_rows(k, facts);
	k->split = arena_get(&k->arena, k->table->rows * sizeof(*k->split));
	for (size_t row = 0; row < k->table->rows && good; row++)
		good = split_row(k, row);
	return good;
}

static int too_many_rows(const struct case_file *f, struct err *e)
{
	return err_set(e, -E2BIG, "%s: the filled table has more than %d rows", f->path, ROWS_MOST);
}

static int fill_file(const struct suite *s, const struct case_file *f, const struct facts *facts,
		     const char *const *const *observed, bool write, struct buf *out, struct err *e)
{
	struct work k = { .s = &f->scenario, .table = &f->scenario.table };
	const bool good = split_table(&k, s, f->path, facts, observed);

	e->code = 0;
	if (k.filled || k.notes.len || !good) {
		buf_adds(out, out->len ? "\n" : "");
		escape_line(out, f->path, strlen(f->path));
		buf_adds(out, "\n");
	}
	if (!good)
		too_many_rows(f, e);
	else if (k.filled)
		deliver(&k, f, write, out, e);
	else
		buf_adds(out, buf_text(&k.notes));
	buf_fini(&k.notes);
	arena_free(&k.arena);
	return e->code;
}

int observe_text(const struct suite *s, const struct facts *facts,
		 const char *const *const *observed, struct buf *text, struct buf *out,
		 struct err *e)
{
	const struct case_file *f = s->file[0];
	struct work k = { .s = &f->scenario, .table = &f->scenario.table };
	size_t from, to;

	e->code = 0;
	if (!f->scenario.table.columns) {
		buf_add(text, buf_text(&f->text), f->text.len);
		return 0;
	}
	if (!split_table(&k, s, f->path, facts, observed))
		too_many_rows(f, e);
	else if (k.filled)
		write_filled(&k, text, &from, &to);
	else
		buf_add(text, buf_text(&f->text), f->text.len);
	if (!e->code && k.filled)
		read_again(f, text, e);
	buf_adds(out, buf_text(&k.notes));
	buf_fini(&k.notes);
	arena_free(&k.arena);
	return e->code;
}

int observe_tables(const struct suite *s, const struct facts *facts,
		   const char *const *const *observed, bool write, struct buf *out,
		   struct err *e)
{
	struct err one;
	int rc = 0;

	for (size_t i = 0; i < s->files; i++) {
		const struct case_file *f = s->file[i];

		if (!f->good || !f->scenario.table.columns || !suite_first(s, i))
			continue;
		if (fill_file(s, f, facts, observed, write, out, &one) && !rc) {
			rc = one.code;
			*e = one;
		}
	}
	return rc;
}
