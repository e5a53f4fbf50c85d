// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/coverage.h"

#include "lib/clock.h"
#include "runner/coverage_made.h"
#include "runner/coverage_model.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS_WALKED = 2, FIN_TIMEOUT_S = 60 };
static const int64_t FIRST_TIMEOUT_NS = 200 * NS_PER_MS, LONG_WAIT_NS = 500 * NS_PER_MS,
		     TIME_WAIT_OVER_NS = 62 * NS_PER_S;

static void set(struct model *m, enum host h, const char *key, const char *value)
{
	const int number = atoi(value);
	const char *blank = strchr(value, ' ');

	if (!strcmp(key, "net.ipv4.tcp_timestamps"))
		m->ts[h] = number;
	else if (!strcmp(key, "net.ipv4.tcp_rfc1337"))
		m->rfc1337[h] = number;
	else if (!strcmp(key, "net.ipv4.tcp_max_tw_buckets"))
		m->no_wait[h] = !number;
	else if (!strcmp(key, "net.ipv4.tcp_fin_timeout"))
		m->fin_timeout[h] = number;
	else if (!strcmp(key, "net.ipv4.ip_local_port_range") && blank) {
		m->range[h][0] = number;
		m->range[h][1] = atoi(blank + 1);
	}
}

static void take_setting(struct model *m, const struct setting *s)
{
	for (enum host h = HOST_CLIENT; h < HOST_COUNT; h++)
		if (s->host == HOST_NONE || s->host == h)
			set(m, h, s->key, s->value);
}

/* ------------------------------------------------------------------- timers */

static void end_sends_again(struct model *m, struct conn *c, enum host h)
{
	struct end *e = &c->end[h];

	if (!e->lost || !e->state)
		return;
	model_hit_end(m, c, h, COVERED_TIMER_AGAIN, true);
	e->lost = false;
	model_send(m, c, h, e->state == TCP_SYN_SENT ? SEGMENT_SYN :
		   e->state == TCP_SYN_RECV ? SEGMENT_SYN_ACK :
		   sent_fin(e->state) ? SEGMENT_FIN : SEGMENT_DATA, NULL);
}

static void send_again(struct model *m, struct conn *c)
{
	for (enum host h = HOST_CLIENT; h < HOST_COUNT; h++)
		end_sends_again(m, c, h);
}

static void time_passes(struct model *m, int64_t ns)
{
	for (size_t i = 0; i < m->conns && ns >= FIRST_TIMEOUT_NS; i++)
		send_again(m, m->conn[i]);
}

static void run_out(struct model *m, struct conn *c, enum host h)
{
	model_hit_end(m, c, h, COVERED_TIMER_END, true);
	c->end[h].state = STATE_NONE;
}

static void walk_after(struct model *m, int64_t ns)
{
	time_passes(m, ns);
	for (size_t i = 0; i < m->conns; i++)
		for (enum host h = HOST_CLIENT; h < HOST_COUNT; h++) {
			const struct end *e = &m->conn[i]->end[h];

			if ((e->state == TCP_TIME_WAIT && ns >= TIME_WAIT_OVER_NS) ||
			    (e->state == TCP_FIN_WAIT2 && e->closed &&
			     ns > m->fin_timeout[h] * NS_PER_S))
				run_out(m, m->conn[i], h);
		}
}

/* ------------------------------------------------------------------ connect */

static bool is_bound(const struct end *e, const struct conn *c, enum host h, int port)
{
	return e->state && !c->inside && c->pair[h].port[h] == port;
}

/* Something is done to a port: all ends on it at that host meet it */
static void hit_port(struct model *m, enum host h, int port, int event)
{
	for (size_t i = 0; i < m->conns; i++)
		if (is_bound(&m->conn[i]->end[h], m->conn[i], h, port))
			model_hit_end(m, m->conn[i], h, event, true);
}

static enum spot spot_of(enum spot s)
{
	return s == SPOT_ANY || s == SPOT_MAPPED ? SPOT_MAIN : s;
}

/* The port that connect() will have: as said, the only one there is, or one like no other */
static int local_port(struct model *m, const struct step *s)
{
	const int *range = s->options.set & 1u << OPTION_PORTS ? s->options.ports : m->range[s->host];

	if (s->bound && s->local.port)
		return s->local.port;
	return range[0] && range[0] == range[1] ? range[0] : -++m->chosen;
}

