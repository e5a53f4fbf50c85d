// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/index.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const char *a, size_t a_len, const char *b, size_t b_len)
{
	const int order = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return order ? order : (a_len > b_len) - (a_len < b_len);
}

static int by_name_and_place(const void *left, const void *right)
{
	const struct index_entry *a = left, *b = right;
	const int order = by_name(a->name, a->len, b->name, b->len);

	return order ? order : (a->at > b->at) - (a->at < b->at);
}

void index_sort(struct index_entry *entry, size_t count)
{
	if (count)
		qsort(entry, count, sizeof(*entry), by_name_and_place);
}

bool index_find(const struct index_entry *entry, size_t count, const char *name, size_t len,
		size_t *at)
{
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (by_name(entry[middle].name, entry[middle].len, name, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == count || by_name(entry[low].name, entry[low].len, name, len) != 0)
		return false;
	*at = entry[low].at;
	return true;
}

const struct index_entry *index_twice(const struct index_entry *entry, size_t count)
{
	const struct index_entry *first = NULL;

	for (size_t i = 1; i < count; i++)
		if (!by_name(entry[i - 1].name, entry[i - 1].len, entry[i].name, entry[i].len) &&
		    (!first || entry[i].at < first->at))
			first = &entry[i];
	return first;
}
