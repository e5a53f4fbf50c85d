/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_FILTER_H
#define LIB_FILTER_H

#include <stddef.h>

struct buf;
struct err;

/**
 * filter() - Run a program and take what it says
 * @argv: as for execvp(), NULL at the end
 * @in:   what it reads; NULL: nothing
 * @most: bytes of its output beyond which it is ended
 * @out:  its standard output is appended
 *
 * Return: 0, or a negative errno: -ENOENT there is no such program, -EFBIG too
 * much output, -EIO it failed (the text has its last words)
 */
int filter(const char *const argv[], const void *in, size_t len, size_t most, struct buf *out,
	   struct err *e);

#endif
