// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Events as lines of text.
 *
 * A line is the moment, the kind, and key=value pairs that say only what is
 * not the default. A record may come from another machine by mail, so the
 * reader believes nothing: numbers are read strictly and stay in their bounds,
 * a key may come once and only where it belongs, and whatever is not
 * understood makes the whole line none.
 */
#include "runner/event.h"

#include "lib/buf.h"
#include "runner/escape.h"

#include <stdio.h>
#include <string.h>

const char *const event_name[EVENT_KIND_COUNT] = {
	[EVENT_TRY]	= "try",
	[EVENT_READY]	= "ready",
	[EVENT_STEP]	= "step",
	[EVENT_CALL]	= "call",
	[EVENT_RESULT]	= "result",
	[EVENT_OUTPUT]	= "output",
	[EVENT_ENDED]	= "ended",
	[EVENT_DONE]	= "done",
	[EVENT_PAIR]	= "pair",
	[EVENT_STATE]	= "state",
	[EVENT_LOOK]	= "look",
	[EVENT_COUNTER]	= "counter",
	[EVENT_FRAME]	= "frame",
	[EVENT_WIRE]	= "wire",
	[EVENT_SOCKET]	= "socket",
	[EVENT_PAUSE]	= "pause",
	[EVENT_LATE]	= "late",
	[EVENT_DOZE]	= "doze",
	[EVENT_WAKE]	= "wake",
	[EVENT_NAP]	= "nap",
	[EVENT_KERNEL]	= "kernel",
	[EVENT_SKIP]	= "skip",
	[EVENT_BROKEN]	= "broken",
	[EVENT_END]	= "end",
};

const char *const fate_name[FATE_COUNT] = {
	[FATE_PASSED]	= "passed",
	[FATE_DROPPED]	= "dropped",
	[FATE_HELD]	= "held",
	[FATE_RELEASED]	= "released",
	[FATE_DELAYED]	= "delayed",
	[FATE_DUPLICATE] = "duplicate",
	[FATE_REPLAYED]	= "replayed",
	[FATE_MADE]	= "made",
};

static const char *const heading_word[HEADING_COUNT] = {
	[HEADING_TO_SERVER] = "client>server",
	[HEADING_TO_CLIENT] = "server>client",
};

/* The record's own words: it must read alike whatever the language calls them */
static const char *const host_word[HOST_COUNT] = {
	[HOST_CLIENT]	= "client",
	[HOST_SERVER]	= "server",
};

static const char *const kind_word[SEGMENT_KIND_COUNT] = {
	[SEGMENT_ANY]	= "any",
	[SEGMENT_SYN]	= "SYN",
	[SEGMENT_SYN_ACK] = "SYN-ACK",
	[SEGMENT_ACK]	= "ACK",
	[SEGMENT_DATA]	= "DATA",
	[SEGMENT_FIN]	= "FIN",
	[SEGMENT_RST]	= "RST",
	[SEGMENT_ODD]	= "ODD",
	[SEGMENT_ICMP]	= "ICMP",
};

/* ---------------------------------------------------------------- the keys */

enum type {
	TYPE_I64, TYPE_INT, TYPE_U8, TYPE_U16, TYPE_U32, TYPE_WORD, TYPE_TEXT, TYPE_INLINE,
	TYPE_HOST, TYPE_HEADING, TYPE_FATE, TYPE_KIND,
};

#define AT(member) offsetof(struct event, member)

