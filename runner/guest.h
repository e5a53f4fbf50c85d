/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that runs beside us, in an emulator or as a program: started,
 * listened to, watched, ended. What its frames mean is not known here.
 */
#ifndef RUNNER_GUEST_H
#define RUNNER_GUEST_H

#include "runner/machine.h"

#include <stdint.h>

struct buf;
struct err;
struct frame;
struct guest;
struct image;

/**
 * struct guest_plan - What to boot, and how; borrowed while the guest lives
 * @cpus:      of the guest; counting instructions takes one
 * @cpu:       of ours, for a kernel that is a program: its number among those we may use
 * @silence_s: it is given up when it says nothing for so long
 * @tick:      told now and then, for a progress line; may be NULL
 */
struct guest_plan {
	const struct image *image;
	const struct buf *archive;
	enum machine_mode mode;
	int memory_mib, cpus, cpu, silence_s;
	void (*tick)(void *ctx);
	void *ctx;
};

/**
 * guest_start() - Boot it
 *
 * It dies with us. Errors: -ENOENT what boots it is not there; the text names the package
 */
int guest_start(struct guest **g, const struct guest_plan *plan, struct err *e);

/**
 * guest_listen() - Wait for its next frame
 * @f: out; borrowed until the next call
 *
 * Return: 1; 0: it has ended, guest_why() tells how; -EINTR: a signal came,
 * guest_signal() tells which
 */
int guest_listen(struct guest *g, struct frame *f);

/** guest_why() - How it ended, in one line: a panic, silence, what the emulator said */
const char *guest_why(const struct guest *g);

int guest_signal(const struct guest *g);

/** guest_spoke() - Whether its kernel ever said anything */
int guest_spoke(const struct guest *g);

/** guest_console() - All that its kernel and its programs printed, and the emulator */
const struct buf *guest_console(const struct guest *g);

/** guest_end() - However far it is; NULL is fine */
void guest_end(struct guest *g);

#endif
