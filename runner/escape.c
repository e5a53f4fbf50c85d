// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/escape.h"

#include "lib/buf.h"
#include "lib/utf8.h"

#include <stdint.h>
#include <string.h>

static bool is_plain(unsigned char c, const char *also)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr(also, c));
}

static bool is_capital_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

static bool is_escape(const char *s)
{
	return s[0] == '%' && is_capital_hex(s[1]) && is_capital_hex(s[2]);
}

static void add_hex(struct buf *b, unsigned char c)
{
	buf_addf(b, "%%%02X", c);
}

void escape_name(struct buf *b, const char *name)
{
	const char *s;

	if (!*name) {
		buf_adds(b, "unnamed");
		return;
	}
	for (s = name; *s; s++) {
		const bool inner = s > name && s[-1] != ' ' && s[1];

		if (is_plain((unsigned char)*s, "._/=,:+<>-") || is_escape(s) ||
		    (*s == ' ' && inner))
			buf_add(b, s, 1);
		else
			add_hex(b, (unsigned char)*s);
	}
}

/* U+FEFF and U+xxFFFE, U+xxFFFF are characters to no YAML or XML reader */
static bool is_fit(uint32_t code)
{
	return utf8_printable(code) && code != 0xfeff && (code & 0xfffe) != 0xfffe;
}

/* @special: ASCII characters that @add is called for instead */
static void add_line(struct buf *b, const char *s, size_t len, const char *special,
		     void (*add)(struct buf *b, unsigned char c))
{
	size_t n;

	for (size_t i = 0; i < len; i += n ? n : 1) {
		uint32_t code = 0;

		n = utf8_next(s + i, len - i, &code);
		if (n == 1 && (code == '\n' || code == '\t'))
			buf_adds(b, " ");
		else if (n == 1 && code && strchr(special, (int)code))
			add(b, (unsigned char)code);
		else if (n && is_fit(code))
			buf_add(b, s + i, n);
	}
}

static void add_backslashed(struct buf *b, unsigned char c)
{
	buf_addf(b, "\\%c", c);
}

void escape_line(struct buf *b, const char *s, size_t len)
{
	add_line(b, s, len, "", add_hex);
}

bool escape_commands(const char *line)
{
	return !strncmp(line, "::", 2) || !strncmp(line, "##[", 3);
}

void escape_shown(struct buf *b, const char *s)
{
	const bool commands = escape_commands(s);
	const size_t len = strlen(s);
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t code = 0;

		n = utf8_next(s + i, len - i, &code);
		if (n && is_fit(code) && (i || !commands)) {
			buf_add(b, s + i, n);
			continue;
		}
		n = n ? n : 1;
		for (size_t k = i; k < i + n; k++)
			add_hex(b, (unsigned char)s[k]);
	}
}

void escape_reason(struct buf *b, const char *s)
{
	add_line(b, s, strlen(s), "#\\", add_hex);
}

void escape_quoted(struct buf *b, const char *s)
{
	buf_adds(b, "\"");
	add_line(b, s, strlen(s), "\"\\", add_backslashed);
	buf_adds(b, "\"");
}

static const char *xml_name(uint32_t code)
{
	switch (code) {
	case '&':	return "&amp;";
	case '<':	return "&lt;";
	case '>':	return "&gt;";
	case '"':	return "&quot;";
	case '\'':	return "&apos;";
	default:	return NULL;
	}
}

void escape_xml(struct buf *b, const char *s, bool lines)
{
	const size_t len = strlen(s);
	size_t n;

	for (size_t i = 0; i < len; i += n ? n : 1) {
		uint32_t code = 0;

		n = utf8_next(s + i, len - i, &code);
		if (!n)
			buf_adds(b, "\xef\xbf\xbd");
		else if (code == '\n' || code == '\t')
			buf_add(b, lines ? s + i : " ", 1);
		else if (xml_name(code))
			buf_adds(b, xml_name(code));
		else if (is_fit(code))
			buf_add(b, s + i, n);
	}
}

/* FNV-1a, 64 bits: tells names apart, keeps out nobody */
static uint64_t hash(const char *s, size_t len)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
	return h;
}

void escape_shell(struct buf *b, const char *s)
{
	buf_adds(b, "'");
	for (; *s; s++)
		if (*s == '\'')
			buf_adds(b, "'\\''");
		else
			buf_add(b, s, 1);
	buf_adds(b, "'");
}

void escape_component(struct buf *b, const char *s, size_t len, size_t most)
{
	const size_t tail = 1 + 16;	/* ~ and the hash */
	autobuf whole = { 0 };

	for (size_t i = 0; i < len; i++) {
		const unsigned char c = (unsigned char)s[i];

		if (is_plain(c, i ? "._=,:+@-" : "_=,:+@-"))
			buf_add(&whole, &c, 1);
		else
			add_hex(&whole, c);
	}
	if (!len)
		buf_adds(&whole, "%");
	b->failed |= whole.failed;
	if (whole.len <= most) {
		buf_add(b, buf_text(&whole), whole.len);
		return;
	}
	buf_add(b, buf_text(&whole), most - tail);
	buf_addf(b, "~%016llx", (unsigned long long)hash(s, len));
}

void escape_path(struct buf *b, const char *path)
{
	for (const char *slash; (slash = strchr(path, '/')); path = slash + 1) {
		if (slash > path)
			escape_component(b, path, (size_t)(slash - path), SIZE_MAX);
		buf_adds(b, "/");
	}
	if (*path)
		escape_component(b, path, strlen(path), SIZE_MAX);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool escape_undo(const char *s, size_t len, char *out, size_t *out_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		if (s[i] != '%') {
			if (s[i] <= ' ' || s[i] >= 0x7f)
				return false;
			out[n++] = s[i];
			continue;
		}
		if (len - i < 3 || hex_digit(s[i + 1]) < 0 || hex_digit(s[i + 2]) < 0)
			return false;
		out[n++] = (char)(hex_digit(s[i + 1]) << 4 | hex_digit(s[i + 2]));
		i += 2;
	}
	out[n] = '\0';
	*out_len = n;
	return true;
}
