// SPDX-License-Identifier: GPL-2.0-or-later
/* Programs of a few lines of shell: what they see, and that none gets away */
#include "lib/cell.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/netns.h"
#include "lib/netns_test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define must(call) do { struct err e; if (call) fail_msg("%s", e.text); } while (0)

enum { SOON_MS = 10000 };

static char *const env[] = { (char []){ "PATH=/usr/bin:/bin" }, (char []){ "WORD=hello" }, NULL };
static struct cell *cell;
static int net;

static void open_cell(void)
{
	must(netns_new(&net, &e));
	must(cell_open(&cell, &e));
}

static void close_cell(void)
{
	cell_close(cell);
	fd_close(&net);
}

/* Its output is to be read from @out */
static pid_t begin(const char *command, int *out)
{
	struct cell_job job = { .command = command, .env = env, .net = net };
	pid_t pid = 0;
	int fd[2];

	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	job.out = job.err = fd[1];
	must(cell_start(cell, &job, &pid, &e));
	close(fd[1]);
	*out = fd[0];
	return pid;
}

static void read_all(int fd, struct buf *text)
{
	char piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0)
			buf_add(text, piece, (size_t)n);
	close(fd);
}

static void says(const char *command, int status, const char *text)
{
	autobuf said = { 0 };
	int out, ended;
	const pid_t pid = begin(command, &out);

	read_all(out, &said);
	assert_int_equal(waitpid(pid, &ended, 0), pid);
	assert_string_equal(buf_text(&said), text);
	assert_true(WIFEXITED(ended));
	assert_int_equal(WEXITSTATUS(ended), status);
}

/* Whoever holds the other end of a pipe is gone soon */
static void is_gone(int out)
{
	struct pollfd fd = { .fd = out, .events = POLLIN };
	char byte;

	assert_int_equal(poll(&fd, 1, SOON_MS), 1);
	assert_int_equal(read(out, &byte, 1), 0);
	close(out);
}

static void hears(int out, const char *text)
{
	char said[64] = "";

	assert_int_equal(read(out, said, strlen(text)), strlen(text));
	assert_string_equal(said, text);
}

static void a_program_gets_what_it_is_given_and_nothing_else(void **state)
{
	(void)state;
	setenv("OTHER", "of ours", 1);
	open_cell();
	says("echo $WORD $OTHER; exit 3", 3, "hello\n");
	says("read line || echo nothing", 0, "nothing\n");
	says("echo out; echo err >&2", 0, "out\nerr\n");
	says("exec 2>/dev/null; no-such-program", 127, "");
	close_cell();
}

static void signals_are_as_by_default(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	open_cell();
	/* Who could not be ended by it would say so */
	says("sh -c 'kill -s INT $$; echo ignored'; sh -c 'kill -s PIPE $$; echo ignored'; "
	     "ulimit -n", 0, "1024\n");
	close_cell();
}

static void its_folder_is_its_own(void **state)
{
	autobuf path = { 0 };

	(void)state;
	open_cell();
	says("ls -A; echo x >file; test -e file && echo there", 0, "there\n");
	says("ls -A", 0, "file\n");
	buf_addf(&path, "%s/file", cell_folder(cell));
	assert_int_equal(access(buf_text(&path), F_OK), -1);
	close_cell();
	open_cell();
	says("ls -A", 0, "");
	close_cell();
}

static void its_network_is_the_one_asked_for(void **state)
{
	char here[64] = "";
	autobuf there = { 0 };
	int out;
	pid_t pid;

	(void)state;
	open_cell();
	{
		autons home = -1;

		must(netns_enter(&home, net, &e));
		assert_true(readlink("/proc/thread-self/ns/net", here, sizeof(here) - 1) > 0);
	}
	pid = begin("readlink /proc/self/ns/net", &out);
	read_all(out, &there);
	waitpid(pid, NULL, 0);
	assert_memory_equal(buf_text(&there), here, strlen(here));
	close_cell();
}

static void whatever_forks_away_ends_with_the_cell(void **state)
{
	int out;

	(void)state;
	open_cell();
	begin("(setsid sh -c 'echo far; exec sleep 1000' &) & trap '' TERM INT HUP; wait; sleep 1000",
	      &out);
	hears(out, "far\n");
	close_cell();
	is_gone(out);
}

static void whatever_runs_ends_when_its_maker_is_killed(void **state)
{
	struct cell_job job = { .env = env, .command = "(setsid sh -c 'echo far; exec sleep 1000' &)" };
	int fd[2];
	pid_t maker;

	(void)state;
	assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
	maker = fork();
	if (!maker) {
		pid_t pid;

		close(fd[0]);
		open_cell();
		job.net = net;
		job.out = job.err = fd[1];
		must(cell_start(cell, &job, &pid, &e));
		close(fd[1]);
		pause();
		_exit(1);
	}
	close(fd[1]);
	hears(fd[0], "far\n");
	kill(maker, SIGKILL);
	waitpid(maker, NULL, 0);
	is_gone(fd[0]);
}

static void programs_are_found_where_daemons_are(void **state)
{
	(void)state;
	assert_true(cell_finds("sh"));
	assert_false(cell_finds("no-such-program"));
	setenv("PATH", "/nowhere", 1);
	assert_true(cell_finds("sh"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_gets_what_it_is_given_and_nothing_else),
		cmocka_unit_test(signals_are_as_by_default),
		cmocka_unit_test(its_folder_is_its_own),
		cmocka_unit_test(its_network_is_the_one_asked_for),
		cmocka_unit_test(whatever_forks_away_ends_with_the_cell),
		cmocka_unit_test(whatever_runs_ends_when_its_maker_is_killed),
		cmocka_unit_test(programs_are_found_where_daemons_are),
	};

	if (!netns_test_allowed())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
