// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/choice.h"
#include "runner/command.h"
#include "runner/facts.h"
#include "runner/feed.h"
#include "runner/fingerprint.h"
#include "runner/forecast.h"
#include "runner/image.h"
#include "runner/kernels.h"
#include "runner/known.h"
#include "runner/lab.h"
#include "runner/means.h"
#include "runner/observe.h"
#include "runner/onlooker.h"
#include "runner/outlets.h"
#include "runner/pack.h"
#include "runner/page.h"
#include "runner/planned.h"
#include "runner/progress.h"
#include "runner/prune.h"
#include "runner/report.h"
#include "runner/request.h"
#include "runner/require.h"
#include "runner/results.h"
#include "runner/say.h"
#include "runner/session.h"
#include "runner/signals.h"
#include "runner/visit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_SKIPPED = 77, EXIT_HARD = 99, FORESEEN_LEAST = 16 };

static void print_list(const struct suite *s)
{
	for (size_t i = 0; i < s->items; i++)
		say_out(s->item[i].name);
}

/* ----------------------------------------------------------------- reporting */

static const char *command_text(struct request *q)
{
	char *text = arena_printf(&q->arena, "lastack run");

	for (int i = 1; i < q->in->argc; i++)
		text = arena_printf(&q->arena, strpbrk(q->in->argv[i], " '\"!*?$<>|&;") ?
				    "%s '%s'" : "%s %s", text, q->in->argv[i]);
	return text;
}

static const char *machine_text(struct request *q)
{
	const char *guest = facts_get(&q->facts, "info guest");
	autobuf line = { 0 };

	fingerprint_line(&q->facts, &line);
	if (guest)
		buf_addf(&line, ", %s", guest);
	return arena_dup(&q->arena, buf_text(&line), line.len);
}

static int open_outlets(struct request *q, struct err *e)
{
	q->out.live = q->out.annotate = true;
	q->out.results = q->results;
	q->out.facts = &q->facts;
	if (outlets_open(&q->out, e))
		return e->code;
	return q->feed ? report_add(q->out.report, feed_new(q->feed, &q->facts, q->results), e) : 0;
}

static int longest_first(const void *a, const void *b)
{
	const int64_t x = forecast_lasts(a), y = forecast_lasts(b);

	return (y > x) - (y < x);
}

/*
 * How many hosts to ask the machine's pace with, which takes time from the run, at most three
 * hundredths. With fewer than a hundred it is off by a tenth: it depends on when the kernel
 * takes down what was made before. The longer a run, the more it is worth
 */
static int pairs_for(size_t trials)
{
	enum { FEW = 40, MANY = 18, MANY_TRIALS = 1500, PAIRS_LEAST = 12, PAIRS_MOST = 160 };
	const size_t pairs = trials / (trials < MANY_TRIALS ? FEW : MANY);

	return pairs < PAIRS_LEAST ? PAIRS_LEAST : pairs > PAIRS_MOST ? PAIRS_MOST : (int)pairs;
}

/* Few trials are done before it is worked out; 0 for them, and where it cannot be */
static int64_t forecast(struct request *q)
{
	struct forecast_trial *trial = arena_get(&q->arena, (q->suite.items + 1) * sizeof(*trial));
	const int slots = means_slots(q->jobs);
	struct forecast_pace pace;
	size_t count = 0;
	struct err e;

	for (size_t i = 0; i < q->suite.items; i++)
		if (q->allow_run || !q->suite.item[i].file->scenario.runs)
			trial[count++] = q->suite.item[i].work;
	if (count < FORESEEN_LEAST ||
	    forecast_pace(&pace, slots, SESSION_WORKING_MOST, pairs_for(count), &e))
		return 0;
	if (!q->shuffle)
		qsort(trial, count, sizeof(*trial), longest_first);
	return forecast_run(trial, count, slots, SESSION_WORKING_MOST, &pace);
}

static int begin_report(struct request *q, struct err *e)
{
	struct report_plan *plan = arena_get(&q->arena, sizeof(*plan));	/* the report keeps it */

	*plan = (struct report_plan){
		.points = q->suite.items,
		.version = arena_printf(&q->arena, "lastack %s", q->in->version),
		.kernel = q->facts.release,
		.machine = machine_text(q),
		.command = command_text(q),
		.results = q->results ? results_path(q->results) : NULL,
		.forecast_ns = forecast(q),
	};

	q->point = arena_get(&q->arena, (q->suite.items + 1) * sizeof(*q->point));
	for (size_t i = 0; i < q->suite.items; i++) {
		const struct suite_item *item = &q->suite.item[i];

		q->point[i] = (struct report_point){ item->name, item->file->name, item->file->path };
	}
	plan->point = q->point;
	if (!plan->points)
		plan->skip = "this shard is empty";
	return report_begin(q->out.report, plan, e);
}

