/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Children that do jobs, many at once: a processor for each, a budget of time,
 * a pipe back. What a job is and what its lines mean, the pool does not know,
 * but for a few words: a child that says it dozes leaves its processor to
 * others until it wakes, one that says it naps leaves them half of its share for
 * good, and the last line of one that came to its end is that.
 */
#ifndef RUNNER_POOL_H
#define RUNNER_POOL_H

#include "lib/buf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;

/**
 * struct pool_job - One job in the queue
 * @lasts_ns: how long it is thought to take, most of it asleep; to choose by
 */
struct pool_job {
	size_t id;
	int try_number;
	bool alone;		/* on a processor of its own */
	int64_t budget_ns, lasts_ns;
};

/** Bytes that a child may write behind its lines */
enum { POOL_PARCEL_MOST = 256 << 20 };

/**
 * struct pool_result - How a child ended
 * @text:    all the lines it wrote
 * @parcel, @parcel_len: what it wrote behind them, after a NUL; NULL: nothing. It lasts as
 *           long as @text; whether all of it came, only the child's good end says
 * @wait:    its wait status
 * @overrun: it was killed for overrunning its budget
 */
struct pool_result {
	struct pool_job job;
	struct buf text;
	const char *parcel;
	size_t parcel_len;
	int wait;
	bool overrun;
	int64_t elapsed_ns;
};

/**
 * struct pool - What to do, and with how much at once
 * @slots: children at once, dozing ones too; two more may be made ahead of their turn
 * @working_most: on a processor, of those that neither doze nor nap; who naps is half a one
 * @play:   in the child: do the job, write lines to @fd, and a NUL and a parcel if there
 *          is one, and close it. Return: whether the
 *          end was said, so that nobody asks how the process ended
 * @done:   in the parent; may call pool_add_again()
 * @line:   in the parent, of each line of a child when it has come. May be NULL
 * @tick:   in the parent, now and then: how many run; for a progress line. May be NULL
 */
struct pool {
	int slots, working_most;
	bool (*play)(void *ctx, const struct pool_job *job, int fd);
	void (*done)(void *ctx, struct pool_result *r);
	void (*line)(void *ctx, const struct pool_job *job, const char *line, size_t len);
	void (*tick)(void *ctx, size_t running, size_t waiting);
	void *ctx;
	struct pool_state *state;	/* its own */
};

/**
 * pool_add() - Put a job at the end of the queue; before pool_run() or from @done
 *
 * The order is theirs who add, and best the longest first; when few slots are free,
 * jobs that are brief are taken from the end.
 */
void pool_add(struct pool *p, const struct pool_job *job);

/**
 * pool_takes_last() - Whether the last job of the queue is to begin in place of the first
 * @taken: so many of the slots are
 * @first_ns, @last_ns: how long these two are thought to take
 *
 * An eighth of the slots is for brief jobs. To foresee what pool_run() does.
 */
bool pool_takes_last(int slots, size_t taken, int64_t first_ns, int64_t last_ns);

/**
 * pool_add_again() - From @done: another try of that job
 *
 * A long one is the next to begin, lest it alone decides when the run ends, but for one
 * that wants to be alone: that is for the end, where fewer are, and stays there.
 */
void pool_add_again(struct pool *p, const struct pool_job *job);

/**
 * pool_run() - Do all jobs; SIGINT and TERM end it early
 * @signal: out: the signal that ended it, 0 for none
 *
 * However it returns, no child is left.
 */
int pool_run(struct pool *p, int *signal, struct err *e);

/**
 * pool_await_turn() - From @play: wait until the job may begin; to be called once
 * @fd: that of @play
 *
 * Before it a job may prepare what it needs, but neither say anything nor do what
 * another job could notice. Return: whether it was not its turn at once
 */
bool pool_await_turn(int fd);

/**
 * pool_hold() - From @line: stand still until a descriptor can be read, or a signal came
 *
 * No child's budget runs meanwhile. Return: whether it can be read
 */
bool pool_hold(struct pool *p, int fd);

/** pool_nudge() - Send SIGUSR1 to the child that does a job, if there is one */
void pool_nudge(struct pool *p, size_t id);

/** pool_stop() - From @done: start nothing more and end what runs */
void pool_stop(struct pool *p);

void pool_fini(struct pool *p);

#endif
