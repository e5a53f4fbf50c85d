/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_RUNNING_H
#define RUNNER_RUNNING_H

#include "runner/names.h"
#include "runner/reader.h"
#include "runner/scenario.h"

/** running_read() - What stands behind run, stop and adopt */
void running_read(struct reader *r, struct names *n, struct step *s);

#endif
