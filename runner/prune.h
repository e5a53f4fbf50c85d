/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_PRUNE_H
#define RUNNER_PRUNE_H

#include <stddef.h>

struct err;

/**
 * prune_runs() - Remove all but the newest runs
 * @base:    folder of all runs
 * @keep:    how many finished ones stay
 * @removed: out, how many went
 *
 * Only a directory that has a run's name, and holds the marker file that we
 * wrote into it, is ours to remove. One that is locked (its run lasts, or
 * somebody judges it) stays and does not count. No symbolic link is followed
 * and no other file system entered.
 *
 * Return: 0, or the first failure (the others are tried all the same); a base
 * that does not exist is none
 */
int prune_runs(const char *base, size_t keep, size_t *removed, struct err *e);

/** prune_run() - Remove one run's directory, and `latest` beside it where that shows to it */
int prune_run(const char *path, struct err *e);

#endif