static void rewrite(const struct model *m, enum host h, struct pair *p)
{
	for (size_t i = 0; i < m->rewrites; i++) {
		const struct locus *l = m->rewrite[i]->wire.rewrite;

		if (m->rewrite[i]->host != h || (int)l[0].spot != p->spot[h] ||
		    (l[0].port && l[0].port != p->port[h]))
			continue;
		p->spot[h] = l[1].spot;
		if (l[1].port)
			p->port[h] = l[1].port;
		return;
	}
}

static void set_pairs(struct model *m, struct conn *c, const struct step *s, int port)
{
	const enum host h = s->host, far = other_host(h);

	c->pair[h].spot[h] = (int)spot_of(s->local.spot);
	c->pair[h].port[h] = port;
	c->pair[h].spot[far] = (int)spot_of(s->remote.spot);
	c->pair[h].port[far] = s->remote.port;
	c->pair[far] = c->pair[h];
	rewrite(m, h, &c->pair[far]);
	c->inside = m->t->scenario->link == LINK_PAIR && s->remote.spot == SPOT_LO;
}

static enum syn_number number_of_call(const struct step *s)
{
	const struct expr *x = &s->options.isn;

	if (!(s->options.set & 1u << OPTION_ISN) || x->literal)
		return SYN_HIGHER;
	if (x->field == FIELD_ISN)
		return SYN_LOWER;
	return made_number(x->offset);
}

static bool was_used(const struct model *m, const struct conn *c)
{
	for (size_t i = 0; i < m->conns; i++)
		for (enum host h = HOST_CLIENT; h < HOST_COUNT; h++)
			if (m->conn[i] != c && !memcmp(&m->conn[i]->pair[h], &c->pair[h], sizeof(c->pair[h])))
				return true;
	return false;
}

static bool is_local_error(const struct outcome *o)
{
	return o->kind == OUTCOME_ERRNO &&
	       (o->error == EADDRNOTAVAIL || o->error == EADDRINUSE || o->error == EACCES ||
		o->error == EINVAL || o->error == EPERM || (o->call && !strcmp(o->call, "bind")));
}

/* No port was said and none is left: all that hold one towards that destination are in the way */
static void hit_all_towards(struct model *m, const struct conn *c, enum host h)
{
	const enum host far = other_host(h);

	for (size_t i = 0; i < m->conns; i++) {
		struct conn *had = m->conn[i];

		if (had->end[h].state && had->pair[h].spot[far] == c->pair[h].spot[far] &&
		    had->pair[h].port[far] == c->pair[h].port[far])
			model_hit_end(m, had, h, COVERED_CONNECT, true);
	}
}

static void refused_at_home(struct model *m, struct conn *c, const struct step *s)
{
	const enum host h = s->host;
	struct conn *had = pair_holder(m, h, &c->pair[h]);
	const bool by_bind = s->want.call && !strcmp(s->want.call, "bind");

	if (by_bind || (s->bound && s->want.error == EADDRINUSE && !s->want.call))
		hit_port(m, h, c->pair[h].port[h], COVERED_BIND);
	else if (had)
		model_hit_end(m, had, h, COVERED_CONNECT, true);
	else if (s->want.error == EADDRNOTAVAIL && c->pair[h].port[h] < 0)
		hit_all_towards(m, c, h);
}

/* The call is back, and this is what it yielded */
static void finish_connect(struct model *m, struct conn *c, const struct outcome *o)
{
	const enum host h = c->opener, far = other_host(h);
	struct conn *had = pair_holder(m, far, &c->pair[far]);

	c->calling = false;
	if (o->kind == OUTCOME_ERRNO) {
		if (o->error == ETIMEDOUT)
			model_hit_end(m, c, h, COVERED_TIMER_END, true);
		if (o->error != EINPROGRESS)
			c->end[h].state = STATE_NONE;
		return;
	}
	if (c->end[h].state == TCP_SYN_SENT)
		send_again(m, c);
	if (c->end[h].state != TCP_SYN_SENT)
		return;
	c->end[h].state = TCP_ESTABLISHED;
	if (had && had != c && had->opener == h)
		had->end[far].state = STATE_NONE;
	if (!had || had->opener == h)
		c->end[far].state = TCP_ESTABLISHED;
}

