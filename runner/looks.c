// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/looks.h"

#include "lib/arena.h"
#include "runner/patterns.h"
#include "runner/values.h"
#include "runner/words.h"

#include <string.h>

enum { MAY_WAIT = 1 << BOUND_WITHIN, MAY_LAST = 1 << BOUND_FOR, MAY_FALL = 1 << BOUND_BETWEEN };
enum { SOCKETS_MOST = 1000000, COUNT_MOST = 1000000000, PORT_MOST = 65535 };

/** said() - Note where a value stands and which column it comes from; whether it is `?` */
static bool said(struct expectation *x, const struct token *t)
{
	x->at = t->word.at;
	x->column = t->column;
	x->unknown = token_asks(t);
	return x->unknown;
}

/* ------------------------------------------------------------------ numbers */

/** plus_number() - `+N`; for counters */
static int64_t plus_number(struct reader *r, const struct token *t)
{
	const struct token digits = token_part(t, 1, t->word.len ? t->word.len - 1 : 0);

	if (t->word.quoted || !t->word.len || t->word.s[0] != '+') {
		reader_complain(r, t, "a counter's growth is written +1, not \"%s\"",
				reader_show(r, t));
		return 0;
	}
	return token_number(r, &digits, "a counter's growth", 0, COUNT_MOST);
}

/** one_number() - What a number of this look is written like */
static int64_t one_number(struct reader *r, enum look look, const struct token *t)
{
	switch (look) {
	case LOOK_COUNTER:
		return plus_number(r, t);
	case LOOK_PORT:
		return token_number(r, t, "a port", 0, PORT_MOST);
	default:
		return token_number(r, t, "the number of sockets", 0, SOCKETS_MOST);
	}
}

/** read_numbers() - N, `between N and M`, or `?` */
static void read_numbers(struct reader *r, struct expectation *x, const char *what)
{
	const bool between = reader_accept(r, "between");
	const struct token *t = reader_need(r, what);

	if (!t || (said(x, t) && !between))
		return;
	x->unknown = false;
	x->low = x->high = one_number(r, x->look, t);
	if (!between || !reader_expect(r, "and", NULL))
		return;
	t = reader_need(r, what);
	if (!t)
		return;
	x->high = one_number(r, x->look, t);
	if (x->low > x->high)
		reader_complain(r, t, "the first number is the larger one");
}

/* ---------------------------------------------------------------- of a name */

static void read_timer(struct reader *r, struct expectation *x)
{
	struct span low = { 0, false }, high = { 0, false };
	const struct token *t = reader_peek(r);

	if (t)
		said(x, t);
	x->unknown = false;
	x->low = x->high = -1;
	if (reader_accept(r, "none"))
		return;
	if (!reader_expect(r, "between", (const char *const []){ "none", NULL }))
		return;
	t = reader_peek(r);
	value_between(r, &low, &high);
	if (low.tick)
		reader_complain(r, t, "TICK can only stand in the second duration");
	x->low = low.ns;
	x->high = high.ns;
	x->high_tick = high.tick;
}

static void read_error(struct reader *r, struct expectation *x)
{
	const struct token *t = reader_need(r, "an errno name or ok");
	const char *meant;

	if (!t || said(x, t) || token_is(t, "ok"))
		return;
	x->error = t->word.quoted ? 0 : errno_number(t->word.s, t->word.len);
	if (x->error)
		return;
	meant = t->word.quoted ? NULL : errno_nearest(t->word.s, t->word.len);
	if (meant)
		reader_complain(r, t, "unknown errno \"%s\", did you mean %s?", reader_show(r, t),
				meant);
	else
		reader_complain(r, t, "unknown errno \"%s\"", reader_show(r, t));
}

static void complain_of_state(struct reader *r, const struct token *t, bool looks)
{
	static const char *const words[] = { "timer", "error", "port", NULL };
	const char *meant = t->word.quoted ? NULL : state_nearest(t->word.s, t->word.len);

	if (!meant && looks && !t->word.quoted)
		meant = words_nearest(t->word.s, t->word.len, words);
	if (meant)
		reader_complain(r, t, "unknown state \"%s\", did you mean %s?", reader_show(r, t),
				meant);
	else
		reader_complain(r, t, "unknown state \"%s\"", reader_show(r, t));
}

