// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Values that were looked at: states, timers, errors, ports, counters.
 *
 * A look says that the value stood at its moment, and that it came to be so
 * after the look before. Between two looks everything is possible: where the
 * bound falls between, there is no verdict.
 */
#include "runner/weigh.h"

#include "runner/match.h"

#include <string.h>

/* The step's looks, one after the other; -1 behind the last */
static int next_look(const struct weighing *w, int after)
{
	const struct events *ev = w->record;

	for (int i = after + 1; i < w->done; i++)
		if (ev->list[i].kind == EVENT_LOOK && ev->list[i].step == ev->list[w->begin].step)
			return i;
	return -1;
}

static int last_look(const struct weighing *w)
{
	int last = -1;

	for (int i = next_look(w, w->begin); i >= 0; i = next_look(w, i))
		last = i;
	return last;
}

static const struct event *look_at(const struct weighing *w, int i)
{
	return &w->record->list[i];
}

static const char *value_at(const struct weighing *w, int i)
{
	return look_at(w, i)->word ? look_at(w, i)->word : "nothing";
}

static bool fits(const struct weighing *w, int i)
{
	return match_value(&weigh_step(w)->expect, look_at(w, i), w->facts);
}

/* When the value of a look came to be; before the first look nobody looked */
static int64_t since_ns(const struct weighing *w, int i)
{
	const int64_t begin = weigh_begin_ns(w), from = look_at(w, i)->from_ns;

	return from < begin ? begin : from;
}

static struct finding straddles(const struct weighing *w, int i)
{
	const int64_t begin = weigh_begin_ns(w);
	const char *why = arena_printf(w->a, "that came between %s and %s, and the bound ended at %s",
				       weigh_span(w, since_ns(w, i) - begin),
				       weigh_span(w, look_at(w, i)->at_ns - begin),
				       weigh_span(w, weigh_limit_ns(w) - begin));

	return weigh_finding(w, VERDICT_TIMING, value_at(w, i), why);
}

static struct finding unwatched(const struct weighing *w, int last)
{
	const char *why = arena_printf(w->a, "it was watched for %s only",
				       weigh_span(w, look_at(w, last)->at_ns - weigh_begin_ns(w)));

	return weigh_finding(w, VERDICT_TIMING, value_at(w, last), why);
}

/* It must become so before the bound ends */
static struct finding becomes(const struct weighing *w)
{
	const int64_t limit = weigh_limit_ns(w);
	int last = -1;

	for (int i = next_look(w, w->begin); i >= 0; i = next_look(w, i)) {
		if (!fits(w, i)) {
			last = i;
			if (match_hopeless(&weigh_step(w)->expect, look_at(w, i), w->facts))
				return weigh_finding(w, VERDICT_FAIL, value_at(w, i), NULL);
			continue;
		}
		if (look_at(w, i)->at_ns <= limit)
			return weigh_finding(w, VERDICT_PASS, NULL, NULL);
		if (since_ns(w, i) < limit)
			return straddles(w, i);
		return weigh_finding(w, VERDICT_FAIL, last < 0 ? value_at(w, i) : value_at(w, last),
				     arena_printf(w->a, "it came later, after %s",
						  weigh_span(w, look_at(w, i)->at_ns - weigh_begin_ns(w))));
	}
	if (look_at(w, last)->at_ns < limit)
		return unwatched(w, last);
	return weigh_finding(w, VERDICT_FAIL, value_at(w, last), NULL);
}

/* It must be so (or, for never, not be so) until the bound ends */
static struct finding stays(const struct weighing *w, bool so)
{
	const int64_t limit = weigh_limit_ns(w);
	int last = -1;

	for (int i = next_look(w, w->begin); i >= 0; i = next_look(w, i)) {
		last = i;
		if (fits(w, i) == so)
			continue;
		if (look_at(w, i)->at_ns <= limit)
			return weigh_finding(w, VERDICT_FAIL, value_at(w, i),
					     arena_printf(w->a, "after %s",
							  weigh_span(w, look_at(w, i)->at_ns - weigh_begin_ns(w))));
		if (since_ns(w, i) < limit)
			return straddles(w, i);
		break;
	}
	if (look_at(w, last)->at_ns < limit)
		return unwatched(w, last);
	return weigh_finding(w, VERDICT_PASS, NULL, NULL);
}

