// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/github.h"

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "lib/utf8.h"
#include "runner/escape.h"
#include "runner/report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_ROOM = 4096, LADDERS_MOST = 10 };

struct page {
	char *row;		/* NULL: not red */
	char *ladder;
};

struct sink {
	struct report_sink sink;
	struct github to;
	const struct report_plan *plan;
	struct page *page;	/* by point */
	size_t annotated;
};

static struct sink *sink_of(struct report_sink *s)
{
	return (struct sink *)s;
}

/* ------------------------------------------------------------ annotations */

/* @property: a colon and a comma would end it */
static void add_escaped(struct buf *b, const char *text, bool property)
{
	autobuf line = { 0 };

	escape_line(&line, text, strlen(text));
	for (const char *s = buf_text(&line); *s; s++) {
		if (*s == '%' || (property && (*s == ':' || *s == ',')))
			buf_addf(b, "%%%02X", (unsigned char)*s);
		else
			buf_add(b, s, 1);
	}
	b->failed |= line.failed;
}

static void add_property(struct buf *b, const char *name, const char *value)
{
	buf_addf(b, "%s%s=", b->s[b->len - 1] == ' ' ? "" : ",", name);
	add_escaped(b, value, true);
}

static void add_number(struct buf *b, const char *name, int n)
{
	buf_addf(b, ",%s=%d", name, n);
}

static void add_said(struct buf *b, const char *key, const char *value)
{
	if (!value)
		return;
	buf_addf(b, "%%0A%s: ", key);
	add_escaped(b, value, false);
}

/* A case file as the repository knows it: relative to the workspace, wherever we are in it */
static void add_path(struct buf *b, const struct sink *k, const char *path)
{
	const char *root = k->to.workspace;
	const size_t len = root ? strlen(root) : 0;
	autobuf whole = { 0 };
	char here[PATH_MAX];

	if (*path != '/' && getcwd(here, sizeof(here)))
		buf_addf(&whole, "%s/", here);
	while (!strncmp(path, "./", 2))
		path += 2;
	buf_adds(&whole, path);
	if (len && !strncmp(buf_text(&whole), root, len) && whole.s[len] == '/')
		buf_adds(b, whole.s + len + 1);
	else
		buf_adds(b, path);
	b->failed |= whole.failed;
}

static void add_annotation(struct buf *b, const struct sink *k, const struct report_point *point,
			   const struct report_trial *t)
{
	const struct verdict *v = t->verdict;
	autobuf path = { 0 };

	add_path(&path, k, point->file);
	buf_adds(b, "::error ");
	add_property(b, "file", buf_text(&path));
	if (v->at.line > 0) {
		add_number(b, "line", v->at.line);
		add_number(b, "col", v->at.column);
	}
	add_property(b, "title", point->name);
	buf_adds(b, "::");
	add_escaped(b, report_message(t), false);
	add_said(b, "step", t->step);
	add_said(b, "expected", v->expected);
	add_said(b, "seen", v->seen);
	add_said(b, "kernel", k->plan->kernel);
	buf_adds(b, "\n");
	b->failed |= path.failed;
}

static int say(const struct sink *k, struct buf *b, struct err *e)
{
	if (k->to.fd < 0)
		return 0;
	return buf_send(b, k->to.fd, e) ? err_in(e, "github") : 0;
}

/* ------------------------------------------------------------ the page */

/*
 * Text that is nothing but text, in a cell of Markdown and in HTML: of ASCII
 * only letters, digits and blanks stand for themselves.
 */
static void add_plain(struct buf *b, const char *text, bool lines)
{
	const size_t len = strlen(text);
	size_t n;

	for (size_t i = 0; i < len; i += n ? n : 1) {
		uint32_t code = 0;

		n = utf8_next(text + i, len - i, &code);
		if (!n || (!utf8_printable(code) && code != '\n' && code != '\t'))
			continue;
		if (code == '\n' || code == '\t')
			buf_adds(b, lines && code == '\n' ? "&#10;" : " ");
		else if (code > '~' || code == ' ' || (code >= '0' && code <= '9') ||
			 (code >= 'A' && code <= 'Z') || (code >= 'a' && code <= 'z'))
			buf_add(b, text + i, n);
		else
			buf_addf(b, "&#%u;", code);
	}
}

static void add_row(struct buf *b, const struct sink *k, const struct report_point *point,
		    const struct report_trial *t)
{
	const struct verdict *v = t->verdict;
	autobuf where = { 0 };

	add_path(&where, k, point->file);
	if (v->at.line > 0)
		buf_addf(&where, ":%d:%d", v->at.line, v->at.column);
	buf_addf(b, "| %s | ", verdict_name[v->kind]);
	add_plain(b, point->name, false);
	buf_adds(b, " | ");
	add_plain(b, report_message(t), false);
	buf_adds(b, " | ");
	add_plain(b, buf_text(&where), false);
	buf_adds(b, " |\n");
	b->failed |= where.failed;
}

static void add_ladder(struct buf *b, const struct report_point *point, const char *notes)
{
	buf_adds(b, "<details><summary>");
	add_plain(b, point->name, false);
	buf_adds(b, "</summary><pre>");
	add_plain(b, notes, true);
	buf_adds(b, "</pre></details>\n");
}

