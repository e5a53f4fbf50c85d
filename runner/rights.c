// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Theory of operation. Making the hosts takes all that root may do; playing on
 * them takes next to nothing:
 *
 *	sockets, looks, frames		none: what they need was opened before
 *	TCP_REPAIR (vanish, isn, clock), SOCK_DESTROY,
 *	reading and writing sysctls	CAP_NET_ADMIN over that namespace
 *	bind() below 1024		CAP_NET_BIND_SERVICE
 *	to enter another namespace	CAP_SYS_ADMIN
 *	programs			what cell.h says they get, and CAP_SYS_ADMIN
 *
 * A socket is of the namespace that its maker stands in. So the process moves to
 * the client's and stays there, and those that the server's steps will ask for are
 * made ahead, a handful; only where a loop makes many, or the server's sysctls are
 * a step's, does it keep the right to go there. It goes faster, too: nobody has to
 * go there and back.
 *
 * A packet socket that is open needs no right to hear and send, counters none to be
 * read. What the sweeping takes in the end (SOCK_DESTROY: an orphan that nobody
 * answers would keep its namespace for minutes) is permitted but not in use until
 * then.
 *
 * Root without capabilities could still write what root owns, most of /proc/sys
 * among it. So it becomes nobody: the record and the capture go through the pipe,
 * and no file is opened any more. In a user namespace of one's own there is no
 * nobody, but whose it is has no right to those files, either. In a container that
 * withholds CAP_KILL root could not end nobody's processes, so there it stays root.
 *
 * A trial that runs programs stays what it is but for the network, and what these
 * may do is the cell's matter.
 */
#include "runner/rights.h"

#include "lib/caps.h"
#include "lib/cell.h"
#include "lib/child.h"
#include "lib/netns.h"
#include "runner/sockets.h"

#include <string.h>
#include <unistd.h>

enum { STOCK_MOST = 16, PRIVILEGED_PORTS = 1024 };

void rights_begin(int out_fd)
{
	const int keep[] = { out_fd, netns_way_back() };

	caps_close_others(keep, sizeof(keep) / sizeof(keep[0]));
}

int rights_go_home(struct play *p, struct err *e)
{
	return netns_settle(lab_ns(p->lab, HOST_CLIENT), e);
}

/* ------------------------------------------------------------ what steps need */

static bool looks_at(const struct step *s, enum look look)
{
	return (s->verb == VERB_EXPECT || s->verb == VERB_NEVER) && s->expect.look == look;
}

static bool is_of_sysctls(const struct step *s)
{
	return s->verb == VERB_SYSCTL || looks_at(s, LOOK_SYSCTL);
}

static bool makes_socket(const struct step *s)
{
	return s->verb == VERB_LISTEN || s->verb == VERB_BIND || s->verb == VERB_CONNECT;
}

static bool is_abroad(const struct trial *t, const struct step *s)
{
	return s->host == HOST_SERVER && t->scenario->link != LINK_LOOPBACK;
}

static bool moves_the_bound(const struct setting *s)
{
	return s->key && !strcmp(s->key, "net.ipv4.ip_unprivileged_port_start");
}

static bool binds_low(const struct step *s)
{
	return makes_socket(s) && s->local.port > 0 && s->local.port < PRIVILEGED_PORTS;
}

static uint64_t rights_of_step(const struct step *s)
{
	const unsigned int repaired = 1u << OPTION_ISN | 1u << OPTION_CLOCK;
	uint64_t set = 0;

	if (s->verb == VERB_VANISH || s->verb == VERB_DESTROY || is_of_sysctls(s) ||
	    (s->options.set & repaired))
		set |= CAPS(CAP_NET_ADMIN);
	if (binds_low(s) || (s->verb == VERB_SYSCTL && moves_the_bound(&s->setting)))
		set |= CAPS(CAP_NET_BIND_SERVICE);
	return set;
}

