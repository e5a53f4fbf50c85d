/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_WIRES_H
#define RUNNER_WIRES_H

#include "runner/play.h"

/** wire_act() - Do what a step tells the wire: a rule from now on, or a frame at once */
void wire_act(struct play *p, const struct step *s);

/** wires_end() - Tell which commands never found a frame */
void wires_end(struct play *p);

#endif
