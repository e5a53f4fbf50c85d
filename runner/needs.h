/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_NEEDS_H
#define RUNNER_NEEDS_H

#include "runner/reader.h"
#include "runner/scenario.h"

/** needs_read() - `kernel >= 6.14`, `sysctl NAME`, `destroy`, ...: what stands behind `needs` */
void needs_read(struct reader *r, struct need_of *need);

/** needs_named() - A NAME behind `has`: it tells by itself what kind of thing it is */
void needs_named(struct reader *r, struct need_of *need);

/** needs_relation() - `>=6.14` or `<6.14` in one word; Return: whether it is one */
bool needs_relation(const char *s, size_t len, int *relation, unsigned int *version);

#endif
