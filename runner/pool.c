// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation. A trial is a few milliseconds of work and then, often,
 * a long wait. So many children may be alive, but only as many awake as the
 * processors can serve at once: a child that begins to sleep says so through
 * its pipe (an event named doze), and says when it is back. Each child is
 * bound to one processor for life, so that the frames of a connection are
 * never handled by two and cannot overtake each other.
 *
 * It is a zygote that makes them, begun with the run. The runner has a verdict for
 * each trial that was and writes to its memory all the time, which each fork() of its
 * own would copy.
 *
 * A child that has said everything closes its pipe and rests until it is
 * killed, together with others: the kernel dismantles all namespaces that died
 * meanwhile in one go, under one hold of the lock that every new namespace
 * needs, and much of the price is for the go. Then it takes its time to die;
 * it is collected when that is over, and a bound on those still dying keeps us
 * from making namespaces faster than the kernel can take them down.
 *
 * While all slots are taken, two children more are made ahead, if there are so few
 * slots that processors have nothing else to do: they prepare what they need and then
 * wait in pool_await_turn() until a slot is free. Two, so that one is being made while
 * another waits; they stay where they were made, for their memory is in that processor's
 * cache. So never more than there are slots are at their jobs, and a job that wants to be
 * alone neither is made ahead nor has one made beside it.
 */
#include "runner/pool.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/child.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	RECORD_MOST = 64 << 20,		/* bytes of lines that a child may write */
	RESTING_MOST = 8,
	DYING_MOST = 48,
	AHEAD_MOST = 2,			/* children; and awake ones at their processor */
	TICK_MS = 100,
	READ_SIZE = 65536,
};

struct child {
	struct pool_job job;
	pid_t pid;
	int fd;			/* -1: a free slot */
	int cpu;
	bool dozing, overrun;
	struct buf text;
	size_t seen;		/* how much of the text was looked at for doze and wake */
	size_t lines;		/* how much of it is lines; a parcel stands behind */
	bool parcel;
	int64_t begun_ns;
};

struct pool_state {
	struct pool_job *queue;
	size_t head, tail, room;
	struct child *child;
	int children;		/* AHEAD_MOST more than there are slots */
	struct child *ahead[AHEAD_MOST];	/* made before their turn, the first first */
	int aheads;
	size_t running;		/* those not counted */
	pid_t resting[RESTING_MOST], dying[DYING_MOST];
	size_t restings, dyings;
	cpu_set_t cpus;
	int *awake;		/* by processor number, CPU_SETSIZE of them */
	bool *reserved;		/* likewise: for a job that wants to be alone */
	bool stop;
	int signals;
	struct zygote zygote;	/* makes the children; we keep too much to be copied */
};

/** struct order - For the zygote: the child that is to be made */
struct order {
	struct pool_job job;
	int cpu;
	bool ahead;
};

static void *need(void *p)
{
	if (!p)
		arena_out_of_memory();
	return p;
}

static struct pool_state *state_of(struct pool *p)
{
	if (!p->state) {
		p->state = need(calloc(1, sizeof(*p->state)));
		p->state->signals = -1;
	}
	return p->state;
}

void pool_add(struct pool *p, const struct pool_job *job)
{
	struct pool_state *s = state_of(p);

	if (s->tail == s->room) {
		s->room = s->room ? 2 * s->room : 64;
		s->queue = need(realloc(s->queue, s->room * sizeof(*s->queue)));
	}
	s->queue[s->tail++] = *job;
}

void pool_stop(struct pool *p)
{
	p->state->stop = true;
}

/* ----------------------------------------------------------------- children */

/*
 * The processor for a job: the one with the fewest awake children, but none
 * that is reserved for a job alone. Where there is no other, such a job shares
 * it with those that fit into its sleep.
 */
static int cpu_for(const struct pool *p, const struct pool_job *job)
{
	const struct pool_state *s = p->state;
	const int most = job->alone ? 1 : p->awake_most;
	int best = -1, only = -1, cpus = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &s->cpus))
			continue;
		cpus++;
		only = cpu;
		if (!s->reserved[cpu] && s->awake[cpu] < most &&
		    (best < 0 || s->awake[cpu] < s->awake[best]))
			best = cpu;
	}
	return best < 0 && cpus == 1 && !s->awake[only] ? only : best;
}

