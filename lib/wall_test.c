// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/wall.h"

#include "lib/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define S NS_PER_S
static const struct {
	const char *what;
	int64_t wall, ahead, was_ahead, now, moment;
} moments[] = {
	{ "nobody touched the clock",		1000 * S, 900 * S, 900 * S, 100 * S + 5, 100 * S },
	{ "stamped a trice ahead of now",	1000 * S + 5, 900 * S, 900 * S, 100 * S, 100 * S },
	{ "set forward after the stamp",	1000 * S, 910 * S, 900 * S, 100 * S + 5, 100 * S },
	{ "set forward before the stamp",	1010 * S, 910 * S, 900 * S, 100 * S + 5, 100 * S },
	{ "set back after the stamp",		1000 * S, 890 * S, 900 * S, 100 * S + 5, 100 * S },
	{ "set back before the stamp",		990 * S, 890 * S, 900 * S, 100 * S + 5, 100 * S },
	{ "set back and not seen yet",		5000 * S, 900 * S, 900 * S, 100 * S, 100 * S },
};

static void a_step_of_the_wall_clock_does_not_show(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		if (wall_moment(&(struct wall){ .ahead_ns = moments[i].ahead,
						.was_ahead_ns = moments[i].was_ahead },
				moments[i].wall, moments[i].now) != moments[i].moment)
			fail_msg("%s", moments[i].what);
}

static const struct {
	const char *what;
	int64_t ahead, was_ahead, between;
	bool jumped;
} looks[] = {
	{ "nobody touched the clock",		900 * S, 900 * S, S, false },
	{ "read while we were interrupted",	900 * S + 4 * NS_PER_MS, 900 * S, 0, false },
	{ "slewed forward in a minute",		905 * S, 900 * S, 60 * S, false },
	{ "slewed back in a minute",		895 * S, 900 * S, 60 * S, false },
	{ "set forward",			901 * S, 900 * S, S, true },
	{ "set back",				899 * S, 900 * S, S, true },
	{ "set back by little, soon",		900 * S - 6 * NS_PER_MS, 900 * S, NS_PER_MS, true },
};

static void a_clock_that_is_set_is_told_from_a_slewed_one(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(looks) / sizeof(looks[0]); i++)
		if (wall_jumped(looks[i].ahead, looks[i].was_ahead, looks[i].between) !=
		    looks[i].jumped)
			fail_msg("%s", looks[i].what);
}

static void an_untouched_clock_was_not_set(void **state)
{
	struct wall w;

	(void)state;
	wall_begin(&w);
	wall_look(&w);
	assert_false(wall_was_set(&w));
	w.ahead_ns -= NS_PER_S;
	wall_look(&w);
	assert_true(wall_was_set(&w));
	assert_false(wall_was_set(&w));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_of_the_wall_clock_does_not_show),
		cmocka_unit_test(a_clock_that_is_set_is_told_from_a_slewed_one),
		cmocka_unit_test(an_untouched_clock_was_not_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
