/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_EXEC_H
#define RUNNER_EXEC_H

#include "runner/scenario.h"

struct buf;
struct facts;

/**
 * exec_trial() - Play a trial here and now, in the calling process
 * @t:       the trial
 * @facts:   the kernel, for TICK
 * @try_number: 1, 2, ...: told in the record
 * @pause:   stand still at the first step that was not kept; see standstill.h
 * @turn:    called when the hosts are ready: returns when they may be put to use, and
 *           whether that was later. Until then nothing is told, set or sent
 * @out_fd:  where the record goes, line by line (see event.h)
 * @capture: out: the frames as pcapng
 *
 * Holds no opinion: it acts, waits and tells. To be called in a child of its
 * own, pinned to one processor, that ends soon after: all that was made is
 * left to the end of the process.
 *
 * Return: whether it came to its end, which is then the last line of the record
 */
bool exec_trial(const struct trial *t, const struct facts *facts, int try_number, bool pause,
		bool (*turn)(int out_fd), int out_fd, struct buf *capture);

#endif
