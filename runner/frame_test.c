// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/frame.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct frame_trial sample = {
	.index = 7, .kind = VERDICT_FAIL, .tries = 2, .elapsed_ns = 1234567890123,
	.name = { "reopen/x family=ipv4", 20 }, .message = { "expected, seen", 14 },
	.record = { "0 end\n", 6 }, .capture = { "\n\0\r\n", 4 },
};

static void same_text(const struct frame_text *a, const struct frame_text *b)
{
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->s, b->s, a->len);
}

static void a_trial_comes_back_as_it_was_sent(void **state)
{
	autobuf line = { 0 };
	struct frame_trial t;
	struct frame f;
	size_t used;

	(void)state;
	frame_put_trial(&line, &sample);
	assert_int_equal(frame_get(line.s, line.len, &f, &used), 1);
	assert_int_equal(used, line.len);
	assert_int_equal(frame_whole(line.s, line.len), line.len);
	assert_true(frame_get_trial(&f, &t));
	assert_int_equal(t.index, 7);
	assert_int_equal(t.kind, VERDICT_FAIL);
	assert_int_equal(t.tries, 2);
	assert_true(t.elapsed_ns == sample.elapsed_ns);
	same_text(&t.name, &sample.name);
	same_text(&t.message, &sample.message);
	same_text(&t.record, &sample.record);
	same_text(&t.capture, &sample.capture);
}

static void frames_come_one_after_the_other(void **state)
{
	autobuf line = { 0 };
	struct frame f;
	size_t used, at = 0, count = 0;

	(void)state;
	frame_put(&line, FRAME_HELLO, "0.1", 3);
	frame_put(&line, FRAME_ALIVE, "", 0);
	frame_put(&line, FRAME_END, "0", 1);
	for (; at < line.len; at += used, count++)
		assert_int_equal(frame_get(line.s + at, line.len - at, &f, &used), 1);
	assert_int_equal(count, 3);
	assert_int_equal(f.kind, FRAME_END);
}

static void one_that_is_cut_short_waits(void **state)
{
	autobuf line = { 0 };
	struct frame f;
	size_t used;

	(void)state;
	frame_put_trial(&line, &sample);
	for (size_t len = 0; len < line.len; len++)
		assert_int_equal(frame_get(line.s, len, &f, &used), 0);
}

/* A serial line that drops or changes a byte must never pass for a verdict */
static void a_changed_byte_is_noticed(void **state)
{
	autobuf line = { 0 };
	struct frame f;
	size_t used;

	(void)state;
	frame_put_trial(&line, &sample);
	for (size_t i = 0; i < line.len; i++) {
		for (int bit = 1; bit < 256; bit <<= 1) {
			line.s[i] = (char)(line.s[i] ^ bit);
			assert_true(frame_get(line.s, line.len, &f, &used) <= 0);
			line.s[i] = (char)(line.s[i] ^ bit);
		}
	}
}

static void what_is_no_trial_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "\n", "1 pass 1 1 0 0 0\n", "1 nice 1 1 0 0 0 0\n", "1 pass 1 1 0 0 0 1\n",
		"1 pass 1 1 0 0 0 0\nx", "1 pass 1 1 18446744073709551615 1 0 0\n", "1 pass 1 1 0 0 0 0",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct frame f = { FRAME_TRIAL, bad[i], strlen(bad[i]) };
		struct frame_trial t;

		assert_false(frame_get_trial(&f, &t));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trial_comes_back_as_it_was_sent),
		cmocka_unit_test(frames_come_one_after_the_other),
		cmocka_unit_test(one_that_is_cut_short_waits),
		cmocka_unit_test(a_changed_byte_is_noticed),
		cmocka_unit_test(what_is_no_trial_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
