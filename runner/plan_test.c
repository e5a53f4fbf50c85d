// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/plan.h"

#include "lib/buf.h"
#include "runner/complain.h"
#include "runner/facts.h"
#include "runner/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/*
 * Scenarios are built from lines like those of a file: `vary NAME VALUE ...`,
 * `needs KIND ...`, and the table. Nothing is checked: that is the parser's.
 */

static const char *text_of(struct scenario *s, const struct word *w)
{
	return arena_dup(&s->arena, w->s, w->len);
}

static bool is_word(const struct word *w, const char *s)
{
	return w->len == strlen(s) && !memcmp(w->s, s, w->len);
}

static void add_axis(struct scenario *s, const struct line *l)
{
	struct axis *axis;

	s->axis = arena_grow(&s->arena, s->axis, s->axes, sizeof(*s->axis));
	axis = &s->axis[s->axes++];
	*axis = (struct axis){ .name = text_of(s, &l->word[1]), .at = l->word[1].at };
	axis->value = arena_get(&s->arena, l->words * sizeof(*axis->value));
	for (size_t i = 2; i < l->words; i++)
		axis->value[axis->values++] = text_of(s, &l->word[i]);
	axis->implied = is_word(&l->word[1], "family");
	s->variants *= axis->values;
}

static struct need_of need_from(struct scenario *s, const struct word *w, size_t words)
{
	struct need_of n = { .kind = NEED_DESTROY, .at = w->at };

	if (is_word(w, "kernel")) {
		n.kind = NEED_KERNEL;
		n.relation = is_word(w + 1, "<") ? RELATION_BELOW : RELATION_AT_LEAST;
		assert_true(facts_version(w[2].s, w[2].len, &n.version));
	} else if (words > 1) {
		n.kind = is_word(w, "sysctl") ? NEED_SYSCTL : NEED_COUNTER;
		n.name = text_of(s, w + 1);
	}
	return n;
}

static void add_need(struct scenario *s, const struct line *l)
{
	s->need = arena_grow(&s->arena, s->need, s->needs, sizeof(*s->need));
	s->need[s->needs++] = need_from(s, &l->word[1], l->words - 1);
}

static int axis_named(const struct scenario *s, const struct word *w)
{
	for (size_t i = 0; i < s->axes; i++)
		if (is_word(w, s->axis[i].name))
			return (int)i;
	return -1;
}

static struct column *add_column(struct scenario *s, const struct word *w)
{
	struct table *t = &s->table;

	t->column = arena_grow(&s->arena, t->column, t->columns, sizeof(*t->column));
	t->column[t->columns] = (struct column){
		.name = text_of(s, w), .at = w->at, .kind = COLUMN_OUTCOME,
	};
	return &t->column[t->columns++];
}

static void add_head(struct scenario *s, const struct line *l)
{
	bool outcomes = false;

	s->table.at = l->word[0].at;
	for (size_t i = 1; i < l->words; i++) {
		struct column *c;

		if (is_word(&l->word[i], "|")) {
			s->table.keys = s->table.columns;
			outcomes = true;
			continue;
		}
		c = add_column(s, &l->word[i]);
		if (outcomes)
			continue;
		c->axis = axis_named(s, &l->word[i]);
		c->kind = c->axis >= 0 ? COLUMN_AXIS : COLUMN_KERNEL;
		if (!is_word(&l->word[i], "has"))
			continue;
		i++;
		c->kind = COLUMN_HAS;
		c->has = (struct need_of){ .kind = NEED_DESTROY };
		if (!is_word(&l->word[i], "destroy"))
			c->has = (struct need_of){ .kind = NEED_SYSCTL,
						   .name = text_of(s, &l->word[i]) };
	}
}

static void add_row(struct scenario *s, const struct line *l)
{
	struct table *t = &s->table;
	struct row *row;
	size_t cells = 0;

	t->row = arena_grow(&s->arena, t->row, t->rows, sizeof(*t->row));
	row = &t->row[t->rows++];
	*row = (struct row){ .cell = arena_get(&s->arena, l->words * sizeof(*row->cell)),
			     .at = l->word[0].at };
	for (size_t i = 0; i < l->words; i++)
		if (!is_word(&l->word[i], "|"))
			row->cell[cells++] = l->word[i];
	assert_int_equal(cells, t->columns);
}

