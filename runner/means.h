/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What this machine lets us do: namespaces of our own, and how many trials at once. */
#ifndef RUNNER_MEANS_H
#define RUNNER_MEANS_H

#include <stdbool.h>

struct err;

/**
 * means_gain_rights() - Be allowed to make network namespaces
 *
 * As root they are made as they are; else in a user namespace of our own.
 */
int means_gain_rights(struct err *e);

/** means_own_user() - Whether means_gain_rights() made a user namespace of our own for it */
bool means_own_user(void);

/** means_room() - Whether the addresses are left that a run takes: short of them amid it, it could only break off */
int means_room(struct err *e);

/**
 * means_slots() - How many trials at once
 * @asked: what was asked for; 0: many more than processors, for most trials wait
 *
 * As memory and descriptors allow; our bound on those is raised as far as may be.
 */
int means_slots(int asked);

#endif