/* In a child: it was made before its turn */
static bool made_ahead;

bool pool_await_turn(int fd)
{
	ssize_t n;
	char leave;

	if (!made_ahead)
		return false;
	while ((n = read(fd, &leave, 1)) < 0 && errno == EINTR)
		;
	if (n != 1)
		_exit(3);		/* the runner is gone, and nobody has a turn any more */
	return true;
}

/* Of the zygote's, for the runner */
static void be_a_child(void *ctx, const void *told, int fd)
{
	const struct order *order = told;
	struct pool *p = ctx;
	sigset_t none;

	made_ahead = order->ahead;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGINT, SIG_IGN);	/* ^C reaches the runner, which ends its children */
	signal(SIGPIPE, SIG_IGN);
	setpgid(0, 0);
	child_dies_with(p->state->zygote.parent, 3);
	prctl(PR_SET_TIMERSLACK, 1000UL);
	child_stays_on(order->cpu);
	if (!p->play(p->ctx, &order->job, fd))
		_exit(0);
	for (;;)
		pause();
}

static struct child *free_slot(struct pool *p)
{
	for (int i = 0; i < p->state->children; i++)
		if (p->state->child[i].fd < 0)
			return &p->state->child[i];
	return NULL;
}

static bool is_ahead(const struct pool_state *s, const struct child *c)
{
	for (int i = 0; i < s->aheads; i++)
		if (s->ahead[i] == c)
			return true;
	return false;
}

static void leave_ahead(struct pool_state *s, const struct child *c)
{
	int kept = 0;

	for (int i = 0; i < s->aheads; i++)
		if (s->ahead[i] != c)
			s->ahead[kept++] = s->ahead[i];
	s->aheads = kept;
}

static void let_begin(struct pool_state *s)
{
	struct child *c = s->ahead[0];

	leave_ahead(s, c);
	s->running++;
	c->begun_ns = clock_ns();
	if (send(c->fd, "", 1, MSG_NOSIGNAL) < 0)
		kill(c->pid, SIGKILL);	/* it would wait for ever; how it ended is then told */
}

/* The way from a child; for one made ahead a way to it, too. @end: ours, the child's */
static int open_way(bool ahead, int end[2], struct err *e)
{
	if (ahead && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, end))
		return err_sys(e, "socketpair");
	if (!ahead && pipe2(end, O_CLOEXEC))
		return err_sys(e, "pipe");
	return 0;
}

static int start_once(struct pool *p, const struct order *order, struct err *e)
{
	struct pool_state *s = p->state;
	struct child *c = free_slot(p);
	int end[2];

	if (open_way(order->ahead, end, e))
		return e->code;
	*c = (struct child){ .job = order->job, .fd = end[0], .cpu = order->cpu,
			     .begun_ns = clock_ns() };
	c->pid = zygote_child(&s->zygote, order, end[1], e);
	close(end[1]);
	if (c->pid < 0) {
		fd_close(&c->fd);
		return e->code;
	}
	setpgid(c->pid, c->pid);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	s->awake[c->cpu]++;
	if (order->ahead)
		s->ahead[s->aheads++] = c;
	else
		s->running++;
	s->reserved[c->cpu] |= order->job.alone;
	return 0;
}

static int start(struct pool *p, const struct pool_job *job, int cpu, bool ahead, struct err *e)
{
	const struct order order = { .job = *job, .cpu = cpu, .ahead = ahead };
	const int rc = start_once(p, &order, e);

	return rc == -ECHILD ? start_once(p, &order, e) : rc;	/* with another zygote */
}

/* ------------------------------------------------------------------ dying */

static void collect_dying(struct pool_state *s, bool wait)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->dyings; i++)
		if (waitpid(s->dying[i], NULL, wait ? 0 : WNOHANG) == 0)
			s->dying[kept++] = s->dying[i];
	s->dyings = kept;
}

static void collect_first(struct pool_state *s)
{
	while (waitpid(s->dying[0], NULL, 0) < 0 && errno == EINTR)
		;
	memmove(s->dying, s->dying + 1, --s->dyings * sizeof(s->dying[0]));
}

