/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which trials a command line means: the options that `run` and `list` share. */
#ifndef RUNNER_CHOICE_H
#define RUNNER_CHOICE_H

#include "runner/options.h"
#include "runner/suite.h"

struct err;
struct planned;

/** struct choice - What was said; all zero chooses every trial of every case */
struct choice {
	const char *cases, *shard;
	struct option_list keep;
	int repeat;
	bool quick;
};

/** CHOICE_OPTIONS - Their rows for a command's table; @c is a struct choice */
#define CHOICE_OPTIONS(c)								\
	{ "match", 'k', "PATTERN", "only trials whose name holds it (a glob; !PATTERN: not those)",	\
	  OPTION_IS_LIST, &(c).keep, 0, 0 },							\
	{ "shard", 0, "K/N", "only the K-th of N parts; auto: as the CI's variables say",	\
	  OPTION_IS_TEXT, &(c).shard, 0, 0 },						\
	{ "quick", 0, NULL, "leave out what takes longer than three seconds",		\
	  OPTION_IS_FLAG, &(c).quick, 0, 0 },						\
	{ "repeat", 0, "N", "each trial N times", OPTION_IS_INT, &(c).repeat, 1, 100000 },	\
	{ "cases", 0, "DIR", "where topics are looked for", OPTION_IS_TEXT, &(c).cases, 0, 0 }

/**
 * choice_make() - Plan the suite's trials and leave only the chosen ones, of all shards
 * @facts: the kernel, or NULL
 *
 * Errors: -ENOENT the choice leaves nothing: probably a typo
 */
int choice_make(const struct choice *c, struct suite *s, const struct facts *facts, struct err *e);

/**
 * choice_part() - Leave only those of the chosen shard, which may be none
 * @all: out, added to: those of the other shards as well
 */
int choice_part(const struct choice *c, struct suite *s, struct planned *all, struct err *e);

/**
 * choice_settle() - Say it so that another machine understands the same
 *
 * "--shard auto" becomes the shard that this machine's pipeline means.
 */
int choice_settle(struct choice *c, struct arena *a, struct err *e);

#endif
