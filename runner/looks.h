/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_LOOKS_H
#define RUNNER_LOOKS_H

#include "runner/names.h"
#include "runner/reader.h"
#include "runner/scenario.h"

/**
 * looks_read() - What stands behind `expect` or `never`
 * @s: out: its host, conn and expect; its verb is set
 */
void looks_read(struct reader *r, struct names *n, struct step *s);

/** looks_frames() - Whether an expectation is about frames */
bool looks_frames(const struct expectation *x);

#endif