static void build(struct scenario *s, const char *text)
{
	struct complaints c = { 0 };

	*s = (struct scenario){ .name = "topic/file", .variants = 1 };
	s->len = strlen(text);
	s->text = arena_dup(&s->arena, text, s->len);
	assert_true(scan(s->text, s->len, &s->arena, &s->lines, &c));
	for (size_t i = 0; i < s->lines.count; i++) {
		const struct line *l = &s->lines.line[i];

		if (is_word(&l->word[0], "vary"))
			add_axis(s, l);
		else if (is_word(&l->word[0], "needs"))
			add_need(s, l);
		else if (is_word(&l->word[0], "outcome"))
			add_head(s, l);
		else
			add_row(s, l);
	}
	complaints_fini(&c);
}

static void drop(struct scenario *s)
{
	arena_free(&s->arena);
}

/* ------------------------------------------------------------------ names */

static const struct { const char *axes; size_t variant, variants; const char *name; } names[] = {
	{ "",						0, 1, "topic/file" },
	{ "vary a 0 1",					0, 2, "topic/file a=0" },
	{ "vary a 0 1",					1, 2, "topic/file a=1" },
	{ "vary a 0 1\nvary b x y z",			1, 6, "topic/file a=0,b=y" },
	{ "vary a 0 1\nvary b x y z",			3, 6, "topic/file a=1,b=x" },
	{ "vary a 0 1\nvary b x y z\nvary c 5 6",	11, 12, "topic/file a=1,b=z,c=6" },
	{ "vary family ipv4 ipv6\nvary a 0 1",		2, 4, "topic/file family=ipv6,a=0" },
	{ "vary family ipv4\nvary a 0 1",		1, 2, "topic/file a=1" },
	{ "vary family ipv4",				0, 1, "topic/file" },
	{ "vary one x",					0, 1, "topic/file one=x" },
	{ "vary o \"\" \"reuseaddr reuseport\"",	0, 2, "topic/file o=" },
	{ "vary o \"\" \"reuseaddr reuseport\"",	1, 2, "topic/file o=reuseaddr%20reuseport" },
	{ "vary o \"%\xc3\xa9\\n\\\"\"",		0, 1, "topic/file o=%25%C3%A9%0A%22" },
	{ "vary o Az09._/=,:+<>-",			0, 1, "topic/file o=Az09._/=,:+<>-" },
};

static void a_trial_is_named_by_its_values_the_last_axis_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(names); i++) {
		struct arena a = { 0 };
		struct scenario s;

		build(&s, names[i].axes);
		assert_int_equal(s.variants, names[i].variants);
		assert_string_equal(plan_name(&s, names[i].variant, &a), names[i].name);
		arena_free(&a);
		drop(&s);
	}
}

static void all_names_of_a_file_differ(void **state)
{
	struct arena a = { 0 };
	struct scenario s;

	(void)state;
	build(&s, "vary a 0 1\nvary b x y z\nvary c 5 6");
	for (size_t i = 0; i < s.variants; i++)
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(plan_name(&s, i, &a), plan_name(&s, j, &a));
	arena_free(&a);
	drop(&s);
}

/* ------------------------------------------------------------------ checks */

