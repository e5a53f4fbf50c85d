/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs side by side: each trial with what it came to in each of them. */
#ifndef RUNNER_COMPARISON_H
#define RUNNER_COMPARISON_H

#include "lib/arena.h"
#include "runner/finding.h"
#include "runner/recorded.h"

#include <stdbool.h>
#include <stddef.h>

struct err;
struct retold;

enum { COMPARISON_RUNS_MOST = 16 };

/**
 * struct compared_cell - A trial in one run
 * @finding: the different ones; several only where the run repeated the trial and it did
 *           not come to the same each time
 * @times:   how often each came
 * @findings: 0: the run did not play it
 * @item:    the first in the run's suite that is red, else the first
 */
struct compared_cell {
	struct finding *finding;
	size_t *times;
	size_t findings, item, plays;
};

/**
 * struct compared_trial - A trial that some run played
 * @name:  without the number of a repeat
 * @file:  of the first run that played it; @variant: there
 * @cell:  by run
 * @everywhere: every run played it
 * @differs: they did, and not all came to the same
 */
struct compared_trial {
	const char *name;
	const struct case_file *file;
	size_t variant;
	struct compared_cell *cell;
	bool everywhere, differs;
};

/**
 * struct comparison - Runs, and all trials that any of them played
 * @label: by run: its kernel's release where that tells the runs apart, else its directory
 * @trial: those of a file stand together, in the order of the first run
 * @differing: trials that every run played and that did not come to the same
 * @partial:   trials that not every run played
 */
struct comparison {
	struct arena arena;
	struct recorded run[COMPARISON_RUNS_MOST];
	const char *label[COMPARISON_RUNS_MOST];
	size_t runs;
	struct compared_trial *trial;
	size_t trials, differing, partial;
};

/**
 * comparison_open() - Read runs, one or more, all but their records
 * @base, @which: as for results_open_existing()
 * @c: out; freed by comparison_fini() in any case
 */
int comparison_open(struct comparison *c, const char *base, const char *const *which, size_t runs,
		    struct err *e);

/**
 * comparison_make() - Read every record, and put the trials side by side
 * @see: shown each trial as it is read; NULL
 */
void comparison_make(struct comparison *c,
		     void (*see)(void *ctx, size_t run, size_t item, const struct retold *x),
		     void *ctx);

/** comparison_same() - Whether a trial came to the same in two runs */
bool comparison_same(const struct compared_cell *a, const struct compared_cell *b);

void comparison_fini(struct comparison *c);

#endif
