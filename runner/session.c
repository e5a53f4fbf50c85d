// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/session.h"

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/kmsg.h"
#include "runner/event.h"
#include "runner/exec.h"
#include "runner/judge.h"
#include "runner/known.h"
#include "runner/onlooker.h"
#include "runner/parse.h"
#include "runner/pool.h"
#include "runner/report.h"
#include "runner/require.h"
#include "runner/results.h"
#include "runner/tell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRIES_MOST = 6, LONG_TRIES_MOST = 3, CROWDED_TRIES = 2 };
static const int64_t SPARE_NS = 30 * NS_PER_S, LONG_NS = 10 * NS_PER_S;

/* What is known of a trial while it is not finished. */
struct tally {
	struct buf record;	/* of all its tries */
	struct hearing heard;	/* of the present one */
};

struct course {
	struct session *s;
	struct pool pool;
	struct tally *tally;
	struct kmsg log;	/* the kernel's, from the run's beginning on */
	struct err err;		/* the first failure of ours to write or tell */
	bool failed;
};

static struct suite_item *item_of(const struct session *s, size_t id)
{
	return &s->suite->item[id];
}

/* ------------------------------------------------------------------ telling */

static struct telling telling_of(const struct session *s, size_t id)
{
	return (struct telling){ .item = item_of(s, id), .facts = s->facts, .program = s->program,
				 .how = s->how, .results = s->results ? results_path(s->results) : NULL };
}

int session_tell(const struct session *s, size_t id, const struct trial *t,
		 const struct verdict *v, const struct events *events, struct err *e)
{
	struct telling telling = telling_of(s, id);
	struct report_trial r;
	struct arena a = { 0 };
	int rc;

	telling.trial = t;
	telling.verdict = v;
	telling.events = events;
	tell_gather(&telling, &a, &r);
	if (s->settled)
		s->settled(s->settled_ctx, id, t, v, events);
	rc = report_trial(s->report, id, &r, e);
	arena_free(&a);
	return rc;
}

static void note_failure(struct course *c, const struct err *e)
{
	if (!c->failed)
		c->err = *e;
	c->failed = true;
}

static void keep_observed(struct session *s, size_t id, const struct trial *t,
			  const struct verdict *v)
{
	const size_t columns = t->scenario->table.columns;

	if (!v->observed || !columns)
		return;
	s->observed[id] = arena_get(&s->arena, columns * sizeof(char *));
	for (size_t i = 0; i < columns; i++)
		if (v->observed[i])
			s->observed[id][i] = arena_dup(&s->arena, v->observed[i],
						       strlen(v->observed[i]));
}

int session_settle(struct session *s, size_t id, const struct trial *t, const struct verdict *v,
		   const struct events *events, struct err *e)
{
	if (s->observing && t)
		keep_observed(s, id, t, v);
	if (s->results && results_verdict(s->results, id, item_of(s, id)->name, v, e))
		return e->code;
	return session_tell(s, id, t, v, events, e);
}

static void keep_record(struct course *c, size_t id)
{
	const struct buf *record = &c->tally[id].record;
	struct results *r = c->s->results;
	struct arena a = { 0 };
	struct err e;

	if (r && record->len &&
	    results_write(r, results_trial_path(&a, item_of(c->s, id)->name, ".record"), record, &e))
		note_failure(c, &e);
	arena_free(&a);
}

/* A capture is an aid: where it did not come whole, or cannot be kept, there is none. */
static void keep_capture(struct course *c, const struct pool_result *r)
{
	struct arena a = { 0 };
	uint64_t len = 0;
	struct buf b;
	struct err e;

	if (!c->s->results || !r->parcel || r->parcel_len < sizeof(len))
		return;
	memcpy(&len, r->parcel, sizeof(len));
	if (len != r->parcel_len - sizeof(len))
		return;
	b = (struct buf){ .s = (char *)(uintptr_t)r->parcel + sizeof(len), .len = (size_t)len };
	results_write(c->s->results, results_trial_path(&a, item_of(c->s, r->job.id)->name, ".pcapng"),
		      &b, &e);
	arena_free(&a);
}

