// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/results.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/escape.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

enum {
	RUNS_A_SECOND_MOST = 1000, COMPONENT_MOST = 128, DEPTH_MOST = 8,
	VERDICTS_BYTES_MOST = 64 << 20,
};

struct results {
	char *path;
	int dir, marker, verdicts;
	char *recent;		/* the folder written into or read from last, and its descriptor */
	int recent_dir;
	char **line;		/* by index in the plan; NULL: none yet */
	size_t lines;
};

static struct results *results_get(void)
{
	struct results *r = calloc(1, sizeof(*r));

	if (r)
		r->dir = r->marker = r->verdicts = r->recent_dir = -1;
	return r;
}

void results_close(struct results *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->lines; i++)
		free(r->line[i]);
	free(r->line);
	fd_close(&r->verdicts);
	fd_close(&r->recent_dir);
	free(r->recent);
	fd_close(&r->dir);
	fd_close(&r->marker);	/* last: from here --keep may take it */
	free(r->path);
	free(r);
}

static inline void auto_results(struct results **r)
{
	results_close(*r);
}
#define autoresults __attribute__((cleanup(auto_results))) struct results *

const char *results_path(const struct results *r)
{
	return r->path;
}

static bool is_empty_folder(const char *path)
{
	DIR *list = opendir(path);
	size_t entries = 0;

	while (list && readdir(list))
		entries++;
	if (list)
		closedir(list);
	return entries == 2;	/* . and .. */
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

const char *results_base(void)
{
	const bool checkout = access("Makefile", F_OK) == 0 && is_folder("runner") &&
			      is_folder("cases");

	return checkout ? "results" : "lastack-results";
}

/* ------------------------------------------------------------ beginning */

static int make_folders(const char *path, struct err *e)
{
	autofree char *part = strdup(path);

	if (!part)
		return err_set(e, -ENOMEM, "results: out of memory");
	for (char *s = part + 1; *part && *s; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		if (mkdir(part, 0777) && errno != EEXIST)
			return err_sys(e, "results: %s", part);
		*s = '/';
	}
	if (mkdir(path, 0777) && errno != EEXIST)
		return err_sys(e, "results: %s", path);
	return 0;
}

static int open_folder(int at, const char *path, int flags)
{
	return openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags);
}

static void add_stamp(struct buf *b)
{
	const time_t now = (time_t)(clock_real_ns() / NS_PER_S);
	char text[32];
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(text, sizeof(text), "%Y%m%dT%H%M%SZ", &tm);
	buf_adds(b, text);
}

/* @name: out, of the folder that was made in @base */
static int make_run_folder(int base, const char *release, struct buf *name, struct err *e)
{
	size_t len;

	add_stamp(name);
	buf_adds(name, "-");
	escape_component(name, release, strlen(release), 64);
	len = name->len;
	for (int n = 2; n <= RUNS_A_SECOND_MOST && !name->failed; n++) {
		if (mkdirat(base, buf_text(name), 0777) == 0)
			return 0;
		if (errno != EEXIST)
			return err_sys(e, "results: %s", buf_text(name));
		name->len = len;
		buf_addf(name, "-%d", n);
	}
	return err_set(e, -EEXIST, "results: too many runs in this second");
}

