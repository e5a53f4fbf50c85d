// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The rules.
 *
 * A record is all the judge knows. It says FAIL only where the record shows
 * that the kernel did otherwise than the file says, and PASS only where it
 * shows that it did so; where neither is shown, the try is TIMING and will be
 * run again. The last try of a record counts.
 *
 * 1. Before all else. The kernel complained in its log: FAIL, the lines
 *    quoted, whatever else happened (a complaint may have killed the child). The
 *    child says that it could not do its job: BROKEN. The kernel lacks what a
 *    step needs: SKIP. The record has no end (the child died), does not fit the
 *    trial, or leaves a step out: BROKEN.
 *
 * 2. Steps are gone through in the order they were done, and the first that
 *    was not kept is told: what comes after it may be its consequence.
 *
 * 3. Lateness. A step that began later than it was due and its slack allows:
 *    TIMING, always. A FAIL in a try where, before or in the failing step, a
 *    wait overslept (EVENT_LATE): TIMING, for the scenario's own schedule was
 *    not kept; or the wall clock was set, which stamps frames and counts initial
 *    sequence numbers (secure_seq.c, seq_scale()). What passed stays passed: every
 *    rule below asks for looks that show it, and lateness makes looks rarer, never
 *    truer.
 *
 * 4. Calls must yield what was written: the very errno, from the very call
 *    where one is named. `ok` is data read, too, and a program's exit with 0; one
 *    that does not end in time is `running`, which nothing asks for. A FAIL where
 *    a program in the background had failed by itself, and no step of the file
 *    awaits or stops it: BROKEN, for the trial did not have what it is about.
 *
 * 5. Values (weigh_values.c). Each look knows the look before, so a change lies
 *    in a window. `expect X` [within D]: met by a look that fits at or before
 *    the bound; where the window of the first that fits straddles the bound,
 *    TIMING. `for D` and `never`: every look until the bound must (or must not)
 *    fit, and there must be one at or behind the bound, else TIMING. `between A
 *    and B`: the time from the beginning of the state that the end was in when
 *    the step began (or from a mark) to the change, both of them windows, may
 *    lie a jiffy outside at either end; wholly outside: FAIL; astride an end:
 *    met where it is no wider than 20 ms, else TIMING. A state that was there
 *    already when the step began has not come between anything: FAIL; counted
 *    from a mark, its own beginning is what counts.
 *
 * 6. Frames (weigh_frames.c, match.h). They carry the kernel's stamps, so their
 *    moments are exact. Which ones an expectation counts stands in match.h.
 *
 * 7. At the end. A wire command that never matched a frame: FAIL, for then the
 *    trial did not test what it says. A counter that was expected must still
 *    stand there, unless a later step of the file expects something of the same
 *    counter from the same base.
 *
 * 8. `?` is filled in where somebody observes, and FAIL elsewhere. A file that is
 *    marked `todo`: FAIL becomes TODO, PASS becomes TODO_PASSED.
 */
#include "runner/judge.h"

#include "lib/clock.h"
#include "runner/kept.h"
#include "runner/match.h"
#include "runner/weigh.h"

#include <stdio.h>
#include <string.h>

/* What lies before the judge: a trial, one try's record, and the verdict to be filled in */
struct bench {
	const struct trial *t;
	struct events ev;
	const struct facts *facts;
	bool observing;
	struct arena *a;
	struct verdict *v;
};

/* -------------------------------------------------------------- small words */

static const char *span_text(const struct bench *b, int64_t ns)
{
	char text[32];

	return arena_printf(b->a, "%s", clock_text(ns, text, sizeof(text)));
}

static const char *or_else(const char *text, const char *other)
{
	return text && *text ? text : other;
}

static bool rule(struct bench *b, enum verdict_kind kind, const char *message)
{
	b->v->kind = kind;
	b->v->message = message;
	return false;
}

