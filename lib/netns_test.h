/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For tests that need namespaces of their own. */
#ifndef LIB_NETNS_TEST_H
#define LIB_NETNS_TEST_H

#include "lib/err.h"
#include "lib/netns.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

/** For `return` in a test's main(): what it needs is not to be had here */
enum { SKIPPED = 77 };

/** netns_test_allowed() - By privilege, or as root of a user namespace; else it is said why not */
static inline bool netns_test_allowed(void)
{
	struct err e;

	if ((geteuid() == 0 || !netns_own_user(&e)) && !netns_allowed(&e))
		return true;
	fprintf(stderr, "%s\n", e.text);
	return false;
}

#endif
