// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/parse.h"

#include "lib/buf.h"
#include "runner/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct file {
	struct scenario s;
	struct complaints c;
};

static bool read_file(struct file *f, const char *text)
{
	memset(f, 0, sizeof(*f));
	return parse_scenario("x.case", "t/x", text, strlen(text), &f->s, &f->c);
}

static void forget(struct file *f)
{
	scenario_fini(&f->s);
	complaints_fini(&f->c);
}

static bool complains(const struct complaints *c, const char *text, int line, int column)
{
	for (size_t i = 0; i < c->count; i++)
		if (!strcmp(c->list[i].text, text) && c->list[i].at.line == line &&
		    c->list[i].at.column == column)
			return true;
	return false;
}

/** Whole files; warnings are among them */
/* clang-format off */
static const struct { const char *text, *complaint; int line, column; } bad[] = {
	{ "client close a", "a title is missing: title SENTENCE", 1, 1 },
	{ "client close a", "\"a\" is never connected before this line", 1, 14 },
	{ "title t\nref r", "there is no step", 1, 1 },
	{ "title\nref r\nafter 1s", "the title is missing", 1, 6 },
	{ "title t\ntitle u\nref r\nafter 1s", "title is said twice (first in line 1)", 2, 1 },
	{ "title t\nreff r\nafter 1s", "unknown word \"reff\", did you mean ref?", 2, 1 },
	{ "title t\nreff r\nafter 1s", "no ref says which clause this stands on", 1, 1 },
	{ "title t\nafter 1s", "no ref says which clause this stands on", 1, 1 },
	{ "title t\nref\nafter 1s", "the clause is missing", 2, 4 },
	{ "title t\nref r\nlastack 1\nafter 1s", "lastack can only stand on the first line", 3, 1 },
	{ "lastack 2\ntitle t\nref r\nafter 1s", "this file is written in version 2 of the language, known is 1", 1, 9 },
	{ "lastack x\ntitle t\nref r\nafter 1s", "the version is a whole number, not \"x\"", 1, 9 },
	{ "lastack\ntitle t\nref r\nafter 1s", "the version is missing", 1, 8 },
	{ "title t\nref r\nfamily ipv5\nafter 1s", "unknown family \"ipv5\", did you mean ipv4?", 3, 8 },
	{ "title t\nref r\nfamily\nafter 1s", "a family is missing", 3, 7 },
	{ "title t\nref r\nfamily ipv4 ipv6\nafter 1s", "a word too many: \"ipv6\"", 3, 13 },
	{ "title t\nref r\nfamily ipv4\nfamily ipv6\nafter 1s", "family is said twice (first in line 3)", 4, 1 },
	{ "title t\nref r\nlink\nafter 1s", "a word of link is missing", 3, 5 },
	{ "title t\nref r\nlink par\nafter 1s", "unknown word of link \"par\", did you mean pair?", 3, 6 },
	{ "title t\nref r\nlink pair loopback\nafter 1s", "loopback: the link is said twice", 3, 11 },
	{ "title t\nref r\nlink mtu 20\nafter 1s", "an mtu must be 68 to 65535, not 20", 3, 10 },
	{ "title t\nref r\nlink mtu 1000\nafter 1s", "IPv6 needs an mtu of 1280: say family ipv4", 3, 6 },
	{ "title t\nref r\nlink mtu\nafter 1s", "an mtu is missing", 3, 9 },
	{ "title t\nref r\nlink delay 5\nafter 1s", "a duration needs a unit: 10ms, 1.5s", 3, 12 },
	{ "title t\nref r\nlink loopback delay 5ms mtu 1400 mtu 1500\nafter 1s", "mtu is said twice", 3, 34 },
	{ "title t\nref r\nlink loopback\nwire cut both", "on a loopback link there is no wire to command", 4, 1 },
	{ "title t\nref r\nsysctl net.ipv4.tcp_sack\nafter 1s", "the word = is missing", 3, 25 },
	{ "title t\nref r\nsysctl clint net.ipv4.tcp_sack = 1\nafter 1s", "unknown host \"clint\", did you mean client?", 3, 8 },
	{ "title t\nref r\nsysctl net.ipv4.tcp_sack = 1\nsysctl net.ipv4.tcp_sack = 0\nafter 1s", "net.ipv4.tcp_sack is set twice (first in line 3)", 4, 1 },
	{ "title t\nref r\nsysctl vm.swappiness = 1\nafter 1s", "\"vm.swappiness\" is no sysctl: does not begin with net.", 3, 8 },
	{ "title t\nref r\nvary\nafter 1s", "the axis' name is missing", 3, 5 },
	{ "title t\nref r\nvary x\nafter 1s", "a value of the axis is missing", 3, 7 },
	{ "title t\nref r\nvary family ipv4\nafter 1s", "the axis family is said by \"family both\", without vary", 3, 6 },
	{ "title t\nref r\nvary 9 1\nafter 1s", "\"9\" cannot be a name: a name begins with a letter", 3, 6 },
	{ "title t\nref r\nvary reuse 0 1 0\nafter $reuse", "axis \"reuse\" has the value \"0\" twice", 3, 16 },
	{ "title t\nref r\nvary reuse 0 1\nvary reuse 2\nafter 1s", "\"reuse\" is an axis already (line 3)", 4, 6 },
	{ "title t\nref r\nvary reuse 0 1\nafter 1s", "axis \"reuse\" is never used", 3, 6 },
	{ "title t\nref r\nvary reuse $x 1\nafter 1s", "an axis' value cannot hold a $", 3, 12 },
	{ "title t\nref r\nvary reuse a b\nlink mtu $reuse\nafter $reuse", "$reuse cannot stand here: this line holds for all variants", 4, 10 },
	{ "title t\nref r\nvary reuse a b\nlink mtu $reuse\nafter $reuse", "a duration should stand here, such as 10ms, not \"a\" (of $reuse)", 5, 7 },
	{ "title t\nref r\nvary reuse a b\nlink mtu $reuse\nafter $reuse", "a duration should stand here, such as 10ms, not \"b\" (of $reuse)", 5, 7 },
	{ "title t\nref r\nvary r 1ms 2\nafter $r", "a duration needs a unit: 10ms, 1.5s (of $r)", 4, 7 },
	{ "title t\nref r\nvary again 1ms\nafter $againn", "unknown name $againn, did you mean $again?", 4, 7 },
	{ "title t\nref r\nvary again 1ms\nafter $againn", "axis \"again\" is never used", 3, 6 },
	{ "title t\nref r\nvary server 1ms\nafter $server", "\"server\" cannot be a name: it is a word of the language", 3, 6 },
	{ "title t\nref r\nneeds\nafter 1s", "a need is missing", 3, 6 },
	{ "title t\nref r\nneeds kernl >= 6.14\nafter 1s", "unknown need \"kernl\", did you mean kernel?", 3, 7 },
	{ "title t\nref r\nneeds kernel\nafter 1s", "a version, such as >= 6.14, is missing", 3, 13 },
	{ "title t\nref r\nneeds kernel 6.14\nafter 1s", "a version is said with >= or <, not \"6.14\"", 3, 14 },
	{ "title t\nref r\nneeds kernel >= six\nafter 1s", "a version is two numbers, such as 6.14, not \"six\"", 3, 17 },
	{ "title t\nref r\nneeds kernel >= 6.14.3\nafter 1s", "a version is two numbers, such as 6.14, not \"6.14.3\"", 3, 17 },
	{ "title t\nref r\nneeds kernel >=\nafter 1s", "a version is missing", 3, 16 },
	{ "title t\nref r\nneeds option REUSE\nafter 1s", "\"REUSE\" is no socket option: they begin with SO_, TCP_, IP_ or IPV6_", 3, 14 },
	{ "title t\nref r\nneeds counter foo\nafter 1s", "\"foo\" is no counter: nstat's names begin with Tcp, TcpExt, Ip, IpExt, Ip6 or Udp", 3, 15 },
	{ "title t\nref r\nneeds program /bin/sh\nafter 1s", "\"/bin/sh\" is no program's name: it stands without quotes and folders", 3, 15 },
	{ "title t\nref r\nneeds sysctl foo\nafter 1s", "\"foo\" is no sysctl: does not begin with net.", 3, 14 },
	{ "title t\nref r\nneeds destroy x\nafter 1s", "a word too many: \"x\"", 3, 15 },
	{ "title t\nref r\ntodo\nafter 1s", "the reason is missing", 3, 5 },
	{ "title t\nref r\ntimeout 90\nafter 1s", "a duration needs a unit: 10ms, 1.5s", 3, 9 },
	{ "title t\nref r\ntimeout 90s\ntimeout 80s\nafter 1s", "timeout is said twice (first in line 3)", 4, 1 },
	{ "title t\nref r\ntimeout 2h\nafter 1s", "unknown unit in \"2h\": ns, us, ms, s or m", 3, 9 },
	{ "title t\nref r\nafter 1s\noutcome", "the word | is missing", 4, 8 },
	{ "title t\nref r\nafter 1s\noutcome reuse | again\n1 | ok", "unknown axis \"reuse\": what stands left of | are axes, kernel, and has NAME", 4, 9 },
	{ "title t\nref r\nvary reuse 0 1\nafter 1s\noutcome rease | again\n1 | ok", "unknown axis \"rease\", did you mean reuse?", 5, 9 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g |\n1ms | ok", "the name of an outcome is missing", 5, 12 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g again\n1ms | ok", "unknown axis \"again\": what stands left of | are axes, kernel, and has NAME", 5, 11 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g again\n1ms | ok", "the word | is missing", 5, 16 },
	{ "title t\nref r\nvary g 1ms\nafter 1s\noutcome g | again\n1ms | ok", "outcome column \"again\" is never used", 5, 13 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again", "the outcome table has no rows", 5, 1 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g g | again\n1ms 1ms | 1s", "column \"g\" stands here twice", 5, 11 },
	{ "title t\nref r\nvary g 1ms\nafter $g\noutcome g | g\n1ms | 1s", "\"g\" is an axis already (line 3)", 5, 13 },
	{ "title t\nref r\nvary g 1ms\nafter $server\noutcome g | server\n1ms | 1s", "\"server\" cannot be a name: it is a word of the language", 5, 13 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n2ms | 1s", "axis \"g\" has no value \"2ms\", did you mean 1ms?", 6, 1 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n1ms 1s", "the word | should stand here, not \"1s\"", 6, 5 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n1ms |", "the cell of column again is missing", 6, 6 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n | 1ms", "a cell is missing before |, for column g", 6, 2 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n1ms | 1s 2s", "a word too many: \"2s\"", 6, 10 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n1ms | *", "* can only stand left of |", 6, 7 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n1ms | $g", "an outcome cannot hold a $ or a control byte", 6, 7 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n1ms | 1s\nafter 5s", "the outcome table must be the last thing in a file", 7, 1 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n1ms | 1s\noutcome g | a\n", "a file has one outcome table (line 5)", 7, 1 },
	{ "title t\nref r\nvary g 1ms\nafter $again\noutcome g | again\n1ms | 1\n", "a duration needs a unit: 10ms, 1.5s (of $again in row 6)", 4, 7 },
	{ "title t\nref r\nafter $again\noutcome kernel | again\n6.14 | 1s", "a kernel is >=6.14, <6.14 or *, not \"6.14\"", 5, 1 },
	{ "title t\nref r\nafter $again\noutcome has | again\nyes | 1s", "has needs a name: has net.ipv4.tcp_tw_reuse_delay", 4, 9 },
	{ "title t\nref r\nafter $again\noutcome has foo | again\nyes | 1s", "\"foo\" is no sysctl, counter, socket option, destroy or repair", 4, 13 },
	{ "title t\nref r\nafter $again\noutcome has destroy | again\nmaybe | 1s", "has is answered by yes, no or *, not \"maybe\"", 5, 1 },
	{ "title t\nref r\nfamily ipv4\nafter $again\noutcome family | again\nipv4 | 1s", "family is no axis here: the file names one family", 5, 9 },
	{ "title t\nref r\nafter $again\noutcome family | again\nipv4 | 1s", "no row holds for family=ipv6", 4, 1 },
	{ "title t\nref r\nvary g 1ms 2ms\nafter $again\noutcome g | again\n* | 1s\n2ms | 2s", "this row never holds: the row in line 6 takes all that it matches", 7, 1 },
	{ "title t\nref r\nvary left ESTABLISHED FOO\nserver listen 8080\nclient connect a to 8080\nexpect server a $left", "unknown state \"FOO\" (of $left)", 6, 17 },
	{ "title t\nref r\nvary left ESTABLISHED\nserver listen 8080\nclient connect a to 8080\nexpect server a $st\noutcome left | st\nESTABLISHED | FOO", "unknown state \"FOO\" (of $st in row 8)", 6, 17 },
	{ "title t\nref r\nvary o \"reuseaddr nope\" plain\nserver listen 8080 $o", "unknown option \"nope\" (of $o)", 4, 20 },
	{ "title t\nref r\nvary o \"\\\"x\" plain\nserver listen 8080 $o", "this quote is never closed (of $o)", 4, 20 },
	{ "title t\nref r\nserver listen 8080\nserver start read a", "\"a\" is never connected before this line", 4, 19 },
	{ "title t\nref r\nserver listen 8080 \"x\nserver lisen 8080", "this quote is never closed", 3, 20 },
	{ "title t\nref r\nserver listen 8080 \"x\nserver lisen 8080", "unknown verb \"lisen\", did you mean listen?", 4, 8 },
	{ "titel t\nref r\nafter 1s", "unknown word \"titel\", did you mean title?", 1, 1 },
	{ "titel t\nref r\nafter 1s", "a title is missing: title SENTENCE", 1, 1 },
	{ "title t\nref r\nsysctl net.ipv4.tcp_sack = $x\nafter 1s", "unknown name $x", 3, 28 },
	{ "title t\nref r\nvary a1 1 2 3 4 5 6 7 8\nvary a2 1 2 3 4 5 6 7 8\nvary a3 1 2 3 4 5 6 7 8\nvary a4 1 2 3 4 5 6 7 8\nafter 1s", "more than 4096 trials: the axes multiply", 6, 6 },
	{ "title t\nref r\nfamily ipv4\nvary a 1\nvary b 1\nvary c 1\nvary d 1\nvary e 1\nvary f 1\nvary g 1\nvary h 1\nvary i 1\nafter 1s", "more than 8 axes, the family's counted", 12, 6 },
	{ "title t\nref r\nvary a 1\nvary b 1\nvary c 1\nvary d 1\nvary e 1\nvary f 1\nvary g 1\nvary h 1\nafter 1s", "more than 8 axes, the family's counted", 10, 6 },
	{ "title t\nref r\nserver listen 8080\nrepeat 2\nrepeat 2\nrepeat 2\nrepeat 2\nrepeat 2\nafter 1s\nend\nend\nend\nend\nend", "repeats nest at most 4 deep", 8, 1 },
	{ "title t\nref r\nrepeat 1000\nrepeat 1000\nafter 1s\nend\nend", "the repeats multiply to more than 100000 rounds", 4, 8 },
	{ "title t\nref r\nrepeat 3\nend", "nothing stands between repeat and end", 4, 1 },
	{ "title t\nref r\nmark m\nmark m", "\"m\" is a mark already (line 3): take another name", 4, 6 },
	{ "title t\nref r\nserver listen 8080\nclient start connect a to 8080\nclient start read a", "a call on \"a\" is begun already (line 4): await it first", 5, 14 },
	{ "title t\nref r\nserver listen 8080\nclient start connect a to 8080\nclient await a => EOF", "only a read yields data or EOF", 5, 19 },
	{ "title t\nref r\nserver listen 8080\nwire drop client>server SYN of a as x\nclient connect a to 8080\nwire release x", "\"x\" was not held (line 4), only replay can bring it back", 6, 14 },
	{ "title t\nref r\nmark m\nwire drop until m client>server SYN\n", "mark \"m\" is set already (line 3): until speaks of one to come", 4, 17 },
	{ "title t\nref r\nserver bind s 0\nclient close s", "\"s\" is bound by the server (line 3)", 4, 14 },
	{ "title t\nref r\nserver bind s 0\nserver send s \"x\"", "\"s\" is a bound socket (line 3), not a connection", 4, 13 },
	{ "title t\nref r\nserver bind s 0\nexpect server s LISTEN", "\"s\" is a bound socket, not a connection: it has a port and an error only", 4, 15 },
	{ "title t\nref r\nserver listen 8080\nclient connect a to 8080\nexpect server a ESTABLISHED\nexpect server a ESTABLISHED", "the line before expects the same: this cannot fail", 6, 17 },
	{ "title 0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012\nref r\nafter 1s", "a title of more than 100 bytes: the rest may go into about", 1, 7 },
	{ "title t\nref r\nserver listen 8080\nclient connect ab to 8080\nclient close abc", "\"abc\" is never connected before this line", 5, 14 },
	{ "title t\nref r\nserver listen 8080\nclient connect first-conn to 8080\nclient close frst-conn", "\"frst-conn\" is never connected before this line, did you mean first-conn?", 5, 14 },
	{ "title t\nref r\nserver listen 8080\nclient connect a to 8080\nexpect server socket TIME-WAIT 1", "unknown word \"socket\", did you mean sockets?", 5, 15 },
};
/* clang-format on */

static void each_fault_of_a_file_is_told_at_its_word(void **state)
{
	struct file f;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		read_file(&f, bad[i].text);
		if (!complains(&f.c, bad[i].complaint, bad[i].line, bad[i].column))
			fail_msg("row %zu: \"%s\" is not told, but \"%s\" at %d:%d", i,
				 bad[i].complaint, f.c.count ? f.c.list[0].text : "nothing",
				 f.c.count ? f.c.list[0].at.line : 0,
				 f.c.count ? f.c.list[0].at.column : 0);
		forget(&f);
	}
}

