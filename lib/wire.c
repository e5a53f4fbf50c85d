// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation
 * ===================
 *
 * All frames come out of one packet socket, and so out of one queue: the order
 * in which they are told is the order in which the kernel queued them, whatever
 * the clocks say. It listens at the left end, where it hears what the left host
 * sends as it is sent, and what the right one sends as it comes. Order and
 * moments are thus those that the left host sees. On lo each frame would be
 * heard going out and coming in; the coming is told.
 *
 * Tap: that is all. Bridge: hosts joined by one veth pair, too, but each was
 * told that the other lives at wire_mac, which is nobody's. What a host sends
 * is carried to the other device, where packet sockets hear it, and dropped
 * there as another's (PACKET_OTHERHOST), before IP looks at it and before any
 * counter of IP or TCP (ip_rcv_core(), ip6_rcv_core(); so from 6.1 to 6.18).
 * What shall cross is sent a second time, by a packet socket at the end it came
 * from, to the other host's own address. It goes with the virtio header that
 * came with it (PACKET_VNET_HDR): checksums that an offload left undone stay
 * undone, and segments larger than the MTU stay whole, as on a plain pair.
 *
 * What is sent a second time is not heard again. At the left it goes past the
 * device's queue and taps (PACKET_QDISC_BYPASS), and so past a queueing
 * discipline that a program put there; it passed that the first time. From the
 * right it comes to the left as the host's own (PACKET_HOST), and as nothing
 * else does so, a filter tells it apart. It spares the queue its bytes, and
 * wire_lost() frames that are none.
 *
 * What crosses without us: a frame to a group, which only programs send, for
 * devices are IFF_NOARP, so that nothing is asked of all; not even IPv4's
 * broadcast is, such a device has it go to its own address
 * (arp_constructor()). As it crossed already it is told, but not sent again.
 * So is a frame to any other address: no host takes it in.
 *
 * What a host can see of it: its device counts each frame that comes twice
 * (rx_packets, and rx_otherhost_dropped for the first), and packet sockets,
 * XDP, tc and nftables at ingress see it twice. tx_packets counts each that
 * goes twice, and nftables at egress sees it twice (nf_hook_direct_egress()).
 * IP and whatever stands above it see it once. Of a tap and of a bridge the
 * left host's device can see the markers told of below, which IP does not.
 *
 * Reordering. One CPU, no reordering; the caller pins the process to one.
 * veth and lo hand a frame on with netif_rx(): it is put at the end of the
 * backlog of the CPU that sends, and NET_RX takes frames from its front, each
 * one through to its socket before the next is looked at (enqueue_to_backlog(),
 * process_backlog()). One sender, one CPU, one queue: first in, first out. With
 * two CPUs there are two queues, and a FIN may overtake an ACK. What is left:
 * a timer that the kernel moved to another CPU because ours was idle. It sends
 * when nothing else is under way, so there is nothing to overtake. Receive
 * steering (rps_cpus) would undo all this; a fresh namespace has none.
 *
 * Synchrony. sendmsg() on a packet socket ends in the device's transmission,
 * and the NET_RX softirq runs when that enables softirqs again. So mostly the
 * receiving host has done with the frame, and its answer waits for us, when
 * sendmsg() returns. Not always: the softirq gives up after 2 ms, ten rounds or
 * 300 frames (handle_softirqs(), net_rx_action()) and leaves the rest to
 * ksoftirqd, which has to be scheduled first; and some kernels do all of it in
 * threads (thread_backlog_napi, PREEMPT_RT). Hence:
 *
 * wire_idle() sends a marker frame from the right end to the left (or over lo),
 * to nobody. Whichever host a frame is for, it waits in the same backlog, the
 * CPU's, and so does the marker, behind all that were sent. When it is heard,
 * they were taken in by their hosts, and what the right host had sent was heard
 * before it. What they answered: the left host's answers are heard as they are
 * made, so before the marker, too. The right host's, and all on lo, were put
 * behind the first marker; they stand before a second. Where nothing crossed
 * there was nothing to answer, and one is enough: what a host sends over a
 * bridge to wire_mac calls forth nothing by itself. A frame that a timer sends
 * on another CPU is none of those that were sent before: it might as well be
 * sent a moment later. This needs no look into the hosts, and no count, which a
 * frame that the kernel dropped would spoil.
 *
 * A marker that does not come tells nothing: ksoftirqd has to be scheduled, and
 * on a busy machine that takes tens of milliseconds (seen: 38). It is waited for
 * a while, and then nobody may say that the wire is idle.
 *
 * Clocks. The kernel stamps frames by the wall clock. How far that is from
 * CLOCK_MONOTONIC is looked at in each pump; see wall.h.
 *
 * Haste. A frame waits for wire_pump(). TCP sends its last segment again when
 * the answer is one or two jiffies late (tail loss probe), so where the process
 * is kept off its CPU for 4 ms, the wire shows repeats that no kernel is to
 * blame for. Both hosts may be told not to (net.ipv4.tcp_early_retrans=0).
 *
 * Closing. close() of a packet socket waits for an RCU grace period: some
 * milliseconds, each. A child that ends with _exit() may leave it to that.
 */
