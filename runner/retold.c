// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/retold.h"

#include "runner/parse.h"
#include "runner/recorded.h"

void retold_read(const struct recorded *run, size_t item, struct retold *x)
{
	*x = (struct retold){ 0 };
	x->recorded = recorded_verdict(run, item, &x->trial, &x->arena, &x->events, &x->verdict);
}

void retold_fini(struct retold *x)
{
	trial_fini(&x->trial);
	arena_free(&x->arena);
}
