/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What can meet: the states that an end of a connection can be in, the events
 * that can come upon it, and for each meeting that no case shows, why.
 */
#ifndef RUNNER_COVERAGE_WORDS_H
#define RUNNER_COVERAGE_WORDS_H

#include <stdbool.h>
#include <stdint.h>

/** enum covered_state - Where an end of a connection can be when something happens to it */
enum covered_state {
	COVERED_ESTABLISHED, COVERED_FIN_WAIT_1, COVERED_FIN_WAIT_2,
	COVERED_FIN_WAIT_2_CLOSED,	/* no descriptor is left: an orphan, or a mere record */
	COVERED_CLOSING, COVERED_CLOSE_WAIT, COVERED_LAST_ACK, COVERED_TIME_WAIT,
	COVERED_SYN_SENT, COVERED_SYN_RECEIVED, COVERED_LISTEN, COVERED_NONE,
	COVERED_STATES
};

/** A SYN's number and timestamp, against the last that the end took */
enum syn_number { SYN_HIGHER, SYN_EQUAL, SYN_LOWER, SYN_NUMBERS };
enum syn_age { SYN_NEWER, SYN_SAME, SYN_OLDER, SYN_WITHOUT, SYN_FIRST /* none before */, SYN_AGES };

/** enum covered_event - What happens to it */
enum covered_event {
	COVERED_SYN,		/* + number * SYN_AGES + age */
	COVERED_SYN_END = COVERED_SYN + SYN_NUMBERS * SYN_AGES,
	COVERED_SYN_AGAIN = COVERED_SYN_END, COVERED_SYN_ANY,
	COVERED_SYN_ACK, COVERED_ACK_EXACT, COVERED_ACK_OTHER,
	COVERED_DATA_IN, COVERED_DATA_OLD, COVERED_DATA_BEYOND,
	COVERED_FIN, COVERED_FIN_AGAIN, COVERED_FIN_OTHER,
	COVERED_RST_EXACT, COVERED_RST_OTHER, COVERED_OLD, COVERED_OLD_RST,
	COVERED_SYN_FIN, COVERED_SYN_RST, COVERED_NO_FLAGS, COVERED_ODD, COVERED_ICMP,
	COVERED_TIMER_AGAIN, COVERED_TIMER_END,
	COVERED_CONNECT, COVERED_BIND, COVERED_UNLISTEN,
	COVERED_SHUTDOWN, COVERED_CLOSE, COVERED_CLOSE_UNREAD, COVERED_ABORT,
	COVERED_DESTROY, COVERED_VANISH, COVERED_NAMESPACE,
	COVERED_EVENTS
};

/** Bits of a cell: met in the ordinary course only; on purpose; on a pair that was used before */
enum { MET_IN_PASSING = 1, MET = 2, MET_ON_USED_PAIR = 4 };

/** struct coverage - Bits for each meeting; all zero is an empty one */
struct coverage {
	uint8_t cell[COVERED_STATES][COVERED_EVENTS];
};

extern const char *const covered_state_name[COVERED_STATES];

/** covered_event_name - For a reader: "SYN, number higher, timestamp newer" */
extern const char *const covered_event_name[COVERED_EVENTS];

/**
 * struct absence - Why no case shows an event in a state
 * @open: it could be shown, and is not
 */
struct absence {
	const char *why;
	bool open;
};

/** coverage_absence() - The reason for an empty cell; one for all that have the same */
const struct absence *coverage_absence(enum covered_state s, enum covered_event ev);

#endif
