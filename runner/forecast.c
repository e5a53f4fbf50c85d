// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run is bound by processors, by how many trials may be awake on each, and by
 * what trials wait for. All three are played through here, in the order in which
 * the trials begin.
 *
 * What work costs is said in the time that making two hosts takes here and now, by
 * as many side by side as the run will have awake: that is most of a trial, and grows as
 * the rest does on slower machines, with colder caches and beside others. How the shares
 * below were measured, and are measured again: ci/bench/README.md.
 */
#include "runner/forecast.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/child.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/lab.h"
#include "runner/pool.h"
#include "runner/scenario.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN_MOST = 64 };

/* Work of a trial in percent of making two hosts: all that its child, the runner and the
   kernel do for it, taking the hosts down included. Then what comes on top */
enum { TRIAL = 124, TRIAL_LOOKS = 12, TRIAL_IPV6 = 22, TEN_ACTS = 22 };

/* Where there are fewer slots than processors, so much of it is done before a trial's turn */
enum { AHEAD = 43 };

/* Of the time that a trial looks again each millisecond, what the looks take; percent */
enum { LOOKING = 5 };

/* Trials that look wait a little for more than their steps say. And who says that a step may
   take long has it wait for a timer of the kernel's, where nothing else takes as long: so many
   percent of that, mostly none or all. Means over all quick cases, one at a time */
static const int64_t AWAKE_MORE_NS = 4 * NS_PER_MS, ASLEEP_MORE_NS = 5 * NS_PER_MS;
enum { PATIENCE = 20 };

/* ------------------------------------------------------------ the pace */

/* In a child: it ends with its namespaces, and with its parent */
static _Noreturn void make_hosts(pid_t parent, int cpu, int pairs)
{
	const struct lab_plan plan = { .family = FAMILY_IPV4, .link = LINK_PAIR };
	struct lab *lab;
	struct err e;

	child_dies_with(parent, 1);
	child_stays_on(cpu);
	for (int i = 0; i < pairs; i++) {
		if (lab_open(&lab, &plan, &e))
			_exit(1);
		lab_close(lab);
	}
	_exit(0);
}

static int next_cpu(const cpu_set_t *set, int cpu)
{
	do
		cpu = (cpu + 1) % CPU_SETSIZE;
	while (!CPU_ISSET((size_t)cpu, set));
	return cpu;
}

/* Children that make so many pairs each */
static void make_side_by_side(const cpu_set_t *set, int children, int each, pid_t pid[CHILDREN_MOST])
{
	const pid_t parent = getpid();

	for (int i = 0, cpu = -1; i < children; i++) {
		cpu = next_cpu(set, cpu);
		pid[i] = fork();
		if (pid[i] == 0)
			make_hosts(parent, cpu, each);
	}
}

/* One more than there are slots: some are made ahead */
static int side_by_side(int slots, int working, int processors)
{
	const int all = working * processors < CHILDREN_MOST ? working * processors : CHILDREN_MOST;

	return slots + 1 < all ? slots + 1 : all;
}

int64_t forecast_hosts(int64_t ns, int processors, int children, int each)
{
	const int busy = children < processors ? children : processors;

	return ns * busy / (children * each);
}

int forecast_pace(struct forecast_pace *pace, int slots, int working, int pairs, struct err *e)
{
	pid_t pid[CHILDREN_MOST];
	int64_t begun_ns;
	bool good = true;
	int children, each, wait;
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set))
		return err_sys(e, "forecast");
	*pace = (struct forecast_pace){ .processors = CPU_COUNT(&set) };
	children = side_by_side(slots, working, pace->processors);
	each = (pairs + children - 1) / children;
	begun_ns = clock_ns();
	make_side_by_side(&set, children, each, pid);
	for (int i = 0; i < children; i++)
		good &= pid[i] > 0 && waitpid(pid[i], &wait, 0) == pid[i] && !wait;
	pace->hosts_ns = forecast_hosts(clock_ns() - begun_ns, pace->processors, children, each);
	return good ? 0 : err_set(e, -ECHILD, "forecast: no hosts could be made");
}

/* ------------------------------------------------------------- the run */

static const int64_t FOREVER_NS = INT64_MAX / 4;

