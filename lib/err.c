// SPDX-License-Identifier: GPL-2.0-or-later
#include "lib/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return e->code = code;
}

int err_sys(struct err *e, const char *fmt, ...)
{
	const int code = errno;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(e->text))
		snprintf(e->text + n, sizeof(e->text) - (size_t)n, ": %s",
			 strerror(code));
	return e->code = -code;
}

int err_in(struct err *e, const char *fmt, ...)
{
	char context[sizeof(e->text)];
	size_t len, kept;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(context, sizeof(context) - 2, fmt, ap);
	va_end(ap);
	strcat(context, ": ");
	len = strlen(context);
	kept = strnlen(e->text, sizeof(e->text) - 1 - len);
	memmove(e->text + len, e->text, kept);
	memcpy(e->text, context, len);
	e->text[len + kept] = '\0';
	return e->code;
}
