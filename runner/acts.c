// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/acts.h"

#include "lib/clock.h"
#include "lib/netns.h"
#include "lib/sysctl.h"
#include "runner/programs.h"
#include "runner/sockets.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

enum { SHOWN_MOST = 4096 };	/* bytes of what was read that go into the record */

static void tell_call(struct play *p, const struct step *s, const char *name, int error)
{
	play_tell(p, EVENT(EVENT_CALL, .host = s->host, .conn = s->conn, .word = name,
			   .number = error));
}

/* What the step yielded: ok, or an errno and the call that said it. */
static void yield(struct play *p, const struct step *s, int error, const char *call)
{
	char number[24];
	const char *word = "ok";

	if (error) {
		word = errno_word(error);
		if (!word) {
			snprintf(number, sizeof(number), "E%d", error);
			word = number;
		}
	}
	play_tell(p, EVENT(EVENT_RESULT, .host = s->host, .conn = s->conn, .word = word,
			   .number = error, .text = error ? call : NULL));
}

static struct end *end_of(struct play *p, const struct step *s)
{
	return &p->conn[s->conn].end[s->host];
}

static int64_t limit_of(struct play *p, const struct step *s)
{
	return play_limit(p, s, CALL_MOST_NS);
}

/* The call by which a host does it to a descriptor of its own. */
static const char *call_of(enum verb verb)
{
	switch (verb) {
	case VERB_SEND:
		return "send";
	case VERB_READ:
		return "recv";
	case VERB_SHUTDOWN:
		return "shutdown";
	case VERB_SET:
		return "setsockopt";
	case VERB_DISCONNECT:
		return "connect";
	default:
		return "close";
	}
}

/*
 * The far end of a connection is ours only once the listener's queue gave it:
 * wait for that, within the step's bound.
 */
static int descriptor_of(struct play *p, const struct step *s, int64_t limit_ns)
{
	struct end *end = end_of(p, s);

	while (end->fd < 0 && !p->over && play_now(p) < limit_ns && (p->conn[s->conn].made || p->conn[s->conn].adopts) &&
	       p->trial->names[s->conn].opener != s->host)
		play_wait(p, play_now(p) + NS_PER_MS < limit_ns ? play_now(p) + NS_PER_MS : limit_ns,
			  -1, 0);
	if (end->fd < 0)
		yield(p, s, EBADF, p->trial->names[s->conn].opener == s->host ? call_of(s->verb) : "accept");
	return end->fd;
}

/* ------------------------------------------------------- listen and accept */

static struct listener *free_listener(struct play *p)
{
	for (int i = 0; i < p->listeners; i++)
		if (p->listener[i].fd < 0)
			return &p->listener[i];
	return p->listeners < LISTENERS_MOST ? &p->listener[p->listeners++] : NULL;
}

static void act_listen(struct play *p, const struct step *s)
{
	struct listener *l = free_listener(p);
	struct err e;
	const char *call;
	int fd, error;

	if (!l) {
		err_set(&e, -E2BIG, "more than %d listeners", LISTENERS_MOST);
		play_broken(p, &e);
		return;
	}
	l->fd = -1;
	fd = socket_make(p, s->host, s->local.spot, &e);
	if (fd < 0) {
		play_broken(p, &e);
		return;
	}
	call = "setsockopt";
	error = socket_set(p, fd, &s->options, s->local.spot, -1);
	if (!error) {
		call = "bind";
		error = socket_bind(p, fd, s->host, s->local);
		tell_call(p, s, call, error);
	}
	if (!error) {
		call = "listen";
		error = listen(fd, s->options.set & 1u << OPTION_BACKLOG ?
			       s->options.backlog : SOMAXCONN) ? errno : 0;
		tell_call(p, s, call, error);
	}
	if (error)
		close(fd);
	else
		*l = (struct listener){ fd, s->host, s->local.port,
					(s->options.set & 1u << OPTION_NOACCEPT) != 0 };
	yield(p, s, error, call);
}

static void act_unlisten(struct play *p, const struct step *s)
{
	for (int i = p->listeners; i-- > 0;) {
		struct listener *l = &p->listener[i];

		if (l->fd >= 0 && l->host == s->host && l->port == s->local.port) {
			const int error = close(fd_keep(&l->fd)) ? errno : 0;

			tell_call(p, s, "close", error);
			yield(p, s, error, "close");
			return;
		}
	}
	yield(p, s, EBADF, "close");
}

