// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * With arguments a measurement instead of a test: `lab_test ROUNDS [ipv4|ipv6]
 * [wire]` opens that many labs, connects at once in each (without a wire), and
 * tells how long that took. One connect of a second is a lost SYN.
 */
#include "runner/lab.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/counters.h"
#include "lib/diag.h"
#include "lib/err.h"
#include "lib/netns.h"
#include "lib/netns_test.h"
#include "lib/sysctl.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

enum { PORT = 8080 };

static const struct lab_plan plans[] = {
	{ .family = FAMILY_IPV4 },
	{ .family = FAMILY_IPV6 },
	{ .family = FAMILY_IPV4, .wire = true, .mtu = 1400 },
	{ .family = FAMILY_IPV6, .wire = true },
	{ .family = FAMILY_IPV4, .link = LINK_LOOPBACK },
	{ .family = FAMILY_IPV6, .link = LINK_LOOPBACK },
};
enum { PLAN_COUNT = sizeof(plans) / sizeof(plans[0]) };

#define must(call) do { struct err e; if (call) fail_msg("%s", e.text); } while (0)

/* --------------------------------------------------------------- sockets */

static int host_socket(const struct lab *lab, enum host host, int family, int type, int protocol)
{
	autons home = -1;
	struct err e;
	int fd;

	if (netns_enter(&home, lab_ns(lab, host), &e))
		return -1;
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	return fd;
}

static socklen_t to_sockaddr(struct sockaddr_storage *to, struct ipaddr a, int port)
{
	struct sockaddr_in *v4 = (void *)to;
	struct sockaddr_in6 *v6 = (void *)to;

	memset(to, 0, sizeof(*to));
	if (a.family == AF_INET6) {
		v6->sin6_family = AF_INET6;
		v6->sin6_port = htons((uint16_t)port);
		v6->sin6_addr = a.v6;
		return sizeof(*v6);
	}
	v4->sin_family = AF_INET;
	v4->sin_port = htons((uint16_t)port);
	v4->sin_addr = a.v4;
	return sizeof(*v4);
}

static int listen_at(const struct lab *lab, enum host host, enum spot spot, int port)
{
	struct sockaddr_storage sa;
	const struct ipaddr a = lab_address(lab, host, spot);
	const socklen_t len = to_sockaddr(&sa, a, port);
	autofd fd = host_socket(lab, host, a.family, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (void *)&sa, len) || listen(fd, 8))
		return -1;
	return fd_keep(&fd);
}

static int connect_to(const struct lab *lab, enum host host, enum spot spot, int port)
{
	const enum host far = host == HOST_CLIENT ? HOST_SERVER : HOST_CLIENT;
	struct sockaddr_storage sa;
	const struct ipaddr a = lab_address(lab, far, spot);
	const socklen_t len = to_sockaddr(&sa, a, port);
	autofd fd = host_socket(lab, host, a.family, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (void *)&sa, len))
		return -1;
	return fd_keep(&fd);
}

static bool same_address(struct ipaddr a, struct ipaddr b)
{
	if (a.family != b.family)
		return false;
	return a.family == AF_INET6 ? !memcmp(&a.v6, &b.v6, sizeof(a.v6)) :
		a.v4.s_addr == b.v4.s_addr;
}

static struct ipaddr own_end(int fd, uint16_t *port)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	struct ipaddr a = { 0 };

	getsockname(fd, (void *)&sa, &len);
	a.family = sa.ss_family;
	if (a.family == AF_INET6) {
		a.v6 = ((struct sockaddr_in6 *)&sa)->sin6_addr;
		*port = ntohs(((struct sockaddr_in6 *)&sa)->sin6_port);
	} else {
		a.v4 = ((struct sockaddr_in *)&sa)->sin_addr;
		*port = ntohs(((struct sockaddr_in *)&sa)->sin_port);
	}
	return a;
}

/* ----------------------------------------------------------------- tests */

static void the_first_connect_goes_through_at_once(void **state)
{
	static const enum spot spots[] = { SPOT_MAIN, SPOT_SECOND, SPOT_MAPPED };

	(void)state;
	for (size_t i = 0; i < PLAN_COUNT; i++) {
		struct lab *lab;

		if (plans[i].wire)
			continue;
		must(lab_open(&lab, &plans[i], &e));
		for (size_t s = 0; s < sizeof(spots) / sizeof(spots[0]); s++) {
			autofd listener = listen_at(lab, HOST_SERVER, spots[s], PORT + (int)s);
			const int64_t begun = clock_ns();
			autofd fd = connect_to(lab, HOST_CLIENT, spots[s], PORT + (int)s);

			assert_true(listener >= 0 && fd >= 0);
			assert_true(clock_ns() - begun < NS_PER_S / 2);
		}
		lab_close(lab);
	}
}

static void an_unbound_socket_gets_the_main_address(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLAN_COUNT; i++) {
		struct lab *lab;
		uint16_t port;

		if (plans[i].wire || plans[i].link == LINK_LOOPBACK)
			continue;
		must(lab_open(&lab, &plans[i], &e));
		for (enum spot spot = SPOT_MAIN; spot <= SPOT_SECOND; spot++) {
			autofd listener = listen_at(lab, HOST_SERVER, spot, PORT);
			autofd fd = connect_to(lab, HOST_CLIENT, spot, PORT);

			assert_true(listener >= 0);
			assert_true(same_address(own_end(fd, &port),
						 lab_address(lab, HOST_CLIENT, SPOT_MAIN)));
		}
		lab_close(lab);
	}
}

static void the_hosts_own_what_lab_address_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLAN_COUNT; i++) {
		struct lab *lab;

		must(lab_open(&lab, &plans[i], &e));
		for (enum host host = HOST_CLIENT; host < HOST_COUNT; host++) {
			for (enum spot spot = SPOT_ANY; spot < SPOT_COUNT; spot++) {
				autofd fd = listen_at(lab, host, spot, PORT);

				assert_true(fd >= 0);
			}
		}
		lab_close(lab);
	}
}

static void neither_host_sees_the_others_sockets(void **state)
{
	static const struct diag_filter listening = { .state = TCP_LISTEN };
	unsigned int here, there;
	struct lab *lab;

	(void)state;
	must(lab_open(&lab, &plans[0], &e));
	{
		autofd fd = listen_at(lab, HOST_SERVER, SPOT_MAIN, PORT);

		assert_true(fd >= 0);
		must(diag_count(lab_diag(lab, HOST_SERVER), AF_UNSPEC, &listening, &here, &e));
		must(diag_count(lab_diag(lab, HOST_CLIENT), AF_UNSPEC, &listening, &there, &e));
		assert_int_equal(here, 1);
		assert_int_equal(there, 0);
	}
	lab_close(lab);
}

static void each_host_counts_for_itself(void **state)
{
	struct counters *c;
	uint64_t opened;
	struct lab *lab;

	(void)state;
	must(lab_open(&lab, &plans[0], &e));
	{
		autofd listener = listen_at(lab, HOST_SERVER, SPOT_MAIN, PORT);
		autofd fd = connect_to(lab, HOST_CLIENT, SPOT_MAIN, PORT);

		assert_true(listener >= 0 && fd >= 0);
	}
	for (enum host host = HOST_CLIENT; host < HOST_COUNT; host++) {
		must(lab_counters(lab, host, &c, &e));
		must(counters_read(c, &e));
		must(counters_get(c, "TcpActiveOpens", &opened, &e));
		assert_int_equal(opened, host == HOST_CLIENT);
	}
	lab_close(lab);
}

static int packet_socket(const struct lab *lab, enum host host)
{
	/* socket before bind would hear of every device: protocol 0 until then */
	struct sockaddr_ll all = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	autofd fd = host_socket(lab, host, AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	if (fd < 0 || bind(fd, (void *)&all, sizeof(all)))
		return -1;
	return fd_keep(&fd);
}

/* Packets sent or received by wire0 since it was made: /proc/net/dev, fields 2 and 10 */
static unsigned long frames_of(const struct lab *lab, enum host host)
{
	unsigned long rx, tx;
	const char *line;
	autons home = -1;
	autobuf text = { 0 };

	must(netns_enter(&home, lab_ns(lab, host), &e));
	must(buf_read_file(&text, "/proc/thread-self/net/dev", 65536, &e));
	line = strstr(buf_text(&text), "wire0:");
	assert_non_null(line);
	assert_int_equal(sscanf(line, "wire0: %*u %lu %*u %*u %*u %*u %*u %*u %*u %lu", &rx, &tx), 2);
	return rx + tx;
}

static void a_lab_where_nothing_is_done_is_silent(void **state)
{
	struct lab *lab[PLAN_COUNT];
	int listener[PLAN_COUNT][HOST_COUNT];
	char frame[64];

	(void)state;
	for (size_t i = 0; i < PLAN_COUNT; i++) {
		must(lab_open(&lab[i], &plans[i], &e));
		for (enum host host = HOST_CLIENT; host < HOST_COUNT; host++) {
			listener[i][host] = packet_socket(lab[i], host);
			assert_true(listener[i][host] >= 0);
		}
	}
	/* longer than the delays of listener reports and solicitations, 1 s */
	clock_sleep_until(clock_ns() + 2500 * NS_PER_MS);
	for (size_t i = 0; i < PLAN_COUNT; i++) {
		for (enum host host = HOST_CLIENT; host < HOST_COUNT; host++) {
			assert_int_equal(recv(listener[i][host], frame, sizeof(frame), 0), -1);
			if (plans[i].link == LINK_PAIR)
				assert_int_equal(frames_of(lab[i], host), 0);
			close(listener[i][host]);
		}
		lab_close(lab[i]);
	}
}

static bool count_frame(void *ctx, const struct wire_frame *frame)
{
	++((int *)ctx)[frame->from];
	return true;
}

/* Whether it is established, with the wire doing its work meanwhile */
static bool established(struct wire *w, int fd)
{
	const int64_t until_ns = clock_ns() + 5 * NS_PER_S;
	struct pollfd ready[WIRE_ENDS + 1];
	struct err e;

	while (clock_ns() < until_ns) {
		const int n = wire_poll(w, ready);

		ready[n] = (struct pollfd) { .fd = fd, .events = POLLOUT };
		poll(ready, (nfds_t)n + 1, 100);
		if (wire_pump(w, &e) < 0)
			fail_msg("%s", e.text);
		if (ready[n].revents & POLLOUT)
			return !(ready[n].revents & POLLERR);
	}
	return false;
}

static void connect_over(struct lab *lab, struct wire *w)
{
	struct sockaddr_storage sa;
	const struct ipaddr a = lab_address(lab, HOST_SERVER, SPOT_MAIN);
	const socklen_t len = to_sockaddr(&sa, a, PORT);
	autofd listener = listen_at(lab, HOST_SERVER, SPOT_MAIN, PORT);
	autofd fd = host_socket(lab, HOST_CLIENT, a.family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_true(listener >= 0 && fd >= 0);
	connect(fd, (void *)&sa, len);
	assert_true(established(w, fd));
}

static void the_wire_sees_the_connection_and_nothing_else(void **state)
{
	(void)state;
	for (size_t i = 0; i < PLAN_COUNT; i++) {
		int frames[WIRE_ENDS] = { 0 };
		struct lab *lab;
		struct wire *w;

		must(lab_open(&lab, &plans[i], &e));
		must(lab_wire(lab, count_frame, frames, &w, &e));
		connect_over(lab, w);
		must(wire_pump(w, &e) < 0);
		/* SYN, SYN-ACK, and as much of ACK, FIN, ACK, RST as came by */
		assert_in_range(frames[WIRE_LEFT] + frames[WIRE_RIGHT], 2, 6);
		assert_int_equal(wire_lost(w), 0);
		wire_close(w);
		lab_close(lab);
	}
}

static void a_refused_plan_says_why(void **state)
{
	static const struct { struct lab_plan plan; const char *text; } refused[] = {
		{ { .family = FAMILY_IPV6, .mtu = 1279 }, "lab: an MTU of 1279 is below 1280, the least for IPv6" },
		{ { .family = FAMILY_IPV4, .mtu = 67 }, "lab: an MTU of 67 is below 68, the least for IPv4" },
		{ { .link = LINK_LOOPBACK, .wire = true }, "lab: loopback has neither a wire nor an MTU of ours" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct lab *lab;
		struct err e;

		assert_true(lab_open(&lab, &refused[i].plan, &e) < 0);
		assert_string_equal(e.text, refused[i].text);
	}
}

/* ------------------------------------------- the machine's own settings */

static struct buf settings;

static int note_setting(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	struct err e;

	(void)st;
	(void)where;
	if (kind != FTW_F)
		return 0;
	buf_addf(&settings, "\n%s = ", path);
	buf_read_file(&settings, path, 1 << 20, &e);	/* some cannot be read */
	return 0;
}

static void the_machines_own_settings_stay(void **state)
{
	autobuf before = { 0 };

	(void)state;
	nftw("/proc/sys/net", note_setting, 16, FTW_PHYS);
	buf_adds(&before, buf_text(&settings));
	for (size_t i = 0; i < PLAN_COUNT; i++) {
		struct lab *lab;

		must(lab_open(&lab, &plans[i], &e));
		lab_close(lab);
	}
	buf_clear(&settings);
	nftw("/proc/sys/net", note_setting, 16, FTW_PHYS);
	assert_true(before.len > 1000);
	assert_string_equal(buf_text(&before), buf_text(&settings));
	buf_fini(&settings);
}

enum { DESCRIPTORS = 1024 };

static void note_descriptors(bool open[DESCRIPTORS])
{
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		open[fd] = fcntl(fd, F_GETFD) >= 0;
}

static void a_lab_keeps_its_descriptors_to_itself_and_leaves_none(void **state)
{
	bool before[DESCRIPTORS], after[DESCRIPTORS];

	(void)state;
	note_descriptors(before);
	for (size_t i = 0; i < PLAN_COUNT; i++) {
		struct lab *lab;

		must(lab_open(&lab, &plans[i], &e));
		for (int fd = 0; fd < DESCRIPTORS; fd++) {
			const int flags = fcntl(fd, F_GETFD);

			if (flags >= 0 && !before[fd])
				assert_true(flags & FD_CLOEXEC);
		}
		lab_close(lab);
	}
	note_descriptors(after);
	assert_memory_equal(before, after, sizeof(before));
}

static void what_the_machine_would_bring_in_is_pinned(void **state)
{
	static const struct { const char *key, *value; } pinned[] = {
		{ "net.ipv4.tcp_congestion_control", "reno" },
		{ "net.ipv4.tcp_no_metrics_save", "1" },
		{ "net.ipv4.tcp_rmem", "4096 131072 6291456" },
		{ "net.ipv4.conf.wire0.rp_filter", "0" },
		{ "net.ipv4.ip_forward", "0" },
	};
	struct lab *lab;

	(void)state;
	must(lab_open(&lab, &plans[0], &e));
	for (enum host host = HOST_CLIENT; host < HOST_COUNT; host++) {
		autons home = -1;

		must(netns_enter(&home, lab_ns(lab, host), &e));
		for (size_t i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
			char value[64];

			must(sysctl_read(pinned[i].key, value, sizeof(value), &e));
			assert_string_equal(value, pinned[i].value);
		}
	}
	lab_close(lab);
}

/* ----------------------------------------------------------- measurement */

static int64_t one_connect(const struct lab *lab)
{
	autofd listener = listen_at(lab, HOST_SERVER, SPOT_MAIN, PORT);
	const int64_t begun = clock_ns();
	autofd fd = connect_to(lab, HOST_CLIENT, SPOT_MAIN, PORT);

	return listener < 0 || fd < 0 ? -1 : clock_ns() - begun;
}

static int ascending(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static void tell(const char *what, int64_t *ns, size_t n)
{
	char median[32], high[32], most[32];
	size_t stalls = 0;

	qsort(ns, n, sizeof(*ns), ascending);
	for (size_t i = 0; i < n; i++)
		stalls += ns[i] > 900 * NS_PER_MS;
	printf("%-8s median %s, 99%% %s, most %s, above 0.9 s: %zu\n", what,
	       clock_text(ns[n / 2], median, sizeof(median)),
	       clock_text(ns[n * 99 / 100], high, sizeof(high)),
	       clock_text(ns[n - 1], most, sizeof(most)), stalls);
}

static int measure(size_t rounds, const struct lab_plan *plan)
{
	autofree int64_t *open_ns = calloc(rounds, sizeof(*open_ns));
	autofree int64_t *connect_ns = calloc(rounds, sizeof(*connect_ns));
	const int64_t begun = clock_ns();

	for (size_t i = 0; i < rounds; i++) {
		const int64_t at = clock_ns();
		struct lab *lab;
		struct err e;

		if (lab_open(&lab, plan, &e)) {
			printf("round %zu: %s\n", i, e.text);
			return 2;
		}
		open_ns[i] = clock_ns() - at;
		connect_ns[i] = plan->wire ? 0 : one_connect(lab);
		if (connect_ns[i] < 0) {
			printf("round %zu: no connection\n", i);
			return 1;
		}
		lab_close(lab);
	}
	printf("%zu labs, %.3f ms each\n", rounds,
	       (double)(clock_ns() - begun) / (double)NS_PER_MS / (double)rounds);
	tell("open", open_ns, rounds);
	tell("connect", connect_ns, rounds);
	return connect_ns[rounds - 1] > 900 * NS_PER_MS;
}

static int measure_as_told(int argc, char **argv)
{
	struct lab_plan plan = { .family = FAMILY_IPV4 };
	const size_t rounds = strtoul(argv[1], NULL, 10);

	for (int i = 2; i < argc; i++) {
		if (!strcmp(argv[i], "ipv6"))
			plan.family = FAMILY_IPV6;
		else if (!strcmp(argv[i], "wire"))
			plan.wire = true;
		else if (!strcmp(argv[i], "loopback"))
			plan.link = LINK_LOOPBACK;
	}
	return rounds ? measure(rounds, &plan) : 2;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_connect_goes_through_at_once),
		cmocka_unit_test(an_unbound_socket_gets_the_main_address),
		cmocka_unit_test(the_hosts_own_what_lab_address_says),
		cmocka_unit_test(neither_host_sees_the_others_sockets),
		cmocka_unit_test(each_host_counts_for_itself),
		cmocka_unit_test(a_lab_where_nothing_is_done_is_silent),
		cmocka_unit_test(the_wire_sees_the_connection_and_nothing_else),
		cmocka_unit_test(a_refused_plan_says_why),
		cmocka_unit_test(the_machines_own_settings_stay),
		cmocka_unit_test(a_lab_keeps_its_descriptors_to_itself_and_leaves_none),
		cmocka_unit_test(what_the_machine_would_bring_in_is_pinned),
	};

	if (!netns_test_allowed())
		return SKIPPED;
	if (argc > 1)
		return measure_as_told(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
