// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/frame.h"

#include "lib/buf.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* LASTACK, the kind, the length, the sum of both and of what follows; all in hexadecimal digits */
#define HEAD	"LASTACK %c %08x %08x\n"
enum { HEAD_LEN = 28, FRAME_MOST = 256 << 20, TEXTS = 4 };

/* FNV-1a: few instructions a byte, for a guest may have to emulate each */
static uint32_t sum_of(char kind, const char *s, size_t len)
{
	uint32_t sum = (2166136261u ^ (unsigned char)kind) * 16777619u;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ (unsigned char)s[i]) * 16777619u;
	return sum;
}

void frame_put(struct buf *line, enum frame_kind kind, const void *bytes, size_t len)
{
	buf_addf(line, HEAD, kind, (unsigned int)len, sum_of((char)kind, bytes, len));
	buf_add(line, bytes, len);
}

struct head {
	char kind;
	unsigned int size, sum;
};

/* Return: as frame_get() */
static int read_head(const char *bytes, size_t len, struct head *h)
{
	char head[HEAD_LEN + 1], again[HEAD_LEN + 1];

	if (len < HEAD_LEN)
		return memcmp(bytes, HEAD, len < 8 ? len : 8) ? -1 : 0;
	memcpy(head, bytes, HEAD_LEN);
	head[HEAD_LEN] = '\0';
	if (sscanf(head, HEAD, &h->kind, &h->size, &h->sum) != 3 || h->size > FRAME_MOST)
		return -1;
	snprintf(again, sizeof(again), HEAD, h->kind, h->size, h->sum);
	return memcmp(head, again, HEAD_LEN) ? -1 : 1;
}

int frame_get(const char *bytes, size_t len, struct frame *f, size_t *used)
{
	struct head h;
	const int rc = read_head(bytes, len, &h);

	if (rc <= 0)
		return rc;
	if (len - HEAD_LEN < h.size)
		return 0;
	*f = (struct frame){ .kind = (enum frame_kind)h.kind, .bytes = bytes + HEAD_LEN, .len = h.size };
	*used = HEAD_LEN + h.size;
	return sum_of(h.kind, f->bytes, h.size) == h.sum ? 1 : -1;
}

size_t frame_whole(const char *bytes, size_t len)
{
	struct head h;

	if (read_head(bytes, len, &h) <= 0 || len - HEAD_LEN < h.size)
		return 0;
	return HEAD_LEN + h.size;
}

/* --------------------------------------------------------------- a trial's */

/* One line of numbers, then the texts one behind the other */
void frame_put_trial(struct buf *line, const struct frame_trial *t)
{
	const struct frame_text *text[TEXTS] = { &t->name, &t->message, &t->record, &t->capture };
	autobuf b = { 0 };

	buf_addf(&b, "%zu %s %d %" PRId64, t->index, verdict_name[t->kind], t->tries, t->elapsed_ns);
	for (int i = 0; i < TEXTS; i++)
		buf_addf(&b, " %zu", text[i]->len);
	buf_adds(&b, "\n");
	for (int i = 0; i < TEXTS; i++)
		buf_add(&b, text[i]->s, text[i]->len);
	frame_put(line, FRAME_TRIAL, buf_text(&b), b.len);
}

static bool kind_named(const char *name, enum verdict_kind *kind)
{
	for (int k = 0; k < VERDICT_COUNT; k++) {
		if (strcmp(verdict_name[k], name) != 0)
			continue;
		*kind = k;
		return true;
	}
	return false;
}

bool frame_get_trial(const struct frame *f, struct frame_trial *t)
{
	struct frame_text *text[TEXTS] = { &t->name, &t->message, &t->record, &t->capture };
	const char *newline = memchr(f->bytes, '\n', f->len);
	char head[200], kind[32];
	size_t at;

	*t = (struct frame_trial){ 0 };
	if (f->kind != FRAME_TRIAL || !newline || (size_t)(newline - f->bytes) >= sizeof(head))
		return false;
	at = (size_t)(newline - f->bytes);
	memcpy(head, f->bytes, at);
	head[at++] = '\0';
	if (sscanf(head, "%zu %31s %d %" SCNd64 " %zu %zu %zu %zu", &t->index, kind, &t->tries,
		   &t->elapsed_ns, &t->name.len, &t->message.len, &t->record.len, &t->capture.len) != 8 ||
	    !kind_named(kind, &t->kind))
		return false;
	for (int i = 0; i < TEXTS; i++) {
		if (text[i]->len > f->len - at)
			return false;
		text[i]->s = f->bytes + at;
		at += text[i]->len;
	}
	return at == f->len;
}
