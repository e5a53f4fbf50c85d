// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/pulse.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STAT_MOST = 4096, CHILDREN_MOST = 1 << 20 };

struct stat_line {
	char state;
	unsigned long long ticks;
};

/* The name, in brackets, may hold anything: what counts comes behind the last bracket */
static bool read_stat(const char *path, struct stat_line *s)
{
	autobuf text = { 0 };
	unsigned long long user, kernel;
	const char *rest;
	struct err e;

	if (buf_read_file(&text, path, STAT_MOST, &e))
		return false;
	rest = strrchr(buf_text(&text), ')');
	if (!rest || sscanf(rest, ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu", &s->state,
			    &user, &kernel) != 3)
		return false;
	s->ticks = user + kernel;
	return true;
}

int64_t pulse_cpu_ns(pid_t pid)
{
	const long hz = sysconf(_SC_CLK_TCK);
	struct stat_line s;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	return hz > 0 && read_stat(path, &s) ? (int64_t)s.ticks * (NS_PER_S / hz) : 0;
}

static bool threads_want(pid_t pid)
{
	char path[300];
	const struct dirent *d;
	bool wants = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	while (dir && !wants && (d = readdir(dir))) {
		struct stat_line s;

		snprintf(path, sizeof(path), "/proc/%d/task/%s/stat", (int)pid, d->d_name);
		wants = d->d_name[0] != '.' && read_stat(path, &s) && s.state == 'R';
	}
	if (dir)
		closedir(dir);
	return wants;
}

bool pulse_wants(pid_t pid)
{
	autobuf children = { 0 };
	char path[64], *word, *rest;
	struct err e;

	if (threads_want(pid))
		return true;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)pid, (int)pid);
	if (buf_read_file(&children, path, CHILDREN_MOST, &e) || !children.len)
		return false;
	for (word = strtok_r(children.s, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (threads_want(atoi(word)))
			return true;
	return false;
}
