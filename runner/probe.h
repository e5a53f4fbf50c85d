/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_PROBE_H
#define RUNNER_PROBE_H

#include "runner/facts.h"

struct err;
struct probe;

/** probe_open() - A fresh namespace to ask the kernel in; freed by probe_close() */
int probe_open(struct probe **p, struct err *e);

/**
 * probe_ask() - Find out whether the kernel has something, and put it into the facts
 *
 * A question that was answered before is not asked again. Asked of the kernel
 * itself (a file, a counter's name, a socket option), never guessed from its version.
 */
int probe_ask(struct probe *p, const struct need_of *n, struct facts *f, struct err *e);

/** probe_ipv6() - Say in the facts if the kernel speaks no IPv6: built without, the module not loaded, ipv6.disable=1 */
void probe_ipv6(struct probe *p, struct facts *f);

void probe_close(struct probe *p);

#endif
