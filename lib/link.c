// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/link.h"

#include "lib/auto.h"
#include "lib/err.h"
#include "lib/netns.h"
#include "lib/nl.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <linux/veth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

enum { OPERSTATE_UP = 6 };	/* IF_OPER_UP */

/* -------------------------------------------------------------- requests */

/* One queue each way, whatever the number of processors: cheaper, and frames
   cannot overtake each other */
static void put_end(struct nl_batch *b, const struct link_end *end, int mtu)
{
	nl_put_text(b, IFLA_IFNAME, end->name);
	nl_put(b, IFLA_ADDRESS, end->mac, sizeof(end->mac));
	nl_put_u32(b, IFLA_MTU, (uint32_t)mtu);
	nl_put_u32(b, IFLA_NUM_TX_QUEUES, 1);
	nl_put_u32(b, IFLA_NUM_RX_QUEUES, 1);
}

static struct ifinfomsg head_of(const struct link_end *end, unsigned int flags)
{
	return (struct ifinfomsg) {
		.ifi_family = AF_UNSPEC, .ifi_index = end->index,
		.ifi_flags = flags, .ifi_change = flags,
	};
}

void link_put_veth(struct nl_batch *b, const struct link_end *near, const struct link_end *far,
		   int far_ns, int mtu)
{
	const struct ifinfomsg near_head = head_of(near, IFF_UP | IFF_NOARP);
	const struct ifinfomsg far_head = head_of(far, IFF_NOARP);
	size_t info, data, peer;

	nl_begin(b, RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &near_head,
		 sizeof(near_head), "veth %s-%s", near->name, far->name);
	put_end(b, near, mtu);
	info = nl_nest(b, IFLA_LINKINFO);
	nl_put_text(b, IFLA_INFO_KIND, "veth");
	data = nl_nest(b, IFLA_INFO_DATA);
	peer = nl_nest(b, VETH_INFO_PEER);
	nl_put_raw(b, &far_head, sizeof(far_head));
	put_end(b, far, mtu);
	nl_put_u32(b, IFLA_NET_NS_FD, (uint32_t)far_ns);
	nl_nest_end(b, peer);
	nl_nest_end(b, data);
	nl_nest_end(b, info);
}

void link_put_up(struct nl_batch *b, int index, const char *name)
{
	const struct ifinfomsg head = {
		.ifi_index = index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP,
	};

	nl_begin(b, RTM_NEWLINK, NLM_F_ACK, &head, sizeof(head), "%s up", name);
}

static size_t address_len(const struct ipaddr *a)
{
	return a->family == AF_INET6 ? sizeof(a->v6) : sizeof(a->v4);
}

/*
 * Which address an unbound IPv6 socket gets is decided by the longest common
 * prefix, counted up to the address's own prefix length: the shorter one of a
 * second address lets it lose whatever the order (RFC 6724 rule 8). With IPv4
 * the first of a subnet is the one chosen.
 */
static unsigned int prefix_len(const struct ipaddr *a, enum link_rank rank)
{
	if (a->family == AF_INET)
		return 24;
	return rank == LINK_MAIN ? 64 : 32;
}

void link_put_address(struct nl_batch *b, int index, const struct ipaddr *address,
		      enum link_rank rank)
{
	const struct ifaddrmsg head = {
		.ifa_family = (uint8_t)address->family,
		.ifa_prefixlen = (uint8_t)prefix_len(address, rank),
		.ifa_index = (uint32_t)index,
	};
	uint32_t flags = IFA_F_PERMANENT | IFA_F_NODAD;

	if (rank == LINK_SECOND)
		flags |= IFA_F_NOPREFIXROUTE;
	nl_begin(b, RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head),
		 "address on device %d", index);
	nl_put(b, IFA_LOCAL, &address->v4, address_len(address));
	nl_put(b, IFA_ADDRESS, &address->v4, address_len(address));
	nl_put_u32(b, IFA_FLAGS, flags);
}

void link_put_neighbour(struct nl_batch *b, int index, const struct ipaddr *address,
			const uint8_t mac[LINK_MAC_LEN])
{
	const struct ndmsg head = {
		.ndm_family = (uint8_t)address->family, .ndm_ifindex = index,
		.ndm_state = NUD_PERMANENT,
	};

	nl_begin(b, RTM_NEWNEIGH, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &head, sizeof(head),
		 "neighbour on device %d", index);
	nl_put(b, NDA_DST, &address->v4, address_len(address));
	nl_put(b, NDA_LLADDR, mac, LINK_MAC_LEN);
}

/* ------------------------------------------------------------- readiness */

