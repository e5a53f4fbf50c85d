/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_FEED_H
#define RUNNER_FEED_H

struct facts;
struct report_sink;
struct results;

/**
 * feed_new() - A sink for a run in a guest: sends all that it leaves, as frames
 * @fd:      where to; borrowed until the sink is freed
 * @facts:   sent before the first trial
 * @results: what lies there of a finished trial is sent, and removed: a guest's
 *           files lie in its memory; NULL: nothing to send but the verdicts
 *
 * Return: NULL where memory ran out
 */
struct report_sink *feed_new(int fd, const struct facts *facts, struct results *results);

#endif
