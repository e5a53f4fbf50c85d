// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t used, room;
	max_align_t bytes[];
};

void (*arena_out_of_memory)(void) = abort;

static _Noreturn void out_of_memory(void)
{
	arena_out_of_memory();
	abort();
}

void *arena_get(struct arena *a, size_t size)
{
	const size_t unit = sizeof(max_align_t);
	struct arena_block *b = a->block;
	void *p;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + unit - 1) / unit * unit;
	if (!b || b->room - b->used < size) {
		const size_t room = size > 16384 ? size : 16384;

		b = malloc(sizeof(*b) + room);
		if (!b)
			out_of_memory();
		b->used = 0;
		b->room = room;
		b->next = a->block;
		a->block = b;
	}
	p = (char *)b->bytes + b->used;
	b->used += size;
	return memset(p, 0, size);	/* piece by piece: pages that nobody asks for stay untouched */
}

char *arena_dup(struct arena *a, const char *s, size_t len)
{
	char *copy = arena_get(a, len + 1);

	if (len)
		memcpy(copy, s, len);
	return copy;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		out_of_memory();
	s = arena_get(a, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(s, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return s;
}

void *arena_grow(struct arena *a, void *array, size_t count, size_t size)
{
	void *larger;

	if (count && (count & (count - 1)))
		return array;
	if (count > SIZE_MAX / 4 / (size ? size : 1))
		out_of_memory();
	larger = arena_get(a, (count ? 2 * count : 1) * size);
	if (count)
		memcpy(larger, array, count * size);
	return larger;
}

void arena_free(struct arena *a)
{
	while (a->block) {
		struct arena_block *b = a->block;

		a->block = b->next;
		free(b);
	}
}
