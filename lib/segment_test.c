// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/segment.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ETH4 "0200000000020200000000010800"
#define ETH6 "02000000000202000000000186dd"
#define IP4_TO_2 "0a0000010a000002"
#define IP6_TO_2 "fd000000000000000000000000000001fd000000000000000000000000000002"
#define IP6_TO_1 "fd000000000000000000000000000002fd000000000000000000000000000001"
#define PORTS "9c401f90"

/* Bytes written in hexadecimal, in a block of their own so that a sanitizer sees their end */
static uint8_t *bytes_of(const char *hex, size_t *len)
{
	uint8_t *const p = malloc(strlen(hex) / 2 + 1), *exact;
	size_t n = 0;

	assert_non_null(p);
	for (; hex[0] && hex[1]; hex += 2) {
		const char pair[] = { hex[0], hex[1], '\0' };

		p[n++] = (uint8_t)strtoul(pair, NULL, 16);
	}
	exact = malloc(n ? n : 1);
	assert_non_null(exact);
	memcpy(exact, p, n);
	free(p);
	*len = n;
	return exact;
}

static int decode(const char *hex, struct segment *s)
{
	size_t len;
	uint8_t *const frame = bytes_of(hex, &len);
	const int rc = segment_decode(frame, len, s);

	segment_checksums_ok(frame, len);
	segment_finish_checksum(frame, len);
	free(frame);
	s->data = NULL;		/* it pointed into the frame */
	return rc;
}

static void address(struct ipaddr *a, int family, int last)
{
	char text[16];

	*a = (struct ipaddr){ .family = family };
	strcpy(text, family == AF_INET ? "10.0.0.0" : "fd00::0");
	text[strlen(text) - 1] = (char)('0' + last);
	assert_int_equal(inet_pton(family, text, &a->v4), 1);
}

static void between(struct segment *s, int family)
{
	address(&s->from, family, 1);
	address(&s->to, family, 2);
	s->from_port = 40000;
	s->to_port = 8080;
}

static const struct {
	const char *what;
	int family;
	struct segment s;
	const char *data, *hex;
} golden[] = {
	{ "a SYN with all options", AF_INET,
	  { .flags = SEG_SYN, .seq = 0x11223344, .window = 64240, .mss = 1460, .sack_ok = true,
	    .has_ts = true, .tsval = 1000, .wscale = 7 }, "",
	  ETH4 "4500003c00004000400626ba" IP4_TO_2 PORTS "1122334400000000a002faf034ee0000"
	  "020405b40402080a000003e80000000001030307" },
	{ "a SYN-ACK without timestamps", AF_INET,
	  { .flags = SEG_SYN | SEG_ACK, .seq = 1, .ack = 2, .window = 65160, .mss = 1440,
	    .sack_ok = true, .wscale = 14 }, "",
	  ETH4 "4500003400004000400626c2" IP4_TO_2 PORTS "00000001000000028012fe88a0af0000"
	  "020405a0010104020103030e" },
	{ "timestamps without SACK", AF_INET,
	  { .flags = SEG_SYN, .seq = 1, .mss = 536, .has_ts = true, .tsval = 7, .tsecr = 8,
	    .wscale = -1 }, "",
	  ETH4 "4500003800004000400626be" IP4_TO_2 PORTS "00000001000000009002000092c80000"
	  "020402180101080a0000000700000008" },
	{ "data", AF_INET,
	  { .flags = SEG_ACK | SEG_PSH, .seq = 5, .ack = 6, .window = 502, .has_ts = true,
	    .tsval = 1, .tsecr = 2, .wscale = -1 }, "hello",
	  ETH4 "4500003900004000400626bd" IP4_TO_2 PORTS "00000005000000068018" "01f66107"
	  "00000101080a000000010000000268656c6c6f" },
	{ "a bare RST", AF_INET,
	  { .flags = SEG_RST, .seq = 5, .wscale = -1 }, "",
	  ETH4 "4500002800004000400626ce" IP4_TO_2 PORTS "00000005000000005004" "0000e0080000" },
	{ "fragmentation needed", AF_INET,
	  { .icmp = true, .icmp_type = 3, .icmp_code = 4, .icmp_info = 1400, .flags = SEG_ACK,
	    .seq = 77, .ack = 78, .window = 500, .wscale = -1 }, "",
	  ETH4 "4500004400004000400126b70a0000020a000001" "0304e91300000578"
	  "4500002800004000400626ce" IP4_TO_2 PORTS "0000004d0000004e501001f400000000" },
	{ "a SYN over IPv6", AF_INET6,
	  { .flags = SEG_SYN, .seq = 0x11223344, .window = 64240, .mss = 1460, .sack_ok = true,
	    .has_ts = true, .tsval = 1000, .wscale = 7 }, "",
	  ETH6 "6000000000280640" IP6_TO_2 PORTS "1122334400000000a002faf04eec0000"
	  "020405b40402080a000003e80000000001030307" },
	{ "data over IPv6", AF_INET6,
	  { .flags = SEG_ACK | SEG_PSH, .seq = 5, .ack = 6, .window = 502, .has_ts = true,
	    .tsval = 1, .tsecr = 2, .wscale = -1 }, "hello",
	  ETH6 "6000000000250640" IP6_TO_2 PORTS "00000005000000068018" "01f67b05"
	  "00000101080a000000010000000268656c6c6f" },
	{ "packet too big", AF_INET6,
	  { .icmp = true, .icmp_type = 2, .icmp_info = 1400, .flags = SEG_ACK, .seq = 77,
	    .ack = 78, .window = 500, .wscale = -1 }, "",
	  ETH6 "6000000000443a40" IP6_TO_1 "02008f3b00000578"
	  "6000000000140640" IP6_TO_2 PORTS "0000004d0000004e501001f400000000" },
};
#define GOLDEN (sizeof(golden) / sizeof(golden[0]))

