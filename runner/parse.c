// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A file is read in two halves. What holds for all its variants (the header's
 * most part, the axes, the outcome table) is read once, by header.c and
 * table.c. What a variant's values can change (settings and steps) is read
 * anew for each trial: substitute.c puts the values in, steps.c reads the
 * words. To check a file is therefore to read all its trials, under each row
 * of the table that some kernel would choose, and to throw them away; trials
 * that differ in nothing that the steps use are read once.
 */
#include "runner/parse.h"

#include "lib/arena.h"
#include "runner/header.h"
#include "runner/plan.h"
#include "runner/steps.h"
#include "runner/substitute.h"
#include "runner/table.h"
#include "runner/words.h"

#include <string.h>

/** How many lines are read at most to check a file, all its trials together */
enum { CHECKS_MOST = 1 << 21 };

/* ---------------------------------------------------------------- one trial */

/**
 * struct choice - Which trial is read
 * @row:   of the outcome table; -1: none
 * @blank: the axes are not to be trusted: they have no values now
 * @open:  names may be missing, in lines that could not be read
 * @again: another one was read before
 * @spoilt: for each line whether it cannot be read; NULL: all can
 */
struct choice {
	size_t variant;
	int row;
	bool blank, open, again;
	const bool *spoilt;
};

static const char *axis_value(const struct scenario *s, const struct choice *which, size_t axis)
{
	return which->blank ? NULL : plan_value(s, which->variant, axis);
}

/** bind_names() - All $names and what they stand for */
static struct bindings bind_names(const struct scenario *s, const struct choice *which,
				  struct arena *a)
{
	const struct table *table = &s->table;
	struct bindings b = { .open = which->open };

	b.list = arena_get(a, (s->axes + table->columns) * sizeof(*b.list));
	for (size_t i = 0; i < s->axes; i++)
		b.list[b.count++] = (struct binding){
			.name = s->axis[i].name, .value = axis_value(s, which, i),
			.of = arena_printf(a, "$%s", s->axis[i].name), .column = -1,
		};
	for (size_t i = table->keys; i < table->columns; i++) {
		const struct row *row = which->row < 0 ? NULL : &table->row[which->row];

		b.list[b.count++] = (struct binding){
			.name = table->column[i].name, .column = (int)i,
			.value = row ? arena_dup(a, row->cell[i].s, row->cell[i].len) : NULL,
			.of = row ? arena_printf(a, "$%s in row %d", table->column[i].name,
						 row->at.line) : NULL,
		};
	}
	return b;
}

static void add_fixed_name(struct names *n, const char *text, struct place at, enum name_kind kind)
{
	const struct word w = { .s = text, .len = strlen(text), .at = at };
	const int i = names_foresee(n, &w, kind, HOST_NONE);

	if (i >= 0)
		n->state[i].made = true;
}

/** add_fixed_names() - Axes and outcome columns are names too */
static void add_fixed_names(const struct scenario *s, struct names *n)
{
	for (size_t i = 0; i < s->axes; i++)
		add_fixed_name(n, s->axis[i].name, s->axis[i].at, NAME_AXIS);
	for (size_t i = s->table.keys; i < s->table.columns; i++)
		add_fixed_name(n, s->table.column[i].name, s->table.column[i].at, NAME_COLUMN);
}

static bool is_spoilt(const struct choice *which, size_t line)
{
	return which->spoilt && which->spoilt[line];
}

static void check_setting(const struct trial *t, struct reader *r, const struct setting *one)
{
	for (size_t i = 0; i < t->settings && one->key; i++) {
		if (t->setting[i].host != one->host || !t->setting[i].key ||
		    strcmp(t->setting[i].key, one->key) != 0)
			continue;
		reader_complain(r, &r->tokens.list[0], "%s is set twice (first in line %d)",
				one->key, t->setting[i].at.line);
		return;
	}
}

static void read_settings(const struct scenario *s, const struct choice *which,
			  const struct bindings *b, struct trial *t, struct complaints *c)
{
	for (size_t i = 0; i < s->first_step; i++) {
		struct reader r = {
			.c = c, .arena = &t->arena, .line = &s->lines.line[i],
			.again = which->again,
		};
		struct setting one;

		if (is_spoilt(which, i) || !header_is_setting(r.line) ||
		    !substitute(r.line, b, &t->arena, c, &r.tokens))
			continue;
		r.next = 1;
		header_setting(&r, &one);
		check_setting(t, &r, &one);
		t->setting = arena_grow(&t->arena, t->setting, t->settings, sizeof(one));
		t->setting[t->settings++] = one;
	}
}

/** read_step() - A line among the steps; what is none is complained about */
static void read_step(struct story *st, struct reader *r, bool readable)
{
	const enum first first = header_first(r->line);

	if (!readable) {
		steps_skip(st, &r->tokens);
	} else if (first == FIRST_HEADER) {
		reader_complain(r, &r->tokens.list[0],
				"%s belongs into the header, before the first step",
				reader_show(r, &r->tokens.list[0]));
	} else if (first == FIRST_UNKNOWN && r->line->word[0].s[0] != '$') {
		header_unknown(r->line, r->arena, r->c);
	} else if (st->t->steps == STEPS_MOST) {
		complain(r->c, r->line->word[0].at, "more than %d steps", STEPS_MOST);
	} else {
		steps_read(st, r);
	}
}

