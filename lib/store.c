// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/store.h"

#include "lib/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { STORE_ROOM = 64 << 20 };		/* of addresses; only what is used is there */

/* Then what we keep for later may be what others lack */
static bool addresses_are_few(void)
{
	struct rlimit most;

	return !getrlimit(RLIMIT_AS, &most) && most.rlim_cur != RLIM_INFINITY;
}

static bool begin(struct store *s)
{
	void *at;

	if (s->at || s->none)
		return s->at;
	s->none = addresses_are_few();
	if (s->none)
		return false;
	at = mmap(NULL, STORE_ROOM, PROT_READ | PROT_WRITE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	s->none = at == MAP_FAILED;
	if (s->none)
		return false;
	s->at = at;
	s->room = STORE_ROOM;
	return true;
}

void *store_get(struct store *s, size_t size)
{
	const size_t unit = sizeof(max_align_t);
	void *p;

	if (s->frozen || !begin(s) || size > s->room - s->used)
		return NULL;
	size = (size + unit - 1) / unit * unit;
	if (size > s->room - s->used)
		return NULL;
	p = s->at + s->used;
	s->used += size;
	return p;
}

static bool write_all(int fd, const char *at, size_t len)
{
	while (len) {
		const ssize_t n = write(fd, at, len);

		if (n < 0 && errno != EINTR)
			return false;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Give back the addresses behind what is used */
static void fit(struct store *s)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const size_t kept = (s->used + page - 1) / page * page;

	if (kept < s->room && !munmap(s->at + kept, s->room - kept))
		s->room = kept;
}

void store_freeze(struct store *s)
{
	autofd fd = -1;

	if (s->frozen || !s->used)
		return;
	fit(s);
	fd = memfd_create("store", MFD_CLOEXEC);
	if (fd < 0 || !write_all(fd, s->at, s->used))
		return;
	s->frozen = mmap(s->at, s->used, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) != MAP_FAILED;
}

void store_free(struct store *s)
{
	if (s->at)
		munmap(s->at, s->room);
	*s = (struct store){ 0 };
}
