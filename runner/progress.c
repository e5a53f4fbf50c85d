// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Nothing here may make a run fail: what cannot be written to the terminal is
 * not written, and no function returns an error.
 */
#include "runner/progress.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/escape.h"
#include "runner/report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REDS_LISTED = 50, COLUMNS_USUAL = 80 };

#define DRAW_NS		(NS_PER_S / 10)
#define ERASE		"\r\x1b[K"
#define RED		"\x1b[31m"
#define PLAIN		"\x1b[0m"

struct progress {
	struct report_sink sink;
	int fd;
	bool terminal, live, colour;
	bool shared;		/* standard output is a terminal too: the line must give way */
	bool shown;		/* the line is on the terminal now */
	const struct report_plan *plan;
	int64_t begin_ns, drawn_ns;
	struct progress_count count;
	struct buf reds;	/* the red trials, for the end */
};

static bool has_reader_of_its_own(int out)
{
	struct stat st;

	return fstat(out, &st) == 0 && (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode));
}

static bool knows_escapes(void)
{
	const char *term = getenv("TERM");

	return term && *term && strcmp(term, "dumb") != 0;
}

static bool wants_colour(void)
{
	const char *no = getenv("NO_COLOR");

	return !no || !*no;
}

static bool in_background(int fd)
{
	const pid_t front = tcgetpgrp(fd);

	return front >= 0 && front != getpgrp();
}

static int columns_of(int fd)
{
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS_USUAL;
	return size.ws_col;
}

