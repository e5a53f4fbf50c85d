// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/request.h"

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/format.h"
#include "runner/results.h"
#include "runner/screen.h"
#include "runner/shard.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* ------------------------------------------------------------- command line */

int request_read(struct request *q, int *rest, bool *help, struct buf *help_text, struct err *e)
{
	const struct option_spec table[] = {
		{ "jobs", 'j', "N", "trials at once (many more than processors: most of them wait)",
		  OPTION_IS_INT, &q->jobs, 1, 4096 },
		CHOICE_OPTIONS(q->choice),
		{ "list", 'l', NULL, "print the trials instead of playing them", OPTION_IS_FLAG, &q->list, 0, 0 },
		{ "fail-fast", 0, NULL, "stop after the first trial that fails", OPTION_IS_FLAG, &q->fail_fast, 0, 0 },
		{ "keep-going", 0, NULL, "go on after a failure: the default, and takes --fail-fast back", OPTION_IS_NO_FLAG, &q->fail_fast, 0, 0 },
		{ "verbose", 'v', NULL, "say each step as it is done, and what it gave", OPTION_IS_FLAG, &q->onlooker.verbose, 0, 0 },
		{ "pause", 0, NULL, "stop at each failure with its hosts alive, and say how to enter them; -j 1", OPTION_IS_FLAG, &q->onlooker.pause, 0, 0 },
		{ "known", 0, "FILE", "a list of trials that are known to fail, and why", OPTION_IS_TEXT, &q->known_path, 0, 0 },
		{ "rerun-failed", 0, NULL, "only what failed in the latest run", OPTION_IS_FLAG, &q->rerun_failed, 0, 0 },
		{ "shuffle", 0, "SEED", "begin trials in another order", OPTION_IS_INT, &q->shuffle, 1, 1000000000 },
		{ "timeout", 0, "SECONDS", "the most that any trial may take", OPTION_IS_INT, &q->timeout_s, 1, 86400 },
		{ "format", 'f', FORMAT_WORDS, FORMAT_HELP, OPTION_IS_TEXT, &q->format, 0, 0 },
		{ "junit", 0, "FILE", "JUnit XML into a file as well", OPTION_IS_TEXT, &q->out.junit, 0, 0 },
		{ "results", 0, "DIR", "where runs leave their results", OPTION_IS_TEXT, &q->base, 0, 0 },
		{ "no-results", 0, NULL, "leave none", OPTION_IS_FLAG, &q->no_results, 0, 0 },
		{ "no-report", 0, NULL, "make no report.html of them", OPTION_IS_FLAG, &q->no_report, 0, 0 },
		{ "keep", 0, "N", "remove all but the newest N runs' results, this one's included", OPTION_IS_INT, &q->keep_runs, 1, 100000 },
		{ "observe", 0, NULL, "fill each ? with what is seen, and print the tables", OPTION_IS_FLAG, &q->observe, 0, 0 },
		{ "write", 0, NULL, "with --observe: put the tables into the files", OPTION_IS_FLAG, &q->write, 0, 0 },
		{ "allow-run", 0, NULL, "let case files run programs (run steps); they are only data else", OPTION_IS_FLAG, &q->allow_run, 0, 0 },
		{ "automake", 0, NULL, "exit 99 for trouble of ours, 77 where all is skipped", OPTION_IS_FLAG, &q->automake, 0, 0 },
		{ "kernel", 0, "IMAGE", "play them in this kernel: a bzImage, a Debian package or a User Mode Linux", OPTION_IS_LIST, &q->kernel, 0, 0 },
		{ "modules", 0, "DIR", "with --kernel: where its modules lie", OPTION_IS_TEXT, &q->modules, 0, 0 },
		{ "skip-time", 0, NULL, "with --kernel: idle time takes none (the default without KVM)", OPTION_IS_FLAG, &q->skip_time, 0, 0 },
		{ "no-skip-time", 0, NULL, "with --kernel: in real time", OPTION_IS_FLAG, &q->real_time, 0, 0 },
		{ "memory", 0, "MIB", "with --kernel: the guest's (1024)", OPTION_IS_INT, &q->memory_mib, 64, 1 << 20 },
		{ "silence", 0, "SECONDS", "with --kernel: how long the guest may say nothing (120)", OPTION_IS_INT, &q->silence_s, 1, 86400 },
		{ "feed", 0, "FD", NULL, OPTION_IS_INT, &q->feed, 1, 1 << 20 },	/* in a guest: send all there */
		{ .name = NULL },
	};

	buf_adds(help_text,
		 "usage: lastack run [OPTION...] [PATH|TOPIC|TRIAL...]\n\n"
		 "Plays case files: all of them, or the files, folders, topics or single trials\n"
		 "named (as `lastack list` prints them); - reads a case from standard input.\n"
		 "TAP goes to standard output, records and captures into a directory of results.\n\n");
	options_help(table, help_text);
	buf_adds(help_text, "\n--shard auto reads the first that tells of more than one job, and is 1/1 without:\n");
	shard_help(help_text);
	buf_adds(help_text, "\n" KNOWN_HELP);
	buf_adds(help_text,
		 "\n" EXIT_HELP
		 "(not judged for lateness, interrupted and `Bail out!` are 2, which outweighs 1;\n"
		 "a trial that was skipped, or fails as its file says, is as expected)\n");
	return options_parse(table, q->in->argc, q->in->argv, rest, help, e);
}

