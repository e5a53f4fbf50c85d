// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a consumer gets to read
 *
 * Readers of TAP agree on little, so this writes what all of them take: the
 * version, then the plan, then each id once and in order, `# SKIP` only behind
 * `ok`, no `#` and no `\` in a name, no directive that only some know.
 *
 *                      TAP 13 and 14                KTAP
 *   pass               ok                           ok
 *   fail               not ok                       not ok
 *   skip               ok # SKIP why                ok # SKIP why
 *   todo               not ok # TODO why            ok # XFAIL why
 *   todo that passes   not ok                       not ok
 *   broken             not ok                       not ok # ERROR why
 *   broken, too long   not ok                       not ok # TIMEOUT 30 seconds
 *   timing             not ok                       not ok # ERROR why
 *
 * A todo that passes is to be red. `ok # TODO` is not, to most readers, and
 * `not ok # TODO` is green to all of them: so it comes without the directive,
 * and the message tells to take the mark away.
 *
 * Where it goes to a terminal, a failure's YAML gives way to the lines for a
 * person: they say the same, and in colours; run.tap has both.
 *
 * In KTAP the lines for a person stand before their result, in TAP behind it.
 *
 * A run that is cut short leaves two kinds of unfinished trials. Those with an
 * id below a finished one must be said something about, or the ids would have
 * a gap: `not ok`, verdict broken, with the reason. All behind the last
 * finished one are covered by `Bail out! reason`: prove and tap-parser print
 * it, automake makes an ERROR of it, and nobody has to scroll through a
 * thousand failures that are none. KTAP has no Bail out (kunit.py stumbles over
 * it), so there each unfinished trial gets its `not ok # ERROR reason`.
 */
#include "runner/tap.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/escape.h"
#include "runner/report.h"
#include "runner/screen.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct held {
	size_t number;	/* its id: in the stream, or in its file where that is nested */
	char *text;	/* NULL: not finished, or written already */
	enum verdict_kind kind;
};

/* What a finished file adds up to, for its own line in the nested formats */
struct group {
	size_t number, points, red, skipped;
};

struct tap {
	struct report_sink sink;
	enum tap_format format;
	int fd;
	const struct report_plan *plan;
	struct held *held;
	size_t points;
	size_t next;		/* index of the first that is not written */
	struct group group;
	struct buf out;
	bool person, colour;	/* it is read on a terminal */
};

static const struct dialect {
	const char *version;
	int indent;		/* of what is nested; 0: nothing is */
	const char *nested_version;
	bool yaml;
	bool bail;
} dialects[TAP_FORMAT_COUNT] = {
	[TAP_13]	= { "TAP version 13",	0, NULL,		true,	true },
	[TAP_14]	= { "TAP version 14",	4, NULL,		true,	true },
	[TAP_KERNEL]	= { "KTAP version 1",	2, "KTAP version 1",	false,	false },
};

const char *const tap_format_name[TAP_FORMAT_COUNT] = {
	[TAP_13]	= "tap",
	[TAP_14]	= "tap14",
	[TAP_KERNEL]	= "ktap",
};

static const struct dialect *dialect(const struct tap *tap)
{
	return &dialects[tap->format];
}

/* ------------------------------------------------------------ writing */

static int write_out(struct tap *tap, struct err *e)
{
	return buf_send(&tap->out, tap->fd, e) ? err_in(e, "tap") : 0;
}

static int check_written(struct tap *tap, struct err *e)
{
	return buf_sent(tap->fd, e) ? err_in(e, "tap") : 0;
}

/* ------------------------------------------------------------ one result */

static void indent(struct buf *b, int columns)
{
	buf_addf(b, "%*s", columns, "");
}

static void add_note(struct buf *b, int column, const char *line, size_t len)
{
	static const char header[] = "Subtest";

	indent(b, column);
	buf_adds(b, "# ");
	if (len >= sizeof(header) - 1 && memcmp(line, header, sizeof(header) - 1) == 0)
		buf_adds(b, "  ");	/* it is none */
	escape_line(b, line, len);
	while (b->len && !b->failed && b->s[b->len - 1] == ' ')
		b->s[--b->len] = '\0';
	buf_adds(b, "\n");
}

