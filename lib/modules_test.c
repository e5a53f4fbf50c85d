// SPDX-License-Identifier: GPL-2.0-or-later
/* Modules are made here: ELF files with a .modinfo and nothing else. Covers lib/modinfo too. */
#include "lib/modules.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/filter.h"
#include "lib/modinfo.h"

#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char names[] = "\0.modinfo\0.shstrtab";

/* @info: the pairs, each ended by NUL */
static void make_module(struct buf *b, const char *info, size_t len)
{
	Elf64_Ehdr head = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB },
			    .e_type = ET_REL, .e_shentsize = sizeof(Elf64_Shdr), .e_shnum = 3,
			    .e_shstrndx = 2, .e_shoff = sizeof(head) };
	const size_t at = sizeof(head) + 3 * sizeof(Elf64_Shdr);
	Elf64_Shdr section[3] = {
		[1] = { .sh_name = 1, .sh_offset = at, .sh_size = len },
		[2] = { .sh_name = 10, .sh_offset = at + len, .sh_size = sizeof(names) },
	};

	buf_add(b, &head, sizeof(head));
	buf_add(b, section, sizeof(section));
	buf_add(b, info, len);
	buf_add(b, names, sizeof(names));
}

struct set {
	struct modules m;
	struct buf bytes[16];
	size_t count;
};

static void give(struct set *s, const char *path, const char *info, size_t len)
{
	struct buf *b = &s->bytes[s->count++];

	make_module(b, info, len);
	modules_add(&s->m, path, b->s, b->len);
}
#define GIVE(s, path, info)	give(s, path, info, sizeof(info))

static void drop(struct set *s)
{
	for (size_t i = 0; i < s->count; i++)
		buf_fini(&s->bytes[i]);
	modules_fini(&s->m);
}

static void note(void *ctx, const char *name, const char *bytes, size_t len)
{
	assert_true(len > SELFMAG && !memcmp(bytes, ELFMAG, SELFMAG));
	buf_addf(ctx, "%s ", name);
}

static void picked(struct set *s, const char *const *wanted, size_t count, const char *order)
{
	autobuf said = { 0 };
	struct err e;

	if (modules_pick(&s->m, wanted, count, note, &said, &e))
		fail_msg("%s", e.text);
	assert_string_equal(buf_text(&said), order);
}
#define PICKED(s, order, ...)									\
	picked(s, (const char *const []){ __VA_ARGS__ }, sizeof((const char *[]){ __VA_ARGS__ }) / sizeof(char *), order)

static void what_is_needed_comes_first(void **state)
{
	struct set s = { 0 };

	(void)state;
	GIVE(&s, "kernel/net/nf_tables.ko", "depends=nfnetlink,libcrc32c\0name=nf_tables");
	GIVE(&s, "kernel/net/nfnetlink.ko", "license=GPL\0depends=\0name=nfnetlink");
	GIVE(&s, "kernel/lib/libcrc32c.ko", "softdep=pre: crc32c-base post: never\0depends=");
	GIVE(&s, "kernel/lib/crc32c-base.ko", "alias=crc32c");
	GIVE(&s, "kernel/lib/never.ko", "depends=");
	GIVE(&s, "kernel/lib/README", "depends=");
	PICKED(&s, "nfnetlink crc32c_base libcrc32c nf_tables ", "veth", "nf-tables", "nfnetlink");
	drop(&s);
}

static void a_circle_ends(void **state)
{
	struct set s = { 0 };

	(void)state;
	GIVE(&s, "a.ko", "depends=b");
	GIVE(&s, "b.ko", "depends=a,b");
	PICKED(&s, "b a ", "a");
	drop(&s);
}

static void what_is_no_module_is_told(void **state)
{
	static const char *const wanted[] = { "text" };
	struct modules m = { 0 };
	autobuf said = { 0 };
	struct err e;

	(void)state;
	modules_add(&m, "net/text.ko", "no module at all", 16);
	assert_int_equal(modules_pick(&m, wanted, 1, note, &said, &e), -EBADMSG);
	assert_string_equal(e.text, "net/text.ko: no kernel module");
	modules_fini(&m);
}

