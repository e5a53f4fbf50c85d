/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The case files that a command line means, read and checked, and their trials. */
#ifndef RUNNER_SUITE_H
#define RUNNER_SUITE_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/store.h"
#include "runner/complain.h"
#include "runner/forecast.h"
#include "runner/scenario.h"

struct err;
struct facts;

struct case_file {
	const char *path, *name;	/* as to be shown; topic/file */
	struct buf text;
	struct scenario scenario;
	struct complaints complaints;
	bool good;			/* no error in it */
	bool named;			/* by itself, not as one of a folder's */
	const char *only;		/* the one variant asked for (axis=value,...); NULL: all */
};

/** struct suite_item - One trial of a suite: which file, which variant, which repeat */
struct suite_item {
	struct case_file *file;
	size_t variant;
	int repeat;			/* 1, 2, ... */
	const char *name;		/* unique: the trial's, and its repeat where there are several */
	struct forecast_trial work;	/* what is known of it beforehand */
	bool wanted;			/* by the filters */
};

struct suite {
	struct arena arena;
	struct store store;		/* what the files say */
	struct case_file **file;
	size_t files;
	struct suite_item *item;
	size_t items;
	size_t errors, warnings;	/* over all files */
	size_t named;			/* files come upon, known ones too */
	bool no_links;			/* in folders: as where only we have written */
};

/**
 * suite_load() - Find, read and check case files
 * @args: paths of files or folders, topics, `topic/file`, whole trial names, or
 *        `-` for standard input; none: every case
 * @cases: the folder with the cases, NULL: ./cases in a checkout, else the installed one
 *
 * Errors of the files are in their complaints, not here; this fails for an
 * argument that means nothing, a folder without cases, an unreadable file.
 */
int suite_load(struct suite *s, const char *const *args, size_t count, const char *cases,
	       struct err *e);

/** suite_load_text() - Read and check a case that is in no file; @name: topic/file, in messages too */
int suite_load_text(struct suite *s, const char *name, const struct buf *text, struct err *e);

/** suite_complain() - Render what is wrong with all files; warnings only where asked */
void suite_complain(const struct suite *s, bool warnings, bool colour, struct buf *out);

/** suite_first() - Whether no file before is the same one, loaded for another of its trials */
bool suite_first(const struct suite *s, size_t file);

/**
 * suite_plan() - List the trials, @repeat times over; all of them wanted
 *
 * In the order of the files, then of their variants. @facts: the kernel; NULL
 * where none is asked (then a file's variants are the same, only their least
 * time may differ).
 */
void suite_plan(struct suite *s, const struct facts *facts, int repeat);

/** suite_keep() - Only trials whose name holds one of the patterns (globs; `!` before one refuses) */
void suite_keep(struct suite *s, const char *const *pattern, size_t count);

/**
 * suite_variant() - The variant in a trial's name, and the number of its repeat
 * @name: of a trial of @f
 *
 * Return: what is behind the file's name, in which there may be blanks too; NULL: nothing
 */
const char *suite_variant(const struct case_file *f, const char *name);

/** suite_bare_len() - How long a trial's own name is, without the number of its repeat */
size_t suite_bare_len(const char *name);

/** suite_keep_names() - Only the trials that `verdicts` calls so; the number of a repeat does not count */
void suite_keep_names(struct suite *s, const char *const *name, size_t count);

/**
 * suite_shard() - Only the @k-th of @n parts: by the name, so that a new case moves no other
 */
void suite_shard(struct suite *s, int k, int n);

/** suite_drop_unwanted() - Close the ranks. Return: how many are left */
size_t suite_drop_unwanted(struct suite *s);

/** suite_freeze() - Nothing that the files say can be changed any more; and fork() is cheaper */
void suite_freeze(struct suite *s);

void suite_fini(struct suite *s);

#endif
