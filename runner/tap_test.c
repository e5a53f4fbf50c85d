// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Called with the name of a stream and of a format, this writes that stream to
 * standard output and leaves as the runner would: ci/tap-consumers feeds it to
 * the programs that read TAP in other people's houses.
 */
#include "runner/tap.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/report.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HOSTILE "a\nok 9 - b\n\x1b[31m \xff\xc3 \"q\" \\n # SKIP no\nBail out! \xe2\x80\xae\xc2\x85"

static const char *refs[] = { "RFC 1122 4.2.2.13", "RFC 9293 3.6.1" };
static const char *sysctls[] = { "net.ipv4.tcp_timestamps = 0", "client net.ipv4.tcp_tw_reuse = 1" };
static const char *hostile[] = { HOSTILE };

static const struct verdict pass = { .kind = VERDICT_PASS, .step = -1, .tries = 1 };
static const struct verdict flaky = { .kind = VERDICT_PASS, .step = -1, .tries = 3,
				      .elapsed_ns = 12345678 };
static const struct verdict lacking = { .kind = VERDICT_SKIP, .step = -1, .tries = 1,
				     .message = "the kernel has no net.ipv4.tcp_tw_reuse_delay" };
static const struct verdict failing = {
	.kind = VERDICT_FAIL, .step = 4, .at = { 12, 17, 9 }, .tries = 1, .elapsed_ns = 1002345678,
	.message = "client a did not come to TIME-WAIT", .expected = "TIME-WAIT",
	.seen = "NONE",
};
static const struct verdict todo = { .kind = VERDICT_TODO, .step = 4, .tries = 1,
				     .message = "the reply was RST" };
static const struct verdict todo_passed = { .kind = VERDICT_TODO_PASSED, .step = -1, .tries = 1 };
static const struct verdict broken = { .kind = VERDICT_BROKEN, .step = -1, .tries = 1,
				       .message = "lab: veth: Operation not permitted" };
static const struct verdict timing = { .kind = VERDICT_TIMING, .step = 2, .tries = 5,
				       .message = "a step began 31ms late" };
static const struct verdict hostile_fail = {
	.kind = VERDICT_FAIL, .step = 1, .round = 6, .at = { 3, 1, 1 }, .tries = 1,
	.message = HOSTILE, .expected = HOSTILE, .seen = "",
};
static const struct verdict hostile_skip = { .kind = VERDICT_SKIP, .message = HOSTILE };

#define WORDS .ref = refs, .refs = 2, .sysctl = sysctls, .sysctls = 2

static const struct report_trial passes = { .verdict = &pass };
static const struct report_trial passes_late = { .verdict = &flaky };
static const struct report_trial skips = { .verdict = &lacking };
static const struct report_trial fails = {
	.verdict = &failing, .step = "expect client a TIME-WAIT", WORDS,
	.repro = "lastack run 'cases/reopen/server-close.case' --only 'family=ipv4'",
	.artifacts = "results/latest/reopen/server-close",
	.notes = "server-close.case:12:17: client a did not come to TIME-WAIT\nclient                server\n  |---SYN------------->|\n  |<--SYN-ACK----------|\n",
};
static const struct report_trial todos = { .verdict = &todo, .todo = "fixed in 6.14", WORDS };
static const struct report_trial todo_passes = { .verdict = &todo_passed, .todo = "fixed in 6.14" };
static const struct report_trial breaks = { .verdict = &broken };
static const struct report_trial overruns = { .verdict = &broken, .budget_ns = 30 * NS_PER_S };
static const struct report_trial lates = { .verdict = &timing };
static const struct report_trial hostile_fails = {
	.verdict = &hostile_fail, .step = HOSTILE, .ref = hostile, .refs = 1, .sysctl = hostile,
	.sysctls = 1, .repro = HOSTILE, .artifacts = HOSTILE, .notes = HOSTILE "\n\nSubtest: none\n",
};
static const struct report_trial hostile_skips = { .verdict = &hostile_skip };
static const struct report_trial hostile_todos = { .verdict = &todo, .todo = HOSTILE };

enum { TRIALS_IN_STREAM = 6 };

/*
 * A stream: what the points come to, and in which order they finish.
 * @order: digits; a point left out does not finish
 */
