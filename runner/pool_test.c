// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/pool.h"

#include "lib/clock.h"
#include "lib/err.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { JOBS = 12, ALONE = 5, DIES = 7, WORK_US = 3000 };
enum { LONG = 20, BRIEF = 20, BEGUN_MOST = LONG + BRIEF + 1 };

/* What the children tell of themselves, in memory that all share */
static struct told {
	atomic_int at_work, most, waited, alone_waited, beside_alone, is_alone;
	atomic_int begins;
	struct pool_job begun[BEGUN_MOST];	/* in that order */
} *told;

struct tale {
	int done, by_signal;
	size_t lines;
};

static int cpus(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);
}

static void note_most(int n)
{
	int most = atomic_load(&told->most);

	while (n > most && !atomic_compare_exchange_weak(&told->most, &most, n))
		;
}

static bool play(void *ctx, const struct pool_job *job, int fd)
{
	static const char line[] = "0 end\n";

	(void)ctx;
	if (job->id == DIES)
		kill(getpid(), SIGKILL);
	if (atomic_load(&told->is_alone))
		atomic_fetch_add(&told->beside_alone, 1);
	if (pool_await_turn(fd))
		atomic_fetch_add(job->alone ? &told->alone_waited : &told->waited, 1);
	note_most(atomic_fetch_add(&told->at_work, 1) + 1);
	atomic_store(&told->is_alone, job->alone);
	usleep(WORK_US);
	atomic_store(&told->is_alone, 0);
	atomic_fetch_sub(&told->at_work, 1);
	if (write(fd, line, sizeof(line) - 1) < 0)
		_exit(1);
	close(fd);
	return true;
}

static void done(void *ctx, struct pool_result *r)
{
	struct tale *t = ctx;

	t->done++;
	t->by_signal += WIFSIGNALED(r->wait);
	t->lines += r->text.len != 0;
}

static struct tale run(int slots)
{
	struct tale t = { 0 };
	struct pool p = { .slots = slots, .working_most = 2, .play = play, .done = done,
			  .ctx = &t };
	struct err e;
	int sig;

	memset(told, 0, sizeof(*told));
	for (size_t i = 0; i < JOBS; i++)
		pool_add(&p, &(struct pool_job){ .id = i, .try_number = 1, .alone = i == ALONE,
						 .budget_ns = 10 * NS_PER_S });
	if (pool_run(&p, &sig, &e))
		fail_msg("%s", e.text);
	pool_fini(&p);
	assert_int_equal(sig, 0);
	return t;
}

static void never_more_are_at_work_than_there_are_slots(void **state)
{
	(void)state;
	for (int slots = 1; slots <= 3; slots++) {
		const struct tale t = run(slots);

		assert_int_equal(t.done, JOBS);
		assert_int_equal(t.lines, JOBS - 1);
		assert_int_equal(t.by_signal, 1);
		assert_in_range(atomic_load(&told->most), 1, slots);
	}
}

static void an_idle_processor_makes_the_next_ones_ahead(void **state)
{
	(void)state;
	if (cpus() < 2)
		skip();
	run(1);
	assert_in_range(atomic_load(&told->waited), JOBS / 2, JOBS);
	assert_int_equal(atomic_load(&told->alone_waited), 0);
	assert_int_equal(atomic_load(&told->beside_alone), 0);
}