static void call(struct model *m, struct conn *c, const struct step *s)
{
	const enum host h = s->host;
	struct conn *had = pair_holder(m, h, &c->pair[h]);

	c->used = was_used(m, c);
	c->number = number_of_call(s);
	c->syn_ts = m->ts[h];
	c->ts = m->ts[h] && m->ts[other_host(h)];
	if (is_local_error(&s->want)) {
		refused_at_home(m, c, s);
		return;
	}
	if (had) {
		model_hit_end(m, had, h, COVERED_CONNECT, true);
		had->end[h].state = STATE_NONE;
	}
	c->end[h] = (struct end){ .state = TCP_SYN_SENT };
	c->calling = s->start;
	if (!c->inside)
		model_send(m, c, h, SEGMENT_SYN, NULL);
	if (!s->start)
		finish_connect(m, c, &s->want);
}

static void walk_connect(struct model *m, const struct step *s)
{
	const struct conn *before = s->verb == VERB_RECONNECT ? conn_newest(m, s->conn) : NULL;
	const int port = before ? before->pair[s->host].port[s->host] : local_port(m, s);
	struct conn *c = conn_new(m, s->conn, s->host);

	set_pairs(m, c, s, port);
	if (before)
		c->pair[s->host].spot[s->host] = before->pair[s->host].spot[s->host];
	call(m, c, s);
}

/* -------------------------------------------------------------------- calls */

static bool is_ok(const struct outcome *o)
{
	return o->kind != OUTCOME_ERRNO;
}

static void walk_listen(struct model *m, const struct step *s)
{
	const enum host h = s->host;

	if (!s->local.port)
		return;
	hit_port(m, h, s->local.port, COVERED_BIND);
	if (is_listening(m, h, s->local.port))
		model_hit(m, COVERED_LISTEN, COVERED_BIND, true, false);
	if (s->verb == VERB_LISTEN && is_ok(&s->want) && m->listeners[h] < LISTENERS_MOST)
		m->listener[h][m->listeners[h]++] = s->local.port;
}

static void walk_unlisten(struct model *m, const struct step *s)
{
	const enum host h = s->host;
	size_t i;

	hit_port(m, h, s->local.port, COVERED_UNLISTEN);
	model_hit(m, COVERED_LISTEN, COVERED_UNLISTEN, false, false);
	for (i = 0; i < m->conns; i++)
		if (is_bound(&m->conn[i]->end[h], m->conn[i], h, s->local.port) &&
		    m->conn[i]->end[h].state == TCP_SYN_RECV)
			m->conn[i]->end[h].state = STATE_NONE;
	for (i = 0; i < m->listeners[h]; i++)
		if (m->listener[h][i] == s->local.port) {
			m->listener[h][i] = m->listener[h][--m->listeners[h]];
			return;
		}
}

static void send_fin(struct model *m, struct conn *c, enum host h)
{
	struct end *e = &c->end[h];

	if (e->state == TCP_ESTABLISHED || e->state == TCP_SYN_RECV)
		e->state = TCP_FIN_WAIT1;
	else if (e->state == TCP_CLOSE_WAIT)
		e->state = TCP_LAST_ACK;
	else
		return;
	model_send(m, c, h, SEGMENT_FIN, NULL);
}

static void reset(struct model *m, struct conn *c, enum host h)
{
	const struct end was = c->end[h];
	const bool record = was.state == TCP_FIN_WAIT2 && was.closed && m->fin_timeout[h] <= FIN_TIMEOUT_S;

	c->end[h].state = STATE_NONE;
	if (was.state == TCP_ESTABLISHED || was.state == TCP_CLOSE_WAIT || was.state == TCP_SYN_RECV ||
	    was.state == TCP_FIN_WAIT1 || (was.state == TCP_FIN_WAIT2 && !record))
		model_send(m, c, h, SEGMENT_RST, NULL);
}

static void walk_close(struct model *m, struct conn *c, enum host h)
{
	struct end *e = &c->end[h];
	const bool in_turn = e->state == TCP_ESTABLISHED || e->state == TCP_CLOSE_WAIT;
	const bool unread = e->unread && !e->closed;

	model_hit_end(m, c, h, unread ? COVERED_CLOSE_UNREAD : COVERED_CLOSE, unread || !in_turn);
	e->closed = true;
	if (e->state == TCP_SYN_SENT)
		e->state = STATE_NONE;
	else if (unread)
		reset(m, c, h);
	else
		send_fin(m, c, h);
}

static void walk_shutdown(struct model *m, struct conn *c, const struct step *s)
{
	const enum host h = s->host;

	model_hit_end(m, c, h, COVERED_SHUTDOWN, c->end[h].state != TCP_ESTABLISHED ||
		      s->shut != SHUT_THE_WRITE);
	if (s->shut != SHUT_THE_READ)
		send_fin(m, c, h);
}

