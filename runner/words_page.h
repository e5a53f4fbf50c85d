/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The vocabulary as a whole: for a reader, and for the programs that make a manual or a syntax of it. */
#ifndef RUNNER_WORDS_PAGE_H
#define RUNNER_WORDS_PAGE_H

struct buf;

/** words_print() - The reference of the language */
void words_print(struct buf *out);

/**
 * words_table() - The same, one word a line: section, word, usage, help, parted by tabs
 *
 * A line whose word is empty begins a section: its title and its form stand for usage
 * and help. Words that join others come last, in a section without a title.
 */
void words_table(struct buf *out);

#endif
