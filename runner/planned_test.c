// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/planned.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "runner/results.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char base[64];

static int make_base(void **state)
{
	(void)state;
	snprintf(base, sizeof(base), "/tmp/planned-test-XXXXXX");
	return mkdtemp(base) ? 0 : -1;
}

static int remove_base(void **state)
{
	const pid_t pid = fork();
	int status;

	(void)state;
	if (!pid)
		execlp("rm", "rm", "-rf", base, NULL);
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static struct results *new_run(void)
{
	struct results *r = NULL;
	struct err e = { 0 };

	if (results_new(&r, base, "6.18", &e))
		fail_msg("%s", e.text);
	return r;
}

static void what_is_written_is_read_back(void **state)
{
	struct results *r = new_run();
	struct planned p = { .shard = { 2, 5 } }, q;
	struct err e;

	(void)state;
	planned_add(&p, "reopen/x", "/odd folder/%41\n/x.case", "reopen/x family=ipv4", true);
	planned_add(&p, "reopen/x", "/odd folder/%41\n/x.case", "reopen/x family=ipv6", false);
	planned_add(&p, "odd/a b", "-", "odd/a b", true);
	assert_int_equal(planned_write(&p, r, &e), 0);
	assert_int_equal(planned_read(&q, r, &e), 0);
	assert_int_equal(q.shard.k, 2);
	assert_int_equal(q.shard.n, 5);
	assert_int_equal(q.files, 2);
	assert_int_equal(q.trials, 3);
	assert_string_equal(q.file[0].path, "/odd folder/%41\n/x.case");
	assert_string_equal(q.file[1].name, "odd/a b");
	assert_string_equal(q.trial[1].name, "reopen/x family=ipv6");
	assert_false(q.trial[1].ours);
	assert_true(q.trial[2].ours);
	assert_int_equal(q.trial[2].file, 1);
	planned_fini(&p);
	planned_fini(&q);
	results_close(r);
}

static void what_none_of_us_wrote_is_refused(void **state)
{
	static const char *const texts[] = {
		"nonsense\n", "shard 3/2\n", "shard -1/2\n", "shard 1/2x\n", "mine a\n",
		"file a\n", "file a b%4\n", "file a b%00\n", "file a b\nmine \n",
		"file a b\nmine x\x01\n", "file a b\nmine x",
	};
	struct results *r = new_run();

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct planned p;
		autobuf b = { 0 };
		struct err e;

		buf_adds(&b, texts[i]);
		assert_int_equal(results_write(r, RESULTS_PLAN, &b, &e), 0);
		if (planned_read(&p, r, &e) != -EBADMSG)
			fail_msg("taken: %s", texts[i]);
		planned_fini(&p);
	}
	for (size_t i = 0; i < 2; i++) {
		const char *const text = i ? "file a b\nmine c\n\0mine d\n" : "file a b\nmine c\0d\n";
		struct planned p;
		autobuf b = { 0 };
		struct err e;

		buf_add(&b, text, i ? 24 : 18);
		assert_int_equal(results_write(r, RESULTS_PLAN, &b, &e), 0);
		assert_int_equal(planned_read(&p, r, &e), -EBADMSG);
		planned_fini(&p);
	}
	results_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(what_none_of_us_wrote_is_refused),
	};

	return cmocka_run_group_tests(tests, make_base, remove_base);
}
