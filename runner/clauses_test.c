// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/clauses.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_section_is_found_by_its_own_number_only(void **state)
{
	static const struct { const char *ref, *begins; } rows[] = {
		{ "RFC 9293 3.6.1", "Who closed first" }, { "RFC 9293 3.6", "CLOSE says" },
		{ "RFC 9293 3.6 case 3", "CLOSE says" }, { "RFC 9293 3.6.1 MAY-2", "Who closed first" },
		{ "RFC 9293 3.6.", "CLOSE says" }, { "RFC 9293 3.10.7.4, third check", "First the sequence" },
		{ "RFC 9293 3.6.12", NULL }, { "RFC 9293 3.6.2", NULL }, { "RFC 9293 3.61", NULL },
		{ "RFC 9293 3", NULL }, { "RFC 929", NULL }, { "", NULL }, { "tcp_twsk_unique()", NULL },
		{ "RFC 1337 20", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *words = clause_words(rows[i].ref);

		if (!rows[i].begins)
			assert_null(words);
		else if (!words || strncmp(words, rows[i].begins, strlen(rows[i].begins)) != 0)
			fail_msg("%s: %s", rows[i].ref, words ? words : "nothing");
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_section_is_found_by_its_own_number_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
