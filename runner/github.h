/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_GITHUB_H
#define RUNNER_GITHUB_H

struct report_sink;

/**
 * struct github - What GitHub Actions says of itself
 * @fd:        where annotations go, at once: standard error, which its runner reads as
 *             it reads standard output; -1: nowhere
 * @workspace: GITHUB_WORKSPACE: paths are told relative to it; NULL: as they are
 * @summary:   GITHUB_STEP_SUMMARY: a file to append to; NULL for none
 *
 * Borrowed until the run's end.
 */
struct github {
	int fd;
	const char *workspace, *summary;
};

/** Of a step it shows ten errors; of a summary it takes a mebibyte, all or nothing */
enum { GITHUB_ERRORS_MOST = 10, GITHUB_SUMMARY_MOST = 1 << 20, GITHUB_SUMMARY_OURS = 1 << 19 };

/**
 * github_new() - A sink that annotates the first red trials, each at its place in its
 * file, and appends a page with all of them
 *
 * Return: NULL where memory ran out
 */
struct report_sink *github_new(const struct github *g);

#endif
