// SPDX-License-Identifier: GPL-2.0-or-later
/* The stand-in beside the library itself: the same bytes, the same answers */

#include <dlfcn.h>
#include <errno.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/* Hidden, or the library would call ours where it means its own */
#pragma GCC visibility push(hidden)
#include "lib/mnl.c"
#pragma GCC visibility pop

#define CALLS(x)                                                                                   \
	x(mnl_nlmsg_put_header) x(mnl_nlmsg_put_extra_header) x(mnl_nlmsg_ok) x(mnl_nlmsg_next)    \
	x(mnl_nlmsg_get_payload_len) x(mnl_nlmsg_get_payload) x(mnl_nlmsg_get_payload_offset)      \
	x(mnl_nlmsg_get_payload_tail) x(mnl_attr_get_type) x(mnl_attr_get_payload_len)             \
	x(mnl_attr_get_str) x(mnl_attr_get_u8) x(mnl_attr_get_u32) x(mnl_attr_ok)                  \
	x(mnl_attr_next) x(mnl_attr_validate) x(mnl_attr_put_check)                                \
	x(mnl_attr_nest_start_check) x(mnl_attr_nest_end)

#define MEMBER(name)	__typeof__(&name) name;
#define OURS(name)	.name = name,
#define THEIRS(name)	*(void **)&c->name = dlsym(library, #name); assert_non_null(c->name);

struct calls { CALLS(MEMBER) };

static const struct calls ours = { CALLS(OURS) };

static const struct calls *theirs(void)
{
	static struct calls loaded, *c = &loaded;
	void *library = dlopen("libmnl.so.0", RTLD_NOW);

	if (!library)
		fail_msg("%s", dlerror());
	CALLS(THEIRS)
	assert_true((void *)c->mnl_attr_ok != (void *)ours.mnl_attr_ok);
	return c;
}

enum { ROOM = 256 };

struct bytes { _Alignas(8) unsigned char at[ROOM]; };

/* A message with all that can be put into one, until it is full */
static unsigned int build(const struct calls *c, struct bytes *b)
{
	struct nlmsghdr *m;
	struct nlattr *nest, *inner;
	unsigned int fitted = 0;

	memset(b->at, 0, sizeof(b->at));	/* older libraries leave the padding as it was */
	m = c->mnl_nlmsg_put_header(b->at);
	memset(c->mnl_nlmsg_put_extra_header(m, 13), 7, 13);
	fitted += c->mnl_attr_put_check(m, ROOM, 1, 4, "\1\2\3\4");
	fitted += c->mnl_attr_put_check(m, ROOM, 2, 6, "veth0");
	fitted += c->mnl_attr_put_check(m, ROOM, 3, 0, NULL);
	nest = c->mnl_attr_nest_start_check(m, ROOM, 4);
	fitted += c->mnl_attr_put_check(m, ROOM, 5, 1, "x");
	inner = c->mnl_attr_nest_start_check(m, ROOM, 6);
	fitted += c->mnl_attr_put_check(m, ROOM, 7, 3, "abc");
	c->mnl_attr_nest_end(m, inner);
	c->mnl_attr_nest_end(m, nest);
	while (c->mnl_attr_put_check(m, ROOM, 8, 17, "seventeen letters"))
		fitted++;
	fitted += c->mnl_attr_nest_start_check(m, m->nlmsg_len, 9) != NULL;
	return fitted;
}

static void both_build_the_same_bytes(void **state)
{
	struct bytes mine, other;

	(void)state;
	assert_int_equal(build(&ours, &mine), build(theirs(), &other));
	assert_memory_equal(mine.at, other.at, ROOM);
}

/* All that can be asked of the messages in a buffer, as text */
static void describe(const struct calls *c, const struct bytes *b, int len, FILE *out)
{
	const struct nlmsghdr *m = (const void *)b->at;

	for (; c->mnl_nlmsg_ok(m, len); m = c->mnl_nlmsg_next(m, &len)) {
		const char *end = c->mnl_nlmsg_get_payload_tail(m);
		const struct nlattr *a = c->mnl_nlmsg_get_payload_offset(m, 13);

		fprintf(out, "message of %zu, payload at %td, end at %td, %d left\n",
			c->mnl_nlmsg_get_payload_len(m),
			(char *)c->mnl_nlmsg_get_payload(m) - (const char *)m, end - (const char *)m, len);
		for (; c->mnl_attr_ok(a, (int)(end - (const char *)a)); a = c->mnl_attr_next(a)) {
			const uint16_t size = c->mnl_attr_get_payload_len(a);

			errno = 0;
			fprintf(out, "%td: type %u, %u bytes", (const char *)a - end,
				c->mnl_attr_get_type(a), size);
			fprintf(out, ", text %d", c->mnl_attr_validate(a, MNL_TYPE_NUL_STRING));
			fprintf(out, " %d", errno);
			if (size >= 4)
				fprintf(out, ", %u", c->mnl_attr_get_u32(a));
			if (size)
				fprintf(out, ", %u, %.*s", c->mnl_attr_get_u8(a), size,
					c->mnl_attr_get_str(a));
			fprintf(out, "\n");
		}
	}
	fprintf(out, "end, %d left\n", len);
}

static void same_description(const struct bytes *b, int len)
{
	char mine[8192] = "", other[8192] = "";
	FILE *a = fmemopen(mine, sizeof(mine), "w"), *t = fmemopen(other, sizeof(other), "w");

	describe(&ours, b, len, a);
	describe(theirs(), b, len, t);
	fclose(a);
	fclose(t);
	assert_string_equal(mine, other);
}

static void both_read_the_same_from_a_buffer(void **state)
{
	struct bytes b;

	(void)state;
	build(&ours, &b);
	for (int len = 0; len <= ROOM; len++)
		same_description(&b, len);
}

static void both_stop_at_the_same_lies(void **state)
{
	struct bytes good, b;

	(void)state;
	build(&ours, &good);
	/* But for a message's length: libraries take one from 2 GB on for negative */
	for (size_t i = sizeof(uint32_t); i < 120; i++) {
		for (int v = 0; v < 256; v += 3) {
			b = good;
			b.at[i] = (unsigned char)v;
			same_description(&b, ROOM);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_build_the_same_bytes),
		cmocka_unit_test(both_read_the_same_from_a_buffer),
		cmocka_unit_test(both_stop_at_the_same_lies),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