static int write_facts(struct request *q, struct err *e)
{
	autobuf info = { 0 };

	facts_write(&q->facts, &info);
	return results_write(q->results, RESULTS_INFO, &info, e);
}

static int write_info(struct request *q, struct err *e)
{
	facts_put(&q->facts, "info command", command_text(q));
	facts_put(&q->facts, "info version", q->in->version);
	facts_put(&q->facts, "info observing", q->observe ? "yes" : "no");
	if (q->known_path)
		facts_put(&q->facts, "info known", q->known_path);
	if (write_facts(q, e) || planned_write(&q->planned, q->results, e))
		return e->code;
	if (q->known_path && results_write(q->results, RESULTS_KNOWN, &q->known.text, e))
		return e->code;
	for (size_t i = 0; i < q->suite.files; i++) {
		const struct case_file *f = q->suite.file[i];

		if (results_write(q->results, results_case_path(&q->arena, f->name), &f->text, e))
			return e->code;
	}
	return 0;
}

/* The run's directory, when all else is written there */
static int finish_results(struct request *q, int64_t wall_ns, struct err *e)
{
	facts_put(&q->facts, "info wall_ms",
		  arena_printf(&q->arena, "%lld", (long long)(wall_ns / NS_PER_MS)));
	if (write_facts(q, e) || results_finish(q->results, e))
		return e->code;
	return q->no_report ? 0 : page_leave(q->results, q->in->version, q->in->program, e);
}

static int open_results(struct request *q, struct err *e)
{
	if (q->no_results)
		return 0;
	if (results_new(&q->results, q->base, q->facts.release, e))
		return e->code;
	return write_info(q, e);
}

/* ------------------------------------------------------------------- the run */

static void draw(void *ctx, size_t running)
{
	progress_draw(ctx, running, clock_ns());
}

static const char *cut_short(struct request *q, const struct session *s, int signal_number)
{
	const struct report_summary *sum = report_summary(q->out.report);

	if (signal_number)
		return arena_printf(&q->arena, "interrupted by %s", signal_word(signal_number));
	if (s->fail_fast && sum->done < q->suite.items)
		return "stopped after the first failure";
	return NULL;
}

static int exit_status(const struct request *q, bool trouble)
{
	const int status = trouble ? EXIT_TROUBLE : outlets_status(&q->out);

	if (q->automake && status == EXIT_TROUBLE)
		return EXIT_HARD;
	if (q->automake && status == EXIT_GOOD &&
	    report_summary(q->out.report)->count[VERDICT_SKIP] == q->suite.items)
		return EXIT_SKIPPED;
	return status;
}

static int observe(const struct request *q, const struct session *s, struct err *e)
{
	autobuf text = { 0 };
	const int rc = observe_tables(&q->suite, &q->facts, (const char *const *const *)s->observed,
				      q->write, &text, e);

	if (!q->feed)		/* whoever is fed has the tables from the same records */
		fputs(buf_text(&text), stderr);
	return rc;
}

static const struct onlooker *onlooker(struct request *q)
{
	struct onlooker *o = &q->onlooker;

	o->progress = q->out.progress;
	o->many = q->suite.items > 1;
	o->own_user = means_own_user();
	return o->verbose || o->pause ? o : NULL;
}

static struct session session_of(struct request *q)
{
	return (struct session){
		.suite = &q->suite, .facts = &q->facts, .report = q->out.report, .results = q->results,
		.slots = means_slots(q->jobs), .timeout_ns = q->timeout_s * NS_PER_S,
		.shuffle = (unsigned int)q->shuffle, .observing = q->observe,
		.fail_fast = q->fail_fast, .allow_run = q->allow_run, .alone = q->feed, .known = &q->known,
		.onlooker = onlooker(q), .program = q->in->program,
		.tick = draw, .tick_ctx = q->out.progress,
	};
}

/* @rc: how the run went; where not well, @e says so */
static int end_of_run(struct request *q, struct session *s, int64_t begun_ns, int signal_number,
		      int rc, struct err *e)
{
	const int64_t wall_ns = clock_ns() - begun_ns;
	struct err later;

	if (report_end(q->out.report, wall_ns, rc ? e->text : cut_short(q, s, signal_number),
		       rc ? &later : e))
		rc = rc ? rc : e->code;
	if (!rc && q->results)
		rc = finish_results(q, wall_ns, e);
	if (!rc && q->observe && !signal_number)
		rc = observe(q, s, e);
	session_fini(s);
	return rc ? rc : exit_status(q, signal_number != 0);
}

