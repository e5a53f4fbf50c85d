// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/play.h"

#include "lib/auto.h"
#include "lib/clock.h"
#include "lib/pcapng.h"
#include "runner/match.h"
#include "runner/patterns.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	DOZE_NS = 3000000,		/* a longer sleep gives the processor to other trials */
	NAP_NS = 500000,		/* who sleeps so long now and then needs half of it */
	SETTLE_MOST_NS = 250000000,	/* frames that stay on their way so long are not waited for any more */
	SETTLE_STEP_NS = 100000,
	FRAMES_MOST = 50000,
	OUT_FULL = 32768,
};

int64_t play_now(const struct play *p)
{
	return clock_ns() - p->zero_ns;
}

/* ----------------------------------------------------------------- record */

static void remember(struct play *p, const struct event *ev)
{
	struct event kept = *ev;

	if (ev->word)
		kept.word = arena_dup(&p->arena, ev->word, strlen(ev->word));
	if (ev->text)
		kept.text = arena_dup(&p->arena, ev->text, event_text_len(ev));
	p->record.list = arena_grow(&p->arena, p->record.list, p->record.count,
				    sizeof(kept));
	p->record.list[p->record.count++] = kept;
	track_event(p->track, &p->record.list[p->record.count - 1]);
}

void play_tell(struct play *p, struct event ev)
{
	if (ev.at_ns == INT64_MIN)
		ev.at_ns = play_now(p);
	if (ev.step < 0 && ev.kind != EVENT_FRAME)
		ev.step = p->step;
	if (ev.round < 0)
		ev.round = ev.step < 0 ? 0 : p->round[ev.step];
	remember(p, &ev);
	event_write(&ev, &p->out);
	if (p->out.len >= OUT_FULL)
		play_flush(p);
}

