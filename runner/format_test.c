// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/format.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "runner/complain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ROWS(table) (sizeof(table) / sizeof((table)[0]))

/** lay_out() - Lay a text out, twice over: the second time changes nothing, and no word is another */
static void lay_out(const char *text, size_t len, struct buf *out)
{
	struct arena a = { 0 };
	struct complaints c = { 0 };
	struct lines was, is;
	autobuf again = { 0 };

	assert_true(scan(text, len, &a, &was, &c));
	format_case(text, len, &was, out);
	assert_true(scan(buf_text(out), out->len, &a, &is, &c));
	assert_true(format_same(&was, &is));
	format_case(buf_text(out), out->len, &is, &again);
	assert_string_equal(buf_text(&again), buf_text(out));
	complaints_fini(&c);
	arena_free(&a);
}

static const struct { const char *text, *laid; } texts[] = {
	/* the second word of every line in one column, prose as it stands */
	{ "",					"" },
	{ "\n\n",				"" },
	{ "title a  b # c",			"title    a  b # c\n" },
	{ "  about\t\"x \t",			"about    \"x\n" },
	{ "about",				"about\n" },
	{ "server listen   8080\n\n\nclient close a\n\n",
	  "server   listen 8080\n\n\nclient   close a\n" },
	{ "$whose read a => EOF",		"$whose   read a => EOF\n" },
	{ "$everybody read a",			"$everybody read a\n" },
	{ "client send a \"x  y\\n\"   # z  z",	"client   send a \"x  y\\n\"  # z  z\n" },
	{ "family ipv4\r\n\tserver listen 8080\r\n", "family   ipv4\r\nserver   listen 8080\r\n" },
	{ "a b\nc d\r\n",			"a        b\nc        d\n" },
	{ "\xef\xbb\xbf" "title x",		"\xef\xbb\xbf" "title    x\n" },
	{ "\xc3\xa4\xc3\xa4 b  # c\nabc d # e",	"\xc3\xa4\xc3\xa4       b  # c\nabc      d  # e\n" },
	/* repeats */
	{ "repeat 2\nclient close a\nrepeat  3\nserver close a\nend\nend\nclient close b",
	  "repeat   2\n    client  close a\n    repeat  3\n        server  close a\n    end\nend\n"
	  "client   close b\n" },
	{ "end\nclient close a",		"end\nclient   close a\n" },
	/* axes */
	{ "vary a 0 1\nfamily ipv4\nvary longer   2  \"3 4\"\nvary\nvary x",
	  "vary     a       0 1\nfamily   ipv4\nvary     longer  2 \"3 4\"\nvary\nvary     x\n" },
	/* exchanges */
	{ "expect exchange of a SYN>   <RST within 1s",
	  "expect   exchange of a  SYN> <RST within 1s\n" },
	{ "never exchange\nexpect exchange of",	"never    exchange\nexpect   exchange of\n" },
	/* the table: columns as wide as what they hold, `has NAME` is one cell */
	{ "outcome a has x | r again\n1 yes | ok  \"x  y\"\n * no |  EINVAL 3\n",
	  "outcome  a  has x  | r       again\n         1  yes    | ok      \"x  y\"\n"
	  "         *  no     | EINVAL  3\n" },
	{ "outcome a | b\n1\n 1 2 |\n| x y z\n",
	  "outcome  a     | b\n         1\n         1  2  |\n               | x  y  z\n" },
	{ "repeat 2\noutcome | a\n   | ok",	"repeat   2\noutcome  | a\n         | ok\n" },
	{ "outcome",				"outcome\n" },
	{ "outcome a | b\n todo  |  \"c  # d",	"outcome  a  | b\n         todo  |  \"c  # d\n" },
	{ "outcome has | a\nrepeat | x\n",	"outcome  has     | a\n         repeat  | x\n" },
	/* comments: those of neighbours share a column, where there is room the one they had */
	{ "client close a # 1\nclient close abc  # 2\n\nclient close b # 3",
	  "client   close a    # 1\nclient   close abc  # 2\n\nclient   close b  # 3\n" },
	{ "client close a            # 1",	"client   close a          # 1\n" },
	{ "client close a   # 1\n                 # goes on\nclient close b\n",
	  "client   close a  # 1\n                  # goes on\nclient   close b\n" },
	{ "client close abc # 1\n                 # goes on\n",
	  "client   close abc  # 1\n                    # goes on\n" },
	{ "client close a   # 1\n# what follows\nclient close b\n",
	  "client   close a  # 1\n# what follows\nclient   close b\n" },
	{ "  # first\n\nrepeat 2\n# of it\nclient close a\n   # last\nend\n # end",
	  "# first\n\nrepeat   2\n    # of it\n    client  close a\n    # last\nend\n# end\n" },
	{ "outcome a | b\n# row\n1 | 2 # x\n",	"outcome  a  | b\n         # row\n         1  | 2  # x\n" },
	{ "#",					"#\n" },
};

static void a_text_is_laid_out_in_columns(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(texts); i++) {
		autobuf out = { 0 };

		lay_out(texts[i].text, strlen(texts[i].text), &out);
		if (strcmp(buf_text(&out), texts[i].laid) != 0)
			print_message("row %zu\n", i);
		assert_string_equal(buf_text(&out), texts[i].laid);
	}
}

static const struct { const char *a, *b; bool same; } pairs[] = {
	{ "a b # c",		"a   b",		true },
	{ "a b",		"a c",			false },
	{ "a b",		"a b c",		false },
	{ "a",			"a\nb",			false },
	{ "a\nb",		"a\n\nb",		false },
	{ "send \"a\"",		"send a",		false },
	{ "send \"a\"",		"send \"\\x61\"",	false },
	{ "title a b",		"title   a b ",		true },
	{ "title a b",		"title a  b",		false },
};

static void layout_is_no_difference_and_a_word_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < ROWS(pairs); i++) {
		struct arena a = { 0 };
		struct complaints c = { 0 };
		struct lines x, y;

		assert_true(scan(pairs[i].a, strlen(pairs[i].a), &a, &x, &c));
		assert_true(scan(pairs[i].b, strlen(pairs[i].b), &a, &y, &c));
		assert_int_equal(format_same(&x, &y), pairs[i].same);
		complaints_fini(&c);
		arena_free(&a);
	}
}

/* Texts that nobody would write, made of what the layout looks at */
static void no_mix_of_words_is_changed_or_laid_out_differently_again(void **state)
{
	static const char *const piece[] = {
		"\n", "\n", "\n", " ", "  ", "\t", "         ", "# c", "#", "\"a b\"", "title", "about",
		"vary", "repeat", "end", "outcome", "|", "has", "expect", "exchange", "of", "client",
		"$x", "\xc3\xa4", "0", "=>",
	};
	unsigned int seed = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		autobuf text = { 0 }, out = { 0 };
		const int pieces = rand_r(&seed) % 40;

		for (int i = 0; i < pieces; i++) {
			buf_adds(&text, piece[(size_t)rand_r(&seed) % ROWS(piece)]);
			buf_adds(&text, rand_r(&seed) % 8 ? " " : "\n");
		}
		lay_out(buf_text(&text), text.len, &out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_is_laid_out_in_columns),
		cmocka_unit_test(layout_is_no_difference_and_a_word_is),
		cmocka_unit_test(no_mix_of_words_is_changed_or_laid_out_differently_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
