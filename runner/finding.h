/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a trial came to, its times left out: what two runs can agree on. */
#ifndef RUNNER_FINDING_H
#define RUNNER_FINDING_H

#include "runner/verdict.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct past;
struct retold;

/** struct finding_value - What the file's table says of this kernel, where the trial passed */
struct finding_value {
	const char *column, *value;
};

/**
 * struct finding - One outcome
 * @line:    of the file, that it hangs on; 0: none
 * @message: in one line; NULL where the kind says all
 * @key:     what is compared
 */
struct finding {
	enum verdict_kind kind;
	int line;
	const char *message;
	struct finding_value *value;
	size_t values;
	const char *key;
};

/**
 * finding_read() - A trial's outcome
 * @past: what the run itself said: its kind of verdict holds, whatever the record says
 * @a:    holds the texts
 *
 * Two trials that passed have the same outcome where the table's row for each says the
 * same; two that failed, where the same step saw the same. The line does not count (a
 * file may have got a comment), nor do durations, nor ports that the kernel chose, nor
 * why we could not judge one.
 */
void finding_read(const struct retold *x, const struct past *past, struct arena *a,
		  struct finding *o);

/** finding_verb - "passes", "fails", ... */
extern const char *const finding_verb[VERDICT_COUNT];

/**
 * finding_fold() - Append a text, each duration in it (20ms, 1.25s) as a mere *
 */
void finding_fold(struct buf *b, const char *text);

#endif