static void settle(struct course *c, size_t id, const struct trial *t, const struct verdict *v,
		   const struct events *events)
{
	struct err e;

	keep_record(c, id);
	if (session_settle(c->s, id, t, v, events, &e))
		note_failure(c, &e);
}

/* ------------------------------------------------------------------ judging */

/* The record ends where the child ended: a line cut short is none. */
static size_t whole_lines(const struct buf *record)
{
	size_t len = record->len;

	while (len && record->s[len - 1] != '\n')
		len--;
	return len;
}

static void cut_to_whole_lines(struct buf *record)
{
	record->len = whole_lines(record);
	if (record->s)
		record->s[record->len] = '\0';
}

static void say_broken(struct verdict *v, const char *message)
{
	v->kind = VERDICT_BROKEN;
	v->message = message;
	v->expected = v->seen = NULL;
}

/* What the record cannot tell by itself is added to it, so that it is judged the same anywhere. */
static void add_to_record(struct buf *record, enum event_kind kind, int step, const char *text)
{
	struct event ev = event_of(kind, 0);
	char whole[EVENT_TEXT_MOST + 1];

	snprintf(whole, sizeof(whole), "%s", text);
	ev.step = step;
	ev.text = whole;
	event_write(&ev, record);
}

/* What the kernel said: in one line, and for the record */
struct kernel_said {
	struct buf *line, *record;
};

static void add_complaint(void *ctx, const char *complaint)
{
	struct kernel_said *said = ctx;

	buf_addf(said->line, "%s%s", said->line->len ? "; " : "", complaint);
	add_to_record(said->record, EVENT_KERNEL, -1, complaint);
}

/* A child that a fault of the kernel ended could not tell of it. */
static bool kernel_did_it(struct course *c, struct buf *record, struct arena *a,
			  struct verdict *v)
{
	autobuf line = { 0 };
	struct kernel_said said = { &line, record };

	kmsg_complaints(&c->log, add_complaint, &said);
	if (!line.len)
		return false;
	v->kind = VERDICT_FAIL;
	v->message = arena_printf(a, "the kernel complained: %s", buf_text(&line));
	v->expected = v->seen = NULL;
	return true;
}

/* What ended it before its own end; NULL: nothing did */
static const char *its_end(const struct pool_result *r, struct arena *a)
{
	char span[32];

	if (r->overrun)
		return arena_printf(a, "took longer than its budget of %s",
				    clock_text(r->job.budget_ns, span, sizeof(span)));
	if (WIFSIGNALED(r->wait))
		return arena_printf(a, "its process was ended by signal %d (%s)",
				    WTERMSIG(r->wait), strsignal(WTERMSIG(r->wait)));
	if (WIFEXITED(r->wait) && WEXITSTATUS(r->wait))
		return arena_printf(a, "its process ended with status %d", WEXITSTATUS(r->wait));
	return NULL;
}

/* How the child ended can overrule its record: it may have had no time to say why. */
static void mind_its_end(struct course *c, const struct pool_result *r, struct buf *record,
			 struct arena *a, struct verdict *v)
{
	const char *end = its_end(r, a);

	if (!r->overrun && WIFSIGNALED(r->wait) && kernel_did_it(c, record, a, v))
		return;
	if (!end)
		return;
	say_broken(v, end);
	add_to_record(record, EVENT_BROKEN, v->step, end);
}

/* Whether what broke is a shortage that may be over when fewer trials run. */
static bool is_shortage(const struct events *events)
{
	static const int codes[] = { ENOSPC, ENOMEM, EMFILE, ENFILE, EAGAIN, EBUSY, ENOBUFS, EUSERS };

	for (size_t i = events->count; i-- > 0;) {
		if (events->list[i].kind != EVENT_BROKEN)
			continue;
		for (size_t k = 0; k < sizeof(codes) / sizeof(codes[0]); k++)
			if (events->list[i].number == -codes[k])
				return true;
		return false;
	}
	return false;
}

static bool try_again(struct course *c, const struct pool_job *job, const struct verdict *v,
		      const struct events *events)
{
	const bool is_long = item_of(c->s, job->id)->work.least_ns > LONG_NS;
	struct pool_job next = *job;

	if (job->try_number >= (is_long ? LONG_TRIES_MOST : TRIES_MOST) ||
	    (v->kind != VERDICT_TIMING && !(v->kind == VERDICT_BROKEN && is_shortage(events))))
		return false;
	next.try_number++;
	next.alone = is_long || next.try_number > CROWDED_TRIES;
	pool_add_again(&c->pool, &next);
	return true;
}

