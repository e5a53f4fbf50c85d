// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The axes that a row leaves open span a grid, with a trial at some of its
 * points. A row of the table is a cube in it: for each axis one value, or all
 * (`*`). Sought is the shortest list of cubes such that the first cube around a
 * point has the point's label. A cube may be appended as soon as all points in
 * it that no earlier cube took have one label, and once that is so it stays so.
 * Hence only cubes matter that lie in no larger one of this kind, and taking
 * any of them never leads astray, it only may cost a row too many: the greedy
 * list, which takes the fullest cube each time, is right, and a bounded search
 * looks for a shorter one.
 */
#include "runner/split.h"

#include <string.h>

/* --------------------------------------------------------------------- grid */

/** What a cube's points have in common, where it is no label */
enum { LABEL_NONE = -1, LABEL_MIXED = -2 };
/** How many cubes and points the search for a shorter list may look at, for one row */
enum { VISITS_MOST = 300000 };

/**
 * struct grid - The points that a row holds for, and the cubes around them
 * @axis, @radix, @stride: the free axes; a cube is a number with one digit for
 *         each, the highest digit (radix - 1) stands for all values
 * @star:  for each cube the first such digit; -1: the cube is one point
 * @label, @size: for each cube its untaken points: their label, their number
 * @banned: cubes that the search need not try below where it stands
 */
struct grid {
	struct arena arena;
	size_t axes, axis[AXES_MOST], radix[AXES_MOST], stride[AXES_MOST], cubes;
	struct split_point *point;
	size_t points;
	signed char *star;
	int *label, *size;
	bool *banned;
	long visits;
};

static size_t digit(const struct grid *g, size_t cube, size_t i)
{
	return cube / g->stride[i] % g->radix[i];
}

static bool is_star(const struct grid *g, size_t cube, size_t i)
{
	return digit(g, cube, i) == g->radix[i] - 1;
}

static size_t value_index(const struct scenario *s, size_t variant, size_t axis)
{
	for (size_t i = s->axes; --i > axis; )
		variant /= s->axis[i].values;
	return variant % s->axis[axis].values;
}

/** grid_span() - Give the grid its axes, by a mask, and its points their places */
static void grid_span(struct grid *g, const struct scenario *s, unsigned int mask)
{
	g->axes = 0;
	g->cubes = 1;
	for (size_t i = 0; i < s->axes; i++) {
		if (!(mask >> i & 1) || s->axis[i].values < 2)
			continue;
		g->axis[g->axes] = i;
		g->radix[g->axes] = s->axis[i].values + 1;
		g->stride[g->axes++] = g->cubes;
		g->cubes *= s->axis[i].values + 1;
	}
	for (size_t p = 0; p < g->points; p++) {
		g->point[p].cube = 0;
		for (size_t i = 0; i < g->axes; i++)
			g->point[p].cube += g->stride[i] *
					    value_index(s, g->point[p].variant, g->axis[i]);
	}
}

/** grid_tells() - Whether these axes tell apart what differs */
static bool grid_tells(struct grid *g)
{
	int *label = arena_get(&g->arena, g->cubes * sizeof(*label));

	for (size_t p = 0; p < g->points; p++) {
		const struct split_point *one = &g->point[p];

		if (label[one->cube] && label[one->cube] != one->label + 1)
			return false;
		label[one->cube] = one->label + 1;
	}
	return true;
}

/** grid_choose() - Span the grid over the axes @own, and the fewest of @more that it takes */
static void grid_choose(struct grid *g, const struct scenario *s, unsigned int own,
			unsigned int more)
{
	for (int bits = 0; bits <= AXES_MOST; bits++)
		for (unsigned int mask = 0; mask < 1u << s->axes; mask++) {
			if ((mask & ~more) || __builtin_popcount(mask) != bits)
				continue;
			grid_span(g, s, own | mask);
			if (grid_tells(g))
				return;
		}
}

static void grid_count(struct grid *g)
{
	g->star = arena_get(&g->arena, g->cubes);
	g->label = arena_get(&g->arena, g->cubes * sizeof(*g->label));
	g->size = arena_get(&g->arena, g->cubes * sizeof(*g->size));
	g->banned = arena_get(&g->arena, g->cubes * sizeof(*g->banned));
	for (size_t cube = 0; cube < g->cubes; cube++) {
		g->star[cube] = -1;
		for (size_t i = g->axes; i--; )
			if (is_star(g, cube, i))
				g->star[cube] = (signed char)i;
	}
}

static void merge(struct grid *g, size_t into, size_t cube)
{
	if (!g->size[cube])
		return;
	if (!g->size[into])
		g->label[into] = g->label[cube];
	else if (g->label[into] != g->label[cube])
		g->label[into] = LABEL_MIXED;
	g->size[into] += g->size[cube];
}

