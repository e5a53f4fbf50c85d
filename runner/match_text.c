// SPDX-License-Identifier: GPL-2.0-or-later
/* What was asked for and what was seen, as a scenario would write it. */
#include "runner/match.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "runner/signals.h"

#include <inttypes.h>
#include <string.h>

static const char *const look_word[LOOK_COUNT] = {
	[LOOK_TIMER] = "timer",		[LOOK_ERROR] = "error",
	[LOOK_PORT] = "port",		[LOOK_SOCKETS] = "sockets",
	[LOOK_COUNTER] = "counter",	[LOOK_SYSCTL] = "sysctl",
	[LOOK_WIRE] = "wire",		[LOOK_EXCHANGE] = "exchange",
};

enum { SHOWN_MOST = 64, FLAGS_UNSAID = 0xff };	/* bytes of text that a message shows */

static const char *kept(struct buf *b, struct arena *a)
{
	const char *s = arena_dup(a, buf_text(b), b->len);

	buf_fini(b);
	return s;
}

static void add_span(struct buf *b, struct span s)
{
	char text[32];

	buf_adds(b, clock_text(s.ns, text, sizeof(text)));
	if (s.tick)
		buf_adds(b, "+TICK");
}

static void add_between(struct buf *b, struct span low, struct span high)
{
	buf_adds(b, "between ");
	add_span(b, low);
	buf_adds(b, " and ");
	add_span(b, high);
}

/* Quoted, with the escapes that the language knows; long text is cut */
static void add_quoted(struct buf *b, const char *s, size_t len)
{
	const size_t shown = len < SHOWN_MOST ? len : SHOWN_MOST;

	buf_adds(b, "\"");
	for (size_t i = 0; i < shown; i++) {
		const unsigned char c = (unsigned char)s[i];

		if (c == '\n')
			buf_adds(b, "\\n");
		else if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c >= ' ' && c < 0x7f)
			buf_addf(b, "%c", c);
		else
			buf_addf(b, "\\x%02x", c);
	}
	buf_adds(b, len > shown ? "\"..." : "\"");
}

/* ---------------------------------------------------------------- outcomes */

static const char *errno_text(int error)
{
	const char *word = errno_word(error);

	return word ? word : "an errno without a name";
}

static const char *signal_text(struct arena *a, int number)
{
	const char *word = signal_word(number);

	return word ? word : arena_printf(a, "%d", number);
}

const char *match_outcome_text(const struct outcome *want, struct arena *a)
{
	struct buf b = { 0 };

	switch (want->kind) {
	case OUTCOME_OK:
		return "ok";
	case OUTCOME_EOF:
		return "EOF";
	case OUTCOME_UNKNOWN:
		return "?";
	case OUTCOME_BYTES:
		return arena_printf(a, "%zu bytes", want->bytes);
	case OUTCOME_EXIT:
		return arena_printf(a, "exit %d", want->error);
	case OUTCOME_SIGNAL:
		return arena_printf(a, "signal %s", signal_text(a, want->error));
	case OUTCOME_TEXT:
		add_quoted(&b, want->text, want->bytes);
		break;
	case OUTCOME_ERRNO:
		if (want->call)
			buf_addf(&b, "%s ", want->call);
		buf_adds(&b, errno_text(want->error));
	}
	return kept(&b, a);
}

const char *match_result_text(const struct event *seen, struct arena *a)
{
	const char *word = seen->word ? seen->word : "nothing";
	struct buf b = { 0 };

	if (strcmp(word, "bytes") == 0)
		return arena_printf(a, "%" PRId64 " bytes", seen->number);
	if (strcmp(word, "exit") == 0)
		return arena_printf(a, "exit %" PRId64, seen->number);
	if (strcmp(word, "signal") == 0)
		return arena_printf(a, "signal %s", signal_text(a, (int)seen->number));
	if (strcmp(word, "text") == 0) {
		add_quoted(&b, seen->text ? seen->text : "", event_text_len(seen));
	} else {
		if (seen->text && *seen->text)
			buf_addf(&b, "%s ", seen->text);
		buf_adds(&b, word);
	}
	return kept(&b, a);
}

/* ---------------------------------------------------------------- patterns */

static void add_kind(struct buf *b, enum segment_kind kind, uint8_t flags)
{
	char text[40];

	if (kind == SEGMENT_ODD && flags != FLAGS_UNSAID)
		buf_adds(b, segment_flags_text(flags, text, sizeof(text)));
	else
		buf_adds(b, kind == SEGMENT_ANY ? "ANY" : segment_kind_name[kind]);
}

static void add_expr(struct buf *b, const struct trial *t, const struct expr *x)
{
	if (x->literal) {
		buf_addf(b, "%" PRId64, x->offset);
		return;
	}
	if (t && x->conn >= 0)
		buf_addf(b, "%s.", t->names[x->conn].text);
	buf_addf(b, "%s.%s", host_name[x->host], field_info[x->field].name);
	if (x->offset)
		buf_addf(b, "%+" PRId64, x->offset);
}

static void add_part(struct buf *b, const struct trial *t, const struct pattern_part *p)
{
	buf_addf(b, " %s ", part_info[p->part].name);
	if (p->part == PART_DATA)
		add_quoted(b, p->text, p->len);
	else if (p->part == PART_FLAGS || p->part == PART_ICMP)
		buf_add(b, p->text, p->len);
	else
		add_expr(b, t, &p->value);
}

