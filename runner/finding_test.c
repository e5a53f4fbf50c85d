// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/finding.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static const struct { const char *text, *folded; } texts[] = {
	{ "",					"" },
	{ "TIME-WAIT",				"TIME-WAIT" },
	{ "59.98s",				"*" },
	{ "TIME-WAIT after 20ms, not 1.2s",	"TIME-WAIT after *, not *" },
	{ "between 60s and 60s+TICK",		"between * and *+TICK" },
	{ "SYN 3 ack 20",			"SYN 3 ack 20" },
	{ "3 sockets, a1s, 5seconds, 7us.",	"3 sockets, a1s, 5seconds, *." },
	{ "+1",					"+1" },
	{ "-350ns",				"-*" },
};

static void durations_are_folded_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		autobuf b = { 0 };

		finding_fold(&b, texts[i].text);
		assert_string_equal(buf_text(&b), texts[i].folded);
	}
}

static void every_kind_has_its_verb(void **state)
{
	(void)state;
	for (int k = 0; k < VERDICT_COUNT; k++)
		assert_non_null(finding_verb[k]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_are_folded_and_nothing_else),
		cmocka_unit_test(every_kind_has_its_verb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
