// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation. The guest's first serial line is its console, the
 * second one brings frames; both come through pipes. It is over when both are
 * closed. Three things end it from outside: a signal to us, silence, and a
 * line that brings what is no frame. Silence is only held against a guest that
 * has had the processor for half of it, or does not want it: on a busy machine
 * one that is let run a twentieth of the time says little.
 *
 * It gets the kernel and its first root as files in memory, so nothing is left
 * behind whatever becomes of us.
 */
#include "runner/guest.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/child.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/pulse.h"
#include "runner/frame.h"
#include "runner/image.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

enum {
	PIECE = 65536, TICK_MS = 100, CONSOLE_MOST = 16 << 20, ARGS_MOST = 64, WORDS_MOST = 4096,
	FIRST_WORD_S = 10, NOT_FOUND = 127, ENDING_MS = 500, STARVING_MOST = 10,
};

/* Where the child finds what it is given */
enum { KERNEL_FD = 10, ARCHIVE_FD, CONSOLE_FD, LINE_FD, FDS_END };

struct guest {
	const struct guest_plan *plan;
	struct arena arena;
	pid_t pid;
	int kernel, archive, console_in, line_in, words_in, signals;
	sigset_t before;
	struct buf console, line, words;
	size_t used;			/* of the line: frames already told */
	int64_t begun_ns, heard_ns;
	int64_t cpu_ns;			/* that it had had when it was heard */
	int signal;
	const char *why;
};

/* ------------------------------------------------------------- the command */

struct command {
	struct guest *g;
	const char *argv[ARGS_MOST];
	int argc;
};

static void word(struct command *c, const char *text)
{
	if (c->argc + 1 < ARGS_MOST)
		c->argv[c->argc++] = text;
}

static void words(struct command *c, const char *text)
{
	char *copy = arena_dup(&c->g->arena, text, strlen(text)), *rest;

	for (char *w = strtok_r(copy, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		word(c, w);
}

#define WORD(c, ...)	word(c, arena_printf(&(c)->g->arena, __VA_ARGS__))

static void serial_line(struct command *c, const char *name, int fd)
{
	word(c, "-add-fd");
	WORD(c, "fd=%d,set=%d", fd, fd);
	word(c, "-chardev");
	WORD(c, "file,id=%s,path=/dev/fdset/%d,append=on", name, fd);
	word(c, "-serial");
	WORD(c, "chardev:%s", name);
}

static void emulator_command(struct command *c)
{
	const struct guest_plan *p = c->g->plan;
	const struct machine *m = p->image->machine;

	word(c, m->emulator);
	words(c, m->options[p->mode]);
	WORD(c, "-m");
	WORD(c, "%d", p->memory_mib);
	WORD(c, "-smp");
	WORD(c, "%d", p->mode == MACHINE_KVM ? p->cpus : 1);
	WORD(c, "-kernel");
	WORD(c, "/proc/self/fd/%d", KERNEL_FD);
	WORD(c, "-initrd");
	WORD(c, "/proc/self/fd/%d", ARCHIVE_FD);
	serial_line(c, "console", CONSOLE_FD);
	serial_line(c, "line", LINE_FD);
	WORD(c, "-append");
	WORD(c, "%s rdinit=/init -- guest %s", m->append[p->mode], m->channel);
}

static void uml_command(struct command *c)
{
	const struct guest_plan *p = c->g->plan;
	const struct machine *m = p->image->machine;

	WORD(c, "/proc/self/fd/%d", KERNEL_FD);
	WORD(c, "mem=%dM", p->memory_mib);
	WORD(c, "initrd=/proc/self/fd/%d", ARCHIVE_FD);
	word(c, "uml_dir=/dev/null");	/* no folder for its management console: nothing to leave behind */
	word(c, "con=null");
	WORD(c, "con0=null,fd:%d", LINE_FD);
	word(c, "ssl=null");
	WORD(c, "ssl0=null,fd:%d", CONSOLE_FD);
	words(c, m->append[p->mode]);
	word(c, "rdinit=/init");
	word(c, "--");
	word(c, "guest");
	word(c, m->channel);
}

/* ---------------------------------------------------------------- starting */

static int in_memory(int *fd, const char *name, const struct buf *b, struct err *e)
{
	size_t at = 0;

	*fd = memfd_create(name, MFD_CLOEXEC);
	while (*fd >= 0 && at < b->len) {
		const ssize_t n = write(*fd, b->s + at, b->len - at);

		if (n <= 0)
			break;
		at += (size_t)n;
	}
	return *fd >= 0 && at == b->len ? 0 : err_sys(e, "a file in memory");
}

/* Guest system calls are wake-ups between UML's processes: on one processor they cost a fifth */
static void pin(int which)
{
	cpu_set_t may;
	int nth = 0;

	if (sched_getaffinity(0, sizeof(may), &may) || !CPU_COUNT(&may))
		return;
	which %= CPU_COUNT(&may);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &may) || nth++ != which)
			continue;
		child_stays_on(cpu);
		return;
	}
}

