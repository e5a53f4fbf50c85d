/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_FACTS_H
#define RUNNER_FACTS_H

#include "lib/arena.h"
#include "runner/scenario.h"

struct buf;

/**
 * struct facts - What the kernel under test is and has
 * @release: uname -r
 * @version: KERNEL_VERSION's form of it, patch level left out
 * @hz:      CONFIG_HZ; 0 where the kernel does not tell
 *
 * Gathered by a run, written into its results, read back by `judge`: no
 * verdict asks the machine it is judged on.
 */
struct facts {
	struct arena arena;
	char release[96];
	unsigned int version;
	int hz;
	struct fact {
		const char *question;	/* "sysctl net.ipv4.tcp_tw_reuse_delay" */
		const char *answer;	/* "yes", or "no" and why, or a value */
	} *fact;
	size_t count;
};

/**
 * facts_version() - A version in KERNEL_VERSION's form
 * @s, @len: "6.14"; nothing may follow
 *
 * Return: whether it is one; the patch level has no place in it, since what a
 * stable release changes is found by asking for it
 */
bool facts_version(const char *s, size_t len, unsigned int *version);

/**
 * facts_set_release() - Say which kernel it is
 * @release: uname -r: "6.12.3-amd64"
 *
 * Return: whether a version could be read from it; if not nothing is changed
 */
bool facts_set_release(struct facts *f, const char *release);

/** FACTS_IPV6 - Its answer is "no" where no trial by IPv6 can be played; else it is not there */
#define FACTS_IPV6 "family ipv6"

/** facts_put() - Remember an answer; a question asked before is answered anew */
void facts_put(struct facts *f, const char *question, const char *answer);

/** facts_get() - The answer; NULL where it was never asked */
const char *facts_get(const struct facts *f, const char *question);

/** facts_question() - How a need is asked: "sysctl NAME"; the kernel's version: "kernel" */
const char *facts_question(const struct need_of *n, struct arena *a);

/**
 * facts_met() - Whether the kernel has what is needed
 * @a:   holds the reason
 * @why: out where it has not: the reason for a SKIP; NULL (then @a too) where
 *       nobody wants to know
 *
 * An answer "no", or one that begins so ("no, Permission denied"), is not met;
 * a question that was never asked is neither, and says so.
 */
bool facts_met(const struct facts *f, const struct need_of *n, struct arena *a, const char **why);

/** facts_write() - Append one `question: answer` a line, release and hz first */
void facts_write(const struct facts *f, struct buf *out);

/**
 * facts_read() - Read them back
 * @f: out; freed by facts_fini() in any case
 *
 * Return: whether all of it could be read; hostile text is refused, never trusted
 */
bool facts_read(struct facts *f, const char *text, size_t len);

void facts_fini(struct facts *f);

/**
 * span_ns() - A span in nanoseconds on this kernel: TICK depends on CONFIG_HZ
 * @f: NULL: a kernel unknown, so TICK is the largest it can be
 */
int64_t span_ns(struct span s, const struct facts *f);

#endif
