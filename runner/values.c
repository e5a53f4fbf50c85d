// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/values.h"

#include "lib/arena.h"
#include "lib/sysctl.h"
#include "runner/signals.h"
#include "runner/words.h"

#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum { PORT_MOST = 65535 };

const char *value_host_name(int host)
{
	return host_name[host];
}

static const char *spot_name(int spot)
{
	return spot_info[spot].name;
}

/* ---------------------------------------------------------------- addresses */

static int port_of(struct reader *r, const struct token *t, bool zero)
{
	int64_t port;

	if (!t->word.quoted && number_read(t->word.s, t->word.len, &port) &&
	    port >= !zero && port <= PORT_MOST)
		return (int)port;
	if (!zero && token_is(t, "0"))
		reader_complain(r, t, "port 0 can only stand behind bind and from");
	else
		reader_complain(r, t, "a port is a number from %d to %d, not \"%s\"", !zero,
				PORT_MOST, reader_show(r, t));
	return !zero;
}

static enum spot spot_of(struct reader *r, const struct token *t, enum spot usual)
{
	const int spot = reader_which(t, spot_name, SPOT_COUNT);

	if (spot >= 0)
		return (enum spot)spot;
	reader_unknown(r, t, "address", spot_name, SPOT_COUNT);
	return usual;
}

static struct locus locus_of(struct reader *r, const struct token *t, enum spot usual, bool zero)
{
	const char *colon = t->word.quoted ? NULL : memchr(t->word.s, ':', t->word.len);
	const size_t at = colon ? (size_t)(colon - t->word.s) : 0;
	struct locus l = { usual, !zero };
	struct token spot, port;

	if (!colon) {
		l.port = port_of(r, t, zero);
		return l;
	}
	spot = token_part(t, 0, at);
	port = token_part(t, at + 1, t->word.len - at - 1);
	l.spot = spot_of(r, &spot, usual);
	l.port = port_of(r, &port, zero);
	return l;
}

struct locus value_locus(struct reader *r, enum spot usual, bool zero)
{
	const struct token *t = reader_need(r, "a port");

	return t ? locus_of(r, t, usual, zero) : (struct locus){ usual, !zero };
}

struct locus value_spot(struct reader *r)
{
	const struct token *t = reader_need(r, "an address");

	if (!t)
		return (struct locus){ SPOT_MAIN, 0 };
	if (memchr(t->word.s, ':', t->word.len))
		return locus_of(r, t, SPOT_MAIN, false);
	return (struct locus){ spot_of(r, t, SPOT_MAIN), 0 };
}

/* -------------------------------------------------------------- expressions */

static const char *field_name(int field)
{
	return field_info[field].name;
}

static bool is_sign(char c)
{
	return c == '+' || c == '-';
}

/** expr_offset() - What stands behind the field's name: nothing, +N or -N */
static int64_t expr_offset(struct reader *r, const struct token *t)
{
	int64_t n;

	if (!t->word.len)
		return 0;
	if (!is_sign(t->word.s[0]) || !number_read(t->word.s + 1, t->word.len - 1, &n) ||
	    n > UINT32_MAX) {
		reader_complain(r, t, "+N or -N should stand here, N up to %u, not \"%s\"",
				UINT32_MAX, reader_show(r, t));
		return 0;
	}
	return t->word.s[0] == '-' ? -n : n;
}

/** struct dots - Where an expression's parts stand in its word */
struct dots {
	size_t host, field, offset;	/* where each begins */
	bool conn;
	bool good;
};

static struct dots dots_of(const struct token *t)
{
	const char *s = t->word.s, *end = s + t->word.len;
	const char *first = memchr(s, '.', t->word.len);
	const char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;
	const char *field = second ? second + 1 : first ? first + 1 : end;
	const char *offset = field;

	while (offset < end && !is_sign(*offset))
		offset++;
	return (struct dots){
		.conn = second != NULL, .good = first != NULL,
		.host = second ? (size_t)(first + 1 - s) : 0,
		.field = (size_t)(field - s), .offset = (size_t)(offset - s),
	};
}

