/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parsed thing. A file is a `struct scenario`: its header, its axes and
 * its outcome table. A variant of it is a `struct trial`: the steps with every
 * $name replaced, typed, nothing left to look up.
 */
#ifndef RUNNER_SCENARIO_H
#define RUNNER_SCENARIO_H

#include "lib/arena.h"
#include "lib/segment.h"
#include "runner/complain.h"
#include "runner/scan.h"
#include "runner/words.h"

#include <stdint.h>

/** Bounds on what one file may ask for */
enum {
	AXES_MOST = 8, VALUES_MOST = 64, TRIALS_MOST = 4096, ROWS_MOST = 512,
	COLUMNS_MOST = 16, STEPS_MOST = 1000, NAMES_MOST = 256, ROUNDS_MOST = 100000,
	REPEAT_DEPTH_MOST = 4, BYTES_MOST = 64 << 20, PARTS_MOST = 16, EXCHANGE_MOST = 64,
	LISTENERS_MOST = 64,
};

/** How long a call may take that is not given a `within`, nanoseconds */
#define CALL_MOST_NS	INT64_C(5000000000)

/** enum family - The address family of a trial */
enum family { FAMILY_IPV4, FAMILY_IPV6 };

enum link_kind { LINK_PAIR, LINK_LOOPBACK };

/**
 * struct span - A length of time
 * @ns:   nanoseconds
 * @tick: add the kernel's timer-wheel step at the distance of @ns (`60s+TICK`)
 */
struct span {
	int64_t ns;
	bool tick;
};

/** struct setting - One sysctl to write */
struct setting {
	enum host host;		/* HOST_NONE: both */
	const char *key, *value;
	struct place at;
};

/** struct need - What the kernel must have, asked before the trial */
struct need_of {
	enum need kind;
	const char *name;	/* sysctl, counter, option; NULL for the others */
	int relation;		/* NEED_KERNEL: RELATION_* */
	unsigned int version;	/* NEED_KERNEL: KERNEL_VERSION's form */
	struct place at;
};
enum { RELATION_AT_LEAST, RELATION_BELOW };

struct axis {
	const char *name;
	const char **value;
	size_t values;
	struct place at;
	bool implied;		/* the family axis, where the file names none */
};

/**
 * struct ask - A column of the outcome table that the kernel answers
 * `kernel` (cells >=6.14, <6.14) or `has NAME` (cells yes, no)
 */
struct column {
	const char *name;
	struct place at;
	enum { COLUMN_AXIS, COLUMN_KERNEL, COLUMN_HAS, COLUMN_OUTCOME } kind;
	int axis;		/* COLUMN_AXIS */
	struct need_of has;	/* COLUMN_HAS */
};

struct row {
	struct word *cell;	/* one for each column, in their order; `?` in an outcome cell observes */
	struct place at;
};

/** struct table - The outcome table; no columns where the file has none */
struct table {
	struct column *column;
	size_t columns, keys;	/* the first @keys columns select, the rest are outcomes */
	struct row *row;
	size_t rows;
	struct place at;
};

/**
 * struct scenario - One file
 * @path: as given, for messages
 * @name: topic/file, without `.case`: the first half of a trial's name
 * @variants: how many trials the axes make
 */
struct scenario {
	struct arena arena;
	const char *path, *name;
	const char *text;
	size_t len;
	struct lines lines;

	const char *title;
	const char **about, **ref;
	size_t abouts, refs;
	enum link_kind link;
	int mtu;
	struct span link_delay;
	struct need_of *need;
	size_t needs;
	const char *todo;
	struct span timeout;	/* 0: none said */
	struct axis *axis;
	size_t axes;
	struct table table;
	size_t variants;
	size_t first_step, steps_end;	/* lines of the steps, indexes into lines */
	enum family family;	/* of all trials, where no axis named `family` stands first */
	bool runs;		/* some trial runs a program */
};

/* ------------------------------------------------------------------ steps */

/** struct outcome - What a call must yield, or yielded */
struct outcome {
	enum outcome_kind {
		OUTCOME_OK, OUTCOME_ERRNO, OUTCOME_EOF, OUTCOME_TEXT,
		OUTCOME_BYTES, OUTCOME_EXIT, OUTCOME_SIGNAL, OUTCOME_UNKNOWN /* `?`: observe */
	} kind;
	int error;		/* OUTCOME_ERRNO; OUTCOME_EXIT: the status; OUTCOME_SIGNAL: its number */
	const char *call;	/* OUTCOME_ERRNO: the call that must say so; NULL for any */
	const char *text;	/* OUTCOME_TEXT */
	size_t bytes;		/* OUTCOME_TEXT, OUTCOME_BYTES */
	struct place at;
	int column;		/* the outcome column it came from, an index into
				   table.column; -1 if literal */
};

/** struct locus - [SPOT:]PORT */
struct locus {
	enum spot spot;
	int port;
};

/** struct expr - A number relative to what the two ends know, or a plain one */
struct expr {
	bool literal;
	int conn;		/* name index; -1: the command's own connection */
	enum host host;
	enum field field;
	int64_t offset;		/* or the plain number */
	struct place at;
};

/** struct options - The options said for a socket */
struct options {
	unsigned int set;	/* 1u << OPTION_* */
	int backlog, linger2, keepalive[3]; /* idle s, interval s, probes */
	int clock;			/* ticks that its timestamps jump by */
	int ports[2];
	struct span user_timeout;
	struct expr isn;
};

/** enum heading - Which way a segment runs */
enum heading { HEADING_TO_SERVER, HEADING_TO_CLIENT, HEADING_COUNT, HEADING_ANY = -1 };

