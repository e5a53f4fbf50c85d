// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/sweep.h"

#include "lib/err.h"
#include "runner/sockets.h"

#include <netinet/tcp.h>
#include <unistd.h>

static void abort_socket(int *fd)
{
	if (*fd < 0)
		return;
	socket_linger(*fd, true, 0);
	close(*fd);
	*fd = -1;
}

/* What is no longer ours to close; where the kernel has no SOCK_DESTROY it ends by its own timers. */
static void destroy(struct play *p, enum host host, const struct pair *pair)
{
	struct err e;

	diag_destroy(lab_diag(p->lab, host), pair, &e);
}

static bool may_linger(const struct end *end)
{
	return end->known && end->fd < 0 && end->state != STATE_NONE && end->state != TCP_TIME_WAIT;
}

void sweep(struct play *p)
{
	if (!p->lab)
		return;
	for (int i = 0; i < p->listeners; i++)
		if (p->listener[i].fd >= 0)
			close(p->listener[i].fd);
	for (size_t i = 0; i < p->spares; i++)
		abort_socket(&p->spare[i]);
	for (size_t i = 0; i < p->trial->name_count; i++) {
		for (int h = 0; h < HOST_COUNT; h++) {
			abort_socket(&p->conn[i].end[h].fd);
			if (may_linger(&p->conn[i].end[h]))
				destroy(p, h, &p->conn[i].end[h].pair);
		}
	}
	for (size_t i = 0; i < p->lefts; i++)
		destroy(p, p->left[i].host, &p->left[i].pair);
}
