// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/nl.h"

#include "lib/err.h"

#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>


static void ask_for(struct nl_batch *b, int index)
{
	const struct ifinfomsg head = { .ifi_index = index };

	nl_begin(b, RTM_GETLINK, 0, &head, sizeof(head), "device %d", index);
}

static const struct nlmsghdr *message(const struct nl_batch *b, size_t i)
{
	const struct nlmsghdr *m = (const void *)b->bytes;

	while (i--)
		m = (const void *)((const char *)m + NLMSG_ALIGN(m->nlmsg_len));
	return m;
}

static void count_links(void *ctx, const struct nlmsghdr *m)
{
	if (m->nlmsg_type == RTM_NEWLINK)
		++*(int *)ctx;
}

static struct nl *route_socket(void)
{
	struct nl *nl;
	struct err e;

	if (nl_open(&nl, NETLINK_ROUTE, -1, &e))
		fail_msg("%s", e.text);
	return nl;
}

static void send_all(struct nl *nl, struct nl_batch *b, int *links)
{
	struct err e;

	if (nl_send(nl, b, count_links, links, &e))
		fail_msg("%s", e.text);
}

static void a_batch_holds_whole_messages(void **state)
{
	struct nl_batch b = { 0 };
	size_t nest;

	(void)state;
	ask_for(&b, 1);
	nl_put_text(&b, IFLA_IFNAME, "lo");
	ask_for(&b, 2);
	nest = nl_nest(&b, IFLA_LINKINFO);
	nl_put_u32(&b, 1, 0x01020304);
	nl_nest_end(&b, nest);
	assert_int_equal(b.fault, 0);
	assert_int_equal(b.count, 2);
	assert_int_equal(message(&b, 0)->nlmsg_len, 32 + 8);
	assert_int_equal(message(&b, 1)->nlmsg_len, 32 + 12);
	assert_int_equal(b.len, 40 + 44);
	assert_string_equal(b.what[1], "device 2");
}

static void too_much_for_a_batch_is_refused_when_sent(void **state)
{
	static const char long_text[NL_BATCH_ROOM / 2 + 1] = { 'x' };
	struct nl_batch b = { 0 };
	struct nl *nl;
	struct err e;

	(void)state;
	nl = route_socket();
	ask_for(&b, 1);
	nl_put(&b, 1, long_text, sizeof(long_text));
	assert_int_equal(b.fault, 0);
	nl_put(&b, 1, long_text, sizeof(long_text));
	nl_put_u32(&b, 1, 1);	/* and what comes after it does no harm */
	ask_for(&b, 2);
	nl_nest_end(&b, nl_nest(&b, 3));
	assert_int_equal(nl_send(nl, &b, NULL, NULL, &e), -EMSGSIZE);
	for (int i = 0; i <= NL_BATCH_MOST; i++)
		ask_for(&b, i);
	assert_int_equal(nl_send(nl, &b, NULL, NULL, &e), -EMSGSIZE);
	nl_close(nl);
}

static void the_first_request_that_fails_is_named(void **state)
{
	struct nl_batch b = { 0 };
	int links = 0;
	struct nl *nl;
	struct err e;

	(void)state;
	nl = route_socket();
	ask_for(&b, 1);
	ask_for(&b, 7654321);
	ask_for(&b, 7654322);
	ask_for(&b, 1);
	assert_int_equal(nl_send(nl, &b, count_links, &links, &e), -ENODEV);
	assert_string_equal(e.text, "device 7654321: No such device");
	assert_int_equal(links, 2);

	/* nothing of it is left for the next one */
	ask_for(&b, 1);
	send_all(nl, &b, &links);
	assert_int_equal(links, 3);
	nl_close(nl);
}

static void the_kernels_own_words_are_shown(void **state)
{
	const struct ndmsg head = { .ndm_family = AF_INET, .ndm_ifindex = 1, .ndm_state = 1 };
	struct nl_batch b = { 0 };
	struct nl *nl;
	struct err e;

	(void)state;
	nl = route_socket();
	nl_begin(&b, RTM_GETNEIGH, NLM_F_ACK, &head, sizeof(head), "neighbour");
	assert_int_equal(nl_send(nl, &b, NULL, NULL, &e), -EINVAL);
	if (!strchr(e.text, '('))
		print_message("no extended acknowledgement here: %s\n", e.text);
	else
		assert_string_equal(e.text,
				    "neighbour: Invalid argument "
				    "(Invalid values in header for neighbor get request)");
	nl_close(nl);
}

static void numbers_count_up_from_request_to_request(void **state)
{
	struct nl_batch b = { 0 };
	uint32_t last = 0;
	int links = 0;
	struct nl *nl;

	(void)state;
	nl = route_socket();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 4; i++)
			ask_for(&b, 1);
		send_all(nl, &b, &links);
		/* emptied, but the bytes are still there to be looked at */
		for (size_t i = 0; i < 4; i++)
			assert_int_equal(message(&b, i)->nlmsg_seq, ++last);
	}
	nl_close(nl);
}

static void a_dump_ends_by_itself(void **state)
{
	const struct ifinfomsg head = { .ifi_family = AF_UNSPEC };
	struct nl_batch b = { 0 };
	int links = 0;
	struct nl *nl;

	(void)state;
	nl = route_socket();
	nl_begin(&b, RTM_GETLINK, NLM_F_DUMP, &head, sizeof(head), "devices");
	send_all(nl, &b, &links);
	assert_true(links >= 1);
	nl_close(nl);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_holds_whole_messages),
		cmocka_unit_test(too_much_for_a_batch_is_refused_when_sent),
		cmocka_unit_test(the_first_request_that_fails_is_named),
		cmocka_unit_test(the_kernels_own_words_are_shown),
		cmocka_unit_test(numbers_count_up_from_request_to_request),
		cmocka_unit_test(a_dump_ends_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
