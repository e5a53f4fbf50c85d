// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/steps.h"

#include "lib/arena.h"
#include "runner/header.h"
#include "runner/looks.h"
#include "runner/running.h"
#include "runner/values.h"
#include "runner/wiring.h"
#include "runner/words.h"

#include <string.h>

/** What may follow the words of a host's step */
static const char *const tail_words[] = { "within", "slack", "=>", NULL };

/* ------------------------------------------------------------ host: sockets */

/** struct work - One step while it is read; @verb: its verb's word; @awaited: the call that it awaits */
struct work {
	struct reader *r;
	struct story *st;
	struct step *s;
	const struct token *verb;
	enum verb awaited;
};

static void listener_add(struct work *k)
{
	struct story *st = k->st;

	if (st->listeners == LISTENERS_MOST) {
		reader_complain(k->r, k->verb, "more than %d listeners", LISTENERS_MOST);
		return;
	}
	st->listener[st->listeners++] = (struct listener){ k->s->host, k->s->local };
}

static void read_listen(struct work *k)
{
	struct step *s = k->s;

	s->local = value_locus(k->r, SPOT_ANY, false);
	s->options = value_options(k->r, &k->st->names, "listen", ON_LISTEN, -1, tail_words);
	listener_add(k);
}

static void read_unlisten(struct work *k)
{
	const struct token *t = reader_peek(k->r);
	const unsigned int before = k->r->faults;
	struct step *s = k->s;

	s->local = value_locus(k->r, SPOT_ANY, false);
	for (size_t i = 0; i < k->st->listeners; i++) {
		const struct listener *l = &k->st->listener[i];

		if (l->host == s->host && l->at.spot == s->local.spot && l->at.port == s->local.port)
			return;
	}
	if (t && k->r->faults == before)
		reader_complain(k->r, t, "the %s never listens on %s before this line",
				host_name[s->host], reader_show(k->r, t));
}

static void read_bind(struct work *k)
{
	struct step *s = k->s;

	s->conn = names_make(&k->st->names, k->r, NAME_SOCKET, s->host, false);
	s->local = value_locus(k->r, SPOT_ANY, true);
	s->options = value_options(k->r, &k->st->names, "bind", ON_BIND, -1, tail_words);
}

static void check_opener(struct work *k, const struct token *t, const char *hint)
{
	const struct name *name;

	if (k->s->conn < 0)
		return;
	name = &k->st->names.list[k->s->conn];
	if (name->opener != k->s->host)
		reader_complain(k->r, t, "\"%s\" is connected by the %s (line %d): %s", name->text,
				host_name[name->opener], name->at.line, hint);
}

static void read_connect(struct work *k)
{
	struct names *n = &k->st->names;
	struct reader *r = k->r;
	const struct token *t = reader_peek(r);
	const int before = t ? names_find(n, t->word.s, t->word.len) : -1;
	const bool again = before >= 0 && n->state[before].made;
	struct step *s = k->s;

	s->conn = names_make(n, r, NAME_CONN, s->host, true);
	check_opener(k, t, "take another name");
	s->bound = reader_accept(r, "from");
	if (s->bound)
		s->local = value_locus(r, SPOT_ANY, true);
	if (!reader_expect(r, "to", (const char *const []){ "from", NULL }))
		return;
	s->remote = value_locus(r, SPOT_MAIN, false);
	s->options = value_options(r, n, "connect", ON_CONNECT, again ? s->conn : -1, tail_words);
}

/** check_adopted() - The end of a connection that a program holds is not ours to touch */
static void check_adopted(struct work *k, const struct token *t)
{
	const struct step *s = k->s;
	const struct name *name = s->conn < 0 ? NULL : &k->st->names.list[s->conn];

	if (name && name->adopted && name->opener == s->host && s->verb != VERB_DESTROY)
		reader_complain(k->r, t, "\"%s\" is a program's connection (line %d): the %s can "
				"only look at it, or destroy it", name->text, name->at.line,
				host_name[s->host]);
}

/** read_name() - The connection that a step is about */
static void read_name(struct work *k)
{
	const struct token *t = reader_peek(k->r);

	k->s->conn = names_use(&k->st->names, k->r, USE_CONN);
	check_adopted(k, t);
}

