// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/zygote.h"

#include "lib/err.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { CHILDREN = 50 };

struct order {
	int status;
	bool rest;
};

/* What a child tells of itself */
struct tale {
	struct order order;
	pid_t pid, parent;
	char memory[16];
};

static char memory[16] = "before";

static void live(void *ctx, const void *told, int fd)
{
	const struct order *order = told;
	struct tale t = { .order = *order, .pid = getpid(), .parent = getppid() };

	memcpy(t.memory, ctx, sizeof(t.memory));
	if (write(fd, &t, sizeof(t)) != sizeof(t))
		_exit(99);
	while (order->rest)
		pause();
	_exit(order->status);
}

static struct zygote new_zygote(void)
{
	return (struct zygote){ .live = live, .ctx = memory, .order_len = sizeof(struct order) };
}

/* Return: the child's process; @t: what it says */
static pid_t child(struct zygote *z, struct order order, struct tale *t)
{
	struct err e;
	int end[2];
	pid_t pid;

	assert_int_equal(pipe(end), 0);
	pid = zygote_child(z, &order, end[1], &e);
	close(end[1]);
	if (pid > 0)
		assert_int_equal(read(end[0], t, sizeof(*t)), sizeof(*t));
	close(end[0]);
	return pid;
}

static void children_are_the_callers_own(void **state)
{
	struct zygote z = new_zygote();
	struct tale t;
	struct err e;
	int wait;

	(void)state;
	assert_int_equal(zygote_begin(&z, &e), 0);
	snprintf(memory, sizeof(memory), "after");
	for (int i = 0; i < CHILDREN; i++) {
		const pid_t pid = child(&z, (struct order){ .status = i }, &t);

		assert_true(pid > 0);
		assert_int_equal(t.pid, pid);
		assert_int_equal(t.parent, getpid());
		assert_int_equal(t.order.status, i);
		assert_string_equal(t.memory, "before");
		assert_int_equal(waitpid(pid, &wait, 0), pid);
		assert_true(WIFEXITED(wait));
		assert_int_equal(WEXITSTATUS(wait), i);
	}
	zygote_end(&z);
	assert_int_equal(waitpid(-1, &wait, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void the_end_of_a_zygote_ends_no_child(void **state)
{
	struct zygote z = new_zygote();
	struct tale t;
	pid_t pid;
	int wait;

	(void)state;
	pid = child(&z, (struct order){ .rest = true }, &t);
	assert_true(pid > 0);
	zygote_end(&z);
	zygote_end(&z);
	assert_int_equal(waitpid(pid, &wait, WNOHANG), 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &wait, 0), pid);
}

static void one_that_was_killed_is_told_and_followed_by_another(void **state)
{
	struct zygote z = new_zygote();
	struct tale t;
	struct err e;
	int wait;

	(void)state;
	assert_int_equal(zygote_begin(&z, &e), 0);
	for (int i = 0; i < 5; i++) {
		pid_t pid;

		kill(z.pid, SIGKILL);
		assert_int_equal(child(&z, (struct order){ 0 }, &t), -ECHILD);
		pid = child(&z, (struct order){ .status = 3 }, &t);
		assert_true(pid > 0);
		assert_int_equal(waitpid(pid, &wait, 0), pid);
		assert_int_equal(WEXITSTATUS(wait), 3);
	}
	zygote_end(&z);
}

/* By somebody who stops it alone: its caller would be deaf meanwhile */
static void one_that_was_stopped_is_woken(void **state)
{
	struct zygote z = new_zygote();
	struct tale t;
	struct err e;
	int wait;

	(void)state;
	assert_int_equal(zygote_begin(&z, &e), 0);
	alarm(20);
	for (int i = 0; i < 2; i++) {
		pid_t pid;

		kill(z.pid, SIGSTOP);
		assert_int_equal(waitpid(z.pid, &wait, WUNTRACED), z.pid);
		pid = child(&z, (struct order){ 0 }, &t);
		assert_true(pid > 0);
		assert_int_equal(waitpid(pid, &wait, 0), pid);
	}
	alarm(0);
	zygote_end(&z);
}

/* Nor is it kept open by one that begins with that very order */
static void no_zygote_keeps_open_what_its_children_close(void **state)
{
	struct zygote z = new_zygote();
	struct pollfd p = { .events = POLLIN };
	char tale[sizeof(struct tale)];
	int end[2], wait;
	struct err e;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(end), 0);
	pid = zygote_child(&z, &(struct order){ 0 }, end[1], &e);
	close(end[1]);
	assert_int_equal(waitpid(pid, &wait, 0), pid);
	assert_int_equal(read(end[0], tale, sizeof(tale)), sizeof(tale));
	p.fd = end[0];
	assert_int_equal(poll(&p, 1, 0), 1);
	assert_int_equal(read(end[0], tale, sizeof(tale)), 0);
	close(end[0]);
	zygote_end(&z);
}

/* No descriptor of the caller's may be kept open by the zygote: its other side would wait for ever */
static void it_keeps_no_descriptor_that_came_with_an_order(void **state)
{
	struct zygote z = new_zygote();
	char byte;
	int end[2], wait;
	struct err e;
	pid_t pid;

	(void)state;
	assert_int_equal(zygote_begin(&z, &e), 0);
	assert_int_equal(pipe(end), 0);
	pid = zygote_child(&z, &(struct order){ 0 }, end[1], &e);
	close(end[1]);
	assert_int_equal(waitpid(pid, &wait, 0), pid);
	fcntl(end[0], F_SETFL, O_NONBLOCK);
	for (size_t i = 0; i < sizeof(struct tale); i++)
		assert_int_equal(read(end[0], &byte, 1), 1);
	assert_int_equal(read(end[0], &byte, 1), 0);
	close(end[0]);
	zygote_end(&z);
}

/* A caller that dies takes its zygote along, and who waits for that to hear of the end is not kept waiting */
static void it_dies_with_its_caller(void **state)
{
	struct zygote z = new_zygote();
	int end[2], wait;
	struct err e;
	pid_t caller;
	char byte;

	(void)state;
	assert_int_equal(pipe(end), 0);
	caller = fork();
	if (caller == 0)
		_exit(zygote_begin(&z, &e) ? 1 : 0);
	close(end[1]);
	assert_int_equal(waitpid(caller, &wait, 0), caller);
	assert_int_equal(wait, 0);
	assert_int_equal(read(end[0], &byte, 1), 0);
	close(end[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_are_the_callers_own),
		cmocka_unit_test(the_end_of_a_zygote_ends_no_child),
		cmocka_unit_test(one_that_was_killed_is_told_and_followed_by_another),
		cmocka_unit_test(one_that_was_stopped_is_woken),
		cmocka_unit_test(no_zygote_keeps_open_what_its_children_close),
		cmocka_unit_test(it_keeps_no_descriptor_that_came_with_an_order),
		cmocka_unit_test(it_dies_with_its_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
