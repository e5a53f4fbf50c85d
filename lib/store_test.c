// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/store.h"

#include "lib/arena.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void what_is_got_is_blank_and_aligned(void **state)
{
	struct store s = { 0 };
	char *last = NULL;

	(void)state;
	for (size_t size = 1; size < 100; size++) {
		char *p = store_get(&s, size);

		assert_non_null(p);
		assert_int_equal((uintptr_t)p % sizeof(max_align_t), 0);
		assert_true(!last || p >= last + size - 1);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(p[i], 0);
		memset(p, 0xff, size);
		last = p;
	}
	store_free(&s);
	assert_null(s.at);
}

/* In a child: whether writing there ends it */
static bool writing_kills(char *p)
{
	const pid_t pid = fork();
	int wait = 0;

	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		*p = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &wait, 0), pid);
	return WIFSIGNALED(wait) && WTERMSIG(wait) == SIGSEGV;
}

static size_t pages_mapped(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	size_t pages = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%zu", &pages), 1);
	fclose(f);
	return pages;
}

static void frozen_it_stands_where_it_stood_and_can_only_be_read(void **state)
{
	struct store s = { 0 };
	char *text = store_get(&s, 20000);

	(void)state;
	for (int i = 0; i < 20000; i++)
		text[i] = (char)(i % 251);
	assert_false(writing_kills(text));
	store_freeze(&s);
	assert_true(s.frozen);
	for (int i = 0; i < 20000; i++)
		assert_int_equal(text[i], (char)(i % 251));
	assert_true(writing_kills(text));
	assert_null(store_get(&s, 1));
	store_freeze(&s);
	store_free(&s);
}

/* Each child has a share of what is mapped where the kernel counts what it promised */
static void frozen_it_keeps_no_more_addresses_than_it_needs(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct store s = { 0 };
	size_t before;
	char *text;

	(void)state;
	text = store_get(&s, 3 * page + 1);
	memset(text, 1, 3 * page + 1);
	before = pages_mapped();
	store_freeze(&s);
	assert_true(s.frozen);
	assert_int_equal(s.room, 4 * page);
	assert_in_range(before - pages_mapped(), (60 << 20) / page, (64 << 20) / page);
	assert_int_equal(text[3 * page], 1);
	store_free(&s);
}

/* In a child */
static void where_addresses_are_few_it_takes_none(void **state)
{
	const struct rlimit some = { RLIM_INFINITY >> 1, RLIM_INFINITY };
	const pid_t pid = fork();
	struct store s = { 0 };
	int wait;

	(void)state;
	if (pid == 0)
		_exit(setrlimit(RLIMIT_AS, &some) || store_get(&s, 1));
	assert_int_equal(waitpid(pid, &wait, 0), pid);
	assert_int_equal(wait, 0);
}

static void full_it_gives_nothing(void **state)
{
	struct store s = { 0 };

	(void)state;
	assert_null(store_get(&s, SIZE_MAX));
	assert_null(store_get(&s, SIZE_MAX - 4));
	assert_non_null(store_get(&s, 1));
	assert_non_null(store_get(&s, s.room - s.used));
	assert_null(store_get(&s, 1));
	store_free(&s);
}

static void an_arena_goes_on_without_it(void **state)
{
	struct store s = { 0 };
	struct arena a = { .store = &s };
	char *before = arena_get(&a, 10), *after;

	(void)state;
	assert_in_range((uintptr_t)before, (uintptr_t)s.at, (uintptr_t)s.at + s.used - 1);
	before[9] = 7;
	store_freeze(&s);
	after = arena_get(&a, 10);
	after[0] = 1;
	assert_not_in_range((uintptr_t)after, (uintptr_t)s.at, (uintptr_t)s.at + s.room - 1);
	assert_int_equal(before[9], 7);
	arena_free(&a);
	store_free(&s);
}

static void without_room_for_it_malloc_does(void **state)
{
	struct store s = { .none = true };
	struct arena a = { .store = &s };

	(void)state;
	memset(arena_get(&a, 100), 1, 100);
	assert_null(s.at);
	store_freeze(&s);
	assert_false(s.frozen);
	arena_free(&a);
	store_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_got_is_blank_and_aligned),
		cmocka_unit_test(frozen_it_stands_where_it_stood_and_can_only_be_read),
		cmocka_unit_test(frozen_it_keeps_no_more_addresses_than_it_needs),
		cmocka_unit_test(where_addresses_are_few_it_takes_none),
		cmocka_unit_test(full_it_gives_nothing),
		cmocka_unit_test(an_arena_goes_on_without_it),
		cmocka_unit_test(without_room_for_it_malloc_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
