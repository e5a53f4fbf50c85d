// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"

#include "lib/auto.h"
#include "lib/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char home[] = "/tmp/buf_test.XXXXXX";

static int go_to_a_folder(void **state)
{
	(void)state;
	return mkdtemp(home) ? chdir(home) : -1;
}

static int take_it_away(void **state)
{
	(void)state;
	unlink("file");
	unlink("link");
	unlink("pipe");
	unlink("way");
	return chdir("/") || rmdir(home);
}

static void put(const char *text, const char *path)
{
	autobuf b = { 0 };
	struct err e;

	buf_adds(&b, text);
	assert_int_equal(buf_write_out(&b, path, &e), 0);
}

static void is_in_file(const char *text)
{
	autobuf b = { 0 };
	struct err e;

	assert_int_equal(buf_read_file(&b, "file", 100, &e), 0);
	assert_string_equal(buf_text(&b), text);
}

static void a_file_is_replaced_and_a_link_to_it_stays(void **state)
{
	struct stat st;

	(void)state;
	put("something long", "file");
	put("short", "file");
	is_in_file("short");
	assert_int_equal(symlink("file", "link"), 0);
	put("by the link", "link");
	is_in_file("by the link");
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void what_is_no_file_is_written_into(void **state)
{
	char seen[8] = "";
	autofd end = -1;
	struct stat st;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	end = open("pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(end >= 0);
	put("text", "pipe");
	assert_int_equal(read(end, seen, sizeof(seen) - 1), 4);
	assert_string_equal(seen, "text");
	assert_int_equal(stat("pipe", &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
}

/* The path of a pipe without a name leads nowhere, as that of /dev/stdout may */
static void a_link_to_a_pipe_without_a_name_is_followed(void **state)
{
	char seen[8] = "", path[40];
	int fd[2];
	struct stat st;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd[1]);
	assert_int_equal(symlink(path, "way"), 0);
	put("text", "way");
	assert_int_equal(read(fd[0], seen, sizeof(seen) - 1), 4);
	assert_string_equal(seen, "text");
	assert_int_equal(lstat("way", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	close(fd[0]);
	close(fd[1]);
}

static void what_is_no_file_is_not_read(void **state)
{
	static const struct { const char *path; int code; } rows[] = {
		{ ".", -EISDIR }, { "pipe", -EINVAL }, { "way", -EINVAL }, { "/dev/zero", -EINVAL },
		{ "/dev/tty", -EINVAL }, { "link", -ENOENT }, { "nowhere", -ENOENT }, { "/dev/null", 0 },
	};

	(void)state;
	unlink("pipe");
	unlink("way");
	unlink("link");
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(symlink("pipe", "way"), 0);
	assert_int_equal(symlink("nowhere", "link"), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = { 0 };
		struct err e;

		if (buf_read_file(&b, rows[i].path, 100, &e) != rows[i].code)
			fail_msg("%s", rows[i].path);
	}
	assert_int_equal(unlink("pipe") | unlink("way") | unlink("link"), 0);
}

static void a_pipe_without_a_name_is_read(void **state)
{
	autobuf b = { 0 };
	char path[32];
	struct err e;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "text", 4), 4);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	assert_int_equal(buf_read_file(&b, path, 100, &e), 0);
	assert_string_equal(buf_text(&b), "text");
	close(ends[0]);
}

static void more_than_the_bound_is_refused(void **state)
{
	autobuf b = { 0 };
	struct err e;

	(void)state;
	put("text", "file");
	assert_int_equal(buf_read_file(&b, "file", 4, &e), 0);
	assert_int_equal(buf_read_file(&b, "file", 3, &e), -EFBIG);
	assert_string_equal(e.text, "file: larger than 3 bytes");
	assert_int_equal(unlink("file"), 0);
}

static void no_file_can_be_made_of_a_folder(void **state)
{
	autobuf b = { 0 };
	struct err e;

	(void)state;
	assert_true(buf_write_out(&b, home, &e) < 0);
	assert_true(buf_write_out(&b, "no/such/folder", &e) < 0);
	assert_true(buf_write_out(&b, "", &e) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_replaced_and_a_link_to_it_stays),
		cmocka_unit_test(what_is_no_file_is_written_into),
		cmocka_unit_test(a_link_to_a_pipe_without_a_name_is_followed),
		cmocka_unit_test(no_file_can_be_made_of_a_folder),
		cmocka_unit_test(what_is_no_file_is_not_read),
		cmocka_unit_test(a_pipe_without_a_name_is_read),
		cmocka_unit_test(more_than_the_bound_is_refused),
	};

	return cmocka_run_group_tests(tests, go_to_a_folder, take_it_away);
}
