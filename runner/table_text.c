// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/table_text.h"

#include "lib/buf.h"
#include "lib/utf8.h"

#include <string.h>

/* -------------------------------------------------------------------- cells */

static bool needs_quotes(const char *s)
{
	if (!*s || *s == '#' || !strcmp(s, "|") || !strcmp(s, "*"))
		return true;
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == '"' || (unsigned char)*s >= 0x7f)
			return true;
	return false;
}

const char *table_text_cell(struct arena *a, const char *s)
{
	autobuf cell = { 0 };
	uint32_t code;
	size_t n;

	if (!needs_quotes(s))
		return arena_dup(a, s, strlen(s));
	buf_adds(&cell, "\"");
	for (; *s; s += n ? n : 1) {
		n = utf8_next(s, strlen(s), &code);
		if (!n || !utf8_printable(code))
			for (size_t i = 0; i < (n ? n : 1); i++)
				buf_addf(&cell, "\\x%02x", (unsigned int)(unsigned char)s[i]);
		else
			buf_addf(&cell, "%s%.*s", *s == '"' || *s == '\\' ? "\\" : "", (int)n, s);
	}
	buf_adds(&cell, "\"");
	return arena_dup(a, buf_text(&cell), cell.len);
}

/* ------------------------------------------------------------------- layout */

/** The cells of a line, `|` and a comment behind them among the cells */
enum { SLOTS_MOST = COLUMNS_MOST + AXES_MOST + 2 };

/** struct slot - A cell in a line; @from, @to: where it stood, in bytes; @to 0: nowhere */
struct slot {
	const char *text;
	size_t from, to;
};

/** struct laid - A line to be written anew; @origin: what stood there; @begin: behind `outcome` */
struct laid {
	const struct line *origin;
	struct slot slot[SLOTS_MOST];
	size_t begin;
};

/** struct work - A table while it is laid out; @more: axes that get a column */
struct work {
	struct arena arena;
	const struct scenario *s;
	const struct table *table;
	unsigned int more;
};

/**
 * struct layout - The lines, and where their slots are to stand
 * @bar: the slot of `|`
 * @gap: blanks before a slot that is pushed, one where the head has but one
 */
struct layout {
	struct laid *line;
	size_t lines, slots, bar;
	size_t start[SLOTS_MOST], gap[SLOTS_MOST];
};

static size_t stood_at(const struct laid *l, size_t i)
{
	return utf8_width(l->origin->text, l->slot[i].from, 0);
}

static size_t slot_width(const struct laid *l, size_t i)
{
	return l->slot[i].text ? utf8_width(l->slot[i].text, strlen(l->slot[i].text), 0) : 0;
}

static const struct line *line_of(const struct scenario *s, int number)
{
	for (size_t i = s->lines.count; i--; )
		if (s->lines.line[i].number == number)
			return &s->lines.line[i];
	return NULL;
}

static struct slot stretch(struct arena *a, const struct line *l, size_t from, size_t to)
{
	return (struct slot){ arena_dup(a, l->text + from, to - from), from, to };
}

static struct slot slot_of(struct arena *a, const struct line *l, const struct word *first,
			   const struct word *last)
{
	return stretch(a, l, (size_t)first->at.column - 1,
		       (size_t)(last->at.column - 1 + last->at.width));
}

/** read_laid() - Cut a line of the table into slots; new columns are left empty */
static void read_laid(struct work *k, const struct line *line, bool head, struct laid *l)
{
	const struct table *t = k->table;
	const size_t extra = (size_t)__builtin_popcount(k->more);
	const struct word *w = line->word;
	size_t n = 0, end;

	*l = (struct laid){ .origin = line };
	if (head) {
		l->begin = (size_t)(w->at.column - 1 + w->at.width);
		w++;
	}
	for (size_t i = 0; i < t->columns + 1; i++) {
		const bool has = head && i < t->keys && t->column[i].kind == COLUMN_HAS;

		if (i == t->keys) {
			l->slot[n].from = (size_t)w->at.column - 1;
			n += extra;
		}
		l->slot[n++] = slot_of(&k->arena, line, w, w + has);
		w += 1 + has;
	}
	end = l->slot[n - 1].to;
	while (end < line->len && (line->text[end] == ' ' || line->text[end] == '\t'))
		end++;
	if (end < line->len)
		l->slot[n] = stretch(&k->arena, line, end, line->len);
}

static void put_head(struct work *k, struct laid *l)
{
	size_t n = k->table->keys;

	for (size_t i = 0; i < k->s->axes; i++)
		if (k->more >> i & 1)
			l->slot[n++].text = k->s->axis[i].name;
}

/** lay_row() - A row as it is to be; @change: NULL where only columns are added */
static void lay_row(struct work *k, size_t row, const struct table_change *change, bool again,
		    struct layout *out)
{
	const struct table *t = k->table;
	size_t n = t->keys;
	struct laid *l;

	out->line = arena_grow(&k->arena, out->line, out->lines, sizeof(*out->line));
	l = &out->line[out->lines++];
	read_laid(k, line_of(k->s, t->row[row].at.line), false, l);
	for (size_t i = 0; i < t->columns; i++)
		if (change && change->cell[i])
			l->slot[i < t->keys ? i : out->bar + 1 + i - t->keys].text =
				change->cell[i];
	for (size_t i = 0; i < k->s->axes; i++)
		if (k->more >> i & 1)
			l->slot[n++].text = change && change->more[i] ? change->more[i] : "*";
	if (again)
		l->slot[out->slots - 1] = (struct slot){ 0 };	/* the first has the comment */
}

