// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation. A trial is a few milliseconds of work and then, often,
 * a long wait. So many children may be alive, but only as many awake as the
 * processors can serve at once: a child that begins to sleep says so through
 * its pipe (an event named doze), and says when it is back; one that from now
 * on mostly looks whether something has come says that, too (nap). Each child is
 * bound to one processor for life, so that the frames of a connection are
 * never handled by two and cannot overtake each other.
 *
 * The longest wait first. When they have taken nearly all slots, the last ones go
 * round among the jobs at the other end of the queue, or the processors would have
 * nothing to do until the first of the long ones is over.
 *
 * It is a zygote that makes them, begun with the run. The runner has a verdict for
 * each trial that was and writes to its memory all the time, which each fork() of its
 * own would copy.
 *
 * A child that has said everything closes its pipe and rests, see graves.h.
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
#include "runner/graves.h"
#include "runner/processors.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
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
	AHEAD_MOST = 2,			/* children; and at work at their processor */
	SLOTS_FOR_ONE = 8,		/* of so many slots one is for jobs that are brief */
	TICK_MS = 100,
	READ_SIZE = 65536,
};

/* Jobs that take no longer do not keep a slot from others */
static const int64_t BRIEF_NS = 50 * NS_PER_MS;

struct child {
	struct pool_job job;
	pid_t pid;
	int fd;			/* -1: a free slot */
	int cpu;
	enum load load, awake;	/* what it is for its processor, and when it does not sleep */
	bool overrun;
	struct buf text;
	size_t seen;		/* how much of the text was looked at for doze, wake and nap */
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
	struct processors cpus;
	struct graves graves;
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

void pool_add_again(struct pool *p, const struct pool_job *job)
{
	struct pool_state *s = p->state;

	if (job->alone || job->lasts_ns <= BRIEF_NS || !s->head)
		pool_add(p, job);
	else
		s->queue[--s->head] = *job;
}

void pool_stop(struct pool *p)
{
	p->state->stop = true;
}

/* ----------------------------------------------------------------- children */

static void bear(struct pool_state *s, struct child *c, enum load load)
{
	s->cpus.load[c->cpu] += (int)load - (int)c->load;
	c->load = load;
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

static void begin_turn(struct pool_state *s, const struct child *c)
{
	s->running++;
	s->cpus.jobs[c->cpu]++;
}

static void let_begin(struct pool_state *s)
{
	struct child *c = s->ahead[0];

	leave_ahead(s, c);
	begin_turn(s, c);
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
			     .awake = LOAD_WORKS, .begun_ns = clock_ns() };
	c->pid = zygote_child(&s->zygote, order, end[1], e);
	close(end[1]);
	if (c->pid < 0) {
		fd_close(&c->fd);
		return e->code;
	}
	setpgid(c->pid, c->pid);
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	bear(s, c, LOAD_WORKS);
	if (order->ahead)
		s->ahead[s->aheads++] = c;
	else
		begin_turn(s, c);
	s->cpus.reserved[c->cpu] |= order->job.alone;
	return 0;
}

static int start(struct pool *p, const struct pool_job *job, int cpu, bool ahead, struct err *e)
{
	const struct order order = { .job = *job, .cpu = cpu, .ahead = ahead };
	const int rc = start_once(p, &order, e);

	return rc == -ECHILD ? start_once(p, &order, e) : rc;	/* with another zygote */
}

/* ------------------------------------------------------------------ its end */

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
	s->cpus.jobs[gone->cpu]--;
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
	bear(s, c, LOAD_SLEEPS);
	pass_turn(s, c);
	if (c->job.alone)
		s->cpus.reserved[c->cpu] = false;
	if (c->overrun || !said_end(c))
		r.wait = end_of_child(c->pid);
	else
		graves_lay(&s->graves, c->pid);
	c->text = (struct buf){ 0 };
	p->done(p->ctx, &r);
	buf_fini(&r.text);
}

/* ---------------------------------------------------------------- listening */

