// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The outcome table, asked for all trials and all kernels
 *
 * What a row's key cells ask is read into tests, one for each cell. A trial is
 * then a value index for each axis; a kernel is a version and one bit for each
 * yes/no question that the table asks. Versions between two that the table
 * names behave alike, so one stands for them: the lowest. With that the kinds
 * of kernels are few and numbered from 0, and cover and dead rows are found by
 * going through all of them.
 */
#include "runner/plan.h"

#include "lib/buf.h"
#include "runner/facts.h"

#include <string.h>

/** How many uncovered trials are named before the rest is only counted */
enum { GAPS_MOST = 5 };

/* ---------------------------------------------------------------- variants */

static size_t value_index(const struct scenario *s, size_t variant, size_t axis)
{
	for (size_t i = s->axes; --i > axis; )
		variant /= s->axis[i].values;
	return variant % s->axis[axis].values;
}

const char *plan_value(const struct scenario *s, size_t variant, size_t axis)
{
	return s->axis[axis].value[value_index(s, variant, axis)];
}

static void add_escaped(struct buf *out, const char *value)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789._/=,:+<>-";

	for (; *value; value++)
		if (strchr(plain, *value))
			buf_add(out, value, 1);
		else
			buf_addf(out, "%%%02X", (unsigned int)(unsigned char)*value);
}

const char *plan_name(const struct scenario *s, size_t variant, struct arena *a)
{
	const char *between = " ";
	autobuf name = { 0 };

	buf_adds(&name, s->name);
	for (size_t i = 0; i < s->axes; i++) {
		if (s->axis[i].implied && s->axis[i].values == 1)
			continue;
		buf_addf(&name, "%s%s=", between, s->axis[i].name);
		add_escaped(&name, plan_value(s, variant, i));
		between = ",";
	}
	return arena_dup(a, buf_text(&name), name.len);
}

/* ------------------------------------------------------------------- tests */

/** struct test - What a key cell asks of a trial on a kernel */
struct test {
	enum {
		TEST_ANY, TEST_VALUE, TEST_AT_LEAST, TEST_BELOW, TEST_YES, TEST_NO,
		TEST_WRONG /* the cell makes no sense: never met */
	} kind;
	size_t axis, value;		/* TEST_VALUE */
	unsigned int version;		/* TEST_AT_LEAST, TEST_BELOW */
	size_t question;		/* TEST_YES, TEST_NO */
};

/**
 * struct view - The table as tests, and the kernels that it tells apart
 * @test:     row by row, one for each key
 * @from:     versions at which something changes, ascending; the first is 0
 * @question: a column that asks it, for each question
 * @required: bits of the questions that the file's needs answer with yes
 */
struct view {
	struct arena arena;
	const struct scenario *s;
	const struct table *table;
	struct test *test;
	unsigned int *from;
	size_t froms;
	const struct column **question;
	size_t questions;
	unsigned int required;
};

/** struct kernel - A kind of kernel: the lowest version of a stretch, and answers by question */
struct kernel {
	unsigned int version;
	unsigned int answers;
};

/** struct trial_key - The value index of each axis */
struct trial_key {
	size_t value[AXES_MOST];
};

static bool word_is(const struct word *w, const char *s)
{
	return w->len == strlen(s) && !memcmp(w->s, s, w->len);
}

static bool same_need(const struct need_of *a, const struct need_of *b)
{
	return a->kind == b->kind &&
	       (a->name && b->name ? !strcmp(a->name, b->name) : a->name == b->name);
}

static void add_version(struct view *v, unsigned int version)
{
	size_t i = v->froms;

	for (size_t j = 0; j < v->froms; j++)
		if (v->from[j] == version)
			return;
	v->from = arena_grow(&v->arena, v->from, v->froms, sizeof(*v->from));
	for (; i && v->from[i - 1] > version; i--)
		v->from[i] = v->from[i - 1];
	v->from[i] = version;
	v->froms++;
}

