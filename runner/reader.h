/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reading the words of one line, from left to right. Whatever is wrong is
 * complained about where it stands; what is read then is some harmless value,
 * so that a line's other faults come to light in the same pass.
 */
#ifndef RUNNER_READER_H
#define RUNNER_READER_H

#include "runner/complain.h"
#include "runner/scan.h"
#include "runner/scenario.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * struct token - A word after every $name in it was replaced
 * @of:     where its value comes from: "$left in row 14"; NULL if it stands in the file
 * @column: index of the outcome column that @of names, -1 for none
 */
struct token {
	struct word word;
	const char *of;
	int column;
};

struct tokens {
	struct token *list;
	size_t count;
};

/**
 * struct reader - How far a line is read
 * @again:   it was read before, for another trial: what is slow to ask of words that stand
 *           in the file need not be asked once more
 * @stopped: its order is lost, nothing more of it is complained about
 * @faults:  complaints so far
 */
struct reader {
	struct complaints *c;
	struct arena *arena;
	const struct line *line;
	struct tokens tokens;
	size_t next;
	bool again, stopped;
	unsigned int faults;
};

/** reader_tokens() - The words of a line as they stand, no $name replaced */
struct tokens reader_tokens(const struct line *line, struct arena *a);

/** reader_show() - A word for a message: shortened, control bytes as dots (arena) */
const char *reader_show(const struct reader *r, const struct token *t);

/** reader_complain() - About a word; says by itself which $name it comes from */
void reader_complain(struct reader *r, const struct token *t, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/** reader_stop() - Say no more about this line, and read none of its words */
void reader_stop(struct reader *r);

/** reader_peek() - The next word; NULL at the end. reader_take() steps over it */
const struct token *reader_peek(const struct reader *r);
const struct token *reader_take(struct reader *r);

/** reader_need() - The next word; at the end complains that @what is missing, and gives NULL */
const struct token *reader_need(struct reader *r, const char *what);

/** reader_absent() - Complain that @what is missing behind what was read, and stop */
void reader_absent(struct reader *r, const char *what);

/** token_is() - Whether a word is this one, and not in quotes */
bool token_is(const struct token *t, const char *word);

/** token_asks() - Whether it is the `?` of an author who does not know yet */
bool token_asks(const struct token *t);

/** token_part() - @len bytes of a word from @from on, with their own place if they have one */
struct token token_part(const struct token *t, size_t from, size_t len);

/** reader_at() - Whether @word comes next; reader_accept() steps over it if so */
bool reader_at(const struct reader *r, const char *word);
bool reader_accept(struct reader *r, const char *word);

/** reader_expect() - @word must come next; what stands there instead may be meant as one of @also */
bool reader_expect(struct reader *r, const char *word, const char *const *also);

/** reader_end() - Nothing may follow; what does may be meant as one of @also (NULL: none) */
void reader_end(struct reader *r, const char *const *also);

/**
 * reader_choose() - One of several words
 * @what:  what it is called in a message: "unknown WHAT ..."
 * @name:  gives the words by number, NULL for a number without one
 * @count: how many numbers there are
 *
 * Return: its number, or -1 after a complaint
 */
typedef const char *(*reader_name)(int number);
int reader_choose(struct reader *r, const char *what, reader_name name, int count);

/** reader_which() - The same for a word in hand, without a complaint */
int reader_which(const struct token *t, reader_name name, int count);

/** reader_unknown() - Complain that a word is none of @name, with what it may have meant */
void reader_unknown(struct reader *r, const struct token *t, const char *what, reader_name name,
		    int count);

/** number_read() - Digits, at most 18 of them, and nothing else */
bool number_read(const char *s, size_t len, int64_t *number);

/** reader_number() - A whole number from @low to @high; @low after a complaint */
int64_t reader_number(struct reader *r, const char *what, int64_t low, int64_t high);

/** token_number() - The same from a word in hand */
int64_t token_number(struct reader *r, const struct token *t, const char *what, int64_t low,
		     int64_t high);

/** Whether a duration may be nothing at all, and whether it may be +TICK */
enum { SPAN_ZERO = 1, SPAN_TICK = 2 };
enum { SPAN_MOST_S = 3600 };

/** reader_span() - A duration: a number, a unit, perhaps +TICK; 1 ms after a complaint */
struct span reader_span(struct reader *r, const char *what, unsigned int may);

/** reader_text() - A word in quotes; NULL after a complaint. @len may be NULL */
const char *reader_text(struct reader *r, const char *what, size_t *len);

/** reader_string() - A word as a string (arena) */
char *reader_string(const struct reader *r, const struct token *t);

#endif
