// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/escape.h"
#include "runner/ladder.h"
#include "runner/options.h"
#include "runner/recorded.h"
#include "runner/results.h"
#include "runner/retold.h"
#include "runner/screen.h"
#include "runner/tell.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMED_MOST = 256 };

/**
 * struct drawing - A run whose trials are drawn
 * @run:   of its suite those are wanted that are asked for, once they are chosen
 * @named: what of the command line names trials
 */
struct drawing {
	struct recorded run;
	const char *named[NAMED_MOST];
	size_t nameds;
	const char *program;
	bool colour;
};

static const char record_end[] = ".record";

/* A record's whole path; NULL where it is none */
static char *record_path(const char *word)
{
	const size_t len = strlen(word), end = strlen(record_end);
	struct stat st;

	if (len <= end || strcmp(word + len - end, record_end) != 0 || stat(word, &st) || !S_ISREG(st.st_mode))
		return NULL;
	return realpath(word, NULL);
}

/* The run that a record lies in: of the folders above it the first that is one */
static int open_run_of(struct drawing *d, const char *base, const char *word)
{
	autofree char *path = record_path(word);
	struct err ignored;

	for (char *s = path; s && (s = strchr(s + 1, '/')); *s = '/') {
		*s = '\0';
		if (!results_open_existing(&d->run.results, base, path, &ignored))
			return 0;
	}
	return -1;
}

/* The first word is a run where it leads to one, or a record in one; else the first of the trials */
static int open_run(struct drawing *d, const char *base, int *rest, const struct invocation *in,
		    struct err *e)
{
	struct err ignored;

	if (*rest < in->argc && !results_open_existing(&d->run.results, base, in->argv[*rest], &ignored)) {
		(*rest)++;
		return 0;
	}
	if (*rest < in->argc && !open_run_of(d, base, in->argv[*rest]))
		return 0;
	return results_open_existing(&d->run.results, base, NULL, e);
}

/* -------------------------------------------------------------- the choice */

/* A trial's name, with or without the number of its repeat; a file; a topic */
static bool is_meant(const char *name, const char *word)
{
	const size_t len = strlen(word);

	return !strncmp(name, word, len) &&
	       (!name[len] || name[len] == ' ' || name[len] == '/' || (len && word[len - 1] == '/'));
}

/* A record's path from this run's folder on; NULL where the word is none of it */
static const char *record_inside(struct drawing *d, const char *word)
{
	autofree char *path = record_path(word);
	autofree char *run = path ? realpath(results_path(d->run.results), NULL) : NULL;
	const size_t len = run ? strlen(run) : 0;

	if (!len || strncmp(path, run, len) != 0 || path[len] != '/')
		return NULL;
	return arena_dup(&d->run.arena, path + len + 1, strlen(path + len + 1));
}

/* Return: whether there was any */
static bool want_named(struct drawing *d, const char *word)
{
	const char *record = record_inside(d, word);
	struct arena a = { 0 };
	bool any = false;

	for (size_t i = 0; i < d->run.suite.items; i++) {
		struct suite_item *item = &d->run.suite.item[i];

		if (!is_meant(item->name, word) &&
		    !(record && !strcmp(record, results_trial_path(&a, item->name, record_end))))
			continue;
		item->wanted = true;
		any = true;
	}
	arena_free(&a);
	return any;
}

static int choose_by_name(struct drawing *d, struct err *e)
{
	for (size_t i = 0; i < d->run.suite.items; i++)
		d->run.suite.item[i].wanted = false;
	for (size_t k = 0; k < d->nameds; k++)
		if (!want_named(d, d->named[k]))
			return err_set(e, -ENOENT, "%s: no trial of %s, and no run", d->named[k],
				       results_path(d->run.results));
	return 0;
}

static void choose_the_red(struct drawing *d)
{
	for (size_t i = 0; i < d->run.suite.items; i++)
		d->run.suite.item[i].wanted = verdict_red(d->run.past[i].kind);
}