#include "lib/wire.h"

#include "lib/clock.h"
#include "lib/err.h"
#include "lib/netns.h"
#include "lib/wall.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <arpa/inet.h>
#include <net/ethernet.h>		/* before linux/: musl's and the kernel's struct ethhdr meet */
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef PACKET_IGNORE_OUTGOING		/* Linux 4.20 */
#define PACKET_IGNORE_OUTGOING 23
#endif

enum {
	FRAME_ROOM = 8 * 65536 + 128,	/* the largest BIG TCP packet */
	QUEUE_ROOM = 64 << 20,
	FRAMES_AT_ONCE = 256,		/* in one pump */
	MARKER_TYPE = ETH_P_802_EX1,	/* local experiments */
	MARKER_LEN = ETH_ZLEN,
};
#define PATIENCE_NS (100 * NS_PER_MS)	/* for a marker */

typedef struct virtio_net_hdr vnet_header;

/** struct parcel - A frame that the kernel would not take yet */
struct parcel {
	struct parcel *next;
	vnet_header vnet;
	size_t len;
	uint8_t bytes[];
};

/** struct outlet - The way out of one end, for what came from there: the device, and what waits */
struct outlet {
	char dev[IFNAMSIZ];
	int index;
	uint8_t mac[ETH_ALEN];	/* of a bridge: where the host of that end lives */
	struct parcel *first, **last;
};

enum kind { BRIDGE, TAP_PAIR, TAP_LO };

struct wire {
	enum kind kind;
	wire_sink sink;
	void *ctx;
	int fd[WIRE_ENDS];	/* the left one hears, the right one only sends; lo has no right one */
	uint8_t *room;		/* FRAME_ROOM */
	unsigned int lost;

	struct wall wall;	/* looked at in each pump */
	int64_t last_ns;	/* when the last frame came */

	struct outlet outlet[WIRE_ENDS];
	uint32_t marker;	/* serial number of the last one sent */
	bool crossed;		/* a frame, since it was last idle */
};

const uint8_t wire_mac[6] = { 0x02, 0, 0, 0, 0, 0x11 };

static int64_t monotonic(struct wire *w, int64_t wall_ns)
{
	const int64_t at = wall_moment(&w->wall, wall_ns, clock_ns());

	if (at > w->last_ns)
		w->last_ns = at;
	return w->last_ns;
}

static int64_t stamp_of(struct msghdr *m)
{
	struct cmsghdr *c;
	struct timespec t;

	for (c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPNS)
			continue;
		memcpy(&t, CMSG_DATA(c), sizeof(t));
		return t.tv_sec * NS_PER_S + t.tv_nsec;
	}
	return clock_real_ns();
}

/*
 * The next frame in the queue, or with MSG_PEEK a look at it; @frame->from is
 * not set yet.
 * Return: 1, 0 where there is none, or a negative errno
 */
