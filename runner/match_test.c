// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/match.h"

#include "lib/arena.h"
#include "runner/facts.h"
#include "runner/track.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct event seen_of(const char *word, int64_t number, const char *text)
{
	struct event ev = event_of(EVENT_RESULT, 0);

	ev.word = word;
	ev.number = number;
	ev.text = text;
	return ev;
}

static const struct {
	struct outcome want;
	const char *word;
	int64_t number;
	const char *text;
	bool met;
} outcomes[] = {
	{ { .kind = OUTCOME_OK },					"ok", 0, NULL, true },
	{ { .kind = OUTCOME_OK },					"bytes", 7, NULL, true },
	{ { .kind = OUTCOME_OK },					"text", 1, "x", true },
	{ { .kind = OUTCOME_OK },					"EOF", 0, NULL, false },
	{ { .kind = OUTCOME_OK },					NULL, 0, NULL, false },
	{ { .kind = OUTCOME_ERRNO, .error = EPIPE },			"EPIPE", 0, "send", true },
	{ { .kind = OUTCOME_ERRNO, .error = EPIPE },			"EPIPE", 0, NULL, true },
	{ { .kind = OUTCOME_ERRNO, .error = EPIPE, .call = "send" },	"EPIPE", 0, "send", true },
	{ { .kind = OUTCOME_ERRNO, .error = EPIPE, .call = "send" },	"EPIPE", 0, "sendmsg", false },
	{ { .kind = OUTCOME_ERRNO, .error = EPIPE, .call = "send" },	"EPIPE", 0, NULL, false },
	{ { .kind = OUTCOME_ERRNO, .error = EPIPE },			"ECONNRESET", 0, NULL, false },
	{ { .kind = OUTCOME_ERRNO, .error = EPIPE },			"ok", 0, NULL, false },
	{ { .kind = OUTCOME_EOF },					"EOF", 0, NULL, true },
	{ { .kind = OUTCOME_EOF },					"text", 0, "", false },
	{ { .kind = OUTCOME_TEXT, .text = "old", .bytes = 3 },		"text", 3, "old", true },
	{ { .kind = OUTCOME_TEXT, .text = "old", .bytes = 3 },		"text", 3, "olD", false },
	{ { .kind = OUTCOME_TEXT, .text = "old", .bytes = 3 },		"text", 4, "oldx", false },
	{ { .kind = OUTCOME_TEXT, .text = "old", .bytes = 3 },		"text", 3, NULL, false },
	{ { .kind = OUTCOME_BYTES, .bytes = 3 },			"bytes", 3, NULL, true },
	{ { .kind = OUTCOME_BYTES, .bytes = 3 },			"text", 3, "abc", true },
	{ { .kind = OUTCOME_BYTES, .bytes = 3 },			"bytes", 2, NULL, false },
	{ { .kind = OUTCOME_BYTES, .bytes = 3 },			"ok", 3, NULL, false },
	{ { .kind = OUTCOME_OK },					"exit", 0, NULL, true },
	{ { .kind = OUTCOME_OK },					"exit", 1, NULL, false },
	{ { .kind = OUTCOME_OK },					"running", 0, NULL, false },
	{ { .kind = OUTCOME_EXIT, .error = 7 },				"exit", 7, NULL, true },
	{ { .kind = OUTCOME_EXIT, .error = 9 },				"signal", 9, NULL, false },
	{ { .kind = OUTCOME_SIGNAL, .error = 9 },			"signal", 9, NULL, true },
	{ { .kind = OUTCOME_SIGNAL, .error = 9 },			"signal", 15, NULL, false },
	{ { .kind = OUTCOME_UNKNOWN },					"ok", 0, NULL, false },
};

static void a_result_is_the_one_wanted_or_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++) {
		const struct event ev = seen_of(outcomes[i].word, outcomes[i].number, outcomes[i].text);

		if (match_outcome(&outcomes[i].want, &ev) != outcomes[i].met)
			fail_msg("row %zu", i);
	}
}

