/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs that are parts of one: read, held against each other, their trials in one order. */
#ifndef RUNNER_JOIN_H
#define RUNNER_JOIN_H

#include "lib/arena.h"
#include "runner/planned.h"
#include "runner/recorded.h"

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

/**
 * struct join - Some runs, and what they come to together
 * @anyway:    another kernel release or another lastack is no hindrance
 * @last_wins: of two verdicts for one trial, that of the run named later counts
 * @part:      the runs, as they were named
 * @trial:     as many and in the order of the plan: which part has its verdict, and
 *             its index there; a NULL part: none has
 */
struct join {
	bool anyway, last_wins;
	struct arena arena;
	struct join_part {
		const char *path;
		struct recorded run;
		struct planned plan;
	} *part;
	size_t parts;
	struct join_trial {
		const struct join_part *part;
		size_t index;
	} *trial;
};

/**
 * join_open() - Read the runs, and see that they are parts of one
 * @base:  where a run named without its path lies
 * @which: their paths or names
 *
 * Errors: -EINVAL they are not parts of one, and why; -EEXIST a trial is in two
 */
int join_open(struct join *j, const char *base, char **which, size_t count, struct err *e);

/** join_plan() - All trials that there were to be, in their order */
const struct planned *join_plan(const struct join *j);

/**
 * join_missing() - What has no verdict: shards that are not among the runs, runs that
 * were cut short
 * @out: appended to, one line of text
 *
 * Return: how many trials
 */
size_t join_missing(const struct join *j, struct buf *out);

void join_fini(struct join *j);

#endif
