// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/graves.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static void collect(struct graves *g, bool wait)
{
	size_t kept = 0;

	for (size_t i = 0; i < g->dyings; i++)
		if (waitpid(g->dying[i], NULL, wait ? 0 : WNOHANG) == 0)
			g->dying[kept++] = g->dying[i];
	g->dyings = kept;
}

static void collect_first(struct graves *g)
{
	while (waitpid(g->dying[0], NULL, 0) < 0 && errno == EINTR)
		;
	memmove(g->dying, g->dying + 1, --g->dyings * sizeof(g->dying[0]));
}

/* Let those that rest die, at once. Who cannot be told to is not waited for: it ends with us */
static void release(struct graves *g)
{
	size_t told = 0;

	for (size_t i = 0; i < g->restings; i++)
		if (!kill(g->resting[i], SIGKILL))
			g->resting[told++] = g->resting[i];
	for (size_t i = 0; i < told; i++) {
		if (g->dyings == GRAVES_DYING_MOST)
			collect_first(g);
		g->dying[g->dyings++] = g->resting[i];
	}
	g->restings = 0;
}

void graves_lay(struct graves *g, pid_t pid)
{
	collect(g, false);
	g->resting[g->restings++] = pid;
	if (g->restings == GRAVES_RESTING_MOST)
		release(g);
}

bool graves_bury(struct graves *g)
{
	const bool any = g->restings || g->dyings;

	release(g);
	collect(g, true);
	return any;
}
