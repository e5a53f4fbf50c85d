// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/scan.h"

#include "lib/arena.h"
#include "runner/complain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/** struct scanned - A text cut into lines, with all it holds */
struct scanned {
	struct arena arena;
	struct lines lines;
	struct complaints complaints;
	bool good;
};

static void scan_bytes(struct scanned *t, const char *text, size_t len)
{
	*t = (struct scanned){ 0 };
	t->good = scan(text, len, &t->arena, &t->lines, &t->complaints);
	assert_int_equal(t->good, !t->complaints.errors);
}

static void scan_text(struct scanned *t, const char *text)
{
	scan_bytes(t, text, strlen(text));
}

static void forget(struct scanned *t)
{
	arena_free(&t->arena);
	complaints_fini(&t->complaints);
}

static const struct { const char *text; size_t lines, words; int number; } shapes[] = {
	/* text				lines, words and number of the last line */
	{ "",				0, 0, 0 },
	{ "\n\n  \n\t\n",		0, 0, 0 },
	{ "# only a comment",		0, 0, 0 },
	{ "a b # c\n",			1, 2, 1 },
	{ "a b #c\n",			1, 2, 1 },
	{ "a b#c d\n",			1, 3, 1 },
	{ "  client\tclose c",		1, 3, 1 },
	{ "a\nb\nc d",			3, 2, 3 },
	{ "a\n\n# x\n\nb c\n",		2, 2, 5 },
	{ "a\r\nb c\r\n",		2, 2, 2 },
	{ "\xef\xbb\xbf" "title x",	1, 2, 1 },
	{ "a => ok",			1, 3, 1 },
	{ "a=>ok =x | b|c a=b",		1, 5, 1 },
	{ "SYN> <SYN-ACK +$n",		1, 3, 1 },
	{ "read a => \"b # c\"",	1, 4, 1 },
	{ "\"\" \"\"",			1, 2, 1 },
	{ "title it's \"one # thing",	1, 5, 1 },
	{ "about a#b #c \" d",		1, 5, 1 },
	{ "titles x # y",		1, 2, 1 },
	{ "title",			1, 1, 1 },
};

static void lines_and_words_are_counted_as_a_reader_would(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(shapes); i++) {
		const struct line *last;
		struct scanned t;

		scan_text(&t, shapes[i].text);
		last = t.lines.count ? &t.lines.line[t.lines.count - 1] : NULL;
		if (!t.good || t.lines.count != shapes[i].lines ||
		    (last && (last->words != shapes[i].words || last->number != shapes[i].number)))
			fail_msg("row %zu: %s", i, shapes[i].text);
		forget(&t);
	}
}

static void a_word_knows_its_place(void **state)
{
	static const struct { int column, width; const char *s; bool quoted; } words[] = {
		{ 3, 6, "client", false }, { 11, 4, "send", false }, { 16, 2, "\xc3\xa9", false },
		{ 19, 7, "x\"\n", true }, { 27, 2, "", true }, { 30, 5, "a b", true },
	};
	struct scanned t;

	(void)state;
	scan_text(&t, "\n  client  send \xc3\xa9 \"x\\\"\\n\" \"\" \"a b\"");
	assert_true(t.good);
	assert_int_equal(t.lines.count, 1);
	assert_int_equal(t.lines.line[0].words, ROWS(words));
	for (size_t i = 0; i < ROWS(words); i++) {
		const struct word *w = &t.lines.line[0].word[i];

		assert_int_equal(w->at.line, 2);
		assert_int_equal(w->at.column, words[i].column);
		assert_int_equal(w->at.width, words[i].width);
		assert_int_equal(w->len, strlen(words[i].s));
		assert_memory_equal(w->s, words[i].s, w->len);
		assert_int_equal(w->quoted, words[i].quoted);
	}
	forget(&t);
}

static void columns_begin_behind_a_byte_order_mark(void **state)
{
	struct scanned t;

	(void)state;
	scan_text(&t, "\xef\xbb\xbf" "title x");
	assert_int_equal(t.lines.line[0].word[0].at.column, 1);
	assert_memory_equal(t.lines.line[0].text, "title x", 7);
	forget(&t);
}

static const struct { const char *text, *rest; } rests[] = {
	{ "title  The \"last\" ACK # is lost \t",	"The \"last\" ACK # is lost" },
	{ "title The end\r",			"The end" },
	{ "title",				"" },
	{ "title   ",				"" },
	{ "expect a b # c",			"a b # c" },
	{ "about # not a comment",		"# not a comment" },
};

