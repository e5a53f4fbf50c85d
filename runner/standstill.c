// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/standstill.h"

#include "lib/auto.h"
#include "lib/clock.h"
#include "runner/pause.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void tell(struct play *p)
{
	const struct pause at = {
		.pid = getpid(), .host = { lab_ns(p->lab, HOST_CLIENT), lab_ns(p->lab, HOST_SERVER) },
		.wire = p->trial->wire,
	};
	char text[PAUSE_TEXT_ROOM];
	struct event ev = pause_event(&at, text);

	ev.at_ns = INT64_MIN;
	ev.round = -1;
	play_tell(p, ev);
	play_flush(p);
}

void standstill(struct play *p)
{
	struct signalfd_siginfo info;
	autofd told = -1;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	told = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (told < 0) {
		err_sys(&p->err, "pause: signalfd");
		play_broken(p, &p->err);
		return;
	}
	tell(p);
	while (!p->over && read(told, &info, sizeof(info)) != sizeof(info))
		play_wait(p, play_now(p) + 3600 * NS_PER_S, told, POLLIN);
	play_settle(p);
}