static void add_head(struct buf *b, const struct sink *k, const struct report_summary *sum)
{
	autobuf text = { 0 };

	report_summary_text(sum, &text);
	buf_adds(b, "### lastack\n\n");
	add_plain(b, buf_text(&text), false);
	buf_adds(b, "\n\nkernel ");
	add_plain(b, k->plan->kernel ? k->plan->kernel : "unknown", false);
	if (k->plan->machine) {
		buf_adds(b, ", ");
		add_plain(b, k->plan->machine, false);
	}
	buf_adds(b, "\n\n");
	if (sum->cut_short) {
		buf_adds(b, "**Cut short:** ");
		add_plain(b, sum->cut_short, false);
		buf_adds(b, "\n\n");
	}
	b->failed |= text.failed;
}

/* As many rows as there is room for, then as many ladders */
static void add_rows(struct buf *b, const struct sink *k, size_t most)
{
	size_t left_out = 0, rows = 0, ladders = 0;

	for (size_t i = 0; i < k->plan->points; i++) {
		const char *row = k->page[i].row;

		if (!row)
			continue;
		if (!rows)
			buf_adds(b, "| verdict | trial | what happened | where |\n|---|---|---|---|\n");
		if (b->len + strlen(row) > most)
			left_out++;
		else
			buf_adds(b, row);
		rows++;
	}
	if (left_out)
		buf_addf(b, "\nand %zu more: see junit.xml\n", left_out);
	if (rows)
		buf_adds(b, "\n");
	for (size_t i = 0; i < k->plan->points && ladders < LADDERS_MOST; i++) {
		const char *ladder = k->page[i].ladder;

		if (!ladder || b->len + strlen(ladder) > most)
			continue;
		buf_adds(b, ladder);
		ladders++;
	}
	if (ladders)
		buf_adds(b, "\n");
}

/* @fd: out */
static int open_summary(const struct sink *k, size_t *room, int *fd, struct err *e)
{
	struct stat st;

	*fd = open(k->to.summary, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	if (*fd < 0 || fstat(*fd, &st))
		return err_sys(e, "no step summary: %s", k->to.summary);
	if (st.st_size > GITHUB_SUMMARY_MOST - GITHUB_SUMMARY_OURS)
		return err_set(e, -EFBIG, "no step summary: %s is full", k->to.summary);
	*room = GITHUB_SUMMARY_OURS - HEAD_ROOM;
	return 0;
}

/* A run that went well is not spoilt by a page that could not be written: it is told, no more */
static int append(const struct sink *k, const struct report_summary *sum, struct err *e)
{
	autobuf page = { 0 }, warning = { 0 };
	autofd fd = -1;
	struct err why;
	size_t room;

	if (!k->to.summary)
		return 0;
	if (!open_summary(k, &room, &fd, &why)) {
		add_head(&page, k, sum);
		add_rows(&page, k, room);
		if (!buf_send(&page, fd, &why))
			return 0;
	}
	buf_adds(&warning, "::warning title=lastack::");
	add_escaped(&warning, why.text, false);
	buf_adds(&warning, "\n");
	return say(k, &warning, e);
}

/* ------------------------------------------------------------ the sink */

static int github_begin(struct report_sink *s, const struct report_plan *plan, struct err *e)
{
	struct sink *k = sink_of(s);

	k->page = calloc(plan->points + 1, sizeof(*k->page));
	if (!k->page)
		return err_set(e, -ENOMEM, "github: out of memory");
	k->plan = plan;
	return 0;
}

static char *taken(struct buf *b)
{
	char *text = b->failed ? NULL : b->s;

	if (text)
		*b = (struct buf){ 0 };		/* the caller's now */
	return text;
}

static int github_trial(struct report_sink *s, size_t index, const struct report_trial *t,
			struct err *e)
{
	struct sink *k = sink_of(s);
	const struct report_point *point = &k->plan->point[index];
	autobuf row = { 0 }, ladder = { 0 }, annotation = { 0 };

	if (!verdict_red(t->verdict->kind))
		return 0;
	add_row(&row, k, point, t);
	k->page[index].row = taken(&row);
	if (t->notes) {
		add_ladder(&ladder, point, t->notes);
		k->page[index].ladder = taken(&ladder);
	}
	if (k->annotated == GITHUB_ERRORS_MOST)
		return 0;
	k->annotated++;
	add_annotation(&annotation, k, point, t);
	return say(k, &annotation, e);
}

static int github_end(struct report_sink *s, const struct report_summary *sum, struct err *e)
{
	return append(sink_of(s), sum, e);
}

static int github_bail(struct report_sink *s, const char *reason, struct err *e)
{
	static const struct report_plan nothing;
	struct sink *k = sink_of(s);
	const struct report_summary sum = { .cut_short = reason };
	autobuf b = { 0 };

	if (!k->plan)
		k->plan = &nothing;
	buf_adds(&b, "::error title=lastack::");
	add_escaped(&b, reason, false);
	buf_adds(&b, "\n");
	return say(k, &b, e) ? e->code : append(k, &sum, e);
}

static void github_free(struct report_sink *s)
{
	struct sink *k = sink_of(s);

	for (size_t i = 0; k->page && i < k->plan->points; i++) {
		free(k->page[i].row);
		free(k->page[i].ladder);
	}
	free(k->page);
	free(k);
}

struct report_sink *github_new(const struct github *g)
{
	struct sink *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->sink = (struct report_sink){ .begin = github_begin, .trial = github_trial,
					.end = github_end, .bail = github_bail,
					.free = github_free };
	k->to = *g;
	return &k->sink;
}
