// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/nat.h"

#include <arpa/inet.h>
#include <linux/virtio_net.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

enum { ETHERNET = 14, CHECKSUM_AT = 16 };

bool nat_add(struct nat *n, const struct nat_rule *rule)
{
	for (size_t i = 0; i < n->rules; i++)
		if (n->rule[i].step == rule->step)
			return true;
	if (n->rules == NAT_RULES_MOST)
		return false;
	n->rule[n->rules++] = *rule;
	return true;
}

static bool same_place(const struct nat_place *a, const struct ipaddr *address, uint16_t port)
{
	return ipaddr_same(&a->address, address) && (!a->port || a->port == port);
}

/* ------------------------------------------------------------------- bytes */

static uint32_t folded(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* RFC 1624: a checksum follows a change of what it sums without a look at the rest. */
static void checksum_follows(uint8_t *sum, const uint8_t *before, const uint8_t *after, size_t len,
			     bool complemented)
{
	uint32_t s = complemented ? (uint16_t)~get16(sum) : get16(sum);

	for (size_t i = 0; i < len; i += 2)
		s = folded(s + (uint16_t)~get16(before + i) + get16(after + i));
	put16(sum, complemented ? (uint16_t)~s : s);
}

/* Where in the frame an end's address and port stand. */
struct spots {
	uint8_t *address, *port, *ip_sum, *tcp_sum;
	size_t address_len;
	bool unfinished;
};

static struct spots spots_of(struct wire_frame *f, const struct segment *s, bool source)
{
	uint8_t *ip = f->bytes + ETHERNET;
	const bool four = s->from.family == AF_INET;
	const struct virtio_net_hdr *vnet = (const void *)f->vnet;
	/* the decoder found the text: the TCP header is found from its other end */
	uint8_t *tcp = four ? ip + 4 * (ip[0] & 15) : ip + 40;

	return (struct spots){
		.address = ip + (four ? 12 : 8) + (source ? 0 : four ? 4 : 16),
		.address_len = four ? 4 : 16,
		.port = tcp + (source ? 0 : 2),
		.ip_sum = four ? ip + 10 : NULL,
		.tcp_sum = tcp + CHECKSUM_AT,
		.unfinished = vnet->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM,
	};
}

static void put_place(struct wire_frame *f, const struct segment *s, bool source,
		      const struct nat_place *p)
{
	const struct spots at = spots_of(f, s, source);
	const void *address = at.address_len == 4 ? (const void *)&p->address.v4 : &p->address.v6;
	uint8_t port[2];

	put16(port, (uint32_t)p->port);
	if (at.ip_sum)
		checksum_follows(at.ip_sum, at.address, address, at.address_len, true);
	checksum_follows(at.tcp_sum, at.address, address, at.address_len, !at.unfinished);
	if (!at.unfinished)	/* an unfinished sum is of the addresses only */
		checksum_follows(at.tcp_sum, at.port, port, sizeof(port), true);
	memcpy(at.address, address, at.address_len);
	memcpy(at.port, port, sizeof(port));
}

/* ------------------------------------------------------------------- flows */

static bool plain(const struct wire_frame *f, const struct segment *s)
{
	if (s->icmp || f->len < ETHERNET + 40)
		return false;
	return s->from.family == AF_INET || f->bytes[ETHERNET + 6] == IPPROTO_TCP;
}

static const struct nat_flow *known_flow(const struct nat *n, enum heading heading,
					 const struct segment *s)
{
	for (size_t i = n->flows; i-- > 0;)
		if (n->flow[i].heading == heading &&
		    same_place(&n->flow[i].inside, &s->from, s->from_port) &&
		    same_place(&n->flow[i].peer, &s->to, s->to_port))
			return &n->flow[i];
	return NULL;
}

static const struct nat_flow *answered_flow(const struct nat *n, enum heading heading,
					    const struct segment *s)
{
	for (size_t i = n->flows; i-- > 0;)
		if (n->flow[i].heading != heading &&
		    same_place(&n->flow[i].outside, &s->to, s->to_port) &&
		    same_place(&n->flow[i].peer, &s->from, s->from_port))
			return &n->flow[i];
	return NULL;
}

static const struct nat_flow *new_flow(struct nat *n, enum heading heading, const struct segment *s,
				       int *step)
{
	for (size_t i = n->rules; i-- > 0;) {
		const struct nat_rule *r = &n->rule[i];
		struct nat_flow *f = &n->flow[n->flows];

		if (r->heading != heading || !same_place(&r->from, &s->from, s->from_port) ||
		    n->flows == NAT_FLOWS_MOST)
			continue;
		*f = (struct nat_flow){
			.heading = heading,
			.inside = { s->from, s->from_port },
			.outside = { r->as.address, r->as.port ? r->as.port : s->from_port },
			.peer = { s->to, s->to_port },
		};
		n->flows++;
		*step = r->step;
		return f;
	}
	return NULL;
}

bool nat_translate(struct nat *n, struct wire_frame *frame, enum heading heading,
		   const struct segment *s, int *step)
{
	const struct nat_flow *f;

	*step = -1;
	if (!n->rules || !plain(frame, s))
		return false;
	f = known_flow(n, heading, s);
	if (!f)
		f = new_flow(n, heading, s, step);
	if (f) {
		put_place(frame, s, true, &f->outside);
		return true;
	}
	f = answered_flow(n, heading, s);
	if (f)
		put_place(frame, s, false, &f->inside);
	return f != NULL;
}