static void an_empty_file_is_refused(void **state)
{
	struct file f;

	(void)state;
	assert_false(read_file(&f, ""));
	assert_int_equal(f.c.errors, 2);
	forget(&f);
	assert_false(read_file(&f, "# nothing\n\n"));
	forget(&f);
}

static const char all[] =
	"lastack 1\n"
	"title   The whole header, \"as it stands\"  # with this\n"
	"about   one\n"
	"about   two\n"
	"ref     RFC 9293 3.6.1\n"
	"family  both\n"
	"link    pair mtu 1400 delay 10ms\n"
	"needs   kernel >= 6.1\n"
	"needs   sysctl net.ipv4.tcp_tw_reuse\n"
	"needs   destroy\n"
	"todo    because\n"
	"timeout 90s\n"
	"vary    reuse 0 1\n"
	"vary    opts \"\" \"reuseaddr reuseport\"\n"
	"sysctl  client net.ipv4.tcp_tw_reuse = $reuse\n"
	"sysctl  net.ipv4.ip_local_port_range = 40001 40002\n"
	"server  listen 8080 $opts\n"
	"client  connect a from 4000$reuse to 8080 => $first\n"
	"expect  client sockets TIME-WAIT $number\n"
	"outcome reuse kernel | first number\n"
	"        1     >=6.14 | ok    1\n"
	"        1     *      | \"bind EADDRINUSE\" ?\n"
	"        0     *      | EADDRNOTAVAIL 0\n";

