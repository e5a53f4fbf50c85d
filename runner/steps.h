/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_STEPS_H
#define RUNNER_STEPS_H

#include "runner/elapse.h"
#include "runner/names.h"
#include "runner/reader.h"
#include "runner/scenario.h"

#include <stdbool.h>
#include <stdint.h>

/**
 * struct story - A trial's steps while they are read
 * @t:     the trial; its steps have room for all lines
 * @names: what they may speak of
 * @elapse: how long they take
 */
struct story {
	const struct scenario *s;
	struct trial *t;
	struct names names;
	struct open_repeat {
		size_t step;
		int64_t rounds, before_ns;
	} open[REPEAT_DEPTH_MOST];
	size_t depth;
	struct listener {
		enum host host;
		struct locus at;
	} listener[LISTENERS_MOST];
	size_t listeners;
	struct elapse elapse;
};

/** steps_foresee() - Note the names that a line will give */
void steps_foresee(struct story *st, const struct tokens *tokens);

/** steps_skip() - A line that cannot be read: what it would give counts as given */
void steps_skip(struct story *st, const struct tokens *tokens);

/** steps_read() - One line becomes the trial's next step */
void steps_read(struct story *st, struct reader *r);

/** steps_finish() - What can only be said at the end: repeats without one */
void steps_finish(struct story *st, struct complaints *c);

#endif