/* Locked first, marked then: whoever finds the mark finds the lock too */
static int mark_run(struct results *r, struct err *e)
{
	const char mark[] = RESULTS_MARK;

	r->marker = openat(r->dir, RESULTS_MARKER,
			   O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (r->marker < 0)
		return err_sys(e, "results: %s", RESULTS_MARKER);
	while (flock(r->marker, LOCK_EX) < 0 && errno == EINTR)
		;
	if (write(r->marker, mark, sizeof(mark) - 1) != (ssize_t)sizeof(mark) - 1)
		return err_sys(e, "results: %s", RESULTS_MARKER);
	return 0;
}

static int point_latest(int base, const char *name, struct err *e)
{
	struct stat st;
	char beside[64];

	if (fstatat(base, RESULTS_LATEST, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(st.st_mode))
		return err_set(e, -EEXIST, "results: %s is there and no symbolic link",
			       RESULTS_LATEST);
	snprintf(beside, sizeof(beside), ".%s.%d", RESULTS_LATEST, (int)getpid());
	unlinkat(base, beside, 0);
	if (symlinkat(name, base, beside))
		return err_sys(e, "results: %s", beside);
	if (renameat(base, beside, base, RESULTS_LATEST)) {
		err_sys(e, "results: %s", RESULTS_LATEST);
		unlinkat(base, beside, 0);
		return e->code;
	}
	return 0;
}

static int open_verdicts(struct results *r, struct err *e)
{
	r->verdicts = openat(r->dir, RESULTS_VERDICTS,
			     O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	return r->verdicts < 0 ? err_sys(e, "results: %s", RESULTS_VERDICTS) : 0;
}

static int set_path(struct results *r, const char *folder, const char *name, struct err *e)
{
	const size_t len = strlen(folder);
	const char *slash = !*name || !len || folder[len - 1] == '/' ? "" : "/";

	if (asprintf(&r->path, "%s%s%s", folder, slash, name) < 0) {
		r->path = NULL;
		return err_set(e, -ENOMEM, "results: out of memory");
	}
	return 0;
}

int results_new(struct results **out, const char *base, const char *release, struct err *e)
{
	autoresults r = results_get();
	autobuf name = { 0 };
	autofd folder = -1;

	if (!r)
		return err_set(e, -ENOMEM, "results: out of memory");
	if (make_folders(base, e))
		return e->code;
	folder = open_folder(AT_FDCWD, base, 0);
	if (folder < 0)
		return err_sys(e, "results: %s", base);
	if (make_run_folder(folder, release, &name, e) || set_path(r, base, buf_text(&name), e))
		return e->code;
	r->dir = open_folder(folder, buf_text(&name), O_NOFOLLOW);
	if (r->dir < 0)
		return err_sys(e, "results: %s", r->path);
	if (mark_run(r, e) || open_verdicts(r, e) || point_latest(folder, buf_text(&name), e))
		return e->code;
	*out = r;
	r = NULL;
	return 0;
}

int results_new_at(struct results **out, const char *path, struct err *e)
{
	autoresults r = results_get();

	if (!r)
		return err_set(e, -ENOMEM, "results: out of memory");
	if (make_folders(path, e) || set_path(r, path, "", e))
		return e->code;
	r->dir = open_folder(AT_FDCWD, path, 0);
	if (r->dir < 0)
		return err_sys(e, "results: %s", path);
	if (!is_empty_folder(path))
		return err_set(e, -EEXIST, "results: %s is there and not empty", path);
	if (mark_run(r, e) || open_verdicts(r, e))
		return e->code;
	*out = r;
	r = NULL;
	return 0;
}

/*
 * What a name asks for may stand elsewhere; `latest` nobody has named, so it must be a
 * run beside it, as point_latest() makes it, or (in a copy that followed it) a folder.
 */
static int open_latest(int base)
{
	char name[NAME_MAX + 1];
	const ssize_t n = readlinkat(base, RESULTS_LATEST, name, sizeof(name) - 1);

	if (n < 0)
		return errno == EINVAL ? open_folder(base, RESULTS_LATEST, O_NOFOLLOW) : -1;
	name[n] = '\0';
	if (name[0] == '.' || strchr(name, '/')) {
		errno = EXDEV;
		return -1;
	}
	return open_folder(base, name, O_NOFOLLOW);
}

static int open_named(struct results *r, const char *base, const char *which, struct err *e)
{
	autofd folder = -1;

	if (which && strcmp(which, RESULTS_LATEST) != 0) {
		r->dir = open_folder(AT_FDCWD, which, 0);
		if (r->dir >= 0)
			return set_path(r, which, "", e);
	}
	if (!which)
		which = RESULTS_LATEST;
	folder = open_folder(AT_FDCWD, base, 0);
	if (folder >= 0)
		r->dir = strcmp(which, RESULTS_LATEST) ? open_folder(folder, which, 0) :
			 open_latest(folder);
	if (r->dir < 0 && errno == EXDEV)
		return err_set(e, -EXDEV, "results: %s/%s leads out of there", base, which);
	if (r->dir < 0 && strchr(which, '/'))
		return err_sys(e, "results: %s", which);
	if (r->dir < 0 && errno == ENOENT && strcmp(which, RESULTS_LATEST) != 0)
		return err_set(e, -ENOENT, "results: no run %s here or in %s", which, base);
	if (folder < 0)
		return err_sys(e, "results: %s", base);
	if (r->dir < 0)
		return err_sys(e, "results: %s/%s", base, which);
	return set_path(r, base, which, e);
}

int results_open_existing(struct results **out, const char *base, const char *which, struct err *e)
{
	autoresults r = results_get();
	struct stat st;

	if (!r)
		return err_set(e, -ENOMEM, "results: out of memory");
	if (open_named(r, base, which, e))
		return e->code;
	if (fstatat(r->dir, RESULTS_VERDICTS, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "results: %s has no %s: not a run of lastack", r->path,
			       RESULTS_VERDICTS);
	/* Hold off --keep; a copy may have no marker, a run that lasts holds the lock itself */
	r->marker = openat(r->dir, RESULTS_MARKER, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (r->marker >= 0)
		flock(r->marker, LOCK_SH | LOCK_NB);
	*out = r;
	r = NULL;
	return 0;
}

/* ------------------------------------------------------------ paths */

static bool is_ours(const char *s, size_t len)
{
	static const char *const ours[] = {
		RESULTS_MARKER, RESULTS_TAP, RESULTS_JUNIT, RESULTS_NDJSON, RESULTS_INFO,
		RESULTS_PLAN, RESULTS_VERDICTS, RESULTS_CASES, RESULTS_CONSOLE, RESULTS_REPORT,
	};

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		if (strlen(ours[i]) == len && memcmp(ours[i], s, len) == 0)
			return true;
	return false;
}

/* The part before the axes, slash by slash; what is deeper than DEPTH_MOST stays one component */
static void add_components(struct buf *b, const char *s, size_t len, const char *end)
{
	for (int depth = 1; ; depth++) {
		const char *slash = depth < DEPTH_MOST ? memchr(s, '/', len) : NULL;
		const size_t n = slash ? (size_t)(slash - s) : len;

		escape_component(b, s, n, COMPONENT_MOST);
		if (!slash)
			break;
		buf_adds(b, "/");
		s += n + 1;
		len -= n + 1;
	}
	buf_adds(b, end);
}

static const char *keep_text(struct arena *a, const struct buf *b)
{
	if (b->failed)
		arena_out_of_memory();
	return arena_dup(a, buf_text(b), b->len);
}

const char *results_trial_path(struct arena *a, const char *name, const char *suffix)
{
	const size_t scenario = strcspn(name, " ");
	const char *variant = name[scenario] ? name + scenario + 1 : "";
	autobuf b = { 0 };

	if (is_ours(name, strcspn(name, "/ "))) {
		buf_addf(&b, "%%%02X", (unsigned char)name[0]);
		add_components(&b, name + 1, scenario - 1, "/");
	} else {
		add_components(&b, name, scenario, "/");
	}
	/* An axis has a `=`, so no variant is called this */
	if (*variant)
		escape_component(&b, variant, strlen(variant), COMPONENT_MOST);
	else
		buf_adds(&b, "trial");
	buf_adds(&b, suffix);
	return keep_text(a, &b);
}

const char *results_case_path(struct arena *a, const char *scenario)
{
	autobuf b = { 0 };

	buf_adds(&b, RESULTS_CASES "/");
	add_components(&b, scenario, strlen(scenario), ".case");
	return keep_text(a, &b);
}

/*
 * The folder that @path's last component is in, opened step by step.
 * @make: whether folders that are not there are made
 * @leaf: out, points into @path
 */
static int open_parent(struct results *r, const char *path, bool make, int *dir,
		       const char **leaf, struct err *e)
{
	autofd at = open_folder(r->dir, ".", 0);
	const char *slash;

	while (at >= 0 && (slash = strchr(path, '/'))) {
		char part[NAME_MAX + 1];
		int next;

		if (slash == path || slash - path > NAME_MAX || path[0] == '.')
			return err_set(e, -EINVAL, "results: %s: not a path of ours", path);
		memcpy(part, path, (size_t)(slash - path));
		part[slash - path] = '\0';
		if (make && mkdirat(at, part, 0777) && errno != EEXIST)
			return err_sys(e, "results: %s", part);
		next = open_folder(at, part, O_NOFOLLOW);
		fd_close(&at);
		at = next;
		path = slash + 1;
	}
	if (at < 0)
		return err_sys(e, "results: %s", path);
	if (!*path || path[0] == '.')
		return err_set(e, -EINVAL, "results: %s: not a path of ours", path);
	*dir = fd_keep(&at);
	*leaf = path;
	return 0;
}

int results_create(struct results *r, const char *path, int *fd, struct err *e)
{
	autofd dir = -1;
	const char *leaf;

	if (open_parent(r, path, true, &dir, &leaf, e))
		return e->code;
	*fd = openat(dir, leaf, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	return *fd < 0 ? err_sys(e, "results: %s", path) : 0;
}

/*
 * As open_parent(), but what it opened stays open for the next: two files of one
 * trial, many of one case.
 * Return: the descriptor, still @r's, or a negative errno
 */
static int recent_parent(struct results *r, const char *path, bool make, const char **leaf,
			 struct err *e)
{
	const char *slash = strrchr(path, '/');
	const size_t len = slash ? (size_t)(slash - path) : 0;

	if (!r->recent || strlen(r->recent) != len || memcmp(r->recent, path, len) != 0) {
		free(r->recent);
		r->recent = NULL;
		fd_close(&r->recent_dir);
		if (open_parent(r, path, make, &r->recent_dir, leaf, e))
			return e->code;
		r->recent = strndup(path, len);	/* NULL: opened anew next time */
	}
	*leaf = path + len + (slash != NULL);
	if (!**leaf || **leaf == '.')
		return err_set(e, -EINVAL, "results: %s: not a path of ours", path);
	return r->recent_dir;
}

int results_write(struct results *r, const char *path, const struct buf *b, struct err *e)
{
	const char *leaf;
	const int dir = recent_parent(r, path, true, &leaf, e);

	if (dir < 0)
		return dir;
	return buf_write_file(b, dir, leaf, e) ? err_in(e, "results") : 0;
}

static int read_whole(int fd, const char *path, size_t most, struct buf *b, struct err *e)
{
	const size_t before = b->len;
	char part[16384];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part)))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "results: %s", path);
		buf_add(b, part, (size_t)n);
		if (b->len - before > most)
			return err_set(e, -EFBIG, "results: %s: larger than %zu bytes", path, most);
	}
	return b->failed ? err_set(e, -ENOMEM, "results: %s: out of memory", path) : 0;
}

int results_read(struct results *r, const char *path, size_t most, struct buf *b, struct err *e)
{
	const char *leaf;
	const int dir = recent_parent(r, path, false, &leaf, e);
	autofd fd = -1;
	struct stat st;

	if (dir < 0)
		return dir;
	fd = openat(dir, leaf, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &st))
		return err_sys(e, "results: %s", path);
	if (!S_ISREG(st.st_mode))
		return err_set(e, -EINVAL, "results: %s: not a regular file", path);
	return read_whole(fd, path, most, b, e);
}

