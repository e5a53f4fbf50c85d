/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_SYSCTL_H
#define LIB_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/**
 * sysctl_name_fault() - What is wrong with a name, before any kernel is asked
 * @key: "net.ipv4.tcp_timestamps"
 *
 * Only `net.` names of letters, digits, `_`, `-`, `.` and no empty part are taken.
 *
 * Return: NULL for a good one, else the reason in words
 */
const char *sysctl_name_fault(const char *key, size_t len);

/**
 * sysctl_read() - The value in the network namespace of the calling thread
 * @value: out, blanks folded to one space, without the newline
 *
 * Errors: -ENOENT no such name here
 */
int sysctl_read(const char *key, char *value, size_t size, struct err *e);

/**
 * sysctl_write() - Set it, and read it back
 *
 * Errors: -ENOENT no such name; -EACCES/-EPERM not writable here;
 * -EINVAL (or what the kernel said) the value is refused; -EBADE accepted, but
 * another value is read back (told in the text)
 */
int sysctl_write(const char *key, const char *value, struct err *e);

#endif
