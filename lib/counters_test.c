// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/counters.h"

#include "lib/err.h"
#include "lib/netns.h"
#include "lib/netns_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static int ns = -1;
static struct counters *counters;

static int open_counters(void **state)
{
	struct err e;

	(void)state;
	return netns_new(&ns, &e) || counters_open(&counters, ns, &e) ||
		counters_read(counters, &e);
}

static int close_counters(void **state)
{
	(void)state;
	counters_close(counters);
	fd_close(&ns);
	return 0;
}

static uint64_t get(const char *name)
{
	uint64_t value = 0;
	struct err e;

	if (counters_get(counters, name, &value, &e))
		fail_msg("%s", e.text);
	return value;
}

static void counters_go_by_the_names_nstat_prints(void **state)
{
	static const char *const names[] = {
		"TcpActiveOpens", "TcpPassiveOpens", "TcpExtTW", "TcpExtTWRecycled",
		"IpExtInOctets", "UdpInDatagrams", "IcmpInMsgs",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_int_equal(get(names[i]), 0);
	assert_true(get("TcpMaxConn") == (uint64_t)-1);
}

static void an_unknown_name_is_refused(void **state)
{
	uint64_t value;
	struct err e;

	(void)state;
	assert_int_equal(counters_get(counters, "TcpExtNothing", &value, &e), -ENOENT);
	assert_string_equal(e.text, "counter TcpExtNothing: this kernel has none of that name");
}

static void names_can_be_listed(void **state)
{
	size_t n = 0;

	(void)state;
	while (counters_name(counters, n))
		n++;
	assert_true(n > 100);
}

/* To a network that nobody has a route to: counted, and nothing is sent */
static void open_in_vain(void)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(1) };
	autons home = -1;
	autofd fd = -1;
	struct err e;

	assert_int_equal(netns_enter(&home, ns, &e), 0);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	to.sin_addr.s_addr = htonl(0xc0000201);
	assert_int_equal(connect(fd, (void *)&to, sizeof(to)), -1);
	assert_int_equal(errno, ENETUNREACH);
}

static void what_happens_in_the_namespace_is_counted(void **state)
{
	struct err e;

	(void)state;
	assert_int_equal(get("IpOutNoRoutes"), 0);
	open_in_vain();
	assert_int_equal(get("IpOutNoRoutes"), 0);	/* as last read */
	assert_int_equal(counters_read(counters, &e), 0);
	assert_int_equal(get("IpOutNoRoutes"), 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_go_by_the_names_nstat_prints),
		cmocka_unit_test(an_unknown_name_is_refused),
		cmocka_unit_test(names_can_be_listed),
		cmocka_unit_test(what_happens_in_the_namespace_is_counted),
	};

	if (!netns_test_allowed())
		return SKIPPED;
	return cmocka_run_group_tests(tests, open_counters, close_counters);
}