/* ------------------------------------------------------------ verdicts */

static void add_verdict(struct buf *b, const char *name, const struct verdict *v)
{
	buf_addf(b, "%s %d %lld.%03d ", verdict_name[v->kind], v->tries,
		 (long long)(v->elapsed_ns / NS_PER_MS),
		 (int)(v->elapsed_ns % NS_PER_MS / NS_PER_US));
	escape_name(b, name);
	buf_adds(b, "\n");
}

static int keep_line(struct results *r, size_t index, const struct buf *b)
{
	if (index >= r->lines) {
		const size_t lines = index < 64 ? 128 : 2 * index;
		char **larger = reallocarray(r->line, lines, sizeof(*larger));

		if (!larger)
			return -1;
		memset(larger + r->lines, 0, (lines - r->lines) * sizeof(*larger));
		r->line = larger;
		r->lines = lines;
	}
	free(r->line[index]);
	r->line[index] = strdup(buf_text(b));
	return r->line[index] ? 0 : -1;
}

int results_verdict(struct results *r, size_t index, const char *name, const struct verdict *v,
		    struct err *e)
{
	autobuf b = { 0 };
	ssize_t n;

	add_verdict(&b, name, v);
	if (b.failed || keep_line(r, index, &b))
		return err_set(e, -ENOMEM, "results: out of memory");
	n = write(r->verdicts, b.s, b.len);
	if (n < 0)
		return err_sys(e, "results: %s", RESULTS_VERDICTS);
	if ((size_t)n < b.len)
		return err_set(e, -ENOSPC, "results: %s: only a part could be written",
			       RESULTS_VERDICTS);
	return 0;
}