/** Each file with what is said of it: LINE:COLUMN text, joined by newlines; "" for nothing */
static const struct { const char *file, *said; } checks[] = {
	/* tables that are right */
	{ "vary a 0 1", "" },
	{ "vary t 0 1\nvary r 0 1 2\noutcome t r | x\n1 * | ok\n0 * | E", "" },
	{ "vary r 0 1 2\nvary g 0ms 1s\noutcome r g | x\n1 1s | ok\n* * | E", "" },
	{ "vary r 0 1 2\noutcome | x\n| ok", "" },
	{ "outcome kernel | x\n>=6.14 | a\n<6.14 | b", "" },
	{ "outcome kernel | x\n>=6.14 | a\n>=5.4 | b\n* | c", "" },
	{ "outcome has net.x | x\nyes | a\nno | b", "" },
	{ "vary o \"\" \"a b\"\noutcome o | x\n\"\" | p\n\"a b\" | q", "" },
	{ "vary o \"*\" y\noutcome o | x\n\"*\" | p\ny | q", "" },
	{ "vary a 0 1\noutcome a kernel | x\n0 >=6.14 | p\n0 <6.14 | q\n1 * | r", "" },
	{ "outcome has net.x has destroy | x\nyes yes | a\nyes no | b\nno * | c", "" },
	/* no row for a trial */
	{ "vary t 0 1\noutcome t | x\n1 | ok", "2:1 no row holds for t=0" },
	{ "vary t 0 1\nvary r 0 1 2\noutcome t r | x\n1 * | a\n* 2 | b",
	  "3:1 no row holds for t=0,r=0\n3:1 no row holds for t=0,r=1" },
	{ "vary family ipv4 ipv6\nvary t 0 1\noutcome t | x\n1 | ok", "3:1 no row holds for t=0" },
	{ "vary n 1 2 3 4 5 6 7 8\noutcome n | x\n1 | ok",
	  "2:1 no row holds for n=2\n2:1 no row holds for n=3\n2:1 no row holds for n=4\n"
	  "2:1 no row holds for n=5\n2:1 no row holds for n=6\n2:1 no row holds for 2 more" },
	{ "vary t 0 1\noutcome t | x", "2:1 the table has no rows" },
	{ "outcome kernel | x\n>=6.14 | a", "1:1 no row holds on kernels < 6.14" },
	{ "outcome kernel | x\n<6.14 | a", "1:1 no row holds on kernels >= 6.14" },
	{ "outcome kernel | x\n<5.4 | a\n>=6.14 | b",
	  "1:1 no row holds on kernels >= 5.4 and < 6.14" },
	{ "outcome has net.x | x\nyes | a", "1:1 no row holds without sysctl net.x" },
	{ "outcome has net.x has destroy | x\nyes * | a\nno yes | b",
	  "1:1 no row holds without sysctl net.x and without destroy" },
	{ "vary a 0 1\noutcome a kernel | x\n0 * | p\n1 >=6.14 | q",
	  "2:1 no row holds for a=1 on kernels < 6.14" },
	/* dead rows */
	{ "vary t 0 1\noutcome t | x\n* | a\n1 | b",
	  "4:1 this row never holds: the row in line 3 takes all that it matches" },
	{ "vary t 0 1\noutcome t | x\n0 | a\n1 | b\n* | c",
	  "5:1 this row never holds: rows above it take all that it matches" },
	{ "outcome | x\n| a\n| b",
	  "3:1 this row never holds: the row in line 2 takes all that it matches" },
	{ "outcome kernel | x\n>=5.4 | a\n>=6.14 | b\n* | c",
	  "3:1 this row never holds: the row in line 2 takes all that it matches" },
	{ "outcome kernel | x\n>=6.14 | a\n<6.14 | b\n* | c",
	  "4:1 this row never holds: rows above it take all that it matches" },
	{ "outcome kernel kernel | x\n>=6.14 <6.12 | a\n* * | b",
	  "2:1 this row never holds: no kernel can be so" },
	{ "outcome has net.x has net.x | x\nyes no | a\n* * | b",
	  "2:1 this row never holds: no kernel can be so" },
	/* the file's needs rule kernels out */
	{ "needs kernel >= 6.14\noutcome kernel | x\n>=6.14 | a", "" },
	{ "needs kernel >= 6.14\noutcome kernel | x\n>=6.18 | a\n* | b", "" },
	{ "needs kernel >= 6.14\noutcome kernel | x\n<6.14 | a\n* | b",
	  "3:1 this row never holds: no kernel can be so" },
	{ "needs kernel < 6.14\noutcome kernel | x\n>=6.14 | a\n* | b",
	  "3:1 this row never holds: no kernel can be so" },
	{ "needs sysctl net.x\noutcome has net.x | x\nyes | a", "" },
	{ "needs sysctl net.x\noutcome has net.x | x\nyes | a\nno | b",
	  "4:1 this row never holds: no kernel can be so" },
	{ "needs counter net.x\noutcome has net.x | x\nyes | a",
	  "2:1 no row holds without sysctl net.x" },
	{ "needs kernel >= 6.14\nneeds kernel < 6.12\noutcome kernel | x\n* | a",
	  "2:7 no kernel meets this and the needs before it" },
	/* cells that make no sense: nothing else is said then */
	{ "vary t 0 1\noutcome t | x\n2 | a", "3:1 the axis t has no value \"2\", it has 0, 1" },
	{ "vary o reuseaddr \"\"\noutcome o | x\nreuseadr | a\n* | b",
	  "3:1 the axis o has no value \"reuseadr\", did you mean reuseaddr?" },
	{ "vary o reuseaddr \"\"\noutcome o | x\nother | a\n* | b",
	  "3:1 the axis o has no value \"other\", it has reuseaddr, \"\"" },
	{ "vary t 0 1\noutcome t | x\n\"*\" | a", "3:1 the axis t has no value \"*\", it has 0, 1" },
	{ "outcome kernel | x\n6.14 | a", "2:1 \"6.14\" is no kernel, write >=6.14, <6.14 or *" },
	{ "outcome kernel | x\n>=6.14.2 | a\n>6 | b\n<six | c\n= | d",
	  "2:1 \">=6.14.2\" is no kernel, write >=6.14, <6.14 or *\n"
	  "3:1 \">6\" is no kernel, write >=6.14, <6.14 or *\n"
	  "4:1 \"<six\" is no kernel, write >=6.14, <6.14 or *\n"
	  "5:1 \"=\" is no kernel, write >=6.14, <6.14 or *" },
	{ "outcome has net.x | x\nmaybe | a", "2:1 \"maybe\" is no answer, write yes, no or *" },
};

