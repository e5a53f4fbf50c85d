// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Expectations of what crosses the wire.
 *
 * The record is all that is known, and it is asked anew each time: where a
 * step's frames begin is found by going back from its EVENT_STEP, so that the
 * child in the middle of a wait and the judge years later find the same.
 */
#include "runner/match.h"

#include "runner/track.h"

#include <string.h>

enum { NOWHERE = -1 };

static const struct step *step_of(const struct trial *t, const struct event *ev)
{
	return ev->step >= 0 && (size_t)ev->step < t->steps ? &t->step[ev->step] : NULL;
}

/* The last event of a kind before @end; of a step, or of any for -1 */
static int last_before(const struct events *ev, int end, enum event_kind kind, int step)
{
	for (int i = end - 1; i >= 0; i--)
		if (ev->list[i].kind == kind && (step < 0 || ev->list[i].step == step))
			return i;
	return NOWHERE;
}

static int begin_of(const struct events *ev, int step)
{
	return last_before(ev, (int)ev->count, EVENT_STEP, step);
}

/* -------------------------------------------------------------- one pattern */

/*
 * struct reel - The record, run through once: what stands at @at is next
 */
struct reel {
	const struct trial *t;
	const struct events *ev;
	struct track *track;
	int at;
};

static void reel_to(struct reel *r, int at)
{
	for (; r->at < at; r->at++)
		track_event(r->track, &r->ev->list[r->at]);
}

static bool data_fits(const struct pattern_part *part, const struct event *frame)
{
	const size_t shown = part->len < EVENT_TEXT_MOST ? part->len : EVENT_TEXT_MOST;

	return event_text_len(frame) >= shown &&
	       (!shown || memcmp(frame->text, part->text, shown) == 0);
}

static bool pattern_fits(const struct pattern *p, const struct event *frame,
			 const struct track *k)
{
	const int conn = frame->conn >= 0 ? frame->conn : track_find(k, &frame->frame);

	if (!match_kind(p, &frame->frame) || (p->conn >= 0 && p->conn != conn))
		return false;
	for (size_t i = 0; i < p->parts; i++) {
		if (!match_part(&p->part[i], &frame->frame, k, conn))
			return false;
		if (p->part[i].part == PART_DATA && !data_fits(&p->part[i], frame))
			return false;
	}
	return true;
}

/* Run on to the first frame that fits, or to @end. Return: where it is */
static int reel_find(struct reel *r, const struct pattern *p, int end)
{
	for (; r->at < end; reel_to(r, r->at + 1))
		if (r->ev->list[r->at].kind == EVENT_FRAME &&
		    pattern_fits(p, &r->ev->list[r->at], r->track))
			return r->at;
	return NOWHERE;
}

static bool takes_a_frame(const struct trial *t, const struct event *ev)
{
	const struct step *s = step_of(t, ev);

	return s && s->verb == VERB_EXPECT && s->expect.look == LOOK_WIRE && s->expect.since < 0;
}

/* Where the frames begin that came after a mark was set */
static int mark_set(const struct trial *t, const struct events *ev, int begin, int mark)
{
	for (int i = begin - 1; i >= 0; i--) {
		const struct step *s = step_of(t, &ev->list[i]);

		if (ev->list[i].kind == EVENT_DONE && s && s->verb == VERB_MARK && s->mark == mark)
			return i + 1;
	}
	return begin;
}

/* The first of the unbroken row of `expect wire` steps that ends with the one begun at @begin */
static int row_begin(const struct trial *t, const struct events *ev, int begin)
{
	for (;;) {
		const int done = last_before(ev, begin, EVENT_DONE, -1);
		int before;

		if (done < 0 || !takes_a_frame(t, &ev->list[done]))
			return begin;
		before = last_before(ev, done, EVENT_STEP, ev->list[done].step);
		if (before < 0)
			return begin;
		begin = before;
	}
}

/* Run the reel to where the frames of the step begun at @begin count from */
static void reel_begin(struct reel *r, int begin)
{
	const struct events *ev = r->ev;
	const int mark = step_of(r->t, &ev->list[begin])->expect.since;
	int one = row_begin(r->t, ev, begin);

	if (mark >= 0) {
		reel_to(r, mark_set(r->t, ev, begin, mark));
		return;
	}
	reel_to(r, last_before(ev, one, EVENT_DONE, -1) + 1);
	while (one < begin) {
		int done = one, found;

		while (ev->list[done].kind != EVENT_DONE)
			done++;
		found = reel_find(r, &step_of(r->t, &ev->list[one])->expect.pattern, done);
		reel_to(r, (found < 0 ? done : found) + 1);
		for (one = done; ev->list[one].kind != EVENT_STEP; )
			one++;
	}
}

