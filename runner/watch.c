// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/watch.h"

#include "lib/clock.h"
#include "lib/counters.h"
#include "lib/netns.h"
#include "lib/sysctl.h"
#include "runner/match.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

static const int64_t BETWEEN_MARGIN_NS = 50 * NS_PER_MS;
static const int64_t CALM_NS = 2 * NS_PER_MS;	/* an exchange that is complete must stay so */

/* --------------------------------------------------------------- counters */

static bool on_counter(const struct step *s)
{
	return (s->verb == VERB_EXPECT || s->verb == VERB_NEVER) && s->expect.look == LOOK_COUNTER;
}

/* One that the kernel lacks breaks the play: whoever may lack it says `needs`. */
static uint64_t counter_now(struct play *p, const struct step *s)
{
	struct counters *c;
	uint64_t value = 0;
	struct err e;

	if (lab_counters(p->lab, s->host, &c, &e) ||
	    counters_get(c, s->expect.name, &value, &e))
		play_broken(p, &e);
	return value;
}

static void read_counters_of(struct play *p, enum host host)
{
	struct counters *c;
	struct err e;

	if (lab_counters(p->lab, host, &c, &e) || counters_read(c, &e))
		play_broken(p, &e);
}

static void read_counters(struct play *p)
{
	for (int h = 0; h < HOST_COUNT; h++)
		read_counters_of(p, h);
}

static void take_base(struct play *p, int since)
{
	bool read = false;

	for (size_t i = 0; i < p->trial->steps && !p->over; i++) {
		const struct step *s = &p->trial->step[i];

		if (!on_counter(s) || s->expect.since != since)
			continue;
		if (!read)
			read_counters(p);
		read = true;
		p->counter_base[i] = counter_now(p, s);
	}
}

void watch_begin(struct play *p)
{
	take_base(p, -1);
}

void watch_mark(struct play *p, int mark)
{
	take_base(p, mark);
}

void watch_end(struct play *p)
{
	bool read = false;

	for (size_t i = 0; i < p->trial->steps && !p->over; i++) {
		const struct step *s = &p->trial->step[i];

		if (!on_counter(s) || !p->round[i])
			continue;
		if (!read)
			read_counters(p);
		read = true;
		play_tell(p, EVENT(EVENT_COUNTER, .step = (int)i, .round = p->round[i] - 1,
				   .host = s->host, .word = s->expect.name,
				   .number = (int64_t)(counter_now(p, s) - p->counter_base[i])));
	}
}

/* ---------------------------------------------------------------- one look */

/*
 * What a look saw: @word as the file would write it, @number where it is one,
 * @timer_ns when the kernel itself will change it (-1: nobody knows).
 */
struct sight {
	char word[128];
	int64_t number;
	int64_t timer_ns;
};

static void see_number(struct sight *v, const char *fmt, int64_t n)
{
	v->number = n;
	if (!strcmp(fmt, "+"))
		snprintf(v->word, sizeof(v->word), "+%lld", (long long)n);
	else
		snprintf(v->word, sizeof(v->word), "%lld", (long long)n);
}

static void see_state(struct play *p, const struct step *s, struct sight *v)
{
	const struct end *end = &p->conn[s->conn].end[s->host];

	play_look(p, s->conn, s->host);
	v->number = end->state < 0 ? STATE_NONE : end->state;
	v->timer_ns = end->left_ns;
	snprintf(v->word, sizeof(v->word), "%s", state_name((int)v->number));
}

static void see_timer(struct play *p, const struct step *s, struct sight *v)
{
	const struct end *end = &p->conn[s->conn].end[s->host];

	play_look(p, s->conn, s->host);
	v->number = end->known ? end->left_ns : -1;
	if (v->number < 0)
		snprintf(v->word, sizeof(v->word), "none");
	else
		clock_text(v->number / NS_PER_MS * NS_PER_MS, v->word, sizeof(v->word));
}

static void see_error(struct play *p, const struct step *s, struct sight *v)
{
	struct end *end = &p->conn[s->conn].end[s->host];
	int error = 0;
	socklen_t len = sizeof(error);

	if (end->fd >= 0 && !getsockopt(end->fd, SOL_SOCKET, SO_ERROR, &error, &len) && error)
		end->so_error = error;	/* reading it takes it away, so it is kept here */
	v->number = end->so_error;
	if (end->so_error)
		snprintf(v->word, sizeof(v->word), "%s", errno_word(end->so_error));
	else
		snprintf(v->word, sizeof(v->word), "%s", end->fd < 0 ? "no socket" : "ok");
}

static void see_sockets(struct play *p, const struct step *s, struct sight *v)
{
	const struct diag_filter which = {
		.state = s->expect.state, .local_port = s->expect.on, .remote_port = s->expect.to,
	};
	unsigned int n = 0;
	struct err e;

	if (diag_count(lab_diag(p->lab, s->host), AF_UNSPEC, &which, &n, &e))
		play_broken(p, &e);
	see_number(v, "", n);
}

static void see_counter(struct play *p, const struct step *s, struct sight *v)
{
	read_counters_of(p, s->host);
	if (!p->over)
		see_number(v, "+", (int64_t)(counter_now(p, s) - p->counter_base[p->step]));
}

