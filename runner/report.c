// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/report.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct report {
	struct report_sink *sink[REPORT_SINKS_MOST];
	size_t sinks;
	const struct report_plan *plan;
	bool *told;
	struct report_summary sum;
	struct err first;	/* code 0: none */
};

struct report *report_new(void)
{
	return calloc(1, sizeof(struct report));
}

int report_add(struct report *r, struct report_sink *s, struct err *e)
{
	if (!s)
		return err_set(e, -ENOMEM, "report: out of memory");
	if (r->sinks == REPORT_SINKS_MOST) {
		if (s->free)
			s->free(s);
		return err_set(e, -E2BIG, "report: more than %d sinks", REPORT_SINKS_MOST);
	}
	r->sink[r->sinks++] = s;
	return 0;
}

/* A sink's answer: remembered where it is the first failure of the run, and of the call */
static void note_failure(struct report *r, struct report_sink *s, int answer,
			 const struct err *from, struct err *call)
{
	if (answer >= 0)
		return;
	s->failed = true;
	if (!r->first.code)
		r->first = *from;
	if (!call->code)
		*call = *from;
}

static int tell_failure(const struct err *call, struct err *e)
{
	if (call->code)
		*e = *call;
	return call->code;
}

static size_t count_files(const struct report_plan *plan)
{
	size_t files = 0;

	for (size_t i = 0; i < plan->points; i++)
		files += !i || strcmp(plan->point[i].scenario, plan->point[i - 1].scenario) != 0;
	return files;
}

int report_begin(struct report *r, const struct report_plan *plan, struct err *e)
{
	struct err call = { 0 };

	r->told = calloc(plan->points + 1, sizeof(*r->told));
	if (!r->told)
		return err_set(e, -ENOMEM, "report: out of memory");
	r->plan = plan;
	r->sum.points = plan->points;
	r->sum.files = count_files(plan);
	for (size_t i = 0; i < r->sinks; i++) {
		struct report_sink *s = r->sink[i];
		struct err from = { 0 };

		if (s->begin && !s->failed)
			note_failure(r, s, s->begin(s, plan, &from), &from, &call);
	}
	return tell_failure(&call, e);
}

static void count_verdict(struct report_summary *sum, const struct verdict *v)
{
	sum->count[v->kind]++;
	sum->done++;
	sum->flaky += v->kind == VERDICT_PASS && v->tries > 1;
}

int report_trial(struct report *r, size_t index, const struct report_trial *t, struct err *e)
{
	struct err call = { 0 };

	if (!r->plan || index >= r->plan->points)
		return err_set(e, -EINVAL, "report: trial %zu is not in the plan", index);
	if (r->told[index])
		return err_set(e, -EINVAL, "report: trial %zu was told before", index);
	r->told[index] = true;
	count_verdict(&r->sum, t->verdict);
	for (size_t i = 0; i < r->sinks; i++) {
		struct report_sink *s = r->sink[i];
		struct err from = { 0 };

		if (s->trial && !s->failed)
			note_failure(r, s, s->trial(s, index, t, &from), &from, &call);
	}
	return tell_failure(&call, e);
}

int report_end(struct report *r, int64_t wall_ns, const char *cut_short, struct err *e)
{
	struct err call = { 0 };

	r->sum.wall_ns = wall_ns;
	r->sum.cut_short = cut_short;
	if (!cut_short && r->sum.done < r->sum.points && !(r->plan && r->plan->skip))
		r->sum.cut_short = "trials without a verdict";
	for (size_t i = 0; i < r->sinks; i++) {
		struct report_sink *s = r->sink[i];
		struct err from = { 0 };

		if (s->end && !s->failed)
			note_failure(r, s, s->end(s, &r->sum, &from), &from, &call);
	}
	return tell_failure(&r->first, e);
}

int report_bail(struct report *r, const char *reason, struct err *e)
{
	struct err call = { 0 };

	r->sum.cut_short = reason;
	for (size_t i = 0; i < r->sinks; i++) {
		struct report_sink *s = r->sink[i];
		struct err from = { 0 };

		if (s->bail && !s->failed)
			note_failure(r, s, s->bail(s, reason, &from), &from, &call);
	}
	return tell_failure(&r->first, e);
}

const struct report_summary *report_summary(const struct report *r)
{
	return &r->sum;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->sinks; i++)
		if (r->sink[i]->free)
			r->sink[i]->free(r->sink[i]);
	free(r->told);
	free(r);
}

void report_summary_text(const struct report_summary *sum, struct buf *out)
{
	static const struct { enum verdict_kind kind; const char *name; } part[] = {
		{ VERDICT_PASS,		"passed" },
		{ VERDICT_FAIL,		"failed" },
		{ VERDICT_TODO_PASSED,	"passed although marked todo" },
		{ VERDICT_BROKEN,	"broken" },
		{ VERDICT_TIMING,	"not judged for lateness" },
		{ VERDICT_SKIP,		"skipped" },
		{ VERDICT_TODO,		"todo" },
	};
	const char *sep = ": ";
	char took[32];

	buf_addf(out, "%zu trial%s in %zu file%s", sum->points, sum->points == 1 ? "" : "s",
		 sum->files, sum->files == 1 ? "" : "s");
	for (size_t i = 0; i < sizeof(part) / sizeof(part[0]); i++) {
		if (!sum->count[part[i].kind])
			continue;
		buf_addf(out, "%s%zu %s", sep, sum->count[part[i].kind], part[i].name);
		if (part[i].kind == VERDICT_PASS && sum->flaky)
			buf_addf(out, " (%zu not at the first try)", sum->flaky);
		sep = ", ";
	}
	if (sum->done < sum->points)
		buf_addf(out, "%s%zu without a verdict", sep, sum->points - sum->done);
	buf_addf(out, " (%s)", clock_text(sum->wall_ns / NS_PER_MS * NS_PER_MS, took,
					   sizeof(took)));
}

const char *report_message(const struct report_trial *t)
{
	static const char *const usual[VERDICT_COUNT] = {
		[VERDICT_PASS]		= "all expectations met",
		[VERDICT_FAIL]		= "an expectation was not met",
		[VERDICT_SKIP]		= "the kernel lacks what the file needs",
		[VERDICT_TODO]		= "fails as the file says it would",
		[VERDICT_TODO_PASSED]	= "passes although marked todo: take the mark away",
		[VERDICT_BROKEN]	= "the trial could not be run",
		[VERDICT_TIMING]	= "the machine was too slow to keep the file's timing",
	};
	const struct verdict *v = t->verdict;

	return v->message && *v->message ? v->message : usual[v->kind];
}
