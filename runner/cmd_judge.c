// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/judge.h"
#include "runner/options.h"
#include "runner/parse.h"
#include "runner/report.h"
#include "runner/require.h"
#include "runner/results.h"
#include "runner/session.h"
#include "runner/suite.h"
#include "runner/tap.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { INFO_MOST = 1 << 20, RECORD_MOST = 64 << 20 };

/* A run being judged again: its files, its kernel and its records, all from its directory. */
struct rejudge {
	const struct invocation *in;
	struct arena arena;
	struct results *results;
	struct suite suite;
	struct facts facts;
	struct report *report;
	struct past *past;
	size_t pasts, changed;
};

static int read_facts(struct rejudge *j, struct err *e)
{
	autobuf info = { 0 };

	if (results_read(j->results, RESULTS_INFO, INFO_MOST, &info, e))
		return e->code;
	if (!facts_read(&j->facts, buf_text(&info), info.len))
		return err_set(e, -EBADMSG, "%s: not to be understood", RESULTS_INFO);
	return 0;
}

static int load_cases(struct rejudge *j, struct err *e)
{
	const char *cases = arena_printf(&j->arena, "%s/%s", results_path(j->results), RESULTS_CASES);

	if (suite_load(&j->suite, &cases, 1, cases, e))
		return e->code;
	if (j->suite.errors)
		return err_set(e, -EBADMSG, "%s: its case files have errors", cases);
	suite_plan(&j->suite, &j->facts, 1);
	return 0;
}

static const struct suite_item *item_named(const struct suite *s, const char *name)
{
	const char *run = strstr(name, " run ");
	const size_t len = run ? (size_t)(run - name) : strlen(name);

	for (size_t i = 0; i < s->items; i++)
		if (strlen(s->item[i].name) == len && !strncmp(s->item[i].name, name, len))
			return &s->item[i];
	return NULL;
}

/* The trials that were run become the suite's only ones, in the order of the run. */
static int only_the_past(struct rejudge *j, struct err *e)
{
	struct suite_item *item;

	if (results_past(j->results, &j->arena, &j->past, &j->pasts, e))
		return e->code;
	item = arena_get(&j->arena, (j->pasts + 1) * sizeof(*item));
	for (size_t i = 0; i < j->pasts; i++) {
		const struct suite_item *found = item_named(&j->suite, j->past[i].name);

		if (!found)
			return err_set(e, -EBADMSG, "no case file for %s", j->past[i].name);
		item[i] = *found;
		item[i].name = j->past[i].name;
	}
	j->suite.item = item;
	j->suite.items = j->pasts;
	return 0;
}

static bool was_observing(const struct facts *f)
{
	const char *answer = facts_get(f, "info observing");

	return answer && !strcmp(answer, "yes");
}

static int judge_one(struct rejudge *j, const struct session *s, size_t i, struct err *e)
{
	const struct suite_item *item = &j->suite.item[i];
	struct verdict v = { .kind = VERDICT_SKIP, .step = -1 };
	struct events events = { 0 };
	struct arena a = { 0 };
	autobuf record = { 0 };
	struct trial t;
	int bad_line = 0, rc;

	parse_trial(&item->file->scenario, item->variant, &j->facts, &t);
	if (!require_met(&item->file->scenario, &j->facts, &a, &v.message)) {
		rc = session_tell(s, i, NULL, &v, NULL, e);
	} else if (results_read(j->results, results_trial_path(&a, item->name, ".record"), RECORD_MOST,
				&record, e)) {
		v.kind = VERDICT_BROKEN;
		v.message = arena_printf(&a, "no record: %s", e->text);
		rc = session_tell(s, i, NULL, &v, NULL, e);
	} else {
		if (events_read(buf_text(&record), record.len, &a, &events, &bad_line)) {
			judge(&t, &events, &j->facts, was_observing(&j->facts), &a, &v);
		} else {
			v.kind = VERDICT_BROKEN;
			v.message = arena_printf(&a, "line %d of its record cannot be read", bad_line);
		}
		v.tries = j->past[i].tries;
		v.elapsed_ns = j->past[i].elapsed_ns;
		rc = session_tell(s, i, &t, &v, &events, e);
	}
	if (v.kind != j->past[i].kind) {
		j->changed++;
		fprintf(stderr, "lastack: %s: was %s, is %s\n", item->name,
			verdict_name[j->past[i].kind], verdict_name[v.kind]);
	}
	trial_fini(&t);
	arena_free(&a);
	return rc;
}

static int tell_all(struct rejudge *j, struct err *e)
{
	struct session s = { .suite = &j->suite, .facts = &j->facts, .results = j->results,
			     .program = j->in->program };
	struct report_point *point = arena_get(&j->arena, (j->pasts + 1) * sizeof(*point));
	const struct report_plan plan = {
		.point = point, .points = j->pasts, .kernel = j->facts.release,
		.version = arena_printf(&j->arena, "lastack %s", j->in->version),
		.command = arena_printf(&j->arena, "lastack judge %s", results_path(j->results)),
		.results = results_path(j->results),
		.skip = j->pasts ? NULL : "nothing was run",
	};
	const int64_t begun = clock_ns();
	int rc;

	for (size_t i = 0; i < j->pasts; i++)
		point[i] = (struct report_point){ j->suite.item[i].name, j->suite.item[i].file->name,
						  j->suite.item[i].file->path };
	s.report = j->report;
	rc = report_begin(j->report, &plan, e);
	for (size_t i = 0; i < j->pasts && !rc; i++)
		rc = judge_one(j, &s, i, e);
	return report_end(j->report, clock_ns() - begun, NULL, e) || rc ? -1 : 0;
}

static int exit_status(const struct rejudge *j)
{
	const struct report_summary *sum = report_summary(j->report);

	if (sum->count[VERDICT_BROKEN] + sum->count[VERDICT_TIMING])
		return EXIT_TROUBLE;
	return sum->count[VERDICT_FAIL] + sum->count[VERDICT_TODO_PASSED] ? EXIT_RED : EXIT_GOOD;
}

static int rejudge(struct rejudge *j, const char *base, const char *which, struct err *e)
{
	if (results_open_existing(&j->results, base, which, e) || read_facts(j, e) ||
	    load_cases(j, e) || only_the_past(j, e))
		return -1;
	j->report = report_new();
	if (!j->report || report_add(j->report, tap_new(TAP_13, STDOUT_FILENO), e) || tell_all(j, e))
		return -1;
	if (j->changed)
		fprintf(stderr, "lastack: %zu verdicts differ from those of the run\n", j->changed);
	return exit_status(j);
}

int cmd_judge(const struct invocation *in, struct err *e)
{
	struct rejudge j = { .in = in };
	const char *base = results_base();
	const struct option_spec table[] = {
		{ "results", 0, "DIR", "where runs left their results", OPTION_IS_TEXT, &base, 0, 0 },
		{ .name = NULL },
	};
	autobuf text = { 0 };
	int rest, rc;
	bool help;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -1;
	if (help) {
		buf_adds(&text, "usage: lastack judge [OPTION...] [RUN]\n\n"
			 "Gives a run's verdicts again from its records (the latest run's where none is\n"
			 "named): on any machine, as anybody. Tells which differ from those of the run.\n\n");
		options_help(table, &text);
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	if (in->argc - rest > 1)
		return err_set(e, -EINVAL, "judge: one run at a time");
	rc = rejudge(&j, base, rest < in->argc ? in->argv[rest] : NULL, e);
	report_free(j.report);
	results_close(j.results);
	suite_fini(&j.suite);
	facts_fini(&j.facts);
	arena_free(&j.arena);
	return rc;
}