/* Return: those that were ours before */
static cpu_set_t take_one_processor(void)
{
	cpu_set_t all, one;

	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	CPU_ZERO(&one);
	CPU_SET((size_t)sched_getcpu(), &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	return all;
}

static void with_one_slot_and_one_processor_nobody_is_made_beside(void **state)
{
	const cpu_set_t all = take_one_processor();

	(void)state;
	run(1);
	sched_setaffinity(0, sizeof(all), &all);
	assert_int_equal(atomic_load(&told->waited), 0);
}

/* What children say before they stay, until so many are there */
static const char *its_words;
static int its_most;

static bool speak(void *ctx, const struct pool_job *job, int fd)
{
	static const char end[] = "9 end\n";

	(void)ctx;
	note_most(atomic_fetch_add(&told->at_work, 1) + 1);
	if (write(fd, its_words, strlen(its_words)) < 0)
		_exit(1);
	for (int ms = 0; ms < 10 || (ms < 1000 && !job->alone && atomic_load(&told->most) < its_most); ms++)
		usleep(1000);
	atomic_fetch_sub(&told->at_work, 1);
	if (write(fd, end, sizeof(end) - 1) < 0)
		_exit(1);
	close(fd);
	return true;
}

/* Each is at work until it says otherwise, and two may be; the first wants to be alone */
static const struct { const char *words; int most; } words[] = {
	{ "0 step\n", 2 },
	{ "0 nap\n", 3 },
	{ "0 nap\n1 nap\n2 nap\n", 3 },
	{ "0 nap\n1 doze\n2 wake\n", 3 },
	{ "0 doze\n1 nap\n2 wake\n", 3 },
	{ "0 doze\n1 doze\n2 wake\n3 wake\n", 2 },
	{ "0 wake\n\n \nnap\n0 d\n0  nap\n0 say nap doze\n", 2 },
	{ "0 nap\n0 doze\n", 8 },
};

static void who_naps_is_half_of_one_at_work(void **state)
{
	const cpu_set_t all = take_one_processor();

	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct tale t = { 0 };
		struct pool p = { .slots = 8, .working_most = 2, .play = speak, .done = done, .ctx = &t };
		struct err e;
		int sig;

		memset(told, 0, sizeof(*told));
		its_words = words[i].words;
		its_most = words[i].most;
		for (size_t k = 0; k < 10; k++)
			pool_add(&p, &(struct pool_job){ .id = k, .alone = k == 0, .budget_ns = 10 * NS_PER_S });
		if (pool_run(&p, &sig, &e))
			fail_msg("%s", e.text);
		pool_fini(&p);
		assert_int_equal(t.done, 10);
		if (atomic_load(&told->most) != words[i].most)
			fail_msg("\"%s\": %d at once", words[i].words, atomic_load(&told->most));
	}
	sched_setaffinity(0, sizeof(all), &all);
}

/* The odd ones are ended while they say that they sleep, look or work; each third says so twice */
static bool die(void *ctx, const struct pool_job *job, int fd)
{
	static const char *const last_words[] = { "0 doze\n", "0 nap\n", "", "0 nap\n0 doze\n" };
	const char *word = last_words[job->id / 2 % 4];

	if (job->id % 2 == 0 || job->alone)
		return play(ctx, job, fd);
	for (size_t i = 0; i < (job->id % 3 ? 1 : 2); i++)
		if (write(fd, word, strlen(word)) < 0)
			_exit(1);
	kill(getpid(), SIGKILL);
	return false;
}

static void whoever_dies_leaves_its_processor_as_it_was(void **state)
{
	const cpu_set_t all = take_one_processor();
	struct tale t = { 0 };
	struct pool p = { .slots = 8, .working_most = 1, .play = die, .done = done, .ctx = &t };
	struct err e;
	int sig;

	(void)state;
	memset(told, 0, sizeof(*told));
	for (size_t i = 0; i < 32; i++)
		pool_add(&p, &(struct pool_job){ .id = i == DIES ? 0 : i, .alone = i == 20,
						 .budget_ns = 10 * NS_PER_S });
	if (pool_run(&p, &sig, &e))
		fail_msg("%s", e.text);
	pool_fini(&p);
	sched_setaffinity(0, sizeof(all), &all);
	assert_int_equal(t.done, 32);
	assert_int_equal(atomic_load(&told->most), 1);
}

/* Says what a trial says that sleeps */
static bool sleep_a_while(void *ctx, const struct pool_job *job, int fd)
{
	static const char doze[] = "0 doze\n", end[] = "9 wake\n9 end\n";
	const int i = atomic_fetch_add(&told->begins, 1);

	(void)ctx;
	if (i < BEGUN_MOST)
		told->begun[i] = *job;
	if (write(fd, doze, sizeof(doze) - 1) < 0)
		_exit(1);
	usleep(job->lasts_ns > NS_PER_S ? 100000 : 1000);
	if (write(fd, end, sizeof(end) - 1) < 0)
		_exit(1);
	close(fd);
	return true;
}

/* Which job has a second try, and whether that wants to be alone */
struct again {
	struct pool *pool;
	size_t id;
	bool alone;
};