/* What a call yielded that waited for the other end, or for the end of it all */
static void call_is_back(struct model *m, struct conn *c, const struct step *s)
{
	struct end *e = &c->end[s->host];

	if (is_ok(&s->want))
		end_sends_again(m, c, other_host(s->host));
	e->unread = false;
	if (s->want.kind != OUTCOME_ERRNO)
		return;
	if (s->want.error == ETIMEDOUT && e->state)
		run_out(m, c, s->host);
	if (s->want.error == ECONNRESET)
		e->state = STATE_NONE;
}

static void walk_await(struct model *m, struct conn *c, const struct step *s)
{
	if (c->calling && c->opener == s->host)
		finish_connect(m, c, &s->want);
	else
		call_is_back(m, c, s);
}

/* What is done to one end; calls on an end that is no more are nobody's event */
static void walk_call(struct model *m, const struct step *s)
{
	struct conn *c = conn_newest(m, s->conn);
	const enum host h = s->host;

	if (!c)
		return;
	if (s->verb == VERB_AWAIT)
		walk_await(m, c, s);
	else if (s->verb == VERB_READ && !s->start)
		call_is_back(m, c, s);
	else if (!c->end[h].state)
		return;
	else if (s->verb == VERB_SET && s->options.set & 1u << OPTION_CLOCK)
		c->end[h].behind = c->ts && s->options.clock < 0;
	else if (s->verb == VERB_SEND && is_ok(&s->want))
		model_send(m, c, h, SEGMENT_DATA, s->text);
	else if (s->verb == VERB_SHUTDOWN)
		walk_shutdown(m, c, s);
	else if (s->verb == VERB_CLOSE)
		walk_close(m, c, h);
	else if (s->verb == VERB_VANISH) {
		model_hit_end(m, c, h, COVERED_VANISH, true);
		c->end[h].state = STATE_NONE;
	} else if (s->verb == VERB_ABORT || s->verb == VERB_DISCONNECT || s->verb == VERB_DESTROY) {
		model_hit_end(m, c, h, s->verb == VERB_DESTROY ? COVERED_DESTROY : COVERED_ABORT, true);
		reset(m, c, h);
	}
}

/* ----------------------------------------------------------------- the wire */

static void walk_replay(struct model *m, const struct wire_step *w)
{
	const struct pattern *p = &w->what;
	struct conn *c = conn_newest(m, p->conn);
	enum host from;

	if (w->held >= 0) {
		model_again_kept(m, w->held);
		return;
	}
	if (!c)
		return;
	from = w->extent == EXTENT_LAST ? c->last[p->kind] : c->first[p->kind];
	if (p->heading != HEADING_ANY)
		from = p->heading == HEADING_TO_SERVER ? HOST_CLIENT : HOST_SERVER;
	if (from != HOST_NONE && p->kind != SEGMENT_ANY && p->kind != SEGMENT_ODD)
		model_again(m, c, from, p->kind);
}

static void add_rule(struct model *m, const struct step *s)
{
	m->rule = arena_grow(&m->arena, m->rule, m->rules, sizeof(*m->rule));
	m->rule[m->rules++] = (struct rule){ s, s->wire.extent == EXTENT_NEXT ? s->wire.count : -1 };
}

static void set_cut(struct model *m, enum heading h, bool cut)
{
	for (int i = 0; i < HEADING_COUNT; i++)
		if (h == HEADING_ANY || (int)h == i)
			m->cut[i] = cut;
}

static void walk_mark(struct model *m, int mark)
{
	for (size_t i = 0; i < m->rules; i++)
		if (m->rule[i].step->wire.extent == EXTENT_UNTIL && m->rule[i].step->wire.until == mark)
			m->rule[i].left = 0;
}

static void walk_wire(struct model *m, const struct step *s)
{
	switch (s->verb) {
	case VERB_WIRE_DROP:
	case VERB_WIRE_HOLD:
	case VERB_WIRE_DUPLICATE:
		add_rule(m, s);
		break;
	case VERB_WIRE_RELEASE:
		model_release(m, s->wire.held);
		break;
	case VERB_WIRE_REPLAY:
		walk_replay(m, &s->wire);
		break;
	case VERB_WIRE_SEND:
		made_arrives(m, &s->wire.what);
		break;
	case VERB_WIRE_CUT:
	case VERB_WIRE_MEND:
		set_cut(m, s->wire.what.heading, s->verb == VERB_WIRE_CUT);
		break;
	case VERB_WIRE_REWRITE:
		if (m->rewrites < REWRITES_MOST)
			m->rewrite[m->rewrites++] = s;
		break;
	default:
		break;
	}
}

