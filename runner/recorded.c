// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/recorded.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "runner/event.h"
#include "runner/judge.h"
#include "runner/results.h"

#include <errno.h>
#include <string.h>

enum { INFO_MOST = 1 << 20, RECORD_MOST = 64 << 20 };

static int read_facts(struct recorded *r, struct err *e)
{
	autobuf info = { 0 };

	if (results_read(r->results, RESULTS_INFO, INFO_MOST, &info, e))
		return e->code;
	if (!facts_read(&r->facts, buf_text(&info), info.len))
		return err_set(e, -EBADMSG, "%s: not to be understood", RESULTS_INFO);
	return 0;
}

static int load_cases(struct recorded *r, struct err *e)
{
	const char *cases = arena_printf(&r->arena, "%s/%s", results_path(r->results), RESULTS_CASES);

	if (suite_load(&r->suite, &cases, 1, cases, e))
		return e->code;
	if (r->suite.errors)
		return err_set(e, -EBADMSG, "%s: its case files have errors", cases);
	suite_plan(&r->suite, &r->facts, 1);
	return 0;
}

static const struct suite_item *item_named(const struct suite *s, const char *name)
{
	const size_t len = suite_bare_len(name);

	for (size_t i = 0; i < s->items; i++)
		if (strlen(s->item[i].name) == len && !strncmp(s->item[i].name, name, len))
			return &s->item[i];
	return NULL;
}

/* The trials that were run become the suite's only ones, in the order of the run */
static int only_the_past(struct recorded *r, struct err *e)
{
	struct suite_item *item;

	if (results_past(r->results, &r->arena, &r->past, &r->pasts, e))
		return e->code;
	item = arena_get(&r->arena, (r->pasts + 1) * sizeof(*item));
	for (size_t i = 0; i < r->pasts; i++) {
		const struct suite_item *found = item_named(&r->suite, r->past[i].name);

		if (!found)
			return err_set(e, -EBADMSG, "no case file for %s", r->past[i].name);
		item[i] = *found;
		item[i].name = r->past[i].name;
	}
	r->suite.item = item;
	r->suite.items = r->pasts;
	return 0;
}

int recorded_load(struct recorded *r, struct err *e)
{
	if (read_facts(r, e) || load_cases(r, e))
		return e->code;
	return only_the_past(r, e);
}

int recorded_read(const struct recorded *r, const struct suite_item *item, struct buf *b,
		  struct err *e)
{
	struct arena a = { 0 };
	const char *path = results_trial_path(&a, item->name, ".record");
	const int rc = results_read(r->results, path, RECORD_MOST, b, e);

	arena_free(&a);
	return rc;
}

void recorded_judge(const struct recorded *r, const struct trial *t, const struct buf *record,
		    bool observing, struct arena *a, struct events *events, struct verdict *v)
{
	int bad_line = 0;

	if (events_read(buf_text(record), record->len, a, events, &bad_line)) {
		judge(t, events, &r->facts, observing, a, v);
		return;
	}
	v->kind = VERDICT_BROKEN;
	v->message = arena_printf(a, "line %d of its record cannot be read", bad_line);
}

void recorded_fini(struct recorded *r)
{
	results_close(r->results);
	suite_fini(&r->suite);
	facts_fini(&r->facts);
	arena_free(&r->arena);
}
