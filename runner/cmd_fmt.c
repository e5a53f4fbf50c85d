// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/escape.h"
#include "runner/format.h"
#include "runner/options.h"
#include "runner/replace.h"
#include "runner/say.h"
#include "runner/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** struct layout - What was asked for; @changed: files that are not as they should look */
struct layout {
	bool check, diff;
	size_t changed;
};

/* --------------------------------------------------------------------- text */

/** lay_out() - The text as it should look; refused where it would not say the same */
static int lay_out(const struct case_file *f, struct buf *out, struct err *e)
{
	struct arena a = { 0 };
	struct complaints c = { 0 };
	struct lines was, is;
	bool good;

	good = scan(buf_text(&f->text), f->text.len, &a, &was, &c);
	if (good) {
		format_case(buf_text(&f->text), f->text.len, &was, out);
		good = !out->failed && scan(buf_text(out), out->len, &a, &is, &c) &&
		       format_same(&was, &is);
	}
	if (!good)
		err_set(e, out->failed ? -ENOMEM : -EINVAL, out->failed ? "%s: out of memory" :
			"%s: laid out it would be too long, or say something else", f->path);
	complaints_fini(&c);
	arena_free(&a);
	return good ? 0 : e->code;
}

/** complain_of_words() - What cannot be cut into words is not laid out. Return: how many errors */
static size_t complain_of_words(const struct case_file *f, struct buf *out)
{
	struct arena a = { 0 };
	struct complaints c = { 0 };
	struct lines lines;
	size_t errors;

	scan(buf_text(&f->text), f->text.len, &a, &lines, &c);
	errors = c.errors;
	if (errors)
		complaints_render(&c, f->scenario.path, buf_text(&f->text), f->text.len,
				  isatty(STDERR_FILENO) && !getenv("NO_COLOR"), out);
	complaints_fini(&c);
	arena_free(&a);
	return errors;
}

/* --------------------------------------------------------------------- diff */

enum { CONTEXT = 3 };

/** struct side - A text by its lines, each with its end */
struct side {
	const char **line;
	size_t *len, count;
};

static void cut_side(struct arena *a, const struct buf *b, struct side *out)
{
	const char *s = buf_text(b), *end = s + b->len;

	*out = (struct side){ 0 };
	while (s < end) {
		const char *newline = memchr(s, '\n', (size_t)(end - s));
		const char *next = newline ? newline + 1 : end;

		out->line = arena_grow(a, out->line, out->count, sizeof(*out->line));
		out->len = arena_grow(a, out->len, out->count, sizeof(*out->len));
		out->line[out->count] = s;
		out->len[out->count++] = (size_t)(next - s);
		s = next;
	}
}

/** alike() - Whether a line is the same on both sides: layout adds none, and takes none but at the end */
static bool alike(const struct side *was, const struct side *is, size_t i)
{
	return i < was->count && i < is->count && was->len[i] == is->len[i] &&
	       !memcmp(was->line[i], is->line[i], was->len[i]);
}

static void add_side(struct buf *out, char sign, const struct side *s, size_t from, size_t to)
{
	for (size_t i = from; i < to && i < s->count; i++) {
		const bool ended = s->line[i][s->len[i] - 1] == '\n';

		buf_addf(out, "%c%.*s", sign, (int)s->len[i], s->line[i]);
		if (!ended)
			buf_adds(out, "\n\\ No newline at end of file\n");
	}
}

/** add_hunk() - Lines @from to @to, those that are alike once */
static void add_hunk(struct buf *out, const struct side *was, const struct side *is, size_t from,
		     size_t to)
{
	const size_t most = is->count < to ? is->count : to;

	buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", from + 1, to - from,
		 most > from ? from + 1 : from, most > from ? most - from : 0);
	for (size_t i = from, end; i < to; i = end) {
		end = i + 1;
		if (alike(was, is, i)) {
			add_side(out, ' ', was, i, end);
			continue;
		}
		while (end < to && !alike(was, is, end))
			end++;
		add_side(out, '-', was, i, end);
		add_side(out, '+', is, i, end);
	}
}

static void add_diff(const char *path, const struct buf *before, const struct buf *after,
		     struct buf *out)
{
	struct arena a = { 0 };
	struct side was, is;

