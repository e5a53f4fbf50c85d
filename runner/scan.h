/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef RUNNER_SCAN_H
#define RUNNER_SCAN_H

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct complaints;

/** struct place - Where in a file: 1-based, columns in bytes; line 0: the file as a whole */
struct place {
	int line, column, width;
};

/**
 * struct word - A word as it stands in the file
 * @s:      borrowed from the file's text; a quoted word without its quotes and
 *          with its escapes resolved (then it lives in the arena, and may hold NULs)
 * @at:     with its quotes
 * @quoted: stood in double quotes: never a keyword, never a $name
 */
struct word {
	const char *s;
	size_t len;
	struct place at;
	bool quoted;
};

/**
 * struct line - One line that says something
 * @text: the whole line as written, without its end, for messages
 * @rest: what follows the first word, blanks at both ends trimmed, comments
 *        and quotes as they stand; for `title` and its like
 */
struct line {
	struct word *word;
	size_t words;
	int number;
	const char *text;
	size_t len;
	const char *rest;
	size_t rest_len;
};

struct lines {
	struct line *line;
	size_t count;
};

/** Bounds on a file: a larger one is refused with a complaint that names the bound */
enum {
	SCAN_FILE_MOST = 1 << 20, SCAN_LINE_MOST = 4096, SCAN_WORDS_MOST = 128,
	SCAN_LINES_MOST = 5000,
};

/**
 * scan() - Cut a file's text into lines and words
 * @text, @len: the file; need not end in a newline; LF or CRLF; a byte order
 *              mark before the first line is skipped; kept by the caller as
 *              long as the words
 * @arena:      for the words
 * @out:        the lines that hold a word; comments and blank lines left out
 * @c:          what is wrong: NUL or control bytes, invalid UTF-8, an unclosed
 *              quote, an unknown escape, a bound passed
 *
 * In quotes \" \\ \n \r \t \xHH are known. `#` begins a comment at the
 * beginning of a word, `=>`, `|` and `=` are words where they stand alone.
 * A line that begins with title, about, ref or todo is prose: its words are
 * cut at blanks, whatever quotes and `#` they hold.
 *
 * Return: whether nothing was wrong
 */
bool scan(const char *text, size_t len, struct arena *arena, struct lines *out,
	  struct complaints *c);

/** scan_prose() - Whether a line that begins with this word is prose */
bool scan_prose(const struct word *first);

/**
 * scan_value() - Cut the value of a $name into words
 * @text, @len: the value; perhaps no word at all, perhaps several
 * @at:         the place that every word gets: where the $name stands
 * @out:        the words, by the rules of scan() but without comments
 *
 * Return: whether nothing was wrong
 */
bool scan_value(const char *text, size_t len, struct place at, struct arena *arena,
		struct line *out, struct complaints *c);

#endif
