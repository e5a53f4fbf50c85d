// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames that were waited for. Each carries the kernel's stamp, so its moment
 * is exact; what is left to doubt is whether anybody watched long enough.
 */
#include "runner/weigh.h"

#include "lib/buf.h"
#include "runner/match.h"
#include "runner/track.h"

#include <string.h>

enum { SHOWN_MOST = 24, FLAGS_UNSAID = 0xff };	/* segments that a message lists */

static struct events until_done(const struct weighing *w)
{
	return (struct events){ w->record->list, (size_t)w->done };
}

static int step_index(const struct weighing *w)
{
	return w->record->list[w->begin].step;
}

static bool watched(const struct weighing *w)
{
	return w->record->list[w->done].at_ns >= weigh_limit_ns(w);
}

static const char *after(const struct weighing *w, int64_t at_ns)
{
	return arena_printf(w->a, "after %s", weigh_span(w, at_ns - weigh_begin_ns(w)));
}

static struct finding unwatched(const struct weighing *w, const char *seen)
{
	const int64_t for_ns = w->record->list[w->done].at_ns - weigh_begin_ns(w);

	return weigh_finding(w, VERDICT_TIMING, seen,
			     arena_printf(w->a, "it was watched for %s only", weigh_span(w, for_ns)));
}

static const char *frame_text(const struct weighing *w, const struct frame_note *f)
{
	return match_item_text(f->heading, f->kind, f->flags, w->a);
}

/* ------------------------------------------------------------- one pattern */

static uint32_t number_in(const struct frame_note *f, enum part part)
{
	switch (part) {
	case PART_SEQ:
		return f->seq;
	case PART_ACK:
		return f->ack;
	case PART_WINDOW:
		return f->window;
	case PART_TSVAL:
		return f->tsval;
	default:
		return f->tsecr;
	}
}

/* What a pattern would have to say to fit a frame, its numbers told relative as asked */
static const char *as_it_was(const struct weighing *w, const struct pattern *p,
			     const struct event *frame, int conn, const struct track *k)
{
	struct pattern was = *p;

	was.part = arena_get(w->a, (p->parts + 1) * sizeof(*was.part));
	memcpy(was.part, p->part, p->parts * sizeof(*was.part));
	for (size_t i = 0; i < p->parts; i++) {
		struct pattern_part *part = &was.part[i];
		uint32_t want;

		if (part->part == PART_DATA) {
			part->text = frame->text ? frame->text : "";
			part->len = event_text_len(frame);
		} else if (part->part == PART_FLAGS) {
			char *flags = arena_get(w->a, 40);

			part->text = segment_flags_text(frame->frame.flags, flags, 40);
			part->len = strlen(flags);
		} else if (part->part == PART_ICMP) {
			part->text = frame->frame.icmp;
			part->len = strlen(frame->frame.icmp);
		} else if (track_expr(k, &part->value, conn, &want)) {
			part->value.offset += (int32_t)(number_in(&frame->frame, part->part) - want);
		}
	}
	return match_pattern_text(w->t, &was, w->a);
}

/*
 * What there was instead: the first frame of that kind, if only its parts
 * differ, else the segments that went by.
 */
static const char *seen_instead(const struct weighing *w)
{
	const struct pattern *p = &weigh_step(w)->expect.pattern;
	const struct events ev = until_done(w);
	struct track *k = track_new(w->t);
	const char *text = NULL;
	struct buf all = { 0 };
	int shown = 0;
	const int begin = match_wire_begin(w->t, step_index(w), &ev);

	for (int i = 0; i < w->done && !text; i++) {
		const struct event *e = &ev.list[i];
		int conn;

		if (i >= begin && e->kind == EVENT_FRAME) {
			conn = e->conn >= 0 ? e->conn : track_find(k, &e->frame);
			if (p->parts && match_kind(p, &e->frame) &&
			    (p->conn < 0 || p->conn == conn))
				text = as_it_was(w, p, e, conn, k);
			if (shown < SHOWN_MOST)
				buf_addf(&all, "%s%s", shown ? "  " : "", frame_text(w, &e->frame));
			else if (shown == SHOWN_MOST)
				buf_adds(&all, "  ...");
			shown++;
		}
		track_event(k, e);
	}
	if (!text)
		text = shown ? arena_dup(w->a, buf_text(&all), all.len) : "no segment";
	track_free(k);
	buf_fini(&all);
	return text;
}

