/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_ACTS_H
#define RUNNER_ACTS_H

#include "runner/play.h"

/**
 * act() - Do what a host does in a step, and record what it yielded
 * @s: a step whose verb belongs to a host
 *
 * The calls never block the loop: they are non-blocking and tried again as
 * their descriptor gets ready, or (a lingering close) sit in a thread of their
 * own. A call that is not back within the step's bound yields EINPROGRESS
 * (connect, close) or EAGAIN.
 */
void act(struct play *p, const struct step *s);

#endif