/* Let those that rest die, at once. Who cannot be told to is not waited for: it ends with the runner */
static void release(struct pool_state *s)
{
	size_t told = 0;

	for (size_t i = 0; i < s->restings; i++)
		if (!kill(s->resting[i], SIGKILL))
			s->resting[told++] = s->resting[i];
	for (size_t i = 0; i < told; i++) {
		if (s->dyings == DYING_MOST)
			collect_first(s);
		s->dying[s->dyings++] = s->resting[i];
	}
	s->restings = 0;
}

static void lay_to_rest(struct pool_state *s, pid_t pid)
{
	collect_dying(s, false);
	s->resting[s->restings++] = pid;
	if (s->restings == RESTING_MOST)
		release(s);
}

static int end_of_child(pid_t pid)
{
	int wait = 0;

	while (waitpid(pid, &wait, 0) < 0 && errno == EINTR)
		;
	return wait;
}

static bool said_end(const struct child *c)
{
	static const char end[] = " end";
	const char *s = buf_text(&c->text);
	size_t len = c->lines;

	while (len && s[len - 1] != '\n')
		len--;
	while (len > 1 && s[len - 2] != '\n')
		len--;
	len = len ? len - 1 : 0;
	return strstr(s + len, end) != NULL;
}

/* @gone: the child that ended */
static void pass_turn(struct pool_state *s, const struct child *gone)
{
	if (is_ahead(s, gone)) {	/* it could not even prepare itself */
		leave_ahead(s, gone);
		return;
	}
	s->running--;
	if (s->aheads && !s->stop)
		let_begin(s);
}

static void finish(struct pool *p, struct child *c)
{
	struct pool_state *s = p->state;
	struct pool_result r = { .job = c->job, .text = c->text, .overrun = c->overrun,
				 .elapsed_ns = clock_ns() - c->begun_ns };

	if (c->parcel) {
		r.parcel = c->text.s + c->lines + 1;
		r.parcel_len = c->text.len - c->lines - 1;
		r.text.len = c->lines;
	}
	fd_close(&c->fd);
	if (!c->dozing)
		s->awake[c->cpu]--;
	pass_turn(s, c);
	if (c->job.alone)
		s->reserved[c->cpu] = false;
	if (c->overrun || !said_end(c))
		r.wait = end_of_child(c->pid);
	else
		lay_to_rest(s, c->pid);
	c->text = (struct buf){ 0 };
	p->done(p->ctx, &r);
	buf_fini(&r.text);
}

/* ---------------------------------------------------------------- listening */

static void mind_lines(struct pool *p, struct child *c)
{
	struct pool_state *s = p->state;
	const char *text = buf_text(&c->text);
	const char *end;

	while ((end = memchr(text + c->seen, '\n', c->lines - c->seen))) {
		const char *line = text + c->seen;
		const char *word = memchr(line, ' ', (size_t)(end - line));
		const bool doze = word && !strncmp(word, " doze", 5);
		const bool wake = word && !strncmp(word, " wake", 5);

		if (doze && !c->dozing)
			s->awake[c->cpu]--;
		if (wake && c->dozing)
			s->awake[c->cpu]++;
		if (doze || wake)
			c->dozing = doze;
		if (p->line)
			p->line(p->ctx, &c->job, line, (size_t)(end - line));
		c->seen = (size_t)(end + 1 - text);
	}
}

/* Its programs, too: they are of its group */
static void end_now(const struct child *c)
{
	kill(-c->pid, SIGKILL);
	kill(c->pid, SIGKILL);
}

/* What came: lines up to the first NUL, which no line has, and a parcel from there on */
static void take_in(struct child *c, const char *piece, size_t n)
{
	const char *nul = c->parcel ? NULL : memchr(piece, '\0', n);

	if (!c->parcel)
		c->lines += nul ? (size_t)(nul - piece) : n;
	c->parcel |= nul != NULL;
	buf_add(&c->text, piece, n);
	if (c->lines > RECORD_MOST || c->text.len - c->lines > POOL_PARCEL_MOST + 1 ||
	    c->text.failed) {
		c->overrun = true;
		end_now(c);
	}
}

