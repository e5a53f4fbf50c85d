// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/claim.h"
#include "runner/command.h"
#include "runner/coverage.h"
#include "runner/escape.h"
#include "runner/facts.h"
#include "runner/options.h"
#include "runner/parse.h"
#include "runner/plan.h"
#include "runner/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXAMPLES = 3, WHYS_MOST = 26 };

/* What the kernel is taken for where an outcome table asks: newer than all, and it has everything */
static const char newest_kernel[] = "99.0";

/** struct use - A value that a setting has in some cases: in how many, by where it is set */
struct use {
	const char *key, *value;
	enum { AT_BOTH, AT_CLIENT, AT_SERVER, IN_MID_COURSE, PLACES } place;
	size_t cases[PLACES];
	const struct case_file *last[PLACES];	/* so that each counts once */
};

/**
 * struct survey - All that the page tells
 * @coverage: by file
 * @why:      the reasons for empty cells, in the order in which they are met
 */
struct survey {
	struct arena arena;
	const struct suite *suite;
	struct coverage *coverage;
	struct use *use;
	size_t uses;
	const struct absence *why[WHYS_MOST];
	size_t whys;
};

/* -------------------------------------------------------------- gathering */

static struct use *use_of(struct survey *v, const char *key, const char *value)
{
	struct use *u;

	for (size_t i = 0; i < v->uses; i++)
		if (!strcmp(v->use[i].key, key) && !strcmp(v->use[i].value, value))
			return &v->use[i];
	v->use = arena_grow(&v->arena, v->use, v->uses, sizeof(*v->use));
	u = &v->use[v->uses++];
	*u = (struct use){ .key = arena_dup(&v->arena, key, strlen(key)),
			   .value = arena_dup(&v->arena, value, strlen(value)) };
	return u;
}

static void count_use(struct survey *v, const struct case_file *f, const struct setting *s, bool later)
{
	struct use *u = use_of(v, s->key, s->value);
	const int place = later ? IN_MID_COURSE : s->host == HOST_CLIENT ? AT_CLIENT :
			  s->host == HOST_SERVER ? AT_SERVER : AT_BOTH;

	u->cases[place] += u->last[place] != f;
	u->last[place] = f;
}

static void survey_trial(struct survey *v, size_t file, const struct trial *t)
{
	coverage_walk(t, &v->coverage[file]);
	for (size_t i = 0; i < t->settings; i++)
		count_use(v, v->suite->file[file], &t->setting[i], false);
	for (size_t i = 0; i < t->steps; i++)
		if (t->step[i].verb == VERB_SYSCTL)
			count_use(v, v->suite->file[file], &t->step[i].setting, true);
}

/* A kernel that has all the table asks for; none where the file's table rules such a one out */
static bool invent_facts(const struct scenario *s, size_t variant, struct facts *f)
{
	int row = -1;

	facts_set_release(f, newest_kernel);
	for (size_t i = 0; i < s->table.columns; i++)
		if (s->table.column[i].kind == COLUMN_HAS)
			facts_put(f, facts_question(&s->table.column[i].has, &f->arena), "yes");
	return !s->table.columns || plan_row(s, variant, f, &row);
}

static void survey_file(struct survey *v, size_t file)
{
	const struct scenario *s = &v->suite->file[file]->scenario;

	for (size_t variant = 0; variant < s->variants; variant++) {
		struct facts facts = { 0 };
		struct trial t;
		const bool fits = invent_facts(s, variant, &facts);

		parse_trial(s, variant, fits ? &facts : NULL, &t);
		survey_trial(v, file, &t);
		trial_fini(&t);
		facts_fini(&facts);
	}
}

static int by_key_and_value(const void *a, const void *b)
{
	const struct use *x = a, *y = b;
	const int keys = strcmp(x->key, y->key);
	const long long p = atoll(x->value), q = atoll(y->value);

	if (keys)
		return keys;
	return p != q ? (p > q) - (p < q) : strcmp(x->value, y->value);
}

/* ------------------------------------------------------------------- cells */

static size_t count_cell(const struct survey *v, int s, int ev, int bits)
{
	size_t n = 0;

	for (size_t i = 0; i < v->suite->files; i++)
		n += (v->coverage[i].cell[s][ev] & bits) != 0;
	return n;
}

static bool is_empty(const struct survey *v, int s, int ev)
{
	return !count_cell(v, s, ev, MET | MET_IN_PASSING);
}

/* A letter for each reason; a capital for what could be shown, and is not */
static char why_letter(const struct survey *v, size_t why)
{
	return (char)((v->why[why]->open ? 'A' : 'a') + (int)why);
}

static char letter_for(struct survey *v, const struct absence *why)
{
	size_t i = 0;

	while (i < v->whys && v->why[i] != why)
		i++;
	if (i == v->whys && v->whys < WHYS_MOST)
		v->why[v->whys++] = why;
	return why_letter(v, i < v->whys ? i : v->whys - 1);
}

