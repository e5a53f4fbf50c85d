// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/complain.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
	const char *file;
	struct place at;
	const char *text, *rendered;
} pictures[] = {
	{ "a\nserver clsoe a\n", { 2, 8, 5 }, "unknown verb \"clsoe\", did you mean close?",
	  "x.case:2:8: error: unknown verb \"clsoe\", did you mean close?\n"
	  "    2 | server clsoe a\n"
	  "      |        ^~~~~\n" },
	{ "abc", { 1, 3, 1 }, "one",
	  "x.case:1:3: error: one\n"
	  "    1 | abc\n"
	  "      |   ^\n" },
	{ "\tsend \"\xc3\xa4\xf0\x9f\x90\xa7\" FOO\r\n", { 1, 16, 3 }, "a tab and wide characters before",
	  "x.case:1:16: error: a tab and wide characters before\n"
	  "    1 |  send \"\xc3\xa4\xf0\x9f\x90\xa7\" FOO\n"
	  "      |            ^~~\n" },
	{ "a \xc3\xa4\xc3\xb6 b", { 1, 3, 4 }, "wide itself",
	  "x.case:1:3: error: wide itself\n"
	  "    1 | a \xc3\xa4\xc3\xb6 b\n"
	  "      |   ^~\n" },
	{ "a\x1b[2Jb\xff\xe2\x80\xae", { 1, 7, 1 }, "bytes a terminal\x1b[31m would obey",
	  "x.case:1:7: error: bytes a terminal.[31m would obey\n"
	  "    1 | a.[2Jb..\n"
	  "      |       ^\n" },
	{ "\xef\xbb\xbftitle", { 1, 1, 5 }, "behind a byte order mark",
	  "x.case:1:1: error: behind a byte order mark\n"
	  "    1 | title\n"
	  "      | ^~~~~\n" },
	{ "ab", { 1, 3, 0 }, "at the end",
	  "x.case:1:3: error: at the end\n"
	  "    1 | ab\n"
	  "      |   ^\n" },
	{ "ab\n", { 0, 0, 0 }, "the file",
	  "x.case: error: the file\n" },
	{ "ab\n", { 1, 0, 0 }, "the line",
	  "x.case:1: error: the line\n" },
	{ "ab", { 9, 1, 1 }, "no such line",
	  "x.case:9:1: error: no such line\n" },
	{ "", { 1, 1, 1 }, "an empty file",
	  "x.case:1:1: error: an empty file\n"
	  "    1 | \n"
	  "      | ^\n" },
};

static void a_complaint_points_at_its_word(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pictures); i++) {
		struct complaints c = { 0 };
		autobuf out = { 0 };

		complain(&c, pictures[i].at, "%s", pictures[i].text);
		complaints_render(&c, "x.case", pictures[i].file, strlen(pictures[i].file), false,
				  &out);
		assert_string_equal(buf_text(&out), pictures[i].rendered);
		complaints_fini(&c);
	}
}

static void complaints_come_in_the_order_of_the_file(void **state)
{
	struct complaints c = { 0 };
	autobuf out = { 0 };

	(void)state;
	complain(&c, (struct place){ 2, 1, 1 }, "third");
	complain_warn(&c, (struct place){ 1, 3, 1 }, "second");
	complain(&c, (struct place){ 2, 1, 1 }, "fourth");
	complain(&c, (struct place){ 1, 1, 1 }, "first");
	complain(&c, (struct place){ 0, 0, 0 }, "before all");
	assert_int_equal(c.errors, 4);
	complaints_render(&c, "f", "a b\nc\n", 6, false, &out);
	assert_string_equal(buf_text(&out),
		"f: error: before all\n"
		"f:1:1: error: first\n    1 | a b\n      | ^\n"
		"f:1:3: warning: second\n    1 | a b\n      |   ^\n"
		"f:2:1: error: third\n    2 | c\n      | ^\n"
		"f:2:1: error: fourth\n    2 | c\n      | ^\n");
	complaints_fini(&c);
}

