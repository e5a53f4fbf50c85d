/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One trial of a run that is over: its record read back, and judged again. */
#ifndef RUNNER_RETOLD_H
#define RUNNER_RETOLD_H

#include "lib/arena.h"
#include "runner/event.h"
#include "runner/scenario.h"
#include "runner/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct recorded;

/**
 * struct retold - What is known of it
 * @recorded: there was a record; if not, @events is empty
 * @verdict:  what the record says: a SKIP where the kernel lacks what the file needs, BROKEN
 *            where there should be a record, and none can be read
 */
struct retold {
	struct trial trial;
	struct events events;
	struct verdict verdict;
	bool recorded;
	struct arena arena;
};

/**
 * retold_read() - Read a trial back
 * @run:  loaded; must outlive @x
 * @item: its number in the run's suite
 * @x:    out; freed by retold_fini()
 *
 * The verdict is the record's: `run->past` has the run's own, which knows besides how
 * the child ended.
 */
void retold_read(const struct recorded *run, size_t item, struct retold *x);

void retold_fini(struct retold *x);

#endif
