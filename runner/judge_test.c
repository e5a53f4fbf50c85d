// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/judge.h"

#include "lib/buf.h"
#include "runner/facts.h"
#include "runner/kept.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ----------------------------------------------------------------- trials */

enum { A, B, M, HELD };
static struct name names[] = {
	[A]	= { "a", NAME_CONN, { 1, 1, 1 }, HOST_CLIENT, false },
	[B]	= { "b", NAME_CONN, { 1, 1, 1 }, HOST_CLIENT, false },
	[M]	= { "m", NAME_MARK, { 1, 1, 1 }, HOST_NONE, false },
	[HELD]	= { "h", NAME_HELD, { 1, 1, 1 }, HOST_NONE, false },
};

#define NS_MS(n)	((n) * 1000000LL)
#define AT(n)		.at = { (n), 1, 6 }
#define ACT(v, h, c)	.verb = (v), .host = (h), .conn = (c)
#define WANT(...)	.want = { .at = { 9, 20, 2 }, __VA_ARGS__ }
#define LOOKS(v, h, c, ...) .verb = (v), .host = (h), .conn = (c), \
	.expect = { .at = { 9, 15, 9 }, __VA_ARGS__ }
#define EXPECT(h, c, ...) LOOKS(VERB_EXPECT, h, c, __VA_ARGS__)
#define NEVER(h, c, ...)  LOOKS(VERB_NEVER, h, c, __VA_ARGS__)
#define TIMEWAIT	.look = LOOK_STATE, .state = TCP_TIME_WAIT
#define NONE		.look = LOOK_STATE, .state = STATE_NONE
#define WITHIN(ms)	.bound = { .kind = BOUND_WITHIN, .high.ns = NS_MS(ms), .mark = -1 }
#define FOR(ms)		.bound = { .kind = BOUND_FOR, .high.ns = NS_MS(ms), .mark = -1 }
#define BETWEEN(lo, hi) .bound = { .kind = BOUND_BETWEEN, .low.ns = NS_MS(lo), .high.ns = NS_MS(hi), .mark = -1 }
#define BETWEEN_M(lo, hi) .bound = { .kind = BOUND_BETWEEN, .low.ns = NS_MS(lo), .high.ns = NS_MS(hi), .mark = M }
#define WIRE(way, k, c, ...) .look = LOOK_WIRE, .since = -1, .pattern = { .heading = (way), .kind = (k), .flags = 0xff, .conn = (c), __VA_ARGS__ }
#define TO_S HEADING_TO_SERVER
#define TO_C HEADING_TO_CLIENT

static struct exchange_item reopen[] = {
	{ TO_S, SEGMENT_SYN,	0xff, { 9, 30, 4 } },
	{ TO_C, SEGMENT_SYN_ACK, 0xff, { 9, 36, 8 } },
	{ TO_S, SEGMENT_ACK,	0xff, { 9, 46, 4 } },
};
#define EXCHANGE(c)	.look = LOOK_EXCHANGE, .pattern = { .conn = (c), .flags = 0xff }, .item = reopen, .items = 3

static struct pattern_part seq_of_a[] = {
	{ .part = PART_SEQ, .value = { .conn = A, .host = HOST_SERVER, .field = FIELD_SND_NXT, .offset = 65537 } },
};
static struct pattern_part data_old[] = {
	{ .part = PART_DATA, .text = "old", .len = 3 },
};

static struct step
refused[] =	{ { ACT(VERB_CONNECT, HOST_CLIENT, A), AT(9), WANT(.kind = OUTCOME_ERRNO, .error = EADDRINUSE, .call = "bind") } },
refused_any[] =	{ { ACT(VERB_CONNECT, HOST_CLIENT, A), AT(9), WANT(.kind = OUTCOME_ERRNO, .error = EADDRNOTAVAIL) } },
connects[] =	{ { ACT(VERB_CONNECT, HOST_CLIENT, A), AT(9), WANT(.kind = OUTCOME_OK) } },
started[] =	{ { ACT(VERB_CONNECT, HOST_CLIENT, A), AT(9), .start = true, WANT(.kind = OUTCOME_OK) } },
reads_eof[] =	{ { ACT(VERB_READ, HOST_SERVER, A), AT(9), WANT(.kind = OUTCOME_EOF) } },
reads_old[] =	{ { ACT(VERB_READ, HOST_SERVER, A), AT(9), WANT(.kind = OUTCOME_TEXT, .text = "old", .bytes = 3) } },
reads_100[] =	{ { ACT(VERB_READ, HOST_SERVER, A), AT(9), WANT(.kind = OUTCOME_BYTES, .bytes = 100) } },
asks[] =	{ { ACT(VERB_CONNECT, HOST_CLIENT, A), AT(9), WANT(.kind = OUTCOME_UNKNOWN, .column = 1) } },
asks_state[] =	{ { EXPECT(HOST_SERVER, A, .look = LOOK_STATE, .unknown = true, .column = 1), AT(9) } },
becomes[] =	{ { EXPECT(HOST_SERVER, A, TIMEWAIT), AT(9) } },
soon[] =	{ { EXPECT(HOST_SERVER, A, TIMEWAIT, WITHIN(100)), AT(9) } },
stays[] =	{ { EXPECT(HOST_SERVER, A, TIMEWAIT, FOR(100)), AT(9) } },
never[] =	{ { NEVER(HOST_SERVER, A, NONE, FOR(100)), AT(9) } },
timer[] =	{ { EXPECT(HOST_CLIENT, A, .look = LOOK_TIMER, .low = NS_MS(59700), .high = NS_MS(60000)), AT(9) } },
no_timer[] =	{ { EXPECT(HOST_CLIENT, A, .look = LOOK_TIMER, .low = -1, .high = -1), AT(9) } },
error[] =	{ { EXPECT(HOST_CLIENT, A, .look = LOOK_ERROR, .error = ECONNRESET), AT(9) } },
sockets[] =	{ { EXPECT(HOST_SERVER, -1, .look = LOOK_SOCKETS, .state = TCP_TIME_WAIT, .low = 1, .high = 1), AT(9) } },
sysctl[] =	{ { EXPECT(HOST_SERVER, -1, .look = LOOK_SYSCTL, .name = "net.ipv4.x", .value = "1 2"), AT(9) } },
expires[] =	{ { EXPECT(HOST_SERVER, A, NONE, BETWEEN(60000, 62000)), AT(9) } },
counter[] =	{ { EXPECT(HOST_CLIENT, -1, .look = LOOK_COUNTER, .name = "TcpX", .low = 1, .high = 1), AT(9) } },
counters[] =	{ { EXPECT(HOST_CLIENT, -1, .look = LOOK_COUNTER, .name = "TcpX", .low = 1, .high = 1), AT(9) },
		  { EXPECT(HOST_CLIENT, -1, .look = LOOK_COUNTER, .name = "TcpX", .low = 2, .high = 2), AT(10) } },
