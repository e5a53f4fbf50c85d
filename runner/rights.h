/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a trial's process may do once its hosts stand: what its steps need, which
 * mostly is nothing. See rights.c.
 */
#ifndef RUNNER_RIGHTS_H
#define RUNNER_RIGHTS_H

#include "runner/play.h"

/** rights_begin() - Close what was inherited, but for the runner's pipe and the standard three */
void rights_begin(int out_fd);

/**
 * rights_go_home() - Leave the machine's network for good: the client's host is home
 *
 * Before programs_open(), so that a cell's first process does not stay behind.
 */
int rights_go_home(struct play *p, struct err *e);

/** rights_settle() - The hosts stand: give up what no step needs. There is no way back */
int rights_settle(struct play *p, struct err *e);

/** rights_end() - No step comes any more: use what was kept for the sweeping */
void rights_end(void);

/**
 * rights_of() - The capabilities (CAPS()) that a trial's steps use
 *
 * Pure, by the plan alone; nothing is said of those that only the sweeping takes.
 */
uint64_t rights_of(const struct trial *t);

#endif
