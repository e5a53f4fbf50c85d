// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/observe.h"

#include "lib/err.h"
#include "runner/facts.h"
#include "runner/plan.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

#define TITLE "title T\nfamily ipv4\n"
#define USE(name) "client sysctl net.ipv4.tcp_fin_timeout = $" name "\n"
#define X "server listen 8080\nclient connect a to 8080 => $x\n"
#define Y "client send a \"q\" => $y\n"
#define READ "server listen 8080\nclient connect a to 8080\nserver read a => $x\n"
#define T "vary t 0 1\n"
#define R "vary r 0 1 2\n"

static char folder[] = "/tmp/observe_test.XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/x.case", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

/* ------------------------------------------------------------------ a bench */

/** struct bench - A file with one run over it; @cell: by item, then by column: what was seen */
struct bench {
	struct suite suite;
	struct facts facts;
	const char ***cell;
	struct buf out, now;
	struct err e;
	int rc;
};

static const struct scenario *scenario_of(const struct bench *b)
{
	return &b->suite.file[0]->scenario;
}

static void put_file(const char *text)
{
	struct buf whole = { 0 };
	struct err e;

	buf_adds(&whole, text);
	if (buf_write_file(&whole, AT_FDCWD, path, &e))
		fail_msg("%s", e.text);
	buf_fini(&whole);
}

static void get_file(struct buf *text)
{
	struct err e;

	buf_clear(text);
	if (buf_read_file(text, path, SCAN_FILE_MOST, &e))
		fail_msg("%s", e.text);
}

static void set_up(struct bench *b, const char *text, const char *release, int repeat)
{
	const char *const args[] = { path };

	*b = (struct bench){ 0 };
	put_file(text);
	if (suite_load(&b->suite, args, 1, folder, &b->e))
		fail_msg("%s", b->e.text);
	if (b->suite.errors) {
		suite_complain(&b->suite, false, false, &b->out);
		fail_msg("%s", buf_text(&b->out));
	}
	assert_true(facts_set_release(&b->facts, release));
	suite_plan(&b->suite, NULL, repeat);
	b->cell = arena_get(&b->suite.arena, b->suite.items * sizeof(*b->cell));
}

static void tear_down(struct bench *b)
{
	buf_fini(&b->now);
	buf_fini(&b->out);
	facts_fini(&b->facts);
	suite_fini(&b->suite);
}

static void see(struct bench *b, size_t item, size_t outcome, const char *seen)
{
	const struct table *t = &scenario_of(b)->table;

	if (!b->cell[item])
		b->cell[item] = arena_get(&b->suite.arena, t->columns * sizeof(char *));
	b->cell[item][t->keys + outcome] = seen;
}

/** see_all() - "ok; EPIPE / 3; -": items parted by `;`, their columns by `/`, - for nothing */
static void see_all(struct bench *b, const char *text)
{
	size_t item = 0, outcome = 0;

	while (*text) {
		const size_t len = strcspn(text, ";/");
		const char *seen = arena_dup(&b->suite.arena, text, len);

		if (strcmp(seen, "-") != 0)
			see(b, item, outcome, seen);
		outcome = text[len] == '/' ? outcome + 1 : 0;
		item += text[len] == ';';
		text += len + (text[len] != '\0');
	}
	assert_int_equal(item + 1, b->suite.items);
}

static void observe(struct bench *b, bool write)
{
	b->rc = observe_tables(&b->suite, &b->facts, (const char *const *const *)b->cell,
			       write, &b->out, &b->e);
	get_file(&b->now);
}

/* ---------------------------------------------------------- what a trial gets */

static const char *cell_text(struct arena *a, const struct scenario *s, int row, size_t column)
{
	const struct word *w = &s->table.row[row].cell[column];

	return arena_dup(a, w->s, w->len);
}

