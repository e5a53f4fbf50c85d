// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/link.h"

#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/netns.h"
#include "lib/netns_test.h"
#include "lib/nl.h"

#include <arpa/inet.h>
#include <linux/ethtool.h>
#include <linux/if.h>
#include <linux/sockios.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cmocka.h>

#define must(call) do { struct err e; if (call) fail_msg("%s", e.text); } while (0)

static const struct link_end near = { "near", 21, { 2, 0, 0, 0, 0, 0x11 } };
static const struct link_end far = { "far", 22, { 2, 0, 0, 0, 0, 0x12 } };

static struct ipaddr address(const char *text)
{
	struct ipaddr a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	inet_pton(a.family, text, &a.v4);
	return a;
}

/* ---------------------------------------------------------- golden bytes */

static void build_veth(struct nl_batch *b)
{
	link_put_veth(b, &near, &far, 7, 1400);
}

static void build_up(struct nl_batch *b)
{
	link_put_up(b, 22, "far");
}

static void build_main_v4(struct nl_batch *b)
{
	const struct ipaddr a = address("192.0.2.1");

	link_put_address(b, 21, &a, LINK_MAIN);
}

static void build_second_v6(struct nl_batch *b)
{
	const struct ipaddr a = address("2001:db8::11");

	link_put_address(b, 21, &a, LINK_SECOND);
}

static void build_neighbour(struct nl_batch *b)
{
	const struct ipaddr a = address("192.0.2.2");

	link_put_neighbour(b, 21, &a, far.mac);
}

static void build_query(struct nl_batch *b)
{
	link_put_query(b, 21, "near");
}

/* As on a little-endian machine; one attribute per line where there are many */
static const struct {
	const char *name;
	void (*build)(struct nl_batch *b);
	const char *bytes;
} golden[] = {
	{ "veth", build_veth,
	  "ac000000 1000 0506 00000000 00000000"	/* RTM_NEWLINK, REQUEST ACK EXCL CREATE */
	  "0000 0000 15000000 81000000 81000000"	/* near: index 21, UP NOARP */
	  "0900 0300 6e656172 00000000"			/* IFLA_IFNAME "near" */
	  "0a00 0100 02000000 00110000"			/* IFLA_ADDRESS */
	  "0800 0400 78050000"				/* IFLA_MTU 1400 */
	  "0800 1f00 01000000"				/* IFLA_NUM_TX_QUEUES 1 */
	  "0800 2000 01000000"				/* IFLA_NUM_RX_QUEUES 1 */
	  "5c00 1280"					/* IFLA_LINKINFO, nested */
	  "0900 0100 76657468 00000000"			/* IFLA_INFO_KIND "veth" */
	  "4c00 0280"					/* IFLA_INFO_DATA */
	  "4800 0180"					/* VETH_INFO_PEER */
	  "0000 0000 16000000 80000000 80000000"	/* far: index 22, NOARP */
	  "0800 0300 66617200"				/* IFLA_IFNAME "far" */
	  "0a00 0100 02000000 00120000"
	  "0800 0400 78050000"
	  "0800 1f00 01000000"
	  "0800 2000 01000000"
	  "0800 1c00 07000000" },			/* IFLA_NET_NS_FD 7 */
	{ "up", build_up,
	  "20000000 1000 0500 00000000 00000000 0000 0000 16000000 01000000 01000000" },
	{ "main IPv4 address", build_main_v4,
	  "30000000 1400 0506 00000000 00000000 02180000 15000000"
	  "0800 0200 c0000201 0800 0100 c0000201 0800 0800 82000000" },
	{ "second IPv6 address", build_second_v6,
	  "48000000 1400 0506 00000000 00000000 0a200000 15000000"
	  "1400 0200 20010db8 00000000 00000000 00000011"
	  "1400 0100 20010db8 00000000 00000000 00000011"
	  "0800 0800 82020000" },			/* NOPREFIXROUTE PERMANENT NODAD */
	{ "neighbour", build_neighbour,
	  "30000000 1c00 0505 00000000 00000000 02000000 15000000 8000 0000"
	  "0800 0100 c0000202 0a00 0200 02000000 00120000" },
	{ "query", build_query,
	  "28000000 1200 0100 00000000 00000000 0000 0000 15000000 00000000 00000000"
	  "0800 1d00 08000000" },
};

static void hex_of(const struct nl_batch *b, char *text)
{
	for (size_t i = 0; i < b->len; i++)
		text += sprintf(text, "%02x", b->bytes[i]);
	*text = '\0';
}

static void without_blanks(const char *from, char *to)
{
	for (; *from; from++) {
		if (*from != ' ')
			*to++ = *from;
	}
	*to = '\0';
}

