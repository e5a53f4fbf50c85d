// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/programs.h"

#include "lib/auto.h"
#include "lib/cell.h"
#include "lib/clock.h"
#include "lib/diag.h"
#include "runner/plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	OUTPUT_MOST = 65536,	/* bytes of each stream of a program that go into the record */
	READS_MOST = 16,	/* at once, for one that never stops writing */
	NOT_BEGUN = 126,	/* what a shell says of a file that is no program */
	NOT_FOUND = 127,	/* and of a command that it does not find */
};
static const int64_t RUN_MOST_NS = 10 * NS_PER_S;

enum stream { STREAM_OUT, STREAM_ERR, STREAMS };
static const char *const stream_name[STREAMS] = { "stdout", "stderr" };

/**
 * struct program - One that was begun
 * @step, @round: by which step
 * @conn:    its name's index; -1 for none
 * @fd:      where it writes to, as long as anybody can
 * @written: by stream
 * @text:    the beginning of its standard output
 * @status:  as waitpid() gives it, when it has @ended
 * @told:    its end is in the record
 */
struct program {
	int step, round, conn;
	enum host host;
	pid_t pid;
	int fd[STREAMS];
	int64_t written[STREAMS];
	struct buf text;
	int status;
	bool ended, told;
};

struct programs {
	struct cell *cell;
	int children;		/* a descriptor that tells of SIGCHLD */
	struct program **list;
	size_t count;
};

/* ------------------------------------------------------------ what they get */

static void add_variable(struct play *p, char ***env, size_t *count, const char *name,
			 const char *value)
{
	char *text = arena_printf(&p->arena, "%s=%s", name, value);

	for (char *c = text; *c != '='; c++)
		if (*c == '-')		/* no shell knows such a name */
			*c = '_';
	*env = arena_grow(&p->arena, *env, *count, sizeof(**env));
	(*env)[(*count)++] = text;
}

/* What stands for $NAME in the file stands for it in the shell */
static void add_names(struct play *p, char ***env, size_t *count)
{
	const struct scenario *s = p->trial->scenario;
	const struct table *table = &s->table;
	const struct row *row = p->trial->row < 0 ? NULL : &table->row[p->trial->row];

	for (size_t i = 0; i < s->axes; i++)
		add_variable(p, env, count, s->axis[i].name, plan_value(s, p->trial->variant, i));
	for (size_t i = table->keys; row && i < table->columns; i++)
		add_variable(p, env, count, table->column[i].name,
			     arena_dup(&p->arena, row->cell[i].s, row->cell[i].len));
}

static void add_addresses(struct play *p, char ***env, size_t *count)
{
	static const char *const url[HOST_COUNT] = { "CLIENT", "SERVER" };
	static const char *const bare[HOST_COUNT] = { "CLIENT_IP", "SERVER_IP" };

	for (enum host h = HOST_CLIENT; h < HOST_COUNT; h++) {
		const struct ipaddr a = lab_address(p->lab, h, SPOT_MAIN);
		char text[INET6_ADDRSTRLEN];

		inet_ntop(a.family, &a.v4, text, sizeof(text));
		add_variable(p, env, count, bare[h], text);
		add_variable(p, env, count, url[h], a.family == AF_INET6 ?
			     arena_printf(&p->arena, "[%s]", text) : text);
	}
}

static const char *files_of(struct play *p)
{
	const char *path = p->trial->scenario->path;
	const char *slash = strrchr(path, '/');
	char whole[PATH_MAX];

	path = slash ? arena_dup(&p->arena, path, (size_t)(slash - path) + 1) : ".";
	return realpath(path, whole) ? arena_dup(&p->arena, whole, strlen(whole)) : path;
}

static char **environment(struct play *p)
{
	autobuf path = { 0 };
	char **env = NULL;
	size_t count = 0;

	cell_path(&path);
	add_names(p, &env, &count);
	add_addresses(p, &env, &count);
	add_variable(p, &env, &count, "FAMILY", p->trial->family == FAMILY_IPV6 ? "ipv6" : "ipv4");
	add_variable(p, &env, &count, "FILES", files_of(p));
	add_variable(p, &env, &count, "PATH", buf_text(&path));
	add_variable(p, &env, &count, "HOME", cell_folder(p->programs->cell));
	add_variable(p, &env, &count, "TMPDIR", cell_folder(p->programs->cell));
	add_variable(p, &env, &count, "LC_ALL", "C");
	env = arena_grow(&p->arena, env, count, sizeof(*env));
	env[count] = NULL;
	return env;
}

/* ---------------------------------------------------------- what they write */

/* The step that began a program tells of it, whichever is being done */
static void tell(struct play *p, const struct program *g, struct event ev)
{
	ev.step = g->step;
	ev.round = g->round;
	ev.host = g->host;
	ev.conn = g->conn;
	play_tell(p, ev);
}

