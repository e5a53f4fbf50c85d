/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A trial being played: its hosts, sockets, wire and record, and the one loop
 * in which all its waiting happens. Rooms above do steps; this one keeps the
 * world going while they wait.
 */
#ifndef RUNNER_PLAY_H
#define RUNNER_PLAY_H

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/diag.h"
#include "lib/err.h"
#include "lib/wire.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/lab.h"
#include "runner/nat.h"
#include "runner/rules.h"
#include "runner/scenario.h"
#include "runner/track.h"

#include <pthread.h>
#include <sys/socket.h>

/**
 * SLACK_NS: the usual slack of a step, and what a sleep may overrun before it is told
 * STALL_NS: what may be spent on anything else: half of the least time after which
 * TCP sends again (TCP_RTO_MIN)
 */
enum { SLACK_NS = 20000000, STALL_NS = 100000000 };

/**
 * struct call - A call under way that a step began
 * @step:   the step that began it, -1 for none
 * @thread: it blocks in a thread of its own (a lingering close); then @done
 *          and @error are that thread's until it is joined
 */
struct call {
	int step;
	enum verb verb;
	int fd;
	struct buf data;
	size_t sent;
	bool threaded;
	pthread_t thread;
	_Atomic int done;
	int error;
};

/**
 * struct end - One end of a connection
 * @fd:     ours, -1 when closed or never had
 * @known:  whether @pair is known yet, and since when
 * @cookie: the kernel's name for this incarnation, 0 until it was seen
 * @state:  as last seen (STATE_NONE for gone), -1 before the first look
 * @state_from, @state_at: between these moments it came to be so
 */
struct end {
	int fd;
	bool known;
	int64_t known_ns;
	struct pair pair;
	uint64_t cookie;
	int state;
	int64_t state_from, state_at, looked_at, left_ns;
	int timer;
	int so_error;
	struct call call;
};

/** struct conn - A connection, or a bound socket, by its name's index */
struct conn {
	bool made;
	uint16_t adopts;	/* a program's next connection to that port; 0: none */
	struct end end[HOST_COUNT];
};

struct listener {
	int fd;
	enum host host;
	int port;
	bool noaccept;
};

struct play {
	const struct trial *trial;
	const struct facts *facts;
	struct lab *lab;
	struct wire *wire;
	struct rules *rules;
	struct track *track;
	struct nat nat;
	struct err err;		/* why the play is broken */
	bool over;		/* skipped or broken: no further step */

	int64_t zero_ns;	/* clock_ns() at EVENT_READY */
	int64_t due_ns;		/* when the next step is due */
	int64_t bound_ns;	/* when this one must have made up its mind */
	int64_t done_ns;	/* end of the step before */
	int step;		/* the one being done, -1 */
	int *round;		/* by step: how often it was done before */
	int64_t *mark_ns;	/* by name index */

	struct conn *conn;	/* by name index */
	struct listener listener[LISTENERS_MOST];
	int listeners;
	struct stock {
		int step, fd;
	} *stock;		/* sockets made ahead, by the step that will ask; -1: it has */
	size_t stocks;
	int *spare;		/* descriptors of incarnations whose name went on */
	size_t spares;
	uint64_t *former;	/* cookies of incarnations whose name went on */
	size_t formers;
	struct left {
		enum host host;
		struct pair pair;
	} *left;		/* their pairs, where a socket may still be */
	size_t lefts;

	struct programs *programs; /* NULL where the trial runs none; see programs.c */
	int programs_fd;	/* gets readable when there is something to hear of them */
	bool (*hear_programs)(struct play *p); /* whether there was anything */
	bool at_work;		/* a program is waited for, so the processor is not free */
	bool napped;		/* it has said that from now on it mostly looks */

	uint64_t *counter_base;	/* by step, for expectations on counters */

	struct arena arena;	/* the record's strings */
	struct events record;
	int out_fd;		/* the runner's pipe */
	struct buf out;
	struct buf capture;	/* pcapng */
	int64_t activity_ns;	/* when a frame last moved */
	int frames, made;
	const char *remark;	/* for the next frame of the capture */
	const char *blame;	/* place in the header that broke the play: line:column:width */
};