static void expr_parts(struct reader *r, struct names *n, const struct token *t, bool own,
		       unsigned int use, struct expr *x)
{
	const struct dots d = dots_of(t);
	const struct token host = token_part(t, d.host, d.field - d.host - 1);
	const struct token field = token_part(t, d.field, d.offset - d.field);
	const struct token offset = token_part(t, d.offset, t->word.len - d.offset);
	int which;

	if (d.conn) {
		const struct token conn = token_part(t, 0, d.host - 1);

		x->conn = names_use_token(n, r, &conn, USE_CONN | use);
	} else if (!own) {
		reader_complain(r, t, "whose \"%s\"? say CONN.%s", reader_show(r, t),
				reader_show(r, t));
	}
	which = reader_which(&host, value_host_name, HOST_COUNT);
	if (which < 0)
		reader_unknown(r, &host, "host", value_host_name, HOST_COUNT);
	else
		x->host = (enum host)which;
	which = reader_which(&field, field_name, FIELD_COUNT);
	if (which < 0)
		reader_unknown(r, &field, "field", field_name, FIELD_COUNT);
	else
		x->field = (enum field)which;
	x->offset = expr_offset(r, &offset);
}

struct expr value_expr(struct reader *r, struct names *n, bool own, int64_t plain,
		       unsigned int use)
{
	const struct token *t = reader_need(r, "a value");
	struct expr x = { .conn = -1 };
	int64_t number;

	if (!t)
		return x;
	x.at = t->word.at;
	if (!t->word.quoted && number_read(t->word.s, t->word.len, &number)) {
		x.literal = true;
		if (!plain)
			reader_complain(r, t, "numbers of segments are relative: "
					"server.rcv_nxt+%s, say", reader_show(r, t));
		else
			x.offset = token_number(r, t, "this number", 0, plain);
		return x;
	}
	if (t->word.quoted || !dots_of(t).good)
		reader_complain(r, t, "\"%s\" is no number that an end knows: "
				"[CONN.]HOST.FIELD[+N|-N]", reader_show(r, t));
	else
		expr_parts(r, n, t, own, use, &x);
	return x;
}

/* ------------------------------------------------------------------ options */

static const char *option_name(int option)
{
	return option_info[option].name;
}

static void range_read(struct reader *r, int ports[2])
{
	const struct token *t = reader_need(r, "a range of ports");
	const char *dash = t ? memchr(t->word.s, '-', t->word.len) : NULL;
	struct token low, high;
	size_t at;

	if (!t)
		return;
	if (!dash || t->word.quoted) {
		reader_complain(r, t, "a range of ports is LOW-HIGH, not \"%s\"",
				reader_show(r, t));
		return;
	}
	at = (size_t)(dash - t->word.s);
	low = token_part(t, 0, at);
	high = token_part(t, at + 1, t->word.len - at - 1);
	ports[0] = port_of(r, &low, false);
	ports[1] = port_of(r, &high, false);
	if (ports[0] > ports[1])
		reader_complain(r, t, "the range %s is empty: the low port comes first",
				reader_show(r, t));
}

static void isn_read(struct reader *r, struct names *n, int self, struct options *o)
{
	o->isn = value_expr(r, n, self >= 0, 0, 0);
	if (o->isn.conn < 0)
		o->isn.conn = self;
}

static void option_value(struct reader *r, struct names *n, enum option option, int self,
			 struct options *o)
{
	switch (option) {
	case OPTION_BACKLOG:
		o->backlog = (int)reader_number(r, "a backlog", 0, 65535);
		break;
	case OPTION_LINGER2:
		o->linger2 = (int)reader_number(r, "linger2", -1000000, 1000000);
		break;
	case OPTION_KEEPALIVE:
		o->keepalive[0] = (int)reader_number(r, "keepalive", 1, 32767);
		o->keepalive[1] = o->keepalive[0];
		o->keepalive[2] = 3;
		break;
	case OPTION_USER_TIMEOUT:
		o->user_timeout = reader_span(r, "a duration", 0);
		break;
	case OPTION_CLOCK:
		o->clock = (int)reader_number(r, "a clock's jump", -2000000000, 2000000000);
		break;
	case OPTION_PORTS:
		range_read(r, o->ports);
		break;
	case OPTION_ISN:
		isn_read(r, n, self, o);
		break;
	default:
		break;
	}
}

