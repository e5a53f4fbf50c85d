// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/escape.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/judge.h"
#include "runner/lie.h"
#include "runner/match.h"
#include "runner/options.h"
#include "runner/parse.h"
#include "runner/plan.h"
#include "runner/recorded.h"
#include "runner/results.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/**
 * struct blindness - A lie that was not noticed, over all trials of a file that fell for it
 * @lie:   LIE_COUNT: another row's record, taken for this one's
 * @times: how many trials
 */
struct blindness {
	const struct case_file *file;
	const char *trial, *verdict, *like;
	struct place at;
	enum lie lie;
	size_t times;
	struct blindness *next;
};

/**
 * struct doubt - A run whose trials are lied about
 * @told: lies, of all kinds; @kind: by kind
 * @tried: trials that passed, and so could be lied about
 */
struct doubt {
	struct recorded run;
	struct arena arena;
	struct blindness *first, **end;
	size_t tried, told, kind[LIE_COUNT + 1], blind;
};

/* ------------------------------------------------------------ what was missed */

static struct blindness *known(struct doubt *d, const struct blindness *b)
{
	for (struct blindness *k = d->first; k; k = k->next)
		if (k->file == b->file && k->lie == b->lie && k->at.line == b->at.line)
			return k;
	return NULL;
}

static void note(struct doubt *d, const struct blindness *b)
{
	struct blindness *k = known(d, b);

	d->blind++;
	if (!k) {
		k = arena_get(&d->arena, sizeof(*k));
		*k = *b;
		*d->end = k;
		d->end = &k->next;
	}
	k->times++;
}

/* A lie is noticed where the judge blames the kernel for it, and nobody else */
static void hear(struct doubt *d, const struct suite_item *item, const struct trial *t,
		 const struct events *told, struct blindness *b, struct arena *a)
{
	struct verdict v = { .step = -1 };

	judge(t, told, &d->run.facts, false, a, &v);
	d->told++;
	d->kind[b->lie]++;
	if (v.kind == VERDICT_FAIL || v.kind == VERDICT_TODO)
		return;
	if (b->lie == LIE_COUNT && v.kind == VERDICT_TIMING)
		return;		/* the other trial would have watched for longer, and is not kept yet */
	b->file = item->file;
	b->trial = item->name;
	b->verdict = verdict_name[v.kind];
	note(d, b);
}

/* ----------------------------------------------------------------- the lies */

static void lie_about_steps(struct doubt *d, const struct suite_item *item, const struct trial *t,
			    const struct events *record)
{
	for (size_t step = 0; step < t->steps; step++)
		for (int lie = 0; lie < LIE_COUNT; lie++) {
			struct blindness b = { .at = t->step[step].at, .lie = lie };
			struct arena a = { 0 };
			struct events told;

			if (lie_tell(t, record, &d->run.facts, (int)step, lie, &a, &told))
				hear(d, item, t, &told, &b, &a);
			arena_free(&a);
		}
}

/* What a step promises, in words */
static const char *promise(const struct step *s, struct arena *a)
{
	if (s->verb == VERB_EXPECT || s->verb == VERB_NEVER)
		return match_expectation_text(&s->expect, a);
	return match_outcome_text(&s->want, a);
}

static bool same_act(const struct step *s, const struct step *other)
{
	const struct bound *b = &s->expect.bound, *c = &other->expect.bound;

	return s->verb == other->verb && s->host == other->host && s->conn == other->conn &&
	       s->rounds == other->rounds && b->kind == c->kind && b->low.ns == c->low.ns &&
	       b->high.ns == c->high.ns;
}

/* Whether both do the same, watch for as long, and yet promise different things by the table */
static bool differ(const struct trial *t, const struct trial *other, struct arena *a)
{
	bool promises = false;

	if (t->row == other->row || t->steps != other->steps || t->family != other->family)
		return false;
	for (size_t i = 0; i < t->steps; i++) {
		if (!same_act(&t->step[i], &other->step[i]))
			return false;
		promises |= strcmp(promise(&t->step[i], a), promise(&other->step[i], a)) != 0;
	}
	return promises;
}

/* What one row's trial saw must not do for a trial whose outcome is another */
static void lie_about_rows(struct doubt *d, const struct suite_item *item, const struct trial *t,
			   const struct events *record)
{
	const struct scenario *s = &item->file->scenario;
	char *heard = arena_get(&d->arena, s->table.rows + 1);

	for (size_t variant = 0; t->row >= 0 && variant < s->variants; variant++) {
		struct arena a = { 0 };
		struct trial other;
		struct events told;

		parse_trial(s, variant, &d->run.facts, &other);
		if (other.row >= 0 && !heard[other.row] && differ(t, &other, &a)) {
			struct blindness b = {
				.at = s->table.row[other.row].at, .lie = LIE_COUNT,
				.like = arena_dup(&d->arena, other.name, strlen(other.name)),
			};

			heard[other.row] = 1;
			told = *record;
			hear(d, item, &other, &told, &b, &a);
		}
		trial_fini(&other);
		arena_free(&a);
	}
}

