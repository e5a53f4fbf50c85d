// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/escape.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row { const char *in, *out; };

static void check(const struct row *rows, size_t count, void (*escape)(struct buf *, const char *))
{
	for (size_t i = 0; i < count; i++) {
		autobuf b = { 0 };

		escape(&b, rows[i].in);
		assert_string_equal(buf_text(&b), rows[i].out);
	}
}

#define CHECK(rows, escape) check(rows, sizeof(rows) / sizeof((rows)[0]), escape)

static void a_name_is_stable_and_plain(void **state)
{
	static const struct row rows[] = {
		{ "reopen/server-close family=ipv4,x=1",	"reopen/server-close family=ipv4,x=1" },
		{ "a<1>+b:c.d_e",				"a<1>+b:c.d_e" },
		{ "a#skip",					"a%23skip" },
		{ "a # SKIP b",					"a %23 SKIP b" },
		{ "a\\b\"c",					"a%5Cb%22c" },
		{ "tab\tline\n",				"tab%09line%0A" },
		{ "\xc3\xbc",					"%C3%BC" },
		{ " a  b ",					"%20a %20b%20" },
		{ "",						"unnamed" },
		{ "100%",					"100%25" },
		{ "%zz %4 %4a",					"%25zz %254 %254a" },
		{ "%20 %C3",					"%20 %C3" },
	};

	(void)state;
	CHECK(rows, escape_name);
}

static void a_name_escaped_twice_does_not_change(void **state)
{
	autobuf once = { 0 }, twice = { 0 };

	(void)state;
	escape_name(&once, " a#b  c%\n\xff");
	escape_name(&twice, buf_text(&once));
	assert_string_equal(buf_text(&once), buf_text(&twice));
}

static void what_cannot_be_shown_is_told_by_its_bytes(void **state)
{
	static const struct row rows[] = {
		{ "",						"" },
		{ "it's \xc3\xa9 100% \"a\\b\"",		"it's \xc3\xa9 100% \"a\\b\"" },
		{ "\x1b[31m\x07\x7f",				"%1B[31m%07%7F" },
		{ "a\nok 1\tb\r",				"a%0Aok 1%09b%0D" },
		{ "\xc2\x9b" "31m",				"%C2%9B31m" },
		{ "\xe2\x80\xae" "x\xe2\x81\xa6",		"%E2%80%AEx%E2%81%A6" },
		{ "\xff\xc3",					"%FF%C3" },
		{ "::error::x",					"%3A:error::x" },
		{ "##[error]x",					"%23#[error]x" },
		{ ":a::b##[c]",					":a::b##[c]" },
	};

	(void)state;
	CHECK(rows, escape_shown);
}

static void line(struct buf *b, const char *s)
{
	escape_line(b, s, strlen(s));
}

static void a_line_keeps_what_can_be_read(void **state)
{
	static const struct row rows[] = {
		{ "one\ntwo\tthree\r\n",		"one two three " },
		{ "\x1b[31mred\x7f\x01",		"[31mred" },
		{ "h\xc3\xbcgel \xe2\x80\xa6",		"h\xc3\xbcgel \xe2\x80\xa6" },
		{ "bad \xff\xc3 \xed\xa0\x80.",		"bad  ." },
		{ "c1 \xc2\x85 ls \xe2\x80\xa8.",	"c1  ls ." },
		{ "bom \xef\xbb\xbf, \xef\xbf\xbf.",	"bom , ." },
		{ "turned \xe2\x80\xae.",		"turned ." },
		{ "# \\ \"",				"# \\ \"" },
	};

	(void)state;
	CHECK(rows, line);
}

static void a_reason_is_no_directive_of_its_own(void **state)
{
	static const struct row rows[] = {
		{ "see #12 \\# TODO",	"see %2312 %5C%23 TODO" },
	};

	(void)state;
	CHECK(rows, escape_reason);
}

static void quotes_hold_any_text(void **state)
{
	static const struct row rows[] = {
		{ "",			"\"\"" },
		{ "a \"b\" \\n: - ",	"\"a \\\"b\\\" \\\\n: - \"" },
		{ "...\n---",		"\"... ---\"" },
	};

	(void)state;
	CHECK(rows, escape_quoted);
}