static int play_all(struct request *q, struct err *e)
{
	struct session s = session_of(q);
	const int64_t begun = clock_ns();
	int signal_number = 0, rc;

	rc = begin_report(q, e);
	if (!rc)
		rc = session_run(&s, &signal_number, e);
	return end_of_run(q, &s, begun, signal_number, rc, e);
}

/* Nothing can run at all: say so where a reader of TAP looks for it. */
static int bail(struct request *q, struct err *e)
{
	struct err later;

	if (q->out.report || !open_outlets(q, &later))
		report_bail(q->out.report, e->text, &later);
	return q->automake ? EXIT_HARD : EXIT_TROUBLE;
}

static void close_all(struct request *q)
{
	outlets_close(&q->out);
	results_close(q->results);
	planned_fini(&q->planned);
	suite_fini(&q->suite);
	known_fini(&q->known);
	onlooker_close(&q->onlooker);
	facts_fini(&q->facts);
	arena_free(&q->arena);
}

/* ---------------------------------------------------------- others' kernels */

/* A run in a guest, while it lasts */
struct stay {
	struct request *q;
	struct session session;
	struct visit visit;
	int64_t begun_ns;
};

struct guest_words {
	struct arena *arena;
	const char **word;
	size_t count;
};

static void add_word(struct guest_words *w, const char *text)
{
	w->word = arena_grow(w->arena, w->word, w->count, sizeof(*w->word));
	w->word[w->count++] = text;
}

static void add_option(struct guest_words *w, const char *option, const char *value)
{
	if (!value)
		return;
	add_word(w, option);
	if (*value)
		add_word(w, value);
}

static void add_number(struct guest_words *w, const char *option, int value)
{
	if (value)
		add_option(w, option, arena_printf(w->arena, "%d", value));
}

static void add_trials(struct guest_words *w, const struct request *q)
{
	for (size_t i = 0; i < q->suite.files && !q->rerun_failed; i++) {
		const struct case_file *f = q->suite.file[i];

		add_word(w, arena_printf(w->arena, "/%s%s%s", pack_case_path(w->arena, f->name),
					 f->only ? " " : "", f->only ? f->only : ""));
	}
	for (size_t i = 0; i < q->suite.items && q->rerun_failed; i++) {
		const struct suite_item *item = &q->suite.item[i];
		const char *variant = suite_variant(item->file, item->name);

		add_word(w, arena_printf(w->arena, "/%s%s%s",
					 pack_case_path(w->arena, item->file->name),
					 variant ? " " : "", variant ? variant : ""));
	}
}

/* The same choice, made there by the same words: what it takes is told by the kernel itself */
static int words_for_guest(struct request *q, struct guest_words *w, struct err *e)
{
	if (choice_settle(&q->choice, &q->arena, e))
		return e->code;
	add_word(w, "run");
	add_number(w, "--feed", GUEST_FEED_FD);
	add_option(w, "--results", "/results");
	add_option(w, "--cases", "/" PACK_CASES);
	add_number(w, "--jobs", q->jobs);
	add_number(w, "--repeat", q->choice.repeat);
	add_number(w, "--shuffle", q->shuffle);
	add_number(w, "--timeout", q->timeout_s);
	add_option(w, "--quick", q->choice.quick ? "" : NULL);
	/* What is known to fail is known here only */
	add_option(w, "--fail-fast", q->fail_fast && !q->known_path ? "" : NULL);
	add_option(w, "--allow-run", q->allow_run ? "" : NULL);
	add_option(w, "--observe", q->observe ? "" : NULL);
	if (!q->rerun_failed) {
		add_option(w, "--shard", q->choice.shard);
		for (size_t i = 0; i < q->choice.keep.count; i++)
			add_option(w, "--match", q->choice.keep.value[i]);
	}
	add_word(w, "--");
	add_trials(w, q);
	return 0;
}

/* As there: by what the kernel is, before it was asked what it has */
static int choose_again(struct request *q, struct err *e)
{
	struct facts bare = { .hz = q->facts.hz };

	facts_set_release(&bare, q->facts.release);
	q->suite.item = NULL;
	q->suite.items = 0;
	planned_fini(&q->planned);
	q->planned = (struct planned){ 0 };
	return request_choose(q, &bare, e);
}

