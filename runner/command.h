/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_COMMAND_H
#define RUNNER_COMMAND_H

struct err;

/** Exit statuses, the same for every command */
enum { EXIT_GOOD = 0, EXIT_RED = 1, EXIT_TROUBLE = 2 };
#define EXIT_HELP "exit status: 0 all as expected, 1 some trial failed, 2 we could not do our job\n"
#define EXIT_HELP_ASKED "exit status: 0 the answer was given, 2 we could not do our job\n"

/** struct invocation - How a command was called; @argv[0] is the command's name */
struct invocation {
	const char *program, *version;
	int argc;
	char **argv;
};

/*
 * The commands. Each returns an exit status; or a negative errno, and then @e
 * says what we could not do, for main to print.
 */
int cmd_run(const struct invocation *i, struct err *e);
int cmd_list(const struct invocation *i, struct err *e);
int cmd_check(const struct invocation *i, struct err *e);
int cmd_judge(const struct invocation *i, struct err *e);
int cmd_report(const struct invocation *i, struct err *e);
int cmd_diff(const struct invocation *i, struct err *e);
int cmd_merge(const struct invocation *i, struct err *e);
int cmd_ladder(const struct invocation *i, struct err *e);
int cmd_doubt(const struct invocation *i, struct err *e);
int cmd_coverage(const struct invocation *i, struct err *e);
int cmd_guest(const struct invocation *i, struct err *e);
int cmd_try(const struct invocation *i, struct err *e);
int cmd_new(const struct invocation *i, struct err *e);
int cmd_fmt(const struct invocation *i, struct err *e);
int cmd_words(const struct invocation *i, struct err *e);

#endif