/* ----------------------------------------------------------------- between */

static bool about_the_end(const struct weighing *w, const struct event *e)
{
	const struct step *s = weigh_step(w);

	return e->kind == EVENT_STATE && e->conn == s->conn && e->host == s->host;
}

static struct window window_of(const struct event *e)
{
	return (struct window){ e->from_ns == INT64_MIN ? e->at_ns : e->from_ns, e->at_ns };
}

/* The end's state when the step began: its EVENT_STATE; -1 where none was told */
static int state_at_begin(const struct weighing *w)
{
	for (int i = w->begin - 1; i >= 0; i--)
		if (about_the_end(w, &w->record->list[i]))
			return i;
	return -1;
}

/* When the value that look @i saw came to be: the state's own telling is nearer than the look */
static struct window change_at(const struct weighing *w, int i)
{
	if (weigh_step(w)->expect.look == LOOK_STATE)
		for (int j = i - 1; j > w->begin; j--)
			if (about_the_end(w, &w->record->list[j]) && w->record->list[j].word &&
			    strcmp(w->record->list[j].word, value_at(w, i)) == 0)
				return window_of(&w->record->list[j]);
	return (struct window){ since_ns(w, i), look_at(w, i)->at_ns };
}

static struct finding never_came(const struct weighing *w, struct window since)
{
	const int last = last_look(w);
	const struct window now = { look_at(w, last)->at_ns, look_at(w, last)->at_ns };
	const char *why;

	/* Had it changed just behind the last look, would it have been too late? */
	if (weigh_between(w, since, now, &why) == VERDICT_FAIL &&
	    now.at_ns - since.from_ns > weigh_step(w)->expect.bound.low.ns)
		return weigh_finding(w, VERDICT_FAIL, value_at(w, last), NULL);
	return unwatched(w, last);
}

static struct finding changes_between(const struct weighing *w)
{
	const struct expectation *x = &weigh_step(w)->expect;
	const int state = state_at_begin(w), first = next_look(w, w->begin);
	struct window since, change;
	enum verdict_kind kind;
	const char *why;
	int i;

	if (x->bound.mark >= 0 ? !weigh_mark(w, x->bound.mark, &since) : state < 0)
		return weigh_finding(w, VERDICT_BROKEN, NULL, "the record does not tell since when");
	if (x->bound.mark < 0)
		since = window_of(&w->record->list[state]);
	for (i = first; i >= 0 && !fits(w, i); )
		i = next_look(w, i);
	if (i < 0)
		return never_came(w, since);
	change = change_at(w, i);
	if (i == first && x->look == LOOK_STATE && state >= 0 && w->record->list[state].word &&
	    strcmp(w->record->list[state].word, value_at(w, i)) == 0) {
		if (x->bound.mark < 0)
			return weigh_finding(w, VERDICT_FAIL, value_at(w, i),
					     "it was so already when the step began");
		change = window_of(&w->record->list[state]);
	}
	kind = weigh_between(w, since, change, &why);
	return weigh_finding(w, kind, value_at(w, i), why);
}

/* -------------------------------------------------------------------- all */

static struct finding observed(const struct weighing *w)
{
	struct finding f = weigh_finding(w, VERDICT_PASS, NULL, NULL);

	f.seen = f.observed = value_at(w, last_look(w));
	f.expected = "?";
	return f;
}

struct finding weigh_values(const struct weighing *w)
{
	const struct step *s = weigh_step(w);

	if (next_look(w, w->begin) < 0)
		return weigh_finding(w, VERDICT_BROKEN, NULL, "the record has no look of it");
	if (s->expect.unknown)
		return observed(w);
	if (s->verb == VERB_NEVER)
		return stays(w, false);
	if (s->expect.bound.kind == BOUND_FOR)
		return stays(w, true);
	if (s->expect.bound.kind == BOUND_BETWEEN)
		return changes_between(w);
	return becomes(w);
}