void play_flush(struct play *p)
{
	const char *s = buf_text(&p->out);
	size_t left = p->out.len;

	while (left) {
		const ssize_t n = write(p->out_fd, s, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			_exit(3);	/* the runner is gone, and so is the point of going on */
		s += n;
		left -= (size_t)n;
	}
	buf_clear(&p->out);
}

void play_broken(struct play *p, const struct err *e)
{
	if (p->over)
		return;
	p->over = true;
	play_tell(p, EVENT(EVENT_BROKEN, .number = e->code, .word = p->blame, .text = e->text));
}

void play_skip(struct play *p, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (p->over)
		return;
	p->over = true;
	play_tell(p, EVENT(EVENT_SKIP, .text = text));
}

/* ----------------------------------------------------------------- frames */

static void capture(struct play *p, const struct wire_frame *f, const char *fate)
{
	autofree uint8_t *bytes = malloc(f->len + 1);
	char comment[400] = "";

	if (!bytes)
		return;
	memcpy(bytes, f->bytes, f->len);
	segment_finish_checksum(bytes, f->len);	/* an offload would have done it further on */

	if (p->remark && fate)
		snprintf(comment, sizeof(comment), "%s; %s", fate, p->remark);
	else if (p->remark || fate)
		snprintf(comment, sizeof(comment), "%s", p->remark ? p->remark : fate);
	pcapng_frame(&p->capture, (unsigned int)f->from, f->real_ns, PCAPNG_OUTBOUND, bytes,
		     f->len, comment[0] ? comment : NULL);
	p->remark = NULL;
}

static void address_text(const struct ipaddr *a, char out[46])
{
	if (a->family == AF_INET)
		inet_ntop(AF_INET, &a->v4, out, 46);
	else
		inet_ntop(AF_INET6, &a->v6, out, 46);
}

/*
 * On a loopback both hosts sit at the same end: who a segment is from is told
 * by the connection it belongs to.
 */
static enum heading loopback_heading(const struct play *p, const struct segment *s)
{
	for (size_t i = 0; i < p->trial->name_count; i++) {
		for (int h = 0; h < HOST_COUNT; h++) {
			const struct end *end = &p->conn[i].end[h];

			if (end->known && end->pair.local_port == s->from_port &&
			    end->pair.remote_port == s->to_port &&
			    ipaddr_same(&end->pair.local, &s->from))
				return h == HOST_CLIENT ? HEADING_TO_SERVER : HEADING_TO_CLIENT;
		}
	}
	for (int i = 0; i < p->listeners; i++)
		if (p->listener[i].fd >= 0 && p->listener[i].port == s->to_port)
			return p->listener[i].host == HOST_SERVER ? HEADING_TO_SERVER :
			       HEADING_TO_CLIENT;
	return HEADING_TO_SERVER;
}

static void name_icmp(const struct segment *s, char *name, size_t size)
{
	for (size_t i = 0; i < ICMP_WORDS; i++) {
		const struct icmp_word *w = &icmp_words[i];
		const uint8_t *type = s->from.family == AF_INET ? w->v4 : w->v6;

		if (type[0] == s->icmp_type && type[1] == s->icmp_code)
			snprintf(name, size, "%s", w->name);
	}
}

static struct frame_note note_of(struct play *p, const struct wire_frame *f,
				 const struct segment *s)
{
	struct frame_note n = {
		.heading = f->from == WIRE_LEFT ? HEADING_TO_SERVER : HEADING_TO_CLIENT,
		.number = p->frames,
		.kind = segment_kind(s),
		.flags = (uint8_t)s->flags,
		.seq = s->seq, .ack = s->ack, .window = s->window, .len = (uint32_t)s->len,
		.has_ts = s->has_ts, .tsval = s->tsval, .tsecr = s->tsecr,
	};
	bool to_server;

	if (p->trial->scenario->link == LINK_LOOPBACK)
		n.heading = loopback_heading(p, s);
	to_server = n.heading == HEADING_TO_SERVER;
	if (s->icmp) {		/* the quoted segment ran the other way */
		to_server = !to_server;
		name_icmp(s, n.icmp, sizeof(n.icmp));
	}
	n.client_port = to_server ? s->from_port : s->to_port;
	n.server_port = to_server ? s->to_port : s->from_port;
	address_text(to_server ? &s->from : &s->to, n.client);
	address_text(to_server ? &s->to : &s->from, n.server);
	return n;
}

struct frame_note play_note(struct play *p, const struct wire_frame *f)
{
	struct segment s;

	if (segment_decode(f->bytes, f->len, &s))
		return (struct frame_note){ .kind = SEGMENT_ODD };
	return note_of(p, f, &s);
}

static void tell_frame(struct play *p, const struct wire_frame *f, const struct frame_note *n,
		       int conn)
{
	const bool odd = n->fate != FATE_PASSED;
	struct segment s;
	const bool text = n->len && p->trial->frames && !segment_decode(f->bytes, f->len, &s);

	play_tell(p, EVENT(EVENT_FRAME, .at_ns = f->at_ns - p->zero_ns, .frame = *n, .conn = conn,
			   .text = text ? (const char *)s.data : NULL,
			   .text_len = !text ? 0 : s.len < EVENT_TEXT_MOST ? s.len : EVENT_TEXT_MOST));
	capture(p, f, odd ? fate_name[n->fate] : NULL);
	p->activity_ns = play_now(p);
}

/* A translated connection: the far host sees another pair than the one it was begun with. */
static void tell_translated(struct play *p, int conn, int flow_step)
{
	const struct nat_flow *f = &p->nat.flow[p->nat.flows - 1];
	const enum host far = f->heading == HEADING_TO_SERVER ? HOST_SERVER : HOST_CLIENT;
	const struct pair pair = {
		.local = f->peer.address, .local_port = (uint16_t)f->peer.port,
		.remote = f->outside.address, .remote_port = (uint16_t)f->outside.port,
	};

	rules_count_match(p->rules, flow_step);
	play_tell(p, EVENT(EVENT_WIRE, .step = flow_step, .word = "matched", .number = p->frames));
	if (conn >= 0)
		play_pair(p, conn, far, &pair);
}

/* Let a frame cross to the other host, with its addresses rewritten where that was said. */
static int cross(struct play *p, const struct wire_frame *f, enum heading heading, int conn,
		 struct err *e)
{
	struct wire_frame changed = *f;
	autofree uint8_t *bytes = malloc(f->len + 1);
	struct segment s;
	int flow_step;

	if (!bytes)
		return err_set(e, -ENOMEM, "wire: out of memory");
	memcpy(bytes, f->bytes, f->len);
	changed.bytes = bytes;
	if (p->nat.rules && !segment_decode(bytes, f->len, &s)) {
		nat_translate(&p->nat, &changed, heading, &s, &flow_step);
		if (flow_step >= 0)
			tell_translated(p, conn, flow_step);
	}
	return wire_send(p->wire, &changed, e);
}

/*
 * A frame that lay in our queue while the machine did something else can be
 * repeated by its sender, which no verdict may take for the kernel's own idea. The
 * first to come is a tail loss probe: two round trips and 2 ms (tcp_output.c,
 * TCP_TIMEOUT_MIN_US), rounded up to a jiffy. Each of the two ways gets half.
 */
static void mind_stall(struct play *p, const struct wire_frame *f)
{
	const int64_t half_jiffy = match_jiffy_ns(p->facts) / 2;
	const int64_t due = f->at_ns + (half_jiffy > NS_PER_MS ? half_jiffy : NS_PER_MS);

	if (p->trial->wire && clock_ns() > due)
		play_tell(p, EVENT(EVENT_LATE, .from_ns = due - p->zero_ns));
}

static bool on_frame(void *ctx, const struct wire_frame *f)
{
	struct play *p = ctx;
	struct frame_note note;
	struct ruling ruling;
	struct segment s;
	struct err e;
	int conn;

	if (p->frames >= FRAMES_MOST) {
		err_set(&e, -E2BIG, "more than %d frames crossed the wire", FRAMES_MOST);
		play_broken(p, &e);
		return true;
	}
	if (segment_decode(f->bytes, f->len, &s)) {
		capture(p, f, NULL);
		return true;
	}
	p->frames++;
	mind_stall(p, f);
	if (segment_kind(&s) == SEGMENT_SYN)
		play_adopt(p, f, &s);
	note = note_of(p, f, &s);
	conn = track_find(p->track, &note);
	ruling = rules_ask(p->rules, p->track, &note, f, conn, play_now(p));
	note.fate = ruling.fate == FATE_DUPLICATE ? FATE_PASSED : ruling.fate;
	tell_frame(p, f, &note, conn);
	if (ruling.step >= 0)
		play_tell(p, EVENT(EVENT_WIRE, .step = ruling.step, .word = "matched",
				   .number = note.number));
	if (rules_keep(p->rules, f, &note, conn, &ruling, &e))
		play_broken(p, &e);
	if (note.fate != FATE_PASSED || !p->nat.rules)
		return note.fate == FATE_PASSED;
	if (cross(p, f, note.heading, conn, &e))
		play_broken(p, &e);
	return false;
}

/* Give a kept frame to the host it was meant for. */
void play_deliver(struct play *p, struct kept *k, enum frame_fate fate)
{
	struct frame_note note = k->note;
	struct err e;

	if ((fate == FATE_MADE || fate == FATE_REPLAYED) && ++p->made > MADE_MOST) {
		err_set(&e, -ENOBUFS, "more than %d segments made up or replayed", MADE_MOST);
		play_broken(p, &e);
		return;
	}
	note.fate = fate;
	note.number = ++p->frames;
	k->frame.at_ns = clock_ns();
	k->frame.real_ns = clock_real_ns();
	tell_frame(p, &k->frame, &note, k->conn);
	if (cross(p, &k->frame, note.heading, k->conn, &e))
		play_broken(p, &e);
}

static void deliver_due(struct play *p)
{
	struct kept *k;

	while (!p->over && (k = rules_due(p->rules, play_now(p))))
		play_deliver(p, k, k->note.fate == FATE_DELAYED ? FATE_RELEASED : FATE_DUPLICATE);
}

/* ---------------------------------------------------------------- sockets */

void play_pair(struct play *p, int conn, enum host host, const struct pair *pair)
{
	struct end *end = &p->conn[conn].end[host];
	char local[46], remote[46], text[128];

	end->pair = *pair;
	end->known = true;
	end->known_ns = play_now(p);
	address_text(&pair->local, local);
	address_text(&pair->remote, remote);
	snprintf(text, sizeof(text), "%s %u %s %u", local, pair->local_port, remote,
		 pair->remote_port);
	play_tell(p, EVENT(EVENT_PAIR, .conn = conn, .host = host, .text = text));
}

static bool belongs_elsewhere(const struct play *p, const struct end *mine, uint64_t cookie)
{
	for (size_t i = 0; i < p->formers; i++)
		if (p->former[i] == cookie)
			return true;
	for (size_t i = 0; i < p->trial->name_count; i++)
		for (int h = 0; h < HOST_COUNT; h++)
			if (&p->conn[i].end[h] != mine && p->conn[i].end[h].cookie == cookie)
				return true;
	return false;
}

/*
 * A connection is a four-tuple and its incarnation. The kernel's cookie tells
 * incarnations apart: it stays the same from SYN-RECEIVED to TIME-WAIT.
 */
static bool pair_went_on(const struct play *p, const struct end *mine, enum host host)
{
	for (size_t i = 0; i < p->trial->name_count; i++) {
		const struct end *other = &p->conn[i].end[host];

		if (other != mine && other->known && other->known_ns > mine->known_ns &&
		    other->pair.local_port == mine->pair.local_port &&
		    other->pair.remote_port == mine->pair.remote_port &&
		    ipaddr_same(&other->pair.local, &mine->pair.local) &&
		    ipaddr_same(&other->pair.remote, &mine->pair.remote))
			return true;
	}
	return false;
}

static int state_of(struct play *p, struct end *end, struct diag_sock *s, struct err *e,
		    enum host host)
{
	const int rc = diag_look(lab_diag(p->lab, host), &end->pair, s, e);

	if (rc == -ENOENT)
		return STATE_NONE;
	if (rc)
		return rc;
	if (!end->cookie && !belongs_elsewhere(p, end, s->cookie) && !pair_went_on(p, end, host))
		end->cookie = s->cookie;
	return end->cookie == s->cookie ? s->state : STATE_NONE;
}

void play_look(struct play *p, int conn, enum host host)
{
	struct end *end = &p->conn[conn].end[host];
	struct diag_sock s = { .left_ns = -1 };
	const int64_t before = end->looked_at, now = play_now(p);
	struct err e;
	int state;

	if (!end->known)
		return;
	state = state_of(p, end, &s, &e, host);
	if (state < 0) {
		play_broken(p, &e);
		return;
	}
	end->looked_at = now;
	end->left_ns = state == STATE_NONE ? -1 : s.left_ns;
	end->timer = state == STATE_NONE ? 0 : s.timer;
	if (state == end->state)
		return;
	end->state_from = end->state < 0 ? now : before;
	end->state_at = play_now(p);
	end->state = state;
	play_tell(p, EVENT(EVENT_STATE, .at_ns = end->state_at, .from_ns = end->state_from,
			   .conn = conn, .host = host, .word = state_name(state),
			   .number = end->left_ns));
}

/* An end that had a socket and has none will have none again; one may yet come to be. */
static bool is_gone(const struct end *end)
{
	return end->state == STATE_NONE && end->cookie;
}

static void look_everywhere(struct play *p)
{
	for (size_t i = 0; i < p->trial->name_count && !p->over; i++)
		for (int h = 0; h < HOST_COUNT; h++)
			if (p->conn[i].end[h].known && !is_gone(&p->conn[i].end[h]))
				play_look(p, (int)i, h);
}

static void *grown(void *list, size_t count, size_t size)
{
	void *more = (count & (count + 1)) && count ? list : realloc(list, (2 * count + 1) * size);

	if (!more)
		arena_out_of_memory();
	return more;
}

static const struct end blank_end = {
	.fd = -1, .state = -1, .left_ns = -1, .call = { .step = -1, .fd = -1 },
};

void play_spare(struct play *p, int fd)
{
	p->spare = grown(p->spare, p->spares, sizeof(*p->spare));
	p->spare[p->spares++] = fd;
}

void play_retire(struct play *p, int conn)
{
	struct conn *c = &p->conn[conn];

	for (int h = 0; h < HOST_COUNT; h++) {
		struct end *end = &c->end[h];

		if (end->fd >= 0)
			play_spare(p, end->fd);
		if (end->known && end->fd < 0 && end->state > STATE_NONE &&
		    end->state != TCP_TIME_WAIT) {
			p->left = grown(p->left, p->lefts, sizeof(*p->left));
			p->left[p->lefts++] = (struct left){ h, end->pair };
		}
		if (end->cookie) {
			p->former = grown(p->former, p->formers, sizeof(*p->former));
			p->former[p->formers++] = end->cookie;
		}
		buf_fini(&end->call.data);
		*end = blank_end;
	}
	c->made = false;
	rules_retire(p->rules, conn);
}

struct ipaddr play_address(const struct sockaddr_storage *ss, uint16_t *port)
{
	const struct sockaddr_in6 *six = (const void *)ss;
	const struct sockaddr_in *four = (const void *)ss;
	struct ipaddr a = { .family = ss->ss_family };

	if (ss->ss_family == AF_INET) {
		a.v4 = four->sin_addr;
		*port = ntohs(four->sin_port);
	} else if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
		a.family = AF_INET;
		memcpy(&a.v4, six->sin6_addr.s6_addr + 12, sizeof(a.v4));
		*port = ntohs(six->sin6_port);
	} else {
		a.v6 = six->sin6_addr;
		*port = ntohs(six->sin6_port);
	}
	return a;
}

