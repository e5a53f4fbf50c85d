// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/coverage_made.h"

#include "runner/coverage_model.h"

#include <netinet/tcp.h>

enum { WINDOW = 65536, LONG_AGO = -1000000 };

static int32_t modulo(int64_t offset)
{
	return (int32_t)(uint32_t)(uint64_t)offset;
}

/* Half of all numbers are higher, and of the two in the middle one: as Linux compares them */
enum syn_number made_number(int64_t off)
{
	const int32_t offset = modulo(off);

	return !offset ? SYN_EQUAL : offset > 0 || offset == INT32_MIN ? SYN_HIGHER : SYN_LOWER;
}

/**
 * struct made - A segment that no host sent, against what its receiver knows
 * @c:   whose it claims to be; @had: who has the pair where it arrives, or NULL
 * @off: its number, from the next that is expected
 */
struct made {
	struct conn *c, *had;
	enum host from, to;
	enum segment_kind kind;
	unsigned int flags;
	int32_t off;
	bool acks;
	enum syn_age age;
	int64_t len;
};

static const struct pattern_part *part_of(const struct pattern *p, enum part part)
{
	for (size_t i = p->parts; i--;)
		if (p->part[i].part == part)
			return &p->part[i];
	return NULL;
}

/* Whether the numbers are those of the connection that it meets */
static bool is_own(const struct model *m, const struct made *g, const struct expr *x)
{
	return g->had && (x && x->conn >= 0 ? conn_newest(m, x->conn) : g->c) == g->had;
}

static int32_t number_off(const struct model *m, const struct made *g, const struct pattern *p)
{
	const struct pattern_part *part = part_of(p, PART_SEQ);
	const struct expr *x = part ? &part->value : NULL;
	const int32_t off = x ? modulo(x->offset) : 0;

	if (!is_own(m, g, x))
		return LONG_AGO;
	if (x && x->field == FIELD_ISN)
		return off + LONG_AGO;
	if (x && x->field == FIELD_RCV_NXT)
		return off;
	return off + g->c->end[g->from].lost;
}

static bool acks_all(const struct model *m, const struct made *g, const struct pattern *p)
{
	const struct pattern_part *part = part_of(p, PART_ACK);
	const struct expr *x = part ? &part->value : NULL;

	if (!is_own(m, g, x) || (x && modulo(x->offset)))
		return false;
	if (x && x->field == FIELD_SND_NXT && x->host == g->to)
		return true;
	return g->had->end[g->to].state != TCP_SYN_SENT && !g->had->end[g->to].lost;
}

static enum syn_age age_of(const struct made *g, const struct pattern *p)
{
	const struct pattern_part *part = part_of(p, PART_TSVAL);
	const bool had_ts = g->had && g->had->ts;
	int32_t off;

	if (!part)
		return g->c->ts && g->kind != SEGMENT_RST ? SYN_SAME : SYN_WITHOUT;
	if (!had_ts)
		return SYN_FIRST;
	off = modulo(part->value.offset);
	return !off ? SYN_SAME : off > 0 || off == INT32_MIN ? SYN_NEWER : SYN_OLDER;
}

static const uint16_t flags_of_kind[SEGMENT_KIND_COUNT] = {
	[SEGMENT_SYN] = SEG_SYN, [SEGMENT_SYN_ACK] = SEG_SYN | SEG_ACK, [SEGMENT_ACK] = SEG_ACK,
	[SEGMENT_DATA] = SEG_ACK, [SEGMENT_FIN] = SEG_FIN | SEG_ACK, [SEGMENT_RST] = SEG_RST,
};

static void read_made(const struct model *m, const struct pattern *p, struct made *g)
{
	const struct pattern_part *flags = part_of(p, PART_FLAGS), *data = part_of(p, PART_DATA);

	g->kind = p->kind;
	g->flags = p->kind == SEGMENT_ODD ? p->flags : flags_of_kind[p->kind];
	if (flags)
		g->flags = (unsigned int)segment_flags_read(flags->text, flags->len);
	g->flags &= SEG_FIN | SEG_SYN | SEG_RST | SEG_ACK;
	g->len = data ? (int64_t)data->len : p->kind == SEGMENT_DATA;
	g->off = number_off(m, g, p);
	g->acks = acks_all(m, g, p);
	g->age = age_of(g, p);
}

