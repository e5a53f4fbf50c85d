/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which segments are meant, or how one is made: `client>server SYN of a with
 * seq server.rcv_nxt+1`, and the items of an exchange, `SYN> <SYN-ACK`.
 */
#ifndef RUNNER_PATTERNS_H
#define RUNNER_PATTERNS_H

#include "runner/names.h"
#include "runner/reader.h"
#include "runner/scenario.h"

#include <stdbool.h>
#include <stdint.h>

/** struct icmp_word - An ICMP error as scenarios name it; its type and code in both families */
struct icmp_word {
	const char *name;
	uint8_t v4[2], v6[2];
};
enum { ICMP_WORDS = 7 };
extern const struct icmp_word icmp_words[ICMP_WORDS];

/** pattern_heading() - client>server or server>client; @both: `both` too, as HEADING_ANY */
enum heading pattern_heading(struct reader *r, bool both);

/** pattern_heading_at() - Whether a heading comes next */
bool pattern_heading_at(const struct reader *r);

/**
 * pattern_kind() - A kind of segment, or flags written out
 * @t:     the word
 * @flags: out: the flags written out, with SEGMENT_ODD; 0xff where a kind is said
 */
enum segment_kind pattern_kind(struct reader *r, const struct token *t, uint8_t *flags);

/** What a pattern may be; or-ed */
enum {
	PATTERN_OF = 1,		/* `of CONN` must be said */
	PATTERN_MADE = 2,	/* it tells how to make a segment */
	PATTERN_LATER = 4,	/* its connections may be made further down */
	PATTERN_BARE = 8,	/* no `with` */
};

/** pattern_read() - KIND [of CONN] [with PART VALUE ...]; the heading is the caller's */
void pattern_read(struct reader *r, struct names *n, unsigned int may, struct pattern *p);

/** pattern_item() - `SYN>` or `<ACK` */
struct exchange_item pattern_item(struct reader *r, const struct token *t);

#endif
