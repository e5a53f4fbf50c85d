// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each lie changes as little as it can: what is beside it stays as it was
 * recorded, so that nothing but the step lied about can give it away. Where a
 * lie says that something never came, the watching is told to have lasted
 * until its bound, or the judge would rightly call it too short.
 */
#include "runner/lie.h"

#include "lib/clock.h"
#include "runner/facts.h"
#include "runner/match.h"
#include "runner/track.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const char *const lie_name[LIE_COUNT] = {
	[LIE_RESULT]	= "another result",
	[LIE_MORE]	= "another value, or more",
	[LIE_LESS]	= "less",
	[LIE_ENDED]	= "an early end",
	[LIE_HAPPENED]	= "what never may be",
	[LIE_EARLY]	= "too early",
	[LIE_LATE]	= "too late",
	[LIE_LOST]	= "a segment lost",
	[LIE_EXTRA]	= "a segment more",
	[LIE_OTHER]	= "another segment",
	[LIE_MOVED]	= "a counter that went on",
};

/* Well beyond what a range's ends may be missed by: a jiffy, and a window still called narrow */
static const int64_t BEYOND_NS = 50 * NS_PER_MS;
enum { ROOM = 1 };		/* events that a lie may add */

/**
 * struct teller - A record being told otherwise
 * @begin, @done: where the step's EVENT_STEP and EVENT_DONE stand
 */
struct teller {
	const struct trial *t;
	const struct facts *facts;
	struct arena *a;
	const struct step *s;
	struct events ev;
	int step, begin, done;
};

/* ------------------------------------------------------------ the record */

static int find(const struct teller *l, enum event_kind kind, int from)
{
	for (int i = from; i < (int)l->ev.count; i++)
		if (l->ev.list[i].kind == kind && l->ev.list[i].step == l->step)
			return i;
	return -1;
}

/* The last try, without the waits that overslept: with them nothing could be said */
static void copy_record(struct teller *l, const struct events *record)
{
	size_t begin = 0;

	for (size_t i = 0; i < record->count; i++)
		if (record->list[i].kind == EVENT_TRY)
			begin = i;
	l->ev.list = arena_get(l->a, (record->count - begin + ROOM) * sizeof(*l->ev.list));
	for (size_t i = begin; i < record->count; i++)
		if (record->list[i].kind != EVENT_LATE)
			l->ev.list[l->ev.count++] = record->list[i];
}

/* An event that means nothing to anybody stands where the forgotten one stood */
static void forget(struct event *e)
{
	*e = event_of(EVENT_WAKE, e->at_ns);
}

static void insert(struct teller *l, int at, const struct event *e)
{
	memmove(&l->ev.list[at + 1], &l->ev.list[at],
		(l->ev.count - (size_t)at) * sizeof(*l->ev.list));
	l->ev.list[at] = *e;
	l->ev.count++;
	if (at <= l->done)
		l->done++;
}

static int64_t begin_ns(const struct teller *l)
{
	return l->ev.list[l->begin].at_ns;
}

static int64_t limit_ns(const struct teller *l)
{
	return begin_ns(l) + match_limit_ns(&l->s->expect, l->facts);
}

/* The step's end, with the last look, at a moment behind its bound */
static void watch_until(struct teller *l, int64_t ns)
{
	int last = -1;

	for (int i = find(l, EVENT_LOOK, l->begin); i >= 0 && i < l->done; i = find(l, EVENT_LOOK, i + 1))
		last = i;
	if (last >= 0 && l->ev.list[last].at_ns < ns)
		l->ev.list[last].at_ns = ns;
	if (l->ev.list[l->done].at_ns < ns)
		l->ev.list[l->done].at_ns = ns;
}

/* --------------------------------------------------------------- results */

