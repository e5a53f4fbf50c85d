// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * floor N [AT-ONCE]    N cases, each in a child of its own, AT-ONCE (1) of them at a time;
 *                      prints milliseconds for each: by the wall, and of processors
 * floor serve          the server's half, for a shell script: listens, closes first, twice
 * floor connect        the client's half
 * floor time COMMAND   runs it, prints the milliseconds it took, likewise
 *
 * The floor under a trial's time: two namespaces, a veth pair, addresses, a
 * ready link, connect, close by the server and then the client, the same pair
 * again; nothing is looked at, recorded or judged. It stands alone on purpose
 * and shares no code with what it is compared with.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>

#define SERVER "10.0.0.1"
#define CLIENT "10.0.0.2"

static void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(1);
}

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double cpu_ms(int who)
{
	struct rusage u;

	getrusage(who, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1e3 +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e3;
}

static void print_times(double start_ms, int n)
{
	printf("%.3f %.3f\n", (now_ms() - start_ms) / n,
	       (cpu_ms(RUSAGE_SELF) + cpu_ms(RUSAGE_CHILDREN)) / n);
}

static void pause_us(long us)
{
	nanosleep(&(struct timespec){ .tv_nsec = us * 1000 }, NULL);
}

/* --- the link --- */

struct host {
	struct mnl_socket *nl;
	unsigned int ifindex, seq;
	const char *address;
};

static int is_up_attr(const struct nlattr *attr, void *up)
{
	if (mnl_attr_get_type(attr) == IFLA_OPERSTATE)
		*(int *)up = mnl_attr_get_u8(attr) == IF_OPER_UP;
	return MNL_CB_OK;
}

static int is_up(const struct nlmsghdr *nlh, void *up)
{
	return mnl_attr_parse(nlh, sizeof(struct ifinfomsg), is_up_attr, up);
}

static void ask(struct host *h, struct nlmsghdr *nlh, mnl_cb_t cb, void *data, const char *what)
{
	char answer[16384];
	ssize_t len;
	int ret;

	nlh->nlmsg_seq = ++h->seq;
	if (mnl_socket_sendto(h->nl, nlh, nlh->nlmsg_len) < 0)
		die(what);
	do {
		len = mnl_socket_recvfrom(h->nl, answer, sizeof(answer));
		if (len < 0)
			die(what);
		ret = mnl_cb_run(answer, (size_t)len, h->seq, mnl_socket_get_portid(h->nl), cb, data);
	} while (ret > 0 && !cb);
	if (ret < 0)
		die(what);
}

static struct nlmsghdr *message(char *room, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	return nlh;
}

static struct ifinfomsg *link_message(struct nlmsghdr *nlh, unsigned int ifindex, unsigned int flags)
{
	struct ifinfomsg *ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));

	ifi->ifi_index = (int)ifindex;
	ifi->ifi_flags = ifi->ifi_change = flags;
	return ifi;
}

/*
 * One queue each way: else the kernel makes one for each processor, with a
 * folder in sysfs each, and takes all but one away again, waiting for RCU
 */
static void put_end(struct nlmsghdr *nlh)
{
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "v0");
	mnl_attr_put_u32(nlh, IFLA_NUM_TX_QUEUES, 1);
	mnl_attr_put_u32(nlh, IFLA_NUM_RX_QUEUES, 1);
}

/* Our end is made up at once; the other is made where it shall live. */
static void make_pair(struct host *here, struct host *there, int there_ns)
{
	char room[1024];
	struct nlmsghdr *nlh = message(room, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	struct nlattr *info, *data, *peer;
	struct ifinfomsg *ifi;

	link_message(nlh, here->ifindex, IFF_UP);
	put_end(nlh);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "veth");
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	peer = mnl_attr_nest_start(nlh, VETH_INFO_PEER);
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = (int)there->ifindex;
	put_end(nlh);
	mnl_attr_put_u32(nlh, IFLA_NET_NS_FD, (uint32_t)there_ns);
	mnl_attr_nest_end(nlh, peer);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	ask(here, nlh, NULL, NULL, "veth");
}

static void add_address(struct host *h)
{
	char room[256];
	struct nlmsghdr *nlh = message(room, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	struct ifaddrmsg *ifa = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifa));

	ifa->ifa_family = AF_INET;
	ifa->ifa_prefixlen = 24;
	ifa->ifa_index = h->ifindex;
	mnl_attr_put_u32(nlh, IFA_LOCAL, inet_addr(h->address));
	ask(h, nlh, NULL, NULL, "address");
}

