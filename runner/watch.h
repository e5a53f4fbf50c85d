/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_WATCH_H
#define RUNNER_WATCH_H

#include "runner/play.h"

/** watch_begin() - Take the base of every counter that the trial expects something of */
void watch_begin(struct play *p);

/** watch_mark() - A mark was set: counters that count from it begin anew */
void watch_mark(struct play *p, int mark);

/**
 * watch() - Do an expect or never step: look until it is decided or its bound is over
 *
 * Records what was seen; what that means is the judge's.
 */
void watch(struct play *p, const struct step *s);

/** watch_end() - Tell how far each expected counter has grown by the end */
void watch_end(struct play *p);

#endif