/* ------------------------------------------------------------- expectations */

static int64_t longest(const struct bound *b)
{
	return b->kind == BOUND_DEFAULT ? 0 : b->high.ns;
}

/* Whether the file waits so long for it that a timer must be what brings it about */
static bool waits_for_timer(const struct bound *b)
{
	return (b->kind == BOUND_BETWEEN && b->low.ns >= LONG_WAIT_NS) ||
	       (b->kind == BOUND_WITHIN && b->high.ns > 2 * LONG_WAIT_NS);
}

static void expect_state(struct model *m, const struct step *s)
{
	const struct expectation *x = &s->expect;
	struct conn *c = conn_newest(m, s->conn);
	struct end *e;

	if (!c || x->unknown)
		return;
	e = &c->end[s->host];
	if (e->state != x->state && !c->made)
		send_again(m, c);
	if (e->state && x->state == STATE_NONE && waits_for_timer(&x->bound))
		model_hit_end(m, c, s->host, COVERED_TIMER_END, true);
	if (e->state != x->state)
		e->lost = false;
	e->state = x->state;
}

/* No socket in a state after a long wait: the timers of all that were in it ran out */
static void expect_sockets(struct model *m, const struct step *s)
{
	const struct expectation *x = &s->expect;

	if (x->high || !waits_for_timer(&x->bound))
		return;
	for (size_t i = 0; i < m->conns; i++)
		if (m->conn[i]->end[s->host].state == x->state)
			run_out(m, m->conn[i], s->host);
}

/* The same segment twice in an exchange: its timer brought the second */
static void expect_exchange(struct model *m, const struct expectation *x)
{
	struct conn *c = conn_newest(m, x->pattern.conn);

	for (size_t i = 0; c && i < x->items; i++)
		for (size_t k = 0; k < i && x->item[i].kind != SEGMENT_ACK; k++)
			if (x->item[k].kind == x->item[i].kind && x->item[k].heading == x->item[i].heading) {
				send_again(m, c);
				return;
			}
}

static void walk_expect(struct model *m, const struct step *s)
{
	const struct expectation *x = &s->expect;

	time_passes(m, longest(&x->bound));
	if (s->verb == VERB_NEVER)
		return;
	if (x->look == LOOK_STATE)
		expect_state(m, s);
	else if (x->look == LOOK_SOCKETS)
		expect_sockets(m, s);
	else if (x->look == LOOK_EXCHANGE)
		expect_exchange(m, x);
}

/* -------------------------------------------------------------------- steps */

static void walk_step(struct model *m, const struct step *s)
{
	switch (s->verb) {
	case VERB_LISTEN:
	case VERB_BIND:
		walk_listen(m, s);
		break;
	case VERB_UNLISTEN:
		walk_unlisten(m, s);
		break;
	case VERB_CONNECT:
	case VERB_RECONNECT:
		walk_connect(m, s);
		break;
	case VERB_SYSCTL:
		if (is_ok(&s->want))
			take_setting(m, &s->setting);
		break;
	case VERB_EXPECT:
	case VERB_NEVER:
		walk_expect(m, s);
		break;
	case VERB_AFTER:
		walk_after(m, s->delay.ns);
		break;
	case VERB_MARK:
		walk_mark(m, s->mark);
		break;
	default:
		if (s->verb >= VERB_WIRE_DROP)
			walk_wire(m, s);
		else
			walk_call(m, s);
	}
}

static void walk_steps(struct model *m, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		const struct step *s = &m->t->step[i];

		if (s->verb != VERB_REPEAT) {
			walk_step(m, s);
			continue;
		}
		for (int round = 0; round < s->rounds && round < ROUNDS_WALKED; round++)
			walk_steps(m, i + 1, s->partner);
		i = s->partner;
	}
}

void coverage_walk(const struct trial *t, struct coverage *c)
{
	struct model m = { .t = t, .coverage = c };

	for (enum host h = HOST_CLIENT; h < HOST_COUNT; h++) {
		m.ts[h] = true;
		m.fin_timeout[h] = FIN_TIMEOUT_S;
	}
	for (size_t i = 0; i < t->settings; i++)
		take_setting(&m, &t->setting[i]);
	walk_steps(&m, 0, t->steps);
	arena_free(&m.arena);
}