/** struct pattern - Which segments are meant, or how one is made */
struct pattern {
	enum heading heading;
	enum segment_kind kind;
	uint8_t flags;		/* SEGMENT_ODD: written out, SYN+FIN or RST+ACK; 0xff: not said */
	int conn;		/* name index; -1: any */
	struct pattern_part {
		enum part part;
		struct expr value;
		const char *text;	/* PART_DATA, PART_FLAGS, PART_ICMP */
		size_t len;
		struct place at;
	} *part;
	size_t parts;
};

/** struct wire_step - A command to the wire */
struct wire_step {
	struct pattern what;
	enum { EXTENT_NEXT, EXTENT_ALL, EXTENT_UNTIL, EXTENT_FIRST, EXTENT_LAST } extent;
	int count;		/* EXTENT_NEXT */
	int until;		/* EXTENT_UNTIL: name index of a mark */
	int held;		/* name index of `as NAME`, release NAME, replay NAME; -1 */
	struct span delay;
	struct locus rewrite[2];/* `wire rewrite` */
};

/** struct bound - How long an expectation waits, or must hold */
struct bound {
	enum bound_kind { BOUND_DEFAULT, BOUND_WITHIN, BOUND_FOR, BOUND_BETWEEN } kind;
	struct span low, high;	/* WITHIN and FOR use @high */
	int mark;		/* name index, BOUND_BETWEEN ... from MARK; -1 */
};

/** struct exchange_item - `SYN>` or `<ACK` */
struct exchange_item {
	enum heading heading;
	enum segment_kind kind;
	uint8_t flags;
	struct place at;
};

/** struct expectation - What an expect or never step looks at, and for what */
struct expectation {
	enum look look;
	int state;		/* LOOK_STATE, LOOK_SOCKETS */
	bool unknown;		/* `?` stands where the value should: observe */
	int column;		/* the outcome column the value came from, an index into
				   table.column; -1 */
	struct place at;	/* of the value, or of what is looked at where it has none */
	int error;		/* LOOK_ERROR; 0 for ok */
	const char *name;	/* LOOK_COUNTER, LOOK_SYSCTL */
	struct place name_at;
	const char *value;	/* LOOK_SYSCTL */
	uint16_t on, to;	/* LOOK_SOCKETS: ports; 0: any */
	int64_t low, high;	/* LOOK_SOCKETS, LOOK_COUNTER, LOOK_PORT: inclusive;
				   LOOK_TIMER: nanoseconds, -1 for `none` */
	bool high_tick;		/* LOOK_TIMER: `between 59s and 60s+TICK` */
	int since;		/* LOOK_COUNTER, LOOK_WIRE: name index of a mark; -1 */
	struct pattern pattern;	/* LOOK_WIRE; its conn for LOOK_EXCHANGE */
	struct exchange_item *item;
	size_t items;
	struct bound bound;
};

struct step {
	enum verb verb;
	enum host host;		/* whose step; HOST_NONE for expect exchange, after, ... */
	bool start;		/* `start`: do not wait for the call */
	int conn;		/* name index, -1 */
	struct place at;	/* of the first word */
	const struct line *line;
	struct outcome want;	/* OUTCOME_OK where nothing was written */
	struct span slack;	/* 0: the usual one */
	struct span within;	/* how long a call may take; 0: the usual one */

	struct locus local, remote;	/* listen and bind: local; unlisten: local; connect: both; adopt: remote */
	bool bound;		/* connect: `from` was said */
	struct options options;	/* listen, bind, connect, set */
	const char *text;	/* send "text"; run: the command */
	size_t bytes;		/* send, both forms */
	int signal;		/* stop */
	enum { SHUT_THE_WRITE, SHUT_THE_READ, SHUT_THE_BOTH } shut;
	struct span linger;	/* close; -1 ns: not said */
	struct setting setting;	/* sysctl */
	struct span delay;	/* after */
	int mark;		/* after ... from MARK; mark NAME; -1 */
	int rounds;		/* repeat */
	size_t partner;		/* repeat: index of its end; end: of its repeat */
	struct expectation expect;
	struct wire_step wire;
};

/** struct name - An axis, outcome column, mark, held frame, connection or program */
struct name {
	const char *text;
	enum name_kind {
		NAME_AXIS, NAME_COLUMN, NAME_MARK, NAME_HELD, NAME_CONN, NAME_SOCKET, NAME_PROGRAM
	} kind;
	struct place at;
	enum host opener;	/* NAME_CONN: who connects; the others: whose it is */
	bool adopted;		/* NAME_CONN: a program connects, so that end is only looked at */
};

/**
 * struct trial - One variant of a file, ready to be played
 * @variant: its number, 0 to variants - 1
 * @name:    topic/file axis=value,axis=value
 * @row:     the row of the outcome table that holds for it; -1 without a table
 * @least_ns: the shortest time its steps can take
 * @awake_ns: how much of it passes looking again and again, not asleep
 * @patience_ns: the longest that a step says it may wait (`within`)
 * @timer_ns: the longest timer that a socket is set to (`keepalive`, `user_timeout`, `linger`)
 * @acts:    how many steps are done, each as often as its repeats say
 * @wire:    a step commands the wire, so the frames must cross one
 * @looks:   a step expects something
 * @frames:  a step expects something of the frames
 * @runs:    a step runs a program
 */
struct trial {
	struct arena arena;
	const struct scenario *scenario;
	size_t variant;
	const char *name;
	int row;
	enum family family;
	struct setting *setting;
	size_t settings;
	struct step *step;
	size_t steps;
	struct name *names;
	size_t name_count;
	int64_t least_ns, awake_ns, patience_ns, timer_ns, acts;
	bool wire, looks, frames, runs;
};

#endif
