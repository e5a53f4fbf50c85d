// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/question.h"

#include "lib/err.h"
#include "runner/escape.h"
#include "runner/event.h"
#include "runner/fingerprint.h"
#include "runner/format.h"
#include "runner/lab.h"
#include "runner/ladder.h"
#include "runner/means.h"
#include "runner/observe.h"
#include "runner/report.h"
#include "runner/require.h"
#include "runner/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** forget_warnings() - A question need not be as a case that stays should */
static void forget_warnings(struct complaints *c)
{
	size_t left = 0;

	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].grade == GRADE_ERROR)
			c->list[left++] = c->list[i];
	c->count = left;
}

static int refuse(const struct question *q, struct buf *said, struct err *e)
{
	forget_warnings(&q->suite.file[0]->complaints);
	suite_complain(&q->suite, false, isatty(STDERR_FILENO) && !getenv("NO_COLOR"), said);
	return err_set(e, -EINVAL, "%zu error%s in the question: nothing was asked",
		       q->suite.errors, q->suite.errors == 1 ? "" : "s");
}

int question_read(struct question *q, const char *name, const struct buf *text, struct buf *said,
		  struct err *e)
{
	*q = (struct question){ 0 };
	if (suite_load_text(&q->suite, name, text, e) || fingerprint_gather(&q->facts, e))
		return e->code;
	if (q->suite.errors)
		return refuse(q, said, e);
	suite_plan(&q->suite, &q->facts, 1);
	q->trial = arena_get(&q->arena, (q->suite.items + 1) * sizeof(*q->trial));
	return 0;
}

int question_may(struct err *e)
{
	return means_gain_rights(e) || lab_prepare(e) ? e->code : 0;
}

/* ------------------------------------------------------------------ answers */

static void settled(void *ctx, size_t id, const struct trial *t, const struct verdict *v,
		    const struct events *events)
{
	struct question *q = ctx;
	struct question_trial *trial = &q->trial[id];
	autobuf picture = { 0 };

	if (t && events)
		ladder_draw(t, events, v->step >= 0 ? v : NULL, &picture);
	*trial = (struct question_trial){
		.name = q->suite.item[id].name, .kind = v->kind,
		.message = v->message ? arena_dup(&q->arena, v->message, strlen(v->message)) : NULL,
		.picture = arena_dup(&q->arena, buf_text(&picture), picture.len),
	};
	q->red += v->kind == VERDICT_FAIL;
	q->ours += v->kind == VERDICT_BROKEN || v->kind == VERDICT_TIMING;
	q->skipped += v->kind == VERDICT_SKIP;
}

static int lay_out(struct question *q, const struct buf *text, struct err *e)
{
	struct arena a = { 0 };
	struct complaints c = { 0 };
	struct lines lines;

	if (scan(buf_text(text), text->len, &a, &lines, &c))
		format_case(buf_text(text), text->len, &lines, &q->filled);
	complaints_fini(&c);
	arena_free(&a);
	return text->failed || q->filled.failed ? err_set(e, -ENOMEM, "out of memory") : 0;
}

static int fill(struct question *q, const struct session *s, struct buf *said, struct err *e)
{
	autobuf text = { 0 };

	if (observe_text(&q->suite, &q->facts, (const char *const *const *)s->observed, &text, said, e))
		return e->code;
	return lay_out(q, &text, e);
}

static int play(struct question *q, struct session *s, struct err *e)
{
	struct report_point *point = arena_get(&q->arena, (q->suite.items + 1) * sizeof(*point));
	const struct report_plan plan = { .point = point, .points = q->suite.items };

	for (size_t i = 0; i < q->suite.items; i++)
		point[i] = (struct report_point){ q->suite.item[i].name, q->suite.item[i].file->name,
						  q->suite.item[i].file->path };
	if (report_begin(s->report, &plan, e))
		return e->code;
	return session_run(s, &q->signal, e);
}

int question_ask(struct question *q, const char *program, struct buf *said, struct err *e)
{
	struct session s = {
		.suite = &q->suite, .facts = &q->facts, .slots = means_slots(0), .observing = true,
		.program = program, .settled = settled, .settled_ctx = q,
		.allow_run = true,	/* whoever asks has typed it */
	};
	int rc;

	if (require_ask(&q->suite, &q->facts, e))
		return e->code;
	if (q->suite.errors)
		return refuse(q, said, e);
	s.report = report_new();
	if (!s.report)
		return err_set(e, -ENOMEM, "out of memory");
	rc = play(q, &s, e);
	if (!rc && !q->signal)
		rc = fill(q, &s, said, e);
	report_free(s.report);
	session_fini(&s);
	return rc;
}

void question_verdict(const struct question_trial *t, struct buf *out)
{
	buf_adds(out, verdict_name[t->kind]);
	if (!t->message)
		return;
	buf_adds(out, ": ");
	escape_shown(out, t->message);
}

void question_fini(struct question *q)
{
	suite_fini(&q->suite);
	facts_fini(&q->facts);
	buf_fini(&q->filled);
	arena_free(&q->arena);
}