static void add_said(struct buf *out, const struct complaint *k)
{
	buf_addf(out, "%s%d:%d %s", out->len ? "\n" : "", k->at.line, k->at.column, k->text);
}

static void a_table_covers_every_trial_and_no_row_is_dead(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(checks); i++) {
		struct complaints c = { 0 };
		autobuf said = { 0 };
		struct scenario s;

		build(&s, checks[i].file);
		plan_check(&s, &c);
		for (size_t j = 0; j < c.count; j++)
			add_said(&said, &c.list[j]);
		if (strcmp(buf_text(&said), checks[i].said))
			fail_msg("\n%s\n-- said:\n%s\n-- not:\n%s", checks[i].file,
				 buf_text(&said), checks[i].said);
		complaints_fini(&c);
		drop(&s);
	}
}

/** build_wide() - A table with @has yes/no columns and @axes axes of 8 values */
static void build_wide(struct scenario *s, int has, int axes)
{
	autobuf text = { 0 };

	for (int i = 0; i < axes; i++)
		buf_addf(&text, "vary a%d 0 1 2 3 4 5 6 7\n", i);
	buf_adds(&text, "outcome");
	for (int i = 0; i < axes; i++)
		buf_addf(&text, " a%d", i);
	for (int i = 0; i < has; i++)
		buf_addf(&text, " has net.x%d", i);
	buf_adds(&text, " | x\n");
	for (int i = 0; i < axes + has; i++)
		buf_adds(&text, i < axes ? "0 " : "yes ");
	buf_adds(&text, "| a\n");
	for (int i = 0; i < axes + has; i++)
		buf_adds(&text, "* ");
	buf_adds(&text, "| b\n");
	build(s, text.s);
}

static void a_table_with_too_many_kinds_is_refused(void **state)
{
	static const struct { int has, axes; const char *refused; } wide[] = {
		{ 10, 0, NULL },
		{ 9, 2, NULL },
		{ 0, 5, NULL },
		{ 11, 0, "the table tells more than 1024 kinds of kernels apart" },
		{ 15, 6, "the table tells more than 1024 kinds of kernels apart" },
		{ 9, 3, "the table tells more than 200000 kinds of trials and kernels apart" },
		{ 0, 6, "the table tells more than 200000 kinds of trials and kernels apart" },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(wide); i++) {
		struct complaints c = { 0 };
		struct scenario s;

		build_wide(&s, wide[i].has, wide[i].axes);
		plan_check(&s, &c);
		assert_int_equal(c.count, wide[i].refused ? 1 : 0);
		if (wide[i].refused)
			assert_string_equal(c.list[0].text, wide[i].refused);
		complaints_fini(&c);
		drop(&s);
	}
}

static void of_a_table_with_too_many_kinds_every_row_may_hold(void **state)
{
	struct scenario s;
	int row = -1;

	(void)state;
	build_wide(&s, 11, 1);
	assert_true(plan_row(&s, 0, NULL, &row));
	assert_int_equal(row, 0);
	assert_true(plan_row(&s, 0, NULL, &row));
	assert_int_equal(row, 1);
	assert_false(plan_row(&s, 0, NULL, &row));
	row = -1;
	assert_true(plan_row(&s, 7, NULL, &row));
	assert_int_equal(row, 1);
	drop(&s);
}

