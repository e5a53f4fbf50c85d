// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"

#include "lib/auto.h"
#include "lib/err.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

static bool make_room(struct buf *b, size_t more)
{
	size_t room = b->room ? b->room : 256;
	char *s;

	if (b->failed)
		return false;
	if (b->room && more < b->room - b->len)
		return true;
	while (room - b->len <= more) {
		if (room > SIZE_MAX / 2) {
			b->failed = true;
			return false;
		}
		room *= 2;
	}
	s = realloc(b->s, room);
	if (!s) {
		b->failed = true;
		return false;
	}
	b->s = s;
	b->room = room;
	return true;
}

void buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (!make_room(b, n))
		return;
	if (n)
		memcpy(b->s + b->len, bytes, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void buf_adds(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

void buf_add_number(struct buf *b, int64_t n)
{
	char digits[24];
	char *s = digits + sizeof(digits);
	uint64_t left = n < 0 ? -(uint64_t)n : (uint64_t)n;

	do
		*--s = (char)('0' + left % 10);
	while (left /= 10);
	if (n < 0)
		*--s = '-';
	buf_add(b, s, (size_t)(digits + sizeof(digits) - s));
}

void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
{
	const size_t free_room = b->room - b->len;
	va_list again;
	int n;

	if (b->failed)
		return;
	va_copy(again, ap);
	n = vsnprintf(b->room ? b->s + b->len : NULL, free_room, fmt, again);
	va_end(again);
	if (n < 0 || ((size_t)n >= free_room && !make_room(b, (size_t)n))) {
		if (b->room)
			b->s[b->len] = '\0';
		return;
	}
	if ((size_t)n >= free_room)
		vsnprintf(b->s + b->len, (size_t)n + 1, fmt, ap);
	b->len += (size_t)n;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(b, fmt, ap);
	va_end(ap);
}

const char *buf_text(const struct buf *b)
{
	return b->s ? b->s : "";
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = false;
	if (b->s)
		b->s[0] = '\0';
}

void buf_fini(struct buf *b)
{
	free(b->s);
	*b = (struct buf){ 0 };
}

static bool is_null_device(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(1, 3);
}

/* Of pipes those without a name have a writer: what <(...) of a shell hands over */
static bool is_nameless_pipe(const struct stat *st, const char *path)
{
	struct statfs fs;

	return S_ISFIFO(st->st_mode) && statfs(path, &fs) == 0 && fs.f_type == PIPEFS_MAGIC;
}

/*
 * What would wait for somebody, or whose mere opening does something, is not
 * opened: a FIFO, a terminal, a watchdog.
 */
static int open_to_read(const char *path, struct err *e)
{
	struct stat st;
	int fd;

	if (stat(path, &st))
		return err_sys(e, "%s", path);
	if (S_ISDIR(st.st_mode))
		return err_set(e, -EISDIR, "%s: a folder, not a file", path);
	if (!S_ISREG(st.st_mode) && !is_null_device(&st) && !is_nameless_pipe(&st, path))
		return err_set(e, -EINVAL, "%s: no regular file (- is standard input)", path);
	fd = open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "%s", path);
	fcntl(fd, F_SETFL, 0);
	return fd;
}

/* No more room than what is in it: files are kept, and many */
static void fit(struct buf *b)
{
	char *s = realloc(b->s, b->len + 1);

	if (!s)
		return;
	b->s = s;
	b->room = b->len + 1;
}

int buf_read_file(struct buf *b, const char *path, size_t most, struct err *e)
{
	const size_t before = b->len;
	autofd opened = -1;
	int fd = STDIN_FILENO;
	ssize_t n;

	if (strcmp(path, "-") != 0) {
		opened = fd = open_to_read(path, e);
		if (fd < 0)
			return e->code;
	}
	do {
		if (!make_room(b, 16384))
			return err_set(e, -ENOMEM, "%s: out of memory", path);
		n = read(fd, b->s + b->len, 16384);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "%s", path);
		b->len += (size_t)n;
		if (b->len - before > most)
			return err_set(e, -EFBIG, "%s: larger than %zu bytes", path, most);
	} while (n);
	b->s[b->len] = '\0';
	fit(b);
	return 0;
}