/** read_socket() - The connection or bound socket that a step is about */
static void read_socket(struct work *k)
{
	const struct token *t = reader_peek(k->r);
	const struct name *name;

	k->s->conn = names_use(&k->st->names, k->r, USE_CONN | USE_SOCKET);
	check_adopted(k, t);
	if (k->s->conn < 0)
		return;
	name = &k->st->names.list[k->s->conn];
	if (name->kind == NAME_SOCKET && name->opener != k->s->host)
		reader_complain(k->r, t, "\"%s\" is bound by the %s (line %d)", name->text,
				host_name[name->opener], name->at.line);
}

static void read_reconnect(struct work *k)
{
	const struct token *t = reader_peek(k->r);

	read_name(k);
	check_opener(k, t, "only its own socket can connect again");
	if (reader_expect(k->r, "to", NULL))
		k->s->remote = value_locus(k->r, SPOT_MAIN, false);
}

static void read_set(struct work *k)
{
	struct step *s = k->s;

	read_socket(k);
	if (!reader_peek(k->r))
		reader_absent(k->r, "an option");
	s->options = value_options(k->r, &k->st->names, "set", ON_SET, -1, tail_words);
	if (!s->options.set && !k->r->stopped)
		reader_complain(k->r, k->verb, "set needs an option");
}

/* --------------------------------------------------------------- host: data */

static void read_send(struct work *k)
{
	struct step *s = k->s;
	const struct token *t;

	read_name(k);
	t = reader_peek(k->r);
	if (t && t->word.quoted) {
		s->text = reader_text(k->r, "text", &s->bytes);
		if (!s->bytes)
			reader_complain(k->r, t, "there is nothing to send");
	} else if (t && (t->word.s[0] < '0' || t->word.s[0] > '9')) {
		reader_complain(k->r, t, "what is sent is \"text\" in quotes, or N bytes, not \"%s\"",
				reader_show(k->r, t));
		reader_stop(k->r);
	} else {
		s->bytes = (size_t)reader_number(k->r, "the number of bytes", 1, BYTES_MOST);
		reader_expect(k->r, "bytes", NULL);
	}
}

static const char *shut_name(int shut)
{
	static const char *const names[] = {
		[SHUT_THE_WRITE] = "write", [SHUT_THE_READ] = "read", [SHUT_THE_BOTH] = "both",
	};

	return names[shut];
}

static void read_shutdown(struct work *k)
{
	int shut;

	read_name(k);
	shut = reader_choose(k->r, "direction", shut_name, 3);
	if (shut == SHUT_THE_READ)
		k->s->shut = SHUT_THE_READ;
	else if (shut == SHUT_THE_BOTH)
		k->s->shut = SHUT_THE_BOTH;
}

static void read_close(struct work *k)
{
	const struct token *t;

	read_socket(k);
	if (!reader_accept(k->r, "linger"))
		return;
	t = reader_peek(k->r);
	k->s->linger = reader_span(k->r, "a duration", SPAN_ZERO);
	if (t && k->s->linger.ns % 1000000000 && !k->r->faults)
		reader_complain(k->r, t, "SO_LINGER counts whole seconds");
	else if (t && !k->s->linger.ns)
		reader_complain(k->r, t, "to linger no time at all is to abort: abort NAME");
}

static void read_await(struct work *k)
{
	const struct token *t = reader_peek(k->r);
	struct name_state *state;

	k->s->conn = names_use(&k->st->names, k->r, USE_CONN | USE_PROGRAM);
	if (k->s->conn < 0)
		return;
	state = &k->st->names.state[k->s->conn];
	if (!state->started[k->s->host])
		reader_complain(k->r, t, "no call on \"%s\" was begun with start by the %s",
				reader_show(k->r, t), host_name[k->s->host]);
	else if (state->cut[k->s->host])
		reader_complain(k->r, t, "the call on \"%s\" that line %d began is cut short by "
				"line %d: nothing comes of it", reader_show(k->r, t),
				state->started[k->s->host], state->cut[k->s->host]);
	k->awaited = state->call[k->s->host];
	state->started[k->s->host] = 0;
}

