/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a command line says. One table serves the reader and the help. */
#ifndef RUNNER_OPTIONS_H
#define RUNNER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct buf;
struct err;

/** struct option_list - What an option that may come more than once collected */
struct option_list {
	const char *value[64];
	size_t count;
};

/**
 * struct option_spec - One option
 * @name:   without the dashes
 * @letter: 0 for none
 * @help:   NULL: for our own use, and not told of
 * @arg:    what its argument is called in the help; NULL where it takes none
 * @kind:   what @to points at; an OPTION_IS_INT lies between @low and @high
 *
 * An OPTION_IS_NO_FLAG takes back the flag that another row sets: the last one said holds.
 * A table ends with a row whose name is NULL.
 */
struct option_spec {
	const char *name;
	char letter;
	const char *arg, *help;
	enum { OPTION_IS_FLAG, OPTION_IS_NO_FLAG, OPTION_IS_INT, OPTION_IS_TEXT, OPTION_IS_LIST } kind;
	void *to;
	long low, high;
};

/**
 * options_parse() - Read a command's words
 * @argv:  the command's name first; its order is changed: what is no option comes last
 * @rest:  out: index of the first word that is no option
 * @help:  out: --help or -h was said
 *
 * Return: 0, or -EINVAL with what is wrong in @e
 */
int options_parse(const struct option_spec *table, int argc, char **argv, int *rest, bool *help,
		  struct err *e);

/** options_help() - The table as lines of help */
void options_help(const struct option_spec *table, struct buf *out);

#endif