/* A verdict that hangs on a step. Return: false, for it is the last */
static bool rule_step(struct bench *b, enum verdict_kind kind, int begin, const char *message)
{
	const struct event *e = &b->ev.list[begin];

	b->v->step = e->step;
	b->v->round = e->round;
	b->v->at = b->t->step[e->step].at;
	return rule(b, kind, message);
}

/* ---------------------------------------------------------------- lateness */

static int find_kind(const struct bench *b, enum event_kind kind, int from, int end)
{
	for (int i = from; i < end; i++)
		if (b->ev.list[i].kind == kind)
			return i;
	return -1;
}

/* Whether the story tells of a program's end: then what became of it is no trouble of ours */
static bool end_is_told_of(const struct bench *b, int conn)
{
	for (size_t i = 0; i < b->t->steps; i++) {
		const struct step *s = &b->t->step[i];

		if ((s->verb == VERB_AWAIT || s->verb == VERB_STOP) && s->conn == conn)
			return true;
	}
	return false;
}

/* Turn a FAIL into BROKEN where a program in the background had failed by itself. Return: false */
static bool unless_a_program_failed(struct bench *b, int end)
{
	for (int i = find_kind(b, EVENT_ENDED, 0, end); i >= 0 && b->v->kind == VERDICT_FAIL;
	     i = find_kind(b, EVENT_ENDED, i + 1, end)) {
		const struct event *e = &b->ev.list[i];

		if (e->step < 0 || !b->t->step[e->step].start || e->conn < 0 || !e->number ||
		    end_is_told_of(b, e->conn))
			continue;
		b->v->kind = VERDICT_BROKEN;
		b->v->message = arena_printf(b->a, "%s had ended by itself (%s), so this says nothing: %s",
					     b->t->names[e->conn].text, match_result_text(e, b->a),
					     b->v->message);
	}
	return false;
}

/* Turn a FAIL into TIMING where a wait overslept before @end. Return: false */
static bool unless_late(struct bench *b, int end)
{
	const int ready = find_kind(b, EVENT_READY, 0, end);
	const int late = find_kind(b, EVENT_LATE, ready + 1, end);
	const struct event *e = late < 0 ? NULL : &b->ev.list[late];

	unless_a_program_failed(b, end);
	if (!e || b->v->kind != VERDICT_FAIL)
		return false;
	b->v->kind = VERDICT_TIMING;
	if (e->text)
		b->v->message = arena_printf(b->a, "%s meanwhile, so this says nothing: %s", e->text,
					     b->v->message);
	else if (e->from_ns == INT64_MIN)
		b->v->message = arena_printf(b->a, "a wait overslept, so this says nothing: %s",
					     b->v->message);
	else
		b->v->message = arena_printf(b->a, "a wait overslept by %s, so this says nothing: %s",
					     span_text(b, e->at_ns - e->from_ns), b->v->message);
	return false;
}

static bool began_in_time(struct bench *b, int begin)
{
	const struct event *e = &b->ev.list[begin];
	const int64_t slack = e->number > 0 ? e->number : 0;

	if (e->from_ns == INT64_MIN || e->at_ns - e->from_ns <= slack)
		return true;
	return rule_step(b, VERDICT_TIMING, begin,
			 arena_printf(b->a, "%s began %s late, and %s are allowed",
				      match_subject_text(b->t, &b->t->step[e->step], b->a),
				      span_text(b, e->at_ns - e->from_ns), span_text(b, slack)));
}

/* --------------------------------------------------------- what `?` is filled with */

static bool observe(struct bench *b, int begin, struct place at, int column, const char *value)
{
	const struct table *table = b->t->scenario ? &b->t->scenario->table : NULL;
	const char **cell;

	if (!b->observing) {
		b->v->expected = "?";
		b->v->seen = value;
		rule_step(b, VERDICT_FAIL, begin, "the file says ?: run --observe to fill it");
		if (at.line)
			b->v->at = at;
		return false;
	}
	if (!table || column < 0 || (size_t)column >= table->columns)
		return true;
	cell = &b->v->observed[column];
	if (*cell && strcmp(*cell, value) != 0)
		return rule_step(b, VERDICT_FAIL, begin,
				 arena_printf(b->a, "%s was seen as %s and as %s",
					      table->column[column].name, *cell, value));
	*cell = value;
	return true;
}

