// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/event.h"
#include "runner/verdict.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void assert_same_string(const char *a, const char *b)
{
	if (!a || !b)
		assert_ptr_equal(a, b);
	else
		assert_string_equal(a, b);
}

static void assert_same(const struct event *a, const struct event *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(a->at_ns == b->at_ns && a->from_ns == b->from_ns && a->number == b->number);
	assert_int_equal(a->step, b->step);
	assert_int_equal(a->round, b->round);
	assert_int_equal(a->host, b->host);
	assert_int_equal(a->conn, b->conn);
	assert_same_string(a->word, b->word);
	assert_int_equal(event_text_len(a), event_text_len(b));
	assert_int_equal(!a->text, !b->text);
	if (a->text)
		assert_memory_equal(a->text, b->text, event_text_len(a));
	if (a->kind != EVENT_FRAME)
		return;
	assert_int_equal(a->frame.heading, b->frame.heading);
	assert_int_equal(a->frame.fate, b->frame.fate);
	assert_int_equal(a->frame.number, b->frame.number);
	assert_int_equal(a->frame.kind, b->frame.kind);
	assert_int_equal(a->frame.flags, b->frame.flags);
	assert_int_equal(a->frame.client_port, b->frame.client_port);
	assert_int_equal(a->frame.server_port, b->frame.server_port);
	assert_string_equal(a->frame.client, b->frame.client);
	assert_string_equal(a->frame.server, b->frame.server);
	assert_int_equal(a->frame.seq, b->frame.seq);
	assert_int_equal(a->frame.ack, b->frame.ack);
	assert_int_equal(a->frame.window, b->frame.window);
	assert_int_equal(a->frame.len, b->frame.len);
	assert_int_equal(a->frame.has_ts, b->frame.has_ts);
	assert_int_equal(a->frame.tsval, b->frame.tsval);
	assert_int_equal(a->frame.tsecr, b->frame.tsecr);
	assert_string_equal(a->frame.icmp, b->frame.icmp);
}

static void assert_comes_back(const struct event *ev)
{
	struct arena arena = { 0 };
	struct event back;
	autobuf line = { 0 };

	event_write(ev, &line);
	assert_int_equal(line.s[line.len - 1], '\n');
	assert_true(event_read(line.s, line.len - 1, &arena, &back));
	assert_same(ev, &back);
	arena_free(&arena);
}

static void every_kind_comes_back_as_it_was(void **state)
{
	(void)state;
	for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
		struct event ev = event_of((enum event_kind)kind, -kind * 1000000007LL);

		assert_comes_back(&ev);
		ev.from_ns = 17;
		ev.step = 999;
		ev.round = 99999;
		ev.host = (enum host)(kind % HOST_COUNT);
		ev.conn = kind;
		ev.number = kind - EVENT_NUMBER_MOST;
		ev.word = "FIN-WAIT-2";
		ev.text = "a b%c=\t\"\xff\n";
		ev.frame = (struct frame_note){
			.heading = HEADING_TO_CLIENT, .fate = FATE_MADE, .number = 12,
			.kind = SEGMENT_ODD, .flags = 0xff, .client_port = 65535,
			.server_port = 1, .client = "10.0.0.1", .server = "fe80::1%v0",
			.seq = 0xffffffffu, .ack = 1, .window = 65535, .len = 1448,
			.has_ts = kind % 2, .tsval = kind % 2 ? 0x80000000u : 0,
			.tsecr = kind % 2 ? 3 : 0,
		};
		assert_comes_back(&ev);
	}
}

static void each_fate_and_segment_kind_comes_back(void **state)
{
	(void)state;
	for (int i = 0; i < FATE_COUNT * SEGMENT_KIND_COUNT; i++) {
		struct event ev = event_of(EVENT_FRAME, 1);

		ev.frame.fate = (enum frame_fate)(i % FATE_COUNT);
		ev.frame.kind = (enum segment_kind)(i / FATE_COUNT);
		if (ev.frame.kind == SEGMENT_ICMP)
			strcpy(ev.frame.icmp, "port-unreachable");
		assert_comes_back(&ev);
	}
}

static void text_may_hold_any_byte(void **state)
{
	struct event ev = event_of(EVENT_RESULT, 0);
	char all[256];

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	ev.text = all;
	ev.text_len = sizeof(all);
	assert_comes_back(&ev);
	ev.text = "";
	ev.text_len = 0;
	assert_comes_back(&ev);
}

static void the_longest_event_still_is_a_line(void **state)
{
	static char text[EVENT_TEXT_MOST + 1], word[EVENT_WORD_MOST + 1];
	struct event ev = event_of(EVENT_FRAME, -EVENT_TIME_MOST);

	(void)state;
	memset(text, '\x01', EVENT_TEXT_MOST);
	memset(word, ' ', EVENT_WORD_MOST);
	ev.text = text;
	ev.word = word;
	assert_comes_back(&ev);
}

