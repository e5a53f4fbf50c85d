// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/diag.h"

#include "lib/arena.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/netns.h"
#include "lib/nl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's own states beyond those of <netinet/tcp.h> */
enum { STATE_NEW_SYN_RECV = 12, DUMPS_MOST = 20, TIMER_NONE = 0 };

struct diag {
	struct nl *nl;
};

int diag_open(struct diag **d, int ns, struct err *e)
{
	struct diag *new = malloc(sizeof(*new));

	if (!new)
		return err_sys(e, "sock_diag");
	if (nl_open(&new->nl, NETLINK_SOCK_DIAG, ns, e)) {
		free(new);
		return err_in(e, "sock_diag");
	}
	*d = new;
	return 0;
}

void diag_close(struct diag *d)
{
	if (!d)
		return;
	nl_close(d->nl);
	free(d);
}

static void put_address(__be32 to[4], const struct ipaddr *from)
{
	if (from->family == AF_INET6)
		memcpy(to, &from->v6, sizeof(from->v6));
	else
		memcpy(to, &from->v4, sizeof(from->v4));
}

static struct inet_diag_req_v2 request_for(const struct pair *p, uint64_t cookie)
{
	struct inet_diag_req_v2 r = {
		.sdiag_family = (uint8_t)p->local.family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0u,
		.id = {
			.idiag_sport = htons(p->local_port),
			.idiag_dport = htons(p->remote_port),
			.idiag_cookie = { (uint32_t)cookie, (uint32_t)(cookie >> 32) },
		},
	};

	put_address(r.id.idiag_src, &p->local);
	put_address(r.id.idiag_dst, &p->remote);
	return r;
}

static int plain_state(const struct inet_diag_msg *m)
{
	return m->idiag_state == STATE_NEW_SYN_RECV ? TCP_SYN_RECV : m->idiag_state;
}

struct finding {
	const struct pair *pair;
	struct diag_sock *out;
	bool found;
};

static const struct inet_diag_msg *message(const struct nlmsghdr *m)
{
	if (m->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    mnl_nlmsg_get_payload_len(m) < sizeof(struct inet_diag_msg))
		return NULL;
	return mnl_nlmsg_get_payload(m);
}

static struct diag_sock sock_of(const struct inet_diag_msg *m)
{
	return (struct diag_sock) {
		.state = plain_state(m),
		.timer = m->idiag_timer,
		.left_ns = m->idiag_timer == TIMER_NONE ? -1 : m->idiag_expires * NS_PER_MS,
		.cookie = m->id.idiag_cookie[0] | (uint64_t)m->id.idiag_cookie[1] << 32,
		.inode = m->idiag_inode,
		.recvq = m->idiag_rqueue,
		.sendq = m->idiag_wqueue,
		.retransmits = m->idiag_retrans,
	};
}

/* Where no socket has the four-tuple the kernel hands out the listener that a
   SYN would reach: its far end is not ours */
static void see_socket(void *ctx, const struct nlmsghdr *nlh)
{
	struct finding *f = ctx;
	const struct inet_diag_msg *m = message(nlh);

	if (!m || m->idiag_state == TCP_LISTEN ||
	    m->id.idiag_dport != htons(f->pair->remote_port))
		return;
	f->found = true;
	*f->out = sock_of(m);
}

int diag_look(struct diag *d, const struct pair *p, struct diag_sock *out, struct err *e)
{
	const struct inet_diag_req_v2 r = request_for(p, ~0ull);
	struct finding f = { .pair = p, .out = out };
	struct nl_batch b = { 0 };

	nl_begin(&b, SOCK_DIAG_BY_FAMILY, 0, &r, sizeof(r), "look up a socket");
	if (nl_send(d->nl, &b, see_socket, &f, e))
		return e->code;
	if (!f.found)
		return err_set(e, -ENOENT, "look up a socket: only a listener would answer");
	return 0;
}

struct census {
	const struct diag_filter *which;
	unsigned int count;
};

static bool has_ports(const struct inet_diag_msg *m, const struct diag_filter *which)
{
	return (!which->local_port || m->id.idiag_sport == htons(which->local_port)) &&
	       (!which->remote_port || m->id.idiag_dport == htons(which->remote_port));
}

static void count_socket(void *ctx, const struct nlmsghdr *nlh)
{
	struct census *c = ctx;
	const struct inet_diag_msg *m = message(nlh);

	if (m && plain_state(m) == c->which->state && has_ports(m, c->which))
		c->count++;
}

/* A dump that was interrupted tells some twice and some never: @forget what it told, and ask again */
static int dump(struct diag *d, int family, uint32_t states, nl_reply see, void (*forget)(void *),
		void *ctx, struct err *e)
{
	const struct inet_diag_req_v2 r = {
		.sdiag_family = (uint8_t)family, .sdiag_protocol = IPPROTO_TCP,
		.idiag_states = states,
	};
	struct nl_batch b = { 0 };
	int code = -EINTR;

	for (int i = 0; i < DUMPS_MOST && code == -EINTR; i++) {
		forget(ctx);
		nl_begin(&b, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &r, sizeof(r), "list sockets");
		code = nl_send(d->nl, &b, see, ctx, e);
	}
	return code;
}

static void forget_count(void *ctx)
{
	((struct census *)ctx)->count = 0;
}