/** play_now() - Time since EVENT_READY */
int64_t play_now(const struct play *p);

/** play_tell() - Record an event; time, step and round are filled in where not said */
void play_tell(struct play *p, struct event ev);
#define EVENT(k, ...) ({							\
	_Pragma("GCC diagnostic push")						\
	_Pragma("GCC diagnostic ignored \"-Woverride-init\"")			\
	const struct event event_ = { .kind = (k), .at_ns = INT64_MIN,		\
		.from_ns = INT64_MIN, .step = -1, .round = -1,			\
		.host = HOST_NONE, .conn = -1, __VA_ARGS__ };			\
	_Pragma("GCC diagnostic pop")						\
	event_;									\
})

/** play_flush() - Hand what was told to the runner */
void play_flush(struct play *p);

/** play_broken() - Our own failure: tell it and end the play */
void play_broken(struct play *p, const struct err *e);

/** play_skip() - The kernel lacks something: tell it and end the play */
void play_skip(struct play *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/**
 * play_limit() - Until when a step may take: `within`, or else so long, from now on
 * @most_ns: without `within`
 *
 * It is also when the step must have made up its mind; see play_mind().
 * Return: play time
 */
int64_t play_limit(struct play *p, const struct step *s, int64_t most_ns);

/**
 * play_mind() - Tell it as late (EVENT_LATE) where a moment lies too far behind
 * @due_ns:   play time
 * @slack_ns: how far is not too far
 *
 * Whatever kept us: nothing that the kernel did meanwhile was meant to be in
 * what the step sees.
 */
void play_mind(struct play *p, int64_t due_ns, int64_t slack_ns);

/**
 * play_wait() - Let the world go on for a while
 * @until_ns: play time at the latest; what has passed means: only take in what is there
 * @fd, @events: another descriptor worth waking for, -1
 *
 * Frames cross, delayed ones are delivered, connections are accepted. Comes
 * back at the first thing that happened. What overran is told as late.
 *
 * Return: whether anything happened (false: the time is over)
 */
bool play_wait(struct play *p, int64_t until_ns, int fd, short events);

/**
 * play_settle() - Wait until no frame is on its way
 *
 * Then accept what is to be accepted and look at every end that still has a socket.
 */
void play_settle(struct play *p);

/** play_look() - Look at one end's socket now; tells a change */
void play_look(struct play *p, int conn, enum host host);

/** play_pair() - The pair of an end became known; tells it */
void play_pair(struct play *p, int conn, enum host host, const struct pair *pair);

/** play_address() - An address and port as the record names them: ::ffff:1.2.3.4 is 1.2.3.4 */
struct ipaddr play_address(const struct sockaddr_storage *ss, uint16_t *port);

/**
 * play_accept() - Take one connection off a listener's queue, if there is one
 *
 * It becomes the far end of the connection that came from that pair of ports.
 * Return: whether one was taken
 */
bool play_accept(struct play *p, struct listener *l);

/** play_adopt() - A SYN that may begin a connection which a step adopts */
void play_adopt(struct play *p, const struct wire_frame *f, const struct segment *s);

/** play_spare() - A descriptor without a name, kept open to the end */
void play_spare(struct play *p, int fd);

/** play_note() - A frame as the record tells of it, from its bytes */
struct frame_note play_note(struct play *p, const struct wire_frame *f);

/** play_deliver() - Give a kept frame to the host it was meant for */
void play_deliver(struct play *p, struct kept *k, enum frame_fate fate);

/**
 * play_open() - The hosts, the wire and the record; fails only for our own reasons
 *
 * There is no end to it but that of the process: sockets and namespaces go
 * with it, and the kernel takes them down while others already work.
 */
int play_open(struct play *p, const struct trial *t, const struct facts *f, int out_fd);

/** play_retire() - A name is used again: its old incarnation goes on without it */
void play_retire(struct play *p, int conn);

/** play_next_look() - When to look again at something that frames and timers change */
int64_t play_next_look(const struct play *p, int64_t begun_ns, int64_t timer_ns);

#endif
