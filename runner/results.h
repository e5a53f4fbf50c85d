/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_RESULTS_H
#define RUNNER_RESULTS_H

#include "runner/verdict.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct buf;
struct err;
struct results;

/*
 * What a run leaves: one directory, <UTC time>-<kernel release>, and a link
 * `latest` beside it.
 *
 *   lastack-run               says that we made it; locked while the run lasts
 *   run.tap                   the stream, always TAP 13
 *   junit.xml                 the same as JUnit XML, when the run is over
 *   run.ndjson                a line of JSON for the run, each trial, the end
 *   run.info                  the kernel, the machine, the command
 *   plan                      all trials that were to be played, other shards' too
 *   console.log               of a run in a guest: all that its kernel said
 *   report.html               all of it, for a person
 *   known                     the list of known differences, where one was used
 *   verdicts                  one line a trial: verdict, tries, milliseconds, name
 *   <topic>/<file>/<variant>.record   and .pcapng
 *   cases/<topic>/<file>.case         the files as they were run
 *
 * All paths below are relative to that directory and made here. No symbolic
 * link inside it is ever followed, whoever put it there.
 */
#define RESULTS_MARKER	"lastack-run"
#define RESULTS_MARK	"A run of lastack; --keep may remove it.\n"
#define RESULTS_LATEST	"latest"
#define RESULTS_TAP	"run.tap"
#define RESULTS_JUNIT	"junit.xml"
#define RESULTS_NDJSON	"run.ndjson"
#define RESULTS_INFO	"run.info"
#define RESULTS_KNOWN	"known"
#define RESULTS_VERDICTS "verdicts"
#define RESULTS_PLAN	"plan"
#define RESULTS_CONSOLE	"console.log"
#define RESULTS_REPORT	"report.html"
#define RESULTS_CASES	"cases"

/**
 * results_base() - Where runs go when nobody said: "results" in a checkout of
 * lastack, "lastack-results" elsewhere
 */
const char *results_base(void);

/**
 * results_new() - Begin a run's directory, and let `latest` show to it
 * @base:    folder of all runs, made where it is not there
 * @release: uname -r
 * @r:       out, freed by results_close()
 *
 * Errors: -EEXIST @base/latest is there and no symbolic link
 */
int results_new(struct results **r, const char *base, const char *release, struct err *e);

/**
 * results_new_at() - Begin a directory of that name; `latest` stays as it is
 * @path: made here, or there and empty
 */
int results_new_at(struct results **r, const char *path, struct err *e);

/**
 * results_open_existing() - Look at an earlier run; nothing is written
 * @base:  as in results_new()
 * @which: "latest" (or NULL), a run's path, or its name below @base
 *
 * --keep of another run spares it while it is open.
 * Errors: -ENOENT no such directory; -EINVAL it is no run's
 */
int results_open_existing(struct results **r, const char *base, const char *which, struct err *e);

/** results_path() - The directory, as a person would name it */
const char *results_path(const struct results *r);

/** results_close() - NULL is fine */
void results_close(struct results *r);

/**
 * results_trial_path() - Where something about a trial goes
 * @name:   topic/file axis=value,...
 * @suffix: ".record", ".pcapng"
 * @a:      holds what is returned
 *
 * Different names give different paths; none leaves the directory, is hidden,
 * or meets the files named above.
 */
const char *results_trial_path(struct arena *a, const char *name, const char *suffix);

/** results_case_path() - Where the copy of a file goes; @scenario: topic/file */
const char *results_case_path(struct arena *a, const char *scenario);

/** results_create() - Make a file that was not there, to be written to. @fd: out, the caller's */
int results_create(struct results *r, const char *path, int *fd, struct err *e);

/** results_write() - Put a file there, whole or not at all; one of that name is replaced */
int results_write(struct results *r, const char *path, const struct buf *b, struct err *e);

/**
 * results_read() - Append a file to @b
 * @most: bytes beyond which it is refused with -EFBIG
 */
int results_read(struct results *r, const char *path, size_t most, struct buf *b, struct err *e);

/**
 * results_verdict() - Note a verdict at once, so that it is there whatever comes
 * @index: of the trial in the plan
 */
int results_verdict(struct results *r, size_t index, const char *name, const struct verdict *v,
		    struct err *e);

/** results_finish() - Write the verdicts anew in the order of the plan */
int results_finish(struct results *r, struct err *e);

/** struct past - What a line of `verdicts` says */
struct past {
	enum verdict_kind kind;
	int tries;
	int64_t elapsed_ns;	/* whole microseconds */
	const char *name;
};

/**
 * results_past() - The verdicts of a run
 * @a:    holds them
 * @list: out
 *
 * A last line without its end (the run was killed) is left out.
 * Errors: -EBADMSG a line that none of us wrote; the text tells which
 */
int results_past(struct results *r, struct arena *a, struct past **list, size_t *count,
		 struct err *e);

#endif
