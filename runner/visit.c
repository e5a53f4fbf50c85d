// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/visit.h"

#include "lib/err.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/frame.h"
#include "runner/judge.h"
#include "runner/known.h"
#include "runner/parse.h"
#include "runner/results.h"
#include "runner/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *text_of(struct arena *a, const struct frame_text *t)
{
	return arena_dup(a, t->s, t->len);
}

/* ---------------------------------------------------------------- judging */

/*
 * The record is judged here as it was there. Only how the process ended is not
 * in it: where the guest came to something else, that is why.
 */
static void weigh(const struct visit *v, const struct frame_trial *f, const struct trial *t,
		  struct arena *a, struct events *events, struct verdict *to)
{
	const char *message = text_of(a, &f->message);
	int bad_line = 0;
	bool same;

	if (!events_read(f->record.s, f->record.len, a, events, &bad_line)) {
		to->kind = VERDICT_BROKEN;
		to->message = events_fault(bad_line, a);
	} else {
		judge(t, events, v->facts, v->session->observing, a, to);
	}
	same = to->kind == f->kind && !strcmp(to->message ? to->message : "", message);
	if (!same) {
		to->kind = f->kind;
		to->message = *message ? message : NULL;
		to->expected = to->seen = NULL;
	}
	to->tries = f->tries;
	to->elapsed_ns = f->elapsed_ns;
	if (v->session->known)
		known_heed(v->session->known, t->name, a, to);
}

static int keep(const struct visit *v, const char *name, const char *suffix,
		const struct frame_text *bytes, struct err *e)
{
	struct results *r = v->session->results;
	struct buf b = { .s = (char *)(uintptr_t)bytes->s, .len = bytes->len };
	struct arena a = { 0 };
	int rc = 0;

	if (r && bytes->len)
		rc = results_write(r, results_trial_path(&a, name, suffix), &b, e);
	arena_free(&a);
	return rc;
}

static int deliver(struct visit *v, const struct frame_trial *f, struct err *e)
{
	const struct session *s = v->session;
	const struct suite_item *item = &s->suite->item[f->index];
	struct verdict verdict = { .step = -1 };
	struct events events = { 0 };
	struct arena a = { 0 };
	struct trial t;
	int rc;

	v->told[f->index] = true;
	rc = keep(v, item->name, ".pcapng", &f->capture, e) ||
	     keep(v, item->name, ".record", &f->record, e) ? -1 : 0;
	if (!rc && f->kind == VERDICT_SKIP && !f->record.len) {
		verdict.kind = VERDICT_SKIP;
		verdict.message = text_of(&a, &f->message);
		rc = session_settle(v->session, f->index, NULL, &verdict, NULL, e);
	} else if (!rc) {
		parse_trial(&item->file->scenario, item->variant, s->facts, &t);
		weigh(v, f, &t, &a, &events, &verdict);
		rc = session_settle(v->session, f->index, &t, &verdict, &events, e);
		trial_fini(&t);
	}
	arena_free(&a);
	return rc;
}

/* What the guest owes us */
static int tell_missing(struct visit *v, struct err *e)
{
	const struct suite *s = v->session->suite;
	const struct results *r = v->session->results;
	const char *why = r ? arena_printf(&v->arena, "%s (its console: %s/%s)", v->why, results_path(r),
					   RESULTS_CONSOLE) : v->why;
	const struct verdict broken = { .kind = VERDICT_BROKEN, .step = -1, .message = why };
	int rc = 0;

	for (size_t i = 0; i < s->items && !rc; i++)
		if (!v->told[i])
			rc = session_settle(v->session, i, NULL, &broken, NULL, e);
	return rc;
}

/* ---------------------------------------------------------------- hearing */

static int begin(struct visit *v, struct err *e)
{
	if (v->known(v->ctx, e))
		return -1;
	v->is_known = true;
	v->told = arena_get(&v->arena, (v->session->suite->items + 1) * sizeof(*v->told));
	v->session->observed = arena_get(&v->session->arena, (v->session->suite->items + 1) *
					 sizeof(*v->session->observed));
	return 0;
}

