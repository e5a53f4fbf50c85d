/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_DIALOGUE_H
#define RUNNER_DIALOGUE_H

struct arena;
struct err;
struct story;

/**
 * dialogue_tell() - Have a story told, question by question
 * @s: what was said of it already is not asked
 * @a: holds the answers
 *
 * Questions go to standard error, answers come from standard input; an empty
 * one is the usual. What is none of the words is asked again.
 *
 * Errors: -ECANCELED the answers ended before the questions
 */
int dialogue_tell(struct story *s, struct arena *a, struct err *e);

#endif
