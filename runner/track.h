/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the two ends of each connection know, learnt by reading along: so that
 * a scenario can say `server.rcv_nxt-1` and never a number.
 */
#ifndef RUNNER_TRACK_H
#define RUNNER_TRACK_H

#include "runner/event.h"
#include "runner/scenario.h"

#include <stdbool.h>
#include <stdint.h>

struct track;

/** track_new() - Nothing known yet; @t is borrowed as long as it lives */
struct track *track_new(const struct trial *t);
void track_free(struct track *k);

/**
 * track_event() - Take in one event of the record; all but a few kinds change nothing
 *
 * To be told in the order of the record. What a frame makes known is known
 * after it, so asking before tells what was known just before the frame.
 */
void track_event(struct track *k, const struct event *ev);

/**
 * track_find() - The connection that a frame belongs to, by its pair
 *
 * Return: name index; where several had the pair, the newest; -1 for none
 */
int track_find(const struct track *k, const struct frame_note *f);

/**
 * track_value() - A number that one end of a connection knows
 * @value: out; untouched where it is not known
 *
 * snd_nxt   behind the last that the end sent, lost or not
 * snd_una   the first of its own that the other has not acknowledged to it
 * rcv_nxt   what it waits for: from what reached it in order, and from what it acknowledged
 * isn       of its SYN
 * window    that it offered last, as in the header, not scaled
 * ts        the last TSval it sent
 * ts_recent the TSval that it echoes
 *
 * An older connection's numbers stay as they were when another took its pair.
 *
 * Return: whether it is known
 */
bool track_value(const struct track *k, int conn, enum host host, enum field field,
		 uint32_t *value);

/**
 * track_expr() - An expression's value, modulo 2^32
 * @own: the connection that is meant where the expression names none; -1
 */
bool track_expr(const struct track *k, const struct expr *x, int own, uint32_t *value);

/**
 * struct track_pair - A pair as one host sees it
 *
 * An address between the hosts may be rewritten, so the other can see another.
 */
struct track_pair {
	uint16_t client_port, server_port;
	char client[46], server[46];
};

/** track_pair_read() - The pair that an EVENT_PAIR tells; false for one that tells none */
bool track_pair_read(const struct event *ev, struct track_pair *pair);

/** track_pair_has() - Whether a frame runs between the two */
bool track_pair_has(const struct track_pair *pair, const struct frame_note *f);

/** fate_sent(), fate_given() - Whether a host sent that frame just then; whether it reached the other */
bool fate_sent(enum frame_fate fate);
bool fate_given(enum frame_fate fate);

#endif