static void a_whole_header_is_read(void **state)
{
	struct file f;

	(void)state;
	if (!read_file(&f, all))
		fail_msg("%d: %s", f.c.list[0].at.line, f.c.list[0].text);
	assert_string_equal(f.s.title, "The whole header, \"as it stands\"  # with this");
	assert_int_equal(f.s.abouts, 2);
	assert_string_equal(f.s.ref[0], "RFC 9293 3.6.1");
	assert_int_equal(f.s.mtu, 1400);
	assert_int_equal(f.s.link_delay.ns, 10000000);
	assert_int_equal(f.s.needs, 3);
	assert_int_equal(f.s.need[0].version, 6 << 16 | 1 << 8);
	assert_int_equal(f.s.need[1].kind, NEED_SYSCTL);
	assert_string_equal(f.s.todo, "because");
	assert_int_equal(f.s.timeout.ns, 90000000000);
	assert_int_equal(f.s.axes, 3);
	assert_string_equal(f.s.axis[0].name, "family");
	assert_false(f.s.axis[0].implied);
	assert_int_equal(f.s.variants, 8);
	assert_int_equal(f.s.table.keys, 2);
	assert_int_equal(f.s.table.columns, 4);
	assert_int_equal(f.s.table.rows, 3);
	forget(&f);
}

