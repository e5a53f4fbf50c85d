// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/coverage.h"

#include "runner/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define SYN(number, age) (COVERED_SYN + SYN_##number * SYN_AGES + SYN_##age)

/* The ends of a connection that the server, or the client, closed first */
#define OPEN		"server listen 8080\nclient connect a from 40000 to 8080 reuseaddr\n"
#define SERVER_WAITS	OPEN "server close a\nclient read a => EOF\nclient close a\n"
#define CLIENT_WAITS	OPEN "client close a\nserver read a => EOF\nserver close a\n"
#define AGAIN		"client connect b from 40000 to 8080 reuseaddr\n"
#define NO_STAMPS	"sysctl net.ipv4.tcp_timestamps = 0\n"

static struct coverage walked(const char *steps)
{
	struct coverage c = { 0 };
	struct complaints complaints = { 0 };
	struct scenario s = { 0 };
	char text[4096];
	struct trial t;

	snprintf(text, sizeof(text), "title t\nfamily ipv4\nref RFC 9293\n%s", steps);
	if (!parse_scenario("t.case", "x/t", text, strlen(text), &s, &complaints))
		fail_msg("%s: %s", steps, complaints.list[0].text);
	parse_trial(&s, 0, NULL, &t);
	coverage_walk(&t, &c);
	trial_fini(&t);
	scenario_fini(&s);
	complaints_fini(&complaints);
	return c;
}

