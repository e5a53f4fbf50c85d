// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/finding.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "runner/results.h"
#include "runner/retold.h"

#include <ctype.h>
#include <string.h>

const char *const finding_verb[VERDICT_COUNT] = {
	[VERDICT_PASS]		= "passes",
	[VERDICT_FAIL]		= "fails",
	[VERDICT_SKIP]		= "is skipped",
	[VERDICT_TODO]		= "fails, as is known",
	[VERDICT_TODO_PASSED]	= "passes although marked todo",
	[VERDICT_BROKEN]	= "could not be run",
	[VERDICT_TIMING]	= "was not judged for lateness",
};

/* The length of a duration at @s; 0 where there is none */
static size_t duration_len(const char *s)
{
	static const char *const unit[] = { "ns", "us", "ms", "s" };
	const size_t digits = strspn(s, "0123456789.");

	for (size_t i = 0; digits && i < sizeof(unit) / sizeof(unit[0]); i++) {
		const size_t len = digits + strlen(unit[i]);

		if (!strncmp(s + digits, unit[i], len - digits) && !isalnum((unsigned char)s[len]))
			return len;
	}
	return 0;
}

void finding_fold(struct buf *b, const char *text)
{
	for (const char *s = text; *s; ) {
		const bool begins = s == text || !isalnum((unsigned char)s[-1]);
		const size_t len = begins ? duration_len(s) : 0;

		buf_add(b, len ? "*" : s, 1);
		s += len ? len : 1;
	}
}

/* ------------------------------------------------------------- what it says */

static void read_values(const struct retold *x, struct arena *a, struct finding *o)
{
	const struct table *table = &x->trial.scenario->table;

	if (x->trial.row < 0)
		return;
	o->value = arena_get(a, (table->columns + 1) * sizeof(*o->value));
	for (size_t c = table->keys; c < table->columns; c++) {
		const struct word *cell = &table->row[x->trial.row].cell[c];
		const char *seen = x->verdict.observed ? x->verdict.observed[c] : NULL;

		o->value[o->values++] = (struct finding_value){
			arena_dup(a, table->column[c].name, strlen(table->column[c].name)),
			seen ? arena_dup(a, seen, strlen(seen)) : arena_dup(a, cell->s, cell->len),
		};
	}
}

static const struct step *step_of(const struct retold *x)
{
	const int step = x->verdict.step;

	return step >= 0 && (size_t)step < x->trial.steps ? &x->trial.step[step] : NULL;
}

/* ------------------------------------------------------------ what is compared */

static void add_failure(struct buf *key, const struct retold *x)
{
	const struct verdict *v = &x->verdict;
	const struct step *s = step_of(x);

	if (s && s->line)
		buf_add(key, s->line->text, s->line->len);
	buf_adds(key, "\n");
	if (!v->expected && !v->seen && v->message)
		finding_fold(key, v->message);
	if (v->expected)
		finding_fold(key, v->expected);
	buf_adds(key, "\n");
	if (v->seen && !(s && s->expect.look == LOOK_PORT))
		finding_fold(key, v->seen);
}

static const char *key_of(const struct finding *o, const struct retold *x, bool as_recorded,
			  struct arena *a)
{
	autobuf key = { 0 };

	buf_addf(&key, "%s\n", verdict_name[o->kind]);
	for (size_t i = 0; i < o->values; i++)
		buf_addf(&key, "%s=%s\n", o->value[i].column, o->value[i].value);
	if (as_recorded && (o->kind == VERDICT_FAIL || o->kind == VERDICT_TODO))
		add_failure(&key, x);
	if (key.failed)
		arena_out_of_memory();
	return arena_dup(a, buf_text(&key), key.len);
}

void finding_read(const struct retold *x, const struct past *past, struct arena *a,
		  struct finding *o)
{
	const bool as_recorded = x->verdict.kind == past->kind;
	const char *message = as_recorded ? x->verdict.message : NULL;

	*o = (struct finding){ .kind = past->kind };
	if (o->kind == VERDICT_PASS || o->kind == VERDICT_TODO_PASSED)
		read_values(x, a, o);
	else if (as_recorded && x->verdict.at.line > 0)
		o->line = x->verdict.at.line;
	if (message && *message && o->kind != VERDICT_PASS)
		o->message = arena_dup(a, message, strlen(message));
	if (o->message && o->kind == VERDICT_TODO && x->verdict.todo)
		o->message = arena_printf(a, "%s (known: %s)", o->message, x->verdict.todo);
	o->key = key_of(o, x, as_recorded, a);
}