/** grid_weigh() - What the points in each cube have in common, but for those taken */
static void grid_weigh(struct grid *g, const bool *taken)
{
	g->visits += (long)g->cubes;
	for (size_t cube = 0; cube < g->cubes; cube++) {
		g->label[cube] = LABEL_NONE;
		g->size[cube] = 0;
	}
	for (size_t p = 0; p < g->points; p++)
		if (!taken[p]) {
			g->label[g->point[p].cube] = g->point[p].label;
			g->size[g->point[p].cube] = 1;
		}
	for (size_t cube = 0; cube < g->cubes; cube++) {
		const int i = g->star[cube];

		if (i < 0)
			continue;	/* smaller digits make smaller numbers: those are done */
		for (size_t v = 1; v < g->radix[i]; v++)
			merge(g, cube, cube - v * g->stride[i]);
	}
}

static bool has_one_label(const struct grid *g, size_t cube)
{
	return g->label[cube] >= 0;
}

/** is_candidate() - May be the next row, and none that says more may */
static bool is_candidate(const struct grid *g, size_t cube)
{
	if (!has_one_label(g, cube))
		return false;
	for (size_t i = 0; i < g->axes; i++)
		if (!is_star(g, cube, i) &&
		    has_one_label(g, cube + (g->radix[i] - 1 - digit(g, cube, i)) * g->stride[i]))
			return false;
	return true;
}

static bool cube_holds(const struct grid *g, size_t cube, size_t point)
{
	for (size_t i = 0; i < g->axes; i++)
		if (!is_star(g, cube, i) && digit(g, cube, i) != digit(g, point, i))
			return false;
	return true;
}

/** take() - Mark the points of a cube; Return: how many were not taken before */
static size_t take(const struct grid *g, size_t cube, bool *taken)
{
	size_t count = 0;

	for (size_t p = 0; p < g->points; p++)
		if (!taken[p] && cube_holds(g, cube, g->point[p].cube)) {
			taken[p] = true;
			count++;
		}
	return count;
}

/* ------------------------------------------------------------------- search */

/** struct list - Cubes in the order of their rows */
struct list {
	size_t *cube;
	size_t count;
};

static size_t stars(const struct grid *g, size_t cube)
{
	size_t n = 0;

	for (size_t i = 0; i < g->axes; i++)
		n += is_star(g, cube, i);
	return n;
}

static bool is_fuller(const struct grid *g, size_t a, size_t b)
{
	return g->size[a] != g->size[b] ? g->size[a] > g->size[b] : stars(g, a) > stars(g, b);
}

/** greedy() - A list that is right, and rarely too long; false: longer than a table */
static bool greedy(struct grid *g, struct list *l)
{
	bool *taken = arena_get(&g->arena, g->points * sizeof(*taken));

	l->cube = arena_get(&g->arena, ROWS_MOST * sizeof(*l->cube));
	for (size_t left = g->points; left; l->count++) {
		size_t best = g->cubes;

		if (l->count == ROWS_MOST)
			return false;
		grid_weigh(g, taken);
		for (size_t cube = 0; cube < g->cubes; cube++)
			if (is_candidate(g, cube) &&
			    (best == g->cubes || is_fuller(g, cube, best)))
				best = cube;
		l->cube[l->count] = best;
		left -= take(g, best, taken);
	}
	return true;
}

/** labels_left() - How many labels the untaken points have: no fewer rows can say them */
static size_t labels_left(const struct grid *g, const bool *taken, bool *said)
{
	size_t n = 0;

	for (size_t p = 0; p < g->points; p++)
		if (!taken[p] && !said[g->point[p].label]) {
			said[g->point[p].label] = true;
			n++;
		}
	for (size_t p = 0; p < g->points; p++)
		said[g->point[p].label] = false;
	return n;
}

/** candidates() - All of them that are not banned, the fullest first */
static size_t *candidates(struct grid *g, size_t *count)
{
	size_t *all = arena_get(&g->arena, (g->cubes + 1) * sizeof(*all));

	*count = 0;
	for (size_t cube = 0; cube < g->cubes; cube++) {
		size_t i = *count;

		if (g->banned[cube] || !is_candidate(g, cube))
			continue;
		for (; i && is_fuller(g, cube, all[i - 1]); i--)
			all[i] = all[i - 1];
		all[i] = cube;
		++*count;
	}
	return all;
}

/**
 * search() - Whether @room more rows can say it all; they are then in @l
 *
 * A cube that was tried at a place need not be tried below the others there:
 * that list came up when it was tried, in another order.
 */
