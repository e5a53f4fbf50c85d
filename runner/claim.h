/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A claim of the question that the cases answer, as a file names it. */
#ifndef RUNNER_CLAIM_H
#define RUNNER_CLAIM_H

#include <stdbool.h>

enum { CLAIMS_MOST = 64 };

/**
 * claim_read() - `about Claim 7: what it claims`
 * @number: out, 1 to CLAIMS_MOST - 1
 * @claim:  out, within @about
 */
bool claim_read(const char *about, int *number, const char **claim);

#endif
