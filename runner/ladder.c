// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/ladder.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "runner/rungs.h"

#include <stdio.h>
#include <string.h>

/* Columns: the time, the client's state, the wire between two rails, the server's state */
enum { STATE_WIDTH = 18, WIRE_WIDTH = 48, LABEL_MOST = WIRE_WIDTH - 10, NOTE_MOST = 400 };

/* Cut to the width, plain ASCII, runs of blanks kept, none at the end */
static void add_line(struct buf *lines, const char *text)
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
	buf_add(lines, line, n);
	buf_add(lines, "\n", 1);
}

static void add_note(struct buf *lines, const struct rung *r, const char *before)
{
	char line[NOTE_MOST];

	snprintf(line, sizeof(line), "%9.4f  %s%s", (double)r->at_ns / (double)NS_PER_S, before, r->text);
	add_line(lines, line);
}

static void add_row(struct buf *lines, int64_t at_ns, const char *client, const char *wire,
		    const char *server)
{
	char line[NOTE_MOST];

	snprintf(line, sizeof(line), "%9.4f  %-*.*s |%-*.*s|  %s", (double)at_ns / (double)NS_PER_S,
		 STATE_WIDTH, STATE_WIDTH, client, WIRE_WIDTH, WIRE_WIDTH, wire, server);
	add_line(lines, line);
}

/*
 * An arrow that begins at its sender, or in the middle of the wire where the
 * wire gave it, and ends at the other rail, or with an x where it was kept.
 */
static void draw_arrow(char *wire, const struct rung *r)
{
	const bool right = r->heading == HEADING_TO_SERVER;
	const size_t begin = r->sent ? 0 : 4, end = r->given ? WIRE_WIDTH : WIRE_WIDTH - 4;
	const size_t left = right ? begin : WIRE_WIDTH - end;
	const size_t behind = right ? end : WIRE_WIDTH - begin;
	const size_t len = strnlen(r->text, LABEL_MOST);

	memset(wire, ' ', WIRE_WIDTH);
	memset(wire + left, '-', behind - left);
	wire[right ? behind - 1 : left] = r->given ? (right ? '>' : '<') : 'x';
	if (!r->sent)
		wire[right ? left : behind - 1] = '*';
	wire[left + 3] = ' ';
	memcpy(wire + left + 4, r->text, len);
	wire[left + 4 + len] = ' ';
	wire[WIRE_WIDTH] = '\0';
}

static void draw_rung(const struct rung *r, struct buf *lines)
{
	char wire[WIRE_WIDTH + 1];

	switch (r->kind) {
	case RUNG_STEP:
	case RUNG_UNMATCHED:
		add_note(lines, r, r->marked ? ">> " : "-- ");
		break;
	case RUNG_RESULT:
		add_note(lines, r, "   => ");
		break;
	case RUNG_PROGRAM:
		add_note(lines, r, "   ");
		break;
	case RUNG_SAW:
		add_note(lines, r, "   saw ");
		break;
	case RUNG_TROUBLE:
		add_note(lines, r, "!! ");
		break;
	case RUNG_FRAME:
		draw_arrow(wire, r);
		add_row(lines, r->at_ns, "", wire, "");
		break;
	case RUNG_STATE:
		add_row(lines, r->at_ns, r->host == HOST_SERVER ? "" : r->text, "",
			r->host == HOST_SERVER ? r->text : "");
		break;
	}
}

static void draw_verdict(const struct verdict *v, struct arena *a, struct buf *lines)
{
	if (v->expected)
		add_line(lines, arena_printf(a, "           expected  %s", v->expected));
	if (v->seen)
		add_line(lines, arena_printf(a, "           seen      %s", v->seen));
}

/* The last lines that fit; what is left out is told */
static void hand_out(const struct buf *lines, int most, struct buf *out)
{
	const char *from = buf_text(lines), *end = from + lines->len;
	int count = 0, left_out = 0;

	for (const char *s = from; s < end; s++)
		count += *s == '\n';
	for (; count - left_out > most; left_out++)
		from = strchr(from, '\n') + 1;
	if (left_out)
		buf_addf(out, "           (%d lines before this are left out)\n", left_out);
	buf_add(out, from, (size_t)(end - from));
}

static void draw_head(struct buf *out)
{
	buf_addf(out, "%9s  %-*s  %-*s   %s\n", "time s", STATE_WIDTH, "client", WIRE_WIDTH, "",
		 "server");
}

void ladder_draw(const struct trial *t, const struct events *events, const struct verdict *v,
		 struct buf *out)
{
	struct arena a = { 0 };
	struct rungs rungs;
	autobuf lines = { 0 };

	rungs_read(t, events, v, &a, &rungs);
	draw_head(out);
	for (size_t i = 0; i < rungs.end; i++)
		draw_rung(&rungs.list[i], &lines);
	if (rungs.goes_on && v)
		add_line(&lines, "           (the record goes on)");
	if (v)
		draw_verdict(v, &a, &lines);
	hand_out(&lines, LADDER_LINES_MOST, out);
	arena_free(&a);
}

/* What came next shows whether it was only late */
void ladder_around(const struct trial *t, const struct events *events, const struct verdict *v,
		   struct buf *out)
{
	struct arena a = { 0 };
	struct rungs rungs;
	autobuf lines = { 0 };
	size_t i;

	rungs_read(t, events, v, &a, &rungs);
	draw_head(out);
	for (i = 0; i < rungs.count && i < rungs.end + LADDER_BEHIND_MOST; i++)
		draw_rung(&rungs.list[i], &lines);
	if (i < rungs.count)
		add_line(&lines, "           (the record goes on)");
	hand_out(&lines, LADDER_AROUND_MOST - 2, out);
	arena_free(&a);
}