/* What can be said of an event; the values of an enum go by its list of words */
static const struct key {
	const char *name;
	enum type type;
	bool frame;		/* EVENT_FRAME only, and there always */
	size_t offset;
	int64_t unsaid, low, high;
} keys[] = {
	{ "from",	TYPE_I64,	false, AT(from_ns), INT64_MIN, -EVENT_TIME_MOST, EVENT_TIME_MOST },
	{ "step",	TYPE_INT,	false, AT(step), -1, 0, STEPS_MOST - 1 },
	{ "round",	TYPE_INT,	false, AT(round), 0, 0, INT32_MAX - 1 },
	{ "host",	TYPE_HOST,	false, AT(host), HOST_NONE, 0, HOST_COUNT - 1 },
	{ "conn",	TYPE_INT,	false, AT(conn), -1, 0, NAMES_MOST - 1 },
	{ "number",	TYPE_I64,	false, AT(number), 0, -EVENT_NUMBER_MOST, EVENT_NUMBER_MOST },
	{ "word",	TYPE_WORD,	false, AT(word), 0, 0, EVENT_WORD_MOST },
	{ "text",	TYPE_TEXT,	false, AT(text), 0, 0, EVENT_TEXT_MOST },
	{ "no",		TYPE_INT,	true, AT(frame.number), 0, 0, INT32_MAX - 1 },
	{ "way",	TYPE_HEADING,	true, AT(frame.heading), 0, 0, HEADING_COUNT - 1 },
	{ "fate",	TYPE_FATE,	true, AT(frame.fate), 0, 0, FATE_COUNT - 1 },
	{ "kind",	TYPE_KIND,	true, AT(frame.kind), 0, 0, SEGMENT_KIND_COUNT - 1 },
	{ "flags",	TYPE_U8,	true, AT(frame.flags), 0, 0, UINT8_MAX },
	{ "client",	TYPE_INLINE,	true, AT(frame.client), 0, 0, 45 },
	{ "client_port", TYPE_U16,	true, AT(frame.client_port), 0, 0, UINT16_MAX },
	{ "server",	TYPE_INLINE,	true, AT(frame.server), 0, 0, 45 },
	{ "server_port", TYPE_U16,	true, AT(frame.server_port), 0, 0, UINT16_MAX },
	{ "seq",	TYPE_U32,	true, AT(frame.seq), 0, 0, UINT32_MAX },
	{ "ack",	TYPE_U32,	true, AT(frame.ack), 0, 0, UINT32_MAX },
	{ "window",	TYPE_U32,	true, AT(frame.window), 0, 0, UINT32_MAX },
	{ "len",	TYPE_U32,	true, AT(frame.len), 0, 0, UINT32_MAX },
	{ "tsval",	TYPE_U32,	true, AT(frame.tsval), 0, 0, UINT32_MAX },
	{ "tsecr",	TYPE_U32,	true, AT(frame.tsecr), 0, 0, UINT32_MAX },
	{ "icmp",	TYPE_INLINE,	true, AT(frame.icmp), 0, 0, 23 },
};

enum { KEYS = sizeof(keys) / sizeof(keys[0]) };
_Static_assert(KEYS < 32, "the keys seen are kept in one word");
_Static_assert(sizeof(((struct frame_note *)0)->client) == 46 &&
	       sizeof(((struct frame_note *)0)->server) == 46 &&
	       sizeof(((struct frame_note *)0)->icmp) == 24, "the keys' bounds are one less");

static const char *const *words_of(enum type type)
{
	switch (type) {
	case TYPE_HOST:		return host_word;
	case TYPE_HEADING:	return heading_word;
	case TYPE_FATE:		return fate_name;
	case TYPE_KIND:		return kind_word;
	default:		return NULL;
	}
}

static int64_t get_number(const struct event *ev, const struct key *k)
{
	const char *p = (const char *)ev + k->offset;
	int64_t i64;
	uint32_t u32;
	uint16_t u16;
	int i;

	switch (k->type) {
	case TYPE_I64:
		memcpy(&i64, p, sizeof(i64));
		return i64;
	case TYPE_U32:
		memcpy(&u32, p, sizeof(u32));
		return u32;
	case TYPE_U16:
		memcpy(&u16, p, sizeof(u16));
		return u16;
	case TYPE_U8:
		return (uint8_t)*p;
	default:			/* an int, or an enum as wide as one */
		memcpy(&i, p, sizeof(i));
		return i;
	}
}
_Static_assert(sizeof(enum host) == sizeof(int) && sizeof(enum segment_kind) == sizeof(int) &&
	       sizeof(enum heading) == sizeof(int) && sizeof(enum frame_fate) == sizeof(int),
	       "enums are read and written as int");

static void put_number(struct event *ev, const struct key *k, int64_t value)
{
	char *p = (char *)ev + k->offset;
	const uint32_t u32 = (uint32_t)value;
	const uint16_t u16 = (uint16_t)value;
	const uint8_t u8 = (uint8_t)value;
	const int i = (int)value;

	switch (k->type) {
	case TYPE_I64:
		memcpy(p, &value, sizeof(value));
		return;
	case TYPE_U32:
		memcpy(p, &u32, sizeof(u32));
		return;
	case TYPE_U16:
		memcpy(p, &u16, sizeof(u16));
		return;
	case TYPE_U8:
		memcpy(p, &u8, sizeof(u8));
		return;
	default:
		memcpy(p, &i, sizeof(i));
	}
}

