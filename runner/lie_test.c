// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/lie.h"

#include "lib/buf.h"
#include "runner/facts.h"
#include "runner/judge.h"
#include "runner/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A case with an expectation of each sort, and a run of it: calls and naps left out */
static const char file[] =
	"title    t\n"
	"ref      r\n"
	"family   ipv4\n"
	"\n"
	"server   listen 8080\n"
	"client   connect a from 40000 to 8080\n"
	"mark     begun\n"
	"server   close a\n"
	"expect   wire server>client FIN of a from begun\n"
	"after    100ms\n"
	"client   close a\n"
	"expect   server a TIME-WAIT for 2ms\n"
	"expect   client a NONE between 60ms and 900ms from begun\n"
	"never    wire server>client RST of a for 2ms\n"
	"never    server a NONE for 2ms\n"
	"expect   exchange of a  <FIN  ACK>  FIN>  <ACK\n"
	"client   connect b from 40001 to 8081 => ECONNREFUSED\n"
	"expect   client counter TcpAttemptFails +1\n"
	"expect   server sockets TIME-WAIT 1\n";

static const char record[] =
	"-59507619 try number=1 word=ipv4 text=lie/l\n"
	"278472 ready\n"
	"281797 step from=280244 step=0 host=server number=20000000\n"
	"343007 result step=0 host=server word=ok\n"
	"371569 done step=0\n"
	"377448 step from=376467 step=1 host=client conn=0 number=20000000\n"
	"503324 pair step=1 host=client conn=0 text=192.0.2.1%2040000%20192.0.2.2%208080\n"
	"507611 pair step=1 host=server conn=0 text=192.0.2.2%208080%20192.0.2.1%2040000\n"
	"514281 result step=1 host=client conn=0 word=ok\n"
	"431974 frame conn=0 no=1 way=client>server fate=passed kind=SYN flags=2 client=192.0.2.1 client_port=40000 server=192.0.2.2 server_port=8080 seq=3595143916 ack=0 window=64240 len=0\n"
	"460706 frame conn=0 no=2 way=server>client fate=passed kind=SYN-ACK flags=18 client=192.0.2.1 client_port=40000 server=192.0.2.2 server_port=8080 seq=2420803265 ack=3595143917 window=65160 len=0\n"
	"474917 frame conn=0 no=3 way=client>server fate=passed kind=ACK flags=16 client=192.0.2.1 client_port=40000 server=192.0.2.2 server_port=8080 seq=3595143917 ack=2420803266 window=502 len=0\n"
	"11660539 state from=11639458 step=1 host=client conn=0 number=-1 word=ESTABLISHED\n"
	"11676863 state from=11668761 step=1 host=server conn=0 number=-1 word=ESTABLISHED\n"
	"11679387 done step=1\n"
	"11681810 step from=11680208 step=2 number=20000000\n"
	"11704143 done step=2\n"
	"11705686 step from=11705035 step=3 host=server conn=0 number=20000000\n"
	"11747748 result step=3 host=server conn=0 word=ok\n"
	"11726286 frame conn=0 no=4 way=server>client fate=passed kind=FIN flags=17 client=192.0.2.1 client_port=40000 server=192.0.2.2 server_port=8080 seq=2420803266 ack=3595143917 window=510 len=0\n"
	"11793846 state from=11696412 step=3 host=client conn=0 number=-1 word=CLOSE-WAIT\n"
	"11799605 state from=11700558 step=3 host=server conn=0 number=204000000 word=FIN-WAIT-1\n"
	"11801407 done step=3\n"
	"11802519 step from=11801998 step=4 number=20000000\n"
	"11820826 look from=11803430 step=4 number=4 word=frames\n"
	"11841467 done step=4\n"
	"11860485 step from=11860044 step=5 number=20000000\n"
	"15527680 frame conn=0 no=5 way=client>server fate=passed kind=ACK flags=16 client=192.0.2.1 client_port=40000 server=192.0.2.2 server_port=8080 seq=3595143917 ack=2420803267 window=502 len=0\n"
	"111949555 state from=11837831 step=5 host=server conn=0 number=59904000000 word=FIN-WAIT-2\n"
	"111955604 done step=5\n"
	"111959029 step from=111860044 step=6 host=client conn=0 number=20000000\n"
	"112022533 result step=6 host=client conn=0 word=ok\n"
	"111972929 frame conn=0 no=6 way=client>server fate=passed kind=FIN flags=17 client=192.0.2.1 client_port=40000 server=192.0.2.2 server_port=8080 seq=3595143917 ack=2420803267 window=502 len=0\n"
	"111996925 frame conn=0 no=7 way=server>client fate=passed kind=ACK flags=16 client=192.0.2.1 client_port=40000 server=192.0.2.2 server_port=8080 seq=2420803267 ack=3595143918 window=510 len=0\n"
	"112085255 state from=111923596 step=6 host=client conn=0 number=-1 word=NONE\n"
	"112092035 state from=111941272 step=6 host=server conn=0 number=60000000000 word=TIME-WAIT\n"
	"112094409 done step=6\n"
	"112096192 step from=112095090 step=7 host=server conn=0 number=20000000\n"
	"112104113 look from=112098064 step=7 host=server conn=0 number=6 word=TIME-WAIT\n"
	"115557692 look from=112099006 step=7 host=server conn=0 number=6 word=TIME-WAIT\n"
	"115590911 done step=7\n"
	"115593876 step from=115591783 step=8 host=client conn=0 number=20000000\n"
	"115605293 look from=115595789 step=8 host=client conn=0 word=NONE\n"
	"115624461 done step=8\n"
	"115625693 step from=115625262 step=9 number=20000000\n"
	"117700602 look from=115626995 step=9 number=7 word=frames\n"
	"117740711 done step=9\n"
	"117743245 step from=117741453 step=10 host=server conn=0 number=20000000\n"
	"117751688 look from=117745759 step=10 host=server conn=0 number=6 word=TIME-WAIT\n"
	"119888879 look from=118005824 step=10 host=server conn=0 number=6 word=TIME-WAIT\n"
	"119920436 done step=10\n"
	"119923070 step from=119921287 step=11 number=20000000\n"
	"121986252 look from=119924762 step=11 number=7 word=frames\n"
	"122041183 done step=11\n"
	"122052850 step from=122042054 step=12 host=client conn=2 number=20000000\n"
	"122151667 pair step=12 host=client conn=2 text=192.0.2.1%2040001%20192.0.2.2%208081\n"
	"122155682 pair step=12 host=server conn=2 text=192.0.2.2%208081%20192.0.2.1%2040001\n"
	"122171225 result step=12 host=client conn=2 number=111 word=ECONNREFUSED text=connect\n"
	"122119444 frame conn=2 no=8 way=client>server fate=passed kind=SYN flags=2 client=192.0.2.1 client_port=40001 server=192.0.2.2 server_port=8081 seq=2023905677 ack=0 window=64240 len=0\n"
	"122136529 frame conn=2 no=9 way=server>client fate=passed kind=RST flags=20 client=192.0.2.1 client_port=40001 server=192.0.2.2 server_port=8081 seq=0 ack=2023905678 window=0 len=0\n"
	"122225025 state from=122216913 step=12 host=client conn=2 number=-1 word=NONE\n"
	"122231605 state from=122227599 step=12 host=server conn=2 number=-1 word=NONE\n"
	"122233498 done step=12\n"
	"122234940 step from=122234249 step=13 host=client number=20000000\n"
	"122361637 look from=122236702 step=13 host=client number=1 word=+1\n"
	"122391832 done step=13\n"
	"122393304 step from=122392543 step=14 host=server number=20000000\n"
	"122984488 look from=122394666 step=14 host=server number=1 word=1\n"
	"123024287 done step=14\n"
	"123228439 counter step=13 host=client number=1 word=TcpAttemptFails\n"
	"123233437 end\n";

