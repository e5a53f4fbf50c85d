/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_WIRING_H
#define RUNNER_WIRING_H

#include "runner/names.h"
#include "runner/reader.h"
#include "runner/scenario.h"

/**
 * wiring_read() - What stands behind `wire VERB`
 * @s: out: its wire, and its host for `rewrite`; its verb is set
 */
void wiring_read(struct reader *r, struct names *n, struct step *s);

#endif
