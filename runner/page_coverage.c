// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/html.h"
#include "runner/page_parts.h"

enum { WHYS_MOST = 26 };

/* struct whys - The reasons for empty cells, in the order in which they are met */
struct whys {
	const struct absence *why[WHYS_MOST];
	size_t count;
};

static size_t count_cell(const struct page *p, int state, int event, int bits)
{
	size_t n = 0;

	for (size_t i = 0; i < p->c.run[0].suite.files; i++)
		n += (p->coverage[i].cell[state][event] & bits) != 0;
	return n;
}

static size_t number_of(struct whys *w, const struct absence *why)
{
	size_t i = 0;

	while (i < w->count && w->why[i] != why)
		i++;
	if (i == w->count && w->count < WHYS_MOST)
		w->why[w->count++] = why;
	return i < w->count ? i : w->count - 1;
}

static void add_cell(const struct page *p, struct whys *w, int state, int event, struct buf *out)
{
	const size_t meant = count_cell(p, state, event, MET);
	const size_t passing = count_cell(p, state, event, MET_IN_PASSING);
	const struct absence *why;

	if (meant) {
		buf_addf(out, "<td class=\"met\">%zu", meant);
	} else if (passing) {
		buf_addf(out, "<td class=\"passing\">(%zu)", passing);
	} else {
		why = coverage_absence((enum covered_state)state, (enum covered_event)event);
		buf_addf(out, "<td class=\"%s\">%c", why->open ? "open" : "none",
			 (int)((why->open ? 'A' : 'a') + number_of(w, why)));
	}
}

static void add_matrix(const struct page *p, struct whys *w, struct buf *out)
{
	buf_adds(out, "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-labelledby=\"coverage-h\">"
		 "<table class=\"coverage\"><thead><tr><th scope=\"col\">what happens");
	for (int s = 0; s < COVERED_STATES; s++) {
		buf_adds(out, "<th scope=\"col\">");
		html_adds(out, covered_state_name[s]);
	}
	buf_adds(out, "\n<tbody>\n");
	for (int ev = 0; ev < COVERED_EVENTS; ev++) {
		buf_adds(out, "<tr><th>");
		html_adds(out, covered_event_name[ev]);
		for (int s = 0; s < COVERED_STATES; s++)
			add_cell(p, w, s, ev, out);
		buf_adds(out, "\n");
	}
	buf_adds(out, "</table></div>\n");
}

void page_coverage(const struct page *p, struct buf *out)
{
	struct whys w = { 0 };

	buf_adds(out, "<section id=\"coverage\" aria-labelledby=\"coverage-h\"><h2 id=\"coverage-h\">Coverage</h2>\n"
		 "<details><summary>what came upon a connection in which state, in this run</summary>\n"
		 "<p>In how many cases. In brackets: only in the ordinary course of opening and closing. A letter says why "
		 "there is none, a capital that there could be.\n");
	add_matrix(p, &w, out);
	buf_adds(out, "<dl>");
	for (size_t i = 0; i < w.count; i++) {
		buf_addf(out, "<dt>%c<dd>", (int)((w.why[i]->open ? 'A' : 'a') + i));
		html_adds(out, w.why[i]->why);
	}
	buf_adds(out, "</dl></details></section>\n");
}