/** check_trials() - Each trial's row in the file says what the trial saw; others are as they were */
static void check_trials(struct bench *b)
{
	const struct scenario *was = scenario_of(b), *now;
	const char *const args[] = { path };
	struct suite again = { 0 };
	struct err e;

	assert_int_equal(suite_load(&again, args, 1, folder, &e), 0);
	if (again.errors) {
		suite_complain(&again, false, false, &b->out);
		fail_msg("%s\n%s", buf_text(&b->now), buf_text(&b->out));
	}
	now = &again.file[0]->scenario;
	for (size_t v = 0; v < was->variants; v++) {
		int old = -1, new = -1;

		assert_true(plan_row(was, v, &b->facts, &old));
		assert_true(plan_row(now, v, &b->facts, &new));
		for (size_t c = was->table.keys; c < was->table.columns; c++) {
			const char *cell = cell_text(&again.arena, was, old, c);
			const char *seen = b->cell[v] ? b->cell[v][c] : NULL;
			const size_t at = now->table.keys + c - was->table.keys;

			if (!strcmp(cell, "?") && seen)
				cell = seen;
			if (strcmp(cell, cell_text(&again.arena, now, new, at)) != 0)
				fail_msg("%s\n%s is not %s for trial %zu", buf_text(&b->now),
					 cell_text(&again.arena, now, new, at), cell, v);
		}
	}
	suite_fini(&again);
}

/* -------------------------------------------------------------------- tables */

