/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses rewritten on the wire, as a translating router between the hosts
 * does: who sends from one address (and port) is seen as another.
 */
#ifndef RUNNER_NAT_H
#define RUNNER_NAT_H

#include "lib/segment.h"
#include "lib/wire.h"
#include "runner/scenario.h"

#include <stdbool.h>

/** Bounds: later rewrites and flows beyond them are refused */
enum { NAT_RULES_MOST = 16, NAT_FLOWS_MOST = 256 };

/** struct nat_place - An address, and a port or 0 for every port */
struct nat_place {
	struct ipaddr address;
	int port;
};

/** struct nat - What is rewritten; all zero rewrites nothing */
struct nat {
	struct nat_rule {
		enum heading heading;	/* of the frames whose source is rewritten */
		struct nat_place from, as;
		int step;		/* the scenario's step that said so */
	} rule[NAT_RULES_MOST];
	size_t rules;
	struct nat_flow {
		enum heading heading;
		struct nat_place inside, outside, peer;
	} flow[NAT_FLOWS_MOST];
	size_t flows;
};

/** nat_add() - One more rewrite, for new flows from now on. Return: whether there was room */
bool nat_add(struct nat *n, const struct nat_rule *rule);

/**
 * nat_translate() - Rewrite a frame's addresses, ports and checksums in place
 * @n:       a flow that is seen for the first time is remembered, for its answers
 * @frame:   its bytes may be changed; an unfinished checksum stays unfinished
 * @heading: which way it runs
 * @s:       the frame, decoded; ICMP is not translated
 * @step:    out: the rule's step where a flow began; -1
 *
 * Return: whether anything was rewritten
 */
bool nat_translate(struct nat *n, struct wire_frame *frame, enum heading heading,
		   const struct segment *s, int *step);

#endif
