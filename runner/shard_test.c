// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/shard.h"

#include "lib/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* "NAME=value NAME=value" */
static const char *environment;

static char *ask(const char *variable)
{
	static char value[8][64];
	static size_t next;
	const size_t len = strlen(variable);

	for (const char *s = environment; s && *s; s = strchr(s, ' ') ? strchr(s, ' ') + 1 : "") {
		char *to = value[next % 8];

		if (strncmp(s, variable, len) != 0 || s[len] != '=')
			continue;
		next++;
		s += len + 1;
		memcpy(to, s, strcspn(s, " "));
		to[strcspn(s, " ")] = '\0';
		return to;
	}
	return NULL;
}

/* k/n, or what is wrong */
static void pipelines_say_which_part(void **state)
{
	static const struct { const char *set; int k, n; const char *wrong; } rows[] = {
		{ "", 0, 0, NULL },
		{ "LASTACK_SHARD_INDEX= LASTACK_SHARD_COUNT=", 0, 0, NULL },
		{ "LASTACK_SHARD_INDEX=2 LASTACK_SHARD_COUNT=5", 2, 5, NULL },
		{ "LASTACK_SHARD_INDEX=0 LASTACK_SHARD_COUNT=5", 0, 0, "LASTACK_SHARD_INDEX is 0, but LASTACK_SHARD_COUNT is 5" },
		{ "LASTACK_SHARD_INDEX=6 LASTACK_SHARD_COUNT=5", 0, 0, "LASTACK_SHARD_INDEX is 6" },
		{ "LASTACK_SHARD_INDEX=2", 0, 0, "LASTACK_SHARD_INDEX is set, but LASTACK_SHARD_COUNT is not" },
		{ "LASTACK_SHARD_COUNT=2", 0, 0, "LASTACK_SHARD_COUNT is set, but LASTACK_SHARD_INDEX is not" },
		{ "LASTACK_SHARD_INDEX=x LASTACK_SHARD_COUNT=2", 0, 0, "LASTACK_SHARD_INDEX is \"x\", not a number" },
		{ "LASTACK_SHARD_INDEX=-1 LASTACK_SHARD_COUNT=2", 0, 0, "not a number" },
		{ "LASTACK_SHARD_INDEX=1 LASTACK_SHARD_COUNT=99999999999", 0, 0, "LASTACK_SHARD_COUNT" },
		{ "CI_NODE_INDEX=1 CI_NODE_TOTAL=4", 1, 4, NULL },
		{ "CI_NODE_INDEX=4 CI_NODE_TOTAL=4", 4, 4, NULL },
		{ "CI_NODE_TOTAL=1", 0, 0, NULL },	/* a GitLab job without `parallel` */
		{ "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=4", 1, 4, NULL },
		{ "CIRCLE_NODE_INDEX=4 CIRCLE_NODE_TOTAL=4", 0, 0, "CIRCLE_NODE_INDEX is 4" },
		{ "CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1", 0, 0, NULL },
		{ "BUILDKITE_PARALLEL_JOB=2 BUILDKITE_PARALLEL_JOB_COUNT=3", 3, 3, NULL },
		{ "SEMAPHORE_JOB_INDEX=2 SEMAPHORE_JOB_COUNT=3", 2, 3, NULL },
		{ "SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=2", 1, 2, NULL },
		{ "BITBUCKET_PARALLEL_STEP=0 BITBUCKET_PARALLEL_STEP_COUNT=2", 1, 2, NULL },
		{ "AWS_BATCH_JOB_ARRAY_INDEX=9 AWS_BATCH_JOB_ARRAY_SIZE=10", 10, 10, NULL },
		{ "CLOUD_RUN_TASK_INDEX=1 CLOUD_RUN_TASK_COUNT=2", 2, 2, NULL },
		{ "JOB_COMPLETION_INDEX=0 LASTACK_SHARD_COUNT=3", 1, 3, NULL },
		{ "JOB_COMPLETION_INDEX=2 LASTACK_SHARD_COUNT=3", 3, 3, NULL },
		{ "JOB_COMPLETION_INDEX=3 LASTACK_SHARD_COUNT=3", 0, 0, "JOB_COMPLETION_INDEX is 3" },
		{ "JOB_COMPLETION_INDEX=2", 0, 0, "JOB_COMPLETION_INDEX is set, but LASTACK_SHARD_COUNT is not" },
		/* an array of Slurm's: from 0, from 1, from 5, in steps, with holes */
		{ "SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=0 "
		  "SLURM_ARRAY_TASK_MAX=3 SLURM_ARRAY_TASK_STEP=1", 1, 4, NULL },
		{ "SLURM_ARRAY_TASK_ID=4 SLURM_ARRAY_TASK_COUNT=4 SLURM_ARRAY_TASK_MIN=1 "
		  "SLURM_ARRAY_TASK_MAX=4", 4, 4, NULL },
		{ "SLURM_ARRAY_TASK_ID=6 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=5", 2, 3, NULL },
		{ "SLURM_ARRAY_TASK_ID=8 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 "
		  "SLURM_ARRAY_TASK_MAX=8 SLURM_ARRAY_TASK_STEP=4", 3, 3, NULL },
		{ "SLURM_ARRAY_TASK_ID=8 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 "
		  "SLURM_ARRAY_TASK_MAX=10 SLURM_ARRAY_TASK_STEP=4", 3, 3, NULL },
		{ "SLURM_ARRAY_TASK_ID=2 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 "
		  "SLURM_ARRAY_TASK_MAX=5 SLURM_ARRAY_TASK_STEP=1", 0, 0, "an array with holes" },
		{ "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 "
		  "SLURM_ARRAY_TASK_STEP=2", 0, 0, "an array with holes" },
		{ "SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_COUNT=3 SLURM_ARRAY_TASK_MIN=0 "
		  "SLURM_ARRAY_TASK_STEP=0", 0, 0, "an array with holes" },
		{ "SLURM_ARRAY_TASK_ID=3", 0, 0, "SLURM_ARRAY_TASK_ID is set, but SLURM_ARRAY_TASK_COUNT" },
		/* one in the other: our own counts, then whoever has more than one job */
		{ "CI_NODE_INDEX=1 CI_NODE_TOTAL=4 LASTACK_SHARD_INDEX=2 LASTACK_SHARD_COUNT=3", 2, 3, NULL },
		{ "CI_NODE_INDEX=1 CI_NODE_TOTAL=4 LASTACK_SHARD_INDEX=1 LASTACK_SHARD_COUNT=1", 1, 1, NULL },
		{ "SYSTEM_JOBPOSITIONINPHASE=1 SYSTEM_TOTALJOBSINPHASE=1 CIRCLE_NODE_INDEX=1 "
		  "CIRCLE_NODE_TOTAL=2", 2, 2, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e = { 0 };
		struct shard s = { -1, -1 };
		const int rc = shard_read(&s, "auto", ask, (environment = rows[i].set, &e));

		if (rows[i].wrong && (rc != -EINVAL || !strstr(e.text, rows[i].wrong)))
			fail_msg("%s: \"%s\", not \"%s\"", rows[i].set, rc ? e.text : "good", rows[i].wrong);
		if (!rows[i].wrong && (rc || s.k != rows[i].k || s.n != rows[i].n))
			fail_msg("%s: %d/%d %s", rows[i].set, s.k, s.n, e.text);
	}
}

static void a_part_is_said(void **state)
{
	static const struct { const char *text; int k, n, rc; } rows[] = {
		{ "1/1", 1, 1, 0 }, { "2/5", 2, 5, 0 }, { "5/5", 5, 5, 0 }, { "0/5", 0, 0, -EINVAL },
		{ "6/5", 0, 0, -EINVAL }, { "1/0", 0, 0, -EINVAL }, { "1", 0, 0, -EINVAL },
		{ "1/2x", 0, 0, -EINVAL }, { "", 0, 0, -EINVAL }, { "autumn", 0, 0, -EINVAL },
		{ "-1/2", 0, 0, -EINVAL },
	};

	(void)state;
	environment = "CI_NODE_INDEX=1 CI_NODE_TOTAL=4";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct err e;
		struct shard s;

		assert_int_equal(shard_read(&s, rows[i].text, ask, &e), rows[i].rc);
		if (rows[i].rc)
			continue;
		assert_int_equal(s.k, rows[i].k);
		assert_int_equal(s.n, rows[i].n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pipelines_say_which_part),
		cmocka_unit_test(a_part_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
