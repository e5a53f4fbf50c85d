/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_JUDGE_H
#define RUNNER_JUDGE_H

#include "runner/event.h"
#include "runner/scenario.h"
#include "runner/verdict.h"

struct facts;

/**
 * judge() - What a record says about the kernel
 * @t:      the trial
 * @events: its record; the last try counts
 * @facts:  the kernel it ran on
 * @observing: `?` is filled, not judged
 * @a:      holds the verdict's strings
 *
 * Pure: no clock, no files, no privilege. The rules stand in judge.c's head.
 */
void judge(const struct trial *t, const struct events *events, const struct facts *facts,
	   bool observing, struct arena *a, struct verdict *v);

#endif
