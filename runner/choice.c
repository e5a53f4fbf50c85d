// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/choice.h"

#include "lib/clock.h"
#include "lib/err.h"
#include "runner/planned.h"
#include "runner/shard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const int64_t QUICK_NS = 3 * NS_PER_S;

int choice_settle(struct choice *c, struct arena *a, struct err *e)
{
	struct shard shard;

	if (!c->shard)
		return 0;
	if (shard_read(&shard, c->shard, getenv, e))
		return e->code;
	c->shard = shard.n ? arena_printf(a, "%d/%d", shard.k, shard.n) : NULL;
	return 0;
}

static void keep_quick(struct suite *s)
{
	for (size_t i = 0; i < s->items; i++)
		s->item[i].wanted &= s->item[i].work.least_ns <= QUICK_NS;
}

static bool any_wanted(const struct suite *s)
{
	for (size_t i = 0; i < s->items; i++)
		if (s->item[i].wanted)
			return true;
	return false;
}

int choice_make(const struct choice *c, struct suite *s, const struct facts *facts, struct err *e)
{
	struct shard shard;

	if (c->shard && shard_read(&shard, c->shard, getenv, e))	/* misuse is told first */
		return e->code;
	suite_plan(s, facts, c->repeat ? c->repeat : 1);
	if (!any_wanted(s))
		return err_set(e, -ENOENT, "no such trial: see lastack list");
	if (c->keep.count)
		suite_keep(s, c->keep.value, c->keep.count);
	if (c->quick)
		keep_quick(s);
	if (!any_wanted(s))
		return err_set(e, -ENOENT, "no trial is left by %s", c->keep.count ? "--match (-k)" : "--quick");
	suite_drop_unwanted(s);
	return 0;
}

int choice_part(const struct choice *c, struct suite *s, struct planned *all, struct err *e)
{
	struct shard shard = { 0, 0 };

	if (c->shard && shard_read(&shard, c->shard, getenv, e))
		return e->code;
	if (shard.n)
		suite_shard(s, shard.k, shard.n);
	all->shard = shard;
	for (size_t i = 0; i < s->items; i++) {
		const struct suite_item *item = &s->item[i];

		planned_add(all, item->file->name, item->file->path, item->name, item->wanted);
	}
	suite_drop_unwanted(s);
	return 0;
}
