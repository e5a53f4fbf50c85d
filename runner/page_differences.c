// SPDX-License-Identifier: GPL-2.0-or-later
/* What the runs disagree on, and on what machines and kernels they were. */
#include "runner/diff.h"
#include "runner/html.h"
#include "runner/page_parts.h"

#include <string.h>

static void add_text(struct buf *out, const struct buf *text)
{
	out->failed |= text->failed;
	html_add(out, buf_text(text), text->len);
}

static void add_variants(const struct diff_file *f, const struct diff_group *g, struct buf *out)
{
	autobuf text = { 0 };
	const char *s, *end;

	diff_add_variants(f, g, "", false, &text);
	out->failed |= text.failed;
	for (s = buf_text(&text); (end = strchr(s, '\n')); s = end + 1) {
		buf_adds(out, s == buf_text(&text) ? "" : "<br>");
		html_add(out, s, (size_t)(end - s));
	}
}

static void add_group(const struct page *p, const struct diff_file *f, const struct diff_group *g,
		      struct buf *out)
{
	buf_adds(out, "<tr><th>");
	page_add_link(out, f->first->file->name);
	buf_adds(out, "<td>");
	add_variants(f, g, out);
	for (size_t r = 0; r < p->c.runs; r++) {
		autobuf text = { 0 };

		diff_add_finding(g->trial[0], p->c.runs, r, &text);
		buf_addf(out, "<td class=\"%c\">", page_class[g->trial[0]->cell[r].finding[0].kind]);
		add_text(out, &text);
	}
	buf_adds(out, "\n");
}

static void add_partial(const struct page *p, struct buf *out)
{
	if (!p->c.partial)
		return;
	buf_addf(out, "<p>%zu trials were not played by every run; their cells have a dash below.\n",
		 p->c.partial);
}

void page_differences(const struct page *p, struct buf *out)
{
	struct arena a = { 0 };

	if (p->c.runs < 2)
		return;
	buf_adds(out, "<section id=\"differences\" aria-labelledby=\"differences-h\">"
		 "<h2 id=\"differences-h\">What the runs disagree on</h2>\n");
	if (!p->c.differing)
		buf_addf(out, "<p>Nothing: all %zu trials that they share came to the same.\n",
			 p->c.trials - p->c.partial);
	else
		buf_addf(out, "<p>%zu of %zu trials that they share. Times do not count.\n<div class=\"wide\" role=\"region\" "
			 "tabindex=\"0\" aria-labelledby=\"differences-h\"><table><thead><tr><th scope=\"col\">case<th scope=\"col\">trials",
			 p->c.differing, p->c.trials - p->c.partial);
	for (size_t r = 0; r < p->c.runs && p->c.differing; r++) {
		buf_adds(out, "<th scope=\"col\">");
		html_adds(out, p->c.label[r]);
	}
	buf_adds(out, p->c.differing ? "\n<tbody>\n" : "");
	for (size_t i = 0; i < p->c.trials; ) {
		struct diff_file f;

		i = diff_file_read(&p->c, i, &a, &f);
		for (size_t g = 0; g < f.groups; g++)
			add_group(p, &f, &f.group[g], out);
	}
	buf_adds(out, p->c.differing ? "</table></div>\n" : "");
	add_partial(p, out);
	buf_adds(out, "</section>\n");
	arena_free(&a);
}

/* ----------------------------------------------------------------- machines */

static void add_answers(const struct page *p, const char *question, struct buf *out)
{
	const char *shown = strncmp(question, "info ", 5) ? question : question + 5;
	bool same = true;

	for (size_t r = 1; r < p->c.runs; r++) {
		const char *a = facts_get(&p->c.run[0].facts, question);
		const char *b = facts_get(&p->c.run[r].facts, question);

		same &= a && b && !strcmp(a, b);
	}
	buf_addf(out, same ? "<tr><th>" : "<tr class=\"differs\"><th>");
	html_adds(out, shown);
	for (size_t r = 0; r < p->c.runs; r++) {
		const char *answer = facts_get(&p->c.run[r].facts, question);

		buf_adds(out, "<td>");
		html_adds(out, answer ? answer : "\xe2\x80\x93");
	}
	buf_adds(out, "\n");
}

void page_machines(const struct page *p, struct buf *out)
{
	buf_adds(out, "<section id=\"machine\" aria-labelledby=\"machine-h\"><h2 id=\"machine-h\">Kernel and machine</h2>\n"
		 "<details><summary>all that the run says of them</summary><div class=\"wide\" role=\"region\" tabindex=\"0\" "
		 "aria-labelledby=\"machine-h\"><table><thead><tr><th scope=\"col\">asked");
	for (size_t r = 0; r < p->c.runs; r++) {
		buf_adds(out, "<th scope=\"col\">");
		html_adds(out, p->c.label[r]);
	}
	buf_adds(out, "\n<tbody>\n<tr><th>hz");
	for (size_t r = 0; r < p->c.runs; r++)
		buf_addf(out, "<td>%d", p->c.run[r].facts.hz);
	buf_adds(out, "\n");
	for (size_t r = 0; r < p->c.runs; r++)
		for (size_t i = 0; i < p->c.run[r].facts.count; i++) {
			const char *question = p->c.run[r].facts.fact[i].question;
			bool told = false;

			for (size_t k = 0; k < r; k++)
				told |= facts_get(&p->c.run[k].facts, question) != NULL;
			if (!told)
				add_answers(p, question, out);
		}
	buf_adds(out, "</table></div></details></section>\n");
}
