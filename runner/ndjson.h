/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_NDJSON_H
#define RUNNER_NDJSON_H

struct err;
struct events;
struct facts;
struct report_sink;
struct trial;

/** NDJSON_SCHEMA - Rises where a reader of the old lines would read the new ones wrong */
enum { NDJSON_SCHEMA = 1 };

/**
 * ndjson_new() - A sink that writes a line of JSON for the run, for each trial as
 * it finishes, and for the end; results/README.md says what is in them
 * @fd:    stays the caller's; each line goes out in one piece
 * @facts: of the kernel, borrowed until the run's end; NULL for none
 *
 * Return: NULL where memory ran out
 */
struct report_sink *ndjson_new(int fd, const struct facts *facts);

/**
 * ndjson_observations() - A line for each of a trial's events, before its verdict is told
 * @s:    made by ndjson_new()
 * @name: the trial's
 */
int ndjson_observations(struct report_sink *s, const char *name, const struct trial *t,
			const struct events *events, struct err *e);

#endif