struct event event_of(enum event_kind kind, int64_t at_ns)
{
	return (struct event){
		.kind = kind, .at_ns = at_ns, .from_ns = INT64_MIN,
		.step = -1, .host = HOST_NONE, .conn = -1,
	};
}

size_t event_text_len(const struct event *ev)
{
	if (!ev->text)
		return 0;
	return ev->text_len ? ev->text_len : strlen(ev->text);
}

/* ----------------------------------------------------------------- writing */

static void add_escaped(const char *s, size_t len, struct buf *out)
{
	size_t plain = 0;

	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)s[i];

		if (c > ' ' && c < 0x7f && c != '%')
			continue;
		buf_add(out, s + plain, i - plain);
		buf_addf(out, "%%%02X", c);
		plain = i + 1;
	}
	buf_add(out, s + plain, len - plain);
}

static void write_name(const struct key *k, struct buf *out)
{
	buf_add(out, " ", 1);
	buf_adds(out, k->name);
	buf_add(out, "=", 1);
}

static void write_string(const struct key *k, const char *s, size_t len, struct buf *out)
{
	if (len > (size_t)k->high)
		len = (size_t)k->high;
	write_name(k, out);
	add_escaped(s, len, out);
}

static void write_key(const struct event *ev, const struct key *k, struct buf *out)
{
	const char *const *words = words_of(k->type);
	int64_t value;

	if (k->type == TYPE_INLINE) {
		const char *address = (const char *)ev + k->offset;

		write_string(k, address, strnlen(address, (size_t)k->high), out);
		return;
	}
	if (k->type == TYPE_WORD) {
		if (ev->word)
			write_string(k, ev->word, strlen(ev->word), out);
		return;
	}
	if (k->type == TYPE_TEXT) {
		if (ev->text)
			write_string(k, ev->text, event_text_len(ev), out);
		return;
	}
	value = get_number(ev, k);
	if (!k->frame && value == k->unsaid)
		return;
	if (value < k->low || value > k->high)
		return;
	write_name(k, out);
	if (words)
		buf_adds(out, words[value]);
	else
		buf_add_number(out, value);
}

static bool is_timestamp(const struct key *k)
{
	return k->offset == AT(frame.tsval) || k->offset == AT(frame.tsecr);
}

/* Whether a frame may do without */
static bool is_optional(const struct key *k, const struct frame_note *f)
{
	return is_timestamp(k) ? !f->has_ts : k->offset == AT(frame.icmp);
}

static bool said_by(const struct event *ev, const struct key *k)
{
	return k->type == TYPE_INLINE && ev->frame.icmp[0];
}

void event_write(const struct event *ev, struct buf *out)
{
	buf_add_number(out, ev->at_ns);
	buf_add(out, " ", 1);
	buf_adds(out, event_name[ev->kind]);
	for (size_t i = 0; i < KEYS; i++) {
		if (keys[i].frame && ev->kind != EVENT_FRAME)
			break;
		if (is_optional(&keys[i], &ev->frame) && !said_by(ev, &keys[i]))
			continue;
		write_key(ev, &keys[i], out);
	}
	buf_add(out, "\n", 1);
}

/* ----------------------------------------------------------------- reading */

/* Digits with at most a minus before them; nothing else, and no overflow */
static bool read_number(const char *s, size_t len, int64_t *value)
{
	const bool minus = len && s[0] == '-';
	uint64_t n = 0;

	s += minus;
	len -= minus;
	if (!len || len > 19)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(s[i] - '0');	/* 19 digits fit */
	}
	if (n > (uint64_t)INT64_MAX + minus)
		return false;
	*value = minus ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}

static bool is_word(const char *word, const char *s, size_t len)
{
	return len && word[0] == s[0] && strlen(word) == len && !memcmp(word, s, len);
}

static int read_choice(const char *const *words, size_t count, const char *s, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (is_word(words[i], s, len))
			return (int)i;
	return -1;
}

static bool read_string(const char *s, size_t len, const struct key *k, struct arena *a,
			struct event *ev)
{
	char *text = arena_get(a, len + 1);
	size_t n;

