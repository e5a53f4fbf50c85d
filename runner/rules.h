/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the wire was told to do. Each frame is asked about here; what it is
 * told to keep or to bring later is kept here.
 */
#ifndef RUNNER_RULES_H
#define RUNNER_RULES_H

#include "lib/wire.h"
#include "runner/event.h"
#include "runner/scenario.h"
#include "runner/track.h"

struct err;
struct rules;

/** Bounds on what the wire keeps: beyond them a trial is broken, and says so */
enum { KEPT_MOST = 4096, KEPT_BYTES_MOST = 16 << 20, MADE_MOST = 1000, HELD_MOST = 256 };

/** struct ruling - What becomes of a frame */
struct ruling {
	enum frame_fate fate;
	int step;		/* the wire command that says so; -1: none */
	int64_t due_ns;		/* FATE_DELAYED: when to deliver it, play time */
	int held;		/* FATE_HELD: name index it is held as; else -1 */
};

/** struct kept - A frame kept for later */
struct kept {
	struct wire_frame frame;
	struct frame_note note;
	int conn;		/* whose it was when it came */
	int name;		/* held as; -1 */
	int step;		/* the command that keeps it */
	int64_t due_ns;		/* delayed until; INT64_MAX otherwise */
	bool waiting;		/* held or delayed: not yet delivered */
};

/** rules_new() - For one trial; they live as long as the process that plays it */
struct rules *rules_new(const struct trial *t);

/**
 * rules_begin() - A wire step is done for the @round-th time, 0-based
 *
 * It has to match anew, and a name that it gives means what it keeps from now on.
 */
void rules_begin(struct rules *r, int step, int round);

/** rules_retire() - A connection's name is used again: the frames so far are no more its own */
void rules_retire(struct rules *r, int conn);

/** rules_add() - A wire step (drop, hold, delay, duplicate, cut) begins to hold */
void rules_add(struct rules *r, int step);

/** rules_mend() - Cuts in that heading end */
void rules_mend(struct rules *r, enum heading heading);

/** rules_mark() - A mark was set: `until MARK` ends */
void rules_mark(struct rules *r, int name);

/** rules_delay_link() - `link delay`: every frame takes that long */
void rules_delay_link(struct rules *r, int64_t delay_ns);

/**
 * rules_ask() - What becomes of a frame
 * @track: what the ends know just before it
 * @now_ns: play time
 */
struct ruling rules_ask(struct rules *r, const struct track *track, const struct frame_note *note,
			const struct wire_frame *frame, int conn, int64_t now_ns);

/**
 * rules_keep() - Remember a frame: held, delayed, or for a later replay
 *
 * Return: 0, or -E2BIG where a bound is reached (only for frames that must
 * be kept; mere history is forgotten silently, oldest first)
 */
int rules_keep(struct rules *r, const struct wire_frame *frame, const struct frame_note *note,
	       int conn, const struct ruling *ruling, struct err *e);

/** rules_due() - The next delayed frame whose time has come, or NULL; marks it delivered */
struct kept *rules_due(struct rules *r, int64_t now_ns);

/** rules_next_due() - When the next delayed frame is due; INT64_MAX for none */
int64_t rules_next_due(const struct rules *r);

/** rules_held() - The oldest frame held under a name, or NULL */
struct kept *rules_held(struct rules *r, int name);

/** rules_named() - The first frame kept under a name in its latest round, delivered or not; NULL for none */
struct kept *rules_named(struct rules *r, int name);

/** rules_history() - First or last frame of that pattern so far, or NULL */
struct kept *rules_history(struct rules *r, const struct pattern *what, bool last);

/**
 * rules_missed() - The first round, 1-based, in which a wire step matched nothing; 0: none
 * @rounds: how often it was done
 */
int rules_missed(const struct rules *r, int step, int rounds);

/** rules_count_match() - A command done elsewhere (release, replay, send) did its work */
void rules_count_match(struct rules *r, int step);

#endif
