// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/join.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/index.h"
#include "runner/results.h"

#include <errno.h>
#include <string.h>

const struct planned *join_plan(const struct join *j)
{
	return &j->part[0].plan;
}

/* ----------------------------------------------------------- reading them */

static int open_part(struct join_part *p, const char *base, const char *which, struct err *e)
{
	p->path = which;
	if (results_open_existing(&p->run.results, base, which, e))
		return e->code;
	p->path = results_path(p->run.results);
	if (planned_read(&p->plan, p->run.results, e) || recorded_load(&p->run, e))
		return err_in(e, "%s", p->path);
	return 0;
}

/* ------------------------------------------------- whether they belong together */

static int differ(const struct join_part *a, const struct join_part *b, const char *what,
		  const char *in_a, const char *in_b, struct err *e)
{
	return err_set(e, -EINVAL, "not parts of one run: %s is \"%s\" in %s, \"%s\" in %s", what,
		       in_a ? in_a : "", a->path, in_b ? in_b : "", b->path);
}

static bool same_text(const char *a, const char *b)
{
	return (!a && !b) || (a && b && !strcmp(a, b));
}

/* What judging asks of a kernel must have one answer, or the joined run would have two */
static int compare_facts(const struct join_part *a, const struct join_part *b, struct err *e)
{
	const struct facts *f = &a->run.facts;

	for (size_t i = 0; i < f->count; i++) {
		const char *question = f->fact[i].question;
		const char *other = facts_get(&b->run.facts, question);

		if (strncmp(question, "info ", 5) != 0 && other && strcmp(other, f->fact[i].answer) != 0)
			return differ(a, b, question, f->fact[i].answer, other, e);
	}
	return 0;
}

static int compare_kernels(const struct join *j, const struct join_part *a,
			   const struct join_part *b, struct err *e)
{
	const struct facts *f = &a->run.facts, *g = &b->run.facts;
	static const char *const infos[] = { "info version", "info machine", "info observing" };

	if (f->version != g->version || (!j->anyway && strcmp(f->release, g->release) != 0))
		return differ(a, b, "the kernel", f->release, g->release, e);
	if (f->hz != g->hz)
		return err_set(e, -EINVAL, "not parts of one run: HZ is %d in %s, %d in %s", f->hz,
			       a->path, g->hz, b->path);
	for (size_t i = 0; i < sizeof(infos) / sizeof(infos[0]) && !j->anyway; i++)
		if (!same_text(facts_get(f, infos[i]), facts_get(g, infos[i])))
			return differ(a, b, infos[i], facts_get(f, infos[i]),
				      facts_get(g, infos[i]), e);
	return compare_facts(a, b, e);
}

static const struct case_file *file_named(const struct suite *s, const char *name)
{
	for (size_t i = 0; i < s->files; i++)
		if (!strcmp(s->file[i]->name, name))
			return s->file[i];
	return NULL;
}

static int compare_files(const struct join_part *a, const struct join_part *b, struct err *e)
{
	const struct suite *s = &a->run.suite;

	for (size_t i = 0; i < s->files; i++) {
		const struct case_file *f = s->file[i], *g = file_named(&b->run.suite, f->name);

		if (!g)
			return err_set(e, -EINVAL, "not parts of one run: %s has a case file %s, %s has none",
				       a->path, f->name, b->path);
		if (f->text.len != g->text.len ||
		    memcmp(buf_text(&f->text), buf_text(&g->text), f->text.len) != 0)
			return err_set(e, -EINVAL, "not parts of one run: %s is not the same in %s and %s",
				       f->name, a->path, b->path);
	}
	return 0;
}

/* The joined run keeps one list, by which all of it can be judged again */
static int compare_known(const struct join_part *a, const struct join_part *b, struct err *e)
{
	const struct buf *f = &a->run.known.text, *g = &b->run.known.text;

	if (f->len == g->len && !memcmp(buf_text(f), buf_text(g), f->len))
		return 0;
	return err_set(e, -EINVAL, "not parts of one run: the list of known differences is not the same in %s and %s",
		       a->path, b->path);
}

static int compare_plans(const struct join_part *a, const struct join_part *b, struct err *e)
{
	const struct planned *p = &a->plan, *q = &b->plan;

	if (p->trials != q->trials)
		return err_set(e, -EINVAL, "not parts of one run: %s is of a run of %zu trials, %s of %zu",
			       a->path, p->trials, b->path, q->trials);
	for (size_t i = 0; i < p->trials; i++)
		if (strcmp(p->trial[i].name, q->trial[i].name) != 0)
			return err_set(e, -EINVAL, "not parts of one run: trial %zu is %s in %s, %s in %s",
				       i + 1, p->trial[i].name, a->path, q->trial[i].name, b->path);
	if (p->shard.n != q->shard.n)
		return err_set(e, -EINVAL, "not parts of one run: %s is of %d shards, %s of %d", a->path,
			       p->shard.n ? p->shard.n : 1, b->path, q->shard.n ? q->shard.n : 1);
	return 0;
}

