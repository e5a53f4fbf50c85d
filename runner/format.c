// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/format.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/utf8.h"
#include "runner/words.h"

#include <string.h>

/** Where the second word of a line begins, within repeat too; how far that stands in */
enum { SECOND_COLUMN = 9, SECOND_WITHIN = 8, INDENT = 4 };

/** Blanks between the columns of a table, before a comment, and between all else */
enum { COLUMN_GAP = 2, COMMENT_GAP = 2 };

enum { CELLS_MOST = SCAN_WORDS_MOST };

/** struct piece - Text in the file */
struct piece {
	const char *s;
	size_t len;
};

/**
 * struct row - A line of the file while it is laid out
 * @line:    its words; NULL where there is none
 * @comment: from its `#` on; empty for none
 * @stood:   the column where that began
 * @body:    the words, laid out
 * @width:   of the body
 * @depth:   how many repeats it stands in
 * @at:      where its comment is put
 */
struct row {
	const struct line *line;
	struct piece comment;
	size_t stood;
	char *body;
	size_t width, at;
	int depth;
};

/** struct sheet - The whole file; @table: the row with its head, @rows for none */
struct sheet {
	struct arena arena;
	struct row *row;
	size_t rows, table;
};

/* -------------------------------------------------------------------- words */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static size_t word_begin(const struct word *w)
{
	return (size_t)w->at.column - 1;
}

static size_t word_end(const struct word *w)
{
	return word_begin(w) + (size_t)w->at.width;
}

/** written() - A word as it stands in the file, quotes and all */
static struct piece written(const struct line *l, size_t i)
{
	return (struct piece){ l->text + word_begin(&l->word[i]), (size_t)l->word[i].at.width };
}

static bool says(const struct line *l, size_t i, const char *word)
{
	return i < l->words && !l->word[i].quoted && l->word[i].len == strlen(word) &&
	       !memcmp(l->word[i].s, word, l->word[i].len);
}

/* --------------------------------------------------------------------- rows */

static struct piece comment_of(const char *s, size_t len, const struct line *line)
{
	size_t from = line ? word_end(&line->word[line->words - 1]) : 0, to = len;

	if (line && scan_prose(&line->word[0]))
		return (struct piece){ 0 };
	while (from < to && is_blank(s[from]))
		from++;
	while (to > from && is_blank(s[to - 1]))
		to--;
	return (struct piece){ s + from, to - from };
}

static void add_row(struct sheet *sheet, const char *s, size_t len, const struct line *line)
{
	struct row r = { .line = line, .body = arena_dup(&sheet->arena, "", 0) };

	if (len && s[len - 1] == '\r')
		len--;
	r.comment = comment_of(s, len, line);
	if (r.comment.len)
		r.stood = utf8_width(s, (size_t)(r.comment.s - s), 0);
	sheet->row = arena_grow(&sheet->arena, sheet->row, sheet->rows, sizeof(*sheet->row));
	sheet->row[sheet->rows++] = r;
}

/** read_rows() - Every line of the file, those without words too, but for empty ones at its end */
static void read_rows(struct sheet *sheet, const char *text, size_t len, const struct lines *lines)
{
	size_t next = 0, filled = 0;
	int number = 1;

	for (size_t pos = 0, end; pos < len; pos = end + 1, number++) {
		const char *newline = memchr(text + pos, '\n', len - pos);
		const bool has = next < lines->count && lines->line[next].number == number;

		end = newline ? (size_t)(newline - text) : len;
		add_row(sheet, text + pos, end - pos, has ? &lines->line[next] : NULL);
		next += has;
		if (has || sheet->row[sheet->rows - 1].comment.len)
			filled = sheet->rows;
	}
	sheet->rows = filled;
}

static bool has_body(const struct row *r)
{
	return r->line != NULL;
}

/** indent_rows() - By the repeats; a comment of its own stands as what follows it */
static void indent_rows(struct sheet *sheet)
{
	int depth = 0;

	sheet->table = sheet->rows;
	for (size_t i = 0; i < sheet->rows; i++) {
		struct row *r = &sheet->row[i];

		if (has_body(r) && says(r->line, 0, "outcome") && sheet->table == sheet->rows) {
			sheet->table = i;
			depth = 0;
		}
		if (has_body(r) && says(r->line, 0, verb_info[VERB_END].name) && depth)
			depth--;
		r->depth = depth;
		if (has_body(r) && says(r->line, 0, verb_info[VERB_REPEAT].name) && i < sheet->table)
			depth++;
	}
}

/* ------------------------------------------------------------------- bodies */

static void pad(struct buf *b, size_t column)
{
	const size_t now = utf8_width(buf_text(b), b->len, 0);

	if (column > now)
		buf_addf(b, "%*s", (int)(column - now), "");
}

static void add_word(struct buf *b, const struct line *l, size_t i, size_t gap)
{
	const struct piece p = written(l, i);

	if (i)
		buf_addf(b, "%*s", (int)gap, "");
	buf_add(b, p.s, p.len);
}