static void read_steps(const struct scenario *s, const struct choice *which,
		       const struct bindings *b, struct trial *t, struct complaints *c)
{
	const size_t count = s->steps_end - s->first_step;
	const struct line *line = &s->lines.line[s->first_step];
	struct tokens *tokens = arena_get(&t->arena, count * sizeof(*tokens));
	bool *readable = arena_get(&t->arena, count * sizeof(*readable));
	struct story st = { .s = s, .t = t, .names.arena = &t->arena };

	t->step = arena_get(&t->arena, (count < STEPS_MOST ? count : STEPS_MOST) *
			    sizeof(*t->step));
	add_fixed_names(s, &st.names);
	for (size_t i = 0; i < count; i++) {
		if (is_spoilt(which, s->first_step + i))
			tokens[i] = reader_tokens(&line[i], &t->arena);
		else
			readable[i] = substitute(&line[i], b, &t->arena, c, &tokens[i]);
		steps_foresee(&st, &tokens[i]);
	}
	for (size_t i = 0; i < count; i++) {
		struct reader r = {
			.c = c, .arena = &t->arena, .line = &line[i], .tokens = tokens[i],
			.again = which->again,
		};

		if (tokens[i].count)
			read_step(&st, &r, readable[i]);
	}
	steps_finish(&st, c);
	t->names = st.names.list;
	t->name_count = st.names.count;
}

static enum family family_of(const struct scenario *s, const struct bindings *b)
{
	if (!s->axes || strcmp(s->axis[0].name, "family") != 0 || !b->list[0].value)
		return s->family;
	return strcmp(b->list[0].value, "ipv6") ? FAMILY_IPV4 : FAMILY_IPV6;
}

static void read_trial(const struct scenario *s, const struct choice *which, struct trial *t,
		       struct complaints *c)
{
	struct bindings b;

	*t = (struct trial){ .scenario = s, .variant = which->variant, .row = which->row };
	b = bind_names(s, which, &t->arena);
	t->family = family_of(s, &b);
	t->wire = s->link_delay.ns > 0;
	read_settings(s, which, &b, t, c);
	read_steps(s, which, &b, t, c);
}

void parse_trial(const struct scenario *s, size_t variant, const struct facts *facts,
		 struct trial *t)
{
	struct choice which = { .variant = variant, .row = -1, .again = true };
	struct complaints none = { 0 };

	if (s->table.columns && !plan_row(s, variant, facts, &which.row))
		which.row = -1;
	read_trial(s, &which, t, &none);
	t->name = plan_name(s, variant, &t->arena);
	complaints_fini(&none);
}

void trial_fini(struct trial *t)
{
	arena_free(&t->arena);
	*t = (struct trial){ 0 };
}

/* --------------------------------------------------------------- all trials */

/**
 * struct check - A file while all its trials are read
 * @used:  for each axis, then for each outcome column: whether a line uses it
 * @same:  for each row the first whose cells are the same, where they are used
 * @seen:  a bit for each combination of used values and row that was read
 * @lines: read so far
 */
struct check {
	struct scenario *s;
	struct complaints *c;
	struct arena arena;
	struct choice which;
	bool *used;
	size_t *same;
	uint8_t *seen;
	size_t lines;
};

static bool *find_used(struct check *k)
{
	const struct scenario *s = k->s;
	const struct choice blank = { .row = -1, .blank = true };
	const struct bindings b = bind_names(s, &blank, &k->arena);
	bool *used = arena_get(&k->arena, (b.count + 1) * sizeof(*used));

	for (size_t i = 0; i < s->steps_end; i++)
		if (i >= s->first_step || header_is_setting(&s->lines.line[i]))
			substitute_uses(&s->lines.line[i], &b, used);
	return used;
}

static bool same_cells(const struct check *k, const struct row *a, const struct row *b)
{
	const struct table *table = &k->s->table;

	for (size_t i = table->keys; i < table->columns; i++)
		if (k->used[k->s->axes + i - table->keys] &&
		    (a->cell[i].len != b->cell[i].len ||
		     memcmp(a->cell[i].s, b->cell[i].s, a->cell[i].len) != 0))
			return false;
	return true;
}

/** is_new() - Whether this trial differs, in what its lines use, from all that were read */
static bool is_new(struct check *k, size_t variant, int row)
{
	const struct table *table = &k->s->table;
	size_t number = 0, bit;

	for (size_t i = 0; i < k->s->axes; i++) {
		const char *value = plan_value(k->s, variant, i);
		size_t at = 0;

		if (!k->used[i])
			continue;
		while (strcmp(k->s->axis[i].value[at], value) != 0)
			at++;
		number = number * k->s->axis[i].values + at;
	}
	bit = number * (table->rows + 1) + (row < 0 ? table->rows : k->same[row]);
	if (k->seen[bit / 8] & 1u << bit % 8)
		return false;
	k->seen[bit / 8] |= (uint8_t)(1u << bit % 8);
	return true;
}