static void a_longer_text_is_cut(void **state)
{
	static char text[EVENT_TEXT_MOST + 2];
	struct event ev = event_of(EVENT_BROKEN, 0), back;
	struct arena arena = { 0 };
	autobuf line = { 0 };

	(void)state;
	memset(text, 'x', EVENT_TEXT_MOST + 1);
	ev.text = text;
	event_write(&ev, &line);
	assert_true(event_read(line.s, line.len - 1, &arena, &back));
	assert_int_equal(event_text_len(&back), EVENT_TEXT_MOST);
	arena_free(&arena);
}

static void a_line_says_only_what_is_not_usual(void **state)
{
	struct event ev = event_of(EVENT_STATE, 1500);
	autobuf line = { 0 };

	(void)state;
	ev.host = HOST_SERVER;
	ev.conn = 2;
	ev.word = "TIME-WAIT";
	ev.from_ns = 1000;
	event_write(&ev, &line);
	assert_string_equal(line.s, "1500 state from=1000 host=server conn=2 word=TIME-WAIT\n");
}

#define FRAME_LINE "5 frame no=1 way=client>server fate=passed kind=SYN flags=2 client=10.0.0.1 " \
	"client_port=40000 server=10.0.0.2 server_port=80 seq=1 ack=0 window=65535 len=0"

static const struct { const char *line; bool good; } lines[] = {
	{ "0 ready",					true },
	{ "-1152921504606846976 ready",			true },
	{ "1152921504606846976 ready",			true },
	{ "-1152921504606846977 ready",			false },
	{ "1152921504606846977 ready",			false },
	{ "0 ready from=-1152921504606846976",		true },
	{ "0 ready from=-1152921504606846977",		false },
	{ "0 ready from=-9223372036854775808",		false },
	{ "0 ready number=-4611686018427387903",	true },
	{ "0 ready number=4611686018427387904",		false },
	{ "0 ready round=2147483646",			true },
	{ "0 ready round=2147483647",			false },
	{ "-9223372036854775808 ready",			false },
	{ "9223372036854775807 ready",			false },
	{ "9223372036854775808 ready",			false },
	{ "-9223372036854775809 ready",			false },
	{ "99999999999999999999 ready",			false },
	{ "+1 ready",					false },
	{ "1.5 ready",					false },
	{ "- ready",					false },
	{ "",						false },
	{ " ",						false },
	{ "0",						false },
	{ "ready",					false },
	{ "0 Ready",					false },
	{ "0 read",					false },
	{ "0  ready",					false },
	{ " 0 ready",					false },
	{ "0 ready ",					false },
	{ "0 step step=0",				true },
	{ "0 step step=999",				true },
	{ "0 step step=1000",				false },
	{ "0 step step=-1",				false },
	{ "0 step step=",				false },
	{ "0 step step=0x1",				false },
	{ "0 step step=1 step=1",			false },
	{ "0 step  step=1",				false },
	{ "0 step round=2147483646",			true },
	{ "0 step round=2147483648",			false },
	{ "0 state conn=255",				true },
	{ "0 state conn=256",				false },
	{ "0 state host=client",			true },
	{ "0 state host=nobody",			false },
	{ "0 state host=",				false },
	{ "0 state =client",				false },
	{ "0 state client",				false },
	{ "0 state colour=red",				false },
	{ "0 state word=a%20b",				true },
	{ "0 state word=a%2",				false },
	{ "0 state word=a%",				false },
	{ "0 state word=a%zz",				false },
	{ "0 state word=a%2g",				false },
	{ "0 state word=a%00b",				false },
	{ "0 state text=a%00b",				true },
	{ "0 state word=\x80",				false },
	{ "0 state word=a\tb",				false },
	{ "0 state word=a\x1b[0m",			false },
	{ FRAME_LINE,					true },
	{ FRAME_LINE " tsval=1 tsecr=0",		true },
	{ FRAME_LINE " icmp=too-big",			true },
	{ FRAME_LINE " icmp=123456789012345678901234",	false },
	{ FRAME_LINE " tsval=1",			false },
	{ FRAME_LINE " tsecr=1",			false },
	{ "5 frame no=1",				false },
	{ "0 state seq=1",				false },
	{ "5 frame fate=eaten",				false },
	{ "5 frame client_port=65536",			false },
	{ "5 frame flags=256",				false },
	{ "5 frame seq=4294967296",			false },
	{ "5 frame client=123456789012345678901234567890123456789012345678", false },
};

