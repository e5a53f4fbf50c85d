/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_INDEX_H
#define LIB_INDEX_H

#include <stdbool.h>
#include <stddef.h>

/** struct index_entry - A name and where it stands; @name is borrowed, @len bytes of it count */
struct index_entry {
	const char *name;
	size_t len, at;
};

/**
 * index_sort() - Put entries in the order of their names, and those of one name in that of @at
 *
 * Sorted and not hashed: whoever chooses the names cannot make it slow.
 */
void index_sort(struct index_entry *entry, size_t count);

/**
 * index_find() - The first entry of a name
 * @entry, @count: as index_sort() left them
 * @at:            out: where it stands; untouched where there is none
 *
 * Return: whether there is one
 */
bool index_find(const struct index_entry *entry, size_t count, const char *name, size_t len,
		size_t *at);

/** index_twice() - An entry whose name an earlier one has, the one with the lowest @at; NULL: none */
const struct index_entry *index_twice(const struct index_entry *entry, size_t count);

#endif
