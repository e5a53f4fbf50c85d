// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/modules.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/filter.h"
#include "lib/modinfo.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MODULE_MOST = 256 << 20, DEPTH_MOST = 32, ORDER_MOST = 16 << 20 };

/* Endings, and who unpacks what begins with these bytes */
static const struct packing {
	const char *ending, *magic;
	size_t magic_len;
	const char *argv[4];
} packings[] = {
	{ ".ko",	"",			0, { NULL } },
	{ ".ko.gz",	"\x1f\x8b",		2, { "gzip", "-dc" } },
	{ ".ko.xz",	"\xfd" "7zXZ",		5, { "xz", "-dc" } },
	{ ".ko.zst",	"\x28\xb5\x2f\xfd",	4, { "zstd", "-dcq" } },
};

enum { PACKINGS = sizeof(packings) / sizeof(packings[0]) };

/* How long the name before the ending is; 0: no module */
static size_t stem_len(const char *base)
{
	const size_t len = strlen(base);

	for (size_t i = 0; i < PACKINGS; i++) {
		const size_t end = strlen(packings[i].ending);

		if (len > end && !strcmp(base + len - end, packings[i].ending))
			return len - end;
	}
	return 0;
}

/* The kernel knows no difference between - and _ */
static char *plain_name(struct arena *a, const char *s, size_t len)
{
	char *name = arena_dup(a, s, len);

	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

void modules_add(struct modules *m, const char *path, const char *bytes, size_t len)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	const size_t stem = stem_len(base);

	if (!stem)
		return;
	m->file = arena_grow(&m->arena, m->file, m->files, sizeof(*m->file));
	m->file[m->files++] = (struct module_file){
		.name = plain_name(&m->arena, base, stem),
		.path = arena_dup(&m->arena, path, strlen(path)), .bytes = bytes, .len = len,
	};
}

static int add_folder(struct modules *m, const char *path, int depth, struct err *e)
{
	const struct dirent *d;
	DIR *dir = opendir(path);
	int rc = 0;

	if (!dir)
		return err_sys(e, "%s", path);
	while (!rc && (d = readdir(dir))) {
		const char *entry;
		struct stat st;

		if (d->d_name[0] == '.')
			continue;
		entry = arena_printf(&m->arena, "%s/%s", path, d->d_name);
		if (lstat(entry, &st))
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MOST)
			rc = add_folder(m, entry, depth + 1, e);
		else if (S_ISREG(st.st_mode))
			modules_add(m, entry, NULL, 0);
	}
	closedir(dir);
	return rc;
}

int modules_add_folder(struct modules *m, const char *path, struct err *e)
{
	return add_folder(m, path, 0, e);
}

/* A line is the object that the module is made of: net/sched/sch_netem.o (.ko in older trees) */
int modules_add_tree(struct modules *m, const char *tree, struct err *e)
{
	autobuf order = { 0 };
	const char *path = arena_printf(&m->arena, "%s/modules.order", tree);
	char *line, *rest;

	if (buf_read_file(&order, path, ORDER_MOST, e))
		return e->code;
	for (line = strtok_r(order.s, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		const size_t len = strcspn(line, "\n");
		const size_t stem = len > 2 && line[len - 2] == '.' && line[len - 1] == 'o' ? len - 2 :
				    len > 3 && !strcmp(line + len - 3, ".ko") ? len - 3 : 0;

		if (stem)
			modules_add(m, arena_printf(&m->arena, "%s/%.*s.ko", tree, (int)stem, line),
				    NULL, 0);
	}
	return 0;
}

void modules_fini(struct modules *m)
{
	arena_free(&m->arena);
}

/* ---------------------------------------------------------------- choosing */

struct pick {
	struct modules *m;
	void (*tell)(void *ctx, const char *name, const char *bytes, size_t len);
	void *ctx;
	struct err *e;
	int depth;
};

/* What one module says it needs first */
struct needed {
	struct arena arena;
	const char **name;
	size_t names;
};

static void need(struct needed *n, const char *s, size_t len)
{
	n->name = arena_grow(&n->arena, n->name, n->names, sizeof(*n->name));
	n->name[n->names++] = plain_name(&n->arena, s, len);
}

/* depends=a,b; softdep=pre: a b post: c */
static void note_need(void *ctx, const char *key, size_t len, const char *value)
{
	struct needed *n = ctx;
	const bool depends = len == 7 && !strncmp(key, "depends", len);
	const bool softdep = len == 7 && !strncmp(key, "softdep", len);
	bool before = depends;

	if (!depends && !softdep)
		return;
	while (*(value += strspn(value, " ,"))) {
		const size_t word = strcspn(value, " ,");

		if (softdep && word && value[word - 1] == ':')
			before = !strncmp(value, "pre:", word);
		else if (before)
			need(n, value, word);
		value += word;
	}
}

static int unpack(const struct module_file *f, struct buf *bytes, struct err *e)
{
	autobuf raw = { 0 };

	if (f->bytes)
		buf_add(&raw, f->bytes, f->len);
	else if (buf_read_file(&raw, f->path, MODULE_MOST, e))
		return e->code;
	for (size_t i = PACKINGS; i-- > 0;) {
		const struct packing *p = &packings[i];

		if (raw.len < p->magic_len || memcmp(raw.s, p->magic, p->magic_len) != 0)
			continue;
		if (p->argv[0])
			return filter(p->argv, raw.s, raw.len, MODULE_MOST, bytes, e) ?
			       err_in(e, "%s", f->path) : 0;
		break;
	}
	buf_add(bytes, buf_text(&raw), raw.len);
	return 0;
}

static int pick(struct pick *p, const char *name);

static int pick_file(struct pick *p, struct module_file *f)
{
	struct needed n = { 0 };
	autobuf bytes = { 0 };
	int rc;

	f->taken = true;	/* before its needs: a circle ends here */
	rc = unpack(f, &bytes, p->e);
	if (!rc && !modinfo(buf_text(&bytes), bytes.len, note_need, &n))
		rc = err_set(p->e, -EBADMSG, "%s: no kernel module", f->path);
	for (size_t i = 0; i < n.names && !rc; i++)
		rc = pick(p, n.name[i]);
	if (!rc)
		p->tell(p->ctx, f->name, bytes.s, bytes.len);
	arena_free(&n.arena);
	return rc;
}

static int pick(struct pick *p, const char *name)
{
	int rc = 0;

	if (++p->depth > DEPTH_MOST)
		return err_set(p->e, -ELOOP, "module %s: more than %d deep", name, DEPTH_MOST);
	for (size_t i = 0; i < p->m->files; i++) {
		struct module_file *f = &p->m->file[i];

		if (strcmp(f->name, name) != 0)
			continue;
		rc = f->taken ? 0 : pick_file(p, f);
		break;
	}
	p->depth--;
	return rc;
}

int modules_pick(struct modules *m, const char *const *wanted, size_t count,
		 void (*tell)(void *ctx, const char *name, const char *bytes, size_t len), void *ctx,
		 struct err *e)
{
	struct pick p = { .m = m, .tell = tell, .ctx = ctx, .e = e };
	struct arena a = { 0 };
	int rc = 0;

	for (size_t i = 0; i < count && !rc; i++)
		rc = pick(&p, plain_name(&a, wanted[i], strlen(wanted[i])));
	arena_free(&a);
	return rc;
}
