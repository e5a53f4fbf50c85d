/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same run in several kernels, side by side, and what they disagree on. */
#ifndef RUNNER_KERNELS_H
#define RUNNER_KERNELS_H

#include <stddef.h>

struct err;

enum { KERNELS_MOST = 16 };

/**
 * struct kernels - What to run
 * @image: as the user named them
 * @slots: at once
 * @run:   in a child: the whole run in one of them, its report on standard
 *         output; Return: exit status. To @told goes the path of its results.
 * @base:  folder of all runs: a page that shows them side by side goes there
 * @version, @program: as for a page (see struct page_wish)
 * @plain: reports are put one behind the other, as they are; else they become
 *         subtests of a stream that has one point for each kernel
 */
struct kernels {
	const char *const *image;
	size_t images;
	int slots;
	int (*run)(void *ctx, size_t which, int told);
	void *ctx;
	const char *base, *version, *program;
	int plain;
};

/**
 * kernels_run() - Run them all
 *
 * Return: the worst exit status of all, or a negative errno. That they differ
 * makes none of them worse.
 */
int kernels_run(const struct kernels *k, struct err *e);

#endif