static bool tell_result(struct teller *l)
{
	const struct outcome *want = &l->s->want;
	const int i = find(l, EVENT_RESULT, l->begin);
	struct event *e = i < 0 || i > l->done ? NULL : &l->ev.list[i];

	if (!e || l->s->start || want->kind == OUTCOME_UNKNOWN)
		return false;
	switch (want->kind) {
	case OUTCOME_TEXT:
	case OUTCOME_BYTES:
		e->number++;
		return true;
	case OUTCOME_ERRNO:
		e->word = "ok";
		e->number = 0;
		e->text = NULL;
		return true;
	default:
		e->word = "EPERM";
		e->number = EPERM;
		e->text = NULL;
		return true;
	}
}

/* ---------------------------------------------------------------- values */

static bool is_value(const struct step *s)
{
	return (s->verb == VERB_EXPECT || s->verb == VERB_NEVER) && !s->expect.unknown &&
	       s->expect.look != LOOK_WIRE && s->expect.look != LOOK_EXCHANGE;
}

static bool is_number(const struct expectation *x)
{
	return x->look == LOOK_PORT || x->look == LOOK_SOCKETS || x->look == LOOK_COUNTER;
}

static void say(struct teller *l, struct event *e, const char *word, int64_t number)
{
	e->word = word ? word : arena_printf(l->a, "%lld", (long long)number);
	e->number = number;
}

static void say_span(struct teller *l, struct event *e, int64_t ns)
{
	char text[32];

	say(l, e, ns < 0 ? "none" : arena_printf(l->a, "%s", clock_text(ns, text, sizeof(text))), ns);
}

/* What does not fit: another word, or a number just beyond the range */
static void say_wrong(struct teller *l, struct event *e)
{
	const struct expectation *x = &l->s->expect;
	const struct span high = { .ns = x->high, .tick = x->high_tick };

	switch (x->look) {
	case LOOK_STATE:
		say(l, e, strcmp(state_name(x->state), "NONE") != 0 ? "NONE" : "CLOSE-WAIT", -1);
		break;
	case LOOK_TIMER:
		say_span(l, e, x->low < 0 ? NS_PER_S : span_ns(high, l->facts) + BEYOND_NS);
		break;
	case LOOK_ERROR:
		say(l, e, x->error == EPERM ? "ok" : "EPERM", x->error == EPERM ? 0 : EPERM);
		break;
	case LOOK_SYSCTL:
		e->word = arena_printf(l->a, "%s0", x->value);
		break;
	default:	/* nothing counts less than none: where any number will do, no lie is left */
		say(l, e, NULL, x->high < INT64_MAX ? x->high + 1 : x->low > 0 ? x->low - 1 : x->low);
	}
}

static void say_right(struct teller *l, struct event *e)
{
	const struct expectation *x = &l->s->expect;

	switch (x->look) {
	case LOOK_STATE:
		say(l, e, state_name(x->state), -1);
		break;
	case LOOK_TIMER:
		say_span(l, e, x->low);
		break;
	case LOOK_ERROR:
		say(l, e, x->error ? strerrorname_np(x->error) : "ok", x->error);
		break;
	case LOOK_SYSCTL:
		e->word = x->value;
		break;
	default:
		say(l, e, NULL, x->low);
	}
}

static struct event *nth_look(const struct teller *l, int *at)
{
	*at = find(l, EVENT_LOOK, *at + 1);
	return *at < 0 || *at > l->done ? NULL : &l->ev.list[*at];
}

static struct event *last_look(const struct teller *l)
{
	struct event *last = NULL, *e;
	int at = l->begin;

	while ((e = nth_look(l, &at)) != NULL)
		last = e;
	return last;
}

static bool is_state(const struct teller *l, int i)
{
	const struct event *e = &l->ev.list[i];

	return e->kind == EVENT_STATE && e->conn == l->s->conn && e->host == l->s->host;
}

/* The moment that a `between` counts from; false where the record does not tell */
static bool since_ns(const struct teller *l, int64_t *ns)
{
	const int mark = l->s->expect.bound.mark;

	for (int i = l->begin - 1; i >= 0; i--) {
		const struct event *e = &l->ev.list[i];
		const bool marked = e->kind == EVENT_STEP && e->step >= 0 &&
				    l->t->step[e->step].verb == VERB_MARK &&
				    l->t->step[e->step].mark == mark;

		if (mark >= 0 ? !marked : !is_state(l, i))
			continue;
		*ns = e->at_ns;
		return true;
	}
	*ns = begin_ns(l);
	return l->s->expect.look == LOOK_WIRE && mark < 0;
}