static const struct {
	const char *before, *seen, *table, *filled;
} tables[] = {
	/* one thing seen: the cell is filled, the axes stay */
	{ TITLE X, "ok", "outcome  | x\n         | ?\n", "outcome  | x\n         | ok\n" },
	{ TITLE T X, "ok;ok", "outcome  t  | x\n         *  | ?\n", "outcome  t  | x\n         *  | ok\n" },
	{ TITLE T X, "ok;EPIPE", "outcome  t  | x\n         0  | ?\n         1  | ?\n",
	  "outcome  t  | x\n         0  | ok\n         1  | EPIPE\n" },
	/* nothing seen: nothing changes */
	{ TITLE T X, "-;-", "outcome t | x\n *   | ? # so\n", "outcome t | x\n *   | ? # so\n" },
	/* trials differ: the axis that tells them apart is written out */
	{ TITLE T X, "ok;EPIPE", "outcome  t  | x\n         *  | ?\n",
	  "outcome  t  | x\n         0  | ok\n         1  | EPIPE\n" },
	{ TITLE T R X, "ok;ok;ok;EPIPE;EPIPE;EPIPE", "outcome  t  r  | x\n         *  *  | ?\n",
	  "outcome  t  r  | x\n         0  *  | ok\n         1  *  | EPIPE\n" },
	{ TITLE T R X, "ok;EPIPE;ok;ok;EPIPE;ok", "outcome  t  r  | x\n         *  *  | ?\n",
	  "outcome  t  r  | x\n         *  1  | EPIPE\n         *  *  | ok\n" },
	{ TITLE T R X, "ok;ok;ok;ok;EPIPE;ok", "outcome  t  r  | x\n         *  *  | ?\n",
	  "outcome  t  r  | x\n         1  1  | EPIPE\n         *  *  | ok\n" },
	{ TITLE R X, "ok;EPIPE;EINVAL", "outcome r | x\n        * | ?\n",
	  "outcome r | x\n        0 | ok\n        1 | EPIPE\n        2 | EINVAL\n" },
	/* a trial that saw nothing keeps its ? in a row of its own */
	{ TITLE R X, "ok;-;ok", "outcome  r  | x\n         *  | ?\n",
	  "outcome  r  | x\n         1  | ?\n         *  | ok\n" },
	{ TITLE R X, "-;-;ok", "outcome  r  | x\n         *  | ?\n",
	  "outcome  r  | x\n         2  | ok\n         *  | ?\n" },
	{ TITLE T X, "ok;-", "outcome  t  | x\n         *  | ?\n",
	  "outcome  t  | x\n         0  | ok\n         1  | ?\n" },
	/* rows above and below go on as they were, byte for byte */
	{ TITLE T R X, "-;-;-;ok;EPIPE;ok",
	  "outcome t  r | x\n\t0 *  |   EINVAL\n\n# more\n        1  * | ?\n",
	  "outcome t  r | x\n\t0 *  |   EINVAL\n\n# more\n        1  1 | EPIPE\n        1  * | ok\n" },
	{ TITLE T R X, "ok;EPIPE;-;-;-;-", "outcome t r | x\n * 2 | ok\n        0 * | ?\n  *  * | EINVAL\n",
	  "outcome t r | x\n * 2 | ok\n        0 0 | ok\n        0 1 | EPIPE\n  *  * | EINVAL\n" },
	/* only the ? cells are filled; what differs in either tells trials apart */
	{ TITLE T X Y, "ok/ok;ok/EPIPE", "outcome  t  | x   y\n         *  | ok  ?\n",
	  "outcome  t  | x   y\n         0  | ok  ok\n         1  | ok  EPIPE\n" },
	{ TITLE T X Y, "ok/-;ok/EPIPE", "outcome  t  | x  y\n         *  | ?  ?\n",
	  "outcome  t  | x   y\n         0  | ok  ?\n         1  | ok  EPIPE\n" },
	{ TITLE T X Y, "ok/EINVAL;ok/EPIPE", "outcome  t  | x  y\n         *  | ?  ok\n",
	  "outcome  t  | x   y\n         *  | ok  ok\n" },
	/* a wide cell moves what follows; the head too where all rows are new, else not */
	{ TITLE T X Y, "EADDRNOTAVAIL/ok;ok/ok", "outcome  t  | x  y\n         *  | ?  ?\n",
	  "outcome  t  | x              y\n         0  | EADDRNOTAVAIL  ok\n         1  | ok             ok\n" },
	{ TITLE T X Y, "EPIPE/ok;-", "outcome  t  | x  y\n         0  | ?  ?\n         1  | ok ok\n",
	  "outcome  t  | x  y\n         0  | EPIPE  ok\n         1  | ok ok\n" },
	{ TITLE "vary gap 0ms 1200ms\nvary t 0 1\n" X, "ok;ok;EPIPE;ok",
	  "outcome  gap  t  | x\n         *    *  | ?\n",
	  "outcome  gap     t  | x\n         1200ms  0  | EPIPE\n         *       *  | ok\n" },
	/* comments stay; the first of several rows has it */
	{ TITLE T X, "ok;EPIPE", "outcome  t  | x   # head\n         *  | ?   # why\n# end",
	  "outcome  t  | x   # head\n         0  | ok  # why\n         1  | EPIPE\n# end" },
	{ TITLE X, "ok", "outcome | x\n        | ? # why", "outcome | x\n        | ok  # why" },
	/* lines end as they did */
	{ TITLE T X, "ok;EPIPE", "outcome  t  | x\r\n         *  | ?\r\n",
	  "outcome  t  | x\r\n         0  | ok\r\n         1  | EPIPE\r\n" },
	{ TITLE T X, "ok;EPIPE", "outcome  t  | x\n         *  | ?",
	  "outcome  t  | x\n         0  | ok\n         1  | EPIPE" },
	/* tabs stay where cells do */
	{ TITLE T X, "ok;EPIPE", "outcome\tt\t| x\n\t*\t| ?\n", "outcome\tt\t| x\n\t0\t| ok\n\t1\t| EPIPE\n" },
	/* an axis without a column gets one, only where nothing else tells the trials apart */
	{ TITLE T USE("t") X, "ok;EPIPE", "outcome  | x\n         | ?\n",
	  "outcome  t  | x\n         0  | ok\n         1  | EPIPE\n" },
	{ TITLE T USE("t") X, "ok;ok", "outcome  | x\n         | ?\n", "outcome  | x\n         | ok\n" },
	{ TITLE "vary t 0 1\nvary q 0 1\n" USE("q") X, "ok;EPIPE;EINVAL;EINVAL",
	  "outcome  t  | x   # head\n         0  | ?   # two\n\n         1  | EINVAL\n",
	  "outcome  t  q  | x   # head\n         0  0  | ok  # two\n         0  1  | EPIPE\n"
	  "\n         1  *  | EINVAL\n" },
	{ "title T\n" T X, "ok;ok;EPIPE;EPIPE", "outcome  t  | x\n         *  | ?\n",
	  "outcome  t  family  | x\n         *  ipv4    | ok\n         *  ipv6    | EPIPE\n" },
	/* what holds blanks is quoted, on either side */
	{ TITLE T READ, "100 bytes;EOF", "outcome  t  | x\n         *  | ?\n",
	  "outcome  t  | x\n         0  | \"100 bytes\"\n         1  | EOF\n" },
	{ TITLE "vary o \"\" \"a b\" \"*\" \"#\"\n" READ, "EOF;EOF;ok;ECONNRESET",
	  "outcome  o  | x\n         *  | ?\n",
	  "outcome  o    | x\n         \"*\"  | ok\n         \"#\"  | ECONNRESET\n         *    | EOF\n" },
	{ TITLE "vary o \"\" \"a b\"\n" READ, "EOF;ok", "outcome  o      | x\n         *      | ?\n",
	  "outcome  o      | x\n         \"\"     | EOF\n         \"a b\"  | ok\n" },
	{ TITLE READ, "\"old\"", "outcome  | x\n         | ?\n", "outcome  | x\n         | \"\\\"old\\\"\"\n" },
	/* kernel and has stay as written */
	{ TITLE T X, "ok;EPIPE", "outcome  t  kernel  | x\n         *  >=5.0   | ?\n         *  *       | ok\n",
	  "outcome  t  kernel  | x\n         0  >=5.0   | ok\n         1  >=5.0   | EPIPE\n"
	  "         *  *       | ok\n" },
	{ TITLE T X, "ok;EPIPE", "outcome  kernel  t  | x\n         >=9.9   *  | ?\n         *       *  | ?\n",
	  "outcome  kernel  t  | x\n         >=9.9   *  | ?\n         *       0  | ok\n"
	  "         *       1  | EPIPE\n" },
	/* a trial that only other kernels send here was not seen */
	{ TITLE T X, "ok;-", "outcome  t  kernel  | x\n         1  >=5.0   | EINVAL\n         *  *       | ?\n",
	  "outcome  t  kernel  | x\n         1  >=5.0   | EINVAL\n         0  *       | ok\n"
	  "         1  *       | ?\n" },
};