#define S 1000000000LL
static const struct {
	struct expectation x;
	const char *word;
	int64_t number;
	bool met;
} values[] = {
	{ { .look = LOOK_STATE, .state = STATE_NONE },			"NONE", 0, true },
	{ { .look = LOOK_STATE, .state = STATE_NONE },			"TIME-WAIT", 0, false },
	{ { .look = LOOK_STATE, .state = STATE_NONE, .unknown = true },	"NONE", 0, false },
	{ { .look = LOOK_STATE, .state = STATE_NONE },			NULL, 0, false },
	{ { .look = LOOK_TIMER, .low = 59 * S, .high = 60 * S },	"59s", 59 * S, true },
	{ { .look = LOOK_TIMER, .low = 59 * S, .high = 60 * S },	"60s", 60 * S + 1, false },
	{ { .look = LOOK_TIMER, .low = 59 * S, .high = 60 * S, .high_tick = true }, "62s", 62 * S, true },
	{ { .look = LOOK_TIMER, .low = 59 * S, .high = 60 * S, .high_tick = true }, "63s", 63 * S, false },
	{ { .look = LOOK_TIMER, .low = 59 * S, .high = 60 * S },	"none", -1, false },
	{ { .look = LOOK_TIMER, .low = -1, .high = -1 },		"none", -1, true },
	{ { .look = LOOK_TIMER, .low = 0, .high = 60 * S },		"none", -1, false },
	{ { .look = LOOK_ERROR, .error = 0 },				"ok", 0, true },
	{ { .look = LOOK_ERROR, .error = ECONNRESET },			"ECONNRESET", 0, true },
	{ { .look = LOOK_ERROR, .error = ECONNRESET },			"ok", 0, false },
	{ { .look = LOOK_SOCKETS, .low = 1, .high = 3 },		"3", 3, true },
	{ { .look = LOOK_SOCKETS, .low = 1, .high = 3 },		"4", 4, false },
	{ { .look = LOOK_COUNTER, .low = 1, .high = 1 },		"+1", 1, true },
	{ { .look = LOOK_COUNTER, .low = 1, .high = 1 },		"+0", 0, false },
	{ { .look = LOOK_PORT, .low = 40000, .high = 40000 },		"40000", 40000, true },
	{ { .look = LOOK_SYSCTL, .value = "1 2" },			"1 2", 0, true },
	{ { .look = LOOK_SYSCTL, .value = "1 2" },			"1", 0, false },
};

static void a_value_fits_or_does_not(void **state)
{
	const struct facts facts = { .hz = 250 };

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		const struct event ev = seen_of(values[i].word, values[i].number, NULL);

		if (match_value(&values[i].x, &ev, &facts) != values[i].met)
			fail_msg("row %zu", i);
	}
}

static const struct {
	struct pattern p;
	enum heading heading;
	enum segment_kind kind;
	unsigned int flags;
	bool met;
} kinds[] = {
	{ { .heading = HEADING_ANY, .kind = SEGMENT_ANY, .flags = 0xff }, HEADING_TO_CLIENT, SEGMENT_ICMP, 0, true },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ANY, .flags = 0xff }, HEADING_TO_CLIENT, SEGMENT_ACK, SEG_ACK, false },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ACK, .flags = 0xff }, HEADING_TO_SERVER, SEGMENT_ACK, SEG_ACK, true },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ACK, .flags = 0xff }, HEADING_TO_SERVER, SEGMENT_DATA, SEG_ACK | SEG_PSH, false },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ODD, .flags = 0xff }, HEADING_TO_SERVER, SEGMENT_ODD, 0, true },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ODD, .flags = SEG_SYN | SEG_FIN }, HEADING_TO_SERVER, SEGMENT_ODD, SEG_SYN | SEG_FIN, true },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ODD, .flags = SEG_SYN | SEG_FIN }, HEADING_TO_SERVER, SEGMENT_ODD, SEG_SYN | SEG_FIN | SEG_PSH, true },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ODD, .flags = SEG_SYN | SEG_FIN }, HEADING_TO_SERVER, SEGMENT_ODD, SEG_SYN | SEG_FIN | SEG_ACK, false },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ODD, .flags = SEG_FIN | SEG_PSH | SEG_URG }, HEADING_TO_SERVER, SEGMENT_ODD, SEG_FIN, false },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ODD, .flags = 0 }, HEADING_TO_SERVER, SEGMENT_ODD, 0, true },
	{ { .heading = HEADING_TO_SERVER, .kind = SEGMENT_ODD, .flags = 0 }, HEADING_TO_SERVER, SEGMENT_ICMP, 0, false },
};

static void a_kind_is_itself_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		const struct frame_note f = {
			.heading = kinds[i].heading, .kind = kinds[i].kind, .flags = (uint8_t)kinds[i].flags,
		};

		if (match_kind(&kinds[i].p, &f) != kinds[i].met)
			fail_msg("row %zu", i);
	}
}

