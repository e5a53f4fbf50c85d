// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/results.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/prune.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char home[] = "/tmp/lastack-results.XXXXXX";

/* Each test runs in an empty folder of its own */
static int go_in(void **state)
{
	static int number;
	char name[16];

	(void)state;
	snprintf(name, sizeof(name), "%d", number++);
	return chdir(home) || mkdir(name, 0777) || chdir(name);
}

static int make_home(void **state)
{
	(void)state;
	return mkdtemp(home) ? 0 : -1;
}

static int remove_home(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", home);
	return chdir("/") || system(command);
}

static struct results *begin(const char *base)
{
	struct results *r = NULL;
	struct err e = { 0 };

	if (results_new(&r, base, "6.18.0-x", &e))
		fail_msg("%s", e.text);
	return r;
}

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool there(const char *path)
{
	return faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void runs_of_one_second_have_folders_of_their_own(void **state)
{
	struct results *one = begin("a/b"), *two = begin("a/b"), *three = begin("a/b");
	char target[200] = "";

	(void)state;
	assert_string_not_equal(results_path(one), results_path(two));
	assert_string_not_equal(results_path(two), results_path(three));
	assert_int_equal(strncmp(results_path(one), "a/b/2", 5), 0);
	assert_non_null(strstr(results_path(one), "Z-6.18.0-x"));
	assert_true(readlink("a/b/latest", target, sizeof(target) - 1) > 0);
	assert_string_equal(target, results_path(three) + strlen("a/b/"));
	results_close(one);
	results_close(two);
	results_close(three);
}

static void a_latest_that_is_no_link_is_left_alone(void **state)
{
	struct results *r = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(mkdir("out", 0777), 0);
	put("out/latest", "precious");
	assert_int_equal(results_new(&r, "out", "6.1", &e), -EEXIST);
	assert_null(r);
	assert_true(there("out/latest"));
}

static void a_release_cannot_leave_the_base(void **state)
{
	struct results *r = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(results_new(&r, "out", "../../x", &e), 0);
	assert_non_null(strstr(results_path(r), "Z-%2E.%2F..%2Fx"));
	results_close(r);
}

static void each_trial_has_a_path_inside(void **state)
{
	static const struct { const char *name, *path; } rows[] = {
		{ "reopen/server-close family=ipv4,reuse=1",	"reopen/server-close/family=ipv4,reuse=1.record" },
		{ "stdin",			"stdin/trial.record" },
		{ "a/b",			"a/b/trial.record" },
		{ "a/b x=../../etc",		"a/b/x=..%2F..%2Fetc.record" },
		{ "../b x=1",			"%2E./b/x=1.record" },
		{ "/etc/x",			"%/etc/x/trial.record" },
		{ "a//b",			"a/%/b/trial.record" },
		{ ".git/b",			"%2Egit/b/trial.record" },
		{ "cases/b v=c.case",		"%63ases/b/v=c.case.record" },
		{ "verdicts",			"%76erdicts/trial.record" },
		{ "run.tap/x",			"%72un.tap/x/trial.record" },
		{ "casesx/b",			"casesx/b/trial.record" },
		{ "1/2/3/4/5/6/7/8/9/10",	"1/2/3/4/5/6/7/8%2F9%2F10/trial.record" },
	};
	struct arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(results_trial_path(&a, rows[i].name, ".record"), rows[i].path);
	assert_string_equal(results_case_path(&a, "reopen/x"), "cases/reopen/x.case");
	assert_string_equal(results_case_path(&a, "../x"), "cases/%2E./x.case");
	arena_free(&a);
}

static void a_long_variant_gets_a_short_file(void **state)
{
	char name[600] = "a/b ";
	struct arena a = { 0 };
	struct err e = { 0 };
	struct buf b = { 0 };
	struct results *r = begin("out");

	(void)state;
	memset(name + 4, 'v', sizeof(name) - 5);
	buf_adds(&b, "x");
	assert_int_equal(results_write(r, results_trial_path(&a, name, ".pcapng"), &b, &e), 0);
	buf_fini(&b);
	arena_free(&a);
	results_close(r);
}

static void what_is_written_can_be_read(void **state)
{
	struct results *r = begin("out");
	struct buf b = { 0 }, back = { 0 };
	struct err e = { 0 };
	int fd;

	(void)state;
	buf_adds(&b, "text\n");
	assert_int_equal(results_write(r, "a/b/c.record", &b, &e), 0);
	assert_int_equal(results_write(r, "a/b/c.record", &b, &e), 0);
	assert_int_equal(results_read(r, "a/b/c.record", 100, &back, &e), 0);
	assert_string_equal(buf_text(&back), "text\n");
	assert_int_equal(results_read(r, "a/b/c.record", 3, &back, &e), -EFBIG);
	assert_int_equal(results_read(r, "a/b/d.record", 3, &back, &e), -ENOENT);
	assert_int_equal(results_create(r, RESULTS_TAP, &fd, &e), 0);
	close(fd);
	assert_int_equal(results_create(r, RESULTS_TAP, &fd, &e), -EEXIST);
	buf_fini(&b);
	buf_fini(&back);
	results_close(r);
}

static void a_latest_that_leads_elsewhere_is_refused(void **state)
{
	static const char *const away[] = { "../other", ".", "/", "../out/../other" };
	struct results *r = begin("other"), *seen = NULL;
	autofree char *path = NULL;
	struct err e = { 0 };

	(void)state;
	results_close(begin("out"));
	assert_int_equal(results_open_existing(&seen, "out", NULL, &e), 0);
	results_close(seen);
	assert_true(asprintf(&path, "../%s", results_path(r)) > 0);
	for (size_t i = 0; i < 5; i++) {
		assert_int_equal(unlink("out/latest"), 0);
		assert_int_equal(symlink(i < 4 ? away[i] : path, "out/latest"), 0);
		assert_int_equal(results_open_existing(&seen, "out", NULL, &e), -EXDEV);
		assert_int_equal(results_open_existing(&seen, "out", "latest", &e), -EXDEV);
	}
	assert_int_equal(symlink(path, "out/run"), 0);
	assert_int_equal(unlink("out/latest"), 0);
	assert_int_equal(symlink("run", "out/latest"), 0);
	assert_true(results_open_existing(&seen, "out", NULL, &e) < 0);
	results_close(r);
	results_close(begin("out"));		/* which puts it right */
	assert_int_equal(results_open_existing(&seen, "out", NULL, &e), 0);
	results_close(seen);
}

static void no_link_inside_is_followed(void **state)
{
	struct results *r = begin("out");
	struct buf b = { 0 };
	struct err e = { 0 };
	int fd;

	(void)state;
	assert_int_equal(mkdir("elsewhere", 0777), 0);
	put("elsewhere/f", "secret");
	assert_int_equal(chdir(results_path(r)), 0);
	assert_int_equal(symlink("../../elsewhere", "topic"), 0);
	assert_int_equal(symlink("../../elsewhere/f", "file"), 0);
	assert_int_equal(chdir("../.."), 0);
	assert_int_equal(results_write(r, "topic/g", &b, &e), -ENOTDIR);
	assert_int_equal(results_read(r, "topic/f", 100, &b, &e), -ENOTDIR);
	assert_int_equal(results_read(r, "file", 100, &b, &e), -ELOOP);
	assert_int_equal(results_create(r, "file", &fd, &e), -EEXIST);
	assert_int_equal(results_read(r, "../../elsewhere/f", 100, &b, &e), -EINVAL);
	assert_int_equal(results_read(r, "/etc/passwd", 100, &b, &e), -EINVAL);
	assert_false(there("elsewhere/g"));
	assert_int_equal(results_write(r, "file", &b, &e), 0);	/* replaces the link itself */
	buf_fini(&b);
	assert_int_equal(results_read(r, "file", 100, &b, &e), 0);
	assert_int_equal(b.len, 0);
	buf_fini(&b);
	results_close(r);
}

static const struct verdict verdicts[] = {
	{ .kind = VERDICT_PASS, .tries = 1, .elapsed_ns = 1234567890 },
	{ .kind = VERDICT_TODO_PASSED, .tries = 2, .elapsed_ns = 5000 },
	{ .kind = VERDICT_FAIL, .tries = 1, .elapsed_ns = 0 },
};

static void expect_past(const char *which, const char *const *name, size_t names)
{
	struct results *r = NULL;
	struct arena a = { 0 };
	struct err e = { 0 };
	struct past *p = NULL;
	size_t count = 0;

	if (results_open_existing(&r, "out", which, &e) || results_past(r, &a, &p, &count, &e))
		fail_msg("%s", e.text);
	assert_int_equal(count, names);
	for (size_t i = 0; i < names; i++)
		assert_string_equal(p[i].name, name[i]);
	assert_int_equal(p[0].kind, name[0][0] == 'a' ? VERDICT_PASS : VERDICT_FAIL);
	assert_int_equal(p[0].elapsed_ns, name[0][0] == 'a' ? 1234567000 : 0);
	arena_free(&a);
	results_close(r);
}

static void verdicts_are_there_at_once_and_ordered_at_the_end(void **state)
{
	static const char *const as_they_came[] = { "c/c x=%22", "a/a" };
	static const char *const in_order[] = { "a/a", "b/b y=1", "c/c x=%22" };
	struct results *r = begin("out");
	struct err e = { 0 };

	(void)state;
	assert_int_equal(results_verdict(r, 200, "c/c x=\"", &verdicts[2], &e), 0);
	assert_int_equal(results_verdict(r, 0, "a/a", &verdicts[0], &e), 0);
	expect_past("latest", as_they_came, 2);
	assert_int_equal(results_verdict(r, 1, "b/b y=1", &verdicts[1], &e), 0);
	assert_int_equal(results_finish(r, &e), 0);
	expect_past(NULL, in_order, 3);
	expect_past(results_path(r), in_order, 3);
	expect_past(strrchr(results_path(r), '/') + 1, in_order, 3);
	results_close(r);
}

static void a_verdict_line_is_read_or_refused(void **state)
{
	static const struct { const char *text; int code; size_t count; } rows[] = {
		{ "",						0,		0 },
		{ "pass 1 0.000 a\n",				0,		1 },
		{ "pass 1 0.000 a\nfail 2 1.5",			0,		1 },
		{ "todo-passed 3 12.345 a b=c d\nskip 1 0.001 x\n", 0,		2 },
		{ "passed 1 0.000 a\n",				-EBADMSG,	0 },
		{ "pass 1 0.000 \n",				-EBADMSG,	0 },
		{ "pass -1 0.000 a\n",				-EBADMSG,	0 },
		{ "pass 99999999999 0.000 a\n",			-EBADMSG,	0 },
		{ "pass 1 0.0000 a\n",				0,		1 },
		{ "pass 1 99999999999999999999.0 a\n",		-EBADMSG,	0 },
		{ "pass 1 0 a\n",				-EBADMSG,	0 },
		{ "pass 1 0.000 a\x1b[2J\n",			-EBADMSG,	0 },
		{ "pass\n",					-EBADMSG,	0 },
		{ "\n",						-EBADMSG,	0 },
	};

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct results *r = NULL;
		struct arena a = { 0 };
		struct err e = { 0 };
		struct past *p;
		size_t count = 0;

		put("d/verdicts", rows[i].text);
		assert_int_equal(results_open_existing(&r, "out", "d", &e), 0);
		assert_int_equal(results_past(r, &a, &p, &count, &e), rows[i].code);
		if (!rows[i].code)
			assert_int_equal(count, rows[i].count);
		arena_free(&a);
		results_close(r);
	}
}

