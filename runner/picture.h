/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A ladder as SVG. Each rung is a fragment that knows neither its time nor its
 * height, so that a page needs it once, however many ladders have it: the page's
 * script puts them together as picture_draw() does.
 */
#ifndef RUNNER_PICTURE_H
#define RUNNER_PICTURE_H

#include "runner/rungs.h"

#include <stddef.h>
#include <stdint.h>

struct buf;

/** In units of the picture: how wide it is, how far its rungs are apart, where the first begins */
enum { PICTURE_WIDTH = 800, PICTURE_STEP = 20, PICTURE_HEAD = 24, PICTURE_TIME = 62 };

/** picture_symbols() - The arrows, which every ladder of a page refers to */
void picture_symbols(struct buf *out);

/** picture_head() - Who is left and right: the fragment at the top of each ladder */
void picture_head(struct buf *out);

/** picture_lifelines() - Both of them, one unit high, to be stretched */
void picture_lifelines(struct buf *out);

/** picture_rung() - A rung's fragment */
void picture_rung(const struct rung *r, struct buf *out);

/** picture_time() - A moment in units of 100 us, as ladders tell it */
int64_t picture_time(int64_t at_ns);

/**
 * picture_draw() - A whole ladder
 * @from, @count: rungs of it
 * @label: what it shows, for those who do not see it
 */
void picture_draw(const struct rung *from, size_t count, const char *label, struct buf *out);

#endif
