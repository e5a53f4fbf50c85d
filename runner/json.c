// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/json.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/utf8.h"

#include <inttypes.h>
#include <string.h>

static void begin_value(struct buf *b, const char *key)
{
	const char last = b->len ? b->s[b->len - 1] : '\n';

	if (!strchr("{[:\n", last))
		buf_adds(b, ",");
	if (key)
		buf_addf(b, "\"%s\":", key);
}

void json_open(struct buf *b, const char *key, char bracket)
{
	begin_value(b, key);
	buf_add(b, &bracket, 1);
}

void json_close(struct buf *b, char bracket)
{
	buf_add(b, &bracket, 1);
}

static void add_unit(struct buf *b, uint32_t unit)
{
	buf_addf(b, "\\u%04x", unit);
}

/* A character by its number: beyond the first plane as a pair */
static void add_by_number(struct buf *b, uint32_t code)
{
	if (code <= 0xffff) {
		add_unit(b, code);
		return;
	}
	add_unit(b, 0xd800 + ((code - 0x10000) >> 10));
	add_unit(b, 0xdc00 + ((code - 0x10000) & 0x3ff));
}

void json_part(struct buf *b, const char *key, const char *s, size_t len)
{
	size_t n;

	begin_value(b, key);
	buf_adds(b, "\"");
	for (size_t i = 0; i < len; i += n ? n : 1) {
		uint32_t code = 0;

		n = utf8_next(s + i, len - i, &code);
		if (!n)
			buf_adds(b, "\\ufffd");
		else if (code == '"' || code == '\\')
			buf_addf(b, "\\%c", (char)code);
		else if (code == '\n')
			buf_adds(b, "\\n");
		else if (!utf8_printable(code) || (code & 0xfffe) == 0xfffe)
			add_by_number(b, code);
		else
			buf_add(b, s + i, n);
	}
	buf_adds(b, "\"");
}

void json_text(struct buf *b, const char *key, const char *s)
{
	if (s)
		json_part(b, key, s, strlen(s));
}

void json_number(struct buf *b, const char *key, int64_t n)
{
	begin_value(b, key);
	buf_addf(b, "%" PRId64, n);
}

void json_ms(struct buf *b, const char *key, int64_t ns)
{
	const int64_t us = ns / NS_PER_US;

	begin_value(b, key);
	buf_addf(b, "%s%" PRId64 ".%03d", us < 0 ? "-" : "", (us < 0 ? -us : us) / 1000,
		 (int)((us < 0 ? -us : us) % 1000));
}

void json_list(struct buf *b, const char *key, const char *const *item, size_t items)
{
	if (!items)
		return;
	json_open(b, key, '[');
	for (size_t i = 0; i < items; i++)
		json_text(b, NULL, item[i]);
	json_close(b, ']');
}
