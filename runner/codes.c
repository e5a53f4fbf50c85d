// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/codes.h"

#include "lib/buf.h"
#include "runner/picture.h"

#include <stdlib.h>
#include <string.h>

static uint64_t hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h ^ h >> 32;
}

/* The slot of a fragment, or the empty one where it belongs; slots are a power of two, half empty */
static size_t *slot_of(const struct codes *c, const char *fragment)
{
	size_t i = (size_t)hash(fragment) & (c->slots - 1);

	while (c->slot[i] && strcmp(c->fragment[c->slot[i] - 1], fragment) != 0)
		i = (i + 1) & (c->slots - 1);
	return &c->slot[i];
}

static void make_room(struct codes *c)
{
	if (2 * c->fragments < c->slots)
		return;
	c->slots = c->slots ? 2 * c->slots : 1024;
	c->slot = arena_get(&c->arena, c->slots * sizeof(*c->slot));
	for (size_t i = 0; i < c->fragments; i++)
		*slot_of(c, c->fragment[i]) = i + 1;
}

static size_t number_of(struct codes *c, const struct buf *fragment)
{
	size_t *slot;

	make_room(c);
	slot = slot_of(c, buf_text(fragment));
	if (!*slot) {
		c->fragment = arena_grow(&c->arena, c->fragment, c->fragments, sizeof(*c->fragment));
		c->fragment[c->fragments++] = arena_dup(&c->arena, buf_text(fragment), fragment->len);
		*slot = c->fragments;
	}
	return *slot - 1;
}

static void add_number(struct buf *b, uint64_t n)
{
	static const char digit[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	char text[16], *s = text + sizeof(text);

	do {
		*--s = digit[n % 36];
		n /= 36;
	} while (n);
	buf_add(b, s, (size_t)(text + sizeof(text) - s));
}

static void add_code(struct codes *c, const struct rung *r, int64_t *at, struct buf *fragment,
		     struct buf *code)
{
	const int64_t now = picture_time(r->at_ns), past = now - *at;

	buf_clear(fragment);
	picture_rung(r, fragment);
	add_number(code, number_of(c, fragment));
	if (past) {
		buf_adds(code, past < 0 ? "-" : "+");
		add_number(code, (uint64_t)(past < 0 ? -past : past));
	}
	*at = now;
}

const char *codes_add(struct codes *c, const struct rung *from, size_t count)
{
	const size_t first = count > CODES_RUNGS_MOST ? count - CODES_RUNGS_MOST : 0;
	autobuf fragment = { 0 }, code = { 0 };
	int64_t at = 0;

	if (first)
		buf_addf(&code, "~%zu,", first);
	for (size_t i = first; i < count; i++) {
		if (i > first)
			buf_adds(&code, ",");
		add_code(c, &from[i], &at, &fragment, &code);
	}
	if (fragment.failed || code.failed)
		arena_out_of_memory();
	return arena_dup(&c->arena, buf_text(&code), code.len);
}

void codes_write(const struct codes *c, struct buf *out)
{
	for (size_t i = 0; i < c->fragments; i++)
		buf_addf(out, "<g>%s</g>\n", c->fragment[i]);
}

void codes_fini(struct codes *c)
{
	arena_free(&c->arena);
}
