/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a trial's steps take at least, and what they wait for: worked out while they are read. */
#ifndef RUNNER_ELAPSE_H
#define RUNNER_ELAPSE_H

#include "runner/scenario.h"

#include <stddef.h>
#include <stdint.h>

/**
 * struct elapse - What has passed by a step
 * @now_ns: the least time
 * @awake_ns: how much of it passes looking again and again, not asleep
 * @patience_ns: the longest that a step says it may wait (`within`)
 * @timer_ns: the longest timer that a socket is set to (`keepalive`, `user_timeout`, `linger`)
 * @acts: steps done, each as often as its repeats say
 * @mark_ns, @mark_depth: by name index: when that mark was set, and in how many repeats
 */
struct elapse {
	int64_t now_ns, awake_ns, patience_ns, timer_ns, acts, mark_ns[NAMES_MOST];
	size_t mark_depth[NAMES_MOST];
};

/**
 * elapse_step() - One step more
 * @call:  its verb, or that of the call which it awaits
 * @depth: in how many repeats it stands
 * @rounds: how often those run, multiplied
 */
void elapse_step(struct elapse *el, const struct step *s, enum verb call, size_t depth,
		 int64_t rounds);

/** elapse_repeat() - All since @before_ns, which passed once by now, passes so often */
void elapse_repeat(struct elapse *el, int64_t before_ns, int64_t rounds);

/** elapse_total() - After the last step: for the trial */
void elapse_total(const struct elapse *el, struct trial *t);

#endif
