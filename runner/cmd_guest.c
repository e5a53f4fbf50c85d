// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation. A kernel booted by `run --kernel` starts this program
 * as its first process, with nothing but what was packed into its memory. It
 * loads the modules, waits until the kernel is two seconds old (a TIME-WAIT
 * born before counts as one without timestamps: its birth is kept in seconds
 * since boot, and 0 means none), plays the run in a child as an ordinary one,
 * and hands what that one feeds it to the serial line. Then the machine is off.
 */
#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/frame.h"
#include "runner/pack.h"
#include "runner/say.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum {
	WORDS_BYTES_MOST = 16 << 20, WORDS_MOST = 16384, SAID_MOST = 1 << 20, FILES_MOST = 1 << 16,
	PIECE = 65536, ALIVE_MS = 2000,
};
static const int64_t SETTLED_NS = 2 * NS_PER_S;

static const struct { const char *type, *at, *options; } mounts[] = {
	{ "devtmpfs",	"/dev",			"" },
	{ "proc",	"/proc",		"" },
	{ "sysfs",	"/sys",			"" },
	{ "cgroup2",	"/sys/fs/cgroup",	"" },
};

struct guest_end {
	int line;		/* to the outside */
	struct buf fed;		/* a frame that has not come whole */
	struct buf said;	/* standard error of the run */
};

/* -------------------------------------------------------------- the machine */

/* What fails here shows later, and better, as what the run then cannot do */
static void mount_all(void)
{
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		if (mount(mounts[i].type, mounts[i].at, mounts[i].type, 0, mounts[i].options))
			say("%s: %s", mounts[i].at, strerror(errno));
}

static void load_modules(void)
{
	autobuf list = { 0 };
	struct err e;
	char *path, *rest;

	if (buf_read_file(&list, "/" PACK_MODULES, WORDS_BYTES_MOST, &e) || !list.len)
		return;
	for (path = strtok_r(list.s, "\n", &rest); path; path = strtok_r(NULL, "\n", &rest)) {
		autofd fd = open(path, O_RDONLY | O_CLOEXEC);

		if (syscall(SYS_finit_module, fd, "", 0) && errno != EEXIST)
			say("%s: %s", path, strerror(errno));
		unlink(path);
	}
}

static void loopback_up(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	autofd fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ioctl(fd, SIOCSIFFLAGS, &lo);
}

static void switch_off(void)
{
	sync();
	reboot(RB_POWER_OFF);
	reboot(RB_AUTOBOOT);	/* a kernel without the means to be off */
	for (;;)
		pause();
}

/* ----------------------------------------------------------------- the line */

static int open_line(const char *tty)
{
	char path[64];
	struct termios t;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", tty);
	fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || tcgetattr(fd, &t))
		return fd;
	cfmakeraw(&t);
	cfsetspeed(&t, B4000000);
	tcsetattr(fd, TCSANOW, &t);
	return fd;
}

static void send_bytes(const struct guest_end *g, const char *s, size_t len)
{
	while (len) {
		const ssize_t n = write(g->line, s, len);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			s += n;
			len -= (size_t)n;
		}
	}
}

static void send_frame(const struct guest_end *g, enum frame_kind kind, const char *s, size_t len)
{
	autobuf line = { 0 };

	frame_put(&line, kind, s, len);
	send_bytes(g, line.s, line.len);
}

/* ------------------------------------------------------------------ the run */

static int read_words(struct buf *text, char **argv, struct err *e)
{
	int argc = 0;

	if (buf_read_file(text, "/" PACK_WORDS, WORDS_BYTES_MOST, e))
		return -1;
	for (size_t at = 0; at < text->len && argc < WORDS_MOST; at += strlen(text->s + at) + 1)
		argv[argc++] = text->s + at;
	argv[argc] = NULL;
	return argc;
}

static void run_and_exit(const struct invocation *in, int feed, int said)
{
	static char *argv[WORDS_MOST + 1];
	struct buf text = { 0 };
	struct invocation run = *in;
	struct err e = { 0 };
	int status = EXIT_TROUBLE;

	dup2(feed, GUEST_FEED_FD);
	dup2(said, STDERR_FILENO);
	run.argc = read_words(&text, argv, &e);
	run.argv = argv;
	if (run.argc > 0)
		status = cmd_run(&run, &e);
	if (run.argc <= 0 || status < 0) {
		say("%s", e.text);
		status = EXIT_TROUBLE;
	}
	fflush(NULL);
	_exit(status);
}

/* What the run prints goes to the console at once, and outside in the end */
static bool hear_words(struct guest_end *g, int fd)
{
	char piece[4096];
	const ssize_t n = read(fd, piece, sizeof(piece));

	if (n <= 0)
		return false;
	if (write(STDERR_FILENO, piece, (size_t)n) < 0)
		return true;
	if (g->said.len < SAID_MOST)
		buf_add(&g->said, piece, (size_t)n);
	return true;
}

/* Whole frames, so that others can come between */
static bool hand_on(struct guest_end *g, int fd)
{
	char piece[PIECE];
	const ssize_t n = read(fd, piece, sizeof(piece));
	size_t at = 0, whole;

	if (n <= 0)
		return false;
	buf_add(&g->fed, piece, (size_t)n);
	while ((whole = frame_whole(g->fed.s + at, g->fed.len - at))) {
		send_bytes(g, g->fed.s + at, whole);
		at += whole;
	}
	memmove(g->fed.s, g->fed.s + at, g->fed.len - at);
	g->fed.len -= at;
	return true;
}

static void hand_on_all(struct guest_end *g, int feed, int said)
{
	bool feeding = true, talking = true;

	while (feeding || talking) {
		struct pollfd fds[] = {
			{ feeding ? feed : -1, POLLIN, 0 }, { talking ? said : -1, POLLIN, 0 },
		};

		if (!poll(fds, 2, ALIVE_MS))
			send_frame(g, FRAME_ALIVE, "", 0);
		if (fds[0].revents)
			feeding = hand_on(g, feed);
		if (fds[1].revents)
			talking = hear_words(g, said);
	}
}

static int run(struct guest_end *g, const struct invocation *in)
{
	autofd null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int feed[2], said[2], status = 0;
	pid_t pid;

	if (pipe2(feed, O_CLOEXEC) || pipe2(said, O_CLOEXEC))
		return EXIT_TROUBLE;
	fcntl(feed[1], F_SETPIPE_SZ, 1 << 20);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	pid = fork();
	if (pid == 0)
		run_and_exit(in, feed[1], said[1]);
	close(feed[1]);
	close(said[1]);
	hand_on_all(g, feed[0], said[0]);
	while (waitpid(-1, &status, 0) != pid)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int cmd_guest(const struct invocation *in, struct err *e)
{
	const struct rlimit files = { FILES_MOST, FILES_MOST };
	struct guest_end g = { .line = -1 };
	char text[32];

	if (getpid() != 1 || in->argc < 2)
		return err_set(e, -EPERM, "guest: only for a kernel booted by `run --kernel`");
	mount_all();
	g.line = open_line(in->argv[1]);
	send_frame(&g, FRAME_HELLO, in->version, strlen(in->version));
	load_modules();
	loopback_up();
	setrlimit(RLIMIT_NOFILE, &files);
	clock_sleep_until(SETTLED_NS);
	snprintf(text, sizeof(text), "%d", run(&g, in));
	send_frame(&g, FRAME_WORDS, buf_text(&g.said), g.said.len);
	send_frame(&g, FRAME_END, text, strlen(text));
	tcdrain(g.line);
	switch_off();
	return EXIT_GOOD;
}
