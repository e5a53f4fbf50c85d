// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/caps.h"

#include "lib/err.h"
#include "lib/netns_test.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Each runs in a child of its own, since nothing can be taken back. */
#define check(what) do { if (!(what)) { fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #what); _exit(1); } } while (0)
#define must(call) do { struct err e; if (call) { fprintf(stderr, "%s\n", e.text); _exit(1); } } while (0)

static void in_a_child(void (*test)(void))
{
	const pid_t pid = fork();
	int status;

	if (pid == 0) {
		test();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* A line of /proc/self/status: a set as the kernel tells it */
static uint64_t told(const char *name)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	uint64_t value = ~UINT64_C(0);

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, name, strlen(name)) && line[strlen(name)] == ':')
			value = strtoull(line + strlen(name) + 1, NULL, 16);
	if (f)
		fclose(f);
	return value;
}

static const uint64_t some = CAPS(CAP_NET_ADMIN) | CAPS(CAP_NET_RAW);

static void keep(void)
{
	must(caps_keep(some, CAPS(CAP_NET_RAW) | CAPS(CAP_SYS_ADMIN), &e));
	check(told("CapPrm") == some);
	check(told("CapEff") == CAPS(CAP_NET_RAW));
	check(told("CapInh") == 0);
	must(caps_keep(~UINT64_C(0), ~UINT64_C(0), &e));
	check(told("CapPrm") == some && told("CapEff") == some);
	must(caps_keep(0, ~UINT64_C(0), &e));
	check(told("CapPrm") == 0 && told("CapEff") == 0);
}

static void what_is_not_kept_is_gone_for_good(void **state)
{
	(void)state;
	in_a_child(keep);
}

static void use(void)
{
	must(caps_keep(some, 0, &e));
	check(told("CapPrm") == some && told("CapEff") == 0);
	must(caps_use(CAPS(CAP_NET_ADMIN) | CAPS(CAP_SYS_ADMIN), &e));
	check(told("CapPrm") == some && told("CapEff") == CAPS(CAP_NET_ADMIN));
	must(caps_use(0, &e));
	check(told("CapPrm") == some && told("CapEff") == 0);
}

static void what_is_permitted_is_used_when_it_is_said(void **state)
{
	(void)state;
	in_a_child(use);
}

static void be_nobody(void)
{
	const uint64_t had = told("CapPrm");
	const gid_t other = 1;
	struct err failure;
	int rc;

	if (setgroups(1, &other))
		check(errno == EPERM);	/* a user namespace of one user */
	rc = caps_nobody(&failure);
	if (rc < 0)
		fprintf(stderr, "%s\n", failure.text);
	check(rc >= 0);
	check(told("CapPrm") == had);
	if (!rc)			/* a user namespace of one user */
		return;
	check(getuid() == CAPS_NOBODY && geteuid() == CAPS_NOBODY);
	check(getgid() == CAPS_NOBODY && getegid() == CAPS_NOBODY);
	check(getgroups(0, NULL) == 0);
	check(told("CapEff") == had);
	check(caps_in_use(had) && !caps_in_use(~UINT64_C(0)));
	must(caps_use(0, &e));
	check(caps_in_use(0) && !caps_in_use(had));
	must(caps_keep(0, 0, &e));
	check(setresuid(0, 0, 0) && setresgid(0, 0, 0));
	check(open("/proc/sys/kernel/core_pattern", O_WRONLY | O_CLOEXEC) < 0);
	check(caps_nobody(&failure) == 0);	/* it is no root any more */
}

static void nobody_owns_nothing_but_its_capabilities(void **state)
{
	(void)state;
	in_a_child(be_nobody);
}

/* Return: what a shell, begun now, may use */
static uint64_t of_a_program(void)
{
	FILE *f = popen("grep CapEff /proc/self/status", "re");
	unsigned long long value = ~0ull;

	check(f && fscanf(f, "CapEff: %llx", &value) == 1);
	pclose(f);
	return value;
}

static void no_new(void)
{
	must(caps_keep(some, some, &e));
	must(caps_no_new(&e));
	check(told("NoNewPrivs") == 1);
	check((of_a_program() & ~some) == 0);
}

static void a_program_gets_nothing_new_where_that_was_said(void **state)
{
	(void)state;
	in_a_child(no_new);
}

static void bound(void)
{
	must(caps_bound(some, &e));
	check((told("CapBnd") & ~some) == 0);
	check(of_a_program() == some);
}

static void a_program_of_root_gets_what_the_bound_leaves(void **state)
{
	(void)state;
	in_a_child(bound);
}

static void close_others(void)
{
	int fd[8];

	for (size_t i = 0; i < 8; i++)
		check((fd[i] = open("/dev/null", O_RDONLY | O_CLOEXEC)) > 2);
	caps_close_others((const int[]){ fd[5], -1, fd[2] }, 3);
	for (size_t i = 0; i < 8; i++)
		check((fcntl(fd[i], F_GETFD) >= 0) == (i == 2 || i == 5));
	for (int i = 0; i < 3; i++)
		check(fcntl(i, F_GETFD) >= 0);
	caps_close_others(NULL, 0);
	check(fcntl(fd[2], F_GETFD) < 0 && fcntl(fd[5], F_GETFD) < 0);
}

static void descriptors_that_are_not_kept_are_closed(void **state)
{
	(void)state;
	in_a_child(close_others);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_kept_is_gone_for_good),
		cmocka_unit_test(what_is_permitted_is_used_when_it_is_said),
		cmocka_unit_test(nobody_owns_nothing_but_its_capabilities),
		cmocka_unit_test(a_program_gets_nothing_new_where_that_was_said),
		cmocka_unit_test(a_program_of_root_gets_what_the_bound_leaves),
		cmocka_unit_test(descriptors_that_are_not_kept_are_closed),
	};

	if (!netns_test_allowed())
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