static void see_sysctl(struct play *p, const struct step *s, struct sight *v)
{
	autons home = -1;
	struct err e;

	if (netns_enter(&home, lab_ns(p->lab, s->host), &e) ||
	    sysctl_read(s->expect.name, v->word, sizeof(v->word), &e))
		play_broken(p, &e);
}

static void see_port(struct play *p, const struct step *s, struct sight *v)
{
	const struct end *end = &p->conn[s->conn].end[s->host];
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	uint16_t port = 0;
	struct err e;

	if (end->known) {
		port = end->pair.local_port;
	} else if (end->fd >= 0) {		/* bound at most, and not under way to anybody */
		if (getsockname(end->fd, (struct sockaddr *)&ss, &len)) {
			err_sys(&e, "a socket's own port");
			play_broken(p, &e);
		}
		play_address(&ss, &port);
	}
	see_number(v, "", port);
}

static struct sight see(struct play *p, const struct step *s)
{
	static void (*const how[LOOK_COUNT])(struct play *, const struct step *, struct sight *) = {
		[LOOK_STATE] = see_state,	[LOOK_TIMER] = see_timer,
		[LOOK_ERROR] = see_error,	[LOOK_PORT] = see_port,
		[LOOK_SOCKETS] = see_sockets,	[LOOK_COUNTER] = see_counter,
		[LOOK_SYSCTL] = see_sysctl,
	};
	struct sight v = { .timer_ns = -1 };

	how[s->expect.look](p, s, &v);
	return v;
}

/* ------------------------------------------------------------- until when */

/* The moment that `between` counts from: a mark, or when the end's present state was entered. */
static int64_t reference(const struct play *p, const struct step *s)
{
	const struct bound *b = &s->expect.bound;

	if (b->mark >= 0)
		return p->mark_ns[b->mark];
	if (s->conn >= 0 && p->conn[s->conn].end[s->host].state >= 0)
		return p->conn[s->conn].end[s->host].state_at;
	return p->done_ns;
}

static int64_t limit_of(struct play *p, const struct step *s, int64_t begun_ns)
{
	const struct bound *b = &s->expect.bound;
	const int64_t limit = b->kind == BOUND_BETWEEN ?
			      reference(p, s) + span_ns(b->high, p->facts) + BETWEEN_MARGIN_NS :
			      begun_ns + match_limit_ns(&s->expect, p->facts);

	if (limit > p->bound_ns)
		p->bound_ns = limit;
	return limit;
}

static bool matches(const struct play *p, const struct step *s, const struct sight *v)
{
	const struct event ev = EVENT(EVENT_LOOK, .step = p->step, .word = v->word,
				      .number = v->number);

	return match_value(&s->expect, &ev, p->facts);
}

/* What ends the step: the first look that matches; or, where it must hold, one that does not. */
static bool decided(const struct play *p, const struct step *s, const struct sight *v)
{
	const bool holds = s->verb == VERB_EXPECT && s->expect.bound.kind == BOUND_FOR;
	const struct event ev = EVENT(EVENT_LOOK, .word = v->word, .number = v->number);

	if (s->verb == VERB_EXPECT && !holds && match_hopeless(&s->expect, &ev, p->facts))
		return true;
	return matches(p, s, v) != holds;
}

static void watch_value(struct play *p, const struct step *s)
{
	const int64_t begun = play_now(p), limit = limit_of(p, s, begun);
	struct sight last = { .word = "" };
	int64_t before = begun;
	bool first = true;

	while (!p->over) {
		const int64_t started = play_now(p);
		const struct sight v = see(p, s);
		const int64_t now = play_now(p);
		const bool end = decided(p, s, &v) || now >= limit;
		int64_t next;

		if (first || end || strcmp(v.word, last.word) != 0)
			play_tell(p, EVENT(EVENT_LOOK, .at_ns = now, .from_ns = before,
					   .host = s->host, .conn = s->conn, .word = v.word,
					   .number = v.number));
		if (end)
			return;
		last = v;
		first = false;
		before = started;
		next = play_next_look(p, begun, v.timer_ns);
		play_wait(p, next < limit ? next : limit, -1, 0);
	}
}

/* ----------------------------------------------------------------- frames */

static void watch_frames(struct play *p, const struct step *s)
{
	const int64_t begun = play_now(p), limit = limit_of(p, s, begun);
	int64_t calm_ns = INT64_MAX;

	while (!p->over) {
		const enum match_frames found = match_frames(p->trial, p->step, &p->record);
		const bool met = found == MATCH_MET && s->expect.bound.kind != BOUND_FOR;
		const int64_t now = play_now(p);

		if (now >= limit || found == MATCH_FAILED || now >= calm_ns ||
		    (met && s->expect.look == LOOK_WIRE))
			break;
		if (!met)
			calm_ns = INT64_MAX;
		else if (calm_ns == INT64_MAX)
			calm_ns = now + CALM_NS;
		p->bound_ns = calm_ns < limit ? calm_ns : limit;
		play_wait(p, p->bound_ns, -1, 0);
	}
	play_tell(p, EVENT(EVENT_LOOK, .from_ns = begun, .host = s->host, .conn = s->conn,
			   .word = "frames", .number = p->frames));
}

void watch(struct play *p, const struct step *s)
{
	if (s->expect.look == LOOK_WIRE || s->expect.look == LOOK_EXCHANGE)
		watch_frames(p, s);
	else
		watch_value(p, s);
}