int match_wire_begin(const struct trial *t, int step, const struct events *so_far)
{
	const int begin = begin_of(so_far, step);
	struct reel r = { .t = t, .ev = so_far };

	if (begin < 0)
		return (int)so_far->count;
	r.track = track_new(t);
	reel_begin(&r, begin);
	track_free(r.track);
	return r.at;
}

int match_frame_found(const struct trial *t, int step, const struct events *so_far)
{
	const int begin = begin_of(so_far, step);
	struct reel r = { .t = t, .ev = so_far };
	int found;

	if (begin < 0)
		return NOWHERE;
	r.track = track_new(t);
	reel_begin(&r, begin);
	found = reel_find(&r, &t->step[step].expect.pattern, (int)so_far->count);
	track_free(r.track);
	return found;
}

int match_frame_before(const struct trial *t, int step, const struct events *so_far)
{
	const int begin = match_wire_begin(t, step, so_far);
	struct pattern kind = t->step[step].expect.pattern;
	struct reel r = { .t = t, .ev = so_far };
	int last = NOWHERE, found;

	kind.parts = 0;
	r.track = track_new(t);
	while ((found = reel_find(&r, &kind, begin)) >= 0) {
		last = found;
		reel_to(&r, found + 1);
	}
	track_free(r.track);
	return last;
}

/* ---------------------------------------------------------------- exchanges */

struct pairs {
	struct track_pair pair[HOST_COUNT];
	bool known[HOST_COUNT];
};

static bool begins_conn(const struct trial *t, const struct event *ev, int conn)
{
	const struct step *s = step_of(t, ev);

	return ev->kind == EVENT_STEP && s && s->conn == conn &&
	       (s->verb == VERB_CONNECT || s->verb == VERB_RECONNECT || s->verb == VERB_ADOPT);
}

/* How each host sees the pair of a connection's newest incarnation */
static bool pairs_of(const struct trial *t, const struct events *ev, int conn, struct pairs *p)
{
	*p = (struct pairs){ 0 };
	for (int i = (int)ev->count - 1; i >= 0 && !begins_conn(t, &ev->list[i], conn); i--) {
		const int host = ev->list[i].host == HOST_SERVER ? HOST_SERVER : HOST_CLIENT;

		if (ev->list[i].kind == EVENT_PAIR && ev->list[i].conn == conn && !p->known[host])
			p->known[host] = track_pair_read(&ev->list[i], &p->pair[host]);
	}
	return p->known[HOST_CLIENT] || p->known[HOST_SERVER];
}

static bool on_pair(const struct pairs *p, const struct event *ev)
{
	if (ev->kind != EVENT_FRAME)
		return false;
	for (int h = 0; h < HOST_COUNT; h++)
		if (p->known[h] && track_pair_has(&p->pair[h], &ev->frame))
			return true;
	return false;
}

static bool shares_pair(const struct trial *t, const struct events *ev, int conn,
			const struct pairs *p)
{
	struct pairs other;

	if (!pairs_of(t, ev, conn, &other))
		return false;
	for (int h = 0; h < HOST_COUNT; h++)
		if (p->known[h] && other.known[h] &&
		    memcmp(&p->pair[h], &other.pair[h], sizeof(p->pair[h])) == 0)
			return true;
	return false;
}

/*
 * Whether a command that takes all that match had taken one before: what a
 * sender's timer repeats then begins nothing anew.
 */
static bool took_one_before(const struct trial *t, const struct events *ev, int i)
{
	const struct event *did = &ev->list[i];

	if (step_of(t, did)->wire.extent == EXTENT_NEXT)
		return false;
	for (int j = i - 1; j >= 0; j--)
		if (ev->list[j].kind == EVENT_WIRE && ev->list[j].step == did->step &&
		    ev->list[j].round == did->round)
			return true;
	return false;
}