/* Whether a connection's far end would stand in a listener's queue */
static bool leads_to(const struct listener *l, enum host host, const struct end *end)
{
	return l->fd >= 0 && l->host == host && end->known && l->port == end->pair.local_port;
}

static void act_accept(struct play *p, const struct step *s)
{
	const int64_t limit = limit_of(p, s);
	const struct end *end = end_of(p, s);
	const bool had = end->fd >= 0;

	while (!p->over) {
		for (int i = 0; i < p->listeners; i++)
			if (leads_to(&p->listener[i], s->host, end))
				play_accept(p, &p->listener[i]);
		if ((end->fd >= 0 && !had) || play_now(p) >= limit)
			break;
		play_wait(p, play_now(p) + NS_PER_MS, -1, 0);
	}
	yield(p, s, end->fd < 0 || had ? EAGAIN : 0, "accept");
}

static void act_bind(struct play *p, const struct step *s)
{
	struct end *end = end_of(p, s);
	const char *call = "setsockopt";
	struct err e;
	int fd, error;

	play_retire(p, s->conn);
	fd = socket_make(p, s->host, s->local.spot, &e);
	if (fd < 0) {
		play_broken(p, &e);
		return;
	}
	error = socket_set(p, fd, &s->options, s->local.spot, -1);
	if (!error) {
		call = "bind";
		error = socket_bind(p, fd, s->host, s->local);
		tell_call(p, s, call, error);
	}
	if (error)
		close(fd);
	else
		end->fd = fd;
	yield(p, s, error, call);
}

/* ----------------------------------------------------------------- connect */

/* A socket that failed is closed, as a program would, unless the file connects it again. */
static bool kept_for_reconnect(const struct play *p, const struct step *s)
{
	for (size_t i = (size_t)(s - p->trial->step); i < p->trial->steps; i++)
		if (p->trial->step[i].verb == VERB_RECONNECT && p->trial->step[i].conn == s->conn)
			return true;
	return false;
}

static void connect_failed(struct play *p, const struct step *s)
{
	struct end *end = end_of(p, s);

	if (!kept_for_reconnect(p, s))
		fd_close(&end->fd);
	end->call.step = -1;
}

static struct pair mirrored(const struct pair *p)
{
	return (struct pair){ p->remote, p->local, p->remote_port, p->local_port };
}

/* A socket is under way to the other host: from now on its pair has a name. */
static void set_out(struct play *p, const struct step *s, int fd)
{
	const enum host far = s->host == HOST_CLIENT ? HOST_SERVER : HOST_CLIENT;
	struct pair pair, back;

	if (!socket_pair_of(p, fd, s->host, s->remote, &pair))
		return;
	back = mirrored(&pair);
	play_pair(p, s->conn, s->host, &pair);
	play_pair(p, s->conn, far, &back);
	p->conn[s->conn].made = true;
}

/*
 * Wait for a connect() that is under way; called again it says how it went, and
 * leaves the socket as a blocking call would, which asking SO_ERROR does not.
 *
 * Return: its errno, EINPROGRESS when the bound is over
 */
static int connect_await(struct play *p, int fd, const struct step *s, int64_t limit_ns)
{
	while (!p->over) {
		struct pollfd now = { .fd = fd, .events = POLLOUT };

		if (poll(&now, 1, 0) > 0)
			return socket_connect(p, fd, s->host, s->remote);
		if (play_now(p) >= limit_ns)
			break;
		play_wait(p, limit_ns, fd, POLLOUT);
	}
	return EINPROGRESS;
}

static void connect_now(struct play *p, const struct step *s, int64_t limit_ns)
{
	struct end *end = end_of(p, s);
	int error = socket_connect(p, end->fd, s->host, s->remote);

	tell_call(p, s, "connect", error);
	if (error == 0 || error == EINPROGRESS)
		set_out(p, s, end->fd);
	if (s->start) {
		end->call = (struct call){ .step = p->step, .verb = VERB_CONNECT, .fd = end->fd,
					   .error = error };
		return;
	}
	if (error == EINPROGRESS) {
		error = connect_await(p, end->fd, s, limit_ns);
		tell_call(p, s, "connect", error);
	}
	if (error && error != EINPROGRESS)
		connect_failed(p, s);
	yield(p, s, error, "connect");
}