static void a_table_is_filled_with_what_was_seen(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(tables); i++) {
		autobuf before = { 0 }, after = { 0 };
		struct bench b;

		buf_addf(&before, "%s%s", tables[i].before, tables[i].table);
		buf_addf(&after, "%s%s", tables[i].before, tables[i].filled);
		set_up(&b, buf_text(&before), "6.12.1", 1);
		see_all(&b, tables[i].seen);
		observe(&b, true);
		if (b.rc)
			fail_msg("table %zu: %s\n%s", i, b.e.text, buf_text(&b.out));
		if (strcmp(buf_text(&b.now), buf_text(&after)) != 0)
			fail_msg("table %zu:\n%s-- and not:\n%s", i, buf_text(&b.now),
				 buf_text(&after));
		if (!strstr(tables[i].filled, "\"\\\""))
			check_trials(&b);
		tear_down(&b);
	}
}

static void what_is_filled_holds_no_open_cell_and_stays_so(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(tables); i++) {
		autobuf before = { 0 };
		struct bench b;

		buf_addf(&before, "%s%s", tables[i].before, tables[i].filled);
		set_up(&b, buf_text(&before), "6.12.1", 1);
		observe(&b, true);
		assert_int_equal(b.rc, 0);
		assert_string_equal(buf_text(&b.now), buf_text(&before));
		assert_string_equal(buf_text(&b.out), "");
		tear_down(&b);
	}
}

/* --------------------------------------------------------------------- files */

#define ONE TITLE X "outcome  | x\n         | ?\n"
#define ONE_FILLED TITLE X "outcome  | x\n         | ok\n"

