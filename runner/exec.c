// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation: a trial's steps are done one after the other in one
 * thread. A step begins when the one before is finished (its calls are back,
 * no frame is on its way) or when `after` says; when it was due and when it
 * began are both told, so that the judge can refuse a verdict where the
 * machine was late. See play.c for what goes on while a step waits.
 */
#include "runner/exec.h"

#include "lib/clock.h"
#include "lib/kmsg.h"
#include "lib/netns.h"
#include "lib/sysctl.h"
#include "runner/acts.h"
#include "runner/kept.h"
#include "runner/muster.h"
#include "runner/watch.h"
#include "runner/play.h"
#include "runner/programs.h"
#include "runner/rights.h"
#include "runner/standstill.h"
#include "runner/sweep.h"
#include "runner/wires.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ----------------------------------------------------------------- set-up */

static int apply(struct play *p, const struct setting *s, enum host host, struct err *e)
{
	autons home = -1;

	if (netns_enter(&home, lab_ns(p->lab, host), e))
		return e->code;
	return sysctl_write(s->key, s->value, e);
}

/* A setting of the header that the kernel does not take: remember where it stands. */
static int blame(struct play *p, const struct setting *s, const struct err *e)
{
	p->blame = arena_printf(&p->arena, "%d:%d:%d", s->at.line, s->at.column, s->at.width);
	return e->code;
}

static int apply_settings(struct play *p, struct err *e)
{
	const struct trial *t = p->trial;

	for (size_t i = 0; i < t->settings; i++) {
		const struct setting *s = &t->setting[i];

		for (int h = 0; h < HOST_COUNT; h++)
			if ((s->host == HOST_NONE || s->host == (enum host)h) && apply(p, s, h, e))
				return blame(p, s, e);
	}
	return 0;
}

static bool set_up(struct play *p, int try_number, int64_t begun_ns, bool made)
{
	const struct trial *t = p->trial;
	struct err e = p->err;
	const bool set = made && !apply_settings(p, &e) && !rights_go_home(p, &e) &&
		(!t->runs || !programs_open(p, &e)) && !rights_settle(p, &e);

	p->zero_ns = clock_ns();
	play_tell(p, EVENT(EVENT_TRY, .at_ns = begun_ns - p->zero_ns, .number = try_number,
			   .text = t->name, .word = t->family == FAMILY_IPV6 ? "ipv6" : "ipv4"));
	if (!set) {
		play_broken(p, &e);
		return false;
	}
	watch_begin(p);
	play_tell(p, EVENT(EVENT_READY));
	p->due_ns = p->done_ns = play_now(p);
	return !p->over;
}

/* ------------------------------------------------------------------ steps */

/* A loop under way: which step begins it, and how often it still goes round. */
struct loop {
	size_t begin;
	int left;
};

struct course {
	size_t next;
	struct loop loop[REPEAT_DEPTH_MOST];
	int depth;
	int musters;
	bool pause;
};

/* The first thing that was not kept is what a verdict hangs on; a loop may have thousands */
enum { MUSTERS_MOST = 4 };

static void step_remark(struct play *p, const struct step *s)
{
	p->remark = arena_printf(&p->arena, "line %d: %.*s", s->at.line, (int)s->line->len,
				 s->line->text);
}

static void step_begin(struct play *p, const struct step *s)
{
	const int64_t slack = s->slack.ns ? span_ns(s->slack, p->facts) : SLACK_NS;

	step_remark(p, s);
	p->bound_ns = play_now(p);
	play_tell(p, EVENT(EVENT_STEP, .from_ns = p->due_ns, .number = slack, .host = s->host,
			   .conn = s->conn));
}

static void step_end(struct play *p)
{
	play_settle(p);
	play_tell(p, EVENT(EVENT_DONE));
	p->done_ns = p->due_ns = play_now(p);
	p->round[p->step]++;
}

/* `after`: the next step is due then. Sleeping is done here, so that the world goes on. */
static void pass_time(struct play *p, const struct step *s)
{
	const int64_t from = s->mark >= 0 ? p->mark_ns[s->mark] : p->due_ns;
	const int64_t due = from + span_ns(s->delay, p->facts);

	while (!p->over && play_now(p) < due)
		play_wait(p, due, -1, 0);
	play_settle(p);
	play_tell(p, EVENT(EVENT_DONE));
	p->round[p->step]++;
	p->done_ns = play_now(p);
	p->due_ns = due;
}