/* accept4(2) makes a socket before it looks whether one is to be had: dear for a no */
static bool has_caller(const struct listener *l)
{
	struct pollfd queue = { .fd = l->fd, .events = POLLIN };

	return poll(&queue, 1, 0) > 0;
}

static bool accept_all(struct play *p)
{
	bool any = false;

	for (int i = 0; i < p->listeners; i++)
		if (p->listener[i].fd >= 0 && !p->listener[i].noaccept && has_caller(&p->listener[i]))
			while (play_accept(p, &p->listener[i]))
				any = true;
	return any;
}

/* ---------------------------------------------------------------- waiting */

static int pump(struct play *p)
{
	struct err e;
	const int heard = p->programs && p->hear_programs(p);
	int n;

	if (!p->wire || p->over)
		return heard;
	n = wire_pump(p->wire, &e);
	if (n < 0)
		play_broken(p, &e);
	if (wire_clock_set(p->wire))
		play_tell(p, EVENT(EVENT_LATE, .text = "the wall clock was set"));
	if (wire_lost(p->wire)) {
		err_set(&e, -ENOBUFS, "wire: the kernel's queue lost %u frames before we saw them",
			wire_lost(p->wire));
		play_broken(p, &e);
	}
	deliver_due(p);
	return n < 0 ? n : n + heard;
}

