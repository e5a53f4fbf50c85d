// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static const struct { const char *text; size_t length; uint32_t code; } characters[] = {
	{ "",			0, 0 },
	{ "a",			1, 'a' },
	{ "\x7f",		1, 0x7f },
	{ "\xc3\xa9",		2, 0xe9 },
	{ "\xe2\x82\xac",	3, 0x20ac },
	{ "\xf0\x9f\x90\xa7",	4, 0x1f427 },
	{ "\xf4\x8f\xbf\xbf",	4, 0x10ffff },
	{ "\x80",		0, 0 },		/* no beginning */
	{ "\xc3",		0, 0 },		/* cut short */
	{ "\xe2\x82",		0, 0 },
	{ "\xc3z",		0, 0 },
	{ "\xc0\x80",		0, 0 },		/* longer than need be */
	{ "\xe0\x80\x80",	0, 0 },
	{ "\xf0\x80\x80\x80",	0, 0 },
	{ "\xed\xa0\x80",	0, 0 },		/* a surrogate */
	{ "\xf4\x90\x80\x80",	0, 0 },		/* beyond the last */
	{ "\xff",		0, 0 },
};

static void a_character_has_a_length_or_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(characters); i++) {
		uint32_t code = 0;

		assert_int_equal(utf8_next(characters[i].text, strlen(characters[i].text), &code),
				 characters[i].length);
		assert_int_equal(code, characters[i].code);
	}
}

static void a_nul_byte_is_a_character(void **state)
{
	uint32_t code = 1;

	(void)state;
	assert_int_equal(utf8_next("", 1, &code), 1);
	assert_int_equal(code, 0);
}

static const struct { uint32_t code; bool printable; } shown[] = {
	{ 'a', true }, { ' ', true }, { 0xa0, true }, { 0xe9, true }, { 0x1f427, true },
	{ 0x00, false }, { 0x09, false }, { 0x1b, false }, { 0x7f, false }, { 0x9b, false },
	{ 0x200e, false }, { 0x202e, false }, { 0x2066, false }, { 0x2029, false },
	{ 0x2027, true }, { 0x202f, true }, { 0x2065, true }, { 0x206a, true },
};

static void nothing_that_moves_or_turns_the_text_is_printable(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(shown); i++)
		assert_int_equal(utf8_printable(shown[i].code), shown[i].printable);
}

static const struct { const char *text; size_t at, width; } widths[] = {
	{ "", 3, 0 }, { "ab", 0, 2 }, { "\xc3\xa9\xe2\x82\xac", 0, 2 }, { "\t", 0, 8 }, { "\ta", 7, 2 },
	{ "a\tb", 8, 9 },
};

static void a_text_takes_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(widths); i++)
		assert_int_equal(utf8_width(widths[i].text, strlen(widths[i].text), widths[i].at),
				 widths[i].width);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_character_has_a_length_or_is_none),
		cmocka_unit_test(a_nul_byte_is_a_character),
		cmocka_unit_test(nothing_that_moves_or_turns_the_text_is_printable),
		cmocka_unit_test(a_text_takes_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
