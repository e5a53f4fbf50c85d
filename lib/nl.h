/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_NL_H
#define LIB_NL_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct nl;

enum { NL_BATCH_ROOM = 4096, NL_BATCH_MOST = 16, NL_WHAT_ROOM = 64 };

/**
 * struct nl_batch - Requests built one after the other, sent together
 *
 * All zero is an empty one. What does not fit is noticed when it is sent, so
 * building needs no checks. Sequence numbers are filled in by nl_send().
 */
struct nl_batch {
	size_t len;		/* of all messages, the one being built included */
	size_t last;		/* where the one being built begins */
	unsigned int count;
	int fault;		/* negative errno: it did not fit */
	uint16_t flags[NL_BATCH_MOST];
	char what[NL_BATCH_MOST][NL_WHAT_ROOM];
	_Alignas(8) unsigned char bytes[NL_BATCH_ROOM];
};

/**
 * nl_begin() - Begin a request
 * @type:  RTM_*, SOCK_*
 * @flags: NLM_F_*; NLM_F_REQUEST is always added
 * @body, @len: the fixed header behind nlmsghdr
 * @what:  what this is about, for the error message ("address wire0")
 */
void nl_begin(struct nl_batch *b, uint16_t type, uint16_t flags, const void *body, size_t len,
	      const char *what, ...) __attribute__((format(printf, 6, 7)));

/** nl_put() - An attribute of the request being built */
void nl_put(struct nl_batch *b, uint16_t type, const void *value, size_t len);
void nl_put_u32(struct nl_batch *b, uint16_t type, uint32_t value);
void nl_put_text(struct nl_batch *b, uint16_t type, const char *text);

/** nl_put_raw() - Bytes without an attribute's header, padded to four */
void nl_put_raw(struct nl_batch *b, const void *bytes, size_t len);

/** nl_nest() - Begin an attribute that holds attributes. Return: for nl_nest_end() */
size_t nl_nest(struct nl_batch *b, uint16_t type);
void nl_nest_end(struct nl_batch *b, size_t nest);

/**
 * nl_open() - A netlink socket
 * @bus: NETLINK_ROUTE, NETLINK_SOCK_DIAG
 * @ns:  the namespace it shall talk to, borrowed during the call; -1: where we are
 */
int nl_open(struct nl **nl, int bus, int ns, struct err *e);
void nl_close(struct nl *nl);

/**
 * nl_attr() - Walk through the attributes of an answer
 * @fixed: size of the fixed header before them
 * @after: the one before; NULL for the first
 *
 * Return: the next, within bounds; NULL after the last
 */
const struct nlattr *nl_attr(const struct nlmsghdr *m, size_t fixed, const struct nlattr *after);

/** nl_reply - Told of each message that answers, borrowed until it returns */
typedef void (*nl_reply)(void *ctx, const struct nlmsghdr *m);

/**
 * nl_send() - Send all requests of a batch and take in the answers
 * @b:     emptied
 * @reply: called for each message that is not an acknowledgement; may be NULL
 *
 * A request is done by its acknowledgement where NLM_F_ACK asks for one, by
 * the end of its dump where NLM_F_DUMP does, else by its first answer.
 *
 * Return: 0, or the errno of the first request that failed; the text says which
 * one, and what the kernel's extended acknowledgement says
 * Errors: -EINTR a dump that the kernel marked as inconsistent: ask again
 */
int nl_send(struct nl *nl, struct nl_batch *b, nl_reply reply, void *ctx, struct err *e);

/** nl_listen() - Be told of a group's news (RTNLGRP_*); use a socket of its own */
int nl_listen(struct nl *nl, unsigned int group, struct err *e);

/**
 * nl_news() - Wait for the next bundle of news
 * @until_ns: moment of clock_ns() after which it gives up
 *
 * Errors: -ETIMEDOUT
 */
int nl_news(struct nl *nl, int64_t until_ns, nl_reply reply, void *ctx, struct err *e);

#endif
