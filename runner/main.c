// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"
#include "lib/err.h"
#include "lib/netns.h"
#include "runner/command.h"
#include "runner/say.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef LASTACK_VERSION
#define LASTACK_VERSION "unknown"
#endif

static const struct command {
	const char *name;
	int (*run)(const struct invocation *i, struct err *e);
	const char *help;
} commands[] = {
	{ "run",	cmd_run,	"play cases and say what the kernel did, as TAP" },
	{ "list",	cmd_list,	"the trials that a run would play" },
	{ "check",	cmd_check,	"read case files and say all that is wrong; plays nothing" },
	{ "try",	cmd_try,	"ask the kernel once, without a file, and draw the answer" },
	{ "new",	cmd_new,	"begin a case from a few answers, and let the kernel fill it in" },
	{ "fmt",	cmd_fmt,	"lay case files out in even columns" },
	{ "judge",	cmd_judge,	"give the verdicts again from a run's records alone" },
	{ "report",	cmd_report,	"a run, or several side by side, as a page of HTML" },
	{ "diff",	cmd_diff,	"what runs of two kernels, settings or days disagree on" },
	{ "merge",	cmd_merge,	"join the shards of a run into one run" },
	{ "ladder",	cmd_ladder,	"draw what a recorded trial saw, failed or not" },
	{ "doubt",	cmd_doubt,	"lie about what a run saw: which cases would not notice" },
	{ "coverage",	cmd_coverage,	"which states, events and settings the cases cover" },
	{ "words",	cmd_words,	"the scenario language, word by word" },
	{ "guest",	cmd_guest,	NULL },		/* what a kernel booted by run starts first */
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void help(FILE *to)
{
	fputs("lastack - what happens when a TCP connection closes and someone comes back\n\n"
	      "usage: lastack COMMAND [OPTION...] [WORD...]\n\n", to);
	for (size_t i = 0; i < COMMANDS; i++)
		if (commands[i].help)
			fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].help);
	fputs("\nlastack COMMAND --help tells more; lastack --version says which it is.\n"
	      EXIT_HELP, to);
}

static void out_of_memory(void)
{
	fputs("lastack: out of memory\n", stderr);
	_Exit(EXIT_TROUBLE);
}

static void lost(void)
{
	perror("lastack: no way back into our own network namespace");
	_Exit(EXIT_TROUBLE);
}

/* What was printed must have got there. */
static int said(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	perror("lastack: standard output");
	return EXIT_TROUBLE;
}

static int run(const struct command *c, int argc, char **argv)
{
	const struct invocation in = {
		.program = argv[0], .version = LASTACK_VERSION, .argc = argc - 1, .argv = argv + 1,
	};
	struct err e = { 0 };
	const int status = c->run(&in, &e);

	if (status < 0) {
		say("%s", e.text);
		return EXIT_TROUBLE;
	}
	return said(status);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	arena_out_of_memory = out_of_memory;
	netns_lost = lost;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_DFL);	/* ignored, children would end untold, and their numbers be free */
	signal(SIGXFSZ, SIG_IGN);	/* then write() says EFBIG, and we say where */
	if (word && (!strcmp(word, "--help") || !strcmp(word, "-h") || !strcmp(word, "help"))) {
		help(stdout);
		return said(EXIT_GOOD);
	}
	if (word && (!strcmp(word, "--version") || !strcmp(word, "-V"))) {
		puts("lastack " LASTACK_VERSION);
		return said(EXIT_GOOD);
	}
	for (size_t i = 0; word && i < COMMANDS; i++)
		if (!strcmp(commands[i].name, word))
			return run(&commands[i], argc, argv);
	if (word) {
		say("unknown command \"%s\"", word);
		fputs("\n", stderr);
	}
	help(stderr);
	return EXIT_TROUBLE;
}
