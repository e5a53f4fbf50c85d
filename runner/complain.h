/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_COMPLAIN_H
#define RUNNER_COMPLAIN_H

#include "lib/arena.h"
#include "runner/scan.h"

#include <stdbool.h>

struct buf;

/** enum grade - An error keeps the file from running, a warning (lint) does not */
enum grade { GRADE_ERROR, GRADE_WARNING };

struct complaint {
	struct place at;
	enum grade grade;
	const char *text;	/* "unknown verb "clsoe", did you mean close?" */
};

/**
 * struct complaints - All that is wrong with one file
 * @arena: holds the texts
 *
 * The same text at the same place is kept once, so that a step parsed for
 * each of its variants complains once. More than COMPLAINTS_MOST are counted
 * only, warnings first.
 */
enum { COMPLAINTS_MOST = 100 };
struct complaints {
	struct arena arena;
	struct complaint *list;
	size_t count, errors, unkept;
};

void complain(struct complaints *c, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
void complain_warn(struct complaints *c, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * complaints_render() - All of them in the order of the file, as a compiler does
 * @path:  as the user named the file
 * @text, @len: the file
 * @colour: whether the reader is a terminal
 *
 * cases/x.case:11:8: error: unknown verb "clsoe", did you mean close?
 *    11 | server clsoe a
 *       |        ^~~~~
 *
 * Control bytes of the file come out as a dot, tabs as one space, so that the
 * caret stands right and no escape reaches a terminal.
 */
void complaints_render(const struct complaints *c, const char *path, const char *text,
		       size_t len, bool colour, struct buf *out);

/**
 * complain_excerpt() - A line of a file with a mark under a place in it, as above
 *
 * Nothing where the file has no such line.
 */
void complain_excerpt(struct place at, const char *text, size_t len, bool colour, struct buf *out);

void complaints_fini(struct complaints *c);

#endif
