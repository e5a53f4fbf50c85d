/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_SPLIT_H
#define RUNNER_SPLIT_H

#include "runner/scenario.h"

/** struct split_point - A trial that a row of the outcome table holds for, and its label */
struct split_point {
	size_t variant, cube;		/* @cube: for split_rows() itself */
	int label;
};

/**
 * struct split_row - One of the rows that the row becomes
 * @value: by axis: an index of its values, or SPLIT_ANY for what the row itself says
 * @label: of all trials that it is the first to match
 * @first: the lowest variant among them
 */
enum { SPLIT_ANY = -1 };
struct split_row {
	int value[AXES_MOST];
	int label;
	size_t first;
};

struct split {
	struct split_row *row;
	size_t rows;
};

/**
 * split_rows() - Say in the fewest rows which trials have which label
 * @own:   axes, as a mask, for which the row holds whatever their value, in a
 *         column of the table
 * @more:  axes without a column; the fewest are used that are needed
 * @point: changed; variants ascending, all alike in the axes of neither mask
 * @labels: labels are 0 to @labels - 1
 * @a:     holds the rows
 *
 * The first row that matches a trial has the trial's label. Variants that are
 * no point do not count.
 *
 * Return: whether no more than ROWS_MOST rows are needed
 */
bool split_rows(const struct scenario *s, unsigned int own, unsigned int more,
		struct split_point *point, size_t points, size_t labels, struct arena *a,
		struct split *out);

#endif
