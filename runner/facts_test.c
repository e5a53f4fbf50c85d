// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/facts.h"

#include "lib/buf.h"
#include "lib/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))
#define VERSION(major, minor) ((major) << 16 | (minor) << 8)

static const struct { const char *text; unsigned int version; } versions[] = {
	{ "6.14",	VERSION(6, 14) },
	{ "4.9",	VERSION(4, 9) },
	{ "10.0",	VERSION(10, 0) },
	{ "6",		0 }, { "6.", 0 }, { ".14", 0 }, { "6.14.2", 0 }, { "6.14-rc1", 0 },
	{ "v6.14",	0 }, { " 6.14", 0 }, { "6.14 ", 0 }, { "", 0 }, { "six", 0 },
	{ "6.256",	0 }, { "256.1", 0 }, { "99999999999999999999.1", 0 }, { "-6.1", 0 },
};

static void a_version_is_two_numbers(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(versions); i++) {
		unsigned int version = 0;

		assert_int_equal(facts_version(versions[i].text, strlen(versions[i].text),
					       &version), versions[i].version != 0);
		assert_int_equal(version, versions[i].version);
	}
}

static const struct { const char *release; unsigned int version; } releases[] = {
	{ "6.12.3",			VERSION(6, 12) },
	{ "6.18.44-fc-v669",		VERSION(6, 18) },
	{ "5.10.0-rc1+",		VERSION(5, 10) },
	{ "6.6-custom build",		VERSION(6, 6) },
	{ "unknown",			0 },
	{ "6.12.3\n",			0 },
	{ "6.12.345678901234567890123456789012345678901234567890"
	  "123456789012345678901234567890123456789012345678901",	0 },
};

static void a_release_tells_its_version(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(releases); i++) {
		struct facts f = { 0 };

		assert_int_equal(facts_set_release(&f, releases[i].release),
				 releases[i].version != 0);
		assert_int_equal(f.version, releases[i].version);
		assert_string_equal(f.release, releases[i].version ? releases[i].release : "");
	}
}

static void a_question_asked_again_is_answered_anew(void **state)
{
	struct facts f = { 0 };

	(void)state;
	assert_null(facts_get(&f, "destroy"));
	facts_put(&f, "destroy", "yes");
	facts_put(&f, "sysctl net.a", "no");
	facts_put(&f, "destroy", "no, Operation not supported");
	assert_int_equal(f.count, 2);
	assert_string_equal(facts_get(&f, "destroy"), "no, Operation not supported");
	assert_string_equal(facts_get(&f, "sysctl net.a"), "no");
	facts_fini(&f);
}

