/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a case file looks: the same words, comments and blank lines, in even columns. */
#ifndef RUNNER_FORMAT_H
#define RUNNER_FORMAT_H

#include "runner/scan.h"

struct buf;

/**
 * format_case() - Append a file's text, laid out anew
 * @text, @len: the file, as it was given to scan()
 * @lines:      what scan() made of it, without a complaint
 *
 * A line's first word is followed in column 10; within `repeat` all stands four
 * blanks further in, and one nearer to its word. The values of all axes begin in one
 * column, and so do the cells of each of the table's. Between other words stands one
 * blank, in prose whatever stood there. A comment behind a line stays in its column
 * where there is room; those of lines that follow each other share one.
 *
 * Whether lines end in CRLF is asked of the first. What was laid out once is
 * left as it is by a second time.
 */
void format_case(const char *text, size_t len, const struct lines *lines, struct buf *out);

/** format_same() - Whether two texts say the same, word by word; quotes and escapes as written */
bool format_same(const struct lines *a, const struct lines *b);

#endif
