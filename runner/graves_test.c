// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/graves.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static pid_t child(void)
{
	const pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		for (;;)
			pause();
	return pid;
}

static bool lives(pid_t pid)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) && !info.si_pid;
}

static bool is_ours(pid_t pid)
{
	return !waitpid(pid, NULL, WNOHANG) || errno != ECHILD;
}

static void few_rest_and_many_die_together(void **state)
{
	struct graves g = { 0 };
	pid_t pid[GRAVES_RESTING_MOST];

	(void)state;
	for (int i = 0; i < GRAVES_RESTING_MOST - 1; i++)
		graves_lay(&g, pid[i] = child());
	assert_int_equal(g.restings, GRAVES_RESTING_MOST - 1);
	for (int i = 0; i < GRAVES_RESTING_MOST - 1; i++)
		assert_true(lives(pid[i]));
	graves_lay(&g, pid[GRAVES_RESTING_MOST - 1] = child());
	assert_int_equal(g.restings, 0);
	assert_true(graves_bury(&g));
	for (int i = 0; i < GRAVES_RESTING_MOST; i++)
		assert_false(is_ours(pid[i]));
}

static void who_rests_is_buried_too_and_nobody_twice(void **state)
{
	struct graves g = { 0 };
	const pid_t pid = child();

	(void)state;
	assert_false(graves_bury(&g));
	graves_lay(&g, pid);
	assert_true(graves_bury(&g));
	assert_false(is_ours(pid));
	assert_false(graves_bury(&g));
}

static void who_is_dead_leaves_its_grave_when_another_comes(void **state)
{
	struct graves g = { 0 };
	siginfo_t info;

	(void)state;
	for (int i = 0; i < GRAVES_RESTING_MOST; i++)
		graves_lay(&g, child());
	for (size_t i = 0; i < g.dyings; i++)
		assert_int_equal(waitid(P_PID, (id_t)g.dying[i], &info, WEXITED | WNOWAIT), 0);
	graves_lay(&g, child());
	assert_int_equal(g.dyings, 0);
	graves_bury(&g);
}

/* Such as take their time */
static void one_more_waits_until_the_first_is_dead(void **state)
{
	struct graves g = { .dyings = GRAVES_DYING_MOST };
	pid_t killer[GRAVES_RESTING_MOST];

	(void)state;
	for (int i = 0; i < GRAVES_DYING_MOST; i++)
		g.dying[i] = child();
	for (int i = 0; i < GRAVES_RESTING_MOST - 1; i++)
		graves_lay(&g, child());
	for (int i = 0; i < GRAVES_RESTING_MOST; i++) {
		killer[i] = fork();
		assert_true(killer[i] >= 0);
		if (killer[i] == 0) {
			usleep(50000);
			_exit(kill(g.dying[i], SIGKILL));
		}
	}
	graves_lay(&g, child());
	assert_in_range(g.dyings, 1, GRAVES_DYING_MOST);
	for (size_t i = 0; i < g.dyings; i++)
		kill(g.dying[i], SIGKILL);
	graves_bury(&g);
	for (int i = 0; i < GRAVES_RESTING_MOST; i++)
		assert_int_equal(waitpid(killer[i], NULL, 0), killer[i]);
}

static void never_more_die_than_there_are_graves(void **state)
{
	struct graves g = { 0 };

	(void)state;
	for (int i = 0; i < 3 * GRAVES_DYING_MOST; i++) {
		graves_lay(&g, child());
		assert_in_range(g.dyings, 0, GRAVES_DYING_MOST);
	}
	graves_bury(&g);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_rest_and_many_die_together),
		cmocka_unit_test(who_rests_is_buried_too_and_nobody_twice),
		cmocka_unit_test(who_is_dead_leaves_its_grave_when_another_comes),
		cmocka_unit_test(one_more_waits_until_the_first_is_dead),
		cmocka_unit_test(never_more_die_than_there_are_graves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