static void set_mark(struct play *p, const struct step *s)
{
	p->mark_ns[s->mark] = play_now(p);
	watch_mark(p, s->mark);
	rules_mark(p->rules, s->mark);
}

static void loop_begin(struct course *c, const struct step *s, size_t here)
{
	c->loop[c->depth++] = (struct loop){ here, s->rounds };
}

static void loop_end(struct course *c)
{
	struct loop *l = &c->loop[c->depth - 1];

	if (--l->left > 0)
		c->next = l->begin + 1;
	else
		c->depth--;
}

/* Where the step did not give what the file says: tell how the hosts stand at that moment. */
static enum verdict_kind mind_step(struct play *p, struct course *c, int begin)
{
	enum verdict_kind kind = VERDICT_PASS;

	if (!p->over && (c->musters < MUSTERS_MOST || c->pause))
		kind = kept_step(p->trial, &p->record, begin, p->facts);
	if (kind != VERDICT_PASS && c->musters < MUSTERS_MOST) {
		c->musters++;
		muster(p);
	}
	return kind;
}

/* Once: what comes after it may be its consequence, and no clock counts what it took. */
static void pause_here(struct play *p, struct course *c)
{
	if (!c->pause || p->over)
		return;
	c->pause = false;
	standstill(p);
	p->done_ns = p->due_ns = play_now(p);
}

static void do_step(struct play *p, struct course *c)
{
	const size_t here = c->next++;
	const struct step *s = &p->trial->step[here];
	enum verdict_kind kind;
	int begin;

	switch (s->verb) {
	case VERB_REPEAT:
		loop_begin(c, s, here);
		return;
	case VERB_END:
		loop_end(c);
		return;
	default:
		break;
	}
	p->step = (int)here;
	step_begin(p, s);
	begin = (int)p->record.count - 1;
	switch (s->verb) {
	case VERB_AFTER:
		pass_time(p, s);
		return;
	case VERB_MARK:
		set_mark(p, s);
		break;
	case VERB_EXPECT:
	case VERB_NEVER:
		watch(p, s);
		break;
	default:
		if (s->verb >= VERB_WIRE_DROP)
			wire_act(p, s);
		else
			act(p, s);
	}
	play_mind(p, p->bound_ns, STALL_NS);
	kind = mind_step(p, c, begin);
	step_end(p);
	if (kind == VERDICT_FAIL)
		pause_here(p, c);
}

static void tell_kernel_complaint(void *ctx, const char *line)
{
	play_tell(ctx, EVENT(EVENT_KERNEL, .text = line));
}

bool exec_trial(const struct trial *t, const struct facts *facts, int try_number, bool pause,
		bool (*turn)(int out_fd), int out_fd, struct buf *capture)
{
	int64_t begun_ns = clock_ns(), made_ns;
	struct kmsg log;
	struct course course = { .pause = pause };
	struct play p;
	bool made;

	rights_begin(out_fd);
	kmsg_open(&log);
	made = !play_open(&p, t, facts, out_fd);
	made_ns = clock_ns();
	if (turn(out_fd)) {
		kmsg_skip(&log);	/* what was said meanwhile is told by the one whose turn it was */
		begun_ns += clock_ns() - made_ns;
	}
	if (set_up(&p, try_number, begun_ns, made))
		while (!p.over && course.next < t->steps)
			do_step(&p, &course);
	p.step = -1;
	if (!p.over) {
		watch_end(&p);
		wires_end(&p);
	}
	rights_end();
	programs_end(&p);
	kmsg_complaints(&log, tell_kernel_complaint, &p);
	if (!p.over && !kept_end(t, &p.record, facts)) {
		muster(&p);
		pause_here(&p, &course);
	}
	if (!p.over)
		play_tell(&p, EVENT(EVENT_END));
	play_flush(&p);
	*capture = p.capture;
	kmsg_close(&log);
	sweep(&p);
	return !p.over;
}
