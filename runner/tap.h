/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_TAP_H
#define RUNNER_TAP_H

#include <stddef.h>

struct report_sink;

/**
 * enum tap_format - Which of the Test Anything Protocols
 *
 * TAP_13: flat, a YAML block under what is not plainly ok; what `prove` takes.
 * TAP_14: the trials of a file are a subtest of it (`prove` refuses the version).
 * TAP_KERNEL: KTAP, as kunit.py and the kernel's own selftests speak it.
 */
enum tap_format { TAP_13, TAP_14, TAP_KERNEL, TAP_FORMAT_COUNT };

/** tap_format_name - "tap", "tap14", "ktap": what --format is given */
extern const char *const tap_format_name[TAP_FORMAT_COUNT];

/**
 * tap_new() - A sink that writes TAP
 * @fd: borrowed until the sink is freed; nothing else may write to it meanwhile.
 *      The process must ignore SIGPIPE, or a reader that left ends it.
 *
 * Results come out in the order of their ids, each as soon as those before it
 * are finished; the rest is held back. The rules of the three formats stand in
 * tap.c's head.
 *
 * Return: NULL where memory ran out
 */
struct report_sink *tap_new(enum tap_format format, int fd);

#endif