/* The guest has told what it is: from here all is as for a run of our own */
static int guest_is_known(void *ctx, struct err *e)
{
	struct stay *g = ctx;
	struct request *q = g->q;
	size_t removed;

	facts_put(&q->facts, "info guest", arena_printf(&q->arena, "%s, %s",
		  g->visit.plan.image->machine->name, machine_mode_name[g->visit.plan.mode]));
	facts_put(&q->facts, "info image", g->visit.plan.image->path);
	if (choose_again(q, e) || open_results(q, e) || open_outlets(q, e))
		return e->code;
	if (q->keep_runs && prune_runs(q->base, (size_t)q->keep_runs - 1, &removed, e))
		return e->code;
	if (q->told >= 0 && q->results)
		dprintf(q->told, "%s", results_path(q->results));
	g->session = session_of(q);
	g->session.how = arena_printf(&q->arena, " --kernel '%s'%s%s%s%s%s", g->visit.plan.image->path,
				      q->modules ? " --modules '" : "", q->modules ? q->modules : "",
				      q->modules ? "'" : "",
				      q->skip_time ? " --skip-time" : "",
				      q->real_time ? " --no-skip-time" : "");
	return begin_report(q, e);
}

static void draw_stay(void *ctx)
{
	struct stay *g = ctx;

	if (g->q->out.progress)
		progress_draw(g->q->out.progress, 0, clock_ns());
}

static int end_of_stay(struct stay *g, int rc, struct err *e)
{
	struct request *q = g->q;
	struct visit *v = &g->visit;
	struct err later;

	fputs(buf_text(&v->words), stderr);
	if (q->results && v->console.len &&
	    results_write(q->results, RESULTS_CONSOLE, &v->console, rc ? &later : e) && !rc)
		rc = e->code;
	if (!rc && v->bailed)
		rc = err_set(e, -EPERM, "in the guest: %s", v->why);
	if (!rc && !v->is_known)
		rc = v->words.len && !v->why ? err_set(e, -EINVAL, "in the guest nothing was run") :
		     err_set(e, -EIO, "%s", v->why ? v->why : "interrupted");
	if (!v->is_known)
		return bail(q, e);
	return end_of_run(q, &g->session, g->begun_ns, v->signal, rc, e);
}

static enum machine_mode mode_of(const struct request *q, const struct image *i)
{
	const bool kvm = !i->machine->uml && !access("/dev/kvm", R_OK | W_OK);

	if (machine_skips(i->machine, buf_text(&i->kernel), i->kernel.len) &&
	    (q->skip_time || (!q->real_time && !kvm)))
		return MACHINE_SKIP;
	return kvm && !q->skip_time ? MACHINE_KVM : MACHINE_EMULATED;
}

static int play_in(struct request *q, struct image *i, struct err *e)
{
	autobuf archive = { 0 };
	struct guest_words w = { .arena = &q->arena };
	struct stay g = { .q = q, .begun_ns = clock_ns() };
	int rc;

	if (words_for_guest(q, &w, e) || pack(i, &q->suite, w.word, w.count, &archive, e))
		return bail(q, e);
	g.visit = (struct visit){
		.plan = { .image = i, .archive = &archive, .mode = mode_of(q, i),
			  .cpu = sched_getcpu() + (int)q->which, .memory_mib = q->memory_mib ? q->memory_mib : 1024, .cpus = 2,
			  .silence_s = q->silence_s ? q->silence_s : 120,
			  .tick = draw_stay, .ctx = &g },
		.without_kvm = q->real_time ? MACHINE_EMULATED : MACHINE_SKIP,
		.session = &g.session, .facts = &q->facts, .known = guest_is_known, .ctx = &g,
	};
	rc = end_of_stay(&g, visit_run(&g.visit, e), e);
	visit_fini(&g.visit);
	return rc;
}

static int run_in_guest(struct request *q, struct err *e)
{
	struct image i;
	int rc;

	rc = image_open(&i, q->kernel.value[q->which], q->modules, e);
	if (!rc && q->skip_time && !machine_skips(i.machine, buf_text(&i.kernel), i.kernel.len))
		rc = err_set(e, -ENOTSUP, "--skip-time: %s was built without UML_TIME_TRAVEL_SUPPORT", i.path);
	if (!rc && !facts_set_release(&q->facts, i.release))
		rc = err_set(e, -ENOEXEC, "--kernel: %s: \"%s\" is no release", i.path, i.release);
	if (!rc && !q->suite.files)
		rc = request_load(q, &q->facts, e);
	if (!rc && !q->list)
		rc = request_refuse_programs(q, e);
	if (!rc && !i.modules.files && !i.machine->uml && !q->list)
		say("no modules of %s were found (--modules DIR): only what is built in can be used",
		    i.release);
	if (!rc && q->list)
		print_list(&q->suite);
	else if (!rc)
		rc = play_in(q, &i, e);
	image_fini(&i);
	return rc;
}