static const char *cell_text(struct survey *v, int s, int ev, char *text, size_t size)
{
	const size_t meant = count_cell(v, s, ev, MET), passing = count_cell(v, s, ev, MET_IN_PASSING);

	if (meant)
		snprintf(text, size, "%zu", meant);
	else if (passing)
		snprintf(text, size, "(%zu)", passing);
	else
		snprintf(text, size, "%c",
			 letter_for(v, coverage_absence((enum covered_state)s, (enum covered_event)ev)));
	return text;
}

static void print_matrix(struct survey *v, struct buf *out)
{
	static const char *const head[COVERED_STATES] = {
		"EST", "FW1", "FW2", "FW2c", "CLG", "CW", "LA", "TW", "SS", "SR", "LIS", "NON",
	};
	char text[32];

	buf_addf(out, "| %-42s |", "");
	for (int s = 0; s < COVERED_STATES; s++)
		buf_addf(out, " %4s |", head[s]);
	buf_adds(out, "\n|:-------------------------------------------|");
	for (int s = 0; s < COVERED_STATES; s++)
		buf_adds(out, "-----:|");
	buf_adds(out, "\n");
	for (int ev = 0; ev < COVERED_EVENTS; ev++) {
		buf_addf(out, "| %-42s |", covered_event_name[ev]);
		for (int s = 0; s < COVERED_STATES; s++)
			buf_addf(out, " %4s |", cell_text(v, s, ev, text, sizeof(text)));
		buf_adds(out, "\n");
	}
	buf_adds(out, "\n");
	for (size_t i = 0; i < v->whys; i++)
		buf_addf(out, "- **%c**: %s\n", why_letter(v, i), v->why[i]->why);
}

/* In Markdown, and in the path of its file: what has a meaning there comes as %XX */
static void add_link(struct buf *out, const char *name)
{
	buf_adds(out, " [");
	escape_path(out, name);
	buf_adds(out, "]");
}

static void print_cases(const struct survey *v, int s, int ev, int bits, int unless, size_t most,
			struct buf *out)
{
	for (size_t i = 0; i < v->suite->files && most; i++)
		if (v->coverage[i].cell[s][ev] & bits && !(v->coverage[i].cell[s][ev] & unless)) {
			add_link(out, v->suite->file[i]->name);
			most--;
		}
}

/* Where a connection is only being opened it matters whether its pair has a past */
static void print_row(const struct survey *v, int s, int ev, struct buf *out)
{
	const size_t meant = count_cell(v, s, ev, MET), passing = count_cell(v, s, ev, MET_IN_PASSING);
	const bool opening = s == COVERED_SYN_SENT || s == COVERED_SYN_RECEIVED;
	const size_t used = opening ? count_cell(v, s, ev, MET_ON_USED_PAIR) : 0;

	buf_addf(out, "| %s |", covered_event_name[ev]);
	if (!meant) {
		buf_addf(out, " in passing in %zu:", passing);
		print_cases(v, s, ev, MET_IN_PASSING, 0, EXAMPLES, out);
		buf_adds(out, passing > EXAMPLES ? " ... |\n" : " |\n");
		return;
	}
	print_cases(v, s, ev, opening ? MET_ON_USED_PAIR : MET, 0, SIZE_MAX, out);
	if (opening && meant > used) {
		buf_adds(out, used ? "; on a pair without a past:" : " on a pair without a past:");
		print_cases(v, s, ev, MET, MET_ON_USED_PAIR, SIZE_MAX, out);
	}
	buf_adds(out, " |\n");
}

static void print_absences(const struct survey *v, int s, bool open, struct buf *out)
{
	for (size_t w = 0; w < v->whys; w++) {
		bool any = false;

		for (int ev = 0; ev < COVERED_EVENTS; ev++) {
			const struct absence *a = coverage_absence((enum covered_state)s, (enum covered_event)ev);

			if (!is_empty(v, s, ev) || a->open != open || a != v->why[w])
				continue;
			buf_addf(out, "%s%s", any ? "; " : open ? "- Not covered: " : "- Not here: ",
				 covered_event_name[ev]);
			any = true;
		}
		if (any)
			buf_addf(out, ". %s\n", v->why[w]->why);
	}
}

static void print_state(const struct survey *v, int s, struct buf *out)
{
	buf_addf(out, "\n### %s\n\n| event | cases |\n|:---|:---|\n", covered_state_name[s]);
	for (int ev = 0; ev < COVERED_EVENTS; ev++)
		if (!is_empty(v, s, ev))
			print_row(v, s, ev, out);
	buf_adds(out, "\n");
	print_absences(v, s, true, out);
	print_absences(v, s, false, out);
}

/* ---------------------------------------------------------------- the rest */

static void print_count(size_t n, struct buf *out)
{
	if (n)
		buf_addf(out, " %6zu |", n);
	else
		buf_adds(out, "        |");
}

static void print_settings(struct survey *v, struct buf *out)
{
	if (v->uses)
		qsort(v->use, v->uses, sizeof(*v->use), by_key_and_value);
	buf_addf(out, "| %-38s | %-14s |   both | client | server |  later |\n", "setting", "value");
	buf_adds(out, "|:---------------------------------------|:---------------|"
		 "-------:|-------:|-------:|-------:|\n");
	for (size_t i = 0; i < v->uses; i++) {
		const struct use *u = &v->use[i];

		buf_addf(out, "| %-38s | %-14s |", u->key, u->value);
		for (int p = 0; p < PLACES; p++)
			print_count(u->cases[p], out);
		buf_adds(out, "\n");
	}
}