static void read_state(struct reader *r, struct expectation *x)
{
	const struct token *t = reader_need(r, "a state");

	if (!t || said(x, t))
		return;
	x->state = t->word.quoted ? -1 : state_number(t->word.s, t->word.len);
	if (x->state < 0)
		complain_of_state(r, t, true);
}

static enum look look_of_name(struct reader *r)
{
	if (reader_accept(r, "timer"))
		return LOOK_TIMER;
	if (reader_accept(r, "error"))
		return LOOK_ERROR;
	return reader_accept(r, "port") ? LOOK_PORT : LOOK_STATE;
}

static void read_of_name(struct reader *r, struct names *n, struct step *s)
{
	struct expectation *x = &s->expect;
	const struct token *name = reader_peek(r);

	if (!name) {
		reader_absent(r, "what to look at");
		return;
	}
	s->conn = names_use(n, r, USE_CONN | USE_SOCKET);
	x->look = look_of_name(r);
	if (s->conn >= 0 && n->list[s->conn].kind == NAME_SOCKET && x->look != LOOK_PORT &&
	    x->look != LOOK_ERROR)
		reader_complain(r, name, "\"%s\" is a bound socket, not a connection: it has a "
				"port and an error only", reader_show(r, name));
	if (x->look == LOOK_TIMER)
		read_timer(r, x);
	else if (x->look == LOOK_ERROR)
		read_error(r, x);
	else if (x->look == LOOK_PORT)
		read_numbers(r, x, "a port");
	else
		read_state(r, x);
}

/* ---------------------------------------------------------------- of a host */

static void read_sockets(struct reader *r, struct expectation *x)
{
	const struct token *t = reader_need(r, "a state");

	if (!t)
		return;
	x->state = t->word.quoted ? -1 : state_number(t->word.s, t->word.len);
	if (x->state < 0)
		complain_of_state(r, t, false);
	else if (x->state == STATE_NONE)
		reader_complain(r, t, "NONE is no state that sockets can be counted in");
	read_numbers(r, x, "the number of sockets");
	if (reader_accept(r, "on"))
		x->on = (uint16_t)reader_number(r, "a port", 1, PORT_MOST);
	else if (reader_accept(r, "to"))
		x->to = (uint16_t)reader_number(r, "a port", 1, PORT_MOST);
}

static struct place next_place(const struct reader *r)
{
	const struct token *t = reader_peek(r);

	return t ? t->word.at : (struct place){ 0 };
}

static void read_counter(struct reader *r, struct names *n, struct expectation *x)
{
	x->name_at = next_place(r);
	x->name = value_counter(r);
	read_numbers(r, x, "the counter's growth");
	if (reader_accept(r, "from"))
		x->since = names_use(n, r, USE_MARK);
}

static void read_sysctl(struct reader *r, struct expectation *x)
{
	static const char *const end[] = { "within", "for", "between", "slack", "=>", NULL };
	const struct token *t;

	x->name_at = next_place(r);
	x->name = value_sysctl_key(r);
	t = reader_peek(r);
	if (t && token_is(t, "=")) {
		reader_complain(r, t, "a value is expected without the =");
		reader_take(r);
		t = reader_peek(r);
	}
	if (t)
		said(x, t);
	if (x->unknown)
		reader_take(r);
	else
		x->value = value_sysctl_value(r, end);
}

/** fault_in_word() - A name that is none, and looks like one of a host's words */
static bool fault_in_word(struct reader *r, const struct names *n)
{
	static const char *const words[] = { "sockets", "counter", "sysctl", NULL };
	const struct token *t = reader_peek(r);
	const char *meant;

	if (!t || t->word.quoted || names_find(n, t->word.s, t->word.len) >= 0)
		return false;
	meant = words_nearest(t->word.s, t->word.len, words);
	if (!meant)
		return false;
	reader_complain(r, t, "unknown word \"%s\", did you mean %s?", reader_show(r, t), meant);
	reader_stop(r);
	return true;
}

static void read_of_host(struct reader *r, struct names *n, struct step *s)
{
	struct expectation *x = &s->expect;

	if (reader_accept(r, "sockets")) {
		x->look = LOOK_SOCKETS;
		read_sockets(r, x);
	} else if (reader_accept(r, "counter")) {
		x->look = LOOK_COUNTER;
		read_counter(r, n, x);
	} else if (reader_accept(r, "sysctl")) {
		x->look = LOOK_SYSCTL;
		read_sysctl(r, x);
	} else if (!fault_in_word(r, n)) {
		read_of_name(r, n, s);
	}
}

