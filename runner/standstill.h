/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_STANDSTILL_H
#define RUNNER_STANDSTILL_H

#include "runner/play.h"

/**
 * standstill() - Go no further until the runner says so
 *
 * Tells EVENT_PAUSE, with where the hosts' namespaces can be entered, and
 * waits for SIGUSR1. The world goes on meanwhile: frames cross, timers fire.
 */
void standstill(struct play *p);

#endif
