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
 * wire_tap() - Watch a veth pair (or one loopback) without touching it
 * @ns:    the namespaces of both ends, borrowed; the same twice for loopback
 * @dev:   name of each end in its namespace
 * @w:     out, freed by wire_close()
 *
 * Each frame is told once, when its receiver got it.
 */
int wire_tap(struct wire **w, const int ns[WIRE_ENDS], const char *const dev[WIRE_ENDS],
	     wire_sink sink, void *ctx, struct err *e);

/**
 * wire_bridge() - Be the wire between two devices of one namespace
 * @ns:  the namespace between the hosts, borrowed; holds one device for each end
 * @dev: their names
 *
 * Frames cross only in wire_pump(). Order is kept in each direction.
 */
int wire_bridge(struct wire **w, int ns, const char *const dev[WIRE_ENDS],
		wire_sink sink, void *ctx, struct err *e);

/** wire_poll() - The descriptors to wait for (at most WIRE_ENDS). Return: how many */
int wire_poll(const struct wire *w, struct pollfd *fds);

/**
 * wire_pump() - Take in and pass on what is there; never blocks
 * Return: how many frames were told, or a negative errno
 */
int wire_pump(struct wire *w, struct err *e);

/**
 * wire_idle() - Whether no frame is on its way
 *
 * Tap: all that one end sent, the other got. Bridge: all that crossed was got
 * by its host (the far end's receive counter, or a tap there, tells).
 * Frames that the sink kept do not count.
 */
bool wire_idle(struct wire *w);

/**
 * wire_send() - Deliver a frame to the host at the other end of @frame->from
 *
 * The sink is not told. Return: 0 or a negative errno
 */
int wire_send(struct wire *w, const struct wire_frame *frame, struct err *e);

/** wire_lost() - How many frames the kernel's queue dropped before we saw them */
unsigned int wire_lost(const struct wire *w);

void wire_close(struct wire *w);

#endif