static int hear(struct wire *w, int how, struct wire_frame *frame, struct sockaddr_ll *from,
		struct err *e)
{
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(struct timespec)) + 64];
	struct iovec part[] = {
		{ frame->vnet, sizeof(vnet_header) }, { w->room, FRAME_ROOM },
	};
	struct msghdr m;
	ssize_t n;

	for (;;) {
		m = (struct msghdr){
			.msg_name = from, .msg_namelen = sizeof(*from),
			.msg_iov = part, .msg_iovlen = 2,
			.msg_control = control, .msg_controllen = sizeof(control),
		};
		n = recvmsg(w->fd[WIRE_LEFT], &m, how | MSG_DONTWAIT);
		if (n >= (ssize_t)sizeof(vnet_header) && !(m.msg_flags & MSG_TRUNC))
			break;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && (errno == EINTR || errno == ENETDOWN))
			continue;
		if (n < 0 && errno != EINVAL)
			return err_sys(e, "wire: receive");
		/* EINVAL: an offload that the virtio header has no word for */
		w->lost++;
	}
	frame->bytes = w->room;
	frame->len = (size_t)n - sizeof(vnet_header);
	frame->real_ns = stamp_of(&m);
	return 1;
}

static bool is_marker(const struct sockaddr_ll *from)
{
	return from->sll_protocol == htons(MARKER_TYPE);
}

/* The end whose host sent it */
static int end_of(const struct wire *w, const struct sockaddr_ll *from)
{
	return w->kind == TAP_LO || from->sll_pkttype == PACKET_OUTGOING ? WIRE_LEFT : WIRE_RIGHT;
}

static bool is_to(const struct wire_frame *frame, const uint8_t mac[ETH_ALEN])
{
	return frame->len >= ETH_HLEN && !memcmp(frame->bytes, mac, ETH_ALEN);
}

/* The next frame to be told of; as hear() */
static int take(struct wire *w, struct wire_frame *frame, struct err *e)
{
	struct sockaddr_ll from;
	int rc;

	do {
		*frame = (struct wire_frame){ 0 };
		rc = hear(w, 0, frame, &from, e);
		if (rc <= 0)
			return rc;
	} while (is_marker(&from));
	frame->from = end_of(w, &from);
	frame->at_ns = monotonic(w, frame->real_ns);
	if (w->kind == BRIDGE && is_to(frame, wire_mac))
		memcpy(frame->bytes, w->outlet[!frame->from].mac, ETH_ALEN);
	w->crossed |= w->kind != BRIDGE;
	return 1;
}

