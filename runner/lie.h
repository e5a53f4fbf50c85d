/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lies about what a kernel did. A test is tested by what it does not put up
 * with: of a record that passed one thing is told otherwise, and the judge has
 * to say so. What no lie can make fail proves nothing.
 */
#ifndef RUNNER_LIE_H
#define RUNNER_LIE_H

#include "runner/event.h"
#include "runner/scenario.h"

#include <stdbool.h>

struct facts;

/** enum lie - What is told otherwise, of one step */
enum lie {
	LIE_RESULT,	/* its call gave something else */
	LIE_MORE,	/* the value never was what it had to be: more than that */
	LIE_LESS,	/* likewise: less, where less is another lie */
	LIE_ENDED,	/* what had to last did not */
	LIE_HAPPENED,	/* what never may be was */
	LIE_EARLY,	/* what came between two moments came before the first */
	LIE_LATE,	/* or after the second */
	LIE_LOST,	/* its segment, or an exchange's last, never came */
	LIE_EXTRA,	/* one more came: one that is forbidden, or an exchange's last again */
	LIE_OTHER,	/* an exchange's last segment was of another kind */
	LIE_MOVED,	/* its counter went on before the trial's end */
	LIE_COUNT
};

extern const char *const lie_name[LIE_COUNT];

/**
 * lie_tell() - A record with one lie in it
 * @record: of a trial that passed; its last try is told again
 * @step:   index of the step that is lied about, in its first round
 * @a:      holds what is told; borrows from @record
 * @out:    out: one try, whose waits did not oversleep
 *
 * Return: whether that kind of lie can be told of that step
 */
bool lie_tell(const struct trial *t, const struct events *record, const struct facts *facts,
	      int step, enum lie lie, struct arena *a, struct events *out);

#endif
