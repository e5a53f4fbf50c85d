// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation: netstat and snmp pair a line of names with a line of
 * values, both begun by a group ("TcpExt:"); snmp6 has a name and a value on
 * each line. Some names come and go (IcmpMsg InType3), so all is read anew
 * each time. The files belong to the namespace they were opened in.
 */
#include "lib/counters.h"

#include "lib/auto.h"
#include "lib/err.h"
#include "lib/netns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_ROOM = 56, COUNTERS_MOST = 1024, TEXT_ROOM = 65536 };

static const struct {
	const char *path;
	bool paired;
} files[] = {
	{ "/proc/thread-self/net/netstat", true },
	{ "/proc/thread-self/net/snmp", true },
	{ "/proc/thread-self/net/snmp6", false },	/* absent where IPv6 is */
};
enum { FILE_COUNT = sizeof(files) / sizeof(files[0]) };

struct counters {
	int fd[FILE_COUNT];
	size_t count;
	struct counter {
		char name[NAME_ROOM];
		uint64_t value;
	} counter[COUNTERS_MOST];
	char text[TEXT_ROOM];
};

static int open_files(struct counters *c, struct err *e)
{
	for (size_t i = 0; i < FILE_COUNT; i++) {
		c->fd[i] = open(files[i].path, O_RDONLY | O_CLOEXEC);
		if (c->fd[i] < 0 && (errno != ENOENT || files[i].paired))
			return err_sys(e, "counters: %s", files[i].path);
	}
	return 0;
}

int counters_open(struct counters **c, int ns, struct err *e)
{
	struct counters *new;
	autons home = -1;

	if (netns_enter(&home, ns, e))
		return e->code;
	new = malloc(sizeof(*new));
	if (!new)
		return err_sys(e, "counters");
	new->count = 0;
	for (size_t i = 0; i < FILE_COUNT; i++)
		new->fd[i] = -1;
	if (open_files(new, e)) {
		counters_close(new);
		return e->code;
	}
	*c = new;
	return 0;
}

void counters_close(struct counters *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < FILE_COUNT; i++)
		fd_close(&c->fd[i]);
	free(c);
}

static void add(struct counters *c, const char *group, size_t group_len, const char *name,
		size_t name_len, const char *value)
{
	struct counter *new = &c->counter[c->count];

	if (c->count == COUNTERS_MOST || group_len + name_len >= NAME_ROOM)
		return;
	memcpy(new->name, group, group_len);
	memcpy(new->name + group_len, name, name_len);
	new->name[group_len + name_len] = '\0';
	/* TcpMaxConn is -1 */
	new->value = *value == '-' ? (uint64_t)strtoll(value, NULL, 10) : strtoull(value, NULL, 10);
	c->count++;
}

/* @names and @values both stand behind their "Group:" */
static void add_pairs(struct counters *c, const char *group, size_t group_len, const char *names,
		      const char *values)
{
	while (*names == ' ' && *values == ' ') {
		const size_t name_len = strcspn(++names, " \n");
		const size_t value_len = strcspn(++values, " \n");

		add(c, group, group_len, names, name_len, values);
		names += name_len;
		values += value_len;
	}
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static void take_paired(struct counters *c)
{
	const char *names = c->text, *values;

	for (; *names; names = next_line(values)) {
		const size_t group_len = strcspn(names, ":\n");

		values = next_line(names);
		if (names[group_len] == ':' && !strncmp(names, values, group_len + 1))
			add_pairs(c, names, group_len, names + group_len + 1,
				  values + group_len + 1);
	}
}

static void take_listed(struct counters *c)
{
	for (const char *line = c->text; *line; line = next_line(line)) {
		const size_t name_len = strcspn(line, " \t\n");
		const char *value = line + name_len;

		add(c, line, 0, line, name_len, value + strspn(value, " \t"));
	}
}

static int slurp(struct counters *c, size_t i, struct err *e)
{
	size_t len = 0;

	for (;;) {
		ssize_t n = pread(c->fd[i], c->text + len, sizeof(c->text) - 1 - len, (off_t)len);

		if (n < 0)
			return err_sys(e, "counters: %s", files[i].path);
		if (n == 0)
			break;
		len += (size_t)n;
	}
	c->text[len] = '\0';
	return 0;
}

int counters_read(struct counters *c, struct err *e)
{
	c->count = 0;
	for (size_t i = 0; i < FILE_COUNT; i++) {
		if (c->fd[i] < 0)
			continue;
		if (slurp(c, i, e))
			return e->code;
		if (files[i].paired)
			take_paired(c);
		else
			take_listed(c);
	}
	return 0;
}

int counters_get(const struct counters *c, const char *name, uint64_t *value, struct err *e)
{
	for (size_t i = 0; i < c->count; i++) {
		if (!strcmp(c->counter[i].name, name)) {
			*value = c->counter[i].value;
			return 0;
		}
	}
	return err_set(e, -ENOENT, "counter %s: this kernel has none of that name", name);
}

const char *counters_name(const struct counters *c, size_t i)
{
	return i < c->count ? c->counter[i].name : NULL;
}