	cut_side(&a, before, &was);
	cut_side(&a, after, &is);
	buf_adds(out, "--- ");
	escape_shown(out, path);
	buf_adds(out, "\n+++ ");
	escape_shown(out, path);
	buf_adds(out, "\n");
	for (size_t i = 0, from, to; i < was.count; i++) {
		if (alike(&was, &is, i))
			continue;
		from = i < CONTEXT ? 0 : i - CONTEXT;
		to = i + 1;
		for (size_t k = i; k < was.count && k < to + 2 * CONTEXT; k++)
			if (!alike(&was, &is, k))
				to = k + 1;
		i = to - 1;
		to = to + CONTEXT < was.count ? to + CONTEXT : was.count;
		add_hunk(out, &was, &is, from, to);
	}
	arena_free(&a);
}

/* ------------------------------------------------------------------- command */

static int fmt_file(struct layout *l, const struct case_file *f, struct err *e)
{
	const bool piped = !strcmp(f->path, "-");
	autobuf text = { 0 }, said = { 0 };
	bool same;

	if (lay_out(f, &text, e))
		return e->code;
	same = text.len == f->text.len && !memcmp(buf_text(&text), buf_text(&f->text), text.len);
	if (piped && !l->check && !l->diff) {
		fwrite(buf_text(&text), 1, text.len, stdout);
		return 0;
	}
	if (same)
		return 0;
	l->changed++;
	if (l->diff) {
		add_diff(f->path, &f->text, &text, &said);
		fwrite(buf_text(&said), 1, said.len, stdout);
		return 0;
	}
	if (!l->check && replace_file(f->path, &f->text, &text, e))
		return e->code;
	say_out(f->path);
	return 0;
}

static int fmt_all(struct layout *l, const struct suite *s, struct err *e)
{
	autobuf text = { 0 };
	size_t errors = 0;

	for (size_t i = 0; i < s->files; i++)
		if (suite_first(s, i))
			errors += complain_of_words(s->file[i], &text);
	if (errors) {
		fputs(buf_text(&text), stderr);
		return err_set(e, -EINVAL, "%zu error%s in the case files: nothing was laid out",
			       errors, errors == 1 ? "" : "s");
	}
	for (size_t i = 0; i < s->files; i++)
		if (suite_first(s, i) && fmt_file(l, s->file[i], e))
			return e->code;
	return 0;
}

int cmd_fmt(const struct invocation *in, struct err *e)
{
	struct layout l = { 0 };
	const char *cases = NULL;
	const struct option_spec table[] = {
		{ "check", 'c', NULL, "name the files that would change, and write none", OPTION_IS_FLAG, &l.check, 0, 0 },
		{ "diff", 'd', NULL, "show what would change, and write nothing", OPTION_IS_FLAG, &l.diff, 0, 0 },
		{ "cases", 0, "DIR", "where topics are looked for", OPTION_IS_TEXT, &cases, 0, 0 },
		{ .name = NULL },
	};
	autobuf text = { 0 };
	struct suite s = { 0 };
	int rest, rc;
	bool help;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -1;
	if (help) {
		buf_adds(&text, "usage: lastack fmt [OPTION...] PATH|TOPIC...\n\n"
			 "Lays case files out in even columns: words, comments and blank lines stay what\n"
			 "they are. Prints the names of those it changed; - goes from standard input to\n"
			 "standard output. What cannot be cut into words is told, and nothing is written.\n"
			 "With --check or --diff all cases are meant where none is named.\n\n");
		options_help(table, &text);
		buf_adds(&text, "\nexit status: 0 laid out, 1 --check or --diff: some file would change, 2 we could not do our job\n");
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	if (rest == in->argc && !l.check && !l.diff)
		return err_set(e, -EINVAL, "fmt: name files, folders or topics, or - for standard input");
	rc = suite_load(&s, (const char *const *)in->argv + rest, (size_t)(in->argc - rest), cases, e);
	if (!rc)
		rc = fmt_all(&l, &s, e);
	suite_fini(&s);
	if (rc)
		return -1;
	return l.changed && (l.check || l.diff) ? EXIT_RED : EXIT_GOOD;
}
