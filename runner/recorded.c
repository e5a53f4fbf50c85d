// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/recorded.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "lib/index.h"
#include "runner/escape.h"
#include "runner/event.h"
#include "runner/judge.h"
#include "runner/parse.h"
#include "runner/planned.h"
#include "runner/require.h"
#include "runner/results.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

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

/* What escape_component() made of a name, undone; one that it cut stays as it is */
static const char *plain_name(struct arena *a, const char *escaped)
{
	const size_t len = strlen(escaped);
	char *name = arena_get(a, len + 1);
	size_t n;

	return escape_undo(escaped, len, name, &n) && strlen(name) == n ? name : escaped;
}

/* The plan's files by the paths of their copies */
static struct index_entry *copies_by_path(const struct planned *plan, struct arena *a)
{
	struct index_entry *entry = arena_get(a, (plan->files + 1) * sizeof(*entry));

	for (size_t i = 0; i < plan->files; i++) {
		const char *path = results_case_path(a, plan->file[i].name);

		entry[i] = (struct index_entry){ path, strlen(path), i };
	}
	index_sort(entry, plan->files);
	return entry;
}

/*
 * The copies' paths are escaped; their trials go by the names that they had in the run.
 * What was too long for a path is in the plan alone.
 */
static void restore_names(struct recorded *r)
{
	const size_t folder = strlen(results_path(r->results)) + 1;
	const struct index_entry *copy = NULL;
	struct planned plan;
	struct arena a = { 0 };
	struct err e;

	planned_read(&plan, r->results, &e);
	for (size_t i = 0; i < r->suite.files; i++) {
		struct case_file *f = r->suite.file[i];
		const char *path = f->path + folder, *name = NULL;
		size_t at;

		if (strchr(f->name, '~') && !copy)
			copy = copies_by_path(&plan, &a);
		if (strchr(f->name, '~') && index_find(copy, plan.files, path, strlen(path), &at))
			name = plan.file[at].name;
		f->name = f->scenario.name = name ? arena_dup(&r->arena, name, strlen(name)) :
						    plain_name(&r->arena, f->name);
	}
	planned_fini(&plan);
	arena_free(&a);
}

static int load_cases(struct recorded *r, struct err *e)
{
	const char *cases = arena_printf(&r->arena, "%s/%s", results_path(r->results), RESULTS_CASES);

	struct stat st;

	if (lstat(cases, &st) || !S_ISDIR(st.st_mode))
		return err_set(e, -EBADMSG, "%s: no folder with the run's cases", cases);
	r->suite.no_links = true;
	if (suite_load(&r->suite, &cases, 1, cases, e))
		return e->code;
	if (r->suite.errors)
		return err_set(e, -EBADMSG, "%s: its case files have errors", cases);
	restore_names(r);
	suite_plan(&r->suite, &r->facts, 1);
	return 0;
}

/* The suite's trials by their names as `verdicts` holds them, escaped */
static struct index_entry *items_by_name(struct recorded *r)
{
	struct index_entry *entry = arena_get(&r->arena, (r->suite.items + 1) * sizeof(*entry));

	for (size_t i = 0; i < r->suite.items; i++) {
		autobuf own = { 0 };

		escape_name(&own, r->suite.item[i].name);
		entry[i] = (struct index_entry){ arena_dup(&r->arena, buf_text(&own), own.len), own.len, i };
	}
	index_sort(entry, r->suite.items);
	return entry;
}

/* A trial has one verdict in a run */
static int check_once(struct recorded *r, struct err *e)
{
	const struct index_entry *twice;

	r->by_name = arena_get(&r->arena, (r->pasts + 1) * sizeof(*r->by_name));
	for (size_t i = 0; i < r->pasts; i++)
		r->by_name[i] = (struct index_entry){ r->past[i].name, strlen(r->past[i].name), i };
	index_sort(r->by_name, r->pasts);
	twice = index_twice(r->by_name, r->pasts);
	return !twice ? 0 : err_set(e, -EBADMSG, "%s:%zu: %s has a verdict already", RESULTS_VERDICTS,
				    twice->at + 1, twice->name);
}