from_mark[] =	{ { ACT(VERB_MARK, HOST_NONE, -1), .mark = M, AT(8) },
		  { EXPECT(HOST_SERVER, A, NONE, BETWEEN_M(100, 200)), AT(9) } },
two_steps[] =	{ { ACT(VERB_CONNECT, HOST_CLIENT, A), AT(8), WANT(.kind = OUTCOME_OK) },
		  { EXPECT(HOST_SERVER, A, TIMEWAIT), AT(9) } },
twice[] =	{ { ACT(VERB_REPEAT, HOST_NONE, -1), .rounds = 2, .partner = 2, AT(7) },
		  { ACT(VERB_CONNECT, HOST_CLIENT, A), AT(8), WANT(.kind = OUTCOME_OK) },
		  { ACT(VERB_END, HOST_NONE, -1), .partner = 0, AT(9) } },
dropping[] =	{ { ACT(VERB_WIRE_DROP, HOST_NONE, -1), AT(9), .wire = { .what = { .heading = TO_S, .kind = SEGMENT_FIN, .flags = 0xff, .conn = -1 }, .held = -1 } } },
fin[] =		{ { EXPECT(HOST_NONE, -1, WIRE(TO_C, SEGMENT_FIN, A), WITHIN(300)), AT(9) } },
two_fins[] =	{ { EXPECT(HOST_NONE, -1, WIRE(TO_C, SEGMENT_FIN, A), WITHIN(300)), AT(9) },
		  { EXPECT(HOST_NONE, -1, WIRE(TO_C, SEGMENT_FIN, A), WITHIN(300)), AT(10) } },
no_rst[] =	{ { NEVER(HOST_NONE, -1, WIRE(TO_C, SEGMENT_RST, -1), FOR(100)), AT(9) } },
with_seq[] =	{ { EXPECT(HOST_NONE, -1, WIRE(TO_C, SEGMENT_SYN_ACK, B, .part = seq_of_a, .parts = 1)), AT(9) } },
with_data[] =	{ { EXPECT(HOST_NONE, -1, WIRE(TO_S, SEGMENT_DATA, A, .part = data_old, .parts = 1)), AT(9) } },
exchange[] =	{ { ACT(VERB_CONNECT, HOST_CLIENT, B), AT(8), WANT(.kind = OUTCOME_OK) },
		  { EXPECT(HOST_NONE, -1, EXCHANGE(B)), AT(9) } },
marked[] =	{ { ACT(VERB_CONNECT, HOST_CLIENT, A), AT(7), WANT(.kind = OUTCOME_OK) },
		  { ACT(VERB_MARK, HOST_NONE, -1), .mark = M, AT(8) },
		  { EXPECT(HOST_NONE, -1, EXCHANGE(A)), AT(9) } },
dropped[] =	{ { ACT(VERB_WIRE_DROP, HOST_NONE, -1), AT(7), .wire = { .what = { .heading = TO_S, .kind = SEGMENT_SYN, .flags = 0xff, .conn = B }, .held = -1 } },
		  { ACT(VERB_CONNECT, HOST_CLIENT, B), AT(8), WANT(.kind = OUTCOME_OK) },
		  { EXPECT(HOST_NONE, -1, EXCHANGE(B)), AT(9) } };

/* ---------------------------------------------------------------- records */

/* A step 0 that began at 1 ms, just when it was due; times are in ms where written with MS */
#define MS	"000000"
#define BEGIN(n, ms)	ms MS " step step=" n " from=" ms MS " number=20000000\n"
#define DONE(n, ms)	ms MS " done step=" n "\n"
#define ONE(what, ms)	"-5" MS " try number=1\n0 ready\n" BEGIN("0", "1") what DONE("0", ms) ms MS " end\n"
#define RESULT(n, ms, rest) ms MS " result step=" n " " rest "\n"
#define OK(n, b, d)	BEGIN(n, b) RESULT(n, b, "word=ok") DONE(n, d)
#define LOOK(from, ms, word) ms MS " look step=0 from=" from MS " word=" word "\n"
#define LOOK1(from, ms, word) ms MS " look step=1 from=" from MS " word=" word "\n"
#define NUMBER(from, ms, word, n) ms MS " look step=0 from=" from MS " word=" word " number=" n "\n"
#define STATE(from, ms, word) ms MS " state host=server conn=0 from=" from MS " word=" word "\n"
#define LATE(from, ms)	ms MS " late from=" from MS "\n"
#define PAIR(c)		"2" MS " pair conn=" c " host=client text=10.0.0.1%2040000%2010.0.0.2%208080\n"
#define FRAME(ms, no, way, kind, flags, rest) ms MS " frame no=" no " way=" way " kind=" kind \
	" flags=" flags " client=10.0.0.1 client_port=40000 server=10.0.0.2 server_port=8080" \
	" window=65535 " rest "\n"
#define PASSED(ms, no, way, kind, flags) FRAME(ms, no, way, kind, flags, "fate=passed seq=1 ack=1 len=0")
#define SYN_(ms, no)	FRAME(ms, no, "client>server", "SYN", "2", "fate=passed seq=100 ack=0 len=0")
#define SYNACK_(ms, no) FRAME(ms, no, "server>client", "SYN-ACK", "18", "fate=passed seq=500 ack=101 len=0")
#define ACK_(ms, no)	FRAME(ms, no, "client>server", "ACK", "16", "fate=passed seq=101 ack=501 len=0")
#define RST_(ms, no)	FRAME(ms, no, "server>client", "RST", "20", "fate=passed seq=0 ack=101 len=0")
#define FIN_(ms, no)	FRAME(ms, no, "server>client", "FIN", "17", "fate=passed seq=501 ack=101 len=0 conn=0")
#define OPENED(frames)	"0 ready\n" BEGIN("0", "1") PAIR("1") frames RESULT("0", "5", "word=ok") DONE("0", "6")
#define EXCHANGE_END	BEGIN("1", "6") "8" MS " look step=1 word=frames\n" DONE("1", "10") "10" MS " end\n"
#define LAST_END	BEGIN("1", "6") DONE("1", "1100") "1101" MS " end\n"

#define STEPS(s)	(s), sizeof(s) / sizeof((s)[0])

