// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JUnit XML, as its readers take it
 *
 * A case file is a testsuite, a trial a testcase. GitLab passes over a second
 * test of the same name in a suite, and calls the suite by classname: so the
 * name is the trial's whole name, unique in the run, and the classname
 * "topic.file", which Jenkins takes for package and class. GitLab shows a
 * failure's text and no system-out, so all that is to be read stands in there.
 *
 *   pass                    nothing, or <system-out> where there are notes
 *   fail, todo that passes  <failure type="fail">, <failure type="todo-passed">
 *   broken, timing          <error type="broken">, <error type="timing">
 *   skip, todo              <skipped message="why">, <skipped message="todo: why">
 *   passed, but late first  <property name="tries" value="3"/>: the kernel failed
 *                           in no try, so it is no <flakyFailure>
 *
 * A run that was cut short holds its unfinished trials as skipped, and one
 * error of its own with the reason: nobody reads green where half is missing.
 */
#include "runner/junit.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/escape.h"
#include "runner/report.h"
#include "runner/results.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What a trial adds to its suite's head, and its testcase, written already */
struct shown {
	char *text;
	enum verdict_kind kind;
	int64_t elapsed_ns;
};

struct count {
	size_t tests, failures, errors, skipped;
	int64_t elapsed_ns;
};

struct junit {
	struct report_sink sink;
	struct results *results;
	const char *file;
	int fd;
	const struct report_plan *plan;
	struct shown *shown;
	size_t points;		/* of them; the plan may be gone when they are freed */
	char began[32];
};

static struct junit *junit_of(struct report_sink *s)
{
	return (struct junit *)s;
}

/* ------------------------------------------------------------ attributes */

static void add_text(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, " %s=\"", name);
	escape_xml(b, value, false);
	buf_adds(b, "\"");
}

static void add_time(struct buf *b, int64_t ns)
{
	const int64_t ms = ns / NS_PER_MS;

	buf_addf(b, " time=\"%lld.%03d\"", (long long)(ms / 1000), (int)(ms % 1000));
}

static void add_counts(struct buf *b, const struct count *c)
{
	buf_addf(b, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\"", c->tests,
		 c->failures, c->errors, c->skipped);
	add_time(b, c->elapsed_ns);
}

static void add_property(struct buf *b, const char *name, const char *value)
{
	if (!value)
		return;
	buf_adds(b, "<property");
	add_text(b, "name", name);
	add_text(b, "value", value);
	buf_adds(b, "/>");
}

/* topic/file as package and class: a.b.c */
static void add_classname(struct buf *b, const char *scenario)
{
	autobuf dotted = { 0 };

	buf_adds(&dotted, scenario);
	for (size_t i = 0; i < dotted.len; i++)
		if (dotted.s[i] == '/')
			dotted.s[i] = '.';
	add_text(b, "classname", buf_text(&dotted));
	b->failed |= dotted.failed;
}

/* ------------------------------------------------------------ one trial */

static void add_line(struct buf *b, const char *key, const char *value)
{
	if (!value)
		return;
	buf_addf(b, "%s: ", key);
	escape_xml(b, value, false);
	buf_adds(b, "\n");
}

/* All that there is to read of a failure, where nobody has put it into words already */
static void add_story(struct buf *b, const struct report_point *point,
		      const struct report_trial *t, const char *kernel)
{
	const struct verdict *v = t->verdict;

	if (t->notes) {
		escape_xml(b, t->notes, true);
		add_line(b, "kernel", kernel);
		return;
	}
	escape_xml(b, point->file, false);
	if (v->at.line > 0)
		buf_addf(b, ":%d:%d", v->at.line, v->at.column);
	buf_adds(b, ": ");
	escape_xml(b, report_message(t), true);
	buf_adds(b, "\n");
	add_line(b, "step", t->step);
	add_line(b, "expected", v->expected);
	add_line(b, "seen", v->seen);
	for (size_t i = 0; i < t->sysctls; i++)
		add_line(b, "sysctl", t->sysctl[i]);
	for (size_t i = 0; i < t->refs; i++)
		add_line(b, "clause", t->ref[i]);
	add_line(b, "kernel", kernel);
	add_line(b, "repro", t->repro);
	add_line(b, "artifacts", t->artifacts);
}

static void add_red(struct buf *b, const char *element, const struct report_point *point,
		    const struct report_trial *t, const char *kernel)
{
	buf_addf(b, "<%s", element);
	add_text(b, "type", verdict_name[t->verdict->kind]);
	add_text(b, "message", report_message(t));
	buf_adds(b, ">");
	add_story(b, point, t, kernel);
	buf_addf(b, "</%s>", element);
}

