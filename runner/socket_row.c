// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/socket_row.h"

#include "lib/diag.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* By the kernel's number (idiag_timer) */
static const char *const timers[] = { "", "retransmit", "keepalive", "time-wait", "probe" };

enum { TIMERS = sizeof(timers) / sizeof(timers[0]) };

static bool is_zero(const struct ipaddr *a)
{
	static const struct in6_addr zero;

	return a->family == AF_INET ? !a->v4.s_addr : !memcmp(&a->v6, &zero, sizeof(zero));
}

/* 192.0.2.1 8080; a mapped address as the IPv4 one that it is, the wildcard as * */
static void end_text(const struct ipaddr *a, char out[46])
{
	if (is_zero(a))
		snprintf(out, 46, "*");
	else if (a->family == AF_INET)
		inet_ntop(AF_INET, &a->v4, out, 46);
	else if (IN6_IS_ADDR_V4MAPPED(&a->v6))
		inet_ntop(AF_INET, a->v6.s6_addr + 12, out, 46);
	else
		inet_ntop(AF_INET6, &a->v6, out, 46);
}

struct event socket_row_event(enum host host, int conn, const struct diag_entry *d,
			      char text[SOCKET_TEXT_ROOM])
{
	struct event ev = event_of(EVENT_SOCKET, 0);
	const int timer = d->sock.timer >= 0 && d->sock.timer < TIMERS ? d->sock.timer : 0;
	const char *state = state_name(d->sock.state);
	char local[46], remote[46];

	end_text(&d->pair.local, local);
	end_text(&d->pair.remote, remote);
	snprintf(text, SOCKET_TEXT_ROOM, "%s %u %s %u %d %u %u %u", local, d->pair.local_port,
		 remote, d->pair.remote_port, timer, d->sock.recvq, d->sock.sendq,
		 d->sock.retransmits);
	ev.host = host;
	ev.conn = conn;
	ev.word = state ? state : "?";
	ev.number = d->sock.left_ns;
	ev.text = text;
	return ev;
}

static void join_end(char out[SOCKET_END_ROOM], const char *address, unsigned int port)
{
	const bool six = strchr(address, ':') != NULL;
	char number[8] = "*";

	if (port)
		snprintf(number, sizeof(number), "%u", port & 0xffff);
	snprintf(out, SOCKET_END_ROOM, "%s%.45s%s:%s", six ? "[" : "", address, six ? "]" : "", number);
}

static bool read_socket(const struct event *ev, struct socket_row *row)
{
	char local[46], remote[46], behind;
	unsigned int local_port, remote_port, timer;

	if (!ev->text || state_number(ev->word, strlen(ev->word)) < 0 ||
	    sscanf(ev->text, "%45s %5u %45s %5u %1u %10u %10u %3u%c", local, &local_port, remote,
		   &remote_port, &timer, &row->recvq, &row->sendq, &row->retransmits, &behind) != 8 ||
	    timer >= TIMERS)
		return false;
	join_end(row->local, local, local_port);
	join_end(row->remote, remote, remote_port);
	row->timer = timers[timer];
	row->left_ns = timer ? ev->number : -1;
	return true;
}

bool socket_row_read(const struct event *ev, struct socket_row *row)
{
	*row = (struct socket_row){ .host = ev->host, .state = ev->word, .conn = ev->conn,
				    .timer = "", .left_ns = -1 };
	if (ev->kind != EVENT_SOCKET || !ev->word)
		return false;
	if (!strcmp(ev->word, "none"))
		return true;
	if (!strcmp(ev->word, "more")) {
		row->left_out = ev->number;
		return true;
	}
	return read_socket(ev, row);
}