static const struct place_word {
	unsigned int where;
	const char *word;
} place_words[] = {
	{ ON_LISTEN, "listen" }, { ON_BIND, "bind" }, { ON_CONNECT, "connect" }, { ON_SET, "set" },
};

/** places_text() - "listen, bind" */
static const char *places_text(struct arena *a, unsigned int where)
{
	const char *text = "";

	for (int i = 0; i < COUNT(place_words); i++)
		if (where & place_words[i].where)
			text = arena_printf(a, "%s%s%s", text, *text ? ", " : "",
					    place_words[i].word);
	return text;
}

static void option_check(struct reader *r, const struct token *t, int option, const char *verb,
			 unsigned int where, const struct options *o)
{
	const struct option_info *info = &option_info[option];

	if (!(info->where & where))
		reader_complain(r, t, "%s cannot be said at %s, only at %s", info->name, verb,
				places_text(r->arena, info->where));
	else if (o->set & 1u << option)
		reader_complain(r, t, "%s is said twice", info->name);
}

static bool is_one_of(const struct token *t, const char *const *words)
{
	for (; *words; words++)
		if (token_is(t, *words))
			return true;
	return false;
}

static void option_unknown(struct reader *r, const char *const *also)
{
	const char *among[OPTION_COUNT + 16] = { NULL };
	const struct token *t = reader_take(r);
	const char *meant;
	int n = 0;

	for (int i = 0; i < OPTION_COUNT; i++)
		among[n++] = option_info[i].name;
	for (int i = 0; also[i] && n < OPTION_COUNT + 15; i++)
		among[n++] = also[i];
	meant = t->word.quoted ? NULL : words_nearest(t->word.s, t->word.len, among);
	if (meant)
		reader_complain(r, t, "unknown option \"%s\", did you mean %s?",
				reader_show(r, t), meant);
	else
		reader_complain(r, t, "unknown option \"%s\"", reader_show(r, t));
	reader_stop(r);
}

struct options value_options(struct reader *r, struct names *n, const char *verb,
			     unsigned int where, int self, const char *const *also)
{
	struct options o = { .set = 0 };

	for (const struct token *t = reader_peek(r); t; t = reader_peek(r)) {
		const int option = reader_which(t, option_name, OPTION_COUNT);

		if (option < 0) {
			if (!is_one_of(t, also))
				option_unknown(r, also);
			break;
		}
		reader_take(r);
		option_check(r, t, option, verb, where, &o);
		o.set |= 1u << option;
		option_value(r, n, (enum option)option, self, &o);
	}
	return o;
}

/* ------------------------------------------------------------------ results */

/** The calls that a step makes, for `=> bind EADDRINUSE` */
static const char *const calls[] = {
	"socket", "setsockopt", "bind", "listen", "accept", "connect", "send", "recv",
	"shutdown", "close",
};

static const char *call_name(int call)
{
	return calls[call];
}

/** errno_read() - An errno name; @also: what else it may have been meant as */
static void errno_read(struct reader *r, const struct token *t, const char *const *also,
		       struct outcome *want)
{
	const char *meant;

	want->kind = OUTCOME_ERRNO;
	want->at = t->word.at;
	want->column = t->column;
	want->error = t->word.quoted ? 0 : errno_number(t->word.s, t->word.len);
	if (want->error)
		return;
	meant = t->word.quoted ? NULL : errno_nearest(t->word.s, t->word.len);
	if (!meant && also && !t->word.quoted)
		meant = words_nearest(t->word.s, t->word.len, also);
	if (meant)
		reader_complain(r, t, "unknown result \"%s\", did you mean %s?",
				reader_show(r, t), meant);
	else
		reader_complain(r, t, "unknown result \"%s\": %san errno name should stand here",
				reader_show(r, t), also ? "ok or " : "");
}

