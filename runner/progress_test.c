// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/progress.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/report.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

static void the_line_fits_the_terminal(void **state)
{
	static const struct { struct progress_count count; int columns; const char *line; } rows[] = {
		{ { 123, 400, 17, 2, 5 * NS_PER_S, 0 }, 80, "  123/400  running 17  failed 2  left ~12s" },
		{ { 123, 400, 17, 0, 5 * NS_PER_S, 0 }, 80, "  123/400  running 17  left ~12s" },
		{ { 123, 400, 17, 2, 5 * NS_PER_S, 0 }, 26, "  123/400  running 17  fa" },
		{ { 123, 400, 17, 2, 5 * NS_PER_S, 0 }, 10, "  123/400" },
		{ { 123, 400, 17, 2, 5 * NS_PER_S, 0 }, 1, "" },
		{ { 0, 400, 17, 0, 0, 0 }, 80, "  0/400  running 17" },
		{ { 400, 400, 0, 0, NS_PER_S, 0 }, 80, "  400/400  running 0" },
		{ { 1, 400, 2, 0, 2 * NS_PER_S, 0 }, 80, "  1/400  running 2  left ~14min" },
		{ { 0, 400, 2, 0, 2 * NS_PER_S, 62 * NS_PER_S }, 80, "  0/400  running 2  left ~60s" },
		{ { 200, 400, 2, 0, 70 * NS_PER_S, 62 * NS_PER_S }, 80, "  200/400  running 2  left ~70s" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = { 0 };

		progress_line(&rows[i].count, rows[i].columns, false, &b);
		assert_true((int)b.len < rows[i].columns || !b.len);
		assert_string_equal(buf_text(&b), rows[i].line);
	}
}

static void colours_take_no_column(void **state)
{
	const struct progress_count count = { 123, 400, 17, 2, 5 * NS_PER_S, 0 };
	autobuf b = { 0 };

	(void)state;
	progress_line(&count, 80, true, &b);
	assert_string_equal(buf_text(&b),
			    "  123/400  running 17\x1b[31m  failed 2\x1b[0m  left ~12s");
}

static const struct report_point points[] = {
	{ "close/x", "close/x", "cases/close/x.case" },
	{ "close/y family=ipv4", "close/y", "cases/close/y.case" },
};
static const struct report_plan plan = { .point = points, .points = 2 };
static const struct verdict good = { .kind = VERDICT_PASS, .tries = 1 };
static const struct verdict bad = { .kind = VERDICT_FAIL, .tries = 1, .at = { 7, 1, 1 },
				    .message = "no \x1b[2JRST" };

/* A whole run with two descriptors: what came out at the terminal's other side */
static void play(int err_fd, int out_fd)
{
	const struct report_trial passes = { .verdict = &good }, fails = { .verdict = &bad };
	struct progress *p = progress_new(err_fd, out_fd);
	struct report *r = report_new();
	struct err e;

	assert_int_equal(report_add(r, progress_sink(p), &e), 0);
	assert_int_equal(report_begin(r, &plan, &e), 0);
	progress_draw(p, 2, clock_ns());
	progress_draw(p, 2, clock_ns());	/* too soon: not drawn */
	assert_int_equal(report_trial(r, 1, &fails, &e), 0);
	progress_draw(p, 1, clock_ns() + NS_PER_S / 5);
	assert_int_equal(report_trial(r, 0, &passes, &e), 0);
	assert_int_equal(report_end(r, 12300 * NS_PER_MS, NULL, &e), 0);
	report_free(r);
}

static int open_terminal(int *other)
{
	struct termios raw;
	int fd;

	*other = posix_openpt(O_RDWR | O_NOCTTY);
	if (*other < 0 || grantpt(*other) || unlockpt(*other))
		return -1;
	fd = open(ptsname(*other), O_RDWR | O_NOCTTY);
	if (fd < 0 || tcgetattr(fd, &raw))
		return -1;
	cfmakeraw(&raw);
	tcsetattr(fd, TCSANOW, &raw);
	return fd;
}

/* Close the writing side and read what came out at the other: a terminal delivers in its own time */
static void read_all(int writer, int other, char *text, size_t size)
{
	size_t len = 0;
	ssize_t n;

	close(writer);
	while (len < size - 1 && (n = read(other, text + len, size - 1 - len)) > 0)
		len += (size_t)n;
	text[len] = '\0';
	close(other);
}

#define SUM	"cases/close/y.case:7: fail: no [2JRST (close/y family=ipv4)\n" \
		"2 trials in 2 files: 1 passed, 1 failed (12.3s)\n"

static void a_terminal_sees_the_line_and_the_sum(void **state)
{
	char text[2000];
	int other, fd = open_terminal(&other);

	(void)state;
	if (fd < 0)
		skip();
	setenv("TERM", "xterm", 1);
	setenv("NO_COLOR", "1", 1);
	play(fd, fd);
	read_all(fd, other, text, sizeof(text));
	assert_string_equal(text, "\r\x1b[K  0/2  running 2\r\x1b[K"
				  "\r\x1b[K  1/2  running 1  failed 1  left ~1s\r\x1b[K" SUM);
}

static void a_dumb_terminal_sees_the_sum_alone(void **state)
{
	char text[2000];
	int other, fd = open_terminal(&other);

	(void)state;
	if (fd < 0)
		skip();
	setenv("TERM", "dumb", 1);
	unsetenv("NO_COLOR");
	play(fd, fd);
	read_all(fd, other, text, sizeof(text));
	assert_string_equal(text, SUM);
}

static void a_reader_behind_a_pipe_is_not_drawn_over(void **state)
{
	int ends[2], other, fd = open_terminal(&other);
	char text[2000];

	(void)state;
	if (fd < 0 || pipe(ends))
		skip();
	setenv("TERM", "xterm", 1);
	play(fd, ends[1]);
	read_all(fd, other, text, sizeof(text));
	assert_string_equal(text, SUM);
	close(ends[0]);
	close(ends[1]);
}

static void nothing_is_said_where_there_is_no_terminal(void **state)
{
	char text[100];
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	setenv("TERM", "xterm", 1);
	play(ends[1], ends[1]);
	read_all(ends[1], ends[0], text, sizeof(text));
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_line_fits_the_terminal),
		cmocka_unit_test(colours_take_no_column),
		cmocka_unit_test(a_terminal_sees_the_line_and_the_sum),
		cmocka_unit_test(a_dumb_terminal_sees_the_sum_alone),
		cmocka_unit_test(a_reader_behind_a_pipe_is_not_drawn_over),
		cmocka_unit_test(nothing_is_said_where_there_is_no_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
