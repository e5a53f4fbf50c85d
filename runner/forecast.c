// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/forecast.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/lab.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { LABS = 6, CHILDREN_MOST = 64 };

/* A trial on the plain pair beside its two hosts alone, both with as many at
   once as there are processors; see ci/bench/README.md */
enum { TRIAL_PERCENT = 200 };

/* ------------------------------------------------------------ the pace */

/* In a child: it ends with its namespaces */
static _Noreturn void make_labs(void)
{
	const struct lab_plan plan = { .family = FAMILY_IPV4, .link = LINK_PAIR };
	struct lab *lab;
	struct err e;

	for (int i = 0; i < LABS; i++) {
		if (lab_open(&lab, &plan, &e))
			_exit(1);
		lab_close(lab);
	}
	_exit(0);
}

static int processors(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	return n < CHILDREN_MOST ? n : CHILDREN_MOST;
}

int forecast_pace(int64_t *pace_ns, struct err *e)
{
	const int64_t begun = clock_ns();
	const int children = processors();
	pid_t pid[CHILDREN_MOST];
	bool good = true;
	int wait;

	for (int i = 0; i < children; i++) {
		pid[i] = fork();
		if (pid[i] == 0)
			make_labs();
	}
	for (int i = 0; i < children; i++)
		good &= pid[i] > 0 && waitpid(pid[i], &wait, 0) == pid[i] && !wait;
	if (!good)
		return err_set(e, -ECHILD, "forecast: no hosts could be made");
	*pace_ns = (clock_ns() - begun) / (children * LABS) * TRIAL_PERCENT / 100;
	return 0;
}

/* ------------------------------------------------------------- the run */

/* A heap of the moments when slots become free, the first on top */
static void sink(int64_t *end, size_t count)
{
	for (size_t i = 0, least; ; i = least) {
		least = i;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < count; k++)
			if (end[k] < end[least])
				least = k;
		if (least == i)
			return;

		const int64_t swapped = end[i];

		end[i] = end[least];
		end[least] = swapped;
	}
}

int64_t forecast_run(const int64_t *least_ns, size_t count, int slots, int64_t pace_ns)
{
	autofree int64_t *free_at = calloc((size_t)slots, sizeof(*free_at));
	int64_t next = 0, last = 0;

	if (!free_at)
		arena_out_of_memory();
	for (size_t i = 0; i < count; i++) {
		const int64_t begun = free_at[0] > next ? free_at[0] : next;

		next = begun + pace_ns;
		free_at[0] = next + least_ns[i];
		last = free_at[0] > last ? free_at[0] : last;
		sink(free_at, (size_t)slots);
	}
	return last;
}
