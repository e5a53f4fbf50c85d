/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_REQUIRE_H
#define RUNNER_REQUIRE_H

#include "runner/facts.h"
#include "runner/suite.h"

struct err;

/**
 * require_ask() - Ask the kernel everything that the suite's files want to know
 *
 * What they `need`, what their outcome tables ask for, and every sysctl and
 * counter that they name. One that this kernel does not have, in a file that
 * does not say `needs`, is complained of at its place: a misspelt name must
 * never look like a pass, nor like a skip.
 *
 * Return: 0, also with complaints (then @s->errors counts them), or a negative errno
 */
int require_ask(struct suite *s, struct facts *facts, struct err *e);

/** require_met() - Whether the kernel has what a trial needs, and its file; else why not (arena: @a) */
bool require_met(const struct suite_item *item, const struct facts *facts, struct arena *a,
		 const char **why);

#endif
