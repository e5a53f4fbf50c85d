// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Taking apart goes in two strides: locate() finds the transport header
 * behind Ethernet, IP and its extensions and says how far it reaches; what
 * stands there is read by read_tcp() or, for an error, by a second locate()
 * in the quote. Each stride gets a span of bytes and never looks past it.
 */
#include "lib/segment.h"

#include <errno.h>
#include <string.h>

#include <net/ethernet.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>

enum {
	IPV4_HEADER = 20,
	IPV6_HEADER = 40,
	TCP_HEADER = 20,
	ICMP_HEADER = 8,
	TTL = 64,
	OPTION_END = 0, OPTION_NOP = 1, OPTION_MSS = 2, OPTION_WSCALE = 3,
	OPTION_SACK_OK = 4, OPTION_TIMESTAMP = 8,
};

const char *const segment_kind_name[SEGMENT_KIND_COUNT] = {
	[SEGMENT_ANY]		= "any",
	[SEGMENT_SYN]		= "SYN",
	[SEGMENT_SYN_ACK]	= "SYN-ACK",
	[SEGMENT_ACK]		= "ACK",
	[SEGMENT_DATA]		= "DATA",
	[SEGMENT_FIN]		= "FIN",
	[SEGMENT_RST]		= "RST",
	[SEGMENT_ODD]		= "ODD",
	[SEGMENT_ICMP]		= "ICMP",
};

/* as they are written out: SYN+ACK, not ACK+SYN */
static const struct { uint16_t bit; char name[4]; } flag[] = {
	{ SEG_SYN, "SYN" }, { SEG_FIN, "FIN" }, { SEG_RST, "RST" },
	{ SEG_PSH, "PSH" }, { SEG_ACK, "ACK" }, { SEG_URG, "URG" },
	{ SEG_ECE, "ECE" }, { SEG_CWR, "CWR" }, { SEG_AE, "AE" },
};
#define FLAGS (sizeof(flag) / sizeof(flag[0]))

bool ipaddr_same(const struct ipaddr *a, const struct ipaddr *b)
{
	if (a->family != b->family)
		return false;
	return a->family == AF_INET ? a->v4.s_addr == b->v4.s_addr :
	       !memcmp(&a->v6, &b->v6, sizeof(a->v6));
}

enum segment_kind segment_kind(const struct segment *s)
{
	if (s->icmp)
		return SEGMENT_ICMP;
	switch (s->flags & (SEG_SYN | SEG_FIN | SEG_RST | SEG_ACK)) {
	case SEG_SYN:
		return s->len ? SEGMENT_ODD : SEGMENT_SYN;
	case SEG_SYN | SEG_ACK:
		return s->len ? SEGMENT_ODD : SEGMENT_SYN_ACK;
	case SEG_RST:
	case SEG_RST | SEG_ACK:
		return s->len ? SEGMENT_ODD : SEGMENT_RST;
	case SEG_FIN | SEG_ACK:
		return SEGMENT_FIN;
	case SEG_ACK:
		return s->len ? SEGMENT_DATA : SEGMENT_ACK;
	default:
		return SEGMENT_ODD;
	}
}

char *segment_flags_text(unsigned int flags, char *buf, size_t size)
{
	size_t used = 0, i;

	if (!size)
		return buf;
	buf[0] = '\0';
	for (i = 0; i < FLAGS; i++) {
		const size_t n = strlen(flag[i].name);

		if (!(flags & flag[i].bit) || used + n + 2 > size)
			continue;
		if (used)
			buf[used++] = '+';
		memcpy(buf + used, flag[i].name, n + 1);
		used += n;
	}
	if (!used && size >= sizeof("none"))
		memcpy(buf, "none", sizeof("none"));
	return buf;
}

static int flag_named(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < FLAGS; i++)
		if (strlen(flag[i].name) == len && !memcmp(flag[i].name, s, len))
			return flag[i].bit;
	return 0;
}

