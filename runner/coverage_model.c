// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/coverage_model.h"

#include <netinet/tcp.h>
#include <string.h>

enum host other_host(enum host h)
{
	return h == HOST_CLIENT ? HOST_SERVER : HOST_CLIENT;
}

/* -------------------------------------------------------------------- ends */

static const int tcp_state_of[COVERED_STATES] = {
	[COVERED_ESTABLISHED] = TCP_ESTABLISHED, [COVERED_FIN_WAIT_1] = TCP_FIN_WAIT1,
	[COVERED_FIN_WAIT_2] = TCP_FIN_WAIT2, [COVERED_FIN_WAIT_2_CLOSED] = -1,
	[COVERED_CLOSING] = TCP_CLOSING, [COVERED_CLOSE_WAIT] = TCP_CLOSE_WAIT,
	[COVERED_LAST_ACK] = TCP_LAST_ACK, [COVERED_TIME_WAIT] = TCP_TIME_WAIT,
	[COVERED_SYN_SENT] = TCP_SYN_SENT, [COVERED_SYN_RECEIVED] = TCP_SYN_RECV,
	[COVERED_LISTEN] = TCP_LISTEN, [COVERED_NONE] = STATE_NONE,
};

static enum covered_state covered_state(const struct end *e)
{
	if (e->state == TCP_FIN_WAIT2 && e->closed)
		return COVERED_FIN_WAIT_2_CLOSED;
	for (int s = 0; s < COVERED_STATES; s++)
		if (tcp_state_of[s] == e->state)
			return (enum covered_state)s;
	return COVERED_NONE;
}

void model_hit(struct model *m, enum covered_state s, int event, bool meant, bool used)
{
	m->coverage->cell[s][event] |= (uint8_t)(meant ? MET | (used ? MET_ON_USED_PAIR : 0) :
						 MET_IN_PASSING);
}

void model_hit_end(struct model *m, const struct conn *c, enum host h, int event, bool meant)
{
	model_hit(m, covered_state(&c->end[h]), event, meant, c->used);
}

bool is_listening(const struct model *m, enum host h, int port)
{
	for (size_t i = 0; i < m->listeners[h]; i++)
		if (m->listener[h][i] == port)
			return true;
	return false;
}