static void hear(struct pool *p, struct child *c)
{
	char piece[READ_SIZE];

	for (;;) {
		const ssize_t n = read(c->fd, piece, sizeof(piece));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0)
			end_now(c);	/* what it says cannot be read, and it may rest for ever */
		if (n <= 0) {
			mind_lines(p, c);
			finish(p, c);
			return;
		}
		take_in(c, piece, (size_t)n);
	}
	mind_lines(p, c);
}

bool pool_hold(struct pool *p, int fd)
{
	struct pollfd fds[] = { { .fd = p->state->signals, .events = POLLIN },
				{ .fd = fd, .events = POLLIN } };
	const int64_t begun_ns = clock_ns();

	while (poll(fds, 2, -1) < 0 && errno == EINTR)
		;
	for (int i = 0; i < p->state->children; i++)
		p->state->child[i].begun_ns += clock_ns() - begun_ns;
	return !fds[0].revents && fds[1].revents;
}

void pool_nudge(struct pool *p, size_t id)
{
	for (int i = 0; i < p->state->children; i++)
		if (p->state->child[i].fd >= 0 && p->state->child[i].job.id == id)
			kill(p->state->child[i].pid, SIGUSR1);
}

static void enforce_budget(const struct pool_state *s, struct child *c, int64_t now_ns)
{
	if (c->overrun || is_ahead(s, c) || now_ns - c->begun_ns < c->job.budget_ns)
		return;
	c->overrun = true;
	end_now(c);
}

static int poll_all(struct pool *p, struct pollfd *fds, int timeout_ms)
{
	int n = 0;

	fds[n++] = (struct pollfd){ .fd = p->state->signals, .events = POLLIN };
	for (int i = 0; i < p->state->children; i++)
		fds[n++] = (struct pollfd){ .fd = p->state->child[i].fd, .events = POLLIN };
	return poll(fds, (nfds_t)n, timeout_ms);
}

static int signal_that_came(struct pool_state *s)
{
	struct signalfd_siginfo info;

	return read(s->signals, &info, sizeof(info)) == sizeof(info) ? (int)info.ssi_signo : 0;
}

/* ------------------------------------------------------------------ the run */

/* How many are at their jobs on a processor, dozing ones too */
static int at_work(const struct pool_state *s, int cpu)
{
	int n = 0;

	for (int i = 0; i < s->children; i++)
		n += s->child[i].fd >= 0 && s->child[i].cpu == cpu && !is_ahead(s, &s->child[i]);
	return n;
}

static bool somebody_is_alone(const struct pool_state *s)
{
	for (int i = 0; i < s->children; i++)
		if (s->child[i].fd >= 0 && s->child[i].job.alone)
			return true;
	return false;
}

/*
 * The processor to make one ahead on, the one where the fewest are at work. With one slot,
 * which is for quiet, nobody may be; else one may, as with more slots. -1: there is none
 */
static int idle_cpu(const struct pool *p)
{
	const struct pool_state *s = p->state;
	const int most = p->slots > 1 ? 1 : 0;
	int best = -1, least = 0;

	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		int here;

		if (!CPU_ISSET((size_t)cpu, &s->cpus) || s->awake[cpu] >= AHEAD_MOST)
			continue;
		here = at_work(s, cpu);
		if (here > most || (best >= 0 && here >= least))
			continue;
		best = cpu;
		least = here;
	}
	return best;
}

/* What the machine is too short of for that, it may have when the job's turn has come */
static void start_ahead(struct pool *p)
{
	struct pool_state *s = p->state;
	struct err unheard;

	while (!s->stop && s->aheads < AHEAD_MOST && s->head < s->tail &&
	       !s->queue[s->head].alone && s->running >= (size_t)p->slots && !somebody_is_alone(s)) {
		const int cpu = idle_cpu(p);

		if (cpu < 0 || start(p, &s->queue[s->head], cpu, true, &unheard))
			return;
		s->head++;
	}
}

static bool is_shortage(int rc)
{
	return rc == -EAGAIN || rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE;
}

/* Who rests or dies has a process, too. Return: whether anybody did */
static bool bury_all(struct pool_state *s)
{
	const bool any = s->restings || s->dyings;

	release(s);
	collect_dying(s, true);
	return any;
}

