// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/options.h"

#include "lib/buf.h"
#include "lib/err.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MOST = 64, HELP_CODE = 1000, FIRST_CODE = 1001, HELP_COLUMN = 26 };

static int set_int(const struct option_spec *o, const char *text, struct err *e)
{
	char *end;
	long value;

	errno = 0;
	value = strtol(text, &end, 10);
	if (errno || end == text || *end || value < o->low || value > o->high)
		return err_set(e, -EINVAL, "--%s: \"%s\" is not a number from %ld to %ld", o->name,
			       text, o->low, o->high);
	*(int *)o->to = (int)value;
	return 0;
}

static int set_option(const struct option_spec *o, const char *text, struct err *e)
{
	struct option_list *list = o->to;

	switch (o->kind) {
	case OPTION_IS_FLAG:
		*(bool *)o->to = true;
		break;
	case OPTION_IS_NO_FLAG:
		*(bool *)o->to = false;
		break;
	case OPTION_IS_INT:
		return set_int(o, text, e);
	case OPTION_IS_TEXT:
		*(const char **)o->to = text;
		break;
	case OPTION_IS_LIST:
		if (list->count == sizeof(list->value) / sizeof(list->value[0]))
			return err_set(e, -EINVAL, "--%s: said too often", o->name);
		list->value[list->count++] = text;
		break;
	}
	return 0;
}

static const struct option_spec *spec_of(const struct option_spec *table, int code)
{
	if (code >= FIRST_CODE)
		return &table[code - FIRST_CODE];
	for (const struct option_spec *o = table; o->name; o++)
		if (o->letter == code)
			return o;
	return NULL;
}

static int complain(char **argv, int code, struct err *e)
{
	const char *what = optind > 0 ? argv[optind - 1] : "";

	if (code == ':')
		return err_set(e, -EINVAL, "%s: %s needs an argument", argv[0], what);
	if (optopt && optopt < 256)
		return err_set(e, -EINVAL, "%s: unknown option -%c", argv[0], optopt);
	return err_set(e, -EINVAL, "%s: unknown option %s", argv[0], what);
}

int options_parse(const struct option_spec *table, int argc, char **argv, int *rest, bool *help,
		  struct err *e)
{
	struct option longs[OPTIONS_MOST + 2] = { { "help", no_argument, NULL, HELP_CODE } };
	char shorts[2 * OPTIONS_MOST + 4] = ":h";
	size_t n = 1, s = 2;
	int code;

	for (const struct option_spec *o = table; o->name && n < OPTIONS_MOST; o++, n++) {
		longs[n] = (struct option){ o->name, o->arg ? required_argument : no_argument, NULL,
					    FIRST_CODE + (int)(o - table) };
		if (!o->letter)
			continue;
		shorts[s++] = o->letter;
		if (o->arg)
			shorts[s++] = ':';
	}
	*help = false;
	optind = 1;
	opterr = 0;
	while ((code = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (code == 'h' || code == HELP_CODE) {
			*help = true;
			continue;
		}
		if (code == '?' || code == ':')
			return complain(argv, code, e);
		if (set_option(spec_of(table, code), optarg, e))
			return e->code;
	}
	*rest = optind;
	return 0;
}

void options_help(const struct option_spec *table, struct buf *out)
{
	for (const struct option_spec *o = table; o->name; o++) {
		const size_t before = out->len;

		if (!o->help)
			continue;
		if (o->letter)
			buf_addf(out, "  -%c, ", o->letter);
		else
			buf_adds(out, "      ");
		buf_addf(out, "--%s%s%s", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
		if (out->len - before > HELP_COLUMN)
			buf_addf(out, "\n%*s", HELP_COLUMN + 2, "");
		else
			buf_addf(out, "%*s", (int)(HELP_COLUMN + 2 - (out->len - before)), "");
		buf_addf(out, "%s\n", o->help);
	}
	buf_addf(out, "  -h, --help%*sthis text\n", HELP_COLUMN - 10, "");
}