static void add_pattern(struct buf *b, const struct trial *t, const struct pattern *p)
{
	if (p->heading != HEADING_ANY)
		buf_adds(b, p->heading == HEADING_TO_SERVER ? "client>server " : "server>client ");
	add_kind(b, p->kind, p->flags);
	if (t && p->conn >= 0)
		buf_addf(b, " of %s", t->names[p->conn].text);
	if (p->parts)
		buf_adds(b, " with");
	for (size_t i = 0; i < p->parts; i++)
		add_part(b, t, &p->part[i]);
}

const char *match_pattern_text(const struct trial *t, const struct pattern *p, struct arena *a)
{
	struct buf b = { 0 };

	add_pattern(&b, t, p);
	return kept(&b, a);
}

static void add_item(struct buf *b, enum heading heading, enum segment_kind kind, uint8_t flags)
{
	if (heading == HEADING_TO_CLIENT)
		buf_adds(b, "<");
	add_kind(b, kind, flags);
	if (heading != HEADING_TO_CLIENT)
		buf_adds(b, ">");
}

const char *match_item_text(enum heading heading, enum segment_kind kind, uint8_t flags,
			    struct arena *a)
{
	struct buf b = { 0 };

	add_item(&b, heading, kind, flags);
	return kept(&b, a);
}

/* ------------------------------------------------------------ expectations */

static void add_range(struct buf *b, const char *sign, const struct expectation *x)
{
	if (x->low == x->high)
		buf_addf(b, "%s%" PRId64, sign, x->low);
	else
		buf_addf(b, "between %s%" PRId64 " and %s%" PRId64, sign, x->low, sign, x->high);
}

static void add_items(struct buf *b, const struct expectation *x)
{
	for (size_t i = 0; i < x->items; i++) {
		if (i)
			buf_adds(b, "  ");
		add_item(b, x->item[i].heading, x->item[i].kind, x->item[i].flags);
	}
}

static void add_value(struct buf *b, const struct trial *t, const struct expectation *x)
{
	const struct span low = { .ns = x->low };
	const struct span high = { .ns = x->high, .tick = x->high_tick };

	switch (x->look) {
	case LOOK_STATE:
		buf_adds(b, state_name(x->state));
		break;
	case LOOK_TIMER:
		if (x->low < 0)
			buf_adds(b, "none");
		else
			add_between(b, low, high);
		break;
	case LOOK_ERROR:
		buf_adds(b, x->error ? errno_text(x->error) : "ok");
		break;
	case LOOK_COUNTER:
		add_range(b, "+", x);
		break;
	case LOOK_SYSCTL:
		buf_adds(b, x->value);
		break;
	case LOOK_WIRE:
		add_pattern(b, t, &x->pattern);
		break;
	case LOOK_EXCHANGE:
		add_items(b, x);
		break;
	default:
		add_range(b, "", x);
	}
}

static void add_bound(struct buf *b, const struct bound *bound)
{
	switch (bound->kind) {
	case BOUND_WITHIN:
		buf_adds(b, " within ");
		add_span(b, bound->high);
		break;
	case BOUND_FOR:
		buf_adds(b, " for ");
		add_span(b, bound->high);
		break;
	case BOUND_BETWEEN:
		buf_adds(b, " ");
		add_between(b, bound->low, bound->high);
		break;
	case BOUND_DEFAULT:
		break;
	}
}

const char *match_expected_text(const struct trial *t, const struct expectation *x,
				struct arena *a)
{
	struct buf b = { 0 };

	if (x->unknown)
		buf_adds(&b, "?");
	else
		add_value(&b, t, x);
	add_bound(&b, &x->bound);
	if (x->bound.kind == BOUND_BETWEEN && t && x->bound.mark >= 0)
		buf_addf(&b, " from %s", t->names[x->bound.mark].text);
	return kept(&b, a);
}

const char *match_expectation_text(const struct expectation *x, struct arena *a)
{
	return match_expected_text(NULL, x, a);
}

/* ---------------------------------------------------------------- subjects */

static void add_look(struct buf *b, const struct trial *t, const struct step *s)
{
	const struct expectation *x = &s->expect;

	switch (x->look) {
	case LOOK_STATE:
	case LOOK_WIRE:
		break;
	case LOOK_SOCKETS:
		buf_addf(b, " %s", state_name(x->state));
		if (x->on || x->to)
			buf_addf(b, " %s %u", x->on ? "on" : "to", x->on ? x->on : x->to);
		break;
	case LOOK_COUNTER:
	case LOOK_SYSCTL:
		buf_addf(b, " %s", x->name);
		break;
	case LOOK_EXCHANGE:
		buf_addf(b, " of %s", t->names[x->pattern.conn].text);
		break;
	default:
		break;
	}
}

static void add_word(struct buf *b, const char *word)
{
	buf_addf(b, "%s%s", b->len ? " " : "", word);
}

const char *match_subject_text(const struct trial *t, const struct step *s, struct arena *a)
{
	const bool looks = s->verb == VERB_EXPECT || s->verb == VERB_NEVER;
	struct buf b = { 0 };

	if (s->host != HOST_NONE)
		add_word(&b, host_name[s->host]);
	if (!looks) {
		if (verb_info[s->verb].actor == ACTOR_WIRE)
			add_word(&b, "wire");
		add_word(&b, verb_info[s->verb].name);
	}
	if (s->conn >= 0 && !(looks && s->expect.look == LOOK_EXCHANGE))
		add_word(&b, t->names[s->conn].text);
	if (looks && s->expect.look != LOOK_STATE)
		add_word(&b, look_word[s->expect.look]);
	if (looks)
		add_look(&b, t, s);
	return kept(&b, a);
}
