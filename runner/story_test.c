// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/story.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/format.h"
#include "runner/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/** is_a_case() - Whether a text is a case without errors, laid out as it should be */
static void is_a_case(const struct buf *text)
{
	struct complaints c = { 0 };
	autobuf laid = { 0 };
	struct scenario s;

	if (!parse_scenario("test", "test", buf_text(text), text->len, &s, &c))
		fail_msg("line %d: %s\n%s", c.list[0].at.line, c.list[0].text, buf_text(text));
	format_case(buf_text(text), text->len, &s.lines, &laid);
	assert_string_equal(buf_text(&laid), buf_text(text));
	scenario_fini(&s);
	complaints_fini(&c);
}

static const char *nth(struct arena *a, const char *among, size_t n)
{
	for (; n && *among; n--)
		among += strcspn(among, "|"), among += *among == '|';
	return *among ? arena_dup(a, among, strcspn(among, "|")) : NULL;
}

/* All that can be told is a case; what contradicts itself is refused */
static void every_story_is_a_case(void **state)
{
	static const char *const closes[] = { NULL, "client", "server", "both", "client,server" };
	struct arena a = { 0 };
	size_t told = 0;

	(void)state;
	for (size_t i = 0; i < ROWS(closes) * 6 * 5 * 4 * 4 * 4; i++) {
		size_t left = i;
		struct story s = { .close = closes[left % ROWS(closes)] };
		autobuf text = { 0 };
		struct err e;

		left /= ROWS(closes);
		s.how = nth(&a, STORY_HOW, left % 6), left /= 6;
		s.lose = nth(&a, STORY_LOSE, left % 5), left /= 5;
		s.back = nth(&a, STORY_BACK, left % 4), left /= 4;
		s.port = nth(&a, STORY_PORT, left % 4), left /= 4;
		if (left & 1)
			s.after = "10ms,2s";
		if (left & 2)
			s.option = (struct option_list){ { "plain,reuseaddr", "linger2 5" }, 2 };
		s.vary = (struct option_list){ { "timestamps=0,1", "client net.ipv4.tcp_tw_reuse=0,1" }, 2 };
		s.sysctl = (struct option_list){ { "server ip_local_port_range = 1000 2000" }, 1 };
		if (story_write(&s, &text, &e)) {
			assert_int_equal(e.code, -EINVAL);
			continue;
		}
		is_a_case(&text);
		told++;
		arena_free(&a);
	}
	arena_free(&a);
	assert_in_range(told, 500, 4000);
}

static const struct { struct story s; const char *says; } refused[] = {
	{ { .close = "me" },					"--close: \"me\" is none of client|server|both" },
	{ { .close = "client," },				"--close: \"client,\" is none of client|server|both" },
	{ { .close = "client,both" },				"--close: both is not one of several" },
	{ { .how = "close,abort" },				"--how: \"close,abort\" is none of" },
	{ { .how = "abort", .lose = "fin" },			"--lose fin: abort sends no FIN" },
	{ { .lose = "rst" },					"--lose rst: close sends no RST" },
	{ { .close = "both", .how = "abort" },			"--how abort: where both close" },
	{ { .close = "both", .lose = "fin" },			"--lose: where both close" },
	{ { .back = "server", .port = "any" },			"--port goes with --back client" },
	{ { .back = "nobody", .after = "1s" },			"--back nobody" },
	{ { .title = "a\nb" },					"--title: must be one line" },
	{ { .vary = { { "x" }, 1 } },				"--vary: \"x\" is not NAME=VALUE" },
	{ { .vary = { { "=1" }, 1 } },				"--vary: \"=1\" is not NAME=VALUE" },
	{ { .vary = { { "client =1" }, 1 } },			"--vary: \"client =1\" is not NAME=VALUE" },
	{ { .sysctl = { { "a b=1" }, 1 } },			"--sysctl: \"a b=1\" is not NAME=VALUE" },
	{ { .sysctl = { { "a= " }, 1 } },			"--sysctl: \"a= \" is not NAME=VALUE" },
	{ { .line = (const char *const[]){ "x" }, .lines = 1, .close = "client" }, "lines of your own" },
	{ { .line = (const char *const[]){ "a", "b \"c" }, .lines = 2 }, "\"b \"c\": this quote is never closed" },
};

