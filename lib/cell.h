/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cell: where programs run that are not ours, and from where none gets out.
 *
 * It is a process namespace with its own first process and a mount namespace
 * with a folder of its own. When the first process ends, the kernel kills all
 * others in it, however they forked, and the folder is gone with them; and the
 * first process ends as soon as its maker does, kill -9 included. What it mounts is
 * nowhere else, and the settings of the machine (/proc/sys but net, /sys) can only
 * be read there; files are those of the machine, with the rights of the user.
 */
#ifndef LIB_CELL_H
#define LIB_CELL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct buf;
struct cell;
struct err;

/**
 * cell_open() - Make one; freed by cell_close()
 *
 * To be called by a process that has no children of its own, and the right to
 * make namespaces.
 */
int cell_open(struct cell **c, struct err *e);

/**
 * cell_rights() - The capabilities (see caps.h) that programs of a cell may have, and who starts them must
 *
 * What containers usually give, without making devices, and CAP_NET_ADMIN over their
 * host's network. Those of them that the user has not are not had here, either.
 */
uint64_t cell_rights(void);

/** cell_folder() - Its own folder, empty at first: where programs begin, and what $TMPDIR is to be */
const char *cell_folder(const struct cell *c);

/**
 * struct cell_job - A program to be started
 * @command: for /bin/sh -c
 * @env:     NAME=VALUE, NULL behind the last; all that it gets
 * @net:     the network namespace that it runs in
 * @out, @err: its standard output and error; its input is empty
 */
struct cell_job {
	const char *command;
	char *const *env;
	int net, out, err;
};

/**
 * cell_start() - Start a program, in a session of its own
 * @pid: out: a child of the calling process, as it sees it: for waitpid() and kill()
 *
 * Signals are as they are by default, descriptors as many as usual, none but
 * these three are open, and capabilities beyond cell_rights() are out of reach.
 * Takes CAP_SYS_ADMIN and CAP_SETPCAP. Returns once the shell runs, or with the
 * reason why it cannot.
 */
int cell_start(struct cell *c, const struct cell_job *job, pid_t *pid, struct err *e);

/**
 * cell_close() - End all that runs in it, and wait until it is gone
 *
 * Takes in all children of the calling process. NULL is fine.
 */
void cell_close(struct cell *c);

/** cell_path() - Append the PATH of programs: ours, and the folders of daemons */
void cell_path(struct buf *out);

/** cell_finds() - Whether a program of that name can be found there */
bool cell_finds(const char *name);

#endif