/* -------------------------------------------------------------------- rows */

static const struct {
	const char *file;
	size_t variant;
	const char *release, *destroy;	/* NULL: never asked */
	int row;
	const char *all;		/* the rows that some kernel would choose */
} rows[] = {
	{ "vary a 0 1", 0, "6.12.1", NULL, -1, "" },
	{ "vary t 0 1\nvary r 0 1 2\noutcome t r | x\n1 * | a\n0 2 | b\n* * | c", 0,
	  "6.12.1", NULL, 2, "2" },
	{ "vary t 0 1\nvary r 0 1 2\noutcome t r | x\n1 * | a\n0 2 | b\n* * | c", 2,
	  "6.12.1", NULL, 1, "1" },
	{ "vary t 0 1\nvary r 0 1 2\noutcome t r | x\n1 * | a\n0 2 | b\n* * | c", 4,
	  "6.12.1", NULL, 0, "0" },
	{ "outcome kernel | x\n>=6.14 | a\n>=5.4 | b\n* | c", 0, "6.14.0", NULL, 0, "0 1 2" },
	{ "outcome kernel | x\n>=6.14 | a\n>=5.4 | b\n* | c", 0, "6.13.9", NULL, 1, "0 1 2" },
	{ "outcome kernel | x\n>=6.14 | a\n>=5.4 | b\n* | c", 0, "4.19.0", NULL, 2, "0 1 2" },
	{ "outcome has destroy | x\nyes | a\nno | b", 0, "6.12.1", "yes", 0, "0 1" },
	{ "outcome has destroy | x\nyes | a\nno | b", 0, "6.12.1", "no, not here", 1, "0 1" },
	{ "outcome has destroy | x\nyes | a\nno | b", 0, "6.12.1", NULL, 1, "0 1" },
	{ "needs kernel >= 6.14\noutcome kernel | x\n<6.12 | a\n* | b", 0, "6.14.0", NULL, 1, "1" },
	{ "needs destroy\noutcome has destroy | x\nno | a\n* | b", 0, "6.14.0", "yes", 1, "1" },
	{ "vary a 0 1\noutcome a kernel | x\n0 >=6.14 | p\n0 <6.14 | q\n1 * | r", 0,
	  "6.12.1", NULL, 1, "0 1" },
	{ "vary a 0 1\noutcome a kernel | x\n0 >=6.14 | p\n0 <6.14 | q\n1 * | r", 1,
	  "6.12.1", NULL, 2, "2" },
	{ "vary a 0 1\noutcome a | x\n0 | p", 1, "6.12.1", NULL, -1, "" },
};

static void a_kernel_chooses_the_first_row_that_matches(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct facts f = { 0 };
		struct scenario s;
		int row = -1;

		build(&s, rows[i].file);
		assert_true(facts_set_release(&f, rows[i].release));
		if (rows[i].destroy)
			facts_put(&f, "destroy", rows[i].destroy);
		assert_int_equal(plan_row(&s, rows[i].variant, &f, &row), rows[i].row >= 0);
		assert_int_equal(row, rows[i].row);
		facts_fini(&f);
		drop(&s);
	}
}

static void without_a_kernel_each_row_that_one_would_choose_is_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		autobuf all = { 0 };
		struct scenario s;
		int row = -1;

		build(&s, rows[i].file);
		while (plan_row(&s, rows[i].variant, NULL, &row))
			buf_addf(&all, "%s%d", all.len ? " " : "", row);
		assert_string_equal(buf_text(&all), rows[i].all);
		drop(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trial_is_named_by_its_values_the_last_axis_first),
		cmocka_unit_test(all_names_of_a_file_differ),
		cmocka_unit_test(a_table_covers_every_trial_and_no_row_is_dead),
		cmocka_unit_test(a_table_with_too_many_kinds_is_refused),
		cmocka_unit_test(of_a_table_with_too_many_kinds_every_row_may_hold),
		cmocka_unit_test(a_kernel_chooses_the_first_row_that_matches),
		cmocka_unit_test(without_a_kernel_each_row_that_one_would_choose_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
