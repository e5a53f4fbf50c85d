/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_MATCH_H
#define RUNNER_MATCH_H

#include "runner/event.h"
#include "runner/scenario.h"

struct facts;

/*
 * Whether what was seen is what was asked for. The child asks it to know when
 * it may stop waiting, the judge to decide: one function, so they cannot differ.
 */

/** match_value() - Whether an EVENT_LOOK's value meets an expectation (time apart) */
bool match_value(const struct expectation *x, const struct event *seen, const struct facts *f);

/** match_outcome() - Whether an EVENT_RESULT is what a step had to yield */
bool match_outcome(const struct outcome *want, const struct event *seen);

/** match_kind() - Heading, kind and flags of a segment against a pattern; not its parts */
bool match_kind(const struct pattern *p, const struct frame_note *f);

/** match_outcome_text(), match_expectation_text() - As the file would write it */
const char *match_outcome_text(const struct outcome *want, struct arena *a);
const char *match_expectation_text(const struct expectation *x, struct arena *a);

#endif