static int write_whole(int fd, const char *s, size_t len)
{
	while (len) {
		const ssize_t n = write(fd, s, len);

		if (n < 0 && errno == EAGAIN) {
			poll(&(struct pollfd){ .fd = fd, .events = POLLOUT }, 1, -1);
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		s += n;
		len -= (size_t)n;
	}
	return 0;
}

int buf_send(struct buf *b, int fd, struct err *e)
{
	if (b->failed)
		return err_set(e, -ENOMEM, "out of memory");
	if (write_whole(fd, buf_text(b), b->len))
		return err_sys(e, "write");
	buf_clear(b);
	return 0;
}

int buf_sent(int fd, struct err *e)
{
	const int again = dup(fd);

	if (again >= 0 && close(again) < 0 && errno != EINTR)
		return err_sys(e, "close");
	return 0;
}

/*
 * A file without a name, which is gone with us if somebody kills us meanwhile.
 * Return: -1 where the file system has no such thing
 */
static int open_nameless(int dirfd, const char *path)
{
	const char *slash = strrchr(path, '/');
	autofree char *dir = slash ? strndup(path, (size_t)(slash - path + 1)) : strdup(".");

	return dir ? openat(dirfd, dir, O_WRONLY | O_TMPFILE | O_CLOEXEC, 0666) : -1;
}

/* Give it a name that nothing has yet */
static int give_name(int fd, int dirfd, const char *path)
{
	char self[32];

	/* The short way is for CAP_DAC_READ_SEARCH alone before Linux 6.10 */
	if (!linkat(fd, "", dirfd, path, AT_EMPTY_PATH))
		return 0;
	if (errno != ENOENT)
		return -1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, self, dirfd, path, AT_SYMLINK_FOLLOW);
}

static int write_nameless(const struct buf *b, int fd, int dirfd, const char *path,
			  const char *beside)
{
	if (write_whole(fd, buf_text(b), b->len))
		return -1;
	if (!give_name(fd, dirfd, path))
		return 0;
	if (errno != EEXIST || give_name(fd, dirfd, beside))
		return -1;
	return renameat(dirfd, beside, dirfd, path);
}

static int write_named(const struct buf *b, int dirfd, const char *path, const char *beside)
{
	autofd fd = openat(dirfd, beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);

	if (fd < 0 || write_whole(fd, buf_text(b), b->len) || close(fd_keep(&fd)))
		return -1;
	return renameat(dirfd, beside, dirfd, path);
}

int buf_write_file(const struct buf *b, int dirfd, const char *path, struct err *e)
{
	static unsigned int serial;
	autofree char *beside = NULL;
	autofd fd = -1;

	if (b->failed)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	if (asprintf(&beside, "%s.%d.%u", path, getpid(), serial++) < 0)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	fd = open_nameless(dirfd, path);
	if (fd < 0 ? write_named(b, dirfd, path, beside) : write_nameless(b, fd, dirfd, path, beside)) {
		err_sys(e, "%s", path);
		unlinkat(dirfd, beside, 0);
		return e->code;
	}
	return 0;
}

/* What is there and no file takes the bytes: a pipe, a terminal, /dev/null */
static int write_into(const struct buf *b, const char *path, struct err *e)
{
	autofd fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || write_whole(fd, buf_text(b), b->len) || close(fd_keep(&fd)))
		return err_sys(e, "%s", path);
	return 0;
}

int buf_write_out(const struct buf *b, const char *path, struct err *e)
{
	autofree char *real = NULL;
	struct stat st;

	if (b->failed)
		return err_set(e, -ENOMEM, "%s: out of memory", path);
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return write_into(b, path, e);
	real = realpath(path, NULL);
	return buf_write_file(b, AT_FDCWD, real ? real : path, e);
}