static const struct stream {
	const char *name;
	const struct report_trial *trial[TRIALS_IN_STREAM];
	const char *order, *cut_short, *skip, *bail;
} streams[] = {
	{ "pass", { &passes, &passes, &passes, &passes, &passes, &passes }, .order = "012345" },
	{ "out-of-order", { &passes, &passes, &skips, &passes, &passes, &passes }, .order = "531204" },
	{ "flaky", { &passes_late, &passes, &passes, &passes, &passes, &passes }, .order = "102345" },
	{ "skip", { &skips, &skips, &passes, &passes, &hostile_skips, &passes }, .order = "543210" },
	{ "todo", { &todos, &passes, &passes, &passes, &passes, &hostile_todos }, .order = "543210" },
	{ "todo-passes", { &passes, &passes, &todo_passes, &passes, &passes, &passes },
	  .order = "012345" },
	{ "fail", { &passes, &fails, &passes, &passes, &passes, &passes }, .order = "012345" },
	{ "broken", { &passes, &breaks, &passes, &passes, &overruns, &passes }, .order = "012345" },
	{ "timing", { &passes, &lates, &passes, &passes, &passes, &passes }, .order = "012345" },
	{ "hostile", { &passes, &hostile_fails, &passes, &hostile_skips, &hostile_todos, &passes },
	  .order = "012345" },
	{ "interrupted", { &passes, &passes, &skips, &passes, &passes, &passes },
	  .order = "013", .cut_short = "interrupted by SIGINT" },
	{ "interrupted-early", { &passes }, .order = "", .cut_short = "interrupted by SIGINT" },
	{ "interrupted-late", { &passes, &passes, &skips, &passes, &passes, &passes },
	  .order = "53401", .cut_short = "interrupted by SIGINT" },
	{ "bail", { &passes }, .order = "0", .bail = "no more network namespaces" },
	{ "bail-at-once", { NULL }, .order = "", .bail = "network namespaces are not allowed here" },
	{ "skip-all", { NULL }, .order = "", .skip = "needs Linux" },
};

static const struct report_point points[TRIALS_IN_STREAM] = {
	{ "reopen/server-close family=ipv4", "reopen/server-close", "cases/reopen/server-close.case" },
	{ "reopen/server-close family=ipv6", "reopen/server-close", "cases/reopen/server-close.case" },
	{ "reopen/a#skip x=\\n\"", "reopen/a#skip", "cases/reopen/a#skip.case" },
	{ "2/3", "2/3", "cases/2/3.case" },
	{ "close/rst-on-unread fill=64K,v=%20", "close/rst-on-unread", "cases/close/rst-on-unread.case" },
	{ "close/rst-on-unread fill=<1+2>", "close/rst-on-unread", "cases/close/rst-on-unread.case" },
};

static const struct stream *stream_find(const char *name)
{
	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		if (strcmp(streams[i].name, name) == 0)
			return &streams[i];
	return NULL;
}

static int red_status(const struct report_summary *sum)
{
	if (sum->cut_short || sum->count[VERDICT_BROKEN] || sum->count[VERDICT_TIMING])
		return 2;
	return sum->count[VERDICT_FAIL] || sum->count[VERDICT_TODO_PASSED];
}

/* Tell one stream. Return: the exit status that the runner would give */
static int tell(const struct stream *st, enum tap_format format, int fd, struct err *e)
{
	const struct report_plan plan = {
		.point = points, .points = st->skip ? 0 : TRIALS_IN_STREAM, .skip = st->skip,
		.version = "lastack 0.1", .kernel = "6.18.44 x86_64", .machine = "HZ=250, 2 CPUs",
		.command = "lastack run cases",
	};
	struct report *r = report_new();
	int failed, status;

	assert_non_null(r);
	failed = report_add(r, tap_new(format, fd), e);
	if (!failed && (!st->bail || *st->order))
		failed = report_begin(r, &plan, e);
	for (const char *o = st->order; *o && !failed; o++)
		failed = report_trial(r, (size_t)(*o - '0'), st->trial[*o - '0'], e);
	if (!failed)
		failed = st->bail ? report_bail(r, st->bail, e) :
				    report_end(r, 12300 * NS_PER_MS, st->cut_short, e);
	status = failed ? failed : red_status(report_summary(r));
	report_free(r);
	return status;
}

