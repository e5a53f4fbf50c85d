// SPDX-License-Identifier: GPL-2.0-or-later
/* Each case: what it says, a table of its trials over its axes, and its text. */
#include "lib/clock.h"
#include "runner/diff.h"
#include "runner/html.h"
#include "runner/page_parts.h"
#include "runner/picture.h"
#include "runner/plan.h"
#include "runner/results.h"

#include <string.h>

/* The trials of one case, first to end, not included */
struct stretch {
	const struct page *p;
	const struct scenario *s;
	size_t first, end;
	bool tries;		/* some took more than one */
};

/* ------------------------------------------------------------------- a table */

static void add_column(struct buf *out, const char *name, const char *class)
{
	buf_addf(out, "<th scope=\"col\"%s>", class);
	html_adds(out, name);
}

static void add_head(const struct stretch *t, struct buf *out)
{
	const struct table *table = &t->s->table;
	const struct comparison *c = &t->p->c;

	buf_adds(out, "<thead><tr>");
	for (size_t i = 0; i < t->s->axes; i++)
		add_column(out, t->s->axis[i].name, "");
	if (!t->s->axes)
		add_column(out, "trial", "");
	for (size_t i = table->keys; i < table->columns; i++)
		add_column(out, table->column[i].name, " class=\"o\"");
	for (size_t r = 0; r < c->runs; r++)
		add_column(out, c->runs > 1 ? c->label[r] : "verdict", "");
	if (c->runs == 1)
		add_column(out, "ms", " class=\"n\"");
	if (t->tries)
		add_column(out, "tries", " class=\"n\"");
	buf_adds(out, "\n<tbody>\n");
}

/* The values that the table gives: of the first run where it passed */
static const struct finding *passing(const struct page *p, const struct compared_trial *x)
{
	for (size_t r = 0; r < p->c.runs; r++)
		for (size_t i = 0; i < x->cell[r].findings; i++)
			if (x->cell[r].finding[i].values)
				return &x->cell[r].finding[i];
	return NULL;
}

static void add_values(const struct stretch *t, const struct compared_trial *x, struct buf *out)
{
	const struct finding *f = passing(t->p, x);
	const struct table *table = &t->s->table;

	for (size_t i = table->keys; i < table->columns; i++) {
		buf_adds(out, "<td>");
		if (f && i - table->keys < f->values)
			html_adds(out, f->value[i - table->keys].value);
	}
}

/* The worst of them gives the colour */
static enum verdict_kind kind_of(const struct compared_cell *cell)
{
	enum verdict_kind kind = cell->finding[0].kind;

	for (size_t i = 1; i < cell->findings; i++)
		if (verdict_red(cell->finding[i].kind) || !verdict_red(kind))
			kind = cell->finding[i].kind;
	return kind;
}

static void add_cell(const struct page *p, const struct compared_trial *x, size_t run,
		     struct buf *out)
{
	const struct compared_cell *cell = &x->cell[run];

	if (!cell->findings) {
		buf_adds(out, "<td>\xe2\x80\x93");
		return;
	}
	buf_addf(out, "<td class=\"%c\">", page_class[kind_of(cell)]);
	if (cell->findings == 1 && !cell->finding[0].message && !x->differs)
		buf_adds(out, verdict_name[cell->finding[0].kind]);
	else {
		autobuf text = { 0 };

		if (x->differs && run && !comparison_same(&x->cell[0], cell))
			buf_adds(out, "\xe2\x89\xa0 ");
		diff_add_finding(x, p->c.runs, run, &text);
		html_add(out, buf_text(&text), text.len);
	}
	if (cell->plays > 1)
		buf_addf(out, " \xc3\x97%zu", cell->plays);
}

static const struct past *past_of(const struct page *p, const struct compared_trial *x, size_t run)
{
	return x->cell[run].plays ? &p->c.run[run].past[x->cell[run].item] : NULL;
}

static void add_row(const struct stretch *t, const struct compared_trial *x, struct buf *out)
{
	const struct past *past = past_of(t->p, x, 0);

	buf_adds(out, "<tr id=\"");
	page_add_id(out, x->name);
	buf_adds(out, x->differs ? "\" class=\"differs\">" : "\">");
	for (size_t i = 0; i < t->s->axes; i++) {
		buf_adds(out, "<th>");
		html_adds(out, plan_value(&x->file->scenario, x->variant, i));
	}
	if (!t->s->axes)
		buf_adds(out, "<th>the only one");
	add_values(t, x, out);
	for (size_t r = 0; r < t->p->c.runs; r++)
		add_cell(t->p, x, r, out);
	if (t->p->c.runs == 1)
		buf_addf(out, "<td class=\"n\">%.1f", past ? (double)past->elapsed_ns / (double)NS_PER_MS : 0.0);
	if (t->tries)
		buf_addf(out, past && past->tries > 1 ? "<td class=\"n\">%d" : "<td class=\"n\">",
			 past ? past->tries : 0);
	buf_adds(out, "\n");
}

static void add_table(const struct stretch *t, struct buf *out)
{
	buf_adds(out, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"trials\"><table class=\"trials\">");
	add_head(t, out);
	for (size_t i = t->first; i < t->end; i++)
		add_row(t, &t->p->c.trial[i], out);
	buf_adds(out, "</table></div>\n");
}

/* -------------------------------------------------------------------- a case */

static void add_prose(const struct scenario *s, struct buf *out)
{
	for (size_t i = 0; i < s->abouts; i++) {
		buf_adds(out, i ? " " : "<p>");
		html_adds(out, s->about[i]);
	}
	for (size_t i = 0; i < s->refs; i++) {
		buf_adds(out, i ? ", " : "\n<p class=\"ref\">");
		html_adds(out, s->ref[i]);
	}
	if (s->todo) {
		buf_adds(out, "\n<p>Known to fail: ");
		html_adds(out, s->todo);
	}
	buf_adds(out, "\n");
}

