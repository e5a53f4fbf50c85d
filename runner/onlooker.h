/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a person sees of trials while they run: each step as it happens, and a
 * failed one that stands still with its hosts alive.
 */
#ifndef RUNNER_ONLOOKER_H
#define RUNNER_ONLOOKER_H

#include "runner/event.h"
#include "runner/tell.h"

#include <stdbool.h>

struct buf;
struct err;
struct progress;

/**
 * struct onlooker - Who looks on, and at what
 * @verbose: say each step
 * @pause:   stop at a failure; then @tty is the terminal to ask, see onlooker_open(); else -1
 * @many:    several trials run at once: say which one a line is about
 * @own_user: hosts stand in a user namespace of ours
 * @progress: where lines go; not NULL where @verbose
 */
struct onlooker {
	bool verbose, pause, many, own_user;
	int tty;
	struct progress *progress;
};

/**
 * onlooker_open() - Find the terminal that a pause asks
 * Errors: -ENOTTY there is none, or we are not in its foreground
 */
int onlooker_open(struct onlooker *o, struct err *e);
void onlooker_close(struct onlooker *o);

/** struct hearing - What was heard of a trial's child so far; all zero: nothing */
struct hearing {
	struct trial trial;
	bool begun;
	struct arena arena;
	struct events events;
};

/**
 * onlooker_hear() - A trial's child told one more thing
 * @w:    the trial: its item, the kernel, what it takes to play it again
 * @line, @len: without its end
 *
 * Return: whether the child stands still now: Enter at @tty lets it go on
 */
bool onlooker_hear(const struct onlooker *o, struct hearing *h, const struct telling *w,
		   const char *line, size_t len);

/** hearing_fini() - The child has ended */
void hearing_fini(struct hearing *h);

/** onlooker_answer() - Take in what was typed, so that the next pause does not read it */
void onlooker_answer(const struct onlooker *o);

#endif