static void add_notes(struct buf *b, int column, const char *notes)
{
	while (notes && *notes) {
		const size_t len = strcspn(notes, "\n");

		add_note(b, column, notes, len);
		notes += len + (notes[len] == '\n');
	}
}

static void add_said(struct buf *b, int column, const char *key, const char *value)
{
	autobuf line = { 0 };

	if (!value)
		return;
	buf_addf(&line, "%s: %s", key, value);
	add_note(b, column, buf_text(&line), line.len);
	b->failed |= line.failed;
}

static void yaml_key(struct buf *b, int column, const char *key, const char *value)
{
	if (!value)
		return;
	indent(b, column);
	buf_addf(b, "%s: ", key);
	escape_quoted(b, value);
	buf_adds(b, "\n");
}

static void yaml_number(struct buf *b, int column, const char *key, int64_t n)
{
	indent(b, column);
	buf_addf(b, "%s: \"%lld\"\n", key, (long long)n);
}

static void yaml_list(struct buf *b, int column, const char *key, const char **item, size_t items)
{
	if (!items)
		return;
	indent(b, column);
	buf_addf(b, "%s:\n", key);
	for (size_t i = 0; i < items; i++) {
		indent(b, column + 2);
		buf_adds(b, "- ");
		escape_quoted(b, item[i]);
		buf_adds(b, "\n");
	}
}

static void yaml_place(struct buf *b, int column, const char *file, const struct place *at)
{
	indent(b, column);
	buf_adds(b, "at:\n");
	yaml_key(b, column + 2, "file", file);
	if (at->line <= 0)
		return;
	yaml_number(b, column + 2, "line", at->line);
	yaml_number(b, column + 2, "column", at->column);
}

static void yaml_effort(struct buf *b, int column, const struct verdict *v)
{
	indent(b, column);
	buf_addf(b, "duration_ms: \"%lld.%03d\"\n", (long long)(v->elapsed_ns / NS_PER_MS),
		 (int)(v->elapsed_ns % NS_PER_MS / NS_PER_US));
	yaml_number(b, column, "tries", v->tries);
}

static void yaml_also(struct buf *b, int column, const struct verdict *v)
{
	if (!v->alsos)
		return;
	indent(b, column);
	buf_adds(b, "also:\n");
	for (size_t i = 0; i < v->alsos; i++) {
		autobuf text = { 0 };

		buf_addf(&text, "line %d: %s", v->also[i].at.line, v->also[i].message);
		indent(b, column + 2);
		buf_adds(b, "- ");
		escape_quoted(b, buf_text(&text));
		buf_adds(b, "\n");
		b->failed |= text.failed;
	}
}

static void yaml_trial(struct buf *b, int column, const struct tap *tap,
		       const struct report_point *point, const struct report_trial *t)
{
	const struct verdict *v = t->verdict;

	yaml_key(b, column, "message", report_message(t));
	yaml_key(b, column, "verdict", verdict_name[v->kind]);
	yaml_key(b, column, "todo", t->todo);
	yaml_place(b, column, point->file, &v->at);
	yaml_key(b, column, "step", t->step);
	if (v->round > 0)
		yaml_number(b, column, "round", v->round + 1);
	yaml_key(b, column, "expected", v->expected);
	yaml_key(b, column, "seen", v->seen);
	yaml_also(b, column, v);
	yaml_effort(b, column, v);
	yaml_key(b, column, "kernel", tap->plan->kernel);
	yaml_list(b, column, "sysctls", t->sysctl, t->sysctls);
	yaml_list(b, column, "clause", t->ref, t->refs);
	yaml_key(b, column, "repro", t->repro);
	yaml_key(b, column, "artifacts", t->artifacts);
}

static bool is_plain_ok(const struct verdict *v)
{
	return v->kind == VERDICT_PASS || v->kind == VERDICT_SKIP;
}