static void without_write_it_is_only_printed(void **state)
{
	autobuf said = { 0 };
	struct bench b;

	(void)state;
	set_up(&b, ONE, "6.12.1", 1);
	see_all(&b, "ok");
	observe(&b, false);
	buf_addf(&said, "%s\noutcome  | x\n         | ok\nuse --write to put it into the file\n", path);
	assert_string_equal(buf_text(&b.out), buf_text(&said));
	assert_string_equal(buf_text(&b.now), ONE);
	tear_down(&b);
}

static void a_written_file_keeps_its_mode(void **state)
{
	static const mode_t modes[] = { 0600, 0644, 0664, 0755 };

	(void)state;
	for (size_t i = 0; i < ROWS(modes); i++) {
		struct stat st;
		struct bench b;

		set_up(&b, ONE, "6.12.1", 1);
		assert_int_equal(chmod(path, modes[i]), 0);
		see_all(&b, "ok");
		observe(&b, true);
		assert_int_equal(b.rc, 0);
		assert_string_equal(buf_text(&b.now), ONE_FILLED);
		assert_non_null(strstr(buf_text(&b.out), "\nwritten\n"));
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 07777, modes[i]);
		tear_down(&b);
	}
}

static void a_file_that_changed_is_not_written(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, ONE, "6.12.1", 1);
	see_all(&b, "ok");
	put_file(ONE "# edited\n");
	observe(&b, true);
	assert_int_equal(b.rc, -ESTALE);
	assert_non_null(strstr(b.e.text, "x.case: changed since it was read"));
	assert_string_equal(buf_text(&b.now), ONE "# edited\n");
	assert_non_null(strstr(buf_text(&b.out), "\nnot written\n"));
	tear_down(&b);
}

static void a_symbolic_link_stays_one(void **state)
{
	char aside[80];
	struct stat st;
	struct bench b;

	(void)state;
	snprintf(aside, sizeof(aside), "%s/aside", folder);
	set_up(&b, ONE, "6.12.1", 1);
	see_all(&b, "ok");
	assert_int_equal(rename(path, aside), 0);
	assert_int_equal(symlink("aside", path), 0);
	observe(&b, true);
	assert_int_equal(b.rc, 0);
	assert_string_equal(buf_text(&b.now), ONE_FILLED);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	unlink(path);
	unlink(aside);
	put_file(ONE);
	tear_down(&b);
}

static void standard_input_is_never_written(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, ONE, "6.12.1", 1);
	see_all(&b, "ok");
	b.suite.file[0]->path = "-";
	observe(&b, true);
	assert_int_equal(b.rc, 0);
	assert_string_equal(buf_text(&b.out), "-\noutcome  | x\n         | ok\n"
					      "standard input is never written\n");
	assert_string_equal(buf_text(&b.now), ONE);
	assert_int_not_equal(access("-", F_OK), 0);
	tear_down(&b);
}

static void what_the_steps_cannot_say_is_not_written(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, ONE, "6.12.1", 1);
	see_all(&b, "TIME-WAIT");
	observe(&b, true);
	assert_int_equal(b.rc, -EINVAL);
	assert_non_null(strstr(b.e.text, "the filled table has errors: line"));
	assert_string_equal(buf_text(&b.now), ONE);
	tear_down(&b);
}

/* ------------------------------------------------------------ trials and kernels */

static void a_trial_that_saw_two_things_keeps_its_question(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, TITLE T X "outcome  t  | x\n         *  | ?\n", "6.12.1", 3);
	see_all(&b, "ok;ok;-;EPIPE;ok;ok");
	observe(&b, true);
	assert_int_equal(b.rc, 0);
	assert_string_equal(buf_text(&b.now),
			    TITLE T X "outcome  t  | x\n         0  | ok\n         1  | ?\n");
	assert_non_null(strstr(buf_text(&b.out),
			       "x t=1 run 2 saw EPIPE, and ok when it was repeated before: "
			       "its ? stays\n"));
	tear_down(&b);
}

static void a_dollar_in_seen_text_is_escaped(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, TITLE READ "outcome  | x\n         | ?\n", "6.12.1", 1);
	see_all(&b, "\"a$x\"");
	observe(&b, true);
	assert_int_equal(b.rc, 0);
	assert_string_equal(buf_text(&b.now),
			    TITLE READ "outcome  | x\n         | \"\\\"a\\\\x24x\\\"\"\n");
	tear_down(&b);
}

