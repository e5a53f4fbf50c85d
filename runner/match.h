/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_MATCH_H
#define RUNNER_MATCH_H

#include "runner/event.h"
#include "runner/scenario.h"

struct facts;
struct track;

/*
 * Whether what was seen is what was asked for. The child asks it to know when
 * it may stop waiting, the judge to decide: one function, so they cannot differ.
 */

/** How long an expectation waits that says nothing else */
enum { MATCH_DEFAULT_MS = 1000 };

/** match_limit_ns() - How long after its beginning a step's bound ends; not for `between` */
int64_t match_limit_ns(const struct expectation *x, const struct facts *f);

/** match_jiffy_ns() - One step of the kernel's clock; 10 ms where it is not known */
int64_t match_jiffy_ns(const struct facts *f);

/**
 * match_value() - Whether an EVENT_LOOK's value meets an expectation (time apart)
 *
 * `?` is met by nothing, so that its bound is waited out and the last value counts.
 */
bool match_value(const struct expectation *x, const struct event *seen, const struct facts *f);

/**
 * match_hopeless() - Whether waiting could make it so only by letting time pass
 *
 * A timer with more left than asked for counts down into any range by itself:
 * such a look decides.
 */
bool match_hopeless(const struct expectation *x, const struct event *seen, const struct facts *f);

/**
 * match_outcome() - Whether an EVENT_RESULT is what a step had to yield
 *
 * `ok` is data read, too. `?` is met by nothing.
 */
bool match_outcome(const struct outcome *want, const struct event *seen);

/** match_kind() - Heading, kind and flags of a segment against a pattern; not its parts */
bool match_kind(const struct pattern *p, const struct frame_note *f);

/** match_item() - The same for an item of an exchange */
bool match_item(const struct exchange_item *item, const struct frame_note *f);

/**
 * match_part() - Whether a segment has what a `with` asks for
 * @k:    what was known just before the segment
 * @conn: the segment's connection, for numbers that name none
 *
 * A number that is not known yet is not had. Of data only the length is
 * compared: the bytes are not in @f.
 */
bool match_part(const struct pattern_part *part, const struct frame_note *f,
		const struct track *k, int conn);

/**
 * enum match_frames - What the frames so far are to an expectation
 *
 * Of a `never` MATCH_MET says that it has happened.
 */
enum match_frames { MATCH_NOT_YET, MATCH_MET, MATCH_FAILED };

/**
 * match_frames() - LOOK_WIRE and LOOK_EXCHANGE: what the record says of a step so far
 * @t:      the trial
 * @step:   the step, which the record has begun
 * @so_far: the record from its EVENT_TRY on, ending inside the step or just before its EVENT_DONE
 *
 * A wire pattern is met by the first frame that fits among those that came
 * after the end of the step before. Where that step was an `expect wire`, it
 * ended with the frame that met it, so that two expectations take two frames
 * however fast they follow each other.
 *
 * Every appearance on the wire counts: a frame as its host sends it (also one
 * that is then dropped, held or delayed), and each one that the wire gives by
 * itself: released, doubled, replayed, made.
 *
 * An exchange is met while the frames on its connection's pair, since it
 * counts, are its items and no more; it has failed when they can no longer
 * become so. It counts frames where they are delivered: dropped and held ones
 * are no part, released, replayed and made ones are. It begins with the latest
 * of: a mark; the connection's own connect; on that pair the end of an expected
 * exchange, the frame that a drop, hold or duplicate took (of `all` the first one:
 * what a timer repeats begins nothing), the first frame that a release, replay or
 * send gave.
 */
enum match_frames match_frames(const struct trial *t, int step, const struct events *so_far);

/**
 * match_frame_found() - The event that met a LOOK_WIRE; -1 for none
 * match_exchange_frame() - The @n-th event of a LOOK_EXCHANGE's list, 0-based; -1 behind its end
 */
int match_frame_found(const struct trial *t, int step, const struct events *so_far);
int match_exchange_frame(const struct trial *t, int step, const struct events *so_far, size_t n);

/**
 * match_wire_begin() - The first event that counts for a LOOK_WIRE
 * match_frame_before() - The last segment of that kind and connection before that; -1
 */
int match_wire_begin(const struct trial *t, int step, const struct events *so_far);
int match_frame_before(const struct trial *t, int step, const struct events *so_far);

/** match_outcome_text(), match_expectation_text() - As the file would write it */
const char *match_outcome_text(const struct outcome *want, struct arena *a);
const char *match_expectation_text(const struct expectation *x, struct arena *a);

/** match_expected_text() - The same, with the names of the connections */
const char *match_expected_text(const struct trial *t, const struct expectation *x,
				struct arena *a);

/** match_subject_text() - What a step is about: `server a`, `client sockets TIME-WAIT` */
const char *match_subject_text(const struct trial *t, const struct step *s, struct arena *a);

/** match_result_text() - What an EVENT_RESULT tells, as an outcome would be written */
const char *match_result_text(const struct event *seen, struct arena *a);

/** match_pattern_text() - client>server SYN of a with seq a.server.snd_nxt+1; without @t no names */
const char *match_pattern_text(const struct trial *t, const struct pattern *p, struct arena *a);

/** match_item_text() - `SYN>`, `<ACK`, `SYN+FIN>` */
const char *match_item_text(enum heading heading, enum segment_kind kind, uint8_t flags,
			    struct arena *a);

#endif
