// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/known.h"

#include "lib/err.h"
#include "lib/utf8.h"
#include "runner/escape.h"
#include "runner/suite.h"
#include "runner/verdict.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

/* ----------------------------------------------------------------- reading */

/* One line being read; at: the next byte, 0-based */
struct list_row {
	const char *s;
	size_t len, at;
	int number;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct list_row *r)
{
	while (r->at < r->len && is_blank(r->s[r->at]))
		r->at++;
}

static struct place place_of(const struct list_row *r, size_t from, size_t end)
{
	return (struct place){ r->number, (int)from + 1, end > from ? (int)(end - from) : 1 };
}

/* Where a trial's name ends: single blanks are its own */
static size_t name_end(const struct list_row *r)
{
	size_t end = r->at;

	while (end < r->len && r->s[end] != '\t' &&
	       !(r->s[end] == ' ' && (end + 1 == r->len || is_blank(r->s[end + 1]))))
		end++;
	return end;
}

/* The first byte that may not stand in a list; len: none */
static size_t first_bad(const struct list_row *r)
{
	for (size_t i = 0; i < r->len;) {
		uint32_t code;
		const size_t n = utf8_next(r->s + i, r->len - i, &code);

		if (!n || (code != '\t' && !utf8_printable(code)))
			return i;
		i += n;
	}
	return r->len;
}

static const struct known_entry *listed(const struct known *k, const char *trial)
{
	for (size_t i = 0; i < k->count; i++)
		if (!strcmp(k->entry[i].trial, trial))
			return &k->entry[i];
	return NULL;
}

static void add_entry(struct known *k, const struct known_entry *new)
{
	const struct known_entry *before = listed(k, new->trial);

	if (before) {
		complain(&k->complaints, new->at, "%s stands in line %d already", new->trial,
			 before->at.line);
		return;
	}
	if (k->count == KNOWN_MOST) {
		complain(&k->complaints, new->at, "more than %d entries", KNOWN_MOST);
		return;
	}
	k->entry = arena_grow(&k->arena, k->entry, k->count, sizeof(*k->entry));
	k->entry[k->count++] = *new;
}

static void read_row(struct known *k, struct list_row *r)
{
	struct known_entry new = { 0 };
	size_t end;

	skip_blanks(r);
	if (r->at == r->len || r->s[r->at] == '#')
		return;
	if (r->s[r->at] == '~') {
		new.may_pass = true;
		r->at++;
		skip_blanks(r);
	}
	end = name_end(r);
	new.at = place_of(r, r->at, end);
	new.trial = arena_dup(&k->arena, r->s + r->at, end - r->at);
	r->at = end;
	skip_blanks(r);
	while (r->len > r->at && is_blank(r->s[r->len - 1]))
		r->len--;
	new.reason = arena_dup(&k->arena, r->s + r->at, r->len - r->at);
	if (!*new.trial)
		complain(&k->complaints, new.at, "no trial behind ~");
	else if (!*new.reason)
		complain(&k->complaints, place_of(r, end, end),
			 "no reason: two blanks or a tab part it from the trial's name");
	else
		add_entry(k, &new);
}

bool known_read(struct known *k, const char *path)
{
	const char *s = buf_text(&k->text), *end = s + k->text.len;

	k->path = path;
	if (k->text.len >= 3 && !memcmp(s, "\xef\xbb\xbf", 3))
		s += 3;
	for (int number = 1; s < end; number++) {
		const char *newline = memchr(s, '\n', (size_t)(end - s));
		struct list_row r = { s, (size_t)((newline ? newline : end) - s), 0, number };
		size_t bad;

		if (r.len && r.s[r.len - 1] == '\r')
			r.len--;
		bad = first_bad(&r);
		if (bad < r.len)
			complain(&k->complaints, place_of(&r, bad, bad + 1),
				 "a control character, or no UTF-8");
		else
			read_row(k, &r);
		s = newline ? newline + 1 : end;
	}
	return !k->complaints.errors;
}

static void render(const struct known *k, const struct complaints *c, bool colour, struct buf *out)
{
	complaints_render(c, k->path, buf_text(&k->text), k->text.len, colour, out);
}

int known_load(struct known *k, const char *path, bool colour, struct buf *said, struct err *e)
{
	if (buf_read_file(&k->text, path, KNOWN_FILE_MOST, e))
		return err_in(e, "--known");
	if (known_read(k, strcmp(path, "-") ? path : "stdin"))
		return 0;
	render(k, &k->complaints, colour, said);
	return err_set(e, -EINVAL, "--known: the list has errors, nothing was done");
}

/* ----------------------------------------------------------------- meaning */

/* A whole name, or the file's part of it */
static bool means(const struct known_entry *x, const char *whole, const char *file)
{
	return !fnmatch(x->trial, whole, FNM_NOESCAPE) || !fnmatch(x->trial, file, FNM_NOESCAPE);
}

struct bare {
	char *whole, *file;
};

static struct bare bare_of(const char *name, struct arena *a)
{
	const size_t len = suite_bare_len(name), file = strcspn(name, " ");

	return (struct bare){ arena_dup(a, name, len), arena_dup(a, name, file < len ? file : len) };
}

const struct known_entry *known_find(const struct known *k, const char *name)
{
	const struct known_entry *found = NULL;
	struct arena a = { 0 };
	const struct bare bare = bare_of(name, &a);

	for (size_t i = 0; i < k->count && !found; i++)
		if (means(&k->entry[i], bare.whole, bare.file))
			found = &k->entry[i];
	arena_free(&a);
	return found;
}

void known_use(struct known *k, const char *name)
{
	struct arena a = { 0 };
	const struct bare bare = bare_of(name, &a);

	for (size_t i = 0; i < k->count; i++)
		k->entry[i].used |= means(&k->entry[i], bare.whole, bare.file);
	arena_free(&a);
}

void known_unused(const struct known *k, size_t most, bool colour, struct buf *out)
{
	struct complaints c = { 0 };
	size_t unused = 0;

	for (size_t i = 0; i < k->count; i++) {
		if (k->entry[i].used || unused++ >= most)
			continue;
		complain_warn(&c, k->entry[i].at,
			      "no trial of this run is meant (one of another shard, perhaps)");
	}
	render(k, &c, colour, out);
	complaints_fini(&c);
	if (unused <= most)
		return;
	escape_shown(out, k->path);
	buf_addf(out, ": warning: %zu%s entr%s no trial of this run\n", unused - most,
		 most ? " more" : "", unused - most == 1 ? "y means" : "ies mean");
}

void known_heed(const struct known *k, const char *name, struct arena *a, struct verdict *v)
{
	const struct known_entry *x = NULL;

	if (v->kind == VERDICT_FAIL || v->kind == VERDICT_PASS)
		x = known_find(k, name);
	if (!x || (v->kind == VERDICT_PASS && x->may_pass))
		return;
	v->todo = x->reason;
	if (v->kind == VERDICT_FAIL) {
		v->kind = VERDICT_TODO;
		return;
	}
	v->kind = VERDICT_TODO_PASSED;
	v->message = arena_printf(a, "it passes although %s:%d says that it is known to fail (%s): take the entry away",
				  k->path, x->at.line, x->reason);
}

void known_fini(struct known *k)
{
	complaints_fini(&k->complaints);
	buf_fini(&k->text);
	arena_free(&k->arena);
	*k = (struct known){ 0 };
}
