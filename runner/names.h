/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The names of a trial: axes, outcome columns, connections, sockets, programs,
 * marks and held frames, in one space. All of a file's names are foreseen before its
 * steps are read, so that a step may speak of what comes later where that makes
 * sense, and a name that is used too early is told from one that never comes.
 */
#ifndef RUNNER_NAMES_H
#define RUNNER_NAMES_H

#include "runner/reader.h"
#include "runner/scenario.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct names - The names so far
 * @list:  what becomes a trial's names; indexes into it stand in its steps
 * @state: what reading the steps knows of each
 */
struct names {
	struct arena *arena;
	struct name *list;
	struct name_state {
		bool made;			/* its line was read */
		enum verb by;			/* NAME_HELD: the command that keeps it */
		int started[HOST_COUNT];	/* line of a call that nobody awaited yet, 0 for none */
		enum verb call[HOST_COUNT];	/* that call */
		int cut[HOST_COUNT];		/* line of the step that took away what it needs, 0 for none */
	} *state;
	size_t count;
};

/** name_fault() - Why a word cannot be a name, or NULL; @s need not be terminated */
const char *name_fault(const char *s, size_t len);

/** names_find() - A name's index, or -1 */
int names_find(const struct names *n, const char *s, size_t len);

/** names_foresee() - A name will come; one known already is left as it is. Return: its index, -1 if there are too many */
int names_foresee(struct names *n, const struct word *w, enum name_kind kind, enum host opener);

/**
 * names_make() - A line gives a name
 * @again: it may have been given before in the same way
 *
 * Return: its index, or -1 after a complaint
 */
int names_make(struct names *n, struct reader *r, enum name_kind kind, enum host opener,
	       bool again);

/** names_made() - The same for a line that cannot be read: no questions asked */
void names_made(struct names *n, const struct word *w);

/** Which kinds of names are meant; or-ed. USE_LATER: it may also be made further down */
enum {
	USE_CONN = 1 << NAME_CONN, USE_SOCKET = 1 << NAME_SOCKET, USE_MARK = 1 << NAME_MARK,
	USE_HELD = 1 << NAME_HELD, USE_PROGRAM = 1 << NAME_PROGRAM, USE_LATER = 1 << 30,
};

/** names_use() - The next word speaks of a name. Return: its index, or -1 after a complaint */
int names_use(struct names *n, struct reader *r, unsigned int kinds);

/** names_use_token() - The same for a word in hand */
int names_use_token(struct names *n, struct reader *r, const struct token *t, unsigned int kinds);

#endif
