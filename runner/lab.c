// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation: a lab is two hosts and what lies between them.
 *
 *	pair:      client wire0 ------------------------- wire0 server
 *	wire:      the same, but each knows the other by an address that is nobody's:
 *	           what they send stops at the far end until wire.c sends it on
 *	loopback:  both hosts are one namespace, joined by lo
 *
 * Each host is an anonymous network namespace. A veth pair is made by one
 * request, the far end at once where it belongs: moving it there afterwards,
 * or deleting it by request, costs 40 ms. The last descriptor and the last
 * socket take all of it away.
 *
 * The link carries what the trial's sockets send and nothing else: no ARP, no
 * neighbour discovery, no multicast reports, since devices are IFF_NOARP and
 * neighbours are told. And it is ready: linkwatch has run for every end, and
 * the kernel thread that puts IPv6 addresses into effect has come by.
 */
#include "runner/lab.h"

#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/counters.h"
#include "lib/diag.h"
#include "lib/err.h"
#include "lib/link.h"
#include "lib/netns.h"
#include "lib/nl.h"
#include "lib/sysctl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { USUAL_MTU = 1500, LEAST_MTU_IPV4 = 68, LEAST_MTU_IPV6 = 1280 };
#define READY_WITHIN_NS (10 * NS_PER_S)

/* ------------------------------------------------------------------ pins */

/** Where a pin is set; or-ed */
enum { IN_IPV4 = 1, IN_IPV6 = 2, IN_HOSTS = IN_IPV4 | IN_IPV6 };

/*
 * What a fresh namespace does not get from the kernel's source alone, but from
 * the machine: from the first namespace, from the size of its memory, from its
 * boot parameters. A row that this kernel lacks is passed over. What only the
 * first namespace has (rmem_max, which sets the window scale offered; tcp_mem)
 * cannot be pinned from here and belongs into the facts of a run.
 */
static const struct pin {
	const char *key, *value;
	unsigned int where;
	/* why, for whoever wonders whether the row is needed */
	const char *reason;
} pins[] = {
	{ "net.ipv4.tcp_congestion_control", "reno", IN_HOSTS,
	  "copied from the first namespace; one that paces delays data and the FIN behind it" },
	{ "net.ipv4.tcp_rmem", "4096 131072 6291456", IN_HOSTS,
	  "copied from the first namespace; window and window scale follow it" },
	{ "net.ipv4.tcp_wmem", "4096 16384 4194304", IN_HOSTS,
	  "copied from the first namespace; how much a send takes in follows it" },
	{ "net.ipv4.tcp_no_metrics_save", "1", IN_HOSTS,
	  "a connection would inherit round-trip time and window of the one before" },
	{ "net.ipv4.tcp_max_tw_buckets", "131072", IN_HOSTS,
	  "half the size of the hash table, which follows the machine's memory" },
	{ "net.ipv4.tcp_max_syn_backlog", "1024", IN_HOSTS,
	  "likewise" },
	{ "net.ipv4.ip_forward", "0", IN_HOSTS,
	  "copied from the first namespace (devconf_inherit_init_net): a host drops what is not its own" },
	{ "net.ipv4.conf.all.rp_filter", "0", IN_HOSTS,
	  "likewise; distributions set 1 or 2, and segments from rewritten addresses vanish" },
	{ "net.ipv4.conf.default.rp_filter", "0", IN_HOSTS, "likewise" },
	{ "net.ipv4.conf.all.accept_local", "0", IN_HOSTS, "likewise: a reflected segment" },
	{ "net.ipv4.conf.default.accept_local", "0", IN_HOSTS, "likewise" },
	{ "net.ipv4.conf.all.route_localnet", "0", IN_HOSTS, "likewise: 127.0.0.0/8 from outside" },
	{ "net.ipv4.conf.default.route_localnet", "0", IN_HOSTS, "likewise" },
	{ "net.ipv6.conf.default.disable_ipv6", "1", IN_IPV4,
	  "no link-local address, no multicast listener reports; and cheaper" },
	{ "net.ipv6.conf.all.disable_ipv6", "0", IN_IPV6,
	  "the boot parameter ipv6.disable_ipv6 holds in new namespaces as well" },
	{ "net.ipv6.conf.default.disable_ipv6", "0", IN_IPV6, "likewise" },
	{ "net.ipv6.conf.all.forwarding", "0", IN_IPV6,
	  "copied where devconf_inherit_init_net is 1" },
	{ "net.ipv6.conf.default.addr_gen_mode", "1", IN_IPV6,
	  "none: no link-local address, so no reports and no solicitations from it" },
	{ "net.ipv6.conf.default.accept_ra", "0", IN_IPV6, "no router solicitations" },
};

