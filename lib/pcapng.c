// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/pcapng.h"

#include "lib/buf.h"

#include <string.h>

enum {
	BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6,
	BYTE_ORDER_MAGIC = 0x1a2b3c4d,
	LINKTYPE_ETHERNET = 1,
	OPTION_END = 0, OPTION_COMMENT = 1,
	SECTION_APPLICATION = 4,
	INTERFACE_NAME = 2, INTERFACE_DESCRIPTION = 3, INTERFACE_RESOLUTION = 9,
	PACKET_FLAGS = 2,
	NANOSECONDS = 9,		/* if_tsresol: ten to the minus this */
	LONGEST_OPTION = 0xfffc,	/* whole words, and its length fits 16 bits */
	LONGEST_FRAME = 262144,		/* readers take no larger one */
};

/* Little endian on all machines, so that the same capture is the same bytes */
static void add16(struct buf *b, uint16_t v)
{
	const uint8_t bytes[] = { (uint8_t)v, (uint8_t)(v >> 8) };

	buf_add(b, bytes, sizeof(bytes));
}

static void add32(struct buf *b, uint32_t v)
{
	add16(b, (uint16_t)v);
	add16(b, (uint16_t)(v >> 16));
}

static void add_padded(struct buf *b, const void *bytes, size_t len)
{
	static const char zeros[4];

	buf_add(b, bytes, len);
	buf_add(b, zeros, -len & 3);
}

static void add_option(struct buf *b, uint16_t code, const void *value, size_t len)
{
	add16(b, code);
	add16(b, (uint16_t)len);
	add_padded(b, value, len);
}

static void add_text(struct buf *b, uint16_t code, const char *text)
{
	size_t len;

	if (!text)
		return;
	len = strlen(text);
	if (len > LONGEST_OPTION) {
		len = LONGEST_OPTION;
		while (len && ((uint8_t)text[len] & 0xc0) == 0x80)
			len--;		/* no character is cut in two */
	}
	add_option(b, code, text, len);
}

/* Return: where the block began, for block_end() */
static size_t block_begin(struct buf *b, uint32_t type)
{
	const size_t start = b->len;

	add32(b, type);
	add32(b, 0);
	return start;
}

static void block_end(struct buf *b, size_t start)
{
	const uint32_t len = (uint32_t)(b->len - start + 4);
	size_t i;

	add32(b, len);
	if (b->failed)
		return;
	for (i = 0; i < 4; i++)
		b->s[start + 4 + i] = (char)(len >> (8 * i));
}

void pcapng_begin(struct buf *b, const char *application, const char *comment)
{
	const size_t start = block_begin(b, BLOCK_SECTION);

	add32(b, BYTE_ORDER_MAGIC);
	add16(b, 1);			/* version 1.0 */
	add16(b, 0);
	add32(b, UINT32_MAX);		/* the section's length is not said */
	add32(b, UINT32_MAX);
	add_text(b, OPTION_COMMENT, comment);
	add_text(b, SECTION_APPLICATION, application);
	add_option(b, OPTION_END, NULL, 0);
	block_end(b, start);
}

void pcapng_interface(struct buf *b, const char *name, const char *description)
{
	const size_t start = block_begin(b, BLOCK_INTERFACE);
	const uint8_t resolution = NANOSECONDS;

	add16(b, LINKTYPE_ETHERNET);
	add16(b, 0);
	add32(b, LONGEST_FRAME);
	add_text(b, INTERFACE_NAME, name);
	add_text(b, INTERFACE_DESCRIPTION, description);
	add_option(b, INTERFACE_RESOLUTION, &resolution, 1);
	add_option(b, OPTION_END, NULL, 0);
	block_end(b, start);
}

void pcapng_frame(struct buf *b, unsigned int interface, int64_t real_ns, enum pcapng_way way,
		  const uint8_t *bytes, size_t len, const char *comment)
{
	const size_t start = block_begin(b, BLOCK_PACKET);
	const size_t kept = len < LONGEST_FRAME ? len : LONGEST_FRAME;

	add32(b, interface);
	add32(b, (uint32_t)((uint64_t)real_ns >> 32));
	add32(b, (uint32_t)real_ns);
	add32(b, (uint32_t)kept);
	add32(b, (uint32_t)len);
	add_padded(b, bytes, kept);
	add_text(b, OPTION_COMMENT, comment);
	if (way != PCAPNG_WAY_UNKNOWN) {
		const uint8_t flags[4] = { (uint8_t)way };

		add_option(b, PACKET_FLAGS, flags, sizeof(flags));
	}
	if (comment || way != PCAPNG_WAY_UNKNOWN)
		add_option(b, OPTION_END, NULL, 0);
	block_end(b, start);
}