int64_t play_limit(struct play *p, const struct step *s, int64_t most_ns)
{
	p->bound_ns = play_now(p) + (s->within.ns ? span_ns(s->within, p->facts) : most_ns);
	return p->bound_ns;
}

void play_mind(struct play *p, int64_t due_ns, int64_t slack_ns)
{
	if (play_now(p) > due_ns + slack_ns)
		play_tell(p, EVENT(EVENT_LATE, .from_ns = due_ns));
}

/*
 * The kernel lets a long poll oversleep by a thousandth: so the last bit of a
 * long sleep is slept by itself. Source: fs/select.c, select_estimate_accuracy()
 */
static void sleep_for(struct play *p, struct pollfd *fds, int nfds, int64_t until_ns)
{
	const int64_t whole = until_ns - play_now(p);
	const int64_t left = whole > DOZE_NS ? whole - whole / 500 : whole;
	const struct timespec ts = {
		.tv_sec = left > 0 ? left / NS_PER_S : 0,
		.tv_nsec = left > 0 ? left % NS_PER_S : 0,
	};
	const bool doze = left > DOZE_NS && !p->at_work;

	if (doze) {
		play_tell(p, EVENT(EVENT_DOZE, .number = until_ns));
		play_flush(p);
	} else if (left > NAP_NS && !p->napped && !p->trial->runs) {
		p->napped = true;	/* a trial that runs programs does not know what they need */
		play_tell(p, EVENT(EVENT_NAP));
		play_flush(p);
	}
	ppoll(fds, (nfds_t)nfds, &ts, NULL);
	play_mind(p, until_ns, SLACK_NS);
	if (doze) {
		play_tell(p, EVENT(EVENT_WAKE));
		play_flush(p);
	}
}

