// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/sockets.h"

#include "lib/netns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif
#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

enum { REPAIR_SEND_QUEUE = 2, REPAIR_OFF_SILENTLY = -1 };

static int domain(const struct play *p, enum spot spot)
{
	return p->trial->family == FAMILY_IPV6 || spot == SPOT_MAPPED ? AF_INET6 : AF_INET;
}

static int make(const struct play *p, enum spot spot, struct err *e)
{
	const int fd = socket(domain(p, spot), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);

	return fd < 0 ? err_sys(e, "socket") : fd;
}

/* Return: one that was made ahead for the step being done; -1: none is left */
static int from_stock(struct play *p)
{
	for (size_t i = 0; i < p->stocks; i++)
		if (p->stock[i].step == p->step && p->stock[i].fd >= 0)
			return fd_keep(&p->stock[i].fd);
	return -1;
}

int socket_make(struct play *p, enum host host, enum spot spot, struct err *e)
{
	const int ready = from_stock(p);
	autons home = -1;

	if (ready >= 0)
		return ready;
	return netns_enter(&home, lab_ns(p->lab, host), e) ? e->code : make(p, spot, e);
}

int socket_stock(struct play *p, int step, int rounds, struct err *e)
{
	const struct step *s = &p->trial->step[step];
	autons home = -1;

	if (netns_enter(&home, lab_ns(p->lab, s->host), e))
		return e->code;
	for (; rounds; rounds--) {
		const int fd = make(p, s->verb == VERB_CONNECT ? s->remote.spot : s->local.spot, e);

		if (fd < 0)
			return e->code;
		p->stock = arena_grow(&p->arena, p->stock, p->stocks, sizeof(*p->stock));
		p->stock[p->stocks++] = (struct stock){ step, fd };
	}
	return 0;
}

static int set_number(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? errno : 0;
}

static int set_keepalive(int fd, const int value[3])
{
	int error = set_number(fd, SOL_SOCKET, SO_KEEPALIVE, 1);

	if (!error)
		error = set_number(fd, IPPROTO_TCP, TCP_KEEPIDLE, value[0]);
	if (!error)
		error = set_number(fd, IPPROTO_TCP, TCP_KEEPINTVL, value[1]);
	if (!error)
		error = set_number(fd, IPPROTO_TCP, TCP_KEEPCNT, value[2]);
	return error;
}

int socket_repair(int fd, bool on)
{
	return set_number(fd, IPPROTO_TCP, TCP_REPAIR, on ? 1 : REPAIR_OFF_SILENTLY);
}

/* The first sequence number of a real client, chosen: repair mode lets it be written. */
static int set_isn(struct play *p, int fd, const struct expr *isn, int conn)
{
	uint32_t value;
	struct err e;
	int error;

	if (!track_expr(p->track, isn, conn, &value)) {
		err_set(&e, -ENODATA, "isn: that number is not known yet");
		play_broken(p, &e);
		return ENODATA;
	}
	error = socket_repair(fd, true);
	if (!error)
		error = set_number(fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, REPAIR_SEND_QUEUE);
	if (!error)
		error = set_number(fd, IPPROTO_TCP, TCP_QUEUE_SEQ, (int)value);
	if (!error)
		error = socket_repair(fd, false);
	if (error)
		play_skip(p, "isn: TCP_REPAIR: %s", strerror(error));
	return error;
}

static int set_ports(struct play *p, int fd, const int ports[2])
{
	const int range = (int)((unsigned int)ports[1] << 16 | (unsigned int)ports[0]);
	const int error = set_number(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, range);

	if (error == ENOPROTOOPT)
		play_skip(p, "ports: IP_LOCAL_PORT_RANGE: %s", strerror(error));
	return error;
}

/* Timestamps as of another moment: their clock is the socket's own in repair mode. */
static int jump_clock(struct play *p, int fd, int ticks)
{
	uint32_t now;
	socklen_t len = sizeof(now);
	int error = getsockopt(fd, IPPROTO_TCP, TCP_TIMESTAMP, &now, &len) ? errno : 0;

	if (!error)
		error = socket_repair(fd, true);
	if (!error)
		error = set_number(fd, IPPROTO_TCP, TCP_TIMESTAMP, (int)(now + (uint32_t)ticks));
	if (!error)
		error = socket_repair(fd, false);
	if (error)
		play_skip(p, "clock: TCP_REPAIR, TCP_TIMESTAMP: %s", strerror(error));
	return error;
}

