/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_SWEEP_H
#define RUNNER_SWEEP_H

#include "runner/play.h"

/**
 * sweep() - End every socket of the trial, without a word to the other side
 *
 * The end of the process would close them, and the wire is gone by then: an
 * orphan whose FIN nobody acknowledges keeps its namespace alive for minutes.
 */
void sweep(struct play *p);

#endif