static void the_same_is_said_once(void **state)
{
	struct complaints c = { 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		complain(&c, (struct place){ 1, 1, 1 }, "unknown %s", "verb");
	complain(&c, (struct place){ 1, 2, 1 }, "unknown verb");
	complain_warn(&c, (struct place){ 1, 1, 1 }, "unknown verb");
	assert_int_equal(c.count, 3);
	assert_int_equal(c.errors, 2);
	complaints_fini(&c);
}

static void too_many_are_counted_only(void **state)
{
	struct complaints c = { 0 };
	autobuf out = { 0 };

	(void)state;
	for (int i = 1; i <= COMPLAINTS_MOST + 7; i++)
		complain(&c, (struct place){ 1, i, 1 }, "again");
	assert_int_equal(c.count, COMPLAINTS_MOST);
	assert_int_equal(c.unkept, 7);
	assert_int_equal(c.errors, COMPLAINTS_MOST + 7);
	complaints_render(&c, "f", "a", 1, false, &out);
	assert_non_null(strstr(out.s, "f: and 7 more\n"));
	complaints_fini(&c);
}

static void an_error_is_kept_even_among_many_warnings(void **state)
{
	struct complaints c = { 0 };
	autobuf out = { 0 };

	(void)state;
	for (int i = 1; i <= COMPLAINTS_MOST; i++)
		complain_warn(&c, (struct place){ 1, i, 1 }, "dubious");
	complain(&c, (struct place){ 2, 1, 1 }, "wrong");
	complain(&c, (struct place){ 3, 1, 1 }, "wrong too");
	complaints_render(&c, "f", "a\nb\nc", 5, false, &out);
	assert_non_null(strstr(out.s, "wrong\n"));
	assert_non_null(strstr(out.s, "wrong too\n"));
	assert_int_equal(c.errors, 2);
	assert_int_equal(c.unkept, 2);
	complaints_fini(&c);
}

static void colours_come_only_when_asked_for(void **state)
{
	struct complaints c = { 0 };
	autobuf plain = { 0 }, coloured = { 0 };

	(void)state;
	complain(&c, (struct place){ 1, 1, 2 }, "text");
	complaints_render(&c, "f", "ab", 2, false, &plain);
	complaints_render(&c, "f", "ab", 2, true, &coloured);
	assert_null(strchr(plain.s, '\033'));
	assert_string_equal(coloured.s,
		"\033[1mf:1:1:\033[0m \033[1;31merror:\033[0m text\n"
		"    1 | ab\n"
		"      | \033[1;32m^~\033[0m\n");
	complaints_fini(&c);
}

/** caret_column() - Where the caret stands in the third line, from 0 behind the bar */
static size_t caret_column(const char *rendered)
{
	const char *marks = strchr(strchr(rendered, '\n') + 1, '\n') + 1;

	return (size_t)(strchr(marks, '^') - marks) - 8;
}

static void of_a_long_line_the_part_near_the_word_is_shown(void **state)
{
	static const int columns[] = { 1, 50, 61, 62, 500, 3900, 3999, 4000 };
	char line[4000];

	(void)state;
	for (size_t i = 0; i < ROWS(columns); i++) {
		const char *shown;
		struct complaints c = { 0 };
		autobuf out = { 0 };

		memset(line, '-', sizeof(line));
		line[columns[i] - 1] = 'X';
		complain(&c, (struct place){ 1, columns[i], 1 }, "here");
		complaints_render(&c, "f", line, sizeof(line), false, &out);
		assert_true(out.len < 500);
		shown = strchr(out.s, '\n') + 1 + 8;
		assert_int_equal(shown[caret_column(out.s)], 'X');
		complaints_fini(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_complaint_points_at_its_word),
		cmocka_unit_test(complaints_come_in_the_order_of_the_file),
		cmocka_unit_test(the_same_is_said_once),
		cmocka_unit_test(too_many_are_counted_only),
		cmocka_unit_test(an_error_is_kept_even_among_many_warnings),
		cmocka_unit_test(colours_come_only_when_asked_for),
		cmocka_unit_test(of_a_long_line_the_part_near_the_word_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
