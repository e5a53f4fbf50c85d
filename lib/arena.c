// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/arena.h"

#include "lib/store.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
	struct arena_block *next;
	size_t used, room;
	bool stored;
	max_align_t bytes[];
};

enum { BLOCK_LEAST = 16384, STORED_LEAST = 2048 };

void (*arena_out_of_memory)(void) = abort;

static _Noreturn void out_of_memory(void)
{
	arena_out_of_memory();
	abort();
}

static struct arena_block *stored_block(struct arena *a, size_t room)
{
	struct arena_block *b = a->store ? store_get(a->store, sizeof(*b) + room) : NULL;

	if (b)
		b->stored = true;
	return b;
}

static struct arena_block *new_block(size_t room)
{
	struct arena_block *b = malloc(sizeof(*b) + room);

	if (!b)
		out_of_memory();
	b->stored = false;
	return b;
}

static bool has_room(const struct arena *a, size_t size)
{
	const struct arena_block *b = a->block;

	return b && b->room - b->used >= size && !(b->stored && a->store->frozen);
}

void *arena_get(struct arena *a, size_t size)
{
	const size_t unit = sizeof(max_align_t);
	void *p;

	if (size > SIZE_MAX / 2)
		out_of_memory();
	size = (size + unit - 1) / unit * unit;
	if (!has_room(a, size)) {
		const size_t least = a->store ? STORED_LEAST : BLOCK_LEAST;
		const size_t room = size > least ? size : least;
		struct arena_block *b = stored_block(a, room);

		if (!b)
			b = new_block(room);
		b->used = 0;
		b->room = room;
		b->next = a->block;
		a->block = b;
	}
	p = (char *)a->block->bytes + a->block->used;
	a->block->used += size;
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
		if (!b->stored)
			free(b);
	}
}
