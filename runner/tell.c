// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/tell.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "runner/clauses.h"
#include "runner/complain.h"
#include "runner/escape.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/ladder.h"
#include "runner/results.h"
#include "runner/screen.h"
#include "runner/socket_row.h"
#include "runner/suite.h"

#include <string.h>

struct report_point tell_point(const struct suite_item *item)
{
	return (struct report_point){ item->name, item->file->name, item->file->path };
}

static const char *kept(struct arena *a, const struct buf *b)
{
	return b->len ? arena_dup(a, buf_text(b), b->len) : NULL;
}

/* ---------------------------------------------------------------- settings */

static const char *setting_text(struct arena *a, const struct setting *s, int line)
{
	return arena_printf(a, "%s%s%s = %s%s", s->host == HOST_NONE ? "" : host_name[s->host],
			    s->host == HOST_NONE ? "" : " ", s->key, s->value,
			    line ? arena_printf(a, " (line %d)", line) : "");
}

/* Whether a step was begun before the one that the verdict hangs on, or is it */
static bool came_before(const struct telling *w, const struct event *e)
{
	return w->verdict->step < 0 || e->step != w->verdict->step || e->round < w->verdict->round;
}

static void add_changed(const struct telling *w, struct arena *a, struct report_trial *r)
{
	const struct trial *t = w->trial;

	for (size_t i = 0; w->events && i < w->events->count; i++) {
		const struct event *e = &w->events->list[i];

		if (e->kind == EVENT_TRY)
			r->sysctls = t->settings;	/* each try begins anew */
		if (e->kind != EVENT_STEP || e->step < 0 || (size_t)e->step >= t->steps)
			continue;
		if (!came_before(w, e))
			break;
		if (t->step[e->step].verb != VERB_SYSCTL || e->round)
			continue;
		r->sysctl = arena_grow(a, r->sysctl, r->sysctls, sizeof(*r->sysctl));
		r->sysctl[r->sysctls++] = setting_text(a, &t->step[e->step].setting,
						       t->step[e->step].at.line);
	}
}

static void gather_settings(const struct telling *w, struct arena *a, struct report_trial *r)
{
	for (size_t i = 0; i < w->trial->settings; i++) {
		r->sysctl = arena_grow(a, r->sysctl, r->sysctls, sizeof(*r->sysctl));
		r->sysctl[r->sysctls++] = setting_text(a, &w->trial->setting[i], 0);
	}
	add_changed(w, a, r);
}

/* ------------------------------------------------------------ the file's line */

static const struct step *failed_step(const struct telling *w)
{
	const int step = w->verdict->step;

	return step >= 0 && (size_t)step < w->trial->steps ? &w->trial->step[step] : NULL;
}

/* The cell of the outcome table that a step's promise came from; NULL where it stands in the step */
static const struct word *promising_cell(const struct telling *w, const struct step *s)
{
	const struct table *table = &w->trial->scenario->table;
	const bool looks = s->verb == VERB_EXPECT || s->verb == VERB_NEVER;
	const int column = looks ? s->expect.column : s->want.column;
	const struct place at = looks ? s->expect.at : s->want.at;

	if (!at.line || column < 0 || (size_t)column < table->keys || (size_t)column >= table->columns ||
	    w->trial->row < 0 || (size_t)w->trial->row >= table->rows)
		return NULL;
	return &table->row[w->trial->row].cell[column];
}

static void gather_excerpt(const struct telling *w, struct arena *a, struct report_trial *r)
{
	const struct buf *text = &w->item->file->text;
	const struct step *s = failed_step(w);
	const struct word *cell = s ? promising_cell(w, s) : NULL;
	autobuf out = { 0 };

	if (s && w->verdict->at.line && s->at.line != w->verdict->at.line)
		complain_excerpt(s->at, buf_text(text), text->len, false, &out);
	complain_excerpt(w->verdict->at, buf_text(text), text->len, false, &out);
	if (cell && cell->at.line != w->verdict->at.line)
		complain_excerpt(cell->at, buf_text(text), text->len, false, &out);
	r->excerpt = kept(a, &out);
	if (s && s->line)
		r->step = arena_dup(a, s->line->text, s->line->len);
}

static void gather_clauses(const struct scenario *sc, struct arena *a, struct report_trial *r)
{
	r->ref = sc->ref;
	r->refs = sc->refs;
	r->clause = arena_get(a, (sc->refs + 1) * sizeof(*r->clause));
	for (size_t i = 0; i < sc->refs; i++)
		r->clause[i] = clause_words(sc->ref[i]);
}

/* ----------------------------------------------------------------- sockets */

