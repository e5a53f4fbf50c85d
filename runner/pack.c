// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/pack.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/cpio.h"
#include "lib/err.h"
#include "runner/image.h"
#include "runner/results.h"
#include "runner/suite.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

enum { PROGRAM_MOST = 256 << 20 };

/*
 * What trials use and kernels may have as modules. crc32c_generic is asked for
 * by libcrc32c only while that is loaded, by calling modprobe, which is not there.
 */
static const char *const wanted[] = {
	"af_packet", "ipv6", "veth", "tun", "inet_diag", "tcp_diag", "packet_diag",
	"crc32c_generic", "nf_tables", "nft_ct", "nft_nat", "nft_masq", "nft_chain_nat", "nft_reject_inet",
	"sch_netem", "sch_fq", "sch_ingress", "act_gact",
};

static const struct { const char *path; unsigned int major, minor; } devices[] = {
	{ "dev/console", 5, 1 }, { "dev/null", 1, 3 }, { "dev/kmsg", 1, 11 }, { "dev/urandom", 1, 9 },
	{ "dev/tty0", 4, 0 }, { "dev/ttyS0", 4, 64 }, { "dev/ttyS1", 4, 65 }, { "dev/net/tun", 10, 200 },
};

static const char *const folders[] = {
	"dev", "dev/net", "proc", "sys", "tmp", "results", "boot",
};

struct packing {
	struct buf *out;
	struct arena *a;
	struct buf order;	/* of the modules */
	int rc;
	struct err *e;
};

/* A path of this machine is the guest's too; the folders above it come first */
static void put(struct packing *p, const char *path, unsigned int mode, const void *bytes, size_t len)
{
	while (*path == '/')
		path++;
	for (const char *slash = path; (slash = strchr(slash, '/')); slash++)
		cpio_folder(p->out, arena_dup(p->a, path, (size_t)(slash - path)), 0755);
	cpio_file(p->out, path, mode, bytes, len);
}

static int copy_file(struct packing *p, const char *from, const char *to)
{
	autobuf bytes = { 0 };

	if (!p->rc)
		p->rc = buf_read_file(&bytes, from, PROGRAM_MOST, p->e);
	if (!p->rc)
		put(p, to, 0755, buf_text(&bytes), bytes.len);
	return p->rc;
}

/* --------------------------------------------------------------- the program */

/* The one that loads the others: named in the program itself, which has no name here */
static int put_interpreter(struct packing *p, const struct dl_phdr_info *info)
{
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *h = &info->dlpi_phdr[i];
		const char *path = (const char *)(info->dlpi_addr + h->p_vaddr);

		if (h->p_type == PT_INTERP && copy_file(p, path, path))
			return p->rc;
	}
	return 0;
}

/* As we were loaded, so can we be again: the loader's own list, whatever found them */
static int put_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
	struct packing *p = ctx;

	(void)size;
	if (!info->dlpi_name || !*info->dlpi_name)
		return put_interpreter(p, info);
	return strchr(info->dlpi_name, '/') ? copy_file(p, info->dlpi_name, info->dlpi_name) : 0;
}

static void put_program(struct packing *p)
{
	copy_file(p, "/proc/self/exe", "init");
	dl_iterate_phdr(put_library, p);
}

/* --------------------------------------------------------------- all else */

static void put_module(void *ctx, const char *name, const char *bytes, size_t len)
{
	struct packing *p = ctx;
	const char *path = arena_printf(p->a, "modules.d/%s.ko", name);

	put(p, path, 0644, bytes, len);
	buf_addf(&p->order, "/%s\n", path);
}

const char *pack_case_path(struct arena *a, const char *name)
{
	return results_case_path(a, name);
}

static void put_cases(struct packing *p, const struct suite *s)
{
	for (size_t i = 0; i < s->files; i++)
		put(p, pack_case_path(p->a, s->file[i]->name), 0644, buf_text(&s->file[i]->text),
		    s->file[i]->text.len);
}

static void put_words(struct packing *p, const char *const *words, size_t count)
{
	autobuf text = { 0 };

	for (size_t i = 0; i < count; i++)
		buf_add(&text, words[i], strlen(words[i]) + 1);
	put(p, PACK_WORDS, 0644, buf_text(&text), text.len);
}

int pack(struct image *i, const struct suite *s, const char *const *words, size_t count,
	 struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	struct packing p = { .out = out, .a = &a, .e = e };

	for (size_t k = 0; k < sizeof(folders) / sizeof(folders[0]); k++)
		cpio_folder(out, folders[k], 0755);
	for (size_t k = 0; k < sizeof(devices) / sizeof(devices[0]); k++)
		cpio_device(out, devices[k].path, devices[k].major, devices[k].minor);
	put_program(&p);
	if (!p.rc)
		p.rc = modules_pick(&i->modules, wanted, sizeof(wanted) / sizeof(wanted[0]), put_module,
				    &p, e);
	put(&p, PACK_MODULES, 0644, buf_text(&p.order), p.order.len);
	if (i->config.len)
		put(&p, arena_printf(&a, "boot/config-%s", i->release), 0644, i->config.s, i->config.len);
	put_cases(&p, s);
	put_words(&p, words, count);
	cpio_end(out);
	if (!p.rc && (out->failed || p.order.failed))
		p.rc = err_set(e, -ENOMEM, "out of memory");
	buf_fini(&p.order);
	arena_free(&a);
	return p.rc;
}
