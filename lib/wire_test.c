// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/wire.h"

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/link.h"
#include "lib/netns.h"
#include "lib/netns_test.h"
#include "lib/nl.h"
#include "lib/segment.h"
#include "lib/sysctl.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/ethernet.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

enum { PORT = 8080, MTU = 1500, PATTERN = 251 };

#define must(call) do { struct err e; if ((call) < 0) fail_msg("%s", e.text); } while (0)

/* How the hosts are joined */
enum joined { BY_TAP, BY_BRIDGE, BY_LO, JOINED };

static const char *const joined_name[JOINED] = { "tap", "bridge", "lo" };

/** struct bed - Two hosts, what joins them, and what was told of it */
struct bed {
	enum joined joined;
	int family;
	int ns[2];
	struct nl *nl[2];
	struct wire *wire;

	int told[WIRE_ENDS], kinds[SEGMENT_KIND_COUNT];
	int bad, gaps, early, repeats, misnamed;
	size_t largest, bytes[2];	/* new text, by way: 0 to the server, 1 from it */
	int64_t last_ns;
	struct { uint32_t seq, ack; size_t len; enum segment_kind kind; } last[2];
	uint32_t next[2];		/* sequence number behind the text told so far */
	bool known[2];

	enum segment_kind keep;		/* of the left's, do not let cross */
	uint8_t kept[2048];
	struct wire_frame kept_frame;
};

static const struct link_end ends[] = {
	{ "v0", 11, { 2, 0, 0, 0, 0, 1 } }, { "v0", 12, { 2, 0, 0, 0, 0, 2 } },
};

static struct ipaddr address(const struct bed *bed, int host)
{
	struct ipaddr a = { .family = bed->family };

	if (bed->family == AF_INET)
		a.v4.s_addr = bed->joined == BY_LO ? htonl(INADDR_LOOPBACK) :
						     htonl(0xc0000201U + (unsigned int)host);
	else
		inet_pton(AF_INET6, bed->joined == BY_LO ? "::1" : host ? "fd00::2" : "fd00::1",
			  &a.v6);
	return a;
}

/* ------------------------------------------------------------ what is told */

/*
 * A host that gets no answer for 4 ms sends its last segment again (tail loss
 * probe), and on a busy machine we may be off the CPU for so long. Repeats are
 * therefore no fault; a gap is: something was lost, or overtaken.
 */
static void note_text(struct bed *bed, int way, const struct segment *s)
{
	const uint32_t end = s->seq + (uint32_t)s->len;

	if (!s->len)
		return;
	if (!bed->known[way])
		bed->next[way] = s->seq;
	bed->known[way] = true;
	if ((int32_t)(s->seq - bed->next[way]) > 0)
		bed->gaps++;
	if ((int32_t)(end - bed->next[way]) <= 0)
		return;
	bed->bytes[way] += end - bed->next[way];
	bed->next[way] = end;
}

static void note_segment(struct bed *bed, const struct segment *s)
{
	const int way = s->to_port == PORT ? 0 : 1;
	const enum segment_kind kind = segment_kind(s);

	note_text(bed, way, s);
	if (bed->kinds[kind] && bed->last[way].kind == kind && bed->last[way].seq == s->seq &&
	    bed->last[way].ack == s->ack && bed->last[way].len == s->len)
		bed->repeats++;
	else
		bed->kinds[kind]++;
	bed->last[way].kind = kind;
	bed->last[way].seq = s->seq;
	bed->last[way].ack = s->ack;
	bed->last[way].len = s->len;
}

