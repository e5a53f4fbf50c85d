// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/processors.h"

#include "lib/err.h"

int processors_open(struct processors *p, int most, struct err *e)
{
	*p = (struct processors){ .most = most };
	return sched_getaffinity(0, sizeof(p->set), &p->set) ? err_sys(e, "sched_getaffinity") : 0;
}

int processors_for(const struct processors *p, bool alone)
{
	const int full = alone ? LOAD_LOOKS : p->most * LOAD_WORKS - LOAD_WORKS + 1;
	int best = -1, only = -1;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET((size_t)cpu, &p->set))
			continue;
		only = cpu;
		if (!p->reserved[cpu] && p->load[cpu] < full &&
		    (best < 0 || p->load[cpu] < p->load[best]))
			best = cpu;
	}
	return best < 0 && CPU_COUNT(&p->set) == 1 && !p->load[only] ? only : best;
}

int processors_idle(const struct processors *p, int most, int works)
{
	int best = -1;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET((size_t)cpu, &p->set) && p->load[cpu] < works * LOAD_WORKS &&
		    p->jobs[cpu] <= most && (best < 0 || p->jobs[cpu] < p->jobs[best]))
			best = cpu;
	return best;
}
