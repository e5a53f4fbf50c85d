/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Devices, addresses, neighbours. link_put_*() only build requests, for
 * nl_send() on a NETLINK_ROUTE socket of the device's namespace.
 */
#ifndef LIB_LINK_H
#define LIB_LINK_H

#include "lib/segment.h"

#include <stdbool.h>
#include <stdint.h>

struct err;
struct nl;
struct nl_batch;

/** LINK_LO - The index of lo, in every namespace */
enum { LINK_LO = 1, LINK_MAC_LEN = 6 };

/**
 * struct link_end - One end of a veth pair
 * @index: chosen by us, and different at both ends: kernels before 6.8 tell
 *         of a carrier a second late where the indexes are equal
 */
struct link_end {
	const char *name;
	int index;
	uint8_t mac[LINK_MAC_LEN];
};

/**
 * link_put_veth() - Make a pair: @near where the request is sent, @far elsewhere
 * @far_ns: borrowed until it was sent
 * @mtu:    of both
 *
 * Both ends do without ARP and neighbour discovery (IFF_NOARP): neighbours are
 * to be told, and nothing but what a socket sends crosses the link. @near comes
 * up at once; the kernel refuses that for @far.
 */
void link_put_veth(struct nl_batch *b, const struct link_end *near, const struct link_end *far,
		   int far_ns, int mtu);

/** link_put_up() - Bring a device up */
void link_put_up(struct nl_batch *b, int index, const char *name);

/**
 * enum link_rank - What an address is for
 * LINK_MAIN:   the one the kernel chooses as source, with the route to its subnet
 * LINK_SECOND: never chosen without being asked for
 */
enum link_rank { LINK_MAIN, LINK_SECOND };

/** link_put_address() - Give a device an address, without duplicate address detection */
void link_put_address(struct nl_batch *b, int index, const struct ipaddr *address,
		      enum link_rank rank);

/** link_put_neighbour() - Where an address lives, for good */
void link_put_neighbour(struct nl_batch *b, int index, const struct ipaddr *address,
			const uint8_t mac[LINK_MAC_LEN]);

/** link_put_query() - Ask for a device; link_operstate_up() reads the answer */
void link_put_query(struct nl_batch *b, int index, const char *name);

/** link_ready() - Wait until frames pass: IFLA_OPERSTATE is UP, so linkwatch ran for this end
 * @nl:    NETLINK_ROUTE in the device's namespace
 * @ns:    the namespace, borrowed
 * @until_ns: moment of clock_ns() to give up
 *
 * Since 6.8 the question itself makes linkwatch run; before, its news is waited for.
 */
int link_ready(struct nl *nl, int ns, const struct link_end *end, int64_t until_ns, struct err *e);

/**
 * struct link_watch - Waits for IPv6 addresses to become usable
 *
 * Even without duplicate address detection a kernel thread puts an address
 * into effect. Open the watch before the address is asked for.
 */
struct link_watch;
int link_watch_open(struct link_watch **w, int ns, int index, struct err *e);

/** link_watch_wait() - Wait until @count addresses of the device were put into effect */
int link_watch_wait(struct link_watch *w, unsigned int count, int64_t until_ns, struct err *e);
void link_watch_close(struct link_watch *w);

/** link_offloads_off() - Frames as a wire would carry them: no checksum, segmentation or receive offload */
int link_offloads_off(int ns, const char *dev, struct err *e);

#endif