/** room_before() - Where a slot can begin at the earliest; 0: in no line there is one */
static size_t room_before(const struct layout *out, size_t slot)
{
	size_t most = 0;

	for (size_t n = 0; n < out->lines; n++) {
		const struct laid *l = &out->line[n];
		size_t end = l->begin + 1;

		if (!l->slot[slot].text)
			continue;
		if (slot)
			end = out->start[slot - 1] + slot_width(l, slot - 1) + out->gap[slot];
		else if (!l->begin)
			end = 0;
		if (end > most)
			most = end;
	}
	return most;
}

/** place_slots() - Where they stood, but behind what stands before them */
static void place_slots(struct layout *out)
{
	for (size_t i = 0; i < out->slots; i++) {
		const size_t least = room_before(out, i);
		size_t *start = &out->start[i];

		*start = 0;
		for (size_t n = 0; n < out->lines; n++)
			if (out->line[n].slot[i].text && stood_at(&out->line[n], i) > *start)
				*start = stood_at(&out->line[n], i);
		if (*start < least)
			*start = least;
	}
}

/** set_gaps() - As the head has them */
static void set_gaps(struct layout *out, const struct laid *head)
{
	for (size_t i = 0; i < out->slots; i++) {
		const struct slot *s = &head->slot[i];

		out->gap[i] = i && s->to && s[-1].to && s->from - s[-1].to < 2 ? 1 : 2;
	}
}

/** head_moves() - Whether the head stood above the rows' cells, and would no more */
static bool head_moves(const struct layout *out, const struct laid *head)
{
	bool moved = false;

	for (size_t i = 0; i + 1 < out->slots; i++) {
		for (size_t n = 0; n < out->lines; n++)
			if (stood_at(&out->line[n], i) != stood_at(head, i))
				return false;
		moved |= out->start[i] != stood_at(head, i);
	}
	return moved;
}

/** lay_rows() - All rows that change; Return: whether these are all there are */
static bool lay_rows(struct work *k, const struct table_change *change, size_t changes,
		     struct layout *out)
{
	bool all = true;
	size_t n = 0;

	for (size_t row = 0; row < k->table->rows; row++) {
		const size_t first = n;

		for (; n < changes && change[n].row == row; n++)
			lay_row(k, row, &change[n], n > first, out);
		if (n == first && k->more)
			lay_row(k, row, NULL, false, out);
		all &= n > first;
	}
	return all;
}

/** lay_table() - All lines to be written anew, each slot with its place */
static void lay_table(struct work *k, const struct table_change *change, size_t changes,
		      struct layout *out)
{
	struct laid head;
	bool all;

	out->bar = k->table->keys + (size_t)__builtin_popcount(k->more);
	out->slots = out->bar + 1 + k->table->columns - k->table->keys + 1;
	read_laid(k, line_of(k->s, k->table->at.line), true, &head);
	put_head(k, &head);
	set_gaps(out, &head);
	all = lay_rows(k, change, changes, out);
	place_slots(out);
	if (!k->more && !(all && head_moves(out, &head)))
		return;
	out->line = arena_grow(&k->arena, out->line, out->lines, sizeof(*out->line));
	memmove(out->line + 1, out->line, out->lines++ * sizeof(*out->line));
	out->line[0] = head;
	place_slots(out);
}

/** write_laid() - A line; blanks that still fit stay what they were, tabs perhaps */
static void write_laid(const struct layout *out, const struct laid *l, struct buf *b)
{
	const char *text = l->origin->text;
	size_t at = utf8_width(text, l->begin, 0), before = l->begin;

	buf_add(b, text, l->begin);
	for (size_t i = 0; i < out->slots; i++) {
		const struct slot *s = &l->slot[i];

		if (!s->text)
			continue;
		if (s->to && at == utf8_width(text, before, 0) && stood_at(l, i) == out->start[i])
			buf_add(b, text + before, s->from - before);
		else
			buf_addf(b, "%*s", (int)(out->start[i] - at), "");
		buf_adds(b, s->text);
		at = out->start[i] + slot_width(l, i);
		before = s->to ? s->to : before;
	}
}

static void write_text(const struct work *k, const struct layout *l, struct buf *out,
		       size_t *from, size_t *to)
{
	const struct scenario *s = k->s;
	const struct line *head = line_of(s, k->table->at.line);
	const struct line *last = &s->lines.line[s->lines.count - 1];
	const char *end = head->text[head->len] == '\r' ? "\r\n" : "\n";
	const char *done = s->text;

	*from = (size_t)(head->text - s->text);
	for (size_t i = 0; i < l->lines; i++) {
		const struct line *origin = l->line[i].origin;

		if (origin->text < done)
			buf_adds(out, end);	/* one more in the place of the same */
		else
			buf_add(out, done, (size_t)(origin->text - done));
		write_laid(l, &l->line[i], out);
		done = origin->text + origin->len;
	}
	*to = out->len + (size_t)(last->text + last->len - done);
	buf_add(out, done, (size_t)(s->text + s->len - done));
}

void table_text_write(const struct scenario *s, unsigned int more,
		      const struct table_change *change, size_t changes, struct buf *out,
		      size_t *from, size_t *to)
{
	struct work k = { .s = s, .table = &s->table, .more = more };
	struct layout l = { 0 };

	lay_table(&k, change, changes, &l);
	write_text(&k, &l, out, from, to);
	arena_free(&k.arena);
}
