/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which processor a job is done on: how much those bear that are bound to each.
 * A job that works weighs as much as two that merely look again and again whether
 * something has come, and one that sleeps weighs nothing.
 */
#ifndef RUNNER_PROCESSORS_H
#define RUNNER_PROCESSORS_H

#include <sched.h>
#include <stdbool.h>

struct err;

/** enum load - What a job is for its processor */
enum load { LOAD_SLEEPS = 0, LOAD_LOOKS = 1, LOAD_WORKS = 2 };

/**
 * struct processors - Those that we may use
 * @most:     how many may work at once on each
 * @load:     by processor number: of all jobs there
 * @jobs:     how many of them have their turn, sleeping ones too
 * @reserved: for a job that wants to be alone
 */
struct processors {
	cpu_set_t set;
	int most, load[CPU_SETSIZE], jobs[CPU_SETSIZE];
	bool reserved[CPU_SETSIZE];
};

/** processors_open() - Those of our affinity; all else zero. Errors: of sched_getaffinity(2) */
int processors_open(struct processors *p, int most, struct err *e);

/**
 * processors_for() - Where a job is to be done: the processor that bears least, but none that is reserved
 * @alone: only where nobody works or looks
 *
 * Where there is but one, a job that wants to be alone shares it with those that fit into
 * its sleep. Return: its number, -1: none has room
 */
int processors_for(const struct processors *p, bool alone);

/**
 * processors_idle() - Where the fewest have their turn
 * @most: more than so many have it nowhere
 * @works: and so many do not work there already
 *
 * Return: its number, -1: there is none
 */
int processors_idle(const struct processors *p, int most, int works);

#endif