static void settle_verdict(struct course *c, const struct pool_result *r, const struct trial *t,
			   struct verdict *v, const struct events *events)
{
	v->tries = r->job.try_number;
	v->elapsed_ns = r->elapsed_ns;
	settle(c, r->job.id, t, v, events);
	buf_fini(&c->tally[r->job.id].record);
	if (c->s->fail_fast && verdict_red(v->kind))
		pool_stop(&c->pool);
}

static void done(void *ctx, struct pool_result *r)
{
	struct course *c = ctx;
	const struct suite_item *item = item_of(c->s, r->job.id);
	struct buf *record = &c->tally[r->job.id].record;
	struct verdict v = { .step = -1 };
	struct events events = { 0 };
	struct arena a = { 0 };
	struct trial t;
	int bad_line = 0;

	hearing_fini(&c->tally[r->job.id].heard);
	keep_capture(c, r);
	buf_add(record, buf_text(&r->text), r->text.len);
	parse_trial(&item->file->scenario, item->variant, c->s->facts, &t);
	if (!events_read(buf_text(record), whole_lines(record), &a, &events, &bad_line))
		say_broken(&v, events_fault(bad_line, &a));
	else
		judge(&t, &events, c->s->facts, c->s->observing, &a, &v);
	cut_to_whole_lines(record);
	mind_its_end(c, r, record, &a, &v);
	if (c->s->known)
		known_heed(c->s->known, item->name, &a, &v);
	if (!try_again(c, &r->job, &v, &events))
		settle_verdict(c, r, &t, &v, &events);
	trial_fini(&t);
	arena_free(&a);
}

/* ------------------------------------------------------------------ playing */

/*
 * The capture goes through the pipe, too, behind the record and its own length:
 * a child that plays has no business with files. False: the runner is gone.
 */
static bool send_capture(int fd, const struct buf *capture)
{
	const uint64_t len = capture->len;
	char head[1 + sizeof(len)] = { 0 };
	struct iovec part[] = {
		{ head, sizeof(head) }, { capture->s, capture->len },
	};

	memcpy(head + 1, &len, sizeof(len));
	for (size_t i = 0; i < 2;) {
		const ssize_t n = writev(fd, part + i, (int)(2 - i));
		size_t left = n < 0 ? 0 : (size_t)n;

		if (n < 0 && errno != EINTR)
			return false;
		for (; i < 2 && left >= part[i].iov_len; i++)
			left -= part[i].iov_len;
		if (i < 2) {
			part[i].iov_base = (char *)part[i].iov_base + left;
			part[i].iov_len -= left;
		}
	}
	return true;
}

static bool is_worth_sending(const struct session *s, const struct buf *capture)
{
	return s->results && capture->len && !capture->failed &&
	       capture->len <= POOL_PARCEL_MOST - sizeof(uint64_t);
}

/* What is known to fail is no news */
static bool pauses(const struct course *c, const struct suite_item *item)
{
	return c->s->onlooker && c->s->onlooker->pause && !item->file->scenario.todo &&
	       !(c->s->known && known_find(c->s->known, item->name));
}

static bool play(void *ctx, const struct pool_job *job, int fd)
{
	const struct course *c = ctx;
	const struct suite_item *item = item_of(c->s, job->id);
	struct buf capture = { 0 };
	struct trial t;
	bool ended;

	parse_trial(&item->file->scenario, item->variant, c->s->facts, &t);
	ended = exec_trial(&t, c->s->facts, job->try_number, pauses(c, item),
			   pool_await_turn, fd, &capture);
	if (is_worth_sending(c->s, &capture) && !send_capture(fd, &capture))
		_exit(3);
	close(fd);
	return ended;
}

static int64_t budget_of(const struct session *s, const struct suite_item *item)
{
	const struct scenario *sc = &item->file->scenario;

	if (s->timeout_ns)
		return s->timeout_ns;
	if (sc->timeout.ns)
		return span_ns(sc->timeout, s->facts);
	return item->work.least_ns + item->work.least_ns / 10 + SPARE_NS;
}

