/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_LAB_H
#define RUNNER_LAB_H

#include "lib/segment.h"
#include "lib/wire.h"
#include "runner/scenario.h"

struct counters;
struct diag;
struct err;
struct lab;

/**
 * struct lab_plan - What a trial's hosts are like
 * @mtu:  0 for the usual 1500
 * @wire: the frames of the pair cross only by a struct wire, where they can be
 *        stopped; else it is watched by a tap, as lo is (loopback)
 */
struct lab_plan {
	enum family family;
	enum link_kind link;
	int mtu;
	bool wire;
};

/**
 * lab_prepare() - Learn which pinned settings a fresh namespace has anyway
 *
 * For a process before it forks those that open labs: about twenty files fewer
 * are written for each. Without it every one is written.
 */
int lab_prepare(struct err *e);

/**
 * lab_open() - Make the hosts, their link and their addresses; ready when it returns
 *
 * All inherited settings that colour TCP are pinned (lab.c has the table),
 * addresses are usable, neighbours settled, the carrier is there: the first
 * SYN is not lost. With LINK_LOOPBACK both hosts are one namespace.
 */
int lab_open(struct lab **lab, const struct lab_plan *plan, struct err *e);

/** lab_ns() - A host's namespace; the lab's own descriptor */
int lab_ns(const struct lab *lab, enum host host);

/** lab_diag() - The lab's own, one for each host */
struct diag *lab_diag(const struct lab *lab, enum host host);

/** lab_counters() - The lab's own, one for each host; opened when first asked for, as few trials do */
int lab_counters(struct lab *lab, enum host host, struct counters **c, struct err *e);

/**
 * lab_address() - What a spot means for a host in this trial's family
 *
 * main and second: the host's own two addresses; lo: 127.0.0.1 or ::1; any:
 * the wildcard; mapped: main's IPv4 address as ::ffff:a.b.c.d (whatever the
 * family). With LINK_LOOPBACK main is lo, and second an address of lo's own.
 */
struct ipaddr lab_address(const struct lab *lab, enum host host, enum spot spot);

/** lab_wire() - Begin to watch (or be) the wire; the sink is told of every frame */
int lab_wire(struct lab *lab, wire_sink sink, void *ctx, struct wire **w, struct err *e);

void lab_close(struct lab *lab);

#endif