static void add_yaml(struct buf *b, int column, const struct tap *tap,
		     const struct report_point *point, const struct report_trial *t)
{
	const struct verdict *v = t->verdict;

	if (is_plain_ok(v) && v->tries <= 1)
		return;
	indent(b, column);
	buf_adds(b, "---\n");
	if (is_plain_ok(v))
		yaml_effort(b, column, v);
	else
		yaml_trial(b, column, tap, point, t);
	indent(b, column);
	buf_adds(b, "...\n");
}

/* KTAP has no YAML: the same in words, where nobody has put it into words already */
static void add_words(struct buf *b, int column, const struct report_point *point,
		      const struct report_trial *t)
{
	const struct verdict *v = t->verdict;
	autobuf where = { 0 };

	if (is_plain_ok(v))
		return;
	buf_adds(&where, point->file);
	if (v->at.line > 0)
		buf_addf(&where, ":%d:%d", v->at.line, v->at.column);
	b->failed |= where.failed;
	add_said(b, column, buf_text(&where), report_message(t));
	add_said(b, column, "step", t->step);
	add_said(b, column, "expected", v->expected);
	add_said(b, column, "seen", v->seen);
	for (size_t i = 0; i < t->sysctls; i++)
		add_said(b, column, "sysctl", t->sysctl[i]);
	for (size_t i = 0; i < t->refs; i++)
		add_said(b, column, "clause", t->ref[i]);
	add_said(b, column, "repro", t->repro);
	add_said(b, column, "artifacts", t->artifacts);
}

static void add_directive(struct buf *b, const char *directive, const char *reason)
{
	buf_addf(b, " # %s ", directive);
	escape_reason(b, reason);
}

static void add_timeout(struct buf *b, int64_t budget_ns)
{
	buf_addf(b, " # TIMEOUT %lld seconds",
		 (long long)((budget_ns + NS_PER_S - 1) / NS_PER_S));
}

static void add_result(struct buf *b, const struct tap *tap, size_t number, const char *name,
		       const struct report_trial *t)
{
	const bool kernel = tap->format == TAP_KERNEL;
	const enum verdict_kind kind = t->verdict->kind;
	const bool ok = is_plain_ok(t->verdict) || (kernel && kind == VERDICT_TODO);

	indent(b, dialect(tap)->indent);
	buf_addf(b, "%s %zu - ", ok ? "ok" : "not ok", number);
	escape_name(b, name);
	if (kind == VERDICT_SKIP)
		add_directive(b, "SKIP", report_message(t));
	else if (kind == VERDICT_TODO)
		add_directive(b, kernel ? "XFAIL" : "TODO", t->todo ? t->todo : report_message(t));
	else if (kernel && kind == VERDICT_BROKEN && t->budget_ns)
		add_timeout(b, t->budget_ns);
	else if (kernel && (kind == VERDICT_BROKEN || kind == VERDICT_TIMING))
		add_directive(b, "ERROR", report_message(t));
	buf_adds(b, "\n");
}

/* The same twice is too much for a screen: a person gets no YAML where there are notes */
static void add_below(struct buf *b, int column, const struct tap *tap,
		      const struct report_point *point, const struct report_trial *t)
{
	char margin[16];

	if (!tap->person || !t->notes || !screen_wanted(t->verdict->kind)) {
		add_yaml(b, column + 2, tap, point, t);
		add_notes(b, column, t->notes);
		return;
	}
	snprintf(margin, sizeof(margin), "%*s# ", column, "");
	screen_render(point, t, margin, tap->colour, b);
}

static int hold(struct tap *tap, size_t index, const struct report_trial *t, struct err *e)
{
	const struct report_point *point = &tap->plan->point[index];
	const int column = dialect(tap)->indent;
	autobuf b = { 0 };

	if (!dialect(tap)->yaml) {
		add_notes(&b, column, t->notes);
		if (!t->notes)
			add_words(&b, column, point, t);
	}
	add_result(&b, tap, tap->held[index].number, point->name, t);
	if (dialect(tap)->yaml)
		add_below(&b, column, tap, point, t);
	if (b.failed)
		return err_set(e, -ENOMEM, "tap: out of memory");
	tap->held[index].text = b.s;
	tap->held[index].kind = t->verdict->kind;
	b = (struct buf){ 0 };	/* held's now */
	return 0;
}

