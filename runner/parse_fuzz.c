// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever the bytes: a file is taken or refused with a complaint that stands
 * in it, and each trial of a file that is taken can be read again.
 */
#include "lib/buf.h"
#include "runner/facts.h"
#include "runner/parse.h"

#include <stdlib.h>
#include <string.h>

/** Larger inputs find nothing more and take longer */
enum { FUZZ_MOST = 8192, TRIALS_READ = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void read_trials(const struct scenario *s)
{
	const struct facts facts = { .version = 6 << 16 | 18 << 8, .hz = 250 };

	for (size_t v = 0; v < s->variants && v < TRIALS_READ; v++) {
		struct trial t;

		parse_trial(s, v, &facts, &t);
		demand(t.name && t.steps > 0 && t.steps <= STEPS_MOST);
		demand(t.name_count <= NAMES_MOST && t.least_ns >= 0);
		for (size_t i = 0; i < t.steps; i++)
			demand(t.step[i].conn < (int)t.name_count && t.step[i].partner < t.steps);
		trial_fini(&t);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct complaints c = { 0 };
	struct scenario s;
	struct buf out = { 0 };
	char *text;

	if (len > FUZZ_MOST)
		return 0;
	text = malloc(len + 1);
	demand(text);
	memcpy(text, bytes, len);
	if (parse_scenario("fuzz", "t/fuzz", text, len, &s, &c))
		read_trials(&s);
	else
		demand(c.errors > 0);
	complaints_render(&c, "fuzz", text, len, false, &out);
	scenario_fini(&s);
	complaints_fini(&c);
	buf_fini(&out);
	free(text);
	return 0;
}