static const struct {
	struct step *step;
	size_t steps;
	const char *record;
	enum verdict_kind kind;
	const char *message;	/* NULL for a pass */
	const char *expected, *seen;
} rows[] = {
	/* calls */
	{ STEPS(connects), ONE(RESULT("0", "2", "word=ok"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(connects), ONE(RESULT("0", "2", "word=EADDRNOTAVAIL text=connect number=99"), "3"),
	  VERDICT_FAIL, "client connect a gave connect EADDRNOTAVAIL, not ok", "ok", "connect EADDRNOTAVAIL" },
	{ STEPS(connects), ONE(RESULT("0", "2", "word=EADDRNOTAVAIL text=connect number=99"), "3") "90" MS " skip text=option%20SO_X:%20ENOPROTOOPT\n",
	  VERDICT_FAIL, "client connect a gave connect EADDRNOTAVAIL, not ok", "ok", "connect EADDRNOTAVAIL" },
	{ STEPS(refused), ONE(RESULT("0", "2", "word=EADDRINUSE text=bind"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(refused), ONE(RESULT("0", "2", "word=EADDRINUSE text=connect"), "3"),
	  VERDICT_FAIL, "client connect a gave connect EADDRINUSE, not bind EADDRINUSE", "bind EADDRINUSE", "connect EADDRINUSE" },
	{ STEPS(refused), ONE(RESULT("0", "2", "word=EADDRINUSE"), "3"),
	  VERDICT_FAIL, "client connect a gave EADDRINUSE, not bind EADDRINUSE", "bind EADDRINUSE", "EADDRINUSE" },
	{ STEPS(refused), ONE(RESULT("0", "2", "word=ok"), "3"),
	  VERDICT_FAIL, "client connect a gave ok, not bind EADDRINUSE", "bind EADDRINUSE", "ok" },
	{ STEPS(refused_any), ONE(RESULT("0", "2", "word=EADDRNOTAVAIL text=connect"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(refused_any), ONE(RESULT("0", "2", "word=EADDRINUSE text=connect"), "3"),
	  VERDICT_FAIL, "client connect a gave connect EADDRINUSE, not EADDRNOTAVAIL", "EADDRNOTAVAIL", "connect EADDRINUSE" },
	{ STEPS(connects), ONE("", "3"), VERDICT_BROKEN, "the record has no result of client connect a", NULL, NULL },
	{ STEPS(started), ONE("", "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(reads_eof), ONE(RESULT("0", "2", "word=EOF"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(reads_eof), ONE(RESULT("0", "2", "word=text number=3 text=old"), "3"),
	  VERDICT_FAIL, "server read a gave \"old\", not EOF", "EOF", "\"old\"" },
	{ STEPS(reads_old), ONE(RESULT("0", "2", "word=text number=3 text=old"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(reads_old), ONE(RESULT("0", "2", "word=text number=4 text=old%00"), "3"),
	  VERDICT_FAIL, "server read a gave \"old\\x00\", not \"old\"", "\"old\"", "\"old\\x00\"" },
	{ STEPS(reads_old), ONE(RESULT("0", "2", "word=text number=2 text=ol"), "3"),
	  VERDICT_FAIL, "server read a gave \"ol\", not \"old\"", "\"old\"", "\"ol\"" },
	{ STEPS(reads_100), ONE(RESULT("0", "2", "word=bytes number=100"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(reads_100), ONE(RESULT("0", "2", "word=bytes number=99"), "3"),
	  VERDICT_FAIL, "server read a gave 99 bytes, not 100 bytes", "100 bytes", "99 bytes" },

	/* lateness */
	{ STEPS(connects), "0 ready\n21" MS " step step=0 from=1" MS " number=20" MS "\n" RESULT("0", "22", "word=ok") DONE("0", "23") "23" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(connects), "0 ready\n22" MS " step step=0 from=1" MS " number=20" MS "\n" RESULT("0", "22", "word=ok") DONE("0", "23") "23" MS " end\n",
	  VERDICT_TIMING, "client connect a began 21ms late, and 20ms are allowed", NULL, NULL },
	{ STEPS(connects), "0 ready\n22" MS " step step=0 from=1" MS " number=20" MS "\n" RESULT("0", "22", "word=EPIPE") DONE("0", "23") "23" MS " end\n",
	  VERDICT_TIMING, "client connect a began 21ms late, and 20ms are allowed", NULL, NULL },
	{ STEPS(connects), "0 ready\n22" MS " step step=0 from=1" MS " number=30" MS "\n" RESULT("0", "22", "word=ok") DONE("0", "23") "23" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(becomes), ONE(LOOK("1", "2", "NONE") LATE("3", "40") LOOK("2", "1001", "NONE"), "1002"),
	  VERDICT_TIMING, "a wait overslept by 37ms, so this says nothing: expected server a TIME-WAIT, saw NONE", "TIME-WAIT", "NONE" },
	{ STEPS(becomes), ONE(LOOK("1", "2", "NONE") "3" MS " late text=the%20wall%20clock%20was%20set\n" LOOK("2", "1001", "NONE"), "1002"),
	  VERDICT_TIMING, "the wall clock was set meanwhile, so this says nothing: expected server a TIME-WAIT, saw NONE", "TIME-WAIT", "NONE" },
	{ STEPS(becomes), ONE(LOOK("1", "2", "NONE") LATE("3", "40") LOOK("2", "41", "TIME-WAIT"), "42"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(two_steps), "0 ready\n" BEGIN("0", "1") LATE("2", "50") RESULT("0", "51", "word=ok") DONE("0", "52") BEGIN("1", "52") LOOK1("52", "53", "NONE") LOOK1("53", "1053", "NONE") DONE("1", "1054") "1054" MS " end\n",
	  VERDICT_TIMING, "a wait overslept by 48ms, so this says nothing: expected server a TIME-WAIT, saw NONE", "TIME-WAIT", "NONE" },
	{ STEPS(two_steps), "0 ready\n" BEGIN("0", "1") RESULT("0", "2", "word=EPIPE") DONE("0", "3") BEGIN("1", "3") LATE("5", "90") LOOK1("3", "91", "NONE") LOOK1("91", "1053", "NONE") DONE("1", "1054") "1054" MS " end\n",
	  VERDICT_FAIL, "client connect a gave EPIPE, not ok", "ok", "EPIPE" },
	{ STEPS(stays), ONE(LOOK("1", "2", "TIME-WAIT") LATE("10", "60") LOOK("60", "101", "TIME-WAIT"), "102"), VERDICT_PASS, NULL, NULL, NULL },

	/* an expectation with a bound */
	{ STEPS(becomes), ONE(LOOK("1", "2", "TIME-WAIT"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(becomes), ONE(LOOK("1", "2", "LAST-ACK") LOOK("2", "1001", "TIME-WAIT"), "1002"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(becomes), ONE(LOOK("1", "2", "LAST-ACK") LOOK("1000", "1001", "LAST-ACK"), "1002"),
	  VERDICT_FAIL, "expected server a TIME-WAIT, saw LAST-ACK", "TIME-WAIT", "LAST-ACK" },
	{ STEPS(becomes), ONE(LOOK("1", "2", "LAST-ACK") LOOK("1000", "1000", "LAST-ACK"), "1002"),
	  VERDICT_TIMING, "expected server a TIME-WAIT, saw LAST-ACK: it was watched for 999ms only", "TIME-WAIT", "LAST-ACK" },
	{ STEPS(becomes), ONE("", "3"), VERDICT_BROKEN, "expected server a TIME-WAIT: the record has no look of it", "TIME-WAIT", NULL },
	{ STEPS(soon), ONE(LOOK("1", "2", "NONE") LOOK("95", "101", "TIME-WAIT"), "102"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(soon), ONE(LOOK("1", "2", "NONE") LOOK("95", "102", "TIME-WAIT"), "102"),
	  VERDICT_TIMING, "expected server a TIME-WAIT within 100ms, saw TIME-WAIT: that came between 94ms and 101ms, and the bound ended at 100ms", "TIME-WAIT within 100ms", "TIME-WAIT" },
	{ STEPS(soon), ONE(LOOK("1", "2", "NONE") LOOK("101", "102", "TIME-WAIT"), "102"),
	  VERDICT_FAIL, "expected server a TIME-WAIT within 100ms, saw NONE: it came later, after 101ms", "TIME-WAIT within 100ms", "NONE" },
	{ STEPS(soon), ONE(LOOK("1", "150", "TIME-WAIT"), "151"),
	  VERDICT_TIMING, "expected server a TIME-WAIT within 100ms, saw TIME-WAIT: that came between 0s and 149ms, and the bound ended at 100ms", "TIME-WAIT within 100ms", "TIME-WAIT" },

	/* one that must hold */
	{ STEPS(stays), ONE(LOOK("1", "2", "TIME-WAIT") LOOK("100", "101", "TIME-WAIT"), "102"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(stays), ONE(LOOK("1", "2", "NONE"), "3"),
	  VERDICT_FAIL, "expected server a TIME-WAIT for 100ms, saw NONE: after 1ms", "TIME-WAIT for 100ms", "NONE" },
	{ STEPS(stays), ONE(LOOK("1", "2", "TIME-WAIT") LOOK("40", "45", "NONE"), "46"),
	  VERDICT_FAIL, "expected server a TIME-WAIT for 100ms, saw NONE: after 44ms", "TIME-WAIT for 100ms", "NONE" },
	{ STEPS(stays), ONE(LOOK("1", "2", "TIME-WAIT") LOOK("98", "104", "NONE"), "105"),
	  VERDICT_TIMING, "expected server a TIME-WAIT for 100ms, saw NONE: that came between 97ms and 103ms, and the bound ended at 100ms", "TIME-WAIT for 100ms", "NONE" },
	{ STEPS(stays), ONE(LOOK("1", "2", "TIME-WAIT") LOOK("101", "104", "NONE"), "105"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(stays), ONE(LOOK("1", "2", "TIME-WAIT"), "90"),
	  VERDICT_TIMING, "expected server a TIME-WAIT for 100ms, saw TIME-WAIT: it was watched for 1ms only", "TIME-WAIT for 100ms", "TIME-WAIT" },
	{ STEPS(never), ONE(LOOK("1", "2", "TIME-WAIT") LOOK("100", "101", "TIME-WAIT"), "102"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(never), ONE(LOOK("1", "2", "TIME-WAIT") LOOK("30", "33", "NONE"), "34"),
	  VERDICT_FAIL, "never server a NONE for 100ms, saw NONE: after 32ms", "never NONE for 100ms", "NONE" },
	{ STEPS(never), ONE(LOOK("1", "2", "TIME-WAIT") LOOK("30", "133", "NONE"), "134"),
	  VERDICT_TIMING, "never server a NONE for 100ms, saw NONE: that came between 29ms and 132ms, and the bound ended at 100ms", "never NONE for 100ms", "NONE" },
	{ STEPS(never), ONE(LOOK("1", "2", "TIME-WAIT"), "34"),
	  VERDICT_TIMING, "never server a NONE for 100ms, saw TIME-WAIT: it was watched for 1ms only", "never NONE for 100ms", "TIME-WAIT" },

	/* timers, errors, sockets, settings */
	{ STEPS(timer), ONE(NUMBER("1", "2", "59.98s", "59980" MS), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(timer), ONE(NUMBER("1", "2", "58.9s", "58900" MS) NUMBER("80", "150", "59.95s", "59950" MS), "151"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(timer), ONE(NUMBER("1", "2", "59.4s", "59400" MS) NUMBER("2", "1001", "58.4s", "58400" MS), "1002"),
	  VERDICT_FAIL, "expected client a timer between 59.7s and 60s, saw 58.4s", "between 59.7s and 60s", "58.4s" },
	{ STEPS(timer), ONE(NUMBER("1", "2", "none", "-1") NUMBER("2", "1001", "none", "-1"), "1002"),
	  VERDICT_FAIL, "expected client a timer between 59.7s and 60s, saw none", "between 59.7s and 60s", "none" },
	{ STEPS(no_timer), ONE(NUMBER("1", "2", "none", "-1"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(no_timer), ONE(NUMBER("1", "2", "0s", "0") NUMBER("2", "1001", "0s", "0"), "1002"),
	  VERDICT_FAIL, "expected client a timer none, saw 0s", "none", "0s" },
	{ STEPS(error), ONE(NUMBER("1", "2", "ok", "0") NUMBER("2", "9", "ECONNRESET", "104"), "9"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(error), ONE(NUMBER("1", "2", "EPIPE", "32") NUMBER("2", "1001", "EPIPE", "32"), "1002"),
	  VERDICT_FAIL, "expected client a error ECONNRESET, saw EPIPE", "ECONNRESET", "EPIPE" },
	{ STEPS(sockets), ONE(NUMBER("1", "2", "1", "1"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(sockets), ONE(NUMBER("1", "2", "20", "20") NUMBER("2", "1002", "20", "20"), "1003"),
	  VERDICT_FAIL, "expected server sockets TIME-WAIT 1, saw 20", "1", "20" },
	{ STEPS(sysctl), ONE(LOOK("1", "2", "1%202"), "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(sysctl), ONE(LOOK("1", "2", "1%203") LOOK("1", "1002", "1%203"), "1003"),
	  VERDICT_FAIL, "expected server sysctl net.ipv4.x 1 2, saw 1 3", "1 2", "1 3" },

	/* between */
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") LOOK("1", "2", "TIME-WAIT") LOOK("60495", "60500", "NONE") DONE("0", "60501") "60501" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") LOOK("1", "2", "TIME-WAIT") LOOK("29995", "30001", "NONE") DONE("0", "60501") "60501" MS " end\n",
	  VERDICT_FAIL, "expected server a NONE between 60s and 62s, saw NONE: too early, after 30s", "NONE between 60s and 62s", "NONE" },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") LOOK("1", "2", "TIME-WAIT") LOOK("59995", "60000", "NONE") DONE("0", "60501") "60501" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") LOOK("1", "2", "TIME-WAIT") LOOK("59980", "60040", "NONE") DONE("0", "60501") "60501" MS " end\n",
	  VERDICT_TIMING, "expected server a NONE between 60s and 62s, saw NONE: seen to happen only between 59.98s and 60.04s", "NONE between 60s and 62s", "NONE" },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") LOOK("1", "2", "TIME-WAIT") LOOK("50000", "61000", "NONE") DONE("0", "61001") "61001" MS " end\n",
	  VERDICT_TIMING, "expected server a NONE between 60s and 62s, saw NONE: seen to happen only between 50s and 61s", "NONE between 60s and 62s", "NONE" },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") LOOK("1", "2", "TIME-WAIT") LOOK("62020", "62025", "NONE") DONE("0", "62030") "62030" MS " end\n",
	  VERDICT_FAIL, "expected server a NONE between 60s and 62s, saw NONE: too late, after 62.02s", "NONE between 60s and 62s", "NONE" },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") LOOK("1", "2", "TIME-WAIT") LOOK("62040", "62050", "TIME-WAIT") DONE("0", "62060") "62060" MS " end\n",
	  VERDICT_FAIL, "expected server a NONE between 60s and 62s, saw TIME-WAIT", "NONE between 60s and 62s", "TIME-WAIT" },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") LOOK("1", "2", "TIME-WAIT") LOOK("50040", "61000", "TIME-WAIT") DONE("0", "62060") "62060" MS " end\n",
	  VERDICT_TIMING, "expected server a NONE between 60s and 62s, saw TIME-WAIT: it was watched for 61s only", "NONE between 60s and 62s", "TIME-WAIT" },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "NONE") BEGIN("0", "1") LOOK("1", "2", "NONE") DONE("0", "3") "3" MS " end\n",
	  VERDICT_FAIL, "expected server a NONE between 60s and 62s, saw NONE: it was so already when the step began", "NONE between 60s and 62s", "NONE" },
	{ STEPS(expires), "0 ready\n" STATE("0", "1", "TIME-WAIT") BEGIN("0", "1") STATE("0", "2", "NONE") LOOK("1", "2", "NONE") DONE("0", "3") "3" MS " end\n",
	  VERDICT_FAIL, "expected server a NONE between 60s and 62s, saw NONE: too early, after 2ms", "NONE between 60s and 62s", "NONE" },
	{ STEPS(expires), ONE(LOOK("1", "2", "NONE"), "3"),
	  VERDICT_BROKEN, "expected server a NONE between 60s and 62s: the record does not tell since when", "NONE between 60s and 62s", NULL },
	{ STEPS(from_mark), "0 ready\n" BEGIN("0", "1") DONE("0", "5") BEGIN("1", "5") LOOK1("5", "6", "TIME-WAIT") LOOK1("148", "150", "NONE") DONE("1", "151") "151" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(from_mark), "0 ready\n" BEGIN("0", "1") DONE("0", "5") STATE("120", "125", "NONE") "300" MS " step step=1\n" LOOK1("300", "301", "NONE") DONE("1", "302") "302" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(from_mark), "0 ready\n" BEGIN("0", "1") DONE("0", "5") STATE("20", "25", "NONE") "300" MS " step step=1\n" LOOK1("300", "301", "NONE") DONE("1", "302") "302" MS " end\n",
	  VERDICT_FAIL, "expected server a NONE between 100ms and 200ms from m, saw NONE: too early, after 24ms", "NONE between 100ms and 200ms from m", "NONE" },

	/* counters */
	{ STEPS(counter), "0 ready\n" BEGIN("0", "1") NUMBER("1", "2", "+1", "1") DONE("0", "3") "4" MS " counter step=0 word=TcpX number=1\n4" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(counter), "0 ready\n" BEGIN("0", "1") NUMBER("1", "2", "+1", "1") DONE("0", "3") "4" MS " counter step=0 word=TcpX number=2\n4" MS " end\n",
	  VERDICT_FAIL, "client counter TcpX stood at +2 when the trial ended, not at +1", "+1", "+2" },
	{ STEPS(counter), "0 ready\n" BEGIN("0", "1") NUMBER("1", "2", "+1", "1") DONE("0", "3") "4" MS " end\n",
	  VERDICT_BROKEN, "the record does not tell the end of client counter TcpX", NULL, NULL },
	{ STEPS(counter), ONE(NUMBER("1", "2", "+0", "0") NUMBER("2", "1003", "+0", "0"), "1003"),
	  VERDICT_FAIL, "expected client counter TcpX +1, saw +0", "+1", "+0" },
	{ STEPS(counters), "0 ready\n" BEGIN("0", "1") NUMBER("1", "2", "+1", "1") DONE("0", "3") BEGIN("1", "3") "4" MS " look step=1 word=+2 number=2\n" DONE("1", "4")
	  "4" MS " counter step=0 word=TcpX number=2\n4" MS " counter step=1 word=TcpX number=2\n4" MS " end\n", VERDICT_PASS, NULL, NULL, NULL },

	/* frames */
	{ STEPS(fin), ONE(FIN_("200", "1"), "201"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(fin), ONE(FIN_("302", "1"), "303"),
	  VERDICT_FAIL, "expected wire server>client FIN of a within 300ms, saw <FIN: after 301ms", "server>client FIN of a within 300ms", "<FIN" },
	{ STEPS(fin), ONE(ACK_("20", "1"), "303"),
	  VERDICT_FAIL, "expected wire server>client FIN of a within 300ms, saw ACK>", "server>client FIN of a within 300ms", "ACK>" },
	{ STEPS(fin), ONE("", "303"),
	  VERDICT_FAIL, "expected wire server>client FIN of a within 300ms, saw no segment", "server>client FIN of a within 300ms", "no segment" },
	{ STEPS(fin), ONE("", "103"),
	  VERDICT_TIMING, "expected wire server>client FIN of a within 300ms, saw no segment: it was watched for 102ms only", "server>client FIN of a within 300ms", "no segment" },
	{ STEPS(fin), ONE(FRAME("5", "1", "server>client", "FIN", "17", "fate=dropped seq=1 ack=1 len=0 conn=0"), "6"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(fin), ONE(FRAME("5", "1", "server>client", "FIN", "17", "fate=passed seq=1 ack=1 len=0 conn=1"), "302"),
	  VERDICT_FAIL, "expected wire server>client FIN of a within 300ms, saw <FIN", "server>client FIN of a within 300ms", "<FIN" },
	{ STEPS(two_fins), "0 ready\n" BEGIN("0", "1") FIN_("200", "1") FIN_("201", "2") DONE("0", "210") BEGIN("1", "210") DONE("1", "211") "212" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(two_fins), "0 ready\n" BEGIN("0", "1") FIN_("200", "1") DONE("0", "210") BEGIN("1", "210") DONE("1", "511") "512" MS " end\n",
	  VERDICT_FAIL, "expected wire server>client FIN of a within 300ms, saw no segment: one of the kind came 10ms before, but the step before had not ended then", "server>client FIN of a within 300ms", "no segment" },
	{ STEPS(no_rst), ONE("", "101"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(no_rst), ONE("", "100"),
	  VERDICT_TIMING, "never wire server>client RST for 100ms: it was watched for 99ms only", "never server>client RST for 100ms", NULL },
	{ STEPS(no_rst), ONE(RST_("36", "1"), "101"),
	  VERDICT_FAIL, "never wire server>client RST for 100ms, saw <RST: after 35ms", "never server>client RST for 100ms", "<RST" },
	{ STEPS(no_rst), ONE(RST_("102", "1"), "103"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(with_seq), "0 ready\n" PAIR("0") SYN_("0", "1") SYNACK_("0", "2") PAIR("1") BEGIN("0", "1") FRAME("3", "3", "server>client", "SYN-ACK", "18", "fate=passed seq=66038 ack=1 len=0") DONE("0", "4") "4" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(with_seq), "0 ready\n" PAIR("0") SYN_("0", "1") SYNACK_("0", "2") PAIR("1") BEGIN("0", "1") FRAME("3", "3", "server>client", "SYN-ACK", "18", "fate=passed seq=502 ack=1 len=0") DONE("0", "1004") "1004" MS " end\n",
	  VERDICT_FAIL, "expected wire server>client SYN-ACK of b with seq a.server.snd_nxt+65537, saw server>client SYN-ACK of b with seq a.server.snd_nxt+1",
	  "server>client SYN-ACK of b with seq a.server.snd_nxt+65537", "server>client SYN-ACK of b with seq a.server.snd_nxt+1" },
	{ STEPS(with_data), ONE(FRAME("3", "3", "client>server", "DATA", "24", "fate=passed seq=1 ack=1 len=3 conn=0 text=old"), "4"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(with_data), ONE(FRAME("3", "3", "client>server", "DATA", "24", "fate=passed seq=1 ack=1 len=3 conn=0 text=new"), "1004"),
	  VERDICT_FAIL, "expected wire client>server DATA of a with data \"old\", saw client>server DATA of a with data \"new\"",
	  "client>server DATA of a with data \"old\"", "client>server DATA of a with data \"new\"" },

	/* exchanges */
	{ STEPS(exchange), OPENED(SYN_("3", "1") SYNACK_("3", "2") ACK_("4", "3")) EXCHANGE_END, VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(exchange), OPENED(SYN_("3", "1") RST_("3", "2")) EXCHANGE_END,
	  VERDICT_FAIL, "expected exchange of b SYN>  <SYN-ACK  ACK>, saw SYN>  <RST: segment 2 differs", "SYN>  <SYN-ACK  ACK>", "SYN>  <RST" },
	{ STEPS(exchange), OPENED(SYN_("3", "1") SYNACK_("3", "2")) LAST_END,
	  VERDICT_FAIL, "expected exchange of b SYN>  <SYN-ACK  ACK>, saw SYN>  <SYN-ACK: segment 3 is missing", "SYN>  <SYN-ACK  ACK>", "SYN>  <SYN-ACK" },
	{ STEPS(exchange), OPENED(SYN_("3", "1") SYNACK_("3", "2")) EXCHANGE_END,
	  VERDICT_TIMING, "expected exchange of b SYN>  <SYN-ACK  ACK>, saw SYN>  <SYN-ACK: it was watched for 4ms only", "SYN>  <SYN-ACK  ACK>", "SYN>  <SYN-ACK" },
	{ STEPS(exchange), OPENED(SYN_("3", "1") SYNACK_("3", "2") ACK_("4", "3") RST_("5", "4")) EXCHANGE_END,
	  VERDICT_FAIL, "expected exchange of b SYN>  <SYN-ACK  ACK>, saw SYN>  <SYN-ACK  ACK>  <RST: it went on", "SYN>  <SYN-ACK  ACK>", "SYN>  <SYN-ACK  ACK>  <RST" },
	{ STEPS(exchange), OPENED(SYN_("3", "1") RST_("3", "2") SYN_("3", "3") SYNACK_("3", "4") ACK_("4", "5")) EXCHANGE_END,
	  VERDICT_FAIL, "expected exchange of b SYN>  <SYN-ACK  ACK>, saw SYN>  <RST  SYN>  <SYN-ACK  ACK>: segment 2 differs", "SYN>  <SYN-ACK  ACK>", "SYN>  <RST      SYN>  <SYN-ACK  ACK>" },
	{ STEPS(exchange), OPENED("") LAST_END,
	  VERDICT_FAIL, "expected exchange of b SYN>  <SYN-ACK  ACK>, saw no segment: segment 1 is missing", "SYN>  <SYN-ACK  ACK>", "no segment" },
	{ STEPS(marked), "0 ready\n" BEGIN("0", "1") PAIR("0") RST_("2", "1") RESULT("0", "2", "word=ok") DONE("0", "3") BEGIN("1", "3") DONE("1", "3") SYN_("4", "2") BEGIN("2", "4") SYNACK_("5", "3") ACK_("5", "4") DONE("2", "6") "6" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(dropped), "0 ready\n" BEGIN("0", "1") DONE("0", "1") BEGIN("1", "1") PAIR("1")
	  FRAME("2", "1", "client>server", "SYN", "2", "fate=dropped seq=100 ack=0 len=0") "2" MS " wire step=0 word=matched number=1\n"
	  SYN_("3", "2") SYNACK_("3", "3") ACK_("4", "4") RESULT("1", "5", "word=ok") DONE("1", "6") BEGIN("2", "6") DONE("2", "9") "9" MS " end\n",
	  VERDICT_PASS, NULL, NULL, NULL },

	/* the wire's commands */
	{ STEPS(dropping), ONE("", "3"), VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(dropping), "0 ready\n" BEGIN("0", "1") DONE("0", "1") "3" MS " wire step=0 word=unmatched\n3" MS " end\n",
	  VERDICT_FAIL, "wire drop: the wire command never matched a frame", NULL, "no such segment" },
	{ STEPS(dropping), "0 ready\n" BEGIN("0", "1") DONE("0", "1") LATE("1", "50") "53" MS " wire step=0 word=unmatched\n53" MS " end\n",
	  VERDICT_TIMING, "a wait overslept by 49ms, so this says nothing: wire drop: the wire command never matched a frame", NULL, "no such segment" },

	/* the record itself */
	{ STEPS(connects), "", VERDICT_BROKEN, "the child died before the hosts stood", NULL, NULL },
	{ STEPS(connects), "0 ready\n", VERDICT_BROKEN, "the child died before the first step", NULL, NULL },
	{ STEPS(connects), "0 ready\n" BEGIN("0", "1"), VERDICT_BROKEN, "the child died in or after client connect a", NULL, NULL },
	{ STEPS(connects), "0 ready\n" OK("0", "1", "2"), VERDICT_BROKEN, "the child died in or after client connect a", NULL, NULL },
	{ STEPS(connects), "0 ready\n" BEGIN("0", "1") "2" MS " broken text=lab:%20no\n", VERDICT_BROKEN, "lab: no", NULL, NULL },
	{ STEPS(connects), "0 ready\n" BEGIN("0", "1") "2" MS " skip step=0 text=option%20SO_X:%20ENOPROTOOPT\n", VERDICT_SKIP, "option SO_X: ENOPROTOOPT", NULL, NULL },
	{ STEPS(connects), "0 ready\n" BEGIN("0", "1") "2" MS " kernel text=BUG:%20oops\n", VERDICT_FAIL, "the kernel complained: BUG: oops", NULL, "BUG: oops" },
	{ STEPS(connects), "0 ready\n" OK("0", "1", "2") "2" MS " kernel text=WARNING\n2" MS " kernel text=Call%20Trace\n2" MS " end\n", VERDICT_FAIL, "the kernel complained: WARNING (and 1 more lines)", NULL, "WARNING\nCall Trace" },
	{ STEPS(connects), "0 ready\n0 end\n", VERDICT_BROKEN, "the record leaves out client connect a", NULL, NULL },
	{ STEPS(two_steps), "0 ready\n" OK("0", "1", "2") "3" MS " end\n", VERDICT_BROKEN, "the record leaves out server a", NULL, NULL },
	{ STEPS(connects), "0 ready\n" OK("0", "1", "2") OK("0", "2", "3") "3" MS " end\n", VERDICT_BROKEN, "the record has more steps than the trial", NULL, NULL },
	{ STEPS(connects), "0 ready\n" BEGIN("0", "1") RESULT("0", "2", "word=ok") "3" MS " end\n", VERDICT_BROKEN, "the record does not tell that the step was done", NULL, NULL },
	{ STEPS(connects), "0 ready\n" OK("7", "1", "2") "3" MS " end\n", VERDICT_BROKEN, "the record is not of this trial", NULL, NULL },
	{ STEPS(connects), "0 ready\n0 step\n0 end\n", VERDICT_BROKEN, "the record is not of this trial", NULL, NULL },
	{ STEPS(connects), "0 ready\n0 state conn=9\n0 end\n", VERDICT_BROKEN, "the record is not of this trial", NULL, NULL },
	{ STEPS(connects), "1152921504606846976 ready\n-1152921504606846976 end\n", VERDICT_BROKEN, "the record is not of this trial", NULL, NULL },
	{ STEPS(twice), "0 ready\n" OK("1", "1", "2") OK("1", "2", "3") "3" MS " end\n", VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(twice), "0 ready\n" OK("1", "1", "2") "3" MS " end\n", VERDICT_BROKEN, "the record leaves out client connect a", NULL, NULL },
	{ STEPS(connects), "0 try number=1\n0 ready\n" BEGIN("0", "1") "0 try number=2\n0 ready\n" OK("0", "1", "2") "3" MS " end\n", VERDICT_PASS, NULL, NULL, NULL },
	{ STEPS(asks), ONE(RESULT("0", "2", "word=EPIPE"), "3"), VERDICT_FAIL, "the file says ?: run --observe to fill it", "?", "EPIPE" },
	{ STEPS(asks_state), ONE(LOOK("1", "2", "TIME-WAIT"), "3"), VERDICT_FAIL, "the file says ?: run --observe to fill it", "?", "TIME-WAIT" },
};

static struct trial trial_of(struct step *steps, size_t count, struct scenario *s)
{
	return (struct trial){
		.scenario = s, .name = "t", .row = -1, .step = steps, .steps = count,
		.names = names, .name_count = sizeof(names) / sizeof(names[0]),
	};
}

static void judge_text(const struct trial *t, const char *text, bool observing, struct arena *a,
		       struct verdict *v)
{
	const struct facts facts = { .hz = 250 };
	struct events events;
	int bad;

	if (!events_read(text, strlen(text), a, &events, &bad))
		fail_msg("line %d is no event:\n%s", bad, text);
	judge(t, &events, &facts, observing, a, v);
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static void a_record_has_its_verdict(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct trial t = trial_of(rows[i].step, rows[i].steps, NULL);
		struct arena arena = { 0 };
		struct verdict v;

		judge_text(&t, rows[i].record, false, &arena, &v);
		if (v.kind != rows[i].kind || !same_text(v.message, rows[i].message) ||
		    !same_text(v.expected, rows[i].expected) || !same_text(v.seen, rows[i].seen))
			fail_msg("row %zu: %s: %s\n expected %s\n seen %s\n--\n%s", i,
				 verdict_name[v.kind], v.message, v.expected, v.seen,
				 rows[i].record);
		arena_free(&arena);
	}
}

static void the_place_is_that_of_the_word_not_kept(void **state)
{
	static const struct {
		struct step *step;
		size_t steps;
		const char *record;
		int line, column;
	} places[] = {
		{ STEPS(connects), ONE(RESULT("0", "2", "word=EPIPE"), "3"), 9, 20 },
		{ STEPS(becomes), ONE(LOOK("1", "2", "NONE") LOOK("2", "1001", "NONE"), "1002"), 9, 15 },
		{ STEPS(exchange), OPENED(SYN_("3", "1") RST_("3", "2")) EXCHANGE_END, 9, 36 },
		{ STEPS(dropping), "0 ready\n" BEGIN("0", "1") DONE("0", "1") "3" MS " wire step=0 word=unmatched\n3" MS " end\n", 9, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const struct trial t = trial_of(places[i].step, places[i].steps, NULL);
		struct arena arena = { 0 };
		struct verdict v;

		judge_text(&t, places[i].record, false, &arena, &v);
		assert_int_equal(v.kind, VERDICT_FAIL);
		assert_int_equal(v.at.line, places[i].line);
		assert_int_equal(v.at.column, places[i].column);
		arena_free(&arena);
	}
}

static void what_was_not_kept_besides_is_told(void **state)
{
	struct step two[] = { connects[0], becomes[0] };
	struct arena arena = { 0 };
	const struct trial t = trial_of(two, 2, NULL);
	static const char record[] = "0 ready\n"
		BEGIN("0", "1") RESULT("0", "2", "word=EPIPE") DONE("0", "3")
		BEGIN("1", "7") LOOK1("7", "8", "LAST-ACK") LOOK1("8", "1008", "NONE") DONE("1", "1009")
		"1010" MS " end\n";
	struct verdict v;

	(void)state;
	two[1].expect.at.line = 11;
	judge_text(&t, record, false, &arena, &v);
	assert_int_equal(v.kind, VERDICT_FAIL);
	assert_int_equal(v.step, 0);
	assert_int_equal(v.alsos, 1);
	assert_int_equal(v.also[0].at.line, 11);
	assert_non_null(strstr(v.also[0].message, "saw NONE"));
	arena_free(&arena);
}

static void a_known_failure_is_todo_and_its_passing_is_red(void **state)
{
	struct scenario s = { .todo = "bug 17" };
	struct arena arena = { 0 };
	const struct trial t = trial_of(STEPS(connects), &s);
	struct verdict v;

	(void)state;
	judge_text(&t, ONE(RESULT("0", "2", "word=EPIPE"), "3"), false, &arena, &v);
	assert_int_equal(v.kind, VERDICT_TODO);
	assert_string_equal(v.message, "client connect a gave EPIPE, not ok");
	judge_text(&t, ONE(RESULT("0", "2", "word=ok"), "3"), false, &arena, &v);
	assert_int_equal(v.kind, VERDICT_TODO_PASSED);
	judge_text(&t, "0 ready\n", false, &arena, &v);
	assert_int_equal(v.kind, VERDICT_BROKEN);
	arena_free(&arena);
}

static void a_question_mark_is_filled_where_somebody_observes(void **state)
{
	struct column columns[] = { { .name = "x" }, { .name = "again", .kind = COLUMN_OUTCOME } };
	struct scenario s = { .table = { .column = columns, .columns = 2, .keys = 1 } };
	const struct trial t = trial_of(STEPS(asks), &s), u = trial_of(STEPS(asks_state), &s);
	struct arena arena = { 0 };
	struct verdict v;

	(void)state;
	judge_text(&t, ONE(RESULT("0", "2", "word=EADDRINUSE text=bind"), "3"), true, &arena, &v);
	assert_int_equal(v.kind, VERDICT_PASS);
	assert_null(v.observed[0]);
	assert_string_equal(v.observed[1], "EADDRINUSE");
	judge_text(&u, ONE(LOOK("1", "2", "LAST-ACK") LOOK("2", "1002", "TIME-WAIT"), "1003"), true, &arena, &v);
	assert_string_equal(v.observed[1], "TIME-WAIT");
	arena_free(&arena);
}

/* What the child would have thought when the step at @begin was about to be done */
static bool seemed_kept(const struct trial *t, const struct events *ev, size_t begin)
{
	struct events so_far = { ev->list, begin + 1 };

	while (so_far.count < ev->count && ev->list[so_far.count].kind != EVENT_DONE)
		so_far.count++;
	return kept_step(t, &so_far, (int)begin, NULL) == VERDICT_PASS;
}

/* The child must see all that the judge will hold against a step, or the hosts' sockets are not told */
static void what_fails_did_not_seem_kept_to_the_child(void **state)
{
	size_t failed = 0, passed = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct trial t = trial_of(rows[i].step, rows[i].steps, NULL);
		bool kept = true, blamed = true;
		struct arena arena = { 0 };
		struct events ev;
		struct verdict v;
		int bad;

		judge_text(&t, rows[i].record, false, &arena, &v);
		if ((v.kind != VERDICT_FAIL && v.kind != VERDICT_PASS) || (v.seen && v.expected && !strcmp(v.expected, "?"))) {
			arena_free(&arena);
			continue;
		}
		assert_true(events_read(rows[i].record, strlen(rows[i].record), &arena, &ev, &bad));
		for (size_t k = 0; k < ev.count; k++) {
			if (ev.list[k].kind != EVENT_STEP || seemed_kept(&t, &ev, k))
				continue;
			kept = false;
			blamed &= ev.list[k].step >= v.step;
		}
		kept &= kept_end(&t, &ev, NULL);
		if (v.kind == VERDICT_PASS ? !kept : kept || !blamed)
			fail_msg("row %zu: %s, but %s", i, v.kind == VERDICT_PASS ? "pass" : v.message,
				 kept ? "all seemed kept" : "something else did not seem kept");
		failed += v.kind == VERDICT_FAIL;
		passed += v.kind == VERDICT_PASS;
		arena_free(&arena);
	}
	assert_true(failed > 10 && passed > 10);
}

static void every_record_cut_short_is_broken_or_better(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct trial t = trial_of(rows[i].step, rows[i].steps, NULL);

		for (const char *cut = rows[i].record; (cut = strchr(cut, '\n')); cut++) {
			const size_t len = (size_t)(cut - rows[i].record) + 1;
			struct arena arena = { 0 };
			struct events events;
			struct verdict v;
			int bad;

			if (!cut[1])
				break;
			assert_true(events_read(rows[i].record, len, &arena, &events, &bad));
			judge(&t, &events, NULL, false, &arena, &v);
			assert_true(v.kind == VERDICT_BROKEN || v.kind == VERDICT_FAIL ||
				    v.kind == VERDICT_SKIP);
			assert_true(v.kind != VERDICT_FAIL || v.seen);
			arena_free(&arena);
		}
	}
}

static void any_record_is_survived_by_any_trial(void **state)
{
	const size_t n = sizeof(rows) / sizeof(rows[0]);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			const struct trial t = trial_of(rows[i].step, rows[i].steps, NULL);
			struct arena arena = { 0 };
			struct verdict v;

			judge_text(&t, rows[j].record, false, &arena, &v);
			arena_free(&arena);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_has_its_verdict),
		cmocka_unit_test(the_place_is_that_of_the_word_not_kept),
		cmocka_unit_test(what_was_not_kept_besides_is_told),
		cmocka_unit_test(a_known_failure_is_todo_and_its_passing_is_red),
		cmocka_unit_test(a_question_mark_is_filled_where_somebody_observes),
		cmocka_unit_test(what_fails_did_not_seem_kept_to_the_child),
		cmocka_unit_test(every_record_cut_short_is_broken_or_better),
		cmocka_unit_test(any_record_is_survived_by_any_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
