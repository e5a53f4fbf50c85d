/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The vocabulary of the scenario language. Every list here is a table: the
 * parser reads it, `lastack words` prints it, suggestions search it.
 */
#ifndef RUNNER_WORDS_H
#define RUNNER_WORDS_H

#include "lib/segment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** enum host - Whose socket, counter or setting */
enum host { HOST_CLIENT, HOST_SERVER, HOST_COUNT, HOST_NONE = -1 };

/** enum header_word - What a header line may begin with */
enum header_word {
	HEADER_LASTACK, HEADER_TITLE, HEADER_ABOUT, HEADER_REF, HEADER_FAMILY,
	HEADER_LINK, HEADER_SYSCTL, HEADER_VARY, HEADER_NEEDS, HEADER_TODO,
	HEADER_TIMEOUT,
	HEADER_COUNT
};

/** enum verb - What a step does */
enum verb {
	/* a host acts */
	VERB_LISTEN, VERB_UNLISTEN, VERB_ACCEPT, VERB_BIND, VERB_CONNECT,
	VERB_RECONNECT, VERB_DISCONNECT, VERB_SEND, VERB_READ, VERB_SHUTDOWN,
	VERB_CLOSE, VERB_ABORT, VERB_VANISH, VERB_DESTROY, VERB_SET, VERB_AWAIT,
	VERB_SYSCTL, VERB_RUN, VERB_STOP, VERB_ADOPT,
	/* somebody looks */
	VERB_EXPECT, VERB_NEVER,
	/* time passes */
	VERB_AFTER, VERB_MARK, VERB_REPEAT, VERB_END,
	/* the wire acts */
	VERB_WIRE_DROP, VERB_WIRE_HOLD, VERB_WIRE_RELEASE, VERB_WIRE_DELAY,
	VERB_WIRE_DUPLICATE, VERB_WIRE_REPLAY, VERB_WIRE_SEND, VERB_WIRE_CUT,
	VERB_WIRE_MEND, VERB_WIRE_REWRITE,
	VERB_COUNT
};

/** enum actor - What stands before the verb on a step's line */
enum actor { ACTOR_HOST, ACTOR_WIRE, ACTOR_SELF };

/** enum option - What a socket may be told */
enum option {
	OPTION_REUSEADDR, OPTION_REUSEPORT, OPTION_NOPORT, OPTION_V6ONLY,
	OPTION_BACKLOG, OPTION_NOACCEPT, OPTION_LINGER2, OPTION_USER_TIMEOUT,
	OPTION_KEEPALIVE, OPTION_PORTS, OPTION_ISN, OPTION_CLOCK, OPTION_PLAIN,
	OPTION_COUNT
};

/** enum option_arg - What follows an option's name */
enum option_arg { OPTION_ARG_NONE, OPTION_ARG_NUMBER, OPTION_ARG_SPAN, OPTION_ARG_RANGE, OPTION_ARG_EXPR };

/** Where an option may be said; or-ed in option_info.where */
enum { ON_LISTEN = 1, ON_BIND = 2, ON_CONNECT = 4, ON_SET = 8 };

/** enum spot - A host's addresses, by name */
enum spot { SPOT_ANY, SPOT_MAIN, SPOT_SECOND, SPOT_LO, SPOT_MAPPED, SPOT_COUNT };

/** enum look - What an expectation looks at */
enum look {
	LOOK_STATE, LOOK_TIMER, LOOK_ERROR, LOOK_PORT, LOOK_SOCKETS,
	LOOK_COUNTER, LOOK_SYSCTL, LOOK_WIRE, LOOK_EXCHANGE,
	LOOK_COUNT
};

/** enum field - A number that a connection's end or a segment knows (expressions) */
enum field {
	FIELD_SND_NXT, FIELD_SND_UNA, FIELD_RCV_NXT, FIELD_ISN, FIELD_WINDOW,
	FIELD_TS, FIELD_TS_RECENT,
	FIELD_COUNT
};

