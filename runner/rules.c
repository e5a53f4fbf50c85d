// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/rules.h"

#include "lib/arena.h"
#include "lib/err.h"
#include "runner/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A command to the wire that still holds. */
struct rule {
	int step;
	bool over;
};

struct rules {
	const struct trial *trial;
	struct rule *rule;
	size_t count;
	bool cut[HEADING_COUNT];
	int cut_step[HEADING_COUNT];
	int64_t link_delay_ns;
	struct kept **kept;
	size_t kepts, bytes;
	int *matched;	/* by step: in its latest round */
	int *missed;	/* by step: the first round, 1-based, that matched nothing */
};

static void *need(void *p)
{
	if (!p)
		arena_out_of_memory();
	return p;
}

struct rules *rules_new(const struct trial *t)
{
	struct rules *r = need(calloc(1, sizeof(*r)));

	r->trial = t;
	r->rule = need(calloc(t->steps + 1, sizeof(*r->rule)));
	r->matched = need(calloc(t->steps + 1, sizeof(*r->matched)));
	r->missed = need(calloc(t->steps + 1, sizeof(*r->missed)));
	return r;
}

static void forget(struct kept *k)
{
	free(k->frame.bytes);
	free(k);
}

static const struct step *step_of(const struct rules *r, int step)
{
	return &r->trial->step[step];
}

/* `wire delay HEADING 0ms`: what was delayed until now is so no longer. */
static void end_delays(struct rules *r, enum heading heading)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct step *s = step_of(r, r->rule[i].step);

		if (s->verb == VERB_WIRE_DELAY &&
		    (heading == HEADING_ANY || s->wire.what.heading == heading))
			r->rule[i].over = true;
	}
}

void rules_begin(struct rules *r, int step, int round)
{
	const int held = step_of(r, step)->wire.held;

	if (round > 0 && !r->matched[step] && !r->missed[step])
		r->missed[step] = round;
	r->matched[step] = 0;
	for (size_t i = 0; i < r->kepts; i++)
		if (r->kept[i]->step == step && r->kept[i]->name == held && !r->kept[i]->waiting)
			r->kept[i]->name = -1;
}

void rules_retire(struct rules *r, int conn)
{
	for (size_t i = 0; i < r->kepts; i++)
		if (r->kept[i]->conn == conn)
			r->kept[i]->conn = -1;
}

void rules_add(struct rules *r, int step)
{
	const struct step *s = step_of(r, step);

	if (s->verb == VERB_WIRE_CUT) {
		for (int h = 0; h < HEADING_COUNT; h++) {
			if (s->wire.what.heading != HEADING_ANY && s->wire.what.heading != (enum heading)h)
				continue;
			r->cut[h] = true;
			r->cut_step[h] = step;
		}
		r->matched[step]++;	/* a cut does its work by being there */
		return;
	}
	if (s->verb == VERB_WIRE_DELAY && s->wire.delay.ns == 0) {
		end_delays(r, s->wire.what.heading);
		r->matched[step]++;
		return;
	}
	for (size_t i = 0; i < r->count; i++) {
		if (r->rule[i].step != step)
			continue;
		r->rule[i].over = false;	/* said again, in a repeat */
		return;
	}
	r->rule[r->count++] = (struct rule){ .step = step };
}

void rules_mend(struct rules *r, enum heading heading)
{
	for (int h = 0; h < HEADING_COUNT; h++)
		if (heading == HEADING_ANY || heading == (enum heading)h)
			r->cut[h] = false;
}

void rules_mark(struct rules *r, int name)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct wire_step *w = &step_of(r, r->rule[i].step)->wire;

		if (w->extent == EXTENT_UNTIL && w->until == name)
			r->rule[i].over = true;
	}
}

void rules_delay_link(struct rules *r, int64_t delay_ns)
{
	r->link_delay_ns = delay_ns;
}

static bool data_is(const struct wire_frame *f, const struct pattern_part *part)
{
	struct segment s;

	return !segment_decode(f->bytes, f->len, &s) && s.len == part->len &&
	       !memcmp(s.data, part->text, part->len);
}

static bool meant(const struct track *track, const struct pattern *p,
		  const struct frame_note *note, const struct wire_frame *frame, int conn)
{
	if (!match_kind(p, note) || (p->conn >= 0 && p->conn != conn))
		return false;
	for (size_t i = 0; i < p->parts; i++) {
		if (p->part[i].part == PART_DATA) {
			if (!data_is(frame, &p->part[i]))
				return false;
		} else if (!match_part(&p->part[i], note, track, conn)) {
			return false;
		}
	}
	return true;
}

/* How many frames a command may still take; its bound ends it. */
static bool spent(const struct rules *r, const struct rule *rule)
{
	const struct wire_step *w = &step_of(r, rule->step)->wire;

	return rule->over || (w->extent == EXTENT_NEXT && step_of(r, rule->step)->verb != VERB_WIRE_DELAY &&
			      r->matched[rule->step] >= (w->count ? w->count : 1));
}

static struct ruling rule_says(const struct rules *r, int step, int64_t now_ns)
{
	const struct step *s = step_of(r, step);
	struct ruling ruling = { .step = step, .held = s->wire.held };

	switch (s->verb) {
	case VERB_WIRE_HOLD:
		ruling.fate = FATE_HELD;
		break;
	case VERB_WIRE_DELAY:
		ruling.fate = FATE_DELAYED;
		ruling.due_ns = now_ns + s->wire.delay.ns;
		break;
	case VERB_WIRE_DUPLICATE:
		ruling.fate = FATE_DUPLICATE;
		ruling.due_ns = now_ns;
		break;
	default:
		ruling.fate = FATE_DROPPED;
	}
	return ruling;
}