static void read_sysctl(struct work *k)
{
	struct setting *out = &k->s->setting;

	out->host = k->s->host;
	out->at = k->verb->word.at;
	if (reader_peek(k->r))
		out->at = reader_peek(k->r)->word.at;
	out->key = value_sysctl_key(k->r);
	if (reader_expect(k->r, "=", NULL))
		out->value = value_sysctl_value(k->r, tail_words);
}

static void read_running(struct work *k)
{
	running_read(k->r, &k->st->names, k->s);
}

/* -------------------------------------------------------------- time passes */

static void read_look(struct work *k)
{
	k->st->t->looks = true;
	looks_read(k->r, &k->st->names, k->s);
}

static void read_after(struct work *k)
{
	k->s->delay = reader_span(k->r, "a duration", SPAN_ZERO);
	if (reader_accept(k->r, "from"))
		k->s->mark = names_use(&k->st->names, k->r, USE_MARK);
}

static void read_mark(struct work *k)
{
	k->s->mark = names_make(&k->st->names, k->r, NAME_MARK, HOST_NONE, false);
}

/** rounds_outside() - How often the innermost open repeat runs, those around it multiplied */
static int64_t rounds_outside(const struct story *st)
{
	int64_t rounds = 1;

	for (size_t i = 0; i < st->depth && i < REPEAT_DEPTH_MOST; i++)
		rounds *= st->open[i].rounds;
	return rounds;
}

static void read_repeat(struct work *k)
{
	struct story *st = k->st;
	const struct token *t = reader_peek(k->r);
	const int64_t rounds = reader_number(k->r, "the number of rounds", 1, ROUNDS_MOST);

	k->s->rounds = (int)rounds;
	if (st->depth++ >= REPEAT_DEPTH_MOST) {
		reader_complain(k->r, k->verb, "repeats nest at most %d deep", REPEAT_DEPTH_MOST);
		return;
	}
	st->open[st->depth - 1] = (struct open_repeat){
		.step = (size_t)(k->s - st->t->step), .rounds = 1, .before_ns = st->elapse.now_ns,
	};
	if (rounds_outside(st) * rounds > ROUNDS_MOST)
		reader_complain(k->r, t, "the repeats multiply to more than %d rounds", ROUNDS_MOST);
	else
		st->open[st->depth - 1].rounds = rounds;
}

static void read_end(struct work *k)
{
	struct story *st = k->st;
	const struct open_repeat *open;

	if (!st->depth) {
		reader_complain(k->r, k->verb, "this end has no repeat");
		return;
	}
	if (--st->depth >= REPEAT_DEPTH_MOST)
		return;
	open = &st->open[st->depth];
	k->s->partner = open->step;
	st->t->step[open->step].partner = (size_t)(k->s - st->t->step);
	if (k->s->partner + 1 == st->t->step[open->step].partner)
		reader_complain(k->r, k->verb, "nothing stands between repeat and end");
	elapse_repeat(&st->elapse, open->before_ns, open->rounds);
}

/* ------------------------------------------------------------ the whole line */

/** All verbs but the wire's: how what stands behind them is read, and whether they can be started */
static const struct verb_row {
	void (*read)(struct work *k);
	bool start;
} verb_rows[VERB_COUNT] = {
	[VERB_LISTEN]		= { read_listen,	false },
	[VERB_UNLISTEN]		= { read_unlisten,	false },
	[VERB_ACCEPT]		= { read_name,		false },
	[VERB_BIND]		= { read_bind,		false },
	[VERB_CONNECT]		= { read_connect,	true },
	[VERB_RECONNECT]	= { read_reconnect,	false },
	[VERB_DISCONNECT]	= { read_name,		false },
	[VERB_SEND]		= { read_send,		true },
	[VERB_READ]		= { read_name,		true },
	[VERB_SHUTDOWN]		= { read_shutdown,	false },
	[VERB_CLOSE]		= { read_close,		true },
	[VERB_ABORT]		= { read_name,		false },
	[VERB_VANISH]		= { read_name,		false },
	[VERB_DESTROY]		= { read_name,		false },
	[VERB_SET]		= { read_set,		false },
	[VERB_AWAIT]		= { read_await,		false },
	[VERB_SYSCTL]		= { read_sysctl,	false },
	[VERB_RUN]		= { read_running,	true },
	[VERB_STOP]		= { read_running,	false },
	[VERB_ADOPT]		= { read_running,	false },
	[VERB_EXPECT]		= { read_look,		false },
	[VERB_NEVER]		= { read_look,		false },
	[VERB_AFTER]		= { read_after,		false },
	[VERB_MARK]		= { read_mark,		false },
	[VERB_REPEAT]		= { read_repeat,	false },
	[VERB_END]		= { read_end,		false },
};

