/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_SAY_H
#define RUNNER_SAY_H

/**
 * say() - A line on standard error, with the program's name before it
 *
 * Names of files and what others wrote may be among it: nothing of it is obeyed
 * by a terminal, and nothing ends the line.
 */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/** say_out() - A text as a line on standard output, likewise */
void say_out(const char *text);

#endif
