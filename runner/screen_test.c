// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/screen.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct report_point point = { "reopen/x family=ipv4", "reopen/x", "cases/reopen/x.case" };
static const struct verdict verdict = {
	.kind = VERDICT_FAIL, .step = 4, .at = { 14, 17, 8 }, .tries = 1,
	.message = "expected server a LAST-ACK, saw TIME-WAIT", .expected = "LAST-ACK", .seen = "TIME-WAIT",
};
static const char *refs[] = { "RFC 9293 3.6.1", "tcp_time_wait()" };
static const char *clauses[] = { "Who closed first stays in TIME-WAIT.", NULL };
static const char *about[] = { "It matters." };
static const char *sysctls[] = { "server net.ipv4.tcp_timestamps = 0", "net.ipv4.tcp_sack = 1 (line 3)" };
static const struct report_socket sockets[] = {
	{ .host = "client", .state = "none", .local = "", .remote = "", .timer = "" },
	{ .host = "server", .state = "TIME-WAIT", .conn = "a", .local = "192.0.2.2:8080",
	  .remote = "192.0.2.1:40000", .timer = "time-wait", .left_ns = 59000000000 },
	{ .host = "server", .state = "LISTEN", .local = "*:8080", .remote = "*:*", .timer = "",
	  .left_ns = -1, .sendq = 4096 },
	{ .host = "server", .state = "more", .local = "", .remote = "", .timer = "", .left_out = 7 },
};
static const struct report_trial trial = {
	.verdict = &verdict, .title = "It closes", .about = about, .abouts = 1, .ref = refs, .refs = 2,
	.clause = clauses, .sysctl = sysctls, .sysctls = 2, .socket = sockets, .sockets = 4,
	.sockets_ns = 1021400000,
	.excerpt = "   14 | expect server a LAST-ACK\n      |                 ^~~~~~~~\n",
	.ladder = "   time s  client\n   0.0193  >> line 14: expect server a LAST-ACK\n",
	.repro = "lastack run 'x'", .artifacts = "r/x.record", .capture = "r/x.pcapng",
};

static const char shown[] =
	"# cases/reopen/x.case:14:17: expected server a LAST-ACK, saw TIME-WAIT\n"
	"#    14 | expect server a LAST-ACK\n"
	"#       |                 ^~~~~~~~\n"
	"# promised  LAST-ACK\n"
	"# seen      TIME-WAIT\n"
	"# title     It closes\n"
	"# about     It matters.\n"
	"# clause    RFC 9293 3.6.1: Who closed first stays in TIME-WAIT.\n"
	"#           tcp_time_wait()\n"
	"#\n"
	"#    time s  client\n"
	"#    0.0193  >> line 14: expect server a LAST-ACK\n"
	"#\n"
	"# sockets at 1.0214 s\n"
	"#   host    conn  state         local           remote           recv-q  send-q  timer\n"
	"#   client  no socket\n"
	"#   server  a     TIME-WAIT     192.0.2.2:8080  192.0.2.1:40000       0       0  time-wait 59s\n"
	"#   server        LISTEN        *:8080          *:*                   0    4096  -\n"
	"#   server  and 7 more\n"
	"#\n"
	"# sysctl    server net.ipv4.tcp_timestamps = 0\n"
	"#           net.ipv4.tcp_sack = 1 (line 3)\n"
	"# again     lastack run 'x'\n"
	"# record    r/x.record\n"
	"# capture   r/x.pcapng\n";

static void all_of_it_stands_on_one_screen(void **state)
{
	autobuf out = { 0 };

	(void)state;
	screen_render(&point, &trial, "# ", false, &out);
	assert_string_equal(buf_text(&out), shown);
}

static void without_its_colours_a_coloured_one_is_the_same(void **state)
{
	autobuf out = { 0 }, plain = { 0 };

	(void)state;
	screen_render(&point, &trial, "# ", true, &out);
	for (const char *c = buf_text(&out); *c; c++)
		if (*c == '\033')
			c = strchr(c, 'm');
		else
			buf_add(&plain, c, 1);
	assert_true(plain.len < out.len);
	assert_string_equal(buf_text(&plain), shown);
}

static void what_is_not_known_is_left_out(void **state)
{
	static const struct verdict v = { .kind = VERDICT_BROKEN, .step = -1, .message = "out of luck" };
	static const struct report_trial bare = { .verdict = &v };
	static const struct report_point here = { "stdin", "stdin", "-" };
	autobuf out = { 0 };

	(void)state;
	screen_render(&here, &bare, "", false, &out);
	assert_string_equal(buf_text(&out), "stdin: out of luck\n");
}

#define HOSTILE "x\033[2Jy\nBail out! now\r\xff\xe2\x80\xae" "z"

static void a_terminal_obeys_nothing_of_it(void **state)
{
	static const char *one[] = { HOSTILE };
	static const struct verdict v = { .kind = VERDICT_FAIL, .at = { 1, 1, 1 }, .message = HOSTILE,
					  .expected = HOSTILE, .seen = HOSTILE };
	static const struct report_socket socket = { .host = HOSTILE, .state = HOSTILE, .conn = HOSTILE,
						     .local = HOSTILE, .remote = HOSTILE, .timer = HOSTILE };
	static const struct report_trial bad = {
		.verdict = &v, .title = HOSTILE, .about = one, .abouts = 1, .ref = one, .refs = 1,
		.clause = one, .sysctl = one, .sysctls = 1, .socket = &socket, .sockets = 1,
		.excerpt = HOSTILE, .ladder = HOSTILE, .repro = HOSTILE, .artifacts = HOSTILE,
	};
	autobuf out = { 0 };

	(void)state;
	screen_render(&point, &bad, "# ", false, &out);
	for (const char *c = buf_text(&out); *c; c++) {
		assert_true(*c == '\n' || (unsigned char)*c >= ' ');
		assert_true(*c != '\n' || !c[1] || c[1] == '#');
	}
	assert_null(strstr(buf_text(&out), "\xe2\x80\xae"));
}

static void prose_is_broken_at_blanks(void **state)
{
	static const struct verdict v = { .kind = VERDICT_FAIL, .step = -1, .message = "m" };
	char title[700], *end = title;
	const struct report_trial t = { .verdict = &v, .title = title };
	autobuf out = { 0 };
	size_t width = 0;

	(void)state;
	for (int i = 0; i < 80; i++)
		end += sprintf(end, "%s", i % 7 ? "word " : "longer, ");
	memset(end, 'x', 150);	/* no blank to break at */
	end[150] = '\0';
	screen_render(&point, &t, "", false, &out);
	for (const char *c = buf_text(&out); *c; c++) {
		width = *c == '\n' ? 0 : width + 1;
		assert_true(width <= 100);
		assert_true(*c != '\n' || c[1] != ' ' || c[-1] != ' ');
	}
	assert_null(strstr(buf_text(&out), "wor\n"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_stands_on_one_screen),
		cmocka_unit_test(without_its_colours_a_coloured_one_is_the_same),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(a_terminal_obeys_nothing_of_it),
		cmocka_unit_test(prose_is_broken_at_blanks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
