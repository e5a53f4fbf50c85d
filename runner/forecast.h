/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How long a run will take, said before it begins. */
#ifndef RUNNER_FORECAST_H
#define RUNNER_FORECAST_H

#include <stddef.h>
#include <stdint.h>

struct err;

/**
 * forecast_pace() - How much time goes by for each trial where the processors are the limit
 * @pace_ns: out
 *
 * Makes a few pairs of hosts on all processors at once and looks at the clock:
 * a trial is that and as much again. Takes some ten milliseconds. For a process
 * that may make namespaces, before it has threads.
 */
int forecast_pace(int64_t *pace_ns, struct err *e);

/**
 * forecast_run() - How long trials take that are begun in this order
 * @least_ns: the time that each waits at the least
 * @slots:    at once, at the most
 * @pace_ns:  between the beginnings of two
 *
 * A trial begins when a slot is free and the one before has had its share of
 * the processors; it ends when its own share and its waits are over.
 */
int64_t forecast_run(const int64_t *least_ns, size_t count, int slots, int64_t pace_ns);

#endif
