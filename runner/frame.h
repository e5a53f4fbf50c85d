/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a guest sends back over a serial line: frames, each with its length and
 * a sum. The line loses nothing, but what is no frame must never look like one.
 */
#ifndef RUNNER_FRAME_H
#define RUNNER_FRAME_H

#include "runner/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/** enum frame_kind - The letter on the line */
enum frame_kind {
	FRAME_HELLO	= 'H',	/* our program runs in there; what it is called */
	FRAME_ALIVE	= 'A',	/* nothing else to say, but it lives */
	FRAME_FACTS	= 'F',	/* what the kernel is and has, as facts_write() tells */
	FRAME_TRIAL	= 'T',	/* a struct frame_trial */
	FRAME_CUT	= 'C',	/* why trials are missing: report_end()'s words */
	FRAME_BAIL	= 'B',	/* nothing can run, and why */
	FRAME_WORDS	= 'W',	/* what was printed to standard error */
	FRAME_END	= 'E',	/* the last one: how the run's process ended */
};

/**
 * struct frame - One of them
 * @bytes: borrowed from where it was read
 */
struct frame {
	enum frame_kind kind;
	const char *bytes;
	size_t len;
};

/** frame_put() - Append one as it goes over the line */
void frame_put(struct buf *line, enum frame_kind kind, const void *bytes, size_t len);

/**
 * frame_get() - Read the frame that a buffer begins with
 * @used: out: how many bytes it took
 *
 * Return: 1; 0: more bytes are needed; -1: these are none of ours
 */
int frame_get(const char *bytes, size_t len, struct frame *f, size_t *used);

/** frame_whole() - How long the frame is that a buffer begins with; 0: it is not all there. For those who hand it on */
size_t frame_whole(const char *bytes, size_t len);

/** struct frame_trial - What is told of a finished trial; texts are borrowed, none ends with NUL */
struct frame_trial {
	size_t index;
	enum verdict_kind kind;
	int tries;
	int64_t elapsed_ns;
	struct frame_text { const char *s; size_t len; } name, message, record, capture;
};

void frame_put_trial(struct buf *line, const struct frame_trial *t);

/** frame_get_trial() - Return: whether it is one */
bool frame_get_trial(const struct frame *f, struct frame_trial *t);

#endif
