// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/processors.h"

#include "lib/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { CPUS = 3, MOST = 4, NONE = -1 };

/* What each bears, whether it is reserved; and which one gets a job, and one that wants to be alone */
static const struct {
	const char *what;
	int cpus, load[CPUS];
	bool reserved[CPUS];
	int any, alone;
} rows[] = {
	{ "all idle: the first",		3, { 0, 0, 0 }, { false }, 0, 0 },
	{ "who bears least",			3, { 2, 1, 3 }, { false }, 1, NONE },
	{ "who bears nothing",			3, { 2, 2, 0 }, { false }, 2, 2 },
	{ "room for one that works",		1, { 6 }, { false }, 0, NONE },
	{ "room for one that looks is none",	1, { 7 }, { false }, NONE, NONE },
	{ "four that work are all",		2, { 8, 8 }, { false }, NONE, NONE },
	{ "a reserved one is for nobody",	3, { 0, 4, 4 }, { true, false, false }, 1, NONE },
	{ "not even where all others are full",	2, { 0, 8 }, { true, false }, NONE, NONE },
	{ "wherever it is",			2, { 8, 0 }, { false, true }, NONE, NONE },
	{ "but where it sleeps and is the only one", 1, { 0 }, { true }, 0, 0 },
	{ "and not while it works",		1, { 2 }, { true }, NONE, NONE },
};

static struct processors of(int cpus, const int load[CPUS], const bool reserved[CPUS])
{
	struct processors p = { .most = MOST };

	for (int i = 0; i < cpus; i++) {
		CPU_SET((size_t)i, &p.set);
		p.load[i] = load[i];
		p.reserved[i] = reserved[i];
	}
	return p;
}

static void a_job_goes_where_least_is_borne(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct processors p = of(rows[i].cpus, rows[i].load, rows[i].reserved);

		if (processors_for(&p, false) != rows[i].any || processors_for(&p, true) != rows[i].alone)
			fail_msg("%s: %d, alone %d", rows[i].what, processors_for(&p, false),
				 processors_for(&p, true));
	}
}

/* For one that is made ahead: how many have their turn there, and may at the most */
static const struct { int load[CPUS], jobs[CPUS], most, idle; } idle_rows[] = {
	{ { 0, 0, 0 }, { 0, 0, 0 }, 0, 0 },
	{ { 2, 0, 0 }, { 1, 0, 0 }, 0, 1 },
	{ { 0, 2, 2 }, { 1, 1, 1 }, 0, NONE },	/* a sleeping one is there, too */
	{ { 0, 2, 2 }, { 1, 1, 1 }, 1, 0 },
	{ { 4, 2, 2 }, { 0, 1, 1 }, 1, 1 },	/* two are made ahead at the first already */
	{ { 4, 4, 4 }, { 0, 0, 0 }, 1, NONE },
	{ { 3, 4, 4 }, { 1, 0, 0 }, 1, 0 },
};

static void one_is_made_ahead_where_the_fewest_have_their_turn(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(idle_rows) / sizeof(idle_rows[0]); i++) {
		struct processors p = of(CPUS, idle_rows[i].load, (const bool[CPUS]){ false });

		for (int k = 0; k < CPUS; k++)
			p.jobs[k] = idle_rows[i].jobs[k];
		if (processors_idle(&p, idle_rows[i].most, 2) != idle_rows[i].idle)
			fail_msg("row %zu: %d", i, processors_idle(&p, idle_rows[i].most, 2));
	}
}

static void those_of_our_affinity_are_used(void **state)
{
	struct processors p;
	cpu_set_t set;
	struct err e;

	(void)state;
	assert_int_equal(processors_open(&p, MOST, &e), 0);
	assert_int_equal(sched_getaffinity(0, sizeof(set), &set), 0);
	assert_true(CPU_EQUAL(&p.set, &set));
	assert_true(CPU_ISSET((size_t)processors_for(&p, true), &set));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_job_goes_where_least_is_borne),
		cmocka_unit_test(one_is_made_ahead_where_the_fewest_have_their_turn),
		cmocka_unit_test(those_of_our_affinity_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
