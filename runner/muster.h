/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_MUSTER_H
#define RUNNER_MUSTER_H

#include "runner/play.h"

/**
 * muster() - Tell both hosts' socket tables as they stand now
 *
 * For the moment at which something is not as it was asked for. It costs a
 * dump of each namespace, so nobody calls it where all goes well. Where the
 * kernel does not give a table none is told: a hint for a person is no reason
 * to break a trial.
 */
void muster(struct play *p);

#endif