static void the_rest_of_a_line_is_kept_as_it_stands(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(rests); i++) {
		struct scanned t;

		scan_text(&t, rests[i].text);
		assert_true(t.good);
		assert_int_equal(t.lines.line[0].rest_len, strlen(rests[i].rest));
		assert_memory_equal(t.lines.line[0].rest, rests[i].rest, strlen(rests[i].rest));
		forget(&t);
	}
}

static void escapes_make_any_byte(void **state)
{
	static const char meant[] = "\"\\\n\r\t\0\xff" "Az";
	struct scanned t;

	(void)state;
	scan_text(&t, "\"\\\"\\\\\\n\\r\\t\\x00\\xfF\\x41z\"");
	assert_true(t.good);
	assert_int_equal(t.lines.line[0].word[0].len, sizeof(meant) - 1);
	assert_memory_equal(t.lines.line[0].word[0].s, meant, sizeof(meant) - 1);
	forget(&t);
}

static const struct { const char *text; int line, column, width; const char *complaint; } faults[] = {
	{ "read a => \"old",	1, 11, 4, "this quote is never closed" },
	{ "a \"b\\",		1, 3, 3, "this quote is never closed" },
	{ "a \"b\\\"",		1, 3, 4, "this quote is never closed" },
	{ "a \"b\"c",		1, 6, 1, "a blank is missing after the closing quote" },
	{ "a b\"c\"",		1, 4, 1, "a quote can only begin a word" },
	{ "a \"b\\q\"",		1, 5, 2, "unknown escape \\q, known are \\\" \\\\ \\n \\r \\t \\xHH" },
	{ "a \"\\\xc3\xa9\"",	1, 4, 3, "unknown escape \\\xc3\xa9, known are \\\" \\\\ \\n \\r \\t \\xHH" },
	{ "a \"\\x4\"",		1, 4, 2, "\\x needs two hexadecimal digits" },
	{ "a \"\\xg0\"",	1, 4, 2, "\\x needs two hexadecimal digits" },
	{ "a\n b\x01",		2, 3, 1, "control character U+0001; in quotes write it as \\xHH" },
	{ "a \"\x1b[2J\"",	1, 4, 1, "control character U+001B; in quotes write it as \\xHH" },
	{ "# \x7f",		1, 3, 1, "control character U+007F; in quotes write it as \\xHH" },
	{ "a\rb",		1, 2, 1, "a carriage return within a line" },
	{ "a \xff b",		1, 3, 1, "this byte (0xff) is not valid UTF-8" },
	{ "a \xc3",		1, 3, 1, "this byte (0xc3) is not valid UTF-8" },
	{ "title \xc0\x80",	1, 7, 1, "this byte (0xc0) is not valid UTF-8" },
	{ "a \xe2\x80\xae" "b",	1, 3, 3, "U+202E changes how the line is shown, not what it says" },
	{ "a\xc2\xa0" "b",	1, 2, 2, "a no-break space (U+00A0) stands where a blank should" },
};

static void a_fault_is_told_at_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(faults); i++) {
		const struct complaint *k;
		struct scanned t;

		scan_text(&t, faults[i].text);
		assert_int_equal(t.complaints.count, 1);
		k = &t.complaints.list[0];
		assert_string_equal(k->text, faults[i].complaint);
		assert_int_equal(k->at.line, faults[i].line);
		assert_int_equal(k->at.column, faults[i].column);
		assert_int_equal(k->at.width, faults[i].width);
		forget(&t);
	}
}

static void a_nul_byte_is_told_at_its_place(void **state)
{
	struct scanned t;

	(void)state;
	scan_bytes(&t, "a\0b", 3);
	assert_int_equal(t.complaints.count, 1);
	assert_string_equal(t.complaints.list[0].text, "a NUL byte has no place in a scenario");
	assert_int_equal(t.complaints.list[0].at.column, 2);
	forget(&t);
}

static void all_faults_of_a_file_are_told_at_once(void **state)
{
	struct scanned t;

	(void)state;
	scan_text(&t, "a \"b\nc\n\xff\nd \"\\q \\p\"\n");
	assert_int_equal(t.complaints.errors, 4);
	assert_int_equal(t.lines.count, 3);	/* what can be read is read on with */
	forget(&t);
}

/** repeated() - @times times @unit, to be freed */
static char *repeated(const char *unit, size_t times)
{
	const size_t len = strlen(unit);
	char *text = malloc(len * times + 1);

	assert_non_null(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * len, unit, len);
	text[len * times] = '\0';
	return text;
}

