// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/sockopts.h"

#include "runner/words.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

/* Source: include/uapi/linux/in.h, in6.h, tcp.h; asm-generic/socket.h by name, its numbers differ */
const struct sockopt sockopts[] = {
	{ "SO_REUSEADDR",		SOL_SOCKET,	SO_REUSEADDR },
	{ "SO_REUSEPORT",		SOL_SOCKET,	SO_REUSEPORT },
	{ "SO_LINGER",			SOL_SOCKET,	SO_LINGER },
	{ "SO_KEEPALIVE",		SOL_SOCKET,	SO_KEEPALIVE },
	{ "SO_ERROR",			SOL_SOCKET,	SO_ERROR },
	{ "SO_INCOMING_CPU",		SOL_SOCKET,	SO_INCOMING_CPU },
	{ "IP_BIND_ADDRESS_NO_PORT",	IPPROTO_IP,	24 },
	{ "IP_FREEBIND",		IPPROTO_IP,	15 },
	{ "IP_TRANSPARENT",		IPPROTO_IP,	19 },
	{ "IP_LOCAL_PORT_RANGE",	IPPROTO_IP,	51 },
	{ "IP_RECVERR",			IPPROTO_IP,	11 },
	{ "IPV6_V6ONLY",		IPPROTO_IPV6,	26 },
	{ "TCP_LINGER2",		IPPROTO_TCP,	8 },
	{ "TCP_DEFER_ACCEPT",		IPPROTO_TCP,	9 },
	{ "TCP_QUICKACK",		IPPROTO_TCP,	12 },
	{ "TCP_MD5SIG",			IPPROTO_TCP,	14 },
	{ "TCP_USER_TIMEOUT",		IPPROTO_TCP,	18 },
	{ "TCP_REPAIR",			IPPROTO_TCP,	19 },
	{ "TCP_FASTOPEN",		IPPROTO_TCP,	23 },
	{ "TCP_TIMESTAMP",		IPPROTO_TCP,	24 },
	{ "TCP_SAVE_SYN",		IPPROTO_TCP,	27 },
	{ "TCP_RTO_MAX_MS",		IPPROTO_TCP,	44 },
	{ "TCP_RTO_MIN_US",		IPPROTO_TCP,	45 },
	{ NULL, 0, 0 },
};

enum { SOCKOPTS = sizeof(sockopts) / sizeof(sockopts[0]) };

const struct sockopt *sockopt_find(const char *name, size_t len)
{
	for (const struct sockopt *o = sockopts; o->name; o++)
		if (strlen(o->name) == len && !memcmp(o->name, name, len))
			return o;
	return NULL;
}

const char *sockopt_nearest(const char *name, size_t len)
{
	const char *names[SOCKOPTS];

	for (size_t i = 0; i < SOCKOPTS; i++)
		names[i] = sockopts[i].name;
	return words_nearest(name, len, names);
}