static void what_is_made_is_these_bytes(void **state)
{
	static const uint8_t eth[14] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1 };
	size_t i, len;

	(void)state;
	for (i = 0; i < GOLDEN; i++) {
		struct segment s = golden[i].s;
		uint8_t frame[256], *want = bytes_of(golden[i].hex, &len);

		between(&s, golden[i].family);
		s.data = (const uint8_t *)golden[i].data;
		s.len = strlen(golden[i].data);
		if (segment_encode(&s, eth, frame, 128 + s.len) != (int)len ||
		    memcmp(frame, want, len))
			fail_msg("%s came out otherwise", golden[i].what);
		assert_true(segment_checksums_ok(frame, len));
		assert_int_equal(segment_encode(&s, eth, frame, len - 1), -EMSGSIZE);
		free(want);
	}
}

static void what_was_made_is_read_back(void **state)
{
	size_t i, len;

	(void)state;
	for (i = 0; i < GOLDEN; i++) {
		uint8_t *const frame = bytes_of(golden[i].hex, &len);
		struct segment want = golden[i].s, s;

		between(&want, golden[i].family);
		assert_int_equal(segment_decode(frame, len, &s), 0);
		assert_int_equal(s.len, strlen(golden[i].data));
		if (s.len)
			assert_memory_equal(s.data, golden[i].data, s.len);
		assert_int_equal(s.from.family, want.from.family);
		assert_memory_equal(&s.from.v4, &want.from.v4, want.from.family == AF_INET ? 4 : 16);
		assert_memory_equal(&s.to.v4, &want.to.v4, want.from.family == AF_INET ? 4 : 16);
		assert_int_equal(s.from_port, want.from_port);
		assert_int_equal(s.to_port, want.to_port);
		assert_int_equal(s.seq, want.seq);
		assert_int_equal(s.ack, want.ack);
		assert_int_equal(s.flags, want.flags);
		assert_int_equal(s.window, want.window);
		assert_int_equal(s.has_ts, want.has_ts);
		assert_int_equal(s.tsval, want.tsval);
		assert_int_equal(s.tsecr, want.tsecr);
		assert_int_equal(s.mss, want.mss);
		assert_int_equal(s.wscale, want.wscale);
		assert_int_equal(s.sack_ok, want.sack_ok);
		assert_int_equal(s.icmp, want.icmp);
		assert_int_equal(s.icmp_type, want.icmp_type);
		assert_int_equal(s.icmp_code, want.icmp_code);
		assert_int_equal(s.icmp_info, want.icmp_info);
		free(frame);
	}
}

