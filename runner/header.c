// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/header.h"

#include "lib/arena.h"
#include "runner/names.h"
#include "runner/needs.h"
#include "runner/substitute.h"
#include "runner/values.h"
#include "runner/words.h"

#include <string.h>

enum { LANGUAGE_VERSION = 1, TITLE_GOOD = 100, MTU_LEAST = 68, MTU_MOST = 65535, MTU_IPV6 = 1280 };

/** How often a family is said; the families in the order of their words */
enum { FAMILY_BOTH = 2, FAMILY_WORDS };

/**
 * struct head - The header while it is read
 * @said:   line of the last of each word, 0 for none
 * @family: FAMILY_IPV4, FAMILY_IPV6 or FAMILY_BOTH
 * @mtu_at: where an mtu stands
 * @broken: the axes are not to be trusted
 */
struct head {
	struct scenario *s;
	struct complaints *c;
	int said[HEADER_COUNT];
	int family;
	struct place mtu_at, title_at;
	bool broken;
};

/* -------------------------------------------------------------- first words */

static const char *header_name(int word)
{
	return header_info[word].name;
}

static int header_of(const struct line *line)
{
	const struct token t = { .word = line->word[0] };

	return reader_which(&t, header_name, HEADER_COUNT);
}

enum { FIRST_WORDS = HEADER_COUNT + VERB_COUNT + HOST_COUNT + 2 };

/** first_name() - All words that a line may begin with */
static const char *first_name(int i)
{
	if (i < HEADER_COUNT)
		return header_info[i].name;
	i -= HEADER_COUNT;
	if (i < VERB_COUNT)
		return verb_info[i].actor == ACTOR_SELF ? verb_info[i].name : NULL;
	i -= VERB_COUNT;
	if (i < HOST_COUNT)
		return host_name[i];
	return i == HOST_COUNT ? "wire" : "outcome";
}

enum first header_first(const struct line *line)
{
	const struct token t = { .word = line->word[0] };
	const int i = reader_which(&t, first_name, FIRST_WORDS);

	if (i < 0)
		return FIRST_UNKNOWN;
	if (i < HEADER_COUNT)
		return FIRST_HEADER;
	return i == FIRST_WORDS - 1 ? FIRST_OUTCOME : FIRST_STEP;
}

void header_unknown(const struct line *line, struct arena *a, struct complaints *c)
{
	struct reader r = { .c = c, .arena = a, .line = line, .tokens = reader_tokens(line, a) };

	reader_unknown(&r, reader_peek(&r), "word", first_name, FIRST_WORDS);
}

/* -------------------------------------------------------------- one by one */

static const char *rest_of(struct reader *r, const char *what)
{
	if (!r->line->rest_len) {
		reader_absent(r, what);
		return "";
	}
	r->next = r->tokens.count;
	return arena_dup(r->arena, r->line->rest, r->line->rest_len);
}

static void read_lastack(struct reader *r, struct head *h)
{
	const struct token *t = reader_need(r, "the version");

	if (r->line != &h->s->lines.line[0])
		reader_complain(r, &r->tokens.list[0], "lastack can only stand on the first line");
	if (t && token_number(r, t, "the version", 1, 1000000) > LANGUAGE_VERSION)
		reader_complain(r, t, "this file is written in version %s of the language, "
				"known is %d", reader_show(r, t), LANGUAGE_VERSION);
}

static void read_title(struct reader *r, struct head *h)
{
	h->title_at = r->tokens.list[0].word.at;
	h->s->title = rest_of(r, "the title");
	if (r->line->rest_len > TITLE_GOOD)
		complain_warn(r->c, (struct place){ r->line->number,
			      (int)(r->line->rest - r->line->text) + 1, (int)r->line->rest_len },
			      "a title of more than %d bytes: the rest may go into about",
			      TITLE_GOOD);
}

static void add_text(struct arena *a, const char ***list, size_t *count, const char *text)
{
	*list = arena_grow(a, *list, *count, sizeof(**list));
	(*list)[(*count)++] = text;
}

