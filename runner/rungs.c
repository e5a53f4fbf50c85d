// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/rungs.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "runner/match.h"
#include "runner/track.h"

#include <inttypes.h>
#include <string.h>

/*
 * struct layout - A ladder being laid out
 * one: whether the trial has one connection only, so that it need not be named
 */
struct layout {
	const struct trial *t;
	struct events ev;
	const struct verdict *v;
	struct track *track;
	bool one;
	struct arena *a;
	struct rungs *out;
};

static struct rung *add(struct layout *l, enum rung_kind kind, const struct event *e,
			const char *text)
{
	struct rungs *r = l->out;

	r->list = arena_grow(l->a, r->list, r->count, sizeof(*r->list));
	r->list[r->count] = (struct rung){ .kind = kind, .at_ns = e->at_ns, .text = text };
	return &r->list[r->count++];
}

/* ------------------------------------------------------------------ frames */

static const char *conn_name(const struct layout *l, int conn)
{
	return conn >= 0 && (size_t)conn < l->t->name_count ? l->t->names[conn].text : NULL;
}

static void add_number(struct buf *b, const struct layout *l, int conn, enum host host,
		       uint32_t number)
{
	uint32_t isn;

	if (track_value(l->track, conn, host, FIELD_ISN, &isn))
		buf_addf(b, " %d", (int32_t)(number - isn));
	else
		buf_addf(b, " #%" PRIu32, number);
}

static void label(const struct layout *l, const struct event *e, struct buf *b)
{
	const struct frame_note *f = &e->frame;
	const enum host from = f->heading == HEADING_TO_SERVER ? HOST_CLIENT : HOST_SERVER;
	const int conn = track_find(l->track, f);
	const char *name = conn_name(l, e->conn >= 0 ? e->conn : conn);
	char flags[40];

	if (name && !l->one)
		buf_addf(b, "%.12s ", name);
	buf_adds(b, f->kind == SEGMENT_ODD ? segment_flags_text(f->flags, flags, sizeof(flags)) :
		 segment_kind_name[f->kind]);
	if (f->kind == SEGMENT_ICMP) {
		buf_addf(b, " %s", f->icmp);
	} else {
		add_number(b, l, conn, from, f->seq);
		if (f->len)
			buf_addf(b, " len %" PRIu32, f->len);
		if (f->flags & SEG_ACK) {
			buf_adds(b, " ack");
			add_number(b, l, conn, from == HOST_CLIENT ? HOST_SERVER : HOST_CLIENT, f->ack);
		}
	}
	if (f->fate != FATE_PASSED)
		buf_addf(b, " (%s)", fate_name[f->fate]);
}

static void add_frame(struct layout *l, const struct event *e)
{
	autobuf text = { 0 };
	struct rung *r;

	label(l, e, &text);
	r = add(l, RUNG_FRAME, e, arena_dup(l->a, buf_text(&text), text.len));
	r->heading = e->frame.heading;
	r->sent = fate_sent(e->frame.fate);
	r->given = fate_given(e->frame.fate);
}

static void add_state(struct layout *l, const struct event *e)
{
	const char *name = l->one ? NULL : conn_name(l, e->conn);
	const char *state = e->word ? e->word : "?";

	add(l, RUNG_STATE, e, name ? arena_printf(l->a, "%s %s", name, state) :
	    arena_dup(l->a, state, strlen(state)))->host = e->host == HOST_SERVER ? HOST_SERVER : HOST_CLIENT;
}

/* ------------------------------------------------------------------- steps */

static const struct step *step_of(const struct layout *l, const struct event *e)
{
	return e->step >= 0 && (size_t)e->step < l->t->steps ? &l->t->step[e->step] : NULL;
}

static bool is_the_one(const struct layout *l, const struct event *e)
{
	return l->v && l->v->step >= 0 && e->step == l->v->step && e->round == l->v->round;
}

/* The line as it stands in the file, its runs of blanks folded */
static const char *line_text(struct layout *l, const struct step *s)
{
	char *text;
	size_t n = 0;

	if (!s->line)
		return match_subject_text(l->t, s, l->a);
	text = arena_get(l->a, s->line->len + 1);
	for (size_t i = 0; i < s->line->len; i++) {
		const char c = s->line->text[i] == '\t' ? ' ' : s->line->text[i];

		if (c != ' ' || (n && text[n - 1] != ' '))
			text[n++] = c;
	}
	return text;
}

static void add_step(struct layout *l, const struct event *e)
{
	const struct step *s = step_of(l, e);
	const char *round = e->round ? arena_printf(l->a, " (round %d)", e->round + 1) : "";

	if (s)
		add(l, RUNG_STEP, e, arena_printf(l->a, "line %d%s: %s", s->at.line, round,
						  line_text(l, s)))->marked = is_the_one(l, e);
}

static void add_result(struct layout *l, const struct event *e)
{
	if (!e->word || strcmp(e->word, "ok") != 0 || is_the_one(l, e))
		add(l, RUNG_RESULT, e, match_result_text(e, l->a))->marked = is_the_one(l, e);
}

