// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/image.h"

#include "lib/err.h"
#include "lib/filter.h"
#include "lib/tar.h"
#include "runner/machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KERNEL_MOST = 1 << 30, CONFIG_MOST = 1 << 20 };
static const size_t PACKAGE_MOST = 3UL << 30;

/* -------------------------------------------------------- Debian's package */

static bool is_package(const struct buf *b)
{
	static const char magic[] = "!<arch>\ndebian-binary";

	return b->len > sizeof(magic) && !memcmp(b->s, magic, sizeof(magic) - 1);
}

static void take_file(void *ctx, const char *path, const char *file, size_t size)
{
	struct image *i = ctx;
	const char *boot = strstr(path, "boot/");

	if (boot && !strncmp(boot, "boot/vmlinuz-", 13) && !i->kernel.len)
		buf_add(&i->kernel, file, size);
	else if (boot && !strncmp(boot, "boot/config-", 12) && !i->config.len)
		buf_add(&i->config, file, size);
	else
		modules_add(&i->modules, path, file, size);
}

static int open_package(struct image *i, struct err *e)
{
	const char *const argv[] = { "dpkg-deb", "--fsys-tarfile", i->path, NULL };

	buf_fini(&i->kernel);
	if (filter(argv, NULL, 0, PACKAGE_MOST, &i->package, e))
		return e->code == -ENOENT ? err_set(e, -ENOENT, "it takes dpkg-deb (package dpkg) to unpack it") :
		       e->code;
	if (tar_read(buf_text(&i->package), i->package.len, take_file, i, e))
		return e->code;
	return i->kernel.len ? 0 : err_set(e, -ENOEXEC, "a package, but without a kernel (boot/vmlinuz-*)");
}

/* ------------------------------------------------------- what lies beside it */

/* The tree's own folder, where the image lies in it: TREE/arch/x86/boot/bzImage; NULL: not so */
static const char *tree_of(struct image *i)
{
	const char *boot = i->machine->arch ?
		arena_printf(&i->arena, "/arch/%s/boot/", i->machine->arch) : NULL;
	char *full = realpath(i->path, NULL);
	const char *slash = full ? strrchr(full, '/') : NULL;
	const char *found = full && boot ? strstr(full, boot) : NULL;
	const char *tree = NULL;

	if (found)
		tree = arena_dup(&i->arena, full, (size_t)(found - full));
	else if (i->machine->uml && slash)	/* TREE/linux */
		tree = arena_dup(&i->arena, full, (size_t)(slash - full));
	free(full);
	return tree && !access(arena_printf(&i->arena, "%s/.config", tree), R_OK) ? tree : NULL;
}

/* Neither is missed where it is not there: much is built in, and HZ can be found otherwise */
static int look_beside(struct image *i, struct err *e)
{
	const char *tree = tree_of(i);
	const char *installed = arena_printf(&i->arena, "/lib/modules/%s", i->release);
	const char *config = tree ? arena_printf(&i->arena, "%s/.config", tree) :
			     arena_printf(&i->arena, "/boot/config-%s", i->release);
	struct err unheard;

	buf_read_file(&i->config, config, CONFIG_MOST, &unheard);
	if (tree)	/* without modules.order it was built without modules */
		return access(arena_printf(&i->arena, "%s/modules.order", tree), R_OK) ? 0 :
		       modules_add_tree(&i->modules, tree, e);
	return access(installed, R_OK | X_OK) ? 0 : modules_add_folder(&i->modules, installed, e);
}

/* ------------------------------------------------------------------ opening */

static int name_release(struct image *i, struct err *e)
{
	const char *release;
	size_t len;

	i->machine = machine_of(buf_text(&i->kernel), i->kernel.len, &release);
	if (!i->machine)
		return err_set(e, -ENOEXEC, i->package.len ? "a package, but its kernel is not for this architecture" :
			       "neither a kernel image for this architecture, nor User Mode Linux, nor a Debian package");
	for (len = 0; release + len < i->kernel.s + i->kernel.len && release[len] > ' '; len++)
		;
	if (!len || len >= sizeof(i->release))
		return err_set(e, -ENOEXEC, "a kernel image that does not tell its release");
	memcpy(i->release, release, len);
	return 0;
}

static int open_named(struct image *i, const char *modules, struct err *e)
{
	bool package;

	if (buf_read_file(&i->kernel, i->path, KERNEL_MOST, e))
		return e->code;
	package = is_package(&i->kernel);
	if ((package && open_package(i, e)) || name_release(i, e))
		return err_in(e, "%s", i->path);
	if (modules)
		return modules_add_folder(&i->modules, modules, e) ? err_in(e, "--modules") : 0;
	return package ? 0 : look_beside(i, e);
}

int image_open(struct image *i, const char *path, const char *modules, struct err *e)
{
	*i = (struct image){ .path = path };
	return open_named(i, modules, e) ? err_in(e, "--kernel") : 0;
}

void image_fini(struct image *i)
{
	modules_fini(&i->modules);
	buf_fini(&i->kernel);
	buf_fini(&i->config);
	buf_fini(&i->package);
	arena_free(&i->arena);
}
