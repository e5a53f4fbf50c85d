/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_VERDICT_H
#define RUNNER_VERDICT_H

#include "runner/scan.h"

#include <stddef.h>
#include <stdint.h>

enum verdict_kind {
	VERDICT_PASS,		/* all expectations met */
	VERDICT_FAIL,		/* one not met: a statement about the kernel */
	VERDICT_SKIP,		/* the kernel lacks what the file needs */
	VERDICT_TODO,		/* failed, as the file says it would */
	VERDICT_TODO_PASSED,	/* passed although marked: take the mark away */
	VERDICT_BROKEN,		/* our own failure */
	VERDICT_TIMING,		/* the machine was too slow to judge */
	VERDICT_COUNT
};

/** struct also - One more thing that was not kept, after the first; perhaps its consequence */
struct also {
	struct place at;
	const char *message;
};
enum { ALSO_MOST = 8 };

/**
 * struct verdict - One outcome of one trial
 * @step:     index of the step it hangs on, -1 for none
 * @at:       the word in the file that was not kept
 * @message:  one line: what happened
 * @expected, @seen: as the file would write them; NULL where it makes no sense
 * @also:     what was not kept after it, with VERDICT_FAIL and _TODO; ALSO_MOST at most
 * @todo:     why it is known to fail, for VERDICT_TODO and _TODO_PASSED
 * @observed: by outcome column, for files with `?`: what was seen there; NULL for none
 * @tries:    how often it was run
 *
 * The strings live in the arena given to judge().
 */
struct verdict {
	enum verdict_kind kind;
	int step, round;
	struct place at;
	const char *message, *expected, *seen, *todo;
	const char **observed;
	const struct also *also;
	size_t alsos;
	int tries;
	int64_t elapsed_ns;
};

extern const char *const verdict_name[VERDICT_COUNT];

/** verdict_red() - Whether it makes the run's exit status other than 0 */
int verdict_red(enum verdict_kind k);

#endif
