// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading along.
 *
 * A connection begins with the EVENT_PAIR that its connect step tells; from
 * then on the frames of that pair are its own, until another connection takes
 * the pair. The old one's numbers then stand still, and that is what they are
 * for: `a.server.snd_nxt+65537` is said of an a that is gone.
 *
 * On a pair with history the first frames are not all of the new connection:
 * the old end's TIME-WAIT may answer, with its own numbers. So an end counts
 * from its SYN on. What it sends before is somebody else's word, and RST, which
 * borrows its number from the other side, moves nothing at any time.
 *
 * What the wire makes up or brings back was not sent by anybody: it moves no
 * number. That a host took it shows in what that host acknowledges.
 */
#include "runner/track.h"

#include <stdlib.h>
#include <string.h>

enum { RECENT_MOST = 64 };

struct track_end {
	uint32_t value[FIELD_COUNT];
	bool known[FIELD_COUNT];
};

/*
 * serial: which connection is the newest; 0 for one never begun
 * step, round: of the connect that began it
 */
struct track_conn {
	unsigned int serial;
	int step, round;
	struct track_pair view[HOST_COUNT];
	bool viewed[HOST_COUNT];
	struct track_end end[HOST_COUNT];
};

/* recent: frames of the running step, for the pair may be told after the SYN */
struct track {
	const struct trial *trial;
	unsigned int serial;
	struct frame_note recent[RECENT_MOST];
	size_t recents;
	size_t conns;
	struct track_conn conn[];
};

struct track *track_new(const struct trial *t)
{
	struct track *k = calloc(1, sizeof(*k) + t->name_count * sizeof(k->conn[0]));

	if (!k) {
		arena_out_of_memory();
		abort();
	}
	k->trial = t;
	k->conns = t->name_count;
	return k;
}

void track_free(struct track *k)
{
	free(k);
}

/* ------------------------------------------------------------------- pairs */

/* The next word of "LOCAL PORT REMOTE PORT" */
static bool take_word(const char **s, char *out, size_t room)
{
	const size_t len = strcspn(*s, " ");

	if (!len || len >= room)
		return false;
	memcpy(out, *s, len);
	out[len] = '\0';
	*s += len;
	*s += **s == ' ';
	return true;
}

static bool take_port(const char **s, uint16_t *port)
{
	char digits[6];
	unsigned int n = 0;

	if (!take_word(s, digits, sizeof(digits)))
		return false;
	for (const char *d = digits; *d; d++) {
		if (*d < '0' || *d > '9')
			return false;
		n = n * 10 + (unsigned int)(*d - '0');
	}
	*port = (uint16_t)n;
	return n <= UINT16_MAX;
}

/* ::ffff:10.0.0.1 is 10.0.0.1 on the wire */
static void unmap(char *address)
{
	static const char mapped[] = "::ffff:";

	if (strncmp(address, mapped, sizeof(mapped) - 1) == 0 && strchr(address, '.'))
		memmove(address, address + sizeof(mapped) - 1,
			strlen(address + sizeof(mapped) - 1) + 1);
}

bool track_pair_read(const struct event *ev, struct track_pair *pair)
{
	const bool client = ev->host != HOST_SERVER;
	const char *s = ev->text;

	if (ev->kind != EVENT_PAIR || !s)
		return false;
	*pair = (struct track_pair){ 0 };
	if (!take_word(&s, client ? pair->client : pair->server, sizeof(pair->client)) ||
	    !take_port(&s, client ? &pair->client_port : &pair->server_port) ||
	    !take_word(&s, client ? pair->server : pair->client, sizeof(pair->client)) ||
	    !take_port(&s, client ? &pair->server_port : &pair->client_port) || *s)
		return false;
	unmap(pair->client);
	unmap(pair->server);
	return true;
}

bool track_pair_has(const struct track_pair *pair, const struct frame_note *f)
{
	return pair->client_port == f->client_port && pair->server_port == f->server_port &&
	       strcmp(pair->client, f->client) == 0 && strcmp(pair->server, f->server) == 0;
}

static bool has_frame(const struct track_conn *c, const struct frame_note *f)
{
	for (int h = 0; h < HOST_COUNT; h++)
		if (c->viewed[h] && track_pair_has(&c->view[h], f))
			return true;
	return false;
}

