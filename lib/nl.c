// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/nl.h"

#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/netns.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/* Answers are in the queue when sendto() returns, so this is never waited for
   unless the kernel is broken */
enum { ANSWER_TIMEOUT_S = 10, ANSWER_ROOM = 32768 };

struct nl {
	int fd;
	uint32_t seq;
	_Alignas(8) unsigned char answer[ANSWER_ROOM];
};

/* -------------------------------------------------------------- building */

static struct nlmsghdr *open_message(struct nl_batch *b)
{
	return b->count && !b->fault ? (void *)(b->bytes + b->last) : NULL;
}

static size_t room(const struct nl_batch *b)
{
	return sizeof(b->bytes) - b->last;
}

static void settle(struct nl_batch *b, const struct nlmsghdr *m, bool fits)
{
	if (fits)
		b->len = b->last + MNL_ALIGN(m->nlmsg_len);
	else
		b->fault = -EMSGSIZE;
}

void nl_begin(struct nl_batch *b, uint16_t type, uint16_t flags, const void *body, size_t len,
	      const char *what, ...)
{
	struct nlmsghdr *m;
	va_list ap;

	if (b->fault)
		return;
	if (b->count == NL_BATCH_MOST || b->len + NLMSG_SPACE(len) > sizeof(b->bytes)) {
		b->fault = -EMSGSIZE;
		return;
	}
	va_start(ap, what);
	vsnprintf(b->what[b->count], sizeof(b->what[0]), what, ap);
	va_end(ap);
	b->flags[b->count++] = flags;
	b->last = b->len;
	m = mnl_nlmsg_put_header(b->bytes + b->last);
	m->nlmsg_type = type;
	m->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	memcpy(mnl_nlmsg_put_extra_header(m, len), body, len);
	settle(b, m, true);
}

void nl_put(struct nl_batch *b, uint16_t type, const void *value, size_t len)
{
	struct nlmsghdr *m = open_message(b);

	if (m)
		settle(b, m, mnl_attr_put_check(m, room(b), type, len, value));
}

void nl_put_u32(struct nl_batch *b, uint16_t type, uint32_t value)
{
	nl_put(b, type, &value, sizeof(value));
}

void nl_put_text(struct nl_batch *b, uint16_t type, const char *text)
{
	nl_put(b, type, text, strlen(text) + 1);
}

void nl_put_raw(struct nl_batch *b, const void *bytes, size_t len)
{
	struct nlmsghdr *m = open_message(b);

	if (!m)
		return;
	if (m->nlmsg_len + MNL_ALIGN(len) > room(b)) {
		b->fault = -EMSGSIZE;
		return;
	}
	memcpy(mnl_nlmsg_put_extra_header(m, len), bytes, len);
	settle(b, m, true);
}

size_t nl_nest(struct nl_batch *b, uint16_t type)
{
	struct nlmsghdr *m = open_message(b);
	size_t nest;

	if (!m)
		return 0;
	nest = b->last + m->nlmsg_len;
	settle(b, m, mnl_attr_nest_start_check(m, room(b), type));
	return nest;
}

void nl_nest_end(struct nl_batch *b, size_t nest)
{
	struct nlmsghdr *m = open_message(b);

	if (m)
		mnl_attr_nest_end(m, (void *)(b->bytes + nest));
}

/* --------------------------------------------------------------- talking */

/* Older kernels lack these two; then messages are shorter, or answers longer */
static void ask_for_reasons(int fd)
{
	const int on = 1;

	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
}

int nl_open(struct nl **nl, int bus, int ns, struct err *e)
{
	const struct timeval most = { .tv_sec = ANSWER_TIMEOUT_S };
	autons home = -1;
	autofd fd = -1;

	if (ns >= 0 && netns_enter(&home, ns, e))
		return e->code;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, bus);
	if (fd < 0)
		return err_sys(e, "netlink bus %d", bus);
	ask_for_reasons(fd);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof(most)))
		return err_sys(e, "netlink: SO_RCVTIMEO");
	*nl = malloc(sizeof(**nl));
	if (!*nl)
		return err_sys(e, "netlink");
	(*nl)->fd = fd_keep(&fd);
	(*nl)->seq = 0;
	return 0;
}