/* In a child: one kernel of several */
static int run_in_one(void *ctx, size_t which, int told)
{
	struct request *q = ctx;
	struct err e = { 0 };
	int status;

	q->which = which;
	q->told = told;
	status = run_in_guest(q, &e);
	if (status < 0) {
		say("%s", e.text);
		status = q->automake ? EXIT_HARD : EXIT_TROUBLE;
	}
	close_all(q);
	return status;
}

static int run_in_several(struct request *q, struct err *e)
{
	struct kernels k = {
		.image = q->kernel.value, .images = q->kernel.count, .run = run_in_one, .ctx = q,
		.slots = (int)sysconf(_SC_NPROCESSORS_ONLN), .base = q->base,
		.version = q->in->version, .program = q->in->program,
		.plain = q->out.format == FORMAT_NDJSON,
	};

	if (k.images > KERNELS_MOST)
		return err_set(e, -E2BIG, "--kernel: more than %d", KERNELS_MOST);
	if (q->write || q->out.junit || q->out.format == FORMAT_JUNIT)
		return err_set(e, -EINVAL, "--write and JUnit XML are for one kernel at a time (junit.xml lies in each run's results)");
	if (q->rerun_failed)
		return err_set(e, -EINVAL, "--rerun-failed: one kernel at a time");
	if (q->list)
		return run_in_guest(q, e);
	return request_load(q, NULL, e) ? e->code : kernels_run(&k, e);	/* read once: standard input is no more there then */
}

static int run(struct request *q, struct err *e)
{
	size_t removed;

	if (fingerprint_gather(&q->facts, e) || request_load(q, &q->facts, e))
		return e->code;
	if (q->list) {
		print_list(&q->suite);
		return EXIT_GOOD;
	}
	if (request_refuse_programs(q, e) || onlooker_open(&q->onlooker, e))
		return e->code;
	if (means_gain_rights(e) || lab_prepare(e) || require_ask(&q->suite, &q->facts, e) || means_room(e))
		return bail(q, e);
	if (q->suite.errors)
		return request_complain(&q->suite, e);
	if (open_results(q, e) || open_outlets(q, e))
		return bail(q, e);
	if (q->keep_runs && prune_runs(q->base, (size_t)q->keep_runs - 1, &removed, e))
		return e->code;
	return play_all(q, e);
}

static int carry_out(struct request *q, struct err *e)
{
	if (outlets_format(&q->out, q->format, e))
		return -EINVAL;
	if (q->kernel.count && (q->onlooker.pause || q->onlooker.verbose))
		return err_set(e, -EINVAL, "--pause and --verbose look on here, not into a guest: leave out --kernel");
	if (q->onlooker.pause && q->jobs > 1)
		return err_set(e, -EINVAL, "--pause plays one trial after the other: -j 1");
	if (q->onlooker.pause)
		q->jobs = 1;
	if (q->write && !q->observe)
		return err_set(e, -EINVAL, "--write goes with --observe");
	if (!q->kernel.count && (q->modules || q->skip_time || q->real_time || q->memory_mib || q->silence_s))
		return err_set(e, -EINVAL, "--modules, --skip-time, --no-skip-time, --memory and --silence go with --kernel");
	if (q->skip_time && q->real_time)
		return err_set(e, -EINVAL, "--skip-time and --no-skip-time: one or the other");
	if (!q->base)
		q->base = results_base();
	return q->kernel.count > 1 ? run_in_several(q, e) :
	       q->kernel.count ? run_in_guest(q, e) : run(q, e);
}

int cmd_run(const struct invocation *in, struct err *e)
{
	struct request q = { .in = in, .told = -1, .onlooker.tty = -1 };
	autobuf help_text = { 0 };
	int rc;
	bool help;

	if (request_read(&q, &q.rest, &help, &help_text, e))
		return -EINVAL;
	if (help) {
		fputs(buf_text(&help_text), stdout);
		return EXIT_GOOD;
	}
	rc = carry_out(&q, e);
	if (rc < 0 && q.automake) {
		say("%s", e->text);
		rc = EXIT_HARD;
	}
	close_all(&q);
	return rc;
}