int segment_flags_read(const char *s, size_t len)
{
	const char *const end = s + len;
	int flags = 0;

	if (len == 4 && !memcmp(s, "none", 4))
		return 0;
	for (;;) {
		const char *const plus = memchr(s, '+', (size_t)(end - s));
		const char *const stop = plus ? plus : end;
		const int bit = flag_named(s, (size_t)(stop - s));

		if (!bit || flags & bit)
			return -1;
		flags |= bit;
		if (!plus)
			return flags;
		s = plus + 1;
	}
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

static uint8_t *put16(uint8_t *p, unsigned int v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	return put16(put16(p, v >> 16), v & 0xffff);
}

/**
 * struct located - Where a packet's transport header stands
 * @ip:    the IP header
 * @proto: what follows it and its extensions
 * @l4:    the transport header, and what it carries
 * @len:   from @l4 to the end of the packet, or of what there is of it
 */
struct located {
	const uint8_t *ip;
	int family;
	uint8_t proto;
	const uint8_t *l4;
	size_t len;
};

/*
 * A length of 0 in the IP header means "too long to say" (BIG TCP, RFC 2675);
 * Linux believes it of packets beyond 64K only, and so do we.
 */
static bool too_long_to_say(size_t told, size_t len)
{
	return told == 0 && len > UINT16_MAX;
}

static int locate_ipv4(const uint8_t *p, size_t len, bool quote, struct located *at)
{
	size_t header, total;

	if (len < IPV4_HEADER || p[0] >> 4 != 4)
		return -EBADMSG;
	header = (p[0] & 0xfU) * 4;
	total = get16(p + 2);
	if (too_long_to_say(total, len))
		total = len;
	if (header < IPV4_HEADER || total < header || header > len)
		return -EBADMSG;
	if (total > len && !quote)
		return -EBADMSG;
	if (get16(p + 6) & 0x3fff)	/* more fragments, or an offset */
		return -ENOMSG;
	at->ip = p;
	at->family = AF_INET;
	at->proto = p[9];
	at->l4 = p + header;
	at->len = (total < len ? total : len) - header;
	return 0;
}

/* Return: the extension's length, 0 where @proto is none, or a negative errno */
static int extension(uint8_t proto, const uint8_t *p, size_t len)
{
	size_t n;

	switch (proto) {
	case IPPROTO_HOPOPTS:
	case IPPROTO_DSTOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
		break;
	default:
		return 0;
	}
	if (len < 8)
		return -EBADMSG;
	if (proto == IPPROTO_FRAGMENT)	/* one that is whole all the same is let pass: RFC 6946 */
		return get16(p + 2) & 0xfff9 ? -ENOMSG : 8;
	n = 8 + p[1] * 8U;
	if (n > len)
		return -EBADMSG;
	/* not at its last address yet, which the checksum is made with */
	if (proto == IPPROTO_ROUTING && p[3])
		return -ENOMSG;
	return (int)n;
}

static int locate_ipv6(const uint8_t *p, size_t len, bool quote, struct located *at)
{
	size_t payload;
	int n;

	if (len < IPV6_HEADER || p[0] >> 4 != 6)
		return -EBADMSG;
	payload = get16(p + 4);
	len -= IPV6_HEADER;
	if (too_long_to_say(payload, len))
		payload = len;
	if (payload > len && !quote)
		return -EBADMSG;
	at->ip = p;
	at->family = AF_INET6;
	at->proto = p[6];
	at->l4 = p + IPV6_HEADER;
	at->len = payload < len ? payload : len;
	while ((n = extension(at->proto, at->l4, at->len)) > 0) {
		at->proto = at->l4[0];
		at->l4 += n;
		at->len -= (size_t)n;
	}
	return n;
}

static int locate(const uint8_t *frame, size_t len, struct located *at)
{
	if (len < ETH_HLEN)
		return -EBADMSG;
	switch (get16(frame + 12)) {
	case ETHERTYPE_IP:
		return locate_ipv4(frame + ETH_HLEN, len - ETH_HLEN, false, at);
	case ETHERTYPE_IPV6:
		return locate_ipv6(frame + ETH_HLEN, len - ETH_HLEN, false, at);
	default:
		return -ENOMSG;
	}
}

static void read_addresses(const struct located *at, struct segment *s)
{
	s->from.family = s->to.family = at->family;
	if (at->family == AF_INET) {
		memcpy(&s->from.v4, at->ip + 12, sizeof(s->from.v4));
		memcpy(&s->to.v4, at->ip + 16, sizeof(s->to.v4));
	} else {
		memcpy(&s->from.v6, at->ip + 8, sizeof(s->from.v6));
		memcpy(&s->to.v6, at->ip + 24, sizeof(s->to.v6));
	}
}

static void read_option(const uint8_t *p, struct segment *s)
{
	switch (p[0] << 8 | p[1]) {
	case OPTION_MSS << 8 | 4:
		s->mss = get16(p + 2);
		break;
	case OPTION_WSCALE << 8 | 3:
		s->wscale = p[2];
		break;
	case OPTION_SACK_OK << 8 | 2:
		s->sack_ok = true;
		break;
	case OPTION_TIMESTAMP << 8 | 10:
		s->has_ts = true;
		s->tsval = get32(p + 2);
		s->tsecr = get32(p + 6);
		break;
	}
}

static void read_options(const uint8_t *p, size_t len, struct segment *s)
{
	while (len) {
		size_t n = 1;

		if (p[0] == OPTION_END)
			return;
		if (p[0] != OPTION_NOP) {
			if (len < 2 || p[1] < 2 || p[1] > len)
				return;
			n = p[1];
			read_option(p, s);
		}
		p += n;
		len -= n;
	}
}

/* The fixed header; @p has all of it */
static void read_header(const uint8_t *p, struct segment *s)
{
	s->ack = get32(p + 8);
	s->flags = get16(p + 12) & 0x1ff;
	s->window = get16(p + 14);
}

static void read_start(const uint8_t *p, struct segment *s)
{
	s->from_port = get16(p);
	s->to_port = get16(p + 2);
	s->seq = get32(p + 4);
}

static int read_tcp(const struct located *at, struct segment *s)
{
	size_t header;

	if (at->len < TCP_HEADER)
		return -EBADMSG;
	header = (at->l4[12] >> 4) * 4U;
	if (header < TCP_HEADER || header > at->len)
		return -EBADMSG;
	read_addresses(at, s);
	read_start(at->l4, s);
	read_header(at->l4, s);
	read_options(at->l4 + TCP_HEADER, header - TCP_HEADER, s);
	s->data = at->l4 + header;
	s->len = at->len - header;
	return 0;
}

static bool is_error(int family, uint8_t type)
{
	if (family == AF_INET6)
		return !(type & ICMP6_INFOMSG_MASK);
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

static int read_icmp(const struct located *at, struct segment *s)
{
	struct located quote;
	int rc;

	if (at->len < ICMP_HEADER)
		return -EBADMSG;
	if (!is_error(at->family, at->l4[0]))
		return -ENOMSG;
	rc = at->family == AF_INET ?
	     locate_ipv4(at->l4 + ICMP_HEADER, at->len - ICMP_HEADER, true, &quote) :
	     locate_ipv6(at->l4 + ICMP_HEADER, at->len - ICMP_HEADER, true, &quote);
	if (rc)
		return rc;
	if (quote.proto != IPPROTO_TCP)
		return -ENOMSG;
	if (quote.len < 8)
		return -EBADMSG;
	s->icmp = true;
	s->icmp_type = at->l4[0];
	s->icmp_code = at->l4[1];
	s->icmp_info = get32(at->l4 + 4);
	read_addresses(&quote, s);
	read_start(quote.l4, s);
	if (quote.len >= TCP_HEADER)
		read_header(quote.l4, s);
	return 0;
}

static bool is_icmp(const struct located *at)
{
	return at->proto == (at->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);
}

int segment_decode(const uint8_t *frame, size_t len, struct segment *s)
{
	struct located at;
	const int rc = locate(frame, len, &at);

	*s = (struct segment){ .wscale = -1 };
	if (rc)
		return rc;
	if (at.proto == IPPROTO_TCP)
		return read_tcp(&at, s);
	return is_icmp(&at) ? read_icmp(&at, s) : -ENOMSG;
}

/*
 * The Internet checksum comes out the same in either byte order (RFC 1071),
 * so words are added as the machine has them, four bytes at a time. Only the
 * last of several spans may have an odd length.
 */
static uint64_t add_up(uint64_t sum, const uint8_t *p, size_t len)
{
	uint32_t word;

	for (; len >= sizeof(word); p += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, p, sizeof(word));
		sum += word;
	}
	word = 0;
	memcpy(&word, p, len);
	return sum + word;
}

/* Return: to be stored as it is, with memcpy() */
static uint16_t folded(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static uint64_t pseudo_header(const struct located *at)
{
	const bool v4 = at->family == AF_INET;
	uint8_t tail[8];

	put32(put32(tail, (uint32_t)at->len), at->proto);
	return add_up(add_up(0, at->ip + (v4 ? 12 : 8), v4 ? 8 : 32), tail, sizeof(tail));
}

/* Return: 0 for a right one in place, else what to put where zeros stand */
static uint16_t transport_checksum(const struct located *at)
{
	const bool plain = at->family == AF_INET && at->proto == IPPROTO_ICMP;

	return folded(add_up(plain ? 0 : pseudo_header(at), at->l4, at->len));
}

bool segment_finish_checksum(uint8_t *frame, size_t len)
{
	struct located at;
	uint8_t *field;
	uint16_t sum;

	if (locate(frame, len, &at) || at.proto != IPPROTO_TCP || at.len < TCP_HEADER)
		return false;
	field = frame + (at.l4 - frame) + 16;
	memset(field, 0, sizeof(sum));
	sum = transport_checksum(&at);
	memcpy(field, &sum, sizeof(sum));
	return true;
}

bool segment_checksums_ok(const uint8_t *frame, size_t len)
{
	struct located at;

	if (locate(frame, len, &at))
		return false;
	if (at.family == AF_INET && folded(add_up(0, at.ip, (at.ip[0] & 0xfU) * 4)))
		return false;
	if (at.proto == IPPROTO_TCP ? at.len < TCP_HEADER :
	    !is_icmp(&at) || at.len < ICMP_HEADER)
		return false;
	return !transport_checksum(&at);
}

/* tcp_options_write(): everything is padded to words with NOPs put before */
static uint8_t *put_options(uint8_t *p, const struct segment *s)
{
	if (s->mss)
		p = put32(p, (uint32_t)OPTION_MSS << 24 | 4 << 16 | s->mss);
	if (s->has_ts) {
		p = put16(p, s->sack_ok ? OPTION_SACK_OK << 8 | 2 : OPTION_NOP << 8 | OPTION_NOP);
		p = put16(p, OPTION_TIMESTAMP << 8 | 10);
		p = put32(put32(p, s->tsval), s->tsecr);
	} else if (s->sack_ok) {
		p = put16(p, OPTION_NOP << 8 | OPTION_NOP);
		p = put16(p, OPTION_SACK_OK << 8 | 2);
	}
	if (s->wscale >= 0)
		p = put32(p, (uint32_t)OPTION_NOP << 24 | OPTION_WSCALE << 16 | 3 << 8 |
			     (uint8_t)s->wscale);
	return p;
}

static size_t options_length(const struct segment *s)
{
	return (s->mss ? 4 : 0) + (s->has_ts ? 12 : s->sack_ok ? 4 : 0) +
	       (s->wscale >= 0 ? 4 : 0);
}

static uint8_t *put_tcp(uint8_t *p, const struct segment *s, size_t header)
{
	p = put16(put16(p, s->from_port), s->to_port);
	p = put32(put32(p, s->seq), s->ack);
	p = put16(p, (unsigned int)header / 4 << 12 | (s->flags & 0x1ff));
	p = put16(p, s->window);
	return put32(p, 0);	/* checksum, to come; urgent pointer */
}

static uint8_t *put_ip(uint8_t *p, const struct ipaddr *from, const struct ipaddr *to,
		       uint8_t proto, size_t payload)
{
	uint16_t sum;

	if (from->family == AF_INET6) {
		p = put32(p, 6U << 28);
		p = put16(p, (unsigned int)payload);
		p = put16(p, (unsigned int)proto << 8 | TTL);
		memcpy(p, &from->v6, sizeof(from->v6));
		memcpy(p + 16, &to->v6, sizeof(to->v6));
		return p + 32;
	}
	put16(p, 0x4500);
	put16(p + 2, (unsigned int)(IPV4_HEADER + payload));
	put32(p + 4, 0x4000);		/* identification 0; don't fragment */
	put16(p + 8, TTL << 8 | (unsigned int)proto);
	put16(p + 10, 0);
	memcpy(p + 12, &from->v4, sizeof(from->v4));
	memcpy(p + 16, &to->v4, sizeof(to->v4));
	sum = folded(add_up(0, p, IPV4_HEADER));
	memcpy(p + 10, &sum, sizeof(sum));
	return p + IPV4_HEADER;
}

static uint8_t *put_error(uint8_t *p, const struct segment *s, size_t ip, size_t segment)
{
	const bool v6 = s->from.family == AF_INET6;

	p = put_ip(p, &s->to, &s->from, v6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP,
		   ICMP_HEADER + ip + TCP_HEADER);
	p = put16(p, (unsigned int)s->icmp_type << 8 | s->icmp_code);
	p = put32(put16(p, 0), s->icmp_info);
	return put_ip(p, &s->from, &s->to, IPPROTO_TCP, segment);
}

int segment_encode(const struct segment *s, const uint8_t eth[14], uint8_t *frame, size_t room)
{
	const bool v6 = s->from.family == AF_INET6;
	const size_t ip = v6 ? IPV6_HEADER : IPV4_HEADER;
	const size_t header = TCP_HEADER + options_length(s);
	uint8_t *p = frame + ETH_HLEN;
	struct located at;
	uint16_t sum;
	size_t len;

	if (s->from.family != s->to.family || (!v6 && s->from.family != AF_INET))
		return -EAFNOSUPPORT;
	if (s->len > UINT16_MAX || header + s->len > UINT16_MAX - (v6 ? 0 : ip))
		return -EMSGSIZE;
	len = s->icmp ? ETH_HLEN + ip + ICMP_HEADER + ip + TCP_HEADER :
			ETH_HLEN + ip + header + s->len;
	if (len > room)
		return -EMSGSIZE;

	memcpy(frame, eth, ETH_HLEN - 2);
	put16(frame + ETH_HLEN - 2, v6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP);
	if (s->icmp) {
		put_tcp(put_error(p, s, ip, header + s->len), s, header);
	} else {
		p = put_ip(p, &s->from, &s->to, IPPROTO_TCP, header + s->len);
		p = put_options(put_tcp(p, s, header), s);
		if (s->len)
			memcpy(p, s->data, s->len);
	}
	locate(frame, len, &at);
	sum = transport_checksum(&at);
	memcpy(frame + (at.l4 - frame) + (s->icmp ? 2 : 16), &sum, sizeof(sum));
	return (int)len;
}
