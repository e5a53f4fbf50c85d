// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/forecast.h"

#include "lib/err.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define S 1000000000LL

enum { TRIALS = 8 };

/* Seconds that trials wait, and are awake for of those; work is next to nothing */
static const struct {
	const char *what;
	int64_t least[TRIALS], awake[TRIALS];
	size_t count;
	int slots, all;
} waits[] = {
	{ "nothing takes no time",		{ 0 },				{ 0 },		0, 9, 0 },
	{ "one takes its wait",			{ 60 },				{ 0 },		1, 9, 60 },
	{ "waits overlap",			{ 60, 60, 60 },			{ 0 },		3, 9, 60 },
	{ "one after the other they do not",	{ 60, 60, 60 },			{ 0 },		3, 1, 180 },
	{ "two at once take half as long",	{ 60, 60, 60, 60 },		{ 0 },		4, 2, 120 },
	{ "the longest at the end is on top",	{ 10, 10, 60 },			{ 0 },		3, 2, 70 },
	{ "only seven at once look",		{ 60, 60, 60, 60, 60, 60, 60, 60 }, { 60, 60, 60, 60, 60, 60, 60, 60 }, 8, 9, 120 },
	{ "five do, where four may work",	{ 60, 60, 60, 60, 60 },		{ 60, 60, 60, 60, 60 }, 5, 9, 60 },
	{ "the next has the place that is free first", { 70, 60, 50, 40, 30, 20, 10, 60 }, { 70, 60, 50, 40, 30, 20, 10, 60 }, 8, 9, 70 },
	{ "who sleeps leaves its place",	{ 60, 60, 60, 60, 60, 60, 60, 60 }, { 1, 1, 1, 1, 1, 1, 1, 1 }, 8, 9, 61 },
	{ "what never ends is no trouble",	{ INT64_MAX / 2 / S, INT64_MAX / 2 / S, INT64_MAX / 2 / S },
						{ 0 },				3, 1, -1 },
};

static void waits_pass_side_by_side_where_there_is_room(void **state)
{
	const struct forecast_pace pace = { .hosts_ns = 1, .processors = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		struct forecast_trial t[TRIALS] = { 0 };
		int64_t all;

		for (size_t k = 0; k < waits[i].count; k++) {
			t[k].least_ns = waits[i].least[k] * S;
			t[k].awake_ns = waits[i].awake[k] * S;
		}
		all = forecast_run(t, waits[i].count, waits[i].slots, 4, &pace);
		/* Looking takes a little of the processor */
		if (waits[i].all < 0 ? all < INT64_MAX / 4 :
		    all < waits[i].all * S || all > waits[i].all * S * 13 / 10)
			fail_msg("%s: %lld", waits[i].what, (long long)all);
	}
}

/* Eight slots, one of which is for what is brief: two minutes are time enough for all of that, one is not */
static void the_last_slots_are_for_the_brief_ones(void **state)
{
	const struct forecast_pace pace = { .hosts_ns = S, .processors = 1 };
	struct forecast_trial t[9 + 100] = { 0 };
	const size_t count = sizeof(t) / sizeof(t[0]);

	(void)state;
	for (size_t i = 0; i < 9; i++)
		t[i].least_ns = 60 * S;
	assert_in_range(forecast_run(t, count, 8, 4, &pace), 120 * S, 150 * S);
}

static void a_trial_lasts_its_least_time_its_timers_or_a_share_of_its_patience(void **state)
{
	(void)state;
	assert_int_equal(forecast_lasts(&(struct forecast_trial){ .least_ns = 3 * S, .patience_ns = 10 * S }), 3 * S);
	assert_int_equal(forecast_lasts(&(struct forecast_trial){ .least_ns = S, .patience_ns = 10 * S }), 2 * S);
	assert_int_equal(forecast_lasts(&(struct forecast_trial){ .least_ns = S, .timer_ns = 4 * S }), 4 * S);
	assert_int_equal(forecast_lasts(&(struct forecast_trial){ .least_ns = S, .timer_ns = 90 * S }), 5 * S);
}

static int64_t work(struct forecast_trial one, size_t count, int slots, struct forecast_pace pace)
{
	struct forecast_trial t[64];

	for (size_t i = 0; i < count; i++)
		t[i] = one;
	return forecast_run(t, count, slots, 4, &pace);
}

static void work_grows_with_what_is_to_be_done_and_shrinks_with_processors(void **state)
{
	const struct forecast_pace pace = { .hosts_ns = 1000000, .processors = 1 };
	const struct forecast_trial plain = { .acts = 10 };
	struct forecast_trial more[] = {
		{ .acts = 10, .ipv6 = true },
		{ .acts = 10, .looks = true }, { .acts = 20 },
		{ .acts = 10, .patience_ns = 100 * S },
	};
	const int64_t all = work(plain, 64, 64, pace);
	struct forecast_pace other = pace;

	(void)state;
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		assert_true(work(more[i], 64, 64, pace) > all);
	assert_int_equal(work(plain, 32, 64, pace) * 2, all);
	other.processors = 2;
	assert_true(work(plain, 64, 64, other) < all * 6 / 10);
	other = pace;
	other.hosts_ns *= 2;
	assert_int_equal(work(plain, 64, 64, other), all * 2);
}

static void with_a_slot_less_than_processors_hosts_are_made_ahead(void **state)
{
	const struct forecast_pace one = { .hosts_ns = 1000000, .processors = 1 };
	const struct forecast_pace two = { .hosts_ns = 1000000, .processors = 2 };
	const struct forecast_trial plain = { .acts = 10 };

	(void)state;
	assert_true(work(plain, 64, 1, two) < work(plain, 64, 1, one));
	assert_true(work(plain, 64, 1, two) > work(plain, 64, 2, two));
}

/* The same work by each processor that has some, whatever there is besides */
static const struct { int processors, children, ms; } sides[] = {
	{ 1, 1, 6 }, { 1, 2, 12 }, { 2, 2, 6 }, { 2, 8, 24 }, { 64, 2, 6 }, { 64, 64, 6 }, { 256, 64, 6 },
};

static void idle_processors_make_no_pace(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++)
		assert_int_equal(forecast_hosts(sides[i].ms * 1000000LL, sides[i].processors,
						sides[i].children, 3), 2000000);
}

/* All that make hosts hold the end of a pipe that their caller has: it ends when they have */
static void who_measures_ends_with_the_runner(void **state)
{
	struct pollfd p = { .events = POLLIN };
	struct forecast_pace pace;
	struct err e;
	int end[2];
	pid_t runner;

	(void)state;
	assert_int_equal(pipe(end), 0);
	runner = fork();
	if (runner == 0) {
		forecast_pace(&pace, 1, 1, 10000, &e);
		_exit(0);
	}
	close(end[1]);
	usleep(200000);
	kill(runner, SIGKILL);
	assert_int_equal(waitpid(runner, NULL, 0), runner);
	p.fd = end[0];
	assert_int_equal(poll(&p, 1, 5000), 1);
	close(end[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(waits_pass_side_by_side_where_there_is_room),
		cmocka_unit_test(the_last_slots_are_for_the_brief_ones),
		cmocka_unit_test(a_trial_lasts_its_least_time_its_timers_or_a_share_of_its_patience),
		cmocka_unit_test(work_grows_with_what_is_to_be_done_and_shrinks_with_processors),
		cmocka_unit_test(with_a_slot_less_than_processors_hosts_are_made_ahead),
		cmocka_unit_test(idle_processors_make_no_pace),
		cmocka_unit_test(who_measures_ends_with_the_runner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