static void check_checksums(struct bed *bed, const struct wire_frame *f)
{
	struct virtio_net_hdr vnet;

	memcpy(&vnet, f->vnet, sizeof(vnet));
	/* on lo and a tap an unfinished one is what everybody sees */
	if (vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
		segment_finish_checksum(f->bytes, f->len);
	if (!segment_checksums_ok(f->bytes, f->len))
		bed->bad++;
}

static bool on_frame(void *ctx, const struct wire_frame *f)
{
	struct bed *bed = ctx;
	struct segment s;

	bed->told[f->from]++;
	if (f->at_ns < bed->last_ns || f->at_ns > clock_ns())
		bed->early++;
	bed->last_ns = f->at_ns;
	if (f->len > bed->largest)
		bed->largest = f->len;
	if (segment_decode(f->bytes, f->len, &s))
		return true;
	note_segment(bed, &s);
	if (bed->joined != BY_LO && memcmp(f->bytes, ends[!f->from].mac, ETH_ALEN) != 0)
		bed->misnamed++;
	if (f->from != (bed->joined == BY_LO || s.to_port == PORT ? WIRE_LEFT : WIRE_RIGHT))
		bed->misnamed++;
	if (bed->keep && segment_kind(&s) == bed->keep && f->from == WIRE_LEFT &&
	    f->len <= sizeof(bed->kept)) {
		bed->kept_frame = *f;
		memcpy(bed->kept, f->bytes, f->len);
		bed->kept_frame.bytes = bed->kept;
		return false;
	}
	check_checksums(bed, f);
	return true;
}

/* ---------------------------------------------------------------- the bed */

static void cable(struct bed *bed)
{
	struct nl_batch b = { 0 };

	link_put_veth(&b, &ends[0], &ends[1], bed->ns[1], MTU);
	must(nl_send(bed->nl[0], &b, NULL, NULL, &e));
}

static void furnish(struct bed *bed, int host)
{
	const struct ipaddr own = address(bed, host), peer = address(bed, !host);
	struct link_watch *watch = NULL;
	struct nl_batch b = { 0 };

	if (bed->family == AF_INET6)
		must(link_watch_open(&watch, bed->ns[host], ends[host].index, &e));
	link_put_up(&b, ends[host].index, ends[host].name);
	link_put_address(&b, ends[host].index, &own, LINK_MAIN);
	link_put_neighbour(&b, ends[host].index, &peer,
			   bed->joined == BY_BRIDGE ? wire_mac : ends[!host].mac);
	must(nl_send(bed->nl[host], &b, NULL, NULL, &e));
	if (watch)
		must(link_watch_wait(watch, 1, clock_ns() + NS_PER_S, &e));
	link_watch_close(watch);
}

/*
 * An interface that IPv6 gives an address by itself asks for routers and tells of its
 * groups once it has a carrier; on a busy machine that is when the wire hears it.
 */
static void hush(const struct bed *bed, int at)
{
	const bool ipv6 = bed->family == AF_INET6;
	autons home = -1;
	struct err failure;
	int rc;

	must(netns_enter(&home, bed->ns[at], &e));
	if (ipv6) {
		must(sysctl_write("net.ipv6.conf.default.addr_gen_mode", "1", &e));
		must(sysctl_write("net.ipv6.conf.default.accept_ra", "0", &e));
		return;
	}
	rc = sysctl_write("net.ipv6.conf.default.disable_ipv6", "1", &failure);
	if (rc && rc != -ENOENT)
		fail_msg("%s", failure.text);
}

static void open_place(struct bed *bed, int at)
{
	must(netns_new(&bed->ns[at], &e));
	hush(bed, at);
	must(nl_open(&bed->nl[at], NETLINK_ROUTE, bed->ns[at], &e));
}

static void join_by_lo(struct bed *bed)
{
	static const char *const lo[] = { "lo", "lo" };
	struct nl_batch b = { 0 };

	open_place(bed, 0);
	bed->ns[1] = bed->ns[0];
	link_put_up(&b, LINK_LO, "lo");
	must(nl_send(bed->nl[0], &b, NULL, NULL, &e));
	must(wire_tap(&bed->wire, bed->ns, lo, on_frame, bed, &e));
}

static void join_by_veth(struct bed *bed)
{
	static const char *const pair[] = { "v0", "v0" };
	int i;

	for (i = 0; i < 2; i++)
		open_place(bed, i);
	cable(bed);
	furnish(bed, 1);
	furnish(bed, 0);
	for (i = 0; i < 2; i++)
		must(link_ready(bed->nl[i], bed->ns[i], &ends[i], clock_ns() + NS_PER_S, &e));
	if (bed->joined == BY_BRIDGE)
		must(wire_bridge(&bed->wire, bed->ns, pair, on_frame, bed, &e));
	else
		must(wire_tap(&bed->wire, bed->ns, pair, on_frame, bed, &e));
}

static void bed_make(struct bed *bed, enum joined joined, int family)
{
	*bed = (struct bed){ .joined = joined, .family = family, .ns = { -1, -1 } };
	if (joined == BY_LO)
		join_by_lo(bed);
	else
		join_by_veth(bed);
}

static void bed_unmake(struct bed *bed)
{
	int i;

	wire_close(bed->wire);
	for (i = 0; i < 2; i++) {
		nl_close(bed->nl[i]);
		if (bed->ns[i] >= 0 && !(i == 1 && bed->joined == BY_LO))
			close(bed->ns[i]);
	}
}

static int pump(struct bed *bed)
{
	int told = 0;

	must(told = wire_pump(bed->wire, &e));
	return told;
}

/* Sleep until there is something to pump, at most a millisecond; then pump */
static void doze(struct bed *bed)
{
	struct pollfd fds[WIRE_ENDS];
	const int n = wire_poll(bed->wire, fds);

	poll(fds, (nfds_t)n, 1);
	pump(bed);
}

static void settle(struct bed *bed)
{
	const int64_t until = clock_ns() + 5 * NS_PER_S;

	for (;;) {
		if (pump(bed))
			continue;
		if (wire_idle(bed->wire))
			return;
		if (clock_ns() > until)
			fail_msg("the %s never fell silent", joined_name[bed->joined]);
		doze(bed);
	}
}

/* ---------------------------------------------------------------- sockets */

static int socket_at(const struct bed *bed, int host)
{
	autons home = -1;
	int fd;

	must(netns_enter(&home, bed->ns[host], &e));
	fd = socket(bed->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	return fd;
}

static socklen_t sockaddr_of(const struct bed *bed, int host, struct sockaddr_storage *to)
{
	const struct ipaddr a = address(bed, host);

	*to = (struct sockaddr_storage){ .ss_family = (sa_family_t)bed->family };
	if (bed->family == AF_INET) {
		struct sockaddr_in *const in = (struct sockaddr_in *)to;

		in->sin_addr = a.v4;
		in->sin_port = htons(PORT);
		return sizeof(*in);
	}
	((struct sockaddr_in6 *)to)->sin6_addr = a.v6;
	((struct sockaddr_in6 *)to)->sin6_port = htons(PORT);
	return sizeof(struct sockaddr_in6);
}

static int listener_at(const struct bed *bed)
{
	struct sockaddr_storage at;
	const socklen_t len = sockaddr_of(bed, 1, &at);
	const int fd = socket_at(bed, 1), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	assert_return_code(bind(fd, (const struct sockaddr *)&at, len), errno);
	assert_return_code(listen(fd, 16), errno);
	return fd;
}

/* Begin to connect; fd[0] is the client */
static void call_up(struct bed *bed, int fd[2])
{
	struct sockaddr_storage to;
	const socklen_t len = sockaddr_of(bed, 1, &to);

	fd[1] = -1;
	fd[0] = socket_at(bed, 0);
	if (connect(fd[0], (const struct sockaddr *)&to, len))
		assert_int_equal(errno, EINPROGRESS);
}

static void connect_both(struct bed *bed, int listener, int fd[2])
{
	call_up(bed, fd);
	settle(bed);
	fd[1] = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	assert_return_code(fd[1], errno);
}

static void send_all(int fd, const void *text, size_t len)
{
	assert_int_equal(send(fd, text, len, MSG_NOSIGNAL), len);
}

/* ------------------------------------------------------------------ tests */

static void each_way_of_joining(void (*test)(struct bed *bed))
{
	enum joined joined;

	for (joined = 0; joined < JOINED; joined++) {
		static const int families[] = { AF_INET, AF_INET6 };
		size_t i;

		for (i = 0; i < 2; i++) {
			struct bed bed;

			bed_make(&bed, joined, families[i]);
			test(&bed);
			assert_int_equal(bed.bad, 0);
			assert_int_equal(bed.gaps, 0);
			assert_int_equal(bed.misnamed, 0);
			assert_int_equal(bed.early, 0);
			assert_int_equal(wire_lost(bed.wire), 0);
			bed_unmake(&bed);
		}
	}
}

static void connect_talk_close(struct bed *bed)
{
	const int listener = listener_at(bed);
	char text[8];
	int fd[2];

	settle(bed);
	assert_int_equal(bed->told[WIRE_LEFT] + bed->told[WIRE_RIGHT], 0);
	connect_both(bed, listener, fd);
	assert_int_equal(bed->kinds[SEGMENT_SYN], 1);
	assert_int_equal(bed->kinds[SEGMENT_SYN_ACK], 1);
	assert_int_equal(bed->kinds[SEGMENT_ACK], 1);
	send_all(fd[0], "hello", 5);
	settle(bed);
	assert_int_equal(recv(fd[1], text, sizeof(text), 0), 5);
	assert_int_equal(bed->kinds[SEGMENT_DATA], 1);
	close(fd[0]);
	settle(bed);
	close(fd[1]);
	settle(bed);
	assert_int_equal(bed->kinds[SEGMENT_FIN], 2);
	assert_int_equal(bed->kinds[SEGMENT_RST] + bed->kinds[SEGMENT_ODD], 0);
	close(listener);
}

static void each_frame_is_told_once(void **state)
{
	(void)state;
	each_way_of_joining(connect_talk_close);
}

/** struct flow - Bytes from one socket to another */
struct flow {
	int from, to;
	size_t sent, got;
};

/* Bytes that repeat after PATTERN, so that they can be read on from any place */
static uint8_t pattern[PATTERN + 262144];

static bool flow_on(struct flow *f, size_t total)
{
	static uint8_t in[262144];
	const size_t left = total - f->sent;
	bool moved = false;
	ssize_t n;

	if (left) {
		n = send(f->from, pattern + f->sent % PATTERN, left < 262144 ? left : 262144,
			 MSG_NOSIGNAL);
		if (n > 0)
			f->sent += (size_t)n;
		moved = n > 0;
	}
	while ((n = recv(f->to, in, sizeof(in), 0)) > 0) {
		if (memcmp(in, pattern + f->got % PATTERN, (size_t)n))
			fail_msg("other bytes came than were sent");
		f->got += (size_t)n;
		moved = true;
	}
	return moved;
}

static void exchange(struct bed *bed, const int fd[2], size_t there, size_t back)
{
	struct flow flow[] = { { .from = fd[0], .to = fd[1] }, { .from = fd[1], .to = fd[0] } };
	const int64_t until = clock_ns() + 60 * NS_PER_S;
	size_t i;

	for (i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i % PATTERN);
	while (flow[0].got < there || flow[1].got < back) {
		bool moved = flow_on(&flow[0], there);

		moved |= flow_on(&flow[1], back);
		moved |= pump(bed) > 0;
		if (!moved)
			doze(bed);
		if (clock_ns() > until)
			fail_msg("%zu and %zu bytes came in a minute", flow[0].got, flow[1].got);
	}
	settle(bed);
}

static void exchange_megabytes(struct bed *bed)
{
	const size_t megabytes = 10 << 20;
	const int listener = listener_at(bed);
	int64_t begun;
	int fd[2];

	connect_both(bed, listener, fd);
	begun = clock_ns();
	exchange(bed, fd, megabytes, megabytes);
	print_message("# 10 MiB each way, %s, IPv%d: %d ms, %d frames, the largest %zu bytes\n",
		      joined_name[bed->joined], bed->family == AF_INET ? 4 : 6,
		      (int)((clock_ns() - begun) / NS_PER_MS),
		      bed->told[WIRE_LEFT] + bed->told[WIRE_RIGHT], bed->largest);
	assert_true(bed->largest > 3 * MTU);
	close(fd[0]);
	close(fd[1]);
	close(listener);
}

static void megabytes_cross_unharmed_and_in_super_frames(void **state)
{
	(void)state;
	each_way_of_joining(exchange_megabytes);
}

/* Return: how many bytes can be read, each worth the same */
static size_t drain(int fd)
{
	char text[4096];
	size_t got = 0;
	ssize_t n;

	while ((n = recv(fd, text, sizeof(text), 0)) > 0)
		got += (size_t)n;
	return got;
}

/*
 * Idle must mean: what was told can be read now, without another look. How
 * much of the burst is sent is for the congestion window and buffers to say.
 */
static void ask_and_answer(struct bed *bed)
{
	const int listener = listener_at(bed);
	char text[64] = "";
	size_t got = 0;
	int fd[2], i, on = 1;

	connect_both(bed, listener, fd);
	setsockopt(fd[0], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd[1], IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	for (i = 0; i < 300; i++) {
		send_all(fd[i % 2], text, sizeof(text));
		settle(bed);
		assert_int_equal(recv(fd[!(i % 2)], text, sizeof(text), 0), sizeof(text));
	}
	settle(bed);
	memset(bed->bytes, 0, sizeof(bed->bytes));
	for (i = 0; i < 500; i++) {
		if (send(fd[0], text, 1, MSG_NOSIGNAL) < 0 || send(fd[1], text, 1, MSG_NOSIGNAL) < 0)
			assert_int_equal(errno, EAGAIN);
		if (i % 100 == 99) {
			settle(bed);
			got += drain(fd[1]) + drain(fd[0]);
			assert_int_equal(got, bed->bytes[0] + bed->bytes[1]);
		}
	}
	assert_true(got);
	close(fd[0]);
	close(fd[1]);
	close(listener);
}

static void idle_means_that_it_was_taken_in(void **state)
{
	(void)state;
	each_way_of_joining(ask_and_answer);
}

static void call_and_look(struct bed *bed)
{
	const int listener = listener_at(bed);
	int fd[2];

	settle(bed);
	call_up(bed, fd);
	assert_false(wire_idle(bed->wire));
	assert_int_equal(bed->told[WIRE_LEFT] + bed->told[WIRE_RIGHT], 0);
	settle(bed);
	assert_int_equal(bed->kinds[SEGMENT_SYN_ACK], 1);
	close(fd[0]);
	close(listener);
}

static void what_is_not_told_yet_is_on_its_way(void **state)
{
	(void)state;
	each_way_of_joining(call_and_look);
}

static void what_the_sink_keeps_does_not_cross(void **state)
{
	struct bed bed;
	int listener, fd[2];

	(void)state;
	bed_make(&bed, BY_BRIDGE, AF_INET);
	listener = listener_at(&bed);
	bed.keep = SEGMENT_SYN;
	call_up(&bed, fd);
	settle(&bed);
	assert_int_equal(bed.kinds[SEGMENT_SYN], 1);
	assert_int_equal(bed.told[WIRE_RIGHT], 0);
	assert_int_equal(accept(listener, NULL, NULL), -1);

	bed.keep = SEGMENT_ANY;
	must(wire_send(bed.wire, &bed.kept_frame, &e));
	settle(&bed);
	assert_int_equal(bed.kinds[SEGMENT_SYN], 1);
	assert_int_equal(bed.kinds[SEGMENT_SYN_ACK], 1);
	fd[1] = accept(listener, NULL, NULL);
	assert_return_code(fd[1], errno);
	close(fd[0]);
	close(fd[1]);
	close(listener);
	bed_unmake(&bed);
}

static void a_made_segment_is_believed(void **state)
{
	uint8_t frame[256];
	struct wire_frame made = { .from = WIRE_LEFT, .bytes = frame };
	struct segment s;
	struct bed bed;
	int listener, fd[2], n;
	char c;

	(void)state;
	bed_make(&bed, BY_BRIDGE, AF_INET6);
	listener = listener_at(&bed);
	connect_both(&bed, listener, fd);
	bed.keep = SEGMENT_DATA;
	send_all(fd[0], "x", 1);
	settle(&bed);
	assert_int_equal(segment_decode(bed.kept, bed.kept_frame.len, &s), 0);

	s.flags = SEG_RST;
	s.len = 0;
	n = segment_encode(&s, bed.kept, frame, sizeof(frame));
	assert_true(n > 0);
	made.len = (size_t)n;
	must(wire_send(bed.wire, &made, &e));
	settle(&bed);
	assert_int_equal(recv(fd[1], &c, 1, 0), -1);
	assert_int_equal(errno, ECONNRESET);
	close(fd[0]);
	close(fd[1]);
	close(listener);
	bed_unmake(&bed);
}

/* ------------------------------------------------ nothing crosses but by us */

/* What the host's IP and TCP count, and the frames that its device got */
static void read_counters(const struct bed *bed, int host, struct buf *counters, unsigned long *rx)
{
	static const char *const path[] = {
		"/proc/thread-self/net/snmp", "/proc/thread-self/net/netstat",
		"/proc/thread-self/net/snmp6", "/proc/thread-self/net/dev_snmp6/v0",
	};
	autobuf dev = { 0 };
	autons home = -1;
	struct err none;

	must(netns_enter(&home, bed->ns[host], &e));
	for (size_t i = 0; i < sizeof(path) / sizeof(path[0]); i++)
		buf_read_file(counters, path[i], 65536, &none);	/* IPv6 may not be there */
	must(buf_read_file(&dev, "/proc/thread-self/net/dev", 65536, &e));
	assert_int_equal(sscanf(strstr(buf_text(&dev), "v0:"), "v0: %*u %lu", rx), 1);
}

/* A caller's SYN that nobody passes on: the other host's device gets it, the host knows nothing */
static void call_unpassed(struct bed *bed, int from)
{
	autobuf before = { 0 }, after = { 0 };
	const int fd = socket_at(bed, from);
	const int64_t until = clock_ns() + NS_PER_S;
	unsigned long rx, rx_before;
	struct sockaddr_storage to;
	const socklen_t len = sockaddr_of(bed, !from, &to);

	read_counters(bed, !from, &before, &rx_before);
	assert_true(before.len > 1000);
	if (connect(fd, (const struct sockaddr *)&to, len))
		assert_int_equal(errno, EINPROGRESS);
	do {
		buf_clear(&after);
		read_counters(bed, !from, &after, &rx);
	} while (rx == rx_before && clock_ns() < until);
	assert_true(rx > rx_before);
	clock_sleep_until(clock_ns() + 5 * NS_PER_MS);	/* what was got may not be taken in yet */
	buf_clear(&after);
	read_counters(bed, !from, &after, &rx);
	assert_string_equal(buf_text(&before), buf_text(&after));
	settle(bed);
	buf_clear(&after);
	read_counters(bed, !from, &after, &rx);
	assert_string_not_equal(buf_text(&before), buf_text(&after));
	close(fd);
	settle(bed);
}

static void a_host_takes_in_what_was_passed_and_nothing_else(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bed bed;

		bed_make(&bed, BY_BRIDGE, families[i]);
		for (int from = 0; from < 2; from++)
			call_unpassed(&bed, from);
		bed_unmake(&bed);
	}
}

static int group_listener(const struct bed *bed)
{
	const struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	autons home = -1;
	int fd;

	must(netns_enter(&home, bed->ns[1], &e));
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_return_code(bind(fd, (const struct sockaddr *)&at, sizeof(at)), errno);
	return fd;
}

static void tell_group(const struct bed *bed)
{
	const struct sockaddr_in6 to = {
		.sin6_family = AF_INET6, .sin6_port = htons(PORT), .sin6_scope_id = 11,
		.sin6_addr = { { { 0xff, 2, [15] = 1 } } },	/* all nodes */
	};
	autons home = -1;
	autofd fd = -1;

	must(netns_enter(&home, bed->ns[0], &e));
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(sendto(fd, "x", 1, 0, (const struct sockaddr *)&to, sizeof(to)), 1);
}

static void what_is_sent_to_a_group_comes_once(void **state)
{
	struct bed bed;
	char c;
	int fd;

	(void)state;
	bed_make(&bed, BY_BRIDGE, AF_INET6);
	fd = group_listener(&bed);
	tell_group(&bed);
	settle(&bed);
	assert_int_equal(bed.told[WIRE_LEFT], 1);
	assert_int_equal(recv(fd, &c, 1, 0), 1);
	assert_int_equal(recv(fd, &c, 1, 0), -1);
	close(fd);
	bed_unmake(&bed);
}

/* What our own sockets send is heard by no tap of the host that it leaves, and by ours not at all */
static void what_was_passed_is_not_heard_again(void **state)
{
	struct sockaddr_ll from, at = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };
	int listener, fd[2], tap[2], sent[2] = { 0 };
	struct bed bed;
	char c;

	(void)state;
	bed_make(&bed, BY_BRIDGE, AF_INET);
	listener = listener_at(&bed);
	for (int host = 0; host < 2; host++) {
		autons home = -1;

		must(netns_enter(&home, bed.ns[host], &e));
		tap[host] = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_return_code(bind(tap[host], (const struct sockaddr *)&at, sizeof(at)), errno);
	}
	connect_both(&bed, listener, fd);
	for (int host = 0; host < 2; host++) {
		socklen_t len = sizeof(from);

		for (; recvfrom(tap[host], &c, 1, 0, (struct sockaddr *)&from, &len) > 0;
		     len = sizeof(from))
			sent[host] += from.sll_pkttype == PACKET_OUTGOING &&
				      from.sll_protocol == htons(ETH_P_IP);
		close(tap[host]);
	}
	assert_int_equal(sent[0], 2 + bed.repeats);
	assert_int_equal(sent[1], 1);
	assert_int_equal(bed.told[WIRE_LEFT], 2 + bed.repeats);
	assert_int_equal(bed.told[WIRE_RIGHT], 1);
	close(fd[0]);
	close(fd[1]);
	close(listener);
	bed_unmake(&bed);
}

static void unplug(const struct bed *bed, int host)
{
	autofd fd = socket_at(bed, host);
	struct ifreq r = { .ifr_name = "v0" };

	assert_return_code(ioctl(fd, SIOCSIFFLAGS, &r), errno);
}

/* A device that is down loses what is sent to it, and holds nothing up */
static void what_is_sent_to_a_host_that_is_down_is_lost(void **state)
{
	uint8_t bytes[64] = { 2, 0, 0, 0, 0, 1, [12] = 8 };
	struct wire_frame frame = { .bytes = bytes, .len = sizeof(bytes) };
	struct bed bed;

	(void)state;
	bed_make(&bed, BY_BRIDGE, AF_INET);
	unplug(&bed, 1);
	for (frame.from = WIRE_LEFT; frame.from < WIRE_ENDS; frame.from++) {
		bytes[5] = frame.from == WIRE_LEFT ? 2 : 1;
		must(wire_send(bed.wire, &frame, &e));
		assert_true(wire_idle(bed.wire));
	}
	bed_unmake(&bed);
}

static void a_tap_cannot_send(void **state)
{
	uint8_t bytes[64] = { 0 };
	const struct wire_frame frame = { .bytes = bytes, .len = sizeof(bytes) };
	struct bed bed;
	struct err e;

	(void)state;
	bed_make(&bed, BY_TAP, AF_INET);
	assert_int_equal(wire_send(bed.wire, &frame, &e), -EOPNOTSUPP);
	bed_unmake(&bed);
}

static void what_cannot_be_sent_is_said(void **state)
{
	static uint8_t bytes[4 * MTU] = { 2, 0, 0, 0, 0, 2, [12] = 8 };
	const struct wire_frame large = { .bytes = bytes, .len = sizeof(bytes) };
	const struct wire_frame small = { .bytes = bytes, .len = 13 };
	struct bed bed;
	struct err e;

	(void)state;
	bed_make(&bed, BY_BRIDGE, AF_INET);
	assert_int_equal(wire_send(bed.wire, &large, &e), -EMSGSIZE);
	assert_string_equal(e.text, "wire: send 6000 bytes: Message too long");
	assert_int_equal(wire_send(bed.wire, &small, &e), -EINVAL);
	bed_unmake(&bed);
}

static void a_missing_device_is_named(void **state)
{
	static const char *const dev[] = { "lo", "nosuch" }, *const other[] = { "nosuch", "lo" };
	struct wire *w = NULL;
	int ns[2] = { -1, -1 };
	struct err e;

	(void)state;
	assert_int_equal(netns_new(&ns[0], &e), 0);
	ns[1] = ns[0];
	assert_int_equal(wire_bridge(&w, ns, dev, on_frame, NULL, &e), -ENODEV);
	assert_string_equal(e.text, "wire: nosuch: No such device");
	assert_int_equal(wire_bridge(&w, ns, other, on_frame, NULL, &e), -ENODEV);
	assert_int_equal(wire_tap(&w, ns, dev, on_frame, NULL, &e), -ENODEV);
	assert_null(w);
	close(ns[0]);
}

/* From now on the left end's device drops what comes before anybody hears it. Return: a descriptor; -1: not allowed here */
static int deafen(const struct bed *bed)
{
	const struct bpf_insn drop[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_DROP },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr program = { .prog_type = BPF_PROG_TYPE_XDP, .insn_cnt = 2,
				   .insns = (uintptr_t)drop, .license = (uintptr_t)"GPL" };
	union bpf_attr link = { .link_create = { .target_ifindex = (uint32_t)ends[0].index,
						 .attach_type = BPF_XDP, .flags = XDP_FLAGS_SKB_MODE } };
	autons home = -1;
	autofd fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &program, sizeof(program));

	if (fd < 0)
		return -1;
	must(netns_enter(&home, bed->ns[0], &e));
	link.link_create.prog_fd = (uint32_t)fd;
	return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &link, sizeof(link));
}

