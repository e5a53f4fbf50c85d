// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/options.h"
#include "runner/page.h"
#include "runner/results.h"
#include "runner/say.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void help_text(const struct option_spec *table, struct buf *text)
{
	buf_adds(text, "usage: lastack report [OPTION...] [RUN...]\n\n"
		 "Makes a page of HTML of a run (the latest where none is named): the summary, what\n"
		 "failed and how it came to that, the question's claims, every case with a table of its\n"
		 "trials, the ladder of each trial, coverage. Of several runs: side by side, with what\n"
		 "they disagree on. The page is one file and asks for nothing else. It goes to\n"
		 RESULTS_REPORT " in the run's directory; of several runs, here. Needs no privilege.\n\n");
	options_help(table, text);
	buf_adds(text, "\n" EXIT_HELP_ASKED);
}

static int make_page(const struct page_wish *wish, const char *output, struct err *e)
{
	autobuf page = { 0 };

	if (page_make(wish, &page, e))
		return e->code;
	if (!strcmp(output, "-"))
		return fwrite(buf_text(&page), 1, page.len, stdout) == page.len ? 0 :
		       err_sys(e, "standard output");
	if (buf_write_out(&page, output, e))
		return err_in(e, "report");
	say_out(output);
	return 0;
}

static int leave_page(const struct page_wish *wish, struct err *e)
{
	struct arena a = { 0 };
	struct results *r;
	int rc;

	if (results_open_existing(&r, wish->base, wish->which[0], e))
		return e->code;
	rc = page_leave(r, wish->version, wish->program, e);
	if (!rc)
		say_out(arena_printf(&a, "%s/%s", results_path(r), RESULTS_REPORT));
	arena_free(&a);
	results_close(r);
	return rc;
}

int cmd_report(const struct invocation *in, struct err *e)
{
	static const char *const latest[] = { RESULTS_LATEST };
	const char *base = results_base(), *output = NULL;
	const struct option_spec table[] = {
		{ "output", 'o', "FILE", "where the page goes; - is standard output", OPTION_IS_TEXT, &output, 0, 0 },
		{ "results", 0, "DIR", "where runs left their results", OPTION_IS_TEXT, &base, 0, 0 },
		{ .name = NULL },
	};
	struct page_wish wish = { .version = in->version, .program = in->program };
	autobuf text = { 0 };
	int rest;
	bool help;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -1;
	if (help) {
		help_text(table, &text);
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	wish.base = base;
	wish.runs = rest < in->argc ? (size_t)(in->argc - rest) : 1;
	wish.which = rest < in->argc ? (const char *const *)in->argv + rest : latest;
	if (output || wish.runs > 1)
		return make_page(&wish, output ? output : RESULTS_REPORT, e) ? -1 : EXIT_GOOD;
	return leave_page(&wish, e) ? -1 : EXIT_GOOD;
}