struct ruling rules_ask(struct rules *r, const struct track *track, const struct frame_note *note,
			const struct wire_frame *frame, int conn, int64_t now_ns)
{
	if (r->cut[note->heading])
		return (struct ruling){ .fate = FATE_DROPPED, .step = r->cut_step[note->heading],
					.held = -1 };
	for (size_t i = 0; i < r->count; i++) {
		const int step = r->rule[i].step;

		if (spent(r, &r->rule[i]) ||
		    !meant(track, &step_of(r, step)->wire.what, note, frame, conn))
			continue;
		r->matched[step]++;
		return rule_says(r, step, now_ns);
	}
	if (r->link_delay_ns)
		return (struct ruling){ .fate = FATE_DELAYED, .step = -1, .held = -1,
					.due_ns = now_ns + r->link_delay_ns };
	return (struct ruling){ .fate = FATE_PASSED, .step = -1, .held = -1 };
}

/* The oldest frame that nobody waits for makes room. */
static bool make_room(struct rules *r, size_t len)
{
	while (r->kepts >= KEPT_MOST || r->bytes + len > KEPT_BYTES_MOST) {
		size_t i = 0;

		while (i < r->kepts && r->kept[i]->waiting)
			i++;
		if (i == r->kepts)
			return false;
		r->bytes -= r->kept[i]->frame.len;
		forget(r->kept[i]);
		memmove(r->kept + i, r->kept + i + 1, (r->kepts - i - 1) * sizeof(*r->kept));
		r->kepts--;
	}
	return true;
}

static struct kept *copy_of(const struct wire_frame *frame)
{
	struct kept *k = need(calloc(1, sizeof(*k)));

	k->frame = *frame;
	k->frame.bytes = need(malloc(frame->len ? frame->len : 1));
	memcpy(k->frame.bytes, frame->bytes, frame->len);
	return k;
}

static bool is_held(const struct kept *k)
{
	return k->waiting && k->due_ns == INT64_MAX;
}

static size_t held_now(const struct rules *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->kepts; i++)
		n += is_held(r->kept[i]);
	return n;
}

int rules_keep(struct rules *r, const struct wire_frame *frame, const struct frame_note *note,
	       int conn, const struct ruling *ruling, struct err *e)
{
	const bool waits = ruling->fate == FATE_HELD || ruling->fate == FATE_DELAYED ||
			   ruling->fate == FATE_DUPLICATE;
	struct kept *k;

	if (!r->trial->wire)
		return 0;
	if (ruling->fate == FATE_HELD && held_now(r) >= HELD_MOST)
		return err_set(e, -E2BIG, "more than %d frames held", HELD_MOST);
	if (!make_room(r, frame->len))
		return waits ? err_set(e, -E2BIG, "the wire keeps more than %d frames", KEPT_MOST) : 0;
	k = copy_of(frame);
	k->note = *note;
	k->note.fate = ruling->fate;
	k->conn = conn;
	k->step = ruling->step;
	k->name = ruling->held;
	k->waiting = waits;
	k->due_ns = ruling->fate == FATE_DELAYED || ruling->fate == FATE_DUPLICATE ?
		    ruling->due_ns : INT64_MAX;
	if (!(r->kepts & (r->kepts - 1)) || !r->kept)
		r->kept = need(realloc(r->kept, (r->kepts ? 2 * r->kepts : 1) * sizeof(struct kept *)));
	r->kept[r->kepts++] = k;
	r->bytes += frame->len;
	return 0;
}

static struct kept *next_delayed(const struct rules *r)
{
	struct kept *next = NULL;

	for (size_t i = 0; i < r->kepts; i++)
		if (r->kept[i]->waiting && (!next || r->kept[i]->due_ns < next->due_ns))
			next = r->kept[i];
	return next && next->due_ns != INT64_MAX ? next : NULL;
}

struct kept *rules_due(struct rules *r, int64_t now_ns)
{
	struct kept *k = next_delayed(r);

	if (!k || k->due_ns > now_ns)
		return NULL;
	k->waiting = false;
	return k;
}

int64_t rules_next_due(const struct rules *r)
{
	const struct kept *k = next_delayed(r);

	return k ? k->due_ns : INT64_MAX;
}

struct kept *rules_held(struct rules *r, int name)
{
	for (size_t i = 0; i < r->kepts; i++)
		if (r->kept[i]->name == name && is_held(r->kept[i]))
			return r->kept[i];
	return NULL;
}

struct kept *rules_named(struct rules *r, int name)
{
	for (size_t i = 0; i < r->kepts; i++)
		if (r->kept[i]->name == name)
			return r->kept[i];
	return NULL;
}

struct kept *rules_history(struct rules *r, const struct pattern *what, bool last)
{
	struct kept *found = NULL;

	for (size_t i = 0; i < r->kepts; i++) {
		struct kept *k = r->kept[i];

		if (!match_kind(what, &k->note) || (what->conn >= 0 && what->conn != k->conn))
			continue;
		found = k;
		if (!last)
			break;
	}
	return found;
}

int rules_missed(const struct rules *r, int step, int rounds)
{
	if (r->missed[step])
		return r->missed[step];
	return rounds && !r->matched[step] ? rounds : 0;
}

void rules_count_match(struct rules *r, int step)
{
	r->matched[step]++;
}