static void a_folder_that_is_no_run_is_refused(void **state)
{
	struct results *r = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(mkdir("d", 0777), 0);
	assert_int_equal(results_open_existing(&r, "out", "d", &e), -EINVAL);
	assert_int_equal(results_open_existing(&r, "out", "nowhere", &e), -ENOENT);
	assert_int_equal(results_open_existing(&r, "d", "latest", &e), -ENOENT);
}

/* ------------------------------------------------------------------ --keep */

static void make_run(const char *path)
{
	char file[200];

	assert_int_equal(mkdir(path, 0777), 0);
	snprintf(file, sizeof(file), "%s/topic", path);
	assert_int_equal(mkdir(file, 0777), 0);
	snprintf(file, sizeof(file), "%s/topic/x.record", path);
	put(file, "x");
	snprintf(file, sizeof(file), "%s/topic/link", path);
	assert_int_equal(symlink("../../../elsewhere", file), 0);
	snprintf(file, sizeof(file), "%s/" RESULTS_MARKER, path);
	put(file, RESULTS_MARK);
}

static size_t prune(size_t keep)
{
	struct err e = { 0 };
	size_t removed;

	if (prune_runs("out", keep, &removed, &e))
		fail_msg("%s", e.text);
	return removed;
}

static void only_old_runs_of_ours_are_removed(void **state)
{
	(void)state;
	assert_int_equal(mkdir("out", 0777), 0);
	assert_int_equal(mkdir("elsewhere", 0777), 0);
	put("elsewhere/f", "precious");
	make_run("out/20260101T000000Z-6.1");
	make_run("out/20260102T000000Z-6.1");
	make_run("out/20260102T000000Z-6.1-2");
	make_run("out/20260102T000000Z-6.1-10");
	make_run("out/holidays");
	assert_int_equal(mkdir("out/20250101T000000Z-6.1", 0777), 0);	/* no marker */
	make_run("out/20250102T000000Z-6.1");
	put("out/20250102T000000Z-6.1/" RESULTS_MARKER, "another program's\n");
	make_run("elsewhere/20250103T000000Z-6.1");
	assert_int_equal(symlink("../elsewhere/20250103T000000Z-6.1", "out/20250103T000000Z-6.1"), 0);
	assert_int_equal(prune(2), 2);
	assert_false(there("out/20260101T000000Z-6.1"));
	assert_false(there("out/20260102T000000Z-6.1"));
	assert_true(there("out/20260102T000000Z-6.1-2"));
	assert_true(there("out/20260102T000000Z-6.1-10"));
	assert_true(there("out/holidays"));
	assert_true(there("out/20250101T000000Z-6.1"));
	assert_true(there("out/20250102T000000Z-6.1"));
	assert_true(there("out/20250103T000000Z-6.1"));
	assert_true(there("elsewhere/20250103T000000Z-6.1/topic/x.record"));
	assert_true(there("elsewhere/f"));
	assert_int_equal(prune(2), 0);
}

