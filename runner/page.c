// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/page.h"

#include "lib/clock.h"
#include "lib/err.h"
#include "runner/coverage.h"
#include "runner/diff.h"
#include "runner/fingerprint.h"
#include "runner/html.h"
#include "runner/page_assets.h"
#include "runner/page_parts.h"
#include "runner/picture.h"
#include "runner/results.h"
#include "runner/retold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SLOWEST = 20 };

const char page_class[VERDICT_COUNT] = {
	[VERDICT_PASS] = 'p', [VERDICT_FAIL] = 'f', [VERDICT_SKIP] = 's', [VERDICT_TODO] = 't',
	[VERDICT_TODO_PASSED] = 'u', [VERDICT_BROKEN] = 'b', [VERDICT_TIMING] = 'l',
};

/* ---------------------------------------------------------------- for parts */

void page_add_id(struct buf *out, const char *name)
{
	autobuf id = { 0 };

	buf_adds(&id, name);
	for (size_t i = 0; i < id.len; i++)
		if (id.s[i] == ' ')
			id.s[i] = '/';
	html_adds(out, buf_text(&id));
}

void page_add_link(struct buf *out, const char *name)
{
	buf_adds(out, "<a href=\"#");
	page_add_id(out, name);
	buf_adds(out, "\">");
	html_adds(out, name);
	buf_adds(out, "</a>");
}

void page_add_badges(struct buf *out, const size_t count[VERDICT_COUNT])
{
	for (int k = 0; k < VERDICT_COUNT; k++)
		if (count[k])
			buf_addf(out, " <b class=\"%c\">%zu %s</b>", page_class[k], count[k], verdict_name[k]);
}

void page_count(const struct page *p, size_t run, size_t first, size_t end,
		size_t count[VERDICT_COUNT])
{
	memset(count, 0, VERDICT_COUNT * sizeof(*count));
	for (size_t i = first; i < end; i++) {
		const struct compared_cell *cell = &p->c.trial[i].cell[run];

		for (size_t k = 0; k < cell->findings; k++)
			count[cell->finding[k].kind] += cell->times[k];
	}
}

size_t page_file_end(const struct page *p, size_t i)
{
	const char *name = p->c.trial[i].file->name;

	while (i < p->c.trials && !strcmp(p->c.trial[i].file->name, name))
		i++;
	return i;
}

/* ------------------------------------------------------------------ gathering */

struct gathering {
	struct page *p;
	size_t file;		/* of the first run's suite, where the last trial was */
};

static void note_coverage(struct gathering *g, const struct suite_item *item, const struct retold *x)
{
	const struct suite *s = &g->p->c.run[0].suite;

	for (size_t i = 0; i < s->files && s->file[g->file] != item->file; i++)
		g->file = (g->file + 1) % s->files;
	if (x->recorded)
		coverage_walk(&x->trial, &g->p->coverage[g->file]);
}

static void see(void *ctx, size_t run, size_t item, const struct retold *x)
{
	struct gathering *g = ctx;
	struct page *p = g->p;
	const bool red = verdict_red(p->c.run[run].past[item].kind);
	struct arena a = { 0 };
	struct rungs rungs;

	rungs_read(&x->trial, &x->events, red && x->verdict.step >= 0 ? &x->verdict : NULL, &a, &rungs);
	if (x->recorded)
		p->ladder[run][item] = codes_add(&p->codes, rungs.list, rungs.count);
	if (red)
		page_failure_make(p, run, item, x, &rungs);
	if (!run)
		note_coverage(g, &p->c.run[0].suite.item[item], x);
	arena_free(&a);
}

static void gather(struct page *p)
{
	struct gathering g = { .p = p };

	for (size_t r = 0; r < p->c.runs; r++)
		p->ladder[r] = arena_get(&p->arena, (p->c.run[r].suite.items + 1) * sizeof(char *));
	p->coverage = arena_get(&p->arena, (p->c.run[0].suite.files + 1) * sizeof(*p->coverage));
	comparison_make(&p->c, see, &g);
}

/* -------------------------------------------------------------------- summary */

