// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/fingerprint.h"

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

enum { HZ_LEAST = 24, HZ_MOST = 10000, LINE_ROOM = 4096 };

/* Files whose first line is the answer */
static const struct { const char *question, *path; } files[] = {
	{ "info load",			"/proc/loadavg" },
	{ "info memory",		"/proc/meminfo" },
	{ "info tainted",		"/proc/sys/kernel/tainted" },
	{ "info clocksource",		"/sys/devices/system/clocksource/clocksource0/current_clocksource" },
	{ "info rmem_max",		"/proc/sys/net/core/rmem_max" },
	{ "info wmem_max",		"/proc/sys/net/core/wmem_max" },
	{ "info somaxconn",		"/proc/sys/net/core/somaxconn" },
	{ "info default_qdisc",		"/proc/sys/net/core/default_qdisc" },
	{ "info netdev_max_backlog",	"/proc/sys/net/core/netdev_max_backlog" },
	{ "info tcp_congestion_control", "/proc/sys/net/ipv4/tcp_congestion_control" },
	{ "info tcp_mem",		"/proc/sys/net/ipv4/tcp_mem" },
	{ "info tcp_rmem",		"/proc/sys/net/ipv4/tcp_rmem" },
	{ "info tcp_wmem",		"/proc/sys/net/ipv4/tcp_wmem" },
	{ "info tcp_max_orphans",	"/proc/sys/net/ipv4/tcp_max_orphans" },
	{ "info conntrack",		"/proc/sys/net/netfilter/nf_conntrack_max" },
	{ "info hardware",		"/sys/class/dmi/id/sys_vendor" },
};

/* The first line of a file, blanks folded; false where there is nothing to read */
static bool read_line(const char *path, char *line, size_t size)
{
	autofd fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char text[LINE_ROOM];
	size_t len = 0;
	ssize_t n;

	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	text[strcspn(text, "\n")] = '\0';
	for (const char *c = text; *c && len + 1 < size; c++) {
		const bool blank = *c == ' ' || *c == '\t';

		if (!blank)
			line[len++] = *c;
		else if (len && line[len - 1] != ' ')
			line[len++] = ' ';
	}
	while (len && line[len - 1] == ' ')
		len--;
	line[len] = '\0';
	return len;
}

static void put_files(struct facts *f)
{
	char line[256];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (read_line(files[i].path, line, sizeof(line)))
			facts_put(f, files[i].question, line);
}

static void put_number(struct facts *f, const char *question, long n)
{
	char text[32];

	snprintf(text, sizeof(text), "%ld", n);
	facts_put(f, question, text);
}

/* Those we may use, and those there are */
static void put_cpus(struct facts *f)
{
	const long online = sysconf(_SC_NPROCESSORS_ONLN);
	cpu_set_t *set = CPU_ALLOC(4096);
	const size_t size = CPU_ALLOC_SIZE(4096);

	if (online > 0)
		put_number(f, "info cpus_online", online);
	if (set && sched_getaffinity(0, size, set) == 0)
		put_number(f, "info cpus", CPU_COUNT_S(size, set));
	else if (online > 0)
		put_number(f, "info cpus", online);
	CPU_FREE(set);
}

static const char *whose_root(void)
{
	char line[128];
	const bool machine = !read_line("/proc/self/uid_map", line, sizeof(line)) ||
			     strcmp(line, "0 0 4294967295") == 0;

	if (!machine)
		return geteuid() ? "user of a user namespace" : "root of a user namespace";
	return geteuid() ? "user" : "root";
}

static bool holds(const char *path, const char *word)
{
	autofd fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[LINE_ROOM];
	ssize_t n;

	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return strstr(text, word);
}

/* A hint only: a guest may be told, or not be told, that it is one */
static const char *what_machine(const struct facts *f, char *line, size_t size)
{
	const char *hardware = facts_get(f, "info hardware");
	const char *clock = facts_get(f, "info clocksource");

	if (read_line("/sys/hypervisor/type", line, size))
		return line;
	if (holds("/proc/cpuinfo", "User Mode Linux"))
		return "uml";
	if (clock && strcmp(clock, "kvm-clock") == 0)
		return "kvm";
	if (clock && strncmp(clock, "hyperv", 6) == 0)
		return "hyperv";
	if (hardware && strcmp(hardware, "QEMU") == 0)
		return "qemu";
	if (holds("/proc/cpuinfo", " hypervisor"))
		return "of unknown kind";
	return "none seen";
}

int fingerprint_hz(long tick_ns)
{
	const long s = 1000000000;
	const long hz = tick_ns > 0 ? (s + tick_ns / 2) / tick_ns : 0;

	return hz >= HZ_LEAST && hz <= HZ_MOST ? (int)hz : 0;
}

static int measured_hz(void)
{
	struct timespec tick;

	if (clock_getres(CLOCK_MONOTONIC_COARSE, &tick) || tick.tv_sec)
		return 0;
	return fingerprint_hz(tick.tv_nsec);
}

int fingerprint_gather(struct facts *f, struct err *e)
{
	struct utsname name;
	char line[64];

	if (uname(&name))
		return err_sys(e, "uname");
	if (!facts_set_release(f, name.release))
		return err_set(e, -EPROTO, "uname: no version in the release %s", name.release);
	f->hz = measured_hz();
	facts_put(f, "info system", name.sysname);
	facts_put(f, "info build", name.version);
	facts_put(f, "info machine", name.machine);
	put_cpus(f);
	put_files(f);
	facts_put(f, "info user", whose_root());
	facts_put(f, "info virtual", what_machine(f, line, sizeof(line)));
	return 0;
}

void fingerprint_line(const struct facts *f, struct buf *out)
{
	static const struct { const char *question, *before, *after; } parts[] = {
		{ "info cpus",			"",	" CPUs" },
		{ "info clocksource",		"clock ", "" },
		{ "info virtual",		"hypervisor ", "" },
		{ "info tcp_congestion_control", "",	"" },
		{ "info user",			"as ",	"" },
	};

	if (f->hz)
		buf_addf(out, "HZ=%d", f->hz);
	else
		buf_adds(out, "HZ unknown");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const char *answer = facts_get(f, parts[i].question);

		if (answer)
			buf_addf(out, ", %s%s%s", parts[i].before, answer, parts[i].after);
	}
}
