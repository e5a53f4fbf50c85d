// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/screen.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "runner/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOLD	"\033[1m"
#define RED	"\033[1;31m"
#define GREEN	"\033[1;32m"
#define CYAN	"\033[36m"
#define PLAIN	"\033[0m"

enum { KEY_WIDTH = 10, LINE_WIDTH = 100 };

struct screen {
	const char *margin;
	bool colour;
	struct buf *out;
};

/* ------------------------------------------------------------------- lines */

static void trim(struct buf *b)
{
	while (b->len && !b->failed && b->s[b->len - 1] == ' ')
		b->s[--b->len] = '\0';
}

static void add_line(struct screen *s, const char *shade, const char *line, size_t len)
{
	buf_adds(s->out, s->margin);
	if (s->colour && *shade)
		buf_adds(s->out, shade);
	escape_line(s->out, line, len);
	trim(s->out);
	if (s->colour && *shade)
		buf_adds(s->out, PLAIN);
	buf_adds(s->out, "\n");
}

static void add_gap(struct screen *s)
{
	add_line(s, "", "", 0);
}

/* Each line of a text, shaded as its first bytes say */
static void add_lines(struct screen *s, const char *text, const char *(*shade)(const char *line))
{
	while (text && *text) {
		const size_t len = strcspn(text, "\n");

		add_line(s, shade(text), text, len);
		text += len + (text[len] == '\n');
	}
}

/* "key       value" */
static void add_said(struct screen *s, const char *key, const char *shade, const char *value)
{
	if (!value)
		return;
	buf_addf(s->out, "%s%s%-*s%s", s->margin, s->colour && *key ? BOLD : "", KEY_WIDTH, key,
		 s->colour && *key ? PLAIN : "");
	if (s->colour)
		buf_adds(s->out, shade);
	escape_line(s->out, value, strlen(value));
	if (s->colour && *shade)
		buf_adds(s->out, PLAIN);
	trim(s->out);
	buf_adds(s->out, "\n");
}

/* How much of a text fits into a line, at a blank where there is one */
static size_t fits(const char *text, size_t width)
{
	size_t len = strlen(text), at = width;

	if (len <= width)
		return len;
	while (at && text[at] != ' ')
		at--;
	return at ? at : width;
}

static void add_prose(struct screen *s, const char *key, const char *text)
{
	while (text && *text) {
		const size_t len = fits(text, LINE_WIDTH - KEY_WIDTH);
		char line[LINE_WIDTH + 1];

		snprintf(line, sizeof(line), "%.*s", (int)len, text);
		add_said(s, key, "", line);
		key = "";
		text += len;
		while (*text == ' ')
			text++;
	}
}

/* ------------------------------------------------------------------- parts */

static const char *excerpt_shade(const char *line)
{
	return !strncmp(line, "      | ", 8) ? GREEN : "";
}

static const char *ladder_shade(const char *line)
{
	const char *mark = strncmp(line, "          ", 10) && strlen(line) > 11 ? line + 11 : "";

	if (!strncmp(mark, ">>", 2) || !strncmp(mark, "!!", 2))
		return RED;
	return !strncmp(mark, "--", 2) ? CYAN : "";
}

static void add_head(struct screen *s, const struct report_point *point,
		     const struct report_trial *t)
{
	const struct place *at = &t->verdict->at;
	autobuf head = { 0 };

	buf_adds(&head, !strcmp(point->file, "-") ? "stdin" : point->file);
	if (at->line > 0)
		buf_addf(&head, ":%d:%d", at->line, at->column);
	buf_addf(&head, ": %s", report_message(t));
	add_line(s, RED, buf_text(&head), head.len);
	add_lines(s, t->excerpt, excerpt_shade);
	s->out->failed |= head.failed;
}

static void add_also(struct screen *s, const struct verdict *v)
{
	for (size_t i = 0; i < v->alsos; i++) {
		autobuf line = { 0 };

		buf_addf(&line, "line %d: %s", v->also[i].at.line, v->also[i].message);
		add_said(s, i ? "" : "also", "", buf_text(&line));
		s->out->failed |= line.failed;
	}
}

static void add_promise(struct screen *s, const struct report_trial *t)
{
	add_said(s, "promised", GREEN, t->verdict->expected);
	add_said(s, "seen", RED, t->verdict->seen);
	add_also(s, t->verdict);
	add_said(s, "known", "", t->todo);
}

