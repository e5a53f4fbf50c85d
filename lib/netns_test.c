// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/netns.h"

#include "lib/err.h"
#include "lib/netns_test.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ORDINARY_USER = 65534 };

#define must(call) do { struct err e; if (call) fail_msg("%s", e.text); } while (0)

static ino_t where_we_are(void)
{
	struct stat st;

	assert_int_equal(stat("/proc/thread-self/ns/net", &st), 0);
	return st.st_ino;
}

static ino_t which(int ns)
{
	struct stat st;

	assert_int_equal(fstat(ns, &st), 0);
	return st.st_ino;
}

static void a_new_namespace_does_not_move_us(void **state)
{
	const ino_t before = where_we_are();
	autofd ns = -1;

	(void)state;
	must(netns_new(&ns, &e));
	assert_int_equal(where_we_are(), before);
	assert_int_not_equal(which(ns), before);
	assert_true(fcntl(ns, F_GETFD) & FD_CLOEXEC);
}

static void what_is_entered_is_left_at_the_end_of_the_scope(void **state)
{
	const ino_t before = where_we_are();
	autofd outer = -1, inner = -1;

	(void)state;
	must(netns_new(&outer, &e));
	must(netns_new(&inner, &e));
	{
		autons home = -1;

		must(netns_enter(&home, outer, &e));
		assert_int_equal(where_we_are(), which(outer));
		{
			autons back = -1;

			must(netns_enter(&back, inner, &e));
			assert_int_equal(where_we_are(), which(inner));
		}
		assert_int_equal(where_we_are(), which(outer));
	}
	assert_int_equal(where_we_are(), before);
}

static void leaving_keeps_errno(void **state)
{
	int home = -1;

	(void)state;
	must(netns_enter(&home, -1, &e));
	errno = ENOTTY;
	netns_leave(&home);
	assert_int_equal(errno, ENOTTY);
	assert_int_equal(home, -1);
}

static void something_else_is_not_entered(void **state)
{
	const ino_t before = where_we_are();
	autofd null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int home = -1;
	struct err e;

	(void)state;
	assert_int_equal(netns_enter(&home, null, &e), -EINVAL);
	assert_string_equal(e.text, "network namespace: enter: Invalid argument");
	assert_int_equal(home, -1);
	assert_int_equal(where_we_are(), before);
}

/* ------------------------------- in a child: there is no way back from it */

enum { ALL_WELL, REFUSED_AS_IT_SHOULD, NO_USER_NAMESPACE, WRONG };

static int tell(const char *what, const struct err *e)
{
	fprintf(stderr, "%s: %s\n", what, e->text);
	return WRONG;
}

static int put(const char *path, const char *text)
{
	autofd fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 || write(fd, text, strlen(text)) < 0;
}

static int become_own_user(void)
{
	struct err e;
	autofd ns = -1;

	if (geteuid() == 0 && (setgid(ORDINARY_USER) || setuid(ORDINARY_USER)))
		return WRONG;
	prctl(PR_SET_DUMPABLE, 1);	/* or our files in /proc stay root's */
	if (netns_own_user(&e)) {
		fprintf(stderr, "%s\n", e.text);
		return NO_USER_NAMESPACE;
	}
	if (geteuid() != 0 || getegid() != 0)
		return WRONG;
	return netns_new(&ns, &e) ? tell("new", &e) : ALL_WELL;
}

/* The limits of a user namespace are its own: the machine's are not touched */
static int meet_limit(const char *setting, bool user)
{
	char path[64];
	struct err e;
	autofd ns = -1;
	const int code = become_own_user();

	if (code != ALL_WELL)
		return code;
	snprintf(path, sizeof(path), "/proc/sys/user/%s", setting);
	if (put(path, "0"))
		return NO_USER_NAMESPACE;
	if (!(user ? netns_own_user(&e) : netns_new(&ns, &e)))
		return ALL_WELL;
	if (e.code != -ENOSPC || !strstr(e.text, setting))
		return tell(setting, &e);
	return REFUSED_AS_IT_SHOULD;
}

static int meet_net_limit(void)
{
	return meet_limit("max_net_namespaces", false);
}

static int meet_user_limit(void)
{
	return meet_limit("max_user_namespaces", true);
}

static int settle_down(void)
{
	const ino_t before = where_we_are();
	autofd own = -1, other = -1;
	struct err e;
	int way;

	if (netns_new(&own, &e) || netns_new(&other, &e))
		return tell("new", &e);
	way = netns_way_back();
	if (netns_settle(own, &e))
		return tell("settle", &e);
	if (where_we_are() != which(own) || fcntl(way, F_GETFD) >= 0)
		return WRONG;
	for (int i = 0; i < 2; i++) {
		autons home = -1, again = -1;

		if (netns_enter(&home, i ? other : own, &e) || netns_enter(&again, own, &e))
			return tell("enter", &e);
		if (where_we_are() != which(own))
			return WRONG;
	}
	return where_we_are() == which(own) && before != which(own) ? ALL_WELL : WRONG;
}

static int result_of(int (*job)(void))
{
	const pid_t child = fork();
	int status;

	if (child == 0)
		_exit(job());
	assert_true(child > 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void an_ordinary_user_gets_a_namespace_of_its_own(void **state)
{
	const int result = result_of(become_own_user);

	(void)state;
	if (result == NO_USER_NAMESPACE)
		skip();
	assert_int_equal(result, ALL_WELL);
}

static void a_limit_that_is_reached_is_named(void **state)
{
	static int (*const jobs[])(void) = { meet_net_limit, meet_user_limit };

	(void)state;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
		const int result = result_of(jobs[i]);

		if (result == NO_USER_NAMESPACE)
			skip();
		assert_int_equal(result, REFUSED_AS_IT_SHOULD);
	}
}

static void who_settles_down_comes_back_to_there_and_nowhere_else(void **state)
{
	(void)state;
	assert_int_equal(result_of(settle_down), ALL_WELL);
}

int main(void)
{
	static const struct CMUnitTest before[] = {
		cmocka_unit_test(an_ordinary_user_gets_a_namespace_of_its_own),
		cmocka_unit_test(a_limit_that_is_reached_is_named),
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_namespace_does_not_move_us),
		cmocka_unit_test(what_is_entered_is_left_at_the_end_of_the_scope),
		cmocka_unit_test(leaving_keeps_errno),
		cmocka_unit_test(something_else_is_not_entered),
		cmocka_unit_test(who_settles_down_comes_back_to_there_and_nowhere_else),
	};
	const int failed = cmocka_run_group_tests(before, NULL, NULL);

	if (failed)
		return failed;
	if (!netns_test_allowed())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
