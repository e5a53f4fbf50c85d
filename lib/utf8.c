// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/utf8.h"

static size_t length_by_lead(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if (lead >= 0xe0 && lead <= 0xef)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

size_t utf8_next(const char *s, size_t len, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	static const unsigned char lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const size_t n = len ? length_by_lead((unsigned char)s[0]) : 0;
	uint32_t c;

	if (!n || n > len)
		return 0;
	c = (unsigned char)s[0] & lead_bits[n];
	for (size_t i = 1; i < n; i++) {
		const unsigned char b = (unsigned char)s[i];

		if ((b & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b & 0x3f);
	}
	if (c < least[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*code = c;
	return n;
}

bool utf8_printable(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code <= 0x9f))
		return false;
	if (code == 0x200e || code == 0x200f || code == 0x061c)
		return false;
	return !(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069);
}

size_t utf8_width(const char *s, size_t len, size_t at)
{
	const size_t begin = at;

	for (size_t i = 0; i < len; i++)
		if (s[i] == '\t')
			at += 8 - at % 8;
		else
			at += ((unsigned char)s[i] & 0xc0) != 0x80;
	return at - begin;
}
