// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/tar.h"

#include "lib/buf.h"
#include "lib/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { BLOCK = 512 };

static void add(struct buf *b, char type, const char *prefix, const char *name, const char *body,
		size_t size)
{
	char head[BLOCK] = "";
	static const char zeros[BLOCK];
	unsigned int sum = 0;

	memcpy(head, name, strlen(name));
	snprintf(head + 124, 12, "%011zo", size);
	memset(head + 148, ' ', 8);
	head[156] = type;
	memcpy(head + 257, "ustar\0" "00", 8);
	memcpy(head + 345, prefix, strlen(prefix));
	for (size_t i = 0; i < BLOCK; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 8, "%06o", sum);
	buf_add(b, head, BLOCK);
	buf_add(b, body, size);
	buf_add(b, zeros, -size & (BLOCK - 1));
}

static void end(struct buf *b)
{
	static const char zeros[2 * BLOCK];

	buf_add(b, zeros, sizeof(zeros));
}

static void note(void *ctx, const char *path, const char *file, size_t size)
{
	buf_addf(ctx, "%s=%.*s;", path, (int)size, file);
}

static void make(struct buf *b)
{
	add(b, '5', "", "./boot/", "", 0);
	add(b, '0', "", "./boot/vmlinuz-6.1", "kernel", 6);
	add(b, '0', "./lib/modules", "a.ko", "A", 1);
	add(b, 'L', "", "././@LongLink", "./a/long/name", 14);
	add(b, '0', "", "./a/lo", "L", 1);
	add(b, 'x', "", "./PaxHeaders/x", "9 ctime=1\n20 path=./pax/name\n", 30);
	add(b, '0', "", "x", "P", 1);
	add(b, '2', "", "./link", "", 0);
	add(b, '\0', "", "./old", "", 0);
	end(b);
}

static void files_come_with_their_paths(void **state)
{
	autobuf b = { 0 }, said = { 0 };
	struct err e;

	(void)state;
	make(&b);
	assert_int_equal(tar_read(b.s, b.len, note, &said, &e), 0);
	assert_string_equal(buf_text(&said), "./boot/vmlinuz-6.1=kernel;./lib/modules/a.ko=A;"
			    "./a/long/name=L;./pax/name=P;./old=;");
}

static void what_is_cut_short_is_refused(void **state)
{
	autobuf b = { 0 };
	struct err e;

	(void)state;
	make(&b);
	for (size_t len = 0; len < b.len - BLOCK; len += 100) {
		autobuf said = { 0 };
		char *exact = test_malloc(len + 1);

		memcpy(exact, b.s, len);
		assert_int_not_equal(tar_read(exact, len, note, &said, &e), 0);
		test_free(exact);
	}
}

/* Whatever a byte says: read or refused, never beyond the end */
static void lies_lead_nowhere(void **state)
{
	autobuf b = { 0 };
	struct err e;

	(void)state;
	make(&b);
	for (size_t i = 0; i < b.len; i++) {
		autobuf said = { 0 };
		const char was = b.s[i];

		b.s[i] ^= 0x35;
		tar_read(b.s, b.len, note, &said, &e);
		b.s[i] = was;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_come_with_their_paths),
		cmocka_unit_test(what_is_cut_short_is_refused),
		cmocka_unit_test(lies_lead_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