enum { PINS = sizeof(pins) / sizeof(pins[0]) };

/* By lab_prepare(): a fresh namespace has that value anyway, so nothing need be written. */
static bool pin_is_there[PINS];

/* Looked at once, by lab_prepare(); what a fresh namespace took, the next one takes. */
static int prove_pins(struct err *e)
{
	for (size_t i = 0; i < PINS; i++) {
		if (sysctl_write(pins[i].key, pins[i].value, e) && e->code != -ENOENT)
			return e->code;
	}
	return 0;
}

/* The pins whose keys begin with @folder, @len bytes */
static int set_pins_of(const char *folder, size_t len, unsigned int where, struct err *e)
{
	autofd fd = -1;

	for (size_t i = 0; i < PINS; i++) {
		const struct pin *p = &pins[i];

		if (!(p->where & where) || pin_is_there[i] || strncmp(p->key, folder, len) ||
		    p->key[len] != '.')
			continue;
		if (fd < 0)
			fd = sysctl_folder(folder, e);
		if (fd < 0)
			return e->code == -ENOENT ? 0 : e->code;
		if (sysctl_put(fd, p->key + len + 1, p->value, e) && e->code != -ENOENT)
			return e->code;
	}
	return 0;
}

static int set_pins(unsigned int where, struct err *e)
{
	static const char *const folder[] = { "net.ipv4", "net.ipv6" };

	for (size_t i = 0; i < sizeof(folder) / sizeof(folder[0]); i++) {
		if (set_pins_of(folder[i], strlen(folder[i]), where, e))
			return e->code;
	}
	return 0;
}

int lab_prepare(struct err *e)
{
	char value[256];
	autons home = -1;
	autofd ns = -1;
	struct err none;

	if (netns_new_inside(&home, &ns, e))
		return err_in(e, "lab");
	if (prove_pins(e))
		return err_in(e, e->code == -EROFS ? "lab: a container's /proc/sys is not writable" : "lab");
	netns_leave(&home);
	fd_close(&ns);
	if (netns_new_inside(&home, &ns, e))
		return err_in(e, "lab");
	for (size_t i = 0; i < PINS; i++)
		pin_is_there[i] = !sysctl_read(pins[i].key, value, sizeof(value), &none) &&
				  !strcmp(value, pins[i].value);
	return 0;
}

/* ------------------------------------------------------------- addresses */

static const char *const address_text[2][HOST_COUNT][2] = {
	[FAMILY_IPV4] = {
		[HOST_CLIENT] = { "192.0.2.1", "192.0.2.11" },
		[HOST_SERVER] = { "192.0.2.2", "192.0.2.12" },
	},
	[FAMILY_IPV6] = {
		[HOST_CLIENT] = { "2001:db8::1", "2001:db8::11" },
		[HOST_SERVER] = { "2001:db8::2", "2001:db8::12" },
	},
};

static struct ipaddr read_address(enum family family, const char *text)
{
	struct ipaddr a = { .family = family == FAMILY_IPV6 ? AF_INET6 : AF_INET };

	inet_pton(a.family, text, &a.v4);
	return a;
}

static struct ipaddr own_address(enum family family, enum host host, enum link_rank rank)
{
	return read_address(family, address_text[family][host][rank]);
}

static struct ipaddr lo_address(enum family family)
{
	return read_address(family, family == FAMILY_IPV6 ? "::1" : "127.0.0.1");
}

static struct ipaddr main_address(const struct lab_plan *plan, enum family family, enum host host)
{
	return plan->link == LINK_LOOPBACK ? lo_address(family) :
		own_address(family, host, LINK_MAIN);
}

static struct ipaddr mapped(struct ipaddr v4)
{
	struct ipaddr a = { .family = AF_INET6 };

	a.v6.s6_addr[10] = a.v6.s6_addr[11] = 0xff;
	memcpy(a.v6.s6_addr + 12, &v4.v4, sizeof(v4.v4));
	return a;
}

/* ------------------------------------------------------------------- lab */

/** enum place_of - A namespace of the lab */
enum place_of { AT_CLIENT = HOST_CLIENT, AT_SERVER = HOST_SERVER, PLACES };

static const struct link_end ends[HOST_COUNT] = {
	[HOST_CLIENT]	= { "wire0", 11, { 0x02, 0, 0, 0, 0, 0x01 } },
	[HOST_SERVER]	= { "wire0", 12, { 0x02, 0, 0, 0, 0, 0x02 } },
};