static int take_facts(struct visit *v, const struct frame *f, struct err *e)
{
	facts_fini(v->facts);
	if (v->is_known || !facts_read(v->facts, f->bytes, f->len))
		return err_set(e, -EBADMSG, "the guest's facts are not to be understood");
	return begin(v, e);
}

static int take_trial(struct visit *v, const struct frame *f, struct err *e)
{
	const struct suite *s = v->session->suite;
	struct frame_trial t;

	if (!v->is_known || !frame_get_trial(f, &t) || t.index >= s->items || v->told[t.index] ||
	    strlen(s->item[t.index].name) != t.name.len ||
	    memcmp(s->item[t.index].name, t.name.s, t.name.len) != 0)
		return err_set(e, -EBADMSG, "the guest tells of a trial that nobody asked for");
	return deliver(v, &t, e);
}

static int take(struct visit *v, const struct frame *f, struct err *e)
{
	switch (f->kind) {
	case FRAME_FACTS:
		return take_facts(v, f, e);
	case FRAME_TRIAL:
		return take_trial(v, f, e);
	case FRAME_WORDS:
		buf_add(&v->words, f->bytes, f->len);
		return 0;
	case FRAME_CUT:
		v->cut = arena_dup(&v->arena, f->bytes, f->len);
		return 0;
	case FRAME_BAIL:
		v->bailed = true;
		v->why = arena_dup(&v->arena, f->bytes, f->len);
		return 0;
	case FRAME_END:
		v->status = atoi(arena_dup(&v->arena, f->bytes, f->len));
		return 0;
	case FRAME_HELLO:
	case FRAME_ALIVE:
		return 0;
	}
	return 0;
}

static int hear_out(struct visit *v, struct guest *g, struct err *e)
{
	struct frame f;
	int got, rc = 0;

	while (!rc && (got = guest_listen(g, &f)) > 0)
		rc = take(v, &f, e);
	if (rc)
		return rc;
	v->signal = guest_signal(g);
	if (v->status < 0 && !v->why && !v->signal)
		v->why = arena_printf(&v->arena, "%s", guest_why(g));
	return 0;
}

static int boot(struct visit *v, struct err *e)
{
	struct guest *g = NULL;
	int rc;

	v->status = -1;
	rc = guest_start(&g, &v->plan, e);
	if (rc)
		return rc;
	rc = hear_out(v, g, e);
	buf_add(&v->console, buf_text(guest_console(g)), guest_console(g)->len);
	guest_end(g);
	return rc;
}

/* KVM may be there and yet not boot this image: only trying tells */
static bool kvm_failed(const struct visit *v)
{
	return v->plan.mode == MACHINE_KVM && v->status < 0 && !v->is_known && !v->signal && !v->bailed;
}

static size_t missing(const struct visit *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->session->suite->items; i++)
		n += !v->told[i];
	return n;
}

/* The run there ended by itself, and yet not all is told: its own last words say why */
static void note_missing(struct visit *v)
{
	const char *words = buf_text(&v->words);

	if (!v->is_known || v->why || v->cut || !missing(v))
		return;
	v->why = v->words.len ? arena_dup(&v->arena, words, strcspn(words, "\n")) :
		 arena_printf(&v->arena, "the run in the guest ended with status %d", v->status);
}

int visit_run(struct visit *v, struct err *e)
{
	if (boot(v, e))
		return -1;
	if (kvm_failed(v)) {
		buf_addf(&v->console, "\n-- by kvm: %s; once more, emulated --\n", v->why);
		v->why = NULL;
		v->plan.mode = v->without_kvm;
		if (boot(v, e))
			return -1;
	}
	if (v->bailed || v->signal)
		return 0;
	note_missing(v);
	if (!v->is_known && v->why && begin(v, e))
		return -1;
	return v->is_known && v->why ? tell_missing(v, e) : 0;
}

void visit_fini(struct visit *v)
{
	buf_fini(&v->words);
	buf_fini(&v->console);
	arena_free(&v->arena);
}
