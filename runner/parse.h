/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_PARSE_H
#define RUNNER_PARSE_H

#include "runner/scenario.h"

struct facts;
struct store;

/**
 * parse_stored() - Read a whole file and check everything that can be checked
 * @path: for messages
 * @name: topic/file (copied)
 * @text, @len: the file; must outlive the scenario
 * @store: where all that is kept stands, until store_free(); NULL: where it is freed
 * @s:    out; freed by scenario_fini() in any case
 * @c:    all that is wrong, warnings too
 *
 * Every variant under every row that some kernel would choose is parsed here
 * once and thrown away, so that parse_trial() cannot fail later.
 *
 * Return: whether there is no error
 */
bool parse_stored(const char *path, const char *name, const char *text, size_t len,
		  struct store *store, struct scenario *s, struct complaints *c);

/** parse_scenario() - The same, with memory of its own */
bool parse_scenario(const char *path, const char *name, const char *text, size_t len,
		    struct scenario *s, struct complaints *c);

/**
 * parse_trial() - The typed steps of one variant
 * @s:       a scenario without errors
 * @variant: 0 to s->variants - 1
 * @facts:   the kernel it is meant for
 * @t:       out; freed by trial_fini()
 */
void parse_trial(const struct scenario *s, size_t variant, const struct facts *facts,
		 struct trial *t);

void scenario_fini(struct scenario *s);
void trial_fini(struct trial *t);

#endif