/* Half a place at work, on a processor; or one of all slots */
struct seat {
	int64_t free_ns;
	int cpu;
};

/* A heap of seats, the one that is free first on top: it has become free later */
static void sink(struct seat *p, size_t count)
{
	for (size_t i = 0, least; ; i = least) {
		least = i;
		for (size_t k = 2 * i + 1; k <= 2 * i + 2 && k < count; k++)
			if (p[k].free_ns < p[least].free_ns)
				least = k;
		if (least == i)
			return;

		const struct seat swapped = p[i];

		p[i] = p[least];
		p[least] = swapped;
	}
}

static struct seat *seats(size_t count, int processors)
{
	struct seat *p = calloc(count, sizeof(*p));

	if (!p)
		arena_out_of_memory();
	for (size_t i = 0; i < count; i++)
		p[i].cpu = (int)(i % (size_t)processors);
	return p;
}

static int64_t work_of(const struct forecast_trial *t, const struct forecast_pace *pace, int ahead)
{
	const int64_t percent = TRIAL + (t->looks ? TRIAL_LOOKS : 0) +
				(t->ipv6 ? TRIAL_IPV6 : 0) + TEN_ACTS * t->acts / 10;

	return pace->hosts_ns * (percent - ahead) / 100 + t->awake_ns * LOOKING / 100;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* What a trial is awake for without work */
static int64_t stay_of(const struct forecast_trial *t)
{
	return t->awake_ns + (t->looks ? AWAKE_MORE_NS : 0);
}

int64_t forecast_lasts(const struct forecast_trial *t)
{
	const int64_t wait = later(t->patience_ns, CALL_MOST_NS);
	const int64_t timer = t->timer_ns < wait ? t->timer_ns : wait;

	return later(later(t->least_ns, timer), t->patience_ns / 100 * PATIENCE);
}

static int64_t sleep_of(const struct forecast_trial *t)
{
	const int64_t ns = forecast_lasts(t) - t->awake_ns + (t->looks ? ASLEEP_MORE_NS : 0);

	return ns < FOREVER_NS ? ns : FOREVER_NS;
}

/* When two are free: a trial that works needs as much, one that looks half of it */
static int64_t two_free(const struct seat *p, size_t count)
{
	return count > 2 && p[2].free_ns < p[1].free_ns ? p[2].free_ns : p[1].free_ns;
}

static size_t taken_at(const struct seat *slot, size_t slots, int64_t now_ns)
{
	size_t taken = 0;

	for (size_t i = 0; i < slots; i++)
		taken += slot[i].free_ns > now_ns;
	return taken;
}

int64_t forecast_run(const struct forecast_trial *trial, size_t count, int slots, int working,
		     const struct forecast_pace *pace)
{
	const size_t halves = 2 * (size_t)working * (size_t)pace->processors;
	const int ahead = slots < pace->processors ? AHEAD : 0;
	autofree struct seat *slot = seats((size_t)slots, pace->processors);
	autofree struct seat *seat = seats(halves, pace->processors);
	autofree int64_t *idle_at = calloc((size_t)pace->processors, sizeof(*idle_at));
	int64_t next = 0, last = 0;

	if (!idle_at)
		arena_out_of_memory();
	for (size_t first = 0, end = count; first < end && last < FOREVER_NS;) {
		const int64_t begun = later(next, later(slot->free_ns, two_free(seat, halves)));
		const bool from_end = pool_takes_last(slots, taken_at(slot, (size_t)slots, begun),
						      forecast_lasts(&trial[first]),
						      forecast_lasts(&trial[end - 1]));
		const struct forecast_trial *t = &trial[from_end ? --end : first++];
		const int64_t worked = later(begun, idle_at[seat->cpu]) + work_of(t, pace, ahead);
		const int64_t stayed = worked + stay_of(t);

		idle_at[seat->cpu] = worked;
		slot->free_ns = stayed + sleep_of(t);
		last = later(last, slot->free_ns);
		next = begun + pace->hosts_ns / pace->processors;	/* links have one lock */
		seat->free_ns = worked;
		sink(seat, halves);
		seat->free_ns = stayed;
		sink(seat, halves);
		sink(slot, (size_t)slots);
	}
	return last;
}