/* ---------------------------------------------------------------- of frames */

static void read_wire(struct reader *r, struct names *n, struct expectation *x)
{
	x->look = LOOK_WIRE;
	x->at = next_place(r);
	x->pattern.heading = pattern_heading(r, false);
	pattern_read(r, n, 0, &x->pattern);
	if (reader_accept(r, "from"))
		x->since = names_use(n, r, USE_MARK);
}

/** item_at() - Whether the next word is not yet the bound */
static bool item_at(const struct reader *r)
{
	static const char *const behind[] = { "within", "for", "between", "slack", "=>" };

	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
		if (reader_at(r, behind[i]))
			return false;
	return reader_peek(r);
}

static void add_item(struct reader *r, struct expectation *x, const struct token *t)
{
	if (x->items == EXCHANGE_MOST) {
		reader_complain(r, t, "more than %d segments", EXCHANGE_MOST);
		reader_stop(r);
		return;
	}
	if (token_asks(t)) {
		reader_complain(r, t, "an exchange cannot be observed: write it out");
		return;
	}
	x->item = arena_grow(r->arena, x->item, x->items, sizeof(*x->item));
	x->item[x->items++] = pattern_item(r, t);
	x->at = x->item[0].at;
	if (t->column >= 0)
		x->column = t->column;
}

static void read_exchange(struct reader *r, struct names *n, struct expectation *x)
{
	x->look = LOOK_EXCHANGE;
	if (reader_expect(r, "of", NULL))
		x->pattern.conn = names_use(n, r, USE_CONN);
	if (!item_at(r) && !r->stopped)
		reader_absent(r, "a segment, such as SYN>,");
	while (item_at(r))
		add_item(r, x, reader_take(r));
}

/* ---------------------------------------------------------------- the whole */

/** may_bound() - The bounds that make sense for a look, which a `never` has fewer of */
static unsigned int may_bound(const struct step *s)
{
	static const unsigned int may[LOOK_COUNT] = {
		[LOOK_STATE]	= MAY_WAIT | MAY_LAST | MAY_FALL,
		[LOOK_TIMER]	= 0,
		[LOOK_ERROR]	= MAY_WAIT | MAY_LAST,
		[LOOK_PORT]	= MAY_WAIT | MAY_LAST,
		[LOOK_SOCKETS]	= MAY_WAIT | MAY_LAST,
		[LOOK_COUNTER]	= MAY_WAIT | MAY_LAST,
		[LOOK_SYSCTL]	= MAY_WAIT | MAY_LAST,
		[LOOK_WIRE]	= MAY_WAIT,
		[LOOK_EXCHANGE]	= MAY_WAIT,
	};

	return s->verb == VERB_NEVER ? MAY_LAST : may[s->expect.look];
}

static void check_never(struct reader *r, const struct step *s)
{
	const struct expectation *x = &s->expect;
	const struct token *verb = &r->tokens.list[0];

	if (x->unknown)
		reader_complain(r, verb, "what must never be cannot be observed by ?");
	else if (x->look == LOOK_EXCHANGE)
		reader_complain(r, verb, "an exchange cannot be forbidden, only expected");
	else if (x->look == LOOK_WIRE && x->bound.kind == BOUND_DEFAULT)
		reader_complain(r, verb, "how long? never wire needs a duration: for 200ms");
}

static const char *actor_name(int i)
{
	static const char *const names[] = { "client", "server", "wire", "exchange" };

	return names[i];
}

void looks_read(struct reader *r, struct names *n, struct step *s)
{
	struct expectation *x = &s->expect;
	int who;

	s->conn = -1;
	*x = (struct expectation){ .column = -1, .since = -1, .pattern.conn = -1,
				   .at = r->tokens.list[0].word.at };
	x->pattern.heading = HEADING_ANY;
	x->pattern.flags = 0xff;
	who = reader_choose(r, "host", actor_name, 4);
	if (who < 0) {
		reader_stop(r);
	} else if (who < HOST_COUNT) {
		s->host = (enum host)who;
		read_of_host(r, n, s);
	} else if (who == HOST_COUNT) {
		read_wire(r, n, x);
	} else {
		read_exchange(r, n, x);
	}
	value_bound(r, n, may_bound(s), &x->bound);
	if (s->verb == VERB_NEVER)
		check_never(r, s);
}

bool looks_frames(const struct expectation *x)
{
	return x->look == LOOK_WIRE || x->look == LOOK_EXCHANGE;
}
