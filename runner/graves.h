/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children that are done with. One that has said everything rests until it is
 * killed, together with others: the kernel dismantles all namespaces that died
 * meanwhile in one go, under one hold of the lock that every new namespace
 * needs, and much of the price is for the go. Then it takes its time to die;
 * it is collected when that is over, and a bound on those still dying keeps us
 * from making namespaces faster than the kernel can take them down.
 */
#ifndef RUNNER_GRAVES_H
#define RUNNER_GRAVES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { GRAVES_RESTING_MOST = 8, GRAVES_DYING_MOST = 48 };

/** struct graves - Children of ours that rest, and such that die */
struct graves {
	pid_t resting[GRAVES_RESTING_MOST], dying[GRAVES_DYING_MOST];
	size_t restings, dyings;
};

/** graves_lay() - A child of ours is at rest; where many are, they are let die. May wait for one that dies */
void graves_lay(struct graves *g, pid_t pid);

/** graves_bury() - Let all die, and wait until they are dead. Return: whether there was anybody */
bool graves_bury(struct graves *g);

#endif
