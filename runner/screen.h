/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_SCREEN_H
#define RUNNER_SCREEN_H

#include "runner/report.h"

/** screen_colour() - Whether what goes to @fd may have colours: a terminal that knows them, no NO_COLOR */
bool screen_colour(int fd);

/** screen_wanted() - Whether a trial of that verdict has something to be read: all but pass and skip */
bool screen_wanted(enum verdict_kind kind);

/**
 * screen_render() - A failure on one screen
 * @margin: before each line: "# "
 * @colour: for a terminal
 *
 *   cases/reopen/x.case:14:19: expected server a LAST-ACK, saw TIME-WAIT
 *      14 | expect server a LAST-ACK
 *         |                 ^~~~~~~~
 *   title, promised, seen, the clauses in words, the ladder around it, both
 *   hosts' sockets, the settings, the command that plays it again, the record
 *
 * Of a known failure (TODO) only what and why. What is not known is left out. Nothing in it is obeyed by a terminal, but
 * for the colours.
 */
void screen_render(const struct report_point *point, const struct report_trial *t,
		   const char *margin, bool colour, struct buf *out);

#endif
