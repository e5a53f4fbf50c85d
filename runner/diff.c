// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/diff.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "runner/comparison.h"
#include "runner/escape.h"
#include "runner/plan.h"
#include "runner/results.h"

#include <errno.h>
#include <string.h>

enum { VARIANTS_SHOWN = 8, GROUPS_SHOWN = 12, FILES_SHOWN = 20 };

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* ------------------------------------------------------------------- groups */

static bool same_way(const struct compared_trial *a, const struct compared_trial *b, size_t runs)
{
	for (size_t r = 0; r < runs; r++)
		if (!comparison_same(&a->cell[r], &b->cell[r]))
			return false;
	return true;
}

static void put_into_group(struct diff_file *f, const struct compared_trial *t, size_t runs,
			   struct arena *a)
{
	struct diff_group *g;
	size_t i = 0;

	while (i < f->groups && !same_way(f->group[i].trial[0], t, runs))
		i++;
	if (i == f->groups) {
		f->group = arena_grow(a, f->group, i, sizeof(*f->group));
		f->group[f->groups++] = (struct diff_group){ 0 };
	}
	g = &f->group[i];
	g->trial = arena_grow(a, g->trial, g->trials, sizeof(*g->trial));
	g->trial[g->trials++] = t;
}

size_t diff_file_read(const struct comparison *c, size_t at, struct arena *a, struct diff_file *f)
{
	*f = (struct diff_file){ .first = &c->trial[at] };
	for (; at < c->trials && !strcmp(c->trial[at].file->name, f->first->file->name); at++) {
		f->trials++;
		f->common += c->trial[at].everywhere;
		f->differing += c->trial[at].differs;
		if (c->trial[at].differs)
			put_into_group(f, &c->trial[at], c->runs, a);
	}
	return at;
}

/* ----------------------------------------------------------------- findings */

static const char *value_of(const struct finding *o, const char *column)
{
	for (size_t i = 0; i < o->values; i++)
		if (!strcmp(o->value[i].column, column))
			return o->value[i].value;
	return NULL;
}

/* Whether another finding of the trial has another value there, in whatever run */
static bool is_telling(const struct compared_trial *t, size_t runs, const struct finding_value *v)
{
	for (size_t r = 0; r < runs; r++)
		for (size_t i = 0; i < t->cell[r].findings; i++) {
			const char *other = value_of(&t->cell[r].finding[i], v->column);

			if (other && strcmp(other, v->value) != 0)
				return true;
		}
	return false;
}

static void add_line(struct buf *out, const char *s)
{
	escape_line(out, s, strlen(s));
}

static void add_values(const struct compared_trial *t, size_t runs, const struct finding *o,
		       struct buf *out)
{
	const char *sep = ": ";

	for (size_t i = 0; i < o->values; i++) {
		if (!is_telling(t, runs, &o->value[i]))
			continue;
		buf_adds(out, sep);
		add_line(out, o->value[i].column);
		buf_adds(out, " = ");
		add_line(out, o->value[i].value);
		sep = ", ";
	}
}

void diff_add_finding(const struct compared_trial *t, size_t runs, size_t run, struct buf *out)
{
	const struct compared_cell *cell = &t->cell[run];

	if (!cell->findings)
		buf_adds(out, "was not played");
	for (size_t i = 0; i < cell->findings; i++) {
		const struct finding *o = &cell->finding[i];

		buf_addf(out, "%s%s", i ? "; " : "", finding_verb[o->kind]);
		if (cell->findings > 1)
			buf_addf(out, " (%zu of %zu)", cell->times[i], cell->plays);
		add_values(t, runs, o, out);
		if (o->line && o->message)
			buf_addf(out, ": line %d", o->line);
		if (o->message) {
			buf_adds(out, ": ");
			add_line(out, o->message);
		}
	}
}

/* ----------------------------------------------------------------- variants */

static bool has_value(const struct diff_group *g, size_t axis, const char *value)
{
	const struct scenario *s = &g->trial[0]->file->scenario;

	for (size_t i = 0; i < g->trials; i++)
		if (!strcmp(plan_value(s, g->trial[i]->variant, axis), value))
			return true;
	return false;
}

static size_t count_values(const struct diff_group *g, size_t axis)
{
	const struct axis *x = &g->trial[0]->file->scenario.axis[axis];
	size_t n = 0;

	for (size_t i = 0; i < x->values; i++)
		n += has_value(g, axis, x->value[i]);
	return n;
}

/* Whether the group is every combination of the values that it has */
static bool is_product(const struct diff_group *g)
{
	const struct scenario *s = &g->trial[0]->file->scenario;
	size_t n = 1;

	for (size_t i = 0; i < g->trials; i++)
		if (g->trial[i]->file != g->trial[0]->file)
			return false;
	for (size_t i = 0; i < s->axes; i++)
		n *= count_values(g, i);
	return n == g->trials;
}

