/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text on its way into a page: whatever it holds, it stays text. */
#ifndef RUNNER_HTML_H
#define RUNNER_HTML_H

#include <stddef.h>

struct buf;

/**
 * html_add() - Append text of one line: between tags, or within an attribute's quotes
 *
 * What HTML reads as its own comes as a reference; line ends and tabs as a space; other
 * control characters, those that turn the direction of what follows, and bytes that are no
 * UTF-8 as U+FFFD, so that one sees that something was there.
 */
void html_add(struct buf *b, const char *s, size_t len);
void html_adds(struct buf *b, const char *s);

/** html_add_lines() - The same for text of several lines, which keeps line ends and tabs */
void html_add_lines(struct buf *b, const char *s, size_t len);

#endif