/* Into a cell of a table, whose end would be a bar */
static void print_sentence(const char *s, struct buf *out)
{
	buf_adds(out, " ");
	for (; *s; s++)
		buf_addf(out, "%s%c", *s == '|' ? "\\" : "", *s);
	buf_adds(out, " |");
}

static void print_claims_of(const struct case_file *f, int wanted, struct buf *out)
{
	const char *claim;
	int number;

	for (size_t i = 0; i < f->scenario.abouts; i++)
		if (claim_read(f->scenario.about[i], &number, &claim) && number == wanted) {
			buf_addf(out, "| %d |", number);
			print_sentence(claim, out);
			print_sentence(f->scenario.title, out);
			add_link(out, f->name);
			buf_adds(out, " |\n");
		}
}

static void print_claims(const struct survey *v, struct buf *out)
{
	buf_adds(out, "| | claim | on this kernel | case |\n|--:|:---|:---|:---|\n");
	for (int n = 1; n < CLAIMS_MOST; n++)
		for (size_t i = 0; i < v->suite->files; i++)
			print_claims_of(v->suite->file[i], n, out);
}

static void print_page(struct survey *v, struct buf *out)
{
	size_t variants = 0;

	for (size_t i = 0; i < v->suite->files; i++)
		variants += v->suite->file[i]->scenario.variants;
	buf_addf(out, "# What the cases cover\n\n"
		 "Made from the %zu case files (%zu trials) by `make coverage-table`, which reads their steps and\n"
		 "asks no kernel. Where a case's table tells kernels apart, its row for the newest is read.\n\n"
		 "- [States and events](#states-and-events), then each state with its cases\n"
		 "- [Settings](#settings) and their values\n"
		 "- [The question's claims](#the-questions-claims)\n\n", v->suite->files, variants);
	buf_adds(out, "## States and events\n\n"
		 "How many cases let an event come upon an end of a connection in a state. Numbers are compared with\n"
		 "what that end expects next, timestamps with the last that it took. In brackets: only in the ordinary\n"
		 "course of opening and closing. A letter says why there is none, a capital that there could be.\n\n"
		 "EST ESTABLISHED, FW1 and FW2 FIN-WAIT-1 and -2, FW2c FIN-WAIT-2 of a closed socket (an orphan, or a\n"
		 "mere record), CLG CLOSING, CW CLOSE-WAIT, LA LAST-ACK, TW TIME-WAIT, SS SYN-SENT, SR SYN-RECEIVED,\n"
		 "LIS a listener and no connection, NON nothing at all.\n\n");
	print_matrix(v, out);
	for (int s = 0; s < COVERED_STATES; s++)
		print_state(v, s, out);
	buf_adds(out, "\n## Settings\n\n"
		 "In how many cases a setting has a value: at both hosts, at one, or by some step (or is to be\n"
		 "refused there).\n\n");
	print_settings(v, out);
	buf_adds(out, "\n## The question's claims\n\n"
		 "What was claimed of TIME-WAIT on the server's side, and what is seen.\n\n");
	print_claims(v, out);
	buf_adds(out, "\n");
	for (size_t i = 0; i < v->suite->files; i++) {
		autobuf name = { 0 };

		escape_path(&name, v->suite->file[i]->name);
		buf_addf(out, "[%s]: %s.case\n", buf_text(&name), buf_text(&name));
	}
}

static int print_coverage(const struct suite *s, struct err *e)
{
	struct survey v = { .suite = s };
	autobuf text = { 0 };

	v.coverage = arena_get(&v.arena, (s->files + 1) * sizeof(*v.coverage));
	for (size_t i = 0; i < s->files; i++)
		survey_file(&v, i);
	print_page(&v, &text);
	arena_free(&v.arena);
	if (text.failed)
		return err_set(e, -ENOMEM, "coverage: out of memory");
	fputs(buf_text(&text), stdout);
	return 0;
}

int cmd_coverage(const struct invocation *in, struct err *e)
{
	const char *cases = NULL;
	const struct option_spec table[] = {
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
		buf_adds(&text, "usage: lastack coverage [OPTION...] [PATH|TOPIC...]\n\n"
			 "Prints which events meet which states in the cases, which settings have which\n"
			 "values, and where each claim is put to the test: a page in Markdown.\n\n");
		options_help(table, &text);
		buf_adds(&text, "\n" EXIT_HELP_ASKED);
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	rc = suite_load(&s, (const char *const *)in->argv + rest, (size_t)(in->argc - rest), cases, e);
	if (!rc && s.errors) {
		suite_complain(&s, false, false, &text);
		fputs(buf_text(&text), stderr);
		rc = err_set(e, -EINVAL, "%zu errors in the case files", s.errors);
	}
	if (!rc)
		rc = print_coverage(&s, e);
	suite_fini(&s);
	return rc ? -1 : EXIT_GOOD;
}
