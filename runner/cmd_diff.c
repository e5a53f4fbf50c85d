// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/diff.h"
#include "runner/options.h"
#include "runner/results.h"

#include <errno.h>
#include <stdio.h>

static void help_text(const struct option_spec *table, struct buf *text)
{
	buf_adds(text, "usage: lastack diff [OPTION...] RUN RUN...\n\n"
		 "Says what runs disagree on, of other kernels, settings or days: the verdicts, what a\n"
		 "failure saw, and which row of a case's table holds. How long things took does not\n"
		 "count. RUN is a directory of results, or its name, or latest. Needs no privilege.\n\n");
	options_help(table, text);
	buf_adds(text, "\nexit status: 0 they agree, 1 they differ, 2 we could not do our job\n");
}

int cmd_diff(const struct invocation *in, struct err *e)
{
	struct diff_wish wish = { .some = true };
	const char *base = results_base();
	const struct option_spec table[] = {
		{ "all", 'a', NULL, "name every trial, however many differ alike", OPTION_IS_FLAG, &wish.all, 0, 0 },
		{ "common", 'c', NULL, "leave out what not all of the runs played", OPTION_IS_FLAG, &wish.common, 0, 0 },
		{ "results", 0, "DIR", "where runs left their results", OPTION_IS_TEXT, &base, 0, 0 },
		{ .name = NULL },
	};
	bool help, differ = false;
	autobuf text = { 0 };
	int rest;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -1;
	if (help) {
		help_text(table, &text);
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	if (in->argc - rest < 2)
		return err_set(e, -EINVAL, "diff: needs two runs or more");
	if (diff_runs(base, (const char *const *)in->argv + rest, (size_t)(in->argc - rest), wish, &text,
		      &differ, e))
		return -1;
	fputs(buf_text(&text), stdout);
	return differ ? EXIT_RED : EXIT_GOOD;
}
