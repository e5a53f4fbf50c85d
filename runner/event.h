/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a trial's child tells: one observation, one event, one line. The judge
 * knows a trial only by these, so a recorded trial can be judged again anywhere.
 */
#ifndef RUNNER_EVENT_H
#define RUNNER_EVENT_H

#include "runner/scenario.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

enum event_kind {
	EVENT_TRY,	/* a try begins; number: 1, 2, ...; word: ipv4|ipv6; text: trial name */
	EVENT_READY,	/* the hosts stand, counters are at their base; every time counts from here */
	EVENT_STEP,	/* a step begins; from: when it was due; number: slack in ns */
	EVENT_CALL,	/* a system call came back; word: its name; number: errno or 0 */
	EVENT_RESULT,	/* what the step yielded; word: ok, an errno, EOF, text, bytes, exit, signal;
			   number: bytes, or the status or signal; text: the data read (the first 4096), or for an
			   errno the call that said it */
	EVENT_OUTPUT,	/* what a program wrote; step: that began it; word: stdout|stderr; text: the
			   bytes; number: how many more it wrote that are not kept, told at its end */
	EVENT_ENDED,	/* a program ended; step: that began it; word: exit|signal; number: which */
	EVENT_DONE,	/* the step is finished: its calls are back and no frame is on its way */
	EVENT_PAIR,	/* a connection's pair is known; text: "LOCAL PORT REMOTE PORT" seen from host */
	EVENT_STATE,	/* an end's state, when it changed; word: state; from: the look before;
			   number: timer left in ns, -1 none */
	EVENT_LOOK,	/* an expectation's look, when the value changed, and its last look;
			   word: the value as the file would write it; number: likewise as a number;
			   from: the look before */
	EVENT_COUNTER,	/* at the end of the trial; word: name; number: growth; step: the expectation's */
	EVENT_FRAME,	/* a segment on the wire: see struct frame_note; text: the first EVENT_TEXT_MOST
			   bytes of its data, where a pattern of the trial asks for data */
	EVENT_WIRE,	/* what a wire command did; step: the command's; word: matched, dropped, held,
			   released, delayed, duplicated, replayed, made, unmatched; number: how many */
	EVENT_SOCKET,	/* a row of a host's socket table, taken where something was not as asked, see
			   socket_row.h; word: the state, or none for an empty table, or more for
			   number rows that are left out */
	EVENT_PAUSE,	/* the child waits for somebody who looks at its hosts; number: its pid;
			   text: see pause.h */
	EVENT_LATE,	/* something came too late for the schedule; from: when it was due; or
			   text: what else upset the schedule */
	EVENT_DOZE,	/* about to sleep for long; number: until when (for the runner's slots) */
	EVENT_WAKE,
	EVENT_NAP,	/* from here on it mostly looks whether something has come (likewise) */
	EVENT_KERNEL,	/* the kernel complained in its log; text: the line */
	EVENT_SKIP,	/* the kernel lacks what a step needs; text: what, with the errno */
	EVENT_BROKEN,	/* we could not do our job; text: why */
	EVENT_END,	/* the child got through to the end */
	EVENT_KIND_COUNT
};

/** Bounds on what one event holds, and on how many a record has; the reader refuses more */
enum {
	EVENT_TEXT_MOST = 4096, EVENT_WORD_MOST = 512, EVENT_LINE_MOST = 16384,
	EVENTS_MOST = 1 << 20,
};

/** Moments lie between these, and other numbers too: sums and differences of two do not overflow */
#define EVENT_TIME_MOST		(INT64_C(1) << 60)
#define EVENT_NUMBER_MOST	(INT64_MAX / 2)

/**
 * struct frame_note - A segment as it crossed the wire
 * @heading: which way
 * @fate:    passed, dropped, held, released, delayed, duplicate, replayed, made
 * @number:  its number in the capture, 1-based
 * @icmp:    an ICMP error's type as the file writes it, "" for none
 *
 * A held or delayed frame is told twice: held or delayed when its host sent
 * it, released when it was delivered. Of a doubled one the first is passed and
 * the second duplicate.
 */
struct frame_note {
	enum heading heading;
	enum frame_fate {
		FATE_PASSED, FATE_DROPPED, FATE_HELD, FATE_RELEASED, FATE_DELAYED,
		FATE_DUPLICATE, FATE_REPLAYED, FATE_MADE, FATE_COUNT
	} fate;
	int number;
	enum segment_kind kind;
	uint8_t flags;
	uint16_t client_port, server_port;	/* by host, whichever sent it */
	char client[46], server[46];		/* addresses as text */
	uint32_t seq, ack, window, len;
	bool has_ts;
	uint32_t tsval, tsecr;
	char icmp[24];
};

/**
 * struct event - One observation
 * @at_ns:   when, since EVENT_READY (negative before)
 * @from_ns: when at the earliest it can have come about; INT64_MIN: not said
 * @step:    index into the trial's steps; -1: about none
 * @round:   0, 1, ... in a repeat (all levels counted together: how often this step ran before)
 * @conn:    name index; -1
 * @word, @text: owned by whoever made the event; NULL for none
 * @text_len: bytes in @text, which may hold NULs; 0: up to its NUL
 * @frame:   EVENT_FRAME only
 */
struct event {
	enum event_kind kind;
	int64_t at_ns, from_ns;
	int step, round;
	enum host host;
	int conn;
	int64_t number;
	const char *word, *text;
	size_t text_len;
	struct frame_note frame;
};

extern const char *const event_name[EVENT_KIND_COUNT];
extern const char *const fate_name[FATE_COUNT];

/** event_of() - An event about nothing yet: no step, host or connection, no window */
struct event event_of(enum event_kind kind, int64_t at_ns);

/** event_text_len() - How many bytes the text has; 0 for none */
size_t event_text_len(const struct event *ev);

/**
 * event_write() - Append one line
 *
 * AT KIND key=value ... : only what is said, the values percent-escaped where
 * they hold a space, a percent sign or a byte outside printable ASCII.
 */
void event_write(const struct event *ev, struct buf *out);

/**
 * event_read() - Read one line back
 * @line, @len: without its end
 * @a:          holds the strings
 *
 * Return: whether it is one; hostile input is refused, never trusted
 */
bool event_read(const char *line, size_t len, struct arena *a, struct event *ev);

struct events {
	struct event *list;
	size_t count;
};

/**
 * events_read() - Read a whole record
 * @out:      those before the first bad line
 * @bad_line: out: the first line that is none, or one event more than
 *            EVENTS_MOST; 0 where all are
 *
 * Empty lines are passed over; a last line need not end in a newline.
 */
bool events_read(const char *text, size_t len, struct arena *a, struct events *out, int *bad_line);

/** events_fault() - What is to be said of a record with such a line; owned by the arena */
const char *events_fault(int bad_line, struct arena *a);

#endif
