// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"
#include "runner/command.h"
#include "runner/options.h"
#include "runner/words.h"

#include <stdio.h>

static const struct option_spec table[] = { { .name = NULL } };

int cmd_words(const struct invocation *i, struct err *e)
{
	autobuf text = { 0 };
	bool help;
	int rest;

	if (options_parse(table, i->argc, i->argv, &rest, &help, e))
		return -1;
	if (help)
		buf_adds(&text, "usage: lastack words\n\nPrints the scenario language from the tables "
			 "that its parser uses.\n\n" EXIT_HELP_ASKED);
	else
		words_print(&text);
	fputs(buf_text(&text), stdout);
	return EXIT_GOOD;
}