static void add_look(struct layout *l, const struct event *e)
{
	const struct step *s = step_of(l, e);

	if (is_the_one(l, e) && s && s->expect.look != LOOK_WIRE && s->expect.look != LOOK_EXCHANGE)
		add(l, RUNG_SAW, e, e->word ? arena_dup(l->a, e->word, strlen(e->word)) :
		    "nothing")->marked = true;
}

static void add_unmatched(struct layout *l, const struct event *e)
{
	const struct step *s = step_of(l, e);

	if (s && e->word && strcmp(e->word, "unmatched") == 0)
		add(l, RUNG_UNMATCHED, e, arena_printf(l->a, "line %d never matched: %s", s->at.line,
						       line_text(l, s)))->marked = is_the_one(l, e);
}

static void add_late(struct layout *l, const struct event *e)
{
	char text[32] = "";

	if (e->from_ns != INT64_MIN && e->from_ns <= e->at_ns && e->from_ns >= 0)
		clock_text(e->at_ns - e->from_ns, text, sizeof(text));
	add(l, RUNG_TROUBLE, e, e->text ? e->text :
	    arena_printf(l->a, "a wait overslept%s%s", *text ? " by " : "", text));
}

/* What a program wrote, its first line */
static void add_output(struct layout *l, const struct event *e)
{
	const size_t all = event_text_len(e);
	const char *end = all ? memchr(e->text, '\n', all) : NULL;
	const size_t len = end ? (size_t)(end - e->text) : all;
	const char *word = e->word ? e->word : "output";

	if (all)
		add(l, RUNG_PROGRAM, e, arena_printf(l->a, "%s: %.*s%s", word, (int)len, e->text,
						     len + 1 < all ? " ..." : ""));
	else
		add(l, RUNG_PROGRAM, e, arena_printf(l->a, "%s: %" PRId64 " bytes more, not kept",
						     word, e->number));
}

static void add_ended(struct layout *l, const struct event *e)
{
	if (e->conn >= 0 && (size_t)e->conn < l->t->name_count)
		add(l, RUNG_PROGRAM, e, arena_printf(l->a, "%s ended: %s", l->t->names[e->conn].text,
						     match_result_text(e, l->a)));
}

static void add_event(struct layout *l, const struct event *e)
{
	switch (e->kind) {
	case EVENT_STEP:
		add_step(l, e);
		break;
	case EVENT_RESULT:
		add_result(l, e);
		break;
	case EVENT_OUTPUT:
		add_output(l, e);
		break;
	case EVENT_ENDED:
		add_ended(l, e);
		break;
	case EVENT_LOOK:
		add_look(l, e);
		break;
	case EVENT_FRAME:
		add_frame(l, e);
		break;
	case EVENT_STATE:
		add_state(l, e);
		break;
	case EVENT_WIRE:
		add_unmatched(l, e);
		break;
	case EVENT_LATE:
		add_late(l, e);
		break;
	case EVENT_PAUSE:
		add(l, RUNG_TROUBLE, e, "stood still until somebody let it go on");
		break;
	case EVENT_KERNEL:
	case EVENT_BROKEN:
	case EVENT_SKIP:
		add(l, RUNG_TROUBLE, e, arena_printf(l->a, "%s: %s", event_name[e->kind],
						     e->text ? e->text : ""));
		break;
	default:
		break;
	}
}

/* ---------------------------------------------------------------- the whole */

static struct events last_try(const struct events *ev)
{
	size_t begin = 0;

	for (size_t i = 0; i < ev->count; i++)
		if (ev->list[i].kind == EVENT_TRY)
			begin = i;
	return (struct events){ ev->list ? ev->list + begin : NULL, ev->count - begin };
}

/* Behind the end of the step that the verdict hangs on; the end of the record where there is none */
static size_t end_of(const struct layout *l)
{
	size_t end = l->ev.count;

	for (size_t i = 0; i < l->ev.count; i++)
		if ((l->ev.list[i].kind == EVENT_DONE || l->ev.list[i].kind == EVENT_WIRE) &&
		    is_the_one(l, &l->ev.list[i]))
			end = i + 1;
	return end;
}

static bool has_one_conn(const struct trial *t)
{
	int n = 0;

	for (size_t i = 0; i < t->name_count; i++)
		n += t->names[i].kind == NAME_CONN;
	return n == 1;
}

void rungs_read(const struct trial *t, const struct events *events, const struct verdict *v,
		struct arena *a, struct rungs *out)
{
	struct layout l = { .t = t, .v = v, .ev = last_try(events), .one = has_one_conn(t), .a = a,
			    .out = out };
	const size_t end = end_of(&l);

	*out = (struct rungs){ .goes_on = end < l.ev.count && l.ev.list[end].kind != EVENT_END };
	l.track = track_new(t);
	for (size_t i = 0; i < l.ev.count; i++) {
		if (i == end)
			out->end = out->count;
		track_event(l.track, &l.ev.list[i]);
		add_event(&l, &l.ev.list[i]);
	}
	if (end == l.ev.count)
		out->end = out->count;
	track_free(l.track);
}