static bool said(const struct options *o, enum option which)
{
	return o->set & 1u << which;
}

int socket_set(struct play *p, int fd, const struct options *o, enum spot spot, int conn)
{
	int error = 0;

	if (said(o, OPTION_REUSEADDR))
		error = set_number(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	if (!error && said(o, OPTION_REUSEPORT))
		error = set_number(fd, SOL_SOCKET, SO_REUSEPORT, 1);
	if (!error && said(o, OPTION_NOPORT))
		error = set_number(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
	if (!error && said(o, OPTION_V6ONLY) && domain(p, spot) == AF_INET6)
		error = set_number(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!error && said(o, OPTION_LINGER2))
		error = set_number(fd, IPPROTO_TCP, TCP_LINGER2, o->linger2);
	if (!error && said(o, OPTION_USER_TIMEOUT))
		error = set_number(fd, IPPROTO_TCP, TCP_USER_TIMEOUT,
				   (int)(o->user_timeout.ns / 1000000));
	if (!error && said(o, OPTION_KEEPALIVE))
		error = set_keepalive(fd, o->keepalive);
	if (!error && said(o, OPTION_PORTS))
		error = set_ports(p, fd, o->ports);
	if (!error && said(o, OPTION_CLOCK))
		error = jump_clock(p, fd, o->clock);
	if (!error && said(o, OPTION_ISN))
		error = set_isn(p, fd, &o->isn, conn);
	return error;
}

static socklen_t fill(struct sockaddr_storage *ss, struct ipaddr a, int port, int family)
{
	struct sockaddr_in6 *six = (void *)ss;
	struct sockaddr_in *four = (void *)ss;

	memset(ss, 0, sizeof(*ss));
	if (family == AF_INET) {
		four->sin_family = AF_INET;
		four->sin_port = htons((uint16_t)port);
		four->sin_addr = a.v4;
		return sizeof(*four);
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((uint16_t)port);
	six->sin6_addr = a.v6;
	return sizeof(*six);
}

static int family_of(int fd)
{
	int family = AF_INET;
	socklen_t len = sizeof(family);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &len);
	return family;
}

static socklen_t locate(struct play *p, int fd, enum host host, struct locus at,
			struct sockaddr_storage *ss)
{
	struct ipaddr a = lab_address(p->lab, host, at.spot);
	const int family = family_of(fd);

	if (a.family != family)		/* the wildcard of a socket that connects to a mapped address */
		a = (struct ipaddr){ .family = family };
	return fill(ss, a, at.port, family);
}

int socket_bind(struct play *p, int fd, enum host host, struct locus at)
{
	struct sockaddr_storage ss;
	const socklen_t len = locate(p, fd, host, at, &ss);

	return bind(fd, (struct sockaddr *)&ss, len) ? errno : 0;
}

static enum host destination(enum host from, struct locus to)
{
	if (to.spot == SPOT_LO)
		return from;
	return from == HOST_CLIENT ? HOST_SERVER : HOST_CLIENT;
}

int socket_connect(struct play *p, int fd, enum host host, struct locus to)
{
	struct sockaddr_storage ss;
	const socklen_t len = locate(p, fd, destination(host, to), to, &ss);

	return connect(fd, (struct sockaddr *)&ss, len) ? errno : 0;
}

int socket_disconnect(int fd)
{
	const struct sockaddr nowhere = { .sa_family = AF_UNSPEC };

	return connect(fd, &nowhere, sizeof(nowhere)) ? errno : 0;
}

int socket_linger(int fd, bool on, int seconds)
{
	const struct linger l = { on, seconds };

	return setsockopt(fd, SOL_SOCKET, SO_LINGER, &l, sizeof(l)) ? errno : 0;
}

bool socket_pair_of(struct play *p, int fd, enum host host, struct locus to, struct pair *pair)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct err e;

	if (getsockname(fd, (struct sockaddr *)&ss, &len)) {
		err_sys(&e, "a socket's own end");
		play_broken(p, &e);
		return false;
	}
	pair->local = play_address(&ss, &pair->local_port);
	locate(p, fd, destination(host, to), to, &ss);
	pair->remote = play_address(&ss, &pair->remote_port);
	return pair->local_port != 0;
}