/* ----------------------------------------------------------------- results */

/* The value alone, as it would stand in the outcome table */
static const char *result_cell(const struct bench *b, const struct outcome *want,
			       const struct event *seen)
{
	struct event bare = *seen;

	if (want->call && seen->word && strcmp(seen->word, "exit") == 0 &&
	    strcmp(want->call, "exit") == 0)	/* `=> exit ?`: the status alone */
		return arena_printf(b->a, "%lld", (long long)seen->number);
	if (!seen->word || strcmp(seen->word, "text") != 0)
		bare.text = NULL;
	return match_result_text(&bare, b->a);
}

static bool judge_result(struct bench *b, int begin, int done)
{
	const struct step *s = &b->t->step[b->ev.list[begin].step];
	const char *subject = match_subject_text(b->t, s, b->a);
	const int i = kept_result_at(&b->ev, begin, done);
	const struct event *seen = i < 0 ? NULL : &b->ev.list[i];

	if (s->start || (!verb_info[s->verb].result && !seen))
		return true;
	if (!seen)
		return rule_step(b, VERDICT_BROKEN, begin,
				 arena_printf(b->a, "the record has no result of %s", subject));
	if (s->want.kind == OUTCOME_UNKNOWN)
		return observe(b, begin, s->want.at, s->want.column, result_cell(b, &s->want, seen));
	if (match_outcome(&s->want, seen))
		return true;
	b->v->expected = match_outcome_text(&s->want, b->a);
	b->v->seen = match_result_text(seen, b->a);
	rule_step(b, VERDICT_FAIL, begin,
		  arena_printf(b->a, "%s gave %s, not %s", subject, b->v->seen, b->v->expected));
	if (s->want.at.line)
		b->v->at = s->want.at;
	return unless_late(b, done);
}

/* ------------------------------------------------------------ expectations */

static bool judge_expectation(struct bench *b, int begin, int done)
{
	const struct step *s = &b->t->step[b->ev.list[begin].step];
	const struct weighing w = {
		.t = b->t, .record = &b->ev, .begin = begin, .done = done,
		.facts = b->facts, .a = b->a,
	};
	struct finding f;

	if (s->verb != VERB_EXPECT && s->verb != VERB_NEVER)
		return true;
	f = weigh(&w);
	if (f.kind == VERDICT_PASS)
		return f.observed ? observe(b, begin, s->expect.at, s->expect.column, f.observed) : true;
	rule_step(b, f.kind, begin, f.message);
	b->v->at = f.at;
	b->v->expected = f.expected;
	b->v->seen = f.seen;
	return unless_late(b, done);
}

/* ------------------------------------------------------- the order of steps */

/*
 * struct course - Which step comes next, loops unrolled
 * left: rounds still to go, one for each loop that we are in
 */
struct course {
	const struct trial *t;
	size_t next;
	int left[REPEAT_DEPTH_MOST];
	int depth;
};

static bool body_is_empty(const struct trial *t, size_t repeat)
{
	for (size_t i = repeat + 1; i < t->step[repeat].partner; i++)
		if (t->step[i].verb != VERB_REPEAT && t->step[i].verb != VERB_END)
			return false;
	return true;
}

/* Return: the next step that is told in the record; -1 behind the last */
static int course_next(struct course *c)
{
	while (c->next < c->t->steps) {
		const size_t here = c->next++;
		const struct step *s = &c->t->step[here];

		if (s->verb == VERB_REPEAT) {
			if (body_is_empty(c->t, here))
				c->next = s->partner + 1;
			else if (c->depth < REPEAT_DEPTH_MOST)
				c->left[c->depth++] = s->rounds - 1;
		} else if (s->verb == VERB_END) {
			if (c->depth && c->left[c->depth - 1]-- > 0)
				c->next = s->partner + 1;
			else if (c->depth)
				c->depth--;
		} else {
			return (int)here;
		}
	}
	return -1;
}