/** data_read() - EOF, "text", N bytes; Return: whether it is one of these */
static bool data_read(struct reader *r, const struct token *t, struct outcome *want)
{
	int64_t bytes;

	if (t->word.quoted) {
		want->kind = OUTCOME_TEXT;
		want->text = reader_string(r, t);
		want->bytes = t->word.len;
	} else if (token_is(t, "EOF")) {
		want->kind = OUTCOME_EOF;
	} else if (reader_at(r, "bytes") || number_read(t->word.s, t->word.len, &bytes)) {
		want->kind = OUTCOME_BYTES;
		want->bytes = (size_t)token_number(r, t, "the number of bytes", 1, BYTES_MOST);
		reader_expect(r, "bytes", NULL);
	} else {
		return false;
	}
	return true;
}

int value_signal(struct reader *r, const struct token *t)
{
	const int number = t->word.quoted ? 0 : signal_number(t->word.s, t->word.len);
	const char *meant;

	if (number)
		return number;
	meant = t->word.quoted ? NULL : signal_nearest(t->word.s, t->word.len);
	if (meant)
		reader_complain(r, t, "unknown signal \"%s\", did you mean %s?", reader_show(r, t),
				meant);
	else
		reader_complain(r, t, "unknown signal \"%s\"", reader_show(r, t));
	return 0;
}

/** end_read() - `exit N`, `signal SIGNAL`, "text"; Return: whether it is one of these */
static bool end_read(struct reader *r, const struct token *t, struct outcome *want)
{
	const bool exits = token_is(t, "exit");
	const struct token *value;

	if (t->word.quoted)
		return data_read(r, t, want);
	if (!exits && !token_is(t, "signal"))
		return false;
	want->kind = exits ? OUTCOME_EXIT : OUTCOME_SIGNAL;
	value = reader_need(r, exits ? "a status" : "a signal");
	if (!value)
		return true;
	if (value->column >= 0)
		want->column = value->column;
	if (token_asks(value)) {
		want->kind = OUTCOME_UNKNOWN;
		want->call = exits ? "exit" : "signal";
	} else if (exits) {
		want->error = (int)token_number(r, value, "a status", 0, 255);
	} else {
		want->error = value_signal(r, value);
	}
	return true;
}

static void program_result(struct reader *r, const struct token *t, struct outcome *want)
{
	static const char *const words[] = { "ok", "exit", "signal", NULL };
	const char *meant = t->word.quoted ? NULL : words_nearest(t->word.s, t->word.len, words);

	if (end_read(r, t, want))
		return;
	if (meant)
		reader_complain(r, t, "unknown result \"%s\", did you mean %s?", reader_show(r, t),
				meant);
	else
		reader_complain(r, t, "a program yields ok, exit N, signal SIGNAL or \"text\", not "
				"\"%s\"", reader_show(r, t));
	reader_stop(r);
}

void value_result(struct reader *r, unsigned int may, struct outcome *want)
{
	static const char *const words[] = { "ok", "EOF", NULL };
	const struct token *t = reader_need(r, "a result");
	int call;

	if (!t)
		return;
	want->at = t->word.at;
	want->column = t->column;
	call = reader_which(t, call_name, COUNT(calls));
	if (token_asks(t)) {
		want->kind = OUTCOME_UNKNOWN;
	} else if (token_is(t, "ok")) {
		want->kind = OUTCOME_OK;
	} else if (may & RESULT_PROGRAM) {
		program_result(r, t, want);
	} else if (call >= 0) {
		want->call = calls[call];
		t = reader_need(r, "an errno name");
		if (t)
			errno_read(r, t, NULL, want);
	} else if (data_read(r, t, want)) {
		if (!(may & RESULT_DATA))
			reader_complain(r, t, "only a read yields data or EOF");
	} else {
		errno_read(r, t, words, want);
	}
}

/* ------------------------------------------------------------------- bounds */

static const char *const bound_words[] = {
	[BOUND_DEFAULT] = NULL, [BOUND_WITHIN] = "within", [BOUND_FOR] = "for",
	[BOUND_BETWEEN] = "between",
};

static const char *bound_name(int bound)
{
	return bound_words[bound];
}

