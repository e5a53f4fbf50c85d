/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Segments that no host sent (`wire send`), told apart by what their receiver knows. */
#ifndef RUNNER_COVERAGE_MADE_H
#define RUNNER_COVERAGE_MADE_H

#include "runner/coverage_words.h"
#include "runner/scenario.h"

struct model;

/** made_number() - A SYN's number. @off: from the one that is expected next, modulo 2^32 */
enum syn_number made_number(int64_t off);

/**
 * made_arrives() - The segment of a `wire send` meets whoever has its pair
 *
 * Of what it does there only that is done which follows in any case: an exact
 * RST ends the connection, a FIN in turn is taken.
 */
void made_arrives(struct model *m, const struct pattern *p);

#endif