static bool step_is_left_out(struct bench *b, int step)
{
	const struct step *s = &b->t->step[step];

	b->v->step = step;
	b->v->at = s->at;
	return rule(b, VERDICT_BROKEN, arena_printf(b->a, "the record leaves out %s",
						    match_subject_text(b->t, s, b->a)));
}

static bool judge_step(struct bench *b, int begin, int done)
{
	return began_in_time(b, begin) && judge_result(b, begin, done) &&
	       judge_expectation(b, begin, done);
}

/* Go through the record beside the trial. Return: whether all of it was kept */
static bool judge_steps(struct bench *b, int end)
{
	struct course c = { .t = b->t };
	const bool partly = end < (int)b->ev.count;
	int at = 0, step;

	while ((step = course_next(&c)) >= 0) {
		const int begin = find_kind(b, EVENT_STEP, at, end);
		const int done = begin < 0 ? -1 : find_kind(b, EVENT_DONE, begin, end);
		const int next = begin < 0 ? -1 : find_kind(b, EVENT_STEP, begin + 1, end);

		if (partly && (begin < 0 || done < 0))
			return true;
		if (begin < 0 || b->ev.list[begin].step != step)
			return step_is_left_out(b, step);
		if (done < 0 || b->ev.list[done].step != step || (next >= 0 && next < done))
			return rule_step(b, VERDICT_BROKEN, begin,
					 "the record does not tell that the step was done");
		if (!judge_step(b, begin, done))
			return false;
		at = done + 1;
	}
	if (find_kind(b, EVENT_STEP, at, end) >= 0)
		return rule(b, VERDICT_BROKEN, "the record has more steps than the trial");
	return true;
}

/* ------------------------------------------------------------------ the end */

static bool judge_wire_commands(struct bench *b)
{
	for (size_t i = 0; i < b->ev.count; i++) {
		const struct event *e = &b->ev.list[i];
		const struct step *s;

		if (!kept_unmatched(e))
			continue;
		s = &b->t->step[e->step];
		rule_step(b, VERDICT_FAIL, (int)i, arena_printf(b->a,
			  "%s: the wire command never matched a frame",
			  match_subject_text(b->t, s, b->a)));
		b->v->seen = "no such segment";
		return unless_late(b, (int)b->ev.count);
	}
	return true;
}

static bool judge_counter(struct bench *b, size_t step)
{
	const struct step *s = &b->t->step[step];
	const char *subject = match_subject_text(b->t, s, b->a);
	const int i = kept_counter_at(&b->ev, step);

	if (i < 0) {
		b->v->step = (int)step;
		b->v->at = s->at;
		return rule(b, VERDICT_BROKEN,
			    arena_printf(b->a, "the record does not tell the end of %s", subject));
	}
	if (match_value(&s->expect, &b->ev.list[i], b->facts))
		return true;
	b->v->expected = match_expectation_text(&s->expect, b->a);
	b->v->seen = arena_printf(b->a, "+%lld", (long long)b->ev.list[i].number);
	rule_step(b, VERDICT_FAIL, i, arena_printf(b->a, "%s stood at %s when the trial ended, not at %s",
						   subject, b->v->seen, b->v->expected));
	if (s->expect.at.line)
		b->v->at = s->expect.at;
	return unless_late(b, (int)b->ev.count);
}

static bool judge_counters(struct bench *b)
{
	for (size_t i = 0; i < b->t->steps; i++)
		if (kept_final(b->t, i) && kept_was_done(&b->ev, i) && !judge_counter(b, i))
			return false;
	return true;
}

/* --------------------------------------------------------- before all else */

