// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/sysctl.h"

#include "lib/auto.h"
#include "lib/err.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_ROOM = 256, VALUE_ROOM = 4096, PORTS = 65536 };

#define ROOT "/proc/sys/"

static bool part_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-';
}

const char *sysctl_name_fault(const char *key, size_t len)
{
	if (len < 4 || memcmp(key, "net.", 4) != 0)
		return "does not begin with net.";
	if (len >= PATH_ROOM - sizeof(ROOT))
		return "is too long";
	for (size_t i = 0; i < len; i++) {
		if (key[i] != '.' && !part_char(key[i]))
			return "holds a character other than letters, digits, _, - and .";
		if (key[i] == '.' && (i + 1 == len || key[i + 1] == '.'))
			return "has an empty part";
	}
	return NULL;
}

/* Dots become slashes: a device whose name has a dot cannot be reached */
static int open_at(int folder, const char *root, const char *key, int mode, struct err *e)
{
	char path[PATH_ROOM];
	int fd;

	snprintf(path, sizeof(path), "%s%s", root, key);
	for (char *c = path + strlen(root); *c; c++) {
		if (*c == '.')
			*c = '/';
	}
	fd = openat(folder, path, mode | O_CLOEXEC);
	if (fd < 0)
		return err_sys(e, "sysctl %s", key);
	return fd;
}

static int open_key(const char *key, int mode, struct err *e)
{
	const char *fault = sysctl_name_fault(key, strlen(key));

	if (fault)
		return err_set(e, -EINVAL, "sysctl %s: the name %s", key, fault);
	return open_at(AT_FDCWD, ROOT, key, mode, e);
}

int sysctl_folder(const char *key, struct err *e)
{
	return open_key(key, O_PATH | O_DIRECTORY, e);
}

int sysctl_put(int folder, const char *key, const char *value, struct err *e)
{
	autofd fd = open_at(folder, "", key, O_WRONLY, e);

	if (fd < 0)
		return e->code;
	return write(fd, value, strlen(value)) < 0 ? err_sys(e, "sysctl %s = %s", key, value) : 0;
}

static void fold(const char *from, char *to, size_t size)
{
	size_t n = 0;

	for (; *from && n + 1 < size; from++) {
		if (!isspace((unsigned char)*from))
			to[n++] = *from;
		else if (n && to[n - 1] != ' ')
			to[n++] = ' ';
	}
	if (n && to[n - 1] == ' ')
		n--;
	to[n] = '\0';
}

int sysctl_read(const char *key, char *value, size_t size, struct err *e)
{
	autofd fd = open_key(key, O_RDONLY, e);
	char text[VALUE_ROOM];
	ssize_t n;

	if (fd < 0)
		return e->code;
	n = read(fd, text, sizeof(text) - 1);
	if (n < 0)
		return err_sys(e, "sysctl %s", key);
	text[n] = '\0';
	fold(text, value, size);
	return 0;
}

/* --------------------------------------------- whether it was understood */

/* "40000,40002-40010" as a set of ports; false for what is no such list */
static bool port_list(const char *s, unsigned char set[PORTS])
{
	memset(set, 0, PORTS);
	while (*s) {
		char *end;
		long low = strtol(s, &end, 10), high = low;

		if (end == s || low < 0 || low >= PORTS)
			return false;
		if (*end == '-') {
			s = end + 1;
			high = strtol(s, &end, 10);
			if (end == s || high < low || high >= PORTS)
				return false;
		}
		memset(set + low, 1, (size_t)(high - low + 1));
		if (*end && (*end != ',' || !end[1]))
			return false;
		s = end + (*end == ',');
	}
	return true;
}

static bool same_ports(const char *a, const char *b)
{
	autofree unsigned char *sets = malloc(2 * PORTS);

	return sets && strpbrk(a, ",-") && port_list(a, sets) && port_list(b, sets + PORTS) &&
		!memcmp(sets, sets + PORTS, PORTS);
}

static bool same_number(const char *a, size_t a_len, const char *b, size_t b_len)
{
	char *a_end, *b_end;
	const long long a_value = strtoll(a, &a_end, 0), b_value = strtoll(b, &b_end, 0);

	return a_len && b_len && a_end == a + a_len && b_end == b + b_len && a_value == b_value;
}

/* Word by word: the same text, or the same number in another guise (010, 0x8) */
static bool same_words(const char *a, const char *b)
{
	while (*a || *b) {
		const size_t a_len = strcspn(a, " "), b_len = strcspn(b, " ");

		if ((a_len != b_len || memcmp(a, b, a_len) != 0) &&
		    !same_number(a, a_len, b, b_len))
			return false;
		a += a_len + (a[a_len] == ' ');
		b += b_len + (b[b_len] == ' ');
	}
	return true;
}

int sysctl_write(const char *key, const char *value, struct err *e)
{
	char asked[VALUE_ROOM], got[VALUE_ROOM];
	autofd fd = open_key(key, O_WRONLY, e);

	if (fd < 0)
		return e->code;
	if (write(fd, value, strlen(value)) < 0)
		return err_sys(e, "sysctl %s = %s", key, value);
	if (sysctl_read(key, got, sizeof(got), e)) {
		/* a switch such as route.flush has nothing to be read */
		return e->code == -EACCES ? 0 : e->code;
	}
	fold(value, asked, sizeof(asked));
	if (!same_words(asked, got) && !same_ports(asked, got))
		return err_set(e, -EBADE, "sysctl %s = %s: accepted, but %s is read back", key,
			       value, got);
	return 0;
}