/* The table that was taken in the step; else the one of the end */
static bool is_of_the_moment(const struct telling *w, const struct event *e, bool at_end)
{
	if (e->kind != EVENT_SOCKET)
		return false;
	return at_end ? e->step < 0 : e->step == w->verdict->step && e->round == w->verdict->round;
}

static struct report_socket *add_socket(struct arena *a, struct report_trial *r)
{
	struct report_socket *list = arena_grow(a, (struct report_socket *)(uintptr_t)r->socket,
						r->sockets, sizeof(*list));

	r->socket = list;
	return &list[r->sockets++];
}

static void add_row(const struct telling *w, const struct event *e, struct arena *a,
		    struct report_trial *r)
{
	const struct trial *t = w->trial;
	struct socket_row row;

	if (!socket_row_read(e, &row))
		return;
	if (!r->sockets)
		r->sockets_ns = e->at_ns;
	*add_socket(a, r) = (struct report_socket){
		.host = row.host == HOST_NONE ? "" : host_name[row.host],
		.state = row.state, .timer = row.timer, .left_ns = row.left_ns,
		.conn = row.conn >= 0 && (size_t)row.conn < t->name_count ? t->names[row.conn].text : NULL,
		.local = arena_dup(a, row.local, strlen(row.local)),
		.remote = arena_dup(a, row.remote, strlen(row.remote)),
		.recvq = row.recvq, .sendq = row.sendq, .retransmits = row.retransmits,
		.left_out = row.left_out,
	};
}

static void gather_sockets(const struct telling *w, struct arena *a, struct report_trial *r)
{
	for (int at_end = w->verdict->step < 0; at_end < 2 && !r->sockets; at_end++)
		for (size_t i = 0; i < w->events->count; i++) {
			if (w->events->list[i].kind == EVENT_TRY) {
				r->socket = NULL;	/* the last try counts */
				r->sockets = 0;
			} else if (is_of_the_moment(w, &w->events->list[i], at_end)) {
				add_row(w, &w->events->list[i], a, r);
			}
		}
}

/* --------------------------------------------------------------- the whole */

/* What a file's trial is called behind the file's name, without the number of a repeat */
static const char *variant_of(const struct suite_item *item, struct arena *a)
{
	const char *own = arena_dup(a, item->name, suite_bare_len(item->name));

	return suite_variant(item->file, own);
}

static const char *repro_text(const struct telling *w, struct arena *a)
{
	const struct case_file *f = w->item->file;
	const char *variant = variant_of(w->item, a);
	const bool from_stdin = !strcmp(f->path, "-");
	autobuf out = { 0 }, word = { 0 };

	buf_addf(&out, "%s run%s%s%s ", w->program, w->how ? w->how : "",
		 f->scenario.runs ? " --allow-run" : "", from_stdin && variant ? " -k" : "");
	if (!from_stdin)
		buf_addf(&word, "%s%s", f->path, variant ? " " : "");
	buf_adds(&word, variant ? variant : "");
	if (word.len)
		escape_shell(&out, buf_text(&word));
	if (from_stdin)
		buf_adds(&out, variant ? " - <FILE" : "- <FILE");
	return kept(a, &out);
}

static void gather_files(const struct telling *w, struct arena *a, struct report_trial *r)
{
	const char *name = w->item->name;

	if (!w->results)
		return;
	r->artifacts = arena_printf(a, "%s/%s", w->results, results_trial_path(a, name, ".record"));
	r->capture = arena_printf(a, "%s/%s", w->results, results_trial_path(a, name, ".pcapng"));
}

static void gather_played(const struct telling *w, struct arena *a, struct report_trial *r)
{
	autobuf ladder = { 0 };

	gather_settings(w, a, r);
	gather_files(w, a, r);
	r->budget_ns = span_ns(w->trial->scenario->timeout, w->facts);
	if (!screen_wanted(w->verdict->kind))
		return;
	gather_excerpt(w, a, r);
	if (!w->events || w->verdict->kind == VERDICT_TODO_PASSED)
		return;
	gather_sockets(w, a, r);
	if (w->events->count)
		ladder_around(w->trial, w->events, w->verdict, &ladder);
	r->ladder = kept(a, &ladder);
}

void tell_gather(const struct telling *w, struct arena *a, struct report_trial *r)
{
	const struct scenario *sc = &w->item->file->scenario;
	const struct report_point point = tell_point(w->item);
	autobuf notes = { 0 };

	*r = (struct report_trial){ .verdict = w->verdict, .todo = w->verdict->todo, .title = sc->title,
				    .about = sc->about, .abouts = sc->abouts };
	gather_clauses(sc, a, r);
	r->repro = repro_text(w, a);
	if (w->trial)
		gather_played(w, a, r);
	if (screen_wanted(w->verdict->kind))
		screen_render(&point, r, "", false, &notes);
	r->notes = kept(a, &notes);
}