static void a_trial_has_its_values_put_in(void **state)
{
	struct facts facts = { .version = 6 << 16 | 18 << 8 };
	struct trial t;
	struct file f;

	(void)state;
	assert_true(read_file(&f, all));
	parse_trial(&f.s, 0, &facts, &t);
	assert_string_equal(t.name, "t/x family=ipv4,reuse=0,opts=");
	assert_int_equal(t.family, FAMILY_IPV4);
	assert_true(t.wire);
	assert_int_equal(t.settings, 2);
	assert_string_equal(t.setting[0].value, "0");
	assert_string_equal(t.setting[1].value, "40001 40002");
	assert_int_equal(t.setting[1].host, HOST_NONE);
	assert_int_equal(t.step[0].options.set, 0);
	assert_int_equal(t.step[1].local.port, 40000);
	assert_int_equal(t.step[1].want.kind, OUTCOME_ERRNO);
	assert_int_equal(t.step[1].want.column, 2);
	assert_int_equal(t.row, 2);
	trial_fini(&t);

	parse_trial(&f.s, 7, &facts, &t);
	assert_int_equal(t.family, FAMILY_IPV6);
	assert_int_equal(t.step[0].options.set, 1u << OPTION_REUSEADDR | 1u << OPTION_REUSEPORT);
	assert_int_equal(t.step[1].local.port, 40001);
	assert_int_equal(t.step[1].want.kind, OUTCOME_OK);
	assert_int_equal(t.step[1].want.column, 2);
	assert_int_equal(t.step[2].expect.low, 1);
	assert_int_equal(t.step[2].expect.column, 3);
	assert_false(t.step[2].expect.unknown);
	trial_fini(&t);
	forget(&f);
}

