// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/needs.h"

#include "runner/values.h"
#include "runner/words.h"
#include "runner/facts.h"
#include "runner/sockopts.h"

#include <string.h>

static const char *need_name(int need)
{
	return need_info[need].name;
}

static bool begins(const struct token *t, const char *head)
{
	const size_t n = strlen(head);

	return !t->word.quoted && t->word.len > n && !memcmp(t->word.s, head, n);
}

static bool is_option(const struct token *t)
{
	static const char *const heads[] = { "SO_", "TCP_", "IP_", "IPV6_" };

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (begins(t, heads[i]) &&
		    strspn(t->word.s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") >= t->word.len)
			return true;
	return false;
}

static void complain_of_option(struct reader *r, const struct token *t)
{
	const char *near = sockopt_nearest(t->word.s, t->word.len);

	if (near)
		reader_complain(r, t, "unknown socket option \"%s\", did you mean %s?",
				reader_show(r, t), near);
	else
		reader_complain(r, t, "unknown socket option \"%s\"", reader_show(r, t));
}

static const char *option_name(struct reader *r)
{
	const struct token *t = reader_need(r, "a socket option's name");

	if (!t)
		return NULL;
	if (!is_option(t))
		reader_complain(r, t, "\"%s\" is no socket option: they begin with SO_, TCP_, IP_ "
				"or IPV6_", reader_show(r, t));
	else if (!sockopt_find(t->word.s, t->word.len))
		complain_of_option(r, t);
	return reader_string(r, t);
}

/** program_name() - A file's name, without a folder: it is looked for in all of them */
static const char *program_name(struct reader *r)
{
	const struct token *t = reader_need(r, "a program's name");

	if (!t)
		return NULL;
	if (t->word.quoted || memchr(t->word.s, '/', t->word.len))
		reader_complain(r, t, "\"%s\" is no program's name: it stands without quotes and "
				"folders", reader_show(r, t));
	return reader_string(r, t);
}

/* ------------------------------------------------------------------ kernels */

static size_t relation_read(const char *s, size_t len, int *relation)
{
	if (len >= 2 && !memcmp(s, ">=", 2)) {
		*relation = RELATION_AT_LEAST;
		return 2;
	}
	*relation = RELATION_BELOW;
	return len && *s == '<';
}

bool needs_relation(const char *s, size_t len, int *relation, unsigned int *version)
{
	const size_t n = relation_read(s, len, relation);

	return n && facts_version(s + n, len - n, version);
}

static void kernel_read(struct reader *r, struct need_of *need)
{
	const struct token *t = reader_need(r, "a version, such as >= 6.14,");
	size_t n;

	if (!t)
		return;
	n = relation_read(t->word.s, t->word.len, &need->relation);
	if (!n || t->word.quoted) {
		reader_complain(r, t, "a version is said with >= or <, not \"%s\"",
				reader_show(r, t));
		reader_stop(r);
		return;
	}
	if (n < t->word.len) {
		if (!facts_version(t->word.s + n, t->word.len - n, &need->version))
			reader_complain(r, t, "a version is two numbers, such as >= 6.14, not \"%s\"",
					reader_show(r, t));
		return;
	}
	t = reader_need(r, "a version");
	if (t && !facts_version(t->word.s, t->word.len, &need->version))
		reader_complain(r, t, "a version is two numbers, such as 6.14, not \"%s\"",
				reader_show(r, t));
}

/* -------------------------------------------------------------------- needs */

static void name_read(struct reader *r, struct need_of *need)
{
	switch (need->kind) {
	case NEED_KERNEL:
		kernel_read(r, need);
		break;
	case NEED_SYSCTL:
		need->name = value_sysctl_key(r);
		break;
	case NEED_COUNTER:
		need->name = value_counter(r);
		break;
	case NEED_OPTION:
		need->name = option_name(r);
		break;
	case NEED_PROGRAM:
		need->name = program_name(r);
		break;
	default:
		break;
	}
}

void needs_read(struct reader *r, struct need_of *need)
{
	const struct token *t = reader_peek(r);
	const int kind = reader_choose(r, "need", need_name, NEED_COUNT);

	if (kind < 0) {
		reader_stop(r);
		return;
	}
	need->kind = (enum need)kind;
	need->at = t->word.at;
	name_read(r, need);
}

void needs_named(struct reader *r, struct need_of *need)
{
	const struct token *t = reader_peek(r);

	if (!t) {
		reader_absent(r, "the name of what the kernel may have");
		return;
	}
	need->at = t->word.at;
	if (token_is(t, need_name(NEED_DESTROY)) || token_is(t, need_name(NEED_REPAIR))) {
		need->kind = token_is(t, need_name(NEED_DESTROY)) ? NEED_DESTROY : NEED_REPAIR;
		reader_take(r);
		return;
	}
	need->kind = is_option(t) ? NEED_OPTION :
		     memchr(t->word.s, '.', t->word.len) ? NEED_SYSCTL : NEED_COUNTER;
	if (need->kind != NEED_COUNTER || (t->word.len && t->word.s[0] >= 'A' &&
					   t->word.s[0] <= 'Z')) {
		name_read(r, need);
		return;
	}
	reader_complain(r, t, "\"%s\" is no sysctl, counter, socket option, destroy or repair",
			reader_show(r, t));
	reader_take(r);
}