struct ends {
	int console[2], line[2], said[2];
};

static void become(const struct command *c, const struct ends *p, pid_t parent)
{
	const struct { int from, to; } give[] = {
		{ c->g->kernel, KERNEL_FD }, { c->g->archive, ARCHIVE_FD },
		{ p->console[1], CONSOLE_FD }, { p->line[1], LINE_FD },
	};
	const int null = open("/dev/null", O_RDWR);
	int high[FDS_END - KERNEL_FD];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0);		/* ^C reaches us, who end it */
	child_dies_with(parent, NOT_FOUND);
	dup2(null, STDIN_FILENO);
	dup2(p->said[1], STDOUT_FILENO);
	dup2(p->said[1], STDERR_FILENO);
	for (int i = 0; i < FDS_END - KERNEL_FD; i++)
		high[i] = fcntl(give[i].from, F_DUPFD_CLOEXEC, FDS_END);
	for (int i = 0; i < FDS_END - KERNEL_FD; i++)
		dup2(high[i], give[i].to);
	if (c->g->plan->image->machine->uml)
		pin(c->g->plan->cpu);
	execvp(c->argv[0], (char *const *)(uintptr_t)c->argv);
	dprintf(STDERR_FILENO, "%s: %s\n", c->argv[0], strerror(errno));
	_exit(NOT_FOUND);
}

static bool in_path(const char *program)
{
	const char *path = getenv("PATH");
	char file[4096];

	while (path && *path) {
		const size_t len = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/%s", (int)len, path, program);
		if (!access(file, X_OK))
			return true;
		path += len + (path[len] == ':');
	}
	return false;
}

static void catch_signals(struct guest *g)
{
	struct sigaction hup;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigaction(SIGHUP, NULL, &hup) || hup.sa_handler != SIG_IGN)
		sigaddset(&set, SIGHUP);	/* nohup means it */
	sigprocmask(SIG_BLOCK, &set, &g->before);
	g->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int launch(struct guest *g, struct err *e)
{
	struct command c = { .g = g };
	const pid_t parent = getpid();
	struct ends p;

	if (g->plan->image->machine->uml)
		uml_command(&c);
	else
		emulator_command(&c);
	if (pipe2(p.console, O_CLOEXEC) || pipe2(p.line, O_CLOEXEC) || pipe2(p.said, O_CLOEXEC))
		return err_sys(e, "guest: pipe");
	g->pid = fork();
	if (g->pid == 0)
		become(&c, &p, parent);
	if (g->pid > 0)
		setpgid(g->pid, g->pid);
	close(p.console[1]);
	close(p.line[1]);
	close(p.said[1]);
	g->console_in = p.console[0];
	g->line_in = p.line[0];
	g->words_in = p.said[0];
	return g->pid < 0 ? err_sys(e, "guest: fork") : 0;
}