static const struct { struct need_of need; const char *question, *answer, *why; } needs[] = {
	{ { .kind = NEED_KERNEL, .version = VERSION(6, 12) }, "kernel", NULL, NULL },
	{ { .kind = NEED_KERNEL, .version = VERSION(6, 14) }, "kernel", NULL,
	  "needs kernel >= 6.14, this is 6.12.3" },
	{ { .kind = NEED_KERNEL, .version = VERSION(6, 14), .relation = RELATION_BELOW },
	  "kernel", NULL, NULL },
	{ { .kind = NEED_KERNEL, .version = VERSION(6, 12), .relation = RELATION_BELOW },
	  "kernel", NULL, "needs kernel < 6.12, this is 6.12.3" },
	{ { .kind = NEED_SYSCTL, .name = "net.ipv4.tcp_tw_reuse_delay" },
	  "sysctl net.ipv4.tcp_tw_reuse_delay", "yes", NULL },
	{ { .kind = NEED_SYSCTL, .name = "net.ipv4.tcp_tw_reuse_delay" },
	  "sysctl net.ipv4.tcp_tw_reuse_delay", "no",
	  "this kernel has no sysctl net.ipv4.tcp_tw_reuse_delay" },
	{ { .kind = NEED_SYSCTL, .name = "net.ipv4.tcp_tw_reuse_delay" },
	  "sysctl net.ipv4.tcp_tw_reuse_delay", NULL,
	  "nobody asked this kernel for \"sysctl net.ipv4.tcp_tw_reuse_delay\"" },
	{ { .kind = NEED_SYSCTL, .name = "net.ipv4.tcp_notsent" }, "sysctl net.ipv4.tcp_notsent",
	  "not a refusal, a value", NULL },
	{ { .kind = NEED_COUNTER, .name = "TcpExtTWRecycled" }, "counter TcpExtTWRecycled",
	  "no", "this kernel has no counter TcpExtTWRecycled" },
	{ { .kind = NEED_OPTION, .name = "IP_LOCAL_PORT_RANGE" }, "option IP_LOCAL_PORT_RANGE",
	  "no: Protocol not available",
	  "this kernel has no socket option IP_LOCAL_PORT_RANGE: Protocol not available" },
	{ { .kind = NEED_DESTROY }, "destroy", "no, Operation not supported",
	  "this kernel cannot destroy a socket (SOCK_DESTROY): Operation not supported" },
	{ { .kind = NEED_REPAIR }, "repair", "no, Operation not permitted",
	  "TCP_REPAIR cannot be used here: Operation not permitted" },
	{ { .kind = NEED_REPAIR }, "repair", "yes", NULL },
	{ { .kind = NEED_PROGRAM, .name = "nginx" }, "program nginx", "no, No such file or directory",
	  "there is no program nginx: No such file or directory" },
};

static void what_is_not_met_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(needs); i++) {
		const struct need_of *n = &needs[i].need;
		struct facts f = { 0 };
		struct arena a = { 0 };
		const char *why = NULL;

		facts_set_release(&f, "6.12.3");
		assert_string_equal(facts_question(n, &a), needs[i].question);
		if (needs[i].answer)
			facts_put(&f, needs[i].question, needs[i].answer);
		assert_int_equal(facts_met(&f, n, &a, &why), !needs[i].why);
		assert_int_equal(facts_met(&f, n, NULL, NULL), !needs[i].why);
		if (needs[i].why)
			assert_string_equal(why, needs[i].why);
		arena_free(&a);
		facts_fini(&f);
	}
}

static void facts_are_read_as_they_were_written(void **state)
{
	autobuf first = { 0 }, second = { 0 };
	struct facts f = { .hz = 250 }, back;

	(void)state;
	facts_set_release(&f, "6.12.3-amd64");
	facts_put(&f, "sysctl net.ipv4.tcp_tw_reuse_delay", "no, No such file or directory");
	facts_put(&f, "destroy", "yes");
	facts_put(&f, "option X", "no: Protocol not available");
	facts_put(&f, "empty", "");
	facts_write(&f, &first);
	assert_string_equal(first.s,
		"release: 6.12.3-amd64\nhz: 250\n"
		"sysctl net.ipv4.tcp_tw_reuse_delay: no, No such file or directory\n"
		"destroy: yes\noption X: no: Protocol not available\nempty: \n");
	assert_true(facts_read(&back, first.s, first.len));
	assert_int_equal(back.version, VERSION(6, 12));
	assert_int_equal(back.hz, 250);
	assert_int_equal(back.count, f.count);
	assert_string_equal(facts_get(&back, "option X"), "no: Protocol not available");
	facts_write(&back, &second);
	assert_string_equal(second.s, first.s);
	facts_fini(&back);
	facts_fini(&f);
}

static void an_answer_cannot_forge_a_line(void **state)
{
	struct facts f = { 0 }, back;
	autobuf out = { 0 };

	(void)state;
	facts_set_release(&f, "6.12.3");
	facts_put(&f, "a: b\nrepair", "no\nrepair: yes\x1b");
	facts_write(&f, &out);
	assert_true(facts_read(&back, out.s, out.len));
	assert_int_equal(back.count, 1);
	assert_null(facts_get(&back, "repair"));
	facts_fini(&back);
	facts_fini(&f);
}

