// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/github.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "runner/report.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HOSTILE "100%, <img src=x> | `a` [l](http://e) @you *b*\n::error::no \x1b[31m\xff"

enum { POINTS = 40 };
static struct report_point points[POINTS];
static const struct report_plan plan = { .point = points, .points = POINTS, .kernel = "6.18" };

static const char *read_all(const char *path, struct buf *b)
{
	struct err e;

	assert_int_equal(buf_read_file(b, path, 4 << 20, &e), 0);
	return buf_text(b);
}

/*
 * Tell of @reds trials that failed with @message, and of others that passed.
 * @said, @page: out: what stood on the descriptor, and in the summary
 */
static void tell(size_t reds, const char *message, const char *notes, size_t before,
		 struct buf *said, struct buf *page)
{
	const struct verdict pass = { .kind = VERDICT_PASS, .tries = 1 };
	const struct verdict fail = { .kind = VERDICT_FAIL, .tries = 1, .at = { 3, 9, 4 },
				      .message = message, .expected = "FIN-WAIT-2", .seen = "a,b:c" };
	char summary[] = "/tmp/github-test-XXXXXX", annotations[] = "/tmp/github-test-XXXXXX";
	const int fd = mkstemp(annotations), to = mkstemp(summary);
	const struct github g = { .fd = fd, .workspace = "/w", .summary = summary };
	struct report *r = report_new();
	struct err e;

	assert_true(fd >= 0 && to >= 0);
	assert_int_equal(ftruncate(to, (off_t)before), 0);
	for (size_t i = 0; i < POINTS; i++)
		points[i] = (struct report_point){ "close/x n=1,m=2", "close/x", "/w/cases/close/x.case" };
	assert_int_equal(report_add(r, github_new(&g), &e), 0);
	assert_int_equal(report_begin(r, &plan, &e), 0);
	for (size_t i = 0; i < POINTS; i++) {
		const struct report_trial t = { .verdict = i < reds ? &fail : &pass, .notes = notes };

		assert_int_equal(report_trial(r, i, &t, &e), 0);
	}
	assert_int_equal(report_end(r, 0, NULL, &e), 0);
	report_free(r);
	read_all(annotations, said);
	read_all(summary, page);
	close(fd);
	close(to);
	unlink(annotations);
	unlink(summary);
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		n++;
	return n;
}

static void a_failure_is_annotated_at_its_place(void **state)
{
	autobuf said = { 0 }, page = { 0 };

	(void)state;
	tell(1, "expected x, saw 50%\nno", NULL, 0, &said, &page);
	assert_string_equal(buf_text(&said),
			    "::error file=cases/close/x.case,line=3,col=9,title=close/x n=1%2Cm=2::"
			    "expected x, saw 50%25 no%0Aexpected: FIN-WAIT-2%0Aseen: a,b:c%0Akernel: 6.18\n");
}

static void ten_are_enough(void **state)
{
	autobuf said = { 0 }, page = { 0 };

	(void)state;
	tell(12, "m", NULL, 0, &said, &page);
	assert_int_equal(count(buf_text(&said), "::error "), GITHUB_ERRORS_MOST);
	assert_int_equal(count(buf_text(&page), "| fail | "), 12);
}

static void nothing_in_a_page_is_more_than_text(void **state)
{
	autobuf said = { 0 }, page = { 0 };
	const char *s;

	(void)state;
	tell(1, HOSTILE, HOSTILE "\n\n# heading", 0, &said, &page);
	assert_int_equal(count(buf_text(&said), "\n"), 1);
	s = strstr(buf_text(&page), "| fail |");
	assert_non_null(s);
	assert_null(strstr(s, "<img"));
	assert_null(strpbrk(s, "`*@[]\x1b\xff"));
	assert_int_equal(count(s, "\n\n# "), 0);
	assert_int_equal(count(s, "<details>"), 1);
	assert_int_equal(strcspn(s, "\n"), strstr(s, " |\n") + 2 - s);
}

static void a_page_has_a_bound(void **state)
{
	static char large[100000];
	autobuf said = { 0 }, page = { 0 };

	(void)state;
	memset(large, '|', sizeof(large) - 1);
	tell(POINTS, large, large, 1000, &said, &page);
	assert_true(page.len < 1000 + GITHUB_SUMMARY_OURS);
	assert_non_null(strstr(page.s + 1000, "more: see junit.xml"));
}

static void a_full_page_is_left_alone(void **state)
{
	autobuf said = { 0 }, page = { 0 };

	(void)state;
	tell(0, "m", NULL, 1000000, &said, &page);
	assert_int_equal(page.len, 1000000);
	assert_memory_equal(buf_text(&said), "::warning title=lastack::no step summary: ", 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failure_is_annotated_at_its_place),
		cmocka_unit_test(ten_are_enough),
		cmocka_unit_test(nothing_in_a_page_is_more_than_text),
		cmocka_unit_test(a_page_has_a_bound),
		cmocka_unit_test(a_full_page_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
