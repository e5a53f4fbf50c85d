// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/cpio.h"

#include "lib/buf.h"

#include <string.h>
#include <sys/stat.h>

struct entry {
	unsigned int mode, major, minor;
	const void *bytes;
	size_t len;
};

static void pad(struct buf *b)
{
	static const char zeros[4];

	buf_add(b, zeros, -b->len & 3);
}

/* Every member a number of its own, or the kernel takes files for links of one another */
static void add(struct buf *b, const char *path, const struct entry *e)
{
	buf_addf(b, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
		 (unsigned int)b->len + 1, e->mode, 0, 0, 1, 0, (unsigned int)e->len, 0, 0,
		 e->major, e->minor, (unsigned int)strlen(path) + 1, 0);
	buf_add(b, path, strlen(path) + 1);
	pad(b);
	buf_add(b, e->bytes, e->len);
	pad(b);
}

void cpio_file(struct buf *b, const char *path, unsigned int mode, const void *bytes, size_t len)
{
	add(b, path, &(struct entry){ .mode = S_IFREG | mode, .bytes = bytes, .len = len });
}

void cpio_folder(struct buf *b, const char *path, unsigned int mode)
{
	add(b, path, &(struct entry){ .mode = S_IFDIR | mode, .bytes = "" });
}

void cpio_device(struct buf *b, const char *path, unsigned int major, unsigned int minor)
{
	add(b, path, &(struct entry){ .mode = S_IFCHR | 0600, .major = major, .minor = minor,
				      .bytes = "" });
}

void cpio_end(struct buf *b)
{
	add(b, "TRAILER!!!", &(struct entry){ .bytes = "" });
}
