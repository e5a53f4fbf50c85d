// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/report.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* A sink that writes down what it is told, and fails at a trial where asked to */
struct recorder {
	struct report_sink sink;
	struct buf *told;
	bool fails;
};

static int record_begin(struct report_sink *s, const struct report_plan *plan, struct err *e)
{
	(void)e;
	buf_addf(((struct recorder *)s)->told, "begin %zu;", plan->points);
	return 0;
}

static int record_trial(struct report_sink *s, size_t index, const struct report_trial *t,
			struct err *e)
{
	struct recorder *r = (struct recorder *)s;

	(void)t;
	buf_addf(r->told, "trial %zu;", index);
	return r->fails ? err_set(e, -EPIPE, "the reader left") : 0;
}

static int record_end(struct report_sink *s, const struct report_summary *sum, struct err *e)
{
	(void)e;
	buf_addf(((struct recorder *)s)->told, "end %s;", sum->cut_short ? sum->cut_short : "");
	return 0;
}

static int record_bail(struct report_sink *s, const char *reason, struct err *e)
{
	(void)e;
	buf_addf(((struct recorder *)s)->told, "bail %s;", reason);
	return 0;
}

static void record_free(struct report_sink *s)
{
	free(s);
}

static struct report_sink *recorder(struct buf *told, bool fails)
{
	struct recorder *r = calloc(1, sizeof(*r));

	assert_non_null(r);
	r->sink = (struct report_sink){ record_begin, record_trial, record_end, record_bail,
					record_free, false };
	r->told = told;
	r->fails = fails;
	return &r->sink;
}

static const struct report_point points[] = {
	{ "a/b x=1", "a/b", "a/b.case" }, { "a/b x=2", "a/b", "a/b.case" },
	{ "a/c", "a/c", "a/c.case" },
};
static const struct report_plan plan = { .point = points, .points = 3 };
static const struct verdict good = { .kind = VERDICT_PASS, .tries = 1 };
static const struct verdict slow = { .kind = VERDICT_PASS, .tries = 2 };
static const struct verdict bad = { .kind = VERDICT_FAIL, .tries = 1, .message = "" };
static const struct report_trial passes = { .verdict = &good }, flakes = { .verdict = &slow },
				 fails = { .verdict = &bad };

static void a_sink_that_fails_does_not_stop_the_others(void **state)
{
	struct buf left = { 0 }, right = { 0 };
	struct report *r = report_new();
	struct err e = { 0 };

	(void)state;
	assert_int_equal(report_add(r, recorder(&left, true), &e), 0);
	assert_int_equal(report_add(r, recorder(&right, false), &e), 0);
	assert_int_equal(report_begin(r, &plan, &e), 0);
	assert_int_equal(report_trial(r, 2, &passes, &e), -EPIPE);
	assert_string_equal(e.text, "the reader left");
	assert_int_equal(report_trial(r, 0, &fails, &e), 0);
	assert_int_equal(report_trial(r, 1, &flakes, &e), 0);
	assert_int_equal(report_end(r, 0, NULL, &e), -EPIPE);
	assert_string_equal(buf_text(&left), "begin 3;trial 2;");
	assert_string_equal(buf_text(&right), "begin 3;trial 2;trial 0;trial 1;end ;");
	report_free(r);
	buf_fini(&left);
	buf_fini(&right);
}

static void a_trial_is_told_once_and_only_if_planned(void **state)
{
	struct report *r = report_new();
	struct err e = { 0 };

	(void)state;
	assert_int_equal(report_trial(r, 0, &passes, &e), -EINVAL);
	assert_int_equal(report_begin(r, &plan, &e), 0);
	assert_int_equal(report_trial(r, 3, &passes, &e), -EINVAL);
	assert_int_equal(report_trial(r, 0, &passes, &e), 0);
	assert_int_equal(report_trial(r, 0, &passes, &e), -EINVAL);
	assert_int_equal(report_summary(r)->done, 1);
	report_free(r);
}

static void a_run_without_all_verdicts_was_cut_short(void **state)
{
	struct report *r = report_new();
	struct buf told = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(report_add(r, recorder(&told, false), &e), 0);
	assert_int_equal(report_begin(r, &plan, &e), 0);
	assert_int_equal(report_end(r, 0, NULL, &e), 0);
	assert_string_equal(buf_text(&told), "begin 3;end trials without a verdict;");
	report_free(r);
	buf_fini(&told);
}

static void a_bail_comes_without_a_plan(void **state)
{
	struct report *r = report_new();
	struct buf told = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(report_add(r, NULL, &e), -ENOMEM);
	assert_int_equal(report_add(r, recorder(&told, false), &e), 0);
	assert_int_equal(report_bail(r, "no namespaces", &e), 0);
	assert_string_equal(buf_text(&told), "bail no namespaces;");
	report_free(r);
	buf_fini(&told);
}

static void the_sum_names_what_there_was(void **state)
{
	static const struct { struct report_summary sum; const char *text; } rows[] = {
		{ { { [VERDICT_PASS] = 1 }, .points = 1, .files = 1, .done = 1,
		    .wall_ns = 3 * NS_PER_MS + 1 }, "1 trial in 1 file: 1 passed (3ms)" },
		{ { { [VERDICT_PASS] = 398, [VERDICT_FAIL] = 1, [VERDICT_SKIP] = 1 }, .flaky = 2,
		    .points = 400, .files = 61, .done = 400, .wall_ns = 12300 * NS_PER_MS },
		  "400 trials in 61 files: 398 passed (2 not at the first try), 1 failed, 1 skipped (12.3s)" },
		{ { { [VERDICT_TODO] = 1, [VERDICT_TODO_PASSED] = 1, [VERDICT_BROKEN] = 2,
		      [VERDICT_TIMING] = 1 }, .points = 9, .files = 2, .done = 5,
		    .wall_ns = 60 * NS_PER_S },
		  "9 trials in 2 files: 1 passed although marked todo, 2 broken, "
		  "1 not judged for lateness, 1 todo, 4 without a verdict (60s)" },
		{ { .points = 0 }, "0 trials in 0 files (0s)" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = { 0 };

		report_summary_text(&rows[i].sum, &b);
		assert_string_equal(buf_text(&b), rows[i].text);
	}
}

static void every_kind_of_verdict_has_a_message(void **state)
{
	(void)state;
	for (int kind = 0; kind < VERDICT_COUNT; kind++) {
		const struct verdict v = { .kind = (enum verdict_kind)kind };
		const struct report_trial t = { .verdict = &v };

		assert_true(*report_message(&t));
	}
	assert_string_equal(report_message(&fails), "an expectation was not met");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sink_that_fails_does_not_stop_the_others),
		cmocka_unit_test(a_trial_is_told_once_and_only_if_planned),
		cmocka_unit_test(a_run_without_all_verdicts_was_cut_short),
		cmocka_unit_test(a_bail_comes_without_a_plan),
		cmocka_unit_test(the_sum_names_what_there_was),
		cmocka_unit_test(every_kind_of_verdict_has_a_message),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
