// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/kept.h"

#include "runner/match.h"
#include "runner/weigh.h"

#include <string.h>

int kept_result_at(const struct events *ev, int begin, int done)
{
	int found = -1;

	for (int i = begin + 1; i < done; i++)
		if (ev->list[i].kind == EVENT_RESULT && ev->list[i].step == ev->list[begin].step)
			found = i;
	return found;
}

static bool same_counter(const struct step *a, const struct step *b)
{
	return a->verb == VERB_EXPECT && a->expect.look == LOOK_COUNTER && a->host == b->host &&
	       a->expect.since == b->expect.since && strcmp(a->expect.name, b->expect.name) == 0;
}

bool kept_final(const struct trial *t, size_t step)
{
	const struct step *s = &t->step[step];

	if (s->verb != VERB_EXPECT || s->expect.look != LOOK_COUNTER || s->expect.unknown)
		return false;
	for (size_t i = step + 1; i < t->steps; i++)
		if (same_counter(&t->step[i], s))
			return false;
	return true;
}

int kept_counter_at(const struct events *ev, size_t step)
{
	for (int i = (int)ev->count - 1; i >= 0; i--)
		if (ev->list[i].kind == EVENT_COUNTER && ev->list[i].step == (int)step)
			return i;
	return -1;
}

bool kept_was_done(const struct events *ev, size_t step)
{
	for (size_t i = 0; i < ev->count; i++)
		if (ev->list[i].kind == EVENT_STEP && ev->list[i].step == (int)step)
			return true;
	return false;
}

bool kept_unmatched(const struct event *ev)
{
	return ev->kind == EVENT_WIRE && ev->word && !strcmp(ev->word, "unmatched");
}

static bool kept_result(const struct step *s, const struct events *so_far, int begin)
{
	const int i = kept_result_at(so_far, begin, (int)so_far->count);

	return s->start || i < 0 || s->want.kind == OUTCOME_UNKNOWN ||
	       match_outcome(&s->want, &so_far->list[i]);
}

static enum verdict_kind kept_expectation(const struct trial *t, const struct step *s,
					  const struct events *so_far, int begin,
					  const struct facts *f)
{
	struct arena a = { 0 };
	const struct weighing w = { .t = t, .record = so_far, .begin = begin,
				    .done = (int)so_far->count, .facts = f, .a = &a };
	enum verdict_kind kind;

	if ((s->verb != VERB_EXPECT && s->verb != VERB_NEVER) || s->expect.unknown)
		return VERDICT_PASS;
	kind = weigh(&w).kind;
	arena_free(&a);
	return kind;
}

/* Whether something came later than it was due, since the hosts stood */
static bool was_late(const struct events *ev)
{
	bool late = false;

	for (size_t i = 0; i < ev->count; i++) {
		const struct event *e = &ev->list[i];

		if (e->kind == EVENT_READY)
			late = false;
		late |= e->kind == EVENT_LATE;
		late |= e->kind == EVENT_STEP && e->from_ns != INT64_MIN &&
			e->at_ns - e->from_ns > e->number;
	}
	return late;
}

enum verdict_kind kept_step(const struct trial *t, const struct events *so_far, int begin,
			    const struct facts *f)
{
	const struct step *s = &t->step[so_far->list[begin].step];
	const enum verdict_kind kind = kept_result(s, so_far, begin) ?
				       kept_expectation(t, s, so_far, begin, f) : VERDICT_FAIL;

	return kind == VERDICT_FAIL && was_late(so_far) ? VERDICT_TIMING : kind;
}

static bool kept_counter(const struct trial *t, const struct events *ev, size_t step,
			 const struct facts *f)
{
	const int i = kept_counter_at(ev, step);

	return i < 0 || match_value(&t->step[step].expect, &ev->list[i], f);
}

bool kept_end(const struct trial *t, const struct events *ev, const struct facts *f)
{
	for (size_t i = 0; i < ev->count; i++)
		if (kept_unmatched(&ev->list[i]) || ev->list[i].kind == EVENT_KERNEL)
			return false;
	for (size_t i = 0; i < t->steps; i++)
		if (kept_final(t, i) && !kept_counter(t, ev, i, f))
			return false;
	return true;
}