static void keep(struct play *p, struct program *g, enum stream stream, const char *s, size_t len)
{
	const int64_t room = OUTPUT_MOST - g->written[stream];
	size_t left = room <= 0 ? 0 : (int64_t)len < room ? len : (size_t)room;

	g->written[stream] += (int64_t)len;
	if (stream == STREAM_OUT && g->text.len < EVENT_TEXT_MOST)
		buf_add(&g->text, s, len < EVENT_TEXT_MOST - g->text.len ? len :
			EVENT_TEXT_MOST - g->text.len);
	while (left) {
		const size_t n = left < EVENT_TEXT_MOST ? left : EVENT_TEXT_MOST;

		tell(p, g, EVENT(EVENT_OUTPUT, .word = stream_name[stream], .text = s, .text_len = n));
		s += n;
		left -= n;
	}
}

static bool hear_stream(struct play *p, struct program *g, enum stream stream)
{
	char piece[16384];
	bool any = false;

	for (int i = 0; i < READS_MOST && g->fd[stream] >= 0; i++) {
		const ssize_t n = read(g->fd[stream], piece, sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		any = true;
		if (n <= 0)
			fd_close(&g->fd[stream]);
		else
			keep(p, g, stream, piece, (size_t)n);
	}
	return any;
}

/* Whether the file wants this of it, where it is begun, awaited or stopped */
static bool is_asked_for(const struct play *p, const struct program *g, int status)
{
	for (size_t i = 0; i < p->trial->steps; i++) {
		const struct step *s = &p->trial->step[i];
		const bool tells = (int)i == g->step ||
			(g->conn >= 0 && s->conn == g->conn && (s->verb == VERB_AWAIT || s->verb == VERB_STOP));

		if (tells && s->want.kind == OUTCOME_EXIT && s->want.error == status)
			return true;
	}
	return false;
}

/*
 * A shell that can begin no such program has tested nothing: what the file needs
 * is missing, and no verdict on a kernel.
 */
static void mind_what_never_was(struct play *p, const struct program *g)
{
	const int status = WIFEXITED(g->status) ? WEXITSTATUS(g->status) : 0;
	struct err e;

	if ((status != NOT_FOUND && status != NOT_BEGUN) || is_asked_for(p, g, status))
		return;
	err_set(&e, -ENOENT, "a program in line %d %s (exit %d; its standard error is in the record)%s",
		p->trial->step[g->step].at.line,
		status == NOT_FOUND ? "is not found" : "cannot be begun", status,
		status == NOT_FOUND ? ": a line `needs program NAME` would skip the file here" : "");
	play_broken(p, &e);
}

static void tell_end(struct play *p, struct program *g)
{
	const bool exited = WIFEXITED(g->status);

	g->told = true;
	for (enum stream i = STREAM_OUT; i < STREAMS; i++)
		if (g->written[i] > OUTPUT_MOST)
			tell(p, g, EVENT(EVENT_OUTPUT, .word = stream_name[i],
					 .number = g->written[i] - OUTPUT_MOST));
	tell(p, g, EVENT(EVENT_ENDED, .word = exited ? "exit" : "signal",
			 .number = exited ? WEXITSTATUS(g->status) : WTERMSIG(g->status)));
	mind_what_never_was(p, g);
}

/*
 * What it wrote before it ended is in the pipe already; what its own children
 * still write is told as it comes, but nobody waits for it.
 */
static bool hear(struct play *p)
{
	struct programs *all = p->programs;
	struct signalfd_siginfo info;
	bool any = false;

	while (read(all->children, &info, sizeof(info)) > 0)
		;
	for (size_t i = 0; i < all->count; i++) {
		struct program *g = all->list[i];

		if (!g->ended)
			g->ended = waitpid(g->pid, &g->status, WNOHANG) == g->pid;
		for (enum stream k = STREAM_OUT; k < STREAMS; k++)
			any |= hear_stream(p, g, k);
		any |= g->ended && !g->told;
		if (g->ended && !g->told)
			tell_end(p, g);
	}
	return any;
}

/* ------------------------------------------------------------- begin and end */

int programs_open(struct play *p, struct err *e)
{
	struct epoll_event ev = { .events = EPOLLIN };
	sigset_t children;

	p->programs = arena_get(&p->arena, sizeof(*p->programs));
	p->hear_programs = hear;
	p->programs->children = -1;
	if (cell_open(&p->programs->cell, e)) {
		p->programs = NULL;
		return e->code;
	}
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_BLOCK, &children, NULL);
	p->programs->children = signalfd(-1, &children, SFD_NONBLOCK | SFD_CLOEXEC);
	p->programs_fd = epoll_create1(EPOLL_CLOEXEC);
	if (p->programs->children < 0 || p->programs_fd < 0 ||
	    epoll_ctl(p->programs_fd, EPOLL_CTL_ADD, p->programs->children, &ev))
		return err_sys(e, "programs");
	return 0;
}