bool recorded_has(const struct recorded *r, const char *name)
{
	size_t at;

	return index_find(r->by_name, r->pasts, name, strlen(name), &at);
}

/* The trials that were run become the suite's only ones, in the order of the run */
static int only_the_past(struct recorded *r, struct err *e)
{
	const struct index_entry *entry = items_by_name(r);
	struct suite_item *item;

	if (results_past(r->results, &r->arena, &r->past, &r->pasts, e) || check_once(r, e))
		return e->code;
	item = arena_get(&r->arena, (r->pasts + 1) * sizeof(*item));
	for (size_t i = 0; i < r->pasts; i++) {
		const char *name = r->past[i].name;
		size_t len = strlen(name), at;

		/* A file may be called as if it were the first of several */
		if (!index_find(entry, r->suite.items, name, len, &at) &&
		    !index_find(entry, r->suite.items, name, len = suite_bare_len(name), &at))
			return err_set(e, -EBADMSG, "no case file for %s", name);
		item[i] = r->suite.item[at];
		item[i].name = arena_printf(&r->arena, "%s%s", r->suite.item[at].name, name + len);
	}
	r->suite.item = item;
	r->suite.items = r->pasts;
	return 0;
}

/* The run keeps a copy of its list; one that was given instead stands there already */
static int read_known(struct recorded *r, struct err *e)
{
	if (r->known.path || !facts_get(&r->facts, "info known"))
		return 0;
	if (results_read(r->results, RESULTS_KNOWN, KNOWN_FILE_MOST, &r->known.text, e))
		return e->code;
	if (!known_read(&r->known, facts_get(&r->facts, "info known")))
		return err_set(e, -EBADMSG, "%s: not to be understood", RESULTS_KNOWN);
	return 0;
}

int recorded_load(struct recorded *r, struct err *e)
{
	if (read_facts(r, e) || load_cases(r, e) || read_known(r, e))
		return e->code;
	return only_the_past(r, e);
}

size_t recorded_missing(const struct recorded *r)
{
	struct planned plan;
	size_t ours = 0;
	struct err ignored;

	if (!planned_read(&plan, r->results, &ignored))
		for (size_t i = 0; i < plan.trials; i++)
			ours += plan.trial[i].ours;
	planned_fini(&plan);
	return ours > r->pasts ? ours - r->pasts : 0;
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
		known_heed(&r->known, t->name, a, v);
		return;
	}
	v->kind = VERDICT_BROKEN;
	v->message = events_fault(bad_line, a);
}

static bool was_observing(const struct facts *f)
{
	const char *answer = facts_get(f, "info observing");

	return answer && !strcmp(answer, "yes");
}

bool recorded_verdict(const struct recorded *r, size_t i, struct trial *t, struct arena *a,
		      struct events *events, struct verdict *v)
{
	const struct suite_item *item = &r->suite.item[i];
	autobuf record = { 0 };
	struct err e;

	*v = (struct verdict){ .kind = VERDICT_SKIP, .step = -1, .tries = r->past[i].tries,
			       .elapsed_ns = r->past[i].elapsed_ns };
	*events = (struct events){ 0 };
	parse_trial(&item->file->scenario, item->variant, &r->facts, t);
	if (!require_met(item, &r->facts, a, &v->message))
		return false;
	if (recorded_read(r, item, &record, &e)) {
		if (e.code == -ENOENT && r->past[i].kind == VERDICT_SKIP) {
			v->message = item->file->scenario.runs ? "it runs programs, and its run let it run none" :
				     "it was not played in its run";
			return false;
		}
		v->kind = VERDICT_BROKEN;
		v->message = arena_printf(a, "no record: %s", e.text);
		return false;
	}
	recorded_judge(r, t, &record, was_observing(&r->facts), a, events, v);
	v->tries = r->past[i].tries;
	v->elapsed_ns = r->past[i].elapsed_ns;
	return true;
}

void recorded_fini(struct recorded *r)
{
	results_close(r->results);
	suite_fini(&r->suite);
	known_fini(&r->known);
	facts_fini(&r->facts);
	arena_free(&r->arena);
}