static void text_that_was_cut_keeps_its_question(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, TITLE READ "outcome  | x\n         | ?\n", "6.12.1", 1);
	see_all(&b, "\"a\"...");
	observe(&b, true);
	assert_int_equal(b.rc, 0);
	assert_string_equal(buf_text(&b.now), TITLE READ "outcome  | x\n         | ?\n");
	assert_non_null(strstr(buf_text(&b.out), "which no cell can say: its ? stays\n"));
	tear_down(&b);
}

#define KERNELS(one, two) \
	TITLE X "outcome  kernel  | x\n         >=6.14  | " one "\n         *       | " two "\n"

static void a_trial_fills_the_row_of_its_kernel(void **state)
{
	static const struct { const char *release, *before, *after; } rows[] = {
		{ "6.12.1", KERNELS("?", "?"), KERNELS("?", "ok") },
		{ "6.14.0", KERNELS("?", "?"), KERNELS("ok", "?") },
		{ "6.14.0", KERNELS("EPIPE", "?"), KERNELS("EPIPE", "?") },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b;

		set_up(&b, rows[i].before, rows[i].release, 1);
		see_all(&b, "ok");
		observe(&b, true);
		assert_int_equal(b.rc, 0);
		assert_string_equal(buf_text(&b.now), rows[i].after);
		tear_down(&b);
	}
}

static void without_a_kernel_only_what_is_sure_is_filled(void **state)
{
	static const struct { const char *before, *after; } rows[] = {
		{ KERNELS("?", "?"), KERNELS("?", "?") },
		{ KERNELS("?", "EPIPE"), KERNELS("ok", "EPIPE") },
		{ KERNELS("EPIPE", "?"), KERNELS("EPIPE", "ok") },
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct bench b;

		set_up(&b, rows[i].before, "6.12.1", 1);
		see_all(&b, "ok");
		b.rc = observe_tables(&b.suite, NULL, (const char *const *const *)b.cell, true,
				      &b.out, &b.e);
		get_file(&b.now);
		assert_int_equal(b.rc, 0);
		assert_string_equal(buf_text(&b.now), rows[i].after);
		tear_down(&b);
	}
}

static void single_trials_of_a_file_fill_it_together(void **state)
{
	static const char text[] = TITLE R X "outcome  r  | x\n         *  | ?\n";
	struct bench b = { 0 };
	char one[80], two[80];
	const char *const args[] = { one, two };

	(void)state;
	put_file(text);
	snprintf(one, sizeof(one), "%s r=0", path);
	snprintf(two, sizeof(two), "%s r=2", path);
	assert_int_equal(suite_load(&b.suite, args, 2, folder, &b.e), 0);
	assert_int_equal(b.suite.files, 2);
	suite_plan(&b.suite, NULL, 1);
	assert_int_equal(suite_drop_unwanted(&b.suite), 2);
	assert_true(facts_set_release(&b.facts, "6.12.1"));
	b.cell = arena_get(&b.suite.arena, 2 * sizeof(*b.cell));
	see_all(&b, "ok;EPIPE");
	observe(&b, true);
	assert_int_equal(b.rc, 0);
	assert_string_equal(buf_text(&b.now), TITLE R X "outcome  r  | x\n         0  | ok\n"
			    "         1  | ?\n         2  | EPIPE\n");
	tear_down(&b);
}

/* ------------------------------------------------------------- any table at all */

static const char *const answers[] = { "ok", "EPIPE", "EADDRNOTAVAIL", "ECONNRESET" };

static unsigned int below(unsigned int *seed, unsigned int n)
{
	*seed = *seed * 1664525 + 1013904223;
	return (*seed >> 8) % n;
}

