// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/reader.h"

#include "lib/arena.h"
#include "runner/scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/** struct held - One line and its reader */
struct held {
	struct arena arena;
	struct complaints c;
	struct lines lines;
	struct reader r;
};

static struct reader *hold(struct held *h, const char *text)
{
	memset(h, 0, sizeof(*h));
	assert_true(scan(text, strlen(text), &h->arena, &h->lines, &h->c));
	h->r = (struct reader){
		.c = &h->c, .arena = &h->arena, .line = h->lines.line,
		.tokens = reader_tokens(h->lines.line, &h->arena),
	};
	return &h->r;
}

static void let_go(struct held *h)
{
	complaints_fini(&h->c);
	arena_free(&h->arena);
}

static const struct {
	const char *text;
	unsigned int may;
	int64_t ns;		/* -1: refused */
	bool tick;
} spans[] = {
	{ "1ns",		0,			1,			false },
	{ "500us",		0,			500000,			false },
	{ "10ms",		0,			10000000,		false },
	{ "59.7s",		0,			INT64_C(59700000000),	false },
	{ "0.000000001s",	0,			1,			false },
	{ "1.5m",		0,			INT64_C(90000000000),	false },
	{ "2min",		0,			INT64_C(120000000000),	false },
	{ "60m",		0,			INT64_C(3600000000000),	false },
	{ "60s+TICK",		SPAN_TICK,		INT64_C(60000000000),	true },
	{ "60s+TICK",		0,			-1,			false },
	{ "0ms",		SPAN_ZERO,		0,			false },
	{ "0ms",		0,			-1,			false },
	{ "0.4ns",		0,			-1,			false },
	{ "60.1m",		0,			-1,			false },
	{ "999999999999999999s", 0,			-1,			false },
	{ "9999999999999999999999s", 0,			-1,			false },
	{ "10",			0,			-1,			false },
	{ "ms",			0,			-1,			false },
	{ ".5s",		0,			-1,			false },
	{ "5.s",		0,			-1,			false },
	{ "-5s",		0,			-1,			false },
	{ "5S",			0,			-1,			false },
	{ "5s5",		0,			-1,			false },
	{ "\"5s\"",		0,			-1,			false },
	{ "+TICK",		SPAN_TICK,		-1,			false },
};

static void a_duration_is_a_number_and_a_unit(void **state)
{
	struct held h;

	(void)state;
	for (size_t i = 0; i < ROWS(spans); i++) {
		const struct span s = reader_span(hold(&h, spans[i].text), "a duration",
						  spans[i].may);

		if (!h.c.errors != (spans[i].ns >= 0))
			fail_msg("%s: %s", spans[i].text, h.c.errors ? h.c.list[0].text : "taken");
		if (spans[i].ns >= 0 && (s.ns != spans[i].ns || s.tick != spans[i].tick))
			fail_msg("%s: %lld ns", spans[i].text, (long long)s.ns);
		let_go(&h);
	}
}

static const struct { const char *text; int64_t low, high, number; bool good; } numbers[] = {
	{ "5",				0,	9,	5,	true },
	{ "-5",				-9,	9,	-5,	true },
	{ "007",			0,	9,	7,	true },
	{ "10",				0,	9,	0,	false },
	{ "-1",				0,	9,	0,	false },
	{ "999999999999999999999",	0,	9,	0,	false },
	{ "5x",				0,	9,	0,	false },
	{ "-",				-9,	9,	-9,	false },
	{ "\"5\"",			0,	9,	0,	false },
	{ "0x5",			0,	9,	0,	false },
};

static void a_number_is_decimal_and_in_its_range(void **state)
{
	struct held h;

	(void)state;
	for (size_t i = 0; i < ROWS(numbers); i++) {
		const int64_t n = reader_number(hold(&h, numbers[i].text), "it", numbers[i].low,
						numbers[i].high);

		if (n != numbers[i].number || !h.c.errors != numbers[i].good)
			fail_msg("%s: %lld", numbers[i].text, (long long)n);
		let_go(&h);
	}
}

static void a_long_or_odd_word_is_shown_safely(void **state)
{
	struct held h;
	struct reader *r;

	(void)state;
	r = hold(&h, "\"a\\x1b[31m\\n\"");
	assert_string_equal(reader_show(r, reader_peek(r)), "a.[31m.");
	let_go(&h);
	r = hold(&h, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa4" "bbb");
	assert_string_equal(reader_show(r, reader_peek(r)),
			    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...");
	let_go(&h);
}

static void what_is_missing_is_missed_behind_the_last_word(void **state)
{
	struct held h;
	struct reader *r = hold(&h, "  one   # two");

	(void)state;
	reader_take(r);
	assert_null(reader_need(r, "the second"));
	assert_string_equal(h.c.list[0].text, "the second is missing");
	assert_int_equal(h.c.list[0].at.column, 6);
	reader_need(r, "the third");
	assert_int_equal(h.c.errors, 1);
	let_go(&h);
}

static void a_word_in_quotes_is_no_keyword(void **state)
{
	struct held h;

	(void)state;
	assert_false(reader_accept(hold(&h, "\"to\""), "to"));
	let_go(&h);
	assert_true(reader_accept(hold(&h, "to"), "to"));
	let_go(&h);
}

static void a_part_of_a_word_has_its_own_place(void **state)
{
	struct held h;
	struct reader *r = hold(&h, "  main:80");
	struct token whole, part;

	(void)state;
	whole = *reader_peek(r);
	part = token_part(&whole, 5, 2);
	assert_int_equal(part.word.at.column, 8);
	assert_int_equal(part.word.at.width, 2);
	whole.of = "$x";
	part = token_part(&whole, 5, 2);
	assert_int_equal(part.word.at.column, 3);
	let_go(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_duration_is_a_number_and_a_unit),
		cmocka_unit_test(a_number_is_decimal_and_in_its_range),
		cmocka_unit_test(a_long_or_odd_word_is_shown_safely),
		cmocka_unit_test(what_is_missing_is_missed_behind_the_last_word),
		cmocka_unit_test(a_word_in_quotes_is_no_keyword),
		cmocka_unit_test(a_part_of_a_word_has_its_own_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
