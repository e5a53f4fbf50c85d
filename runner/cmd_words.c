// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"
#include "runner/command.h"
#include "runner/options.h"
#include "runner/words_page.h"

#include <stdio.h>

int cmd_words(const struct invocation *i, struct err *e)
{
	bool as_table = false, help;
	const struct option_spec table[] = {
		{ "table", 't', NULL, "one word a line: section, word, usage, help, parted by tabs", OPTION_IS_FLAG, &as_table, 0, 0 },
		{ .name = NULL },
	};
	autobuf text = { 0 };
	int rest;

	if (options_parse(table, i->argc, i->argv, &rest, &help, e))
		return -1;
	if (help) {
		buf_adds(&text, "usage: lastack words [OPTION...]\n\nPrints the scenario language from the tables "
			 "that its parser uses.\n\n");
		options_help(table, &text);
		buf_adds(&text, "\n" EXIT_HELP_ASKED);
	} else if (as_table) {
		words_table(&text);
	} else {
		words_print(&text);
	}
	fputs(buf_text(&text), stdout);
	return EXIT_GOOD;
}
