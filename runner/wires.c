// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/wires.h"

#include "lib/clock.h"
#include "runner/patterns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static const int64_t RELEASE_NS = 1 * NS_PER_S;	/* how long `release` waits for something to release */
enum { ETHERNET_HEADER = 14, ETHERNET_ADDRESS = 6, FRAME_ROOM = 4096, MADE_DATA_MOST = 1400 };

static void did(struct play *p, const struct step *s, int frame)
{
	(void)s;
	rules_count_match(p->rules, p->step);
	play_tell(p, EVENT(EVENT_WIRE, .word = "matched", .number = frame));
}

/* ---------------------------------------------------------------- release */

static void wire_release(struct play *p, const struct step *s)
{
	const int64_t limit = play_limit(p, s, RELEASE_NS);
	struct kept *k;

	while (!rules_held(p->rules, s->wire.held) && !p->over && play_now(p) < limit)
		play_wait(p, limit, -1, 0);
	while (!p->over && (k = rules_held(p->rules, s->wire.held))) {
		k->waiting = false;
		did(p, s, p->frames + 1);
		play_deliver(p, k, FATE_RELEASED);
	}
}

static void wire_replay(struct play *p, const struct step *s)
{
	struct kept *k = s->wire.held >= 0 ? rules_named(p->rules, s->wire.held) :
			 rules_history(p->rules, &s->wire.what, s->wire.extent == EXTENT_LAST);

	if (!k)
		return;
	did(p, s, p->frames + 1);
	play_deliver(p, k, FATE_REPLAYED);
}

/* --------------------------------------------------------- made-up segments */

static bool say_icmp(struct segment *g, const struct pattern_part *part)
{
	const bool four = g->from.family == AF_INET;

	for (size_t i = 0; i < ICMP_WORDS; i++) {
		const struct icmp_word *w = &icmp_words[i];

		if (strlen(w->name) != part->len || memcmp(w->name, part->text, part->len) != 0)
			continue;
		g->icmp_type = (four ? w->v4 : w->v6)[0];
		g->icmp_code = (four ? w->v4 : w->v6)[1];
		return true;
	}
	return false;
}

static bool say_part(struct play *p, struct segment *g, const struct pattern_part *part, int conn)
{
	uint32_t value = 0;
	int flags;

	if (part->part != PART_DATA && part->part != PART_FLAGS && part->part != PART_ICMP &&
	    !track_expr(p->track, &part->value, conn, &value))
		return false;
	switch (part->part) {
	case PART_SEQ:
		g->seq = value;
		break;
	case PART_ACK:
		g->ack = value;
		g->flags |= SEG_ACK;
		break;
	case PART_WINDOW:
		g->window = (uint16_t)value;
		break;
	case PART_TSVAL:
		g->tsval = value;
		g->has_ts = true;
		break;
	case PART_TSECR:
		g->tsecr = value;
		g->has_ts = true;
		break;
	case PART_DATA:
		g->data = (const uint8_t *)part->text;
		g->len = part->len;
		break;
	case PART_FLAGS:
		flags = segment_flags_read(part->text, part->len);
		g->flags = (uint16_t)(flags < 0 ? 0 : flags);
		break;
	case PART_ICMP:
		return say_icmp(g, part);
	case PART_COUNT:
		return false;
	}
	return true;
}

static const uint16_t usual_flags[SEGMENT_KIND_COUNT] = {
	[SEGMENT_SYN] = SEG_SYN, [SEGMENT_SYN_ACK] = SEG_SYN | SEG_ACK, [SEGMENT_ACK] = SEG_ACK,
	[SEGMENT_DATA] = SEG_PSH | SEG_ACK, [SEGMENT_FIN] = SEG_FIN | SEG_ACK,
	[SEGMENT_RST] = SEG_RST,
};

static uint32_t known(const struct play *p, int conn, enum host host, enum field field)
{
	uint32_t value = 0;

	track_value(p->track, conn, host, field, &value);
	return value;
}

/*
 * A segment as the end it claims to come from would send it now; the step's
 * `with` then changes what the story needs changed. An ICMP error is about
 * the last thing that its receiver sent.
 */
static struct segment usual_segment(const struct play *p, const struct step *s)
{
	const struct pattern *w = &s->wire.what;
	const bool to_server = w->heading == HEADING_TO_SERVER;
	const bool icmp = w->kind == SEGMENT_ICMP;
	const enum host from = to_server != icmp ? HOST_CLIENT : HOST_SERVER;
	const struct pair *pair = &p->conn[w->conn].end[from].pair;
	struct segment g = {
		.from = pair->local, .to = pair->remote,
		.from_port = pair->local_port, .to_port = pair->remote_port,
		.flags = w->kind == SEGMENT_ODD && w->flags != 0xff ? w->flags : usual_flags[w->kind],
		.seq = known(p, w->conn, from, FIELD_SND_NXT),
		.ack = known(p, w->conn, from, FIELD_RCV_NXT),
		.window = 64240, .wscale = -1, .icmp = icmp,
	};

