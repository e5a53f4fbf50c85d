// SPDX-License-Identifier: GPL-2.0-or-later
/* What weighing values and weighing frames have in common, and the choice between them. */
#include "runner/weigh.h"

#include "lib/clock.h"
#include "runner/facts.h"
#include "runner/match.h"

/* A change seen through a window wider than this may not be called met where it straddles */
static const int64_t NARROW_NS = 20 * NS_PER_MS;

const struct step *weigh_step(const struct weighing *w)
{
	return &w->t->step[w->record->list[w->begin].step];
}

int64_t weigh_begin_ns(const struct weighing *w)
{
	return w->record->list[w->begin].at_ns;
}

int64_t weigh_limit_ns(const struct weighing *w)
{
	return weigh_begin_ns(w) + match_limit_ns(&weigh_step(w)->expect, w->facts);
}

const char *weigh_span(const struct weighing *w, int64_t ns)
{
	char text[32];

	return arena_printf(w->a, "%s", clock_text(ns, text, sizeof(text)));
}

bool weigh_mark(const struct weighing *w, int mark, struct window *set)
{
	for (int i = w->begin - 1; i >= 0; i--) {
		const struct event *e = &w->record->list[i];

		if (e->kind != EVENT_STEP || w->t->step[e->step].verb != VERB_MARK ||
		    w->t->step[e->step].mark != mark)
			continue;
		*set = (struct window){ e->at_ns, e->at_ns };
		return true;
	}
	return false;
}

enum verdict_kind weigh_between(const struct weighing *w, struct window since,
				struct window change, const char **why)
{
	const struct bound *b = &weigh_step(w)->expect.bound;
	const int64_t jiffy = match_jiffy_ns(w->facts);
	const int64_t low = span_ns(b->low, w->facts) - jiffy;
	const int64_t high = span_ns(b->high, w->facts) + jiffy;
	const int64_t least = change.from_ns - since.at_ns, most = change.at_ns - since.from_ns;

	*why = NULL;
	if (least >= low && most <= high)
		return VERDICT_PASS;
	if (most < low) {
		*why = arena_printf(w->a, "too early, after %s", weigh_span(w, most));
		return VERDICT_FAIL;
	}
	if (least > high) {
		*why = arena_printf(w->a, "too late, after %s", weigh_span(w, least));
		return VERDICT_FAIL;
	}
	if (most - least <= NARROW_NS)
		return VERDICT_PASS;
	*why = arena_printf(w->a, "seen to happen only between %s and %s", weigh_span(w, least),
			    weigh_span(w, most));
	return VERDICT_TIMING;
}

struct finding weigh_finding(const struct weighing *w, enum verdict_kind kind, const char *seen,
			     const char *why)
{
	const struct step *s = weigh_step(w);
	const char *subject = match_subject_text(w->t, s, w->a);
	const char *value = match_expected_text(w->t, &s->expect, w->a);
	struct finding f = { .kind = kind, .at = s->expect.at.line ? s->expect.at : s->at };

	if (kind == VERDICT_PASS)
		return f;
	f.expected = s->verb == VERB_NEVER ? arena_printf(w->a, "never %s", value) : value;
	f.seen = seen;
	f.message = arena_printf(w->a, "%s %s %s%s%s%s%s",
				 s->verb == VERB_NEVER ? "never" : "expected", subject, value,
				 seen ? ", saw " : "", seen ? seen : "", why ? ": " : "",
				 why ? why : "");
	return f;
}

struct finding weigh(const struct weighing *w)
{
	const enum look look = weigh_step(w)->expect.look;

	return look == LOOK_WIRE || look == LOOK_EXCHANGE ? weigh_frames(w) : weigh_values(w);
}