static int choose(struct drawing *d, const struct option_list *keep, struct err *e)
{
	if (d->nameds && choose_by_name(d, e))
		return e->code;
	if (!d->nameds && !keep->count)
		choose_the_red(d);
	if (keep->count)
		suite_keep(&d->run.suite, keep->value, keep->count);
	for (size_t i = 0; i < d->run.suite.items; i++)
		if (d->run.suite.item[i].wanted)
			return 0;
	return err_set(e, -ENOENT, d->nameds || keep->count ? "%s: none of its trials is meant" :
		       "%s: no trial of it failed; name those to be drawn", results_path(d->run.results));
}

/* ------------------------------------------------------------- the pictures */

/* Below the picture: what came of it; where it failed, all that a report tells */
static void print_verdict(const struct drawing *d, const struct telling *w, struct buf *out)
{
	const struct report_point point = tell_point(w->item);
	struct report_trial r;
	struct arena a = { 0 };

	buf_addf(out, "%s\n", verdict_name[w->verdict->kind]);
	if (screen_wanted(w->verdict->kind)) {
		tell_gather(w, &a, &r);
		r.ladder = NULL;	/* all of it stands above */
		screen_render(&point, &r, "", d->colour, out);
	} else if (w->verdict->message) {
		escape_shown(out, w->verdict->message);
		buf_adds(out, "\n");
	}
	arena_free(&a);
}

static void draw(const struct drawing *d, size_t item, struct buf *out)
{
	struct retold x;
	const struct telling w = { .item = &d->run.suite.item[item], .trial = &x.trial,
				   .verdict = &x.verdict, .events = &x.events,
				   .facts = &d->run.facts, .program = d->program,
				   .results = results_path(d->run.results) };

	retold_read(&d->run, item, &x);
	escape_shown(out, w.item->name);
	buf_adds(out, "\n");
	if (x.recorded)
		ladder_draw(&x.trial, &x.events, x.verdict.step >= 0 ? &x.verdict : NULL, out);
	print_verdict(d, &w, out);
	retold_fini(&x);
}

static int draw_all(const struct drawing *d, struct err *e)
{
	const char *between = "";

	for (size_t i = 0; i < d->run.suite.items; i++) {
		autobuf text = { 0 };

		if (!d->run.suite.item[i].wanted)
			continue;
		draw(d, i, &text);
		if (text.failed)
			return err_set(e, -ENOMEM, "ladder: out of memory");
		printf("%s%s", between, buf_text(&text));
		between = "\n";
	}
	return 0;
}

static void help_text(const struct option_spec *table, struct buf *text)
{
	buf_adds(text, "usage: lastack ladder [OPTION...] [RUN] [TRIAL|FILE|TOPIC|RECORD...]\n\n"
		 "Draws what was recorded: time, states, segments, what the wire did to them, and\n"
		 "where seen and expected part. Of a run's trials those that are named, or whose\n"
		 "names match; where nothing is said, those that failed. RUN is a directory of\n"
		 "results, or its name; the latest where none is named. RECORD is the path of a\n"
		 "trial's record, which tells its run as well. Needs no privilege.\n\n");
	options_help(table, text);
	buf_adds(text, "\n" EXIT_HELP_ASKED);
}

int cmd_ladder(const struct invocation *in, struct err *e)
{
	struct drawing d = { .program = in->program, .colour = screen_colour(STDOUT_FILENO) };
	struct option_list keep = { 0 };
	const char *base = results_base();
	const struct option_spec table[] = {
		{ "match", 'k', "PATTERN", "only trials whose name holds it (a glob; !PATTERN: not those)",
		  OPTION_IS_LIST, &keep, 0, 0 },
		{ "results", 0, "DIR", "where runs left their results", OPTION_IS_TEXT, &base, 0, 0 },
		{ .name = NULL },
	};
	autobuf text = { 0 };
	int rest, rc;
	bool help;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -1;
	if (help) {
		help_text(table, &text);
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	rc = open_run(&d, base, &rest, in, e);
	if (!rc && in->argc - rest > NAMED_MOST)
		rc = err_set(e, -EINVAL, "ladder: more than %d trials named", NAMED_MOST);
	for (int i = rest; i < in->argc && !rc; i++)
		d.named[d.nameds++] = in->argv[i];
	if (!rc && !recorded_load(&d.run, e) && !choose(&d, &keep, e))
		rc = draw_all(&d, e);
	else
		rc = -1;
	recorded_fini(&d.run);
	return rc ? -1 : EXIT_GOOD;
}
