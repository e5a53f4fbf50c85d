/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MODULES_H
#define LIB_MODULES_H

#include "lib/arena.h"

#include <stdbool.h>
#include <stddef.h>

struct err;

/**
 * struct modules - The module files of a kernel that need not be the running one
 * @file: as they lie: .ko, or .ko.gz, .ko.xz, .ko.zst; @bytes NULL: they lie at @path
 *
 * All zero is a kernel without. Lives in its arena.
 */
struct modules {
	struct arena arena;
	struct module_file {
		const char *name, *path;
		const char *bytes;
		size_t len;
		bool taken;
	} *file;
	size_t files;
};

/**
 * modules_add() - One file more; one that is no module is passed over
 * @path:  its ending tells whether it is one
 * @bytes: borrowed; NULL: to be read from @path
 */
void modules_add(struct modules *m, const char *path, const char *bytes, size_t len);

/** modules_add_folder() - All below a folder: /lib/modules/RELEASE, or what modules_install made */
int modules_add_folder(struct modules *m, const char *path, struct err *e);

/** modules_add_tree() - All that a kernel tree has built, as its modules.order lists them */
int modules_add_tree(struct modules *m, const char *tree, struct err *e);

/**
 * modules_pick() - Tell the wanted modules, each after those it depends on
 * @wanted: names; one that is not there is taken to be built in
 * @tell:   @bytes are the module's own, not compressed any more
 *
 * What is compressed is unpacked by gzip, xz or zstd.
 */
int modules_pick(struct modules *m, const char *const *wanted, size_t count,
		 void (*tell)(void *ctx, const char *name, const char *bytes, size_t len), void *ctx,
		 struct err *e);

void modules_fini(struct modules *m);

#endif
