/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_LADDER_H
#define RUNNER_LADDER_H

#include "runner/event.h"
#include "runner/scenario.h"
#include "runner/verdict.h"

struct buf;

/** Bounds on the picture: columns of a line, and lines; beyond them the oldest are left out */
enum { LADDER_WIDTH = 100, LADDER_LINES_MOST = 160 };

/**
 * ladder_draw() - A record as a picture for a person
 * @t:      the trial
 * @events: its record; the last try is drawn, down to the step that the verdict hangs on
 * @v:      the verdict; NULL for none: then all is drawn
 * @out:    appended to
 *
 * Time runs down, segments run between the client's column on the left and the
 * server's on the right. Numbers are relative to the sender's first; where
 * that is not known they stand as they are, with a #.
 *
 *   time s  client                                                server
 *   0.0012  -- line 12: client connect a to 8080
 *   0.0013  a SYN-SENT      |--- a SYN 0 --------------------------->|
 *   0.0014                  |<-- a SYN-ACK 0 ack 1 ------------------|
 *
 * Plain ASCII: bytes beyond it, and control bytes, come out as a dot.
 */
void ladder_draw(const struct trial *t, const struct events *events, const struct verdict *v,
		 struct buf *out);

/**
 * ladder_around() - The part of it that surrounds the step that the verdict hangs on
 * @v: not NULL
 *
 * At most LADDER_AROUND_MOST lines; what is left out before and behind is told.
 * What was expected and what was seen is left to the caller.
 */
enum { LADDER_AROUND_MOST = 28, LADDER_BEHIND_MOST = 4 };
void ladder_around(const struct trial *t, const struct events *events, const struct verdict *v,
		   struct buf *out);

#endif
