/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory that is filled once and then only read. Frozen, it is a mapping that fork() has
 * nothing to copy of: a process that keeps megabytes and forks thousands of times pays
 * for their page tables once. Nor can a child change what another one, or its parent,
 * reads.
 */
#ifndef LIB_STORE_H
#define LIB_STORE_H

#include <stdbool.h>
#include <stddef.h>

/** struct store - All zero is an empty one */
struct store {
	char *at;		/* NULL: nothing in it yet */
	size_t used, room;
	bool frozen, none;	/* @none: there is no room for one */
};

/**
 * store_get() - Memory, zeroed and aligned for any type, until store_free()
 *
 * Return: NULL where it is full, frozen or cannot be had, or addresses are limited
 *         (RLIMIT_AS); then malloc(3) has to do
 */
void *store_get(struct store *s, size_t size);

/**
 * store_freeze() - From now on all that is in it can only be read, where it stands
 *
 * Where that cannot be done all stays as it is: it is only dearer.
 * Source: mm/memory.c, vma_needs_copy(): a file's mapping that was never written to
 */
void store_freeze(struct store *s);

void store_free(struct store *s);

#endif