/* Each row: steps, and one meeting that they bring about on purpose */
static const struct {
	const char *steps;
	enum covered_state state;
	int event;
} met[] = {
	/* a connect() on the pair of before */
	{ SERVER_WAITS AGAIN, COVERED_TIME_WAIT, SYN(HIGHER, NEWER) },
	{ NO_STAMPS SERVER_WAITS AGAIN, COVERED_TIME_WAIT, SYN(HIGHER, WITHOUT) },
	{ NO_STAMPS SERVER_WAITS "client sysctl net.ipv4.tcp_timestamps = 1\n" AGAIN,
	  COVERED_TIME_WAIT, SYN(HIGHER, FIRST) },
	{ SERVER_WAITS "client connect b from 40000 to 8080 isn a.client.isn\n",
	  COVERED_TIME_WAIT, SYN(LOWER, NEWER) },
	{ SERVER_WAITS "client connect b from 40000 to 8080 isn a.server.rcv_nxt\n",
	  COVERED_TIME_WAIT, SYN(EQUAL, NEWER) },
	{ SERVER_WAITS "client connect b from 40000 to 8080 isn a.server.rcv_nxt+2147483648\n",
	  COVERED_TIME_WAIT, SYN(HIGHER, NEWER) },
	{ CLIENT_WAITS AGAIN, COVERED_TIME_WAIT, COVERED_CONNECT },
	{ OPEN "client shutdown a write\nclient connect b from 40000 to 8080 => EADDRNOTAVAIL\n",
	  COVERED_FIN_WAIT_2, COVERED_CONNECT },
	{ "sysctl client net.ipv4.ip_local_port_range = 40000 40000\nserver listen 8080\n"
	  "client connect a to 8080\nclient close a\nserver close a\nclient connect b to 8080\n",
	  COVERED_TIME_WAIT, COVERED_CONNECT },
	{ "sysctl client net.ipv4.ip_local_port_range = 40000 40003\nserver listen 8080\n"
	  "client connect a to 8080\nclient close a\nserver close a\n"
	  "client connect b to 8080 => EADDRNOTAVAIL\n", COVERED_TIME_WAIT, COVERED_CONNECT },
	{ SERVER_WAITS "wire rewrite client second as main\nclient connect b from second:40000 to 8080\n",
	  COVERED_TIME_WAIT, SYN(HIGHER, NEWER) },
	{ "server listen 8080\nrepeat 5\nclient connect a from 40000 to 8080\nserver close a\nclient close a\nend\n",
	  COVERED_TIME_WAIT, SYN(HIGHER, NEWER) },
	/* calls */
	{ SERVER_WAITS "server unlisten 8080\nserver listen 8080 => EADDRINUSE\n", COVERED_TIME_WAIT, COVERED_BIND },
	{ SERVER_WAITS "server unlisten 8080\n", COVERED_TIME_WAIT, COVERED_UNLISTEN },
	{ CLIENT_WAITS "client bind s 40000 => EADDRINUSE\n", COVERED_TIME_WAIT, COVERED_BIND },
	{ OPEN "client send a \"x\"\nserver close a\n", COVERED_ESTABLISHED, COVERED_CLOSE_UNREAD },
	{ OPEN "client shutdown a write\nclient abort a\n", COVERED_FIN_WAIT_2, COVERED_ABORT },
	{ OPEN "client close a\nclient destroy a\n", COVERED_FIN_WAIT_2_CLOSED, COVERED_DESTROY },
	{ OPEN "client close a\nserver send a \"x\"\n", COVERED_FIN_WAIT_2_CLOSED, COVERED_DATA_IN },
	{ OPEN "server vanish a\n", COVERED_ESTABLISHED, COVERED_VANISH },
	/* segments that no host sent, and those that were held or come again */
	{ SERVER_WAITS "wire send client>server RST of a with seq server.rcv_nxt\n",
	  COVERED_TIME_WAIT, COVERED_RST_EXACT },
	{ SERVER_WAITS "wire send client>server RST of a with seq server.rcv_nxt+1\n",
	  COVERED_TIME_WAIT, COVERED_RST_OTHER },
	{ SERVER_WAITS "wire send client>server RST of a with tsval server.ts_recent-1\n",
	  COVERED_TIME_WAIT, COVERED_OLD_RST },
	{ SERVER_WAITS "wire send client>server RST of a with flags SYN+RST\n",
	  COVERED_TIME_WAIT, COVERED_SYN_RST },
	{ SERVER_WAITS "wire send client>server none of a\n", COVERED_TIME_WAIT, COVERED_NO_FLAGS },
	{ SERVER_WAITS "wire send client>server SYN+FIN of a\n", COVERED_TIME_WAIT, COVERED_SYN_FIN },
	{ SERVER_WAITS "wire send client>server SYN of a with seq server.rcv_nxt-1 tsval server.ts_recent-1\n",
	  COVERED_TIME_WAIT, SYN(LOWER, OLDER) },
	{ SERVER_WAITS "wire send client>server SYN of a\n", COVERED_TIME_WAIT, SYN(EQUAL, SAME) },
	{ SERVER_WAITS "wire send client>server FIN of a with seq server.rcv_nxt-1\n",
	  COVERED_TIME_WAIT, COVERED_FIN_AGAIN },
	{ SERVER_WAITS "wire send client>server DATA of a with seq server.rcv_nxt+100000000 data \"x\"\n",
	  COVERED_TIME_WAIT, COVERED_DATA_BEYOND },
	{ SERVER_WAITS "wire replay first SYN of a\n", COVERED_TIME_WAIT, COVERED_SYN_AGAIN },
	{ SERVER_WAITS "wire send server>client FIN of a\n", COVERED_NONE, COVERED_FIN },
	{ OPEN "server close a\nwire send client>server ICMP of a with icmp port-unreachable\n",
	  COVERED_FIN_WAIT_2_CLOSED, COVERED_ICMP },
	{ OPEN "wire hold client>server ACK of a as late\nserver close a\nclient close a\nwire release late\n",
	  COVERED_TIME_WAIT, COVERED_ACK_OTHER },
	{ OPEN "wire hold client>server FIN of a as one\nwire hold server>client FIN of a as two\n"
	  "client close a\nserver close a\nwire release one\nwire release two\n",
	  COVERED_FIN_WAIT_1, COVERED_FIN },
	/* what the wire kept back does not move an end on, and time does */
	{ OPEN "wire cut server>client\nserver close a\n"
	  "wire send client>server FIN of a with ack server.snd_una\n", COVERED_FIN_WAIT_1, COVERED_FIN },
	{ OPEN "wire cut server>client\nserver close a\nclient close a\n"
	  "wire send client>server RST of a\n", COVERED_CLOSING, COVERED_RST_EXACT },
	{ OPEN "wire drop client>server FIN of a\nclient close a\nafter 300ms\n",
	  COVERED_FIN_WAIT_1, COVERED_TIMER_AGAIN },
	{ SERVER_WAITS "expect server a NONE between 60s and 60s+TICK\n", COVERED_TIME_WAIT, COVERED_TIMER_END },
	{ OPEN "client set a clock -1000\nclient send a \"x\"\n", COVERED_ESTABLISHED, COVERED_OLD },
	/* what the file expects is taken over */
	{ OPEN "server set a plain\nexpect server a LAST-ACK\nwire send client>server RST of a\n",
	  COVERED_LAST_ACK, COVERED_RST_EXACT },
	/* handshakes */
	{ "server listen 8080\nwire hold client>server ACK of a as third\nclient connect a to 8080\n"
	  "wire send client>server RST of a with seq server.rcv_nxt\n", COVERED_SYN_RECEIVED, COVERED_RST_EXACT },
	{ OPEN "wire hold client>server SYN of b as first\nclient start connect b to 8080\n"
	  "wire send server>client ICMP of b with icmp port-unreachable\n", COVERED_SYN_SENT, COVERED_ICMP },
};