bool play_wait(struct play *p, int64_t until_ns, int fd, short events)
{
	struct pollfd fds[WIRE_ENDS + 2];
	bool any = pump(p) > 0;
	int nfds = 0;

	any |= accept_all(p);
	if (any || p->over) {
		play_mind(p, until_ns, SLACK_NS);
		return true;
	}
	if (p->wire)
		nfds = wire_poll(p->wire, fds);
	if (p->programs)
		fds[nfds++] = (struct pollfd){ .fd = p->programs_fd, .events = POLLIN };
	if (fd >= 0)
		fds[nfds++] = (struct pollfd){ .fd = fd, .events = events };
	if (rules_next_due(p->rules) < until_ns)
		until_ns = rules_next_due(p->rules);
	sleep_for(p, fds, nfds, until_ns);
	any = pump(p) > 0;
	any |= accept_all(p);
	return any || (fd >= 0 && fds[nfds - 1].revents) || p->over;
}

static bool on_the_way(const struct play *p)
{
	return p->wire && (!wire_idle(p->wire) || rules_next_due(p->rules) != INT64_MAX);
}

void play_settle(struct play *p)
{
	int64_t quiet_ns = play_now(p), settled_ns;

	while (!p->over) {
		const int64_t now = play_now(p);
		const int64_t due = rules_next_due(p->rules);

		if (pump(p) > 0) {
			quiet_ns = now;
			continue;
		}
		if (!on_the_way(p) && !accept_all(p))
			break;
		if (due == INT64_MAX && now > quiet_ns + SETTLE_MOST_NS) {
			play_mind(p, quiet_ns, 0);	/* what is still to come cannot be told */
			break;
		}
		play_wait(p, due != INT64_MAX ? due : now + SETTLE_STEP_NS, -1, 0);
	}
	settled_ns = play_now(p);
	look_everywhere(p);
	play_mind(p, settled_ns, STALL_NS);
}

