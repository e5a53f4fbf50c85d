/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that differs from one architecture to the next where a kernel is booted. */
#ifndef RUNNER_MACHINE_H
#define RUNNER_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

/** enum machine_mode - Whose time the guest's is, and who computes */
enum machine_mode {
	MACHINE_SKIP,		/* instructions are counted, idle time is skipped */
	MACHINE_EMULATED,	/* real time, every instruction emulated */
	MACHINE_KVM,		/* real time, by the processor itself */
	MACHINE_MODES
};

extern const char *const machine_mode_name[MACHINE_MODES];

/**
 * struct machine - One kind of kernel image
 * @name:    "x86-64"
 * @uml:     it is a program of this machine that is run as it is
 * @arch:    where a kernel tree keeps the image: arch/ARCH/boot
 * @emulator, @package: what boots it, and what brings that
 * @options: of the emulator, for each mode, separated by blanks
 * @console, @channel: devices in the guest: where the kernel's messages come out,
 *           and what we send back
 * @append:  the kernel's command line, for each mode
 * @release: finds the release in the image's bytes. Return: NULL: it is no such image
 */
struct machine {
	const char *name;
	bool uml;
	const char *arch, *emulator, *package;
	const char *options[MACHINE_MODES];
	const char *console, *channel;
	const char *append[MACHINE_MODES];
	const char *(*release)(const char *bytes, size_t len);
};

/** machine_of() - What boots an image; NULL: it is none of ours. @release: out, not ended by NUL */
const struct machine *machine_of(const char *bytes, size_t len, const char **release);

/** machine_skips() - Whether an image can skip idle time: a User Mode Linux may be built without */
bool machine_skips(const struct machine *m, const char *bytes, size_t len);

#endif
