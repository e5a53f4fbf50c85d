// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/say.h"

#include "lib/buf.h"
#include "runner/escape.h"

#include <stdarg.h>
#include <stdio.h>

void say(const char *fmt, ...)
{
	autobuf text = { 0 }, line = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vaddf(&text, fmt, ap);
	va_end(ap);
	escape_shown(&line, buf_text(&text));
	fprintf(stderr, "lastack: %s\n", line.failed ? "out of memory" : buf_text(&line));
}

void say_out(const char *text)
{
	autobuf line = { 0 };

	escape_shown(&line, text);
	puts(line.failed ? "out of memory" : buf_text(&line));
}
