/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_KMSG_H
#define LIB_KMSG_H

/** struct kmsg - The kernel's log from some moment on; @fd is -1 where we may not read it */
struct kmsg {
	int fd;
};

/** kmsg_open() - Remember this moment of the log. Cannot fail: without the right to read, nothing is told */
void kmsg_open(struct kmsg *k);

/** kmsg_skip() - What was said so far is not to be told */
void kmsg_skip(struct kmsg *k);

/**
 * kmsg_complaints() - Tell each line since then with which the kernel reports a fault of its own
 *
 * WARNING, BUG, Oops, general protection fault, KASAN, UBSAN, lockdep.
 * Source: Documentation/ABI/testing/dev-kmsg
 */
void kmsg_complaints(struct kmsg *k, void (*tell)(void *ctx, const char *line), void *ctx);

void kmsg_close(struct kmsg *k);

#endif