static bool skip(struct course *c, size_t id)
{
	const struct session *s = c->s;
	const struct scenario *sc = &item_of(s, id)->file->scenario;
	struct arena a = { 0 };
	struct verdict v = { .kind = VERDICT_SKIP, .step = -1, .tries = 0 };
	const char *why = s->allow_run ? "it runs programs, and a kernel that --kernel boots has none" :
			  "it runs programs: only with --allow-run";
	const bool skipped = (sc->runs && (!s->allow_run || s->alone)) ||
			     !require_met(item_of(s, id), s->facts, &a, &why);

	if (skipped) {
		v.message = why;
		settle(c, id, NULL, &v, NULL);
	}
	arena_free(&a);
	return skipped;
}

static const struct suite_item *sorted_items;

static int longest_first(const void *a, const void *b)
{
	const size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const int64_t dx = forecast_lasts(&sorted_items[x].work),
		      dy = forecast_lasts(&sorted_items[y].work);

	if (dx != dy)
		return dx < dy ? 1 : -1;
	return x < y ? -1 : x > y;
}

static void shuffle(size_t *order, size_t count, unsigned int seed)
{
	uint64_t x = 88172645463325252ULL ^ ((uint64_t)seed << 20);

	for (size_t i = count; i > 1; i--) {
		size_t k, swapped;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		k = (size_t)(x % i);
		swapped = order[i - 1];
		order[i - 1] = order[k];
		order[k] = swapped;
	}
}

static void queue_all(struct course *c)
{
	struct session *s = c->s;
	const size_t count = s->suite->items;
	size_t *order = arena_get(&s->arena, count * sizeof(*order));

	for (size_t i = 0; i < count; i++)
		order[i] = i;
	sorted_items = s->suite->item;
	if (s->shuffle)
		shuffle(order, count, s->shuffle);
	else
		qsort(order, count, sizeof(*order), longest_first);
	for (size_t i = 0; i < count; i++) {
		const struct suite_item *item = item_of(s, order[i]);
		const struct pool_job job = { .id = order[i], .try_number = 1,
					      .budget_ns = budget_of(s, item),
					      .lasts_ns = forecast_lasts(&item->work) };

		if (!skip(c, order[i]))
			pool_add(&c->pool, &job);
	}
}

static void hear(void *ctx, const struct pool_job *job, const char *line, size_t len)
{
	struct course *c = ctx;
	const struct onlooker *o = c->s->onlooker;
	const struct telling telling = telling_of(c->s, job->id);

	if (!onlooker_hear(o, &c->tally[job->id].heard, &telling, line, len) ||
	    !pool_hold(&c->pool, o->tty))
		return;
	onlooker_answer(o);
	pool_nudge(&c->pool, job->id);
}

static void tick(void *ctx, size_t running, size_t waiting)
{
	struct course *c = ctx;

	(void)waiting;
	if (c->s->tick)
		c->s->tick(c->s->tick_ctx, running);
}

int session_run(struct session *s, int *signal, struct err *e)
{
	struct course c = {
		.s = s,
		.pool = { .slots = s->slots, .working_most = SESSION_WORKING_MOST, .play = play,
			  .done = done, .tick = tick },
	};
	int rc;

	c.pool.ctx = &c;
	c.pool.line = s->onlooker ? hear : NULL;
	suite_freeze(s->suite);
	kmsg_open(&c.log);
	c.tally = arena_get(&s->arena, (s->suite->items + 1) * sizeof(*c.tally));
	s->observed = arena_get(&s->arena, (s->suite->items + 1) * sizeof(*s->observed));
	queue_all(&c);
	rc = pool_run(&c.pool, signal, e);
	for (size_t i = 0; i < s->suite->items; i++) {
		buf_fini(&c.tally[i].record);
		hearing_fini(&c.tally[i].heard);
	}
	pool_fini(&c.pool);
	kmsg_close(&c.log);
	if (!rc && c.failed) {
		*e = c.err;
		rc = e->code;
	}
	return rc;
}

void session_fini(struct session *s)
{
	arena_free(&s->arena);
}