static void act_connect(struct play *p, const struct step *s)
{
	const int64_t limit = limit_of(p, s);
	struct end *end = end_of(p, s);
	const char *call = "setsockopt";
	struct err e;
	int error;

	play_retire(p, s->conn);
	end->fd = socket_make(p, s->host, s->remote.spot, &e);
	if (end->fd < 0) {
		play_broken(p, &e);
		return;
	}
	error = socket_set(p, end->fd, &s->options, s->remote.spot, s->conn);
	if (p->over)
		return;
	if (!error && s->bound) {
		call = "bind";
		error = socket_bind(p, end->fd, s->host, s->local);
		tell_call(p, s, call, error);
	}
	if (!error) {
		connect_now(p, s, limit);
		return;
	}
	connect_failed(p, s);
	if (s->start)
		end->call = (struct call){ .step = p->step, .verb = VERB_CONNECT, .fd = -1,
					   .error = error, .done = 1 };
	else
		yield(p, s, error, call);
}

static void act_reconnect(struct play *p, const struct step *s)
{
	if (end_of(p, s)->fd < 0)
		yield(p, s, EBADF, "connect");
	else
		connect_now(p, s, limit_of(p, s));
}

static void act_disconnect(struct play *p, const struct step *s)
{
	const int fd = descriptor_of(p, s, limit_of(p, s));
	int error;

	if (fd < 0)
		return;
	error = socket_disconnect(fd);
	tell_call(p, s, "connect", error);
	yield(p, s, error, "connect");
}

/* ------------------------------------------------------------ send and read */

/* One try to send what is left. Return: whether the call is over. */
static bool send_some(struct call *c, const struct step *s)
{
	static const char filler[65536] = { 0 };

	while (c->sent < s->bytes) {
		const size_t left = s->bytes - c->sent;
		const char *from = s->text ? s->text + c->sent : filler;
		const size_t most = s->text || left < sizeof(filler) ? left : sizeof(filler);
		const ssize_t n = send(c->fd, from, most, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			c->error = errno;
			return errno != EAGAIN;
		}
		c->sent += (size_t)n;
	}
	c->error = 0;
	return true;
}

static size_t bytes_wanted(const struct outcome *want)
{
	return want->kind == OUTCOME_TEXT || want->kind == OUTCOME_BYTES ? want->bytes : 0;
}

/*
 * One try to read: as much as the step asks for, or, where it names no
 * amount, what is there. Return: whether the call is over.
 */
static bool read_some(struct call *c, const struct step *s)
{
	const size_t wanted = bytes_wanted(&s->want);
	char piece[16384];

	for (;;) {
		const size_t left = wanted ? wanted - c->sent : sizeof(piece);
		const ssize_t n = recv(c->fd, piece, left < sizeof(piece) ? left : sizeof(piece),
				       MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && !wanted && c->sent)
			return true;
		if (n <= 0) {
			c->error = n < 0 ? errno : 0;
			return c->error != EAGAIN;
		}
		c->sent += (size_t)n;
		if (c->data.len < SHOWN_MOST)
			buf_add(&c->data, piece, (size_t)n < SHOWN_MOST - c->data.len ?
				(size_t)n : SHOWN_MOST - c->data.len);
		if (wanted && c->sent >= wanted)
			return true;
	}
}

static void yield_read(struct play *p, const struct step *s, const struct call *c)
{
	if (!c->sent && c->error)
		yield(p, s, c->error, "recv");
	else if (!c->sent)
		play_tell(p, EVENT(EVENT_RESULT, .host = s->host, .conn = s->conn, .word = "EOF"));
	else
		play_tell(p, EVENT(EVENT_RESULT, .host = s->host, .conn = s->conn,
				   .word = s->want.kind == OUTCOME_BYTES ? "bytes" : "text",
				   .number = (int64_t)c->sent, .text = buf_text(&c->data),
				   .text_len = c->data.len));
}

static bool transfer_step(struct call *c, const struct step *s)
{
	return s->verb == VERB_SEND ? send_some(c, s) : read_some(c, s);
}

/* Go on with a transfer until it is over or the bound is. */
static void transfer_await(struct play *p, struct call *c, const struct step *s, int64_t limit_ns)
{
	const short ready = s->verb == VERB_SEND ? POLLOUT : POLLIN;

	while (!transfer_step(c, s) && play_now(p) < limit_ns && !p->over)
		play_wait(p, limit_ns, c->fd, ready);
}

