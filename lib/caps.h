/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a process may do beyond others, and giving it up. A set of capabilities is
 * a mask: CAPS(CAP_NET_ADMIN) | CAPS(CAP_NET_RAW). Nothing here can gain any.
 */
#ifndef LIB_CAPS_H
#define LIB_CAPS_H

#include <linux/capability.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

#define CAPS(capability) (UINT64_C(1) << (capability))

/** Whom nothing belongs to: the user, and the group, of a process that owns no file */
enum { CAPS_NOBODY = 65534 };

/**
 * caps_keep() - Give up all capabilities but some, for good
 * @permitted: what may still be used; of that, only what the thread has
 * @effective: of those, what is in use from now on; see caps_use()
 *
 * For the calling thread, and those it begins. Nothing is left to be inherited
 * by programs; but uid 0 gets all of the bounding set by an exec() unless
 * caps_no_new() was called, or caps_bound().
 *
 * Source: capabilities(7), capset(2)
 */
int caps_keep(uint64_t permitted, uint64_t effective, struct err *e);

/** caps_use() - Choose which of the permitted capabilities are in use; what is not permitted is not */
int caps_use(uint64_t effective, struct err *e);

/** caps_in_use() - Whether all of these are in use by the thread; not, where that cannot be told */
bool caps_in_use(uint64_t set);

/**
 * caps_nobody() - Where the thread is root, become nobody (CAPS_NOBODY), of no other group
 *
 * Without any capability root can still write what root owns: most of /proc/sys,
 * /sys and the file system. Its capabilities stay as they are, all that are permitted
 * in use. The signal that its parent's death sends may be lost, whatever comes back
 * (prctl(2), PR_SET_PDEATHSIG). It cannot be traced by other processes of nobody's,
 * and only root can open its /proc/PID/fd. Nor can root send it a signal, its parent's
 * death among them, without CAP_KILL. Call it while there is one thread.
 *
 * Return: 1 when it is nobody now; 0 where it was not root, or the user namespace
 * knows no such user, or it may not change; a negative errno for a failure
 */
int caps_nobody(struct err *e);

/** caps_no_new() - No exec() gives any right from now on, be the file set-user-ID (PR_SET_NO_NEW_PRIVS) */
int caps_no_new(struct err *e);

/**
 * caps_bound() - No exec() gives other capabilities than these from now on
 *
 * Takes CAP_SETPCAP. Some forty system calls.
 */
int caps_bound(uint64_t most, struct err *e);

/**
 * caps_close_others() - Close all descriptors but some, and but the standard three
 * @keep: those that stay; -1 is passed over
 */
void caps_close_others(const int *keep, size_t count);

#endif