static void once_more(void *ctx, struct pool_result *r)
{
	const struct again *a = ctx;

	if (r->job.id != a->id || r->job.try_number > 1)
		return;
	r->job.try_number++;
	r->job.alone = a->alone;
	pool_add_again(a->pool, &r->job);
}

/* Twenty that are long and twenty that are not, with eight slots; @again: one that has a second try */
static void run_long_and_brief(size_t again, bool alone)
{
	struct pool p = { .slots = 8, .working_most = 8, .play = sleep_a_while, .done = once_more };
	struct again a = { &p, again, alone };
	struct err e;
	int sig;

	memset(told, 0, sizeof(*told));
	p.ctx = &a;
	for (size_t i = 0; i < LONG + BRIEF; i++)
		pool_add(&p, &(struct pool_job){ .id = i, .try_number = 1, .budget_ns = 10 * NS_PER_S,
						 .lasts_ns = i < LONG ? 2 * NS_PER_S : 0 });
	if (pool_run(&p, &sig, &e))
		fail_msg("%s", e.text);
	pool_fini(&p);
	assert_int_equal(atomic_load(&told->begins), BEGUN_MOST);
}

static int place_of(size_t id, int try_number)
{
	for (int i = 0; i < BEGUN_MOST; i++)
		if (told->begun[i].id == id && told->begun[i].try_number == try_number)
			return i;
	fail_msg("job %zu, try %d, has not begun", id, try_number);
	return -1;
}

static void long_jobs_do_not_take_the_last_slot_while_brief_ones_wait(void **state)
{
	(void)state;
	run_long_and_brief(LONG, false);	/* a brief one's second try */
	assert_true(place_of(LONG + BRIEF - 1, 1) < place_of(LONG - 1, 1));
}

static void a_long_one_is_tried_again_before_others_begin(void **state)
{
	(void)state;
	run_long_and_brief(0, false);
	assert_true(place_of(0, 2) < place_of(LONG - 1, 1));
}

/* With one processor all others sleep when it begins, and have told that they began */
static void a_try_that_wants_to_be_alone_is_the_last_and_keeps_none_behind(void **state)
{
	const cpu_set_t all = take_one_processor();

	(void)state;
	run_long_and_brief(0, true);
	assert_int_equal(place_of(0, 2), BEGUN_MOST - 1);
	run_long_and_brief(LONG + BRIEF - 1, true);	/* the first of the brief ones to begin */
	assert_int_equal(place_of(LONG + BRIEF - 1, 2), BEGUN_MOST - 1);
	assert_true(place_of(LONG, 1) < place_of(LONG - 1, 1));
	sched_setaffinity(0, sizeof(all), &all);
}

/* Of eight slots one is for those that last 50 ms at the most */
static const struct { int slots; size_t taken; int first_ms, last_ms; bool last; } choices[] = {
	{ 8, 7, 51, 50, true },		{ 8, 6, 51, 50, false },
	{ 8, 7, 50, 50, false },	{ 8, 7, 2000, 51, false },
	{ 7, 6, 51, 50, false },	{ 1, 0, 51, 50, false },
	{ 9, 8, 51, 0, true },		{ 9, 7, 51, 0, false },
	{ 256, 224, 51, 0, true },	{ 256, 223, 51, 0, false },
};

static void an_eighth_of_the_slots_is_for_brief_jobs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		if (pool_takes_last(choices[i].slots, choices[i].taken, choices[i].first_ms * NS_PER_MS,
				    choices[i].last_ms * NS_PER_MS) != choices[i].last)
			fail_msg("row %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_more_are_at_work_than_there_are_slots),
		cmocka_unit_test(an_idle_processor_makes_the_next_ones_ahead),
		cmocka_unit_test(with_one_slot_and_one_processor_nobody_is_made_beside),
		cmocka_unit_test(who_naps_is_half_of_one_at_work),
		cmocka_unit_test(whoever_dies_leaves_its_processor_as_it_was),
		cmocka_unit_test(long_jobs_do_not_take_the_last_slot_while_brief_ones_wait),
		cmocka_unit_test(a_long_one_is_tried_again_before_others_begin),
		cmocka_unit_test(a_try_that_wants_to_be_alone_is_the_last_and_keeps_none_behind),
		cmocka_unit_test(an_eighth_of_the_slots_is_for_brief_jobs),
	};

	told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (told == MAP_FAILED)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