int results_finish(struct results *r, struct err *e)
{
	autobuf b = { 0 };

	for (size_t i = 0; i < r->lines; i++)
		if (r->line[i])
			buf_adds(&b, r->line[i]);
	return results_write(r, RESULTS_VERDICTS, &b, e);
}

static bool read_kind(const char **s, enum verdict_kind *kind)
{
	const size_t len = strcspn(*s, " ");

	for (int k = 0; k < VERDICT_COUNT; k++) {
		if (strlen(verdict_name[k]) != len || memcmp(verdict_name[k], *s, len) != 0)
			continue;
		*kind = (enum verdict_kind)k;
		*s += len;
		return **s == ' ' && *++*s;
	}
	return false;
}

/* A plain decimal number and the byte behind it */
static bool read_number(const char **s, int64_t most, char end, int64_t *n)
{
	const char *begin = *s;

	for (*n = 0; **s >= '0' && **s <= '9'; ++*s) {
		*n = 10 * *n + (**s - '0');
		if (*n > most)
			return false;
	}
	return *s > begin && *(*s)++ == end;
}

static bool is_name(const char *s)
{
	for (const char *c = s; *c; c++)
		if (*c < ' ' || *c > '~')
			return false;
	return *s;
}

static bool read_past(const char *line, struct past *p)
{
	const int64_t year_ms = 366LL * 24 * 3600 * 1000;
	int64_t tries, ms, us;

	if (!read_kind(&line, &p->kind) || !read_number(&line, INT_MAX, ' ', &tries) ||
	    !read_number(&line, year_ms, '.', &ms) || !read_number(&line, 999, ' ', &us))
		return false;
	p->tries = (int)tries;
	p->elapsed_ns = ms * NS_PER_MS + us * NS_PER_US;
	p->name = line;
	return is_name(line);
}

int results_past(struct results *r, struct arena *a, struct past **list, size_t *count,
		 struct err *e)
{
	autobuf b = { 0 };
	const char *s, *end;

	*list = NULL;
	*count = 0;
	if (results_read(r, RESULTS_VERDICTS, VERDICTS_BYTES_MOST, &b, e))
		return e->code;
	for (s = buf_text(&b); (end = memchr(s, '\n', b.len - (size_t)(s - buf_text(&b)))); s = end + 1) {
		const char *line = arena_dup(a, s, (size_t)(end - s));
		struct past p;

		if (!read_past(line, &p))
			return err_set(e, -EBADMSG, "results: %s/%s:%zu: not a verdict", r->path,
				       RESULTS_VERDICTS, *count + 1);
		*list = arena_grow(a, *list, *count, sizeof(**list));
		(*list)[(*count)++] = p;
	}
	return 0;
}
