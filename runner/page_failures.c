// SPDX-License-Identifier: GPL-2.0-or-later
/* What failed, and what we could not do: each with the ladder that led there. */
#include "lib/clock.h"
#include "runner/escape.h"
#include "runner/html.h"
#include "runner/page.h"
#include "runner/page_parts.h"
#include "runner/picture.h"
#include "runner/report.h"
#include "runner/results.h"
#include "runner/retold.h"
#include "runner/tell.h"

#include <inttypes.h>
#include <string.h>

/** Ladders are drawn for so many; of the others only what was said, for the page's size */
enum { DRAWN_MOST = 100, OPEN_MOST = 10, RUNGS_MOST = 160, BEHIND_MOST = 4 };

static void add_said(struct buf *out, const char *what, const char *text)
{
	if (!text)
		return;
	buf_addf(out, "<dt>%s<dd><code>", what);
	html_adds(out, text);
	buf_adds(out, "</code>");
}

/* The file's line with a caret below the word that was not kept */
static void add_excerpt(struct buf *out, const char *excerpt)
{
	if (!excerpt)
		return;
	buf_adds(out, "<pre class=\"excerpt\">");
	html_add_lines(out, excerpt, strlen(excerpt));
	buf_adds(out, "</pre>");
}

/* What else was not kept, perhaps in consequence */
static void add_also(struct buf *out, const struct verdict *v)
{
	for (size_t i = 0; i < v->alsos; i++) {
		buf_adds(out, i ? "<br>" : "<dt>then also<dd>");
		if (v->also[i].at.line > 0)
			buf_addf(out, "line %d: ", v->also[i].at.line);
		html_adds(out, v->also[i].message ? v->also[i].message : "");
	}
}

static void add_settings(struct buf *out, const struct report_trial *r)
{
	for (size_t i = 0; i < r->sysctls; i++) {
		buf_adds(out, i ? "<br><code>" : "<dt>set<dd><code>");
		html_adds(out, r->sysctl[i]);
		buf_adds(out, "</code>");
	}
}

static void add_clauses(struct buf *out, const struct report_trial *r)
{
	for (size_t i = 0; i < r->refs; i++) {
		buf_adds(out, i ? "<br>" : "<dt>by<dd>");
		html_adds(out, r->ref[i]);
		if (!r->clause || !r->clause[i])
			continue;
		buf_adds(out, ": ");
		html_adds(out, r->clause[i]);
	}
}

static void add_word(struct buf *out, const char *s)
{
	autobuf word = { 0 };

	escape_shell(&word, s);
	html_adds(out, buf_text(&word));
}

static void add_commands(const struct page *p, size_t run, const char *name, const char *repro,
			 struct buf *out)
{
	add_said(out, "again", repro);
	buf_adds(out, "<dt>in a terminal<dd><code>");
	html_adds(out, p->wish->program);
	buf_adds(out, " ladder ");
	add_word(out, results_path(p->c.run[run].results));
	buf_adds(out, " ");
	add_word(out, name);
	buf_adds(out, "</code>");
}

static void add_file_link(struct buf *out, const char *path, const char *what)
{
	buf_adds(out, " <a href=\"");
	for (const char *s = path; *s; s++)
		buf_addf(out, strchr("%?#", *s) ? "%%%02X" : "%c", (unsigned char)*s);
	buf_addf(out, "\">%s</a>", what);
}

static void add_files(const struct page *p, const char *name, struct buf *out)
{
	struct arena a = { 0 };

	if (p->wish->inside) {
		buf_adds(out, "<dt>files<dd>");
		add_file_link(out, results_trial_path(&a, name, ".record"), "record");
		add_file_link(out, results_trial_path(&a, name, ".pcapng"), "capture");
	}
	arena_free(&a);
}

static void add_ladder(const struct rungs *r, const char *name, struct buf *out)
{
	const size_t end = r->end + BEHIND_MOST < r->count ? r->end + BEHIND_MOST : r->count;
	const size_t first = end > RUNGS_MOST ? end - RUNGS_MOST : 0;
	autobuf label = { 0 };

	buf_addf(&label, "ladder of %s", name);
	buf_adds(out, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"ladder\">");
	if (first)
		buf_addf(out, "<p>%zu rungs before are left out", first);
	picture_draw(r->list + first, end - first, buf_text(&label), out);
	buf_adds(out, "</div>");
	if (end < r->count)
		buf_adds(out, "<p class=\"ref\">The record goes on.");
}

/* ------------------------------------------------------------------ sockets */