static const char *told(struct buf *b, const char *name, enum tap_format format)
{
	FILE *f = tmpfile();
	struct err e = { 0 };
	char part[4096];
	size_t n;

	assert_non_null(f);
	assert_true(tell(stream_find(name), format, fileno(f), &e) >= 0);
	rewind(f);
	buf_clear(b);
	while ((n = fread(part, 1, sizeof(part), f)))
		buf_add(b, part, n);
	fclose(f);
	return buf_text(b);
}

/* ------------------------------------------------------------------ tests */

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("missing: %s\nin: %s", part, text);
}

static void assert_lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("should not be there: %s\nin: %s", part, text);
}

static void the_plan_is_the_second_line(void **state)
{
	autobuf b = { 0 };

	(void)state;
	assert_memory_equal(told(&b, "pass", TAP_13), "TAP version 13\n1..6\n#", 21);
	assert_memory_equal(told(&b, "pass", TAP_14), "TAP version 14\n1..4\n#", 21);
	assert_memory_equal(told(&b, "pass", TAP_KERNEL), "KTAP version 1\n1..4\n#", 21);
}

static void ids_ascend_however_trials_finish(void **state)
{
	static const char ids[] = "123456";
	autobuf b = { 0 };
	const char *s = told(&b, "out-of-order", TAP_13);
	size_t seen = 0;

	(void)state;
	for (; s; s = strchr(s, '\n')) {
		s += *s == '\n';
		if (strncmp(s, "ok ", 3) == 0)
			assert_int_equal(s[3], ids[seen++]);
	}
	assert_int_equal(seen, 6);
}

static void each_verdict_has_its_line(void **state)
{
	static const struct { const char *stream; enum tap_format format; const char *line; } rows[] = {
		{ "pass", TAP_13, "\nok 1 - reopen/server-close family=ipv4\nok 2" },
		{ "skip", TAP_13, "\nok 1 - reopen/server-close family=ipv4 # SKIP the kernel has no net" },
		{ "todo", TAP_13, "\nnot ok 1 - reopen/server-close family=ipv4 # TODO fixed in 6.14\n  ---\n" },
		{ "todo", TAP_KERNEL, "\n  ok 1 - reopen/server-close family=ipv4 # XFAIL fixed in 6.14\n" },
		{ "todo-passes", TAP_13, "\nnot ok 3 - reopen/a%23skip x=%5Cn%22\n  ---\n  message: \"passes "
					 "although marked todo: take the mark away\"\n" },
		{ "todo-passes", TAP_13, "\n  todo: \"fixed in 6.14\"\n" },
		{ "fail", TAP_13, "\nnot ok 2 - reopen/server-close family=ipv6\n  ---\n" },
		{ "fail", TAP_13, "\n  at:\n    file: \"cases/reopen/server-close.case\"\n    line: \"12\"\n"
				  "    column: \"17\"\n  step: \"expect client a TIME-WAIT\"\n"
				  "  expected: \"TIME-WAIT\"\n  seen: \"NONE\"\n  duration_ms: \"1002.345\"\n"
				  "  tries: \"1\"\n  kernel: \"6.18.44 x86_64\"\n  sysctls:\n"
				  "    - \"net.ipv4.tcp_timestamps = 0\"\n" },
		{ "fail", TAP_13, "\n  ...\n# server-close.case:12:17: client a did not come to TIME-WAIT\n# client                server\n#   |---SYN" },
		{ "fail", TAP_KERNEL, "  # server-close.case:12:17: client a did not come to TIME-WAIT\n" },
		{ "todo", TAP_KERNEL, "\n  # cases/reopen/server-close.case: the reply was RST\n  # sysctl: net.ipv4" },
		{ "fail", TAP_14, "\nnot ok 1 - reopen/server-close\n# Subtest: reopen/a%23skip\n    1..1\n" },
		{ "flaky", TAP_13, "\n  ---\n  duration_ms: \"12.345\"\n  tries: \"3\"\n  ...\n" },
		{ "broken", TAP_13, "\n  message: \"lab: veth: Operation not permitted\"\n  verdict: \"broken\"\n" },
		{ "broken", TAP_KERNEL, " # ERROR lab: veth: Operation not permitted\n" },
		{ "broken", TAP_KERNEL, "fill=64K,v=%20 # TIMEOUT 30 seconds\n" },
		{ "timing", TAP_13, "\n  verdict: \"timing\"\n" },
		{ "skip-all", TAP_13, "TAP version 13\n1..0 # SKIP needs Linux\n" },
		{ "bail-at-once", TAP_13, "TAP version 13\nBail out! network namespaces are not allowed here\n" },
		{ "bail-at-once", TAP_KERNEL, "KTAP version 1\n1..1\nnot ok 1 - lastack # ERROR network" },
		{ "pass", TAP_13, "\n# 6 trials in 4 files: 6 passed (12.3s)\n" },
		{ "pass", TAP_KERNEL, "\n  KTAP version 1\n  1..2\n  ok 1 - reopen/server-close family=ipv4\n"
				      "  ok 2 - reopen/server-close family=ipv6\nok 1 - reopen/server-close\n" },
	};
	autobuf b = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_has(told(&b, rows[i].stream, rows[i].format), rows[i].line);
}

