/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_DIAG_H
#define LIB_DIAG_H

#include "lib/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;
struct err;
struct diag;

/** struct pair - Both ends of a connection as one host sees it; ports in host byte order */
struct pair {
	struct ipaddr local, remote;
	uint16_t local_port, remote_port;
};

/**
 * struct diag_sock - What the kernel says of one socket
 * @state:   TCP_* of <netinet/tcp.h>; a mini-socket tells FIN-WAIT-2 or TIME-WAIT;
 *           TCP_NEW_SYN_RECV is told as TCP_SYN_RECV
 * @timer:   0 none, 1 retransmit, 2 keepalive, 3 TIME-WAIT, 4 zero window (idiag_timer)
 * @left_ns: until the timer, -1 where none runs
 * @cookie:  the incarnation: kept from SYN-RECEIVED to TIME-WAIT
 * @inode:   0 where no process holds it
 */
struct diag_sock {
	int state, timer;
	int64_t left_ns;
	uint64_t cookie;
	uint32_t inode;
	uint32_t recvq, sendq;
	uint8_t retransmits;
};

/** diag_open() - A sock_diag socket of one namespace (borrowed only during the call) */
int diag_open(struct diag **d, int ns, struct err *e);
void diag_close(struct diag *d);

/**
 * diag_look() - One socket by its exact four-tuple, about ten microseconds
 *
 * A listener that would answer for the pair is not the pair.
 * Errors: -ENOENT no such socket: never there, or already gone
 * Source: net/ipv4/inet_diag.c, inet_diag_find_one_icsk()
 */
int diag_look(struct diag *d, const struct pair *p, struct diag_sock *out, struct err *e);

/** struct diag_filter - Which sockets are meant; a port that is 0 may be any */
struct diag_filter {
	int state;		/* TCP_* of <netinet/tcp.h>, TCP_LISTEN too */
	uint16_t local_port, remote_port;
};

/**
 * diag_count() - How many sockets there are of a kind
 * @family: AF_INET or AF_INET6; AF_UNSPEC for both
 *
 * A dump; repeated when it was interrupted, with a limit. IPv4-mapped sockets
 * are listed under AF_INET6 by the kernel and counted there.
 */
int diag_count(struct diag *d, int family, const struct diag_filter *which, unsigned int *count,
	       struct err *e);

/** struct diag_entry - One socket of a namespace; @pair: ports 0 and the wildcard where there are none */
struct diag_entry {
	struct pair pair;
	struct diag_sock sock;
};

/**
 * diag_list() - All TCP sockets of the namespace, listeners and mini-sockets too
 * @a:    holds the list
 * @list: out; first what the kernel lists under AF_INET, then AF_INET6
 *
 * Dumps, as diag_count(); a mapped address comes as the kernel tells it, ::ffff:a.b.c.d.
 */
int diag_list(struct diag *d, struct arena *a, struct diag_entry **list, size_t *count,
	      struct err *e);

/**
 * diag_destroy() - Kill one socket (SOCK_DESTROY); a full one sends RST where its state asks for it
 * Errors: -ENOENT no such socket; -EOPNOTSUPP the kernel lacks INET_DIAG_DESTROY
 */
int diag_destroy(struct diag *d, const struct pair *p, struct err *e);

/**
 * diag_destroy_orphans() - Kill all connections that no process holds; TIME-WAIT stays
 * Errors: -EOPNOTSUPP the kernel lacks INET_DIAG_DESTROY
 */
int diag_destroy_orphans(struct diag *d, struct err *e);

#endif
