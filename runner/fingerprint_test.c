// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/fingerprint.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "runner/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

static void a_tick_tells_the_hz(void **state)
{
	static const struct { long tick_ns; int hz; } rows[] = {
		{ 10000000,	100 },
		{ 4000000,	250 },
		{ 3333333,	300 },
		{ 1000000,	1000 },
		{ 999848,	1000 },	/* TICK_NSEC as old kernels rounded it */
		{ 976562,	1024 },
		{ 1,		0 },	/* a clock that is not coarse */
		{ 0,		0 },
		{ -4,		0 },
		{ 999999999,	0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(fingerprint_hz(rows[i].tick_ns), rows[i].hz);
}

static void this_machine_is_described_and_read_back(void **state)
{
	static const char *const told[] = {
		"info build", "info machine", "info cpus", "info user", "info virtual", "info load",
	};
	struct facts f = { 0 }, back = { 0 };
	autobuf b = { 0 };
	struct utsname name;
	struct err e;

	(void)state;
	uname(&name);
	assert_int_equal(fingerprint_gather(&f, &e), 0);
	assert_string_equal(f.release, name.release);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		assert_non_null(facts_get(&f, told[i]));
	assert_true(atoi(facts_get(&f, "info cpus")) >= 1);
	facts_write(&f, &b);
	assert_true(facts_read(&back, buf_text(&b), b.len));
	assert_int_equal(back.hz, f.hz);
	for (size_t i = 0; i < f.count; i++)
		assert_string_equal(facts_get(&back, f.fact[i].question), f.fact[i].answer);
	facts_fini(&f);
	facts_fini(&back);
}

static void the_line_tells_the_most_important(void **state)
{
	struct facts f = { .hz = 250 };
	autobuf b = { 0 };

	(void)state;
	facts_put(&f, "info cpus", "2");
	facts_put(&f, "info virtual", "kvm");
	fingerprint_line(&f, &b);
	assert_string_equal(buf_text(&b), "HZ=250, 2 CPUs, hypervisor kvm");
	facts_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tick_tells_the_hz),
		cmocka_unit_test(this_machine_is_described_and_read_back),
		cmocka_unit_test(the_line_tells_the_most_important),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