static bool same_pair(const struct pair *a, const struct pair *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Who has the pair at that host: the newest that is left there */
struct conn *pair_holder(const struct model *m, enum host h, const struct pair *p)
{
	for (size_t i = m->conns; i--;)
		if (!m->conn[i]->inside && m->conn[i]->end[h].state && same_pair(&m->conn[i]->pair[h], p))
			return m->conn[i];
	return NULL;
}

struct conn *conn_newest(const struct model *m, int name)
{
	for (size_t i = m->conns; name >= 0 && i--;)
		if (m->conn[i]->name == name)
			return m->conn[i];
	return NULL;
}

/* A segment for which no connection is left meets the listener, or nothing */
void model_hit_nobody(struct model *m, const struct conn *c, enum host to, int event, bool meant)
{
	const bool listens = is_listening(m, to, c->pair[to].port[to]);
	static const struct {
		int from, to, taken_as;
	} alike[] = {
		{ COVERED_SYN, COVERED_SYN_ANY, COVERED_SYN_ANY },
		{ COVERED_ACK_EXACT, COVERED_ACK_OTHER, COVERED_ACK_OTHER },
		{ COVERED_DATA_IN, COVERED_DATA_BEYOND, COVERED_DATA_IN },
		{ COVERED_FIN, COVERED_FIN_OTHER, COVERED_FIN },
		{ COVERED_RST_EXACT, COVERED_RST_OTHER, COVERED_RST_OTHER },
	};

	for (size_t i = 0; i < sizeof(alike) / sizeof(alike[0]); i++)
		if (event >= alike[i].from && event <= alike[i].to)
			event = alike[i].taken_as;
	model_hit(m, listens ? COVERED_LISTEN : COVERED_NONE, event, meant, c->used);
}

/* --------------------------------------------------------------- the wire */

static bool text_matches(const struct rule *r, const struct flight *f, const char *text)
{
	const struct pattern *p = &r->step->wire.what;

	for (size_t i = 0; i < p->parts; i++)
		if (p->part[i].part == PART_DATA && f->kind == SEGMENT_DATA && text &&
		    (strlen(text) != p->part[i].len || memcmp(text, p->part[i].text, p->part[i].len)))
			return false;
	return true;
}

static struct rule *rule_for(struct model *m, const struct flight *f, const char *text)
{
	const enum heading heading = f->from == HOST_CLIENT ? HEADING_TO_SERVER : HEADING_TO_CLIENT;

	for (size_t i = 0; i < m->rules; i++) {
		struct rule *r = &m->rule[i];
		const struct pattern *p = &r->step->wire.what;

		if (r->left && (p->heading == HEADING_ANY || p->heading == heading) &&
		    (p->kind == SEGMENT_ANY || p->kind == f->kind) &&
		    (p->conn < 0 || p->conn == f->c->name) && text_matches(r, f, text))
			return r;
	}
	return NULL;
}

static void keep(struct model *m, const struct flight *f, int name, bool waiting)
{
	struct flight *kept;

	m->kept = arena_grow(&m->arena, m->kept, m->kepts, sizeof(*m->kept));
	kept = &m->kept[m->kepts++];
	*kept = *f;
	kept->held = name;
	kept->waiting = waiting;
}

static void arrive(struct model *m, const struct flight *f, bool meant);
static void arrive_again(struct model *m, const struct flight *f);

bool sent_fin(int state)
{
	return state == TCP_FIN_WAIT1 || state == TCP_CLOSING || state == TCP_LAST_ACK;
}

void model_send(struct model *m, struct conn *c, enum host from, enum segment_kind kind,
		const char *text)
{
	const struct end *peer = &c->end[other_host(from)];
	const struct flight f = { .c = c, .from = from, .kind = kind, .held = -1,
				  .covers = sent_fin(peer->state) && !peer->lost };
	struct end *sender = &c->end[from];
	struct rule *r;

	if (c->first[kind] == HOST_NONE)
		c->first[kind] = from;
	c->last[kind] = from;
	if (m->cut[from == HOST_CLIENT ? HEADING_TO_SERVER : HEADING_TO_CLIENT]) {
		sender->lost |= kind != SEGMENT_ACK && kind != SEGMENT_RST;
		return;
	}
	r = rule_for(m, &f, text);
	if (r && r->left > 0)
		r->left--;
	if (r && r->step->verb == VERB_WIRE_DROP) {
		sender->lost |= kind != SEGMENT_ACK && kind != SEGMENT_RST;
	} else if (r && r->step->verb == VERB_WIRE_HOLD) {
		keep(m, &f, r->step->wire.held, true);
	} else {
		arrive(m, &f, false);
		if (r && r->step->verb == VERB_WIRE_DUPLICATE) {
			arrive_again(m, &f);
			keep(m, &f, r->step->wire.held, false);
		}
	}
}

/* ---------------------------------------------------------------- arrivals */

static int syn_event(const struct conn *c, const struct conn *had)
{
	const enum syn_age age = !c->syn_ts ? SYN_WITHOUT : had->ts ? SYN_NEWER : SYN_FIRST;

	return COVERED_SYN + (int)c->number * SYN_AGES + (int)age;
}

static bool lets_through(const struct model *m, const struct conn *c, const struct conn *had,
			 enum host to)
{
	return had->end[to].state == TCP_TIME_WAIT && is_listening(m, to, c->pair[to].port[to]) &&
	       (c->number == SYN_HIGHER || (c->syn_ts && had->ts));
}

static void syn_meets_nobody(struct model *m, struct conn *c, enum host to, bool meant)
{
	model_hit_nobody(m, c, to, COVERED_SYN_ANY, meant);
	if (!is_listening(m, to, c->pair[to].port[to])) {
		model_send(m, c, to, SEGMENT_RST, NULL);
		return;
	}
	c->end[to] = (struct end){ .state = TCP_SYN_RECV };
	model_send(m, c, to, SEGMENT_SYN_ACK, NULL);
}

/* Answered with an ACK, which a caller answers with RST before it calls again */
static void syn_is_refused(struct model *m, struct conn *c, struct conn *had, enum host to)
{
	const enum host from = other_host(to);

	model_send(m, c, to, SEGMENT_ACK, NULL);
	if (c->end[from].state == TCP_SYN_SENT && !had->end[to].state)
		model_send(m, c, from, SEGMENT_SYN, NULL);
}

static void arrive_syn(struct model *m, struct conn *c, enum host to, bool meant)
{
	struct conn *had = pair_holder(m, to, &c->pair[to]);

	if (!had) {
		syn_meets_nobody(m, c, to, meant);
	} else if (had == c) {
		model_hit_end(m, c, to, COVERED_SYN_AGAIN, true);
		model_send(m, c, to, c->end[to].state == TCP_SYN_RECV ? SEGMENT_SYN_ACK : SEGMENT_ACK, NULL);
	} else if (had->end[to].state == TCP_SYN_SENT) {
		model_hit_end(m, had, to, COVERED_SYN_ANY, true);
		had->end[to].state = TCP_SYN_RECV;
		model_send(m, had, to, SEGMENT_SYN_ACK, NULL);
	} else {
		model_hit_end(m, had, to, syn_event(c, had), true);
		if (lets_through(m, c, had, to)) {
			had->end[to].state = STATE_NONE;
			syn_meets_nobody(m, c, to, false);
		} else {
			syn_is_refused(m, c, had, to);
		}
	}
}

static void arrive_syn_ack(struct model *m, struct conn *had, enum host to, bool meant)
{
	model_hit_end(m, had, to, COVERED_SYN_ACK, meant || had->end[to].state != TCP_SYN_SENT);
	if (had->end[to].state != TCP_SYN_SENT && had->end[to].state != TCP_SYN_RECV)
		return;
	had->end[to].state = TCP_ESTABLISHED;
	had->end[to].lost = false;
	model_send(m, had, to, SEGMENT_ACK, NULL);
}

static int waiting(const struct model *m, enum host h)
{
	return m->no_wait[h] ? STATE_NONE : TCP_TIME_WAIT;
}

void model_take_ack(const struct model *m, struct conn *c, enum host h)
{
	struct end *e = &c->end[h];

	if (e->state == TCP_SYN_RECV)
		e->state = TCP_ESTABLISHED;
	else if (e->state == TCP_FIN_WAIT1)
		e->state = TCP_FIN_WAIT2;
	else if (e->state == TCP_CLOSING)
		e->state = waiting(m, h);
	else if (e->state == TCP_LAST_ACK)
		e->state = STATE_NONE;
	e->lost = false;
}

static void arrive_ack(struct model *m, const struct flight *f, struct conn *had, enum host to, bool meant)
{
	struct end *e = &had->end[to];
	const bool own = had == f->c;

	if (e->state == TCP_SYN_SENT) {
		model_hit_end(m, had, to, COVERED_ACK_OTHER, meant);
		model_send(m, had, to, SEGMENT_RST, NULL);
	} else if (own && (e->state == TCP_SYN_RECV || (f->covers && sent_fin(e->state)))) {
		model_hit_end(m, had, to, COVERED_ACK_EXACT, meant);
		model_take_ack(m, had, to);
	} else if (meant) {
		model_hit_end(m, had, to, COVERED_ACK_OTHER, true);
	}
}

static void arrive_rst(struct model *m, struct conn *had, enum host to, bool meant)
{
	model_hit_end(m, had, to, COVERED_RST_EXACT, meant);
	if (had->end[to].state != TCP_TIME_WAIT || !m->rfc1337[to])
		had->end[to].state = STATE_NONE;
}

static void arrive_data(struct model *m, struct conn *had, enum host to, bool meant)
{
	struct end *e = &had->end[to];
	const bool may_read = e->state == TCP_ESTABLISHED || e->state == TCP_SYN_RECV ||
			      e->state == TCP_FIN_WAIT1 || e->state == TCP_FIN_WAIT2;

	model_hit_end(m, had, to, COVERED_DATA_IN, meant || e->state != TCP_ESTABLISHED);
	if (e->state == TCP_SYN_RECV)
		e->state = TCP_ESTABLISHED;
	if (may_read && e->closed) {
		e->state = STATE_NONE;
		model_send(m, had, to, SEGMENT_RST, NULL);
		return;
	}
	e->unread = may_read;
	model_send(m, had, to, SEGMENT_ACK, NULL);
}

void model_take_fin(const struct model *m, struct conn *c, enum host h, bool all)
{
	struct end *e = &c->end[h];

	if (e->state == TCP_SYN_RECV || (all && sent_fin(e->state)))
		model_take_ack(m, c, h);
	if (e->state == TCP_ESTABLISHED)
		e->state = TCP_CLOSE_WAIT;
	else if (e->state == TCP_FIN_WAIT1)
		e->state = TCP_CLOSING;
	else if (e->state == TCP_FIN_WAIT2)
		e->state = waiting(m, h);
}

bool has_had_fin(int state)
{
	return state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK || state == TCP_CLOSING ||
	       state == TCP_TIME_WAIT;
}

static void arrive_fin(struct model *m, const struct flight *f, struct conn *had, enum host to, bool meant)
{
	struct end *e = &had->end[to];

	if (has_had_fin(e->state) || had != f->c) {
		model_hit_end(m, had, to, COVERED_FIN_AGAIN, true);
	} else {
		model_hit_end(m, had, to, COVERED_FIN, meant || e->state == TCP_SYN_RECV);
		model_take_fin(m, had, to, f->covers);
	}
	model_send(m, had, to, SEGMENT_ACK, NULL);
}

static int event_for_nobody(enum segment_kind kind)
{
	static const int event[SEGMENT_KIND_COUNT] = {
		[SEGMENT_SYN_ACK] = COVERED_SYN_ACK, [SEGMENT_ACK] = COVERED_ACK_OTHER,
		[SEGMENT_DATA] = COVERED_DATA_IN, [SEGMENT_FIN] = COVERED_FIN,
		[SEGMENT_RST] = COVERED_RST_OTHER,
	};

	return event[kind];
}

static void arrive(struct model *m, const struct flight *f, bool meant)
{
	const enum host to = other_host(f->from);
	struct conn *had = pair_holder(m, to, &f->c->pair[to]);

	if (f->kind == SEGMENT_SYN) {
		arrive_syn(m, f->c, to, meant);
		return;
	}
	if (!had) {
		model_hit_nobody(m, f->c, to, event_for_nobody(f->kind), meant);
		if (f->kind != SEGMENT_RST)
			model_send(m, f->c, to, SEGMENT_RST, NULL);
		return;
	}
	if (had == f->c && had->end[f->from].behind) {
		had->end[f->from].lost |= f->kind == SEGMENT_DATA || f->kind == SEGMENT_FIN;
		model_hit_end(m, had, to, f->kind == SEGMENT_RST ? COVERED_OLD_RST : COVERED_OLD, true);
		return;
	}
	if (f->kind == SEGMENT_SYN_ACK)
		arrive_syn_ack(m, had, to, meant);
	else if (f->kind == SEGMENT_ACK)
		arrive_ack(m, f, had, to, meant);
	else if (f->kind == SEGMENT_RST)
		arrive_rst(m, had, to, meant);
	else if (f->kind == SEGMENT_DATA)
		arrive_data(m, had, to, meant);
	else
		arrive_fin(m, f, had, to, meant);
}

/* An old duplicate: it moves nobody on, unless the first never arrived */
static void arrive_again(struct model *m, const struct flight *f)
{
	static const int event[SEGMENT_KIND_COUNT] = {
		[SEGMENT_SYN] = COVERED_SYN_AGAIN, [SEGMENT_SYN_ACK] = COVERED_SYN_ACK,
		[SEGMENT_ACK] = COVERED_ACK_OTHER, [SEGMENT_DATA] = COVERED_DATA_OLD,
		[SEGMENT_FIN] = COVERED_FIN_AGAIN, [SEGMENT_RST] = COVERED_RST_OTHER,
	};
	const enum host to = other_host(f->from);
	struct conn *had = pair_holder(m, to, &f->c->pair[to]);

	if (!had)
		model_hit_nobody(m, f->c, to, f->kind == SEGMENT_SYN ? COVERED_SYN_ANY :
			   event_for_nobody(f->kind), true);
	else if (had == f->c && f->c->end[f->from].lost)
		arrive(m, f, true);
	else
		model_hit_end(m, had, to, event[f->kind], true);
}

struct conn *conn_new(struct model *m, int name, enum host opener)
{
	struct conn *c = arena_get(&m->arena, sizeof(*c));

	c->name = name;
	c->opener = opener;
	for (int k = 0; k < SEGMENT_KIND_COUNT; k++)
		c->first[k] = c->last[k] = HOST_NONE;
	m->conn = arena_grow(&m->arena, m->conn, m->conns, sizeof(*m->conn));
	m->conn[m->conns++] = c;
	return c;
}

void model_release(struct model *m, int held)
{
	const size_t kept = m->kepts;

	for (size_t i = 0; i < kept; i++) {
		const struct flight f = m->kept[i];

		if (f.held != held || !f.waiting)
			continue;
		m->kept[i].waiting = false;
		arrive(m, &f, true);
	}
}

void model_again(struct model *m, struct conn *c, enum host from, enum segment_kind kind)
{
	const struct flight f = { .c = c, .from = from, .kind = kind, .held = -1 };

	arrive_again(m, &f);
}

void model_again_kept(struct model *m, int held)
{
	for (size_t i = m->kepts; i--;) {
		const struct flight f = m->kept[i];

		if (f.held != held)
			continue;
		arrive_again(m, &f);
		return;
	}
}
