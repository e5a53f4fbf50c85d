// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation: a network namespace lives as long as something refers
 * to it: a thread inside, a descriptor, a socket. unshare(2) moves the calling
 * thread into a new one; we take a descriptor of it and go back. No name is
 * ever made, so nothing is left behind, whatever kills us.
 */
#include "lib/netns.h"

#include "lib/err.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SIOCGSKNS
#define SIOCGSKNS 0x894C
#endif

#define OWN_NS "/proc/thread-self/ns/net"

/*
 * Where each thread is that has entered nothing, once somebody asked; inherited
 * by children. Every way in begins there and is trodden often, so it is worth
 * a descriptor: five system calls fewer each time.
 */
static int base = -1;
static bool settled;		/* then @base is somebody else's to close */
static _Thread_local unsigned int depth;	/* how many namespaces we are in, one from another */

/* A socket knows its namespace: a sixth of the cost of asking /proc. It needs
   CAP_NET_ADMIN there, so /proc stays the second way. Both are close-on-exec. */
static int here(struct err *e)
{
	autofd sock = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int fd = sock < 0 ? -1 : ioctl(sock, SIOCGSKNS);

	if (fd < 0)
		fd = open(OWN_NS, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "network namespace: %s", OWN_NS);
	return fd;
}

/* The way back; not for whoever calls to close but by drop_way() */
static int way_back(struct err *e)
{
	if (depth)
		return here(e);
	if (base < 0)
		base = here(e);
	return base;
}

static void drop_way(int *home)
{
	if (*home == base)
		*home = -1;
	else
		fd_close(home);
}

void (*netns_lost)(void) = abort;

int netns_enter(int *home, int ns, struct err *e)
{
	int from;

	*home = -1;
	if (settled && ns == base && !depth)
		return 0;	/* that is where we are, and nothing has to be undone */
	from = way_back(e);
	if (from < 0)
		return e->code;
	if (ns >= 0 && setns(ns, CLONE_NEWNET)) {
		err_sys(e, "network namespace: enter");
		drop_way(&from);
		return e->code;
	}
	depth++;
	*home = from;
	return 0;
}

void netns_leave(int *home)
{
	const int saved = errno;

	if (*home < 0)
		return;
	if (setns(*home, CLONE_NEWNET)) {
		netns_lost();
		abort();
	}
	drop_way(home);
	depth--;
	errno = saved;
}

int netns_settle(int ns, struct err *e)
{
	if (setns(ns, CLONE_NEWNET))
		return err_sys(e, "network namespace: settle");
	if (!settled)
		fd_close(&base);
	base = ns;
	settled = true;
	return 0;
}

int netns_way_back(void)
{
	return base;
}

/* The first number in a file of /proc/sys, or @missing where there is no such file */
static long setting(const char *path, long missing)
{
	autofd fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return missing;
	return strtol(text, NULL, 10);
}

static int whole_write(const char *path, const char *text, struct err *e)
{
	autofd fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return err_sys(e, "user namespace: %s", path);
	return 0;
}

static int net_refused(int error, struct err *e)
{
	if (error == ENOSPC)
		return err_set(e, -error, "network namespace: the limit of user.max_net_namespaces is reached");
	if (error == EINVAL)
		return err_set(e, -error, "network namespace: this kernel has none (CONFIG_NET_NS)");
	errno = error;
	return err_sys(e, "network namespace");
}

/* Which setting stands behind a refused unshare(CLONE_NEWUSER) */
static int user_refused(int error, struct err *e)
{
	if (error == EINVAL)
		return err_set(e, -error, "user namespace: this kernel has none (CONFIG_USER_NS), or there is more than one thread");
	if (error == ENOSPC || setting("/proc/sys/user/max_user_namespaces", 1) == 0)
		return err_set(e, -error, "user namespace: the limit of user.max_user_namespaces (%ld) is reached",
			       setting("/proc/sys/user/max_user_namespaces", -1));
	if (setting("/proc/sys/kernel/unprivileged_userns_clone", 1) == 0)
		return err_set(e, -error, "user namespace: kernel.unprivileged_userns_clone is 0; root may set it to 1");
	if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) != 0)
		return err_set(e, -error, "user namespace: kernel.apparmor_restrict_unprivileged_userns is 1; root may set it to 0, or give this program an AppArmor profile");
	if (error == EPERM)
		return err_set(e, -error, "user namespace: Operation not permitted, and no setting says so: likely a container's seccomp profile, or a chroot");
	errno = error;
	return err_sys(e, "user namespace");
}

/* AppArmor may allow the namespace but leave it without capabilities: then the
   first thing that needs one fails */
static int powerless(struct err *e)
{
	if (setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", 0) != 0)
		return user_refused(EPERM, e);
	return e->code;
}

static int map_to_root(uid_t uid, gid_t gid, struct err *e)
{
	char line[32];

	if (whole_write("/proc/self/setgroups", "deny", e))
		return e->code;
	snprintf(line, sizeof(line), "0 %u 1\n", (unsigned int)uid);
	if (whole_write("/proc/self/uid_map", line, e))
		return e->code;
	snprintf(line, sizeof(line), "0 %u 1\n", (unsigned int)gid);
	return whole_write("/proc/self/gid_map", line, e);
}

int netns_home(struct err *e)
{
	autofd fd = here(e);

	if (fd < 0)
		return e->code;
	if (!setns(fd, CLONE_NEWNET))
		return 0;
	fd_close(&base);
	return unshare(CLONE_NEWNET) ? net_refused(errno, e) : 0;
}

int netns_own_user(struct err *e)
{
	const uid_t uid = geteuid();
	const gid_t gid = getegid();

	if (unshare(CLONE_NEWUSER))
		return user_refused(errno, e);
	if (map_to_root(uid, gid, e))
		return powerless(e);
	/* Going back into the namespace we came from would need to be root of
	   its owner. So home, too, is one of ours from now on. */
	fd_close(&base);
	if (unshare(CLONE_NEWNET)) {
		net_refused(errno, e);
		return e->code == -EPERM ? powerless(e) : e->code;
	}
	return 0;
}

int netns_new_inside(int *home, int *ns, struct err *e)
{
	autons back = -1;
	int fd;

	if (netns_enter(&back, -1, e))
		return e->code;
	if (unshare(CLONE_NEWNET)) {
		net_refused(errno, e);
		drop_way(&back);	/* we never left, and may lack the right to come back */
		depth--;
		return e->code;
	}
	fd = here(e);
	if (fd < 0)
		return e->code;
	*ns = fd;
	*home = back;
	back = -1;
	return 0;
}

int netns_new(int *ns, struct err *e)
{
	autons home = -1;

	return netns_new_inside(&home, ns, e);
}

int netns_allowed(struct err *e)
{
	autofd ns = -1;

	return netns_new(&ns, e);
}
