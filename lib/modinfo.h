/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_MODINFO_H
#define LIB_MODINFO_H

#include <stdbool.h>
#include <stddef.h>

/**
 * modinfo() - What a kernel module says of itself: each "key=value" of its .modinfo
 * @module: the file, not compressed: ELF of either size and byte order
 * @tell:   @value ends with a NUL
 *
 * Nothing is trusted: offsets that lie lead nowhere.
 * Return: whether it is a module
 */
bool modinfo(const char *module, size_t len,
	     void (*tell)(void *ctx, const char *key, size_t key_len, const char *value), void *ctx);

#endif