void progress_put(int fd, const struct buf *b)
{
	const char *s = buf_text(b);
	size_t left = b->len;

	while (left) {
		const ssize_t n = write(fd, s, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		s += n;
		left -= (size_t)n;
	}
}

static void put(struct progress *p, const struct buf *b)
{
	progress_put(p->fd, b);
}

/* ------------------------------------------------------------ the line */

/* What the forecast left; where it was wrong, or there is none: the rest takes as long
   for each as what is done did */
static int64_t left_ns(const struct progress_count *c)
{
	if (c->done >= c->points)
		return -1;
	if (c->elapsed_ns < c->forecast_ns)
		return c->forecast_ns - c->elapsed_ns;
	if (!c->done)
		return -1;
	return (int64_t)((double)c->elapsed_ns / (double)c->done * (double)(c->points - c->done));
}

static void add_left(struct buf *b, int64_t ns)
{
	const long long s = (ns + NS_PER_S - 1) / NS_PER_S;

	if (s < 120)
		buf_addf(b, "  left ~%llds", s);
	else
		buf_addf(b, "  left ~%lldmin", (s + 59) / 60);
}

/* Append as much of @text as fits. Return: the columns that are left */
static int add_fitting(struct buf *b, int columns, const char *text)
{
	const int len = (int)strlen(text);
	const int fit = len < columns ? len : columns > 0 ? columns : 0;

	buf_add(b, text, (size_t)fit);
	return columns - fit;
}

void progress_line(const struct progress_count *c, int columns, bool colour, struct buf *out)
{
	char part[64];
	autobuf tail = { 0 };

	columns--;	/* the last column would wrap on some terminals */
	snprintf(part, sizeof(part), "  %zu/%zu  running %zu", c->done, c->points, c->running);
	columns = add_fitting(out, columns, part);
	if (c->red) {
		snprintf(part, sizeof(part), "  failed %zu", c->red);
		buf_adds(out, colour ? RED : "");
		columns = add_fitting(out, columns, part);
		buf_adds(out, colour ? PLAIN : "");
	}
	if (left_ns(c) >= 0)
		add_left(&tail, left_ns(c));
	add_fitting(out, columns, buf_text(&tail));
}

int64_t progress_draw(struct progress *p, size_t running, int64_t now_ns)
{
	autobuf b = { 0 };

	if (!p->live || !p->plan)
		return -1;
	if (now_ns - p->drawn_ns < DRAW_NS)
		return DRAW_NS - (now_ns - p->drawn_ns);
	if (in_background(p->fd))
		return NS_PER_S;
	p->count.running = running;
	p->count.elapsed_ns = now_ns - p->begin_ns;
	buf_adds(&b, ERASE);
	progress_line(&p->count, columns_of(p->fd), p->colour, &b);
	put(p, &b);
	p->shown = true;
	p->drawn_ns = now_ns;
	return DRAW_NS;
}

/* Take the line away, before anything else is printed to the terminal */
static void hide(struct progress *p)
{
	autobuf b = { 0 };

	if (!p->shown)
		return;
	buf_adds(&b, ERASE);
	put(p, &b);
	p->shown = false;
}

void progress_say(struct progress *p, const struct buf *lines)
{
	hide(p);
	put(p, lines);
}

/* ------------------------------------------------------------ the sink */

static struct progress *progress_of(struct report_sink *s)
{
	return (struct progress *)s;
}

static int progress_begin(struct report_sink *s, const struct report_plan *plan, struct err *e)
{
	struct progress *p = progress_of(s);

	(void)e;
	p->plan = plan;
	p->begin_ns = clock_ns();
	p->count.points = plan->points;
	p->count.forecast_ns = plan->forecast_ns;
	return 0;
}

static void note_red(struct progress *p, const struct report_point *point,
		     const struct report_trial *t)
{
	struct buf *b = &p->reds;
	const char *message = report_message(t);

	escape_line(b, point->file, strlen(point->file));
	if (t->verdict->at.line > 0)
		buf_addf(b, ":%d", t->verdict->at.line);
	buf_addf(b, ": %s%s%s: ", p->colour ? RED : "", verdict_name[t->verdict->kind],
		 p->colour ? PLAIN : "");
	escape_line(b, message, strlen(message));
	buf_adds(b, " (");
	escape_name(b, point->name);
	buf_adds(b, ")\n");
}

static int progress_trial(struct report_sink *s, size_t index, const struct report_trial *t,
			  struct err *e)
{
	struct progress *p = progress_of(s);

	(void)e;
	p->count.done++;
	if (p->shared)
		hide(p);
	if (p->terminal && verdict_red(t->verdict->kind) && ++p->count.red <= REDS_LISTED)
		note_red(p, &p->plan->point[index], t);
	return 0;
}

static int progress_end(struct report_sink *s, const struct report_summary *sum, struct err *e)
{
	struct progress *p = progress_of(s);
	autobuf b = { 0 };

	(void)e;
	hide(p);
	p->live = false;
	if (!p->terminal)
		return 0;
	buf_add(&b, buf_text(&p->reds), p->reds.len);
	if (p->count.red > REDS_LISTED)
		buf_addf(&b, "and %zu more\n", p->count.red - REDS_LISTED);
	if (sum->cut_short) {
		escape_line(&b, sum->cut_short, strlen(sum->cut_short));
		buf_adds(&b, "\n");
	}
	report_summary_text(sum, &b);
	buf_adds(&b, "\n");
	put(p, &b);
	return 0;
}

/* The reason itself is printed by main, as any error is */
static int progress_bail(struct report_sink *s, const char *reason, struct err *e)
{
	struct progress *p = progress_of(s);

	(void)reason;
	(void)e;
	hide(p);
	p->live = false;
	return 0;
}

static void progress_free(struct report_sink *s)
{
	struct progress *p = progress_of(s);

	hide(p);
	buf_fini(&p->reds);
	free(p);
}

struct progress *progress_new(int fd, int out)
{
	struct progress *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->sink = (struct report_sink){
		.begin = progress_begin, .trial = progress_trial, .end = progress_end,
		.bail = progress_bail, .free = progress_free,
	};
	p->fd = fd;
	p->terminal = isatty(fd);
	p->shared = isatty(out);
	p->drawn_ns = -DRAW_NS;
	p->live = p->terminal && !has_reader_of_its_own(out) && knows_escapes();
	p->colour = p->live && wants_colour();
	return p;
}

struct report_sink *progress_sink(struct progress *p)
{
	return p ? &p->sink : NULL;
}