static size_t question_of(struct view *v, const struct column *c)
{
	for (size_t i = 0; i < v->questions; i++)
		if (same_need(&v->question[i]->has, &c->has))
			return i;
	v->question = arena_grow(&v->arena, v->question, v->questions, sizeof(*v->question));
	v->question[v->questions] = c;
	return v->questions++;
}

static struct test axis_test(const struct view *v, const struct column *c, const struct word *w)
{
	const struct axis *axis = &v->s->axis[c->axis];

	for (size_t i = 0; i < axis->values; i++)
		if (word_is(w, axis->value[i]))
			return (struct test){
				.kind = TEST_VALUE, .axis = (size_t)c->axis, .value = i,
			};
	return (struct test){ .kind = TEST_WRONG };
}

static struct test kernel_test(struct view *v, const struct word *w)
{
	struct test t = { .kind = TEST_WRONG };
	size_t skip = 0;

	if (w->len > 2 && !memcmp(w->s, ">=", 2))
		skip = 2;
	else if (w->len > 1 && w->s[0] == '<')
		skip = 1;
	if (!skip || !facts_version(w->s + skip, w->len - skip, &t.version))
		return t;
	add_version(v, t.version);
	t.kind = skip == 2 ? TEST_AT_LEAST : TEST_BELOW;
	return t;
}

static struct test has_test(struct view *v, const struct column *c, const struct word *w)
{
	struct test t = { .kind = TEST_WRONG, .question = question_of(v, c) };

	if (word_is(w, "yes"))
		t.kind = TEST_YES;
	else if (word_is(w, "no"))
		t.kind = TEST_NO;
	return t;
}

static struct test cell_test(struct view *v, const struct column *c, const struct word *w)
{
	if (!w->quoted && word_is(w, "*"))
		return (struct test){ .kind = TEST_ANY };
	if (c->kind == COLUMN_AXIS)
		return axis_test(v, c, w);
	if (c->kind == COLUMN_KERNEL)
		return kernel_test(v, w);
	return has_test(v, c, w);
}

static struct test *tests_of(const struct view *v, size_t row)
{
	return v->test + row * v->table->keys;
}

static void view_init(struct view *v, const struct scenario *s)
{
	const struct table *t = &s->table;

	*v = (struct view){ .s = s, .table = t };
	v->test = arena_get(&v->arena, t->rows * t->keys * sizeof(*v->test));
	add_version(v, 0);
	for (size_t row = 0; row < t->rows; row++)
		for (size_t key = 0; key < t->keys; key++)
			tests_of(v, row)[key] =
				cell_test(v, &t->column[key], &t->row[row].cell[key]);
	for (size_t i = 0; i < s->needs; i++)
		if (s->need[i].kind == NEED_KERNEL)
			add_version(v, s->need[i].version);
	for (size_t i = 0; i < s->needs; i++)
		for (size_t q = 0; q < v->questions; q++)
			if (same_need(&v->question[q]->has, &s->need[i]))
				v->required |= 1u << q;
}

static void view_fini(struct view *v)
{
	arena_free(&v->arena);
}

/* ----------------------------------------------------------------- kernels */

static size_t kernel_kinds(const struct view *v)
{
	return v->froms << v->questions;
}

static bool version_allowed(const struct scenario *s, unsigned int version)
{
	for (size_t i = 0; i < s->needs; i++) {
		const struct need_of *n = &s->need[i];

		if (n->kind == NEED_KERNEL &&
		    (version < n->version) != (n->relation == RELATION_BELOW))
			return false;
	}
	return true;
}

/** kernel_number() - The @i-th kind; Return: whether the file's needs allow it */
static bool kernel_number(const struct view *v, size_t i, struct kernel *k)
{
	k->version = v->from[i >> v->questions];
	k->answers = (unsigned int)i & ((1u << v->questions) - 1);
	return (k->answers & v->required) == v->required && version_allowed(v->s, k->version);
}