static int doubt_trial(struct doubt *d, size_t i, struct err *e)
{
	const struct suite_item *item = &d->run.suite.item[i];
	struct verdict v = { .step = -1 };
	struct events events = { 0 };
	struct arena a = { 0 };
	autobuf record = { 0 };
	struct trial t;

	if (d->run.past[i].kind != VERDICT_PASS && d->run.past[i].kind != VERDICT_TODO_PASSED)
		return 0;
	if (recorded_read(&d->run, item, &record, e))
		return err_in(e, "%s", item->name);
	parse_trial(&item->file->scenario, item->variant, &d->run.facts, &t);
	recorded_judge(&d->run, &t, &record, false, &a, &events, &v);
	if (v.kind == VERDICT_PASS) {
		d->tried++;
		lie_about_steps(d, item, &t, &events);
		lie_about_rows(d, item, &t, &events);
	}
	trial_fini(&t);
	arena_free(&a);
	return 0;
}

/* ---------------------------------------------------------------- telling */

static const char *line_of(struct doubt *d, const struct case_file *f, int line)
{
	const char *text = buf_text(&f->text), *end;

	while (--line > 0 && (end = strchr(text, '\n')) != NULL)
		text = end + 1;
	end = strchrnul(text, '\n');
	return arena_dup(&d->arena, text, (size_t)(end - text));
}

static void tell_blindness(struct doubt *d, const struct blindness *b)
{
	autobuf text = { 0 };

	escape_shown(&text, b->file->name);
	buf_addf(&text, ":%d: told %s, the verdict is %s: ", b->at.line,
		 b->lie == LIE_COUNT ? "as another row's trial" : lie_name[b->lie], b->verdict);
	escape_shown(&text, line_of(d, b->file, b->at.line));
	buf_adds(&text, "\n    ");
	escape_shown(&text, b->trial);
	if (b->like) {
		buf_adds(&text, ", taken for ");
		escape_shown(&text, b->like);
	}
	if (b->times > 1)
		buf_addf(&text, ", and %zu more", b->times - 1);
	puts(buf_text(&text));
}

static int tell(struct doubt *d)
{
	for (const struct blindness *b = d->first; b; b = b->next)
		tell_blindness(d, b);
	for (int lie = 0; lie < LIE_COUNT; lie++)
		printf("%7zu  %s\n", d->kind[lie], lie_name[lie]);
	printf("%7zu  another row's record\n", d->kind[LIE_COUNT]);
	printf("%zu lies about %zu trials: %zu not noticed\n", d->told, d->tried, d->blind);
	return d->blind ? EXIT_RED : EXIT_GOOD;
}

static int doubt(struct doubt *d, const char *base, const char *which, struct err *e)
{
	d->end = &d->first;
	if (results_open_existing(&d->run.results, base, which, e) || recorded_load(&d->run, e))
		return e->code;
	for (size_t i = 0; i < d->run.pasts; i++)
		if (doubt_trial(d, i, e))
			return e->code;
	if (!d->tried)
		return err_set(e, -ENOENT, "doubt: no trial of %s passed", results_path(d->run.results));
	return tell(d);
}

int cmd_doubt(const struct invocation *in, struct err *e)
{
	const char *base = results_base();
	const struct option_spec table[] = {
		{ "results", 0, "DIR", "where runs left their results", OPTION_IS_TEXT, &base, 0, 0 },
		{ .name = NULL },
	};
	struct doubt d = { 0 };
	autobuf text = { 0 };
	int rest, rc;
	bool help;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -EINVAL;
	if (help) {
		buf_adds(&text, "usage: lastack doubt [OPTION...] [RUN]\n\n"
			 "Tests the cases. Of each trial that passed in a run (the latest, where none is\n"
			 "named) its record is told otherwise, one lie at a time: another result, a value\n"
			 "that never came, a segment less or more, the record of another row. The judge\n"
			 "must notice; what no lie can make fail proves nothing. Says which were missed.\n\n");
		options_help(table, &text);
		buf_adds(&text, "\nexit status: 0 all noticed, 1 some not, 2 we could not do our job\n");
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	if (in->argc - rest > 1)
		return err_set(e, -EINVAL, "doubt: one run at a time");
	rc = doubt(&d, base, rest < in->argc ? in->argv[rest] : NULL, e);
	recorded_fini(&d.run);
	arena_free(&d.arena);
	return rc;
}
