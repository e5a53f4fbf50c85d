/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a process does first after fork(). */
#ifndef LIB_CHILD_H
#define LIB_CHILD_H

#include <sys/types.h>

/**
 * child_dies_with() - Be killed when the parent dies
 * @parent: who forked us, asked by itself before; where it is gone already we _exit()
 * @status: then
 *
 * To be asked anew after each change of the user (prctl(2), PR_SET_PDEATHSIG).
 * Return: 0; -1 and errno where it will not be
 */
int child_dies_with(pid_t parent, int status);

/** child_stays_on() - Run on one processor from now on; where that may not be, on any */
void child_stays_on(int cpu);

#endif
