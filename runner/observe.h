/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_OBSERVE_H
#define RUNNER_OBSERVE_H

#include "runner/suite.h"

#include <stdbool.h>

struct buf;
struct err;

/**
 * observe_tables() - Fill the `?` of the suite's outcome tables with what was seen
 * @observed: by the suite's items, then by the table's columns: what was seen
 *            there, as the file would write it; NULL for nothing
 * @write:    put the filled tables into the files, all else byte for byte as it was
 * @out:      the filled tables, file by file, for a person
 *
 * A row whose trials saw different things is split, by the axes that tell them
 * apart, into the fewest rows that say so. A trial that saw nothing keeps its `?`.
 */
int observe_tables(const struct suite *s, const char *const *const *observed, bool write,
		   struct buf *out, struct err *e);

#endif
