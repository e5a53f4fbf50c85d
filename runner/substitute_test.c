// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/substitute.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "runner/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static struct binding known[] = {
	{ "n",		"5",			"$n",			-1 },
	{ "none",	"",			"$none",		-1 },
	{ "two",	"one two",		"$two",			-1 },
	{ "quoted",	"\"a b\"",		"$quoted",		-1 },
	{ "left",	"NONE",			"$left in row 7",	2 },
	{ "old-fin",	"x",			"$old-fin",		-1 },
	{ "unset",	NULL,			"$unset",		-1 },
	{ "hash",	"#no comment",		"$hash",		-1 },
};

/** Each line, and its words afterwards, joined by |; NULL: it cannot be read */
static const struct { const char *line, *words; } lines[] = {
	{ "close a",		"close|a" },
	{ "+$n",		"+5" },
	{ "$n$n",		"55" },
	{ "a $none b",		"a|b" },
	{ "a x$none",		"a|x" },
	{ "a $two b",		"a|one|two|b" },
	{ "a $quoted",		"a|a b" },
	{ "$n-$n",		"5-5" },
	{ "x-$n-1",		"x-5-1" },
	{ "$old-fin",		"x" },
	{ "\"$n\" $left",	"$n|NONE" },
	{ "a $unset",		NULL },
	{ "a $unknown",		NULL },
	{ "a $",		NULL },
	{ "a x$quoted",		NULL },
	{ "a $hash",		"a|#no|comment" },
};

static void joined(const struct tokens *t, struct buf *out)
{
	for (size_t i = 0; i < t->count; i++) {
		buf_adds(out, i ? "|" : "");
		buf_add(out, t->list[i].word.s, t->list[i].word.len);
	}
}

static void values_are_put_in_and_cut_into_words(void **state)
{
	const struct bindings b = { known, ROWS(known), false };

	(void)state;
	for (size_t i = 0; i < ROWS(lines); i++) {
		struct complaints c = { 0 };
		struct arena a = { 0 };
		struct lines cut;
		struct tokens t;
		autobuf out = { 0 };
		bool good;

		assert_true(scan(lines[i].line, strlen(lines[i].line), &a, &cut, &c));
		good = substitute(cut.line, &b, &a, &c, &t);
		joined(&t, &out);
		if (good != (lines[i].words != NULL) ||
		    (good && strcmp(buf_text(&out), lines[i].words) != 0))
			fail_msg("%s: %s", lines[i].line, buf_text(&out));
		complaints_fini(&c);
		arena_free(&a);
	}
}

static void a_word_knows_its_column_and_stands_where_the_name_stood(void **state)
{
	const struct bindings b = { known, ROWS(known), false };
	const char *text = "expect $left $two";
	struct complaints c = { 0 };
	struct arena a = { 0 };
	struct lines cut;
	struct tokens t;

	(void)state;
	assert_true(scan(text, strlen(text), &a, &cut, &c));
	assert_true(substitute(cut.line, &b, &a, &c, &t));
	assert_int_equal(t.list[0].column, -1);
	assert_null(t.list[0].of);
	assert_int_equal(t.list[1].column, 2);
	assert_string_equal(t.list[1].of, "$left in row 7");
	assert_int_equal(t.list[1].word.at.column, 8);
	assert_int_equal(t.list[1].word.at.width, 5);
	assert_int_equal(t.list[3].word.at.column, 14);
	arena_free(&a);
}

static void a_line_that_grows_without_end_is_refused(void **state)
{
	char many[1000], text[4001];
	struct binding big = { "b", many, "$b", -1 };
	const struct bindings b = { &big, 1, false };
	struct complaints c = { 0 };
	struct arena a = { 0 };
	struct lines cut;
	struct tokens t;

	(void)state;
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	for (size_t i = 0; i < 4000; i++)
		text[i] = i % 2 ? 'b' : '$';
	text[4000] = '\0';
	assert_true(scan(text, 4000, &a, &cut, &c));
	assert_false(substitute(cut.line, &b, &a, &c, &t));
	assert_string_equal(c.list[0].text, "a word of more than 4096 bytes (of $b)");
	memset(many, 0, sizeof(many));
	for (size_t i = 0; i < 400; i++)
		many[i] = i % 2 ? ' ' : 'x';
	assert_true(scan("$b", 2, &a, &cut, &c));
	assert_false(substitute(cut.line, &b, &a, &c, &t));
	complaints_fini(&c);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_put_in_and_cut_into_words),
		cmocka_unit_test(a_word_knows_its_column_and_stands_where_the_name_stood),
		cmocka_unit_test(a_line_that_grows_without_end_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