/* How often the steps of a place in the file are done: loops multiply, up to what matters here */
struct nest {
	int rounds[REPEAT_DEPTH_MOST + 1];
	int depth;
};
static const struct nest outermost = { .rounds = { 1 } };

static int rounds_of(struct nest *n, const struct step *s)
{
	const int outer = n->rounds[n->depth];

	if (s->verb == VERB_REPEAT)
		n->rounds[++n->depth] = outer > STOCK_MOST || s->rounds > STOCK_MOST ?
					STOCK_MOST + 1 : outer * s->rounds;
	else if (s->verb == VERB_END)
		n->depth--;
	return n->rounds[n->depth];
}

/* How many sockets the server's steps will make; more than STOCK_MOST are too many */
static int sockets_abroad(const struct trial *t)
{
	struct nest nest = outermost;
	int sum = 0;

	for (size_t i = 0; i < t->steps && sum <= STOCK_MOST; i++) {
		const int rounds = rounds_of(&nest, &t->step[i]);

		if (makes_socket(&t->step[i]) && is_abroad(t, &t->step[i]))
			sum += rounds;
	}
	return sum;
}

static bool goes_abroad(const struct trial *t)
{
	for (size_t i = 0; i < t->steps; i++)
		if (is_of_sysctls(&t->step[i]) && is_abroad(t, &t->step[i]))
			return true;
	return t->runs || sockets_abroad(t) > STOCK_MOST;
}

uint64_t rights_of(const struct trial *t)
{
	uint64_t set = 0;

	for (size_t i = 0; i < t->settings; i++)
		if (moves_the_bound(&t->setting[i]))
			set |= CAPS(CAP_NET_BIND_SERVICE);
	for (size_t i = 0; i < t->steps; i++)
		set |= rights_of_step(&t->step[i]);
	if (t->runs)
		set |= cell_rights();
	return goes_abroad(t) ? set | CAPS(CAP_SYS_ADMIN) : set;
}

/* ----------------------------------------------------------------- settling */

static int open_counters(struct play *p, struct err *e)
{
	struct counters *c;

	for (size_t i = 0; i < p->trial->steps; i++)
		if (looks_at(&p->trial->step[i], LOOK_COUNTER))
			return lab_counters(p->lab, HOST_CLIENT, &c, e) ||
			       lab_counters(p->lab, HOST_SERVER, &c, e) ? e->code : 0;
	return 0;
}

static int stock_up(struct play *p, struct err *e)
{
	struct nest nest = outermost;

	for (size_t i = 0; i < p->trial->steps; i++) {
		const struct step *s = &p->trial->step[i];
		const int rounds = rounds_of(&nest, s);

		if (makes_socket(s) && is_abroad(p->trial, s) && socket_stock(p, (int)i, rounds, e))
			return e->code;
	}
	return 0;
}

/*
 * Who is as poor as the runner without CAP_KILL stays root: it could end nobody, and
 * would wait for ever. To die with the parent, again: who changes its user has to ask anew.
 */
static int be_nobody(struct err *e)
{
	const pid_t parent = getppid();

	if (!caps_in_use(CAPS(CAP_KILL)))
		return 0;
	if (caps_nobody(e) < 0)
		return e->code;
	return child_dies_with(parent, 3) ? err_sys(e, "PR_SET_PDEATHSIG") : 0;
}

int rights_settle(struct play *p, struct err *e)
{
	const uint64_t set = rights_of(p->trial);

	if (open_counters(p, e))
		return err_in(e, "rights");
	if (!p->trial->runs && (be_nobody(e) || caps_no_new(e)))
		return err_in(e, "rights");
	if (!(set & CAPS(CAP_SYS_ADMIN)) && stock_up(p, e))
		return err_in(e, "rights");
	if (caps_keep(set | CAPS(CAP_NET_ADMIN), set, e))
		return err_in(e, "rights");
	return 0;
}

void rights_end(void)
{
	struct err none;

	caps_use(~UINT64_C(0), &none);
}
