/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `lastack run` was asked for: its words read, its files found, its trials chosen. */
#ifndef RUNNER_REQUEST_H
#define RUNNER_REQUEST_H

#include "runner/choice.h"
#include "runner/facts.h"
#include "runner/known.h"
#include "runner/onlooker.h"
#include "runner/options.h"
#include "runner/outlets.h"
#include "runner/planned.h"
#include "runner/suite.h"

struct buf;
struct err;
struct invocation;
struct report_point;
struct results;

/** struct request - What the command line said, and what is made of it */
struct request {
	struct choice choice;
	const char *format, *base, *known_path;
	int jobs, timeout_s, shuffle, keep_runs;
	bool fail_fast, allow_run, rerun_failed, automake, observe, write, list, no_results, no_report;
	struct option_list kernel;
	const char *modules;
	int memory_mib, silence_s, feed;
	bool skip_time, real_time;
	size_t which;			/* of the kernels */
	int told, rest;			/* told: where the path of the results is to be written */

	const struct invocation *in;
	struct arena arena;
	struct suite suite;
	struct facts facts;
	struct known known;
	struct onlooker onlooker;
	struct outlets out;
	struct results *results;
	struct report_point *point;
	struct planned planned;
};

/**
 * request_read() - The command line
 * @rest: out: index of the first word that is no option
 * @help: out: --help was said; @help_text is it
 */
int request_read(struct request *q, int *rest, bool *help, struct buf *help_text, struct err *e);

/**
 * request_load() - Find and read the case files, choose the trials, read the list of known ones
 * @facts: the kernel; NULL where it is not known yet
 *
 * What is wrong with the files is told on standard error.
 */
int request_load(struct request *q, const struct facts *facts, struct err *e);

/** request_choose() - Only the choice, of files that were read */
int request_choose(struct request *q, const struct facts *facts, struct err *e);

/** request_refuse_programs() - -EPERM where a file named by itself runs programs and may not */
int request_refuse_programs(const struct request *q, struct err *e);

/** request_complain() - Tell on standard error what is wrong with the files. Return: -EINVAL */
int request_complain(const struct suite *s, struct err *e);

#endif
