/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a run will take, said before it begins. */
#ifndef RUNNER_FORECAST_H
#define RUNNER_FORECAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/**
 * struct forecast_trial - What is known of a trial before it is played
 * @least_ns: the shortest time its steps can take
 * @awake_ns: how much of it passes looking again and again, not asleep
 * @patience_ns: the longest that a step says it may wait
 * @timer_ns: the longest timer that a socket is set to
 * @acts:     steps, each as often as its repeats say
 * @looks:    a step expects something
 */
struct forecast_trial {
	int64_t least_ns, awake_ns, patience_ns, timer_ns, acts;
	bool ipv6, looks;
};

/**
 * struct forecast_pace - What this machine does, and for whom
 * @hosts_ns:   what making two hosts takes of a processor, with all that share it
 * @processors: that we may use
 */
struct forecast_pace {
	int64_t hosts_ns;
	int processors;
};

/**
 * forecast_pace() - Ask the machine
 * @pace:  out
 * @slots, @working: of the run, as for forecast_run(): as many make hosts side by side
 * @pairs: of hosts that are made, some two milliseconds each; the more, the surer
 *
 * For a process that may make namespaces, before it has threads.
 */
int forecast_pace(struct forecast_pace *pace, int slots, int working, int pairs, struct err *e);

/**
 * forecast_hosts() - What making two hosts took of a processor, nanoseconds
 * @ns: for so long so many @children made @each pairs of hosts, side by side
 */
int64_t forecast_hosts(int64_t ns, int processors, int children, int each);

/**
 * forecast_lasts() - What a trial waits for, about, nanoseconds: whoever is longest is to begin first
 *
 * Its least time, the timers that it sets, if a step can wait for them, or a share of its
 * patience, which most trials need little of and few all.
 */
int64_t forecast_lasts(const struct forecast_trial *t);

/**
 * forecast_run() - How long trials take that are begun in this order, nanoseconds
 * @slots: trials at once, at the most
 * @working: trials at work on a processor, at the most, or twice as many that look
 *
 * Each has its turn of work on a processor, is awake for a while without working,
 * and then sleeps. What is played again for lateness is not foreseen.
 */
int64_t forecast_run(const struct forecast_trial *trial, size_t count, int slots, int working,
		     const struct forecast_pace *pace);

#endif