/** lay_first() - The first word, and what pads it up to the second */
static size_t lay_first(struct buf *b, const struct row *r)
{
	const size_t indent = (size_t)r->depth * INDENT;

	buf_addf(b, "%*s", (int)indent, "");
	add_word(b, r->line, 0, 0);
	if (r->line->words > 1)
		pad(b, indent + (r->depth ? SECOND_WITHIN : SECOND_COLUMN) - 1);
	return 1;
}

static void lay_prose(struct buf *b, const struct row *r)
{
	lay_first(b, r);
	if (!r->line->rest_len)
		return;
	buf_adds(b, " ");
	buf_add(b, r->line->rest, r->line->rest_len);
}

/** names_width() - The longest name of an axis */
static size_t names_width(const struct sheet *sheet)
{
	size_t most = 0;

	for (size_t i = 0; i < sheet->table; i++) {
		const struct line *l = sheet->row[i].line;

		if (!l || !says(l, 0, header_info[HEADER_VARY].name) || l->words < 2)
			continue;
		if (utf8_width(l->word[1].s, l->word[1].len, 0) > most)
			most = utf8_width(l->word[1].s, l->word[1].len, 0);
	}
	return most;
}

static void lay_axis(struct buf *b, const struct row *r, size_t names)
{
	lay_first(b, r);
	add_word(b, r->line, 1, 1);
	if (r->line->words > 2)
		pad(b, SECOND_COLUMN + names + COLUMN_GAP - 1);
	for (size_t i = 2; i < r->line->words; i++)
		add_word(b, r->line, i, 1);
}

/** lay_words() - A step, or a line of the header; the picture of an exchange stands apart */
static void lay_words(struct buf *b, const struct row *r)
{
	const struct line *l = r->line;
	const bool exchange = says(l, 1, look_info[LOOK_EXCHANGE].name) && says(l, 2, "of");

	for (size_t i = lay_first(b, r); i < l->words; i++)
		add_word(b, l, i, exchange && i == 4 ? COLUMN_GAP : 1);
}

/* -------------------------------------------------------------------- table */

/**
 * struct cells - A line of the table
 * @cell: the key cells, then those behind `|`; `has NAME` of the head is one
 * @keys: how many stand before `|`
 */
struct cells {
	struct piece cell[CELLS_MOST];
	size_t count, keys;
	bool barred;
};

static void cut_cells(struct arena *a, const struct line *l, bool head, struct cells *out)
{
	*out = (struct cells){ 0 };
	for (size_t i = head; i < l->words; i++) {
		struct piece p = written(l, i);

		if (says(l, i, "|") && !out->barred) {
			out->barred = true;
			out->keys = out->count;
			continue;
		}
		if (head && !out->barred && says(l, i, "has") && i + 1 < l->words &&
		    !says(l, i + 1, "|")) {
			const struct piece name = written(l, ++i);

			p.s = arena_printf(a, "has %.*s", (int)name.len, name.s);
			p.len = strlen(p.s);
		}
		out->cell[out->count++] = p;
	}
}

/** struct grid - The columns: how wide each is, where they begin */
struct grid {
	size_t keys, key[CELLS_MOST], outcome[CELLS_MOST];
};

static void widen(size_t *most, const struct piece *p)
{
	const size_t w = utf8_width(p->s, p->len, 0);

	if (w > *most)
		*most = w;
}

static void measure(struct sheet *sheet, struct grid *g)
{
	struct cells c;

	*g = (struct grid){ 0 };
	for (size_t i = sheet->table; i < sheet->rows; i++) {
		if (!has_body(&sheet->row[i]) || scan_prose(&sheet->row[i].line->word[0]))
			continue;
		cut_cells(&sheet->arena, sheet->row[i].line, i == sheet->table, &c);
		if (!c.barred)
			continue;
		if (c.keys > g->keys)
			g->keys = c.keys;
		for (size_t k = 0; k < c.keys; k++)
			widen(&g->key[k], &c.cell[k]);
		for (size_t k = c.keys; k < c.count; k++)
			widen(&g->outcome[k - c.keys], &c.cell[k]);
	}
}

static void add_piece(struct buf *b, size_t column, const struct piece *p)
{
	if (b->len)
		buf_adds(b, " ");	/* also where it is too late for its column */
	pad(b, column);
	buf_add(b, p->s, p->len);
}

/** lay_untold() - A row that begins as prose does was not cut as a row is: it stays as it stands */
static void lay_untold(struct buf *b, const struct row *r)
{
	const size_t from = word_begin(&r->line->word[0]);

	buf_addf(b, "%*s", SECOND_COLUMN, "");
	buf_add(b, r->line->text + from, (size_t)(r->line->rest - r->line->text) - from + r->line->rest_len);
}