	if (!escape_undo(s, len, text, &n) || n > (size_t)k->high)
		return false;
	if (k->type != TYPE_TEXT && memchr(text, '\0', n))
		return false;
	if (k->type == TYPE_INLINE) {
		memcpy((char *)ev + k->offset, text, n + 1);
	} else if (k->type == TYPE_WORD) {
		ev->word = text;
	} else {
		ev->text = text;
		ev->text_len = n;
	}
	return true;
}

static bool read_value(const char *s, size_t len, const struct key *k, struct arena *a,
		       struct event *ev)
{
	const char *const *words = words_of(k->type);
	int64_t value;

	if (k->type == TYPE_WORD || k->type == TYPE_TEXT || k->type == TYPE_INLINE)
		return read_string(s, len, k, a, ev);
	if (words)
		value = read_choice(words, (size_t)k->high + 1, s, len);
	else if (!read_number(s, len, &value))
		return false;
	if (value < k->low || value > k->high)
		return false;
	put_number(ev, k, value);
	if (is_timestamp(k))
		ev->frame.has_ts = true;
	return true;
}

static bool read_pair(const char *s, size_t len, struct arena *a, struct event *ev,
		      uint32_t *said)
{
	const char *equals = memchr(s, '=', len);
	const size_t name_len = equals ? (size_t)(equals - s) : 0;

	for (size_t i = 0; equals && i < KEYS; i++) {
		if (!is_word(keys[i].name, s, name_len))
			continue;
		if (*said & 1u << i || (keys[i].frame && ev->kind != EVENT_FRAME))
			return false;
		*said |= 1u << i;
		return read_value(equals + 1, len - name_len - 1, &keys[i], a, ev);
	}
	return false;
}

/* The next word of a line: words are parted by exactly one space */
static bool next_word(const char **s, size_t *len, const char **word, size_t *word_len)
{
	const char *space;

	if (!*len)
		return false;
	space = memchr(*s, ' ', *len);
	*word = *s;
	*word_len = space ? (size_t)(space - *s) : *len;
	*s += *word_len + (space != NULL);
	*len -= *word_len + (space != NULL);
	return *word_len && !(space && !*len);
}

static bool frame_is_whole(uint32_t said, const struct event *ev)
{
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].frame && !(said & 1u << i) && !is_optional(&keys[i], &ev->frame))
			return false;
	return true;
}

bool event_read(const char *line, size_t len, struct arena *a, struct event *ev)
{
	const char *word;
	size_t word_len;
	uint32_t said = 0;
	int64_t at;
	int kind;

	if (len > EVENT_LINE_MOST)
		return false;
	if (!next_word(&line, &len, &word, &word_len) || !read_number(word, word_len, &at) ||
	    at < -EVENT_TIME_MOST || at > EVENT_TIME_MOST)
		return false;
	if (!next_word(&line, &len, &word, &word_len))
		return false;
	kind = read_choice(event_name, EVENT_KIND_COUNT, word, word_len);
	if (kind < 0)
		return false;
	*ev = event_of((enum event_kind)kind, at);
	while (len)
		if (!next_word(&line, &len, &word, &word_len) ||
		    !read_pair(word, word_len, a, ev, &said))
			return false;
	return kind != EVENT_FRAME || frame_is_whole(said, ev);
}

/* How many lines there are; one more than EVENTS_MOST at most */
static size_t count_lines(const char *text, size_t len)
{
	const char *end = text + len;
	size_t lines = 0;

	while (text < end && lines++ < EVENTS_MOST) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));

		text = newline ? newline + 1 : end;
	}
	return lines;
}

bool events_read(const char *text, size_t len, struct arena *a, struct events *out, int *bad_line)
{
	int line = 0;

	*out = (struct events){ 0 };
	*bad_line = 0;
	out->list = arena_get(a, count_lines(text, len) * sizeof(*out->list));
	while (len) {
		const char *end = memchr(text, '\n', len);
		const size_t line_len = end ? (size_t)(end - text) : len;

		line++;
		if (line_len) {
			if (out->count == EVENTS_MOST ||
			    !event_read(text, line_len, a, &out->list[out->count])) {
				*bad_line = line;
				return false;
			}
			out->count++;
		}
		text += line_len + (end != NULL);
		len -= line_len + (end != NULL);
	}
	return true;
}

const char *events_fault(int bad_line, struct arena *a)
{
	if (bad_line > EVENTS_MOST)
		return arena_printf(a, "line %d of its record cannot be read (there may be %d events)",
				    bad_line, EVENTS_MOST);
	return arena_printf(a, "line %d of its record cannot be read", bad_line);
}
