// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/socket_row.h"

#include "lib/buf.h"
#include "lib/diag.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct ipaddr address(const char *text)
{
	struct ipaddr a = { .family = strchr(text, ':') ? AF_INET6 : AF_INET };

	assert_int_equal(inet_pton(a.family, text, a.family == AF_INET ? (void *)&a.v4 : (void *)&a.v6), 1);
	return a;
}

static void a_socket_comes_back_from_the_record(void **state)
{
	static const struct {
		const char *local, *remote;
		uint16_t local_port, remote_port;
		int state, timer;
		int64_t left_ns;
		const char *word, *local_text, *remote_text, *timer_text;
	} rows[] = {
		{ "192.0.2.1", "192.0.2.2", 40000, 8080, TCP_TIME_WAIT, 3, 59000000000,
		  "TIME-WAIT", "192.0.2.1:40000", "192.0.2.2:8080", "time-wait" },
		{ "0.0.0.0", "0.0.0.0", 8080, 0, TCP_LISTEN, 0, -1, "LISTEN", "*:8080", "*:*", "" },
		{ "::", "::", 8080, 0, TCP_LISTEN, 0, -1, "LISTEN", "*:8080", "*:*", "" },
		{ "2001:db8::1", "2001:db8::2", 40000, 8080, TCP_SYN_SENT, 1, 1000000,
		  "SYN-SENT", "[2001:db8::1]:40000", "[2001:db8::2]:8080", "retransmit" },
		{ "::ffff:192.0.2.1", "::ffff:192.0.2.2", 1, 65535, TCP_CLOSING, 4, 0,
		  "CLOSING", "192.0.2.1:1", "192.0.2.2:65535", "probe" },
		{ "192.0.2.1", "192.0.2.2", 1, 2, TCP_ESTABLISHED, 77, -1,
		  "ESTABLISHED", "192.0.2.1:1", "192.0.2.2:2", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct diag_entry d = {
			.pair = { address(rows[i].local), address(rows[i].remote), rows[i].local_port, rows[i].remote_port },
			.sock = { .state = rows[i].state, .timer = rows[i].timer, .left_ns = rows[i].left_ns,
				  .recvq = 1, .sendq = 4294967295u, .retransmits = 255 },
		};
		char text[SOCKET_TEXT_ROOM];
		const struct event told = socket_row_event(HOST_SERVER, 3, &d, text);
		struct socket_row row;
		struct arena a = { 0 };
		struct event ev;
		autobuf line = { 0 };

		event_write(&told, &line);
		assert_true(event_read(buf_text(&line), line.len - 1, &a, &ev));
		assert_true(socket_row_read(&ev, &row));
		assert_int_equal(row.host, HOST_SERVER);
		assert_int_equal(row.conn, 3);
		assert_string_equal(row.state, rows[i].word);
		assert_string_equal(row.local, rows[i].local_text);
		assert_string_equal(row.remote, rows[i].remote_text);
		assert_string_equal(row.timer, rows[i].timer_text);
		assert_int_equal(row.left_ns, rows[i].left_ns);
		assert_int_equal(row.recvq, 1);
		assert_int_equal(row.sendq, 4294967295u);
		assert_int_equal(row.retransmits, 255);
		arena_free(&a);
	}
}

static void words_about_a_table_are_no_sockets(void **state)
{
	struct event ev = event_of(EVENT_SOCKET, 0);
	struct socket_row row;

	(void)state;
	ev.word = "none";
	assert_true(socket_row_read(&ev, &row));
	assert_string_equal(row.local, "");
	ev.word = "more";
	ev.number = 17;
	assert_true(socket_row_read(&ev, &row));
	assert_int_equal(row.left_out, 17);
}

static void what_is_no_row_is_refused(void **state)
{
	static const struct { const char *word, *text; } rows[] = {
		{ NULL, "a 1 b 2 0 0 0 0" }, { "ASLEEP", "a 1 b 2 0 0 0 0" }, { "LISTEN", NULL },
		{ "LISTEN", "" }, { "LISTEN", "a 1 b 2 0 0 0" }, { "LISTEN", "a 1 b 2 0 0 0 0 9" },
		{ "LISTEN", "a 1 b 2 9 0 0 0" }, { "LISTEN", "a 1 b 2 x 0 0 0" },
		{ "LISTEN", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa 1 b 2 0 0 0 0" },
	};
	struct socket_row row;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event ev = event_of(EVENT_SOCKET, 0);

		ev.word = rows[i].word;
		ev.text = rows[i].text;
		assert_false(socket_row_read(&ev, &row));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_comes_back_from_the_record),
		cmocka_unit_test(words_about_a_table_are_no_sockets),
		cmocka_unit_test(what_is_no_row_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