static void read_about(struct reader *r, struct head *h)
{
	add_text(r->arena, &h->s->about, &h->s->abouts, rest_of(r, "the text"));
}

static void read_ref(struct reader *r, struct head *h)
{
	add_text(r->arena, &h->s->ref, &h->s->refs, rest_of(r, "the clause"));
}

static void read_todo(struct reader *r, struct head *h)
{
	h->s->todo = rest_of(r, "the reason");
}

static const char *family_name(int family)
{
	static const char *const names[FAMILY_WORDS] = {
		[FAMILY_IPV4] = "ipv4", [FAMILY_IPV6] = "ipv6", [FAMILY_BOTH] = "both",
	};

	return names[family];
}

static void read_family(struct reader *r, struct head *h)
{
	const int f = reader_choose(r, "family", family_name, FAMILY_WORDS);

	if (f >= 0)
		h->family = f;
	else
		h->broken = true;
}

static const char *link_name(int kind)
{
	static const char *const names[] = {
		[LINK_PAIR] = "pair", [LINK_LOOPBACK] = "loopback", "mtu", "delay",
	};

	return names[kind];
}

static void read_link(struct reader *r, struct head *h)
{
	unsigned int said = 0;

	do {
		const struct token *t = reader_peek(r);
		const int word = reader_choose(r, "word of link", link_name, 4);
		const int about = word < 1 ? 1 : word;

		if (word < 0) {
			reader_stop(r);
			return;
		}
		if (said & 1u << about)
			reader_complain(r, t, about > 1 ? "%s is said twice" :
					"%s: the link is said twice", link_name(word));
		said |= 1u << about;
		if (word <= LINK_LOOPBACK)
			h->s->link = (enum link_kind)word;
		else if (word == 3)
			h->s->link_delay = reader_span(r, "a duration", 0);
		else {
			h->mtu_at = t->word.at;
			h->s->mtu = (int)reader_number(r, "an mtu", MTU_LEAST, MTU_MOST);
			h->s->mtu = r->faults ? 0 : h->s->mtu;
		}
	} while (reader_peek(r));
}

static void read_sysctl(struct reader *r, struct head *h)
{
	(void)h;
	r->next = r->tokens.count;	/* for each variant: header_setting() */
}

static void read_needs(struct reader *r, struct head *h)
{
	struct need_of need = { .kind = NEED_COUNT };

	needs_read(r, &need);
	if (need.kind == NEED_COUNT || r->stopped)
		return;
	h->s->need = arena_grow(r->arena, h->s->need, h->s->needs, sizeof(need));
	h->s->need[h->s->needs++] = need;
}

static void read_timeout(struct reader *r, struct head *h)
{
	h->s->timeout = reader_span(r, "a duration", 0);
}

/* --------------------------------------------------------------------- axes */

/** value_fault() - Why a word cannot be an axis' value */
static const char *value_fault(const struct token *t)
{
	for (size_t i = 0; i < t->word.len; i++) {
		if ((unsigned char)t->word.s[i] < ' ' || t->word.s[i] == 0x7f)
			return "a control byte";
		if (t->word.s[i] == '$')
			return "a $";
	}
	return NULL;
}

static bool has_value(const struct axis *x, const char *value)
{
	for (size_t i = 0; i < x->values; i++)
		if (!strcmp(x->value[i], value))
			return true;
	return false;
}

static void read_values(struct reader *r, struct head *h, struct axis *x)
{
	for (const struct token *t = reader_take(r); t; t = reader_take(r)) {
		const char *value = reader_string(r, t);
		const char *fault = value_fault(t);

		if (fault)
			reader_complain(r, t, "an axis' value cannot hold %s", fault);
		else if (has_value(x, value))
			reader_complain(r, t, "axis \"%s\" has the value \"%s\" twice", x->name,
					reader_show(r, t));
		else if (x->values == VALUES_MOST)
			reader_complain(r, t, "more than %d values of axis \"%s\"", VALUES_MOST,
					x->name);
		if (fault || has_value(x, value) || x->values == VALUES_MOST) {
			h->broken = true;
			continue;
		}
		x->value = arena_grow(r->arena, x->value, x->values, sizeof(*x->value));
		x->value[x->values++] = value;
	}
}