/* ------------------------------------------------------------ the files */

static bool begins_file(const struct report_plan *plan, size_t i)
{
	return !i || strcmp(plan->point[i].scenario, plan->point[i - 1].scenario) != 0;
}

static bool ends_file(const struct report_plan *plan, size_t i)
{
	return i + 1 == plan->points || begins_file(plan, i + 1);
}

static size_t points_of_file(const struct report_plan *plan, size_t first)
{
	size_t last = first;

	while (!ends_file(plan, last))
		last++;
	return last - first + 1;
}

/* Give each its id. Return: the points of the outermost stream */
static size_t number_points(struct tap *tap)
{
	const struct report_plan *plan = tap->plan;
	const bool nested = dialect(tap)->indent;
	size_t files = 0, number = 0;

	for (size_t i = 0; i < plan->points; i++) {
		files += begins_file(plan, i);
		number = nested && begins_file(plan, i) ? 1 : number + 1;
		tap->held[i].number = number;
	}
	return nested ? files : plan->points;
}

static void open_file(struct tap *tap, size_t first)
{
	struct buf *b = &tap->out;

	tap->group = (struct group){ .number = tap->group.number + 1,
				     .points = points_of_file(tap->plan, first) };
	if (dialect(tap)->nested_version) {
		indent(b, dialect(tap)->indent);
		buf_addf(b, "%s\n", dialect(tap)->nested_version);
	} else {
		buf_adds(b, "# Subtest: ");
		escape_name(b, tap->plan->point[first].scenario);
		buf_adds(b, "\n");
	}
	indent(b, dialect(tap)->indent);
	buf_addf(b, "1..%zu\n", tap->group.points);
}

static void close_file(struct tap *tap, const char *scenario)
{
	const struct group *g = &tap->group;
	struct buf *b = &tap->out;

	buf_addf(b, "%s %zu - ", g->red ? "not ok" : "ok", g->number);
	escape_name(b, scenario);
	if (g->skipped == g->points)
		buf_addf(b, " # SKIP %s", g->points == 1 ? "its trial was skipped" :
							   "all its trials were skipped");
	buf_adds(b, "\n");
}

static void count_in_file(struct tap *tap, enum verdict_kind kind)
{
	tap->group.red += verdict_red(kind) != 0;
	tap->group.skipped += kind == VERDICT_SKIP;
}

/* Write what is finished without a gap */
static void release_next(struct tap *tap)
{
	const size_t i = tap->next++;
	const bool nested = dialect(tap)->indent;
	struct held *h = &tap->held[i];

	if (nested && begins_file(tap->plan, i))
		open_file(tap, i);
	buf_adds(&tap->out, h->text);
	count_in_file(tap, h->kind);
	if (nested && ends_file(tap->plan, i))
		close_file(tap, tap->plan->point[i].scenario);
	free(h->text);
	h->text = NULL;
}

static void release(struct tap *tap)
{
	while (tap->next < tap->points && tap->held[tap->next].text)
		release_next(tap);
}

/* ------------------------------------------------------------ the sink */

static void add_head(struct tap *tap, const struct report_plan *plan)
{
	struct buf *b = &tap->out;
	char span[48];

	add_said(b, 0, "version", plan->version);
	add_said(b, 0, "kernel", plan->kernel);
	add_said(b, 0, "machine", plan->machine);
	add_said(b, 0, "command", plan->command);
	add_said(b, 0, "results", plan->results);
	snprintf(span, sizeof(span), "about %.*f s", plan->forecast_ns < 10 * NS_PER_S,
		 (double)plan->forecast_ns / (double)NS_PER_S);
	add_said(b, 0, "will take", plan->forecast_ns ? span : NULL);
}

static struct tap *tap_of(struct report_sink *s)
{
	return (struct tap *)s;
}