/* ----------------------------------------------------------------- the suite */

int request_complain(const struct suite *s, struct err *e)
{
	autobuf text = { 0 };

	suite_complain(s, false, screen_colour(STDERR_FILENO), &text);
	fputs(buf_text(&text), stderr);
	return err_set(e, -EINVAL, "%zu error%s in the case files: nothing was run", s->errors,
		       s->errors == 1 ? "" : "s");
}

static int keep_failed(struct request *q, struct err *e)
{
	struct results *past_run;
	struct past *past;
	const char **name;
	size_t count, failed = 0;

	if (results_open_existing(&past_run, q->base, NULL, e))
		return err_in(e, "--rerun-failed");
	if (results_past(past_run, &q->arena, &past, &count, e)) {
		results_close(past_run);
		return err_in(e, "--rerun-failed");
	}
	name = arena_get(&q->arena, (count + 1) * sizeof(*name));
	for (size_t i = 0; i < count; i++)
		if (verdict_red(past[i].kind))
			name[failed++] = past[i].name;
	results_close(past_run);
	suite_keep_names(&q->suite, name, failed);
	return suite_drop_unwanted(&q->suite) ? 0 :
	       err_set(e, -ENOENT, "--rerun-failed: nothing failed in the latest run");
}

int request_choose(struct request *q, const struct facts *facts, struct err *e)
{
	if (choice_make(&q->choice, &q->suite, facts, e))
		return e->code;
	if (q->rerun_failed && keep_failed(q, e))
		return e->code;
	return choice_part(&q->choice, &q->suite, &q->planned, e);
}

/* Where only some trials were asked for, entries for the others are no surprise */
static size_t unused_shown(const struct request *q)
{
	const struct choice *c = &q->choice;

	return q->rest < q->in->argc || c->keep.count || c->shard || c->quick || q->rerun_failed ? 0 : 5;
}

static int load_known(struct request *q, struct err *e)
{
	autobuf said = { 0 };
	int rc;

	if (!q->known_path || q->list)
		return 0;
	rc = known_load(&q->known, q->known_path, screen_colour(STDERR_FILENO), &said, e);
	for (size_t i = 0; i < q->suite.items && !rc; i++)
		known_use(&q->known, q->suite.item[i].name);
	if (!rc)
		known_unused(&q->known, unused_shown(q), screen_colour(STDERR_FILENO), &said);
	fputs(buf_text(&said), stderr);
	return rc;
}

int request_load(struct request *q, const struct facts *facts, struct err *e)
{
	const char *const *args = (const char *const *)q->in->argv + q->rest;

	if (suite_load(&q->suite, args, (size_t)(q->in->argc - q->rest), q->choice.cases, e))
		return e->code;
	if (q->suite.errors)
		return request_complain(&q->suite, e);
	return request_choose(q, facts, e) ? e->code : load_known(q, e);
}

/* A file that is asked for by itself must not end in a skip that nobody reads; a guest is told each by itself */
int request_refuse_programs(const struct request *q, struct err *e)
{
	for (size_t i = 0; i < q->suite.files && !q->allow_run && !q->feed; i++)
		if (q->suite.file[i]->named && q->suite.file[i]->scenario.runs)
			return err_set(e, -EPERM, "%s runs programs, with the rights of whoever runs it: "
				       "read it, then say --allow-run", q->suite.file[i]->scenario.path);
	return 0;
}