static bool needs_a_step(enum event_kind kind)
{
	return kind == EVENT_STEP || kind == EVENT_DONE || kind == EVENT_RESULT ||
	       kind == EVENT_LOOK || kind == EVENT_COUNTER || kind == EVENT_WIRE;
}

/* Moments far enough from the ends of their type that differences cannot overflow */
static bool is_moment(int64_t ns)
{
	return ns > -(INT64_C(1) << 60) && ns < INT64_C(1) << 60;
}

/* A record may be anybody's: every index and time in it is looked at before it is used */
static bool fits_the_trial(const struct bench *b)
{
	for (size_t i = 0; i < b->ev.count; i++) {
		const struct event *e = &b->ev.list[i];

		if (!is_moment(e->at_ns) || (e->from_ns != INT64_MIN && !is_moment(e->from_ns)))
			return false;
		if (e->step < (needs_a_step(e->kind) ? 0 : -1) || e->step >= (int)b->t->steps)
			return false;
		if (e->conn < -1 || e->conn >= (int)b->t->name_count)
			return false;
	}
	return true;
}

static int count_kind(const struct bench *b, enum event_kind kind)
{
	int n = 0;

	for (size_t i = 0; i < b->ev.count; i++)
		n += b->ev.list[i].kind == kind;
	return n;
}

/* All that the kernel said, a line each */
static const char *complaints(const struct bench *b)
{
	const char *all = "";

	for (size_t i = 0; i < b->ev.count; i++)
		if (b->ev.list[i].kind == EVENT_KERNEL)
			all = arena_printf(b->a, "%s%s%s", all, *all ? "\n" : "",
					   or_else(b->ev.list[i].text, "?"));
	return all;
}

static bool kernel_complained(struct bench *b)
{
	const int i = find_kind(b, EVENT_KERNEL, 0, (int)b->ev.count);
	const int lines = count_kind(b, EVENT_KERNEL);
	const char *first;

	if (i < 0)
		return false;
	first = or_else(b->ev.list[i].text, "a line that is lost");
	b->v->seen = complaints(b);
	rule(b, VERDICT_FAIL, lines == 1 ?
	     arena_printf(b->a, "the kernel complained: %s", first) :
	     arena_printf(b->a, "the kernel complained: %s (and %d more lines)", first, lines - 1));
	return true;
}

static const char *how_it_broke_off(const struct bench *b)
{
	const int end = (int)b->ev.count;
	int step = -1;

	for (int i = 0; i < end; i++)
		if (b->ev.list[i].kind == EVENT_STEP)
			step = b->ev.list[i].step;
	if (find_kind(b, EVENT_READY, 0, end) < 0)
		return "the child died before the hosts stood";
	if (step < 0)
		return "the child died before the first step";
	b->v->step = step;
	b->v->at = b->t->step[step].at;
	return arena_printf(b->a, "the child died in or after %s",
			    match_subject_text(b->t, &b->t->step[step], b->a));
}

static void hang_on_step(struct bench *b, const struct event *e)
{
	struct place *at = &b->v->at;

	if (e->step < 0 && e->word && sscanf(e->word, "%d:%d:%d", &at->line, &at->column, &at->width) == 3)
		return;		/* a line of the header, by its place */
	if (e->step < 0)
		return;
	b->v->step = e->step;
	b->v->round = e->round;
	b->v->at = b->t->step[e->step].at;
}

/* Return: whether there is something to judge */
static bool is_whole(struct bench *b)
{
	const int end = (int)b->ev.count;
	const int broken = find_kind(b, EVENT_BROKEN, 0, end);
	const int skip = find_kind(b, EVENT_SKIP, 0, end);

	if (!fits_the_trial(b))
		return rule(b, VERDICT_BROKEN, "the record is not of this trial");
	if (kernel_complained(b))
		return false;
	if (broken >= 0) {
		hang_on_step(b, &b->ev.list[broken]);
		return rule(b, VERDICT_BROKEN, or_else(b->ev.list[broken].text, "the child gave up"));
	}
	if (skip >= 0 && !judge_steps(b, skip))
		return false;		/* what failed before has failed */
	if (skip >= 0) {
		hang_on_step(b, &b->ev.list[skip]);
		return rule(b, VERDICT_SKIP, or_else(b->ev.list[skip].text, "the kernel lacks something"));
	}
	if (find_kind(b, EVENT_END, 0, end) < 0)
		return rule(b, VERDICT_BROKEN, how_it_broke_off(b));
	return true;
}