#define HEAD "release: 6.12.3\nhz: 0\n"
static const struct { const char *text; bool good; } records[] = {
	{ HEAD,					true },
	{ HEAD "a: b",				true },
	{ HEAD "a: b\na: c\n",			true },
	{ "",					false },
	{ "release: 6.12.3\n",			false },
	{ "hz: 0\nrelease: 6.12.3\n",		false },
	{ "release: \nhz: 0\n",			false },
	{ "release: six\nhz: 0\n",		false },
	{ "release: 6.12.3\nhz: \n",		false },
	{ "release: 6.12.3\nhz: -1\n",		false },
	{ "release: 6.12.3\nhz: 10001\n",	false },
	{ "release: 6.12.3\nhz: 99999999999999999999\n", false },
	{ "release: 6.12.3\nhz: 250x\n",	false },
	{ HEAD "a\n",				false },
	{ HEAD "a:\n",				false },
	{ HEAD "a:b\n",				false },
	{ HEAD ": b\n",				false },
	{ HEAD "\n",				false },
	{ HEAD "a: b\x01\n",			false },
	{ HEAD "a: b\r\n",			false },
};

static void a_record_that_is_none_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(records); i++) {
		const size_t len = strlen(records[i].text);
		char *exact = malloc(len + !len);
		struct facts f;

		assert_non_null(exact);
		memcpy(exact, records[i].text, len);
		if (facts_read(&f, exact, len) != records[i].good)
			fail_msg("row %zu: %s", i, records[i].text);
		facts_fini(&f);
		free(exact);
	}
}

static void a_record_without_end_is_refused(void **state)
{
	autobuf many = { 0 }, long_one = { 0 };
	struct facts f;

	(void)state;
	buf_adds(&many, HEAD);
	for (int i = 0; i < 5000; i++)
		buf_addf(&many, "%d: yes\n", i);
	assert_false(facts_read(&f, many.s, many.len));
	facts_fini(&f);
	buf_adds(&long_one, HEAD "a: ");
	for (int i = 0; i < 1 << 18; i++)
		buf_adds(&long_one, "xxxx");
	assert_false(facts_read(&f, long_one.s, long_one.len));
	facts_fini(&f);
}

static const struct { int64_t ns; bool tick; int hz; int64_t sum_ns; } spans[] = {
	{ 60 * NS_PER_S,	false,	250,	60 * NS_PER_S },
	{ 60 * NS_PER_S,	true,	250,	60 * NS_PER_S + 2048 * NS_PER_MS },
	{ 60 * NS_PER_S,	true,	1000,	60 * NS_PER_S + 4096 * NS_PER_MS },
	{ 60 * NS_PER_S,	true,	100,	60 * NS_PER_S + 5120 * NS_PER_MS },
	{ 0,			false,	0,	0 },
};

static void a_tick_is_the_step_of_the_kernels_wheel(void **state)
{
	const struct span s = { 60 * NS_PER_S, true };
	struct facts f = { 0 };

	(void)state;
	for (size_t i = 0; i < ROWS(spans); i++) {
		f.hz = spans[i].hz;
		assert_int_equal(span_ns((struct span){ spans[i].ns, spans[i].tick }, &f),
				 spans[i].sum_ns);
	}
	f.hz = 0;
	assert_true(span_ns(s, &f) >= 60 * NS_PER_S + 5120 * NS_PER_MS);
	assert_int_equal(span_ns(s, NULL), span_ns(s, &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_version_is_two_numbers),
		cmocka_unit_test(a_release_tells_its_version),
		cmocka_unit_test(a_question_asked_again_is_answered_anew),
		cmocka_unit_test(what_is_not_met_says_why),
		cmocka_unit_test(facts_are_read_as_they_were_written),
		cmocka_unit_test(an_answer_cannot_forge_a_line),
		cmocka_unit_test(a_record_that_is_none_is_refused),
		cmocka_unit_test(a_record_without_end_is_refused),
		cmocka_unit_test(a_tick_is_the_step_of_the_kernels_wheel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
