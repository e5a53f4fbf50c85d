// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/wiring.h"

#include "runner/patterns.h"
#include "runner/values.h"
#include "runner/words.h"

enum { NEXT_MOST = 100000 };

/* ------------------------------------------- drop, hold, duplicate, and after */

/** read_until() - A mark further down */
static void read_until(struct reader *r, struct names *n, struct wire_step *w)
{
	const struct token *t = reader_peek(r);

	w->extent = EXTENT_UNTIL;
	w->until = names_use(n, r, USE_MARK | USE_LATER);
	if (w->until >= 0 && n->state[w->until].made)
		reader_complain(r, t, "mark \"%s\" is set already (line %d): until speaks of one "
				"to come", reader_show(r, t), n->list[w->until].at.line);
}

static int read_count(struct reader *r)
{
	if (!pattern_heading_at(r))
		return (int)reader_number(r, "the number of segments", 1, NEXT_MOST);
	reader_complain(r, reader_peek(r), "next needs a number: next 3");
	return 1;
}

static void read_extent(struct reader *r, struct names *n, struct wire_step *w)
{
	w->extent = EXTENT_NEXT;
	w->count = 1;
	if (reader_accept(r, "next"))
		w->count = read_count(r);
	else if (reader_accept(r, "all"))
		w->extent = EXTENT_ALL;
	else if (reader_accept(r, "until"))
		read_until(r, n, w);
}

static void read_keep(struct reader *r, struct names *n, struct step *s)
{
	struct wire_step *w = &s->wire;

	read_extent(r, n, w);
	w->what.heading = pattern_heading(r, false);
	pattern_read(r, n, PATTERN_LATER, &w->what);
	if (reader_accept(r, "as")) {
		w->held = names_make(n, r, NAME_HELD, HOST_NONE, false);
		if (w->held >= 0)
			n->state[w->held].by = s->verb;
	} else if (s->verb == VERB_WIRE_HOLD && !reader_peek(r)) {
		reader_absent(r, "as NAME, to release it by,");
	}
}

static void read_release(struct reader *r, struct names *n, struct step *s)
{
	const struct token *t = reader_peek(r);
	const int held = names_use(n, r, USE_HELD);

	s->wire.held = held;
	if (held >= 0 && n->state[held].by != VERB_WIRE_HOLD)
		reader_complain(r, t, "\"%s\" was not held (line %d), only replay can bring it back",
				reader_show(r, t), n->list[held].at.line);
}

/** read_replay() - `first` and `last` are words only where a kind follows */
static void read_replay(struct reader *r, struct names *n, struct step *s)
{
	struct wire_step *w = &s->wire;
	const bool which = reader_at(r, "first") || reader_at(r, "last");

	if (!which || r->next + 1 == r->tokens.count) {
		w->held = names_use(n, r, USE_HELD);
		return;
	}
	w->extent = reader_at(r, "first") ? EXTENT_FIRST : EXTENT_LAST;
	reader_take(r);
	if (pattern_heading_at(r))
		w->what.heading = pattern_heading(r, false);
	pattern_read(r, n, PATTERN_OF | PATTERN_BARE, &w->what);
	if (pattern_heading_at(r))
		w->what.heading = pattern_heading(r, false);
}

/* ------------------------------------------------------------- all the rest */

static void read_delay(struct reader *r, struct names *n, struct step *s)
{
	struct wire_step *w = &s->wire;
	const struct token *t;

	w->extent = EXTENT_ALL;
	w->what.heading = pattern_heading(r, false);
	t = reader_peek(r);
	if (t && (t->word.len < 1 || t->word.s[0] < '0' || t->word.s[0] > '9'))
		pattern_read(r, n, PATTERN_LATER | PATTERN_BARE, &w->what);
	w->delay = reader_span(r, "a duration", SPAN_ZERO);
}

static void read_send(struct reader *r, struct names *n, struct step *s)
{
	s->wire.what.heading = pattern_heading(r, false);
	pattern_read(r, n, PATTERN_OF | PATTERN_MADE, &s->wire.what);
}

static void read_cut(struct reader *r, struct names *n, struct step *s)
{
	(void)n;
	s->wire.what.heading = pattern_heading(r, true);
}

static void check_rewrite(struct reader *r, const struct token *t, struct locus l)
{
	if (t && (l.spot == SPOT_ANY || l.spot == SPOT_LO || l.spot == SPOT_MAPPED))
		reader_complain(r, t, "only main and second are addresses on the wire");
}

static void read_rewrite(struct reader *r, struct names *n, struct step *s)
{
	struct locus *l = s->wire.rewrite;
	const int host = reader_choose(r, "host", value_host_name, HOST_COUNT);
	const struct token *t = reader_peek(r);

	(void)n;
	if (host >= 0)
		s->host = (enum host)host;
	l[0] = value_spot(r);
	check_rewrite(r, t, l[0]);
	if (!reader_expect(r, "as", NULL))
		return;
	t = reader_peek(r);
	l[1] = value_spot(r);
	check_rewrite(r, t, l[1]);
	if (!t || r->stopped)
		return;
	if (!l[0].port != !l[1].port)
		reader_complain(r, t, "a port on one side needs one on the other");
	else if (l[0].spot == l[1].spot && l[0].port == l[1].port)
		reader_complain(r, t, "this rewrites nothing");
}

static void (*const wire_read[VERB_COUNT])(struct reader *r, struct names *n, struct step *s) = {
	[VERB_WIRE_DROP]	= read_keep,
	[VERB_WIRE_HOLD]	= read_keep,
	[VERB_WIRE_DUPLICATE]	= read_keep,
	[VERB_WIRE_RELEASE]	= read_release,
	[VERB_WIRE_REPLAY]	= read_replay,
	[VERB_WIRE_DELAY]	= read_delay,
	[VERB_WIRE_SEND]	= read_send,
	[VERB_WIRE_CUT]		= read_cut,
	[VERB_WIRE_MEND]	= read_cut,
	[VERB_WIRE_REWRITE]	= read_rewrite,
};

void wiring_read(struct reader *r, struct names *n, struct step *s)
{
	struct wire_step *w = &s->wire;

	w->until = w->held = -1;
	w->what.conn = -1;
	w->what.heading = HEADING_ANY;
	w->what.flags = 0xff;
	wire_read[s->verb](r, n, s);
}
