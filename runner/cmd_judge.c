// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/ndjson.h"
#include "runner/options.h"
#include "runner/outlets.h"
#include "runner/parse.h"
#include "runner/planned.h"
#include "runner/recorded.h"
#include "runner/report.h"
#include "runner/results.h"
#include "runner/say.h"
#include "runner/screen.h"
#include "runner/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A run being judged again */
struct rejudge {
	const struct invocation *in;
	struct recorded run;
	struct outlets out;
	bool observations;
	size_t changed, missing;
};

static int judge_one(struct rejudge *j, const struct session *s, size_t i, struct err *e)
{
	const char *name = j->run.suite.item[i].name;
	const struct past *past = &j->run.past[i];
	struct events events;
	struct arena a = { 0 };
	struct verdict v;
	struct trial t;
	int rc = 0;

	if (!recorded_verdict(&j->run, i, &t, &a, &events, &v))
		rc = session_tell(s, i, NULL, &v, NULL, e);
	else if (!j->observations || !ndjson_observations(j->out.ndjson, name, &t, &events, e))
		rc = session_tell(s, i, &t, &v, &events, e);
	else
		rc = e->code;
	if (v.kind != past->kind) {
		j->changed++;
		say("%s: was %s, is %s", name, verdict_name[past->kind], verdict_name[v.kind]);
	}
	trial_fini(&t);
	arena_free(&a);
	return rc;
}

/* What was never played is no success: trials without a verdict stand behind the others */
static void add_missing(struct rejudge *j, struct report_point *point)
{
	struct arena *a = &j->run.arena;
	struct planned plan;
	struct err ignored;

	j->missing = recorded_missing(&j->run);
	if (!j->missing || planned_read(&plan, j->run.results, &ignored))
		return;
	for (size_t i = 0, n = 0; i < plan.trials && n < j->missing; i++) {
		const struct planned_trial *t = &plan.trial[i];
		const struct planned_file *f = &plan.file[t->file];

		if (t->ours && !recorded_has(&j->run, t->name))
			point[n++] = (struct report_point){
				arena_dup(a, t->name, strlen(t->name)),
				arena_dup(a, f->name, strlen(f->name)),
				arena_dup(a, f->path, strlen(f->path)),
			};
	}
	planned_fini(&plan);
}

static int tell_all(struct rejudge *j, struct err *e)
{
	struct recorded *run = &j->run;
	struct session s = { .suite = &run->suite, .facts = &run->facts, .results = run->results,
			     .program = j->in->program };
	const size_t points = run->pasts + recorded_missing(run);
	struct report_point *point = arena_get(&run->arena, (points + 1) * sizeof(*point));
	const struct report_plan plan = {
		.point = point, .points = points, .kernel = run->facts.release,
		.version = arena_printf(&run->arena, "lastack %s", j->in->version),
		.command = arena_printf(&run->arena, "lastack judge %s", results_path(run->results)),
		.results = results_path(run->results),
		.skip = points ? NULL : "nothing was run",
	};
	const int64_t begun = clock_ns();
	const char *missing = NULL;
	int rc;

	for (size_t i = 0; i < run->pasts; i++) {
		const struct suite_item *item = &run->suite.item[i];

		point[i] = (struct report_point){ item->name, item->file->name, item->file->path };
	}
	add_missing(j, point + run->pasts);
	if (j->missing)
		missing = arena_printf(&run->arena, "missing: %zu trial%s of %s, which was cut short",
				       j->missing, j->missing == 1 ? "" : "s", results_path(run->results));
	s.report = j->out.report;
	rc = report_begin(j->out.report, &plan, e);
	for (size_t i = 0; i < run->pasts && !rc; i++)
		rc = judge_one(j, &s, i, e);
	if (report_end(j->out.report, clock_ns() - begun, missing, e) || rc)
		return -1;
	if (missing)
		say("%s", missing);
	return 0;
}

static int rejudge(struct rejudge *j, const char *base, const char *which, struct err *e)
{
	if (results_open_existing(&j->run.results, base, which, e) || recorded_load(&j->run, e))
		return -1;
	j->out.facts = &j->run.facts;
	if (outlets_open(&j->out, e) || tell_all(j, e))
		return -1;
	if (j->changed)
		say("%zu verdicts differ from those of the run", j->changed);
	return j->missing && outlets_status(&j->out) == EXIT_GOOD ? EXIT_TROUBLE :
								    outlets_status(&j->out);
}

static int load_known(struct rejudge *j, const char *path, struct err *e)
{
	autobuf said = { 0 };
	const int rc = known_load(&j->run.known, path, screen_colour(STDERR_FILENO), &said, e);

	fputs(buf_text(&said), stderr);
	return rc;
}

int cmd_judge(const struct invocation *in, struct err *e)
{
	struct rejudge j = { .in = in };
	const char *base = results_base(), *format = NULL, *known = NULL;
	const struct option_spec table[] = {
		{ "known", 0, "FILE", "a list of trials that are known to fail; else the run's own, where it had one",
		  OPTION_IS_TEXT, &known, 0, 0 },
		{ "format", 'f', FORMAT_WORDS, FORMAT_HELP, OPTION_IS_TEXT, &format, 0, 0 },
		{ "observations", 0, NULL, "with -f ndjson: a line for each event of the records as well",
		  OPTION_IS_FLAG, &j.observations, 0, 0 },
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
		buf_adds(&text, "\n" KNOWN_HELP "\n" EXIT_HELP
			 "(2 rather than 0 where the run was cut short)\n");
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	if (outlets_format(&j.out, format, e))
		return -1;
	if (j.observations && j.out.format != FORMAT_NDJSON)
		return err_set(e, -EINVAL, "judge: --observations goes with --format ndjson");
	if (in->argc - rest > 1)
		return err_set(e, -EINVAL, "judge: one run at a time");
	rc = known ? load_known(&j, known, e) : 0;
	if (!rc)
		rc = rejudge(&j, base, rest < in->argc ? in->argv[rest] : NULL, e);
	outlets_close(&j.out);
	recorded_fini(&j.run);
	return rc;
}