static const struct facts facts = { .version = 6 << 16 | 18 << 8, .hz = 250 };

/* All lies that can be told of that trial, and what the judge then blames */
static const struct {
	int step;
	enum lie lie;
	const char *expected, *seen;
} lies[] = {
	{ 0, LIE_RESULT, "ok", "EPERM" },
	{ 1, LIE_RESULT, "ok", "EPERM" },
	{ 3, LIE_RESULT, "ok", "EPERM" },
	{ 4, LIE_LOST, "server>client FIN of a", "no segment" },
	{ 6, LIE_RESULT, "ok", "EPERM" },
	{ 7, LIE_ENDED, "TIME-WAIT for 2ms", "NONE" },
	{ 8, LIE_MORE, "NONE between 60ms and 900ms from begun", "CLOSE-WAIT" },
	{ 8, LIE_EARLY, "NONE between 60ms and 900ms from begun", "NONE" },
	{ 8, LIE_LATE, "NONE between 60ms and 900ms from begun", "NONE" },
	{ 9, LIE_EXTRA, "never server>client RST of a for 2ms", "<RST" },
	{ 10, LIE_HAPPENED, "never NONE for 2ms", "NONE" },
	{ 11, LIE_LOST, "<FIN  ACK>  FIN>  <ACK", "<FIN  ACK>  FIN>" },
	{ 11, LIE_EXTRA, "<FIN  ACK>  FIN>  <ACK", "<FIN  ACK>  FIN>  <ACK  <ACK" },
	{ 11, LIE_OTHER, "<FIN  ACK>  FIN>  <ACK", "<FIN  ACK>  FIN>  <SYN+FIN+RST" },
	{ 12, LIE_RESULT, "ECONNREFUSED", "ok" },
	{ 13, LIE_MORE, "+1", "2" },
	{ 13, LIE_LESS, "+1", "0" },
	{ 13, LIE_MOVED, "+1", "+2" },
	{ 14, LIE_MORE, "1", "2" },
	{ 14, LIE_LESS, "1", "0" },
};

