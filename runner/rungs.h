/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A record as a ladder, rung by rung, before anybody draws it: time runs down,
 * the client is on the left, the server on the right, segments run between them.
 */
#ifndef RUNNER_RUNGS_H
#define RUNNER_RUNGS_H

#include "lib/arena.h"
#include "runner/event.h"
#include "runner/scenario.h"
#include "runner/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rung_kind {
	RUNG_STEP,	/* a step begins: "line 7: server listen 8080" */
	RUNG_RESULT,	/* what it yielded, where that is not just ok */
	RUNG_PROGRAM,	/* what one wrote, or how one in the background ended: "web ended: exit 1" */
	RUNG_SAW,	/* what the step that the verdict hangs on saw */
	RUNG_FRAME,	/* a segment: "a SYN-ACK 0 ack 1", "a FIN 1 ack 1 (dropped)" */
	RUNG_STATE,	/* an end's new state: "a TIME-WAIT" */
	RUNG_UNMATCHED,	/* a command to the wire that matched nothing to the end */
	RUNG_TROUBLE,	/* a wait overslept, the kernel complained, we failed */
};

/**
 * struct rung - One thing that happened
 * @text:    any bytes a kernel or a file may hold; no line end
 * @marked:  the verdict hangs on it
 * @host:    RUNG_STATE: whose
 * @heading: RUNG_FRAME, and the rest too
 * @sent:    it left its host just then; else the wire gave it by itself
 * @given:   it reached the other host; else the wire kept it
 */
struct rung {
	enum rung_kind kind;
	int64_t at_ns;
	const char *text;
	bool marked;
	enum host host;
	enum heading heading;
	bool sent, given;
};

/**
 * struct rungs - A ladder
 * @end:     how many there are down to the end of the step that the verdict hangs on; all,
 *           where it hangs on none
 * @goes_on: the record has more behind that
 */
struct rungs {
	struct rung *list;
	size_t count, end;
	bool goes_on;
};

/**
 * rungs_read() - Lay out a record
 * @t:      the trial
 * @events: its record; the last try counts
 * @v:      the verdict; NULL for none
 * @a:      holds the rungs
 *
 * Numbers are relative to the sender's first; where that is not known they
 * stand as they are, with a #. Connections are named where there are several.
 */
void rungs_read(const struct trial *t, const struct events *events, const struct verdict *v,
		struct arena *a, struct rungs *out);

#endif
