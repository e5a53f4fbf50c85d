// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The assembler reads the files, so that they can be written as what they are and
 * no other program is needed to build. It looks for them where the compiler looks
 * for headers (-I.); the Makefile knows that this file depends on them.
 */
#include "runner/page_assets.h"

#define ASSET(name, path)				\
	__asm__(".pushsection .rodata\n"		\
		".globl " #name "\n"			\
		".type " #name ", %object\n"		\
		#name ":\n"				\
		".incbin \"" path "\"\n"		\
		".byte 0\n"				\
		".size " #name ", . - " #name "\n"	\
		".popsection\n")

ASSET(page_css, "runner/page.css");
ASSET(page_js, "runner/page.js");
