/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where in a record that stands which says whether a step was kept. The judge
 * decides with it; the child asks for a hint, to know when something is worth
 * to be looked at more closely. Only what the judge says is a verdict.
 */
#ifndef RUNNER_KEPT_H
#define RUNNER_KEPT_H

#include "runner/event.h"
#include "runner/scenario.h"
#include "runner/verdict.h"

struct facts;

/** kept_result_at() - The last EVENT_RESULT of the step that begins at @begin, before @done; -1 */
int kept_result_at(const struct events *ev, int begin, int done);

/** kept_final() - Whether a step's counter must still stand when the trial ends */
bool kept_final(const struct trial *t, size_t step);

/** kept_counter_at() - The EVENT_COUNTER of a step, told at the end; -1 */
int kept_counter_at(const struct events *ev, size_t step);

/** kept_was_done() - Whether the record tells that a step was begun */
bool kept_was_done(const struct events *ev, size_t step);

/** kept_unmatched() - Whether an event tells of a wire command that never matched a frame */
bool kept_unmatched(const struct event *ev);

/**
 * kept_step() - How a step seems to have gone
 * @so_far: one try's record from its EVENT_TRY on, up to now
 * @begin:  where in it the step's EVENT_STEP stands
 *
 * Return: VERDICT_PASS, also for `?`; VERDICT_FAIL; VERDICT_TIMING where lateness,
 * its own or an earlier one, will spoil the verdict; VERDICT_BROKEN
 */
enum verdict_kind kept_step(const struct trial *t, const struct events *so_far, int begin,
			    const struct facts *f);

/** kept_end() - Whether what is told at the end seems kept: counters, wire commands, the kernel's log */
bool kept_end(const struct trial *t, const struct events *ev, const struct facts *f);

#endif