static void add_socket(struct buf *out, const struct report_socket *s)
{
	char left[32];

	buf_adds(out, "<tr><th>");
	html_adds(out, s->host);
	if (!strcmp(s->state, "more")) {
		buf_addf(out, "<td colspan=\"8\">and %" PRId64 " more\n", s->left_out);
		return;
	}
	if (!strcmp(s->state, "none")) {
		buf_adds(out, "<td colspan=\"8\">no socket at all\n");
		return;
	}
	buf_adds(out, "<td>");
	html_adds(out, s->conn ? s->conn : "");
	buf_adds(out, "<td>");
	html_adds(out, s->state);
	buf_adds(out, "<td>");
	html_adds(out, s->local);
	buf_adds(out, "<td>");
	html_adds(out, s->remote);
	buf_adds(out, "<td>");
	html_adds(out, s->timer);
	if (s->left_ns >= 0)
		buf_addf(out, " %s", clock_text(s->left_ns, left, sizeof(left)));
	buf_addf(out, "<td class=\"n\">%u<td class=\"n\">%u<td class=\"n\">%u\n", s->recvq, s->sendq,
		 s->retransmits);
}

static void add_sockets(struct buf *out, const struct report_trial *r)
{
	if (!r->sockets)
		return;
	buf_addf(out, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"sockets\"><table>"
		 "<caption>Sockets at %.4f s</caption><thead><tr><th scope=\"col\">host<th scope=\"col\">name"
		 "<th scope=\"col\">state<th scope=\"col\">local<th scope=\"col\">remote<th scope=\"col\">timer"
		 "<th scope=\"col\" class=\"n\">recv-q<th scope=\"col\" class=\"n\">send-q"
		 "<th scope=\"col\" class=\"n\">sent again\n<tbody>\n", (double)r->sockets_ns / (double)NS_PER_S);
	for (size_t i = 0; i < r->sockets; i++)
		add_socket(out, &r->socket[i]);
	buf_adds(out, "</table></div>\n");
}

/* -------------------------------------------------------------------- a trial */

static void add_head(const struct page *p, size_t run, size_t item, struct buf *out)
{
	const enum verdict_kind kind = p->c.run[run].past[item].kind;

	buf_addf(out, "<details class=\"red\"%s><summary><h3>", p->reds <= OPEN_MOST ? " open" : "");
	html_adds(out, p->c.run[run].suite.item[item].name);
	buf_addf(out, "</h3> <b class=\"%c\">%s</b>", page_class[kind], verdict_name[kind]);
	if (p->c.runs > 1) {
		buf_adds(out, " <span class=\"title\">on ");
		html_adds(out, p->c.label[run]);
		buf_adds(out, "</span>");
	}
	buf_adds(out, "</summary><p class=\"said\">");
}

static void add_facts(const struct page *p, size_t run, size_t item, const struct report_trial *r,
		      struct buf *out)
{
	const struct suite_item *i = &p->c.run[run].suite.item[item];

	html_adds(out, report_message(r));
	add_excerpt(out, r->excerpt);
	buf_adds(out, "<dl>");
	add_said(out, "expected", r->verdict->expected);
	add_said(out, "seen", r->verdict->seen);
	add_also(out, r->verdict);
	add_settings(out, r);
	add_clauses(out, r);
	add_commands(p, run, i->name, r->repro, out);
	add_files(p, i->name, out);
	buf_adds(out, "<dt>case<dd>");
	page_add_link(out, i->file->name);
	buf_adds(out, "</dl>\n");
}

void page_failure_make(struct page *p, size_t run, size_t item, const struct retold *x,
		       const struct rungs *rungs)
{
	const struct recorded *r = &p->c.run[run];
	const enum verdict_kind kind = r->past[item].kind;
	const struct verdict unknown = { .kind = kind, .step = -1 };
	const bool as_recorded = x->verdict.kind == kind;
	const struct telling w = {
		.item = &r->suite.item[item], .trial = x->recorded ? &x->trial : NULL,
		.verdict = as_recorded ? &x->verdict : &unknown,
		.events = x->recorded ? &x->events : NULL, .facts = &r->facts,
		.program = p->wish->program,
	};
	struct report_trial told;
	struct arena a = { 0 };
	struct buf *out;

	p->red = arena_grow(&p->arena, p->red, p->reds, sizeof(*p->red));
	p->red[p->reds++] = (struct page_red){ .run = run, .item = item };
	out = &p->red[p->reds - 1].html;
	tell_gather(&w, &a, &told);
	add_head(p, run, item, out);
	add_facts(p, run, item, &told, out);
	add_sockets(out, &told);
	if (p->reds <= DRAWN_MOST && rungs->count)
		add_ladder(rungs, w.item->name, out);
	buf_adds(out, "</details>\n");
	arena_free(&a);
}

void page_failures(const struct page *p, struct buf *out)
{
	if (!p->reds)
		return;
	buf_addf(out, "<section id=\"failures\" aria-labelledby=\"failures-h\"><h2 id=\"failures-h\">What failed</h2>\n");
	for (size_t i = 0; i < p->reds; i++)
		buf_add(out, buf_text(&p->red[i].html), p->red[i].html.len);
	buf_adds(out, "</section>\n");
}
