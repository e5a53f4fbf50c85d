// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/onlooker.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/event.h"
#include "runner/escape.h"
#include "runner/judge.h"
#include "runner/kept.h"
#include "runner/match.h"
#include "runner/parse.h"
#include "runner/pause.h"
#include "runner/progress.h"
#include "runner/screen.h"
#include "runner/suite.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_SHOWN = 100 };
static const int64_t LONG_NS = NS_PER_S;	/* a longer sleep is told when it begins */

/* --------------------------------------------------------------- the terminal */

int onlooker_open(struct onlooker *o, struct err *e)
{
	if (!o->pause)
		return 0;
	o->tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	if (o->tty < 0)
		return err_set(e, -ENOTTY, "--pause: there is no terminal to wait for Enter at (/dev/tty: %s)",
			       strerror(errno));
	if (tcgetpgrp(o->tty) == getpgrp())
		return 0;
	onlooker_close(o);
	return err_set(e, -ENOTTY, "--pause: not in the foreground of the terminal, where Enter would be pressed");
}

void onlooker_close(struct onlooker *o)
{
	fd_close(&o->tty);
}

void onlooker_answer(const struct onlooker *o)
{
	char typed[256];
	const ssize_t n = read(o->tty, typed, sizeof(typed));

	(void)n;	/* whatever it was, also nothing (^D): go on */
}

/* -------------------------------------------------------------- step by step */

/* The newest event of a kind within the step that the record is in; NULL for none */
static const struct event *newest(const struct events *ev, enum event_kind kind)
{
	for (size_t i = ev->count; i-- > 0;) {
		if (ev->list[i].kind == kind)
			return &ev->list[i];
		if (ev->list[i].kind == EVENT_STEP)
			break;
	}
	return NULL;
}

static const struct step *step_of(const struct telling *w, const struct event *e)
{
	return e->step >= 0 && (size_t)e->step < w->trial->steps ? &w->trial->step[e->step] : NULL;
}

static void add_step(struct buf *b, const struct step *s)
{
	size_t most = TEXT_SHOWN;

	buf_addf(b, "line %d: ", s->at.line);
	for (size_t i = 0; s->line && i < s->line->len && most; i++) {
		const char c = s->line->text[i] == '\t' ? ' ' : s->line->text[i];

		if (c == ' ' && (b->s[b->len - 1] == ' ' || i + 1 == s->line->len))
			continue;
		buf_addf(b, "%c", c >= ' ' && c < 0x7f ? c : '.');
		most--;
	}
}

static void add_yield(struct buf *b, const struct events *ev, const struct step *s, struct arena *a)
{
	const struct event *result = newest(ev, EVENT_RESULT), *look = newest(ev, EVENT_LOOK);
	const bool frames = s->expect.look == LOOK_WIRE || s->expect.look == LOOK_EXCHANGE;

	if (result)
		buf_addf(b, "  gave %s", match_result_text(result, a));
	else if (look && !frames && look->word)
		buf_addf(b, "  saw %s", look->word);
}

static void add_done(struct buf *b, const struct telling *w, const struct events *ev,
		     const struct event *done, struct arena *a)
{
	const struct event *begin = newest(ev, EVENT_STEP);
	const struct step *s = begin ? step_of(w, begin) : NULL;
	enum verdict_kind kind;
	char took[32];

	if (!s)
		return;
	add_step(b, s);
	add_yield(b, ev, s, a);
	buf_addf(b, "  (%s)", clock_text((done->at_ns - begin->at_ns) / NS_PER_US * NS_PER_US, took, sizeof(took)));
	kind = kept_step(w->trial, ev, (int)(begin - ev->list), w->facts);
	if (kind == VERDICT_FAIL)
		buf_adds(b, "  <- not as asked");
}

static void add_sleep(struct buf *b, const struct telling *w, const struct events *ev,
		      const struct event *doze)
{
	const struct event *begin = newest(ev, EVENT_STEP);
	const struct step *s = begin ? step_of(w, begin) : NULL;
	char left[32];

	if (!s || doze->number - doze->at_ns < LONG_NS)
		return;
	add_step(b, s);
	buf_addf(b, "  waits, up to %s", clock_text((doze->number - doze->at_ns) / NS_PER_MS * NS_PER_MS, left, sizeof(left)));
}

static void add_trouble(struct buf *b, const struct telling *w, const struct event *e)
{
	const struct step *s = step_of(w, e);

	if (s) {
		add_step(b, s);
		buf_adds(b, "  ");
	}
	buf_addf(b, "%s%s%s", event_name[e->kind], e->text ? ": " : "", e->text ? e->text : "");
}

