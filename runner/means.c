// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/means.h"

#include "lib/err.h"
#include "lib/netns.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum { SLOTS_MOST = 256, FILES_A_CHILD = 4 };

static bool own_user;

bool means_own_user(void)
{
	return own_user;
}

int means_gain_rights(struct err *e)
{
	if (!netns_home(e) && !netns_allowed(e))
		return 0;
	own_user = true;
	if (e->code != -EPERM || netns_own_user(e))
		return e->code;
	return netns_allowed(e);
}

int means_room(struct err *e)
{
	enum { RUN_ROOM = 320 << 10 };
	void *const room = mmap(NULL, RUN_ROOM, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return err_sys(e, "what a run takes");
	munmap(room, RUN_ROOM);
	return 0;
}

static long memory_mib(void)
{
	return sysconf(_SC_AVPHYS_PAGES) / 256 * (sysconf(_SC_PAGESIZE) / 4096);
}

int means_slots(int asked)
{
	struct rlimit files;
	long slots = asked ? asked : SLOTS_MOST;

	if (!getrlimit(RLIMIT_NOFILE, &files) && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	if (!getrlimit(RLIMIT_NOFILE, &files) && (long)files.rlim_cur / FILES_A_CHILD < slots)
		slots = (long)files.rlim_cur / FILES_A_CHILD;
	if (!asked && memory_mib() / 4 < slots)
		slots = memory_mib() / 4;
	return slots < 1 ? 1 : (int)slots;
}