void nl_close(struct nl *nl)
{
	if (!nl)
		return;
	close(nl->fd);
	free(nl);
}

static int receive(struct nl *nl, int *len, struct err *e)
{
	struct iovec room_for = { nl->answer, sizeof(nl->answer) };
	struct msghdr msg = { .msg_iov = &room_for, .msg_iovlen = 1 };
	ssize_t n;

	do
		n = recvmsg(nl->fd, &msg, 0);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return err_set(e, -ETIMEDOUT, "netlink: no answer in %d s", ANSWER_TIMEOUT_S);
	if (n < 0)
		return err_sys(e, "netlink: receive");
	if (msg.msg_flags & MSG_TRUNC)
		return err_set(e, -EMSGSIZE, "netlink: answer too large");
	*len = (int)n;
	return 0;
}

const struct nlattr *nl_attr(const struct nlmsghdr *m, size_t fixed, const struct nlattr *after)
{
	const char *end = mnl_nlmsg_get_payload_tail(m);
	const struct nlattr *attr = after ? mnl_attr_next(after) :
		mnl_nlmsg_get_payload_offset(m, fixed);

	return mnl_attr_ok(attr, (int)(end - (const char *)attr)) ? attr : NULL;
}

static const char *reason_of(const struct nlmsghdr *m, size_t fixed)
{
	const struct nlattr *attr = NULL;

	if (!(m->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	while ((attr = nl_attr(m, fixed, attr))) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			return mnl_attr_get_str(attr);
	}
	return NULL;
}

/* An NLMSG_ERROR quotes the request behind the code: its header, or all of it */
static size_t error_fixed_len(const struct nlmsghdr *m)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(m);

	if (m->nlmsg_flags & NLM_F_CAPPED || !err->error)
		return sizeof(*err);
	return sizeof(*err) + MNL_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
}

struct answers {
	const struct nl_batch *batch;
	uint32_t first_seq;
	unsigned int left;
	unsigned int failed;	/* number of the first request that failed; left alone: none */
	bool one_ack;		/* only the last request asks for one */
	bool interrupted;
	nl_reply reply;
	void *ctx;
};

/* Failures come in the order of the requests, so the first stays */
static void note_failure(struct answers *a, unsigned int i, int code, const char *reason,
			 struct err *e)
{
	if (a->failed <= i)
		return;
	a->failed = i;
	err_set(e, code, "%s: %s%s%s%s", a->batch->what[i], strerror(-code), reason ? " (" : "",
		reason ? reason : "", reason ? ")" : "");
}

static void take_end(struct answers *a, const struct nlmsghdr *m, unsigned int i, size_t fixed,
		     struct err *e)
{
	const int code = *(int *)mnl_nlmsg_get_payload(m);

	if (code < 0)
		note_failure(a, i, code, reason_of(m, fixed), e);
	if (!a->one_ack || i + 1 == a->batch->count)
		a->left--;
}

static void take(struct answers *a, const struct nlmsghdr *m, struct err *e)
{
	const unsigned int i = m->nlmsg_seq - a->first_seq;

	if (i >= a->batch->count)
		return;
	if (m->nlmsg_flags & NLM_F_DUMP_INTR)
		a->interrupted = true;
	if (m->nlmsg_type == NLMSG_ERROR &&
	    mnl_nlmsg_get_payload_len(m) >= sizeof(struct nlmsgerr))
		take_end(a, m, i, error_fixed_len(m), e);
	else if (m->nlmsg_type == NLMSG_DONE && mnl_nlmsg_get_payload_len(m) >= sizeof(int))
		take_end(a, m, i, sizeof(int), e);
	else if (m->nlmsg_type >= NLMSG_MIN_TYPE) {
		if (a->reply)
			a->reply(a->ctx, m);
		if (!(a->batch->flags[i] & NLM_F_ACK) && !(m->nlmsg_flags & NLM_F_MULTI))
			a->left--;
	}
}