/* --------------------------------------------------------------------- all */

/* The last try; its number where it tells one */
static struct events last_try(const struct events *ev, int *tries)
{
	size_t begin = 0;

	*tries = 0;
	for (size_t i = 0; i < ev->count; i++) {
		if (ev->list[i].kind != EVENT_TRY)
			continue;
		begin = i;
		++*tries;
		if (ev->list[i].number > *tries && ev->list[i].number <= INT32_MAX / 2)
			*tries = (int)ev->list[i].number;
	}
	if (!*tries)
		*tries = 1;
	return (struct events){ ev->list ? ev->list + begin : NULL, ev->count - begin };
}

/* What a step came to if nothing had failed before it; NULL where it was kept, or nobody can say */
static const char *failing_of(struct bench *b, int begin, struct verdict *v)
{
	struct bench alone = *b;
	const int done = find_kind(b, EVENT_DONE, begin, (int)b->ev.count);

	*v = (struct verdict){ .kind = VERDICT_PASS, .step = -1 };
	alone.v = v;
	if (done < 0 || (judge_result(&alone, begin, done) && judge_expectation(&alone, begin, done)) ||
	    v->kind != VERDICT_FAIL || (v->expected && !strcmp(v->expected, "?")))
		return NULL;
	return v->message;
}

/* What was not kept besides: a person asks whether it is one thing or many */
static void look_further(struct bench *b)
{
	struct also *also = arena_get(b->a, ALSO_MOST * sizeof(*also));
	bool behind = false;

	if (b->v->kind != VERDICT_FAIL || b->v->step < 0 || b->observing)
		return;
	b->v->also = also;
	for (int i = 0; i < (int)b->ev.count && b->v->alsos < ALSO_MOST; i++) {
		const struct event *e = &b->ev.list[i];
		struct verdict v;

		if (e->kind != EVENT_STEP)
			continue;
		if (behind && !e->round && failing_of(b, i, &v))
			also[b->v->alsos++] = (struct also){ v.at, v.message };
		behind |= e->step == b->v->step && e->round == b->v->round;
	}
}

static void heed_todo(struct bench *b)
{
	const char *todo = b->t->scenario ? b->t->scenario->todo : NULL;

	if (!todo)
		return;
	b->v->todo = todo;
	if (b->v->kind == VERDICT_FAIL)
		b->v->kind = VERDICT_TODO;
	else if (b->v->kind == VERDICT_PASS)
		rule(b, VERDICT_TODO_PASSED,
		     arena_printf(b->a, "it passes although the file says todo (%s): take the mark away", todo));
}

void judge(const struct trial *t, const struct events *events, const struct facts *facts,
	   bool observing, struct arena *a, struct verdict *v)
{
	struct bench b = { .t = t, .facts = facts, .observing = observing, .a = a, .v = v };

	*v = (struct verdict){ .kind = VERDICT_PASS, .step = -1 };
	b.ev = last_try(events, &v->tries);
	if (t->scenario && t->scenario->table.columns)
		v->observed = arena_get(a, t->scenario->table.columns * sizeof(*v->observed));
	if (b.ev.count)
		v->elapsed_ns = b.ev.list[b.ev.count - 1].at_ns;
	if (is_whole(&b) && judge_steps(&b, (int)b.ev.count) && judge_wire_commands(&b))
		judge_counters(&b);
	look_further(&b);
	heed_todo(&b);
}
