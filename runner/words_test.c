// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/words.h"

#include "lib/buf.h"
#include "runner/words_page.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

static void assert_word(const char *seen, const char *wanted)
{
	if (!wanted) {
		if (seen)
			fail_msg("\"%s\" where no word was meant", seen);
	} else {
		assert_non_null(seen);
		assert_string_equal(seen, wanted);
	}
}

static void every_row_has_its_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERB_COUNT; i++) {
		assert_non_null(verb_info[i].name);
		assert_non_null(strstr(verb_info[i].usage, verb_info[i].name));
		assert_non_null(verb_info[i].help);
	}
	for (size_t i = 0; i < OPTION_COUNT; i++) {
		assert_non_null(strstr(option_info[i].usage, option_info[i].name));
		assert_true(option_info[i].where & (ON_LISTEN | ON_BIND | ON_CONNECT | ON_SET));
	}
	for (size_t i = 0; i < HEADER_COUNT; i++)
		assert_non_null(strstr(header_info[i].usage, header_info[i].name));
	for (size_t i = 0; i < NEED_COUNT; i++)
		assert_non_null(strstr(need_info[i].usage, need_info[i].name));
}

static void kinds_are_named_as_segments_name_them(void **state)
{
	(void)state;
	for (size_t i = SEGMENT_ANY + 1; i < SEGMENT_KIND_COUNT; i++)
		assert_string_equal(kind_info[i].name, segment_kind_name[i]);
}

static void a_step_begins_with_one_word_of_one_actor(void **state)
{
	(void)state;
	for (size_t i = 0; i < VERB_COUNT; i++)
		for (size_t j = 0; j < i; j++)
			assert_false(verb_info[i].actor == verb_info[j].actor &&
				     !strcmp(verb_info[i].name, verb_info[j].name));
}

static const struct { int state; const char *name; } state_names[] = {
	{ STATE_NONE,		"NONE" },
	{ TCP_ESTABLISHED,	"ESTABLISHED" },
	{ TCP_SYN_RECV,		"SYN-RECEIVED" },
	{ TCP_TIME_WAIT,	"TIME-WAIT" },
	{ TCP_CLOSE,		"CLOSED" },
	{ TCP_CLOSING,		"CLOSING" },
};

static void states_are_spelt_as_in_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(state_names); i++) {
		const char *name = state_names[i].name;

		assert_string_equal(state_name(state_names[i].state), name);
		assert_int_equal(state_number(name, strlen(name)), state_names[i].state);
	}
	assert_string_equal(state_name(STATE_MOST), "SYN-RECEIVED");
	assert_null(state_name(STATE_MOST + 1));
	assert_null(state_name(-1));
	assert_int_equal(state_number("TIME_WAIT", 9), -1);
	assert_int_equal(state_number("time-wait", 9), -1);
	assert_int_equal(state_number("TIME-WAIT-", 10), -1);
	assert_int_equal(state_number("", 0), -1);
}

static void every_state_reads_back_as_itself(void **state)
{
	(void)state;
	for (int i = 0; i < STATE_MOST; i++)
		assert_int_equal(state_number(state_name(i), strlen(state_name(i))), i);
}

static void errnos_have_names_and_second_names(void **state)
{
	(void)state;
	assert_string_equal(errno_word(EADDRINUSE), "EADDRINUSE");
	assert_string_equal(errno_word(EAGAIN), "EAGAIN");
	assert_string_equal(errno_word(EOPNOTSUPP), "EOPNOTSUPP");
	assert_null(errno_word(0));
	assert_null(errno_word(9999));
	assert_int_equal(errno_number("EWOULDBLOCK", 11), EAGAIN);
	assert_int_equal(errno_number("ECONNRESET", 10), ECONNRESET);
	assert_int_equal(errno_number("ECONNRESETS", 11), 0);
	assert_int_equal(errno_number("", 0), 0);
	for (int code = 1; code < 200; code++)
		if (errno_word(code))
			assert_int_equal(errno_number(errno_word(code), strlen(errno_word(code))),
					 code);
}

static const struct { const char *typed, *meant; } slips[] = {
	{ "TIME-WIAT",		"TIME-WAIT" },
	{ "time-wait",		"TIME-WAIT" },
	{ "TIMEWAIT",		"TIME-WAIT" },
	{ "FIN-WAIT-3",		"FIN-WAIT-1" },
	{ "clsoe",		"close" },
	{ "CLOSE",		"close" },
	{ "closee",		"close" },
	{ "xlsoe",		NULL },
	{ "EADRINUSE",		"EADDRINUSE" },
	{ "en",			"end" },
	{ "ned",		"end" },
	{ "e",			NULL },
	{ "",			NULL },
	{ "entirely different",	NULL },
};

static void a_slip_finds_the_word_that_was_meant(void **state)
{
	static const char *const among[] = {
		"end", "close", "connect", "TIME-WAIT", "FIN-WAIT-1", "FIN-WAIT-2", "EADDRINUSE",
		NULL
	};

	(void)state;
	for (size_t i = 0; i < ROWS(slips); i++)
		assert_word(words_nearest(slips[i].typed, strlen(slips[i].typed), among),
			    slips[i].meant);
	assert_word(state_nearest("TIME-WIAT", 9), "TIME-WAIT");
	assert_word(state_nearest("LISTNE", 6), "LISTEN");
	assert_word(errno_nearest("EADRINUSE", 9), "EADDRINUSE");
	assert_word(errno_nearest("ECONRESET", 9), "ECONNRESET");
	assert_word(errno_nearest("BANANA", 6), NULL);
}

