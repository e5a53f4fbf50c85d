// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/ladder.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct name names[] = { { "a", NAME_CONN, { 1, 1, 1 }, HOST_CLIENT, false } };
static struct line connect_line = { .text = "  client\tconnect   a to 8080", .len = 28 };
static struct step steps[] = {
	{ .verb = VERB_CONNECT, .host = HOST_CLIENT, .conn = 0, .at = { 3, 1, 6 }, .line = &connect_line },
	{ .verb = VERB_EXPECT, .host = HOST_CLIENT, .conn = 0, .at = { 4, 1, 6 } },
};
static const struct trial trial = { .names = names, .name_count = 1, .step = steps, .steps = 2 };

#define FRAME(ms, way, kind, flags, fate, rest) ms "000000 frame no=1 way=" way " fate=" fate " kind=" kind \
	" flags=" flags " client=c client_port=1 server=s server_port=2 window=0 " rest "\n"

static const char record[] =
	"0 try number=1 word=ipv4\n"
	"0 ready\n"
	"1000000 step step=0 host=client conn=0\n"
	"1000000 pair conn=0 host=client step=0 text=c%201%20s%202\n"
	"2000000 state host=client conn=0 word=SYN-SENT\n"
	FRAME("2", "client>server", "SYN", "2", "dropped", "seq=4294967295 ack=0 len=0")
	FRAME("3", "client>server", "SYN", "2", "passed", "seq=4294967295 ack=0 len=0")
	FRAME("3", "server>client", "SYN-ACK", "18", "passed", "seq=70 ack=0 len=0")
	FRAME("4", "server>client", "DATA", "24", "made", "seq=71 ack=0 len=9")
	"5000000 state host=server conn=0 word=ESTABLISHED\n"
	"5000000 result step=0 word=EPIPE text=connect\n"
	"5000000 done step=0\n"
	"6000000 step step=1\n"
	"7000000 look step=1 word=NONE\n"
	"8000000 done step=1\n"
	"9000000 state host=server conn=0 word=NONE\n";

static const char picture[] =
	"   time s  client                                                                 server\n"
	"   0.0010  -- line 3: client connect a to 8080\n"
	"   0.0020  SYN-SENT           |                                                |\n"
	"   0.0020                     |--- SYN 0 (dropped) -----------------------x    |\n"
	"   0.0030                     |--- SYN 0 ------------------------------------->|\n"
	"   0.0030                     |<-- SYN-ACK 0 ack 1 ----------------------------|\n"
	"   0.0040                     |<-- DATA 1 len 9 ack 1 (made) -------------*    |\n"
	"   0.0050                     |                                                |  ESTABLISHED\n"
	"   0.0050     => connect EPIPE\n"
	"   0.0060  >> line 4: client a\n"
	"   0.0070     saw NONE\n"
	"           (the record goes on)\n"
	"           expected  TIME-WAIT\n"
	"           seen      NONE\n";

static void draw(const char *text, const struct verdict *v, struct buf *out)
{
	struct arena arena = { 0 };
	struct events events;
	int bad;

	assert_true(events_read(text, strlen(text), &arena, &events, &bad));
	ladder_draw(&trial, &events, v, out);
	arena_free(&arena);
}

static void a_record_is_drawn_down_to_the_step_that_failed(void **state)
{
	const struct verdict v = {
		.kind = VERDICT_FAIL, .step = 1, .expected = "TIME-WAIT", .seen = "NONE",
	};
	autobuf out = { 0 };

	(void)state;
	draw(record, &v, &out);
	assert_string_equal(buf_text(&out), picture);
}

/* What came next belongs to it, what came long before does not */
static void around_the_failing_step_is_bounded_on_both_sides(void **state)
{
	const struct verdict v = { .kind = VERDICT_FAIL, .step = 1 };
	autobuf text = { 0 }, out = { 0 };
	struct arena arena = { 0 };
	struct events events;
	int bad, lines = 0;

	(void)state;
	buf_adds(&text, "0 ready\n");
	for (int i = 0; i < 100; i++)
		buf_adds(&text, "1000000 state host=client conn=0 word=SYN-SENT\n");
	buf_adds(&text, "6000000 step step=1\n8000000 done step=1\n");
	for (int i = 0; i < 100; i++)
		buf_adds(&text, "9000000 state host=server conn=0 word=LAST-ACK\n");
	buf_adds(&text, "9000000 step step=0\n");
	assert_true(events_read(buf_text(&text), text.len, &arena, &events, &bad));
	ladder_around(&trial, &events, &v, &out);
	for (size_t i = 0; i < out.len; i++)
		lines += out.s[i] == '\n';
	assert_int_equal(lines, LADDER_AROUND_MOST);
	assert_non_null(strstr(buf_text(&out), "lines before this are left out)"));
	assert_non_null(strstr(buf_text(&out), ">> line 4: client a\n   0.0090 "));
	assert_non_null(strstr(buf_text(&out), "LAST-ACK\n           (the record goes on)\n"));
	arena_free(&arena);
}

static void no_line_is_wider_and_no_byte_odd(void **state)
{
	autobuf text = { 0 }, out = { 0 };
	size_t width = 0, lines = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		buf_adds(&text, "1 kernel text=");
		for (int j = 0; j < 200; j++)
			buf_adds(&text, "%1B%FFx");
		buf_adds(&text, "\n1152921504606846976 frame no=1 way=client>server fate=made kind=ODD flags=255 "
			 "client=c client_port=1 server=s server_port=2 window=0 seq=4294967295 "
			 "ack=4294967295 len=4294967295 icmp=12345678901234567890123\n"
			 "-1152921504606846976 late from=1152921504606846976\n1 step step=900\n1 state conn=200\n");
	}
	draw(buf_text(&text), NULL, &out);
	for (size_t i = 0; i < out.len; i++) {
		assert_true(out.s[i] == '\n' || (out.s[i] >= ' ' && out.s[i] < 0x7f));
		width = out.s[i] == '\n' ? 0 : width + 1;
		lines += out.s[i] == '\n';
		assert_true(width <= LADDER_WIDTH);
	}
	assert_true(lines <= LADDER_LINES_MOST + 2);
}

static void an_empty_record_is_a_heading(void **state)
{
	autobuf out = { 0 };

	(void)state;
	draw("", NULL, &out);
	assert_non_null(strstr(buf_text(&out), "client"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_is_drawn_down_to_the_step_that_failed),
		cmocka_unit_test(around_the_failing_step_is_bounded_on_both_sides),
		cmocka_unit_test(no_line_is_wider_and_no_byte_odd),
		cmocka_unit_test(an_empty_record_is_a_heading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
