/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel to be booted: what lies in the file that the user named, and beside it. */
#ifndef RUNNER_IMAGE_H
#define RUNNER_IMAGE_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/modules.h"

struct err;
struct machine;

/**
 * struct image - A kernel image
 * @path:    as the user named it
 * @machine: what boots it
 * @release: as uname -r will tell inside
 * @kernel:  its bytes; of a User Mode Linux too
 * @config:  its CONFIG_ lines, where they were found
 * @modules: its modules, where they were found
 */
struct image {
	struct arena arena;
	const char *path;
	const struct machine *machine;
	char release[96];
	struct buf kernel, config, package;
	struct modules modules;
};

/**
 * image_open() - Look into a bzImage, a Debian linux-image package or a User Mode Linux
 * @modules: folder with its modules; NULL: the package's, those of the tree that
 *           it was built in, or /lib/modules/RELEASE, where there are any
 *
 * A package is unpacked in memory (by dpkg-deb). Free with image_fini() in any case.
 * Errors: -ENOEXEC it is none of these, or of an architecture that is not ours
 */
int image_open(struct image *i, const char *path, const char *modules, struct err *e);

void image_fini(struct image *i);

#endif
