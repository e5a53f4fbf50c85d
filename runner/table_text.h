/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_TABLE_TEXT_H
#define RUNNER_TABLE_TEXT_H

#include "runner/scenario.h"

struct buf;

/**
 * struct table_change - A row to be written in the place of one of the table
 * @row:  the one whose place it takes; several may take the place of one, then
 *        the first of them keeps its comment
 * @cell: by column, as the file is to have it; NULL: as it stands
 * @more: by axis, for those that get a column; NULL: `*`
 */
struct table_change {
	size_t row;
	const char *cell[COLUMNS_MOST], *more[AXES_MOST];
};

/**
 * table_text_cell() - A text as one word of a file, in quotes where it must be
 * @a: holds it
 */
const char *table_text_cell(struct arena *a, const char *text);

/**
 * table_text_write() - Append a whole file, its outcome table changed
 * @more:   axes, as a mask, that get a column, left of `|`; all rows are laid out anew then
 * @change: in the order of their rows; rows without one stay as they are
 * @out:    empty before
 * @from, @to: out: where in it the table stands, from its head on
 *
 * Cells stay in their columns; where one is too wide what follows moves, in all
 * changed rows alike, and in the head too where all rows are changed.
 */
void table_text_write(const struct scenario *s, unsigned int more,
		      const struct table_change *change, size_t changes, struct buf *out,
		      size_t *from, size_t *to);

#endif
