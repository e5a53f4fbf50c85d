/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Many ladders in little room. A ladder is written as its rungs' numbers and the
 * times between them; what stands on a rung is written once for the whole page.
 */
#ifndef RUNNER_CODES_H
#define RUNNER_CODES_H

#include "runner/rungs.h"

#include <stddef.h>

struct buf;

/** struct codes - Rungs that were met, by their fragments; all zero: none */
struct codes {
	struct arena arena;
	const char **fragment;
	size_t fragments;
	size_t *slot, slots;	/* where each is found: its number + 1 */
};

/** Rungs of one ladder that a page shows; those before are only counted */
enum { CODES_RUNGS_MOST = 400 };

/**
 * codes_add() - A ladder's code
 *
 * Return: "1c+2,4,7f-1": numbers in base 36, each behind the first with what its time is
 * past the one before in units of 100 us, where that is anything. "~12," before it says
 * that 12 rungs before are left out. Lives in @c.
 */
const char *codes_add(struct codes *c, const struct rung *from, size_t count);

/** codes_write() - Every rung that was met, in the order of the numbers, each in a <g> */
void codes_write(const struct codes *c, struct buf *out);

void codes_fini(struct codes *c);

#endif
