// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/pause.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void where_to_enter_comes_back_from_the_record(void **state)
{
	const struct pause at = { .pid = 4711, .host = { 9, 16 }, .wire = 1 };
	char text[PAUSE_TEXT_ROOM];
	const struct event told = pause_event(&at, text);
	struct arena a = { 0 };
	struct pause read;
	struct event ev;
	autobuf line = { 0 };

	(void)state;
	event_write(&told, &line);
	assert_true(event_read(buf_text(&line), line.len - 1, &a, &ev));
	assert_true(pause_read(&ev, &read));
	assert_memory_equal(&read, &at, sizeof(at));
	arena_free(&a);
}

static void what_tells_no_place_is_refused(void **state)
{
	static const struct { int64_t pid; const char *text; } rows[] = {
		{ 0, "client=1 server=2 wire=3" }, { -1, "client=1 server=2 wire=3" },
		{ 1LL << 40, "client=1 server=2 wire=3" }, { 1, NULL }, { 1, "" },
		{ 1, "client=1 server=2" }, { 1, "client=-1 server=2 wire=3" },
		{ 1, "client=1 server=2 wire=3; rm" }, { 1, "client=x server=2 wire=3" },
	};
	struct pause at;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event ev = event_of(EVENT_PAUSE, 0);

		ev.number = rows[i].pid;
		ev.text = rows[i].text;
		assert_false(pause_read(&ev, &at));
	}
}

static size_t count(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static void each_host_has_its_commands(void **state)
{
	struct pause at = { .pid = 4711, .host = { 9, 16 } };
	autobuf out = { 0 };

	(void)state;
	pause_commands(&at, false, &out);
	assert_int_equal(count(buf_text(&out), "--net=/proc/4711/fd/9 "), 4);
	assert_int_equal(count(buf_text(&out), "--net=/proc/4711/fd/16 "), 4);
	assert_non_null(strstr(buf_text(&out), "  server  nsenter --net=/proc/4711/fd/16 ss "));
	assert_null(strstr(buf_text(&out), "wire"));
	assert_null(strstr(buf_text(&out), " -U"));
	buf_clear(&out);
	at.wire = 1;
	pause_commands(&at, true, &out);
	assert_int_equal(count(buf_text(&out), " -t 4711 -U --preserve-credentials --net="), 8);
	assert_non_null(strstr(buf_text(&out), "In once the wire lets it pass\n"));
	buf_clear(&out);
	at = (struct pause){ .pid = 4711, .host = { 9, 9 } };
	pause_commands(&at, false, &out);
	assert_int_equal(count(buf_text(&out), "\n"), 4);
	assert_non_null(strstr(buf_text(&out), "  both    nsenter "));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_to_enter_comes_back_from_the_record),
		cmocka_unit_test(what_tells_no_place_is_refused),
		cmocka_unit_test(each_host_has_its_commands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