struct lab {
	struct lab_plan plan;
	struct {
		int ns;
		struct nl *nl;
		struct diag *diag;
		struct counters *counters;	/* once somebody asked */
		struct link_watch *watch;	/* until it is ready */
	} at[PLACES];
};

/* With loopback all is the client's */
static enum place_of home_of(const struct lab *lab, enum host host)
{
	return lab->plan.link == LINK_LOOPBACK ? AT_CLIENT : (enum place_of)host;
}

static bool has_place(const struct lab *lab, enum place_of place)
{
	return place == AT_CLIENT || lab->plan.link == LINK_PAIR;
}

static int make_place(struct lab *lab, enum place_of place, struct err *e)
{
	const unsigned int pinned = lab->plan.family == FAMILY_IPV6 ? IN_IPV6 : IN_IPV4;
	autons home = -1;

	if (netns_new_inside(&home, &lab->at[place].ns, e) || set_pins(pinned, e) ||
	    nl_open(&lab->at[place].nl, NETLINK_ROUTE, -1, e))
		return e->code;
	return diag_open(&lab->at[place].diag, -1, e);
}

/* ------------------------------------------------------------- the link */

static int make_cable(struct lab *lab, struct err *e)
{
	const int mtu = lab->plan.mtu ? lab->plan.mtu : USUAL_MTU;
	struct nl_batch b = { 0 };

	link_put_veth(&b, &ends[HOST_CLIENT], &ends[HOST_SERVER], lab->at[AT_SERVER].ns, mtu);
	return nl_send(lab->at[AT_CLIENT].nl, &b, NULL, NULL, e);
}

static void put_both(struct nl_batch *b, const struct lab *lab, enum family family, enum host host)
{
	const enum host peer = host == HOST_CLIENT ? HOST_SERVER : HOST_CLIENT;
	const uint8_t *const peer_mac = lab->plan.wire ? wire_mac : ends[peer].mac;
	const int index = ends[host].index;

	for (enum link_rank rank = LINK_MAIN; rank <= LINK_SECOND; rank++) {
		const struct ipaddr own = own_address(family, host, rank);
		const struct ipaddr far = own_address(family, peer, rank);

		link_put_address(b, index, &own, rank);
		link_put_neighbour(b, index, &far, peer_mac);
	}
}

/* IPv4 addresses are there in an IPv6 trial, too: mapped ones need them */
static int furnish_host(struct lab *lab, enum host host, struct err *e)
{
	struct nl_batch b = { 0 };

	if (lab->plan.family == FAMILY_IPV6 &&
	    link_watch_open(&lab->at[host].watch, lab->at[host].ns, ends[host].index, e))
		return e->code;
	link_put_up(&b, LINK_LO, "lo");
	link_put_up(&b, ends[host].index, ends[host].name);
	put_both(&b, lab, FAMILY_IPV4, host);
	if (lab->plan.family == FAMILY_IPV6)
		put_both(&b, lab, FAMILY_IPV6, host);
	return nl_send(lab->at[host].nl, &b, NULL, NULL, e);
}

static int furnish_loopback(struct lab *lab, struct err *e)
{
	struct nl_batch b = { 0 };

	if (lab->plan.family == FAMILY_IPV6 &&
	    link_watch_open(&lab->at[AT_CLIENT].watch, lab->at[AT_CLIENT].ns, LINK_LO, e))
		return e->code;
	link_put_up(&b, LINK_LO, "lo");
	for (enum host host = HOST_CLIENT; host < HOST_COUNT; host++) {
		const struct ipaddr second = own_address(lab->plan.family, host, LINK_SECOND);

		link_put_address(&b, LINK_LO, &second, LINK_SECOND);
	}
	return nl_send(lab->at[AT_CLIENT].nl, &b, NULL, NULL, e);
}

/*
 * The news of an IPv6 address goes out just before its route is put in, both
 * under the lock that the questions of link_ready() and this one take: after
 * it the route is there (net/ipv6/addrconf.c, __ipv6_ifa_notify()).
 */
static int await_addresses(struct lab *lab, enum place_of place, int64_t until_ns, struct err *e)
{
	struct nl_batch b = { 0 };

	if (!lab->at[place].watch)
		return 0;
	if (link_watch_wait(lab->at[place].watch, 2, until_ns, e))
		return e->code;
	link_put_query(&b, LINK_LO, "lo");
	return nl_send(lab->at[place].nl, &b, NULL, NULL, e);
}