static void kernel_of_facts(const struct view *v, const struct facts *f, struct kernel *k)
{
	*k = (struct kernel){ .version = f->version };
	for (size_t q = 0; q < v->questions; q++)
		if (facts_met(f, &v->question[q]->has, NULL, NULL))
			k->answers |= 1u << q;
}

/* ------------------------------------------------------------------- match */

/** test_met() - @k: NULL to ask only about the trial */
static bool test_met(const struct test *t, const struct trial_key *key, const struct kernel *k)
{
	if (t->kind == TEST_VALUE)
		return key->value[t->axis] == t->value;
	if (t->kind == TEST_ANY || t->kind == TEST_WRONG || !k)
		return t->kind != TEST_WRONG;
	if (t->kind == TEST_AT_LEAST || t->kind == TEST_BELOW)
		return (k->version >= t->version) == (t->kind == TEST_AT_LEAST);
	return (k->answers >> t->question & 1) == (t->kind == TEST_YES);
}

static bool row_matches(const struct view *v, size_t row, const struct trial_key *key,
			const struct kernel *k)
{
	for (size_t i = 0; i < v->table->keys; i++)
		if (!test_met(&tests_of(v, row)[i], key, k))
			return false;
	return true;
}

/** first_row() - The row that holds; -1 for none */
static int first_row(const struct view *v, const struct trial_key *key, const struct kernel *k)
{
	for (size_t row = 0; row < v->table->rows; row++)
		if (row_matches(v, row, key, k))
			return (int)row;
	return -1;
}

/** next_row() - The next row that some kernel chooses for a trial; -1 for none */
static int next_row(const struct view *v, const struct trial_key *key, int row)
{
	int next = -1;
	struct kernel k;

	for (size_t i = 0; i < kernel_kinds(v); i++) {
		int first;

		if (!kernel_number(v, i, &k))
			continue;
		first = first_row(v, key, &k);
		if (first > row && (next < 0 || first < next))
			next = first;
	}
	return next;
}

/** next_match() - The next row that a trial does not rule out; for a table that tells too much apart */
static int next_match(const struct view *v, const struct trial_key *key, int row)
{
	for (size_t next = (size_t)(row + 1); next < v->table->rows; next++)
		if (row_matches(v, next, key, NULL))
			return (int)next;
	return -1;
}

bool plan_row(const struct scenario *s, size_t variant, const struct facts *facts, int *row)
{
	struct trial_key key = { 0 };
	struct kernel k;
	struct view v;
	int found;

	if (!s->table.columns)
		return false;
	for (size_t i = 0; i < s->axes; i++)
		key.value[i] = value_index(s, variant, i);
	view_init(&v, s);
	if (facts) {
		kernel_of_facts(&v, facts, &k);
		found = first_row(&v, &key, &k);
	} else if (kernel_kinds(&v) <= KERNELS_MOST) {
		found = next_row(&v, &key, *row);
	} else {
		found = next_match(&v, &key, *row);
	}
	view_fini(&v);
	if (found >= 0)
		*row = found;
	return found >= 0;
}

/* ------------------------------------------------------------------- cells */

static void complain_of_value(struct complaints *c, const struct axis *axis, const struct word *w)
{
	const char *among[VALUES_MOST + 1] = { NULL };
	autobuf known = { 0 };
	const char *meant;

	for (size_t i = 0; i < axis->values && i < VALUES_MOST; i++) {
		among[i] = axis->value[i];
		buf_addf(&known, "%s%s", i ? ", " : "", *among[i] ? among[i] : "\"\"");
	}
	meant = words_nearest(w->s, w->len, among);
	if (meant)
		complain(c, w->at, "the axis %s has no value \"%.*s\", did you mean %s?",
			 axis->name, (int)w->len, w->s, meant);
	else
		complain(c, w->at, "the axis %s has no value \"%.*s\", it has %s", axis->name,
			 (int)w->len, w->s, buf_text(&known));
}

