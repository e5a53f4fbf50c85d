// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/kernels.h"

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/child.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/diff.h"
#include "runner/escape.h"
#include "runner/page.h"
#include "runner/results.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum { PIECE = 65536 };

struct one {
	pid_t pid;
	int out, told;
	struct buf report, results;
	int status;
	bool begun, ended;
};

struct all {
	const struct kernels *k;
	struct one one[KERNELS_MOST];
	size_t shown;		/* whose reports are out already */
	int signals, signal;
	sigset_t before;
};

/* ----------------------------------------------------------------- children */

static void be_a_child(const struct all *a, size_t which, int out, int told, pid_t parent)
{
	int status;

	sigprocmask(SIG_SETMASK, &a->before, NULL);
	child_dies_with(parent, EXIT_TROUBLE);
	dup2(out, STDOUT_FILENO);
	status = a->k->run(a->k->ctx, which, told);
	fflush(NULL);
	_exit(status);
}

static int start(struct all *a, size_t which, struct err *e)
{
	struct one *o = &a->one[which];
	const pid_t parent = getpid();
	int out[2], told[2];

	if (pipe2(out, O_CLOEXEC) || pipe2(told, O_CLOEXEC))
		return err_sys(e, "pipe");
	o->pid = fork();
	if (o->pid == 0)
		be_a_child(a, which, out[1], told[1], parent);
	close(out[1]);
	close(told[1]);
	o->out = out[0];
	o->told = told[0];
	o->begun = true;
	return o->pid < 0 ? err_sys(e, "fork") : 0;
}

static void take(int *fd, struct buf *b)
{
	char piece[PIECE];
	const ssize_t n = read(*fd, piece, sizeof(piece));

	if (n > 0)
		buf_add(b, piece, (size_t)n);
	else if (!n || errno != EINTR)
		fd_close(fd);
}

static void collect(struct one *o)
{
	int status;

	while (waitpid(o->pid, &status, 0) < 0 && errno == EINTR)
		;
	o->status = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_TROUBLE;
	o->ended = true;
}

/* A signal to us is one to all of them: each ends its guest and says what it has */
static void pass_signal_on(struct all *a)
{
	struct signalfd_siginfo info;

	if (read(a->signals, &info, sizeof(info)) != sizeof(info))
		return;
	a->signal = (int)info.ssi_signo;
	for (size_t i = 0; i < a->k->images; i++)
		if (a->one[i].begun && !a->one[i].ended)
			kill(a->one[i].pid, a->signal);
}

static void hear(struct all *a)
{
	struct pollfd fds[2 * KERNELS_MOST + 1];
	nfds_t n = 0;

	for (size_t i = 0; i < a->k->images; i++) {
		fds[n++] = (struct pollfd){ a->one[i].out, POLLIN, 0 };
		fds[n++] = (struct pollfd){ a->one[i].told, POLLIN, 0 };
	}
	fds[n++] = (struct pollfd){ a->signals, POLLIN, 0 };
	if (poll(fds, n, -1) < 0)
		return;
	for (size_t i = 0; i < a->k->images; i++) {
		struct one *o = &a->one[i];

		if (fds[2 * i].revents)
			take(&o->out, &o->report);
		if (fds[2 * i + 1].revents)
			take(&o->told, &o->results);
		if (o->begun && !o->ended && o->out < 0 && o->told < 0)
			collect(o);
	}
	if (fds[n - 1].revents)
		pass_signal_on(a);
}

/* ------------------------------------------------------------------ telling */

/* Its release, once its directory has told; else the image as it was named */
static const char *name_of(const struct all *a, size_t which)
{
	const char *path = buf_text(&a->one[which].results);
	const char *slash = strrchr(path, '/');
	const char *dash = strchr(slash ? slash : path, '-');

	return dash ? dash + 1 : a->k->image[which];
}

static void indented(const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");

		printf("    %.*s\n", (int)len, text);
		text += len + (text[len] == '\n');
	}
}

