// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/patterns.h"

#include "lib/arena.h"
#include "lib/segment.h"
#include "runner/values.h"
#include "runner/words.h"

#include <string.h>

enum { FLAGS_UNSAID = 0xff, WINDOW_MOST = 65535 };

const struct icmp_word icmp_words[] = {
	{ "net-unreachable",		{ 3, 0 },	{ 1, 0 } },
	{ "host-unreachable",		{ 3, 1 },	{ 1, 3 } },
	{ "protocol-unreachable",	{ 3, 2 },	{ 4, 1 } },
	{ "port-unreachable",		{ 3, 3 },	{ 1, 4 } },
	{ "too-big",			{ 3, 4 },	{ 2, 0 } },
	{ "admin-prohibited",		{ 3, 13 },	{ 1, 1 } },
	{ "time-exceeded",		{ 11, 0 },	{ 3, 0 } },
};
_Static_assert(sizeof(icmp_words) / sizeof(icmp_words[0]) == ICMP_WORDS, "an ICMP word lacks its row");

/* ----------------------------------------------------------------- headings */

static const char *const headings[] = {
	[HEADING_TO_SERVER] = "client>server",
	[HEADING_TO_CLIENT] = "server>client",
	[HEADING_COUNT] = "both",
};

static const char *heading_name(int heading)
{
	return headings[heading];
}

enum heading pattern_heading(struct reader *r, bool both)
{
	const int h = reader_choose(r, "heading", heading_name,
				    both ? HEADING_COUNT + 1 : HEADING_COUNT);

	return h < 0 || h == HEADING_COUNT ? HEADING_ANY : (enum heading)h;
}

bool pattern_heading_at(const struct reader *r)
{
	const struct token *t = reader_peek(r);

	return t && reader_which(t, heading_name, HEADING_COUNT) >= 0;
}

/* -------------------------------------------------------------------- kinds */

static const char *kind_name(int kind)
{
	return kind_info[kind].name;
}

enum segment_kind pattern_kind(struct reader *r, const struct token *t, uint8_t *flags)
{
	const int kind = reader_which(t, kind_name, SEGMENT_KIND_COUNT);
	int written = -1;

	*flags = FLAGS_UNSAID;
	if (kind >= 0)
		return (enum segment_kind)kind;
	if (!t->word.quoted && (memchr(t->word.s, '+', t->word.len) || token_is(t, "none")))
		written = segment_flags_read(t->word.s, t->word.len);
	if (written < 0 || written >= FLAGS_UNSAID) {
		reader_unknown(r, t, "kind of segment", kind_name, SEGMENT_KIND_COUNT);
		return SEGMENT_ANY;
	}
	*flags = (uint8_t)written;
	return SEGMENT_ODD;
}

struct exchange_item pattern_item(struct reader *r, const struct token *t)
{
	struct exchange_item item = { .heading = HEADING_ANY, .flags = FLAGS_UNSAID, .at = t->word.at };
	const bool back = t->word.len && t->word.s[0] == '<';
	const bool there = t->word.len && t->word.s[t->word.len - 1] == '>';
	struct token kind;

	if (t->word.quoted || back == there) {
		reader_complain(r, t, "an exchange is of KIND> and <KIND, not \"%s\"",
				reader_show(r, t));
		return item;
	}
	item.heading = back ? HEADING_TO_CLIENT : HEADING_TO_SERVER;
	kind = token_part(t, back, t->word.len - 1);
	item.kind = pattern_kind(r, &kind, &item.flags);
	return item;
}

/* -------------------------------------------------------------------- parts */

static const char *part_name(int part)
{
	return part_info[part].name;
}

static const char *icmp_name(int word)
{
	return icmp_words[word].name;
}

static void part_flags(struct reader *r, struct pattern_part *p)
{
	const struct token *t = reader_need(r, "flags");
	int flags;

	if (!t)
		return;
	flags = t->word.quoted ? -1 : segment_flags_read(t->word.s, t->word.len);
	if (flags < 0 || flags > 0xff)
		reader_complain(r, t, "flags are written FIN+ACK, or none, not \"%s\"",
				reader_show(r, t));
	p->text = reader_string(r, t);
	p->len = t->word.len;
	p->value = (struct expr){ .literal = true, .conn = -1, .offset = flags, .at = t->word.at };
}

