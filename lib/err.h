/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_ERR_H
#define LIB_ERR_H

/**
 * struct err - What we could not do, and why
 * @code: negative errno of the innermost failure
 * @text: "outer: inner: reason", lower case, no full stop
 *
 * It lives on the caller's stack, so telling of a failure cannot fail. What
 * the kernel under test answers is never a struct err: it is an observation.
 */
struct err {
	int code;
	char text[500];
};

/**
 * err_set() - Say what went wrong in our own words
 * @e:    filled
 * @code: negative errno
 *
 * Return: @code, so that one line says it and leaves
 */
int err_set(struct err *e, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * err_sys() - Say which call failed; errno tells why
 * @e: filled with the text, a colon and strerror(errno)
 *
 * Return: -errno
 */
int err_sys(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * err_in() - Say what we were at when the inner failure came
 * @e: filled by the callee; the context is put before its text
 *
 * Return: the inner code
 */
int err_in(struct err *e, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