/* With the packers of this machine, as far as there are any */
static void what_is_packed_is_unpacked(void **state)
{
	static const struct { const char *path, *argv[3]; } packers[] = {
		{ "veth.ko.gz",		{ "gzip", "-c" } },
		{ "veth.ko.xz",		{ "xz", "-c" } },
		{ "veth.ko.zst",	{ "zstd", "-cq" } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(packers) / sizeof(packers[0]); i++) {
		struct set s = { 0 };
		autobuf plain = { 0 };
		struct err e;

		make_module(&plain, "depends=", sizeof("depends="));
		if (!filter(packers[i].argv, plain.s, plain.len, 1 << 20, &s.bytes[0], &e)) {
			s.count = 1;
			modules_add(&s.m, packers[i].path, s.bytes[0].s, s.bytes[0].len);
			PICKED(&s, "veth ", "veth");
		} else {
			assert_int_equal(e.code, -ENOENT);
		}
		drop(&s);
	}
}

static void count(void *ctx, const char *key, size_t len, const char *value)
{
	*(size_t *)ctx += len + strlen(value) + (key[0] != '\0');
}

/* Offsets, sizes and counts that lie: read or refused, never beyond the end */
static void lies_lead_nowhere(void **state)
{
	static const char info[] = "name=veth\0depends=a,b\0no pair\0alias=x";
	static const unsigned char lies[] = { 0x00, 0x01, 0x7f, 0x80, 0xff };
	autobuf b = { 0 };
	size_t sum = 0;

	(void)state;
	make_module(&b, info, sizeof(info));
	assert_true(modinfo(b.s, b.len, count, &sum));
	for (size_t i = 0; i < b.len; i++) {
		for (size_t k = 0; k < sizeof(lies); k++) {
			const char was = b.s[i];

			b.s[i] = (char)lies[k];
			modinfo(b.s, b.len, count, &sum);
			b.s[i] = was;
		}
	}
	for (size_t len = 0; len < b.len; len++) {
		char *exact = test_malloc(len + 1);

		memcpy(exact, b.s, len);
		modinfo(exact, len, count, &sum);
		test_free(exact);
	}
}

static void a_program_that_fails_says_why(void **state)
{
	static const char *const none[] = { "lastack-no-such-program", NULL };
	static const char *const bad[] = { "sh", "-c", "echo much; echo because >&2; exit 3", NULL };
	static const char *const much[] = { "sh", "-c", "while echo much; do :; done", NULL };
	autobuf out = { 0 };
	struct err e;

	(void)state;
	assert_int_equal(filter(none, NULL, 0, 10, &out, &e), -ENOENT);
	assert_int_equal(filter(bad, NULL, 0, 10, &out, &e), -EIO);
	assert_string_equal(e.text, "sh: exit status 3: because");
	assert_int_equal(filter(much, NULL, 0, 1000, &out, &e), -EFBIG);
}

static void a_filter_reads_and_writes_at_once(void **state)
{
	static const char *const cat[] = { "cat", NULL };
	static char in[1 << 20];
	autobuf out = { 0 };
	struct err e;

	(void)state;
	memset(in, 'x', sizeof(in));
	assert_int_equal(filter(cat, in, sizeof(in), 1 << 20, &out, &e), 0);
	assert_int_equal(out.len, sizeof(in));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_needed_comes_first),
		cmocka_unit_test(a_circle_ends),
		cmocka_unit_test(what_is_no_module_is_told),
		cmocka_unit_test(what_is_packed_is_unpacked),
		cmocka_unit_test(lies_lead_nowhere),
		cmocka_unit_test(a_program_that_fails_says_why),
		cmocka_unit_test(a_filter_reads_and_writes_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