static bool any_tries(const struct page *p, size_t first, size_t end)
{
	bool any = false;

	for (size_t i = first; i < end && p->c.runs == 1; i++)
		any |= past_of(p, &p->c.trial[i], 0)->tries > 1;
	return any;
}

static const char *behind_slash(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash && slash[1] ? slash + 1 : name;
}

static void add_case(const struct page *p, size_t first, size_t end, struct buf *out)
{
	const struct case_file *f = p->c.trial[first].file;
	const struct stretch t = { p, &f->scenario, first, end, any_tries(p, first, end) };
	size_t differing = 0;

	for (size_t i = first; i < end; i++)
		differing += p->c.trial[i].differs;
	buf_adds(out, "<details class=\"case\" id=\"");
	page_add_id(out, f->name);
	buf_adds(out, "\"><summary><h4>");
	html_adds(out, behind_slash(f->name));
	buf_adds(out, "</h4> <span class=\"title\">");
	html_adds(out, f->scenario.title);
	buf_adds(out, "</span>");
	for (size_t r = 0; r < p->c.runs; r++) {
		size_t count[VERDICT_COUNT];

		page_count(p, r, first, end, count);
		page_add_badges(out, count);
	}
	if (differing)
		buf_addf(out, " <b class=\"d\">%zu differ</b>", differing);
	buf_adds(out, "</summary>\n");
	add_prose(&f->scenario, out);
	add_table(&t, out);
	buf_adds(out, "<details class=\"source\"><summary>the case</summary><pre>");
	html_add_lines(out, buf_text(&f->text), f->text.len);
	buf_adds(out, "</pre></details></details>\n");
}

/* ---------------------------------------------------------------------- all */

static size_t topic_len(const char *name)
{
	const char *slash = strchr(name, '/');

	return slash ? (size_t)(slash - name) : strlen(name);
}

static bool same_topic(const char *a, const char *b)
{
	return topic_len(a) == topic_len(b) && !strncmp(a, b, topic_len(a));
}

static const char *file_name(const struct page *p, size_t i)
{
	return p->c.trial[i].file->name;
}

/* The options of the filter; there is one for each verdict that came, and each topic */
static void add_filter(const struct page *p, struct buf *out)
{
	size_t count[VERDICT_COUNT] = { 0 };

	for (size_t r = 0; r < p->c.runs; r++)
		for (size_t i = 0; i < p->c.run[r].pasts; i++)
			count[p->c.run[r].past[i].kind]++;
	buf_adds(out, "<form id=\"filter\" role=\"search\" aria-label=\"trials\" hidden>"
		 "<label>Name or title <input type=\"search\" id=\"text\" autocomplete=\"off\" spellcheck=\"false\"></label>\n"
		 "<label>Topic <select id=\"topic\"><option value=\"\">all");
	for (size_t i = 0; i < p->c.trials; i = page_file_end(p, i)) {
		if (i && same_topic(file_name(p, i), file_name(p, i - 1)))
			continue;
		buf_adds(out, "<option>");
		html_add(out, file_name(p, i), topic_len(file_name(p, i)));
	}
	buf_adds(out, "</select></label>\n<label>Verdict <select id=\"verdict\"><option value=\"\">any");
	for (int k = 0; k < VERDICT_COUNT; k++)
		if (count[k])
			buf_addf(out, "<option value=\"%c\">%s", page_class[k], verdict_name[k]);
	if (p->c.differing)
		buf_adds(out, "<option value=\"differs\">runs differ");
	buf_adds(out, "</select></label>\n<output id=\"shown\" aria-live=\"polite\"></output></form>\n");
}

void page_cases(const struct page *p, struct buf *out)
{
	size_t end;

	buf_adds(out, "<section id=\"cases\" aria-labelledby=\"cases-h\"><h2 id=\"cases-h\">Cases</h2>\n"
		 "<noscript><p>Without scripts there are the tables, and the ladders of what failed.</noscript>\n");
	add_filter(p, out);
	for (size_t i = 0; i < p->c.trials; i = end) {
		if (!i || !same_topic(file_name(p, i), file_name(p, i - 1))) {
			buf_adds(out, i ? "</section>\n<section class=\"topic\"><h3>" : "<section class=\"topic\"><h3>");
			html_add(out, file_name(p, i), topic_len(file_name(p, i)));
			buf_adds(out, "</h3>\n");
		}
		end = page_file_end(p, i);
		add_case(p, i, end, out);
	}
	buf_adds(out, p->c.trials ? "</section></section>\n" : "</section>\n");
}

/* Codes of a row's ladders, a bar between runs; a line for each row */
void page_ladders(const struct page *p, struct buf *out)
{
	buf_adds(out, "<script type=\"text/plain\" id=\"ladders\">\n");
	for (size_t i = 0; i < p->c.trials; i++)
		for (size_t r = 0; r < p->c.runs; r++) {
			const struct compared_cell *cell = &p->c.trial[i].cell[r];
			const char *code = cell->plays ? p->ladder[r][cell->item] : NULL;

			buf_addf(out, "%s%s%s", r ? "|" : "", code ? code : "", r + 1 < p->c.runs ? "" : "\n");
		}
	buf_adds(out, "</script>\n<template id=\"rungs\"><svg>\n<g>");
	picture_head(out);
	buf_adds(out, "</g>\n<g>");
	picture_lifelines(out);
	buf_adds(out, "</g>\n");
	codes_write(&p->codes, out);
	buf_adds(out, "</svg></template>\n");
}
