// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/track.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { A, B };
static struct name names[] = {
	[A] = { "a", NAME_CONN, { 1, 1, 1 }, HOST_CLIENT, false },
	[B] = { "b", NAME_CONN, { 1, 1, 1 }, HOST_CLIENT, false },
};
static struct step steps[] = {
	{ .verb = VERB_CONNECT, .host = HOST_CLIENT, .conn = A },
	{ .verb = VERB_CONNECT, .host = HOST_CLIENT, .conn = B },
};
static const struct trial trial = {
	.names = names, .name_count = 2, .step = steps, .steps = 2,
};

/* A segment in short: way, flags, seq, ack, len, fate, tsval, tsecr */
struct seg {
	char way;
	unsigned int flags;
	uint32_t seq, ack, len;
	enum frame_fate fate;
	uint32_t tsval, tsecr;
};

static void told(struct track *k, const struct seg *s)
{
	struct event ev = event_of(EVENT_FRAME, 0);

	ev.frame = (struct frame_note){
		.heading = s->way == '>' ? HEADING_TO_SERVER : HEADING_TO_CLIENT,
		.fate = s->fate, .flags = (uint8_t)s->flags, .seq = s->seq, .ack = s->ack,
		.len = s->len, .window = 1000 + s->len, .has_ts = s->tsval,
		.tsval = s->tsval, .tsecr = s->tsecr, .kind = s->flags == SEG_SYN ? SEGMENT_SYN : SEGMENT_ACK,
		.client_port = 40000, .server_port = 80, .client = "10.0.0.1", .server = "10.0.0.2",
	};
	track_event(k, &ev);
}

static void paired_from(struct track *k, int conn, int step, int round, enum host host, const char *text)
{
	struct event ev = event_of(EVENT_PAIR, 0);

	ev.conn = conn;
	ev.step = step;
	ev.round = round;
	ev.host = host;
	ev.text = text;
	track_event(k, &ev);
}

static void stepped(struct track *k, int step)
{
	struct event ev = event_of(EVENT_STEP, 0);

	ev.step = step;
	track_event(k, &ev);
}

static void paired(struct track *k, int conn, int round)
{
	stepped(k, conn);
	paired_from(k, conn, conn, round, HOST_CLIENT, "10.0.0.1 40000 10.0.0.2 80");
	paired_from(k, conn, conn, round, HOST_SERVER, "10.0.0.2 80 10.0.0.1 40000");
}

static uint32_t value(const struct track *k, int conn, enum host host, enum field field)
{
	uint32_t v = 0xdeadbeef;

	track_value(k, conn, host, field, &v);
	return v;
}

enum { UNKNOWN = 0xdeadbeef, SA = SEG_SYN | SEG_ACK, FA = SEG_FIN | SEG_ACK, K = SEG_ACK };

/* What the ends know after some segments: client's, then server's nxt, una, rcv */
static const struct {
	const char *what;
	struct seg seg[8];
	uint32_t client[3], server[3];
} rows[] = {
	{ "a SYN takes one", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 } },
	  { 101, 100, UNKNOWN }, { UNKNOWN, UNKNOWN, 101 } },
	{ "a SYN that is dropped was sent", { { '>', SEG_SYN, 100, 0, 0, FATE_DROPPED, 0, 0 } },
	  { 101, 100, UNKNOWN }, { UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "a handshake", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', K, 101, 501, 0, 0, 0, 0 } },
	  { 101, 101, 501 }, { 501, 501, 101 } },
	{ "numbers wrap", { { '>', SEG_SYN, 0xffffffff, 0, 0, 0, 0, 0 }, { '<', SA, 0xfffffffe, 0, 0, 0, 0, 0 }, { '>', K, 0, 0xffffffff, 5, 0, 0, 0 }, { '<', K, 0xffffffff, 5, 7, 0, 0, 0 } },
	  { 5, 5, 6 }, { 6, 0xffffffff, 5 } },
	{ "a hole is not received", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', K, 101, 501, 10, FATE_DROPPED, 0, 0 }, { '>', K, 111, 501, 10, 0, 0, 0 } },
	  { 121, 101, 501 }, { 501, 501, 101 } },
	{ "and is filled when the other says so", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', K, 101, 501, 10, FATE_DROPPED, 0, 0 }, { '>', K, 111, 501, 10, 0, 0, 0 }, { '>', K, 101, 501, 10, 0, 0, 0 }, { '<', K, 501, 121, 0, 0, 0, 0 } },
	  { 121, 121, 501 }, { 501, 501, 121 } },
	{ "a FIN takes one", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', FA, 101, 501, 3, 0, 0, 0 }, { '<', K, 501, 105, 0, 0, 0, 0 } },
	  { 105, 105, 501 }, { 501, 501, 105 } },
	{ "a held FIN was sent", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', FA, 101, 501, 0, FATE_HELD, 0, 0 } },
	  { 102, 101, 501 }, { 501, 500, 101 } },
	{ "and received when it is released", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', FA, 101, 501, 0, FATE_HELD, 0, 0 }, { '>', FA, 101, 501, 0, FATE_RELEASED, 0, 0 } },
	  { 102, 101, 501 }, { 501, 501, 102 } },
	{ "a RST moves nothing", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', SEG_RST, 9999, 0, 0, 0, 0, 0 } },
	  { 101, 101, 501 }, { 501, 500, 101 } },
	{ "an old ACK moves nothing", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', K, 777, 888, 0, 0, 0, 0 } },
	  { 101, 100, UNKNOWN }, { UNKNOWN, UNKNOWN, 101 } },
	{ "what is made or replayed was sent by nobody", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', K, 101, 501, 50, FATE_MADE, 0, 0 }, { '<', K, 501, 901, 9, FATE_REPLAYED, 0, 0 } },
	  { 101, 101, 501 }, { 501, 500, 101 } },
	{ "but shows where it was taken", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '>', K, 101, 501, 50, FATE_MADE, 0, 0 }, { '<', K, 501, 151, 0, 0, 0, 0 } },
	  { 101, 101, 501 }, { 501, 500, 151 } },
	{ "another SYN begins the end anew", { { '>', SEG_SYN, 100, 0, 0, 0, 0, 0 }, { '<', SA, 500, 101, 0, 0, 0, 0 }, { '<', SA, 90, 101, 0, 0, 0, 0 } },
	  { 101, 101, 91 }, { 91, 90, 101 } },
};

