/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_WIRE_H
#define LIB_WIRE_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct wire;

/** Which end a frame came from; for the caller to name (client is 0, server 1) */
enum { WIRE_LEFT, WIRE_RIGHT, WIRE_ENDS };

/**
 * struct wire_frame - One frame, whole
 * @from:    the end whose host sent it
 * @at_ns:   kernel receive timestamp on the CLOCK_MONOTONIC scale
 * @real_ns: the same on the CLOCK_REALTIME scale, for captures
 * @vnet:    offload metadata (struct virtio_net_hdr), handed on with the frame
 * @bytes, @len: from the Ethernet header; an unfinished checksum is NOT yet filled in
 */
struct wire_frame {
	int from;
	int64_t at_ns, real_ns;
	uint8_t vnet[12];
	uint8_t *bytes;
	size_t len;
};

/**
 * wire_sink - Told of each frame, in the order in which frames came
 * @frame: borrowed until it returns
 *
 * Bridge: return true to let it cross now; false to keep it from crossing
 * (the sink may copy it and send it later with wire_send()).
 * Tap: the frame has crossed already; what is returned does not matter.
 */
typedef bool (*wire_sink)(void *ctx, const struct wire_frame *frame);

/**
 * wire_tap() - Watch a veth pair (or one loopback) without touching what crosses
 * @ns:    the namespaces of both ends, borrowed; the same twice for loopback
 * @dev:   name of each end in its namespace
 * @w:     out, freed by wire_close()
 *
 * Each frame is told once. The order and the moments are those at the left
 * end: a frame of the left host's as it is sent, one of the right host's as it
 * comes. On loopback a frame is told as it comes, always as from WIRE_LEFT.
 */
int wire_tap(struct wire **w, const int ns[WIRE_ENDS], const char *const dev[WIRE_ENDS],
	     wire_sink sink, void *ctx, struct err *e);

/** wire_mac - The address that hosts with a bridge between them know for each other: nobody's */
extern const uint8_t wire_mac[6];

/**
 * wire_bridge() - Be the wire between the ends of a veth pair
 * @ns:  the namespaces of both ends, borrowed
 * @dev: name of each end in its namespace, with the address that its host has
 *
 * Each host must have wire_mac as the other's link-layer address: then nothing
 * that it sends is taken in, but in wire_pump(), where it crosses with its
 * offload metadata. The sink sees it with the other host's own address. What
 * is sent to a group crosses by itself, whatever the sink says.
 *
 * Order is kept in each direction. All frames are told in the order, and with
 * the moments, of the left end, as by wire_tap().
 */
int wire_bridge(struct wire **w, const int ns[WIRE_ENDS], const char *const dev[WIRE_ENDS],
		wire_sink sink, void *ctx, struct err *e);

/** wire_poll() - The descriptors to wait for and why (at most WIRE_ENDS). Return: how many */
int wire_poll(const struct wire *w, struct pollfd *fds);

/**
 * wire_pump() - Take in and pass on what is there; never blocks
 *
 * The answers that frames call forth as they cross are told in the same call.
 * A bounded number is: where more are there, wire_poll() says so at once. What
 * the kernel has no room for yet waits inside, and crosses in a later call.
 *
 * Return: how many frames were told, or a negative errno
 */
int wire_pump(struct wire *w, struct err *e);

/**
 * wire_idle() - Whether no frame is on its way
 *
 * True: every frame that was sent before the call has been told, has crossed
 * and was taken in by its host, and so were the answers. Frames that the sink
 * kept do not count, nor do those that the kernel dropped; and where the way is
 * cut none can be on it. False: some are, or nobody knows, since the kernel did
 * not get to its work for a tenth of a second, which passes in the call.
 */
bool wire_idle(struct wire *w);

/**
 * wire_send() - Deliver a frame to the host at the other end of @frame->from
 *
 * @frame: its from, vnet, bytes and len count. All zero in vnet is right for a
 *         frame with whole checksums; one that was kept goes with its own
 *
 * The sink is not told. May be called by the sink. A frame that is not addressed
 * to that host is not sent, as the host would not take it in.
 * Return: 0 or a negative errno; -EOPNOTSUPP for a tap
 */
int wire_send(struct wire *w, const struct wire_frame *frame, struct err *e);

/** wire_lost() - How many frames the kernel's queue dropped before we saw them */
unsigned int wire_lost(const struct wire *w);

/** wire_clock_set() - Whether a wire_pump() since the last call found that the wall clock had been set */
bool wire_clock_set(struct wire *w);

/**
 * wire_close() - End it; NULL is fine
 *
 * Waits for the kernel, some milliseconds for each socket. A process that is
 * about to _exit() does better without.
 */
void wire_close(struct wire *w);

#endif
