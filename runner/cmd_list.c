// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/choice.h"
#include "runner/command.h"
#include "runner/escape.h"
#include "runner/facts.h"
#include "runner/fingerprint.h"
#include "runner/planned.h"

#include <errno.h>
#include <stdio.h>

static void print_trials(const struct suite *s, bool times, struct buf *out)
{
	char span[32];

	for (size_t i = 0; i < s->items; i++) {
		if (times)
			buf_addf(out, "%8s  ", clock_text(s->item[i].work.least_ns, span, sizeof(span)));
		escape_shown(out, s->item[i].name);
		buf_adds(out, "\n");
	}
}

static void print_titles(const struct suite *s, struct buf *out)
{
	for (size_t i = 0; i < s->files; i++) {
		autobuf name = { 0 };

		escape_shown(&name, s->file[i]->name);
		buf_addf(out, "%-44s %4zu  ", buf_text(&name), s->file[i]->scenario.variants);
		escape_shown(out, s->file[i]->scenario.title);
		buf_adds(out, "\n");
	}
}

int cmd_list(const struct invocation *in, struct err *e)
{
	struct choice choice = { 0 };
	bool times = false, files = false, help;
	const struct option_spec table[] = {
		CHOICE_OPTIONS(choice),
		{ "times", 't', NULL, "with the least time that each takes", OPTION_IS_FLAG, &times, 0, 0 },
		{ "files", 'f', NULL, "files with their titles instead of trials", OPTION_IS_FLAG, &files, 0, 0 },
		{ .name = NULL },
	};
	autobuf text = { 0 };
	struct suite s = { 0 };
	struct facts facts = { 0 };
	struct planned all = { 0 };
	int rest, rc;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -1;
	if (help) {
		buf_adds(&text, "usage: lastack list [OPTION...] [PATH|TOPIC|TRIAL...]\n\n");
		options_help(table, &text);
		buf_adds(&text, "\n" EXIT_HELP_ASKED);
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	rc = fingerprint_gather(&facts, e);
	if (!rc)
		rc = suite_load(&s, (const char *const *)in->argv + rest, (size_t)(in->argc - rest),
				choice.cases, e);
	if (!rc && s.errors) {
		suite_complain(&s, false, false, &text);
		fputs(buf_text(&text), stderr);
		rc = err_set(e, -EINVAL, "%zu errors in the case files", s.errors);
	}
	if (!rc)
		rc = choice_make(&choice, &s, &facts, e) || choice_part(&choice, &s, &all, e);
	if (!rc) {
		if (files)
			print_titles(&s, &text);
		else
			print_trials(&s, times, &text);
		fputs(buf_text(&text), stdout);
	}
	suite_fini(&s);
	planned_fini(&all);
	facts_fini(&facts);
	return rc ? -1 : EXIT_GOOD;
}