static void set_up(struct host *h)
{
	char room[256];
	struct nlmsghdr *nlh = message(room, RTM_NEWLINK, NLM_F_ACK);

	link_message(nlh, h->ifindex, IFF_UP);
	ask(h, nlh, NULL, NULL, "up");
}

static void wait_ready(struct host *h)
{
	char room[256];
	int up = 0;

	for (;;) {
		struct nlmsghdr *nlh = message(room, RTM_GETLINK, 0);

		link_message(nlh, h->ifindex, 0);
		ask(h, nlh, is_up, &up, "getlink");
		if (up)
			return;
		pause_us(50);
	}
}

/* --- the connections --- */

static struct sockaddr_in address(const char *text, uint16_t port)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = text ? inet_addr(text) : htonl(INADDR_ANY),
	};
}

static int bound(uint16_t port)
{
	const struct sockaddr_in a = address(NULL, port);
	const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)))
		die("socket");
	while (bind(fd, (const struct sockaddr *)&a, sizeof(a))) {
		if (errno != EADDRINUSE)
			die("bind");
		pause_us(50);
	}
	return fd;
}

static int listening(void)
{
	const int fd = bound(8080);

	if (listen(fd, 8))
		die("listen");
	return fd;
}

/* Retried while the old pair still waits for its last ACK, or nobody listens yet */
static int connected(void)
{
	const struct sockaddr_in to = address(SERVER, 8080);

	for (;;) {
		const int fd = bound(40000);

		if (!connect(fd, (const struct sockaddr *)&to, sizeof(to)))
			return fd;
		if (errno != EADDRNOTAVAIL && errno != ECONNREFUSED)
			die("connect");
		close(fd);
		pause_us(100);
	}
}

static int accepted(int listener)
{
	const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		die("accept");
	return fd;
}

static void close_after_peer(int fd)
{
	char c;

	if (read(fd, &c, 1) != 0)
		die("read");
	close(fd);
}

static void own_namespace(int *ns, struct host *h)
{
	if (unshare(CLONE_NEWNET))
		die("unshare");
	*ns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	h->nl = mnl_socket_open(NETLINK_ROUTE);
	if (*ns < 0 || !h->nl || mnl_socket_bind(h->nl, 0, MNL_SOCKET_AUTOPID))
		die("netlink");
}

static void one_case(void)
{
	struct host server = { .ifindex = 10, .address = SERVER };
	struct host client = { .ifindex = 11, .address = CLIENT };
	int server_ns, client_ns, listener;

	own_namespace(&server_ns, &server);
	listener = listening();
	own_namespace(&client_ns, &client);
	make_pair(&client, &server, server_ns);
	set_up(&server);
	add_address(&server);
	add_address(&client);
	wait_ready(&server);
	wait_ready(&client);
	for (int i = 0; i < 2; i++) {
		const int fd = connected();

		close(accepted(listener));
		close_after_peer(fd);
	}
}

static void child(void (*work)(void), char **command)
{
	const pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (pid)
		return;
	if (work) {
		work();
		_exit(0);
	}
	execvp(command[0], command);
	die(command[0]);
}

static void one_ends(void)
{
	int status;

	if (wait(&status) < 0)
		die("wait");
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		_exit(1);
}

static void cases(int n, int at_once)
{
	int begun = 0, ended = 0;

	while (ended < n) {
		if (begun < n && begun - ended < at_once) {
			child(one_case, NULL);
			begun++;
		} else {
			one_ends();
			ended++;
		}
	}
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	const double start = now_ms();
	const int n = atoi(what), at_once = argc > 2 ? atoi(argv[2]) : 1;

	if (!strcmp(what, "serve")) {
		const int listener = listening();

		close(accepted(listener));
		close(accepted(listener));
	} else if (!strcmp(what, "connect")) {
		close_after_peer(connected());
		close_after_peer(connected());
	} else if (!strcmp(what, "time") && argc > 2) {
		child(NULL, argv + 2);
		one_ends();
		print_times(start, 1);
	} else if (n > 0 && at_once > 0) {
		cases(n, at_once);
		print_times(start, n);
	} else {
		fputs("usage: floor N [AT-ONCE] | serve | connect | time COMMAND...\n", stderr);
		return 2;
	}
	return 0;
}
