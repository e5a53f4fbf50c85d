// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/tar.h"

#include "lib/err.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 512, PATH_MOST = 4096 };

/* Where things are in a member's first block */
enum { AT_NAME = 0, AT_SIZE = 124, AT_SUM = 148, AT_TYPE = 156, AT_MAGIC = 257, AT_PREFIX = 345 };
enum { NAME_LEN = 100, SIZE_LEN = 12, SUM_LEN = 8, PREFIX_LEN = 155 };

struct reader {
	const char *bytes;
	size_t len, at;
	char path[PATH_MOST];	/* that the next member has, where a member before it said so */
};

static int bad(const struct reader *r, struct err *e)
{
	return err_set(e, -EBADMSG, "tar: byte %zu: no archive, or cut short", r->at);
}

static bool octal(const char *s, size_t len, size_t *number)
{
	size_t n = 0, i = 0;

	while (i < len && s[i] == ' ')
		i++;
	for (; i < len && s[i] >= '0' && s[i] <= '7'; i++)
		n = n * 8 + (size_t)(s[i] - '0');
	*number = n;
	return i == len || !s[i] || s[i] == ' ';
}

/* The sum is made with blanks where it stands itself */
static bool sum_holds(const char *head)
{
	size_t said, sum = 0;

	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= AT_SUM && i < AT_SUM + SUM_LEN ? ' ' : (unsigned char)head[i];
	return octal(head + AT_SUM, SUM_LEN, &said) && said == sum;
}

static bool is_end(const char *head)
{
	for (size_t i = 0; i < BLOCK; i++)
		if (head[i])
			return false;
	return true;
}

static void set_path(struct reader *r, const char *s, size_t len)
{
	snprintf(r->path, sizeof(r->path), "%.*s", (int)(len < PATH_MOST ? len : 0), s);
}

/* "30 path=some/long/name\n", and the like; only the path is of interest */
static void pax_path(struct reader *r, const char *s, size_t len)
{
	while (len) {
		char digits[12] = "";
		char *end;
		size_t line;

		memcpy(digits, s, len < sizeof(digits) - 1 ? len : sizeof(digits) - 1);
		line = strtoul(digits, &end, 10);
		if (!line || line > len || *end != ' ' || (size_t)(end - digits) + 2 > line)
			return;
		end += 1;
		if (line > (size_t)(end - digits) + 6 && !strncmp(s + (end - digits), "path=", 5))
			set_path(r, s + (end - digits) + 5, line - (size_t)(end - digits) - 6);
		s += line;
		len -= line;
	}
}

static void own_path(struct reader *r, const char *head)
{
	const bool prefixed = !memcmp(head + AT_MAGIC, "ustar\0", 6) && head[AT_PREFIX];

	snprintf(r->path, sizeof(r->path), "%.*s%s%.*s", prefixed ? PREFIX_LEN : 0,
		 head + AT_PREFIX, prefixed ? "/" : "", NAME_LEN, head + AT_NAME);
}

int tar_read(const char *bytes, size_t len,
	     void (*tell)(void *ctx, const char *path, const char *file, size_t size), void *ctx,
	     struct err *e)
{
	struct reader r = { .bytes = bytes, .len = len };

	while (r.at + BLOCK <= r.len && !is_end(r.bytes + r.at)) {
		const char *head = r.bytes + r.at, *body = head + BLOCK;
		const char type = head[AT_TYPE];
		size_t size;

		if (!sum_holds(head) || !octal(head + AT_SIZE, SIZE_LEN, &size) ||
		    size > r.len - r.at - BLOCK)
			return bad(&r, e);
		if (type == 'L') {
			set_path(&r, body, size);
		} else if (type == 'x') {
			pax_path(&r, body, size);
		} else {
			if (!r.path[0])
				own_path(&r, head);
			if (type == '0' || type == '\0')
				tell(ctx, r.path, body, size);
			r.path[0] = '\0';
		}
		r.at += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
	}
	return r.at + BLOCK <= r.len ? 0 : bad(&r, e);
}
