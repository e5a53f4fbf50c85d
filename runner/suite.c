// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/suite.h"

#include "lib/err.h"
#include "runner/escape.h"
#include "runner/parse.h"
#include "runner/plan.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MOST = 8 };
static const char ending[] = ".case";

static bool ends_in_case(const char *s)
{
	const size_t len = strlen(s), end = strlen(ending);

	return len > end && !strcmp(s + len - end, ending);
}

/* ------------------------------------------------------------------- names */

static const char *shorn(struct arena *a, const char *s)
{
	return arena_dup(a, s, strlen(s) - (ends_in_case(s) ? strlen(ending) : 0));
}

/* topic/file: what comes after the folder with the cases, else the last two parts of the path. */
static const char *name_of(struct arena *a, const char *path, const char *cases)
{
	const char *tail;
	size_t root;

	if (!strcmp(path, "-"))
		return "stdin";
	while (!strncmp(path, "./", 2))
		path += 2;
	while (cases && !strncmp(cases, "./", 2))
		cases += 2;
	root = cases ? strlen(cases) : 0;
	if (root && !strncmp(path, cases, root) && path[root] == '/')
		return shorn(a, path + root + 1);
	tail = strrchr(path, '/');
	while (tail && tail > path && tail[-1] != '/')
		tail--;
	if (tail && tail[0] == '/')
		tail++;
	if (tail && (!strncmp(tail, "../", 3) || !strncmp(tail, "./", 2)))
		tail = strchr(tail, '/') + 1;
	return shorn(a, tail ? tail : path);
}

/* -------------------------------------------------------------------- files */

static struct case_file *known_file(const struct suite *s, const char *name)
{
	for (size_t i = 0; i < s->files; i++)
		if (!strcmp(s->file[i]->name, name))
			return s->file[i];
	return NULL;
}

/* A file whose text is there is read, and becomes one of the suite's */
static void read_file(struct suite *s, struct case_file *f, const char *shown)
{
	f->good = parse_stored(shown, f->name, buf_text(&f->text), f->text.len, &s->store,
			       &f->scenario, &f->complaints);
	s->errors += f->complaints.errors;
	s->warnings += f->complaints.count + f->complaints.unkept - f->complaints.errors;
	s->file = arena_grow(&s->arena, s->file, s->files, sizeof(*s->file));
	s->file[s->files++] = f;
}

static int add_file(struct suite *s, const char *path, const char *name, const char *only,
		    struct err *e)
{
	struct case_file *f = known_file(s, name);

	s->named++;
	if (f && strcmp(f->path, path) != 0)
		return err_set(e, -EEXIST, "%s and %s would both be named %s", f->path, path, name);
	if (f && (!only || !f->only || !strcmp(only, f->only))) {
		if (!only)
			f->only = NULL;
		return 0;
	}
	f = arena_get(&s->arena, sizeof(*f));
	f->path = arena_dup(&s->arena, path, strlen(path));
	f->name = name;
	f->only = only;
	if (buf_read_file(&f->text, path, SCAN_FILE_MOST, e)) {
		buf_fini(&f->text);
		return e->code;
	}
	read_file(s, f, !strcmp(path, "-") ? "stdin" : f->path);
	return 0;
}

int suite_load_text(struct suite *s, const char *name, const struct buf *text, struct err *e)
{
	struct case_file *f = arena_get(&s->arena, sizeof(*f));

	f->path = f->name = arena_dup(&s->arena, name, strlen(name));
	buf_add(&f->text, buf_text(text), text->len);
	if (f->text.failed || text->failed) {
		buf_fini(&f->text);
		return err_set(e, -ENOMEM, "%s: out of memory", name);
	}
	read_file(s, f, f->path);
	return 0;
}

static int add_folder(struct suite *s, const char *path, const char *cases, int depth,
		      struct err *e);

static int add_entry(struct suite *s, const char *path, const char *cases, int depth,
		     struct err *e)
{
	struct stat st;

	if (lstat(path, &st))
		return err_sys(e, "%s", path);
	if (S_ISDIR(st.st_mode))
		return add_folder(s, path, cases, depth + 1, e);
	if (S_ISLNK(st.st_mode) && s->no_links)
		return err_set(e, -ELOOP, "%s: a symbolic link", path);
	if (ends_in_case(path) && !stat(path, &st) && S_ISREG(st.st_mode))
		return add_file(s, path, name_of(&s->arena, path, cases), NULL, e);
	return 0;
}

