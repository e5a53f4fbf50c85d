// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { RECORD_MOST = 8192, RECORDS_MOST = 10000 };

void kmsg_open(struct kmsg *k)
{
	k->fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	kmsg_skip(k);
}

void kmsg_skip(struct kmsg *k)
{
	if (k->fd >= 0 && lseek(k->fd, 0, SEEK_END) < 0)
		kmsg_close(k);
}

static bool is_complaint(const char *text)
{
	static const char *const signs[] = {
		"WARNING: ", "BUG: ", "Oops", "general protection fault", "KASAN:", "UBSAN:",
		"Kernel panic", "possible recursive locking", "possible circular locking",
		"refcount_t:", "unregister_netdevice: waiting",
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strstr(text, signs[i]))
			return true;
	return false;
}

/* A record is "priority,number,time,flags;text\n continuation...". */
static char *text_of(char *record)
{
	char *text = strchr(record, ';');
	char *end;

	text = text ? text + 1 : record;
	end = strchr(text, '\n');
	if (end)
		*end = '\0';
	return text;
}

void kmsg_complaints(struct kmsg *k, void (*tell)(void *ctx, const char *line), void *ctx)
{
	char record[RECORD_MOST];

	for (int i = 0; k->fd >= 0 && i < RECORDS_MOST; i++) {
		const ssize_t n = read(k->fd, record, sizeof(record) - 1);
		const char *text;

		if (n < 0 && (errno == EPIPE || errno == EINTR))
			continue;	/* overwritten before we came: the next one is readable */
		if (n <= 0)
			break;
		record[n] = '\0';
		text = text_of(record);
		if (is_complaint(text))
			tell(ctx, text);
	}
}

void kmsg_close(struct kmsg *k)
{
	if (k->fd >= 0)
		close(k->fd);
	k->fd = -1;
}