static int data_event(const struct made *g)
{
	if (g->off < 0 && g->len + g->off <= 0)
		return COVERED_DATA_OLD;
	return g->off < WINDOW ? COVERED_DATA_IN : COVERED_DATA_BEYOND;
}

static int fin_event(const struct made *g)
{
	const bool again = g->had && has_had_fin(g->had->end[g->to].state);
	const bool next = g->off <= 0 && g->len + g->off >= 0;

	if (again)
		return g->off == -1 || g->off == LONG_AGO ? COVERED_FIN_AGAIN : COVERED_FIN_OTHER;
	return next ? COVERED_FIN : COVERED_FIN_OTHER;
}

static int rst_event(const struct made *g)
{
	if (g->age == SYN_OLDER)
		return COVERED_OLD_RST;
	if (g->had && g->had->end[g->to].state == TCP_SYN_SENT)
		return g->acks && g->flags & SEG_ACK ? COVERED_RST_EXACT : COVERED_RST_OTHER;
	return g->off ? COVERED_RST_OTHER : COVERED_RST_EXACT;
}

static int made_syn_event(const struct made *g)
{
	const int state = g->had ? g->had->end[g->to].state : STATE_NONE;

	if (!state || state == TCP_SYN_SENT)
		return COVERED_SYN_ANY;
	return COVERED_SYN + (int)made_number(g->off) * SYN_AGES + (int)g->age;
}

static int made_event(const struct made *g)
{
	if (g->kind == SEGMENT_ICMP)
		return COVERED_ICMP;
	if (g->flags & SEG_SYN && g->flags & SEG_RST)
		return COVERED_SYN_RST;
	if (g->flags & SEG_SYN && g->flags & SEG_FIN)
		return COVERED_SYN_FIN;
	if (!g->flags)
		return COVERED_NO_FLAGS;
	if (g->flags & SEG_RST)
		return rst_event(g);
	if (g->flags == SEG_SYN)
		return made_syn_event(g);
	if (g->flags & SEG_SYN)
		return COVERED_SYN_ACK;
	if (g->flags == SEG_FIN)
		return COVERED_ODD;
	if (g->age == SYN_OLDER)
		return COVERED_OLD;
	if (g->flags & SEG_FIN)
		return fin_event(g);
	if (g->len)
		return data_event(g);
	if (g->acks && (!g->off || g->had->end[g->to].state == TCP_SYN_SENT))
		return COVERED_ACK_EXACT;
	return COVERED_ACK_OTHER;
}

/* What follows in any case; all else the file must expect */
static void take_made(struct model *m, const struct made *g, int event)
{
	struct end *e = &g->had->end[g->to];

	if (event == COVERED_RST_EXACT && (e->state != TCP_TIME_WAIT || !m->rfc1337[g->to]))
		e->state = STATE_NONE;
	else if (event == COVERED_ACK_EXACT)
		model_take_ack(m, g->had, g->to);
	else if (event == COVERED_FIN)
		model_take_fin(m, g->had, g->to, g->acks);
	else if (event == COVERED_DATA_IN)
		e->unread = e->state == TCP_ESTABLISHED || e->state == TCP_FIN_WAIT1 ||
			    e->state == TCP_FIN_WAIT2;
}

void made_arrives(struct model *m, const struct pattern *p)
{
	struct conn *c = conn_newest(m, p->conn);
	struct made g = { .c = c, .to = p->heading == HEADING_TO_SERVER ? HOST_SERVER : HOST_CLIENT };
	int event;

	if (!c)
		return;
	g.from = other_host(g.to);
	g.had = pair_holder(m, g.to, &c->pair[g.to]);
	read_made(m, p, &g);
	event = made_event(&g);
	if (!g.had) {
		model_hit_nobody(m, c, g.to, event, true);
		return;
	}
	g.had->made = true;
	model_hit_end(m, g.had, g.to, event, true);
	take_made(m, &g, event);
}
