/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_FINGERPRINT_H
#define RUNNER_FINGERPRINT_H

#include <stdbool.h>

struct buf;
struct err;
struct facts;

/**
 * fingerprint_gather() - What of this machine can colour an outcome
 * @f: its release, version and hz are set, and one fact put for each `info NAME`
 *     that the machine tells: cpus, load, memory, clocksource, virtual, user, ...;
 *     the table is in fingerprint.c
 *
 * To be called before any namespace is entered: some settings (tcp_mem,
 * rmem_max) are the whole machine's and not to be seen from a fresh one. What
 * cannot be read is left out.
 *
 * Errors: -EPROTO the release has no version in it
 */
int fingerprint_gather(struct facts *f, struct err *e);

/** fingerprint_line() - The most telling of it: "HZ=250, 2 CPUs, tsc, kvm, root" */
void fingerprint_line(const struct facts *f, struct buf *out);

/**
 * fingerprint_hz() - CONFIG_HZ, without a configuration to read
 * @tick_ns: resolution of the coarse clock
 *
 * The coarse clocks are read from a stamp that each tick renews, so their
 * resolution is one tick.
 *
 * Return: 0 for a tick that no kernel has
 * Source: kernel/time/posix-timers.c, posix_get_coarse_res()
 */
int fingerprint_hz(long tick_ns);

#endif
