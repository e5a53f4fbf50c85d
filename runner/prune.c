// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/prune.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/err.h"
#include "runner/results.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

enum { DEPTH_MOST = 32 };

static inline void dir_close(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}
#define autodir __attribute__((cleanup(dir_close))) DIR *

/* YYYYMMDDTHHMMSSZ-RELEASE */
static bool is_run_name(const char *s)
{
	static const char shape[] = "00000000T000000Z-";

	for (size_t i = 0; shape[i]; i++) {
		if (shape[i] == '0' ? s[i] < '0' || s[i] > '9' : s[i] != shape[i])
			return false;
	}
	return s[sizeof(shape) - 1];
}

/* A stream of its own over a directory, whose descriptor stays the caller's */
static DIR *list_folder(int dir)
{
	autofd own = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = own < 0 ? NULL : fdopendir(own);

	if (list)
		fd_keep(&own);
	return list;
}

/* The next entry that is neither . nor ..; NULL at the end, with errno 0 where nothing failed */
static const char *next_entry(DIR *list)
{
	const struct dirent *d;

	do {
		errno = 0;
		d = readdir(list);
	} while (d && (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0));
	return d ? d->d_name : NULL;
}

static int open_folder(int at, const char *name, dev_t dev, struct err *e)
{
	autofd fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return err_sys(e, "%s", name);
	if (st.st_dev != dev)
		return err_set(e, -EXDEV, "%s: on another file system", name);
	return fd_keep(&fd);
}

static int empty_folder(int dir, dev_t dev, int depth, const char *but, struct err *e);

static int remove_entry(int dir, const char *name, dev_t dev, int depth, struct err *e)
{
	autofd folder = -1;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return err_sys(e, "%s", name);
	if (!S_ISDIR(st.st_mode))
		return unlinkat(dir, name, 0) ? err_sys(e, "%s", name) : 0;
	if (depth == DEPTH_MOST)
		return err_set(e, -ELOOP, "%s: nested too deep", name);
	folder = open_folder(dir, name, dev, e);
	if (folder < 0)
		return folder;
	if (empty_folder(folder, dev, depth + 1, NULL, e))
		return e->code;
	return unlinkat(dir, name, AT_REMOVEDIR) ? err_sys(e, "%s", name) : 0;
}

/* Remove all in it, @but one name */
static int empty_folder(int dir, dev_t dev, int depth, const char *but, struct err *e)
{
	autodir list = list_folder(dir);
	const char *name;

	if (!list)
		return err_sys(e, "opendir");
	while ((name = next_entry(list))) {
		if (but && strcmp(name, but) == 0)
			continue;
		if (remove_entry(dir, name, dev, depth, e))
			return e->code;
	}
	return errno ? err_sys(e, "readdir") : 0;
}

/*
 * Whether it is a run of ours that nobody uses.
 * @marker: out, holds the lock
 */
static bool is_free_run(int dir, int *marker)
{
	char text[sizeof(RESULTS_MARK)];
	autofd fd = openat(dir, RESULTS_MARKER, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) || !S_ISREG(st.st_mode) || flock(fd, LOCK_EX | LOCK_NB))
		return false;
	if (pread(fd, text, sizeof(text), 0) != (ssize_t)sizeof(text) - 1 ||
	    memcmp(text, RESULTS_MARK, sizeof(text) - 1) != 0)
		return false;
	*marker = fd_keep(&fd);
	return true;
}

/* The marker goes last: what is left of a removal that failed is still known for ours */
static int remove_run(int base, const char *name, struct err *e)
{
	autofd dir = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autofd marker = -1;
	struct stat st;

	if (dir < 0 || fstat(dir, &st))
		return err_sys(e, "%s", name);
	if (!is_free_run(dir, &marker))
		return err_set(e, -EBUSY, "%s: in use by now", name);
	if (empty_folder(dir, st.st_dev, 0, RESULTS_MARKER, e))
		return err_in(e, "%s", name);
	if (unlinkat(dir, RESULTS_MARKER, 0) || unlinkat(base, name, AT_REMOVEDIR))
		return err_sys(e, "%s", name);
	return 0;
}

static bool is_free_run_named(int base, const char *name)
{
	autofd dir = openat(base, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autofd marker = -1;

	return dir >= 0 && is_free_run(dir, &marker);
}

static int by_age(const void *left, const void *right)
{
	const char *const *a = left, *const *b = right;

	return strverscmp(*b, *a);	/* the newest first */
}

static int list_runs(int base, struct arena *a, const char ***runs, size_t *count, struct err *e)
{
	autodir list = list_folder(base);
	const char *name;

	if (!list)
		return err_sys(e, "opendir");
	while ((name = next_entry(list))) {
		if (!is_run_name(name) || !is_free_run_named(base, name))
			continue;
		*runs = arena_grow(a, *runs, *count, sizeof(**runs));
		(*runs)[(*count)++] = arena_dup(a, name, strlen(name));
	}
	if (errno)
		return err_sys(e, "readdir");
	if (*count)
		qsort(*runs, *count, sizeof(**runs), by_age);
	return 0;
}

int prune_runs(const char *base, size_t keep, size_t *removed, struct err *e)
{
	autofd dir = open(base, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const char **runs = NULL;
	struct arena a = { 0 };
	size_t count = 0;
	int answer;

	*removed = 0;
	if (dir < 0)
		return errno == ENOENT ? 0 : err_sys(e, "results: %s", base);
	answer = list_runs(dir, &a, &runs, &count, e);
	for (size_t i = keep; i < count; i++) {
		struct err one = { 0 };

		if (remove_run(dir, runs[i], &one) == 0)
			++*removed;
		else if (!answer)
			answer = (*e = one).code;
	}
	arena_free(&a);
	return answer ? err_in(e, "results: %s", base) : 0;
}

static void forget_latest(int base, const char *name)
{
	char shows[NAME_MAX + 1];
	const ssize_t len = readlinkat(base, RESULTS_LATEST, shows, sizeof(shows));

	if (len == (ssize_t)strlen(name) && !memcmp(shows, name, strlen(name)))
		unlinkat(base, RESULTS_LATEST, 0);
}

int prune_run(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	autofree char *folder = slash ? strndup(path, (size_t)(name - path)) : strdup(".");
	autofd base = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (base < 0)
		return err_sys(e, "results: %s", path);
	if (remove_run(base, name, e))
		return err_in(e, "results");
	forget_latest(base, name);
	return 0;
}
