/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_JUNIT_H
#define RUNNER_JUNIT_H

struct report_sink;
struct results;

/**
 * junit_new() - A sink that writes JUnit XML when the run is over, whole or not at all
 * @results: the run's directory, for RESULTS_JUNIT in it; NULL for none
 * @file:    a file besides, made or replaced; NULL for none
 * @fd:      a descriptor besides; -1 for none
 *
 * Borrowed until the run's end. Return: NULL where memory ran out
 */
struct report_sink *junit_new(struct results *results, const char *file, int fd);

#endif
