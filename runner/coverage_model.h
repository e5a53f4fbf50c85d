/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A small model of TCP: it follows what calls do to the ends of connections,
 * over a wire that obeys the trial's commands, and notes which event meets
 * which state. It knows the ordinary course and what the commands make of it.
 * Where the kernel's own ways would have to be known, the file says by an
 * `expect` what comes of it, and whoever drives the model takes that over.
 *
 * What the ordinary course of opening and closing brings is met in passing; a
 * segment made up, replayed or held back, a call out of turn, a connect() on a
 * pair in use is met on purpose.
 */
#ifndef RUNNER_COVERAGE_MODEL_H
#define RUNNER_COVERAGE_MODEL_H

#include "lib/arena.h"
#include "runner/coverage_words.h"
#include "runner/scenario.h"

enum { REWRITES_MOST = 16 };

/** struct pair - Spots and ports of both hosts; a port that the kernel chose is below 0 */
struct pair {
	int spot[HOST_COUNT], port[HOST_COUNT];
};

/**
 * struct end - One end of a connection
 * @closed: nobody has a descriptor for it any more
 * @unread: data arrived that nobody read
 * @lost:   what it sent last did not arrive, so its timer runs
 * @behind: its timestamp clock was set back, so all that it sends looks old
 */
struct end {
	int state;
	bool closed, unread, lost, behind;
};

/**
 * struct conn - One incarnation
 * @name:   name index
 * @pair:   as each host sees it: an address may be rewritten between them
 * @number: of its SYN
 * @ts:     whether it has timestamps; @syn_ts: whether its SYN had
 * @used:   its pair was used before
 * @inside: on a host's own loopback: it never crosses the wire
 * @calling: its connect() was started and not awaited yet
 * @made: a segment that no host sent reached it
 * @first, @last: who sent the first and the last segment of a kind
 */
struct conn {
	int name;
	enum host opener;
	struct pair pair[HOST_COUNT];
	struct end end[HOST_COUNT];
	enum syn_number number;
	bool ts, syn_ts, used, inside, calling, made;
	enum host first[SEGMENT_KIND_COUNT], last[SEGMENT_KIND_COUNT];
};

/** struct flight - A segment on its way; @covers: an ACK that acknowledges all the other sent */
struct flight {
	struct conn *c;
	enum host from;
	enum segment_kind kind;
	bool covers;
	int held;		/* name index of what holds or doubled it; -1 */
	bool waiting;		/* held until it is released */
};

/** struct rule - A wire command still in force; @left: how many segments it will take */
struct rule {
	const struct step *step;
	int left;
};

/**
 * struct model - Hosts, wire and connections as the steps so far have left them
 * @cut: by heading
 * @ts, @rfc1337, @no_wait, @fin_timeout, @range: settings by host: no bucket for TIME-WAIT;
 *       seconds; local ports, low and high
 * @chosen: how many ports the kernel chose so far
 */
struct model {
	const struct trial *t;
	struct coverage *coverage;
	struct arena arena;
	struct conn **conn;
	size_t conns;
	struct rule *rule;
	size_t rules;
	struct flight *kept;
	size_t kepts;
	const struct step *rewrite[REWRITES_MOST];
	size_t rewrites;
	int listener[HOST_COUNT][LISTENERS_MOST];
	size_t listeners[HOST_COUNT];
	bool cut[HEADING_COUNT];
	bool ts[HOST_COUNT], rfc1337[HOST_COUNT], no_wait[HOST_COUNT];
	int fin_timeout[HOST_COUNT], range[HOST_COUNT][2];
	int chosen;
};

enum host other_host(enum host h);
bool sent_fin(int state);
bool has_had_fin(int state);

/** conn_new() - One more incarnation, the newest, on no pair yet */
struct conn *conn_new(struct model *m, int name, enum host opener);

/** conn_newest() - The newest incarnation of a name; NULL for none */
struct conn *conn_newest(const struct model *m, int name);

/** pair_holder() - Who has the pair at that host: the newest that is left there; NULL */
struct conn *pair_holder(const struct model *m, enum host h, const struct pair *p);

bool is_listening(const struct model *m, enum host h, int port);

/** model_hit() - Note that an event meets a state; model_hit_end() - that of an end */
void model_hit(struct model *m, enum covered_state s, int event, bool meant, bool used);
void model_hit_end(struct model *m, const struct conn *c, enum host h, int event, bool meant);

/** model_hit_nobody() - A segment for which no end is left meets the listener, or nothing */
void model_hit_nobody(struct model *m, const struct conn *c, enum host to, int event, bool meant);

/**
 * model_send() - A host sends a segment: it arrives, with all that follows, or the wire takes it
 * @text: what it carries; NULL where that is not known
 */
void model_send(struct model *m, struct conn *c, enum host from, enum segment_kind kind,
		const char *text);

/** model_release() - What was held under a name arrives now, in the order it was sent */
void model_release(struct model *m, int held);

/**
 * model_again() - An old duplicate arrives: it moves nobody on, unless the first never arrived
 */
void model_again(struct model *m, struct conn *c, enum host from, enum segment_kind kind);

/** model_again_kept() - Likewise, of the last that was held or doubled under a name */
void model_again_kept(struct model *m, int held);

/** model_take_ack() - What an ACK of all that an end sent does to it */
void model_take_ack(const struct model *m, struct conn *c, enum host h);

/** model_take_fin() - What a FIN does to an end. @all: it acknowledges all that the end sent, too */
void model_take_fin(const struct model *m, struct conn *c, enum host h, bool all);

#endif
