// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/pause.h"

#include "lib/buf.h"

#include <stdio.h>

struct event pause_event(const struct pause *at, char text[PAUSE_TEXT_ROOM])
{
	struct event ev = event_of(EVENT_PAUSE, 0);

	snprintf(text, PAUSE_TEXT_ROOM, "client=%d server=%d wire=%d", at->host[HOST_CLIENT],
		 at->host[HOST_SERVER], at->wire);
	ev.number = at->pid;
	ev.text = text;
	return ev;
}

bool pause_read(const struct event *ev, struct pause *at)
{
	char behind;

	*at = (struct pause){ 0 };
	if (ev->kind != EVENT_PAUSE || !ev->text || ev->number <= 0 || ev->number > INT32_MAX ||
	    sscanf(ev->text, "client=%9d server=%9d wire=%9d%c", &at->host[HOST_CLIENT],
		   &at->host[HOST_SERVER], &at->wire, &behind) != 3)
		return false;
	at->pid = (int)ev->number;
	return at->host[HOST_CLIENT] >= 0 && at->host[HOST_SERVER] >= 0;
}

static void add_command(const struct pause *at, bool own_user, const char *who, int fd,
			const char *command, struct buf *out)
{
	char user[64] = "";

	if (own_user)
		snprintf(user, sizeof(user), " -t %d -U --preserve-credentials", at->pid);
	buf_addf(out, "  %-7s nsenter%s --net=/proc/%d/fd/%d %s\n", who, user, at->pid, fd, command);
}

void pause_commands(const struct pause *at, bool own_user, struct buf *out)
{
	static const char *const command[] = {
		"ss -tanoie", "nstat -asz 'Tcp*'", "tcpdump -Z root -nni any tcp", "$SHELL",
	};
	static const char *const who[HOST_COUNT] = { "client", "server" };
	const bool shared = at->host[HOST_CLIENT] == at->host[HOST_SERVER];

	for (int h = 0; h < HOST_COUNT - shared; h++)
		for (size_t i = 0; i < sizeof(command) / sizeof(command[0]); i++)
			add_command(at, own_user, i ? "" : shared ? "both" : who[h], at->host[h],
				    command[i], out);
	if (at->wire)
		buf_adds(out, "  tcpdump has a segment that comes twice: P when it was sent, In once the wire lets it pass\n");
}
