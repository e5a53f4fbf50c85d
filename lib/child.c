// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/child.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

int child_dies_with(pid_t parent, int status)
{
	const int rc = prctl(PR_SET_PDEATHSIG, SIGKILL);

	if (getppid() != parent)
		_exit(status);		/* it died before we could ask */
	return rc;
}

void child_stays_on(int cpu)
{
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET((size_t)cpu, &one);
	sched_setaffinity(0, sizeof(one), &one);
}
