// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/require.h"

#include "lib/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char text[] =
	"title    both families\n"
	"ref      none\n"
	"\n"
	"server   listen 8080\n"
	"client   connect a to 8080\n";

/* Which of the two trials are played with these facts: "4", "46", ... */
static void played(const struct facts *f, char out[3], const char **why)
{
	struct buf b = { .s = (char *)(uintptr_t)text, .len = sizeof(text) - 1 };
	struct suite s = { 0 };
	struct arena a = { 0 };
	struct err e;

	memset(out, 0, 3);
	assert_int_equal(suite_load_text(&s, "t/both", &b, &e), 0);
	assert_int_equal(s.errors, 0);
	suite_plan(&s, f, 1);
	assert_int_equal(s.items, 2);
	for (size_t i = 0; i < s.items; i++)
		if (require_met(&s.item[i], f, &a, why))
			strcat(out, strstr(s.item[i].name, "ipv6") ? "6" : "4");
	arena_free(&a);
	suite_fini(&s);
}

static void without_ipv6_its_trials_are_left_out(void **state)
{
	struct facts f = { 0 };
	const char *why = NULL;
	char out[3];

	(void)state;
	assert_true(facts_set_release(&f, "6.12.3"));
	played(&f, out, &why);
	assert_string_equal(out, "46");
	assert_null(why);
	facts_put(&f, FACTS_IPV6, "no");
	played(&f, out, &why);
	assert_string_equal(out, "4");
	assert_string_equal(why, "this kernel has no IPv6");
	facts_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_ipv6_its_trials_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