static void add_meaning(struct screen *s, const struct report_trial *t)
{
	add_prose(s, "title", t->title);
	for (size_t i = 0; i < t->abouts; i++)
		add_prose(s, i ? "" : "about", t->about[i]);
	for (size_t i = 0; i < t->refs; i++) {
		autobuf text = { 0 };

		buf_addf(&text, "%s%s%s", t->ref[i], t->clause && t->clause[i] ? ": " : "",
			 t->clause && t->clause[i] ? t->clause[i] : "");
		add_prose(s, i ? "" : "clause", buf_text(&text));
		s->out->failed |= text.failed;
	}
}

/* ----------------------------------------------------------------- sockets */

/* What a table's columns need, so that IPv4 does not stand as wide as IPv6 must */
struct widths {
	int conn, local, remote;
};

static int wider(int width, const char *text)
{
	const int len = text ? (int)strlen(text) : 0;

	return len > width ? len : width;
}

static struct widths widths_of(const struct report_trial *t)
{
	struct widths w = { 4, 5, 6 };

	for (size_t i = 0; i < t->sockets; i++) {
		w.conn = wider(w.conn, t->socket[i].conn);
		w.local = wider(w.local, t->socket[i].local);
		w.remote = wider(w.remote, t->socket[i].remote);
	}
	return w;
}

static void timer_text(const struct report_socket *r, char *text, size_t size)
{
	char left[32];

	if (!r->timer || !*r->timer)
		snprintf(text, size, "-");
	else
		snprintf(text, size, "%s %s", r->timer, clock_text(r->left_ns, left, sizeof(left)));
}

static void add_socket(struct screen *s, const struct report_socket *r, const struct widths *w)
{
	autobuf line = { 0 };
	char timer[64];

	if (!strcmp(r->state, "none")) {
		buf_addf(&line, "  %-6s  no socket", *r->host ? r->host : "both");
	} else if (!strcmp(r->state, "more")) {
		buf_addf(&line, "  %-6s  and %" PRId64 " more", r->host, r->left_out);
	} else {
		timer_text(r, timer, sizeof(timer));
		buf_addf(&line, "  %-6s  %-*s  %-12s  %-*s  %-*s  %6u  %6u  %s", r->host, w->conn,
			 r->conn ? r->conn : "", r->state, w->local, r->local, w->remote,
			 r->remote, r->recvq, r->sendq, timer);
		if (r->retransmits)
			buf_addf(&line, ", %u sent again", r->retransmits);
	}
	add_line(s, "", buf_text(&line), line.len);
	s->out->failed |= line.failed;
}

static void add_sockets(struct screen *s, const struct report_trial *t)
{
	const struct widths w = widths_of(t);
	autobuf head = { 0 };

	if (!t->sockets)
		return;
	buf_addf(&head, "sockets at %.4f s", (double)t->sockets_ns / (double)NS_PER_S);
	add_line(s, BOLD, buf_text(&head), head.len);
	buf_clear(&head);
	buf_addf(&head, "  %-6s  %-*s  %-12s  %-*s  %-*s  %6s  %6s  %s", "host", w.conn, "conn",
		 "state", w.local, "local", w.remote, "remote", "recv-q", "send-q", "timer");
	add_line(s, "", buf_text(&head), head.len);
	for (size_t i = 0; i < t->sockets; i++)
		add_socket(s, &t->socket[i], &w);
	s->out->failed |= head.failed;
}

/* --------------------------------------------------------------- the whole */

bool screen_colour(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) && (!no || !*no) && term && *term && strcmp(term, "dumb") != 0;
}

bool screen_wanted(enum verdict_kind kind)
{
	return kind != VERDICT_PASS && kind != VERDICT_SKIP;
}

static void add_evidence(struct screen *s, const struct report_trial *t)
{
	add_meaning(s, t);
	if (t->ladder) {
		add_gap(s);
		add_lines(s, t->ladder, ladder_shade);
	}
	if (t->sockets) {
		add_gap(s);
		add_sockets(s, t);
	}
	if (t->ladder || t->sockets)
		add_gap(s);
}

void screen_render(const struct report_point *point, const struct report_trial *t,
		   const char *margin, bool colour, struct buf *out)
{
	struct screen s = { .margin = margin, .colour = colour, .out = out };

	add_head(&s, point, t);
	add_promise(&s, t);
	if (t->verdict->kind != VERDICT_TODO)	/* that one is understood */
		add_evidence(&s, t);
	for (size_t i = 0; i < t->sysctls; i++)
		add_said(&s, i ? "" : "sysctl", "", t->sysctl[i]);
	add_said(&s, "again", BOLD, t->repro);
	add_said(&s, "record", "", t->artifacts);
	add_said(&s, "capture", "", t->capture);
}