static int transmit(const struct wire *w, int end, const void *vnet, const uint8_t *bytes,
		    size_t len)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = w->outlet[end].index };
	struct iovec part[] = {
		{ (void *)(uintptr_t)vnet, sizeof(vnet_header) },
		{ (void *)(uintptr_t)bytes, len },
	};
	const struct msghdr m = {
		.msg_name = &to, .msg_namelen = sizeof(to), .msg_iov = part, .msg_iovlen = 2,
	};
	ssize_t n;

	if (len < ETH_HLEN)
		return -EINVAL;
	memcpy(&to.sll_protocol, bytes + ETH_HLEN - 2, sizeof(uint16_t));
	do
		n = sendmsg(w->fd[end], &m, MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* The kernel is out of room: something that passes */
static bool is_jam(int rc)
{
	return rc == -EAGAIN || rc == -ENOBUFS || rc == -ENOMEM;
}

/*
 * Whether a host's program took a device down: what is sent then is lost, and
 * said to be (ENETDOWN), or to find no room (ENOBUFS, __dev_direct_xmit()).
 */
static bool is_unplugged(const struct wire *w, int end)
{
	struct ethtool_value link = { .cmd = ETHTOOL_GLINK };
	struct ifreq r = { .ifr_data = (void *)&link };

	memcpy(r.ifr_name, w->outlet[end].dev, sizeof(r.ifr_name));
	return !ioctl(w->fd[end], SIOCETHTOOL, &r) && !link.data;
}

/* From one end to the other. Return: 0, also where it was lost, or a negative errno */
static int carry(const struct wire *w, int from, const void *vnet, const uint8_t *bytes, size_t len)
{
	const int rc = transmit(w, from, vnet, bytes, len);

	return (rc == -ENETDOWN || rc == -ENOBUFS) && is_unplugged(w, from) ? 0 : rc;
}

static int put_aside(struct outlet *out, const struct wire_frame *frame, struct err *e)
{
	struct parcel *const p = malloc(sizeof(*p) + frame->len);

	if (!p)
		return err_set(e, -ENOMEM, "wire: out of memory");
	p->next = NULL;
	p->len = frame->len;
	memcpy(&p->vnet, frame->vnet, sizeof(p->vnet));
	memcpy(p->bytes, frame->bytes, frame->len);
	*out->last = p;
	out->last = &p->next;
	return 0;
}

static int refused(struct err *e, int rc, size_t len)
{
	errno = -rc;
	return err_sys(e, "wire: send %zu bytes", len);
}

static int deliver(struct wire *w, const struct wire_frame *frame, struct err *e)
{
	struct outlet *const out = &w->outlet[frame->from];
	int rc = -EAGAIN;

	w->crossed = true;
	if (frame->len >= ETH_HLEN && !is_to(frame, w->outlet[!frame->from].mac))
		return 0;	/* to a group: it is there; to another: nobody takes it */
	if (!out->first)
		rc = carry(w, frame->from, frame->vnet, frame->bytes, frame->len);
	if (is_jam(rc))
		return put_aside(out, frame, e);
	return rc ? refused(e, rc, frame->len) : 0;
}

static void drop_first(struct outlet *out)
{
	struct parcel *const p = out->first;

	out->first = p->next;
	if (!out->first)
		out->last = &out->first;
	free(p);
}

static int flush(struct wire *w, int from, struct err *e)
{
	struct outlet *const out = &w->outlet[from];

	while (out->first) {
		const struct parcel *const p = out->first;
		const int rc = carry(w, from, &p->vnet, p->bytes, p->len);

		if (is_jam(rc))
			return 0;
		if (rc)
			return refused(e, rc, p->len);
		drop_first(out);
	}
	return 0;
}

/* The kernel begins its count anew with each look */
static void count_losses(struct wire *w)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);

	getsockopt(w->fd[WIRE_LEFT], SOL_PACKET, PACKET_STATISTICS, &stats, &len);
	w->lost += stats.tp_drops;
}

int wire_pump(struct wire *w, struct err *e)
{
	struct wire_frame frame;
	int told, end, rc = 0;

	wall_look(&w->wall);
	for (end = 0; end < WIRE_ENDS; end++)
		if (flush(w, end, e))
			return e->code;
	for (told = 0; told < FRAMES_AT_ONCE; told++) {
		rc = take(w, &frame, e);
		if (rc <= 0)
			break;
		if (w->sink(w->ctx, &frame) && w->kind == BRIDGE &&
		    deliver(w, &frame, e))
			return e->code;
	}
	if (told)
		count_losses(w);
	return rc < 0 ? rc : told;
}

static bool wait_readable(const struct wire *w, int64_t until_ns)
{
	struct pollfd p = { .fd = w->fd[WIRE_LEFT], .events = POLLIN };
	const int64_t left = until_ns - clock_ns();
	const struct timespec t = { .tv_nsec = left > 0 ? left : 0 };

	return ppoll(&p, 1, &t, NULL) > 0;
}

static int send_marker(struct wire *w, int from)
{
	static const vnet_header plain;
	uint8_t frame[MARKER_LEN] = { 0 };

	w->marker++;
	memcpy(frame, wire_mac, ETH_ALEN);
	frame[ETH_HLEN - 2] = MARKER_TYPE >> 8;
	frame[ETH_HLEN - 1] = MARKER_TYPE & 0xff;
	memcpy(frame + ETH_HLEN, &w->marker, sizeof(w->marker));
	return transmit(w, from, &plain, frame, sizeof(frame));
}

static bool is_last_marker(const struct wire *w, const struct wire_frame *frame)
{
	return frame->len >= ETH_HLEN + sizeof(w->marker) &&
	       !memcmp(frame->bytes + ETH_HLEN, &w->marker, sizeof(w->marker));
}

