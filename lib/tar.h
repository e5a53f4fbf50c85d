/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_TAR_H
#define LIB_TAR_H

#include <stddef.h>

struct err;

/**
 * tar_read() - Tell each plain file of an archive
 * @bytes: the archive, not compressed: ustar, with long names as GNU or pax write them
 * @tell:  called with the path as written, and the file's bytes, which lie in @bytes
 *
 * Return: 0, or -EBADMSG: what is no archive, or is cut short
 */
int tar_read(const char *bytes, size_t len,
	     void (*tell)(void *ctx, const char *path, const char *file, size_t size), void *ctx,
	     struct err *e);

#endif