static void a_frame_cut_anywhere_is_refused(void **state)
{
	size_t i, len, kept;

	(void)state;
	for (i = 0; i < GOLDEN; i++) {
		uint8_t *const frame = bytes_of(golden[i].hex, &len);

		for (kept = 0; kept < len; kept++) {
			uint8_t *const cut = malloc(kept ? kept : 1);
			struct segment s;

			assert_non_null(cut);
			memcpy(cut, frame, kept);
			assert_int_equal(segment_decode(cut, kept, &s), -EBADMSG);
			assert_false(segment_checksums_ok(cut, kept));
			assert_false(segment_finish_checksum(cut, kept));
			free(cut);
		}
		free(frame);
	}
}

static void a_flipped_bit_shows_in_the_checksum(void **state)
{
	size_t i, len, bit;

	(void)state;
	for (i = 0; i < GOLDEN; i++) {
		uint8_t *const frame = bytes_of(golden[i].hex, &len);
		/* traffic class, flow label and hop limit of IPv6 have no checksum */
		const size_t first = golden[i].family == AF_INET ? 14 : 14 + 8;

		for (bit = first * 8; bit < len * 8; bit++) {
			frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_false(segment_checksums_ok(frame, len));
			frame[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		free(frame);
	}
}

static void an_unfinished_checksum_is_finished(void **state)
{
	size_t i, len;

	(void)state;
	for (i = 0; i < GOLDEN; i++) {
		uint8_t *const frame = bytes_of(golden[i].hex, &len);
		uint8_t *const want = bytes_of(golden[i].hex, &len);
		const size_t field = 14 + (golden[i].family == AF_INET ? 20 : 40) + 16;

		if (golden[i].s.icmp) {
			assert_false(segment_finish_checksum(frame, len));
		} else {
			memset(frame + field, 0x5a, 2);
			assert_true(segment_finish_checksum(frame, len));
		}
		assert_memory_equal(frame, want, len);
		free(frame);
		free(want);
	}
}

#define TCP PORTS "0000000500000006" "5010" "01f600000000"
#define TCP_OPT8 PORTS "0000000500000006" "7010" "01f600000000"
#define IP4(total, frag, proto) "4500" total "0000" frag "40" proto "0000" IP4_TO_2
#define IP6(payload, next) "60000000" payload next "40" IP6_TO_2
#define QUOTE4 "4500003c0000400040060000" IP4_TO_2 PORTS "00000005"
#define QUOTE6 IP6("0028", "06") PORTS "00000005"

static const struct { const char *what, *hex; int rc; size_t len; } frames[] = {
	{ "nothing",			"", -EBADMSG, 0 },
	{ "ARP",			"ffffffffffff0200000000010806" "0001080006040001", -ENOMSG, 0 },
	{ "a VLAN tag",			"0200000000020200000000018100" "00010800", -ENOMSG, 0 },
	{ "UDP",			ETH4 IP4("001c", "0000", "11") "0035003500080000", -ENOMSG, 0 },
	{ "a bare ACK",			ETH4 IP4("0028", "4000", "06") TCP, 0, 0 },
	{ "three bytes",		ETH4 IP4("002b", "4000", "06") TCP "616263", 0, 3 },
	{ "padding is no text",		ETH4 IP4("0028", "4000", "06") TCP "000000000000", 0, 0 },
	{ "padding behind text",	ETH4 IP4("002a", "4000", "06") TCP "616200000000", 0, 2 },
	{ "IPv6 padding is no text",	ETH6 IP6("0014", "06") TCP "0000", 0, 0 },
	{ "version 6 said to be IPv4",	ETH4 IP6("0014", "06") TCP, -EBADMSG, 0 },
	{ "version 4 said to be IPv6",	ETH6 IP4("0028", "4000", "06") TCP TCP, -EBADMSG, 0 },
	{ "IPv4 options",		ETH4 "4600002c00004000400600000a0000010a000002" "01010100" TCP, 0, 0 },
	{ "an IPv4 header too short",	ETH4 "4400002800004000400600000a0000010a000002" TCP, -EBADMSG, 0 },
	{ "an IPv4 header too long",	ETH4 "4f00002800004000400600000a0000010a000002" TCP, -EBADMSG, 0 },
	{ "length less than header",	ETH4 IP4("0013", "4000", "06") TCP, -EBADMSG, 0 },
	{ "length zero, but small",	ETH4 IP4("0000", "4000", "06") TCP, -EBADMSG, 0 },
	{ "length beyond the frame",	ETH4 IP4("0029", "4000", "06") TCP, -EBADMSG, 0 },
	{ "a first fragment",		ETH4 IP4("0028", "2000", "06") TCP, -ENOMSG, 0 },
	{ "a later fragment",		ETH4 IP4("0028", "0001", "06") TCP, -ENOMSG, 0 },
	{ "a TCP header cut by IP",	ETH4 IP4("0027", "4000", "06") TCP, -EBADMSG, 0 },
	{ "a data offset too small",	ETH4 IP4("0028", "4000", "06") PORTS "0000000500000006" "4010" "01f600000000", -EBADMSG, 0 },
	{ "a data offset too large",	ETH4 IP4("0028", "4000", "06") PORTS "0000000500000006" "6010" "01f600000000", -EBADMSG, 0 },
	{ "an option of length 0",	ETH4 IP4("0030", "4000", "06") TCP_OPT8 "0800000000000000", 0, 0 },
	{ "an option of length 1",	ETH4 IP4("0030", "4000", "06") TCP_OPT8 "0201000000000000", 0, 0 },
	{ "an option beyond the end",	ETH4 IP4("0030", "4000", "06") TCP_OPT8 "010101010101080a", 0, 0 },
	{ "an option without length",	ETH4 IP4("0030", "4000", "06") TCP_OPT8 "0101010101010102", 0, 0 },
	{ "MSS of the wrong length",	ETH4 IP4("0030", "4000", "06") TCP_OPT8 "02030503030a0000", 0, 0 },
	{ "IPv6 payload zero",		ETH6 IP6("0000", "06") TCP, -EBADMSG, 0 },
	{ "IPv6 payload too long",	ETH6 IP6("0015", "06") TCP, -EBADMSG, 0 },
	{ "hop-by-hop options",		ETH6 IP6("001c", "00") "0600010400000000" TCP, 0, 0 },
	{ "two extensions",		ETH6 IP6("0025", "00") "3c00010400000000" "0600010400000000" TCP "61", 0, 1 },
	{ "an extension too long",	ETH6 IP6("001c", "00") "0604010400000000" TCP, -EBADMSG, 0 },
	{ "an extension cut short",	ETH6 IP6("0004", "00") "06000104", -EBADMSG, 0 },
	{ "extensions and no end",	ETH6 IP6("0010", "00") "3c00010400000000" "3c00010400000000", -EBADMSG, 0 },
	{ "a route at its end",		ETH6 IP6("001c", "2b") "0600000000000000" TCP, 0, 0 },
	{ "a route not at its end",	ETH6 IP6("001c", "2b") "0600000100000000" TCP, -ENOMSG, 0 },
	{ "an IPv6 fragment",		ETH6 IP6("001c", "2c") "0600000100000001" TCP, -ENOMSG, 0 },
	{ "a fragment that is whole",	ETH6 IP6("001c", "2c") "0600000000000001" TCP, 0, 0 },
	{ "no next header",		ETH6 IP6("0000", "3b"), -ENOMSG, 0 },
	{ "a ping",			ETH4 IP4("001c", "4000", "01") "0800f7ff00000000", -ENOMSG, 0 },
	{ "a neighbour solicitation",	ETH6 IP6("0008", "3a") "8700000000000000", -ENOMSG, 0 },
	{ "an error, eight bytes",	ETH4 IP4("0038", "4000", "01") "0301000000000000" QUOTE4, 0, 0 },
	{ "an error, seven bytes",	ETH4 IP4("0037", "4000", "01") "0301000000000000" QUOTE4, -EBADMSG, 0 },
	{ "an error without quote",	ETH4 IP4("001c", "4000", "01") "0301000000000000", -EBADMSG, 0 },
	{ "an error about UDP",		ETH4 IP4("0038", "4000", "01") "0303000000000000" "4500001c0000400040110000" IP4_TO_2 PORTS "00080000", -ENOMSG, 0 },
	{ "an ICMPv6 error",		ETH6 IP6("0038", "3a") "0104000000000000" QUOTE6, 0, 0 },
	{ "an error about an extension", ETH6 IP6("0040", "3a") "0104000000000000" IP6("0030", "00") "0600010400000000" PORTS "00000005", 0, 0 },
	{ "IPv4's error in IPv6",	ETH6 IP6("0024", "01") "0301000000000000" QUOTE4, -ENOMSG, 0 },
};

static void hostile_and_odd_frames_are_told_apart(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		struct segment s;
		const int rc = decode(frames[i].hex, &s);

		if (rc != frames[i].rc || (!rc && s.len != frames[i].len))
			fail_msg("%s: %d, %zu bytes of text", frames[i].what, rc, s.len);
		if (rc)
			continue;
		assert_int_equal(s.from_port, 40000);
		assert_int_equal(s.seq, 5);
		assert_int_equal(s.mss, 0);
		assert_int_equal(s.flags, s.icmp ? 0 : SEG_ACK);
	}
}

static void options_before_a_bad_one_count(void **state)
{
	struct segment s;

	(void)state;
	assert_int_equal(decode(ETH4 IP4("0030", "4000", "06") TCP_OPT8 "0303090204000000", &s), 0);
	assert_int_equal(s.wscale, 9);
	assert_int_equal(s.mss, 0);
	assert_int_equal(decode(ETH4 IP4("0030", "4000", "06") TCP_OPT8 "0000020405b40000", &s), 0);
	assert_int_equal(s.mss, 0);
}

/* The IP header of a packet beyond 64K says 0 (BIG TCP) */
static void a_super_frame_is_as_long_as_its_bytes(void **state)
{
	static const struct { const char *header; size_t ip; } super[] = {
		{ ETH4 IP4("0000", "4000", "06") TCP, 20 },
		{ ETH6 IP6("0000", "06") TCP, 40 },
		{ ETH6 IP6("0000", "00") "0600c20400020030" TCP, 48 },
	};
	const size_t text = 131072;
	size_t i, len;

	(void)state;
	for (i = 0; i < 3; i++) {
		uint8_t *const header = bytes_of(super[i].header, &len);
		uint8_t *const frame = calloc(1, len + text);
		struct segment s;

		assert_non_null(frame);
		memcpy(frame, header, len);
		assert_int_equal(segment_decode(frame, len + text, &s), 0);
		assert_int_equal(s.len, text);
		assert_true(segment_finish_checksum(frame, len + text));
		if (super[i].ip != 20)
			assert_true(segment_checksums_ok(frame, len + text));
		free(header);
		free(frame);
	}
}

static void what_no_packet_holds_is_not_made(void **state)
{
	static uint8_t text[70000], frame[70200];
	static const uint8_t eth[14];
	struct segment s = { .wscale = -1, .flags = SEG_ACK, .data = text };

	(void)state;
	between(&s, AF_INET);
	s.len = 65535 - 40;
	assert_int_equal(segment_encode(&s, eth, frame, sizeof(frame)), 65535 + 14);
	assert_true(segment_checksums_ok(frame, 65535 + 14));
	s.len++;
	assert_int_equal(segment_encode(&s, eth, frame, sizeof(frame)), -EMSGSIZE);
	s.len = sizeof(text);
	assert_int_equal(segment_encode(&s, eth, frame, sizeof(frame)), -EMSGSIZE);
	s.len = 0;
	s.to.family = AF_INET6;
	assert_int_equal(segment_encode(&s, eth, frame, sizeof(frame)), -EAFNOSUPPORT);
}

static const struct { uint16_t flags; size_t len; enum segment_kind kind; } kinds[] = {
	{ SEG_SYN,				0, SEGMENT_SYN },
	{ SEG_SYN | SEG_ECE | SEG_CWR | SEG_AE,	0, SEGMENT_SYN },
	{ SEG_SYN,				1, SEGMENT_ODD },
	{ SEG_SYN | SEG_ACK,			0, SEGMENT_SYN_ACK },
	{ SEG_SYN | SEG_ACK,			1, SEGMENT_ODD },
	{ SEG_ACK,				0, SEGMENT_ACK },
	{ SEG_ACK | SEG_PSH,			0, SEGMENT_ACK },
	{ SEG_ACK | SEG_PSH | SEG_URG,		1, SEGMENT_DATA },
	{ SEG_FIN | SEG_ACK,			0, SEGMENT_FIN },
	{ SEG_FIN | SEG_ACK | SEG_PSH,		9, SEGMENT_FIN },
	{ SEG_FIN,				0, SEGMENT_ODD },
	{ SEG_RST,				0, SEGMENT_RST },
	{ SEG_RST | SEG_ACK,			0, SEGMENT_RST },
	{ SEG_RST | SEG_ACK,			1, SEGMENT_ODD },
	{ SEG_RST | SEG_SYN,			0, SEGMENT_ODD },
	{ SEG_SYN | SEG_FIN,			0, SEGMENT_ODD },
	{ SEG_PSH,				5, SEGMENT_ODD },
	{ 0,					0, SEGMENT_ODD },
};

static void each_combination_of_flags_has_its_kind(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct segment s = { .flags = kinds[i].flags, .len = kinds[i].len };

		assert_int_equal(segment_kind(&s), kinds[i].kind);
		s.icmp = true;
		assert_int_equal(segment_kind(&s), SEGMENT_ICMP);
	}
	for (i = 0; i < SEGMENT_KIND_COUNT; i++)
		assert_non_null(segment_kind_name[i]);
}

