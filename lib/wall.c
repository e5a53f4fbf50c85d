// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/wall.h"

#include "lib/clock.h"

enum {
	READING_NS = 5000000,		/* by which two readings of the clocks may differ by themselves */
	SLEW_MOST = 10,			/* a slewed clock gains or loses one part of so many */
};
#define STAMP_SLACK_NS NS_PER_MS

/*
 * Offset of the wall clock to the monotonic one: the tightest of some
 * readings, lest we were interrupted between the clocks.
 */
static int64_t ahead(void)
{
	int64_t tightest = INT64_MAX, at_that = 0;

	for (int i = 0; i < 3; i++) {
		const int64_t before = clock_ns();
		const int64_t wall = clock_real_ns();
		const int64_t width = clock_ns() - before;

		if (width < tightest) {
			tightest = width;
			at_that = wall - before - width / 2;
		}
	}
	return at_that;
}

void wall_begin(struct wall *w)
{
	*w = (struct wall){ .looked_ns = clock_ns() };
	w->ahead_ns = w->was_ahead_ns = ahead();
}

bool wall_jumped(int64_t ahead_ns, int64_t was_ahead_ns, int64_t between_ns)
{
	const int64_t moved = ahead_ns > was_ahead_ns ? ahead_ns - was_ahead_ns : was_ahead_ns - ahead_ns;

	return moved > READING_NS + between_ns / SLEW_MOST;
}

void wall_look(struct wall *w)
{
	const int64_t now = clock_ns();

	w->was_ahead_ns = w->ahead_ns;
	w->ahead_ns = ahead();
	w->set |= wall_jumped(w->ahead_ns, w->was_ahead_ns, now - w->looked_ns);
	w->looked_ns = now;
}

bool wall_was_set(struct wall *w)
{
	const bool set = w->set;

	w->set = false;
	return set;
}

int64_t wall_moment(const struct wall *w, int64_t stamp_ns, int64_t now_ns)
{
	const int64_t by_new = stamp_ns - w->ahead_ns, by_old = stamp_ns - w->was_ahead_ns;
	const int64_t later = by_new > by_old ? by_new : by_old;
	const int64_t sooner = by_new > by_old ? by_old : by_new;
	const int64_t at = later <= now_ns + STAMP_SLACK_NS ? later : sooner;

	return at < now_ns ? at : now_ns;
}
