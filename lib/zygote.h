/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small process that makes children for a large one. fork() copies the tables of all
 * memory that its caller has, and each page that either side writes afterwards: a
 * process that keeps much and changes it all the time pays twice for each child. A
 * zygote is forked once, early, changes next to nothing, and its children are its
 * caller's own: to wait for, to kill, to die with.
 */
#ifndef LIB_ZYGOTE_H
#define LIB_ZYGOTE_H

#include <stddef.h>
#include <sys/types.h>

struct err;

/**
 * struct zygote - What its user fills in, and where it is
 * @live:  a child's life: it does what an order says, with the descriptor that came with
 *         it, and exits. It sees the caller's memory as it was at zygote_begin()
 * @order_len: bytes of an order
 */
struct zygote {
	void (*live)(void *ctx, const void *order, int fd);
	void *ctx;
	size_t order_len;

	pid_t pid, parent;	/* its own */
	int fd;
};

/** zygote_begin() - Fork it; its signal mask is the caller's, as are all descriptors */
int zygote_begin(struct zygote *z, struct err *e);

/**
 * zygote_child() - Let it make one child, as fork() would
 * @order: of order_len bytes
 * @fd:    the child gets a copy of it; stays the caller's
 *
 * Blocks until the child is there; a zygote that was stopped is sent SIGCONT. The
 * descriptors that a child inherits are those of zygote_begin(), or of the first call
 * where that was none; of @fd it has one copy. Where a library keeps something for each
 * fork (pthread_atfork()), it is not told; there must be one thread.
 *
 * Return: its process, or a negative errno. -ECHILD: the zygote was gone. There may be a
 * child of which nobody knows that has the descriptor's copy: ask again with another,
 * and a new zygote begins.
 *
 * Source: clone(2), CLONE_PARENT
 */
pid_t zygote_child(struct zygote *z, const void *order, int fd, struct err *e);

/** zygote_end() - End it, not its children. Also of one that is only filled with zeros, or ended */
void zygote_end(struct zygote *z);

#endif
