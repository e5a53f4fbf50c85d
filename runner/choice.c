// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/choice.h"

#include "lib/clock.h"
#include "lib/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int64_t QUICK_NS = 3 * NS_PER_S;

/*
 * What pipelines tell of themselves: a job's number, the number of jobs, and
 * whether they count from 0 or 1. A Slurm array may begin anywhere.
 */
static const struct { const char *index, *count, *first; int base; } pipelines[] = {
	{ "LASTACK_SHARD_INDEX",	"LASTACK_SHARD_COUNT",		NULL, 1 },
	{ "CI_NODE_INDEX",		"CI_NODE_TOTAL",		NULL, 1 },	/* GitLab */
	{ "CIRCLE_NODE_INDEX",		"CIRCLE_NODE_TOTAL",		NULL, 0 },
	{ "BUILDKITE_PARALLEL_JOB",	"BUILDKITE_PARALLEL_JOB_COUNT",	NULL, 0 },
	{ "SEMAPHORE_JOB_INDEX",	"SEMAPHORE_JOB_COUNT",		NULL, 1 },
	{ "SYSTEM_JOBPOSITIONINPHASE",	"SYSTEM_TOTALJOBSINPHASE",	NULL, 1 },	/* Azure */
	{ "BITBUCKET_PARALLEL_STEP",	"BITBUCKET_PARALLEL_STEP_COUNT", NULL, 0 },
	{ "SLURM_ARRAY_TASK_ID",	"SLURM_ARRAY_TASK_COUNT",	"SLURM_ARRAY_TASK_MIN", 0 },
	{ "JOB_COMPLETION_INDEX",	"JOB_COMPLETIONS",		NULL, 0 },	/* Kubernetes */
};

static int number_of(const char *variable, int otherwise)
{
	const char *text = variable ? getenv(variable) : NULL;

	return text && *text ? atoi(text) : otherwise;
}

static int shard_from_pipeline(int *k, int *n, struct err *e)
{
	*n = 0;
	for (size_t i = 0; i < sizeof(pipelines) / sizeof(pipelines[0]); i++) {
		const int base = number_of(pipelines[i].first, pipelines[i].base);
		const int index = number_of(pipelines[i].index, -1);
		const int count = number_of(pipelines[i].count, 0);

		if (index < 0 || count <= 0)
			continue;
		if (index < base || index - base >= count)
			return err_set(e, -EINVAL, "--shard auto: %s is %d, but %s is %d",
				       pipelines[i].index, index, pipelines[i].count, count);
		*k = index - base + 1;
		*n = count;
		return 0;
	}
	return 0;
}

/*
 * "2/5", or "auto" from the environment. Return: 0 with @n 0 where auto finds
 * nothing to go by, else -EINVAL for what is no shard
 */
static int read_shard(const char *text, int *k, int *n, struct err *e)
{
	char end;

	if (!strcmp(text, "auto"))
		return shard_from_pipeline(k, n, e);
	if (sscanf(text, "%d/%d%c", k, n, &end) != 2 || *n < 1 || *k < 1 || *k > *n)
		return err_set(e, -EINVAL, "--shard: \"%s\" is not K/N with K from 1 to N", text);
	return 0;
}

static void keep_quick(struct suite *s)
{
	for (size_t i = 0; i < s->items; i++)
		s->item[i].wanted &= s->item[i].least_ns <= QUICK_NS;
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
	int k = 1, n = 0;

	if (c->shard && read_shard(c->shard, &k, &n, e))
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
	if (n)
		suite_shard(s, k, n);
	suite_drop_unwanted(s);
	return 0;
}