void value_between(struct reader *r, struct span *low, struct span *high)
{
	const struct token *first = reader_peek(r);
	const unsigned int before = r->faults;

	*low = reader_span(r, "a duration", SPAN_ZERO | SPAN_TICK);
	if (!reader_expect(r, "and", NULL))
		return;
	*high = reader_span(r, "a duration", SPAN_TICK);
	if (r->faults == before && !r->stopped && first && low->ns > high->ns)
		reader_complain(r, first, "the first duration is the larger one");
}

static void bound_refuse(struct reader *r, const struct token *t, unsigned int may)
{
	const char *text = "";

	for (int i = 0; i < COUNT(bound_words); i++)
		if (bound_words[i] && may & 1u << i)
			text = arena_printf(r->arena, "%s%s%s", text, *text ? " or " : "",
					    bound_words[i]);
	if (*text)
		reader_complain(r, t, "%s cannot be said of this, only %s", reader_show(r, t), text);
	else
		reader_complain(r, t, "%s cannot be said of this", reader_show(r, t));
}

void value_bound(struct reader *r, struct names *n, unsigned int may, struct bound *b)
{
	const struct token *t = reader_peek(r);
	const int kind = t ? reader_which(t, bound_name, COUNT(bound_words)) : -1;

	*b = (struct bound){ .kind = BOUND_DEFAULT, .high = { 1000000000, false }, .mark = -1 };
	if (kind < 0)
		return;
	reader_take(r);
	if (!(may & 1u << kind))
		bound_refuse(r, t, may);
	b->kind = (enum bound_kind)kind;
	if (kind == BOUND_BETWEEN)
		value_between(r, &b->low, &b->high);
	else
		b->high = reader_span(r, "a duration", kind == BOUND_WITHIN ? SPAN_TICK : 0);
	if (kind == BOUND_BETWEEN && reader_accept(r, "from"))
		b->mark = names_use(n, r, USE_MARK);
}

/* ------------------------------------------------- settings and counters */

const char *value_sysctl_key(struct reader *r)
{
	const struct token *t = reader_need(r, "a sysctl's name");
	const char *fault, *meant;
	char *key;

	if (!t)
		return NULL;
	key = reader_string(r, t);
	if (r->again && !t->of)
		return key;
	fault = t->word.quoted ? "it stands without quotes" :
				 sysctl_name_fault(t->word.s, t->word.len);
	meant = t->word.quoted ? NULL : words_known_sysctl(key);
	if (meant)
		reader_complain(r, t, "unknown sysctl \"%s\", did you mean %s?",
				reader_show(r, t), meant);
	else if (fault)
		reader_complain(r, t, "\"%s\" is no sysctl: %s", reader_show(r, t), fault);
	return key;
}

const char *value_sysctl_value(struct reader *r, const char *const *end)
{
	const char *text = NULL;

	for (const struct token *t = reader_peek(r); t; t = reader_peek(r)) {
		if (end && is_one_of(t, end))
			break;
		reader_take(r);
		if (memchr(t->word.s, '\n', t->word.len) || memchr(t->word.s, '\0', t->word.len))
			reader_complain(r, t, "a sysctl's value is one line");
		text = arena_printf(r->arena, "%s%s%s", text ? text : "", text ? " " : "",
				    reader_string(r, t));
	}
	if (!text)
		reader_absent(r, "the sysctl's value");
	return text;
}

const char *value_counter(struct reader *r)
{
	static const char *const heads[] = {
		"TcpExt", "Tcp", "IpExt", "Ip6", "Ip", "Udp6", "Udp", "Icmp6", "Icmp", "MPTcpExt",
	};
	const struct token *t = reader_need(r, "a counter's name");
	char *name;

	if (!t)
		return NULL;
	name = reader_string(r, t);
	for (int i = 0; i < COUNT(heads) && !t->word.quoted; i++) {
		const size_t n = strlen(heads[i]);

		if (!strncmp(name, heads[i], n) && name[n] >= 'A' && name[n] <= 'Z' &&
		    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_") ==
			    t->word.len)
			return name;
	}
	reader_complain(r, t, "\"%s\" is no counter: nstat's names begin with Tcp, TcpExt, Ip, "
			"IpExt, Ip6 or Udp", reader_show(r, t));
	return name;
}