static void add_title(const struct page *p, struct buf *out)
{
	size_t red = 0, missing = 0, all = 0;

	for (size_t r = 0; r < p->c.runs; r++) {
		html_adds(out, r ? ", " : "");
		html_adds(out, p->c.label[r]);
	}
	for (size_t r = 0; r < p->c.runs; r++)
		for (size_t i = 0; i < p->c.run[r].pasts; i++)
			red += verdict_red(p->c.run[r].past[i].kind) != 0;
	for (size_t r = 0; r < p->c.runs; r++) {
		missing += recorded_missing(&p->c.run[r]);
		all += p->c.run[r].pasts;
	}
	if (red)
		buf_addf(out, ": %zu not as expected", red);
	else if (missing)
		buf_addf(out, ": %zu without a verdict", missing);
	else
		buf_adds(out, all ? ": all as expected" : ": nothing was played");
	buf_adds(out, " \xe2\x80\x93 lastack");
}

/* 20261127T001446Z-...: the run's beginning, as its directory's name tells it */
static void add_when(const struct recorded *r, struct buf *out)
{
	const char *path = results_path(r->results);
	char *real = realpath(path, NULL);
	const char *slash = strrchr(real ? real : path, '/');
	const char *s = slash ? slash + 1 : path;

	if (strlen(s) > 16 && strspn(s, "0123456789") == 8 && s[8] == 'T' &&
	    strspn(s + 9, "0123456789") == 6 && s[15] == 'Z')
		buf_addf(out, "<time datetime=\"%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ\">%.4s-%.2s-%.2s %.2s:%.2s UTC</time>",
			 s, s + 4, s + 6, s + 9, s + 11, s + 13, s, s + 4, s + 6, s + 9, s + 11);
	else
		html_adds(out, s);
	free(real);
}

static void add_run(const struct page *p, size_t run, struct buf *out)
{
	const struct recorded *r = &p->c.run[run];
	const char *command = facts_get(&r->facts, "info command");
	const size_t missing = recorded_missing(r);
	size_t count[VERDICT_COUNT], flaky = 0;
	autobuf machine = { 0 };

	page_count(p, run, 0, p->c.trials, count);
	for (size_t i = 0; i < r->pasts; i++)
		flaky += r->past[i].kind == VERDICT_PASS && r->past[i].tries > 1;
	fingerprint_line(&r->facts, &machine);
	buf_adds(out, "<div class=\"run\"><p class=\"kernel\">Linux ");
	html_adds(out, r->facts.release);
	buf_adds(out, "<p class=\"badges\">");
	page_add_badges(out, count);
	if (missing)
		buf_addf(out, " <b class=\"l\">%zu without a verdict</b>", missing);
	buf_addf(out, "<p>%zu trials in %zu cases", r->pasts, r->suite.files);
	if (flaky)
		buf_addf(out, ", %zu of those that passed not at the first try", flaky);
	buf_adds(out, "<p>");
	add_when(r, out);
	buf_adds(out, ", ");
	html_adds(out, buf_text(&machine));
	if (command) {
		buf_adds(out, "<p><code>");
		html_adds(out, command);
		buf_adds(out, "</code>");
	}
	buf_adds(out, "</div>\n");
}

static void add_nav(const struct page *p, bool claims, struct buf *out)
{
	buf_adds(out, "<nav aria-label=\"sections\"><ul>");
	if (p->reds)
		buf_addf(out, "<li><a href=\"#failures\">What failed</a>");
	if (p->c.runs > 1)
		buf_adds(out, "<li><a href=\"#differences\">Differences</a>");
	if (claims)
		buf_adds(out, "<li><a href=\"#claims\">Claims</a>");
	buf_adds(out, "<li><a href=\"#cases\">Cases</a>"
		 "<li><a href=\"#coverage\">Coverage</a><li><a href=\"#slowest\">Slowest</a>"
		 "<li><a href=\"#machine\">Machine</a></ul></nav>\n");
}

/* -------------------------------------------------------------------- slowest */

static const struct past *sorted_past;

static int slowest_first(const void *a, const void *b)
{
	const size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const int64_t dx = sorted_past[x].elapsed_ns, dy = sorted_past[y].elapsed_ns;

	if (dx != dy)
		return dx < dy ? 1 : -1;
	return (x > y) - (x < y);
}

static void add_slowest_of(const struct page *p, size_t run, struct buf *out)
{
	const struct recorded *r = &p->c.run[run];
	struct arena a = { 0 };
	size_t *order = arena_get(&a, (r->pasts + 1) * sizeof(*order));
	char took[32];

	for (size_t i = 0; i < r->pasts; i++)
		order[i] = i;
	sorted_past = r->past;
	qsort(order, r->pasts, sizeof(*order), slowest_first);
	for (size_t i = 0; i < r->pasts && i < SLOWEST; i++) {
		const struct past *past = &r->past[order[i]];
		const char *name = arena_dup(&a, past->name, suite_bare_len(past->name));

		buf_addf(out, "<tr><td class=\"n\">%s<td>", clock_text(past->elapsed_ns, took, sizeof(took)));
		page_add_link(out, name);
		if (p->c.runs > 1) {
			buf_adds(out, "<td>");
			html_adds(out, p->c.label[run]);
		}
		buf_adds(out, "\n");
	}
	arena_free(&a);
}

