/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_BUF_H
#define LIB_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/**
 * struct buf - Text or bytes that grow
 * @s:      always NUL-terminated once anything was added; NULL before
 * @len:    without the NUL
 * @failed: memory ran out: what came after is missing. Checked once, at the end.
 *
 * All zero is a valid empty buffer.
 */
struct buf {
	char *s;
	size_t len, room;
	bool failed;
};

void buf_add(struct buf *b, const void *bytes, size_t n);
void buf_adds(struct buf *b, const char *text);
/** buf_add_number() - In decimal, at a quarter of what buf_addf() takes for it */
void buf_add_number(struct buf *b, int64_t n);
void buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_vaddf(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/** buf_text() - The text so far; "" for an empty buffer */
const char *buf_text(const struct buf *b);

/** buf_clear() - Empty it, keeping its room */
void buf_clear(struct buf *b);

/** buf_fini() - Give the memory back */
void buf_fini(struct buf *b);

/**
 * buf_read_file() - Append a whole file
 * @b:    appended to
 * @path: the file, or /dev/fd/N for a pipe; "-" for standard input
 * @most: bytes beyond which it is refused
 *
 * A FIFO or a device is not opened: to read it could wait for ever, and its
 * opening could do something.
 *
 * Return: 0, or a negative errno; -EFBIG for a file larger than @most, -EINVAL
 * for one that is none
 */
int buf_read_file(struct buf *b, const char *path, size_t most, struct err *e);

/**
 * buf_write_file() - Put the buffer into a file, whole or not at all
 * @b:     what to write
 * @dirfd: folder that @path is relative to, or AT_FDCWD
 * @path:  the file; one of that name is replaced atomically, by a rename from beside it
 *
 * Whoever is killed meanwhile leaves nothing half-written: where the file system
 * has files without a name (O_TMPFILE), the file gets its name when it is whole.
 *
 * Return: 0, or a negative errno
 */
int buf_write_file(const struct buf *b, int dirfd, const char *path, struct err *e);

/**
 * buf_write_out() - Put it where somebody asked for it
 * @path: as somebody wrote it: a file is written as by buf_write_file(), and a link to
 *        one stays a link; what is no file (a pipe, a terminal, /dev/null) is written into
 *
 * Return: 0, or a negative errno
 */
int buf_write_out(const struct buf *b, const char *path, struct err *e);

/**
 * buf_send() - Write the buffer to a descriptor, all of it, and empty it
 * @fd: a pipe or terminal that takes no more for now is waited for
 *
 * Return: 0, or a negative errno; a part may then have been written
 */
int buf_send(struct buf *b, int fd, struct err *e);

/** buf_sent() - Whether what was sent to @fd got there: some file systems tell only late that there was no room */
int buf_sent(int fd, struct err *e);

#define autobuf __attribute__((cleanup(buf_fini))) struct buf

#endif