static struct finding pattern_between(const struct weighing *w, const struct event *frame)
{
	const int mark = weigh_step(w)->expect.bound.mark;
	const int64_t at_ns = frame ? frame->at_ns : w->record->list[w->done].at_ns;
	struct window since = { weigh_begin_ns(w), weigh_begin_ns(w) };
	enum verdict_kind kind;
	const char *why;

	if (mark >= 0 && !weigh_mark(w, mark, &since))
		return weigh_finding(w, VERDICT_BROKEN, NULL, "the record does not tell since when");
	kind = weigh_between(w, since, (struct window){ at_ns, at_ns }, &why);
	if (frame)
		return weigh_finding(w, kind, frame_text(w, &frame->frame), why);
	if (kind == VERDICT_FAIL && at_ns - since.at_ns > weigh_step(w)->expect.bound.low.ns)
		return weigh_finding(w, kind, seen_instead(w), NULL);
	return unwatched(w, seen_instead(w));
}

/* A segment of the kind that came too soon is what an author overlooks */
static const char *came_before(const struct weighing *w)
{
	const struct events ev = until_done(w);
	const int before = match_frame_before(w->t, step_index(w), &ev);

	if (before < 0)
		return NULL;
	return arena_printf(w->a, "one of the kind came %s before, but the step before had not ended then",
			    weigh_span(w, weigh_begin_ns(w) - ev.list[before].at_ns));
}

/* The first number of a pattern that nothing is known of for a frame; NULL: all are known */
static const struct pattern_part *unknown_part(const struct pattern *p, const struct event *frame,
					       int conn, const struct track *k)
{
	uint32_t value;

	for (size_t i = 0; i < p->parts; i++) {
		const enum part part = p->part[i].part;
		const bool number = part == PART_SEQ || part == PART_ACK || part == PART_WINDOW ||
				    (frame->frame.has_ts && (part == PART_TSVAL || part == PART_TSECR));

		if (number && !track_expr(k, &p->part[i].value, conn, &value))
			return &p->part[i];
	}
	return NULL;
}

/*
 * A segment of the kind came, and a number it must not have is not known: then
 * nothing was forbidden. Return: which, in words; NULL where all is well
 */
static const char *forbids_nothing(const struct weighing *w)
{
	const struct pattern *p = &weigh_step(w)->expect.pattern;
	const struct events ev = until_done(w);
	const int begin = match_wire_begin(w->t, step_index(w), &ev);
	const struct pattern_part *part = NULL;
	struct track *k = track_new(w->t);

	for (int i = 0; i < w->done && !part; i++) {
		const struct event *e = &ev.list[i];
		const int conn = e->kind != EVENT_FRAME ? -1 :
				 e->conn >= 0 ? e->conn : track_find(k, &e->frame);

		if (i >= begin && e->kind == EVENT_FRAME && match_kind(p, &e->frame) &&
		    (p->conn < 0 || p->conn == conn))
			part = unknown_part(p, e, conn, k);
		track_event(k, e);
	}
	track_free(k);
	return part ? arena_printf(w->a, "its %s is not known, so this could not fail",
				   part_info[part->part].name) : NULL;
}

/* The frame must not come before the bound ends */
static struct finding weigh_forbidden(const struct weighing *w, const struct event *in_time)
{
	const char *nothing;

	if (in_time)
		return weigh_finding(w, VERDICT_FAIL, frame_text(w, &in_time->frame),
				     after(w, in_time->at_ns));
	nothing = forbids_nothing(w);
	if (nothing)
		return weigh_finding(w, VERDICT_FAIL, NULL, nothing);
	return watched(w) ? weigh_finding(w, VERDICT_PASS, NULL, NULL) : unwatched(w, NULL);
}

static struct finding weigh_pattern(const struct weighing *w)
{
	const struct step *s = weigh_step(w);
	const struct events ev = until_done(w);
	const int found = match_frame_found(w->t, step_index(w), &ev);
	const struct event *frame = found < 0 ? NULL : &ev.list[found];
	const bool in_time = frame && frame->at_ns <= weigh_limit_ns(w);

	if (s->verb == VERB_NEVER)
		return weigh_forbidden(w, in_time ? frame : NULL);
	if (s->expect.bound.kind == BOUND_BETWEEN)
		return pattern_between(w, frame);
	if (in_time)
		return weigh_finding(w, VERDICT_PASS, NULL, NULL);
	if (frame)
		return weigh_finding(w, VERDICT_FAIL, frame_text(w, &frame->frame),
				     after(w, frame->at_ns));
	if (!watched(w))
		return unwatched(w, seen_instead(w));
	return weigh_finding(w, VERDICT_FAIL, seen_instead(w), came_before(w));
}

