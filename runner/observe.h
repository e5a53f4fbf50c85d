/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_OBSERVE_H
#define RUNNER_OBSERVE_H

#include "runner/suite.h"

#include <stdbool.h>

struct buf;
struct err;
struct facts;

/**
 * observe_tables() - Fill the `?` of the suite's outcome tables with what was seen
 * @facts:    the kernel on which it was seen; NULL: unknown. Where the table tells
 *            kernels apart by rows that all hold a `?`, nothing else says which of
 *            them a trial had.
 * @observed: by the suite's items, then by the table's columns (keys are columns
 *            too): what was seen there, as the file would write it; NULL for
 *            nothing, also in place of an item's columns
 * @write:    put the filled tables into the files, all else byte for byte as it was
 * @out:      the filled tables, file by file, for a person
 *
 * A row whose trials saw different things is split, by the axes that tell them
 * apart, into the fewest rows that say so; an axis that the table has no column
 * for gets one where nothing else tells them apart. A trial that saw nothing
 * keeps its `?`, and so does one that saw different things when it was repeated.
 *
 * A file that changed since it was read is not written, nor is one whose filled
 * table could not be read again; the files after it are filled all the same.
 * Standard input is only printed.
 *
 * Return: 0, or the negative errno of the first file that could not be filled
 */
int observe_tables(const struct suite *s, const struct facts *facts,
		   const char *const *const *observed, bool write, struct buf *out,
		   struct err *e);

/**
 * observe_text() - The same for a suite of one file that is nowhere but in memory
 * @text: out, the file with its table filled, as it stands where nothing was seen
 * @out:  notes for a person
 */
int observe_text(const struct suite *s, const struct facts *facts,
		 const char *const *const *observed, struct buf *text, struct buf *out,
		 struct err *e);

#endif
