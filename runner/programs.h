/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Programs that a trial's steps run: in a cell of their own, each in the
 * network of its host. What they write goes into the record, and none outlives
 * the trial.
 */
#ifndef RUNNER_PROGRAMS_H
#define RUNNER_PROGRAMS_H

#include "runner/play.h"

/** programs_open() - Make the cell; for a trial that runs programs, before its first step */
int programs_open(struct play *p, struct err *e);

/** programs_run() - VERB_RUN: begin one, and wait for its end where the step is not a `start` */
void programs_run(struct play *p, const struct step *s);

/** programs_await(), programs_stop() - VERB_AWAIT of a program, VERB_STOP */
void programs_await(struct play *p, const struct step *s);
void programs_stop(struct play *p, const struct step *s);

/** programs_end() - End all that still run, and tell the last that they wrote */
void programs_end(struct play *p);

#endif
