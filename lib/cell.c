// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation. The first process of the cell does nothing but wait for
 * the end of a socket whose other end only its maker holds: the kernel closes
 * that when the maker dies, so no death goes unnoticed and none is asked about.
 *
 * Who is root of a user namespace only may enter a process namespace and never
 * come back, so the maker stays outside. For each program it forks a go-between
 * that enters, starts the program as its own brother (CLONE_PARENT) and ends:
 * the program lives in the cell and is the maker's child all the same.
 */
#include "lib/cell.h"

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/caps.h"
#include "lib/err.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FILES_USUAL = 1024 };

/* As linux/mount.h has them, which does not go with sys/mount.h everywhere */
enum { MOUNT_READ_ONLY = 0x1, MOUNTS_BELOW = 0x8000 };

struct cell {
	int life;		/* the socket */
	pid_t first;
	int mnt, pid;		/* the namespaces */
	char folder[64];
};

/* What the first process tells when it stands: its name in /proc, its folder, or a failure */
struct birth {
	char self[24];
	char folder[64];
	int code;
	char failure[96];
};

uint64_t cell_rights(void)
{
	return CAPS(CAP_CHOWN) | CAPS(CAP_DAC_OVERRIDE) | CAPS(CAP_FOWNER) | CAPS(CAP_FSETID) |
		CAPS(CAP_KILL) | CAPS(CAP_SETGID) | CAPS(CAP_SETUID) | CAPS(CAP_SETPCAP) |
		CAPS(CAP_SYS_CHROOT) | CAPS(CAP_NET_BIND_SERVICE) | CAPS(CAP_NET_RAW) |
		CAPS(CAP_NET_ADMIN);
}

/* fork(2) with flags: the stack stays the one it is */
static pid_t fork_with(unsigned long flags)
{
#ifdef __s390__
	return (pid_t)syscall(SYS_clone, NULL, flags | SIGCHLD, NULL, NULL, NULL);
#else
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

/* ------------------------------------------------------- the first process */

static bool fail(struct birth *b, const char *what)
{
	b->code = -errno;
	snprintf(b->failure, sizeof(b->failure), "cell: %s", what);
	return false;
}

/*
 * Shared memory is between processes, and those of a cell have nothing to do
 * with others: so it is a folder that can be covered without hiding anything.
 */
static bool make_folder(struct birth *b)
{
	static const char *const under[] = { "/dev/shm", "/var/tmp", "/tmp" };

	for (size_t i = 0; i < sizeof(under) / sizeof(under[0]); i++) {
		if (mount("lastack", under[i], "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=25%"))
			continue;
		snprintf(b->folder, sizeof(b->folder), "%s/trial", under[i]);
		return !mkdir(b->folder, 0755) || fail(b, "mkdir");
	}
	return fail(b, "no folder that a tmpfs could be mounted on");
}

/* Without further ado: where it cannot be done, as in some containers, it has been done mostly */
static void make_read_only(const char *path, bool all_below)
{
	struct { uint64_t set, clr, propagation, userns; } how = { .set = MOUNT_READ_ONLY };

#ifdef SYS_mount_setattr	/* Linux 5.12 */
	if (all_below && !syscall(SYS_mount_setattr, AT_FDCWD, path, MOUNTS_BELOW, &how, sizeof(how)))
		return;
#endif
	(void)how;
	if (all_below || !mount(path, path, NULL, MS_BIND, NULL))
		mount(NULL, path, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV |
		      MS_NOEXEC, NULL);
}

/* All of the machine that a file tells the kernel; what is the network's own is each host's */
static void shut_settings(void)
{
	DIR *list = opendir("/proc/sys");
	const struct dirent *entry;
	char path[300];

	while (list && (entry = readdir(list))) {
		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "net"))
			continue;
		snprintf(path, sizeof(path), "/proc/sys/%s", entry->d_name);
		make_read_only(path, false);
	}
	if (list)
		closedir(list);
	make_read_only("/proc/sysrq-trigger", false);
	make_read_only("/proc/irq", false);
	make_read_only("/sys", true);
}

