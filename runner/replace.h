/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_REPLACE_H
#define RUNNER_REPLACE_H

struct buf;
struct err;

/**
 * replace_file() - Put another text into a case file, whole or not at all
 * @path: be it by a symbolic link, which stays
 * @was:  what was read from there
 * @text: what is to stand there
 *
 * Mode and owner stay as they were; who may not give a file away keeps it.
 *
 * Errors: -ESTALE it no longer holds @was: nothing is written
 */
int replace_file(const char *path, const struct buf *was, const struct buf *text, struct err *e);

#endif