static void part_icmp(struct reader *r, const struct pattern *whole, struct pattern_part *p)
{
	const struct token *t = reader_peek(r);
	const int which = reader_choose(r, "ICMP error", icmp_name, ICMP_WORDS);

	if (t && whole->kind != SEGMENT_ICMP)
		reader_complain(r, t, "only ICMP has a type: server>client ICMP ...");
	if (which < 0)
		return;
	p->text = icmp_words[which].name;
	p->len = strlen(p->text);
}

static void part_value(struct reader *r, struct names *n, unsigned int may,
		       const struct pattern *whole, struct pattern_part *p)
{
	const bool own = whole->conn >= 0 || (may & PATTERN_OF);

	switch (p->part) {
	case PART_DATA:
		p->text = reader_text(r, "data", &p->len);
		break;
	case PART_FLAGS:
		part_flags(r, p);
		break;
	case PART_ICMP:
		part_icmp(r, whole, p);
		break;
	case PART_WINDOW:
		p->value = value_expr(r, n, own, WINDOW_MOST, may & PATTERN_LATER ? USE_LATER : 0);
		break;
	default:
		p->value = value_expr(r, n, own, 0, may & PATTERN_LATER ? USE_LATER : 0);
	}
}

static bool has_part(const struct pattern *p, enum part part)
{
	for (size_t i = 0; i < p->parts; i++)
		if (p->part[i].part == part)
			return true;
	return false;
}

/** parts_end() - Whether the next word goes on with something else than a part */
static bool parts_end(const struct reader *r)
{
	static const char *const behind[] = {
		"as", "from", "within", "for", "between", "slack", "=>",
	};

	for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++)
		if (reader_at(r, behind[i]))
			return true;
	return !reader_peek(r);
}

static void parts_read(struct reader *r, struct names *n, unsigned int may, struct pattern *p)
{
	do {
		const struct token *t = reader_peek(r);
		const int part = reader_choose(r, "part of a segment", part_name, PART_COUNT);
		struct pattern_part one = { .value.conn = -1 };

		if (part < 0) {
			reader_stop(r);
			return;
		}
		if (has_part(p, (enum part)part)) {
			reader_complain(r, t, "%s is said twice", part_info[part].name);
			reader_stop(r);
			return;
		}
		one.part = (enum part)part;
		one.at = t->word.at;
		part_value(r, n, may, p, &one);
		p->part = arena_grow(r->arena, p->part, p->parts, sizeof(*p->part));
		p->part[p->parts++] = one;
	} while (!parts_end(r));
}
_Static_assert((int)PART_COUNT <= (int)PARTS_MOST, "a part is said once, so they are bounded");

/* ---------------------------------------------------------------- the whole */

/** made_check() - That a pattern tells enough to make a segment */
static void made_check(struct reader *r, const struct token *kind, const struct pattern *p)
{
	if (p->kind == SEGMENT_ANY)
		reader_complain(r, kind, "what is sent needs a kind, or its flags: SYN+FIN");
	else if (p->kind == SEGMENT_ODD && p->flags == FLAGS_UNSAID && !has_part(p, PART_FLAGS))
		reader_complain(r, kind, "say which flags it has: SYN+FIN");
	else if (p->kind == SEGMENT_DATA && !has_part(p, PART_DATA))
		reader_complain(r, kind, "say which data it carries: with data \"x\"");
	else if (p->kind == SEGMENT_ICMP && !has_part(p, PART_ICMP))
		reader_complain(r, kind, "say which error it is: with icmp port-unreachable");
}

void pattern_read(struct reader *r, struct names *n, unsigned int may, struct pattern *p)
{
	const struct token *kind = reader_need(r, "a kind of segment");

	p->conn = -1;
	p->flags = FLAGS_UNSAID;
	if (!kind)
		return;
	p->kind = pattern_kind(r, kind, &p->flags);
	if (reader_accept(r, "of"))
		p->conn = names_use(n, r, USE_CONN | (may & PATTERN_LATER ? USE_LATER : 0));
	else if (may & PATTERN_OF)
		reader_expect(r, "of", NULL);
	if (!(may & PATTERN_BARE) && reader_accept(r, "with"))
		parts_read(r, n, may, p);
	if (may & PATTERN_MADE)
		made_check(r, kind, p);
}
