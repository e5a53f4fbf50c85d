// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/modinfo.h"

#include <elf.h>
#include <endian.h>
#include <stdint.h>
#include <string.h>

struct elf {
	const char *bytes;
	size_t len;
	bool wide, swapped;
};

struct section {
	uint64_t name, at, size;
};

static bool inside(const struct elf *f, uint64_t at, uint64_t size)
{
	return at <= f->len && size <= f->len - at;
}

/* A number of the file's byte order; 0 beyond its end */
static uint64_t number(const struct elf *f, uint64_t at, size_t size)
{
	uint64_t n = 0;

	if (!inside(f, at, size))
		return 0;
	for (size_t i = 0; i < size; i++) {
		const size_t from = f->swapped ? i : size - 1 - i;

		n = n << 8 | (unsigned char)f->bytes[at + from];
	}
	return n;
}

#define FIELD(f, at, kind, member)								\
	((f)->wide ? number(f, (at) + offsetof(Elf64_##kind, member), sizeof(((Elf64_##kind *)0)->member)) \
		   : number(f, (at) + offsetof(Elf32_##kind, member), sizeof(((Elf32_##kind *)0)->member)))

static bool open_elf(struct elf *f)
{
	if (f->len < sizeof(Elf64_Ehdr) || memcmp(f->bytes, ELFMAG, SELFMAG))
		return false;
	f->wide = f->bytes[EI_CLASS] == ELFCLASS64;
	f->swapped = f->bytes[EI_DATA] == ELFDATA2MSB;
	return FIELD(f, 0, Ehdr, e_type) == ET_REL;
}

static bool section(const struct elf *f, uint64_t index, struct section *s)
{
	const uint64_t size = FIELD(f, 0, Ehdr, e_shentsize);
	const uint64_t table = FIELD(f, 0, Ehdr, e_shoff);
	const uint64_t at = table + index * size;

	if (!table || index >= FIELD(f, 0, Ehdr, e_shnum) || !inside(f, table, (index + 1) * size))
		return false;
	s->name = FIELD(f, at, Shdr, sh_name);
	s->at = FIELD(f, at, Shdr, sh_offset);
	s->size = FIELD(f, at, Shdr, sh_size);
	return inside(f, s->at, s->size);
}

static bool is_called(const struct elf *f, const struct section *names, const struct section *s,
		      const char *name)
{
	const size_t len = strlen(name) + 1;

	return s->name < names->size && names->size - s->name >= len &&
	       !memcmp(f->bytes + names->at + s->name, name, len);
}

static bool find_section(const struct elf *f, const char *name, struct section *s)
{
	struct section names;

	if (!section(f, FIELD(f, 0, Ehdr, e_shstrndx), &names))
		return false;
	for (uint64_t i = 0; i < FIELD(f, 0, Ehdr, e_shnum); i++)
		if (section(f, i, s) && is_called(f, &names, s, name))
			return true;
	return false;
}

bool modinfo(const char *module, size_t len,
	     void (*tell)(void *ctx, const char *key, size_t key_len, const char *value), void *ctx)
{
	struct elf f = { .bytes = module, .len = len };
	struct section s;
	const char *at, *end;

	if (!open_elf(&f) || !find_section(&f, ".modinfo", &s))
		return false;
	end = f.bytes + s.at + s.size;
	for (at = f.bytes + s.at; at < end;) {
		const char *nul = memchr(at, '\0', (size_t)(end - at));
		const char *equals = nul ? memchr(at, '=', (size_t)(nul - at)) : NULL;

		if (!nul)
			break;
		if (equals)
			tell(ctx, at, (size_t)(equals - at), equals + 1);
		at = nul + 1;
	}
	return true;
}
