// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/cpio.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* As `find . | cpio -o -H newc -R 0:0` writes it, but for dates and inode numbers */
static const char golden[] =
	"070701" "00000001" "000041ED" "00000000" "00000000" "00000001" "00000000" "00000000"
	"00000000" "00000000" "00000000" "00000000" "00000004" "00000000" "dev\0" "\0\0"
	"070701" "00000075" "00002180" "00000000" "00000000" "00000001" "00000000" "00000000"
	"00000000" "00000000" "00000005" "00000001" "0000000C" "00000000" "dev/console\0" "\0\0"
	"070701" "000000F1" "000081ED" "00000000" "00000000" "00000001" "00000000" "00000005"
	"00000000" "00000000" "00000000" "00000000" "00000005" "00000000" "init\0" "\0" "hello" "\0\0\0"
	"070701" "0000016D" "00000000" "00000000" "00000000" "00000001" "00000000" "00000000"
	"00000000" "00000000" "00000000" "00000000" "0000000B" "00000000" "TRAILER!!!\0" "\0\0\0";

static void an_archive_is_these_bytes(void **state)
{
	autobuf b = { 0 };

	(void)state;
	cpio_folder(&b, "dev", 0755);
	cpio_device(&b, "dev/console", 5, 1);
	cpio_file(&b, "init", 0755, "hello", 5);
	cpio_end(&b);
	assert_int_equal(b.len, sizeof(golden) - 1);
	assert_memory_equal(b.s, golden, b.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_archive_is_these_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