static void the_ends_know_what_they_sent_and_got(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		static const enum field fields[] = { FIELD_SND_NXT, FIELD_SND_UNA, FIELD_RCV_NXT };
		struct track *k = track_new(&trial);

		paired(k, A, 0);
		for (int s = 0; s < 8 && rows[i].seg[s].way; s++)
			told(k, &rows[i].seg[s]);
		for (int f = 0; f < 3; f++)
			if (value(k, A, HOST_CLIENT, fields[f]) != rows[i].client[f] ||
			    value(k, A, HOST_SERVER, fields[f]) != rows[i].server[f])
				fail_msg("%s: number %d: %u %u", rows[i].what, f,
					 value(k, A, HOST_CLIENT, fields[f]),
					 value(k, A, HOST_SERVER, fields[f]));
		track_free(k);
	}
}

static void timestamps_and_windows_are_the_last(void **state)
{
	struct track *k = track_new(&trial);

	(void)state;
	paired(k, A, 0);
	told(k, &(struct seg){ '>', SEG_SYN, 100, 0, 0, 0, 7, 0 });
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_TS), 7);
	assert_int_equal(value(k, A, HOST_SERVER, FIELD_TS_RECENT), 7);
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_TS_RECENT), UNKNOWN);
	told(k, &(struct seg){ '<', SA, 500, 101, 0, 0, 0xfffffff0, 7 });
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_TS_RECENT), 0xfffffff0);
	told(k, &(struct seg){ '>', K, 101, 501, 5, FATE_DROPPED, 9, 0xfffffff0 });
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_TS), 9);
	assert_int_equal(value(k, A, HOST_SERVER, FIELD_TS_RECENT), 7);
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_WINDOW), 1005);
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_ISN), 100);
	track_free(k);
}

static void an_older_connection_stands_still(void **state)
{
	struct track *k = track_new(&trial);
	struct frame_note f = {
		.client_port = 40000, .server_port = 80, .client = "10.0.0.1", .server = "10.0.0.2",
	};

	(void)state;
	assert_int_equal(track_find(k, &f), -1);
	paired(k, A, 0);
	assert_int_equal(track_find(k, &f), A);
	told(k, &(struct seg){ '>', SEG_SYN, 100, 0, 0, 0, 0, 0 });
	told(k, &(struct seg){ '<', SA, 500, 101, 0, 0, 0, 0 });
	paired(k, B, 0);
	assert_int_equal(track_find(k, &f), B);
	assert_int_equal(value(k, B, HOST_SERVER, FIELD_SND_NXT), UNKNOWN);
	told(k, &(struct seg){ '>', SEG_SYN, 9000, 0, 0, 0, 0, 0 });
	told(k, &(struct seg){ '<', K, 501, 101, 0, 0, 0, 0 });	/* the old TIME-WAIT answers */
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_SND_NXT), 101);
	assert_int_equal(value(k, A, HOST_SERVER, FIELD_SND_NXT), 501);
	assert_int_equal(value(k, B, HOST_CLIENT, FIELD_SND_NXT), 9001);
	assert_int_equal(value(k, B, HOST_SERVER, FIELD_SND_NXT), UNKNOWN);
	f.client_port++;
	assert_int_equal(track_find(k, &f), -1);
	track_free(k);
}