static int shown(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int add_folder(struct suite *s, const char *path, const char *cases, int depth,
		      struct err *e)
{
	struct dirent **list;
	int count, rc = 0;

	if (depth > DEPTH_MOST)
		return err_set(e, -ELOOP, "%s: more than %d folders deep", path, DEPTH_MOST);
	count = scandir(path, &list, shown, alphasort);
	if (count < 0)
		return err_sys(e, "%s", path);
	for (int i = 0; i < count; i++) {
		const char *entry = arena_printf(&s->arena, "%s/%s", path, list[i]->d_name);

		if (!rc)
			rc = add_entry(s, entry, cases, depth, e);
		free(list[i]);
	}
	free(list);
	return rc;
}

/* --------------------------------------------------------------- arguments */

static const char *without_slashes(struct arena *a, const char *s)
{
	size_t len = strlen(s);

	while (len > 1 && s[len - 1] == '/')
		len--;
	return arena_dup(a, s, len);
}

static int add_named(struct suite *s, const char *path, const char *name, const char *only,
		     struct err *e)
{
	if (add_file(s, path, name, only, e))
		return e->code;
	known_file(s, name)->named = true;
	return 0;
}

static int add_path(struct suite *s, const char *path, const char *cases, const char *only,
		    struct err *e)
{
	const size_t before = s->named;
	struct stat st;

	if (!strcmp(path, "-"))
		return add_named(s, path, "stdin", NULL, e);
	if (stat(path, &st))
		return err_sys(e, "%s", path);
	if (!S_ISDIR(st.st_mode))
		return add_named(s, path, name_of(&s->arena, path, cases), only, e);
	if (only)
		return err_set(e, -ENOENT, "%s is a folder, \"%s\" no trial", path, only);
	if (add_folder(s, path, cases, 0, e))
		return e->code;
	return s->named > before ? 0 : err_set(e, -ENOENT, "%s: no case file in it", path);
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

/* The file or folder that a word means: a path, or a name below @cases; NULL: neither */
static const char *meant(struct suite *s, const char *word, const char *cases)
{
	const char *topic, *file;

	if (!strcmp(word, "-") || exists(word))
		return word;
	if (!cases)
		return NULL;
	topic = arena_printf(&s->arena, "%s/%s", cases, word);
	file = arena_printf(&s->arena, "%s%s", topic, ending);
	return exists(file) ? file : exists(topic) ? topic : NULL;
}

/* An argument is a path, or a name below the folder with the cases, or a trial's whole name. */
static int add_arg(struct suite *s, const char *arg, const char *cases, struct err *e)
{
	const char *word = without_slashes(&s->arena, arg);
	const char *path = meant(s, word, cases);
	const char *only = NULL;

	/* A variant has no blank, the name of a file may */
	for (const char *blank = path ? NULL : strrchr(arg, ' '); blank;
	     blank = path ? NULL : memrchr(arg, ' ', (size_t)(blank - arg))) {
		word = arena_dup(&s->arena, arg, (size_t)(blank - arg));
		path = meant(s, word, cases);
		only = arena_dup(&s->arena, blank + 1, strlen(blank + 1));
	}
	if (path)
		return add_path(s, path, cases, only, e);
	return err_set(e, -ENOENT, "%s: neither a file, nor a folder, nor a topic of %s", word,
		       cases ? cases : "the cases (none are installed)");
}

/* Where cases are when nobody says; NULL where there are none */
static char *default_cases(struct arena *a)
{
	char self[4096];
	ssize_t len;
	char *cases, *slash;

	if (exists("cases") && exists("runner") && exists("Makefile"))
		return arena_dup(a, "cases", 5);
	len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		return NULL;
	self[len] = '\0';
	for (int up = 0; up < 2; up++) {
		slash = strrchr(self, '/');
		if (!slash)
			return NULL;
		*slash = '\0';
	}
	cases = arena_printf(a, "%s/share/lastack/cases", self);
	if (exists(cases))
		return cases;
	cases = arena_printf(a, "%s/cases", self);	/* the program in a checkout's .build */
	return exists(cases) ? cases : NULL;
}

int suite_load(struct suite *s, const char *const *args, size_t count, const char *cases,
	       struct err *e)
{
	if (!cases)
		cases = default_cases(&s->arena);
	if (!count && !cases)
		return err_set(e, -ENOENT, "no cases: none are installed, and this is no checkout of lastack (name a file or folder)");
	if (!count)
		return add_path(s, cases, cases, NULL, e);
	for (size_t i = 0; i < count; i++)
		if (add_arg(s, args[i], cases, e))
			return e->code;
	return 0;
}

void suite_complain(const struct suite *s, bool warnings, bool colour, struct buf *out)
{
	for (size_t i = 0; i < s->files; i++) {
		const struct case_file *f = s->file[i];

		if (f->complaints.errors || (warnings && f->complaints.count))
			complaints_render(&f->complaints, f->scenario.path, buf_text(&f->text),
					  f->text.len, colour, out);
	}
}

/* ------------------------------------------------------------------ trials */

const char *suite_variant(const struct case_file *f, const char *name)
{
	const char *end = name + strlen(f->name);

	return *end ? end + 1 : NULL;
}

/* @name: of a trial, whose file's name is before the variant */
static bool is_variant(const struct case_file *f, const char *name, const char *variant)
{
	const char *own = suite_variant(f, name);

	return own && !strcmp(own, variant);
}

static struct forecast_trial work_of(const struct trial *t)
{
	return (struct forecast_trial){
		.least_ns = t->least_ns, .awake_ns = t->awake_ns,
		.patience_ns = t->patience_ns, .timer_ns = t->timer_ns, .acts = t->acts,
		.ipv6 = t->family == FAMILY_IPV6, .looks = t->looks,
	};
}

static void add_items(struct suite *s, struct case_file *f, const struct facts *facts, int repeat,
		      int repeats)
{
	for (size_t v = 0; v < f->scenario.variants; v++) {
		const char *name = plan_name(&f->scenario, v, &s->arena);
		struct suite_item *item;

		s->item = arena_grow(&s->arena, s->item, s->items, sizeof(*s->item));
		item = &s->item[s->items++];
		*item = (struct suite_item){
			.file = f, .variant = v, .repeat = repeat, .name = name,
			.wanted = !f->only || is_variant(f, name, f->only),
		};
		if (repeats > 1)
			item->name = arena_printf(&s->arena, "%s run %d", name, repeat);
		if (facts) {
			struct trial t;

			parse_trial(&f->scenario, v, facts, &t);
			item->work = work_of(&t);
			trial_fini(&t);
		}
	}
}

/* Whether a file was asked for one variant, and elsewhere for all of them. */
static bool is_covered(const struct suite *s, size_t i)
{
	for (size_t k = 0; k < s->files; k++)
		if (k != i && s->file[i]->only && !s->file[k]->only &&
		    !strcmp(s->file[i]->name, s->file[k]->name))
			return true;
	return false;
}

bool suite_first(const struct suite *s, size_t file)
{
	for (size_t i = 0; i < file; i++)
		if (!strcmp(s->file[i]->path, s->file[file]->path))
			return false;
	return true;
}

void suite_plan(struct suite *s, const struct facts *facts, int repeat)
{
	for (size_t i = 0; i < s->files; i++)
		for (int r = is_covered(s, i) ? repeat + 1 : 1; r <= repeat && s->file[i]->good; r++)
			add_items(s, s->file[i], facts, r, repeat);
}

static bool holds(const char *name, const char *pattern)
{
	char glob[1024];

	snprintf(glob, sizeof(glob), "*%s*", pattern);
	return !fnmatch(glob, name, FNM_NOESCAPE);
}

void suite_keep(struct suite *s, const char *const *pattern, size_t count)
{
	bool any_positive = false;

	for (size_t i = 0; i < count; i++)
		any_positive |= pattern[i][0] != '!';
	for (size_t i = 0; i < s->items; i++) {
		bool keep = !any_positive;

		for (size_t k = 0; k < count; k++)
			if (pattern[k][0] != '!')
				keep |= holds(s->item[i].name, pattern[k]);
		for (size_t k = 0; k < count; k++)
			if (pattern[k][0] == '!')
				keep &= !holds(s->item[i].name, pattern[k] + 1);
		s->item[i].wanted &= keep;
	}
}

size_t suite_bare_len(const char *name)
{
	const char *blank = strrchr(name, ' ');
	const size_t len = strlen(name);

	if (!blank || blank - name < 4 || strncmp(blank - 4, " run", 4) != 0 ||
	    strspn(blank + 1, "0123456789") != strlen(blank + 1))
		return len;
	return (size_t)(blank - 4 - name);
}

static bool same_bare_name(const char *a, const char *b)
{
	return suite_bare_len(a) == suite_bare_len(b) && !strncmp(a, b, suite_bare_len(a));
}

void suite_keep_names(struct suite *s, const char *const *name, size_t count)
{
	for (size_t i = 0; i < s->items; i++) {
		autobuf own = { 0 };
		bool among = false;

		escape_name(&own, s->item[i].name);
		for (size_t k = 0; k < count && !among; k++)
			among = same_bare_name(buf_text(&own), name[k]);
		s->item[i].wanted &= among;
	}
}

static uint32_t fnv1a(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 16777619u;
	return h ^ h >> 16;
}

void suite_shard(struct suite *s, int k, int n)
{
	for (size_t i = 0; i < s->items; i++)
		s->item[i].wanted &= fnv1a(s->item[i].name) % (uint32_t)n == (uint32_t)(k - 1);
}

size_t suite_drop_unwanted(struct suite *s)
{
	size_t kept = 0;

	for (size_t i = 0; i < s->items; i++)
		if (s->item[i].wanted)
			s->item[kept++] = s->item[i];
	return s->items = kept;
}

void suite_freeze(struct suite *s)
{
	store_freeze(&s->store);
}

void suite_fini(struct suite *s)
{
	for (size_t i = 0; i < s->files; i++) {
		scenario_fini(&s->file[i]->scenario);
		complaints_fini(&s->file[i]->complaints);
		buf_fini(&s->file[i]->text);
	}
	store_free(&s->store);
	arena_free(&s->arena);
}
