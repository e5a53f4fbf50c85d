// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What lib/ calls of libmnl, for a program linked statically where the
 * distribution has no libmnl.a to link with, as Debian has none. Only the
 * static program takes it (see the Makefile), and only then; every other one
 * uses the library. mnl_test.c holds each function against the library's own.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Where callers hand out const and take back plain, as the library's do */
static char *at(const void *base, size_t offset)
{
	return (char *)(uintptr_t)base + offset;
}

static void zero_padding(char *end, size_t len)
{
	memset(end, 0, MNL_ALIGN(len) - len);
}

/* -------------------------------------------------------------- messages */

struct nlmsghdr *mnl_nlmsg_put_header(void *buf)
{
	struct nlmsghdr *m = buf;

	*m = (struct nlmsghdr){ .nlmsg_len = MNL_NLMSG_HDRLEN };
	return m;
}

void *mnl_nlmsg_put_extra_header(struct nlmsghdr *m, size_t len)
{
	char *here = at(m, m->nlmsg_len);

	memset(here, 0, MNL_ALIGN(len));
	m->nlmsg_len += (uint32_t)MNL_ALIGN(len);
	return here;
}

bool mnl_nlmsg_ok(const struct nlmsghdr *m, int len)
{
	return len >= (int)sizeof(*m) && m->nlmsg_len >= sizeof(*m) && m->nlmsg_len <= (uint32_t)len;
}

struct nlmsghdr *mnl_nlmsg_next(const struct nlmsghdr *m, int *len)
{
	*len -= (int)MNL_ALIGN(m->nlmsg_len);
	return (void *)at(m, MNL_ALIGN(m->nlmsg_len));
}

size_t mnl_nlmsg_get_payload_len(const struct nlmsghdr *m)
{
	return m->nlmsg_len - MNL_NLMSG_HDRLEN;
}

void *mnl_nlmsg_get_payload(const struct nlmsghdr *m)
{
	return at(m, MNL_NLMSG_HDRLEN);
}

void *mnl_nlmsg_get_payload_offset(const struct nlmsghdr *m, size_t offset)
{
	return at(m, MNL_NLMSG_HDRLEN + MNL_ALIGN(offset));
}

void *mnl_nlmsg_get_payload_tail(const struct nlmsghdr *m)
{
	return at(m, MNL_ALIGN(m->nlmsg_len));
}

/* ------------------------------------------------------------ attributes */

uint16_t mnl_attr_get_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

uint16_t mnl_attr_get_payload_len(const struct nlattr *attr)
{
	return (uint16_t)(attr->nla_len - MNL_ATTR_HDRLEN);
}

const char *mnl_attr_get_str(const struct nlattr *attr)
{
	return at(attr, MNL_ATTR_HDRLEN);
}

uint8_t mnl_attr_get_u8(const struct nlattr *attr)
{
	return *(uint8_t *)at(attr, MNL_ATTR_HDRLEN);
}

uint32_t mnl_attr_get_u32(const struct nlattr *attr)
{
	uint32_t value;

	memcpy(&value, at(attr, MNL_ATTR_HDRLEN), sizeof(value));
	return value;
}

bool mnl_attr_ok(const struct nlattr *attr, int len)
{
	return len >= (int)sizeof(*attr) && attr->nla_len >= sizeof(*attr) && attr->nla_len <= len;
}

struct nlattr *mnl_attr_next(const struct nlattr *attr)
{
	return (void *)at(attr, MNL_ALIGN(attr->nla_len));
}

/* The one kind asked about here: a text that ends with its NUL */
int mnl_attr_validate(const struct nlattr *attr, enum mnl_attr_data_type type)
{
	const size_t len = mnl_attr_get_payload_len(attr);

	if (type != MNL_TYPE_NUL_STRING) {
		errno = EOPNOTSUPP;
		return -1;
	}
	if (!len || mnl_attr_get_str(attr)[len - 1]) {
		errno = len ? EINVAL : ERANGE;
		return -1;
	}
	return 0;
}

static struct nlattr *put(struct nlmsghdr *m, uint16_t type, size_t len)
{
	struct nlattr *attr = mnl_nlmsg_get_payload_tail(m);

	attr->nla_type = type;
	attr->nla_len = (uint16_t)(MNL_ATTR_HDRLEN + len);
	m->nlmsg_len += (uint32_t)MNL_ALIGN(attr->nla_len);
	return attr;
}

bool mnl_attr_put_check(struct nlmsghdr *m, size_t room, uint16_t type, size_t len, const void *data)
{
	struct nlattr *attr;

	if (m->nlmsg_len + MNL_ATTR_HDRLEN + MNL_ALIGN(len) > room)
		return false;
	attr = put(m, type, len);
	if (len)
		memcpy(at(attr, MNL_ATTR_HDRLEN), data, len);
	zero_padding(at(attr, MNL_ATTR_HDRLEN + len), len);
	return true;
}

struct nlattr *mnl_attr_nest_start_check(struct nlmsghdr *m, size_t room, uint16_t type)
{
	if (m->nlmsg_len + MNL_ATTR_HDRLEN > room)
		return NULL;
	return put(m, NLA_F_NESTED | type, 0);
}

void mnl_attr_nest_end(struct nlmsghdr *m, struct nlattr *start)
{
	start->nla_len = (uint16_t)((char *)mnl_nlmsg_get_payload_tail(m) - (char *)start);
}