int track_find(const struct track *k, const struct frame_note *f)
{
	int newest = -1;

	for (size_t i = 0; i < k->conns; i++)
		if (k->conn[i].serial && has_frame(&k->conn[i], f) &&
		    (newest < 0 || k->conn[i].serial > k->conn[newest].serial))
			newest = (int)i;
	return newest;
}

/* ------------------------------------------------------------------ numbers */

bool fate_sent(enum frame_fate fate)
{
	return fate == FATE_PASSED || fate == FATE_DROPPED || fate == FATE_HELD ||
	       fate == FATE_DELAYED;
}

bool fate_given(enum frame_fate fate)
{
	return fate != FATE_DROPPED && fate != FATE_HELD && fate != FATE_DELAYED;
}

/* Whether a comes behind b, modulo 2^32 */
static bool behind(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) > 0;
}

static void set(struct track_end *end, enum field field, uint32_t value)
{
	end->value[field] = value;
	end->known[field] = true;
}

/* Move a number forward, or learn it */
static void advance(struct track_end *end, enum field field, uint32_t value)
{
	if (!end->known[field] || behind(value, end->value[field]))
		set(end, field, value);
}

static uint32_t frame_end(const struct frame_note *f)
{
	return f->seq + f->len + !!(f->flags & SEG_SYN) + !!(f->flags & SEG_FIN);
}

static void frame_sent(struct track_end *end, const struct frame_note *f)
{
	if (f->flags & SEG_SYN && !(end->known[FIELD_ISN] && end->value[FIELD_ISN] == f->seq)) {
		*end = (struct track_end){ 0 };
		set(end, FIELD_ISN, f->seq);
		set(end, FIELD_SND_UNA, f->seq);
	}
	if (!end->known[FIELD_ISN])
		return;
	advance(end, FIELD_SND_NXT, frame_end(f));
	set(end, FIELD_WINDOW, f->window);
	if (f->has_ts)
		set(end, FIELD_TS, f->tsval);
	if (!(f->flags & SEG_ACK))
		return;
	advance(end, FIELD_RCV_NXT, f->ack);
	if (f->has_ts)
		set(end, FIELD_TS_RECENT, f->tsecr);
}

/* The receiver got it; what it is to the receiver depends on where it stands */
static void frame_given(struct track_end *end, const struct track_end *sender,
			const struct frame_note *f)
{
	const uint32_t una = end->value[FIELD_SND_UNA], nxt = end->value[FIELD_SND_NXT];
	const bool begins = f->flags & SEG_SYN && sender->known[FIELD_ISN] &&
			    sender->value[FIELD_ISN] == f->seq;

	if (f->flags & SEG_ACK && end->known[FIELD_SND_NXT] && behind(f->ack, una) &&
	    !behind(f->ack, nxt))
		set(end, FIELD_SND_UNA, f->ack);
	if (begins && !end->known[FIELD_RCV_NXT])
		set(end, FIELD_RCV_NXT, f->seq);
	if (!end->known[FIELD_RCV_NXT] || behind(f->seq, end->value[FIELD_RCV_NXT]))
		return;
	advance(end, FIELD_RCV_NXT, frame_end(f));
	if (f->has_ts && (!end->known[FIELD_TS_RECENT] ||
			  !behind(end->value[FIELD_TS_RECENT], f->tsval)))
		set(end, FIELD_TS_RECENT, f->tsval);
}

static void take_frame(struct track_conn *c, const struct frame_note *f)
{
	const enum host from = f->heading == HEADING_TO_SERVER ? HOST_CLIENT : HOST_SERVER;
	struct track_end *sender = &c->end[from];
	struct track_end *receiver = &c->end[from == HOST_CLIENT ? HOST_SERVER : HOST_CLIENT];
	const struct track_end before = *sender;

	if (f->kind == SEGMENT_ICMP || f->flags & SEG_RST)
		return;
	if (f->fate == FATE_REPLAYED || f->fate == FATE_MADE)
		return;
	if (fate_sent(f->fate))
		frame_sent(sender, f);
	if (sender->known[FIELD_ISN] && before.known[FIELD_ISN] &&
	    sender->value[FIELD_ISN] != before.value[FIELD_ISN])
		receiver->known[FIELD_RCV_NXT] = receiver->known[FIELD_TS_RECENT] = false;
	if (fate_given(f->fate))
		frame_given(receiver, sender, f);
}