static void complain_of_cell(const struct view *v, struct complaints *c,
			     const struct column *column, const struct word *w)
{
	if (column->kind == COLUMN_AXIS)
		complain_of_value(c, &v->s->axis[column->axis], w);
	else if (column->kind == COLUMN_KERNEL)
		complain(c, w->at, "\"%.*s\" is no kernel, write >=6.14, <6.14 or *",
			 (int)w->len, w->s);
	else
		complain(c, w->at, "\"%.*s\" is no answer, write yes, no or *",
			 (int)w->len, w->s);
}

static bool check_cells(const struct view *v, struct complaints *c)
{
	const struct table *t = v->table;
	bool good = true;

	for (size_t row = 0; row < t->rows; row++)
		for (size_t key = 0; key < t->keys; key++) {
			if (tests_of(v, row)[key].kind != TEST_WRONG)
				continue;
			complain_of_cell(v, c, &t->column[key], &t->row[row].cell[key]);
			good = false;
		}
	return good;
}

/** check_needs() - That some kernel is left to play the file on */
static bool check_needs(const struct view *v, struct complaints *c)
{
	for (size_t i = 0; i < v->froms; i++)
		if (version_allowed(v->s, v->from[i]))
			return true;
	for (size_t i = v->s->needs; i--; )
		if (v->s->need[i].kind == NEED_KERNEL) {
			complain(c, v->s->need[i].at, "no kernel meets this and the needs before it");
			break;
		}
	return false;
}

/* --------------------------------------------------- trials, by their keys */

static bool is_key(const struct view *v, size_t axis)
{
	for (size_t i = 0; i < v->table->keys; i++)
		if (v->table->column[i].kind == COLUMN_AXIS &&
		    (size_t)v->table->column[i].axis == axis)
			return true;
	return false;
}

/** next_key() - Turn on, the last axis first, only those that the table asks for; false after all */
static bool next_key(const struct view *v, struct trial_key *key)
{
	for (size_t i = v->s->axes; i--; ) {
		if (!is_key(v, i))
			continue;
		if (++key->value[i] < v->s->axis[i].values)
			return true;
		key->value[i] = 0;
	}
	return false;
}

static bool check_kinds(const struct view *v, struct complaints *c)
{
	size_t kinds = kernel_kinds(v);

	if (kinds > KERNELS_MOST) {
		complain(c, v->table->at, "the table tells more than %d kinds of kernels apart",
			 KERNELS_MOST);
		return false;
	}
	for (size_t i = 0; i < v->s->axes && kinds <= KINDS_MOST; i++)
		if (is_key(v, i))
			kinds *= v->s->axis[i].values;
	if (kinds <= KINDS_MOST)
		return true;
	complain(c, v->table->at, "the table tells more than %d kinds of trials and kernels apart",
		 KINDS_MOST);
	return false;
}

/* ------------------------------------------------------------------- cover */

static void add_trial(const struct view *v, const struct trial_key *key, struct buf *out)
{
	const char *between = "";

	for (size_t i = 0; i < v->s->axes; i++) {
		const struct axis *axis = &v->s->axis[i];

		if (!is_key(v, i))
			continue;
		buf_addf(out, "%s%s=", between, axis->name);
		add_escaped(out, axis->value[key->value[i]]);
		between = ",";
	}
}

static void add_version_range(const struct view *v, unsigned int version, struct buf *out)
{
	const char *between = " on kernels ";

	if (version)
		buf_addf(out, "%s>= %u.%u", between, version >> 16, version >> 8 & 0xff);
	if (version)
		between = " and ";
	for (size_t i = 0; i < v->froms; i++)
		if (v->from[i] > version) {
			buf_addf(out, "%s< %u.%u", between, v->from[i] >> 16,
				 v->from[i] >> 8 & 0xff);
			break;
		}
}