static void add_skipped(struct buf *b, const char *before, const char *why)
{
	autobuf text = { 0 };

	buf_addf(&text, "%s%s", before, why);
	buf_adds(b, "<skipped");
	add_text(b, "message", buf_text(&text));
	buf_adds(b, "/>");
	b->failed |= text.failed;
}

static void add_outcome(struct buf *b, const struct report_point *point,
			const struct report_trial *t, const char *kernel)
{
	switch (t->verdict->kind) {
	case VERDICT_FAIL:
	case VERDICT_TODO_PASSED:
		add_red(b, "failure", point, t, kernel);
		break;
	case VERDICT_BROKEN:
	case VERDICT_TIMING:
		add_red(b, "error", point, t, kernel);
		break;
	case VERDICT_SKIP:
		add_skipped(b, "", report_message(t));
		break;
	case VERDICT_TODO:
		add_skipped(b, "todo: ", t->todo ? t->todo : report_message(t));
		break;
	default:
		if (!t->notes)
			break;
		buf_adds(b, "<system-out>");
		escape_xml(b, t->notes, true);
		buf_adds(b, "</system-out>");
	}
}

static void begin_testcase(struct buf *b, const char *scenario, const char *name,
			   const char *file, int64_t elapsed_ns)
{
	buf_adds(b, "    <testcase");
	add_classname(b, scenario);
	add_text(b, "name", name);
	if (file)
		add_text(b, "file", file);
	add_time(b, elapsed_ns);
	buf_adds(b, ">");
}

static int keep(struct shown *s, struct buf *b, enum verdict_kind kind, int64_t elapsed_ns,
		struct err *e)
{
	if (b->failed)
		return err_set(e, -ENOMEM, "junit: out of memory");
	free(s->text);
	*s = (struct shown){ b->s, kind, elapsed_ns };
	*b = (struct buf){ 0 };		/* shown's now */
	return 0;
}

static int junit_trial(struct report_sink *s, size_t index, const struct report_trial *t,
		       struct err *e)
{
	struct junit *j = junit_of(s);
	const struct report_point *point = &j->plan->point[index];
	const struct verdict *v = t->verdict;
	autobuf b = { 0 };

	begin_testcase(&b, point->scenario, point->name, point->file, v->elapsed_ns);
	if (v->tries > 1) {
		char tries[16];

		snprintf(tries, sizeof(tries), "%d", v->tries);
		buf_adds(&b, "<properties>");
		add_property(&b, "tries", tries);
		buf_adds(&b, "</properties>");
	}
	add_outcome(&b, point, t, j->plan->kernel);
	buf_adds(&b, "</testcase>\n");
	return keep(&j->shown[index], &b, v->kind, v->elapsed_ns, e);
}

/* ------------------------------------------------------------ the document */

static void count_kind(struct count *c, enum verdict_kind kind, int64_t elapsed_ns)
{
	c->tests++;
	c->failures += kind == VERDICT_FAIL || kind == VERDICT_TODO_PASSED;
	c->errors += kind == VERDICT_BROKEN || kind == VERDICT_TIMING;
	c->skipped += kind == VERDICT_SKIP || kind == VERDICT_TODO;
	c->elapsed_ns += elapsed_ns;
}

static struct count count_shown(const struct junit *j, size_t first, size_t end)
{
	struct count c = { 0 };

	for (size_t i = first; i < end; i++)
		count_kind(&c, j->shown[i].kind, j->shown[i].elapsed_ns);
	return c;
}

static size_t end_of_file(const struct report_plan *plan, size_t first)
{
	size_t end = first + 1;

	while (end < plan->points &&
	       !strcmp(plan->point[end].scenario, plan->point[first].scenario))
		end++;
	return end;
}

static void begin_suite(struct buf *b, const struct junit *j, const char *name,
			const struct count *c)
{
	buf_adds(b, "  <testsuite");
	add_text(b, "name", name);
	add_counts(b, c);
	add_text(b, "timestamp", j->began);
	buf_adds(b, ">\n");
	if (!j->plan)
		return;
	buf_adds(b, "    <properties>");
	add_property(b, "version", j->plan->version);
	add_property(b, "kernel", j->plan->kernel);
	add_property(b, "machine", j->plan->machine);
	add_property(b, "command", j->plan->command);
	add_property(b, "results", j->plan->results);
	buf_adds(b, "</properties>\n");
}

static void add_suites(struct buf *b, const struct junit *j)
{
	const size_t points = j->plan ? j->plan->points : 0;

	for (size_t first = 0, end; first < points; first = end) {
		struct count c;

		end = end_of_file(j->plan, first);
		c = count_shown(j, first, end);
		begin_suite(b, j, j->plan->point[first].scenario, &c);
		for (size_t i = first; i < end; i++)
			buf_adds(b, j->shown[i].text);
		buf_adds(b, "  </testsuite>\n");
	}
}

