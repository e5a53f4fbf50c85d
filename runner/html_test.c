// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/html.h"

#include "lib/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ODD "\xef\xbf\xbd"

static const struct { const char *text, *line, *lines; } texts[] = {
	{ "",				"",				"" },
	{ "client a TIME-WAIT",		"client a TIME-WAIT",		"client a TIME-WAIT" },
	{ "</script><b>&amp;",		"&lt;/script&gt;&lt;b&gt;&amp;amp;", "&lt;/script&gt;&lt;b&gt;&amp;amp;" },
	{ "\" onload='x'",		"&quot; onload=&#39;x&#39;",	"&quot; onload=&#39;x&#39;" },
	{ "a\n\tb",			"a  b",				"a\n\tb" },
	{ "a\r\nb",			"a" ODD " b",			"a\nb" },
	{ "\x1b[31mred\x7f",		ODD "[31mred" ODD,		ODD "[31mred" ODD },
	{ "\xff\xc0\xaf" "x",		ODD ODD ODD "x",		ODD ODD ODD "x" },
	{ "cut \xe2\x82",		"cut " ODD ODD,			"cut " ODD ODD },
	{ "\xe2\x80\xae" "turned",	ODD "turned",			ODD "turned" },
	{ "\xef\xbb\xbf\xef\xbf\xbe",	ODD ODD,			ODD ODD },
	{ "d\xc3\xa9j\xc3\xa0",		"d\xc3\xa9j\xc3\xa0",		"d\xc3\xa9j\xc3\xa0" },
};

static void whatever_it_holds_it_stays_text(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		autobuf line = { 0 }, lines = { 0 };

		html_adds(&line, texts[i].text);
		assert_string_equal(buf_text(&line), texts[i].line);
		html_add_lines(&lines, texts[i].text, strlen(texts[i].text));
		assert_string_equal(buf_text(&lines), texts[i].lines);
	}
}

static void a_nul_is_a_byte_like_others(void **state)
{
	autobuf b = { 0 };

	(void)state;
	html_add(&b, "a\0<", 3);
	assert_string_equal(buf_text(&b), "a" ODD "&lt;");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_it_holds_it_stays_text),
		cmocka_unit_test(a_nul_is_a_byte_like_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
