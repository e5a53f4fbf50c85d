// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The shards of a run become one run's directory: what they wrote is copied,
 * and each verdict told once more, in the order of the whole. Where the record
 * alone would say something else than the shard did (its child was ended from
 * outside, or another version judged), the shard's word stands; but where its
 * record is gone or cannot be understood, there is nothing that it stands on.
 */
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/event.h"
#include "runner/fingerprint.h"
#include "runner/join.h"
#include "runner/options.h"
#include "runner/outlets.h"
#include "runner/page.h"
#include "runner/parse.h"
#include "runner/prune.h"
#include "runner/report.h"
#include "runner/results.h"
#include "runner/say.h"
#include "runner/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPY_MOST = 1 << 30 };

struct merge {
	const struct invocation *in;
	const char *base, *into, *format;
	struct arena arena;
	struct join join;
	struct facts facts;		/* of all parts */
	struct results *results;
	struct outlets out;
	struct report_plan plan;
	struct suite suite;		/* the trials of all parts */
	bool no_report;
};

/* ------------------------------------------------------------------ writing */

static bool is_of_one_part(const char *question)
{
	return !strcmp(question, "info command") || !strcmp(question, "info load") ||
	       !strcmp(question, "info wall_ms");
}

static void add_facts(struct facts *to, const struct facts *from)
{
	for (size_t i = 0; i < from->count; i++)
		if (!facts_get(to, from->fact[i].question) && !is_of_one_part(from->fact[i].question))
			facts_put(to, from->fact[i].question, from->fact[i].answer);
}

static const char *command_text(struct merge *m)
{
	char *text = arena_printf(&m->arena, "lastack merge");

	for (size_t i = 0; i < m->join.parts; i++)
		text = arena_printf(&m->arena, "%s %s", text, m->join.part[i].path);
	return text;
}

/* They ran side by side: as long as the longest */
static int64_t wall_ns(const struct merge *m)
{
	long long longest = 0;

	for (size_t i = 0; i < m->join.parts; i++) {
		const char *ms = facts_get(&m->join.part[i].run.facts, "info wall_ms");
		const long long took = ms ? strtoll(ms, NULL, 10) : 0;

		longest = took > longest && took < INT64_MAX / NS_PER_MS ? took : longest;
	}
	return longest * NS_PER_MS;
}

static void join_facts(struct merge *m)
{
	const struct facts *first = &m->join.part[0].run.facts;

	facts_set_release(&m->facts, first->release);
	m->facts.hz = first->hz;
	for (size_t i = 0; i < m->join.parts; i++)
		add_facts(&m->facts, &m->join.part[i].run.facts);
	facts_put(&m->facts, "info command", command_text(m));
	facts_put(&m->facts, "info merged", arena_printf(&m->arena, "%zu", m->join.parts));
	facts_put(&m->facts, "info wall_ms",
		  arena_printf(&m->arena, "%lld", (long long)(wall_ns(m) / NS_PER_MS)));
}

/* What is here now counts as ours, and the rest as another shard's: it may be joined later */
static int write_plan(struct merge *m, struct err *e)
{
	const struct planned *plan = join_plan(&m->join);
	struct planned joined = { 0 };
	bool all = true;
	int rc;

	for (size_t i = 0; i < plan->trials; i++) {
		const struct planned_trial *t = &plan->trial[i];
		bool ours = false;

		for (size_t p = 0; p < m->join.parts; p++)
			ours |= m->join.part[p].plan.trial[i].ours;
		all &= ours;
		planned_add(&joined, plan->file[t->file].name, plan->file[t->file].path, t->name, ours);
	}
	joined.shard.n = all ? 0 : plan->shard.n;
	rc = planned_write(&joined, m->results, e);
	planned_fini(&joined);
	return rc;
}

static int write_head(struct merge *m, struct err *e)
{
	const struct suite *s = &m->join.part[0].run.suite;
	const struct known *known = &m->join.part[0].run.known;
	autobuf info = { 0 };

	facts_write(&m->facts, &info);
	if (results_write(m->results, RESULTS_INFO, &info, e) || write_plan(m, e))
		return e->code;
	if (facts_get(&m->facts, "info known") && results_write(m->results, RESULTS_KNOWN, &known->text, e))
		return e->code;
	for (size_t i = 0; i < s->files; i++)
		if (results_write(m->results, results_case_path(&m->arena, s->file[i]->name),
				  &s->file[i]->text, e))
			return e->code;
	return 0;
}