/* The run itself as a test, where there is something to say of it */
static void add_run(struct buf *b, const struct junit *j, const char *skip, const char *trouble)
{
	const struct count c = { .tests = 1, .errors = trouble != NULL, .skipped = !trouble };

	begin_suite(b, j, "lastack", &c);
	begin_testcase(b, "lastack", "run", NULL, 0);
	if (trouble) {
		buf_adds(b, "<error type=\"run\"");
		add_text(b, "message", trouble);
		buf_adds(b, ">");
		escape_xml(b, trouble, true);
		buf_adds(b, "</error>");
	} else {
		add_skipped(b, "", skip);
	}
	buf_adds(b, "</testcase>\n  </testsuite>\n");
}

/* Trials without a verdict: not played, and why */
static int fill_gaps(struct junit *j, const char *reason, struct err *e)
{
	for (size_t i = 0; j->plan && i < j->plan->points; i++) {
		const struct report_point *point = &j->plan->point[i];
		autobuf b = { 0 };

		if (j->shown[i].text)
			continue;
		begin_testcase(&b, point->scenario, point->name, point->file, 0);
		add_skipped(&b, "no verdict: ", reason);
		buf_adds(&b, "</testcase>\n");
		if (keep(&j->shown[i], &b, VERDICT_SKIP, 0, e))
			return e->code;
	}
	return 0;
}

static int deliver(struct junit *j, struct buf *b, struct err *e)
{
	if (b->failed)
		return err_set(e, -ENOMEM, "junit: out of memory");
	if (j->results && results_write(j->results, RESULTS_JUNIT, b, e))
		return err_in(e, "junit");
	if (j->file && buf_write_out(b, j->file, e))
		return err_in(e, "junit");
	if (j->fd >= 0 && (buf_send(b, j->fd, e) || buf_sent(j->fd, e)))
		return err_in(e, "junit");
	return 0;
}

static int finish(struct junit *j, int64_t wall_ns, const char *cut_short, struct err *e)
{
	const char *skip = j->plan && !j->plan->points ? j->plan->skip : NULL;
	struct count c;
	autobuf b = { 0 };

	if (fill_gaps(j, cut_short ? cut_short : "none came", e))
		return e->code;
	c = count_shown(j, 0, j->plan ? j->plan->points : 0);
	c.elapsed_ns = wall_ns;
	c.tests += cut_short || skip;
	c.errors += cut_short != NULL;
	c.skipped += skip && !cut_short;
	buf_adds(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"lastack\"");
	add_counts(&b, &c);
	buf_adds(&b, ">\n");
	add_suites(&b, j);
	if (cut_short || skip)
		add_run(&b, j, skip, cut_short);
	buf_adds(&b, "</testsuites>\n");
	return deliver(j, &b, e);
}

/* ------------------------------------------------------------ the sink */

static int junit_begin(struct report_sink *s, const struct report_plan *plan, struct err *e)
{
	struct junit *j = junit_of(s);

	j->shown = calloc(plan->points + 1, sizeof(*j->shown));
	if (!j->shown)
		return err_set(e, -ENOMEM, "junit: out of memory");
	j->plan = plan;
	j->points = plan->points;
	return 0;
}

static int junit_end(struct report_sink *s, const struct report_summary *sum, struct err *e)
{
	return finish(junit_of(s), sum->wall_ns, sum->cut_short, e);
}

static int junit_bail(struct report_sink *s, const char *reason, struct err *e)
{
	return finish(junit_of(s), 0, reason, e);
}

static void junit_free(struct report_sink *s)
{
	struct junit *j = junit_of(s);

	for (size_t i = 0; i < j->points; i++)
		free(j->shown[i].text);
	free(j->shown);
	free(j);
}

/* Jenkins reads it so: no zone, UTC meant */
static void stamp(char *text, size_t size)
{
	const time_t now = (time_t)(clock_real_ns() / NS_PER_S);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, size, "%Y-%m-%dT%H:%M:%S", &tm);
}

struct report_sink *junit_new(struct results *results, const char *file, int fd)
{
	struct junit *j = calloc(1, sizeof(*j));

	if (!j)
		return NULL;
	j->sink = (struct report_sink){ .begin = junit_begin, .trial = junit_trial,
					.end = junit_end, .bail = junit_bail, .free = junit_free };
	j->results = results;
	j->file = file;
	j->fd = fd;
	stamp(j->began, sizeof(j->began));
	return &j->sink;
}
