/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The wall clock beside the monotonic one. The kernel stamps frames by the wall
 * clock, which somebody may set; what is judged is told by CLOCK_MONOTONIC.
 */
#ifndef LIB_WALL_H
#define LIB_WALL_H

#include <stdbool.h>
#include <stdint.h>

/**
 * struct wall - Two looks at both clocks
 * @looked_ns:    clock_ns() at the later one
 * @ahead_ns:     wall clock minus monotonic clock, then
 * @was_ahead_ns: the same at the look before
 * @set:          it was set between any two looks, and nobody has asked yet
 */
struct wall {
	int64_t looked_ns, ahead_ns, was_ahead_ns;
	bool set;
};

/** wall_begin() - The first look */
void wall_begin(struct wall *w);

/** wall_look() - The next one */
void wall_look(struct wall *w);

/** wall_was_set() - Whether looks since the last call found that the wall clock had been set */
bool wall_was_set(struct wall *w);

/**
 * wall_moment() - A stamp of the wall clock on the monotonic scale
 * @stamp_ns: from between the two looks, or from after them
 * @now_ns:   clock_ns()
 *
 * Where the wall clock was set in between, the stamp may stem from before or
 * after. Read by the wrong offset it lies either ahead of now or further back
 * than it should; and it is not old. So the later reading is the right one,
 * unless that is still to come.
 *
 * Return: the moment, never after @now_ns
 */
int64_t wall_moment(const struct wall *w, int64_t stamp_ns, int64_t now_ns);

/**
 * wall_jumped() - Whether the wall clock was set, rather than slewed, between two looks
 * @ahead_ns, @was_ahead_ns: wall clock minus monotonic clock, at both
 * @between_ns:              how long that took
 *
 * A slewed clock gains or loses a tenth at most (adjtimex(2): the tick may be
 * 9000 to 11000 us). What is set by 5 ms or less is not told from an error of ours.
 */
bool wall_jumped(int64_t ahead_ns, int64_t was_ahead_ns, int64_t between_ns);

#endif
