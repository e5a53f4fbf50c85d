/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_COUNTERS_H
#define LIB_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

struct err;
struct counters;

/**
 * counters_open() - The SNMP counters of a namespace, by the names nstat prints
 * (TcpExtTWRecycled, TcpActiveOpens, IpExtInOctets, Tcp..., Ip6...)
 * @ns: borrowed only during the call
 *
 * Source: /proc/net/netstat, snmp and snmp6, opened inside
 */
int counters_open(struct counters **c, int ns, struct err *e);

/** counters_read() - Read all of them anew */
int counters_read(struct counters *c, struct err *e);

/**
 * counters_get() - One, as last read
 * Errors: -ENOENT the kernel has none of that name
 */
int counters_get(const struct counters *c, const char *name, uint64_t *value, struct err *e);

/** counters_name() - The name of the @i-th; NULL after the last: for suggestions */
const char *counters_name(const struct counters *c, size_t i);

void counters_close(struct counters *c);

#endif
