/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_CLAUSES_H
#define RUNNER_CLAUSES_H

/**
 * clause_words() - What a clause demands, in one sentence of our own
 * @ref: as a `ref` line names it: "RFC 9293 3.6.1", "RFC 9293 3.6 case 3"
 *
 * A reminder for who reads a failure, not the clause itself. Of a section that
 * is not in the table nothing is said, rather than what the one around it asks.
 *
 * Return: NULL where the table has none
 */
const char *clause_words(const char *ref);

#endif
