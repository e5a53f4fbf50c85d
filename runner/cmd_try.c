// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/question.h"
#include "runner/story.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/** struct attempt - What was asked for besides the story; @shown: print the case and ask nobody */
struct attempt {
	struct story story;
	bool shown, quiet;
};

/** print_table() - What the kernel answered, as it stands at the end of the case */
static void print_table(const char *text)
{
	const char *table = strstr(text, "\noutcome ");

	if (table)
		printf("%s", table + 1);
}

static void print_trial(const struct question_trial *t, bool quiet)
{
	const bool bad = t->kind != VERDICT_PASS;

	if (quiet && !bad)
		return;
	puts(t->name);
	if (!quiet)
		fputs(t->picture, stdout);
	if (bad) {
		autobuf verdict = { 0 };

		question_verdict(t, &verdict);
		puts(buf_text(&verdict));
	}
	puts("");
}

static int status_of(const struct question *q)
{
	if (q->ours)
		return EXIT_TROUBLE;
	return q->red ? EXIT_RED : EXIT_GOOD;
}

static int ask(struct question *q, const struct attempt *a, const struct buf *text,
	       const char *program, struct buf *said, struct err *e)
{
	if (question_read(q, "try", text, said, e) || question_may(e) ||
	    question_ask(q, program, said, e))
		return e->code;
	if (q->signal)
		return err_set(e, -EINTR, "interrupted");
	for (size_t i = 0; i < q->suite.items; i++)
		if (q->trial[i].name)
			print_trial(&q->trial[i], a->quiet);
	print_table(buf_text(&q->filled));
	return status_of(q);
}

static int answer(const struct attempt *a, const struct invocation *in, struct err *e)
{
	autobuf text = { 0 }, said = { 0 };
	struct question q = { 0 };
	int rc;

	if (story_write(&a->story, &text, e))
		return e->code;
	if (a->shown) {
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	rc = ask(&q, a, &text, in->program, &said, e);
	fputs(buf_text(&said), stderr);
	question_fini(&q);
	return rc;
}

static void help_text(const struct option_spec *table, struct buf *text)
{
	buf_adds(text, "usage: lastack try [OPTION...] [LINE...]\n\n"
		 "Asks the kernel once, without a file: makes a case of what is said, plays it, and\n"
		 "prints what crossed the wire in each trial, and what came of it. A story is told by\n"
		 "options - with none the server closes and the client comes straight back from its\n"
		 "port - or by lines of a case, one a word, of which a call without `=> RESULT` is\n"
		 "asked what comes of it:\n\n"
		 "  lastack try --close client --vary timestamps=0,1 --option reuseaddr\n"
		 "  lastack try 'server listen 8080' 'client connect a to 8080' 'server vanish a' \\\n"
		 "              'client send a \"x\"' 'client read a'\n\n");
	options_help(table, text);
	buf_adds(text, "\nexit status: 0 asked and answered, 1 it went otherwise than told, 2 it could not be asked\n");
}

int cmd_try(const struct invocation *in, struct err *e)
{
	struct attempt a = { .story = { .family = "ipv4", .brief = true } };
	const struct option_spec table[] = {
		STORY_OPTIONS(a.story),
		{ "print", 'n', NULL, "print the case and ask nobody; to be kept: lastack new", OPTION_IS_FLAG, &a.shown, 0, 0 },
		{ "quiet", 'q', NULL, "the answers alone, no pictures", OPTION_IS_FLAG, &a.quiet, 0, 0 },
		{ .name = NULL },
	};
	autobuf text = { 0 };
	bool help;
	int rest;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -1;
	if (help) {
		help_text(table, &text);
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	a.story.line = (const char *const *)in->argv + rest;
	a.story.lines = (size_t)(in->argc - rest);
	return answer(&a, in, e);
}