static const char *host_verb_name(int verb)
{
	return verb_info[verb].actor == ACTOR_HOST ? verb_info[verb].name : NULL;
}

static const char *wire_verb_name(int verb)
{
	return verb_info[verb].actor == ACTOR_WIRE ? verb_info[verb].name : NULL;
}

static const char *self_verb_name(int verb)
{
	return verb_info[verb].actor == ACTOR_SELF ? verb_info[verb].name : NULL;
}

/** complain_of_verb() - A verb that is none of this actor's; it may be another's */
static void complain_of_verb(struct reader *r, const struct token *t, enum actor actor)
{
	if (actor != ACTOR_WIRE && reader_which(t, wire_verb_name, VERB_COUNT) >= 0)
		reader_complain(r, t, "only the wire can %s: wire %s", reader_show(r, t),
				reader_show(r, t));
	else if (actor != ACTOR_HOST && reader_which(t, host_verb_name, VERB_COUNT) >= 0)
		reader_complain(r, t, "only a host can %s: client %s", reader_show(r, t),
				reader_show(r, t));
	else if (reader_which(t, self_verb_name, VERB_COUNT) >= 0)
		reader_complain(r, t, "%s stands at the beginning of a line", reader_show(r, t));
	else
		reader_unknown(r, t, "verb", actor == ACTOR_WIRE ? wire_verb_name : host_verb_name,
			       VERB_COUNT);
	reader_stop(r);
}

static int read_verb(struct reader *r, enum actor actor)
{
	const struct token *t = reader_need(r, "a verb");
	int verb;

	if (!t)
		return -1;
	verb = reader_which(t, actor == ACTOR_WIRE ? wire_verb_name : host_verb_name, VERB_COUNT);
	if (verb < 0)
		complain_of_verb(r, t, actor);
	return verb;
}

static void check_start(struct work *k)
{
	struct name_state *state;
	struct step *s = k->s;

	if (!s->start || s->conn < 0)
		return;
	state = &k->st->names.state[s->conn];
	if (state->started[s->host])
		reader_complain(k->r, k->verb, "a call on \"%s\" is begun already (line %d): "
				"await it first", k->st->names.list[s->conn].text,
				state->started[s->host]);
	state->started[s->host] = k->r->line->number;
	state->call[s->host] = s->verb;
	state->cut[s->host] = 0;
}

/*
 * A call that goes on has its descriptor: without it there is nothing to go on with, and the
 * number may be another's by then. A connect() that is under way is undone by some calls; to
 * ask what came of it would be to begin another one.
 */
static bool cuts_short(enum verb verb, enum verb call)
{
	switch (verb) {
	case VERB_CLOSE:
	case VERB_ABORT:
	case VERB_VANISH:
		return call != VERB_CLOSE;
	case VERB_SHUTDOWN:
	case VERB_DISCONNECT:
	case VERB_RECONNECT:
		return call == VERB_CONNECT;
	default:
		return false;
	}
}

static void note_cut(struct work *k)
{
	const struct step *s = k->s;
	struct name_state *state;

	if (s->start || s->host == HOST_NONE || s->conn < 0)
		return;
	state = &k->st->names.state[s->conn];
	if (state->started[s->host] && cuts_short(s->verb, state->call[s->host]))
		state->cut[s->host] = k->r->line->number;
}