	if (icmp) {
		g.seq = known(p, w->conn, from, FIELD_SND_UNA);
		g.icmp_type = 3;
	}
	if (w->kind == SEGMENT_DATA) {
		g.data = (const uint8_t *)"x";
		g.len = 1;
	}
	if (g.flags & SEG_SYN) {
		g.mss = pair->local.family == AF_INET ? 1460 : 1440;
		g.sack_ok = true;
		g.wscale = 7;
	}
	if (!(g.flags & SEG_ACK))
		g.ack = 0;
	g.has_ts = track_value(p->track, w->conn, from, FIELD_TS, &g.tsval) &&
		   !(g.flags & SEG_RST);
	g.tsecr = g.has_ts && g.flags & SEG_ACK ? known(p, w->conn, from, FIELD_TS_RECENT) : 0;
	return g;
}

/*
 * The Ethernet header of a frame that runs this way: that of one which did, or
 * of one which ran the other way, turned round. Return: the end it comes from, -1
 */
static int model_header(struct play *p, enum heading heading, uint8_t ethernet[ETHERNET_HEADER])
{
	const struct pattern same = { .heading = heading, .conn = -1, .flags = 0xff };
	const struct pattern any = { .heading = HEADING_ANY, .conn = -1, .flags = 0xff };
	const struct kept *model = rules_history(p->rules, &same, true);
	const bool turned = !model;

	if (turned)
		model = rules_history(p->rules, &any, true);
	if (!model)
		return -1;
	memcpy(ethernet, model->frame.bytes + (turned ? ETHERNET_ADDRESS : 0), ETHERNET_ADDRESS);
	memcpy(ethernet + ETHERNET_ADDRESS, model->frame.bytes + (turned ? 0 : ETHERNET_ADDRESS),
	       ETHERNET_ADDRESS);
	memcpy(ethernet + 2 * ETHERNET_ADDRESS, model->frame.bytes + 2 * ETHERNET_ADDRESS, 2);
	return turned ? !model->frame.from : model->frame.from;
}

static void wire_make(struct play *p, const struct step *s)
{
	const struct pattern *w = &s->wire.what;
	uint8_t ethernet[ETHERNET_HEADER];
	const int from = model_header(p, w->heading, ethernet);
	struct segment g = usual_segment(p, s);
	uint8_t frame[FRAME_ROOM];
	struct kept made = { .conn = w->conn, .name = -1, .step = p->step };
	struct err e;
	int len;

	if (from < 0) {
		err_set(&e, -ENODATA, "wire send: nothing crossed the wire yet");
		play_broken(p, &e);
		return;
	}
	for (size_t i = 0; i < w->parts; i++) {
		if (say_part(p, &g, &w->part[i], w->conn))
			continue;
		err_set(&e, -ENODATA, "wire send: %s is not known yet", part_info[w->part[i].part].name);
		play_broken(p, &e);
		return;
	}
	len = segment_encode(&g, ethernet, frame, sizeof(frame));
	if (len < 0) {
		err_set(&e, len, "wire send: the segment is too long");
		play_broken(p, &e);
		return;
	}
	made.frame = (struct wire_frame){ .from = from, .bytes = frame, .len = (size_t)len };
	made.note = play_note(p, &made.frame);
	did(p, s, p->frames + 1);
	play_deliver(p, &made, FATE_MADE);
}

static void wire_rewrite(struct play *p, const struct step *s)
{
	const struct locus *l = s->wire.rewrite;
	const struct nat_rule rule = {
		.heading = s->host == HOST_CLIENT ? HEADING_TO_SERVER : HEADING_TO_CLIENT,
		.from = { lab_address(p->lab, s->host, l[0].spot), l[0].port },
		.as = { lab_address(p->lab, s->host, l[1].spot), l[1].port },
		.step = p->step,
	};
	struct err e;

	if (nat_add(&p->nat, &rule))
		return;
	err_set(&e, -E2BIG, "wire rewrite: more than %d", NAT_RULES_MOST);
	play_broken(p, &e);
}

void wire_act(struct play *p, const struct step *s)
{
	if (s->verb != VERB_WIRE_REWRITE)	/* said once, it holds for good */
		rules_begin(p->rules, p->step, p->round[p->step]);
	switch (s->verb) {
	case VERB_WIRE_RELEASE:
		wire_release(p, s);
		break;
	case VERB_WIRE_REPLAY:
		wire_replay(p, s);
		break;
	case VERB_WIRE_SEND:
		wire_make(p, s);
		break;
	case VERB_WIRE_REWRITE:
		wire_rewrite(p, s);
		break;
	case VERB_WIRE_MEND:
		rules_mend(p->rules, s->wire.what.heading);
		did(p, s, 0);
		break;
	default:
		rules_add(p->rules, p->step);
	}
}

void wires_end(struct play *p)
{
	for (size_t i = 0; i < p->trial->steps; i++) {
		const enum verb v = p->trial->step[i].verb;

		const int missed = v < VERB_WIRE_DROP ? 0 :
				   rules_missed(p->rules, (int)i, p->round[i]);

		if (missed)
			play_tell(p, EVENT(EVENT_WIRE, .step = (int)i, .round = missed - 1,
					   .word = "unmatched"));
	}
}
