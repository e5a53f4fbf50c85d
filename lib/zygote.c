// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/zygote.h"

#include "lib/auto.h"
#include "lib/child.h"
#include "lib/err.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STOPPED_MS = 500 };		/* without an answer for so long it may have been stopped */

/* ------------------------------------------------------------ one message */

/* Room for one descriptor beside a message */
union beside {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

/* Return: bytes, 0 for the other side's end, or a negative errno. @fd: -1 where none came */
static ssize_t hear(int socket, void *s, size_t len, int *fd)
{
	union beside beside;
	struct iovec part = { s, len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = beside.room,
			    .msg_controllen = sizeof(beside.room) };
	const struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;
	*fd = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return n < 0 ? -errno : n;
}

static int say(int socket, const void *s, size_t len, int fd)
{
	union beside beside = { .head = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS,
					  .cmsg_len = CMSG_LEN(sizeof(fd)) } };
	struct iovec part = { (void *)(uintptr_t)s, len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	ssize_t n;

	if (fd >= 0) {
		memcpy(CMSG_DATA(&beside.head), &fd, sizeof(fd));
		m.msg_control = beside.room;
		m.msg_controllen = sizeof(beside.room);
	}
	do
		n = sendmsg(socket, &m, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

/* -------------------------------------------------------------- the zygote */

/* fork(), but for whose child it is. On s390 the first two change places */
static pid_t fork_sibling(void)
{
#ifdef __s390__
	return (pid_t)syscall(SYS_clone, 0L, (long)(CLONE_PARENT | SIGCHLD), 0L, 0L, 0L);
#else
	return (pid_t)syscall(SYS_clone, (long)(CLONE_PARENT | SIGCHLD), 0L, 0L, 0L, 0L);
#endif
}

/* Return: the child's process or a negative errno */
static pid_t give_birth(const struct zygote *z, int socket, const void *order, int fd)
{
	const pid_t pid = fork_sibling();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		close(socket);
		z->live(z->ctx, order, fd);
		_exit(0);
	}
	return pid;
}

static _Noreturn void be_zygote(const struct zygote *z, int socket)
{
	void *order = malloc(z->order_len);
	pid_t pid;
	int fd;

	child_dies_with(z->parent, 1);
	if (!order)
		_exit(1);
	while (hear(socket, order, z->order_len, &fd) == (ssize_t)z->order_len) {
		pid = fd < 0 ? -EMFILE : give_birth(z, socket, order, fd);
		fd_close(&fd);
		if (say(socket, &pid, sizeof(pid), -1))
			break;
	}
	_exit(0);
}

/* -------------------------------------------------------------- its caller */

/* @others: a descriptor that comes with an order, and is not to be inherited; -1: none */
static int begin(struct zygote *z, int others, struct err *e)
{
	int end[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, end))
		return err_sys(e, "socketpair");
	z->parent = getpid();
	z->pid = fork();
	if (z->pid == 0) {
		close(end[0]);
		fd_close(&others);
		be_zygote(z, end[1]);
	}
	if (z->pid < 0)
		err_sys(e, "fork");
	close(end[1]);
	z->fd = end[0];
	if (z->pid > 0)
		return 0;
	fd_close(&z->fd);
	return e->code;
}

int zygote_begin(struct zygote *z, struct err *e)
{
	return begin(z, -1, e);
}

/* What went wrong on the way to it and back; 0: nothing */
static int ask(const struct zygote *z, const void *order, int fd, pid_t *pid)
{
	const int rc = say(z->fd, order, z->order_len, fd);
	struct pollfd answer = { .fd = z->fd, .events = POLLIN };
	int none;

	if (rc)
		return rc;
	while (poll(&answer, 1, STOPPED_MS) == 0)
		kill(z->pid, SIGCONT);	/* where it alone was stopped, we would be deaf until it goes on */
	return hear(z->fd, pid, sizeof(*pid), &none) == sizeof(*pid) ? 0 : -ECHILD;
}

pid_t zygote_child(struct zygote *z, const void *order, int fd, struct err *e)
{
	pid_t pid;
	int rc;

	if (z->pid <= 0 && begin(z, fd, e))
		return e->code;
	rc = ask(z, order, fd, &pid);
	if (rc) {
		zygote_end(z);
		return err_set(e, -ECHILD, "fork: the process that does it is gone: %s",
			       strerror(-rc));
	}
	if (pid < 0) {
		errno = -pid;
		return err_sys(e, "fork");
	}
	return pid;
}

void zygote_end(struct zygote *z)
{
	if (z->pid <= 0)
		return;
	fd_close(&z->fd);
	kill(z->pid, SIGKILL);		/* it ends by itself, unless it was stopped */
	while (waitpid(z->pid, NULL, 0) < 0 && errno == EINTR)
		;
	z->pid = 0;
}