static int await_ready(struct lab *lab, struct err *e)
{
	const int64_t until_ns = clock_ns() + READY_WITHIN_NS;

	for (enum place_of place = AT_CLIENT; place <= AT_SERVER; place++) {
		if (await_addresses(lab, place, until_ns, e))
			return e->code;
		link_watch_close(lab->at[place].watch);
		lab->at[place].watch = NULL;
	}
	if (lab->plan.link == LINK_LOOPBACK)
		return 0;
	for (enum place_of place = AT_CLIENT; place <= AT_SERVER; place++) {
		if (link_ready(lab->at[place].nl, lab->at[place].ns, &ends[place], until_ns, e))
			return e->code;
	}
	return 0;
}

static int join(struct lab *lab, struct err *e)
{
	if (lab->plan.link == LINK_LOOPBACK)
		return furnish_loopback(lab, e);
	if (make_cable(lab, e) || furnish_host(lab, HOST_SERVER, e))
		return e->code;
	return furnish_host(lab, HOST_CLIENT, e);
}

static int build(struct lab *lab, struct err *e)
{
	for (enum place_of place = AT_CLIENT; place < PLACES; place++) {
		if (has_place(lab, place) && make_place(lab, place, e))
			return e->code;
	}
	if (join(lab, e))
		return e->code;
	return await_ready(lab, e);
}

static int check_plan(const struct lab_plan *plan, struct err *e)
{
	const int least = plan->family == FAMILY_IPV6 ? LEAST_MTU_IPV6 : LEAST_MTU_IPV4;

	if (plan->mtu && plan->mtu < least)
		return err_set(e, -EINVAL, "lab: an MTU of %d is below %d, the least for IPv%d",
			       plan->mtu, least, plan->family == FAMILY_IPV6 ? 6 : 4);
	if (plan->link == LINK_LOOPBACK && (plan->wire || plan->mtu))
		return err_set(e, -EINVAL, "lab: loopback has neither a wire nor an MTU of ours");
	return 0;
}

int lab_open(struct lab **lab, const struct lab_plan *plan, struct err *e)
{
	struct lab *new;

	if (check_plan(plan, e))
		return e->code;
	new = calloc(1, sizeof(*new));
	if (!new)
		return err_sys(e, "lab");
	new->plan = *plan;
	for (enum place_of place = AT_CLIENT; place < PLACES; place++)
		new->at[place].ns = -1;
	if (build(new, e)) {
		lab_close(new);
		return err_in(e, "lab");
	}
	*lab = new;
	return 0;
}

void lab_close(struct lab *lab)
{
	if (!lab)
		return;
	for (enum place_of place = AT_CLIENT; place < PLACES; place++) {
		link_watch_close(lab->at[place].watch);
		counters_close(lab->at[place].counters);
		diag_close(lab->at[place].diag);
		nl_close(lab->at[place].nl);
		fd_close(&lab->at[place].ns);
	}
	free(lab);
}

int lab_ns(const struct lab *lab, enum host host)
{
	return lab->at[home_of(lab, host)].ns;
}

struct diag *lab_diag(const struct lab *lab, enum host host)
{
	return lab->at[home_of(lab, host)].diag;
}

int lab_counters(struct lab *lab, enum host host, struct counters **c, struct err *e)
{
	const enum place_of place = home_of(lab, host);

	if (!lab->at[place].counters &&
	    counters_open(&lab->at[place].counters, lab->at[place].ns, e))
		return err_in(e, "lab");
	*c = lab->at[place].counters;
	return 0;
}

struct ipaddr lab_address(const struct lab *lab, enum host host, enum spot spot)
{
	const enum family family = lab->plan.family;

	switch (spot) {
	case SPOT_MAIN:
		return main_address(&lab->plan, family, host);
	case SPOT_SECOND:
		return own_address(family, host, LINK_SECOND);
	case SPOT_LO:
		return lo_address(family);
	case SPOT_MAPPED:
		return mapped(main_address(&lab->plan, FAMILY_IPV4, host));
	case SPOT_ANY:
	case SPOT_COUNT:
		break;
	}
	return (struct ipaddr) { .family = family == FAMILY_IPV6 ? AF_INET6 : AF_INET };
}

int lab_wire(struct lab *lab, wire_sink sink, void *ctx, struct wire **w, struct err *e)
{
	static const char *const pair_dev[WIRE_ENDS] = { "wire0", "wire0" };
	static const char *const lo_dev[WIRE_ENDS] = { "lo", "lo" };
	const int ns[WIRE_ENDS] = { lab_ns(lab, HOST_CLIENT), lab_ns(lab, HOST_SERVER) };

	if (lab->plan.wire)
		return wire_bridge(w, ns, pair_dev, sink, ctx, e);
	return wire_tap(w, ns, lab->plan.link == LINK_LOOPBACK ? lo_dev : pair_dev, sink, ctx, e);
}
