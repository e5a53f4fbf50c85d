// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/outlets.h"

#include "lib/auto.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/github.h"
#include "runner/junit.h"
#include "runner/ndjson.h"
#include "runner/progress.h"
#include "runner/report.h"
#include "runner/results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *format_name(int format)
{
	switch (format) {
	case FORMAT_NDJSON:	return "ndjson";
	case FORMAT_JUNIT:	return "junit";
	default:		return tap_format_name[format];
	}
}

int outlets_format(struct outlets *o, const char *name, struct err *e)
{
	o->format = TAP_13;
	for (int f = 0; name && f < FORMAT_COUNT; f++) {
		if (strcmp(format_name(f), name) != 0)
			continue;
		o->format = f;
		return 0;
	}
	return !name ? 0 : err_set(e, -EINVAL,
				   "--format: \"%s\" is none of tap, tap14, ktap, ndjson, junit", name);
}

static struct report_sink *for_stdout(struct outlets *o)
{
	switch (o->format) {
	case FORMAT_NDJSON:	return o->ndjson = ndjson_new(STDOUT_FILENO, o->facts);
	case FORMAT_JUNIT:	return junit_new(NULL, NULL, STDOUT_FILENO);
	default:		return tap_new((enum tap_format)o->format, STDOUT_FILENO);
	}
}

static int add_files(struct outlets *o, struct err *e)
{
	if (o->results) {
		if (results_create(o->results, RESULTS_TAP, &o->tap_fd, e) ||
		    results_create(o->results, RESULTS_NDJSON, &o->ndjson_fd, e) ||
		    report_add(o->report, tap_new(TAP_13, o->tap_fd), e) ||
		    report_add(o->report, ndjson_new(o->ndjson_fd, o->facts), e))
			return e->code;
	}
	if (!o->results && !o->junit)
		return 0;
	return report_add(o->report, junit_new(o->results, o->junit, -1), e);
}

/* Standard output is TAP's; the runner of GitHub takes its commands from standard error as well */
static int add_github(struct outlets *o, struct err *e)
{
	const char *there = getenv("GITHUB_ACTIONS");
	const struct github to = {
		.fd = o->annotate ? STDERR_FILENO : -1,
		.workspace = getenv("GITHUB_WORKSPACE"), .summary = getenv("GITHUB_STEP_SUMMARY"),
	};

	return there && !strcmp(there, "true") ? report_add(o->report, github_new(&to), e) : 0;
}

int outlets_open(struct outlets *o, struct err *e)
{
	o->tap_fd = o->ndjson_fd = -1;
	o->report = report_new();
	if (!o->report)
		return err_set(e, -ENOMEM, "out of memory");
	if (o->live) {
		o->progress = progress_new(STDERR_FILENO, STDOUT_FILENO);
		if (!o->progress)
			return err_set(e, -ENOMEM, "out of memory");
		if (report_add(o->report, progress_sink(o->progress), e) || add_github(o, e))
			return e->code;
	}
	return report_add(o->report, for_stdout(o), e) ? e->code : add_files(o, e);
}

int outlets_status(const struct outlets *o)
{
	const struct report_summary *sum = report_summary(o->report);

	if (sum->count[VERDICT_BROKEN] + sum->count[VERDICT_TIMING])
		return EXIT_TROUBLE;
	return sum->count[VERDICT_FAIL] + sum->count[VERDICT_TODO_PASSED] ? EXIT_RED : EXIT_GOOD;
}

void outlets_close(struct outlets *o)
{
	if (!o->report)
		return;
	report_free(o->report);
	o->report = NULL;
	fd_close(&o->tap_fd);
	fd_close(&o->ndjson_fd);
}
