// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/require.h"

#include "lib/err.h"
#include "runner/parse.h"
#include "runner/probe.h"

#include <string.h>

static bool has_ipv6(const struct facts *f)
{
	return !facts_get(f, FACTS_IPV6);
}

static bool file_met(const struct scenario *s, const struct facts *facts, struct arena *a,
		     const char **why)
{
	for (size_t i = 0; i < s->needs; i++)
		if (!facts_met(facts, &s->need[i], a, why))
			return false;
	return true;
}

bool require_met(const struct suite_item *item, const struct facts *facts, struct arena *a,
		 const char **why)
{
	if (item->work.ipv6 && !has_ipv6(facts)) {
		*why = "this kernel has no IPv6";
		return false;
	}
	return file_met(&item->file->scenario, facts, a, why);
}

static int ask_header(struct probe *p, const struct scenario *s, struct facts *f, struct err *e)
{
	for (size_t i = 0; i < s->needs; i++)
		if (probe_ask(p, &s->need[i], f, e))
			return e->code;
	for (size_t i = 0; i < s->table.columns; i++)
		if (s->table.column[i].kind == COLUMN_HAS &&
		    probe_ask(p, &s->table.column[i].has, f, e))
			return e->code;
	return 0;
}

/* A name that the file uses: the kernel must have it. */
static void want(struct probe *p, struct facts *f, enum need kind, const char *name,
		 struct place at, struct complaints *c)
{
	static const char *const word[NEED_COUNT] = {
		[NEED_SYSCTL] = "sysctl", [NEED_COUNTER] = "counter",
	};
	const struct need_of n = { .kind = kind, .name = name, .at = at };
	struct err e;

	if (!name || probe_ask(p, &n, f, &e) || facts_met(f, &n, NULL, NULL))
		return;
	complain(c, at, "this kernel has no %s %s (a line `needs %s %s` would skip the file there)",
		 word[kind], name, word[kind], name);
}

static void want_trial(struct probe *p, const struct trial *t, struct facts *f,
		       struct complaints *c)
{
	for (size_t i = 0; i < t->settings; i++)
		want(p, f, NEED_SYSCTL, t->setting[i].key, t->setting[i].at, c);
	for (size_t i = 0; i < t->steps; i++) {
		const struct step *s = &t->step[i];

		if (s->verb == VERB_SYSCTL)
			want(p, f, NEED_SYSCTL, s->setting.key, s->setting.at, c);
		if (s->verb != VERB_EXPECT && s->verb != VERB_NEVER)
			continue;
		if (s->expect.look == LOOK_COUNTER)
			want(p, f, NEED_COUNTER, s->expect.name, s->expect.name_at, c);
		if (s->expect.look == LOOK_SYSCTL)
			want(p, f, NEED_SYSCTL, s->expect.name, s->expect.name_at, c);
	}
}

static int ask_file(struct probe *p, struct suite *s, struct case_file *file, struct facts *f,
		    struct err *e)
{
	const size_t before = file->complaints.errors;

	if (ask_header(p, &file->scenario, f, e))
		return e->code;
	if (!file_met(&file->scenario, f, NULL, NULL))
		return 0;
	for (size_t v = 0; v < file->scenario.variants; v++) {
		struct trial t;

		parse_trial(&file->scenario, v, f, &t);
		if (t.family == FAMILY_IPV4 || has_ipv6(f))
			want_trial(p, &t, f, &file->complaints);
		trial_fini(&t);
	}
	s->errors += file->complaints.errors - before;
	return 0;
}

int require_ask(struct suite *s, struct facts *facts, struct err *e)
{
	struct probe *p = NULL;
	int rc = probe_open(&p, e);

	if (!rc)
		probe_ipv6(p, facts);
	for (size_t i = 0; i < s->files && !rc; i++)
		if (s->file[i]->good)
			rc = ask_file(p, s, s->file[i], facts, e);
	probe_close(p);
	return rc;
}
