/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Resources that end with the scope they are declared in. Handing one on is
 * said by name (fd_keep), so leaving early is always right.
 */
#ifndef LIB_AUTO_H
#define LIB_AUTO_H

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static inline void fd_close(int *fd)
{
	const int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

/** fd_keep() - Take a descriptor out of its scope's care */
static inline int fd_keep(int *fd)
{
	const int kept = *fd;

	*fd = -1;
	return kept;
}

static inline void auto_free(void *p)
{
	free(*(void **)p);
}

#define autofd   __attribute__((cleanup(fd_close))) int
#define autofree __attribute__((cleanup(auto_free)))

#endif
