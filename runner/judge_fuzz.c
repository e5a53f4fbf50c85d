// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever lies in a run's directory: its facts, cases and records are read
 * or refused, never trusted. A record that is taken is judged and drawn; what
 * is drawn is plain ASCII and bounded, and what was read says the same after
 * it was written again.
 *
 * An input is three texts, each ended by a line of its own, "%%": run.info, a
 * case, a record of one of its trials.
 */
#include "lib/buf.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/judge.h"
#include "runner/ladder.h"
#include "runner/parse.h"

#include <stdlib.h>
#include <string.h>

/** Larger inputs find nothing more and take longer */
enum { FUZZ_MOST = 65536, TRIALS_READ = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* A text of its own memory, so that a read beyond it is seen */
struct text {
	char *at;
	size_t len;
};

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static struct text take(const uint8_t **bytes, size_t *len)
{
	const uint8_t *const end = memmem(*bytes, *len, "\n%%\n", 4);
	const size_t size = end ? (size_t)(end - *bytes) + 1 : *len;
	const size_t past = end ? size + 3 : size;
	struct text t = { malloc(size + 1), size };

	demand(t.at);
	memcpy(t.at, *bytes, size);
	*bytes += past;
	*len -= past;
	return t;
}

static void write_again(const struct events *events)
{
	struct buf once = { 0 }, twice = { 0 };
	struct arena a = { 0 };
	struct events again = { 0 };
	int bad_line = 0;

	for (size_t i = 0; i < events->count; i++)
		event_write(&events->list[i], &once);
	demand(events_read(buf_text(&once), once.len, &a, &again, &bad_line));
	demand(again.count == events->count);
	for (size_t i = 0; i < again.count; i++)
		event_write(&again.list[i], &twice);
	demand(once.len == twice.len && !memcmp(buf_text(&once), buf_text(&twice), once.len));
	buf_fini(&once);
	buf_fini(&twice);
	arena_free(&a);
}

static void draw(const struct trial *t, const struct events *events, const struct verdict *v)
{
	struct buf out = { 0 };

	ladder_draw(t, events, v, &out);
	for (size_t i = 0; i < out.len; i++)
		demand(buf_text(&out)[i] == '\n' || (buf_text(&out)[i] >= ' ' && buf_text(&out)[i] < 0x7f));
	buf_fini(&out);
}

static void judge_trial(const struct trial *t, const struct events *events,
			const struct facts *facts, bool observing)
{
	struct verdict v = { .step = -1 };
	struct arena a = { 0 };

	judge(t, events, facts, observing, &a, &v);
	demand(v.kind < VERDICT_COUNT && v.step < (int)t->steps);
	draw(t, events, &v);
	arena_free(&a);
}

/* The trial that the record names, or else the first */
static size_t variant_of(const struct scenario *s, const struct facts *facts,
			 const struct events *events)
{
	for (size_t v = 0; events->count && v < s->variants && v < TRIALS_READ; v++) {
		const char *const text = events->list[0].text;
		struct trial t;
		bool same;

		parse_trial(s, v, facts, &t);
		same = text && !strcmp(text, t.name);
		trial_fini(&t);
		if (same)
			return v;
	}
	return 0;
}

static void judge_record(const struct scenario *s, const struct facts *facts,
			 const struct text *record)
{
	struct events events = { 0 };
	struct arena a = { 0 };
	struct trial t;
	int bad_line = 0;

	if (events_read(record->at, record->len, &a, &events, &bad_line))
		write_again(&events);
	else
		demand(bad_line > 0);
	parse_trial(s, variant_of(s, facts, &events), facts, &t);
	judge_trial(&t, &events, facts, false);
	judge_trial(&t, &events, facts, true);
	draw(&t, &events, NULL);
	trial_fini(&t);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct text info, file, record;
	struct complaints c = { 0 };
	struct facts facts = { 0 };
	struct scenario s;

	if (len > FUZZ_MOST)
		return 0;
	info = take(&bytes, &len);
	file = take(&bytes, &len);
	record = take(&bytes, &len);
	facts_read(&facts, info.at, info.len);
	if (parse_scenario("fuzz", "t/fuzz", file.at, file.len, &s, &c))
		judge_record(&s, &facts, &record);
	scenario_fini(&s);
	complaints_fini(&c);
	facts_fini(&facts);
	free(info.at);
	free(file.at);
	free(record.at);
	return 0;
}
