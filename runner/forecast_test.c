// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/forecast.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* All in seconds, but the forecast does not mind */
static const struct {
	const char *what;
	int64_t least[6];
	size_t count;
	int slots, pace, all;
} runs[] = {
	{ "nothing takes no time",			{ 0 },				0, 4, 1, 0 },
	{ "one takes its wait and its share",		{ 60 },				1, 4, 1, 61 },
	{ "waits overlap",				{ 60, 60, 60 },			3, 4, 1, 63 },
	{ "one after the other they do not",		{ 60, 60, 60 },			3, 1, 1, 183 },
	{ "two at once take half as long",		{ 60, 60, 60, 60 },		4, 2, 1, 123 },
	{ "short ones pass behind the longest",		{ 60, 2, 1, 0, 0, 0 },		6, 4, 1, 61 },
	{ "many short ones are the limit",		{ 5, 0, 0, 0, 0, 0 },		6, 4, 2, 12 },
	{ "the longest at the end comes on top",	{ 0, 0, 0, 0, 0, 60 },		6, 4, 1, 66 },
};

static void a_run_takes_what_its_limit_takes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		const int64_t all = forecast_run(runs[i].least, runs[i].count, runs[i].slots,
						 runs[i].pace);

		if (all != runs[i].all)
			fail_msg("%s: %lld", runs[i].what, (long long)all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_takes_what_its_limit_takes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