static void hostile_text_stays_on_its_line(void **state)
{
	autobuf b = { 0 };

	(void)state;
	for (int format = 0; format < TAP_FORMAT_COUNT; format++) {
		const char *s = told(&b, "hostile", (enum tap_format)format);

		for (const char *c = s; *c; c++)
			assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
		assert_lacks(s, "\nok 9");
		assert_lacks(s, "\nBail");
		assert_lacks(s, "# Subtest: none");
		assert_lacks(s, "\xff");
	}
	assert_has(told(&b, "hostile", TAP_13), "\n  message: \"a ok 9 - b [31m  \\\"q\\\" \\\\n # SKIP no Bail out! \"\n");
	assert_has(buf_text(&b), "\n  seen: \"\"\n");
	assert_has(buf_text(&b), "\n  round: \"7\"\n");
	assert_has(buf_text(&b), " # SKIP a ok 9 - b [31m  \"q\" %5Cn %23 SKIP no Bail out! \n");
}

static void an_interrupted_run_has_no_gap_and_bails_out(void **state)
{
	autobuf b = { 0 };
	const char *s = told(&b, "interrupted", TAP_13);

	(void)state;
	assert_has(s, "\nnot ok 3 - reopen/a%23skip x=%5Cn%22\n  ---\n"
		      "  message: \"not finished: interrupted by SIGINT\"\n  verdict: \"broken\"\n");
	assert_has(s, "\nok 4 - 2/3\nBail out! interrupted by SIGINT\n"
		      "# 6 trials in 4 files: 3 passed, 3 without a verdict (12.3s)\n");
	assert_lacks(s, " 5 - ");
	assert_lacks(told(&b, "interrupted-late", TAP_13), "Bail out!");
	assert_has(told(&b, "interrupted", TAP_KERNEL), "fill=<1+2> # ERROR not finished: interrupted by SIGINT\n"
			"not ok 4 - close/rst-on-unread\n");
}

static void a_reader_that_left_is_an_error(void **state)
{
	struct err e = { 0 };
	int ends[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	assert_int_equal(tell(stream_find("pass"), TAP_13, ends[1], &e), -EPIPE);
	assert_string_equal(e.text, "tap: write: Broken pipe");
	close(ends[1]);
}

static void a_full_disk_is_an_error(void **state)
{
	const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct err e = { 0 };

	(void)state;
	if (full < 0)
		skip();
	assert_int_equal(tell(stream_find("pass"), TAP_13, full, &e), -ENOSPC);
	close(full);
}

static int stream_main(const char *name, const char *format)
{
	const struct stream *st = stream_find(name);
	struct err e = { 0 };
	int f = 0, status;

	while (f < TAP_FORMAT_COUNT && strcmp(tap_format_name[f], format) != 0)
		f++;
	if (!st || f == TAP_FORMAT_COUNT) {
		fprintf(stderr, "no stream %s or no format %s\n", name, format);
		return 2;
	}
	status = tell(st, (enum tap_format)f, STDOUT_FILENO, &e);
	if (status < 0)
		fprintf(stderr, "%s\n", e.text);
	return status < 0 ? 2 : status;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_plan_is_the_second_line),
		cmocka_unit_test(ids_ascend_however_trials_finish),
		cmocka_unit_test(each_verdict_has_its_line),
		cmocka_unit_test(hostile_text_stays_on_its_line),
		cmocka_unit_test(an_interrupted_run_has_no_gap_and_bails_out),
		cmocka_unit_test(a_reader_that_left_is_an_error),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	if (argc == 3)
		return stream_main(argv[1], argv[2]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