static int compare(const struct join *j, const struct join_part *a, const struct join_part *b,
		   struct err *e)
{
	if (compare_kernels(j, a, b, e) || compare_files(a, b, e) || compare_files(b, a, e))
		return e->code;
	return compare_known(a, b, e) ? e->code : compare_plans(a, b, e);
}

/* --------------------------------------------------------- trials in one order */

static const struct index_entry *plan_by_name(struct join *j)
{
	const struct planned *plan = join_plan(j);
	struct index_entry *entry = arena_get(&j->arena, (plan->trials + 1) * sizeof(*entry));

	for (size_t i = 0; i < plan->trials; i++)
		entry[i] = (struct index_entry){ plan->trial[i].name, strlen(plan->trial[i].name), i };
	index_sort(entry, plan->trials);
	return entry;
}

static int place_trials(struct join *j, const struct index_entry *planned,
			const struct join_part *p, struct err *e)
{
	for (size_t i = 0; i < p->run.pasts; i++) {
		const char *name = p->run.past[i].name;
		struct join_trial *t;
		size_t at;

		if (!index_find(planned, join_plan(j)->trials, name, strlen(name), &at))
			return err_set(e, -EBADMSG, "%s: %s is not in its plan", p->path, name);
		t = &j->trial[at];
		if (t->part && (!j->last_wins || t->part == p))
			return err_set(e, -EEXIST, "%s is in both %s and %s; --last-wins takes that of the "
				       "run named later", name, t->part->path, p->path);
		*t = (struct join_trial){ p, i };
	}
	return 0;
}

int join_open(struct join *j, const char *base, char **which, size_t count, struct err *e)
{
	const struct index_entry *planned;

	j->part = arena_get(&j->arena, (count + 1) * sizeof(*j->part));
	for (size_t i = 0; i < count; i++) {
		struct join_part *p = &j->part[j->parts++];

		if (open_part(p, base, which[i], e) || (i && compare(j, &j->part[0], p, e)))
			return e->code;
	}
	for (size_t i = 1; i < count; i++)
		for (size_t k = i + 1; k < count; k++)
			if (compare_facts(&j->part[i], &j->part[k], e))
				return e->code;
	j->trial = arena_get(&j->arena, (join_plan(j)->trials + 1) * sizeof(*j->trial));
	planned = plan_by_name(j);
	for (size_t i = 0; i < count; i++)
		if (place_trials(j, planned, &j->part[i], e))
			return e->code;
	return 0;
}

/* ------------------------------------------------------------ what is missing */

static const struct join_part *part_of(const struct join *j, size_t trial)
{
	for (size_t i = 0; i < j->parts; i++)
		if (j->part[i].plan.trial[trial].ours)
			return &j->part[i];
	return NULL;
}

static bool has_shard(const struct join *j, int k)
{
	for (size_t i = 0; i < j->parts; i++)
		if (j->part[i].plan.shard.k == k)
			return true;
	return false;
}

/* A joined run does not tell which shards it was made of */
static bool shards_are_known(const struct join *j)
{
	return join_plan(j)->shard.n && !has_shard(j, 0);
}

static void say_missing_shards(const struct join *j, size_t trials, struct buf *out)
{
	const int n = join_plan(j)->shard.n;
	const char *sep = " ";
	int shards = 0;

	if (!shards_are_known(j)) {
		buf_addf(out, "%zu trial%s of other shards", trials, trials == 1 ? "" : "s");
		return;
	}
	for (int k = 1; k <= n; k++)
		shards += !has_shard(j, k);
	buf_adds(out, shards == 1 ? "shard" : "shards");
	for (int k = 1; k <= n; k++) {
		if (has_shard(j, k))
			continue;
		buf_addf(out, "%s%d/%d", sep, k, n);
		sep = ", ";
	}
	buf_addf(out, " (%zu trial%s)", trials, trials == 1 ? "" : "s");
}

size_t join_missing(const struct join *j, struct buf *out)
{
	size_t others = 0, all = 0;
	const char *sep = "missing: ";

	for (size_t i = 0; i < join_plan(j)->trials; i++) {
		all += !j->trial[i].part;
		others += !j->trial[i].part && !part_of(j, i);
	}
	if (others) {
		buf_adds(out, sep);
		say_missing_shards(j, others, out);
		sep = "; ";
	}
	for (size_t p = 0; p < j->parts; p++) {
		size_t cut = 0;

		for (size_t i = 0; i < join_plan(j)->trials; i++)
			cut += !j->trial[i].part && part_of(j, i) == &j->part[p];
		if (!cut)
			continue;
		buf_addf(out, "%s%zu trial%s of %s, which was cut short", sep, cut,
			 cut == 1 ? "" : "s", j->part[p].path);
		sep = "; ";
	}
	return all;
}

void join_fini(struct join *j)
{
	for (size_t i = 0; i < j->parts; i++) {
		recorded_fini(&j->part[i].run);
		planned_fini(&j->part[i].plan);
	}
	arena_free(&j->arena);
}
