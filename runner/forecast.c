// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run is bound by processors, by how many trials may be awake on each, and by
 * what trials wait for. All three are played through here, in the order in which
 * the trials begin.
 *
 * What work costs is said in the processor time that making two hosts takes here
 * and now, for that is most of it and grows as the rest does on slower machines and
 * with colder caches. It is processor time, not time gone by, since with others about
 * the latter says something else each time. How the shares below were measured, and
 * are measured again: ci/bench/README.md.
 */
#include "runner/forecast.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/lab.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { LABS = 6, CHILDREN_MOST = 64, THOUSAND = 1000 };

/* Work of a trial in percent of making two hosts: all that its child, the runner and the
   kernel do for it, taking the hosts down included. Then what comes on top */
enum { TRIAL = 260, TRIAL_LOOKS = 60, TRIAL_WIRE = 15, TRIAL_IPV6 = 40, TEN_ACTS = 45 };

/* Of the time that a trial looks again each millisecond, what the looks take; percent */
enum { LOOKING = 5 };

/* Trials that look wait a little for more than their steps say. And who says that a step may
   take long has it wait for a timer of the kernel's, where nothing else takes as long: so many
   percent of that, mostly none or all. Means over all quick cases, one at a time */
static const int64_t AWAKE_MORE_NS = 4 * NS_PER_MS, ASLEEP_MORE_NS = 5 * NS_PER_MS;
enum { PATIENCE = 20 };

/* And the more of them are awake at a processor, the longer each stays so, for it waits while
   others work or hold locks. With four: as long as making hosts takes, in percent */
enum { AMONG_FOUR = 950 };

/* ------------------------------------------------------------ the pace */

struct report {
	int64_t worked_ns, waited_ns;
};

/* How long we worked, and how long we could have and had no processor (the kernel's
   Documentation/scheduler/sched-stats.rst). Where it does not count, nobody is about */
static struct report report_of_self(void)
{
	struct report r = { 0 };
	struct timespec ts;
	char text[64] = "";
	long long worked, waited;
	autofd fd = open("/proc/self/schedstat", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 &&
	    sscanf(text, "%lld %lld", &worked, &waited) == 2 && worked > 0)
		return (struct report){ worked, waited };
	if (!clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts))
		r.worked_ns = ts.tv_sec * NS_PER_S + ts.tv_nsec;
	return r;
}

/* In a child: it ends with its namespaces */
static _Noreturn void make_labs(int cpu, int fd)
{
	const struct lab_plan plan = { .family = FAMILY_IPV4, .link = LINK_PAIR };
	struct report begun, r;
	struct lab *lab;
	cpu_set_t one;
	struct err e;

	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
	begun = report_of_self();
	for (int i = 0; i < LABS; i++) {
		if (lab_open(&lab, &plan, &e))
			_exit(1);
		lab_close(lab);
	}
	r = report_of_self();
	r.worked_ns -= begun.worked_ns;
	r.waited_ns -= begun.waited_ns;
	_exit(write(fd, &r, sizeof(r)) != sizeof(r));
}

static int make_some(const cpu_set_t *set, int fd, pid_t pid[CHILDREN_MOST])
{
	int children = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE && children < CHILDREN_MOST; cpu++) {
		if (!CPU_ISSET((size_t)cpu, set))
			continue;
		pid[children] = fork();
		if (pid[children++] == 0)
			make_labs(cpu, fd);
	}
	return children;
}

int forecast_pace(struct forecast_pace *pace, struct err *e)
{
	struct report r, all = { 0 };
	autofd from = -1, to = -1;
	pid_t pid[CHILDREN_MOST];
	bool good = true;
	int children, wait, way[2];
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) || pipe2(way, O_CLOEXEC))
		return err_sys(e, "forecast");
	from = way[0];
	to = way[1];
	children = make_some(&set, to, pid);
	for (int i = 0; i < children; i++)
		good &= pid[i] > 0 && waitpid(pid[i], &wait, 0) == pid[i] && !wait;
	for (int i = 0; i < children && good; i++) {
		good = read(from, &r, sizeof(r)) == sizeof(r);
		all.worked_ns += r.worked_ns;
		all.waited_ns += r.waited_ns;
	}
	if (!good || all.worked_ns < children * LABS)
		return err_set(e, -ECHILD, "forecast: no hosts could be made");
	*pace = (struct forecast_pace){
		.hosts_ns = all.worked_ns / (children * LABS),
		.crowd = (int64_t)(THOUSAND * ((double)all.waited_ns / (double)all.worked_ns)),
		.processors = CPU_COUNT(&set),
	};
	return 0;
}

/* ------------------------------------------------------------- the run */

static const int64_t FOREVER_NS = INT64_MAX / 4;

/* A seat for a trial: on a processor, among those awake there; or one of all slots */
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

static int64_t work_of(const struct forecast_trial *t, const struct forecast_pace *pace)
{
	const int64_t percent = TRIAL + (t->looks ? TRIAL_LOOKS : 0) + (t->wire ? TRIAL_WIRE : 0) +
				(t->ipv6 ? TRIAL_IPV6 : 0) + TEN_ACTS * t->acts / 10;

	return pace->hosts_ns * percent / 100 + t->awake_ns * LOOKING / 100;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* With more of ours at a processor others get less of it; of those awake some half want it */
static int64_t amid_others(int64_t work_ns, int64_t crowd, int awake)
{
	return work_ns + work_ns * 2 / (awake + 1) * crowd / THOUSAND;
}

/* What a trial is awake for without work */
static int64_t stay_of(const struct forecast_trial *t, const struct forecast_pace *pace, int awake)
{
	const int64_t among = pace->hosts_ns * AMONG_FOUR / 100 * (awake - 1) / 3;

	return t->awake_ns + (t->looks ? AWAKE_MORE_NS + amid_others(among, pace->crowd, awake) : 0);
}

static int64_t sleep_of(const struct forecast_trial *t)
{
	const int64_t waits = later(t->least_ns, t->patience_ns / 100 * PATIENCE);
	const int64_t ns = waits - t->awake_ns + (t->looks ? ASLEEP_MORE_NS : 0);

	return ns < FOREVER_NS ? ns : FOREVER_NS;
}

int64_t forecast_run(const struct forecast_trial *trial, size_t count, int slots, int awake,
		     const struct forecast_pace *pace)
{
	const size_t awakes = (size_t)awake * (size_t)pace->processors;
	const int ours = slots < (int)awakes ? (slots - 1) / pace->processors + 1 : awake;
	autofree struct seat *slot = seats((size_t)slots, pace->processors);
	autofree struct seat *seat = seats(awakes, pace->processors);
	autofree int64_t *idle_at = calloc((size_t)pace->processors, sizeof(*idle_at));
	int64_t next = 0, last = 0;

	if (!idle_at)
		arena_out_of_memory();
	for (size_t i = 0; i < count && last < FOREVER_NS; i++) {
		const struct forecast_trial *t = &trial[i];
		const int64_t begun = later(next, later(slot->free_ns, seat->free_ns));
		const int64_t worked = later(begun, idle_at[seat->cpu]) +
				       amid_others(work_of(t, pace), pace->crowd, ours);

		idle_at[seat->cpu] = worked;
		seat->free_ns = worked + stay_of(t, pace, ours);
		slot->free_ns = seat->free_ns + sleep_of(t);
		last = later(last, slot->free_ns);
		next = begun + pace->hosts_ns;	/* one lock for all links: hosts are made one by one */
		sink(seat, awakes);
		sink(slot, (size_t)slots);
	}
	return last;
}
