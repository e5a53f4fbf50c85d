/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A run that lies in its directory: read back, and judged again from its records. */
#ifndef RUNNER_RECORDED_H
#define RUNNER_RECORDED_H

#include "lib/arena.h"
#include "runner/facts.h"
#include "runner/known.h"
#include "runner/suite.h"

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;
struct events;
struct past;
struct results;
struct trial;
struct verdict;

/**
 * struct recorded - A run: its files, its kernel and its verdicts, all from its directory
 * @results: the directory, opened by the caller; all else is recorded_load()'s
 * @suite:   the trials that were run, in the order of the run, from the run's own
 *           copies of the case files
 * @known:   the list of known differences: the run's own, or one that was loaded before
 * @past:    their verdicts, as many as the suite's items, in the same order
 */
struct recorded {
	struct results *results;
	struct arena arena;
	struct facts facts;
	struct suite suite;
	struct known known;
	struct past *past;
	struct index_entry *by_name;	/* of them */
	size_t pasts;
};

/**
 * recorded_load() - Read all but the records
 *
 * Errors: -EBADMSG something in it is not to be understood, or a trial's case is missing
 */
int recorded_load(struct recorded *r, struct err *e);

/**
 * recorded_missing() - How many trials the run was going to play, and has no verdict for
 *
 * It was cut short then, or stopped at a failure as it was told; 0 where it left no plan.
 */
size_t recorded_missing(const struct recorded *r);

/** recorded_has() - Whether a trial has a verdict; its name as the plan and the verdicts hold it */
bool recorded_has(const struct recorded *r, const char *name);

/** recorded_read() - Append a trial's record, as it was written, to @b */
int recorded_read(const struct recorded *r, const struct suite_item *item, struct buf *b,
		  struct err *e);

/**
 * recorded_judge() - The verdict that a record deserves; BROKEN where it cannot be read
 *
 * What is known of the trial is heeded.
 * @observing: as for judge()
 * @a:      holds the events, the verdict's texts
 * @events: out, those of the record
 */
void recorded_judge(const struct recorded *r, const struct trial *t, const struct buf *record,
		    bool observing, struct arena *a, struct events *events, struct verdict *v);

/**
 * recorded_verdict() - What a trial of the run comes to, from what lies there alone
 * @i:      its index in the suite; tries and duration are those of the run
 * @t:      out: the trial, freed by trial_fini()
 * @a:      holds the events, the verdict's texts
 * @events: out: those of its record
 *
 * Return: whether there is a record; one that was skipped has none
 */
bool recorded_verdict(const struct recorded *r, size_t i, struct trial *t, struct arena *a,
		      struct events *events, struct verdict *v);

/** recorded_fini() - Also closes the directory; one that was never opened is fine */
void recorded_fini(struct recorded *r);

#endif