static void lay_cells(struct arena *a, struct buf *b, const struct row *r, bool head,
		      const struct grid *g)
{
	size_t column = SECOND_COLUMN;
	struct cells c;

	cut_cells(a, r->line, head, &c);
	if (head)
		add_word(b, r->line, 0, 0);
	for (size_t k = 0; k < g->keys || (!c.barred && k < c.count); k++) {
		if (k < (c.barred ? c.keys : c.count))
			add_piece(b, column, &c.cell[k]);
		column += g->key[k] + COLUMN_GAP;
	}
	if (!c.barred)
		return;
	add_piece(b, column, &(struct piece){ "|", 1 });
	column += 2;
	for (size_t k = c.keys; k < c.count; k++) {
		add_piece(b, column, &c.cell[k]);
		column += g->outcome[k - c.keys] + COLUMN_GAP;
	}
}

/* ----------------------------------------------------------------- the sheet */

static void lay_rows(struct sheet *sheet)
{
	const size_t names = names_width(sheet);
	autobuf b = { 0 };
	struct grid g;

	measure(sheet, &g);
	for (size_t i = 0; i < sheet->rows; i++) {
		struct row *r = &sheet->row[i];

		if (!has_body(r))
			continue;
		buf_clear(&b);
		if (i > sheet->table && scan_prose(&r->line->word[0]))
			lay_untold(&b, r);
		else if (i >= sheet->table)
			lay_cells(&sheet->arena, &b, r, i == sheet->table, &g);
		else if (scan_prose(&r->line->word[0]))
			lay_prose(&b, r);
		else if (says(r->line, 0, header_info[HEADER_VARY].name) && r->line->words > 1)
			lay_axis(&b, r, names);
		else
			lay_words(&b, r);
		r->body = arena_dup(&sheet->arena, buf_text(&b), b.len);
		r->width = utf8_width(buf_text(&b), b.len, 0);
	}
}

/** goes_on() - Whether a comment of its own goes on with the one behind the line above */
static bool goes_on(const struct sheet *sheet, size_t i)
{
	const struct row *r = &sheet->row[i];

	return i && !has_body(r) && r->comment.len && sheet->row[i - 1].comment.len &&
	       r->stood > SECOND_COLUMN && (has_body(&sheet->row[i - 1]) || sheet->row[i - 1].at);
}

/** own_column() - Where a comment of its own stands: as the line that follows does, but within `end` */
static size_t own_column(const struct sheet *sheet, size_t i)
{
	while (i < sheet->rows && !has_body(&sheet->row[i]))
		i++;
	if (i == sheet->rows)
		return 0;
	if (i > sheet->table)
		return SECOND_COLUMN;
	return (size_t)(sheet->row[i].depth + says(sheet->row[i].line, 0, "end")) * INDENT;
}

/** place_group() - Comments behind lines that follow each other. Return: the row behind them */
static size_t place_group(struct sheet *sheet, size_t first)
{
	size_t end = first, column = 0;

	for (; end < sheet->rows; end++) {
		struct row *r = &sheet->row[end];

		if (!r->comment.len || (!has_body(r) && !goes_on(sheet, end)))
			break;
		r->at = r->stood ? r->stood : 1;
		if (has_body(r) && r->stood < r->width + COMMENT_GAP)
			r->at = r->width + COMMENT_GAP;
		if (r->at > column)
			column = r->at;
	}
	for (size_t i = first; i < end; i++)
		sheet->row[i].at = column;
	return end;
}

static void place_comments(struct sheet *sheet)
{
	for (size_t i = 0; i < sheet->rows; ) {
		struct row *r = &sheet->row[i];

		if (r->comment.len && has_body(r)) {
			i = place_group(sheet, i);
			continue;
		}
		if (r->comment.len)
			r->at = own_column(sheet, i);
		i++;
	}
}

static void write_row(const struct row *r, const char *end, struct buf *out)
{
	buf_adds(out, r->body);
	if (r->comment.len) {
		buf_addf(out, "%*s", (int)(r->at - r->width), "");
		buf_add(out, r->comment.s, r->comment.len);
	}
	buf_adds(out, end);
}

void format_case(const char *text, size_t len, const struct lines *lines, struct buf *out)
{
	const char *newline = memchr(text, '\n', len);
	const char *end = newline && newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
	struct sheet sheet = { 0 };
	const size_t mark = len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3) ? 3 : 0;

	buf_add(out, text, mark);
	read_rows(&sheet, text + mark, len - mark, lines);
	indent_rows(&sheet);
	lay_rows(&sheet);
	place_comments(&sheet);
	for (size_t i = 0; i < sheet.rows; i++)
		write_row(&sheet.row[i], end, out);
	arena_free(&sheet.arena);
}

/* ---------------------------------------------------------------------- same */

static bool same_piece(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && !memcmp(a, b, a_len);
}

static bool same_line(const struct line *a, const struct line *b)
{
	if (a->words != b->words || a->number != b->number)
		return false;
	for (size_t i = 0; i < a->words; i++) {
		const struct piece x = written(a, i), y = written(b, i);

		if (!same_piece(x.s, x.len, y.s, y.len))
			return false;
	}
	return !scan_prose(&a->word[0]) || same_piece(a->rest, a->rest_len, b->rest, b->rest_len);
}

bool format_same(const struct lines *a, const struct lines *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_line(&a->line[i], &b->line[i]))
			return false;
	return true;
}