static void check_axis_name(struct reader *r, struct head *h, const struct token *t)
{
	const char *fault = name_fault(t->word.s, t->word.len);

	for (size_t i = 0; i < h->s->axes; i++)
		if (token_is(t, h->s->axis[i].name)) {
			reader_complain(r, t, "\"%s\" is an axis already (line %d)",
					reader_show(r, t), h->s->axis[i].at.line);
			h->broken = true;
		}
	if (token_is(t, "family"))
		reader_complain(r, t, "the axis family is said by \"family both\", without vary");
	else if (fault)
		reader_complain(r, t, "\"%s\" cannot be a name: %s", reader_show(r, t), fault);
	h->broken |= fault != NULL;
}

static void read_vary(struct reader *r, struct head *h)
{
	const struct token *t = reader_need(r, "the axis' name");
	struct scenario *s = h->s;
	struct axis x = { .name = "" };

	if (!t) {
		h->broken = true;
		return;
	}
	x.name = reader_string(r, t);
	x.at = t->word.at;
	check_axis_name(r, h, t);
	if (s->axes == AXES_MOST) {
		reader_complain(r, t, "more than %d axes, the family's counted", AXES_MOST);
		reader_stop(r);
		h->broken = true;
		return;
	}
	if (!reader_peek(r)) {
		h->broken = true;
		reader_absent(r, "a value of the axis");
	}
	read_values(r, h, &x);
	s->axis = arena_grow(r->arena, s->axis, s->axes, sizeof(x));
	s->axis[s->axes++] = x;
}

/** put_family() - The axis named family stands first */
static void put_family(struct head *h)
{
	static const char *values[] = { "ipv4", "ipv6" };
	struct scenario *s = h->s;
	struct axis *all;

	if (h->family != FAMILY_BOTH) {
		s->family = (enum family)h->family;
		return;
	}
	all = arena_get(&s->arena, (s->axes + 1) * sizeof(*all));
	if (s->axes)
		memcpy(all + 1, s->axis, s->axes * sizeof(*all));
	all[0] = (struct axis){
		.name = "family", .value = values, .values = 2,
		.implied = !h->said[HEADER_FAMILY],
		.at = { h->said[HEADER_FAMILY], 1, 6 },
	};
	if (s->axes == AXES_MOST) {
		complain(h->c, s->axis[s->axes - 1].at,
			 "more than %d axes, the family's counted", AXES_MOST);
		h->broken = true;
	}
	s->axis = all;
	s->axes++;
}

static void count_variants(struct head *h)
{
	struct scenario *s = h->s;

	s->variants = 1;
	for (size_t i = 0; i < s->axes && s->variants <= TRIALS_MOST; i++)
		s->variants *= s->axis[i].values;
	if (s->variants <= TRIALS_MOST && s->variants)
		return;
	if (s->variants)
		complain(h->c, s->axis[s->axes - 1].at,
			 "more than %d trials: the axes multiply", TRIALS_MOST);
	h->broken = true;
}

/* ---------------------------------------------------------------- the whole */

/**
 * Each header word: how it is read, whether it may be said once only, and
 * whether the line is prose, in which a $ means nothing.
 */
static const struct head_row {
	void (*read)(struct reader *r, struct head *h);
	bool once, prose;
} head_rows[] = {
	[HEADER_LASTACK]	= { read_lastack,	true,	false },
	[HEADER_TITLE]		= { read_title,		true,	true },
	[HEADER_ABOUT]		= { read_about,		false,	true },
	[HEADER_REF]		= { read_ref,		false,	true },
	[HEADER_FAMILY]		= { read_family,	true,	false },
	[HEADER_LINK]		= { read_link,		true,	false },
	[HEADER_SYSCTL]		= { read_sysctl,	false,	true },
	[HEADER_VARY]		= { read_vary,		false,	true },
	[HEADER_NEEDS]		= { read_needs,		false,	false },
	[HEADER_TODO]		= { read_todo,		true,	true },
	[HEADER_TIMEOUT]	= { read_timeout,	true,	false },
};
_Static_assert(sizeof(head_rows) / sizeof(head_rows[0]) == HEADER_COUNT, "a header word lacks its row");

