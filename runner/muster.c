// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/muster.h"

#include "lib/err.h"
#include "runner/socket_row.h"

#include <netinet/tcp.h>
#include <string.h>

/* Whose end a socket is: of which connection, on which host */
struct owner {
	int conn;
	enum host host;
};

static struct ipaddr unmapped(struct ipaddr a)
{
	struct ipaddr four = { .family = AF_INET };

	if (a.family != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&a.v6))
		return a;
	memcpy(&four.v4, a.v6.s6_addr + 12, sizeof(four.v4));
	return four;
}

static bool same_end(const struct ipaddr *a, const struct ipaddr *b)
{
	const struct ipaddr plain = unmapped(*b);

	return ipaddr_same(a, &plain);
}

static bool same_pair(const struct pair *a, const struct pair *b)
{
	return a->local_port == b->local_port && a->remote_port == b->remote_port &&
	       same_end(&a->local, &b->local) && same_end(&a->remote, &b->remote);
}

/* By the incarnation where that is known, for another may have taken the pair */
static bool is_its(const struct end *end, const struct diag_entry *d)
{
	if (end->cookie)
		return end->cookie == d->sock.cookie;
	return end->known && same_pair(&end->pair, &d->pair);
}

static bool listens(const struct listener *l, const struct diag_entry *d)
{
	return l->fd >= 0 && d->sock.state == TCP_LISTEN && l->port == d->pair.local_port;
}

/* On a loopback both hosts are one, and only what is known of a socket tells whose it is */
static struct owner owner_of(const struct play *p, enum host host, const struct diag_entry *d)
{
	const bool shared = p->trial->scenario->link == LINK_LOOPBACK;

	for (size_t i = 0; i < p->trial->name_count; i++)
		for (int h = 0; h < HOST_COUNT; h++)
			if ((shared || h == (int)host) && is_its(&p->conn[i].end[h], d))
				return (struct owner){ (int)i, h };
	for (int i = 0; shared && i < p->listeners; i++)
		if (listens(&p->listener[i], d))
			return (struct owner){ -1, p->listener[i].host };
	return (struct owner){ -1, shared ? HOST_NONE : host };
}

static void tell_row(struct play *p, const struct diag_entry *d, struct owner o)
{
	char text[SOCKET_TEXT_ROOM];
	struct event ev = socket_row_event(o.host, o.conn, d, text);

	ev.at_ns = INT64_MIN;
	ev.round = -1;
	play_tell(p, ev);
}

/* The ends of named connections first: those are what the file is about */
static void tell_rows(struct play *p, enum host host, const struct diag_entry *list, size_t count)
{
	int told = 0;

	for (int named = 1; named >= 0; named--) {
		for (size_t i = 0; i < count && told < SOCKET_ROWS_MOST; i++) {
			const struct owner o = owner_of(p, host, &list[i]);

			if ((o.conn >= 0) != named)
				continue;
			tell_row(p, &list[i], o);
			told++;
		}
	}
	if (count > SOCKET_ROWS_MOST)
		play_tell(p, EVENT(EVENT_SOCKET, .host = host, .word = "more",
				   .number = (int64_t)(count - SOCKET_ROWS_MOST)));
}

static void muster_host(struct play *p, enum host host)
{
	struct diag_entry *list;
	struct arena a = { 0 };
	size_t count;
	struct err e;

	if (!diag_list(lab_diag(p->lab, host), &a, &list, &count, &e)) {
		if (!count)
			play_tell(p, EVENT(EVENT_SOCKET, .host = host, .word = "none"));
		tell_rows(p, host, list, count);
	}
	arena_free(&a);
}

void muster(struct play *p)
{
	if (p->over || !p->lab)
		return;
	if (p->trial->scenario->link == LINK_LOOPBACK) {
		muster_host(p, HOST_CLIENT);
		return;
	}
	for (int h = 0; h < HOST_COUNT; h++)
		muster_host(p, h);
}
