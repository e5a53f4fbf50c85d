// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * By bare system calls: libcap would be a library more, and the wrappers of
 * setresuid() and its like signal all threads, of which there is one.
 */
#include "lib/caps.h"

#include "lib/err.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* 32 bits each, the low ones first */
typedef struct __user_cap_data_struct halves[_LINUX_CAPABILITY_U32S_3];

static int get(uint64_t *permitted, uint64_t *effective, struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	halves h = { { 0 } };

	*permitted = *effective = 0;
	if (syscall(SYS_capget, &head, h))
		return err_sys(e, "capabilities: get");
	*permitted = h[0].permitted | (uint64_t)h[1].permitted << 32;
	*effective = h[0].effective | (uint64_t)h[1].effective << 32;
	return 0;
}

static int set(uint64_t permitted, uint64_t effective, struct err *e)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const halves h = {
		{ .permitted = (uint32_t)permitted, .effective = (uint32_t)effective },
		{ .permitted = (uint32_t)(permitted >> 32), .effective = (uint32_t)(effective >> 32) },
	};

	return syscall(SYS_capset, &head, h) ? err_sys(e, "capabilities: set") : 0;
}

int caps_keep(uint64_t permitted, uint64_t effective, struct err *e)
{
	uint64_t had, in_use;

	if (get(&had, &in_use, e))
		return e->code;
	return set(permitted & had, permitted & effective & had, e);
}

int caps_use(uint64_t effective, struct err *e)
{
	return caps_keep(~UINT64_C(0), effective, e);
}

bool caps_in_use(uint64_t set)
{
	uint64_t had, in_use;
	struct err none;

	return !get(&had, &in_use, &none) && (in_use & set) == set;
}

/* Not a failure: there is nobody here, or we may not be */
static bool is_refusal(int error)
{
	return error == EINVAL || error == EPERM;
}

#ifdef SYS_setresuid32		/* architectures whose first one knew 16 bits */
#define CALL_SETRESUID SYS_setresuid32
#define CALL_SETRESGID SYS_setresgid32
#define CALL_SETGROUPS SYS_setgroups32
#else
#define CALL_SETRESUID SYS_setresuid
#define CALL_SETRESGID SYS_setresgid
#define CALL_SETGROUPS SYS_setgroups
#endif

int caps_nobody(struct err *e)
{
	const int nobody = CAPS_NOBODY;

	if (geteuid() != 0)
		return 0;
	if (syscall(CALL_SETRESGID, nobody, nobody, nobody))
		return is_refusal(errno) ? 0 : err_sys(e, "become nobody: setresgid");
	if (syscall(CALL_SETGROUPS, 0, NULL) && !is_refusal(errno))
		return err_sys(e, "become nobody: setgroups");
	if (prctl(PR_SET_KEEPCAPS, 1UL, 0UL, 0UL, 0UL))
		return err_sys(e, "become nobody: PR_SET_KEEPCAPS");
	if (syscall(CALL_SETRESUID, nobody, nobody, nobody))
		return is_refusal(errno) ? 0 : err_sys(e, "become nobody: setresuid");
	return caps_use(~UINT64_C(0), e) ? e->code : 1;
}

int caps_no_new(struct err *e)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) ? err_sys(e, "PR_SET_NO_NEW_PRIVS") : 0;
}

int caps_bound(uint64_t most, struct err *e)
{
	/* The kernel knows its last one by itself: beyond it is EINVAL */
	for (unsigned long i = 0; i < 64; i++) {
		if (most & CAPS(i))
			continue;
		if (prctl(PR_CAPBSET_DROP, i, 0UL, 0UL, 0UL))
			return errno == EINVAL && i > 0 ? 0 : err_sys(e, "capabilities: bound");
	}
	return 0;
}

/* ------------------------------------------------------------ descriptors */

/* The least of those that stay, from one on; INT_MAX: none */
static int next_kept(const int *keep, size_t count, int from)
{
	int least = INT_MAX;

	for (size_t i = 0; i < count; i++)
		if (keep[i] >= from && keep[i] < least)
			least = keep[i];
	return least;
}

static int close_span(int from, int to)
{
#ifdef SYS_close_range		/* Linux 5.9 */
	return from > to ? 0 : (int)syscall(SYS_close_range, from, to, 0);
#else
	(void)from;
	(void)to;
	return -1;
#endif
}

static void close_one_by_one(const int *keep, size_t count)
{
	DIR *list = opendir("/proc/self/fd");
	const struct dirent *entry;

	while (list && (entry = readdir(list))) {
		const int fd = atoi(entry->d_name);

		if (fd > STDERR_FILENO && fd != dirfd(list) && next_kept(keep, count, fd) != fd)
			close(fd);
	}
	if (list)
		closedir(list);
}

void caps_close_others(const int *keep, size_t count)
{
	for (int from = STDERR_FILENO + 1, kept; ; from = kept + 1) {
		kept = next_kept(keep, count, from);
		if (close_span(from, kept == INT_MAX ? INT_MAX : kept - 1)) {
			close_one_by_one(keep, count);
			return;
		}
		if (kept == INT_MAX)
			return;
	}
}
