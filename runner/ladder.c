// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/ladder.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "runner/match.h"
#include "runner/track.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Columns: the time, the client's state, the wire between two rails, the server's state */
enum { STATE_WIDTH = 18, WIRE_WIDTH = 48, LABEL_MOST = WIRE_WIDTH - 10, NOTE_MOST = 400 };

/*
 * struct ladder - A picture being drawn
 * end: where to stop: behind the step that the verdict hangs on
 * one: whether the trial has one connection only, so that it need not be named
 */
struct ladder {
	const struct trial *t;
	struct events ev;
	const struct verdict *v;
	struct track *track;
	size_t end;
	bool one;
	struct arena a;
	struct buf lines;
};

/* ------------------------------------------------------------------- lines */

/* Cut to the width, plain ASCII, runs of blanks kept, none at the end */
static void add_line(struct ladder *l, const char *text)
{
	char line[LADDER_WIDTH + 1];
	size_t n = 0;

	for (; *text && n < LADDER_WIDTH; text++) {
		const unsigned char c = (unsigned char)*text;

		line[n++] = c == '\t' ? ' ' : c < ' ' || c >= 0x7f ? '.' : (char)c;
	}
	if (*text)
		memcpy(line + LADDER_WIDTH - 3, "...", 3);
	while (n && line[n - 1] == ' ')
		n--;
	buf_add(&l->lines, line, n);
	buf_add(&l->lines, "\n", 1);
}

static void add_note(struct ladder *l, int64_t at_ns, const char *text)
{
	char line[NOTE_MOST];

	snprintf(line, sizeof(line), "%9.4f  %s", (double)at_ns / (double)NS_PER_S, text);
	add_line(l, line);
}

static void add_row(struct ladder *l, int64_t at_ns, const char *client, const char *wire,
		    const char *server)
{
	char line[NOTE_MOST];

	snprintf(line, sizeof(line), "%9.4f  %-*.*s |%-*.*s|  %s", (double)at_ns / (double)NS_PER_S,
		 STATE_WIDTH, STATE_WIDTH, client, WIRE_WIDTH, WIRE_WIDTH, wire, server);
	add_line(l, line);
}

/* ------------------------------------------------------------------ frames */

static const char *conn_name(const struct ladder *l, int conn)
{
	return conn >= 0 && (size_t)conn < l->t->name_count ? l->t->names[conn].text : NULL;
}

static void add_number(struct buf *b, const struct ladder *l, int conn, enum host host,
		       uint32_t number)
{
	uint32_t isn;

	if (track_value(l->track, conn, host, FIELD_ISN, &isn))
		buf_addf(b, " %d", (int32_t)(number - isn));
	else
		buf_addf(b, " #%" PRIu32, number);
}

/* "a FIN 1 ack 1", "a RST 1 (dropped)" */
static void label(const struct ladder *l, const struct event *e, struct buf *b)
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

/*
 * An arrow that begins at its sender, or in the middle of the wire where the
 * wire gave it, and ends at the other rail, or with an x where it was kept.
 */
static void draw_arrow(char *wire, const struct frame_note *f, const char *text)
{
	const bool right = f->heading == HEADING_TO_SERVER;
	const bool given = fate_given(f->fate), sent = fate_sent(f->fate);
	const size_t begin = sent ? 0 : 4, end = given ? WIRE_WIDTH : WIRE_WIDTH - 4;
	const size_t left = right ? begin : WIRE_WIDTH - end;
	const size_t behind = right ? end : WIRE_WIDTH - begin;
	const size_t len = strlen(text);

	memset(wire, ' ', WIRE_WIDTH);
	memset(wire + left, '-', behind - left);
	wire[right ? behind - 1 : left] = given ? (right ? '>' : '<') : 'x';
	if (!sent)
		wire[right ? left : behind - 1] = '*';
	wire[left + 3] = ' ';
	memcpy(wire + left + 4, text, len);
	wire[left + 4 + len] = ' ';
	wire[WIRE_WIDTH] = '\0';
}

static void draw_frame(struct ladder *l, const struct event *e)
{
	char wire[WIRE_WIDTH + 1];
	autobuf text = { 0 };

	label(l, e, &text);
	if (text.len > LABEL_MOST)
		text.s[LABEL_MOST] = '\0';
	draw_arrow(wire, &e->frame, buf_text(&text));
	add_row(l, e->at_ns, "", wire, "");
}

static void draw_state(struct ladder *l, const struct event *e)
{
	const char *name = conn_name(l, e->conn);
	char text[64];

	snprintf(text, sizeof(text), "%s%s%s", name && !l->one ? name : "",
		 name && !l->one ? " " : "", e->word ? e->word : "?");
	add_row(l, e->at_ns, e->host == HOST_SERVER ? "" : text, "",
		e->host == HOST_SERVER ? text : "");
}

/* ------------------------------------------------------------------- steps */

static const struct step *step_of(const struct ladder *l, const struct event *e)
{
	return e->step >= 0 && (size_t)e->step < l->t->steps ? &l->t->step[e->step] : NULL;
}

static bool is_the_one(const struct ladder *l, const struct event *e)
{
	return l->v && l->v->step >= 0 && e->step == l->v->step && e->round == l->v->round;
}