static void show(const struct all *a, size_t which)
{
	const struct one *o = &a->one[which];
	autobuf name = { 0 };

	if (a->k->plain) {
		fputs(buf_text(&o->report), stdout);
	} else {
		escape_name(&name, name_of(a, which));
		printf("# Subtest: %s\n", buf_text(&name));
		indented(buf_text(&o->report));
		printf("%s %zu - %s\n", o->status == EXIT_GOOD ? "ok" : "not ok", which + 1,
		       buf_text(&name));
	}
	fflush(stdout);
}

static void show_those_done(struct all *a)
{
	while (a->shown < a->k->images && a->one[a->shown].ended)
		show(a, a->shown++);
}

/* Lines of a stream of TAP are comments of it; others stand for themselves */
static void remark(const struct all *a, const char *text)
{
	while (*text) {
		const size_t len = strcspn(text, "\n");

		fprintf(a->k->plain ? stderr : stdout, "%s%.*s\n", a->k->plain ? "" : len ? "# " : "#", (int)len,
			text);
		text += len + (text[len] == '\n');
	}
}

static int leave_page(const struct all *a, const char *const *which, size_t runs, struct err *e)
{
	const struct page_wish wish = { .base = "", .which = which, .runs = runs,
					.version = a->k->version, .program = a->k->program };
	autobuf page = { 0 }, path = { 0 };

	if (page_make(&wish, &page, e))
		return e->code;
	buf_addf(&path, "%s/%s", a->k->base, RESULTS_REPORT);
	if (buf_write_file(&page, AT_FDCWD, buf_text(&path), e))
		return e->code;
	buf_clear(&page);
	buf_addf(&page, "side by side: %s\n", buf_text(&path));
	remark(a, buf_text(&page));
	return 0;
}

/* What they disagree on */
static int compare(const struct all *a, struct err *e)
{
	const char *which[KERNELS_MOST];
	autobuf text = { 0 };
	size_t runs = 0;
	bool differ;

	for (size_t i = 0; i < a->k->images; i++)
		if (a->one[i].results.len)
			which[runs++] = buf_text(&a->one[i].results);
	if (runs < 2)
		return 0;
	if (diff_runs("", which, runs, (struct diff_wish){ 0 }, &text, &differ, e))
		return e->code;
	remark(a, buf_text(&text));
	return leave_page(a, which, runs, e);
}

static int worst(const struct all *a)
{
	int status = a->signal ? EXIT_TROUBLE : EXIT_GOOD;

	for (size_t i = 0; i < a->k->images; i++) {
		const int s = a->one[i].status;

		if (s == EXIT_GOOD || s == status)
			continue;
		status = status == EXIT_GOOD || s != EXIT_RED ? s : status;
	}
	return status;
}

/* --------------------------------------------------------------------- all */

static void catch_signals(struct all *a)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, &a->before);
	a->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static size_t living(const struct all *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->k->images; i++)
		n += a->one[i].begun && !a->one[i].ended;
	return n;
}

static int run_all(struct all *a, struct err *e)
{
	size_t next = 0;
	int rc = 0;

	while (!rc && (living(a) || (next < a->k->images && !a->signal))) {
		while (!rc && next < a->k->images && !a->signal && living(a) < (size_t)a->k->slots)
			rc = start(a, next++, e);
		if (!rc)
			hear(a);
		show_those_done(a);
	}
	return rc;
}

int kernels_run(const struct kernels *k, struct err *e)
{
	struct all a = { .k = k, .signals = -1 };
	int rc;

	for (size_t i = 0; i < k->images; i++)
		a.one[i].out = a.one[i].told = -1;
	if (!k->plain)
		printf("TAP version 13\n1..%zu\n", k->images);
	fflush(NULL);		/* children begin with nothing unsaid */
	catch_signals(&a);
	rc = run_all(&a, e);
	if (!rc && !a.signal)
		rc = compare(&a, e);
	for (size_t i = 0; i < k->images; i++) {
		buf_fini(&a.one[i].report);
		buf_fini(&a.one[i].results);
	}
	sigprocmask(SIG_SETMASK, &a.before, NULL);
	fd_close(&a.signals);
	return rc ? rc : worst(&a);
}