static void a_hostile_line_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const size_t len = strlen(lines[i].line);
		char *copy = test_malloc(len ? len : 1);	/* no NUL to lean on */
		struct arena arena = { 0 };
		struct event ev;

		memcpy(copy, lines[i].line, len);
		if (event_read(copy, len, &arena, &ev) != lines[i].good)
			fail_msg("%s", lines[i].line);
		test_free(copy);
		arena_free(&arena);
	}
}

static void more_events_than_a_record_may_have_are_refused(void **state)
{
	static const char line[] = "0 end\n";
	const size_t len = sizeof(line) - 1;
	char *text = malloc((EVENTS_MOST + 1) * len);
	struct arena a = { 0 };
	struct events events;
	int bad_line;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i <= EVENTS_MOST; i++)
		memcpy(text + i * len, line, len);
	assert_true(events_read(text, EVENTS_MOST * len, &a, &events, &bad_line));
	assert_int_equal(events.count, EVENTS_MOST);
	arena_free(&a);
	assert_false(events_read(text, (EVENTS_MOST + 1) * len, &a, &events, &bad_line));
	assert_int_equal(bad_line, EVENTS_MOST + 1);
	assert_non_null(strstr(events_fault(bad_line, &a), "1048576 events"));
	arena_free(&a);
	free(text);
}

static void every_cut_of_a_line_is_survived(void **state)
{
	static const char line[] = FRAME_LINE " tsval=1 tsecr=2 word=a%20b text=%00";

	(void)state;
	for (size_t len = 0; len < sizeof(line) - 1; len++) {
		char *copy = test_malloc(len ? len : 1);
		struct arena arena = { 0 };
		struct event ev;

		memcpy(copy, line, len);
		event_read(copy, len, &arena, &ev);
		for (size_t i = 0; i < len; i++) {
			copy[i] ^= 0x15;
			event_read(copy, len, &arena, &ev);
			copy[i] ^= 0x15;
		}
		test_free(copy);
		arena_free(&arena);
	}
}

static void a_line_too_long_is_none(void **state)
{
	struct arena arena = { 0 };
	static char line[EVENT_LINE_MOST + 2];
	struct event ev;

	(void)state;
	memset(line, '0', sizeof(line) - 1);
	memcpy(line, "0 state text=", 13);
	assert_false(event_read(line, sizeof(line) - 1, &arena, &ev));
	assert_false(event_read(line, EVENT_TEXT_MOST + 14, &arena, &ev));
	assert_true(event_read(line, EVENT_TEXT_MOST + 13, &arena, &ev));
	arena_free(&arena);
}

static const struct { const char *text; size_t count; int bad; } records[] = {
	{ "",					0, 0 },
	{ "0 ready\n1 end\n",			2, 0 },
	{ "0 ready\n1 end",			2, 0 },
	{ "\n0 ready\n\n1 end\n\n",		2, 0 },
	{ "0 ready\n1 en",			1, 2 },
	{ "0 ready\r\n1 end\n",			0, 1 },
	{ "0 ready\n1 end\n2 nonsense\n3 end\n", 2, 3 },
};

static void a_record_ends_at_its_first_bad_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct arena arena = { 0 };
		struct events events;
		int bad;

		assert_int_equal(events_read(records[i].text, strlen(records[i].text), &arena,
					     &events, &bad), !records[i].bad);
		assert_int_equal(events.count, records[i].count);
		assert_int_equal(bad, records[i].bad);
		arena_free(&arena);
	}
}

static void every_verdict_has_a_name_and_a_colour(void **state)
{
	(void)state;
	for (int i = 0; i < VERDICT_COUNT; i++)
		assert_non_null(verdict_name[i]);
	assert_false(verdict_red(VERDICT_PASS));
	assert_false(verdict_red(VERDICT_SKIP));
	assert_false(verdict_red(VERDICT_TODO));
	assert_true(verdict_red(VERDICT_FAIL));
	assert_true(verdict_red(VERDICT_TODO_PASSED));
	assert_true(verdict_red(VERDICT_BROKEN));
	assert_true(verdict_red(VERDICT_TIMING));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_comes_back_as_it_was),
		cmocka_unit_test(each_fate_and_segment_kind_comes_back),
		cmocka_unit_test(text_may_hold_any_byte),
		cmocka_unit_test(the_longest_event_still_is_a_line),
		cmocka_unit_test(a_longer_text_is_cut),
		cmocka_unit_test(a_line_says_only_what_is_not_usual),
		cmocka_unit_test(a_hostile_line_is_none),
		cmocka_unit_test(more_events_than_a_record_may_have_are_refused),
		cmocka_unit_test(every_cut_of_a_line_is_survived),
		cmocka_unit_test(a_line_too_long_is_none),
		cmocka_unit_test(a_record_ends_at_its_first_bad_line),
		cmocka_unit_test(every_verdict_has_a_name_and_a_colour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
