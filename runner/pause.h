/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A trial that stands still: how the child tells of it, and how a person gets in. */
#ifndef RUNNER_PAUSE_H
#define RUNNER_PAUSE_H

#include "runner/event.h"

/**
 * struct pause - Where the hosts of a trial can be entered
 * @host: descriptors of @pid, one for each host's namespace; twice the same for a loopback
 * @wire: 1 where all that they send crosses by a wire, else 0
 */
struct pause {
	int pid;
	int host[HOST_COUNT];
	int wire;
};

/** pause_event() - To be told; @text: room for what the event borrows */
enum { PAUSE_TEXT_ROOM = 80 };
struct event pause_event(const struct pause *at, char text[PAUSE_TEXT_ROOM]);

/** pause_read() - An EVENT_PAUSE. Return: whether it is one */
bool pause_read(const struct event *ev, struct pause *at);

/**
 * pause_commands() - What to type in another terminal: a shell, ss, nstat and tcpdump on each host
 * @own_user: the hosts are in a user namespace of @pid's own, to be entered first
 */
void pause_commands(const struct pause *at, bool own_user, struct buf *out);

#endif
