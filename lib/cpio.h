/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_CPIO_H
#define LIB_CPIO_H

#include <stddef.h>

struct buf;

/*
 * An archive as the kernel unpacks it into its first root: cpio, "newc".
 * All is root's and of no date, so equal contents give equal bytes.
 * Source: Documentation/driver-api/early-userspace/buffer-format.rst
 */

/**
 * cpio_file() - Add a file
 * @path: from the root, without a slash in front; its folders were added before
 * @mode: permissions: 0644
 */
void cpio_file(struct buf *b, const char *path, unsigned int mode, const void *bytes, size_t len);

/** cpio_folder() - Add a folder; one that is there already does no harm */
void cpio_folder(struct buf *b, const char *path, unsigned int mode);

/** cpio_device() - Add a character device */
void cpio_device(struct buf *b, const char *path, unsigned int major, unsigned int minor);

/** cpio_end() - Nothing follows */
void cpio_end(struct buf *b);

#endif
