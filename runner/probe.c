// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/probe.h"

#include "lib/cell.h"
#include "lib/counters.h"
#include "lib/diag.h"
#include "lib/err.h"
#include "lib/netns.h"
#include "lib/sysctl.h"
#include "runner/sockopts.h"

#include <errno.h>
#include <netinet/in.h>
#include <linux/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct probe {
	int ns;
	struct diag *diag;
	struct counters *counters;
};

int probe_open(struct probe **out, struct err *e)
{
	struct probe *p = calloc(1, sizeof(*p));

	if (!p)
		return err_set(e, -ENOMEM, "probe: out of memory");
	p->ns = -1;
	if (netns_new(&p->ns, e) || diag_open(&p->diag, p->ns, e) ||
	    counters_open(&p->counters, p->ns, e) || counters_read(p->counters, e)) {
		probe_close(p);
		return err_in(e, "probe");
	}
	*out = p;
	return 0;
}

void probe_close(struct probe *p)
{
	if (!p)
		return;
	if (p->counters)
		counters_close(p->counters);
	if (p->diag)
		diag_close(p->diag);
	fd_close(&p->ns);
	free(p);
}

/* Each answers 0 for yes, a negative errno for no; @e is only for our own failures. */

static int has_sysctl(struct probe *p, const char *name)
{
	char value[512];
	struct err e;
	autons home = -1;

	if (netns_enter(&home, p->ns, &e))
		return e.code;
	return sysctl_read(name, value, sizeof(value), &e);
}

static int has_counter(struct probe *p, const char *name)
{
	uint64_t value;
	struct err e;

	return counters_get(p->counters, name, &value, &e);
}

static int tcp_socket(struct probe *p, int family)
{
	struct err e;
	autons home = -1;

	if (netns_enter(&home, p->ns, &e))
		return e.code;
	return socket(family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
}

static int has_option(struct probe *p, const char *name)
{
	const struct sockopt *o = sockopt_find(name, strlen(name));
	autofd fd = tcp_socket(p, AF_INET);
	char value[256];
	socklen_t len = sizeof(value);

	if (!o)
		return -ENOPROTOOPT;
	return getsockopt(fd, o->level, o->number, value, &len) && errno == ENOPROTOOPT ? -errno : 0;
}

static int has_destroy(struct probe *p)
{
	struct pair nobody = { .local = { .family = AF_INET }, .remote = { .family = AF_INET },
			       .local_port = 1, .remote_port = 1 };
	struct err e;
	const int rc = diag_destroy(p->diag, &nobody, &e);

	return rc == -ENOENT ? 0 : rc;
}

static int has_repair(struct probe *p)
{
	autofd fd = tcp_socket(p, AF_INET);
	const int on = 1;

	return setsockopt(fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) ? -errno : 0;
}

static int ask(struct probe *p, const struct need_of *n)
{
	switch (n->kind) {
	case NEED_SYSCTL:
		return has_sysctl(p, n->name);
	case NEED_COUNTER:
		return has_counter(p, n->name);
	case NEED_OPTION:
		return has_option(p, n->name);
	case NEED_DESTROY:
		return has_destroy(p);
	case NEED_REPAIR:
		return has_repair(p);
	case NEED_PROGRAM:
		return cell_finds(n->name) ? 0 : -ENOENT;
	default:
		return 0;	/* the version is in the facts anyway */
	}
}

void probe_ipv6(struct probe *p, struct facts *f)
{
	autofd fd = tcp_socket(p, AF_INET6);

	if (fd < 0 && errno == EAFNOSUPPORT)
		facts_put(f, FACTS_IPV6, "no");
}

int probe_ask(struct probe *p, const struct need_of *n, struct facts *f, struct err *e)
{
	struct arena a = { 0 };
	const char *question = facts_question(n, &a);
	int rc;

	(void)e;
	if (n->kind != NEED_KERNEL && !facts_get(f, question)) {
		rc = ask(p, n);
		facts_put(f, question, rc == 0 ? "yes" : arena_printf(&a, "no, %s", strerror(-rc)));
	}
	arena_free(&a);
	return 0;
}
