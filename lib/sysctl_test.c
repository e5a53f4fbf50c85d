// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/sysctl.h"

#include "lib/err.h"
#include "lib/netns.h"
#include "lib/netns_test.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define must(call) do { struct err e; if (call) fail_msg("%s", e.text); } while (0)

static const struct { const char *key, *fault; } names[] = {
	{ "net.ipv4.tcp_timestamps",	NULL },
	{ "net.ipv6.conf.wire0.mtu",	NULL },
	{ "net.netfilter.a-b",		NULL },
	{ "kernel.hostname",		"does not begin with net." },
	{ "net",			"does not begin with net." },
	{ "net.",			"has an empty part" },
	{ "net..ipv4",			"has an empty part" },
	{ "net.ipv4.",			"has an empty part" },
	{ "net./../kernel/hostname",	"holds a character other than letters, digits, _, - and ." },
	{ "net.ipv4/tcp_fack",		"holds a character other than letters, digits, _, - and ." },
};

static void a_name_is_looked_at_before_any_kernel_is_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *fault = sysctl_name_fault(names[i].key, strlen(names[i].key));

		if (names[i].fault)
			assert_string_equal(fault, names[i].fault);
		else
			assert_null(fault);
	}
}

static void a_long_name_is_refused(void **state)
{
	char key[400];
	struct err e;

	(void)state;
	memset(key, 'a', sizeof(key));
	memcpy(key, "net.", 4);
	key[sizeof(key) - 1] = '\0';
	assert_string_equal(sysctl_name_fault(key, strlen(key)), "is too long");
	assert_int_equal(sysctl_read(key, key, sizeof(key), &e), -EINVAL);
}

/* Each in a fresh namespace; @got is what is read afterwards */
static const struct { const char *key, *value; int code; const char *got; } writes[] = {
	{ "net.ipv4.tcp_timestamps",		"0",		0,	"0" },
	{ "net.ipv4.tcp_timestamps",		" 0x2 ",	0,	"2" },
	{ "net.ipv4.ip_local_port_range",	"40000 40001",	0,	"40000 40001" },
	{ "net.ipv4.ip_local_port_range",	"40000\t40001",	0,	"40000 40001" },
	{ "net.ipv4.ip_local_reserved_ports",	"41,40-41,50",	0,	"40-41,50" },
	{ "net.ipv4.ip_local_reserved_ports",	"40",		0,	"40" },
	{ "net.ipv4.tcp_congestion_control",	"reno",		0,	"reno" },
	{ "net.ipv4.route.flush",		"1",		0,	NULL },
	{ "net.ipv4.tcp_tw_reuse",		"3",		-EINVAL, "2" },
	{ "net.ipv4.tcp_nothing",		"1",		-ENOENT, NULL },
	{ "net.ipv4.tcp_congestion_control",	"nothing",	-ENOENT, NULL },
	{ "net.ipv4.tcp_available_congestion_control", "reno",	-EACCES, NULL },
	{ "net.ipv4.tcp_keepalive_time",	"7 8",		-EBADE,	"7" },
};

static void what_is_written_is_read_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		autofd ns = -1;
		autons home = -1;
		char value[64];
		struct err e;
		int code;

		if (netns_new(&ns, &e) || netns_enter(&home, ns, &e))
			fail_msg("%s", e.text);
		code = sysctl_write(writes[i].key, writes[i].value, &e);
		if (code != writes[i].code)
			fail_msg("%s = %s: %d, %s", writes[i].key, writes[i].value, code,
				 code ? e.text : "taken");
		if (!writes[i].got)
			continue;
		if (sysctl_read(writes[i].key, value, sizeof(value), &e))
			fail_msg("%s", e.text);
		assert_string_equal(value, writes[i].got);
	}
}

static void one_namespace_does_not_see_the_others_value(void **state)
{
	char before[16], after[16], inside[16];
	autofd ns = -1;

	(void)state;
	must(sysctl_read("net.ipv4.tcp_fin_timeout", before, sizeof(before), &e));
	must(netns_new(&ns, &e));
	{
		autons home = -1;

		must(netns_enter(&home, ns, &e));
		must(sysctl_write("net.ipv4.tcp_fin_timeout", "17", &e));
		must(sysctl_read("net.ipv4.tcp_fin_timeout", inside, sizeof(inside), &e));
	}
	must(sysctl_read("net.ipv4.tcp_fin_timeout", after, sizeof(after), &e));
	assert_string_equal(inside, "17");
	assert_string_equal(before, after);
}

int main(void)
{
	static const struct CMUnitTest pure[] = {
		cmocka_unit_test(a_name_is_looked_at_before_any_kernel_is_asked),
		cmocka_unit_test(a_long_name_is_refused),
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(one_namespace_does_not_see_the_others_value),
	};
	const int failed = cmocka_run_group_tests(pure, NULL, NULL);

	if (failed)
		return failed;
	if (!netns_test_allowed())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