void link_put_query(struct nl_batch *b, int index, const char *name)
{
	const struct ifinfomsg head = { .ifi_index = index };

	nl_begin(b, RTM_GETLINK, 0, &head, sizeof(head), "look at %s", name);
	nl_put_u32(b, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

struct sighting {
	int index;
	bool up;
};

static void see_link(void *ctx, const struct nlmsghdr *m)
{
	struct sighting *s = ctx;
	const struct ifinfomsg *head = mnl_nlmsg_get_payload(m);
	const struct nlattr *attr = NULL;

	if (m->nlmsg_type != RTM_NEWLINK || mnl_nlmsg_get_payload_len(m) < sizeof(*head) ||
	    head->ifi_index != s->index)
		return;
	while ((attr = nl_attr(m, sizeof(*head), attr))) {
		if (mnl_attr_get_type(attr) == IFLA_OPERSTATE &&
		    mnl_attr_get_payload_len(attr) >= 1)
			s->up = mnl_attr_get_u8(attr) == OPERSTATE_UP;
	}
}

static int look_at(struct nl *nl, const struct link_end *end, struct sighting *s, struct err *e)
{
	struct nl_batch b = { 0 };

	link_put_query(&b, end->index, end->name);
	return nl_send(nl, &b, see_link, s, e);
}

static int await_news(struct nl *news, struct nl *nl, const struct link_end *end,
		      int64_t until_ns, struct err *e)
{
	struct sighting s = { .index = end->index };

	if (nl_listen(news, RTNLGRP_LINK, e) || look_at(nl, end, &s, e))
		return e->code;
	while (!s.up) {
		if (nl_news(news, until_ns, see_link, &s, e))
			return err_in(e, "carrier of %s", end->name);
	}
	return 0;
}

int link_ready(struct nl *nl, int ns, const struct link_end *end, int64_t until_ns, struct err *e)
{
	struct sighting s = { .index = end->index };
	struct nl *news = NULL;
	int code;

	if (look_at(nl, end, &s, e))
		return e->code;
	if (s.up)
		return 0;
	if (nl_open(&news, NETLINK_ROUTE, ns, e))
		return e->code;
	code = await_news(news, nl, end, until_ns, e);
	nl_close(news);
	return code;
}

struct link_watch {
	struct nl *news;
	uint32_t index;
	unsigned int usable;
};

int link_watch_open(struct link_watch **w, int ns, int index, struct err *e)
{
	struct link_watch *new = calloc(1, sizeof(*new));

	if (!new)
		return err_sys(e, "watch addresses");
	new->index = (uint32_t)index;
	if (nl_open(&new->news, NETLINK_ROUTE, ns, e) ||
	    nl_listen(new->news, RTNLGRP_IPV6_IFADDR, e)) {
		link_watch_close(new);
		return e->code;
	}
	*w = new;
	return 0;
}

static uint32_t address_flags(const struct nlmsghdr *m, const struct ifaddrmsg *head)
{
	const struct nlattr *attr = NULL;

	while ((attr = nl_attr(m, sizeof(*head), attr))) {
		if (mnl_attr_get_type(attr) == IFA_FLAGS && mnl_attr_get_payload_len(attr) >= 4)
			return mnl_attr_get_u32(attr);
	}
	return head->ifa_flags;
}

static void see_address(void *ctx, const struct nlmsghdr *m)
{
	struct link_watch *w = ctx;
	const struct ifaddrmsg *head = mnl_nlmsg_get_payload(m);

	/* NODAD: on lo the kernel's own ::1 is not what is waited for */
	if (m->nlmsg_type == RTM_NEWADDR && mnl_nlmsg_get_payload_len(m) >= sizeof(*head) &&
	    head->ifa_index == w->index &&
	    (address_flags(m, head) & (IFA_F_TENTATIVE | IFA_F_NODAD)) == IFA_F_NODAD)
		w->usable++;
}

int link_watch_wait(struct link_watch *w, unsigned int count, int64_t until_ns, struct err *e)
{
	while (w->usable < count) {
		if (nl_news(w->news, until_ns, see_address, w, e))
			return err_in(e, "address on device %u", w->index);
	}
	return 0;
}

void link_watch_close(struct link_watch *w)
{
	if (!w)
		return;
	nl_close(w->news);
	free(w);
}

/* -------------------------------------------------------------- offloads */

static int ethtool_off(int sock, const char *dev, uint32_t command)
{
	struct ethtool_value off = { .cmd = command };
	struct ifreq request = { .ifr_data = (void *)&off };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
	return ioctl(sock, SIOCETHTOOL, &request);
}

int link_offloads_off(int ns, const char *dev, struct err *e)
{
	static const struct { uint32_t command; const char *name; } offloads[] = {
		{ ETHTOOL_STSO, "TSO" }, { ETHTOOL_SGSO, "GSO" },
		{ ETHTOOL_SGRO, "GRO" }, { ETHTOOL_STXCSUM, "tx checksum" },
	};
	autons home = -1;
	autofd sock = -1;

	if (netns_enter(&home, ns, e))
		return e->code;
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (sock < 0)
		return err_sys(e, "offloads of %s", dev);
	for (size_t i = 0; i < sizeof(offloads) / sizeof(offloads[0]); i++) {
		if (ethtool_off(sock, dev, offloads[i].command))
			return err_sys(e, "%s of %s", offloads[i].name, dev);
	}
	return 0;
}
