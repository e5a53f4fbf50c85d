// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/comparison.h"

#include "lib/err.h"
#include "runner/results.h"
#include "runner/retold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------- labels */

static const char *release_of(struct comparison *c, size_t run)
{
	return c->run[run].facts.release;
}

/* The directory's own name, also where a link led to it */
static const char *folder_of(struct comparison *c, size_t run)
{
	char *real = realpath(results_path(c->run[run].results), NULL);
	const char *path = real ? real : results_path(c->run[run].results);
	const char *slash = strrchr(path, '/');
	const char *name = slash && slash[1] ? slash + 1 : path;

	name = arena_dup(&c->arena, name, strlen(name));
	free(real);
	return name;
}

static const char *numbered(struct comparison *c, size_t run)
{
	return arena_printf(&c->arena, "%s (%zu)", folder_of(c, run), run + 1);
}

static bool all_differ(const struct comparison *c)
{
	for (size_t i = 0; i < c->runs; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(c->label[i], c->label[k]))
				return false;
	return true;
}

static void choose_labels(struct comparison *c)
{
	static const char *(*const way[])(struct comparison *, size_t) = {
		release_of, folder_of, numbered,
	};

	for (size_t w = 0; w < sizeof(way) / sizeof(way[0]); w++) {
		for (size_t i = 0; i < c->runs; i++)
			c->label[i] = way[w](c, i);
		if (all_differ(c))
			return;
	}
}

int comparison_open(struct comparison *c, const char *base, const char *const *which, size_t runs,
		    struct err *e)
{
	if (runs > COMPARISON_RUNS_MOST)
		return err_set(e, -E2BIG, "more than %d runs", COMPARISON_RUNS_MOST);
	for (; c->runs < runs; c->runs++) {
		struct recorded *r = &c->run[c->runs];

		if (results_open_existing(&r->results, base, which[c->runs], e))
			return e->code;
		if (recorded_load(r, e)) {
			c->runs++;
			return err_in(e, "%s", results_path(r->results));
		}
	}
	choose_labels(c);
	return 0;
}

/* -------------------------------------------------------------- side by side */

/* One play of a trial, in one run */
struct play {
	const char *name;
	size_t run, item;
	struct finding finding;
};

static size_t count_plays(const struct comparison *c)
{
	size_t n = 0;

	for (size_t r = 0; r < c->runs; r++)
		n += c->run[r].suite.items;
	return n;
}

