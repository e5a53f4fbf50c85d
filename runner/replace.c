// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/replace.h"

#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int check_unchanged(const char *path, const struct buf *was, struct err *e)
{
	autobuf now = { 0 };

	if (buf_read_file(&now, path, SCAN_FILE_MOST, e))
		return e->code;
	if (now.len != was->len || memcmp(buf_text(&now), buf_text(was), now.len) != 0)
		return err_set(e, -ESTALE, "%s: changed since it was read", path);
	return 0;
}

/** give_back() - Owner and mode as they were; who may not give a file away keeps it */
static int give_back(const char *path, const struct stat *was, struct err *e)
{
	struct stat now;

	if (stat(path, &now))
		return err_sys(e, "%s", path);
	if ((now.st_uid != was->st_uid || now.st_gid != was->st_gid) &&
	    chown(path, was->st_uid, was->st_gid) && errno != EPERM)
		return err_sys(e, "%s", path);
	if (chmod(path, was->st_mode & 07777))
		return err_sys(e, "%s", path);
	return 0;
}

int replace_file(const char *name, const struct buf *was, const struct buf *text, struct err *e)
{
	autofree char *path = realpath(name, NULL);
	struct stat st;
	mode_t mask;
	int rc;

	if (!path || stat(path, &st))
		return err_sys(e, "%s", name);
	if (check_unchanged(path, was, e))
		return e->code;
	mask = umask(~st.st_mode & 0777);	/* never open to more people, not even at first */
	rc = buf_write_file(text, AT_FDCWD, path, e);
	umask(mask);
	return rc ? rc : give_back(path, &st, e);
}