static void read_line(struct head *h, const struct line *line, int word)
{
	const struct head_row *row = &head_rows[word];
	struct arena *a = &h->s->arena;
	struct reader r = { .c = h->c, .arena = a, .line = line, .tokens = reader_tokens(line, a) };

	if (row->once && h->said[word])
		reader_complain(&r, &r.tokens.list[0], "%s is said twice (first in line %d)",
				header_name(word), h->said[word]);
	if (!h->said[word])
		h->said[word] = line->number;
	if (!row->prose && !substitute_none(line, h->c))
		return;
	r.next = 1;
	row->read(&r, h);
	reader_end(&r, NULL);
}

/** divide() - Where the header ends, the steps end */
static void divide(struct head *h, const bool *spoilt)
{
	struct scenario *s = h->s;
	size_t i = 0;

	for (; i < s->lines.count; i++) {
		const enum first first = header_first(&s->lines.line[i]);

		if (first == FIRST_STEP || first == FIRST_OUTCOME)
			break;
		if (first == FIRST_UNKNOWN && !spoilt[i])
			header_unknown(&s->lines.line[i], &s->arena, h->c);
	}
	s->first_step = i;
	while (i < s->lines.count && header_first(&s->lines.line[i]) != FIRST_OUTCOME)
		i++;
	s->steps_end = i;
}

static void check_whole(struct head *h)
{
	struct scenario *s = h->s;
	const struct place top = { s->lines.count ? s->lines.line[0].number : 1, 1, 1 };

	if (!h->said[HEADER_TITLE])
		complain(h->c, top, "a title is missing: title SENTENCE");
	else if (!s->refs)
		complain_warn(h->c, h->title_at, "no ref says which clause this stands on");
	if (s->first_step == s->steps_end)
		complain(h->c, top, "there is no step");
	if (s->mtu && s->mtu < MTU_IPV6 && h->family != FAMILY_IPV4)
		complain(h->c, h->mtu_at, "IPv6 needs an mtu of %d: say family ipv4", MTU_IPV6);
}

bool header_read(struct scenario *s, const bool *spoilt, struct complaints *c)
{
	struct head h = { .s = s, .c = c, .family = FAMILY_BOTH };

	divide(&h, spoilt);
	for (size_t i = 0; i < s->first_step; i++) {
		const int word = header_of(&s->lines.line[i]);

		if (word >= 0 && !spoilt[i])
			read_line(&h, &s->lines.line[i], word);
		else if (word >= 0)
			h.said[word] = s->lines.line[i].number;
		h.broken |= spoilt[i];
	}
	put_family(&h);
	count_variants(&h);
	check_whole(&h);
	return !h.broken;
}

bool header_is_setting(const struct line *line)
{
	return header_of(line) == HEADER_SYSCTL;
}

void header_setting(struct reader *r, struct setting *out)
{
	const struct token *t = reader_peek(r);
	const int host = t ? reader_which(t, value_host_name, HOST_COUNT) : -1;

	*out = (struct setting){ .host = HOST_NONE, .at = r->tokens.list[0].word.at };
	if (host >= 0)
		out->host = (enum host)host;
	else if (t && r->tokens.count > 3 && token_is(&r->tokens.list[3], "="))
		reader_unknown(r, t, "host", value_host_name, HOST_COUNT);
	if (host >= 0 || r->faults)
		reader_take(r);
	if (reader_peek(r))
		out->at = reader_peek(r)->word.at;
	out->key = value_sysctl_key(r);
	if (!reader_expect(r, "=", NULL))
		return;
	out->value = value_sysctl_value(r, NULL);
}
