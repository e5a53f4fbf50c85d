/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_NETNS_H
#define LIB_NETNS_H

#include "lib/auto.h"

struct err;

/**
 * netns_own_user() - Become root of a user namespace of one's own
 *
 * For a program without CAP_SYS_ADMIN: after it, network namespaces can be
 * made. Its uid and gid are mapped to 0, so files it makes stay its own.
 * Call it while there is one thread.
 *
 * Errors: where the system forbids it the text names the setting that does
 * (user.max_user_namespaces, kernel.unprivileged_userns_clone,
 * kernel.apparmor_restrict_unprivileged_userns, a seccomp profile)
 */
int netns_own_user(struct err *e);

/**
 * netns_home() - Make sure that the thread can come back to where it is
 *
 * Root of a user namespace may sit in a network namespace that is not its own,
 * and could leave it but never return: then a new one becomes its home.
 * Errors: -EPERM without the right to make one, either
 */
int netns_home(struct err *e);

/** netns_allowed() - Whether network namespaces can be made as we are. Makes one to see. */
int netns_allowed(struct err *e);

/**
 * netns_new() - Make an anonymous network namespace; the thread stays where it is
 * @ns: out, a descriptor that holds it; when the last one and the last socket are gone, so is it
 */
int netns_new(int *ns, struct err *e);

/**
 * netns_new_inside() - Make one and stay inside, as after netns_enter()
 * @home: out, to be handed to netns_leave() (autons does it by itself)
 * @ns:   out, as by netns_new()
 */
int netns_new_inside(int *home, int *ns, struct err *e);

/**
 * netns_enter() - Go into a namespace
 * @home: out, to be handed to netns_leave() (autons does it by itself); where
 *        the thread was
 * @ns:   the namespace; -1 to stay and only remember
 */
int netns_enter(int *home, int ns, struct err *e);

/**
 * netns_settle() - Make a namespace the home of this process, for good
 * @ns: stays open; entering it by this descriptor costs nothing from now on
 *
 * The descriptor that led back to the home before is closed. To be called by a
 * process of one thread that has entered nothing.
 */
int netns_settle(int ns, struct err *e);

/** netns_way_back() - The descriptor of home, which who closes all others must leave; -1: there is none */
int netns_way_back(void);

/** netns_leave() - Go back; a failure to do so ends the process: nothing may run in the wrong place */
void netns_leave(int *home);

/** netns_lost - Called then, to say so and end the process as it ends otherwise; abort() by default */
extern void (*netns_lost)(void);

#define autons __attribute__((cleanup(netns_leave))) int

#endif