static void a_word_for_a_shell_is_one(void **state)
{
	static const struct row rows[] = {
		{ "a/b.case family=ipv4",	"'a/b.case family=ipv4'" },
		{ "it's $(x) `y` \"z\" \\",	"'it'\\''s $(x) `y` \"z\" \\'" },
		{ "",				"''" },
	};

	(void)state;
	CHECK(rows, escape_shell);
}

static void component(struct buf *b, const char *s)
{
	escape_component(b, s, strlen(s), 40);
}

static void a_component_cannot_leave_its_folder(void **state)
{
	static const struct row rows[] = {
		{ "server-close",	"server-close" },
		{ ".",			"%2E" },
		{ "..",			"%2E." },
		{ ".ssh",		"%2Essh" },
		{ "a/../b",		"a%2F..%2Fb" },
		{ "",			"%" },
		{ "%2E",		"%252E" },
		{ "a~b c",		"a%7Eb%20c" },
		{ "v=1,w=2",		"v=1,w=2" },
	};

	(void)state;
	CHECK(rows, component);
}

static void a_path_keeps_its_slashes_alone(void **state)
{
	static const struct row rows[] = {
		{ "close/x",		"close/x" },
		{ "/a/../[b] c/",	"/a/%2E./%5Bb%5D%20c/" },
		{ "a//b",		"a//b" },
		{ "",			"" },
	};

	(void)state;
	CHECK(rows, escape_path);
}

static void a_long_component_is_cut_and_told_apart(void **state)
{
	autobuf a = { 0 }, b = { 0 };
	char text[300];

	(void)state;
	memset(text, 'x', sizeof(text));
	escape_component(&a, text, sizeof(text), 100);
	text[299] = 'y';
	escape_component(&b, text, sizeof(text), 100);
	assert_int_equal(a.len, 100);
	assert_int_equal(b.len, 100);
	assert_int_equal(a.s[83], '~');
	assert_string_not_equal(a.s, b.s);
}

static void xml_holds_what_xml_can(void **state)
{
	static const struct { const char *text; bool lines; const char *xml; } rows[] = {
		{ "plain",			false,	"plain" },
		{ "<a b=\"c\" d='e'>&amp;",	false,	"&lt;a b=&quot;c&quot; d=&apos;e&apos;&gt;&amp;amp;" },
		{ "one\ntwo\tthree",		false,	"one two three" },
		{ "one\ntwo\tthree",		true,	"one\ntwo\tthree" },
		{ "]]>",			true,	"]]&gt;" },
		{ "a\x01\x08\x0b\x1b[31m\x7f\r b",	true,	"a[31m b" },
		{ "\xc2\x85\xe2\x80\xae\xef\xbf\xbe\xef\xbf\xbf",	true,	"" },
		{ "\xff \xc3",			false,	"\xef\xbf\xbd \xef\xbf\xbd" },
		{ "\xed\xa0\x80",		false,	"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "\xf0\x9f\x90\xa7 \xc3\xa4",	false,	"\xf0\x9f\x90\xa7 \xc3\xa4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = { 0 };

		escape_xml(&b, rows[i].text, rows[i].lines);
		assert_string_equal(buf_text(&b), rows[i].xml);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_stable_and_plain),
		cmocka_unit_test(a_name_escaped_twice_does_not_change),
		cmocka_unit_test(what_cannot_be_shown_is_told_by_its_bytes),
		cmocka_unit_test(a_line_keeps_what_can_be_read),
		cmocka_unit_test(a_reason_is_no_directive_of_its_own),
		cmocka_unit_test(quotes_hold_any_text),
		cmocka_unit_test(xml_holds_what_xml_can),
		cmocka_unit_test(a_word_for_a_shell_is_one),
		cmocka_unit_test(a_component_cannot_leave_its_folder),
		cmocka_unit_test(a_path_keeps_its_slashes_alone),
		cmocka_unit_test(a_long_component_is_cut_and_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