/*
 * Requests are done in their order, and one that fails says so unasked: where
 * all want to be acknowledged, it is enough that the last one is.
 */
static bool one_ack_will_do(const struct nl_batch *b)
{
	for (unsigned int i = 0; i < b->count; i++)
		if (!(b->flags[i] & NLM_F_ACK))
			return false;
	return true;
}

static void number(struct nl *nl, struct nl_batch *b, bool one_ack)
{
	size_t at = 0;

	while (at < b->len) {
		struct nlmsghdr *m = (void *)(b->bytes + at);

		m->nlmsg_seq = ++nl->seq;
		at += MNL_ALIGN(m->nlmsg_len);
		if (one_ack && at < b->len)
			m->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
	}
}

static int converse(struct nl *nl, struct answers *a, struct err *e)
{
	const struct nl_batch *b = a->batch;

	if (send(nl->fd, b->bytes, b->len, 0) != (ssize_t)b->len)
		return err_sys(e, "%s: netlink send", b->what[0]);
	while (a->left) {
		const struct nlmsghdr *m = (const void *)nl->answer;
		struct err unheard;
		int len;

		if (receive(nl, &len, &unheard)) {
			*e = unheard;
			return err_in(e, "%s", b->what[0]);
		}
		for (; a->left && mnl_nlmsg_ok(m, len); m = mnl_nlmsg_next(m, &len))
			take(a, m, e);
	}
	if (a->failed < b->count)
		return e->code;
	if (a->interrupted)
		return err_set(e, -EINTR, "%s: the dump was interrupted", b->what[0]);
	return 0;
}

int nl_send(struct nl *nl, struct nl_batch *b, nl_reply reply, void *ctx, struct err *e)
{
	struct answers a = {
		.batch = b, .first_seq = nl->seq + 1, .left = b->count, .failed = b->count,
		.reply = reply, .ctx = ctx,
	};
	int code = 0;

	if (b->fault)
		code = err_set(e, b->fault, "netlink: a batch of requests is too large");
	else if (b->count) {
		a.one_ack = one_ack_will_do(b);
		if (a.one_ack)
			a.left = 1;
		number(nl, b, a.one_ack);
		code = converse(nl, &a, e);
	}
	b->len = b->last = b->count = 0;
	b->fault = 0;
	return code;
}

int nl_listen(struct nl *nl, unsigned int group, struct err *e)
{
	/* A socket that was never bound has port 0, and so would be left out of
	   every broadcast, which the kernel sends in the name of port 0 */
	const struct sockaddr_nl any = { .nl_family = AF_NETLINK };

	if (bind(nl->fd, (const void *)&any, sizeof(any)))
		return err_sys(e, "netlink: bind");
	if (setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		return err_sys(e, "netlink: listen to group %u", group);
	return 0;
}

/* Time left, in whole milliseconds rounded up: 0 would spin */
static int left_ms(int64_t until_ns)
{
	const int64_t left = until_ns - clock_ns();

	return left <= 0 ? 0 : (int)((left + NS_PER_MS - 1) / NS_PER_MS);
}

int nl_news(struct nl *nl, int64_t until_ns, nl_reply reply, void *ctx, struct err *e)
{
	struct pollfd ready = { .fd = nl->fd, .events = POLLIN };
	const struct nlmsghdr *m = (const void *)nl->answer;
	int len, n;

	do
		n = poll(&ready, 1, left_ms(until_ns));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "netlink: poll");
	if (n == 0)
		return err_set(e, -ETIMEDOUT, "netlink: the news did not come");
	if (receive(nl, &len, e))
		return e->code;
	for (; mnl_nlmsg_ok(m, len); m = mnl_nlmsg_next(m, &len)) {
		if (m->nlmsg_type >= NLMSG_MIN_TYPE)
			reply(ctx, m);
	}
	return 0;
}
