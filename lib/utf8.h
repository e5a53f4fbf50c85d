/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * utf8_next() - The character at the beginning of some text
 * @code: out, its code point; untouched where there is none
 *
 * Return: its length in bytes; 0 at the end and for bytes that are no UTF-8
 * (cut short, longer than need be, a surrogate, beyond U+10FFFF)
 */
size_t utf8_next(const char *s, size_t len, uint32_t *code);

/**
 * utf8_printable() - Whether a character may be shown to a terminal
 *
 * Control characters may not, nor may those that turn the direction of what
 * follows: a text must read as the program reads it.
 */
bool utf8_printable(uint32_t code);

/**
 * utf8_width() - Columns that some text takes, a character one
 * @at: the column that it begins in, from 0 on: tabs reach to the next eighth
 */
size_t utf8_width(const char *s, size_t len, size_t at);

#endif
