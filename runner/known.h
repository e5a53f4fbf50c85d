/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A list of known differences: which trials are agreed to fail, and why,
 * without a word in the case files. One entry a line:
 *
 *   # agreed with the stack's people on Monday
 *   reopen/server-close family=ipv6,timestamps=0    bug 17, fixed in 6.20
 *   reuse/[ab]*                                    nobody has looked yet
 *   ~ storm/second-syn                              comes and goes
 *
 * Two blanks or a tab end the trial's name: as `lastack list` prints it, or
 * without its variant (then all are meant), or a glob for either. The first
 * entry that fits holds. A known failure becomes TODO; a trial that passes
 * although it is listed is red, so that the list stays true, unless a `~`
 * says that it may do both.
 */
#ifndef RUNNER_KNOWN_H
#define RUNNER_KNOWN_H

#include "lib/buf.h"
#include "runner/complain.h"

#include <stdbool.h>
#include <stddef.h>

struct err;
struct verdict;

/** Bounds on a list; a larger one is refused */
enum { KNOWN_FILE_MOST = 1 << 20, KNOWN_MOST = 10000 };

#define KNOWN_HELP								\
	"A line of --known is a trial's name as lastack list prints it, or a file's\n"	\
	"without the variant, or a glob for either; then two blanks or a tab, and the\n"	\
	"reason; # begins a comment. What is listed and fails is TODO. What passes\n"	\
	"though listed is red, so that the list stays true, but for entries that begin\n"	\
	"with ~: those may do both.\n"

struct known_entry {
	const char *trial, *reason;
	bool may_pass;
	struct place at;	/* of the trial */
	bool used;		/* known_use() found a trial for it */
};

/** struct known - A list; all zero is an empty one that knows nothing */
struct known {
	struct arena arena;
	const char *path;	/* as to be shown */
	struct buf text;
	struct complaints complaints;
	struct known_entry *entry;
	size_t count;
};

/**
 * known_read() - Understand a list
 * @k:    its text is there already
 * @path: how it is called in what is said of it; borrowed
 *
 * Return: whether nothing is wrong with it; what is stands in its complaints
 */
bool known_read(struct known *k, const char *path);

/**
 * known_load() - Read a file
 * @said: out: what is wrong with it, as for a case file
 *
 * Errors: it cannot be read, or not be understood
 */
int known_load(struct known *k, const char *path, bool colour, struct buf *said, struct err *e);

/** known_find() - What is known of a trial; NULL for nothing. @name: with or without its repeat's number */
const struct known_entry *known_find(const struct known *k, const char *name);

/** known_use() - A trial is going to be played: whoever means it is of use */
void known_use(struct known *k, const char *name);

/**
 * known_unused() - Tell of entries that mean no trial of the run
 * @most: so many with their lines, the others in one sum
 */
void known_unused(const struct known *k, size_t most, bool colour, struct buf *out);

/**
 * known_heed() - What a list makes of a verdict
 * @a: holds the message, where there is a new one
 *
 * Only fail and pass are changed: what is broken or late says nothing of the kernel.
 */
void known_heed(const struct known *k, const char *name, struct arena *a, struct verdict *v);

void known_fini(struct known *k);

#endif
