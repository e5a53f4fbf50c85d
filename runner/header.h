/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_HEADER_H
#define RUNNER_HEADER_H

#include "runner/reader.h"
#include "runner/scenario.h"

#include <stdbool.h>

/** enum first - What a line is, by its first word */
enum first { FIRST_HEADER, FIRST_STEP, FIRST_OUTCOME, FIRST_UNKNOWN };
enum first header_first(const struct line *line);

/** header_unknown() - Complain about a first word that no line begins with */
void header_unknown(const struct line *line, struct arena *a, struct complaints *c);

/**
 * header_read() - All lines before the first step
 * @s:      its lines are read; out: title to axes, variants, first_step, steps_end
 * @spoilt: for each line whether scan() complained about it: not read then
 *
 * Settings depend on the variant: header_setting() reads them, one by one.
 *
 * Return: whether the axes are good, so that variants can be told apart
 */
bool header_read(struct scenario *s, const bool *spoilt, struct complaints *c);

/** header_is_setting() - Whether a header's line is a `sysctl` line */
bool header_is_setting(const struct line *line);

/** header_setting() - `sysctl [client|server] KEY = VALUE` */
void header_setting(struct reader *r, struct setting *out);

#endif