static int tap_begin(struct report_sink *s, const struct report_plan *plan, struct err *e)
{
	struct tap *tap = tap_of(s);
	struct buf *b = &tap->out;
	size_t outermost;

	tap->held = calloc(plan->points + 1, sizeof(*tap->held));
	if (!tap->held)
		return err_set(e, -ENOMEM, "tap: out of memory");
	tap->plan = plan;
	tap->points = plan->points;
	outermost = number_points(tap);
	buf_addf(b, "%s\n", dialect(tap)->version);
	if (plan->skip || !plan->points) {
		buf_adds(b, "1..0");
		add_directive(b, "SKIP", plan->skip ? plan->skip : "no trials");
		buf_adds(b, "\n");
	} else {
		buf_addf(b, "1..%zu\n", outermost);
	}
	add_head(tap, plan);
	return write_out(tap, e);
}

static int tap_trial(struct report_sink *s, size_t index, const struct report_trial *t,
		     struct err *e)
{
	struct tap *tap = tap_of(s);

	if (hold(tap, index, t, e))
		return e->code;
	release(tap);
	return write_out(tap, e);
}

/* Say of a trial that it was not finished */
static int hold_unfinished(struct tap *tap, size_t index, const char *reason, struct err *e)
{
	const struct verdict v = { .kind = VERDICT_BROKEN, .step = -1, .message = reason };
	const struct report_trial t = { .verdict = &v };

	return tap->held[index].text ? 0 : hold(tap, index, &t, e);
}

static size_t last_finished_end(const struct tap *tap)
{
	size_t end = tap->points;

	while (end > tap->next && !tap->held[end - 1].text)
		end--;
	return end;
}

static int finish_short(struct tap *tap, const char *reason, struct err *e)
{
	const size_t end = dialect(tap)->bail ? last_finished_end(tap) : tap->points;
	autobuf why = { 0 };

	buf_addf(&why, "not finished: %s", reason);
	for (size_t i = tap->next; i < end; i++)
		if (hold_unfinished(tap, i, buf_text(&why), e))
			return e->code;
	release(tap);
	if (tap->next == tap->points)
		return 0;
	buf_adds(&tap->out, "Bail out! ");
	escape_line(&tap->out, reason, strlen(reason));
	buf_adds(&tap->out, "\n");
	return 0;
}

static int tap_end(struct report_sink *s, const struct report_summary *sum, struct err *e)
{
	struct tap *tap = tap_of(s);
	autobuf line = { 0 };

	if (tap->plan->skip || !tap->points)
		return check_written(tap, e);
	if (sum->cut_short && finish_short(tap, sum->cut_short, e))
		return e->code;
	report_summary_text(sum, &line);
	add_note(&tap->out, 0, buf_text(&line), line.len);
	if (write_out(tap, e))
		return e->code;
	return check_written(tap, e);
}

/* A stream of its own, where there is not even a plan */
static void bail_alone(struct tap *tap, const char *reason)
{
	struct buf *b = &tap->out;

	buf_addf(b, "%s\n", dialect(tap)->version);
	if (dialect(tap)->bail) {
		buf_adds(b, "Bail out! ");
		escape_line(b, reason, strlen(reason));
	} else {
		buf_adds(b, "1..1\nnot ok 1 - lastack");
		add_directive(b, "ERROR", reason);
	}
	buf_adds(b, "\n");
}

static int tap_bail(struct report_sink *s, const char *reason, struct err *e)
{
	struct tap *tap = tap_of(s);

	if (!tap->plan)
		bail_alone(tap, reason);
	else if (finish_short(tap, reason, e))
		return e->code;
	if (write_out(tap, e))
		return e->code;
	return check_written(tap, e);
}

static void tap_free(struct report_sink *s)
{
	struct tap *tap = tap_of(s);

	for (size_t i = 0; i < tap->points; i++)
		free(tap->held[i].text);
	free(tap->held);
	buf_fini(&tap->out);
	free(tap);
}

struct report_sink *tap_new(enum tap_format format, int fd)
{
	struct tap *tap = calloc(1, sizeof(*tap));

	if (!tap)
		return NULL;
	*tap = (struct tap){
		.sink = { .begin = tap_begin, .trial = tap_trial, .end = tap_end,
			  .bail = tap_bail, .free = tap_free },
		.format = format,
		.fd = fd,
		.person = isatty(fd),
		.colour = screen_colour(fd),
	};
	return &tap->sink;
}