void page_slowest(const struct page *p, struct buf *out)
{
	buf_adds(out, "<section id=\"slowest\" aria-labelledby=\"slowest-h\"><h2 id=\"slowest-h\">Slowest trials</h2>\n"
		 "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-labelledby=\"slowest-h\"><table><thead><tr>"
		 "<th scope=\"col\" class=\"n\">took<th scope=\"col\">trial");
	buf_adds(out, p->c.runs > 1 ? "<th scope=\"col\">on\n<tbody>\n" : "\n<tbody>\n");
	for (size_t r = 0; r < p->c.runs; r++)
		add_slowest_of(p, r, out);
	buf_adds(out, "</table></div></section>\n");
}

/* ------------------------------------------------------------------ the whole */

static void write_page(const struct page *p, struct buf *out)
{
	autobuf claims = { 0 };

	buf_adds(out, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
		 "script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'\">\n"
		 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		 "<meta name=\"color-scheme\" content=\"light dark\"><link rel=\"icon\" href=\"data:,\">\n<title>");
	add_title(p, out);
	buf_adds(out, "</title>\n<style>\n");
	buf_adds(out, page_css);
	buf_addf(out, "</style></head>\n<body><a class=\"skip\" href=\"#main\">To the results</a>\n");
	picture_symbols(out);
	buf_adds(out, "<header><h1>lastack</h1>\n<div class=\"runs\">");
	for (size_t r = 0; r < p->c.runs; r++)
		add_run(p, r, out);
	buf_adds(out, "</div>\n");
	page_claims(p, &claims);
	add_nav(p, claims.len, out);
	buf_adds(out, "</header>\n<main id=\"main\" tabindex=\"-1\">\n");
	page_failures(p, out);
	page_differences(p, out);
	buf_add(out, buf_text(&claims), claims.len);
	out->failed |= claims.failed;
	page_cases(p, out);
	page_coverage(p, out);
	page_slowest(p, out);
	page_machines(p, out);
	buf_adds(out, "</main>\n<footer><p>Made by lastack ");
	html_adds(out, p->wish->version);
	buf_adds(out, ". This page asks for nothing from anywhere.</footer>\n");
	page_ladders(p, out);
	buf_addf(out, "<script data-program=\"");
	html_adds(out, p->wish->program);
	buf_addf(out, "\" data-width=\"%d\" data-head=\"%d\" data-step=\"%d\" data-time=\"%d\" data-labels=\"",
		 PICTURE_WIDTH, PICTURE_HEAD, PICTURE_STEP, PICTURE_TIME);
	for (size_t r = 0; r < p->c.runs; r++) {
		buf_adds(out, r ? "|" : "");
		html_adds(out, p->c.label[r]);
	}
	buf_adds(out, "\">\n");
	buf_adds(out, page_js);
	buf_adds(out, "</script></body></html>\n");
}

static void page_fini(struct page *p)
{
	for (size_t i = 0; i < p->reds; i++)
		buf_fini(&p->red[i].html);
	codes_fini(&p->codes);
	comparison_fini(&p->c);
	arena_free(&p->arena);
}

int page_make(const struct page_wish *wish, struct buf *out, struct err *e)
{
	struct page p = { .wish = wish };
	int rc;

	rc = comparison_open(&p.c, wish->base, wish->which, wish->runs, e);
	if (!rc) {
		gather(&p);
		write_page(&p, out);
		if (out->failed)
			rc = err_set(e, -ENOMEM, "report: out of memory");
	}
	page_fini(&p);
	return rc;
}

int page_leave(struct results *run, const char *version, const char *program, struct err *e)
{
	const char *const which[] = { results_path(run) };
	const struct page_wish wish = { .which = which, .runs = 1, .version = version,
					.program = program, .inside = true };
	autobuf page = { 0 };

	if (page_make(&wish, &page, e) || results_write(run, RESULTS_REPORT, &page, e))
		return err_in(e, "%s", RESULTS_REPORT);
	return 0;
}