/** enum part - A part of a segment that `with` can ask for or set */
enum part {
	PART_SEQ, PART_ACK, PART_WINDOW, PART_TSVAL, PART_TSECR, PART_DATA,
	PART_FLAGS, PART_ICMP,
	PART_COUNT
};

/** enum need - What a file may need of the kernel, or beside it */
enum need {
	NEED_KERNEL, NEED_SYSCTL, NEED_COUNTER, NEED_OPTION, NEED_DESTROY, NEED_REPAIR, NEED_PROGRAM,
	NEED_COUNT
};

struct word_info {
	const char *name, *usage, *help;
};

struct verb_info {
	const char *name;
	enum actor actor;
	bool result;		/* may carry => RESULT */
	const char *usage, *help;
};

struct option_info {
	const char *name;
	enum option_arg arg;
	unsigned int where;	/* ON_LISTEN and so on */
	const char *usage, *help;
};

struct errno_info {
	int code;
	const char *name, *help;
};

extern const char *const host_name[HOST_COUNT];
extern const struct word_info header_info[HEADER_COUNT];
extern const struct verb_info verb_info[VERB_COUNT];
extern const struct option_info option_info[OPTION_COUNT];
extern const struct word_info spot_info[SPOT_COUNT];
extern const struct word_info look_info[LOOK_COUNT];
extern const struct word_info field_info[FIELD_COUNT];
extern const struct word_info part_info[PART_COUNT];
extern const struct word_info need_info[NEED_COUNT];

/** kind_info - The kinds of segments by enum segment_kind; ANY for SEGMENT_ANY */
extern const struct word_info kind_info[SEGMENT_KIND_COUNT];

/** Words with no numbers of their own: what a call, a bound, the wire, a value, the table may say; NULL ends */
extern const struct word_info call_info[], bound_info[], wire_info[], value_info[], table_info[];

/**
 * STATE_NONE - No socket at all, for the numbers of <netinet/tcp.h> begin at 1
 * state_name() - As RFC 9293 spells it: TIME-WAIT; NONE for 0; NULL for no state
 * state_number() - The reverse; -1 for a word that is no state
 */
enum { STATE_NONE = 0, STATE_SYN_RECEIVED = 3, STATE_MOST = 12 };
const char *state_name(int state);
int state_number(const char *s, size_t len);

/** state_nearest() - The state that somebody may have meant; NULL for none */
const char *state_nearest(const char *s, size_t len);

/** errno_word() - "EADDRINUSE"; NULL for a number without a name here */
const char *errno_word(int code);

/** errno_row() - The errnos known here, one by one; NULL behind the last */
const struct errno_info *errno_row(size_t i);

/** errno_number() - The errno that a word names; 0 for none */
int errno_number(const char *s, size_t len);

/** errno_nearest() - The errno name that somebody may have meant; NULL for none */
const char *errno_nearest(const char *s, size_t len);

/**
 * words_reserved() - Whether a word belongs to the language, so cannot be a name
 *
 * `first` and `last` do not: they say which segment only before its kind.
 */
bool words_reserved(const char *s, size_t len);

/**
 * words_nearest() - The word somebody may have meant
 * @s, @len: what stands in the file
 * @among:   candidates, ended by NULL
 *
 * A letter added, left out, changed, or swapped with its neighbour counts one.
 *
 * Return: the candidate at the smallest edit distance (at most a third of
 * its length, letter case not counted), the first of equals, or NULL
 */
const char *words_nearest(const char *s, size_t len, const char *const *among);

/**
 * words_known_sysctl() - Whether a sysctl looks like a misspelt well-known one
 * @key: "net.ipv4.tcp_tw_reus"
 *
 * Not every kernel has every well-known name, and many names are not well
 * known: only one that is within two letters of a well-known one, or is one
 * under another roof (net.ipv6.tcp_sack, tcp_sack), is taken for a slip.
 *
 * Return: the name meant; NULL for a name that is known, or like none
 */
const char *words_known_sysctl(const char *key);

/** words_small() - Words that join others, or stand for a value, one by one; NULL behind the last */
const char *words_small(size_t i);

#endif
