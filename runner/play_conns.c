// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which connection is whose: what a listener's queue gives is the far end of one
 * that a step began, and a program's SYN begins the one that a step adopts.
 */
#include "runner/play.h"

#include "lib/err.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* False: the other end is gone already; or we could not ask, and then the trial is over */
static bool pair_of(struct play *p, int fd, struct pair *pair)
{
	struct sockaddr_storage here, there;
	socklen_t len = sizeof(here), len2 = sizeof(there);
	struct err e;

	if (getsockname(fd, (struct sockaddr *)&here, &len) ||
	    getpeername(fd, (struct sockaddr *)&there, &len2)) {
		if (errno != ENOTCONN) {
			err_sys(&e, "the ends of an accepted connection");
			play_broken(p, &e);
		}
		return false;
	}
	pair->local = play_address(&here, &pair->local_port);
	pair->remote = play_address(&there, &pair->remote_port);
	return true;
}

/*
 * Which connection a listener's child is the far end of: the last that set out
 * from that pair of ports, for it took the pair from those before.
 */
static int connection_from(const struct play *p, enum host host, const struct pair *pair)
{
	int newest = -1;

	for (size_t i = 0; i < p->trial->name_count; i++) {
		const struct name *n = &p->trial->names[i];
		const struct end *end = &p->conn[i].end[host];

		if (n->kind == NAME_CONN && p->conn[i].made && n->opener != host && end->fd < 0 &&
		    end->known && end->pair.remote_port == pair->remote_port &&
		    end->pair.local_port == pair->local_port &&
		    (newest < 0 || end->known_ns >= p->conn[newest].end[host].known_ns))
			newest = (int)i;
	}
	return newest;
}

bool play_accept(struct play *p, struct listener *l)
{
	struct pair pair;
	const int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct err e;
	int conn;

	if (fd < 0) {
		/* Short of descriptors or of memory; the rest is the connection's own end */
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS) {
			err_sys(&e, "accept");
			play_broken(p, &e);
		}
		return false;
	}
	conn = pair_of(p, fd, &pair) ? connection_from(p, l->host, &pair) : -1;
	if (conn < 0) {
		play_spare(p, fd);
		return true;
	}
	p->conn[conn].end[l->host].fd = fd;
	play_tell(p, EVENT(EVENT_CALL, .word = "accept", .conn = conn, .host = l->host));
	return true;
}

/* On a loopback nothing but the port tells whose it is */
static bool is_from(const struct play *p, const struct wire_frame *f, enum host host)
{
	return p->trial->scenario->link == LINK_LOOPBACK ||
	       f->from == (host == HOST_CLIENT ? WIRE_LEFT : WIRE_RIGHT);
}

static struct pair pair_from(const struct segment *s)
{
	return (struct pair){ s->from, s->to, s->from_port, s->to_port };
}

/* Whether a step's own socket has the pair */
static bool is_ours(const struct play *p, enum host host, const struct pair *pair)
{
	for (size_t i = 0; i < p->trial->name_count; i++) {
		const struct end *end = &p->conn[i].end[host];

		if (end->known && end->fd >= 0 &&
		    end->pair.local_port == pair->local_port &&
		    end->pair.remote_port == pair->remote_port &&
		    ipaddr_same(&end->pair.local, &pair->local))
			return true;
	}
	return false;
}

void play_adopt(struct play *p, const struct wire_frame *f, const struct segment *s)
{
	const struct pair pair = pair_from(s), back = { s->to, s->from, s->to_port, s->from_port };

	for (size_t i = 0; i < p->trial->name_count; i++) {
		struct conn *c = &p->conn[i];
		const enum host host = p->trial->names[i].opener;

		if (!c->adopts || c->adopts != s->to_port || !is_from(p, f, host) ||
		    is_ours(p, host, &pair))
			continue;
		c->adopts = 0;
		c->made = true;
		play_pair(p, (int)i, host, &pair);
		play_pair(p, (int)i, host == HOST_CLIENT ? HOST_SERVER : HOST_CLIENT, &back);
		return;
	}
}
