// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/codes.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MS 1000000LL

static const struct rung three[] = {
	{ .kind = RUNG_STEP, .at_ns = 0, .text = "line 1: client connect a" },
	{ .kind = RUNG_FRAME, .at_ns = 2 * MS, .text = "SYN 0", .sent = true, .given = true },
	{ .kind = RUNG_STATE, .at_ns = 1 * MS, .text = "SYN-SENT" },
};

static void what_two_ladders_share_is_written_once(void **state)
{
	struct codes c = { 0 };
	autobuf out = { 0 };
	size_t groups = 0;

	(void)state;
	assert_string_equal(codes_add(&c, three, 3), "0,1+k,2-a");
	assert_string_equal(codes_add(&c, three + 1, 1), "1+k");
	assert_string_equal(codes_add(&c, NULL, 0), "");
	codes_write(&c, &out);
	for (const char *s = buf_text(&out); (s = strstr(s, "<g>")); s++)
		groups++;
	assert_int_equal(groups, 3);
	codes_fini(&c);
}

static void many_rungs_keep_their_numbers(void **state)
{
	struct codes c = { 0 };
	char text[32];
	struct rung r = { .kind = RUNG_STEP, .text = text };

	(void)state;
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 5000; i++) {
			const char *code;

			snprintf(text, sizeof(text), "line %d", i);
			code = codes_add(&c, &r, 1);
			if (i == 35 || i == 36)
				assert_string_equal(code, i == 35 ? "z" : "10");
		}
	assert_int_equal(c.fragments, 5000);
	codes_fini(&c);
}

static void of_a_long_ladder_the_end_is_kept(void **state)
{
	static struct rung many[CODES_RUNGS_MOST + 12];
	struct codes c = { 0 };
	const char *code;

	(void)state;
	for (size_t i = 0; i < CODES_RUNGS_MOST + 12; i++)
		many[i] = (struct rung){ .kind = RUNG_STEP, .text = i < 12 ? "before" : "after" };
	code = codes_add(&c, many, CODES_RUNGS_MOST + 12);
	assert_memory_equal(code, "~12,0,0", 7);
	assert_int_equal(c.fragments, 1);
	codes_fini(&c);
}

static void no_text_ends_its_fragment(void **state)
{
	static const char *const odd[] = {
		"</text></g></svg></template><script>x</script>", "\" onload=\"x", "\xff\x1b[31m<",
	};

	(void)state;
	for (int kind = RUNG_STEP; kind <= RUNG_TROUBLE; kind++)
		for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
			const struct rung r = { .kind = (enum rung_kind)kind, .text = odd[i], .marked = true };
			struct codes c = { 0 };
			autobuf out = { 0 };

			codes_add(&c, &r, 1);
			codes_write(&c, &out);
			assert_null(strstr(buf_text(&out), "</template"));
			assert_null(strstr(buf_text(&out), "<script"));
			assert_null(strstr(buf_text(&out), "\" onload"));
			assert_null(strchr(buf_text(&out), '\x1b'));
			codes_fini(&c);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_two_ladders_share_is_written_once),
		cmocka_unit_test(many_rungs_keep_their_numbers),
		cmocka_unit_test(of_a_long_ladder_the_end_is_kept),
		cmocka_unit_test(no_text_ends_its_fragment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
