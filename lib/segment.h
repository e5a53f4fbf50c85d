/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One TCP segment (or an ICMP error about one) in an Ethernet frame: taken
 * apart and made, for IPv4 and IPv6. Pure: bytes in, numbers out.
 */
#ifndef LIB_SEGMENT_H
#define LIB_SEGMENT_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** TCP flags as in the header's fourteenth octet and the low bit before (AE) */
enum {
	SEG_FIN = 0x01, SEG_SYN = 0x02, SEG_RST = 0x04, SEG_PSH = 0x08,
	SEG_ACK = 0x10, SEG_URG = 0x20, SEG_ECE = 0x40, SEG_CWR = 0x80,
	SEG_AE = 0x100,
};

/**
 * enum segment_kind - What a segment is, in one word; kinds exclude each other
 *
 * SYN, SYN-ACK and RST (with or without ACK) carry no other of SYN, FIN, RST
 * and no text; FIN is a FIN with ACK and with or without text; DATA has text
 * and ACK and none of SYN, FIN, RST; ACK is bare. PSH, URG, ECE, CWR, AE do not
 * count. All else is ODD (SYN+FIN, no flags, FIN without ACK, a SYN with text).
 */
enum segment_kind {
	SEGMENT_ANY, SEGMENT_SYN, SEGMENT_SYN_ACK, SEGMENT_ACK, SEGMENT_DATA,
	SEGMENT_FIN, SEGMENT_RST, SEGMENT_ODD, SEGMENT_ICMP,
	SEGMENT_KIND_COUNT
};

/** struct ipaddr - An address of either family; as a host has it, network byte order inside */
struct ipaddr {
	int family;		/* AF_INET or AF_INET6 */
	union {
		struct in_addr v4;
		struct in6_addr v6;
	};
};

/** ipaddr_same() - Whether two addresses are one; an IPv4-mapped one is not its IPv4 address */
bool ipaddr_same(const struct ipaddr *a, const struct ipaddr *b);

/** struct segment - A segment taken apart, or to be made; numbers in host byte order */
struct segment {
	struct ipaddr from, to;
	uint16_t from_port, to_port;
	uint32_t seq, ack;
	uint16_t flags, window;
	bool has_ts;
	uint32_t tsval, tsecr;
	uint16_t mss;		/* 0: option absent */
	int wscale;		/* -1: option absent */
	bool sack_ok;
	const uint8_t *data;	/* inside the frame, or the maker's */
	size_t len;
	/* an ICMP or ICMPv6 error: ports, seq and addresses are the quoted segment's, from and
	   to of the quoted packet; kind is SEGMENT_ICMP */
	bool icmp;
	uint8_t icmp_type, icmp_code;
	uint32_t icmp_info;	/* the word after the checksum: next-hop MTU of "too big" */
};

/** segment_kind() - Its kind in one word */
enum segment_kind segment_kind(const struct segment *s);

/** segment_kind_name - SYN, SYN-ACK, ... as scenarios write them; "any" for 0 */
extern const char *const segment_kind_name[SEGMENT_KIND_COUNT];

/** segment_flags_text() - "SYN+FIN", "none"; @buf of 40 bytes is enough. Return: @buf */
char *segment_flags_text(unsigned int flags, char *buf, size_t size);

/** segment_flags_read() - The reverse, in any order; -1 for a word that is none or comes twice */
int segment_flags_read(const char *s, size_t len);

/**
 * segment_decode() - Take an Ethernet frame apart
 * @frame, @len: as captured; may be truncated, odd or hostile
 * @s:           out; @s->data points into @frame
 *
 * Return: 0 for a TCP segment or an ICMP error that quotes one, -ENOMSG for
 * another protocol (ARP, MLD, ...) and for a fragment, -EBADMSG for one that
 * contradicts itself or is cut short. Never reads outside @frame.
 *
 * What stands behind the length the IP header tells is padding. TCP options
 * end, as in Linux, with the first whose length is wrong: no reason to refuse.
 * Of an error, what the quote is too short to hold (ack, flags, ...) is 0.
 * Checksums are not looked at.
 */
int segment_decode(const uint8_t *frame, size_t len, struct segment *s);

/**
 * segment_encode() - Make a frame with valid checksums
 * @s:     what it shall say; with @s->icmp an ICMP error that quotes the
 *         header of such a segment, without options (the error goes from
 *         @s->to to @s->from)
 * @eth:   14 bytes of Ethernet header; the protocol is set to fit the family
 * @frame: out
 * @room:  its size; 128 + @s->len is always enough
 *
 * Options come in the order and with the padding of Linux: MSS, SACK permitted,
 * timestamps, window scale.
 *
 * Return: its length, -EMSGSIZE where it does not fit @room or an IP packet,
 * or -EAFNOSUPPORT where @s->from and @s->to are not of one family
 */
int segment_encode(const struct segment *s, const uint8_t eth[14], uint8_t *frame, size_t room);

/**
 * segment_finish_checksum() - Fill in a checksum that an offload left undone
 * Return: whether the frame was a TCP segment with room for it
 */
bool segment_finish_checksum(uint8_t *frame, size_t len);

/** segment_checksums_ok() - Whether it is TCP or ICMP, and its and IP's checksums are right */
bool segment_checksums_ok(const uint8_t *frame, size_t len);

#endif