static const struct { const char *word; int flags; } words[] = {
	{ "none", 0 }, { "SYN", SEG_SYN }, { "SYN+FIN", SEG_SYN | SEG_FIN },
	{ "RST+ACK", SEG_RST | SEG_ACK },
	{ "SYN+FIN+RST+PSH+ACK+URG+ECE+CWR+AE", 0x1ff },
	{ "", -1 }, { "+", -1 }, { "SYN+", -1 }, { "+SYN", -1 }, { "SYN+SYN", -1 },
	{ "syn", -1 }, { "SYNC", -1 }, { "SY", -1 }, { "SYN-ACK", -1 }, { "none+SYN", -1 },
};

static void flags_are_words_joined_by_plus(void **state)
{
	char buf[40];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_int_equal(segment_flags_read(words[i].word, strlen(words[i].word)),
				 words[i].flags);
		if (words[i].flags >= 0)
			assert_string_equal(segment_flags_text((unsigned int)words[i].flags, buf,
							       sizeof(buf)), words[i].word);
	}
	assert_int_equal(segment_flags_read("ACK+SYN", 7), SEG_SYN | SEG_ACK);
	assert_int_equal(segment_flags_read("SYN rest", 3), SEG_SYN);
	assert_string_equal(segment_flags_text(SEG_SYN | SEG_FIN, buf, 6), "SYN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_is_these_bytes),
		cmocka_unit_test(what_was_made_is_read_back),
		cmocka_unit_test(a_frame_cut_anywhere_is_refused),
		cmocka_unit_test(a_flipped_bit_shows_in_the_checksum),
		cmocka_unit_test(an_unfinished_checksum_is_finished),
		cmocka_unit_test(hostile_and_odd_frames_are_told_apart),
		cmocka_unit_test(options_before_a_bad_one_count),
		cmocka_unit_test(a_super_frame_is_as_long_as_its_bytes),
		cmocka_unit_test(what_no_packet_holds_is_not_made),
		cmocka_unit_test(each_combination_of_flags_has_its_kind),
		cmocka_unit_test(flags_are_words_joined_by_plus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