int guest_start(struct guest **out, const struct guest_plan *plan, struct err *e)
{
	const struct machine *m = plan->image->machine;
	struct guest *g;

	if (m->emulator && !in_path(m->emulator))
		return err_set(e, -ENOENT, "to boot a kernel for %s takes %s (package %s)", m->name,
			       m->emulator, m->package);
	g = calloc(1, sizeof(*g));
	if (!g)
		return err_set(e, -ENOMEM, "out of memory");
	g->plan = plan;
	g->kernel = g->archive = g->console_in = g->line_in = g->words_in = g->signals = -1;
	g->begun_ns = g->heard_ns = clock_ns();
	catch_signals(g);
	if (in_memory(&g->kernel, "kernel", &plan->image->kernel, e) ||
	    in_memory(&g->archive, "initramfs", plan->archive, e) || launch(g, e)) {
		guest_end(g);
		return e->code;
	}
	*out = g;
	return 0;
}

/* --------------------------------------------------------------- listening */

static void hear(struct guest *g, int *fd, struct buf *b, size_t most)
{
	char piece[PIECE];
	const ssize_t n = read(*fd, piece, sizeof(piece));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		fd_close(fd);
		return;
	}
	if (clock_ns() - g->heard_ns > NS_PER_S)
		g->cpu_ns = pulse_cpu_ns(g->pid);
	g->heard_ns = clock_ns();
	if (b->len < most)
		buf_add(b, piece, (size_t)n);
}

static void stop(struct guest *g)
{
	if (g->pid <= 0)
		return;
	kill(-g->pid, SIGKILL);
	kill(g->pid, SIGKILL);
}

/* Of a line in the console, what follows a word */
static const char *said_after(struct guest *g, const char *text, const char *mark)
{
	const char *found = NULL, *next = text;

	while ((next = strstr(next, mark)))
		found = next += strlen(mark);
	return found ? arena_dup(&g->arena, found, strcspn(found, "\r\n")) : NULL;
}

static const char *first_line(struct guest *g, const char *text)
{
	text += strspn(text, "\r\n");
	return arena_dup(&g->arena, text, strcspn(text, "\r\n"));
}

/* User Mode Linux begins with what it finds out about its host: only its last words are about its end */
static const char *last_line(struct guest *g, const char *text)
{
	const char *line = text;

	for (const char *next = text; *next; next += strcspn(next, "\r\n")) {
		next += strspn(next, "\r\n");
		line = *next ? next : line;
	}
	return first_line(g, line);
}

/* A signal of somebody else's; 0: it ended otherwise, or lives on without its lines */
static int killed_by(struct guest *g)
{
	siginfo_t how = { 0 };

	for (int i = 0; i < ENDING_MS && !waitid(P_PID, (id_t)g->pid, &how, WEXITED | WNOHANG | WNOWAIT) &&
	     !how.si_pid; i++)
		clock_sleep_until(clock_ns() + NS_PER_MS);
	return how.si_pid && how.si_code != CLD_EXITED ? how.si_status : 0;
}

static void tell_end(struct guest *g, const char *given)
{
	const char *panic = said_after(g, buf_text(&g->console), "Kernel panic - not syncing: ");
	int signal;

	if (panic)
		g->why = arena_printf(&g->arena, "the guest's kernel panicked: %s", panic);
	else if (given)
		g->why = given;
	else if ((signal = killed_by(g)))
		g->why = arena_printf(&g->arena, "the guest was ended by signal %d (%s)", signal, strsignal(signal));
	else if (g->words.len)
		g->why = g->plan->image->machine->uml ? last_line(g, buf_text(&g->words)) :
			 first_line(g, buf_text(&g->words));
	else
		g->why = "the guest ended without a word";
}

/* Not let run, for all that can be seen; but not for ever */
static bool is_starving(const struct guest *g, int64_t silent_ns)
{
	return pulse_cpu_ns(g->pid) - g->cpu_ns < g->plan->silence_s * NS_PER_S / 2 &&
	       pulse_wants(g->pid) && silent_ns < STARVING_MOST * g->plan->silence_s * NS_PER_S;
}