static void read_result(struct work *k, const struct token *arrow)
{
	struct step *s = k->s;
	const enum verb call = s->verb == VERB_AWAIT ? k->awaited : s->verb;

	if (!verb_info[s->verb].result) {
		reader_complain(k->r, arrow, "%s yields no result", verb_info[s->verb].name);
		reader_stop(k->r);
	} else if (s->start) {
		reader_complain(k->r, arrow, "what a started call yields is said where it is awaited");
		reader_stop(k->r);
	} else {
		value_result(k->r, call == VERB_READ ? RESULT_DATA :
			     call == VERB_RUN || call == VERB_STOP ? RESULT_PROGRAM : 0, &s->want);
	}
}

/** read_tail() - `within D`, `slack S`, `=> RESULT` */
static void read_tail(struct work *k)
{
	const bool calls = verb_info[k->s->verb].actor == ACTOR_HOST;
	struct reader *r = k->r;
	const struct token *t, *arrow = NULL;

	if (verb_info[k->s->verb].actor == ACTOR_SELF && k->s->verb != VERB_EXPECT &&
	    k->s->verb != VERB_NEVER) {
		t = reader_peek(r);
		if (token_is(t, "=>"))
			read_result(k, reader_take(r));
		reader_end(r, NULL);
		return;
	}
	for (t = reader_peek(r); t && !arrow; t = reader_peek(r)) {
		if (calls && !k->s->within.ns && reader_accept(r, "within"))
			k->s->within = reader_span(r, "a duration", 0);
		else if (!k->s->slack.ns && reader_accept(r, "slack"))
			k->s->slack = reader_span(r, "a duration", 0);
		else if (token_is(t, "=>"))
			arrow = reader_take(r);
		else
			break;
	}
	if (arrow)
		read_result(k, reader_peek(r) ? reader_peek(r) : arrow);
	else if (k->s->verb == VERB_READ && !k->s->start && !r->faults)
		reader_absent(r, "what is read (=> EOF, ERRNO, \"text\", N bytes or ok)");
	reader_end(r, tail_words);
}

static void check_link(struct work *k)
{
	if (k->st->s->link == LINK_LOOPBACK)
		reader_complain(k->r, &k->r->tokens.list[0],
				"on a loopback link there is no wire to command");
}

/** fault_in_arrows() - A `=>` that sticks to its neighbour */
static bool fault_in_arrows(struct reader *r)
{
	for (size_t i = 0; i < r->tokens.count; i++) {
		const struct token *t = &r->tokens.list[i];

		if (t->word.quoted || t->word.len < 3 || memcmp(t->word.s, "=>", 2))
			continue;
		reader_complain(r, t, "a blank is missing behind =>");
		return true;
	}
	return false;
}

/** read_words() - The verb by the line's first word, then what stands behind it */
static void read_words(struct work *k)
{
	struct reader *r = k->r;
	struct step *s = k->s;
	const struct token *first = reader_take(r);
	const int host = reader_which(first, value_host_name, HOST_COUNT);
	const struct token *start = NULL;
	int verb;

	if (host >= 0) {
		s->host = (enum host)host;
		start = reader_at(r, "start") ? reader_take(r) : NULL;
		verb = read_verb(r, ACTOR_HOST);
	} else if (token_is(first, "wire")) {
		verb = read_verb(r, ACTOR_WIRE);
	} else {
		verb = reader_which(first, self_verb_name, VERB_COUNT);
	}
	if (verb < 0)
		return;
	k->verb = &r->tokens.list[r->next - 1];
	s->verb = (enum verb)verb;
	s->start = start;
	s->want.at = k->verb->word.at;
	if (start && !verb_rows[verb].start)
		reader_complain(r, start, "%s cannot be started, only connect, send, read, close and run",
				verb_info[verb].name);
	if (verb_info[verb].actor == ACTOR_WIRE) {
		wiring_read(r, &k->st->names, s);
		check_link(k);
	} else {
		verb_rows[verb].read(k);
	}
	check_start(k);
	note_cut(k);
	read_tail(k);
	elapse_step(&k->st->elapse, s, s->verb == VERB_AWAIT ? k->awaited : s->verb, k->st->depth,
		    rounds_outside(k->st));
}