/* The line as it stands in the file, its runs of blanks folded */
static const char *line_text(struct ladder *l, const struct step *s)
{
	char *text;
	size_t n = 0;

	if (!s->line)
		return match_subject_text(l->t, s, &l->a);
	text = arena_get(&l->a, s->line->len + 1);
	for (size_t i = 0; i < s->line->len; i++) {
		const char c = s->line->text[i] == '\t' ? ' ' : s->line->text[i];

		if (c != ' ' || (n && text[n - 1] != ' '))
			text[n++] = c;
	}
	return text;
}

static void draw_step(struct ladder *l, const struct event *e)
{
	const struct step *s = step_of(l, e);

	if (!s)
		return;
	add_note(l, e->at_ns, arena_printf(&l->a, "%s line %d%s: %s", is_the_one(l, e) ? ">>" : "--",
					   s->at.line,
					   e->round ? arena_printf(&l->a, " (round %d)", e->round + 1) : "",
					   line_text(l, s)));
}

static void draw_result(struct ladder *l, const struct event *e)
{
	if (!e->word || strcmp(e->word, "ok") != 0 || is_the_one(l, e))
		add_note(l, e->at_ns, arena_printf(&l->a, "   => %s", match_result_text(e, &l->a)));
}

static void draw_look(struct ladder *l, const struct event *e)
{
	const struct step *s = step_of(l, e);

	if (is_the_one(l, e) && s && s->expect.look != LOOK_WIRE && s->expect.look != LOOK_EXCHANGE)
		add_note(l, e->at_ns, arena_printf(&l->a, "   saw %s", e->word ? e->word : "nothing"));
}

static void draw_unmatched(struct ladder *l, const struct event *e)
{
	const struct step *s = step_of(l, e);

	if (s && e->word && strcmp(e->word, "unmatched") == 0)
		add_note(l, e->at_ns, arena_printf(&l->a, "%s line %d never matched: %s",
						   is_the_one(l, e) ? ">>" : "--", s->at.line,
						   line_text(l, s)));
}

static void draw_late(struct ladder *l, const struct event *e)
{
	char text[32] = "";

	if (e->from_ns != INT64_MIN && e->from_ns <= e->at_ns && e->from_ns >= 0)
		clock_text(e->at_ns - e->from_ns, text, sizeof(text));
	add_note(l, e->at_ns, arena_printf(&l->a, "!! a wait overslept%s%s", *text ? " by " : "", text));
}

static void draw_event(struct ladder *l, const struct event *e)
{
	switch (e->kind) {
	case EVENT_STEP:
		draw_step(l, e);
		break;
	case EVENT_RESULT:
		draw_result(l, e);
		break;
	case EVENT_LOOK:
		draw_look(l, e);
		break;
	case EVENT_FRAME:
		draw_frame(l, e);
		break;
	case EVENT_STATE:
		draw_state(l, e);
		break;
	case EVENT_WIRE:
		draw_unmatched(l, e);
		break;
	case EVENT_LATE:
		draw_late(l, e);
		break;
	case EVENT_KERNEL:
	case EVENT_BROKEN:
	case EVENT_SKIP:
		add_note(l, e->at_ns, arena_printf(&l->a, "!! %s: %s", event_name[e->kind],
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
static size_t end_of(const struct ladder *l)
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

static void draw_verdict(struct ladder *l)
{
	if (!l->v)
		return;
	if (l->end < l->ev.count && l->ev.list[l->end].kind != EVENT_END)
		add_line(l, "           (the record goes on)");
	if (l->v->expected)
		add_line(l, arena_printf(&l->a, "           expected  %s", l->v->expected));
	if (l->v->seen)
		add_line(l, arena_printf(&l->a, "           seen      %s", l->v->seen));
}

/* The last lines that fit; what is left out is told */
static void hand_out(const struct buf *lines, struct buf *out)
{
	const char *from = buf_text(lines), *end = from + lines->len;
	int count = 0, left_out = 0;

	for (const char *s = from; s < end; s++)
		count += *s == '\n';
	for (; count - left_out > LADDER_LINES_MOST; left_out++)
		from = strchr(from, '\n') + 1;
	if (left_out)
		buf_addf(out, "           (%d lines before this are left out)\n", left_out);
	buf_add(out, from, (size_t)(end - from));
}

void ladder_draw(const struct trial *t, const struct events *events, const struct verdict *v,
		 struct buf *out)
{
	struct ladder l = { .t = t, .v = v, .ev = last_try(events), .one = has_one_conn(t) };

	l.track = track_new(t);
	l.end = end_of(&l);
	buf_addf(out, "%9s  %-*s  %-*s   %s\n", "time s", STATE_WIDTH, "client", WIRE_WIDTH, "",
		 "server");
	for (size_t i = 0; i < l.end; i++) {
		track_event(l.track, &l.ev.list[i]);
		draw_event(&l, &l.ev.list[i]);
	}
	draw_verdict(&l);
	hand_out(&l.lines, out);
	track_free(l.track);
	buf_fini(&l.lines);
	arena_free(&l.a);
}