static void add_answers(const struct view *v, unsigned int answers, struct buf *out)
{
	struct arena a = { 0 };

	for (size_t q = 0; q < v->questions; q++)
		buf_addf(out, "%s %s %s", q ? " and" : "",
			 answers >> q & 1 ? "with" : "without",
			 facts_question(&v->question[q]->has, &a));
	arena_free(&a);
}

/** struct gap - Kernels on which no row holds for a trial: the first of them, and whether it is all */
struct gap {
	struct kernel first;
	bool any, all;
};

static struct gap find_gap(const struct view *v, const struct trial_key *key, bool *chosen)
{
	struct gap gap = { .all = true };
	struct kernel k;

	for (size_t i = 0; i < kernel_kinds(v); i++) {
		int row;

		if (!kernel_number(v, i, &k))
			continue;
		row = first_row(v, key, &k);
		if (row >= 0) {
			chosen[row] = true;
			gap.all = false;
		} else if (!gap.any) {
			gap.first = k;
			gap.any = true;
		}
	}
	return gap;
}

static void complain_of_gap(const struct view *v, struct complaints *c,
			    const struct trial_key *key, const struct gap *gap)
{
	autobuf which = { 0 };

	add_trial(v, key, &which);
	if (!gap->all) {
		add_version_range(v, gap->first.version, &which);
		add_answers(v, gap->first.answers, &which);
	}
	complain(c, v->table->at, "no row holds%s%s", which.len && which.s[0] != ' ' ? " for " : "",
		 buf_text(&which));
}

/** check_cover() - @chosen: out, the rows that hold for something */
static void check_cover(const struct view *v, struct complaints *c, bool *chosen)
{
	struct trial_key key = { 0 };
	size_t gaps = 0;

	do {
		const struct gap gap = find_gap(v, &key, chosen);

		if (gap.any && gaps++ < GAPS_MOST)
			complain_of_gap(v, c, &key, &gap);
	} while (next_key(v, &key));
	if (gaps > GAPS_MOST)
		complain(c, v->table->at, "no row holds for %zu more", gaps - GAPS_MOST);
}

/* --------------------------------------------------------------- dead rows */

enum { TAKER_NONE = -1, TAKER_SEVERAL = -2 };

/** find_taker() - The row above that takes all that a dead row would match, if it is one */
static int find_taker(const struct view *v, size_t dead)
{
	struct trial_key key = { 0 };
	int taker = TAKER_NONE;
	struct kernel k;

	do {
		for (size_t i = 0; i < kernel_kinds(v); i++) {
			int row;

			if (!kernel_number(v, i, &k) || !row_matches(v, dead, &key, &k))
				continue;
			row = first_row(v, &key, &k);
			if (taker != TAKER_NONE && taker != row)
				return TAKER_SEVERAL;
			taker = row;
		}
	} while (next_key(v, &key));
	return taker;
}

static void complain_of_dead_row(const struct view *v, struct complaints *c, size_t row)
{
	const struct place at = v->table->row[row].at;
	const int taker = find_taker(v, row);

	if (taker == TAKER_NONE)
		complain(c, at, "this row never holds: no kernel can be so");
	else if (taker == TAKER_SEVERAL)
		complain(c, at, "this row never holds: rows above it take all that it matches");
	else
		complain(c, at, "this row never holds: the row in line %d takes all that it matches",
			 v->table->row[taker].at.line);
}

void plan_check(const struct scenario *s, struct complaints *c)
{
	struct view v;

	if (!s->table.columns)
		return;
	if (!s->table.rows) {
		complain(c, s->table.at, "the table has no rows");
		return;
	}
	view_init(&v, s);
	if (check_cells(&v, c) && check_needs(&v, c) && check_kinds(&v, c)) {
		bool *chosen = arena_get(&v.arena, s->table.rows * sizeof(*chosen));

		check_cover(&v, c, chosen);
		for (size_t row = 0; row < s->table.rows; row++)
			if (!chosen[row])
				complain_of_dead_row(&v, c, row);
	}
	view_fini(&v);
}