static bool furnish(struct birth *b)
{
	if (readlink("/proc/self", b->self, sizeof(b->self) - 1) < 0)
		return fail(b, "/proc/self");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return fail(b, "make mounts private");
	if (!make_folder(b))
		return false;
	/* A container may forbid it; then they see processes that they cannot reach */
	mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL);
	shut_settings();
	return true;
}

/* Whoever gets out of a program's process finds nothing in this one: no right, no descriptor */
static _Noreturn void be_first(int life)
{
	struct birth b = { .code = 0 };
	struct err e;
	char nothing;

	signal(SIGCHLD, SIG_IGN);	/* orphans are taken in by themselves */
	caps_close_others(&life, 1);
	if (furnish(&b) && caps_keep(0, 0, &e))
		b.code = e.code, snprintf(b.failure, sizeof(b.failure), "cell: %.80s", e.text);
	if (write(life, &b, sizeof(b)) == sizeof(b))
		while (read(life, &nothing, 1) < 0 && errno == EINTR)
			;
	_exit(0);
}

/* -------------------------------------------------------------------- make */

static int namespace_of(const struct birth *b, const char *kind, struct err *e)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/ns/%s", b->self, kind);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? err_sys(e, "cell: %s", path) : fd;
}

static int settle(struct cell *c, const struct birth *b, struct err *e)
{
	if (b->code)
		return err_set(e, b->code, "%s: %s", b->failure, strerror(-b->code));
	c->mnt = namespace_of(b, "mnt", e);
	if (c->mnt < 0)
		return e->code;
	c->pid = namespace_of(b, "pid", e);
	if (c->pid < 0)
		return e->code;
	memcpy(c->folder, b->folder, sizeof(c->folder));
	return 0;
}

static int make(struct cell *c, struct err *e)
{
	struct birth b;
	ssize_t n;
	int fd[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd))
		return err_sys(e, "cell: socketpair");
	c->life = fd[0];
	c->first = fork_with(CLONE_NEWPID | CLONE_NEWNS);
	if (c->first == 0) {
		close(fd[0]);
		be_first(fd[1]);
	}
	if (c->first < 0)
		err_sys(e, "cell: a process and a mount namespace");
	close(fd[1]);
	if (c->first < 0)
		return e->code;
	while ((n = recv(c->life, &b, sizeof(b), MSG_WAITALL)) < 0 && errno == EINTR)
		;
	if (n != sizeof(b))
		return err_set(e, -ECHILD, "cell: its first process ended at once");
	b.self[sizeof(b.self) - 1] = '\0';
	return settle(c, &b, e);
}

int cell_open(struct cell **out, struct err *e)
{
	struct cell *c = calloc(1, sizeof(*c));

	if (!c)
		return err_set(e, -ENOMEM, "cell: out of memory");
	c->life = c->mnt = c->pid = c->first = -1;
	if (make(c, e)) {
		cell_close(c);
		return e->code;
	}
	*out = c;
	return 0;
}

const char *cell_folder(const struct cell *c)
{
	return c->folder;
}

void cell_close(struct cell *c)
{
	if (!c)
		return;
	fd_close(&c->life);
	/* The namespace is empty only when its processes have been taken in, too */
	while (c->first > 0 && (waitpid(-1, NULL, 0) > 0 || errno == EINTR))
		;
	fd_close(&c->mnt);
	fd_close(&c->pid);
	free(c);
}

/* ------------------------------------------------------------------- start */

/* What the go-between and the program tell: the pid from the one, failures from both */
struct word {
	pid_t pid;
	int code;
	char what[32];
};

struct start {
	const struct cell *c;
	const struct cell_job *job;
	int tell;		/* closed by itself once the shell runs */
};

static void tell_code(const struct start *s, pid_t pid, int code, const char *what)
{
	struct word w = { .pid = pid, .code = code };

	snprintf(w.what, sizeof(w.what), "%s", what ? what : "");
	if (write(s->tell, &w, sizeof(w)) != sizeof(w))
		_exit(127);
}

static void tell(const struct start *s, pid_t pid, const char *what)
{
	tell_code(s, pid, what ? -errno : 0, what);
}

