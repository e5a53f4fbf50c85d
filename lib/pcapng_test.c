// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/pcapng.h"

#include "lib/buf.h"

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static uint32_t word(const struct buf *b, size_t at)
{
	const uint8_t *const p = (const uint8_t *)b->s + at;

	assert_true(at + 4 <= b->len);
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void a_whole_capture_is_these_bytes(void **state)
{
	static const uint8_t frame[] = { 1, 2, 3, 4, 5 };
	static const uint8_t golden[] = {
		0x0a, 0x0d, 0x0d, 0x0a,  52, 0, 0, 0,  0x4d, 0x3c, 0x2b, 0x1a,  1, 0, 0, 0,
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		1, 0, 5, 0, 'w', 'h', 'y', ' ', '?', 0, 0, 0,
		4, 0, 2, 0, 'u', 's', 0, 0,  0, 0, 0, 0,  52, 0, 0, 0,

		1, 0, 0, 0,  48, 0, 0, 0,  1, 0, 0, 0,  0, 0, 4, 0,
		2, 0, 2, 0, 'v', '0', 0, 0,  3, 0, 4, 0, 'l', 'e', 'f', 't',
		9, 0, 1, 0, 9, 0, 0, 0,  0, 0, 0, 0,  48, 0, 0, 0,

		6, 0, 0, 0,  60, 0, 0, 0,  0, 0, 0, 0,  0xef, 0xcd, 0xab, 0x01,
		0x67, 0x45, 0x23, 0x01,  5, 0, 0, 0,  5, 0, 0, 0,
		1, 2, 3, 4, 5, 0, 0, 0,
		1, 0, 4, 0, 'h', 'e', 'l', 'd',  2, 0, 4, 0, 2, 0, 0, 0,  0, 0, 0, 0,
		60, 0, 0, 0,
	};
	autobuf b = { 0 };

	(void)state;
	pcapng_begin(&b, "us", "why ?");
	pcapng_interface(&b, "v0", "left");
	pcapng_frame(&b, 0, 0x01abcdef01234567, PCAPNG_OUTBOUND, frame, sizeof(frame), "held");
	assert_false(b.failed);
	assert_int_equal(b.len, sizeof(golden));
	assert_memory_equal(b.s, golden, sizeof(golden));
}

static void what_is_not_said_takes_no_room(void **state)
{
	autobuf b = { 0 };

	(void)state;
	pcapng_begin(&b, NULL, NULL);
	assert_int_equal(b.len, 32);
	buf_clear(&b);
	pcapng_frame(&b, 3, 0, PCAPNG_WAY_UNKNOWN, (const uint8_t *)"abcd", 4, NULL);
	assert_int_equal(b.len, 36);
	assert_int_equal(word(&b, 8), 3);
}

static void every_block_tells_its_length_at_both_ends(void **state)
{
	uint8_t frame[64] = { 0 };
	autobuf b = { 0 };
	size_t i, at;

	(void)state;
	pcapng_begin(&b, "x", NULL);
	pcapng_interface(&b, "lo", NULL);
	for (i = 0; i < sizeof(frame); i++)
		pcapng_frame(&b, 0, (int64_t)i, (enum pcapng_way)(i % 3), frame, i,
			     i % 2 ? &"0123456789"[i % 10] : NULL);
	assert_int_equal(b.len % 4, 0);
	for (at = i = 0; at < b.len; i++) {
		const uint32_t len = word(&b, at + 4);

		assert_true(len >= 12 && len <= b.len - at);
		assert_int_equal(word(&b, at + len - 4), len);
		at += len;
	}
	assert_int_equal(i, 2 + sizeof(frame));
}

static void a_huge_frame_is_cut_and_says_so(void **state)
{
	const size_t len = 300001;
	uint8_t *const frame = calloc(1, len);
	autobuf b = { 0 };

	(void)state;
	assert_non_null(frame);
	pcapng_frame(&b, 0, 0, PCAPNG_INBOUND, frame, len, NULL);
	assert_int_equal(word(&b, 20), 262144);
	assert_int_equal(word(&b, 24), len);
	free(frame);
}

static void a_comment_too_long_is_cut_between_characters(void **state)
{
	const size_t len = 70001;
	char *const text = malloc(len + 1);
	autobuf b = { 0 };
	size_t i;

	(void)state;
	assert_non_null(text);
	text[0] = 'x';
	for (i = 1; i < len; i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	text[len] = '\0';
	pcapng_frame(&b, 0, 0, PCAPNG_WAY_UNKNOWN, NULL, 0, text);
	assert_int_equal(word(&b, 28), 0xfffbU << 16 | 1);
	assert_int_equal(word(&b, 4), b.len);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_capture_is_these_bytes),
		cmocka_unit_test(what_is_not_said_takes_no_room),
		cmocka_unit_test(every_block_tells_its_length_at_both_ends),
		cmocka_unit_test(a_huge_frame_is_cut_and_says_so),
		cmocka_unit_test(a_comment_too_long_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
