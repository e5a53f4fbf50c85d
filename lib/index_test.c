// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ENTRY(name, at) { name, sizeof(name) - 1, at }

static void a_name_is_found_where_it_first_stands(void **state)
{
	struct index_entry e[] = { ENTRY("b", 0), ENTRY("a", 1), ENTRY("ab", 2), ENTRY("b", 3), ENTRY("", 4) };
	static const struct { const char *name; int at; } rows[] = {
		{ "a", 1 }, { "b", 0 }, { "ab", 2 }, { "", 4 }, { "c", -1 }, { "aa", -1 }, { "abc", -1 },
	};
	const size_t count = sizeof(e) / sizeof(e[0]);

	(void)state;
	index_sort(e, count);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t at = 99;

		assert_int_equal(index_find(e, count, rows[i].name, strlen(rows[i].name), &at), rows[i].at >= 0);
		assert_int_equal(at, rows[i].at >= 0 ? rows[i].at : 99);
	}
	assert_false(index_find(NULL, 0, "a", 1, &(size_t){ 0 }));
}

static void a_name_that_stands_twice_is_told(void **state)
{
	struct index_entry e[] = { ENTRY("z", 0), ENTRY("z", 1), ENTRY("a", 2), ENTRY("a", 3), ENTRY("z", 4) };

	(void)state;
	index_sort(e, 5);
	assert_int_equal(index_twice(e, 5)->at, 1);
	index_sort(e, 0);
	assert_null(index_twice(e, 0));
	assert_null(index_twice(e, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_found_where_it_first_stands),
		cmocka_unit_test(a_name_that_stands_twice_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
