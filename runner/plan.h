/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_PLAN_H
#define RUNNER_PLAN_H

#include "runner/scenario.h"

struct facts;

/**
 * plan_value() - The word an axis has in a variant
 *
 * The last axis turns fastest, as nested loops written in the file's order would.
 */
const char *plan_value(const struct scenario *s, size_t variant, size_t axis);

/**
 * plan_name() - topic/file axis=value,axis=value; odd bytes as %XX (arena: the caller's)
 *
 * The family axis is left out where it has one value.
 */
const char *plan_name(const struct scenario *s, size_t variant, struct arena *a);

/**
 * plan_row() - The first row of the outcome table that matches
 * @facts: the kernel, or NULL: then @row counts up through all rows that some
 *         kernel would choose, where each kernel chooses the first that matches
 * @row:   in: -1 to begin; out: the row; untouched where there is none
 *
 * Kernels that the file's `needs` rule out choose nothing.
 *
 * Return: whether there is one (a next one, without facts); false where the
 * file has no table
 */
bool plan_row(const struct scenario *s, size_t variant, const struct facts *facts, int *row);

/**
 * plan_check() - That the table covers every trial over all kernels, and no row is dead
 *
 * Kernels are told apart at the versions and by the yes/no answers that the
 * table names; those that the file's `needs` rule out do not count. A cell that
 * its column does not know is complained about at the cell, and then nothing
 * more; an uncovered trial at the table's head with the trial's values, a few
 * of them; a dead row at the row, with what takes its trials. Kinds of kernels
 * are at most KERNELS_MOST, with the trials that the table tells apart at most
 * KINDS_MOST.
 */
enum { KERNELS_MOST = 1024, KINDS_MOST = 200000 };
void plan_check(const struct scenario *s, struct complaints *c);

#endif
