// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever the bytes: nothing is read outside them; and what could be taken
 * apart says the same after it was made again.
 */
#include "lib/segment.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static bool same_address(const struct ipaddr *a, const struct ipaddr *b)
{
	if (a->family != b->family)
		return false;
	return a->family == AF_INET ? a->v4.s_addr == b->v4.s_addr :
				      !memcmp(&a->v6, &b->v6, sizeof(a->v6));
}

static bool same(const struct segment *a, const struct segment *b)
{
	return same_address(&a->from, &b->from) && same_address(&a->to, &b->to) &&
	       a->from_port == b->from_port && a->to_port == b->to_port &&
	       a->seq == b->seq && a->ack == b->ack && a->flags == b->flags &&
	       a->window == b->window && a->has_ts == b->has_ts &&
	       a->tsval == b->tsval && a->tsecr == b->tsecr && a->mss == b->mss &&
	       a->wscale == b->wscale && a->sack_ok == b->sack_ok &&
	       a->icmp == b->icmp && a->icmp_type == b->icmp_type &&
	       a->icmp_code == b->icmp_code && a->icmp_info == b->icmp_info &&
	       a->len == b->len && (!a->len || !memcmp(a->data, b->data, a->len));
}

static void make_again(const struct segment *s, const uint8_t *eth)
{
	const size_t room = 128 + s->len;
	uint8_t *const frame = malloc(room);
	struct segment again;
	char text[40];
	int n;

	demand(frame);
	n = segment_encode(s, eth, frame, room);
	if (n < 0) {
		demand(n == -EMSGSIZE && s->len > 65000);
	} else {
		demand(!segment_decode(frame, (size_t)n, &again));
		demand(same(s, &again));
		demand(segment_kind(s) == segment_kind(&again));
		demand(segment_checksums_ok(frame, (size_t)n));
	}
	segment_flags_text(s->flags, text, sizeof(text));
	demand(segment_flags_read(text, strlen(text)) == s->flags);
	free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	uint8_t *const copy = malloc(len ? len : 1);
	struct segment s;

	demand(copy);
	if (len)
		memcpy(copy, bytes, len);
	if (!segment_decode(copy, len, &s))
		make_again(&s, copy);
	segment_checksums_ok(copy, len);
	/* IPv4's own checksum is not ours to mend: an error there may remain */
	if (segment_finish_checksum(copy, len) && copy[12] == 0x86)
		demand(segment_checksums_ok(copy, len));
	segment_flags_read((const char *)bytes, len);
	free(copy);
	return 0;
}