/* Return: whether the marker went round and no frame stood before it */
static bool marker_came_back(struct wire *w)
{
	const int end = w->kind == TAP_LO ? WIRE_LEFT : WIRE_RIGHT;
	const int sent = send_marker(w, end);
	const int64_t until = clock_ns() + PATIENCE_NS;
	struct sockaddr_ll from;
	struct wire_frame frame;
	struct err ignored;

	if (sent)	/* where the way is cut nothing can be on it */
		return sent == -ENETDOWN || is_unplugged(w, end);
	for (;;) {
		const int rc = hear(w, MSG_PEEK, &frame, &from, &ignored);

		if (rc < 0)
			return false;	/* the next pump will say why */
		if (rc && !is_marker(&from))
			return false;
		if (rc && hear(w, 0, &frame, &from, &ignored) > 0 && is_last_marker(w, &frame))
			return true;
		if (!rc && !wait_readable(w, until))
			return false;	/* late, or lost: nobody knows */
	}
}

bool wire_idle(struct wire *w)
{
	int end, rounds;

	for (end = 0; end < WIRE_ENDS; end++)
		if (w->outlet[end].first)
			return false;
	for (rounds = w->crossed ? 2 : 1; rounds; rounds--)
		if (!marker_came_back(w))
			return false;
	w->crossed = false;
	return true;
}

int wire_poll(const struct wire *w, struct pollfd *fds)
{
	fds[0] = (struct pollfd){ .fd = w->fd[WIRE_LEFT],
				  .events = w->outlet[WIRE_LEFT].first ? POLLIN | POLLOUT : POLLIN };
	if (!w->outlet[WIRE_RIGHT].first)
		return 1;
	fds[1] = (struct pollfd){ .fd = w->fd[WIRE_RIGHT], .events = POLLOUT };
	return 2;
}

int wire_send(struct wire *w, const struct wire_frame *frame, struct err *e)
{
	if (w->kind != BRIDGE)
		return err_set(e, -EOPNOTSUPP, "wire: a tap cannot send");
	return deliver(w, frame, e);
}

bool wire_clock_set(struct wire *w)
{
	return wall_was_set(&w->wall);
}

unsigned int wire_lost(const struct wire *w)
{
	return w->lost;
}

void wire_close(struct wire *w)
{
	int end;

	if (!w)
		return;
	for (end = 0; end < WIRE_ENDS; end++) {
		while (w->outlet[end].first)
			drop_first(&w->outlet[end]);
		fd_close(&w->fd[end]);
	}
	free(w->room);
	free(w);
}

static void close_unless_kept(struct wire **w)
{
	wire_close(*w);
}

#define autowire __attribute__((cleanup(close_unless_kept))) struct wire

static struct wire *wire_new(wire_sink sink, void *ctx)
{
	struct wire *const w = calloc(1, sizeof(*w));
	int end;

	if (!w)
		return NULL;
	w->sink = sink;
	w->ctx = ctx;
	w->fd[WIRE_LEFT] = w->fd[WIRE_RIGHT] = -1;
	for (end = 0; end < WIRE_ENDS; end++)
		w->outlet[end].last = &w->outlet[end].first;
	wall_begin(&w->wall);
	w->room = malloc(FRAME_ROOM);	/* pages that no frame fills are never there */
	if (!w->room) {
		wire_close(w);
		return NULL;
	}
	return w;
}

/* A packet socket of the namespace we are in, which hears nothing: enough to send */
static int packet_socket(int *fd, struct err *e)
{
	const int on = 1;

	*fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		return err_sys(e, "packet socket");
	if (setsockopt(*fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)))
		return err_sys(e, "PACKET_VNET_HDR");
	return 0;
}

/*
 * As much as we may: SO_RCVBUFFORCE is for the first user namespace alone.
 * Elsewhere net.core.rmem_max is the limit. Where that is 208K, as before
 * 6.17, some six super-frames fill the queue, and a transfer of megabytes
 * loses frames here (seen 2026-11); wire_lost() tells.
 */
static void widen_queue(int fd)
{
	const int most = QUEUE_ROOM;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &most, sizeof(most)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &most, sizeof(most));
}

/* @sock: any socket of the namespace that has the device */
static int index_of(int sock, const char *dev, int *index, struct err *e)
{
	struct ifreq r = { 0 };

	snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", dev);
	if (ioctl(sock, SIOCGIFINDEX, &r))
		return err_sys(e, "%s", dev);
	*index = r.ifr_ifindex;
	return 0;
}