static int64_t last_moment_ns(const struct teller *l)
{
	int64_t ns = limit_ns(l);

	if (l->s->expect.bound.kind == BOUND_BETWEEN && since_ns(l, &ns))
		ns += span_ns(l->s->expect.bound.high, l->facts) + BEYOND_NS;
	return ns;
}

static bool never_so(struct teller *l, void (*wrongly)(struct teller *, struct event *))
{
	struct event *e;
	int at = l->begin;

	if (l->s->verb != VERB_EXPECT || !is_value(l->s) || l->s->expect.bound.kind == BOUND_FOR)
		return false;
	while ((e = nth_look(l, &at)) != NULL)
		wrongly(l, e);
	watch_until(l, last_moment_ns(l));
	return true;
}

static bool tell_more(struct teller *l)
{
	return never_so(l, say_wrong);
}

static void say_less(struct teller *l, struct event *e)
{
	say(l, e, NULL, l->s->expect.low - 1);
}

static bool tell_less(struct teller *l)
{
	return is_number(&l->s->expect) && l->s->expect.low > 0 && never_so(l, say_less);
}

static bool tell_ended(struct teller *l)
{
	struct event *e = last_look(l);

	if (!e || l->s->verb != VERB_EXPECT || !is_value(l->s) ||
	    l->s->expect.bound.kind != BOUND_FOR)
		return false;
	say_wrong(l, e);
	e->at_ns = limit_ns(l);
	return true;
}

static bool tell_happened(struct teller *l)
{
	struct event *e = last_look(l);

	if (!e || l->s->verb != VERB_NEVER || !is_value(l->s))
		return false;
	say_right(l, e);
	e->at_ns = limit_ns(l);
	return true;
}

/* ----------------------------------------------------------------- frames */

static struct events until_done(const struct teller *l)
{
	return (struct events){ l->ev.list, (size_t)l->done };
}

static bool looks_at(const struct step *s, enum verb verb, enum look look)
{
	return s->verb == verb && s->expect.look == look && !s->expect.unknown;
}

static int frame_found(const struct teller *l)
{
	const struct events ev = until_done(l);

	return match_frame_found(l->t, l->step, &ev);
}

static int exchange_frame(const struct teller *l, size_t n)
{
	const struct events ev = until_done(l);

	return match_exchange_frame(l->t, l->step, &ev, n);
}

/* The last segment of an exchange that a host sent; -1 where the wire made it by itself */
static int exchange_end(const struct teller *l)
{
	const bool has = looks_at(l->s, VERB_EXPECT, LOOK_EXCHANGE) && l->s->expect.items;
	const int last = has ? exchange_frame(l, l->s->expect.items - 1) : -1;

	return last >= 0 && fate_sent(l->ev.list[last].frame.fate) ? last : -1;
}

static bool tell_lost(struct teller *l)
{
	int found = exchange_end(l);

	if (found >= 0) {
		forget(&l->ev.list[found]);
	} else if (looks_at(l->s, VERB_EXPECT, LOOK_WIRE)) {
		while ((found = frame_found(l)) >= 0)
			forget(&l->ev.list[found]);
	} else {
		return false;
	}
	watch_until(l, last_moment_ns(l));
	return true;
}

static const uint8_t flags_of[SEGMENT_KIND_COUNT] = {
	[SEGMENT_SYN]		= SEG_SYN,
	[SEGMENT_SYN_ACK]	= SEG_SYN | SEG_ACK,
	[SEGMENT_ACK]		= SEG_ACK,
	[SEGMENT_DATA]		= SEG_ACK | SEG_PSH,
	[SEGMENT_FIN]		= SEG_FIN | SEG_ACK,
	[SEGMENT_RST]		= SEG_RST | SEG_ACK,
	[SEGMENT_ODD]		= SEG_SYN | SEG_FIN,
};