static void requests_are_what_they_were(void **state)
{
	(void)state;
	if (htonl(1) == 1)
		skip();
	for (size_t i = 0; i < sizeof(golden) / sizeof(golden[0]); i++) {
		char built[2 * NL_BATCH_ROOM + 1], wanted[2 * NL_BATCH_ROOM + 1];
		struct nl_batch b = { 0 };

		golden[i].build(&b);
		assert_int_equal(b.fault, 0);
		hex_of(&b, built);
		without_blanks(golden[i].bytes, wanted);
		if (strcmp(built, wanted) != 0)
			fail_msg("%s\nbuilt  %s\nwanted %s", golden[i].name, built, wanted);
	}
}

/* --------------------------------------------------------- in the kernel */

struct two {
	int ns[2];
	struct nl *nl[2];
};

static void open_two(struct two *t, int mtu)
{
	struct nl_batch b = { 0 };

	for (int i = 0; i < 2; i++) {
		must(netns_new(&t->ns[i], &e));
		must(nl_open(&t->nl[i], NETLINK_ROUTE, t->ns[i], &e));
	}
	link_put_veth(&b, &near, &far, t->ns[1], mtu);
	must(nl_send(t->nl[0], &b, NULL, NULL, &e));
}

static void close_two(struct two *t)
{
	for (int i = 0; i < 2; i++) {
		nl_close(t->nl[i]);
		fd_close(&t->ns[i]);
	}
}

static void a_link_is_ready_only_when_both_ends_are_up(void **state)
{
	struct nl_batch b = { 0 };
	struct err refused;
	struct two t;

	(void)state;
	open_two(&t, 1500);
	assert_int_equal(link_ready(t.nl[0], t.ns[0], &near, clock_ns() + 20 * NS_PER_MS, &refused),
			 -ETIMEDOUT);
	assert_string_equal(refused.text, "carrier of near: netlink: the news did not come");
	link_put_up(&b, far.index, far.name);
	must(nl_send(t.nl[1], &b, NULL, NULL, &e));
	must(link_ready(t.nl[0], t.ns[0], &near, clock_ns() + 5 * NS_PER_S, &e));
	must(link_ready(t.nl[1], t.ns[1], &far, clock_ns() + 5 * NS_PER_S, &e));
	close_two(&t);
}

static void an_address_of_ipv6_is_heard_of_when_it_is_in_effect(void **state)
{
	const struct ipaddr a = address("2001:db8::1");
	struct nl_batch b = { 0 };
	struct link_watch *watch;
	struct err late;
	struct two t;

	(void)state;
	open_two(&t, 1500);
	must(link_watch_open(&watch, t.ns[0], near.index, &e));
	assert_int_equal(link_watch_wait(watch, 1, clock_ns() + 20 * NS_PER_MS, &late), -ETIMEDOUT);
	link_put_address(&b, near.index, &a, LINK_MAIN);
	must(nl_send(t.nl[0], &b, NULL, NULL, &e));
	must(link_watch_wait(watch, 1, clock_ns() + 5 * NS_PER_S, &e));
	link_watch_close(watch);
	close_two(&t);
}

static uint32_t offload(int ns, const char *dev, uint32_t command)
{
	struct ethtool_value value = { .cmd = command };
	struct ifreq request = { .ifr_data = (void *)&value };
	autons home = -1;
	autofd sock = -1;

	must(netns_enter(&home, ns, &e));
	sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", dev);
	assert_int_equal(ioctl(sock, SIOCETHTOOL, &request), 0);
	return value.data;
}

static void offloads_can_be_switched_off(void **state)
{
	static const uint32_t ask[] = {
		ETHTOOL_GTXCSUM, ETHTOOL_GTSO, ETHTOOL_GGSO, ETHTOOL_GGRO,
	};
	struct two t;

	(void)state;
	open_two(&t, 1500);
	assert_int_equal(offload(t.ns[1], "far", ETHTOOL_GTXCSUM), 1);
	must(link_offloads_off(t.ns[1], "far", &e));
	for (size_t i = 0; i < sizeof(ask) / sizeof(ask[0]); i++)
		assert_int_equal(offload(t.ns[1], "far", ask[i]), 0);
	close_two(&t);
}

int main(void)
{
	static const struct CMUnitTest pure[] = {
		cmocka_unit_test(requests_are_what_they_were),
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_link_is_ready_only_when_both_ends_are_up),
		cmocka_unit_test(an_address_of_ipv6_is_heard_of_when_it_is_in_effect),
		cmocka_unit_test(offloads_can_be_switched_off),
	};
	const int failed = cmocka_run_group_tests(pure, NULL, NULL);

	if (failed)
		return failed;
	if (!netns_test_allowed())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
