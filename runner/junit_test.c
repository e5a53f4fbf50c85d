// SPDX-License-Identifier: GPL-2.0-or-later
/* Called with "hostile" this writes a document full of odd text, for xmllint to read. */
#include "runner/junit.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/report.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HOSTILE "]]></failure><!-- \x01\x1b[31m \xff\xc3 \"q\" 'a' & \xe2\x80\xae\xef\xbf\xbf\n<b/>"

static const struct report_point points[] = {
	{ "reopen/server-close family=ipv4", "reopen/server-close", "cases/reopen/server-close.case" },
	{ "reopen/server-close family=ipv6", "reopen/server-close", "cases/reopen/server-close.case" },
	{ "close/a<b x=\"&\"", "close/a<b", "cases/close/a<b.case" },
	{ HOSTILE, HOSTILE, HOSTILE },
};
enum { POINTS = sizeof(points) / sizeof(points[0]) };

static const char *hostile[] = { HOSTILE };
static const struct verdict kinds[VERDICT_COUNT] = {
	[VERDICT_PASS]		= { .kind = VERDICT_PASS, .tries = 1, .elapsed_ns = 1500 * NS_PER_MS },
	[VERDICT_FAIL]		= { .kind = VERDICT_FAIL, .tries = 1, .at = { 12, 17, 9 },
				    .message = "expected TIME-WAIT, saw NONE",
				    .expected = "TIME-WAIT", .seen = "NONE" },
	[VERDICT_SKIP]		= { .kind = VERDICT_SKIP, .message = "this kernel has no \"x\"" },
	[VERDICT_TODO]		= { .kind = VERDICT_TODO, .tries = 1 },
	[VERDICT_TODO_PASSED]	= { .kind = VERDICT_TODO_PASSED, .tries = 1 },
	[VERDICT_BROKEN]	= { .kind = VERDICT_BROKEN, .tries = 1, .message = "no veth" },
	[VERDICT_TIMING]	= { .kind = VERDICT_TIMING, .tries = 6, .message = "31ms late" },
};
static const struct verdict late = { .kind = VERDICT_PASS, .tries = 3 };
static const struct verdict odd = { .kind = VERDICT_FAIL, .tries = 1, .message = HOSTILE,
				    .expected = HOSTILE, .seen = "" };

static const struct report_plan plan = {
	.point = points, .points = POINTS, .kernel = "6.18", .version = "lastack 0.1",
	.command = HOSTILE,
};

/* A run whose trials come to @v, one after the other; those that are NULL are not told */
static void tell(const struct verdict *const *v, const char *cut_short, int fd)
{
	struct report *r = report_new();
	struct err e;

	assert_non_null(r);
	assert_int_equal(report_add(r, junit_new(NULL, NULL, fd), &e), 0);
	assert_int_equal(report_begin(r, &plan, &e), 0);
	for (size_t i = 0; i < POINTS; i++) {
		const struct report_trial t = {
			.verdict = v[i], .todo = "fixed in 6.14", .step = "expect client a TIME-WAIT",
			.sysctl = hostile, .sysctls = 1, .repro = "lastack run x",
			.notes = v[i] == &odd ? HOSTILE : NULL,
		};

		if (v[i])
			assert_int_equal(report_trial(r, i, &t, &e), 0);
	}
	assert_int_equal(report_end(r, 2345 * NS_PER_MS, cut_short, &e), 0);
	report_free(r);
}

static const char *read_back(FILE *f, struct buf *b)
{
	char part[4096];
	size_t n;

	rewind(f);
	while ((n = fread(part, 1, sizeof(part), f)))
		buf_add(b, part, n);
	return buf_text(b);
}

static const char *told(struct buf *b, const struct verdict *first, const char *cut_short)
{
	const struct verdict *pass = &kinds[VERDICT_PASS];
	const struct verdict *v[POINTS] = { first, pass, pass, cut_short ? NULL : pass };
	FILE *f = tmpfile();

	assert_non_null(f);
	tell(v, cut_short, fileno(f));
	read_back(f, b);
	fclose(f);
	return buf_text(b);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("missing: %s\nin: %s", part, text);
}

