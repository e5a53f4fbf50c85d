// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/filter.h"

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

enum { PIECE = 65536, WORDS_MOST = 300, NOT_FOUND = 127 };

struct ends {
	int in[2], out[2], err[2];
};

static void close_ends(struct ends *p)
{
	for (int i = 0; i < 2; i++) {
		fd_close(&p->in[i]);
		fd_close(&p->out[i]);
		fd_close(&p->err[i]);
	}
}

#define autoends __attribute__((cleanup(close_ends))) struct ends

static void become(const char *const argv[], const struct ends *p)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(p->in[0], STDIN_FILENO);
	dup2(p->out[1], STDOUT_FILENO);
	dup2(p->err[1], STDERR_FILENO);
	execvp(argv[0], (char *const *)(uintptr_t)argv);
	_exit(NOT_FOUND);
}

/* Return: false where nothing more will come */
static bool take(int fd, struct buf *out)
{
	char piece[PIECE];
	const ssize_t n = read(fd, piece, sizeof(piece));

	if (n > 0)
		buf_add(out, piece, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

static void give(int *fd, const char **in, size_t *len)
{
	const ssize_t n = *len ? write(*fd, *in, *len) : 0;

	if (n > 0) {
		*in += n;
		*len -= (size_t)n;
	}
	if (!*len || (n < 0 && errno != EINTR && errno != EAGAIN))
		fd_close(fd);
}

/* Both ways at once, for it may say much before it has read all. Return: false for too much */
static bool converse(struct ends *p, const char *in, size_t len, size_t most, struct buf *out,
		     struct buf *words)
{
	const size_t before = out->len;

	fcntl(p->in[1], F_SETFL, O_NONBLOCK);
	while (p->out[0] >= 0 || p->err[0] >= 0) {
		struct pollfd fds[] = {
			{ p->in[1], POLLOUT, 0 }, { p->out[0], POLLIN, 0 }, { p->err[0], POLLIN, 0 },
		};

		poll(fds, 3, -1);
		if (fds[0].revents)
			give(&p->in[1], &in, &len);
		if (fds[1].revents && !take(p->out[0], out))
			fd_close(&p->out[0]);
		if (fds[2].revents && !take(p->err[0], words))
			fd_close(&p->err[0]);
		if (out->len - before > most)
			return false;
		if (words->len > WORDS_MOST)
			words->len = WORDS_MOST;
	}
	return true;
}

static int how_it_ended(const char *name, int status, struct buf *words, struct err *e)
{
	const char *text = buf_text(words);
	const int len = (int)strcspn(text, "\n");

	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_FOUND && !words->len)
		return err_set(e, -ENOENT, "%s: no such program", name);
	if (WIFSIGNALED(status))
		return err_set(e, -EIO, "%s: ended by signal %d", name, WTERMSIG(status));
	return err_set(e, -EIO, "%s: exit status %d%s%.*s", name, WEXITSTATUS(status), len ? ": " : "",
		       len, text);
}

int filter(const char *const argv[], const void *in, size_t len, size_t most, struct buf *out,
	   struct err *e)
{
	autoends p = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
	autobuf words = { 0 };
	int status;
	bool fits;
	pid_t pid;

	if (pipe2(p.in, O_CLOEXEC) || pipe2(p.out, O_CLOEXEC) || pipe2(p.err, O_CLOEXEC))
		return err_sys(e, "%s: pipe", argv[0]);
	pid = fork();
	if (pid == 0)
		become(argv, &p);
	if (pid < 0)
		return err_sys(e, "%s: fork", argv[0]);
	fd_close(&p.in[0]);
	fd_close(&p.out[1]);
	fd_close(&p.err[1]);
	fits = converse(&p, in, len, most, out, &words);
	if (!fits)
		kill(pid, SIGKILL);
	close_ends(&p);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!fits)
		return err_set(e, -EFBIG, "%s: said more than %zu bytes", argv[0], most);
	if (out->failed)
		return err_set(e, -ENOMEM, "%s: out of memory", argv[0]);
	return how_it_ended(argv[0], status, &words, e);
}