static void a_run_in_use_is_not_removed(void **state)
{
	struct results *running = begin("out"), *done = begin("out"), *reader = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(results_finish(done, &e), 0);
	results_close(done);
	assert_int_equal(results_open_existing(&reader, "out", "latest", &e), 0);
	assert_int_equal(prune(0), 0);
	results_close(reader);
	assert_int_equal(prune(0), 1);
	assert_true(there(results_path(running)));
	results_close(running);
	assert_int_equal(prune(0), 1);
}

static void a_base_that_is_not_there_holds_no_runs(void **state)
{
	(void)state;
	assert_int_equal(prune(3), 0);
}

#define TEST(name) cmocka_unit_test_setup(name, go_in)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_of_one_second_have_folders_of_their_own),
		TEST(a_latest_that_is_no_link_is_left_alone),
		TEST(a_release_cannot_leave_the_base),
		TEST(each_trial_has_a_path_inside),
		TEST(a_long_variant_gets_a_short_file),
		TEST(what_is_written_can_be_read),
		TEST(a_latest_that_leads_elsewhere_is_refused),
		TEST(no_link_inside_is_followed),
		TEST(verdicts_are_there_at_once_and_ordered_at_the_end),
		TEST(a_verdict_line_is_read_or_refused),
		TEST(a_folder_that_is_no_run_is_refused),
		TEST(only_old_runs_of_ours_are_removed),
		TEST(a_run_in_use_is_not_removed),
		TEST(a_base_that_is_not_there_holds_no_runs),
	};

	return cmocka_run_group_tests(tests, make_home, remove_home);
}
