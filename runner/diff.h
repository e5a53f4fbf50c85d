/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What runs disagree on, told to a person. */
#ifndef RUNNER_DIFF_H
#define RUNNER_DIFF_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct compared_trial;
struct comparison;
struct err;

/**
 * struct diff_wish - How much is told
 * @all:    every trial and every group; else long lists are cut
 * @common: only trials that all runs played: one left out by some is no difference
 * @some:   where there are no such trials, that is an error: it is no agreement
 */
struct diff_wish {
	bool all, common, some;
};

/**
 * diff_runs() - Compare runs by their directories
 * @base, @which: as for results_open_existing(); two runs or more
 * @out:    the text, appended
 * @differ: out: whether they disagree
 *
 * Outcomes are compared (see finding_read()), never times. Errors: a run that
 * cannot be read; -ENODATA nothing to compare, where @wish asks for some.
 */
int diff_runs(const char *base, const char *const *which, size_t runs, struct diff_wish wish,
	      struct buf *out, bool *differ, struct err *e);

/** diff_text() - The same for runs that were compared already. Return: whether they disagree */
bool diff_text(const struct comparison *c, struct diff_wish wish, struct buf *out);

/*
 * Parts of it, for a page that shows the same.
 */

/** struct diff_group - Trials of a file that differ, and all in the same way */
struct diff_group {
	const struct compared_trial **trial;
	size_t trials;
};

struct diff_file {
	const struct compared_trial *first;	/* the file's first trial */
	size_t trials, common, differing;	/* of the file; played by all; that differ */
	struct diff_group *group;
	size_t groups;
};

struct arena;

/**
 * diff_file_read() - One file's differences
 * @at:  where its trials begin in @c
 * @a:   holds the groups
 * @f:   out
 *
 * Return: where the next file's begin
 */
size_t diff_file_read(const struct comparison *c, size_t at, struct arena *a, struct diff_file *f);

/** diff_add_finding() - "fails: line 9: ...": what a trial of a group came to in a run */
void diff_add_finding(const struct compared_trial *t, size_t runs, size_t run, struct buf *out);

/** diff_add_variants() - Which trials a group has, in lines that begin with @indent */
void diff_add_variants(const struct diff_file *f, const struct diff_group *g, const char *indent,
		       bool all, struct buf *out);

/**
 * diff_fact() - The next thing that the runs' kernels or machines do not have alike
 * @next: in and out: 0 to begin
 * @answer: out, by run
 *
 * What changes from run to run (load, memory, the command) is left out, and what not every
 * run asked. Return: the question; NULL behind the last
 */
const char *diff_fact(const struct comparison *c, size_t *next, const char **answer);

#endif
