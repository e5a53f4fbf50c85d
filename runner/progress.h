/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_PROGRESS_H
#define RUNNER_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct progress;
struct report_sink;

/**
 * progress_new() - The live line, and what is said at the end
 * @fd:  standard error; borrowed until the sink is freed
 * @out: standard output
 *
 * Silent unless @fd is a terminal. The live line is drawn only where nobody
 * else may be writing to that terminal: @out is not a pipe or socket, TERM is
 * not dumb or unset, and we are not in the background. Colours (unless NO_COLOR
 * is set) need the same.
 *
 * At the end: the red trials with their file:line, and the sum.
 *
 * Return: NULL where memory ran out
 */
struct progress *progress_new(int fd, int out);

/** progress_sink() - To be added to the report before all others: it makes room for them */
struct report_sink *progress_sink(struct progress *p);

/**
 * progress_draw() - Draw the line anew, unless that was done within the last tenth of a second
 * @running: trials that run just now
 * @now_ns:  clock_ns()
 *
 * Return: in how many nanoseconds it wants to be called again; -1 for never
 */
int64_t progress_draw(struct progress *p, size_t running, int64_t now_ns);

/** progress_put() - Write to a terminal as well as it goes; what does not is no failure */
void progress_put(int fd, const struct buf *b);

/** progress_say() - Write lines to it; the live line makes room */
void progress_say(struct progress *p, const struct buf *lines);

/** struct progress_count - What the line tells; @forecast_ns: of all, 0: nobody knows */
struct progress_count {
	size_t done, points, running, red;
	int64_t elapsed_ns, forecast_ns;
};

/**
 * progress_line() - "  123/400  running 17  failed 2  left ~12s"
 * @columns: of the terminal; the line is cut to be narrower
 * @colour:  escapes for it, which take no column
 */
void progress_line(const struct progress_count *c, int columns, bool colour, struct buf *out);

#endif
