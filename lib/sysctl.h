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

/**
 * sysctl_folder() - The settings below a name, in the network namespace of the calling thread
 * @key: "net.ipv4"
 *
 * To look a path up from /proc/sys visits the folders of all namespaces that
 * there are; from here it does not.
 *
 * Return: a descriptor, or a negative errno
 */
int sysctl_folder(const char *key, struct err *e);

/**
 * sysctl_put() - Set one of a folder's, without a look at what became of it
 * @folder: of sysctl_folder()
 * @key:    the rest of the name
 *
 * For values that sysctl_write() has proved on this kernel. Errors: as there
 */
int sysctl_put(int folder, const char *key, const char *value, struct err *e);

#endif