static void what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(refused); i++) {
		autobuf text = { 0 };
		struct err e = { 0 };

		assert_int_equal(story_write(&refused[i].s, &text, &e), -EINVAL);
		if (strncmp(e.text, refused[i].says, strlen(refused[i].says)) != 0)
			fail_msg("row %zu: %s", i, e.text);
	}
}

static const struct { const char *line[8]; bool brief; const char *text; } own[] = {
	/* what is asked is a column; the first listen finds its port free */
	{ { "server listen 80", "client connect a to 80", "client  read a  # x" }, false,
	  "title    What was asked\n\nserver   listen 80\nclient   connect a to 80 => $connect_a\n"
	  "client   read a => $read_a  # x\n\noutcome  | connect_a  read_a\n         | ?          ?\n" },
	/* what is told is not asked; a name twice */
	{ { "server listen 80", "client connect a to 80 => ok", "client connect a to 80", "client connect a to 80" }, false,
	  "title    What was asked\n\nserver   listen 80\nclient   connect a to 80 => ok\n"
	  "client   connect a to 80 => $connect_a\nclient   connect a to 80 => $connect_a_2\n\n"
	  "outcome  | connect_a  connect_a_2\n         | ?          ?\n" },
	/* lines of the header stand in front; their title is the case's */
	{ { "client connect a to 80", "needs destroy", "title So", "ref RFC 1" }, false,
	  "title    So\nref      RFC 1\n\nneeds    destroy\n\nclient   connect a to 80 => $connect_a\n\n"
	  "outcome  | connect_a\n         | ?\n" },
	/* a ? is a column too; in a repeat it cannot be one where each round may see another */
	{ { "repeat 2", "client connect a to 80", "end", "expect client a ?" }, true,
	  "title    What was asked\n\nrepeat   2\n    client  connect a to 80 => ?\nend\n"
	  "expect   client a $seen\n\noutcome  | seen\n         | ?\n" },
	/* who asks once is told of every call, a file holds but what can be filled */
	{ { "client connect a to 80 => ok", "client close a" }, true,
	  "title    What was asked\n\nclient   connect a to 80 => ok\nclient   close a => ?\n" },
	{ { "client connect a to 80 => ok", "client close a" }, false,
	  "title    What was asked\n\nclient   connect a to 80 => ok\nclient   close a\n" },
};

static void own_lines_are_asked_what_they_do_not_tell(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(own); i++) {
		struct story s = { .line = own[i].line, .brief = own[i].brief };
		autobuf text = { 0 };
		struct err e = { 0 };

		while (s.lines < ROWS(own[i].line) && own[i].line[s.lines])
			s.lines++;
		assert_int_equal(story_write(&s, &text, &e), 0);
		assert_string_equal(buf_text(&text), own[i].text);
		is_a_case(&text);
	}
}

/* An axis that the lines name is theirs; another one is a setting */
static void an_axis_is_a_setting_or_the_lines_own(void **state)
{
	static const char *const line[] = { "server listen 80", "client connect a to $where" };
	const struct story s = {
		.line = line, .lines = 2, .brief = true,
		.vary = { { "where=80,81", "rfc1337=0,1", "net.ipv4.tcp_sack=0,1" }, 3 },
	};
	autobuf text = { 0 };
	struct err e = { 0 };

	(void)state;
	assert_int_equal(story_write(&s, &text, &e), 0);
	is_a_case(&text);
	assert_non_null(strstr(buf_text(&text), "vary     where    80 81\n"));
	assert_non_null(strstr(buf_text(&text), "sysctl   net.ipv4.tcp_rfc1337 = $rfc1337\n"));
	assert_non_null(strstr(buf_text(&text), "sysctl   net.ipv4.tcp_sack = $sack\n"));
	assert_null(strstr(buf_text(&text), "tcp_where"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_story_is_a_case),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(own_lines_are_asked_what_they_do_not_tell),
		cmocka_unit_test(an_axis_is_a_setting_or_the_lines_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