static bool same_look(const struct step *a, const struct step *b)
{
	return a->verb == VERB_EXPECT && b->verb == VERB_EXPECT &&
	       a->expect.look == LOOK_STATE && b->expect.look == LOOK_STATE &&
	       a->host == b->host && a->conn == b->conn && a->expect.state == b->expect.state &&
	       !a->expect.unknown && !b->expect.unknown &&
	       (b->expect.bound.kind == BOUND_DEFAULT || b->expect.bound.kind == BOUND_WITHIN);
}

/** note_frames() - What the trial's hosts must be able to do for this step */
static void note_frames(struct trial *t, const struct step *s)
{
	if (verb_info[s->verb].actor == ACTOR_WIRE)
		t->wire = true;
	if (s->verb == VERB_RUN)
		t->runs = true;
	if ((s->verb == VERB_EXPECT || s->verb == VERB_NEVER) && looks_frames(&s->expect))
		t->frames = true;
}

void steps_read(struct story *st, struct reader *r)
{
	struct trial *t = st->t;
	struct step *s = &t->step[t->steps];
	struct work k = { .r = r, .st = st, .s = s };

	*s = (struct step){
		.verb = VERB_MARK, .host = HOST_NONE, .conn = -1, .mark = -1,
		.at = r->tokens.count ? r->tokens.list[0].word.at : (struct place){ 0 },
		.line = r->line, .linger.ns = -1, .want = { .column = -1 },
		.expect = { .column = -1, .since = -1, .pattern.conn = -1 },
		.wire = { .until = -1, .held = -1, .what.conn = -1 },
	};
	t->steps++;
	if (!r->tokens.count || fault_in_arrows(r)) {
		steps_skip(st, &r->tokens);
		return;
	}
	read_words(&k);
	note_frames(t, s);
	if (!r->faults && t->steps > 1 && same_look(s - 1, s))
		complain_warn(r->c, s->expect.at, "the line before expects the same: "
			      "this cannot fail");
	if (r->faults)
		steps_skip(st, &r->tokens);
}

void steps_finish(struct story *st, struct complaints *c)
{
	for (size_t i = 0; i < st->depth && i < REPEAT_DEPTH_MOST; i++)
		complain(c, st->t->step[st->open[i].step].at, "this repeat has no end");
	elapse_total(&st->elapse, st->t);
}

/* ------------------------------------------------------------ names to come */

/** given() - The word by which a line gives a name, and what kind of name it is; NULL for none */
static const struct token *given(const struct tokens *tokens, enum name_kind *kind,
				 enum host *opener)
{
	const struct token *t = tokens->list, *end = t + tokens->count;
	int host;

	*opener = HOST_NONE;
	if (tokens->count < 2)
		return NULL;
	host = reader_which(t, value_host_name, HOST_COUNT);
	if (host >= 0) {
		t += token_is(&t[1], "start") ? 2 : 1;
		*opener = (enum host)host;
		if (t + 1 >= end)
			return NULL;
		*kind = token_is(t, "bind") ? NAME_SOCKET : token_is(t, "run") ? NAME_PROGRAM : NAME_CONN;
		return token_is(t, "connect") || token_is(t, "bind") || token_is(t, "adopt") ||
		       (token_is(t, "run") && !t[1].word.quoted) ? t + 1 : NULL;
	}
	*kind = NAME_MARK;
	if (token_is(t, "mark"))
		return t + 1;
	*kind = NAME_HELD;
	for (; token_is(tokens->list, "wire") && t + 1 < end; t++)
		if (token_is(t, "as") && !token_is(&tokens->list[1], "rewrite"))
			return t + 1;
	return NULL;
}

void steps_foresee(struct story *st, const struct tokens *tokens)
{
	enum name_kind kind = NAME_MARK;
	enum host opener;
	const struct token *t = given(tokens, &kind, &opener);

	if (t)
		names_foresee(&st->names, &t->word, kind, opener);
}

void steps_skip(struct story *st, const struct tokens *tokens)
{
	enum name_kind kind = NAME_MARK;
	enum host opener;
	const struct token *t = given(tokens, &kind, &opener);

	if (t)
		names_made(&st->names, &t->word);
}