static void the_kernel_chooses_the_row(void **state)
{
	struct facts facts = { .version = 6 << 16 | 12 << 8 };
	struct trial t;
	struct file f;

	(void)state;
	assert_true(read_file(&f, all));
	parse_trial(&f.s, 7, &facts, &t);
	assert_int_equal(t.row, 1);
	assert_string_equal(t.step[1].want.call, "bind");
	assert_int_equal(t.step[1].want.column, 2);
	assert_true(t.step[2].expect.unknown);
	assert_int_equal(t.step[2].expect.column, 3);
	trial_fini(&t);
	forget(&f);
}

static void an_outcome_not_known_yet_is_observed(void **state)
{
	struct trial t;
	struct file f;

	(void)state;
	assert_true(read_file(&f, "title t\nref r\nfamily ipv6\nserver listen 8080\n"
			      "client connect a to 8080 => $again\noutcome | again\n| ?\n"));
	parse_trial(&f.s, 0, &(struct facts){ .hz = 0 }, &t);
	assert_string_equal(t.name, "t/x");
	assert_int_equal(t.family, FAMILY_IPV6);
	assert_int_equal(t.step[1].want.kind, OUTCOME_UNKNOWN);
	assert_int_equal(t.step[1].want.column, 0);
	trial_fini(&t);
	forget(&f);
}