static void add_product(const struct diff_group *g, const char *indent, struct buf *out)
{
	const struct scenario *s = &g->trial[0]->file->scenario;
	const char *sep = indent;

	for (size_t i = 0; i < s->axes; i++) {
		const struct axis *x = &s->axis[i];
		const char *or = "=";

		if (count_values(g, i) == x->values)
			continue;
		buf_adds(out, sep);
		add_line(out, x->name);
		for (size_t k = 0; k < x->values; k++) {
			if (!has_value(g, i, x->value[k]))
				continue;
			buf_adds(out, or);
			add_line(out, x->value[k]);
			or = " or ";
		}
		sep = ", ";
	}
	buf_adds(out, "\n");
}

void diff_add_variants(const struct diff_file *f, const struct diff_group *g, const char *indent,
		       bool all, struct buf *out)
{
	const size_t shown = all || g->trials <= VARIANTS_SHOWN + 1 ? g->trials : VARIANTS_SHOWN;

	if (g->trials == f->trials) {
		buf_addf(out, g->trials == 1 ? "%sits only trial\n" : "%sall its trials\n", indent);
		return;
	}
	if (g->trials > 1 && !all && is_product(g)) {
		add_product(g, indent, out);
		return;
	}
	for (size_t i = 0; i < shown; i++) {
		const char *blank = strchr(g->trial[i]->name, ' ');

		buf_addf(out, "%s%s\n", indent, blank ? blank + 1 : g->trial[i]->name);
	}
	if (shown < g->trials)
		buf_addf(out, "%s... and %zu more\n", indent, g->trials - shown);
}

/* -------------------------------------------------------------------- facts */

/* What a run says of itself that is another each time */
static bool is_passing(const char *question)
{
	static const char *const passing[] = { "info load", "info memory", "info command", "info wall_ms" };

	for (size_t i = 0; i < sizeof(passing) / sizeof(passing[0]); i++)
		if (!strcmp(question, passing[i]))
			return true;
	return false;
}

const char *diff_fact(const struct comparison *c, size_t *next, const char **answer)
{
	const struct facts *first = &c->run[0].facts;

	while (*next < first->count) {
		const char *question = first->fact[(*next)++].question;
		bool asked = true, same = true;

		for (size_t r = 0; r < c->runs; r++) {
			answer[r] = facts_get(&c->run[r].facts, question);
			asked &= answer[r] != NULL;
			same &= answer[r] && !strcmp(answer[r], answer[0]);
		}
		if (asked && !same && !is_passing(question))
			return question;
	}
	return NULL;
}

/* ------------------------------------------------------------------ the text */

static size_t label_width(const struct comparison *c)
{
	size_t width = 0;

	for (size_t r = 0; r < c->runs; r++)
		if (strlen(c->label[r]) > width)
			width = strlen(c->label[r]);
	return width;
}

static void add_label(const struct comparison *c, size_t run, struct buf *out)
{
	const size_t before = out->len;

	buf_adds(out, "  ");
	add_line(out, c->label[run]);
	while (out->len - before < label_width(c) + 4 && !out->failed)
		buf_adds(out, " ");
}

static void add_runs(const struct comparison *c, struct buf *out)
{
	for (size_t r = 0; r < c->runs; r++) {
		size_t count[VERDICT_COUNT] = { 0 };
		const char *path = results_path(c->run[r].results);

		for (size_t i = 0; i < c->run[r].pasts; i++)
			count[c->run[r].past[i].kind]++;
		add_label(c, r, out);
		buf_addf(out, "%zu trial%s", c->run[r].pasts, plural(c->run[r].pasts));
		for (int k = 0; k < VERDICT_COUNT; k++)
			if (count[k])
				buf_addf(out, ", %zu %s", count[k], verdict_name[k]);
		buf_adds(out, "; ");
		add_line(out, path);
		buf_adds(out, "\n");
	}
}

static void add_facts(const struct comparison *c, struct buf *out)
{
	const char *answer[COMPARISON_RUNS_MOST], *question;
	size_t next = 0;

	while ((question = diff_fact(c, &next, answer))) {
		buf_adds(out, "  ");
		add_line(out, question);
		for (size_t r = 0; r < c->runs; r++) {
			buf_adds(out, r ? " | " : ": ");
			add_line(out, answer[r]);
		}
		buf_adds(out, "\n");
	}
}

/* Whether the runs played the same text */
static bool same_text(const struct comparison *c, const struct compared_trial *t)
{
	const struct buf *text = &t->file->text;

	for (size_t r = 0; r < c->runs; r++) {
		const struct buf *other = &c->run[r].suite.item[t->cell[r].item].file->text;

		if (other->len != text->len || memcmp(buf_text(other), buf_text(text), text->len) != 0)
			return false;
	}
	return true;
}