/** check_trial() - Read one and throw it away; Return: whether to go on */
static bool check_trial(struct check *k, size_t variant, int row)
{
	struct trial t;

	if (!k->which.blank && !is_new(k, variant, row))
		return true;
	k->lines += k->s->steps_end;
	if (k->lines > CHECKS_MOST) {
		complain(k->c, k->s->lines.line[k->s->first_step].word[0].at,
			 "too much to check: all trials together have more than %d lines",
			 CHECKS_MOST);
		return false;
	}
	k->which.variant = variant;
	k->which.row = row;
	read_trial(k->s, &k->which, &t, k->c);
	k->s->runs |= t.runs;
	trial_fini(&t);
	k->which.again = true;
	return true;
}

static bool check_variant(struct check *k, size_t variant)
{
	int row = -1;

	if (!k->s->table.columns || k->which.open)
		return check_trial(k, variant, -1);
	while (plan_row(k->s, variant, NULL, &row))
		if (!check_trial(k, variant, row))
			return false;
	return true;
}

/** check_trials() - Read all trials, or, where the axes or the table are bad, one without values */
static void check_trials(struct check *k, bool good_axes, bool good_table)
{
	const struct table *table = &k->s->table;

	k->which.blank = !good_axes;
	if (!good_axes) {
		check_trial(k, 0, -1);
		return;
	}
	k->same = arena_get(&k->arena, (table->rows + 1) * sizeof(*k->same));
	for (size_t i = 0; i < table->rows; i++)
		while (!same_cells(k, &table->row[k->same[i]], &table->row[i]))
			k->same[i]++;
	k->seen = arena_get(&k->arena, k->s->variants * (table->rows + 1) / 8 + 1);
	for (size_t v = 0; v < k->s->variants; v++)
		if (!(good_table ? check_variant(k, v) : check_trial(k, v, -1)))
			return;
}

static void check_use(const struct check *k)
{
	const struct scenario *s = k->s;
	const struct table *table = &s->table;
	bool is_key[AXES_MOST + 1] = { false };

	for (size_t i = 0; i < table->keys; i++)
		if (table->column[i].kind == COLUMN_AXIS)
			is_key[table->column[i].axis] = true;
	for (size_t i = 0; i < s->axes; i++)
		if (!k->used[i] && !is_key[i] && strcmp(s->axis[i].name, "family") != 0)
			complain(k->c, s->axis[i].at, "axis \"%s\" is never used",
				 s->axis[i].name);
	for (size_t i = table->keys; i < table->columns; i++)
		if (!k->used[s->axes + i - table->keys])
			complain(k->c, table->column[i].at, "outcome column \"%s\" is never used",
				 table->column[i].name);
}

/** find_spoilt() - The lines that scan() complained about */
static bool find_spoilt(const struct scenario *s, const struct complaints *c, bool *spoilt)
{
	bool any = false;

	for (size_t i = 0; i < s->lines.count; i++)
		for (size_t j = 0; j < c->count; j++)
			if (c->list[j].at.line == s->lines.line[i].number)
				any = spoilt[i] = true;
	return any;
}

bool parse_stored(const char *path, const char *name, const char *text, size_t len,
		  struct store *store, struct scenario *s, struct complaints *c)
{
	struct check k = { .s = s, .c = c };
	bool good_axes, good_table, *spoilt;
	bool good_scan;

	*s = (struct scenario){ .arena = { .store = store }, .text = text, .len = len };
	s->path = arena_dup(&s->arena, path, strlen(path));
	s->name = arena_dup(&s->arena, name, strlen(name));
	good_scan = scan(text, len, &s->arena, &s->lines, c);
	spoilt = arena_get(&k.arena, s->lines.count + 1);
	k.which.spoilt = spoilt;
	k.which.open = find_spoilt(s, c, spoilt) || !good_scan;
	good_axes = header_read(s, spoilt, c);
	good_table = table_read(s, spoilt, c) && good_axes;
	k.which.open |= !good_table && s->table.columns == s->table.keys;
	k.used = find_used(&k);
	if (s->first_step < s->steps_end)
		check_trials(&k, good_axes, good_table);
	if (good_table && !k.which.open) {
		check_use(&k);
		if (s->table.columns)
			plan_check(s, c);
	}
	arena_free(&k.arena);
	return !c->errors;
}

bool parse_scenario(const char *path, const char *name, const char *text, size_t len,
		    struct scenario *s, struct complaints *c)
{
	return parse_stored(path, name, text, len, NULL, s, c);
}

void scenario_fini(struct scenario *s)
{
	arena_free(&s->arena);
	*s = (struct scenario){ 0 };
}