static void a_marker_that_does_not_come_leaves_it_open(void **state)
{
	(void)state;
	for (enum joined joined = BY_TAP; joined <= BY_BRIDGE; joined++) {
		struct bed bed;
		int link;

		bed_make(&bed, joined, AF_INET);
		settle(&bed);
		link = deafen(&bed);
		if (link >= 0) {
			assert_false(wire_idle(bed.wire));
			close(link);
			settle(&bed);
		}
		bed_unmake(&bed);
		if (link < 0)
			skip();
	}
}

static void a_way_that_is_cut_has_nothing_on_it(void **state)
{
	struct bed bed;
	int64_t begun;

	(void)state;
	for (int host = 0; host < 2; host++) {
		bed_make(&bed, BY_TAP, AF_INET);
		settle(&bed);
		unplug(&bed, host);
		begun = clock_ns();
		assert_true(wire_idle(bed.wire));
		assert_true(clock_ns() - begun < 100 * NS_PER_MS);
		bed_unmake(&bed);
	}
}

static void stay_on_one_cpu(void)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_frame_is_told_once),
		cmocka_unit_test(megabytes_cross_unharmed_and_in_super_frames),
		cmocka_unit_test(idle_means_that_it_was_taken_in),
		cmocka_unit_test(what_is_not_told_yet_is_on_its_way),
		cmocka_unit_test(what_the_sink_keeps_does_not_cross),
		cmocka_unit_test(a_made_segment_is_believed),
		cmocka_unit_test(a_host_takes_in_what_was_passed_and_nothing_else),
		cmocka_unit_test(what_is_sent_to_a_group_comes_once),
		cmocka_unit_test(what_was_passed_is_not_heard_again),
		cmocka_unit_test(what_is_sent_to_a_host_that_is_down_is_lost),
		cmocka_unit_test(a_tap_cannot_send),
		cmocka_unit_test(what_cannot_be_sent_is_said),
		cmocka_unit_test(a_missing_device_is_named),
		cmocka_unit_test(a_marker_that_does_not_come_leaves_it_open),
		cmocka_unit_test(a_way_that_is_cut_has_nothing_on_it),
	};

	if (!netns_test_allowed())
		return SKIPPED;
	stay_on_one_cpu();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