/* --------------------------------------------------------------- exchanges */

struct comparison {
	const char *expected, *seen;
	const char *plain;	/* @seen without the blanks that align it */
	size_t frames;		/* seen */
	size_t agree;		/* items that fit, from the first on */
	int64_t last_ns;	/* when the last frame came */
};

static void add_padded(struct buf *b, const char *s, int width, bool first)
{
	buf_addf(b, "%s%-*s", first ? "" : "  ", width, s);
}

static const char *without_trailing_blanks(const struct weighing *w, struct buf *b)
{
	const char *s;

	while (b->len && b->s[b->len - 1] == ' ')
		b->len--;
	s = b->len ? arena_dup(w->a, b->s, b->len) : "no segment";
	buf_fini(b);
	return s;
}

/* A segment as it is to be compared with an item: by its flags, where they were written out */
static const char *text_beside(const struct weighing *w, const struct exchange_item *item,
			       const struct frame_note *f)
{
	if (item && item->flags != FLAGS_UNSAID && f->kind != SEGMENT_ICMP)
		return match_item_text(f->heading, SEGMENT_ODD, f->flags, w->a);
	return frame_text(w, f);
}

/* Both lists, item under item */
static struct comparison compare(const struct weighing *w)
{
	const struct expectation *x = &weigh_step(w)->expect;
	const struct events ev = until_done(w);
	struct comparison c = { .last_ns = INT64_MIN };
	struct buf want = { 0 }, got = { 0 }, plain = { 0 };
	bool agree = true;

	for (size_t n = 0; n < x->items + SHOWN_MOST; n++) {
		const int at = match_exchange_frame(w->t, step_index(w), &ev, n);
		const struct exchange_item *item = n < x->items ? &x->item[n] : NULL;
		const struct event *e = at < 0 ? NULL : &ev.list[at];
		const char *one = item ? match_item_text(item->heading, item->kind, item->flags, w->a) : "";
		const char *other = e ? text_beside(w, item, &e->frame) : "";
		const int width = (int)(strlen(one) > strlen(other) ? strlen(one) : strlen(other));

		if (!item && !e)
			break;
		agree = agree && item && e && match_item(item, &e->frame);
		c.agree += agree;
		c.frames += e != NULL;
		if (e)
			c.last_ns = e->at_ns;
		add_padded(&want, one, width, !n);
		add_padded(&got, other, width, !n);
		if (e)
			add_padded(&plain, other, 0, !n);
	}
	c.expected = without_trailing_blanks(w, &want);
	c.seen = without_trailing_blanks(w, &got);
	c.plain = without_trailing_blanks(w, &plain);
	return c;
}

static struct finding not_kept(const struct weighing *w, const struct comparison *c)
{
	const struct expectation *x = &weigh_step(w)->expect;
	const size_t n = c->agree;
	struct finding f;
	const char *why;

	if (c->frames <= n && n < x->items)
		why = arena_printf(w->a, "segment %zu is missing", n + 1);
	else if (n >= x->items)
		why = "it went on";
	else
		why = arena_printf(w->a, "segment %zu differs", n + 1);
	f = weigh_finding(w, VERDICT_FAIL, c->plain, why);
	if (n < x->items && x->item[n].at.line)
		f.at = x->item[n].at;
	f.expected = c->expected;
	f.seen = c->seen;
	return f;
}

static struct finding weigh_exchange(const struct weighing *w)
{
	const struct events ev = until_done(w);
	const enum match_frames is = match_frames(w->t, step_index(w), &ev);
	const struct comparison c = compare(w);

	if (is == MATCH_FAILED)
		return not_kept(w, &c);
	if (is == MATCH_NOT_YET)
		return watched(w) ? not_kept(w, &c) : unwatched(w, c.seen);
	if (c.last_ns > weigh_limit_ns(w))
		return weigh_finding(w, VERDICT_FAIL, c.seen,
				     arena_printf(w->a, "complete only %s", after(w, c.last_ns)));
	return weigh_finding(w, VERDICT_PASS, NULL, NULL);
}

struct finding weigh_frames(const struct weighing *w)
{
	return weigh_step(w)->expect.look == LOOK_WIRE ? weigh_pattern(w) : weigh_exchange(w);
}
