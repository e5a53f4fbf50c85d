// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file is lines of words:
 *
 *	shard 2/5
 *	file reopen/server-close cases/reopen/server-close.case
 *	mine reopen/server-close family=ipv4,timestamps=0
 *	other reopen/server-close family=ipv4,timestamps=1
 *
 * A trial is of the last file above it. Names of files and their paths have no
 * blanks (%20), so that a line is cut at them.
 */
#include "runner/planned.h"

#include "lib/buf.h"
#include "lib/err.h"
#include "runner/escape.h"
#include "runner/results.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PLAN_BYTES_MOST = 64 << 20 };

static void add_file(struct planned *p, const char *name, const char *path)
{
	p->file = arena_grow(&p->arena, p->file, p->files, sizeof(*p->file));
	p->file[p->files++] = (struct planned_file){ arena_dup(&p->arena, name, strlen(name)),
						     arena_dup(&p->arena, path, strlen(path)) };
}

static void add_trial(struct planned *p, const char *name, bool ours)
{
	p->trial = arena_grow(&p->arena, p->trial, p->trials, sizeof(*p->trial));
	p->trial[p->trials++] = (struct planned_trial){
		arena_dup(&p->arena, name, strlen(name)), p->files - 1, ours,
	};
}

void planned_add(struct planned *p, const char *file, const char *path, const char *trial,
		 bool ours)
{
	autobuf name = { 0 };

	if (!p->files || strcmp(p->file[p->files - 1].name, file) != 0)
		add_file(p, file, path);
	escape_name(&name, trial);
	add_trial(p, buf_text(&name), ours);
}

/* ----------------------------------------------------------------- writing */

int planned_write(const struct planned *p, struct results *r, struct err *e)
{
	autobuf b = { 0 };

	buf_addf(&b, "shard %d/%d\n", p->shard.k, p->shard.n);
	for (size_t i = 0; i < p->trials; i++) {
		const struct planned_trial *t = &p->trial[i];

		if (!i || t->file != t[-1].file) {
			buf_adds(&b, "file ");
			escape_path(&b, p->file[t->file].name);
			buf_adds(&b, " ");
			escape_path(&b, p->file[t->file].path);
			buf_adds(&b, "\n");
		}
		buf_addf(&b, "%s %s\n", t->ours ? "mine" : "other", t->name);
	}
	return results_write(r, RESULTS_PLAN, &b, e);
}

/* ----------------------------------------------------------------- reading */

static char *word_undone(struct arena *a, const char *s, size_t len)
{
	char *text = arena_get(a, len + 1);
	size_t n;

	return len && escape_undo(s, len, text, &n) && strlen(text) == n ? text : NULL;
}

static bool read_file(struct planned *p, const char *s)
{
	const char *blank = strchr(s, ' ');
	const char *name = blank ? word_undone(&p->arena, s, (size_t)(blank - s)) : NULL;
	const char *path = name ? word_undone(&p->arena, blank + 1, strlen(blank + 1)) : NULL;

	if (path)
		add_file(p, name, path);
	return path;
}

static bool read_trial(struct planned *p, const char *name, bool ours)
{
	if (!p->files || !*name)
		return false;
	for (const char *s = name; *s; s++)
		if (*s < ' ' || *s > '~')
			return false;
	add_trial(p, name, ours);
	return true;
}

static bool begins(const char **s, const char *word)
{
	const size_t len = strlen(word);

	if (strncmp(*s, word, len) != 0)
		return false;
	*s += len;
	return true;
}

static bool read_line(struct planned *p, const char *line)
{
	char end;

	if (begins(&line, "shard "))
		return sscanf(line, "%d/%d%c", &p->shard.k, &p->shard.n, &end) == 2 &&
		       p->shard.n >= 0 && p->shard.k >= 0 && p->shard.k <= p->shard.n;
	if (begins(&line, "file "))
		return read_file(p, line);
	if (begins(&line, "mine "))
		return read_trial(p, line, true);
	return begins(&line, "other ") && read_trial(p, line, false);
}

int planned_read(struct planned *p, struct results *r, struct err *e)
{
	autobuf b = { 0 };
	size_t number = 0;
	char *s, *end;

	*p = (struct planned){ 0 };
	if (results_read(r, RESULTS_PLAN, PLAN_BYTES_MOST, &b, e))
		return e->code;
	for (s = b.s; s && s < b.s + b.len; s = end + 1) {
		number++;
		end = memchr(s, '\n', b.len - (size_t)(s - b.s));
		if (end)
			*end = '\0';
		if (!end || strlen(s) != (size_t)(end - s) || !read_line(p, s))
			return err_set(e, -EBADMSG, "results: %s/%s:%zu: not to be understood",
				       results_path(r), RESULTS_PLAN, number);
	}
	return 0;
}

void planned_fini(struct planned *p)
{
	arena_free(&p->arena);
	*p = (struct planned){ 0 };
}
