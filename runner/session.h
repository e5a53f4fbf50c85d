/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run: the trials of a suite played in children, each record judged, each
 * verdict told. Trials that the machine was too slow for are played again.
 */
#ifndef RUNNER_SESSION_H
#define RUNNER_SESSION_H

#include "runner/facts.h"
#include "runner/suite.h"
#include "runner/verdict.h"

#include <stdint.h>

struct err;
struct events;
struct known;
struct onlooker;
struct report;
struct results;

/** Trials at work on each processor, at the most: one that sleeps long leaves its place, one that only looks half of it */
enum { SESSION_WORKING_MOST = 4 };

/**
 * struct session - What to run and how
 * @slots:      children at once
 * @timeout_ns: most that a trial may take, whatever its file says; 0: its file says, or its
 *              least time and half a minute
 * @shuffle:    seed of the order in which trials begin; 0: the longest first
 * @observing:  `?` is filled, not judged
 * @allow_run:  files may run programs; else those that do are skipped
 * @alone:      there are no programs here but this one: such files are skipped as well
 * @known:      differences that are known; NULL for none
 * @onlooker:  told of each trial while it runs; NULL for none
 * @program:    how the program was called, for the command that runs a trial alone
 * @results:    where records go; NULL: nowhere
 * @tick:       told now and then how many trials run
 * @settled:    told each verdict; of a trial that was skipped without @t and @events
 *
 * @observed: out, by item: what was seen in each outcome column (see struct
 *            verdict); NULL where a trial has none. Lives in @arena.
 */
struct session {
	struct suite *suite;
	const struct facts *facts;
	const struct known *known;
	const struct onlooker *onlooker;
	struct report *report;
	struct results *results;
	int slots;
	int64_t timeout_ns;
	unsigned int shuffle;
	bool observing, fail_fast, allow_run, alone;
	const char *program, *how;
	void (*tick)(void *ctx, size_t running);
	void *tick_ctx;
	void (*settled)(void *ctx, size_t item, const struct trial *t, const struct verdict *v,
			const struct events *events);
	void *settled_ctx;

	struct arena arena;
	const char ***observed;
};

/**
 * session_run() - Play all trials of the suite and tell their verdicts
 * @signal: out: the signal that cut it short, 0 for none
 *
 * report_begin() was called; report_end() is the caller's. However it
 * returns, no child is left.
 */
int session_run(struct session *s, int *signal, struct err *e);

void session_fini(struct session *s);

/**
 * session_tell() - Report one trial's verdict, with all that belongs to it
 * @events: its record, for the picture of what happened; NULL for none
 *
 * For those who have a verdict from elsewhere: a judge of old records.
 */
int session_tell(const struct session *s, size_t item, const struct trial *t,
		 const struct verdict *v, const struct events *events, struct err *e);

/**
 * session_settle() - Keep and tell a verdict, as the run itself does
 * @record: was kept already
 */
int session_settle(struct session *s, size_t item, const struct trial *t, const struct verdict *v,
		   const struct events *events, struct err *e);

#endif
