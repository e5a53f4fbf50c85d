/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_ARENA_H
#define LIB_ARENA_H

#include <stddef.h>

struct store;

/**
 * struct arena - Memory that is given back all at once
 *
 * All zero is a valid empty arena. Memory comes zeroed and aligned for any
 * type, or not at all: then arena_out_of_memory() is called, which does not
 * return. What an arena holds is bounded by the bounds on what is read into it.
 *
 * @store: where it takes its memory from, as long as there is any; then it is given
 *         back with the store only. NULL, or full: malloc(3)
 */
struct arena {
	struct arena_block *block;
	struct store *store;
};

/** arena_out_of_memory - What to do then; abort() unless the program says better */
extern void (*arena_out_of_memory)(void);

void *arena_get(struct arena *a, size_t size);

/** arena_dup() - A NUL-terminated copy of @len bytes */
char *arena_dup(struct arena *a, const char *s, size_t len);

char *arena_printf(struct arena *a, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * arena_grow() - Room for one more in an array that doubles
 * @array: NULL or an array got from here
 * @count: members in use
 * @size:  of a member
 *
 * Return: the array, perhaps moved, with room for @count + 1
 */
void *arena_grow(struct arena *a, void *array, size_t count, size_t size);

void arena_free(struct arena *a);

#endif
