// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/verdict.h"

const char *const verdict_name[VERDICT_COUNT] = {
	[VERDICT_PASS]		= "pass",
	[VERDICT_FAIL]		= "fail",
	[VERDICT_SKIP]		= "skip",
	[VERDICT_TODO]		= "todo",
	[VERDICT_TODO_PASSED]	= "todo-passed",
	[VERDICT_BROKEN]	= "broken",
	[VERDICT_TIMING]	= "timing",
};

int verdict_red(enum verdict_kind k)
{
	return k == VERDICT_FAIL || k == VERDICT_TODO_PASSED || k == VERDICT_BROKEN ||
	       k == VERDICT_TIMING;
}