static void give_number(struct frame_note *f, enum part part, uint32_t value)
{
	switch (part) {
	case PART_SEQ:
		f->seq = value;
		break;
	case PART_ACK:
		f->ack = value;
		break;
	case PART_WINDOW:
		f->window = value;
		break;
	case PART_TSVAL:
		f->tsval = value;
		f->has_ts = true;
		break;
	default:
		f->tsecr = value;
		f->has_ts = true;
	}
}

static void give_part(struct event *e, const struct pattern_part *part, const struct track *k, int conn)
{
	uint32_t value;
	int flags;

	switch (part->part) {
	case PART_DATA:
		e->frame.len = (uint32_t)part->len;
		e->text = part->text;
		e->text_len = part->len;
		break;
	case PART_FLAGS:
		flags = segment_flags_read(part->text, part->len);
		e->frame.flags = flags < 0 ? 0 : (uint8_t)flags;
		break;
	case PART_ICMP:
		snprintf(e->frame.icmp, sizeof(e->frame.icmp), "%.*s", (int)part->len, part->text);
		break;
	default:
		if (track_expr(k, &part->value, conn, &value))
			give_number(&e->frame, part->part, value);
	}
}

/* A frame that fits the pattern, made from one of the same connection */
static void make_fit(const struct teller *l, struct event *e, const struct pattern *p)
{
	struct track *k = track_new(l->t);
	int conn;

	for (int i = 0; i < l->done; i++)
		track_event(k, &l->ev.list[i]);
	conn = e->conn >= 0 ? e->conn : track_find(k, &e->frame);
	if (p->heading != HEADING_ANY)
		e->frame.heading = p->heading;
	if (p->kind != SEGMENT_ANY) {
		e->frame.kind = p->kind;
		e->frame.flags = p->kind == SEGMENT_ODD && p->flags != 0xff ? p->flags :
				 flags_of[p->kind];
		e->frame.len = p->kind == SEGMENT_DATA;
		e->text = NULL;
	}
	for (size_t i = 0; i < p->parts; i++)
		give_part(e, &p->part[i], k, conn);
	track_free(k);
}

/* The last frame of a connection (-1: any) before the step's end; -1 for none */
static int frame_of(const struct teller *l, int conn)
{
	struct track *k = track_new(l->t);
	int last = -1;

	for (int i = 0; i < l->done; i++) {
		const struct event *e = &l->ev.list[i];

		if (e->kind == EVENT_FRAME &&
		    (conn < 0 || (e->conn >= 0 ? e->conn : track_find(k, &e->frame)) == conn))
			last = i;
		track_event(k, e);
	}
	track_free(k);
	return last;
}

static bool tell_extra(struct teller *l)
{
	const bool exchange = looks_at(l->s, VERB_EXPECT, LOOK_EXCHANGE);
	const struct pattern *p = &l->s->expect.pattern;
	int like;
	struct event e;

	if (!exchange && !looks_at(l->s, VERB_NEVER, LOOK_WIRE))
		return false;
	like = exchange && l->s->expect.items ? exchange_frame(l, l->s->expect.items - 1) :
						frame_of(l, p->conn);
	if (like < 0)
		return false;		/* no frame to make one from */
	e = l->ev.list[like];
	e.frame.fate = FATE_PASSED;
	e.at_ns = begin_ns(l);
	if (!exchange)
		make_fit(l, &e, p);
	insert(l, l->done, &e);
	return true;
}

static bool tell_other(struct teller *l)
{
	const int last = exchange_end(l);
	bool odd;

	if (last < 0)
		return false;
	odd = l->ev.list[last].frame.kind == SEGMENT_ODD;
	l->ev.list[last].frame.kind = odd ? SEGMENT_ACK : SEGMENT_ODD;
	l->ev.list[last].frame.flags = odd ? SEG_ACK : SEG_SYN | SEG_FIN | SEG_RST;
	return true;
}