static void transfer_yield(struct play *p, struct call *c, const struct step *s)
{
	tell_call(p, s, s->verb == VERB_SEND ? "send" : "recv", c->error);
	if (s->verb == VERB_SEND)
		yield(p, s, c->error, "send");
	else
		yield_read(p, s, c);
	buf_fini(&c->data);
	c->step = -1;
}

static void act_transfer(struct play *p, const struct step *s)
{
	const int64_t limit = limit_of(p, s);
	const int fd = descriptor_of(p, s, limit);
	struct call *c = &end_of(p, s)->call;

	if (fd < 0)
		return;
	*c = (struct call){ .step = p->step, .verb = s->verb, .fd = fd };
	if (s->start) {
		c->done = transfer_step(c, s);
		return;
	}
	transfer_await(p, c, s, limit);
	transfer_yield(p, c, s);
}

/* ------------------------------------------------------------------ ending */

static void act_shutdown(struct play *p, const struct step *s)
{
	static const int how[] = {
		[SHUT_THE_WRITE] = SHUT_WR, [SHUT_THE_READ] = SHUT_RD, [SHUT_THE_BOTH] = SHUT_RDWR,
	};
	const int fd = descriptor_of(p, s, limit_of(p, s));
	int error;

	if (fd < 0)
		return;
	error = shutdown(fd, how[s->shut]) ? errno : 0;
	tell_call(p, s, "shutdown", error);
	yield(p, s, error, "shutdown");
}

static void *close_in_thread(void *ctx)
{
	struct call *c = ctx;

	c->error = close(c->fd) ? errno : 0;
	c->done = 1;
	return NULL;
}

/* A lingering close blocks whatever O_NONBLOCK says, and must not stop the wire. */
static bool close_begin(struct play *p, struct end *end)
{
	struct err e;
	int rc;

	end->call = (struct call){ .step = p->step, .verb = VERB_CLOSE,
				   .fd = fd_keep(&end->fd), .threaded = true };
	rc = pthread_create(&end->call.thread, NULL, close_in_thread, &end->call);
	if (rc) {
		err_set(&e, -rc, "close: thread: %s", strerror(rc));
		play_broken(p, &e);
		return false;
	}
	return true;
}

/* Wait for it. Return: its errno, EINPROGRESS when the bound is over. */
static int close_await(struct play *p, struct call *c, int64_t limit_ns)
{
	while (!c->done && play_now(p) < limit_ns && !p->over)
		play_wait(p, play_now(p) + NS_PER_MS, -1, 0);
	if (!c->done)
		return EINPROGRESS;
	pthread_join(c->thread, NULL);
	c->step = -1;
	return c->error;
}

static void act_close(struct play *p, const struct step *s)
{
	const int64_t limit = limit_of(p, s);
	struct end *end = end_of(p, s);
	int error;

	if (descriptor_of(p, s, limit) < 0)
		return;
	if (s->linger.ns >= 0) {
		error = socket_linger(end->fd, true, (int)((s->linger.ns + NS_PER_S - 1) / NS_PER_S));
		if (error) {
			yield(p, s, error, "setsockopt");
			return;
		}
	}
	if (s->linger.ns < 0 && !s->start) {
		error = close(fd_keep(&end->fd)) ? errno : 0;
	} else {
		if (!close_begin(p, end) || s->start)
			return;
		error = close_await(p, &end->call, limit);
	}
	tell_call(p, s, "close", error);
	yield(p, s, error, "close");
}

static void act_abort(struct play *p, const struct step *s)
{
	struct end *end = end_of(p, s);
	int error;

	if (descriptor_of(p, s, limit_of(p, s)) < 0)
		return;
	error = socket_linger(end->fd, true, 0);
	if (!error)
		error = close(fd_keep(&end->fd)) ? errno : 0;
	tell_call(p, s, "close", error);
	yield(p, s, error, "close");
}

static void act_vanish(struct play *p, const struct step *s)
{
	struct end *end = end_of(p, s);
	int error;

	if (descriptor_of(p, s, limit_of(p, s)) < 0)
		return;
	error = socket_repair(end->fd, true);
	if (error) {
		play_skip(p, "vanish: TCP_REPAIR: %s", strerror(error));
		return;
	}
	close(fd_keep(&end->fd));
	tell_call(p, s, "close", 0);
	yield(p, s, 0, NULL);
}

