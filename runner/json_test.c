// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/json.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void strings_are_always_valid(void **state)
{
	static const struct { const char *text, *json; } rows[] = {
		{ "",				"\"\"" },
		{ "a \"b\" \\ c",		"\"a \\\"b\\\" \\\\ c\"" },
		{ "one\ntwo\t\x01\x1b\x7f\r",	"\"one\\ntwo\\u0009\\u0001\\u001b\\u007f\\u000d\"" },
		{ "\xc3\xa4 \xf0\x9f\x90\xa7",	"\"\xc3\xa4 \xf0\x9f\x90\xa7\"" },
		{ "\xff\xc3",			"\"\\ufffd\\ufffd\"" },
		{ "\xe2\x80\xae\xe2\x80\xa8",	"\"\\u202e\\u2028\"" },
		{ "\xf0\x9f\xbf\xbe",		"\"\\ud83f\\udffe\"" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = { 0 };

		json_text(&b, NULL, rows[i].text);
		assert_string_equal(buf_text(&b), rows[i].json);
	}
}

static void a_part_may_hold_a_nul(void **state)
{
	autobuf b = { 0 };

	(void)state;
	json_part(&b, "data", "a\0b", 3);
	assert_string_equal(buf_text(&b), "\"data\":\"a\\u0000b\"");
}

static void commas_come_by_themselves(void **state)
{
	static const char *const items[] = { "x", "y,{" };
	autobuf b = { 0 };

	(void)state;
	for (int line = 0; line < 2; line++) {
		json_open(&b, NULL, '{');
		json_number(&b, "n", -7);
		json_text(&b, "none", NULL);
		json_text(&b, "s", "[");
		json_open(&b, "o", '{');
		json_close(&b, '}');
		json_list(&b, "l", items, 2);
		json_list(&b, "empty", items, 0);
		json_text(&b, "t", "");
		json_close(&b, '}');
		buf_adds(&b, "\n");
	}
	assert_string_equal(buf_text(&b),
			    "{\"n\":-7,\"s\":\"[\",\"o\":{},\"l\":[\"x\",\"y,{\"],\"t\":\"\"}\n"
			    "{\"n\":-7,\"s\":\"[\",\"o\":{},\"l\":[\"x\",\"y,{\"],\"t\":\"\"}\n");
}

static void times_are_numbers(void **state)
{
	static const struct { int64_t ns; const char *json; } rows[] = {
		{ 0, "0.000" }, { 12345678, "12.345" }, { 999, "0.000" }, { -1500000, "-1.500" },
		{ -500000, "-0.500" }, { 60000000000, "60000.000" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = { 0 };

		json_ms(&b, NULL, rows[i].ns);
		assert_string_equal(buf_text(&b), rows[i].json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_are_always_valid),
		cmocka_unit_test(a_part_may_hold_a_nul),
		cmocka_unit_test(commas_come_by_themselves),
		cmocka_unit_test(times_are_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
