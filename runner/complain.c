// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/complain.h"

#include "lib/buf.h"
#include "lib/utf8.h"
#include "runner/escape.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BOLD	"\033[1m"
#define RED	"\033[1;31m"
#define MAGENTA	"\033[1;35m"
#define GREEN	"\033[1;32m"
#define PLAIN	"\033[0m"

/** How much of a long line is shown, and how much of that before the caret */
enum { SHOWN_MOST = 160, SHOWN_BEFORE = 60 };

/* --------------------------------------------------------------- gathering */

static bool same_place(struct place a, struct place b)
{
	return a.line == b.line && a.column == b.column && a.width == b.width;
}

static bool is_known(const struct complaints *c, const struct complaint *k)
{
	for (size_t i = 0; i < c->count; i++)
		if (c->list[i].grade == k->grade && same_place(c->list[i].at, k->at) &&
		    !strcmp(c->list[i].text, k->text))
			return true;
	return false;
}

/** drop_warning() - Make room for an error; false where all that is kept are errors */
static bool drop_warning(struct complaints *c)
{
	for (size_t i = c->count; i--; ) {
		if (c->list[i].grade != GRADE_WARNING)
			continue;
		memmove(&c->list[i], &c->list[i + 1], (--c->count - i) * sizeof(*c->list));
		return true;
	}
	return false;
}

static void keep(struct complaints *c, struct complaint k)
{
	if (is_known(c, &k))
		return;
	if (k.grade == GRADE_ERROR)
		c->errors++;
	if (c->count == COMPLAINTS_MOST) {
		c->unkept++;
		if (k.grade != GRADE_ERROR || !drop_warning(c))
			return;
	}
	k.text = arena_dup(&c->arena, k.text, strlen(k.text));
	c->list = arena_grow(&c->arena, c->list, c->count, sizeof(*c->list));
	c->list[c->count++] = k;
}

static void __attribute__((format(printf, 4, 0)))
complain_as(struct complaints *c, enum grade grade, struct place at, const char *fmt,
	    va_list ap)
{
	autobuf text = { 0 };

	buf_vaddf(&text, fmt, ap);
	keep(c, (struct complaint){ .at = at, .grade = grade, .text = buf_text(&text) });
}

void complain(struct complaints *c, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_as(c, GRADE_ERROR, at, fmt, ap);
	va_end(ap);
}

void complain_warn(struct complaints *c, struct place at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_as(c, GRADE_WARNING, at, fmt, ap);
	va_end(ap);
}

void complaints_fini(struct complaints *c)
{
	arena_free(&c->arena);
	*c = (struct complaints){ 0 };
}

/* --------------------------------------------------------------- rendering */

struct slice {
	const char *s;
	size_t len;
};

/** next_cell() - The length in bytes of what is shown as one cell; a bad byte is one */
static size_t next_cell(struct slice t, bool *shown)
{
	uint32_t code = 0;
	const size_t n = utf8_next(t.s, t.len, &code);

	*shown = n && utf8_printable(code);
	return n ? n : 1;
}

/** cells_before() - How many cells the first @bytes of a text take */
static size_t cells_before(struct slice t, size_t bytes)
{
	size_t cells = 0, pos = 0;
	bool shown;

	while (pos < bytes && pos < t.len) {
		pos += next_cell((struct slice){ t.s + pos, t.len - pos }, &shown);
		cells++;
	}
	return cells + (bytes > t.len ? bytes - t.len : 0);
}

/** add_cells() - Append the cells from @first up to before @end, nothing a terminal obeys */
static void add_cells(struct buf *out, struct slice t, size_t first, size_t end)
{
	size_t pos = 0;

	for (size_t cell = 0; pos < t.len && cell < end; cell++) {
		bool shown;
		const size_t n = next_cell((struct slice){ t.s + pos, t.len - pos }, &shown);

		if (cell >= first && shown)
			buf_add(out, t.s + pos, n);
		else if (cell >= first)
			buf_adds(out, t.s[pos] == '\t' ? " " : ".");
		pos += n;
	}
}

static void add_safely(struct buf *out, const char *s)
{
	const struct slice t = { s, strlen(s) };

	add_cells(out, t, 0, t.len);
}

