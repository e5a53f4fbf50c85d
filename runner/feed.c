// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/feed.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/facts.h"
#include "runner/frame.h"
#include "runner/report.h"
#include "runner/results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MOST = 64 << 20 };

struct feed {
	struct report_sink sink;
	int fd;
	const struct facts *facts;
	struct results *results;
	const struct report_plan *plan;
};

static int send_line(const struct feed *f, const struct buf *line, struct err *e)
{
	for (size_t at = 0; at < line->len;) {
		const ssize_t n = write(f->fd, line->s + at, line->len - at);

		if (n < 0 && errno != EINTR)
			return err_sys(e, "feed");
		if (n > 0)
			at += (size_t)n;
	}
	return line->failed ? err_set(e, -ENOMEM, "feed: out of memory") : 0;
}

static int send_text(const struct feed *f, enum frame_kind kind, const char *text, struct err *e)
{
	autobuf line = { 0 };

	frame_put(&line, kind, text, strlen(text));
	return send_line(f, &line, e);
}

static int begin(struct report_sink *s, const struct report_plan *plan, struct err *e)
{
	struct feed *f = (struct feed *)s;
	autobuf facts = { 0 };

	f->plan = plan;
	facts_write(f->facts, &facts);
	return send_text(f, FRAME_FACTS, buf_text(&facts), e);
}

/* A trial that was skipped has neither, one that broke perhaps no capture */
static struct frame_text fetch(struct feed *f, const char *name, const char *suffix, struct buf *b)
{
	struct arena a = { 0 };
	struct err none;

	if (f->results) {
		const char *path = results_trial_path(&a, name, suffix);

		if (!results_read(f->results, path, FILE_MOST, b, &none))
			unlink(arena_printf(&a, "%s/%s", results_path(f->results), path));
	}
	arena_free(&a);
	return (struct frame_text){ buf_text(b), b->len };
}

static int trial(struct report_sink *s, size_t index, const struct report_trial *r, struct err *e)
{
	struct feed *f = (struct feed *)s;
	const char *name = f->plan->point[index].name;
	const struct verdict *v = r->verdict;
	const char *message = v->message ? v->message : "";
	autobuf record = { 0 }, capture = { 0 }, line = { 0 };
	const struct frame_trial t = {
		.index = index, .kind = v->kind, .tries = v->tries, .elapsed_ns = v->elapsed_ns,
		.name = { name, strlen(name) }, .message = { message, strlen(message) },
		.record = fetch(f, name, ".record", &record),
		.capture = fetch(f, name, ".pcapng", &capture),
	};

	frame_put_trial(&line, &t);
	return send_line(f, &line, e);
}

static int end(struct report_sink *s, const struct report_summary *sum, struct err *e)
{
	return sum->cut_short ? send_text((struct feed *)s, FRAME_CUT, sum->cut_short, e) : 0;
}

static int bail(struct report_sink *s, const char *reason, struct err *e)
{
	return send_text((struct feed *)s, FRAME_BAIL, reason, e);
}

static void free_feed(struct report_sink *s)
{
	free(s);
}

struct report_sink *feed_new(int fd, const struct facts *facts, struct results *results)
{
	struct feed *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->sink = (struct report_sink){ begin, trial, end, bail, free_feed, false };
	f->fd = fd;
	f->facts = facts;
	f->results = results;
	return &f->sink;
}
