// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { WHEEL_BITS = 6, WHEEL_SHIFT = 3, WHEEL_LEVELS = 9 };

static int64_t read_clock(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

int64_t clock_ns(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_real_ns(void)
{
	return read_clock(CLOCK_REALTIME);
}

void clock_sleep_until(int64_t at_ns)
{
	const struct timespec at = {
		.tv_sec = at_ns / NS_PER_S,
		.tv_nsec = at_ns % NS_PER_S,
	};

	if (at_ns <= 0)
		return;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

static int64_t wheel_step(int64_t distance_ns, int hz)
{
	const int64_t jiffy_ns = NS_PER_S / hz;
	const int64_t distance = distance_ns / jiffy_ns;
	int level = 0;

	while (level < WHEEL_LEVELS - 1 &&
	       distance >= (int64_t)((1 << WHEEL_BITS) - 1) << (level * WHEEL_SHIFT))
		level++;
	return jiffy_ns << (level * WHEEL_SHIFT);
}

int64_t clock_wheel_step(int64_t distance_ns, int hz)
{
	static const int usual[] = { 100, 250, 300, 1000 };
	int64_t widest = 0;

	if (hz > 0)
		return wheel_step(distance_ns, hz);
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		const int64_t step = wheel_step(distance_ns, usual[i]);

		if (step > widest)
			widest = step;
	}
	return widest;
}

char *clock_text(int64_t ns, char *buf, size_t size)
{
	static const struct { int64_t ns; const char *name; } units[] = {
		{ NS_PER_S, "s" }, { NS_PER_MS, "ms" }, { NS_PER_US, "us" }, { 1, "ns" },
	};
	const char *sign = ns < 0 ? "-" : "";
	const int64_t span = ns < 0 ? -ns : ns;
	size_t u = 0;

	while (u < 3 && span < units[u].ns)
		u++;
	if (span == 0)
		snprintf(buf, size, "0s");
	else if (span % units[u].ns == 0)
		snprintf(buf, size, "%s%lld%s", sign, (long long)(span / units[u].ns),
			 units[u].name);
	else
		snprintf(buf, size, "%s%.4g%s", sign, (double)span / (double)units[u].ns,
			 units[u].name);
	return buf;
}