static const char *is_silent(struct guest *g)
{
	const int64_t now = clock_ns(), silent_ns = now - g->heard_ns;

	if (g->plan->mode == MACHINE_KVM && !g->console.len &&
	    now - g->begun_ns > FIRST_WORD_S * NS_PER_S)
		return arena_printf(&g->arena, "the guest's kernel said nothing for %d s", FIRST_WORD_S);
	if (silent_ns <= g->plan->silence_s * NS_PER_S || is_starving(g, silent_ns))
		return NULL;
	return arena_printf(&g->arena, "the guest's kernel %s for %d s",
			    g->console.len ? "hangs: it said nothing" : "said nothing",
			    g->plan->silence_s);
}

static int take_signal(struct guest *g)
{
	struct signalfd_siginfo info;

	if (read(g->signals, &info, sizeof(info)) == sizeof(info))
		g->signal = (int)info.ssi_signo;
	return g->signal;
}

static void hear_all(struct guest *g)
{
	struct pollfd fds[] = {
		{ g->line_in, POLLIN, 0 }, { g->console_in, POLLIN, 0 }, { g->words_in, POLLIN, 0 },
		{ g->signals, POLLIN, 0 },
	};

	poll(fds, sizeof(fds) / sizeof(fds[0]), TICK_MS);
	if (fds[0].revents)
		hear(g, &g->line_in, &g->line, SIZE_MAX);
	if (fds[1].revents)
		hear(g, &g->console_in, &g->console, CONSOLE_MOST);
	if (fds[2].revents)
		hear(g, &g->words_in, &g->words, WORDS_MOST);
	if (fds[3].revents)
		take_signal(g);
}

/* Forget what was told */
static void shift_line(struct guest *g)
{
	if (g->used < PIECE && g->used < g->line.len)
		return;
	memmove(g->line.s, g->line.s + g->used, g->line.len - g->used);
	g->line.len -= g->used;
	g->used = 0;
}

int guest_listen(struct guest *g, struct frame *f)
{
	const char *given = NULL;

	for (;;) {
		size_t used = 0;
		const int got = g->line.len > g->used ?
			frame_get(g->line.s + g->used, g->line.len - g->used, f, &used) : 0;

		g->used += used;
		if (got > 0)
			return 1;
		if (g->line.len)
			shift_line(g);
		if (got < 0) {
			stop(g);
			tell_end(g, "the guest's serial line brought what is none of ours");
			return 0;
		}
		if (g->line_in < 0 && g->console_in < 0)
			break;
		hear_all(g);
		if (g->signal)
			return -EINTR;
		if (g->plan->tick)
			g->plan->tick(g->plan->ctx);
		if (!given && (given = is_silent(g)))
			stop(g);
	}
	while (g->words_in >= 0)
		hear(g, &g->words_in, &g->words, WORDS_MOST);
	tell_end(g, given);
	return 0;
}

const char *guest_why(const struct guest *g)
{
	return g->why ? g->why : "the guest was ended";
}

int guest_signal(const struct guest *g)
{
	return g->signal;
}

int guest_spoke(const struct guest *g)
{
	return g->console.len || g->line.len;
}

const struct buf *guest_console(const struct guest *g)
{
	return &g->console;
}

/* -------------------------------------------------------------------- end */

void guest_end(struct guest *g)
{
	if (!g)
		return;
	stop(g);
	while (g->pid > 0 && waitpid(g->pid, NULL, 0) < 0 && errno == EINTR)
		;
	sigprocmask(SIG_SETMASK, &g->before, NULL);
	fd_close(&g->kernel);
	fd_close(&g->archive);
	fd_close(&g->console_in);
	fd_close(&g->line_in);
	fd_close(&g->words_in);
	fd_close(&g->signals);
	buf_fini(&g->console);
	buf_fini(&g->line);
	buf_fini(&g->words);
	arena_free(&g->arena);
	free(g);
}