/* ------------------------------------------------------------------- time */

static void come_at(struct event *e, int64_t ns)
{
	e->at_ns = e->from_ns = ns;
}

static int state_before(const struct teller *l)
{
	int i = l->begin;

	while (i >= 0 && !is_state(l, i))
		i--;
	return i;
}

/* The change is told to have come at another moment */
static bool change_at(struct teller *l, int64_t ns)
{
	struct event *e;
	int at = l->begin, found, from;

	if (l->s->expect.look == LOOK_WIRE) {
		found = frame_found(l);
		if (found >= 0)
			l->ev.list[found].at_ns = ns;
		return found >= 0;
	}
	from = find(l, EVENT_LOOK, l->begin);
	if (from >= 0 && match_value(&l->s->expect, &l->ev.list[from], l->facts))
		from = state_before(l);		/* it was so before anybody looked */
	for (int i = from < 0 ? l->begin : from; i < l->done; i++)
		if (is_state(l, i))
			come_at(&l->ev.list[i], ns);
	while ((e = nth_look(l, &at)) != NULL)
		if (match_value(&l->s->expect, e, l->facts))
			come_at(e, ns);
	return true;
}

static bool is_between(const struct teller *l, int64_t *since)
{
	return l->s->verb == VERB_EXPECT && !l->s->expect.unknown &&
	       l->s->expect.bound.kind == BOUND_BETWEEN && since_ns(l, since);
}

static bool tell_early(struct teller *l)
{
	int64_t since;

	if (!is_between(l, &since) || l->s->expect.bound.low.ns <= BEYOND_NS)
		return false;
	return change_at(l, since + l->s->expect.bound.low.ns - BEYOND_NS);
}

static bool tell_late(struct teller *l)
{
	int64_t since;

	return is_between(l, &since) &&
	       change_at(l, since + span_ns(l->s->expect.bound.high, l->facts) + BEYOND_NS);
}

/* --------------------------------------------------------------- counters */

static bool tell_moved(struct teller *l)
{
	const struct expectation *x = &l->s->expect;
	const int i = find(l, EVENT_COUNTER, l->done);

	if (i < 0 || l->s->verb != VERB_EXPECT || x->look != LOOK_COUNTER || x->unknown ||
	    x->high == INT64_MAX)
		return false;
	for (size_t k = (size_t)l->step + 1; k < l->t->steps; k++) {
		const struct step *later = &l->t->step[k];

		if (later->verb == VERB_EXPECT && later->expect.look == LOOK_COUNTER &&
		    later->host == l->s->host && !strcmp(later->expect.name, x->name))
			return false;	/* the later one has the last word */
	}
	say(l, &l->ev.list[i], l->ev.list[i].word, x->high + 1);
	return true;
}

/* -------------------------------------------------------------------- all */

static bool (*const tell[LIE_COUNT])(struct teller *l) = {
	[LIE_RESULT]	= tell_result,
	[LIE_MORE]	= tell_more,
	[LIE_LESS]	= tell_less,
	[LIE_ENDED]	= tell_ended,
	[LIE_HAPPENED]	= tell_happened,
	[LIE_EARLY]	= tell_early,
	[LIE_LATE]	= tell_late,
	[LIE_LOST]	= tell_lost,
	[LIE_EXTRA]	= tell_extra,
	[LIE_OTHER]	= tell_other,
	[LIE_MOVED]	= tell_moved,
};

bool lie_tell(const struct trial *t, const struct events *record, const struct facts *facts,
	      int step, enum lie lie, struct arena *a, struct events *out)
{
	struct teller l = { .t = t, .facts = facts, .a = a, .s = &t->step[step], .step = step };

	copy_record(&l, record);
	l.begin = find(&l, EVENT_STEP, 0);
	l.done = l.begin < 0 ? -1 : find(&l, EVENT_DONE, l.begin);
	if (l.done < 0 || !tell[lie](&l))
		return false;
	*out = l.ev;
	return true;
}
