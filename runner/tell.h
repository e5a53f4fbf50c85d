/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What there is to tell of a finished trial: gathered here, shown by the report's sinks. */
#ifndef RUNNER_TELL_H
#define RUNNER_TELL_H

#include "runner/report.h"

struct arena;
struct events;
struct facts;
struct suite_item;
struct trial;

/**
 * struct telling - A trial and what came of it
 * @trial:   NULL where it was not even played
 * @events:  its record; NULL for none
 * @program: how the program is called, for the command that plays it again
 * @how:     words of `run` that it takes besides, each with a blank before it; NULL for none
 * @results: the run's directory; NULL for none
 */
struct telling {
	const struct suite_item *item;
	const struct trial *trial;
	const struct verdict *verdict;
	const struct events *events;
	const struct facts *facts;
	const char *program, *how, *results;
};

/**
 * tell_gather() - Fill in all that is known
 * @a: holds what is not borrowed from @w
 *
 * Of what passed or was skipped only what costs nothing.
 */
void tell_gather(const struct telling *w, struct arena *a, struct report_trial *r);

/** tell_point() - The trial as a report names it */
struct report_point tell_point(const struct suite_item *item);

#endif
