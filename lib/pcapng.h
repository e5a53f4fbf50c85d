/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_PCAPNG_H
#define LIB_PCAPNG_H

#include <stdint.h>
#include <stddef.h>

struct buf;

/*
 * Captures that Wireshark reads: one section, Ethernet interfaces with
 * nanosecond stamps. Everything is appended to a buffer; nothing is written here.
 * Format: draft-ietf-opsawg-pcapng
 */

/** enum pcapng_way - As the interface saw it; epb_flags bits 0-1 */
enum pcapng_way { PCAPNG_WAY_UNKNOWN, PCAPNG_INBOUND, PCAPNG_OUTBOUND };

/** pcapng_begin() - Section header; @comment and @application may be NULL */
void pcapng_begin(struct buf *b, const char *application, const char *comment);

/** pcapng_interface() - Interfaces are numbered 0, 1, ... in the order they are added */
void pcapng_interface(struct buf *b, const char *name, const char *description);

/**
 * pcapng_frame() - One frame
 * @interface: its number
 * @real_ns:   CLOCK_REALTIME
 * @comment:   shown by Wireshark beside it, or NULL
 */
void pcapng_frame(struct buf *b, unsigned int interface, int64_t real_ns, enum pcapng_way way,
		  const uint8_t *bytes, size_t len, const char *comment);

#endif