/* Where a drop, hold or duplicate took a frame of the pair; the frame is told just before */
static int taken_frame(const struct trial *t, const struct events *ev, int i,
		       const struct pairs *p)
{
	const struct event *did = &ev->list[i];
	const struct step *s = step_of(t, did);

	if (did->kind != EVENT_WIRE || !s || !did->word || strcmp(did->word, "matched") != 0)
		return NOWHERE;
	if (s->verb != VERB_WIRE_DROP && s->verb != VERB_WIRE_HOLD &&
	    s->verb != VERB_WIRE_DUPLICATE)
		return NOWHERE;
	if (took_one_before(t, ev, i))
		return NOWHERE;
	for (int j = i - 1; j >= 0; j--)
		if (ev->list[j].kind == EVENT_FRAME && ev->list[j].frame.number == did->number)
			return on_pair(p, &ev->list[j]) ? j : NOWHERE;
	return NOWHERE;
}

static bool gives_frames(const struct trial *t, const struct event *ev)
{
	const struct step *s = step_of(t, ev);

	return s && (s->verb == VERB_WIRE_RELEASE || s->verb == VERB_WIRE_REPLAY ||
		     s->verb == VERB_WIRE_SEND);
}

static bool is_gift(const struct event *ev)
{
	return ev->frame.fate == FATE_RELEASED || ev->frame.fate == FATE_REPLAYED ||
	       ev->frame.fate == FATE_MADE;
}

static bool ends_an_exchange(const struct trial *t, const struct events *ev, int i,
			     const struct expectation *mine, const struct pairs *p)
{
	const struct step *s = step_of(t, &ev->list[i]);
	const struct events until = { ev->list, (size_t)i };

	if (ev->list[i].kind != EVENT_DONE || !s || s->verb != VERB_EXPECT ||
	    s->expect.look != LOOK_EXCHANGE)
		return false;
	return s->expect.pattern.conn == mine->pattern.conn ||
	       shares_pair(t, &until, s->expect.pattern.conn, p);
}

/* Going back from the end: the first event that counts for the exchange */
static int exchange_begin(const struct trial *t, const struct events *ev,
			  const struct expectation *x, const struct pairs *p)
{
	int gift = NOWHERE;

	for (int i = (int)ev->count - 1; i >= 0; i--) {
		const struct event *e = &ev->list[i];
		const int taken = taken_frame(t, ev, i, p);

		if (taken >= 0)
			return taken;
		if (on_pair(p, e) && is_gift(e))
			gift = i;
		if (ends_an_exchange(t, ev, i, x, p))
			return i + 1;
		if (e->kind != EVENT_STEP)
			continue;
		if (gift >= 0 && gives_frames(t, e))
			return gift;
		gift = NOWHERE;
		if (begins_conn(t, e, x->pattern.conn) ||
		    (step_of(t, e) && step_of(t, e)->verb == VERB_MARK))
			return i + 1;
	}
	return 0;
}

int match_exchange_frame(const struct trial *t, int step, const struct events *so_far, size_t n)
{
	const struct expectation *x = &t->step[step].expect;
	struct pairs p;

	if (!pairs_of(t, so_far, x->pattern.conn, &p))
		return NOWHERE;
	for (int i = exchange_begin(t, so_far, x, &p); i < (int)so_far->count; i++)
		if (on_pair(&p, &so_far->list[i]) && fate_given(so_far->list[i].frame.fate) &&
		    !n--)
			return i;
	return NOWHERE;
}

static enum match_frames exchange_so_far(const struct trial *t, int step,
					 const struct events *so_far)
{
	const struct expectation *x = &t->step[step].expect;
	struct pairs p;
	size_t n = 0;

	if (!pairs_of(t, so_far, x->pattern.conn, &p))
		return x->items ? MATCH_NOT_YET : MATCH_MET;
	for (int i = exchange_begin(t, so_far, x, &p); i < (int)so_far->count; i++) {
		const struct event *e = &so_far->list[i];

		if (!on_pair(&p, e) || !fate_given(e->frame.fate))
			continue;
		if (n == x->items || !match_item(&x->item[n], &e->frame))
			return MATCH_FAILED;
		n++;
	}
	return n == x->items ? MATCH_MET : MATCH_NOT_YET;
}

enum match_frames match_frames(const struct trial *t, int step, const struct events *so_far)
{
	if (t->step[step].expect.look == LOOK_EXCHANGE)
		return exchange_so_far(t, step, so_far);
	return match_frame_found(t, step, so_far) < 0 ? MATCH_NOT_YET : MATCH_MET;
}