static int open_outlet(struct wire *w, int end, const char *dev, struct err *e)
{
	snprintf(w->outlet[end].dev, sizeof(w->outlet[end].dev), "%s", dev);
	return packet_socket(&w->fd[end], e) ? e->code :
	       index_of(w->fd[end], dev, &w->outlet[end].index, e);
}

/* What goes out of that end has gone out before, and where its host lives is to be known */
static int go_past_the_host(struct wire *w, int end, struct err *e)
{
	struct outlet *const out = &w->outlet[end];
	const int on = 1;
	struct ifreq r = { 0 };

	memcpy(r.ifr_name, out->dev, sizeof(r.ifr_name));
	if (ioctl(w->fd[end], SIOCGIFHWADDR, &r))
		return err_sys(e, "%s", out->dev);
	memcpy(out->mac, r.ifr_hwaddr.sa_data, sizeof(out->mac));
	if (setsockopt(w->fd[end], SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)))
		return err_sys(e, "PACKET_QDISC_BYPASS");
	return 0;
}

/* What comes to the host itself is what we sent it */
static int overhear_only(int fd, struct err *e)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)))
		return err_sys(e, "SO_ATTACH_FILTER");
	return 0;
}

static int listen_at(int fd, int index, bool outgoing, struct err *e)
{
	const struct sockaddr_ll at = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = index,
	};
	const int on = 1, off = !outgoing;

	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &off, sizeof(off)))
		return err_sys(e, "PACKET_IGNORE_OUTGOING");
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)))
		return err_sys(e, "SO_TIMESTAMPNS");
	widen_queue(fd);
	if (bind(fd, (const struct sockaddr *)&at, sizeof(at)))
		return err_sys(e, "bind");
	return 0;
}

static int open_right_end(struct wire *w, int ns, const char *dev, struct err *e)
{
	autons home = -1;

	if (w->kind == TAP_LO)
		return 0;
	if (netns_enter(&home, ns, e) || open_outlet(w, WIRE_RIGHT, dev, e))
		return e->code;
	return go_past_the_host(w, WIRE_RIGHT, e);
}

static int open_left_end(struct wire *w, int ns, const char *dev, struct err *e)
{
	int *const fd = &w->fd[WIRE_LEFT];
	autons home = -1;

	if (netns_enter(&home, ns, e) || open_outlet(w, WIRE_LEFT, dev, e))
		return e->code;
	if (w->kind == BRIDGE && (go_past_the_host(w, WIRE_LEFT, e) || overhear_only(*fd, e)))
		return e->code;
	return listen_at(*fd, w->outlet[WIRE_LEFT].index, w->kind != TAP_LO, e);
}

static int open_wire(struct wire **wire, enum kind kind, const int ns[WIRE_ENDS],
		     const char *const dev[WIRE_ENDS], wire_sink sink, void *ctx, struct err *e)
{
	autowire *w = wire_new(sink, ctx);

	if (!w)
		return err_set(e, -ENOMEM, "wire: out of memory");
	w->kind = kind;
	if (open_left_end(w, ns[WIRE_LEFT], dev[WIRE_LEFT], e) ||
	    open_right_end(w, ns[WIRE_RIGHT], dev[WIRE_RIGHT], e))
		return err_in(e, "wire");
	*wire = w;
	w = NULL;
	return 0;
}

int wire_tap(struct wire **w, const int ns[WIRE_ENDS], const char *const dev[WIRE_ENDS],
	     wire_sink sink, void *ctx, struct err *e)
{
	const bool lo = ns[WIRE_LEFT] == ns[WIRE_RIGHT] && !strcmp(dev[WIRE_LEFT], dev[WIRE_RIGHT]);

	return open_wire(w, lo ? TAP_LO : TAP_PAIR, ns, dev, sink, ctx, e);
}

int wire_bridge(struct wire **w, const int ns[WIRE_ENDS], const char *const dev[WIRE_ENDS],
		wire_sink sink, void *ctx, struct err *e)
{
	return open_wire(w, BRIDGE, ns, dev, sink, ctx, e);
}