static int count_family(struct diag *d, int family, const struct diag_filter *which,
			unsigned int *count, struct err *e)
{
	const uint32_t also = which->state == TCP_SYN_RECV ? 1u << STATE_NEW_SYN_RECV : 0;
	struct census c = { .which = which };
	const int code = dump(d, family, 1u << which->state | also, count_socket, forget_count, &c, e);

	if (!code)
		*count += c.count;
	return code;
}

int diag_count(struct diag *d, int family, const struct diag_filter *which, unsigned int *count,
	       struct err *e)
{
	unsigned int n = 0;

	if (which->state < TCP_ESTABLISHED || which->state > TCP_CLOSING)
		return err_set(e, -EINVAL, "list sockets: there is no state %d", which->state);
	if (family != AF_INET6 && count_family(d, AF_INET, which, &n, e))
		return e->code;
	if (family != AF_INET && count_family(d, AF_INET6, which, &n, e))
		return e->code;
	*count = n;
	return 0;
}

struct listing {
	struct arena *a;
	struct diag_entry *list;
	size_t count, kept;	/* kept: of the families before */
	int family;
};

static void forget_family(void *ctx)
{
	struct listing *l = ctx;

	l->count = l->kept;
}

static struct ipaddr address_of(int family, const __be32 from[4])
{
	struct ipaddr a = { .family = family };

	if (family == AF_INET6)
		memcpy(&a.v6, from, sizeof(a.v6));
	else
		memcpy(&a.v4, from, sizeof(a.v4));
	return a;
}

static void list_socket(void *ctx, const struct nlmsghdr *nlh)
{
	struct listing *l = ctx;
	const struct inet_diag_msg *m = message(nlh);

	if (!m)
		return;
	l->list = arena_grow(l->a, l->list, l->count, sizeof(*l->list));
	l->list[l->count++] = (struct diag_entry) {
		.pair = {
			.local = address_of(l->family, m->id.idiag_src),
			.remote = address_of(l->family, m->id.idiag_dst),
			.local_port = ntohs(m->id.idiag_sport),
			.remote_port = ntohs(m->id.idiag_dport),
		},
		.sock = sock_of(m),
	};
}

int diag_list(struct diag *d, struct arena *a, struct diag_entry **list, size_t *count,
	      struct err *e)
{
	static const int family[] = { AF_INET, AF_INET6 };
	struct listing l = { .a = a };

	for (size_t i = 0; i < sizeof(family) / sizeof(family[0]); i++) {
		l.family = family[i];
		l.kept = l.count;
		if (dump(d, family[i], ~0u, list_socket, forget_family, &l, e))
			return e->code;
	}
	*list = l.list;
	*count = l.count;
	return 0;
}

/* By its cookie, so that a listener, or the next to use the addresses, is safe */
int diag_destroy(struct diag *d, const struct pair *p, struct err *e)
{
	struct inet_diag_req_v2 r;
	struct nl_batch b = { 0 };
	struct diag_sock sock;

	if (diag_look(d, p, &sock, e))
		return e->code;
	r = request_for(p, sock.cookie);
	nl_begin(&b, SOCK_DESTROY, NLM_F_ACK, &r, sizeof(r), "destroy a socket");
	return nl_send(d->nl, &b, NULL, NULL, e);
}

/* The names of sockets, gathered before the first is destroyed */
struct roll {
	struct inet_diag_req_v2 *list;
	size_t count, room;
	bool full;
};

static void note_orphan(void *ctx, const struct nlmsghdr *nlh)
{
	struct roll *l = ctx;
	const struct inet_diag_msg *m = message(nlh);

	if (!m || m->idiag_inode || l->full)
		return;
	if (l->count == l->room) {
		const size_t room = l->room ? 2 * l->room : 64;
		void *more = realloc(l->list, room * sizeof(*l->list));

		l->full = !more;
		if (!more)
			return;
		l->list = more;
		l->room = room;
	}
	l->list[l->count++] = (struct inet_diag_req_v2) {
		.sdiag_family = m->idiag_family, .sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0u, .id = m->id,
	};
}

static int destroy_all(struct diag *d, const struct roll *l, struct err *e)
{
	int worst = 0;

	for (size_t i = 0; i < l->count && worst != -EOPNOTSUPP; i++) {
		struct nl_batch b = { 0 };
		int rc;

		nl_begin(&b, SOCK_DESTROY, NLM_F_ACK, &l->list[i], sizeof(l->list[i]),
			 "destroy a socket");
		rc = nl_send(d->nl, &b, NULL, NULL, e);
		if (rc && rc != -ENOENT)
			worst = rc;
	}
	return worst;
}

int diag_destroy_orphans(struct diag *d, struct err *e)
{
	static const int families[] = { AF_INET, AF_INET6 };
	struct roll l = { 0 };
	int code = 0;

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]) && !code; i++) {
		const struct inet_diag_req_v2 r = {
			.sdiag_family = (uint8_t)families[i], .sdiag_protocol = IPPROTO_TCP,
			.idiag_states = ~(1u << TCP_LISTEN | 1u << TCP_TIME_WAIT),
		};
		struct nl_batch b = { 0 };

		nl_begin(&b, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &r, sizeof(r), "list sockets");
		code = nl_send(d->nl, &b, note_orphan, &l, e);
		if (code == -EINTR)	/* the list changed meanwhile: what it has is right */
			code = 0;
	}
	if (!code)
		code = destroy_all(d, &l, e);
	free(l.list);
	return code;
}
