/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_SOCKOPTS_H
#define RUNNER_SOCKOPTS_H

#include <stddef.h>

/** struct sockopt - A socket option by its name in the headers; the list ends with a NULL name */
struct sockopt {
	const char *name;
	int level, number;
};

/**
 * sockopts - What `needs option` and `has` may name
 *
 * The numbers are Linux's own, so that headers older than the kernel do.
 */
extern const struct sockopt sockopts[];

/** sockopt_find() - One by its name, or NULL */
const struct sockopt *sockopt_find(const char *name, size_t len);

/** sockopt_nearest() - The name somebody may have meant, or NULL */
const char *sockopt_nearest(const char *name, size_t len);

#endif
