/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_REPORT_H
#define RUNNER_REPORT_H

#include "runner/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct err;
struct report;

/*
 * Where verdicts go. The runner tells one struct report; that one counts and
 * tells its sinks (TAP on standard output, run.tap, the live line, ...).
 * What is told is finished: no sink judges, and none asks anything back.
 */

/**
 * struct report_point - One trial that is going to be run
 * @name:     its name, unique in the run: topic/file axis=value,...
 * @scenario: topic/file; points of one file stand side by side
 * @file:     the path as the user named it, for file:line
 */
struct report_point {
	const char *name, *scenario, *file;
};

/**
 * struct report_plan - What a run is going to do
 * @point, @points: in the order of their ids; the first has index 0
 * @skip:    why nothing is going to be run although nothing is wrong; NULL
 * @version: of lastack: "lastack 0.1"
 * @kernel:  "6.18.44 x86_64"
 * @machine: what else colours the outcome, in one line: "HZ=250, 2 CPUs, kvm"; NULL
 * @command: as it would be typed again
 * @results: the run's directory; NULL where there is none
 * @forecast_ns: how long it will take; 0: nobody knows
 *
 * Borrowed until report_end() or report_bail().
 */
struct report_plan {
	const struct report_point *point;
	size_t points;
	const char *skip;
	const char *version, *kernel, *machine, *command, *results;
	int64_t forecast_ns;
};

/**
 * struct report_socket - A row of a host's socket table
 * @host:  "client", "server"; "" where both are one and nobody knows whose it is
 * @state: "TIME-WAIT"; "none": the host has no socket at all; "more": @left_out others
 * @conn:  the connection's name in the file; NULL where it has none
 * @local, @remote: "192.0.2.1:8080", "[2001:db8::1]:8080", "*:*"; "" behind none and more
 * @timer: "retransmit", "keepalive", "time-wait", "probe"; "" for none
 * @left_ns: until it fires, -1 for none
 */
struct report_socket {
	const char *host, *state, *conn, *local, *remote, *timer;
	int64_t left_ns;
	unsigned int recvq, sendq, retransmits;
	int64_t left_out;
};

/**
 * struct report_trial - One finished trial; what is not known is NULL or 0
 * @verdict:   what it came to
 * @todo:      the reason, for VERDICT_TODO and VERDICT_TODO_PASSED
 * @title, @about: of the file
 * @step:      the step's line as written
 * @excerpt:   the file's line with a caret under what was not kept, and the row of
 *             its outcome table where that says so; whole lines
 * @ref:       the clauses: "RFC 1122 4.2.2.13"
 * @clause:    for each of them what it demands in words, NULL for none
 * @sysctl:    what was set: "net.ipv4.tcp_tw_reuse = 1", "client net....", in mid-course
 *             "server net.ipv4.tcp_tw_reuse = 0 (line 12)"
 * @socket:    both hosts' sockets at @sockets_ns, when it turned out that something was
 *             not as asked; none where no table was taken
 * @ladder:    what crossed the wire around that moment, whole lines
 * @repro:     the command that runs this trial alone
 * @artifacts: its record
 * @capture:   its capture
 * @notes:     all of the above as lines for a person; shown wherever given
 * @budget_ns: the time it was allowed, where it was ended for taking longer
 *
 * Borrowed for the call only.
 */
struct report_trial {
	const struct verdict *verdict;
	const char *todo, *title, *step, *excerpt;
	const char **about;
	size_t abouts;
	const char **ref;
	size_t refs;
	const char **clause;
	const char **sysctl;
	size_t sysctls;
	const struct report_socket *socket;
	size_t sockets;
	int64_t sockets_ns;
	const char *ladder;
	const char *repro, *artifacts, *capture, *notes;
	int64_t budget_ns;
};

/**
 * struct report_summary - How it went
 * @count:     trials by verdict
 * @flaky:     passed, but not at the first try
 * @done:      how many have a verdict
 * @points, @files: how many there were to be
 * @wall_ns:   how long it took
 * @cut_short: why not all have one: "interrupted by SIGINT"; NULL
 */
struct report_summary {
	size_t count[VERDICT_COUNT];
	size_t flaky, done, points, files;
	int64_t wall_ns;
	const char *cut_short;
};

/**
 * struct report_sink - Somewhere verdicts go; the first member of the sink's own struct
 * @failed: it returned an error and is not told anything any more
 *
 * A function may be NULL. They are called in this order: begin, any number of
 * trial (an index never twice, in the order of finishing), then end or bail.
 * bail may come without begin.
 */
struct report_sink {
	int (*begin)(struct report_sink *s, const struct report_plan *plan, struct err *e);
	int (*trial)(struct report_sink *s, size_t index, const struct report_trial *t,
		     struct err *e);
	int (*end)(struct report_sink *s, const struct report_summary *sum, struct err *e);
	int (*bail)(struct report_sink *s, const char *reason, struct err *e);
	void (*free)(struct report_sink *s);
	bool failed;
};

enum { REPORT_SINKS_MOST = 12 };

/** report_new() - One without sinks. Return: NULL where memory ran out */
struct report *report_new(void);

/**
 * report_add() - One more sink, told after those that were added before
 * @s: owned by the report from here; NULL (its maker ran out of memory) is refused
 *
 * The live line is to be added first: it makes room before others print.
 */
int report_add(struct report *r, struct report_sink *s, struct err *e);

/*
 * A sink that fails (a closed pipe, a full disk) is told nothing more; the
 * others go on. Each call returns 0 or the failure that came up in it,
 * report_end() and report_bail() the first one of the whole run.
 */

/** report_begin() - The plan is known */
int report_begin(struct report *r, const struct report_plan *plan, struct err *e);

/**
 * report_trial() - A trial has its verdict; in whatever order they finish
 * Errors: -EINVAL an index beyond the plan, or told before
 */
int report_trial(struct report *r, size_t index, const struct report_trial *t, struct err *e);

/**
 * report_end() - The run is over
 * @wall_ns:   how long it took
 * @cut_short: why trials are missing ("interrupted by SIGINT", "stopped after
 *             the first failure"); NULL where none is
 */
int report_end(struct report *r, int64_t wall_ns, const char *cut_short, struct err *e);

/** report_bail() - Nothing can run at all, or nothing more; instead of report_end() */
int report_bail(struct report *r, const char *reason, struct err *e);

/** report_summary() - The counts so far: for the exit status */
const struct report_summary *report_summary(const struct report *r);

/** report_free() - And its sinks. NULL is fine */
void report_free(struct report *r);

/** report_summary_text() - "400 trials in 61 files: 398 passed, 1 failed, 1 skipped (12.3s)" */
void report_summary_text(const struct report_summary *sum, struct buf *out);

/**
 * report_message() - What to say of a trial in one line; never NULL
 *
 * The verdict's message, or the one that its kind has where it brought none.
 */
const char *report_message(const struct report_trial *t);

#endif
