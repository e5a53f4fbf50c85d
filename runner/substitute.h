/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every $name in a line's unquoted words is replaced by its value, and the
 * result cut into words again: a value may be part of a word, or several, or none.
 */
#ifndef RUNNER_SUBSTITUTE_H
#define RUNNER_SUBSTITUTE_H

#include "runner/reader.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * struct binding - What a $name stands for
 * @value:  its text; NULL where it has none (yet): lines that use it cannot be read
 * @of:     for messages: "$left in row 14"
 * @column: index of an outcome column, -1
 */
struct binding {
	const char *name, *value, *of;
	int column;
};

/** struct bindings - All names; @open: there may be more, in lines that could not be read */
struct bindings {
	struct binding *list;
	size_t count;
	bool open;
};

/**
 * substitute() - The words of a line, all of them replaced
 * @a:   for the words
 * @c:   what is wrong: unknown names, words that grow too long or too many
 * @out: the words; as they stand where it fails
 *
 * Return: whether the line can be read
 */
bool substitute(const struct line *line, const struct bindings *b, struct arena *a,
		struct complaints *c, struct tokens *out);

/**
 * substitute_uses() - Tell which names a line uses
 * @used: one flag for each binding, set where it is used
 */
void substitute_uses(const struct line *line, const struct bindings *b, bool *used);

/** substitute_none() - Complain about each $name in a line that takes none; whether there is none */
bool substitute_none(const struct line *line, struct complaints *c);

#endif