/* What there is to say of the newest event; nothing for most */
static void add_news(struct buf *b, const struct telling *w, const struct events *ev, struct arena *a)
{
	const struct event *e = &ev->list[ev->count - 1];

	switch (e->kind) {
	case EVENT_TRY:
		if (e->number > 1)
			buf_addf(b, "try %lld", (long long)e->number);
		break;
	case EVENT_DONE:
		add_done(b, w, ev, e, a);
		break;
	case EVENT_DOZE:
		add_sleep(b, w, ev, e);
		break;
	case EVENT_LATE:
	case EVENT_KERNEL:
	case EVENT_SKIP:
	case EVENT_BROKEN:
		add_trouble(b, w, e);
		break;
	default:
		break;
	}
}

static void say(const struct onlooker *o, const struct telling *w, const struct events *ev,
		struct arena *a)
{
	autobuf line = { 0 }, news = { 0 };

	add_news(&news, w, ev, a);
	if (!news.len)
		return;
	if (o->many) {
		escape_shown(&line, w->item->name);
		buf_adds(&line, ": ");
	}
	buf_addf(&line, "%9.4f  ", (double)ev->list[ev->count - 1].at_ns / (double)NS_PER_S);
	escape_line(&line, buf_text(&news), news.len);
	buf_adds(&line, "\n");
	progress_say(o->progress, &line);
}

/* ----------------------------------------------------------------- standing still */

/* The record ends here as far as the screen is concerned: what failed has failed */
static void add_screen(const struct telling *w, const struct events *so_far, struct arena *a,
		       bool colour, struct buf *out)
{
	const struct report_point point = tell_point(w->item);
	struct verdict v = { .step = -1 };
	struct report_trial r;
	struct telling here = *w;

	judge(w->trial, so_far, w->facts, false, a, &v);
	here.verdict = &v;
	here.events = so_far;
	tell_gather(&here, a, &r);
	r.artifacts = r.capture = NULL;		/* not written yet */
	screen_render(&point, &r, "", colour, out);
}

static void show_pause(const struct onlooker *o, const struct telling *w, const struct events *ev,
		       const struct pause *at, struct arena *a)
{
	const bool colour = screen_colour(o->tty);
	struct events so_far = { arena_get(a, ev->count * sizeof(*ev->list)), ev->count };
	autobuf out = { 0 }, none = { 0 };

	memcpy(so_far.list, ev->list, ev->count * sizeof(*ev->list));
	so_far.list[so_far.count - 1] = event_of(EVENT_END, ev->list[ev->count - 1].at_ns);
	buf_addf(&out, "\n%s\n", w->item->name);
	add_screen(w, &so_far, a, colour, &out);
	buf_addf(&out, "\n%sIt stands still, its hosts are alive.%s In another terminal:\n",
		 colour ? "\033[1m" : "", colour ? "\033[0m" : "");
	pause_commands(at, o->own_user, &out);
	buf_adds(&out, "Enter lets it go on; ^C ends the run. ");
	if (o->progress)
		progress_say(o->progress, &none);
	progress_put(o->tty, &out);
}

/* ------------------------------------------------------------------- the whole */

static void begin(struct hearing *h, const struct telling *w)
{
	if (h->begun)
		return;
	h->begun = true;
	parse_trial(&w->item->file->scenario, w->item->variant, w->facts, &h->trial);
}

/* The steps and names of a record are the trial's: what is not has no place in what is shown */
static bool fits(const struct hearing *h, const struct event *e)
{
	return e->step < (int)h->trial.steps && e->conn < (int)h->trial.name_count &&
	       (e->step >= 0 || e->kind != EVENT_STEP);
}

static bool take_in(struct hearing *h, const char *line, size_t len)
{
	struct event e;

	if (!event_read(line, len, &h->arena, &e) || !fits(h, &e))
		return false;
	h->events.list = arena_grow(&h->arena, h->events.list, h->events.count, sizeof(e));
	h->events.list[h->events.count++] = e;
	return true;
}

bool onlooker_hear(const struct onlooker *o, struct hearing *h, const struct telling *w,
		   const char *line, size_t len)
{
	struct telling here = *w;
	struct arena a = { 0 };
	struct pause at;
	bool paused;

	begin(h, w);
	if (!take_in(h, line, len))
		return false;
	here.trial = &h->trial;
	paused = o->pause && pause_read(&h->events.list[h->events.count - 1], &at);
	if (o->verbose)
		say(o, &here, &h->events, &a);
	if (paused)
		show_pause(o, &here, &h->events, &at, &a);
	arena_free(&a);
	return paused;
}

void hearing_fini(struct hearing *h)
{
	if (h->begun)
		trial_fini(&h->trial);
	arena_free(&h->arena);
	*h = (struct hearing){ 0 };
}