int64_t play_next_look(const struct play *p, int64_t begun_ns, int64_t timer_ns)
{
	const int64_t now = play_now(p);
	const int64_t since = now - (p->activity_ns > begun_ns ? p->activity_ns : begun_ns);

	if (since < 2 * NS_PER_MS)
		return now + NS_PER_MS / 5;
	if (since < 50 * NS_PER_MS)
		return now + NS_PER_MS;
	if (timer_ns > 3 * NS_PER_MS)
		return now + timer_ns - NS_PER_MS;
	if (timer_ns >= 0)
		return now + 2 * NS_PER_MS;
	return now + 10 * NS_PER_MS;
}

/* ------------------------------------------------------------- begin, end */

static int open_wire(struct play *p, struct err *e)
{
	const struct scenario *s = p->trial->scenario;

	pcapng_begin(&p->capture, "lastack", p->trial->name);
	pcapng_interface(&p->capture, "client", "sent by the client");
	pcapng_interface(&p->capture, "server", "sent by the server");
	if (lab_wire(p->lab, on_frame, p, &p->wire, e))
		return e->code;
	if (s->link_delay.ns)
		rules_delay_link(p->rules, s->link_delay.ns);
	return 0;
}

int play_open(struct play *p, const struct trial *t, const struct facts *f, int out_fd)
{
	const struct lab_plan plan = {
		.family = t->family, .link = t->scenario->link, .mtu = t->scenario->mtu,
		.wire = t->wire,
	};
	struct err *e = &p->err;

	*p = (struct play){ .trial = t, .facts = f, .out_fd = out_fd, .step = -1 };
	p->zero_ns = clock_ns();
	p->track = track_new(t);
	p->rules = rules_new(t);
	p->conn = arena_get(&p->arena, t->name_count * sizeof(*p->conn));
	p->mark_ns = arena_get(&p->arena, t->name_count * sizeof(*p->mark_ns));
	p->round = arena_get(&p->arena, t->steps * sizeof(*p->round));
	p->counter_base = arena_get(&p->arena, t->steps * sizeof(*p->counter_base));
	for (size_t i = 0; i < t->name_count; i++)
		for (int h = 0; h < HOST_COUNT; h++)
			p->conn[i].end[h] = blank_end;
	if (lab_open(&p->lab, &plan, e) || open_wire(p, e))
		return e->code;
	return 0;
}