static int begin(struct play *p, const struct step *s, struct program *g, struct err *e)
{
	struct cell_job job = {
		.command = s->text, .env = environment(p), .net = lab_ns(p->lab, s->host),
	};
	int fd[STREAMS][2];
	int rc;

	for (enum stream i = STREAM_OUT; i < STREAMS; i++) {
		struct epoll_event ev = { .events = EPOLLIN };

		if (pipe2(fd[i], O_CLOEXEC))
			return err_sys(e, "start a program: pipe");
		g->fd[i] = fd[i][0];
		fcntl(g->fd[i], F_SETFL, O_NONBLOCK);
		epoll_ctl(p->programs_fd, EPOLL_CTL_ADD, g->fd[i], &ev);
	}
	job.out = fd[STREAM_OUT][1];
	job.err = fd[STREAM_ERR][1];
	rc = cell_start(p->programs->cell, &job, &g->pid, e);
	close(job.out);
	close(job.err);
	return rc;
}

static struct program *add_program(struct play *p, const struct step *s)
{
	struct programs *all = p->programs;
	struct program *g = arena_get(&p->arena, sizeof(*g));

	*g = (struct program){ .step = p->step, .round = p->round[p->step], .conn = s->conn,
			       .host = s->host, .fd = { -1, -1 } };
	all->list = arena_grow(&p->arena, all->list, all->count, sizeof(*all->list));
	all->list[all->count++] = g;
	return g;
}

/* Of those that had the name, the newest */
static struct program *find_program(const struct play *p, int conn)
{
	for (size_t i = p->programs->count; i-- > 0;)
		if (p->programs->list[i]->conn == conn)
			return p->programs->list[i];
	return NULL;
}

static void wait_for(struct play *p, const struct program *g, int64_t limit_ns)
{
	p->at_work = true;
	while (!g->ended && play_now(p) < limit_ns && !p->over)
		play_wait(p, limit_ns, -1, 0);
	p->at_work = false;
}

static int64_t limit_of(struct play *p, const struct step *s)
{
	return play_limit(p, s, RUN_MOST_NS);
}

/* ------------------------------------------------------------------ results */

static void yield(struct play *p, const struct step *s, const struct program *g)
{
	struct event ev = EVENT(EVENT_RESULT, .host = s->host, .conn = s->conn, .word = "running");

	if (p->over)
		return;
	if (g->ended && WIFSIGNALED(g->status)) {
		ev.word = "signal";
		ev.number = WTERMSIG(g->status);
	} else if (g->ended && WEXITSTATUS(g->status)) {
		ev.word = "exit";
		ev.number = WEXITSTATUS(g->status);
	} else if (g->ended && s->want.kind == OUTCOME_TEXT) {
		ev.word = "text";
		ev.number = g->written[STREAM_OUT];
		ev.text = buf_text(&g->text);
		ev.text_len = g->text.len;
	} else if (g->ended) {
		ev.word = "exit";
	}
	play_tell(p, ev);
}

void programs_run(struct play *p, const struct step *s)
{
	const int64_t limit = limit_of(p, s);
	struct program *g = add_program(p, s);
	struct err e;

	if (begin(p, s, g, &e)) {
		g->ended = g->told = true;
		play_broken(p, &e);
	} else if (!s->start) {
		wait_for(p, g, limit);
		yield(p, s, g);
	}
}

void programs_await(struct play *p, const struct step *s)
{
	const struct program *g = find_program(p, s->conn);

	wait_for(p, g, limit_of(p, s));
	yield(p, s, g);
}

/* It and all of its session's; what does not end by it is ended */
void programs_stop(struct play *p, const struct step *s)
{
	const struct program *g = find_program(p, s->conn);
	bool by_itself = g->ended;

	if (!g->ended)
		kill(-g->pid, s->signal);
	wait_for(p, g, limit_of(p, s));
	by_itself |= g->ended;
	if (!g->ended) {
		kill(-g->pid, SIGKILL);
		wait_for(p, g, play_now(p) + RUN_MOST_NS);
	}
	if (by_itself && s->want.kind == OUTCOME_OK)
		play_tell(p, EVENT(EVENT_RESULT, .host = s->host, .conn = s->conn, .word = "ok"));
	else
		yield(p, s, g);
}

/* Their sockets are orphans then, and those that nobody answers would keep the namespaces alive */
void programs_end(struct play *p)
{
	struct programs *all = p->programs;
	struct err none;

	if (!all)
		return;
	hear(p);
	cell_close(all->cell);
	for (size_t i = 0; i < all->count; i++) {
		for (enum stream k = STREAM_OUT; k < STREAMS; k++)
			hear_stream(p, all->list[i], k);
		buf_fini(&all->list[i]->text);
	}
	p->programs = NULL;
	for (enum host h = HOST_CLIENT; h < HOST_COUNT; h++)
		diag_destroy_orphans(lab_diag(p->lab, h), &none);
}
