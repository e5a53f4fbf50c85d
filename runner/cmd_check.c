// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"
#include "runner/command.h"
#include "runner/options.h"
#include "runner/suite.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int cmd_check(const struct invocation *i, struct err *e)
{
	const char *cases = NULL;
	bool quiet = false, help;
	const struct option_spec table[] = {
		{ "cases", 0, "DIR", "where topics are looked for", OPTION_IS_TEXT, &cases, 0, 0 },
		{ "quiet", 'q', NULL, "errors only, no warnings and no summary", OPTION_IS_FLAG, &quiet, 0, 0 },
		{ .name = NULL },
	};
	autobuf text = { 0 };
	struct suite s = { 0 };
	int rest, status;

	if (options_parse(table, i->argc, i->argv, &rest, &help, e))
		return -1;
	if (help) {
		buf_adds(&text, "usage: lastack check [OPTION...] [PATH|TOPIC...]\n\n"
			 "Reads case files (all of them where none is named, - for standard input)\n"
			 "and says everything that is wrong, as a compiler does. Asks no kernel.\n\n");
		options_help(table, &text);
		buf_adds(&text, "\nexit status: 0 no errors in them, 2 we could not do our job with such files\n");
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	if (suite_load(&s, (const char *const *)i->argv + rest, (size_t)(i->argc - rest), cases, e)) {
		suite_fini(&s);
		return -1;
	}
	suite_complain(&s, !quiet, isatty(STDERR_FILENO) && !getenv("NO_COLOR"), &text);
	fputs(buf_text(&text), stderr);
	if (!quiet)
		printf("%zu file%s checked: %zu error%s, %zu warning%s\n", s.files,
		       s.files == 1 ? "" : "s", s.errors, s.errors == 1 ? "" : "s", s.warnings,
		       s.warnings == 1 ? "" : "s");
	status = s.errors ? EXIT_TROUBLE : EXIT_GOOD;
	suite_fini(&s);
	return status;
}
