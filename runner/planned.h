/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run was going to play: all trials in their order, those of other
 * shards too. It lies in the run's directory, so that what is missing there is
 * known, and shards can be joined in the order of the whole.
 */
#ifndef RUNNER_PLANNED_H
#define RUNNER_PLANNED_H

#include "lib/arena.h"
#include "runner/shard.h"

#include <stdbool.h>
#include <stddef.h>

struct err;
struct results;

struct planned {
	struct arena arena;
	struct shard shard;
	struct planned_file {
		const char *name, *path;	/* topic/file; as it was named to the run */
	} *file;
	size_t files;
	struct planned_trial {
		const char *name;		/* as `verdicts` writes it */
		size_t file;
		bool ours;			/* this run's, or this shard's */
	} *trial;
	size_t trials;
};

/** planned_add() - One more trial; those of a file stand together. The strings are copied */
void planned_add(struct planned *p, const char *file, const char *path, const char *trial,
		 bool ours);

/** planned_write() - Put it into a run's directory, as RESULTS_PLAN */
int planned_write(const struct planned *p, struct results *r, struct err *e);

/**
 * planned_read() - Read it back
 * @p: out; freed by planned_fini() in any case
 *
 * Errors: -ENOENT there is none; -EBADMSG a line that none of us wrote
 */
int planned_read(struct planned *p, struct results *r, struct err *e);

void planned_fini(struct planned *p);

#endif