static void a_name_used_again_means_the_newest(void **state)
{
	struct track *k = track_new(&trial);

	(void)state;
	paired(k, A, 0);
	told(k, &(struct seg){ '>', SEG_SYN, 100, 0, 0, 0, 0, 0 });
	paired_from(k, A, 7, 0, HOST_SERVER, "10.0.0.2 80 10.0.0.1 40000");	/* accepted later */
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_ISN), 100);
	paired(k, A, 1);
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_ISN), UNKNOWN);
	told(k, &(struct seg){ '>', SEG_SYN, 300, 0, 0, 0, 0, 0 });
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_ISN), 300);
	track_free(k);
}

static void a_pair_told_after_its_syn_still_gets_it(void **state)
{
	struct track *k = track_new(&trial);

	(void)state;
	told(k, &(struct seg){ '<', K, 1, 1, 0, 0, 0, 0 });
	stepped(k, A);
	told(k, &(struct seg){ '>', SEG_SYN, 100, 0, 0, 0, 0, 0 });
	told(k, &(struct seg){ '<', SA, 500, 101, 0, 0, 0, 0 });
	paired_from(k, A, A, 0, HOST_CLIENT, "10.0.0.1 40000 10.0.0.2 80");
	assert_int_equal(value(k, A, HOST_CLIENT, FIELD_SND_NXT), 101);
	assert_int_equal(value(k, A, HOST_SERVER, FIELD_SND_NXT), 501);
	track_free(k);
}

static void an_expression_is_its_value_and_more(void **state)
{
	struct track *k = track_new(&trial);
	struct expr x = { .conn = -1, .host = HOST_CLIENT, .field = FIELD_ISN, .offset = -5 };
	uint32_t v = 0;

	(void)state;
	assert_false(track_expr(k, &x, A, &v));
	paired(k, A, 0);
	told(k, &(struct seg){ '>', SEG_SYN, 3, 0, 0, 0, 0, 0 });
	assert_true(track_expr(k, &x, A, &v));
	assert_int_equal(v, 0xfffffffe);
	assert_false(track_expr(k, &x, B, &v));
	assert_false(track_expr(k, &x, -1, &v));
	x.conn = A;
	assert_true(track_expr(k, &x, B, &v));
	x = (struct expr){ .literal = true, .offset = 42 };
	assert_true(track_expr(k, &x, -1, &v));
	assert_int_equal(v, 42);
	assert_false(track_value(k, 99, HOST_CLIENT, FIELD_ISN, &v));
	assert_false(track_value(k, A, HOST_NONE, FIELD_ISN, &v));
	track_free(k);
}

static const struct { const char *text; bool good; } pairs[] = {
	{ "10.0.0.1 40000 10.0.0.2 80",		true },
	{ "fd00::1 0 fd00::2 65535",		true },
	{ "::ffff:10.0.0.1 40000 ::ffff:10.0.0.2 80", true },
	{ "10.0.0.1 40000 10.0.0.2 65536",	false },
	{ "10.0.0.1 40000 10.0.0.2 -1",		false },
	{ "10.0.0.1 40000 10.0.0.2",		false },
	{ "10.0.0.1 40000 10.0.0.2 80 x",	false },
	{ "10.0.0.1  40000 10.0.0.2 80",	false },
	{ "1234567890123456789012345678901234567890123456 1 x 1", false },
	{ "",					false },
};

static void a_pair_is_two_addresses_and_two_ports(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct event ev = event_of(EVENT_PAIR, 0);
		struct track_pair pair;

		ev.text = pairs[i].text;
		if (track_pair_read(&ev, &pair) != pairs[i].good)
			fail_msg("%s", pairs[i].text);
		if (i == 2)
			assert_string_equal(pair.client, "10.0.0.1");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_ends_know_what_they_sent_and_got),
		cmocka_unit_test(timestamps_and_windows_are_the_last),
		cmocka_unit_test(an_older_connection_stands_still),
		cmocka_unit_test(a_name_used_again_means_the_newest),
		cmocka_unit_test(a_pair_told_after_its_syn_still_gets_it),
		cmocka_unit_test(an_expression_is_its_value_and_more),
		cmocka_unit_test(a_pair_is_two_addresses_and_two_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