static const struct { const char *unit; size_t times; const char *complaint; } bounds[] = {
	{ "x",		SCAN_LINE_MOST,		NULL },
	{ "x",		SCAN_LINE_MOST + 1,	"a line longer than 4096 bytes" },
	{ "x ",		SCAN_WORDS_MOST,	NULL },
	{ "x ",		SCAN_WORDS_MOST + 1,	"more than 128 words on one line" },
	{ "a\n",	SCAN_LINES_MOST,	NULL },
	{ "a\n",	SCAN_LINES_MOST + 1,	"more than 5000 lines" },
	{ "#234567\n",	SCAN_FILE_MOST / 8 + 1,	"a file larger than 1048576 bytes" },
};

static void a_file_has_bounds_that_are_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(bounds); i++) {
		char *text = repeated(bounds[i].unit, bounds[i].times);
		struct scanned t;

		scan_text(&t, text);
		assert_int_equal(t.complaints.count, bounds[i].complaint ? 1 : 0);
		if (bounds[i].complaint)
			assert_string_equal(t.complaints.list[0].text, bounds[i].complaint);
		forget(&t);
		free(text);
	}
}

static void prose_of_many_words_is_no_fault(void **state)
{
	char *many = repeated("x ", SCAN_WORDS_MOST * 3);
	char text[SCAN_WORDS_MOST * 6 + 16];
	struct scanned t;

	(void)state;
	snprintf(text, sizeof(text), "about %s", many);
	scan_text(&t, text);
	assert_true(t.good);
	assert_int_equal(t.lines.line[0].words, SCAN_WORDS_MOST);
	assert_int_equal(t.lines.line[0].rest_len, SCAN_WORDS_MOST * 6 - 1);
	forget(&t);
	free(many);
}

static const struct { const char *value; size_t words; const char *complaint; } values[] = {
	{ "",				0, NULL },
	{ "   ",			0, NULL },
	{ "reuseaddr",			1, NULL },
	{ "reuseaddr reuseport",	2, NULL },
	{ "backlog 1 \"a b\"",		3, NULL },
	{ "# no comment",		3, NULL },
	{ "a \"b",			1, "this quote is never closed" },
	{ "a\nb",			0, "control character U+000A; in quotes write it as \\xHH" },
};

static void a_value_is_words_at_the_place_of_its_name(void **state)
{
	const struct place at = { 7, 12, 5 };

	(void)state;
	for (size_t i = 0; i < ROWS(values); i++) {
		struct complaints c = { 0 };
		struct arena a = { 0 };
		struct line line;

		assert_int_equal(scan_value(values[i].value, strlen(values[i].value), at, &a,
					    &line, &c), !values[i].complaint);
		assert_int_equal(line.words, values[i].words);
		for (size_t j = 0; j < line.words; j++)
			assert_memory_equal(&line.word[j].at, &at, sizeof(at));
		if (values[i].complaint) {
			assert_string_equal(c.list[0].text, values[i].complaint);
			assert_memory_equal(&c.list[0].at, &at, sizeof(at));
		}
		complaints_fini(&c);
		arena_free(&a);
	}
}

/** Bytes that mean something to the scanner, mixed: nothing may be read outside the text */
static void no_mix_of_bytes_leads_astray(void **state)
{
	static const char *const pieces[] = {
		"\"", "\\", "x", "\\x", " ", "\n", "\r", "#", "\xc3", "\xa0", "title ", "\xef\xbb\xbf",
		"\xf0\x9f\x90\xa7", "=>", "\t", "4",
	};
	uint32_t dice = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		char text[64], *exact;
		struct scanned t;
		size_t len = 0;

		for (int i = 0; i < 12; i++) {
			const char *piece;

			dice = dice * 1664525 + 1013904223;
			piece = pieces[dice >> 28];
			memcpy(text + len, piece, strlen(piece));
			len += strlen(piece);
		}
		exact = malloc(len);	/* so that a sanitizer sees one byte too far */
		assert_non_null(exact);
		memcpy(exact, text, len);
		scan_bytes(&t, exact, len);
		for (size_t i = 0; i < t.lines.count; i++)
			assert_true(t.lines.line[i].words > 0);
		forget(&t);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_words_are_counted_as_a_reader_would),
		cmocka_unit_test(a_word_knows_its_place),
		cmocka_unit_test(columns_begin_behind_a_byte_order_mark),
		cmocka_unit_test(the_rest_of_a_line_is_kept_as_it_stands),
		cmocka_unit_test(escapes_make_any_byte),
		cmocka_unit_test(a_fault_is_told_at_its_place),
		cmocka_unit_test(a_nul_byte_is_told_at_its_place),
		cmocka_unit_test(all_faults_of_a_file_are_told_at_once),
		cmocka_unit_test(a_file_has_bounds_that_are_named),
		cmocka_unit_test(prose_of_many_words_is_no_fault),
		cmocka_unit_test(a_value_is_words_at_the_place_of_its_name),
		cmocka_unit_test(no_mix_of_bytes_leads_astray),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
