/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The calls on one socket of a trial's host. Each returns 0 or the errno the kernel gave. */
#ifndef RUNNER_SOCKETS_H
#define RUNNER_SOCKETS_H

#include "runner/play.h"

/**
 * socket_make() - A non-blocking TCP socket in a host's namespace
 * @spot: what it is for: SPOT_MAPPED wants an IPv6 socket in an IPv4 trial too
 *
 * It may have been made ahead: see socket_stock().
 *
 * Return: the descriptor, or a negative errno: our own failure, @e says it
 */
int socket_make(struct play *p, enum host host, enum spot spot, struct err *e);

/**
 * socket_stock() - Make the sockets that a step will ask socket_make() for
 * @step: its index
 * @rounds: how often it will be done
 *
 * To be had without going into the host's namespace then. A socket takes defaults
 * from its namespace's sysctls as it is made, so no step may change those.
 */
int socket_stock(struct play *p, int step, int rounds, struct err *e);

/**
 * socket_set() - Say options to it
 * @conn: the connection whose numbers `isn` may refer to; -1 for none
 *
 * Skips the play where the kernel has no such option. Return: 0 or an errno
 */
int socket_set(struct play *p, int fd, const struct options *o, enum spot spot, int conn);

int socket_bind(struct play *p, int fd, enum host host, struct locus at);
int socket_connect(struct play *p, int fd, enum host host, struct locus to);
int socket_disconnect(int fd);
int socket_linger(int fd, bool on, int seconds);
int socket_repair(int fd, bool on);

/** socket_pair_of() - Its pair, also while it is still connecting; false where it has no port yet */
bool socket_pair_of(struct play *p, int fd, enum host host, struct locus to, struct pair *pair);

#endif