static int by_name(const void *a, const void *b)
{
	const struct play *x = a, *y = b;
	const int names = strcmp(x->name, y->name);

	if (names)
		return names;
	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

static void add_play(struct comparison *c, struct compared_cell *cell, const struct play *p)
{
	const struct past *past = c->run[p->run].past;
	size_t i = 0;

	if (!cell->plays++ || (verdict_red(past[p->item].kind) && !verdict_red(past[cell->item].kind)))
		cell->item = p->item;
	while (i < cell->findings && strcmp(cell->finding[i].key, p->finding.key) != 0)
		i++;
	if (i == cell->findings) {
		cell->finding = arena_grow(&c->arena, cell->finding, i, sizeof(*cell->finding));
		cell->times = arena_grow(&c->arena, cell->times, i, sizeof(*cell->times));
		cell->finding[cell->findings++] = p->finding;
		cell->times[i] = 0;
	}
	cell->times[i]++;
}

bool comparison_same(const struct compared_cell *a, const struct compared_cell *b)
{
	size_t same = 0;

	for (size_t i = 0; i < a->findings; i++)
		for (size_t k = 0; k < b->findings; k++)
			same += !strcmp(a->finding[i].key, b->finding[k].key);
	return same == a->findings && same == b->findings;
}

static void weigh_trial(struct comparison *c, struct compared_trial *t)
{
	bool same = true;

	t->everywhere = true;
	for (size_t r = 0; r < c->runs; r++) {
		t->everywhere &= t->cell[r].findings > 0;
		same &= comparison_same(&t->cell[0], &t->cell[r]);
	}
	t->differs = t->everywhere && !same;
	c->differing += t->differs;
	c->partial += !t->everywhere;
}

/* The plays of one name, which stand together, become a trial */
static size_t add_trial(struct comparison *c, const struct play *play, size_t plays)
{
	const struct suite_item *item = &c->run[play->run].suite.item[play->item];
	struct compared_trial *t = &c->trial[c->trials++];
	size_t n = 0;

	*t = (struct compared_trial){
		.name = play->name, .file = item->file, .variant = item->variant,
		.cell = arena_get(&c->arena, c->runs * sizeof(*t->cell)),
	};
	for (; n < plays && !strcmp(play[n].name, play->name); n++)
		add_play(c, &t->cell[play[n].run], &play[n]);
	weigh_trial(c, t);
	return n;
}

/* struct order - Where a trial, and its file, come first: the run, then the place in it */
struct order {
	struct compared_trial trial;
	size_t run, item, file_run, file_item;
};

static int by_file(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	const int files = strcmp(x->trial.file->name, y->trial.file->name);

	if (files)
		return files;
	if (x->run != y->run)
		return x->run < y->run ? -1 : 1;
	return (x->item > y->item) - (x->item < y->item);
}

static int by_order(const void *a, const void *b)
{
	const struct order *x = a, *y = b;
	const size_t p[] = { x->file_run, x->file_item, x->run, x->item };
	const size_t q[] = { y->file_run, y->file_item, y->run, y->item };

	for (size_t i = 0; i < sizeof(p) / sizeof(p[0]); i++)
		if (p[i] != q[i])
			return p[i] < q[i] ? -1 : 1;
	return 0;
}

static void put_in_order(struct comparison *c)
{
	struct arena a = { 0 };
	struct order *o = arena_get(&a, (c->trials + 1) * sizeof(*o));

	for (size_t i = 0; i < c->trials; i++) {
		o[i].trial = c->trial[i];
		while (!c->trial[i].cell[o[i].run].plays)
			o[i].run++;
		o[i].item = c->trial[i].cell[o[i].run].item;
	}
	qsort(o, c->trials, sizeof(*o), by_file);
	for (size_t i = 0; i < c->trials; i++) {
		const bool first = !i || strcmp(o[i].trial.file->name, o[i - 1].trial.file->name) != 0;

		o[i].file_run = first ? o[i].run : o[i - 1].file_run;
		o[i].file_item = first ? o[i].item : o[i - 1].file_item;
	}
	qsort(o, c->trials, sizeof(*o), by_order);
	for (size_t i = 0; i < c->trials; i++)
		c->trial[i] = o[i].trial;
	arena_free(&a);
}

void comparison_make(struct comparison *c,
		     void (*see)(void *ctx, size_t run, size_t item, const struct retold *x),
		     void *ctx)
{
	const size_t plays = count_plays(c);
	struct play *play = arena_get(&c->arena, (plays + 1) * sizeof(*play));
	size_t n = 0;

	for (size_t r = 0; r < c->runs; r++)
		for (size_t i = 0; i < c->run[r].suite.items; i++) {
			const char *name = c->run[r].suite.item[i].name;
			struct retold x;

			play[n] = (struct play){ .run = r, .item = i };
			play[n].name = arena_dup(&c->arena, name, suite_bare_len(name));
			retold_read(&c->run[r], i, &x);
			finding_read(&x, &c->run[r].past[i], &c->arena, &play[n++].finding);
			if (see)
				see(ctx, r, i, &x);
			retold_fini(&x);
		}
	qsort(play, plays, sizeof(*play), by_name);
	c->trial = arena_get(&c->arena, (plays + 1) * sizeof(*c->trial));
	for (size_t i = 0; i < plays; )
		i += add_trial(c, play + i, plays - i);
	put_in_order(c);
}

void comparison_fini(struct comparison *c)
{
	for (size_t i = 0; i < c->runs; i++)
		recorded_fini(&c->run[i]);
	arena_free(&c->arena);
}
