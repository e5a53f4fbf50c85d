/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_PULSE_H
#define LIB_PULSE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Whether a process that says nothing is at work, asleep, or only not let run:
 * on a busy machine that looks alike from outside.
 */

/** pulse_cpu_ns() - Processor time that a process has had, all its threads; 0 where /proc does not tell */
int64_t pulse_cpu_ns(pid_t pid);

/** pulse_wants() - Whether one of its threads, or of its children's, wants a processor just now */
bool pulse_wants(pid_t pid);

#endif
