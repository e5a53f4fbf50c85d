/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_COVERAGE_H
#define RUNNER_COVERAGE_H

#include "runner/coverage_words.h"
#include "runner/scenario.h"

/**
 * coverage_walk() - Add what one trial puts to the test: which events meet which states
 *
 * Learnt by reading its steps; no kernel is asked. Both ends of each
 * connection are followed: by what the calls make TCP do, by what the wire
 * keeps back, and above all by each state that the file expects. What a repeat
 * holds is walked twice.
 */
void coverage_walk(const struct trial *t, struct coverage *c);

#endif
