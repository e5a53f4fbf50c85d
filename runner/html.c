// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/html.h"

#include "lib/buf.h"
#include "lib/utf8.h"

#include <stdbool.h>
#include <string.h>

static const char *reference_for(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

static bool is_fit(uint32_t code)
{
	return utf8_printable(code) && code != 0xfeff && (code & 0xfffe) != 0xfffe &&
	       !(code >= 0xfdd0 && code <= 0xfdef);
}

static void add(struct buf *b, const char *s, size_t len, bool lines)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		const char *reference;
		uint32_t code = 0;

		n = utf8_next(s + i, len - i, &code);
		reference = reference_for(code);
		if (reference)
			buf_adds(b, reference);
		else if (code == '\r' && lines && i + 1 < len && s[i + 1] == '\n')
			continue;
		else if (code == '\n' || code == '\t')
			buf_adds(b, !lines ? " " : code == '\n' ? "\n" : "\t");
		else if (n && is_fit(code))
			buf_add(b, s + i, n);
		else
			buf_adds(b, "\xef\xbf\xbd");
		n += !n;
	}
}

void html_add(struct buf *b, const char *s, size_t len)
{
	add(b, s, len, false);
}

void html_adds(struct buf *b, const char *s)
{
	add(b, s, strlen(s), false);
}

void html_add_lines(struct buf *b, const char *s, size_t len)
{
	add(b, s, len, true);
}
