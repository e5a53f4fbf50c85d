/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_US 1000LL
#define NS_PER_MS 1000000LL
#define NS_PER_S  1000000000LL

/** clock_ns() - CLOCK_MONOTONIC, in nanoseconds */
int64_t clock_ns(void);

/** clock_real_ns() - CLOCK_REALTIME, in nanoseconds: for stamps, never for waits */
int64_t clock_real_ns(void);

/**
 * clock_sleep_until() - Sleep until a moment of clock_ns(), whatever signals come
 * @at_ns: the moment; one that has passed returns at once
 */
void clock_sleep_until(int64_t at_ns);

/**
 * clock_wheel_step() - How much later than asked a kernel timer may fire
 * @distance_ns: how far ahead the timer is set
 * @hz:          CONFIG_HZ; 0 means unknown, and the largest step of 100, 250,
 *               300 and 1000 is taken
 *
 * The timer wheel has levels of 64 buckets, each level eight times coarser
 * than the one below, and rounds an expiry up to its bucket, never down.
 *
 * Return: the width of a bucket at that distance, in nanoseconds
 * Source: kernel/time/timer.c, LVL_START and LVL_GRAN
 */
int64_t clock_wheel_step(int64_t distance_ns, int hz);

/**
 * clock_text() - A duration as a person writes it: 350us, 20ms, 1.2s, 60s
 * @ns:  the duration; may be negative
 * @buf: out; 32 bytes are always enough
 *
 * At most four significant digits. Return: @buf
 */
char *clock_text(int64_t ns, char *buf, size_t size);

#endif
