/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_JSON_H
#define RUNNER_JSON_H

#include <stddef.h>
#include <stdint.h>

struct buf;

/*
 * JSON, written front to back. Commas come by themselves: a value that follows
 * another gets one. @key is NULL inside a list; keys are ours and plain.
 */

/** json_open() - Begin an object or a list: `{` or `[` */
void json_open(struct buf *b, const char *key, char bracket);

/** json_close() - End it: `}` or `]` */
void json_close(struct buf *b, char bracket);

/**
 * json_text() - A string; nothing at all where @s is NULL
 *
 * Always valid: control characters and what turns the direction of a text come
 * as \uXXXX, bytes that are no UTF-8 as U+FFFD.
 */
void json_text(struct buf *b, const char *key, const char *s);

/** json_part() - A string of @len bytes, which may hold NULs */
void json_part(struct buf *b, const char *key, const char *s, size_t len);

void json_number(struct buf *b, const char *key, int64_t n);

/** json_ms() - A time in nanoseconds as milliseconds, to the microsecond: 12.345 */
void json_ms(struct buf *b, const char *key, int64_t ns);

void json_list(struct buf *b, const char *key, const char *const *item, size_t items);

#endif