static void words_of_any_length_can_be_compared(void **state)
{
	static const char *const among[] = { "close", NULL };
	char longer[5000];

	(void)state;
	memset(longer, 'c', sizeof(longer));
	assert_word(words_nearest(longer, sizeof(longer), among), NULL);
	assert_word(words_nearest(longer, 63, among), NULL);
	assert_word(words_nearest(longer, 64, among), NULL);
}

static const struct { const char *key, *meant; } sysctls[] = {
	{ "net.ipv4.tcp_tw_reuse",		NULL },
	{ "net.ipv4.tcp_tw_reus",		"net.ipv4.tcp_tw_reuse" },
	{ "net.ipv4.tcp_tw_resue",		"net.ipv4.tcp_tw_reuse" },
	{ "net.ipv4.tcp_timestamp",		"net.ipv4.tcp_timestamps" },
	{ "net.ipv4.tcp_tw_reuse_dealy",	"net.ipv4.tcp_tw_reuse_delay" },
	{ "net.ipv4.ip_local_port_rang",	"net.ipv4.ip_local_port_range" },
	{ "net.core.somaxcon",			"net.core.somaxconn" },
	{ "net.ipv6.tcp_timestamps",		"net.ipv4.tcp_timestamps" },
	{ "net.core.tcp_sack",			"net.ipv4.tcp_sack" },
	{ "tcp_tw_reuse",			"net.ipv4.tcp_tw_reuse" },
	{ "net.ipv4.tcp_tw_reuse_delay",	NULL },
	{ "net.ipv4.tcp_rto_max_ms",		NULL },
	{ "net.ipv4.tcp_rto_min_us",		NULL },
	{ "net.ipv4.tcp_mem",			NULL },		/* known, and not tcp_rmem */
	{ "net.ipv4.tcp_something_of_tomorrow",	NULL },
	{ "net.ipv4.conf.all.rp_filter",	NULL },
	{ "net.ipv6.ip_nonlocal_bind",		NULL },
	{ "net.netfilter.nf_conntrack_max",	NULL },
	{ "",					NULL },
};

static void a_sysctl_near_a_well_known_one_is_a_slip(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(sysctls); i++)
		assert_word(words_known_sysctl(sysctls[i].key), sysctls[i].meant);
}

static const struct { const char *word; bool reserved; } names[] = {
	{ "client", true }, { "close", true }, { "drop", true }, { "reuseaddr", true },
	{ "TIME-WAIT", true }, { "NONE", true }, { "EPIPE", true }, { "EWOULDBLOCK", true },
	{ "ok", true }, { "EOF", true }, { "family", true }, { "outcome", true },
	{ "DATA", true }, { "snd_nxt", true }, { "mapped", true }, { "kernel", true },
	{ "within", true }, { "seq", true }, { "TICK", true }, { "server>client", true },
	{ "a", false }, { "timestamps", false }, { "reuse", false }, { "again", false },
	{ "last", false }, { "first", false }, { "gap", false }, { "Close", false },
	{ "left", false }, { "", false },
};

static void a_word_of_the_language_is_no_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(names); i++)
		if (words_reserved(names[i].word, strlen(names[i].word)) != names[i].reserved)
			fail_msg("%s", names[i].word);
}

static void the_reference_tells_of_every_word(void **state)
{
	autobuf out = { 0 };

	(void)state;
	words_print(&out);
	for (size_t i = 0; i < VERB_COUNT; i++)
		assert_non_null(strstr(out.s, verb_info[i].usage));
	for (size_t i = 0; i < OPTION_COUNT; i++)
		assert_non_null(strstr(out.s, option_info[i].usage));
	for (size_t i = 0; i < HEADER_COUNT; i++)
		assert_non_null(strstr(out.s, header_info[i].usage));
	for (size_t i = 0; i < LOOK_COUNT; i++)
		assert_non_null(strstr(out.s, look_info[i].usage));
	for (int i = 0; i <= STATE_MOST; i++)
		assert_non_null(strstr(out.s, state_name(i)));
	for (int code = 1; code < 200; code++)
		if (errno_word(code))
			assert_non_null(strstr(out.s, errno_word(code)));
}

static void no_line_of_the_reference_is_wider_than_a_page(void **state)
{
	autobuf out = { 0 };

	(void)state;
	words_print(&out);
	for (char *line = strtok(out.s, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > 110)
			fail_msg("%zu: %s", strlen(line), line);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_has_its_words),
		cmocka_unit_test(kinds_are_named_as_segments_name_them),
		cmocka_unit_test(a_step_begins_with_one_word_of_one_actor),
		cmocka_unit_test(states_are_spelt_as_in_the_rfc),
		cmocka_unit_test(every_state_reads_back_as_itself),
		cmocka_unit_test(errnos_have_names_and_second_names),
		cmocka_unit_test(a_slip_finds_the_word_that_was_meant),
		cmocka_unit_test(words_of_any_length_can_be_compared),
		cmocka_unit_test(a_sysctl_near_a_well_known_one_is_a_slip),
		cmocka_unit_test(a_word_of_the_language_is_no_name),
		cmocka_unit_test(the_reference_tells_of_every_word),
		cmocka_unit_test(no_line_of_the_reference_is_wider_than_a_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