/** draw_file() - A file with some axes and rows; @key: which axes have a column */
static void draw_file(unsigned int *seed, struct buf *text, int rows)
{
	unsigned int axes = 1 + below(seed, 4), values[4], key = below(seed, 16);

	buf_adds(text, TITLE);
	for (unsigned int i = 0; i < axes; i++) {
		values[i] = 1 + below(seed, 4);
		buf_addf(text, "vary a%u", i);
		for (unsigned int v = 0; v < values[i]; v++)
			buf_addf(text, " %s%u", v == 2 ? "wide" : "", v);
		buf_adds(text, "\n");
	}
	for (unsigned int i = 0; i < axes; i++)
		buf_addf(text, "client sysctl net.ipv4.tcp_fin_timeout = $a%u\n", i);
	buf_adds(text, X Y "outcome");
	for (unsigned int i = 0; i < axes; i++)
		if (key >> i & 1)
			buf_addf(text, "  a%u", i);
	buf_adds(text, below(seed, 2) ? "  kernel  | x  y\n" : "  has net.ipv4.x | x y\n");
	for (int row = 0; row <= rows; row++) {
		for (unsigned int i = 0; i < axes; i++) {
			const unsigned int v = below(seed, values[i]);

			if (!(key >> i & 1))
				continue;
			if (row == rows || below(seed, 2))
				buf_adds(text, " *");
			else
				buf_addf(text, " %s%u", v == 2 ? "wide" : "", v);
		}
		buf_addf(text, " * | %s %s\n", below(seed, 3) ? "?" : "ok",
			 below(seed, 3) ? "?" : "EINVAL");
	}
}

/** see_any() - Each trial sees something that some of its axes decide, mostly */
static void see_any(struct bench *b, unsigned int *seed)
{
	const struct scenario *s = scenario_of(b);
	const size_t axis[2] = { below(seed, (unsigned int)s->axes), below(seed, (unsigned int)s->axes) };
	const unsigned int noise = 2 + below(seed, 20);

	for (size_t v = 0; v < s->variants; v++)
		for (size_t c = 0; c < 2; c++) {
			const char *value = plan_value(s, v, axis[c]);
			size_t which = (unsigned char)value[strlen(value) - 1] % 3;

			if (!below(seed, noise))
				which = below(seed, ROWS(answers));
			if (below(seed, 2 * noise))
				see(b, v, c, answers[which]);
		}
}

static bool is_good(const char *text)
{
	const char *const args[] = { path };
	struct suite s = { 0 };
	struct err e;
	bool good;

	put_file(text);
	good = !suite_load(&s, args, 1, folder, &e) && !s.errors;
	suite_fini(&s);
	return good;
}

static void any_filled_table_gives_each_trial_back(void **state)
{
	unsigned int seed = 1, good = 0;

	(void)state;
	for (int round = 0; round < 3000 && good < 200; round++) {
		autobuf text = { 0 };
		struct bench b;

		draw_file(&seed, &text, (int)below(&seed, 4));
		if (!is_good(buf_text(&text)))
			continue;	/* a dead row, most likely */
		good++;
		set_up(&b, buf_text(&text), "6.12.1", 1);
		see_any(&b, &seed);
		observe(&b, true);
		if (b.rc)
			fail_msg("%s\n%s\n%s", b.e.text, buf_text(&text), buf_text(&b.out));
		check_trials(&b);
		tear_down(&b);
	}
	assert_int_equal(good, 200);
}

/* --------------------------------------------------------------- fewest rows */

/*
 * All sets of points that some list of rows takes, by the length of the
 * shortest: for a grid of 2 x 2 x 3 there are 4096 sets and 36 rows.
 */
enum { POINTS = 12, CUBES = 36 };

static unsigned int cube_points(unsigned int cube)
{
	const unsigned int a = cube / 12, b = cube / 4 % 3, c = cube % 4;
	unsigned int in = 0;

	for (unsigned int p = 0; p < POINTS; p++)
		if ((a == 2 || p / 6 == a) && (b == 2 || p / 3 % 2 == b) && (c == 3 || p % 3 == c))
			in |= 1u << p;
	return in;
}