static void an_event_meets_the_state_that_the_steps_have_led_to(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(met); i++) {
		const struct coverage c = walked(met[i].steps);

		if (!(c.cell[met[i].state][met[i].event] & MET))
			fail_msg("not met: %s in %s, after\n%s", covered_event_name[met[i].event],
				 covered_state_name[met[i].state], met[i].steps);
	}
}

static void what_every_close_brings_is_met_in_passing_only(void **state)
{
	const struct coverage c = walked(SERVER_WAITS);

	(void)state;
	assert_int_equal(c.cell[COVERED_ESTABLISHED][COVERED_CLOSE], MET_IN_PASSING);
	assert_int_equal(c.cell[COVERED_ESTABLISHED][COVERED_FIN], MET_IN_PASSING);
	assert_int_equal(c.cell[COVERED_FIN_WAIT_1][COVERED_ACK_EXACT], MET_IN_PASSING);
	assert_int_equal(c.cell[COVERED_FIN_WAIT_2_CLOSED][COVERED_FIN], MET_IN_PASSING);
	assert_int_equal(c.cell[COVERED_LAST_ACK][COVERED_ACK_EXACT], MET_IN_PASSING);
	for (int s = 0; s < COVERED_STATES; s++)
		for (int ev = 0; ev < COVERED_EVENTS; ev++)
			assert_int_equal(c.cell[s][ev] & MET, 0);
}

static void a_pair_that_was_used_before_is_told_apart(void **state)
{
	static const char reset[] = "wire hold client>server ACK of b as third\nclient connect b from %d to 8080\n"
				    "wire send client>server RST of b\n";
	char text[512];

	(void)state;
	for (int port = 40000; port < 40002; port++) {
		struct coverage c;
		int n = snprintf(text, sizeof(text), "%s", SERVER_WAITS);

		snprintf(text + n, sizeof(text) - (size_t)n, reset, port);
		c = walked(text);
		assert_int_equal(c.cell[COVERED_SYN_RECEIVED][COVERED_RST_EXACT],
				 MET | (port == 40000 ? MET_ON_USED_PAIR : 0));
	}
}

static void another_pair_meets_nothing(void **state)
{
	const struct coverage c = walked(SERVER_WAITS "client connect b from 40001 to 8080\n");

	(void)state;
	for (int ev = 0; ev < COVERED_EVENTS; ev++)
		assert_int_equal(c.cell[COVERED_TIME_WAIT][ev], 0);
}

static void every_cell_has_a_name_and_a_reason(void **state)
{
	(void)state;
	for (int s = 0; s < COVERED_STATES; s++) {
		assert_non_null(covered_state_name[s]);
		for (int ev = 0; ev < COVERED_EVENTS; ev++) {
			assert_non_null(covered_event_name[ev]);
			assert_non_null(coverage_absence((enum covered_state)s, (enum covered_event)ev)->why);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_meets_the_state_that_the_steps_have_led_to),
		cmocka_unit_test(what_every_close_brings_is_met_in_passing_only),
		cmocka_unit_test(a_pair_that_was_used_before_is_told_apart),
		cmocka_unit_test(another_pair_meets_nothing),
		cmocka_unit_test(every_cell_has_a_name_and_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
