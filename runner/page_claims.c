// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/claim.h"
#include "runner/html.h"
#include "runner/page_parts.h"

/* What is said of a claim, against what the trials came to */
static void add_answer(const struct page *p, size_t run, size_t first, struct buf *out)
{
	size_t count[VERDICT_COUNT], all = 0, ours, red;

	page_count(p, run, first, page_file_end(p, first), count);
	for (int k = 0; k < VERDICT_COUNT; k++)
		all += count[k];
	red = count[VERDICT_FAIL] + count[VERDICT_TODO] + count[VERDICT_TODO_PASSED];
	ours = all - count[VERDICT_PASS] - red;
	if (red)
		buf_addf(out, "<td class=\"f\">\xe2\x9c\x97 not so: %zu of %zu fail", red, all);
	else if (ours || !all)
		buf_addf(out, "<td class=\"s\">\xe2\x80\x93 %s", all ? "not all could be tried" : "not tried");
	else
		buf_addf(out, "<td class=\"p\">\xe2\x9c\x93 so it is: %zu of %zu", count[VERDICT_PASS], all);
}

static void add_claim(const struct page *p, size_t first, size_t about, int number,
		      const char *claim, struct buf *out)
{
	const struct case_file *f = p->c.trial[first].file;
	const struct scenario *s = &f->scenario;

	buf_addf(out, "<tr><th>%d<td>", number);
	html_adds(out, claim);
	buf_adds(out, "<td><p><strong>");
	html_adds(out, s->title);
	buf_adds(out, "</strong>");
	for (size_t i = about + 1; i < s->abouts; i++) {
		buf_adds(out, i == about + 1 ? "<p>" : " ");
		html_adds(out, s->about[i]);
	}
	buf_adds(out, "<p>");
	page_add_link(out, f->name);
	for (size_t r = 0; r < p->c.runs; r++)
		add_answer(p, r, first, out);
	buf_adds(out, "\n");
}

static void add_claims_of(const struct page *p, size_t first, int wanted, struct buf *out)
{
	const struct scenario *s = &p->c.trial[first].file->scenario;
	const char *claim;
	int number;

	for (size_t i = 0; i < s->abouts; i++)
		if (claim_read(s->about[i], &number, &claim) && number == wanted)
			add_claim(p, first, i, number, claim, out);
}

static void add_all(const struct page *p, struct buf *out)
{
	for (int n = 1; n < CLAIMS_MOST; n++)
		for (size_t i = 0; i < p->c.trials; i = page_file_end(p, i))
			add_claims_of(p, i, n, out);
}

void page_claims(const struct page *p, struct buf *out)
{
	autobuf rows = { 0 };

	add_all(p, &rows);
	out->failed |= rows.failed;
	if (!rows.len)
		return;
	buf_adds(out, "<section id=\"claims\" aria-labelledby=\"claims-h\"><h2 id=\"claims-h\">The question\xe2\x80\x99s claims</h2>\n"
		 "<p>Is a TIME-WAIT on the server\xe2\x80\x99s side good for anything? What was claimed, and what "
		 "becomes of it here.\n<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-labelledby=\"claims-h\">"
		 "<table class=\"claims\"><thead><tr><th scope=\"col\"><abbr title=\"number\">#</abbr><th scope=\"col\">claimed"
		 "<th scope=\"col\">what is so");
	for (size_t r = 0; r < p->c.runs; r++) {
		buf_adds(out, "<th scope=\"col\">");
		html_adds(out, p->c.runs > 1 ? p->c.label[r] : "seen");
	}
	buf_adds(out, "\n<tbody>\n");
	buf_add(out, buf_text(&rows), rows.len);
	buf_adds(out, "</table></div></section>\n");
}
