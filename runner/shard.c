// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/shard.h"

#include "lib/buf.h"
#include "lib/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MOST = 1000000000 };

/**
 * struct pipeline - What one kind of pipeline tells of itself
 * @index, @count: variables with the job's number and the number of jobs
 * @base:  the number of the first job
 * @first, @last, @step: variables of an array, which may begin anywhere; NULL:
 *         the numbers go from @base without gaps
 *
 * Kubernetes tells a pod its index only: the manifest adds our own count.
 * Batch systems come first: what they start may stand in a pipeline's job.
 */
static const struct pipeline {
	const char *who, *index, *count;
	int base;
	const char *first, *last, *step;
} pipelines[] = {
	{ "lastack's own",	"LASTACK_SHARD_INDEX",		"LASTACK_SHARD_COUNT",
	  1, NULL, NULL, NULL },
	{ "Slurm array",	"SLURM_ARRAY_TASK_ID",		"SLURM_ARRAY_TASK_COUNT",
	  0, "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "SLURM_ARRAY_TASK_STEP" },
	{ "Kubernetes indexed Job", "JOB_COMPLETION_INDEX",	"LASTACK_SHARD_COUNT",
	  0, NULL, NULL, NULL },
	{ "AWS Batch array",	"AWS_BATCH_JOB_ARRAY_INDEX",	"AWS_BATCH_JOB_ARRAY_SIZE",
	  0, NULL, NULL, NULL },
	{ "Cloud Run job",	"CLOUD_RUN_TASK_INDEX",		"CLOUD_RUN_TASK_COUNT",
	  0, NULL, NULL, NULL },
	{ "GitLab",		"CI_NODE_INDEX",		"CI_NODE_TOTAL",
	  1, NULL, NULL, NULL },
	{ "CircleCI",		"CIRCLE_NODE_INDEX",		"CIRCLE_NODE_TOTAL",
	  0, NULL, NULL, NULL },
	{ "Buildkite",		"BUILDKITE_PARALLEL_JOB",	"BUILDKITE_PARALLEL_JOB_COUNT",
	  0, NULL, NULL, NULL },
	{ "Semaphore",		"SEMAPHORE_JOB_INDEX",		"SEMAPHORE_JOB_COUNT",
	  1, NULL, NULL, NULL },
	{ "Azure Pipelines",	"SYSTEM_JOBPOSITIONINPHASE",	"SYSTEM_TOTALJOBSINPHASE",
	  1, NULL, NULL, NULL },
	{ "Bitbucket",		"BITBUCKET_PARALLEL_STEP",	"BITBUCKET_PARALLEL_STEP_COUNT",
	  0, NULL, NULL, NULL },
};
enum { PIPELINES = sizeof(pipelines) / sizeof(pipelines[0]) };

typedef char *ask_fn(const char *variable);

static const char *said(ask_fn *ask, const char *variable)
{
	const char *text = variable ? ask(variable) : NULL;

	return text && *text ? text : NULL;
}

/* Digits and nothing else; @n is left as it is where the variable says nothing */
static int read_number(ask_fn *ask, const char *variable, int *n, struct err *e)
{
	const char *text = said(ask, variable);
	long long value = 0;

	if (!text)
		return 0;
	for (const char *s = text; *s; s++) {
		if (*s < '0' || *s > '9' || value > NUMBER_MOST)
			return err_set(e, -EINVAL, "--shard auto: %s is \"%.40s\", not a number",
				       variable, text);
		value = 10 * value + (*s - '0');
	}
	if (value > NUMBER_MOST)
		return err_set(e, -EINVAL, "--shard auto: %s is %s", variable, text);
	*n = (int)value;
	return 0;
}

/* An array's index counts in steps, and only one without holes tells which of its jobs this is */
static int read_array(const struct pipeline *p, ask_fn *ask, int *index, int *base, int count,
		      struct err *e)
{
	int first = *base, last = -1, step = 1;

	if (read_number(ask, p->first, &first, e) || read_number(ask, p->last, &last, e) ||
	    read_number(ask, p->step, &step, e))
		return e->code;
	*base = first;
	if (step < 1 || *index < first || (*index - first) % step ||
	    (last >= 0 && (last - first) / step + 1 != count))
		return err_set(e, -EINVAL, "--shard auto: an array with holes (%s %d of %d to %d by %d, "
			       "%d in all): set LASTACK_SHARD_INDEX and LASTACK_SHARD_COUNT",
			       p->index, *index, first, last, step, count);
	*index = first + (*index - first) / step;
	return 0;
}

/* @s: out; untouched where this is not that pipeline */
static int read_pipeline(const struct pipeline *p, ask_fn *ask, struct shard *s, struct err *e)
{
	int index = -1, count = -1, base = p->base;

	if (!said(ask, p->index) || !said(ask, p->count))
		return 0;
	if (read_number(ask, p->index, &index, e) || read_number(ask, p->count, &count, e))
		return e->code;
	if (p->first && read_array(p, ask, &index, &base, count, e))
		return e->code;
	if (index < base || index - base >= count)
		return err_set(e, -EINVAL, "--shard auto: %s is %s, but %s is %d", p->index,
			       said(ask, p->index), p->count, count);
	s->k = index - base + 1;
	s->n = count;
	return 0;
}

/* One of two variables: nobody knows which part this is. A lone count of one is the whole. */
static int refuse_half(ask_fn *ask, struct err *e)
{
	for (size_t i = 0; i < PIPELINES; i++) {
		const struct pipeline *p = &pipelines[i];
		const char *count = said(ask, p->count);

		if (said(ask, p->index) && !count)
			return err_set(e, -EINVAL, "--shard auto: %s is set, but %s is not", p->index,
				       p->count);
		if (!said(ask, p->index) && count && strcmp(count, "1") != 0)
			return err_set(e, -EINVAL, "--shard auto: %s is set, but %s is not", p->count,
				       p->index);
	}
	return 0;
}

/* The first that tells of more than one job; one that tells of one only has no say over others */
static int read_pipelines(struct shard *s, ask_fn *ask, struct err *e)
{
	bool any = false;

	for (size_t i = 0; i < PIPELINES; i++) {
		struct shard found = { 0, 0 };

		if (read_pipeline(&pipelines[i], ask, &found, e))
			return e->code;
		if (found.n > 1 || (found.n && !i)) {
			*s = found;
			return 0;
		}
		any |= found.n == 1;
	}
	if (any)
		return 0;
	return refuse_half(ask, e);
}

int shard_read(struct shard *s, const char *text, ask_fn *ask, struct err *e)
{
	char end;

	*s = (struct shard){ 0, 0 };
	if (!strcmp(text, "auto"))
		return read_pipelines(s, ask, e);
	if (sscanf(text, "%d/%d%c", &s->k, &s->n, &end) != 2 || s->n < 1 || s->k < 1 || s->k > s->n)
		return err_set(e, -EINVAL, "--shard: \"%s\" is not K/N with K from 1 to N", text);
	return 0;
}

void shard_help(struct buf *out)
{
	for (size_t i = 0; i < PIPELINES; i++)
		buf_addf(out, "  %-22s  %s of %s\n", pipelines[i].who, pipelines[i].index,
			 pipelines[i].count);
}
