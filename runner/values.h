/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What stands behind a verb: ports, socket options, results, numbers, bounds.
 * Each is read from a line into its type of runner/scenario.h.
 */
#ifndef RUNNER_VALUES_H
#define RUNNER_VALUES_H

#include "runner/names.h"
#include "runner/reader.h"
#include "runner/scenario.h"

#include <stdbool.h>

/** value_host_name() - By number, for reader_choose() */
const char *value_host_name(int host);

/** value_locus() - [SPOT:]PORT; @zero: port 0 may be said */
struct locus value_locus(struct reader *r, enum spot usual, bool zero);

/** value_spot() - SPOT or SPOT:PORT; port 0 where none is said */
struct locus value_spot(struct reader *r);

/**
 * value_expr() - [CONN.]HOST.FIELD[+N|-N]
 * @own:   the command has a connection of its own, which no CONN means
 * @plain: a plain number up to @plain may stand there; 0: none may
 * @use:   USE_LATER where the connection may be made further down
 */
struct expr value_expr(struct reader *r, struct names *n, bool own, int64_t plain,
		       unsigned int use);

/**
 * value_options() - Socket options, up to the first word that is none
 * @verb:  where they are said, for messages
 * @where: ON_LISTEN and so on
 * @self:  the connection that an `isn` without CONN means; -1 for none
 * @also:  words that may follow, for suggestions
 */
struct options value_options(struct reader *r, struct names *n, const char *verb,
			     unsigned int where, int self, const char *const *also);

/** Which results a step may have besides ok and an errno; or-ed */
enum { RESULT_DATA = 1, RESULT_PROGRAM = 2 };

/** value_signal() - A word in hand is a signal's name; 0 after a complaint */
int value_signal(struct reader *r, const struct token *t);

/** value_result() - What stands behind `=>`, which is read already */
void value_result(struct reader *r, unsigned int may, struct outcome *want);

/** value_bound() - `within D`, `for D`, `between A and B [from MARK]`; @may: 1 << BOUND_* or-ed */
void value_bound(struct reader *r, struct names *n, unsigned int may, struct bound *b);

/** value_between() - `A and B`, the word between being read already; TICK may stand in both */
void value_between(struct reader *r, struct span *low, struct span *high);

/** value_sysctl_key() - A sysctl's name, checked as far as no kernel is needed */
const char *value_sysctl_key(struct reader *r);

/** value_sysctl_value() - All words up to one of @end (NULL: up to the end), joined by blanks */
const char *value_sysctl_value(struct reader *r, const char *const *end);

/** value_counter() - A counter's name as nstat prints it */
const char *value_counter(struct reader *r);

#endif