/** find_line() - The @number-th line of a file, without its end and the byte order mark */
static bool find_line(const char *text, size_t len, int number, struct slice *out)
{
	const char *s = text, *end = text + len, *newline;

	if (len >= 3 && !memcmp(s, "\xef\xbb\xbf", 3))
		s += 3;
	for (int i = 1; i < number; i++) {
		newline = memchr(s, '\n', (size_t)(end - s));
		if (!newline)
			return false;
		s = newline + 1;
	}
	newline = memchr(s, '\n', (size_t)(end - s));
	if (newline)
		end = newline;
	if (end > s && end[-1] == '\r')
		end--;
	*out = (struct slice){ s, (size_t)(end - s) };
	return true;
}

static void add_marks(struct buf *out, size_t indent, size_t marks, bool colour)
{
	buf_addf(out, "%5s | %*s%s^", "", (int)indent, "", colour ? GREEN : "");
	while (--marks)
		buf_adds(out, "~");
	buf_addf(out, "%s\n", colour ? PLAIN : "");
}

/** add_excerpt() - The line, or what of it is near the place, and the mark under it */
static void add_excerpt(struct buf *out, struct place at, struct slice line, bool colour)
{
	const size_t before = (size_t)at.column - 1;
	const size_t caret = cells_before(line, before);
	const size_t whole = cells_before(line, line.len);
	size_t marks = cells_before(line, before + (size_t)(at.width > 0 ? at.width : 0)) - caret;
	size_t first = 0, end = whole;

	if (whole > SHOWN_MOST) {
		if (caret > SHOWN_BEFORE)
			first = (caret < whole ? caret : whole) - SHOWN_BEFORE;
		if (end - first > SHOWN_MOST)
			end = first + SHOWN_MOST;
	}
	if (marks > end - first)
		marks = end > caret ? end - caret : 1;
	buf_addf(out, "%5d | %s", at.line, first ? "..." : "");
	add_cells(out, line, first, end);
	buf_addf(out, "%s\n", end < whole ? "..." : "");
	add_marks(out, caret - first + (first ? 3 : 0), marks ? marks : 1, colour);
}

static void add_head(struct buf *out, const struct complaint *k, const char *path, bool colour)
{
	const char *grade = k->grade == GRADE_ERROR ? "error" : "warning";
	const char *shade = k->grade == GRADE_ERROR ? RED : MAGENTA;

	buf_adds(out, colour ? BOLD : "");
	if (escape_commands(path))
		buf_adds(out, "./");
	add_safely(out, path);
	if (k->at.line > 0)
		buf_addf(out, ":%d", k->at.line);
	if (k->at.line > 0 && k->at.column > 0)
		buf_addf(out, ":%d", k->at.column);
	if (colour)
		buf_addf(out, ":%s %s%s:%s ", PLAIN, shade, grade, PLAIN);
	else
		buf_addf(out, ": %s: ", grade);
	add_safely(out, k->text);
	buf_adds(out, "\n");
}

static bool comes_before(struct place a, struct place b)
{
	return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/** sort_by_place() - Few enough for insertion, which keeps those of one place in order */
static void sort_by_place(const struct complaints *c, const struct complaint **sorted)
{
	for (size_t i = 0; i < c->count; i++) {
		size_t j = i;

		for (; j && comes_before(c->list[i].at, sorted[j - 1]->at); j--)
			sorted[j] = sorted[j - 1];
		sorted[j] = &c->list[i];
	}
}

void complain_excerpt(struct place at, const char *text, size_t len, bool colour, struct buf *out)
{
	struct slice line;

	if (at.line > 0 && at.column > 0 && find_line(text, len, at.line, &line))
		add_excerpt(out, at, line, colour);
}

void complaints_render(const struct complaints *c, const char *path, const char *text,
		       size_t len, bool colour, struct buf *out)
{
	const struct complaint *sorted[COMPLAINTS_MOST];

	sort_by_place(c, sorted);
	for (size_t i = 0; i < c->count; i++) {
		const struct complaint *k = sorted[i];

		add_head(out, k, path, colour);
		complain_excerpt(k->at, text, len, colour, out);
	}
	if (c->unkept) {
		add_safely(out, path);
		buf_addf(out, ": and %zu more\n", c->unkept);
	}
}
