// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * crowd [COUNT]: on a host of its own, fills COUNT (100000) pairs with sockets in
 * TIME-WAIT and says what it costs to count them and to read one, at a quarter, at half
 * and at all of them; then takes every port of the default range (28232 of them) to one
 * destination, and says what the one too many costs and meets.
 *
 * By the rooms that lastack itself looks with. What costs more than linear with the
 * number of sockets shows in the microseconds for each. The ports are told (IP_LOCAL_
 * PORT_RANGE of one port, Linux 6.3), since the kernel's own search takes up to
 * milliseconds for each where a parity is used up.
 */
#include "lib/clock.h"
#include "lib/diag.h"
#include "lib/err.h"
#include "lib/link.h"
#include "lib/netns.h"
#include "lib/nl.h"
#include "lib/sysctl.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

enum { PORT = 8080, LOW = 32768, HIGH = 60999, RANGE = HIGH - LOW + 1, LOOKS = 1000 };

static struct err e;

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "crowd: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void must(int code)
{
	if (!code)
		return;
	fprintf(stderr, "crowd: %s\n", e.text);
	exit(1);
}

static void enter_own_host(void)
{
	struct nl_batch b = { 0 };
	struct nl *nl;
	int ns, home;

	must(netns_new(&ns, &e));
	must(netns_enter(&home, ns, &e));
	must(nl_open(&nl, NETLINK_ROUTE, -1, &e));
	link_put_up(&b, LINK_LO, "lo");
	must(nl_send(nl, &b, NULL, NULL, &e));
	nl_close(nl);
	must(sysctl_write("net.ipv4.tcp_max_tw_buckets", "-1", &e));
	must(sysctl_write("net.ipv4.ip_local_port_range", "32768 60999", &e));
	must(sysctl_write("net.ipv4.tcp_tw_reuse", "0", &e));
}

static struct sockaddr_in at(int number, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)number),
	};
}

static int listening(void)
{
	const struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, (const void *)&any, sizeof(any)) || listen(fd, 64))
		die("listen");
	return fd;
}

/*
 * The client closes first and keeps the TIME-WAIT.
 * @port: to come from; 0: the kernel chooses
 * Return: 0 or an errno of connect()
 */
static int one(int listener, int destination, uint16_t port, struct pair *p)
{
	const struct sockaddr_in to = at(destination, PORT);
	const unsigned int range = (unsigned int)port << 16 | port;
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int accepted;

	if (fd < 0 || (port && setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range))))
		die("a socket with a port range of its own");
	if (connect(fd, (const void *)&to, sizeof(to))) {
		const int error = errno;

		close(fd);
		return error;
	}
	accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (accepted < 0 || getsockname(fd, (void *)&from, &len))
		die("accept");
	*p = (struct pair){
		.local = { .family = AF_INET, .v4 = from.sin_addr }, .local_port = ntohs(from.sin_port),
		.remote = { .family = AF_INET, .v4 = to.sin_addr }, .remote_port = PORT,
	};
	close(fd);
	close(accepted);
	return 0;
}

static double us(int64_t ns, int64_t count)
{
	return (double)ns / NS_PER_US / (double)count;
}

static void tell(struct diag *d, const struct pair *p, int made, int64_t took_ns)
{
	struct diag_sock s;
	unsigned int n;
	int64_t begun = clock_ns(), counted_ns;

	must(diag_count(d, AF_INET, &(struct diag_filter){ .state = TCP_TIME_WAIT }, &n, &e));
	counted_ns = clock_ns() - begun;
	begun = clock_ns();
	for (int i = 0; i < LOOKS; i++)
		must(diag_look(d, p, &s, &e));
	printf("%7d made: %5.1f us each; counted %6u: %5.1f ms, %4.2f us each; one read: %4.1f us\n",
	       made, us(took_ns, made), n, us(counted_ns, 1000), us(counted_ns, n ? n : 1),
	       us(clock_ns() - begun, LOOKS));
	if ((int)n != made && took_ns < 59 * NS_PER_S) {	/* the first are forgotten then */
		fprintf(stderr, "crowd: %d were made\n", made);
		exit(1);
	}
}

static void time_waits(struct diag *d, int listener, int count)
{
	const int64_t begun = clock_ns();
	struct pair p;

	for (int made = 0; made < count; ) {
		const int error = one(listener, made / RANGE, (uint16_t)(LOW + made % RANGE), &p);

		if (error) {
			errno = error;
			die("connect");
		}
		made++;
		if (made == count / 4 || made == count / 2 || made == count)
			tell(d, &p, made, clock_ns() - begun);
	}
}

static void exhaustion(int listener, int destination)
{
	int64_t begun = clock_ns(), took_ns;
	struct pair p;
	int error = 0;

	for (int port = LOW; port <= HIGH && !error; port++)
		error = one(listener, destination, (uint16_t)port, &p);
	took_ns = clock_ns() - begun;
	if (error) {
		errno = error;
		die("connect");
	}
	begun = clock_ns();
	error = one(listener, destination, 0, &p);
	printf("%7d taken to one destination: %.1f us each; one too many: %s after %.1f ms\n", RANGE,
	       us(took_ns, RANGE), error ? strerrorname_np(error) : "ok", us(clock_ns() - begun, 1000));
	if (error != EADDRNOTAVAIL && took_ns < 59 * NS_PER_S)
		exit(1);
}

int main(int argc, char **argv)
{
	const int count = argc > 1 ? atoi(argv[1]) : 100000;
	struct diag *d;
	int listener;

	if (count < 4) {
		fputs("usage: crowd [COUNT]\n", stderr);
		return 2;
	}
	if (geteuid())
		must(netns_own_user(&e));
	enter_own_host();
	must(diag_open(&d, -1, &e));
	listener = listening();
	time_waits(d, listener, count);
	exhaustion(listener, count / RANGE + 1);
	return 0;
}
