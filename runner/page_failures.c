// SPDX-License-Identifier: GPL-2.0-or-later
/* What failed, and what we could not do: each with the ladder that led there. */
#include "runner/html.h"
#include "runner/page.h"
#include "runner/page_parts.h"
#include "runner/picture.h"
#include "runner/report.h"
#include "runner/results.h"
#include "runner/retold.h"

#include <string.h>

/** Ladders are drawn for so many; of the others only what was said, for the page's size */
enum { DRAWN_MOST = 100, RUNGS_MOST = 160, BEHIND_MOST = 4 };

static void add_said(struct buf *out, const char *what, const char *text)
{
	if (!text)
		return;
	buf_addf(out, "<dt>%s<dd><code>", what);
	html_adds(out, text);
	buf_adds(out, "</code>");
}

static void add_step(struct buf *out, const struct retold *x)
{
	const struct verdict *v = &x->verdict;
	const struct line *line = v->step >= 0 && (size_t)v->step < x->trial.steps ?
				  x->trial.step[v->step].line : NULL;

	if (!line)
		return;
	buf_addf(out, "<dt>line %d<dd><code>", v->at.line > 0 ? v->at.line : line->number);
	html_add(out, line->text, line->len);
	buf_adds(out, "</code>");
}

/* A word for a shell, in quotes that nothing in a name or a path can end */
static void add_word(struct buf *out, const char *s)
{
	autobuf word = { 0 };

	for (; *s; s++)
		if (*s == '\'')
			buf_adds(&word, "'\\''");
		else
			buf_add(&word, s, 1);
	buf_adds(out, "&#39;");
	html_adds(out, buf_text(&word));
	buf_adds(out, "&#39;");
}

static void add_commands(const struct page *p, size_t run, const char *name, struct buf *out)
{
	buf_adds(out, "<dt>again<dd><code>");
	html_adds(out, p->wish->program);
	buf_adds(out, " run ");
	add_word(out, name);
	buf_adds(out, "</code><dt>in a terminal<dd><code>");
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

void page_failure_make(struct page *p, size_t run, size_t item, const struct retold *x,
		       const struct rungs *rungs)
{
	const enum verdict_kind kind = p->c.run[run].past[item].kind;
	const struct verdict unknown = { .kind = kind, .step = -1 };
	const bool as_recorded = x->verdict.kind == kind;
	const struct report_trial told = { .verdict = as_recorded ? &x->verdict : &unknown };
	const char *name = p->c.run[run].suite.item[item].name;
	const bool drawn = p->reds < DRAWN_MOST && rungs->count;
	struct page_red *red;
	struct buf *out;

	p->red = arena_grow(&p->arena, p->red, p->reds, sizeof(*p->red));
	red = &p->red[p->reds++];
	*red = (struct page_red){ .run = run, .item = item };
	out = &red->html;
	buf_addf(out, "<details class=\"red\"%s><summary><h3>", p->reds <= 10 ? " open" : "");
	html_adds(out, name);
	buf_addf(out, "</h3> <b class=\"%c\">%s</b>", page_class[kind], verdict_name[kind]);
	if (p->c.runs > 1) {
		buf_adds(out, " <span class=\"title\">on ");
		html_adds(out, p->c.label[run]);
		buf_adds(out, "</span>");
	}
	buf_adds(out, "</summary><p class=\"said\">");
	html_adds(out, report_message(&told));
	buf_adds(out, "<dl>");
	if (as_recorded) {
		add_step(out, x);
		add_said(out, "expected", x->verdict.expected);
		add_said(out, "seen", x->verdict.seen);
	}
	add_commands(p, run, name, out);
	add_files(p, name, out);
	buf_adds(out, "<dt>case<dd>");
	page_add_link(out, p->c.run[run].suite.item[item].file->name);
	buf_adds(out, "</dl>\n");
	if (drawn)
		add_ladder(rungs, name, out);
	buf_adds(out, "</details>\n");
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