static void each_verdict_has_its_element(void **state)
{
	static const struct { enum verdict_kind kind; const char *xml; } rows[] = {
		{ VERDICT_PASS, "file=\"cases/reopen/server-close.case\" time=\"1.500\"></testcase>" },
		{ VERDICT_FAIL, "<failure type=\"fail\" message=\"expected TIME-WAIT, saw NONE\">"
				"cases/reopen/server-close.case:12:17: expected TIME-WAIT, saw NONE\n"
				"step: expect client a TIME-WAIT\nexpected: TIME-WAIT\nseen: NONE\n" },
		{ VERDICT_SKIP, "<skipped message=\"this kernel has no &quot;x&quot;\"/>" },
		{ VERDICT_TODO, "<skipped message=\"todo: fixed in 6.14\"/>" },
		{ VERDICT_TODO_PASSED, "<failure type=\"todo-passed\" message=\"passes although marked" },
		{ VERDICT_BROKEN, "<error type=\"broken\" message=\"no veth\">" },
		{ VERDICT_TIMING, "<properties><property name=\"tries\" value=\"6\"/></properties>"
				  "<error type=\"timing\" message=\"31ms late\">" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = { 0 };

		assert_has(told(&b, &kinds[rows[i].kind], NULL), rows[i].xml);
	}
}

static void suites_are_files_and_counted(void **state)
{
	autobuf b = { 0 };
	const char *text = told(&b, &kinds[VERDICT_FAIL], NULL);

	(void)state;
	assert_has(text, "<testsuites name=\"lastack\" tests=\"4\" failures=\"1\" errors=\"0\" "
			 "skipped=\"0\" time=\"2.345\">");
	assert_has(text, "<testsuite name=\"reopen/server-close\" tests=\"2\" failures=\"1\" "
			 "errors=\"0\" skipped=\"0\" time=\"1.500\"");
	assert_has(text, "<testsuite name=\"close/a&lt;b\" tests=\"1\" failures=\"0\"");
	assert_has(text, "<testcase classname=\"close.a&lt;b\" name=\"close/a&lt;b x=&quot;&amp;&quot;\"");
}

static void lateness_is_no_failure_of_the_kernel(void **state)
{
	autobuf b = { 0 };
	const char *text = told(&b, &late, NULL);

	(void)state;
	assert_has(text, "<property name=\"tries\" value=\"3\"/></properties></testcase>");
	assert_has(text, "failures=\"0\" errors=\"0\" skipped=\"0\"");
}

static void what_was_cut_short_is_not_green(void **state)
{
	autobuf b = { 0 };
	const char *text = told(&b, &kinds[VERDICT_PASS], "interrupted by SIGINT");

	(void)state;
	assert_has(text, "tests=\"5\" failures=\"0\" errors=\"1\" skipped=\"1\"");
	assert_has(text, "<skipped message=\"no verdict: interrupted by SIGINT\"/>");
	assert_has(text, "<testcase classname=\"lastack\" name=\"run\" time=\"0.000\"><error type=\"run\" "
			 "message=\"interrupted by SIGINT\">");
}

static void nothing_could_run_is_an_error(void **state)
{
	struct report *r = report_new();
	FILE *f = tmpfile();
	autobuf b = { 0 };
	struct err e;

	(void)state;
	assert_non_null(f);
	assert_int_equal(report_add(r, junit_new(NULL, NULL, fileno(f)), &e), 0);
	assert_int_equal(report_bail(r, "no namespaces here", &e), 0);
	report_free(r);
	assert_has(read_back(f, &b), "tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\"");
	assert_has(buf_text(&b), "message=\"no namespaces here\"");
	fclose(f);
}

static void a_file_is_whole_or_not_there(void **state)
{
	struct report *r = report_new();
	struct err e;

	(void)state;
	assert_int_equal(report_add(r, junit_new(NULL, "/nonexistent/junit.xml", -1), &e), 0);
	assert_int_equal(report_bail(r, "x", &e), -ENOENT);
	assert_memory_equal(e.text, "junit: /nonexistent/junit.xml", 29);
	report_free(r);
}

/* It is the reporter's only until the end of what is reported */
static void the_plan_may_go_before_the_report(void **state)
{
	struct report *r = report_new();
	FILE *f = tmpfile();
	struct err e;

	(void)state;
	assert_non_null(f);
	assert_int_equal(report_add(r, junit_new(NULL, NULL, fileno(f)), &e), 0);
	{
		struct report_plan *short_lived = malloc(sizeof(*short_lived));
		const struct report_trial t = { .verdict = &kinds[VERDICT_PASS] };

		assert_non_null(short_lived);
		*short_lived = (struct report_plan){ .point = points, .points = POINTS };
		assert_int_equal(report_begin(r, short_lived, &e), 0);
		assert_int_equal(report_trial(r, 0, &t, &e), 0);
		assert_int_equal(report_end(r, 1, NULL, &e), 0);
		memset(short_lived, 0xff, sizeof(*short_lived));
		free(short_lived);
	}
	report_free(r);
	fclose(f);
}

static int write_hostile(void)
{
	const struct verdict *v[POINTS] = { &odd, &kinds[VERDICT_TODO], &odd, &kinds[VERDICT_TIMING] };

	tell(v, HOSTILE, STDOUT_FILENO);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_verdict_has_its_element),
		cmocka_unit_test(suites_are_files_and_counted),
		cmocka_unit_test(lateness_is_no_failure_of_the_kernel),
		cmocka_unit_test(what_was_cut_short_is_not_green),
		cmocka_unit_test(nothing_could_run_is_an_error),
		cmocka_unit_test(a_file_is_whole_or_not_there),
		cmocka_unit_test(the_plan_may_go_before_the_report),
	};

	if (argc > 1 && !strcmp(argv[1], "hostile"))
		return write_hostile();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