static void both_families_are_tried_where_none_is_named(void **state)
{
	struct file f;

	(void)state;
	assert_true(read_file(&f, "title t\nref r\nserver listen 8080\n"));
	assert_int_equal(f.s.variants, 2);
	assert_true(f.s.axis[0].implied);
	forget(&f);
	assert_true(read_file(&f, "title t\nref r\nfamily ipv4\nserver listen 8080\n"));
	assert_int_equal(f.s.variants, 1);
	assert_int_equal(f.s.axes, 0);
	forget(&f);
}

static void a_dollar_in_quotes_is_no_name(void **state)
{
	struct trial t;
	struct file f;

	(void)state;
	assert_true(read_file(&f, "title $x\nref $y\nserver listen 8080\n"
			      "client connect a to 8080\nclient send a \"$5\"\n"));
	parse_trial(&f.s, 0, NULL, &t);
	assert_string_equal(t.step[2].text, "$5");
	trial_fini(&t);
	forget(&f);
}

static void a_value_may_hold_a_quoted_text(void **state)
{
	struct trial t;
	struct file f;

	(void)state;
	assert_true(read_file(&f, "title t\nref r\nvary what \"\\\"a b\\\"\" \"5 bytes\"\n"
			      "server listen 8080\nclient connect a to 8080\nclient send a $what\n"));
	parse_trial(&f.s, 0, NULL, &t);
	assert_string_equal(t.step[2].text, "a b");
	trial_fini(&t);
	parse_trial(&f.s, 1, NULL, &t);
	assert_int_equal(t.step[2].bytes, 5);
	trial_fini(&t);
	forget(&f);
}