static bool all_alike(const int *label, unsigned int set)
{
	int first = -1;

	for (int p = 0; p < POINTS; p++) {
		if (!(set >> p & 1))
			continue;
		if (first >= 0 && label[p] != first)
			return false;
		first = label[p];
	}
	return first >= 0;
}

static unsigned int fewest_rows(const int *label)
{
	static unsigned int rows[1 << POINTS];

	memset(rows, 0xff, sizeof(rows));
	rows[0] = 0;
	for (unsigned int set = 0; set + 1 < 1 << POINTS; set++)
		for (unsigned int cube = 0; cube < CUBES && rows[set] != UINT32_MAX; cube++) {
			const unsigned int in = cube_points(cube);

			if (all_alike(label, in & ~set) && rows[set | in] > rows[set] + 1)
				rows[set | in] = rows[set] + 1;
		}
	return rows[(1 << POINTS) - 1];
}

static unsigned int count_rows(const struct buf *text)
{
	const char *row = strstr(buf_text(text), "outcome");
	unsigned int n = 0;

	while ((row = strchr(row, '\n')) && row[1]) {
		row++;
		n++;
	}
	return n;
}

static void a_row_is_split_into_the_fewest(void **state)
{
	unsigned int seed = 7;

	(void)state;
	for (int round = 0; round < 60; round++) {
		const unsigned int kinds = 2 + below(&seed, 3);
		int label[POINTS];
		struct bench b;

		set_up(&b, TITLE "vary i 0 1\nvary j 0 1\nvary k 0 1 2\n" X
		       "outcome  i  j  k  | x\n         *  *  *  | ?\n", "6.12.1", 1);
		for (size_t p = 0; p < POINTS; p++) {
			label[p] = (int)below(&seed, kinds);
			see(&b, p, 0, label[p] == 3 ? NULL : answers[label[p]]);
		}
		observe(&b, true);
		assert_int_equal(b.rc, 0);
		check_trials(&b);
		if (count_rows(&b.now) != fewest_rows(label))
			fail_msg("%u rows would do, not %s", fewest_rows(label), buf_text(&b.now));
		tear_down(&b);
	}
}

static void a_large_grid_is_split_in_good_time(void **state)
{
	unsigned int seed = 3;
	struct bench b;

	(void)state;
	set_up(&b, TITLE "vary i 0 1 2 3\nvary j 0 1 2 3\nvary k 0 1 2 3\nvary l 0 1 2 3\nvary m 0 1 2 3\n" X
	       "outcome  i  j  k  l  m  | x\n         *  *  *  *  *  | ?\n", "6.12.1", 1);
	for (size_t v = 0; v < scenario_of(&b)->variants; v++)
		see(&b, v, 0, answers[v % 4 == 1 && v / 256 == 2 ? 1 : !below(&seed, 40) ? 2 : 0]);
	observe(&b, true);
	assert_int_equal(b.rc, 0);
	check_trials(&b);
	tear_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_is_filled_with_what_was_seen),
		cmocka_unit_test(what_is_filled_holds_no_open_cell_and_stays_so),
		cmocka_unit_test(without_write_it_is_only_printed),
		cmocka_unit_test(a_written_file_keeps_its_mode),
		cmocka_unit_test(a_file_that_changed_is_not_written),
		cmocka_unit_test(a_symbolic_link_stays_one),
		cmocka_unit_test(standard_input_is_never_written),
		cmocka_unit_test(what_the_steps_cannot_say_is_not_written),
		cmocka_unit_test(a_trial_that_saw_two_things_keeps_its_question),
		cmocka_unit_test(a_dollar_in_seen_text_is_escaped),
		cmocka_unit_test(text_that_was_cut_keeps_its_question),
		cmocka_unit_test(a_trial_fills_the_row_of_its_kernel),
		cmocka_unit_test(without_a_kernel_only_what_is_sure_is_filled),
		cmocka_unit_test(single_trials_of_a_file_fill_it_together),
		cmocka_unit_test(any_filled_table_gives_each_trial_back),
		cmocka_unit_test(a_row_is_split_into_the_fewest),
		cmocka_unit_test(a_large_grid_is_split_in_good_time),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
