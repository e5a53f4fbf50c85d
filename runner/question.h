/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One case, held in memory, asked of the kernel: what it saw, and a picture of each trial. */
#ifndef RUNNER_QUESTION_H
#define RUNNER_QUESTION_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "runner/facts.h"
#include "runner/suite.h"
#include "runner/verdict.h"

struct err;

/**
 * struct question_trial - One of its variants, after it was asked
 * @name:    with its variant
 * @kind, @message: its verdict, the message NULL for none
 * @picture: its ladder; "" where it was not played
 */
struct question_trial {
	const char *name;
	enum verdict_kind kind;
	const char *message;
	const char *picture;
};

/**
 * struct question - A case's text, and what came of it
 * @trial:  by the suite's items, once question_ask() was called
 * @filled: the text with its `?` filled as far as something was seen, laid out
 * @red, @ours, @skipped: trials that failed, that we could not play, that this kernel has nothing for
 * @signal: that cut it short; 0 for none
 */
struct question {
	struct arena arena;
	struct suite suite;
	struct facts facts;
	struct question_trial *trial;
	struct buf filled;
	size_t red, ours, skipped;
	int signal;
};

/**
 * question_read() - Take a text for a case
 * @name: as its trials are to be called; also its path in messages
 *
 * Errors: -EINVAL the text is wrong; what is wrong was put into @said
 */
int question_read(struct question *q, const char *name, const struct buf *text, struct buf *said,
		  struct err *e);

/**
 * question_may() - Gain the right to ask the kernel
 * Return: 0, or a negative errno with the reason why nobody can be asked here
 */
int question_may(struct err *e);

/**
 * question_ask() - Play all its trials and fill in what they saw
 * @said: what is to be told about it
 *
 * Return: 0, also where trials failed; or a negative errno
 */
int question_ask(struct question *q, const char *program, struct buf *said, struct err *e);

/** question_verdict() - Append what came of a trial, and why, for a terminal */
void question_verdict(const struct question_trial *t, struct buf *out);

void question_fini(struct question *q);

#endif