static bool search(struct grid *g, const bool *taken, size_t room, bool *said, struct list *l)
{
	const size_t labels = labels_left(g, taken, said);
	size_t *try, count;
	bool *mine, found = false;

	if (!labels)
		return true;
	if (labels > room || g->visits > VISITS_MOST)
		return false;
	grid_weigh(g, taken);
	try = candidates(g, &count);
	mine = arena_get(&g->arena, g->points * sizeof(*mine));
	for (size_t i = 0; i < count && !found; i++) {
		memcpy(mine, taken, g->points * sizeof(*mine));
		take(g, try[i], mine);
		g->visits += (long)g->points;
		l->cube[l->count++] = try[i];
		found = search(g, mine, room - 1, said, l);
		l->count -= !found;
		g->banned[try[i]] = true;
	}
	for (size_t i = 0; i < count; i++)
		g->banned[try[i]] = false;
	return found;
}

static void shorten(struct grid *g, struct list *l, size_t labels)
{
	bool *none = arena_get(&g->arena, g->points * sizeof(*none));
	bool *said = arena_get(&g->arena, labels * sizeof(*said));
	struct list shorter = { 0 };

	shorter.cube = arena_get(&g->arena, l->count * sizeof(*shorter.cube));
	g->visits = 0;
	for (size_t room = labels_left(g, none, said); room < l->count; room++)
		if (search(g, none, room, said, &shorter)) {
			*l = shorter;
			return;
		}
}

/* -------------------------------------------------------------------- rows */

/** as_row() - A cube as a row; @differs: the axes that some row names */
static struct split_row as_row(const struct grid *g, size_t cube, unsigned int differs, bool *taken)
{
	struct split_row one = { .first = SIZE_MAX };
	size_t common = SIZE_MAX;
	bool same[AXES_MOST];

	memset(same, true, sizeof(same));
	for (size_t p = 0; p < g->points; p++) {
		if (taken[p] || !cube_holds(g, cube, g->point[p].cube))
			continue;
		taken[p] = true;
		if (common == SIZE_MAX) {
			common = g->point[p].cube;
			one.first = g->point[p].variant;
			one.label = g->point[p].label;
		}
		for (size_t i = 0; i < g->axes; i++)
			same[i] &= digit(g, g->point[p].cube, i) == digit(g, common, i);
	}
	for (size_t i = 0; i < AXES_MOST; i++)
		one.value[i] = SPLIT_ANY;
	for (size_t i = 0; i < g->axes; i++)
		if (differs >> i & 1 && same[i])
			one.value[g->axis[i]] = (int)digit(g, common, i);
		else if (!is_star(g, cube, i))
			one.value[g->axis[i]] = (int)digit(g, cube, i);
	return one;
}

static bool disjoint(const struct split_row *a, const struct split_row *b)
{
	for (size_t i = 0; i < AXES_MOST; i++)
		if (a->value[i] != SPLIT_ANY && b->value[i] != SPLIT_ANY && a->value[i] != b->value[i])
			return true;
	return false;
}

/** sort_rows() - In the order of the trials, as far as the first match allows */
static void sort_rows(struct split *all)
{
	for (size_t end = all->rows; end > 1; end--)
		for (size_t i = 1; i < end; i++) {
			struct split_row *a = &all->row[i - 1], *b = &all->row[i];
			const struct split_row was = *a;

			if (b->first > a->first || !disjoint(a, b))
				continue;
			*a = *b;
			*b = was;
		}
}

static void make_rows(const struct grid *g, const struct list *l, struct arena *a,
		       struct split *out)
{
	bool *taken = arena_get(a, g->points * sizeof(*taken));
	unsigned int differs = 0;

	for (size_t k = 0; k < l->count; k++)
		for (size_t i = 0; i < g->axes; i++)
			if (!is_star(g, l->cube[k], i))
				differs |= 1u << i;
	out->row = arena_get(a, l->count * sizeof(*out->row));
	for (size_t k = 0; k < l->count; k++)
		out->row[out->rows++] = as_row(g, l->cube[k], differs, taken);
	sort_rows(out);
}

bool split_rows(const struct scenario *s, unsigned int own, unsigned int more,
		struct split_point *point, size_t points, size_t labels, struct arena *a,
		struct split *out)
{
	struct grid g = { .point = point, .points = points };
	struct list l = { 0 };
	bool good;

	*out = (struct split){ 0 };
	grid_choose(&g, s, own, more);
	grid_count(&g);
	good = greedy(&g, &l);
	if (good) {
		shorten(&g, &l, labels);
		make_rows(&g, &l, a, out);
	}
	arena_free(&g.arena);
	return good;
}
