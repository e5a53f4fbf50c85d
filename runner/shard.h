/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which part of a run this one is: said, or found in a pipeline's variables. */
#ifndef RUNNER_SHARD_H
#define RUNNER_SHARD_H

struct buf;
struct err;

/** struct shard - The @k-th of @n parts; @n 0: the whole; @k 0: several of @n, joined */
struct shard {
	int k, n;
};

/**
 * shard_read() - "2/5", or "auto": as the first pipeline says whose variables are there
 * @ask: getenv(), or a test's own
 *
 * Variables that are not there, or empty, say that this is no pipeline: the whole.
 * Errors: -EINVAL no such part; a variable that is no number, or out of its bounds;
 * an index without a count, or a count of more than one without an index
 */
int shard_read(struct shard *s, const char *text, char *(*ask)(const char *variable),
	       struct err *e);

/** shard_help() - The variables that auto reads, a line for each pipeline */
void shard_help(struct buf *out);

#endif
