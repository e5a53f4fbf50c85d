/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All the places that a run's verdicts go to, opened and closed together. */
#ifndef RUNNER_OUTLETS_H
#define RUNNER_OUTLETS_H

#include "runner/tap.h"

#include <stdbool.h>

struct err;
struct facts;
struct progress;
struct report;
struct report_sink;
struct results;

/** What standard output may carry: the formats of TAP, and two more */
enum {
	FORMAT_NDJSON = TAP_FORMAT_COUNT, FORMAT_JUNIT, FORMAT_COUNT,
};
#define FORMAT_WORDS "tap|tap14|ktap|ndjson|junit"
#define FORMAT_HELP "what standard output carries: tap (version 13) where nothing is said"

/**
 * struct outlets - Where they go
 * @format:   of standard output
 * @junit:    a file for JUnit XML besides; NULL for none
 * @live:     whether there is a line of progress, and GitHub is told where we run there
 * @annotate: whether GitHub is told of trials one by one, too
 * @results:  a run's directory that is being written; NULL for none
 * @facts:    of the kernel
 * @report:   out: tells them all
 * @progress: out: the live line; NULL without @live
 * @ndjson:   out: the sink of standard output, where it carries NDJSON; else NULL
 *
 * All but the outs are the caller's, and borrowed until outlets_close().
 */
struct outlets {
	int format;
	const char *junit;
	bool live, annotate;
	struct results *results;
	const struct facts *facts;

	struct report *report;
	struct progress *progress;
	struct report_sink *ndjson;
	int tap_fd, ndjson_fd;
};

/** outlets_format() - A format by its name; NULL: TAP 13. Errors: -EINVAL no such format */
int outlets_format(struct outlets *o, const char *name, struct err *e);

/** outlets_open() - Make the report and all its sinks */
int outlets_open(struct outlets *o, struct err *e);

/** outlets_status() - EXIT_GOOD, EXIT_RED or EXIT_TROUBLE, by the verdicts that were told */
int outlets_status(const struct outlets *o);

/** outlets_close() - Ones that were never opened are fine */
void outlets_close(struct outlets *o);

#endif