static void add_file(const struct comparison *c, const struct diff_file *f, bool all,
		     struct buf *out)
{
	const size_t shown = all || f->groups <= GROUPS_SHOWN + 1 ? f->groups : GROUPS_SHOWN;
	size_t left = f->differing;

	buf_adds(out, "\n");
	add_line(out, f->first->file->name);
	buf_addf(out, ": %zu of %zu trial%s%s\n", f->differing, f->common, plural(f->common), same_text(c, f->group[0].trial[0]) ? "" :
		 " (the file is not the same in all runs)");
	for (size_t i = 0; i < shown; i++) {
		const struct diff_group *g = &f->group[i];

		for (size_t r = 0; r < c->runs; r++) {
			add_label(c, r, out);
			diff_add_finding(g->trial[0], c->runs, r, out);
			buf_adds(out, "\n");
		}
		diff_add_variants(f, g, "      ", all, out);
		left -= g->trials;
	}
	if (shown < f->groups)
		buf_addf(out, "  ... and %zu trials that differ in %zu more ways (--all)\n", left,
			 f->groups - shown);
}

/* ---------------------------------------------------- what not every run played */

static bool played_by(const struct compared_trial *t, size_t runs, unsigned int who)
{
	unsigned int by = 0;

	for (size_t r = 0; r < runs; r++)
		by |= (t->cell[r].findings > 0) << r;
	return by == who;
}

static void add_partial_by(const struct comparison *c, unsigned int who, bool all, struct buf *out)
{
	size_t trials = 0, files = 0, of_file = 0;
	autobuf list = { 0 };

	for (size_t i = 0; i < c->trials; i++) {
		const struct compared_trial *t = &c->trial[i];
		const bool last = i + 1 == c->trials || t[1].file != t->file;

		of_file += played_by(t, c->runs, who);
		if (!last || !of_file)
			continue;
		if (all || files < FILES_SHOWN) {
			buf_adds(&list, "      ");
			add_line(&list, t->file->name);
			buf_addf(&list, " (%zu)\n", of_file);
		}
		files++;
		trials += of_file;
		of_file = 0;
	}
	if (!trials)
		return;
	buf_addf(out, "\nonly on");
	for (size_t r = 0; r < c->runs; r++)
		if (who & 1u << r) {
			buf_adds(out, who & ((1u << r) - 1) ? ", " : " ");
			add_line(out, c->label[r]);
		}
	buf_addf(out, ": %zu trial%s of %zu file%s\n%s", trials, plural(trials), files, plural(files),
		 buf_text(&list));
	if (!all && files > FILES_SHOWN)
		buf_addf(out, "      ... and %zu more files (--all)\n", files - FILES_SHOWN);
}

static void add_partial(const struct comparison *c, bool all, struct buf *out)
{
	const unsigned int everybody = (1u << c->runs) - 1;

	for (unsigned int who = 1; who < everybody && c->partial; who++)
		add_partial_by(c, who, all, out);
}

/* ---------------------------------------------------------------- the whole */

static void add_summary(const struct comparison *c, size_t files, struct buf *out)
{
	const size_t common = c->trials - c->partial;

	if (c->differing)
		buf_addf(out, "\n%zu of %zu trial%s differ%s, in %zu file%s", c->differing, common,
			 plural(common), c->differing == 1 ? "s" : "", files, plural(files));
	else
		buf_addf(out, "\n%zu trial%s, no difference", common, plural(common));
	if (c->partial)
		buf_addf(out, "; %zu %s not played by every run", c->partial,
			 c->partial == 1 ? "was" : "were");
	buf_adds(out, "\n");
}

bool diff_text(const struct comparison *c, struct diff_wish wish, struct buf *out)
{
	struct arena a = { 0 };
	size_t files = 0;

	add_runs(c, out);
	add_facts(c, out);
	for (size_t i = 0; i < c->trials; ) {
		struct diff_file f;

		i = diff_file_read(c, i, &a, &f);
		files += f.groups > 0;
		if (f.groups)
			add_file(c, &f, wish.all, out);
	}
	if (!wish.common)
		add_partial(c, wish.all, out);
	add_summary(c, files, out);
	arena_free(&a);
	return c->differing || (c->partial && !wish.common);
}

int diff_runs(const char *base, const char *const *which, size_t runs, struct diff_wish wish,
	      struct buf *out, bool *differ, struct err *e)
{
	struct comparison c = { 0 };
	int rc;

	rc = comparison_open(&c, base, which, runs, e);
	if (!rc) {
		comparison_make(&c, NULL, NULL);
		*differ = diff_text(&c, wish, out);
		if (out->failed)
			rc = err_set(e, -ENOMEM, "diff: out of memory");
		else if (wish.some && !*differ && c.trials == c.partial)
			rc = err_set(e, -ENODATA, "diff: no trial was played by all of these runs");
	}
	comparison_fini(&c);
	return rc;
}
