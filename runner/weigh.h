/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One expectation against what the record shows of it. The judge asks about
 * each expect and never step; what the answers make of a trial is the judge's.
 */
#ifndef RUNNER_WEIGH_H
#define RUNNER_WEIGH_H

#include "runner/event.h"
#include "runner/scenario.h"
#include "runner/verdict.h"

struct facts;

/**
 * struct weighing - What is to be weighed
 * @record: one try, from its EVENT_TRY on
 * @begin, @done: where the step's EVENT_STEP and EVENT_DONE stand in it
 * @a:      holds the finding's strings
 */
struct weighing {
	const struct trial *t;
	const struct events *record;
	int begin, done;
	const struct facts *facts;
	struct arena *a;
};

/**
 * struct finding - What came of it
 * @kind:     VERDICT_PASS, _FAIL, _TIMING or _BROKEN
 * @observed: `?`: the value to be written there; else NULL
 * The rest is as in struct verdict.
 */
struct finding {
	enum verdict_kind kind;
	struct place at;
	const char *message, *expected, *seen, *observed;
};

/** weigh() - An expect or never step; rules: judge.c */
struct finding weigh(const struct weighing *w);

/** weigh_values(), weigh_frames() - Of one sort; weigh() chooses */
struct finding weigh_values(const struct weighing *w);
struct finding weigh_frames(const struct weighing *w);

/** weigh_step() - The step that is weighed */
const struct step *weigh_step(const struct weighing *w);

/** weigh_begin_ns() - When it began; weigh_limit_ns() - when its bound ends (not for `between`) */
int64_t weigh_begin_ns(const struct weighing *w);
int64_t weigh_limit_ns(const struct weighing *w);

/** struct window - Something happened between these two moments */
struct window {
	int64_t from_ns, at_ns;
};

/**
 * weigh_between() - Whether a change lies in a `between`
 * @since:  the moment that it counts from
 * @change: when it happened
 * @why:    out, for all but VERDICT_PASS: in words
 */
enum verdict_kind weigh_between(const struct weighing *w, struct window since,
				struct window change, const char **why);

/** weigh_mark() - When a mark was last set before the step; false: never */
bool weigh_mark(const struct weighing *w, int mark, struct window *set);

/** weigh_finding() - A finding with place, expected and the beginning of its message filled in */
struct finding weigh_finding(const struct weighing *w, enum verdict_kind kind, const char *seen,
			     const char *why);

/** weigh_span() - A length of time in words (arena) */
const char *weigh_span(const struct weighing *w, int64_t ns);

#endif