static void a_part_is_compared_with_what_is_known(void **state)
{
	const struct trial t = { .name_count = 0 };
	struct track *k = track_new(&t);
	const struct frame_note f = {
		.seq = 5, .ack = 6, .window = 7, .len = 3, .flags = SEG_FIN | SEG_ACK,
		.icmp = "too-big",
	};
	const struct { struct pattern_part part; bool met; } parts[] = {
		{ { .part = PART_WINDOW, .value = { .literal = true, .offset = 7 } }, true },
		{ { .part = PART_WINDOW, .value = { .literal = true, .offset = 8 } }, false },
		{ { .part = PART_SEQ, .value = { .conn = -1, .field = FIELD_ISN } }, false },
		{ { .part = PART_TSVAL, .value = { .literal = true, .offset = 0 } }, false },
		{ { .part = PART_FLAGS, .text = "FIN+ACK", .len = 7 }, true },
		{ { .part = PART_FLAGS, .text = "FIN", .len = 3 }, false },
		{ { .part = PART_FLAGS, .text = "nonsense", .len = 8 }, false },
		{ { .part = PART_ICMP, .text = "too-big", .len = 7 }, true },
		{ { .part = PART_ICMP, .text = "time-exceeded", .len = 13 }, false },
		{ { .part = PART_DATA, .text = "abc", .len = 3 }, true },
		{ { .part = PART_DATA, .text = "abcd", .len = 4 }, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (match_part(&parts[i].part, &f, k, -1) != parts[i].met)
			fail_msg("row %zu", i);
	track_free(k);
}

/* ---------------------------------------------------- the wire's own doings */

enum { A, M };
static struct name names[] = {
	[A] = { "a", NAME_CONN, { 1, 1, 1 }, HOST_CLIENT, false },
	[M] = { "m", NAME_MARK, { 1, 1, 1 }, HOST_NONE, false },
};
static struct exchange_item items[] = {
	{ HEADING_TO_SERVER, SEGMENT_DATA, 0xff, { 1, 1, 1 } },
	{ HEADING_TO_CLIENT, SEGMENT_ACK, 0xff, { 1, 1, 1 } },
};
static struct step steps[] = {
	{ .verb = VERB_CONNECT, .host = HOST_CLIENT, .conn = A },
	{ .verb = VERB_WIRE_REPLAY, .host = HOST_NONE, .conn = A },
	{ .verb = VERB_WIRE_HOLD, .host = HOST_NONE, .conn = A },
	{ .verb = VERB_MARK, .host = HOST_NONE, .mark = M },
	{ .verb = VERB_EXPECT, .host = HOST_NONE, .conn = -1,
	  .expect = { .look = LOOK_EXCHANGE, .pattern.conn = A, .item = items, .items = 2 } },
	{ .verb = VERB_WIRE_DROP, .host = HOST_NONE, .conn = A, .wire.extent = EXTENT_ALL },
};
static const struct trial trial = {
	.names = names, .name_count = 2, .step = steps, .steps = 6,
};

#define PAIR	"0 pair conn=0 host=client step=0 text=c%201%20s%202\n"
#define F(way, kind, fate) "0 frame no=1 way=" way " fate=" fate " kind=" kind " flags=16 client=c client_port=1 " \
	"server=s server_port=2 seq=0 ack=0 window=0 len=0\n"
#define DATA(fate)	F("client>server", "DATA", fate)
#define ACK		F("server>client", "ACK", "passed")
#define BEGIN(n)	"0 step step=" n "\n"
#define DONE(n)		"0 done step=" n "\n"
#define TOOK		"0 wire step=2 word=matched number=1\n"
#define TOOK_OF_ALL(n)	"0 wire step=5 round=" n " word=matched number=1\n"

static const struct { const char *record; enum match_frames is; } exchanges[] = {
	{ BEGIN("0") PAIR DONE("0") BEGIN("4"),					MATCH_NOT_YET },
	{ BEGIN("0") PAIR DATA("passed") DONE("0") BEGIN("4"),			MATCH_NOT_YET },
	{ BEGIN("0") PAIR DATA("passed") DONE("0") BEGIN("4") ACK,		MATCH_MET },
	{ BEGIN("0") PAIR DATA("passed") DONE("0") BEGIN("4") ACK ACK,		MATCH_FAILED },
	{ BEGIN("0") PAIR ACK DONE("0") BEGIN("4") DATA("passed"),		MATCH_FAILED },
	{ BEGIN("0") DATA("passed") PAIR DONE("0") BEGIN("4") ACK,		MATCH_MET },
	{ DATA("passed") BEGIN("0") PAIR DATA("passed") DONE("0") BEGIN("4") ACK, MATCH_MET },
	{ BEGIN("0") PAIR DATA("dropped") DATA("passed") ACK DONE("0") BEGIN("4"), MATCH_MET },
	{ BEGIN("0") PAIR DATA("held") ACK DONE("0") BEGIN("4"),		MATCH_FAILED },
	{ BEGIN("0") PAIR DATA("delayed") DATA("released") ACK DONE("0") BEGIN("4"), MATCH_MET },
	{ BEGIN("0") PAIR DATA("passed") DATA("duplicate") ACK DONE("0") BEGIN("4"), MATCH_FAILED },
	{ BEGIN("0") PAIR ACK DONE("0") BEGIN("3") DONE("3") DATA("passed") ACK BEGIN("4"), MATCH_MET },
	{ BEGIN("0") PAIR ACK DONE("0") BEGIN("1") DATA("replayed") ACK DONE("1") BEGIN("4"), MATCH_MET },
	{ BEGIN("0") PAIR ACK DONE("0") BEGIN("1") DATA("made") ACK DONE("1") BEGIN("4"), MATCH_MET },
	{ BEGIN("0") PAIR ACK DONE("0") BEGIN("1") DONE("1") DATA("passed") ACK BEGIN("4"), MATCH_FAILED },
	{ BEGIN("0") PAIR ACK DATA("held") TOOK DATA("passed") ACK DONE("0") BEGIN("4"), MATCH_MET },
	{ BEGIN("0") PAIR DATA("passed") DATA("held") TOOK ACK DONE("0") BEGIN("4"), MATCH_FAILED },
	{ BEGIN("0") PAIR ACK DATA("dropped") TOOK_OF_ALL("0") DATA("passed") DATA("dropped") TOOK_OF_ALL("0")
	  ACK DONE("0") BEGIN("4"),						MATCH_MET },
	{ BEGIN("0") PAIR ACK DATA("dropped") TOOK_OF_ALL("0") ACK DATA("dropped") TOOK_OF_ALL("1")
	  DATA("passed") ACK DONE("0") BEGIN("4"),				MATCH_MET },
	{ BEGIN("4") ACK DONE("4") BEGIN("0") PAIR DATA("passed") ACK DONE("0") BEGIN("4"), MATCH_MET },
	{ BEGIN("0") PAIR ACK DONE("0") BEGIN("4") DONE("4") DATA("passed") ACK BEGIN("4"), MATCH_MET },
	{ BEGIN("0") DONE("0") BEGIN("4") DATA("passed") ACK,			MATCH_NOT_YET },
};

static void an_exchange_counts_what_was_delivered_since_it_began(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(exchanges) / sizeof(exchanges[0]); i++) {
		struct arena arena = { 0 };
		struct events events;
		int bad;

		assert_true(events_read(exchanges[i].record, strlen(exchanges[i].record), &arena,
					&events, &bad));
		if (match_frames(&trial, 4, &events) != exchanges[i].is)
			fail_msg("row %zu", i);
		arena_free(&arena);
	}
}

static void what_was_asked_is_written_as_the_file_would(void **state)
{
	struct pattern_part part[] = {
		{ .part = PART_SEQ, .value = { .conn = A, .host = HOST_SERVER, .field = FIELD_SND_NXT, .offset = -1 } },
		{ .part = PART_DATA, .text = "a\n\"\x01", .len = 4 },
	};
	const struct pattern p = {
		.heading = HEADING_TO_SERVER, .kind = SEGMENT_SYN, .flags = 0xff, .conn = A,
		.part = part, .parts = 2,
	};
	const struct expectation wait = {
		.look = LOOK_STATE, .state = STATE_NONE,
		.bound = { BOUND_BETWEEN, { 60 * S, false }, { 60 * S, true }, -1 },
	};
	struct arena arena = { 0 };

	(void)state;
	assert_string_equal(match_pattern_text(&trial, &p, &arena),
			    "client>server SYN of a with seq a.server.snd_nxt-1 data \"a\\n\\\"\\x01\"");
	assert_string_equal(match_expectation_text(&wait, &arena), "NONE between 60s and 60s+TICK");
	assert_string_equal(match_item_text(HEADING_TO_SERVER, SEGMENT_ODD, SEG_SYN | SEG_FIN, &arena), "SYN+FIN>");
	assert_string_equal(match_item_text(HEADING_TO_CLIENT, SEGMENT_SYN_ACK, 0xff, &arena), "<SYN-ACK");
	arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_result_is_the_one_wanted_or_is_not),
		cmocka_unit_test(a_value_fits_or_does_not),
		cmocka_unit_test(a_kind_is_itself_and_no_other),
		cmocka_unit_test(a_part_is_compared_with_what_is_known),
		cmocka_unit_test(an_exchange_counts_what_was_delivered_since_it_began),
		cmocka_unit_test(what_was_asked_is_written_as_the_file_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