static void usual_signals(void)
{
	sigset_t none;

	for (int i = 1; i < NSIG; i++)
		signal(i, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void usual_limits(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur <= FILES_USUAL)
		return;
	files.rlim_cur = FILES_USUAL;	/* some reserve room for as many as they may have */
	setrlimit(RLIMIT_NOFILE, &files);
}

/* Ours close by themselves; what we were begun with need not, and an old kernel hands it on */
static void keep_descriptors(void)
{
#ifdef SYS_close_range
	syscall(SYS_close_range, 3u, ~0u, 1u << 2 /* CLOSE_RANGE_CLOEXEC */);
#endif
}

/* Above the three that are to be replaced, whatever was closed when we began */
static int above(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static _Noreturn void be_program(struct start *s)
{
	const int null = above(open("/dev/null", O_RDONLY | O_CLOEXEC));
	const int out = above(s->job->out), err = above(s->job->err);
	struct err e;

	s->tell = above(s->tell);
	keep_descriptors();
	setsid();
	usual_signals();
	usual_limits();
	umask(022);
	if (chdir(s->c->folder))
		tell(s, 0, "chdir");
	else if (caps_bound(cell_rights(), &e))
		tell_code(s, 0, e.code, "bound");
	else if (dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
		tell(s, 0, "dup2");
	else if (execle("/bin/sh", "sh", "-c", s->job->command, NULL, s->job->env))
		tell(s, 0, "/bin/sh");
	_exit(127);
}

static _Noreturn void go_between(struct start *s)
{
	pid_t pid;

	if (setns(s->job->net, CLONE_NEWNET) || setns(s->c->mnt, CLONE_NEWNS) ||
	    setns(s->c->pid, CLONE_NEWPID)) {
		tell(s, 0, "enter");
		_exit(0);
	}
	pid = fork_with(CLONE_PARENT);
	if (pid == 0)
		be_program(s);
	tell(s, pid, pid < 0 ? "fork" : NULL);
	_exit(0);
}

/* All that is told until both have closed their ends */
static int listen_to(int fd, pid_t *pid, struct err *e)
{
	struct word w;
	ssize_t n;

	*pid = 0;
	e->code = 0;
	while ((n = read(fd, &w, sizeof(w))) == sizeof(w) || (n < 0 && errno == EINTR)) {
		if (n < 0)
			continue;
		if (w.pid > 0)
			*pid = w.pid;
		w.what[sizeof(w.what) - 1] = '\0';
		if (w.code)
			err_set(e, w.code, "start a program: %s: %s", w.what, strerror(-w.code));
	}
	if (!*pid && !e->code)
		err_set(e, -ECHILD, "start a program: no word of it");
	return e->code;
}

int cell_start(struct cell *c, const struct cell_job *job, pid_t *pid, struct err *e)
{
	autofd from = -1;
	struct start s = { .c = c, .job = job };
	pid_t between;
	int fd[2], rc;

	if (pipe2(fd, O_CLOEXEC))
		return err_sys(e, "start a program: pipe");
	from = fd[0];
	s.tell = fd[1];
	between = fork();
	if (between == 0)
		go_between(&s);
	if (between < 0)
		err_sys(e, "start a program: fork");
	close(fd[1]);
	if (between < 0)
		return e->code;
	rc = listen_to(from, pid, e);
	while (waitpid(between, NULL, 0) < 0 && errno == EINTR)
		;
	if (rc && *pid > 0)
		while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR)
			;
	return rc;
}

/* -------------------------------------------------------------------- find */

void cell_path(struct buf *out)
{
	const char *path = getenv("PATH");

	buf_addf(out, "%s%s/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		 path ? path : "", path && *path ? ":" : "");
}

bool cell_finds(const char *name)
{
	autobuf path = { 0 };
	char *list, *save, *folder;
	bool found = false;

	cell_path(&path);
	list = strdup(buf_text(&path));
	for (folder = strtok_r(list, ":", &save); folder && !found;
	     folder = strtok_r(NULL, ":", &save)) {
		autobuf file = { 0 };

		buf_addf(&file, "%s/%s", folder, name);
		found = !access(buf_text(&file), X_OK);
	}
	free(list);
	return found;
}
