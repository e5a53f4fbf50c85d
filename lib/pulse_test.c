// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/pulse.h"

#include "lib/clock.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pid_t child_that(void (*does)(void))
{
	const pid_t pid = fork();

	if (pid == 0) {
		does();
		_exit(0);
	}
	return pid;
}

static void spin(void)
{
	for (volatile int i = 0;; i++)
		;
}

static void sleep_long(void)
{
	pause();
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* However little it is let run, it wants to */
static void one_that_computes_wants_a_processor(void **state)
{
	const pid_t pid = child_that(spin);
	const int64_t until = clock_ns() + 20 * NS_PER_S;

	(void)state;
	assert_true(pulse_wants(pid));
	assert_true(pulse_wants(getpid()));
	while (!pulse_cpu_ns(pid) && clock_ns() < until)
		usleep(1000);
	assert_true(pulse_cpu_ns(pid) > 0);
	end(pid);
}

static void one_that_sleeps_comes_to_want_none(void **state)
{
	const pid_t pid = child_that(sleep_long);
	const int64_t until = clock_ns() + 20 * NS_PER_S;

	(void)state;
	while (pulse_wants(pid) && clock_ns() < until)
		usleep(1000);
	assert_false(pulse_wants(pid));
	end(pid);
}

static void one_that_is_gone_wants_none(void **state)
{
	const pid_t pid = child_that(sleep_long);

	(void)state;
	end(pid);
	assert_false(pulse_wants(pid));
	assert_int_equal(pulse_cpu_ns(pid), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_that_computes_wants_a_processor),
		cmocka_unit_test(one_that_sleeps_comes_to_want_none),
		cmocka_unit_test(one_that_is_gone_wants_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