/* A trial that was skipped has neither record nor capture */
static int copy(struct merge *m, const struct join_part *from, const char *name,
		const char *suffix, struct err *e)
{
	struct arena a = { 0 };
	const char *path = results_trial_path(&a, name, suffix);
	autobuf bytes = { 0 };
	int rc = results_read(from->run.results, path, COPY_MOST, &bytes, e);

	if (!rc)
		rc = results_write(m->results, path, &bytes, e);
	arena_free(&a);
	return rc == -ENOENT ? 0 : rc;
}

/* ------------------------------------------------------------------ telling */

/* The trials in the order of the whole, their files called as the first part's run found them */
static void join_suite(struct merge *m)
{
	const struct planned *plan = join_plan(&m->join);
	struct report_point *point = arena_get(&m->arena, (plan->trials + 1) * sizeof(*point));

	m->suite.item = arena_get(&m->arena, (plan->trials + 1) * sizeof(*m->suite.item));
	m->suite.items = plan->trials;
	for (size_t i = 0; i < plan->trials; i++) {
		const struct planned_file *file = &plan->file[plan->trial[i].file];
		const struct join_trial *from = &m->join.trial[i];

		point[i] = (struct report_point){ plan->trial[i].name, file->name, file->path };
		if (!from->part)
			continue;
		m->suite.item[i] = from->part->run.suite.item[from->index];
		m->suite.item[i].file = arena_get(&m->arena, sizeof(struct case_file));
		*m->suite.item[i].file = *from->part->run.suite.item[from->index].file;
		m->suite.item[i].file->path = file->path;
		point[i].name = m->suite.item[i].name;
	}
	m->plan.point = point;
	m->plan.points = plan->trials;
}

static int tell(struct merge *m, size_t i, struct err *e)
{
	const struct join_trial *from = &m->join.trial[i];
	const struct recorded *run = &from->part->run;
	const struct past *past = &run->past[from->index];
	const struct session session = {
		.suite = &m->suite, .facts = &run->facts, .results = m->results,
		.report = m->out.report, .program = m->in->program,
	};
	struct events events;
	struct arena a = { 0 };
	struct verdict v;
	struct trial t;
	bool has_record;
	int rc;

	has_record = recorded_verdict(run, from->index, &t, &a, &events, &v);
	if (v.kind != past->kind) {
		v.message = arena_printf(&a, "%s in its run, %s by its record alone%s%s",
					 verdict_name[past->kind], verdict_name[v.kind],
					 v.message ? ": " : "", v.message ? v.message : "");
		if (v.kind != VERDICT_BROKEN)
			v.kind = past->kind;
	}
	rc = copy(m, from->part, m->suite.item[i].name, ".record", e) ||
	     copy(m, from->part, m->suite.item[i].name, ".pcapng", e) ||
	     results_verdict(m->results, i, m->suite.item[i].name, &v, e) ||
	     session_tell(&session, i, has_record ? &t : NULL, &v, &events, e);
	trial_fini(&t);
	arena_free(&a);
	return rc ? e->code : 0;
}

static int tell_all(struct merge *m, const char *missing, struct err *e)
{
	autobuf machine = { 0 };
	struct err later;
	int rc;

	fingerprint_line(&m->facts, &machine);
	m->plan.version = arena_printf(&m->arena, "lastack %s", m->in->version);
	m->plan.kernel = m->facts.release;
	m->plan.machine = arena_dup(&m->arena, buf_text(&machine), machine.len);
	m->plan.command = command_text(m);
	m->plan.results = results_path(m->results);
	m->plan.skip = m->plan.points ? NULL : "nothing was to be played";
	rc = report_begin(m->out.report, &m->plan, e);
	for (size_t i = 0; i < m->plan.points && !rc; i++)
		if (m->join.trial[i].part)
			rc = tell(m, i, e);
	if (report_end(m->out.report, wall_ns(m), rc ? e->text : missing, rc ? &later : e) && !rc)
		rc = e->code;
	if (rc || results_finish(m->results, e))
		return rc ? rc : e->code;
	return m->no_report ? 0 : page_leave(m->results, m->in->version, m->in->program, e);
}