static void each_lie_that_can_be_told_is_noticed_where_it_was_told(void **state)
{
	const size_t len = strlen(file);
	struct complaints c = { 0 };
	struct events events;
	struct arena a = { 0 };
	struct scenario s;
	struct trial t;
	size_t told = 0;
	int bad_line;

	(void)state;
	assert_true(parse_scenario("t/lie", "t/lie", file, len, &s, &c));
	parse_trial(&s, 0, &facts, &t);
	assert_true(events_read(record, strlen(record), &a, &events, &bad_line));
	for (size_t step = 0; step < t.steps; step++)
		for (int lie = 0; lie < LIE_COUNT; lie++) {
			struct verdict v;
			struct events lied;

			if (!lie_tell(&t, &events, &facts, (int)step, lie, &a, &lied))
				continue;
			judge(&t, &lied, &facts, false, &a, &v);
			assert_true(told < sizeof(lies) / sizeof(lies[0]));
			assert_int_equal(lies[told].step, step);
			assert_string_equal(lie_name[lies[told].lie], lie_name[lie]);
			assert_string_equal(verdict_name[v.kind], verdict_name[VERDICT_FAIL]);
			assert_int_equal(v.step, step);
			assert_string_equal(v.expected, lies[told].expected);
			assert_string_equal(v.seen, lies[told].seen);
			told++;
		}
	assert_int_equal(told, sizeof(lies) / sizeof(lies[0]));
	trial_fini(&t);
	scenario_fini(&s);
	complaints_fini(&c);
	arena_free(&a);
}

static void what_was_recorded_stays_as_it_was(void **state)
{
	const size_t len = strlen(file);
	struct complaints c = { 0 };
	struct buf before = { 0 }, after = { 0 };
	struct events events, lied;
	struct arena a = { 0 };
	struct scenario s;
	struct trial t;
	int bad_line;

	(void)state;
	assert_true(parse_scenario("t/lie", "t/lie", file, len, &s, &c));
	parse_trial(&s, 0, &facts, &t);
	assert_true(events_read(record, strlen(record), &a, &events, &bad_line));
	for (size_t i = 0; i < events.count; i++)
		event_write(&events.list[i], &before);
	for (size_t step = 0; step < t.steps; step++)
		for (int lie = 0; lie < LIE_COUNT; lie++)
			lie_tell(&t, &events, &facts, (int)step, lie, &a, &lied);
	for (size_t i = 0; i < events.count; i++)
		event_write(&events.list[i], &after);
	assert_string_equal(buf_text(&before), buf_text(&after));
	buf_fini(&before);
	buf_fini(&after);
	trial_fini(&t);
	scenario_fini(&s);
	complaints_fini(&c);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_lie_that_can_be_told_is_noticed_where_it_was_told),
		cmocka_unit_test(what_was_recorded_stays_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
