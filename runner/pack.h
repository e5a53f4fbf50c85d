/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_PACK_H
#define RUNNER_PACK_H

#include <stddef.h>

struct buf;
struct err;
struct image;
struct suite;

/* Where things lie in a guest's first root */
#define PACK_MODULES	"modules"	/* a module's path a line, in the order of loading */
#define PACK_WORDS	"words"		/* the run's command line, each word ended by NUL */
#define PACK_CASES	"cases"

/* What a run in a guest writes its frames to */
enum { GUEST_FEED_FD = 3 };

/** pack_case_path() - Where a case file lies in the guest */
struct arena;
const char *pack_case_path(struct arena *a, const char *name);

/**
 * pack() - What a guest needs, as an archive that its kernel unpacks
 * @words: the command line of `run` inside
 * @out:   appended to
 *
 * The program that runs, with the libraries that it runs with; the modules
 * that trials need and the kernel has as modules; the case files.
 */
int pack(struct image *i, const struct suite *s, const char *const *words, size_t count,
	 struct buf *out, struct err *e);

#endif