/* ------------------------------------------------------------------ the command */

static int write_all(struct merge *m, const char *missing, struct err *e)
{
	if (write_head(m, e))
		return e->code;
	m->out.live = true;
	m->out.results = m->results;
	m->out.facts = &m->facts;
	return outlets_open(&m->out, e) ? e->code : tell_all(m, missing, e);
}

/* What could not be written whole is taken away again. */
static int undo(struct merge *m, struct err *e)
{
	const char *path = arena_printf(&m->arena, "%s", results_path(m->results));
	struct err later;

	outlets_close(&m->out);
	results_close(m->results);
	m->results = NULL;
	if (prune_run(path, &later))
		say("%s", later.text);
	return e->code;
}

static int merge(struct merge *m, char **which, size_t count, struct err *e)
{
	autobuf missing = { 0 };
	size_t lost;

	if (join_open(&m->join, m->base, which, count, e))
		return e->code;
	lost = join_missing(&m->join, &missing);
	join_facts(m);
	join_suite(m);
	if (m->into ? results_new_at(&m->results, m->into, e) :
		      results_new(&m->results, m->base, m->facts.release, e))
		return e->code;
	if (write_all(m, lost ? buf_text(&missing) : NULL, e))
		return undo(m, e);
	if (lost)
		say("%s", buf_text(&missing));
	return lost ? EXIT_TROUBLE : outlets_status(&m->out);
}

static void help(const struct option_spec *table)
{
	autobuf text = { 0 };

	buf_adds(&text,
		 "usage: lastack merge [OPTION...] RUN...\n\n"
		 "Joins what the shards of a run left into one run's directory, as if it had been\n"
		 "one: records, captures, verdicts in the order of the whole, and all that is made\n"
		 "of them. The shards may come from different machines with the same kernel.\n\n");
	options_help(table, &text);
	buf_adds(&text, "\n" EXIT_HELP
		 "(2 also where a shard is missing or was cut short: what is there is joined all the\n"
		 "same; and where the runs are not parts of one: then nothing is written)\n");
	fputs(buf_text(&text), stdout);
}

int cmd_merge(const struct invocation *in, struct err *e)
{
	struct merge m = { .in = in, .base = results_base() };
	const struct option_spec table[] = {
		{ "output", 'o', "DIR", "the joined run's directory (else a new one with the other runs)",
		  OPTION_IS_TEXT, &m.into, 0, 0 },
		{ "last-wins", 0, NULL, "where two have a verdict for a trial, the run named later counts",
		  OPTION_IS_FLAG, &m.join.last_wins, 0, 0 },
		{ "anyway", 0, NULL, "join runs of different releases of one kernel version, or of lastack",
		  OPTION_IS_FLAG, &m.join.anyway, 0, 0 },
		{ "format", 'f', FORMAT_WORDS, FORMAT_HELP, OPTION_IS_TEXT, &m.format, 0, 0 },
		{ "junit", 0, "FILE", "JUnit XML into a file as well", OPTION_IS_TEXT, &m.out.junit, 0, 0 },
		{ "results", 0, "DIR", "where runs leave their results", OPTION_IS_TEXT, &m.base, 0, 0 },
		{ "no-report", 0, NULL, "make no report.html of them", OPTION_IS_FLAG, &m.no_report, 0, 0 },
		{ .name = NULL },
	};
	int rest, rc;
	bool wants_help;

	if (options_parse(table, in->argc, in->argv, &rest, &wants_help, e))
		return -1;
	if (wants_help) {
		help(table);
		return EXIT_GOOD;
	}
	if (outlets_format(&m.out, m.format, e))
		return -1;
	if (rest == in->argc)
		return err_set(e, -EINVAL, "merge: no run is named");
	rc = merge(&m, in->argv + rest, (size_t)(in->argc - rest), e);
	outlets_close(&m.out);
	results_close(m.results);
	join_fini(&m.join);
	facts_fini(&m.facts);
	arena_free(&m.arena);
	return rc;
}