static void act_destroy(struct play *p, const struct step *s)
{
	struct end *end = end_of(p, s);
	struct err e;
	int rc;

	if (!end->known) {
		yield(p, s, ENOENT, "destroy");
		return;
	}
	rc = diag_destroy(lab_diag(p->lab, s->host), &end->pair, &e);
	if (rc == -EOPNOTSUPP) {
		play_skip(p, "destroy: the kernel lacks INET_DIAG_DESTROY: %s", strerror(-rc));
		return;
	}
	tell_call(p, s, "destroy", -rc);
	yield(p, s, -rc, "destroy");
}

/* ------------------------------------------------------------------ others */

static void act_set(struct play *p, const struct step *s)
{
	const int fd = descriptor_of(p, s, limit_of(p, s));
	int error;

	if (fd < 0)
		return;
	error = socket_set(p, fd, &s->options, SPOT_MAIN, s->conn);
	tell_call(p, s, "setsockopt", error);
	yield(p, s, error, "setsockopt");
}

static void act_await(struct play *p, const struct step *s)
{
	const int64_t limit = limit_of(p, s);
	struct end *end = end_of(p, s);
	struct call *c = &end->call;
	struct step begun;
	int error;

	if (p->trial->names[s->conn].kind == NAME_PROGRAM) {
		programs_await(p, s);
		return;
	}
	if (c->step < 0) {
		yield(p, s, ENOENT, "await");
		return;
	}
	begun = p->trial->step[c->step];
	begun.want = s->want;
	switch (c->verb) {
	case VERB_CONNECT:
		error = c->error == EINPROGRESS ? connect_await(p, c->fd, &begun, limit) : c->error;
		tell_call(p, s, "connect", error);
		if (error != EINPROGRESS)
			c->step = -1;
		if (error && error != EINPROGRESS)
			connect_failed(p, s);
		yield(p, s, error, "connect");
		break;
	case VERB_CLOSE:
		error = close_await(p, c, limit);
		tell_call(p, s, "close", error);
		yield(p, s, error, "close");
		break;
	default:
		if (!c->done)
			transfer_await(p, c, &begun, limit);
		begun.host = s->host;
		transfer_yield(p, c, &begun);
	}
}

static void act_sysctl(struct play *p, const struct step *s)
{
	autons home = -1;
	struct err e;
	int rc;

	if (netns_enter(&home, lab_ns(p->lab, s->host), &e)) {
		play_broken(p, &e);
		return;
	}
	rc = sysctl_write(s->setting.key, s->setting.value, &e);
	if (rc == -ENOENT || rc == -EBADE) {
		play_broken(p, &e);
		return;
	}
	tell_call(p, s, "write", -rc);
	yield(p, s, -rc, "write");
}

/* Whoever's it is, its SYN gives it the name: see play_conns.c */
static void act_adopt(struct play *p, const struct step *s)
{
	play_retire(p, s->conn);
	p->conn[s->conn].adopts = (uint16_t)s->remote.port;
}

void act(struct play *p, const struct step *s)
{
	static void (*const how[VERB_COUNT])(struct play *, const struct step *) = {
		[VERB_LISTEN] = act_listen,	[VERB_UNLISTEN] = act_unlisten,
		[VERB_ACCEPT] = act_accept,	[VERB_BIND] = act_bind,
		[VERB_CONNECT] = act_connect,	[VERB_RECONNECT] = act_reconnect,
		[VERB_DISCONNECT] = act_disconnect,
		[VERB_SEND] = act_transfer,	[VERB_READ] = act_transfer,
		[VERB_SHUTDOWN] = act_shutdown,	[VERB_CLOSE] = act_close,
		[VERB_ABORT] = act_abort,	[VERB_VANISH] = act_vanish,
		[VERB_DESTROY] = act_destroy,	[VERB_SET] = act_set,
		[VERB_AWAIT] = act_await,	[VERB_SYSCTL] = act_sysctl,
		[VERB_RUN] = programs_run,	[VERB_STOP] = programs_stop,
		[VERB_ADOPT] = act_adopt,
	};

	if (how[s->verb])
		how[s->verb](p, s);
}