static void names_end_where_a_number_is_taken_away(void **state)
{
	struct trial t;
	struct file f;

	(void)state;
	assert_true(read_file(&f, "title t\nref r\nvary low 50\nvary high-port 60\n"
			      "server listen 8080\nclient connect a to 8080 ports $low-$high-port\n"
			      "wire send client>server SYN of a with seq server.rcv_nxt-$low\n"));
	parse_trial(&f.s, 0, NULL, &t);
	assert_int_equal(t.step[1].options.ports[0], 50);
	assert_int_equal(t.step[1].options.ports[1], 60);
	assert_int_equal(t.step[2].wire.what.part[0].value.offset, -50);
	trial_fini(&t);
	forget(&f);
}

static void a_fault_in_one_of_many_trials_is_told_once(void **state)
{
	struct file f;

	(void)state;
	assert_false(read_file(&f, "title t\nref r\nvary x 1 2 3 4 5 6 7 8\nvary y 1 2 3 4 5 6 7 8\n"
			       "server listen 808$x\nserver listen 909$y\nclient clsoe a\n"));
	assert_int_equal(f.c.errors, 1);
	forget(&f);
}

/** many_trials() - 4096 trials of about 30 steps, each with other values */
static void many_trials(struct buf *b)
{
	static const char *const axes[] = { "p", "q", "r", "s" };

	buf_adds(b, "title t\nref r\nfamily ipv4\n");
	for (size_t i = 0; i < 4; i++)
		buf_addf(b, "vary %s 1 2 3 4 5 6 7 8\n", axes[i]);
	buf_adds(b, "sysctl net.ipv4.tcp_tw_reuse = $s\nserver listen 8080\nclient connect a to 8080\n");
	for (int i = 0; i < 28; i++)
		buf_addf(b, "expect client sockets TIME-WAIT $p$q$r for %dms\n", i + 1);
}

static void many_trials_are_read_without_fault(void **state)
{
	autobuf b = { 0 };
	struct file f;

	(void)state;
	many_trials(&b);
	assert_true(read_file(&f, buf_text(&b)));
	assert_int_equal(f.s.variants, 4096);
	forget(&f);
}

static void more_lines_than_can_be_checked_are_refused(void **state)
{
	autobuf b = { 0 };
	struct file f;

	(void)state;
	many_trials(&b);
	for (int i = 0; i < 900; i++)
		buf_adds(&b, "client abort a\n");
	assert_false(read_file(&f, buf_text(&b)));
	assert_non_null(strstr(f.c.list[0].text, "too much to check"));
	forget(&f);
}

static void bounds_are_named(void **state)
{
	autobuf steps = { 0 }, names = { 0 };
	struct file f;

	(void)state;
	buf_adds(&steps, "title t\nref r\n");
	buf_adds(&names, "title t\nref r\n");
	for (int i = 0; i < STEPS_MOST + 1; i++)
		buf_adds(&steps, "after 1ms\n");
	for (int i = 0; i < NAMES_MOST + 1; i++)
		buf_addf(&names, "mark m%d\n", i);
	assert_false(read_file(&f, buf_text(&steps)));
	assert_string_equal(f.c.list[0].text, "more than 1000 steps");
	forget(&f);
	assert_false(read_file(&f, buf_text(&names)));
	assert_string_equal(f.c.list[0].text, "more than 256 names");
	forget(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_of_a_file_is_told_at_its_word),
		cmocka_unit_test(an_empty_file_is_refused),
		cmocka_unit_test(a_whole_header_is_read),
		cmocka_unit_test(a_trial_has_its_values_put_in),
		cmocka_unit_test(the_kernel_chooses_the_row),
		cmocka_unit_test(an_outcome_not_known_yet_is_observed),
		cmocka_unit_test(both_families_are_tried_where_none_is_named),
		cmocka_unit_test(a_dollar_in_quotes_is_no_name),
		cmocka_unit_test(a_value_may_hold_a_quoted_text),
		cmocka_unit_test(names_end_where_a_number_is_taken_away),
		cmocka_unit_test(a_fault_in_one_of_many_trials_is_told_once),
		cmocka_unit_test(many_trials_are_read_without_fault),
		cmocka_unit_test(more_lines_than_can_be_checked_are_refused),
		cmocka_unit_test(bounds_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