/* What a line says of the load that its child is */
static void mind_load(struct pool_state *s, struct child *c, const char *word)
{
	const bool doze = !strncmp(word, " doze", 5);

	if (!strncmp(word, " nap", 4))
		c->awake = LOAD_LOOKS;
	else if (!doze && strncmp(word, " wake", 5) != 0)
		return;
	bear(s, c, doze ? LOAD_SLEEPS : c->awake);
}

static void mind_lines(struct pool *p, struct child *c)
{
	const char *text = buf_text(&c->text);
	const char *end;

	while ((end = memchr(text + c->seen, '\n', c->lines - c->seen))) {
		const char *line = text + c->seen;
		const char *word = memchr(line, ' ', (size_t)(end - line));

		if (word)
			mind_load(p->state, c, word);
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

static bool somebody_is_alone(const struct pool_state *s)
{
	for (int i = 0; i < s->children; i++)
		if (s->child[i].fd >= 0 && s->child[i].job.alone)
			return true;
	return false;
}

/* What the machine is too short of for that, it may have when the job's turn has come */
static void start_ahead(struct pool *p)
{
	struct pool_state *s = p->state;
	const int most = p->slots > 1 ? 1 : 0;	/* with one slot, which is for quiet, nobody is beside it */
	struct err unheard;

	while (!s->stop && s->aheads < AHEAD_MOST && s->head < s->tail &&
	       !s->queue[s->head].alone && s->running >= (size_t)p->slots && !somebody_is_alone(s)) {
		const int cpu = processors_idle(&s->cpus, most, AHEAD_MOST);

		if (cpu < 0 || start(p, &s->queue[s->head], cpu, true, &unheard))
			return;
		s->head++;
	}
}

static bool is_shortage(int rc)
{
	return rc == -EAGAIN || rc == -ENOMEM || rc == -EMFILE || rc == -ENFILE;
}

bool pool_takes_last(int slots, size_t taken, int64_t first_ns, int64_t last_ns)
{
	return taken >= (size_t)(slots - slots / SLOTS_FOR_ONE) && first_ns > BRIEF_NS &&
	       last_ns <= BRIEF_NS;
}

/* The first of the queue, or the last but for those that want to be alone, which are for the end */
static size_t next_job(const struct pool *p)
{
	const struct pool_state *s = p->state;
	size_t last = s->tail - 1;

	while (last > s->head && s->queue[last].alone)
		last--;
	return pool_takes_last(p->slots, s->running, s->queue[s->head].lasts_ns,
			       s->queue[last].lasts_ns) ? last : s->head;
}

static void take_out(struct pool_state *s, size_t at)
{
	if (at == s->head) {
		s->head++;
		return;
	}
	memmove(&s->queue[at], &s->queue[at + 1], (s->tail - at - 1) * sizeof(*s->queue));
	s->tail--;
}

static int start_some(struct pool *p, struct err *e)
{
	struct pool_state *s = p->state;

	while (!s->stop && s->head < s->tail && s->running < (size_t)p->slots) {
		const size_t next = next_job(p);
		const struct pool_job *job = &s->queue[next];
		const int cpu = processors_for(&s->cpus, job->alone);
		const int rc = cpu < 0 ? 0 : start(p, job, cpu, false, e);

		if (cpu < 0)
			break;
		if (is_shortage(rc) && s->running)
			break;		/* as many as the machine allows: go on when one ends */
		if (is_shortage(rc) && graves_bury(&s->graves))
			continue;	/* who rests or dies has a process, too */
		if (rc)
			return rc;
		take_out(s, next);
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
	graves_bury(&s->graves);
	zygote_end(&s->zygote);
}

static int open_state(struct pool *p, sigset_t *before, struct err *e)
{
	struct pool_state *s = state_of(p);
	struct sigaction hup;
	sigset_t set;

	s->children = p->slots + AHEAD_MOST;
	s->child = need(calloc((size_t)s->children, sizeof(*s->child)));
	for (int i = 0; i < s->children; i++)
		s->child[i].fd = -1;
	if (processors_open(&s->cpus, p->working_most, e))
		return e->code;
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
	free(p->state);
	p->state = NULL;
}
