// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/elapse.h"

#include "lib/clock.h"

#include <errno.h>

static int64_t times(int64_t ns, int64_t rounds)
{
	return ns > INT64_MAX / 2 / rounds ? INT64_MAX / 2 : ns * rounds;
}

static int64_t plus(int64_t a, int64_t b)
{
	return a > INT64_MAX / 2 - b ? INT64_MAX / 2 : a + b;
}

/**
 * pass() - The least time that a step takes
 *
 * What counts from a mark set on the same level is no longer than it says;
 * from a mark outside of a repeat it may be nothing in all rounds but the first.
 */
static void pass(struct elapse *el, int64_t ns, int mark, size_t depth)
{
	if (mark < 0)
		el->now_ns = plus(el->now_ns, ns);
	else if (el->mark_depth[mark] == depth && plus(el->mark_ns[mark], ns) > el->now_ns)
		el->now_ns = plus(el->mark_ns[mark], ns);
}

/* What watch.c looks at each millisecond for so long, before it sleeps longer */
static const int64_t LOOKING_NS = 50000000;

/* Frames are heard of, all else must be looked at again and again */
static void stay_awake(struct elapse *el, const struct step *s, int64_t ns, int64_t rounds)
{
	if (s->expect.look != LOOK_WIRE && s->expect.look != LOOK_EXCHANGE)
		el->awake_ns = plus(el->awake_ns, times(ns < LOOKING_NS ? ns : LOOKING_NS, rounds));
}

static int64_t longer(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* The time after which what the case sets its sockets to comes into play */
static int64_t timer_of(const struct step *s)
{
	const int *keep = s->options.keepalive;
	const int64_t probed_s = keep[0] + (int64_t)keep[1] * keep[2];

	return longer(longer(s->options.user_timeout.ns, s->linger.ns), probed_s * NS_PER_S);
}

/* What a call yields whose time is over, and at no other time; 0: nothing, or others may yield it, too */
static int overdue(enum verb call)
{
	switch (call) {
	case VERB_CONNECT:
	case VERB_RECONNECT:
	case VERB_CLOSE:
		return EINPROGRESS;
	case VERB_ACCEPT:
	case VERB_SEND:
	case VERB_READ:
		return EAGAIN;
	default:
		return 0;
	}
}

void elapse_step(struct elapse *el, const struct step *s, enum verb call, size_t depth,
		 int64_t rounds)
{
	const struct bound *b = &s->expect.bound;
	const int64_t patience = b->kind == BOUND_WITHIN ? b->high.ns : s->within.ns;

	if (s->verb != VERB_REPEAT && s->verb != VERB_END)
		el->acts = plus(el->acts, rounds);
	el->patience_ns = longer(el->patience_ns, patience);
	el->timer_ns = longer(el->timer_ns, timer_of(s));
	if (s->want.kind == OUTCOME_ERRNO && s->want.error == overdue(call))
		pass(el, s->within.ns, -1, depth);
	if (s->verb == VERB_AFTER)
		pass(el, s->delay.ns, s->mark, depth);
	if (s->verb == VERB_MARK && s->mark >= 0) {
		el->mark_ns[s->mark] = el->now_ns;
		el->mark_depth[s->mark] = depth;
	}
	if (s->verb != VERB_EXPECT && s->verb != VERB_NEVER)
		return;
	if (b->kind == BOUND_FOR) {
		pass(el, b->high.ns, -1, depth);
		stay_awake(el, s, b->high.ns, rounds);
	} else if (b->kind == BOUND_BETWEEN) {
		pass(el, b->low.ns, b->mark, depth);
		stay_awake(el, s, b->low.ns, rounds);
	}
}

void elapse_repeat(struct elapse *el, int64_t before_ns, int64_t rounds)
{
	el->now_ns = plus(before_ns, times(el->now_ns - before_ns, rounds));
}

void elapse_total(const struct elapse *el, struct trial *t)
{
	t->least_ns = el->now_ns;
	t->awake_ns = el->awake_ns < el->now_ns ? el->awake_ns : el->now_ns;
	t->patience_ns = el->patience_ns;
	t->timer_ns = el->timer_ns;
	t->acts = el->acts;
}
