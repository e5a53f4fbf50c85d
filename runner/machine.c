// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/machine.h"

#include <ctype.h>
#include <elf.h>
#include <string.h>

const char *const machine_mode_name[MACHINE_MODES] = {
	[MACHINE_SKIP]		= "idle time skipped",
	[MACHINE_EMULATED]	= "in real time",
	[MACHINE_KVM]		= "in real time by KVM",
};

/* ---------------------------------------------------------- kinds of image */

/* Where the text of /proc/version stands in a kernel that is not compressed */
static const char *banner_release(const char *bytes, size_t len)
{
	static const char banner[] = "Linux version ";
	const char *at = bytes;

	while ((at = memmem(at, len - (size_t)(at - bytes), banner, sizeof(banner) - 1))) {
		at += sizeof(banner) - 1;
		if (at < bytes + len && isdigit((unsigned char)*at))
			return at;
	}
	return NULL;
}

static unsigned int elf_machine(const char *bytes, size_t len)
{
	Elf64_Ehdr head;

	if (len < sizeof(head))
		return EM_NONE;
	memcpy(&head, bytes, sizeof(head));
	if (memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_ident[EI_CLASS] != ELFCLASS64 ||
	    (head.e_type != ET_EXEC && head.e_type != ET_DYN))
		return EM_NONE;
	return head.e_machine;
}

/* Its options are told by its own help: "umid=<name>" */
static bool is_uml(const char *bytes, size_t len)
{
	return memmem(bytes, len, "umid=", 5);
}

static const char *uml_release(const char *bytes, size_t len)
{
	return elf_machine(bytes, len) != EM_NONE && is_uml(bytes, len) ?
	       banner_release(bytes, len) : NULL;
}

/* Source: Documentation/arch/x86/boot.rst, "header" and "kernel_version" */
static const char *bzimage_release(const char *bytes, size_t len)
{
	enum { HEADER = 0x202, VERSION = 0x20e, SETUP = 0x200 };
	size_t at;

	if (len < VERSION + 2 || memcmp(bytes + HEADER, "HdrS", 4) != 0)
		return NULL;
	at = (unsigned char)bytes[VERSION] | (size_t)(unsigned char)bytes[VERSION + 1] << 8;
	return at && at + SETUP < len ? bytes + at + SETUP : NULL;
}

static const char *x86_64_release(const char *bytes, size_t len)
{
	if (elf_machine(bytes, len) == EM_X86_64 && !is_uml(bytes, len))
		return banner_release(bytes, len);
	return bzimage_release(bytes, len);
}

/* --------------------------------------------------------------- the table */

#define QEMU	"-nodefaults -no-user-config -display none -no-reboot "
#define ALWAYS	"panic=-1 random.trust_cpu=on"

static const struct machine machines[] = {
	{
		.name = "x86-64", .arch = "x86",
		.emulator = "qemu-system-x86_64", .package = "qemu-system-x86",
		.options = {
			[MACHINE_SKIP]	   = QEMU "-M pc -accel tcg -cpu max -icount shift=1,sleep=off",
			[MACHINE_EMULATED] = QEMU "-M pc -accel tcg -cpu max",
			[MACHINE_KVM]	   = QEMU "-M pc -accel kvm -cpu host",
		},
		.console = "ttyS0", .channel = "ttyS1",
		.append = {
			[MACHINE_SKIP]	   = "console=ttyS0 nokaslr mitigations=off " ALWAYS,
			[MACHINE_EMULATED] = "console=ttyS0 nokaslr mitigations=off " ALWAYS,
			[MACHINE_KVM]	   = "console=ttyS0 earlyprintk=ttyS0 " ALWAYS,
		},
		.release = x86_64_release,
	}, {
		.name = "User Mode Linux", .uml = true,
		.console = "ttyS0", .channel = "tty0",
		.append = {
			[MACHINE_SKIP]	   = "console=ttyS0 time-travel noreboot " ALWAYS,
			[MACHINE_EMULATED] = "console=ttyS0 noreboot " ALWAYS,
		},
		.release = uml_release,
	},
};

const struct machine *machine_of(const char *bytes, size_t len, const char **release)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++) {
		*release = machines[i].release(bytes, len);
		if (*release)
			return &machines[i];
	}
	return NULL;
}

/* What UML_TIME_TRAVEL_SUPPORT brings tells of itself in the help */
bool machine_skips(const struct machine *m, const char *bytes, size_t len)
{
	static const char mark[] = "time-travel=inf-cpu";

	return !m->uml || memmem(bytes, len, mark, sizeof(mark) - 1);
}
