// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/known.h"

#include "runner/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static bool read_list(struct known *k, const char *text)
{
	*k = (struct known){ 0 };
	buf_adds(&k->text, text);
	return known_read(k, "list");
}

static const char list[] =
	"\xef\xbb\xbf# what we agreed on\n"
	"\n"
	"reopen/server-close family=ipv6,timestamps=0    bug 17, fixed in 6.20  \r\n"
	"  ~reuse/flaky\tcomes # and goes\n"
	"~  reuse/other *ipv4*  of two\n"
	"reuse/[ab]*  nobody looked\n"
	"reopen/server-close  the rest\n";

static void the_first_that_fits_holds(void **state)
{
	static const struct { const char *name, *reason; bool may_pass; } rows[] = {
		{ "reopen/server-close family=ipv6,timestamps=0", "bug 17, fixed in 6.20", false },
		{ "reopen/server-close family=ipv6,timestamps=0 run 12", "bug 17, fixed in 6.20", false },
		{ "reopen/server-close family=ipv6,timestamps=1", "the rest", false },
		{ "reopen/server-close", "the rest", false },
		{ "reopen/server-close run 3", "the rest", false },
		{ "reopen/server-closed family=ipv4", NULL, false },
		{ "reuse/flaky family=ipv4", "comes # and goes", true },
		{ "reuse/other family=ipv4,x=1", "of two", true },
		{ "reuse/other family=ipv6,x=1", NULL, false },
		{ "reuse/b family=ipv4", "nobody looked", false },
		{ "reuse/c", NULL, false }, { "", NULL, false },
	};
	struct known k;

	(void)state;
	assert_true(read_list(&k, list));
	assert_int_equal(k.count, 5);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct known_entry *x = known_find(&k, rows[i].name);

		if (!x || !rows[i].reason) {
			assert_true(!x && !rows[i].reason);
			continue;
		}
		assert_string_equal(x->reason, rows[i].reason);
		assert_int_equal(x->may_pass, rows[i].may_pass);
	}
	known_fini(&k);
}

static void a_bad_line_is_told_with_its_place(void **state)
{
	static const struct { const char *text, *said; } rows[] = {
		{ "a/b why not\n", "list:1:12: error: no reason: two blanks or a tab part it from the trial's name\n"
				   "    1 | a/b why not\n      |            ^\n" },
		{ "\na/b\n", "list:2:4: error: no reason" }, { "a/b   \n", "list:1:4: error: no reason" },
		{ " ~ \n", "list:1:4: error: no trial behind ~" },
		{ "a/b  x\nc  y\na/b  z", "list:3:1: error: a/b stands in line 1 already\n"
					  "    3 | a/b  z\n      | ^~~\n" },
		{ "a/b  x\x1b[2J\n", "list:1:7: error: a control character, or no UTF-8\n" },
		{ "a/b\xff  x\n", "list:1:4: error: a control character, or no UTF-8\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf out = { 0 };
		struct known k;

		assert_false(read_list(&k, rows[i].text));
		complaints_render(&k.complaints, "list", rows[i].text, strlen(rows[i].text), false, &out);
		if (strncmp(buf_text(&out), rows[i].said, strlen(rows[i].said)) != 0)
			fail_msg("said: %s\nmust be: %s", buf_text(&out), rows[i].said);
		known_fini(&k);
	}
}

static void only_a_word_about_the_kernel_is_changed(void **state)
{
	static const struct { const char *name; enum verdict_kind is, becomes; } rows[] = {
		{ "a/fails", VERDICT_FAIL, VERDICT_TODO }, { "a/fails", VERDICT_PASS, VERDICT_TODO_PASSED },
		{ "a/fails", VERDICT_SKIP, VERDICT_SKIP }, { "a/fails", VERDICT_BROKEN, VERDICT_BROKEN },
		{ "a/fails", VERDICT_TIMING, VERDICT_TIMING }, { "a/fails", VERDICT_TODO, VERDICT_TODO },
		{ "a/both", VERDICT_FAIL, VERDICT_TODO }, { "a/both", VERDICT_PASS, VERDICT_PASS },
		{ "a/else", VERDICT_FAIL, VERDICT_FAIL }, { "a/else", VERDICT_PASS, VERDICT_PASS },
	};
	struct known k;

	(void)state;
	assert_true(read_list(&k, "a/fails  bug 17\n~ a/both  bug 18\n"));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct verdict v = { .kind = rows[i].is, .message = "as it was" };
		struct arena a = { 0 };

		known_heed(&k, rows[i].name, &a, &v);
		assert_int_equal(v.kind, rows[i].becomes);
		if (rows[i].is != rows[i].becomes)
			assert_non_null(strstr(v.todo, "bug 1"));
		if (v.kind == VERDICT_TODO_PASSED)
			assert_string_equal(v.message, "it passes although list:1 says that it is known to fail (bug 17): take the entry away");
		else
			assert_string_equal(v.message, "as it was");
		arena_free(&a);
	}
	known_fini(&k);
}

static void an_entry_of_no_use_is_told(void **state)
{
	autobuf text = { 0 }, out = { 0 };
	struct known k;

	(void)state;
	buf_adds(&text, "a/used  x\na/*  covered by the first, and of use all the same\n");
	for (int i = 0; i < 8; i++)
		buf_addf(&text, "b/%d  x\n", i);
	assert_true(read_list(&k, buf_text(&text)));
	known_use(&k, "a/used family=ipv4 run 2");
	known_unused(&k, 5, false, &out);
	assert_null(strstr(buf_text(&out), "list:1:"));
	assert_null(strstr(buf_text(&out), "list:2:"));
	assert_non_null(strstr(buf_text(&out), "list:7:1: warning: no trial of this run is meant"));
	assert_null(strstr(buf_text(&out), "list:8:"));
	assert_non_null(strstr(buf_text(&out), "list: warning: 3 more entries mean no trial of this run\n"));
	buf_clear(&out);
	known_unused(&k, 0, false, &out);
	assert_string_equal(buf_text(&out), "list: warning: 8 entries mean no trial of this run\n");
	known_fini(&k);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_fits_holds),
		cmocka_unit_test(a_bad_line_is_told_with_its_place),
		cmocka_unit_test(only_a_word_about_the_kernel_is_changed),
		cmocka_unit_test(an_entry_of_no_use_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