static int start_some(struct pool *p, struct err *e)
{
	struct pool_state *s = p->state;

	while (!s->stop && s->head < s->tail && s->running < (size_t)p->slots) {
		const int cpu = cpu_for(p, &s->queue[s->head]);
		const int rc = cpu < 0 ? 0 : start(p, &s->queue[s->head], cpu, false, e);

		if (cpu < 0)
			break;
		if (is_shortage(rc) && s->running)
			break;		/* as many as the machine allows: go on when one ends */
		if (is_shortage(rc) && bury_all(s))
			continue;
		if (rc)
			return rc;
		s->head++;
	}
	start_ahead(p);
	return 0;
}

static void kill_all(struct pool *p)
{
	struct pool_state *s = p->state;

	for (int i = 0; i < s->children; i++) {
		if (s->child[i].fd >= 0)
			end_now(&s->child[i]);
	}
	for (int i = 0; i < s->children; i++) {
		struct child *c = &s->child[i];

		if (c->fd < 0)
			continue;
		waitpid(c->pid, NULL, 0);
		fd_close(&c->fd);
		buf_fini(&c->text);
	}
	s->running = 0;
	s->aheads = 0;
	release(s);
	collect_dying(s, true);
	zygote_end(&s->zygote);
}

static int open_state(struct pool *p, sigset_t *before, struct err *e)
{
	struct pool_state *s = state_of(p);
	struct sigaction hup;
	sigset_t set;

	s->children = p->slots + AHEAD_MOST;
	s->child = need(calloc((size_t)s->children, sizeof(*s->child)));
	s->awake = need(calloc(CPU_SETSIZE, sizeof(*s->awake)));
	s->reserved = need(calloc(CPU_SETSIZE, sizeof(*s->reserved)));
	for (int i = 0; i < s->children; i++)
		s->child[i].fd = -1;
	if (sched_getaffinity(0, sizeof(s->cpus), &s->cpus))
		return err_sys(e, "sched_getaffinity");
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGXCPU);
	if (sigaction(SIGHUP, NULL, &hup) || hup.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);	/* nohup means it */
	sigprocmask(SIG_BLOCK, &set, before);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0)
		return err_sys(e, "signalfd");
	s->zygote = (struct zygote){ .live = be_a_child, .ctx = p, .order_len = sizeof(struct order) };
	return zygote_begin(&s->zygote, e);
}

static int loop(struct pool *p, int *signal_number, struct err *e)
{
	struct pool_state *s = p->state;
	struct pollfd *fds = need(calloc((size_t)s->children + 1, sizeof(*fds)));
	int64_t ticked_ns = 0;
	int rc = 0;

	while (!rc && !*signal_number && !s->stop && (s->running || s->aheads || s->head < s->tail)) {
		rc = start_some(p, e);
		if (rc)
			break;
		poll_all(p, fds, TICK_MS);
		if (fds[0].revents)
			*signal_number = signal_that_came(s);
		for (int i = 0; i < s->children && !s->stop; i++) {
			if (s->child[i].fd < 0)
				continue;
			if (fds[i + 1].fd == s->child[i].fd && fds[i + 1].revents)
				hear(p, &s->child[i]);
			if (s->child[i].fd >= 0)
				enforce_budget(s, &s->child[i], clock_ns());
		}
		if (p->tick && clock_ns() - ticked_ns > TICK_MS * NS_PER_MS) {
			ticked_ns = clock_ns();
			p->tick(p->ctx, s->running, s->tail - s->head);
		}
	}
	free(fds);
	return rc;
}

int pool_run(struct pool *p, int *signal_number, struct err *e)
{
	sigset_t before;
	int rc;

	*signal_number = 0;
	rc = open_state(p, &before, e);
	if (!rc)
		rc = loop(p, signal_number, e);
	kill_all(p);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

void pool_fini(struct pool *p)
{
	if (!p->state)
		return;
	fd_close(&p->state->signals);
	free(p->state->queue);
	free(p->state->child);
	free(p->state->awake);
	free(p->state->reserved);
	free(p->state);
	p->state = NULL;
}