/* ------------------------------------------------------------------- events */

static void see_frame(struct track *k, const struct frame_note *f)
{
	const int conn = track_find(k, f);

	if (conn >= 0)
		take_frame(&k->conn[conn], f);
	if (k->recents < RECENT_MOST)
		k->recent[k->recents++] = *f;
}

/* The pair was told late: what came in this step from the first SYN on is the connection's */
static void catch_up(const struct track *k, struct track_conn *c, enum host opener)
{
	const enum heading out = opener == HOST_SERVER ? HEADING_TO_CLIENT : HEADING_TO_SERVER;
	bool begun = false;

	for (size_t i = 0; i < k->recents; i++) {
		const struct frame_note *f = &k->recent[i];

		if (!has_frame(c, f))
			continue;
		begun = begun || (f->kind == SEGMENT_SYN && f->heading == out && fate_sent(f->fate));
		if (begun)
			take_frame(c, f);
	}
}

static bool is_connect(const struct trial *t, const struct event *ev)
{
	if (ev->step < 0 || (size_t)ev->step >= t->steps)
		return false;
	return (t->step[ev->step].verb == VERB_CONNECT ||
		t->step[ev->step].verb == VERB_RECONNECT) && t->step[ev->step].conn == ev->conn;
}

static bool same_pair(const struct track_pair *a, const struct track_pair *b)
{
	return a->client_port == b->client_port && a->server_port == b->server_port &&
	       strcmp(a->client, b->client) == 0 && strcmp(a->server, b->server) == 0;
}

/*
 * Both hosts' views of a pair may be told, and told again when the far end is
 * accepted. A new connection it is where a connect step tells it for the first
 * time, or where the opener's view is another than before.
 */
static bool begins_anew(const struct track *k, const struct track_conn *c,
			const struct event *ev, const struct track_pair *pair)
{
	const enum host opener = k->trial->names[ev->conn].opener;
	const enum host host = ev->host == HOST_SERVER ? HOST_SERVER : HOST_CLIENT;

	if (!c->serial)
		return true;
	if (is_connect(k->trial, ev) && (ev->step != c->step || ev->round != c->round))
		return true;
	return host == opener && c->viewed[host] && !same_pair(&c->view[host], pair);
}

static void see_pair(struct track *k, const struct event *ev)
{
	const enum host host = ev->host == HOST_SERVER ? HOST_SERVER : HOST_CLIENT;
	struct track_pair pair;
	struct track_conn *c;
	bool anew;

	if (ev->conn < 0 || (size_t)ev->conn >= k->conns || !track_pair_read(ev, &pair))
		return;
	c = &k->conn[ev->conn];
	anew = begins_anew(k, c, ev, &pair);
	if (anew)
		*c = (struct track_conn){
			.serial = ++k->serial, .step = ev->step, .round = ev->round,
		};
	c->view[host] = pair;
	c->viewed[host] = true;
	if (anew)
		catch_up(k, c, k->trial->names[ev->conn].opener);
}

void track_event(struct track *k, const struct event *ev)
{
	if (ev->kind == EVENT_STEP)
		k->recents = 0;
	else if (ev->kind == EVENT_PAIR)
		see_pair(k, ev);
	else if (ev->kind == EVENT_FRAME)
		see_frame(k, &ev->frame);
}

/* ------------------------------------------------------------------- asking */

bool track_value(const struct track *k, int conn, enum host host, enum field field,
		 uint32_t *value)
{
	const struct track_end *end;

	if (conn < 0 || (size_t)conn >= k->conns || host < 0 || host >= HOST_COUNT)
		return false;
	end = &k->conn[conn].end[host];
	if (!end->known[field])
		return false;
	*value = end->value[field];
	return true;
}

bool track_expr(const struct track *k, const struct expr *x, int own, uint32_t *value)
{
	uint32_t base = 0;

	if (!x->literal && !track_value(k, x->conn < 0 ? own : x->conn, x->host, x->field, &base))
		return false;
	*value = base + (uint32_t)x->offset;
	return true;
}
