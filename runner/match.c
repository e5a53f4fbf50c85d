// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/match.h"

#include "lib/clock.h"
#include "runner/facts.h"
#include "runner/track.h"

#include <inttypes.h>
#include <string.h>

enum { FLAGS_UNSAID = 0xff };

/* The flags that make a kind; the others count only where they are asked for */
static const unsigned int DECISIVE = SEG_SYN | SEG_FIN | SEG_RST | SEG_ACK;

/* -------------------------------------------------------------------- time */

int64_t match_limit_ns(const struct expectation *x, const struct facts *f)
{
	if (x->bound.kind == BOUND_WITHIN || x->bound.kind == BOUND_FOR)
		return span_ns(x->bound.high, f);
	return MATCH_DEFAULT_MS * NS_PER_MS;
}

int64_t match_jiffy_ns(const struct facts *f)
{
	return f && f->hz > 0 ? NS_PER_S / f->hz : 10 * NS_PER_MS;
}

/* ------------------------------------------------------------------ values */

static bool word_is(const struct event *seen, const char *word)
{
	return seen->word && word && strcmp(seen->word, word) == 0;
}

static bool within(const struct expectation *x, int64_t value)
{
	return value >= x->low && value <= x->high;
}

static bool timer_fits(const struct expectation *x, int64_t left_ns, const struct facts *f)
{
	const struct span high = { .ns = x->high, .tick = x->high_tick };

	if (x->low < 0 || left_ns < 0)
		return x->low < 0 && left_ns < 0;
	return left_ns >= x->low && left_ns <= span_ns(high, f);
}

bool match_hopeless(const struct expectation *x, const struct event *seen, const struct facts *f)
{
	const struct span high = { .ns = x->high, .tick = x->high_tick };

	return x->look == LOOK_TIMER && !x->unknown && x->low >= 0 && seen->number > span_ns(high, f);
}

static bool error_fits(const struct expectation *x, const struct event *seen)
{
	if (!x->error)
		return word_is(seen, "ok");
	return seen->word && errno_number(seen->word, strlen(seen->word)) == x->error;
}

bool match_value(const struct expectation *x, const struct event *seen, const struct facts *f)
{
	if (x->unknown)
		return false;
	switch (x->look) {
	case LOOK_STATE:
		return word_is(seen, state_name(x->state));
	case LOOK_TIMER:
		return timer_fits(x, seen->number, f);
	case LOOK_ERROR:
		return error_fits(x, seen);
	case LOOK_PORT:
	case LOOK_SOCKETS:
	case LOOK_COUNTER:
		return within(x, seen->number);
	case LOOK_SYSCTL:
		return word_is(seen, x->value);
	default:
		return false;
	}
}

/* ---------------------------------------------------------------- outcomes */

static bool is_data(const struct event *seen)
{
	return word_is(seen, "text") || word_is(seen, "bytes");
}

/* What was read is in the record up to a bound; so far both have to agree */
static bool text_fits(const struct outcome *want, const struct event *seen)
{
	const size_t shown = want->bytes < EVENT_TEXT_MOST ? want->bytes : EVENT_TEXT_MOST;

	return is_data(seen) && seen->number == (int64_t)want->bytes &&
	       event_text_len(seen) == shown &&
	       (!shown || memcmp(seen->text, want->text, shown) == 0);
}

static bool errno_fits(const struct outcome *want, const struct event *seen)
{
	if (!seen->word || errno_number(seen->word, strlen(seen->word)) != want->error)
		return false;
	return !want->call || (seen->text && strcmp(seen->text, want->call) == 0);
}

/* How a program ended */
static bool ended(const struct event *seen, const char *how, int number)
{
	return word_is(seen, how) && seen->number == number;
}

bool match_outcome(const struct outcome *want, const struct event *seen)
{
	switch (want->kind) {
	case OUTCOME_OK:
		return word_is(seen, "ok") || is_data(seen) || ended(seen, "exit", 0);
	case OUTCOME_EXIT:
		return ended(seen, "exit", want->error);
	case OUTCOME_SIGNAL:
		return ended(seen, "signal", want->error);
	case OUTCOME_ERRNO:
		return errno_fits(want, seen);
	case OUTCOME_EOF:
		return word_is(seen, "EOF");
	case OUTCOME_TEXT:
		return text_fits(want, seen);
	case OUTCOME_BYTES:
		return is_data(seen) && seen->number == (int64_t)want->bytes;
	case OUTCOME_UNKNOWN:
		break;
	}
	return false;
}

/* ---------------------------------------------------------------- segments */

static bool flags_fit(unsigned int want, unsigned int seen)
{
	return (seen & (DECISIVE | want)) == want;
}

bool match_kind(const struct pattern *p, const struct frame_note *f)
{
	if (p->heading != HEADING_ANY && p->heading != f->heading)
		return false;
	if (p->kind == SEGMENT_ANY)
		return true;
	if (p->kind == SEGMENT_ODD && p->flags != FLAGS_UNSAID)
		return f->kind != SEGMENT_ICMP && flags_fit(p->flags, f->flags);
	return p->kind == f->kind;
}

bool match_item(const struct exchange_item *item, const struct frame_note *f)
{
	const struct pattern p = {
		.heading = item->heading, .kind = item->kind, .flags = item->flags, .conn = -1,
	};

	return match_kind(&p, f);
}

static bool number_fits(const struct pattern_part *part, const struct frame_note *f,
			const struct track *k, int conn)
{
	uint32_t want;

	if (!track_expr(k, &part->value, conn, &want))
		return false;
	switch (part->part) {
	case PART_SEQ:
		return f->seq == want;
	case PART_ACK:
		return f->ack == want;
	case PART_WINDOW:
		return f->window == want;
	case PART_TSVAL:
		return f->has_ts && f->tsval == want;
	default:
		return f->has_ts && f->tsecr == want;
	}
}

bool match_part(const struct pattern_part *part, const struct frame_note *f,
		const struct track *k, int conn)
{
	int flags;

	switch (part->part) {
	case PART_DATA:
		return f->len == part->len;
	case PART_FLAGS:
		flags = segment_flags_read(part->text, part->len);
		return flags >= 0 && flags_fit((unsigned int)flags, f->flags);
	case PART_ICMP:
		return strlen(f->icmp) == part->len &&
		       memcmp(f->icmp, part->text, part->len) == 0;
	default:
		return number_fits(part, f, k, conn);
	}
}
