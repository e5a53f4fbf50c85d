/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_TABLE_H
#define RUNNER_TABLE_H

#include "runner/complain.h"
#include "runner/scenario.h"

#include <stdbool.h>

/**
 * table_read() - The outcome table, from its head to the end of the file
 * @s:      its axes are read; out: its table
 * @spoilt: for each line whether scan() complained about it
 *
 * Return: whether it is good, so that rows can be chosen; true without a table
 */
bool table_read(struct scenario *s, const bool *spoilt, struct complaints *c);

#endif
