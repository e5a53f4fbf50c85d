/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A run, or several side by side, as one page of HTML that asks for nothing but
 * itself. Without scripts it shows the summary, every table, and the ladder of
 * what failed; the page's script finds, filters, and draws the other ladders.
 */
#ifndef RUNNER_PAGE_H
#define RUNNER_PAGE_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

/**
 * struct page_wish - What is to be shown
 * @base, @which: runs, as for results_open_existing()
 * @version: of lastack, that makes the page
 * @program: how it is called, for commands to be typed again
 * @inside:  the page will lie in the run's directory, so it can link to what is there
 */
struct page_wish {
	const char *base;
	const char *const *which;
	size_t runs;
	const char *version, *program;
	bool inside;
};

/**
 * page_make() - Append the page
 *
 * Errors: a run that cannot be read; -ENOMEM
 */
int page_make(const struct page_wish *wish, struct buf *out, struct err *e);

/**
 * page_leave() - Make a run's page and put it into its directory
 * @run: the run; its verdicts and records are there
 */
struct results;
int page_leave(struct results *run, const char *version, const char *program, struct err *e);

#endif
