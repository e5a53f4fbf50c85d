// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/steps.h"

#include "lib/arena.h"
#include "runner/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** What stands before each of the lines below, which is then the fifth */
#define BEFORE "title t\nref r\nserver listen 8080\nclient connect a to 8080\n"

struct file {
	struct scenario s;
	struct complaints c;
	char text[1024];
};

static bool read_file(struct file *f, const char *before, const char *line)
{
	memset(f, 0, sizeof(*f));
	snprintf(f->text, sizeof(f->text), "%s%s\n", before, line);
	return parse_scenario("x.case", "t/x", f->text, strlen(f->text), &f->s, &f->c);
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

/* clang-format off */
static const struct { const char *line, *complaint; int at, column; } bad[] = {
	{ "client clsoe a", "unknown verb \"clsoe\", did you mean close?", 5, 8 },
	{ "client expect a TIME-WAIT", "expect stands at the beginning of a line", 5, 8 },
	{ "client drop a", "only the wire can drop: wire drop", 5, 8 },
	{ "wire connect a", "only a host can connect: client connect", 5, 6 },
	{ "wire drp client>server SYN of a", "unknown verb \"drp\", did you mean drop?", 5, 6 },
	{ "client", "a verb is missing", 5, 7 },
	{ "client run", "a command is missing", 5, 11 },
	{ "client run true", "a command stands in quotes: \"true\"", 5, 12 },
	{ "client run \"  \"", "there is nothing to run", 5, 12 },
	{ "client run \"a\\x00b\"", "a command cannot hold a NUL", 5, 12 },
	{ "client run web \"true\"", "only a program that is started has a name: "
	  "start run NAME \"COMMAND\"", 5, 12 },
	{ "client start run \"true\"", "\"true\" cannot be a name: a name stands without quotes", 5, 18 },
	{ "client start run a \"true\"", "\"a\" is a connection already (line 4)", 5, 18 },
	{ "client run \"true\" => exit", "a status is missing", 5, 26 },
	{ "client run \"true\" => exit 256", "a status must be 0 to 255, not 256", 5, 27 },
	{ "client run \"true\" => exti 1", "unknown result \"exti\", did you mean exit?", 5, 22 },
	{ "client run \"true\" => EPIPE", "a program yields ok, exit N, signal SIGNAL or "
	  "\"text\", not \"EPIPE\"", 5, 22 },
	{ "client run \"true\" => signal SIGKLL", "unknown signal \"SIGKLL\", did you mean SIGILL?", 5, 29 },
	{ "client start run web \"true\" => ok",
	  "what a started call yields is said where it is awaited", 5, 32 },
	{ "client stop a", "\"a\" is a connection (line 4), not a program", 5, 13 },
	{ "client stop web", "\"web\" is never started before this line", 5, 13 },
	{ "client adopt a to 8080", "\"a\" is a connection already (line 4): take another name", 5, 14 },
	{ "client adopt b 8080", "the word to should stand here, not \"8080\"", 5, 16 },
	{ "expect client sockets TIME-WAIT 1 on 0", "a port must be 1 to 65535, not 0", 5, 38 },
	{ "clinet close a", "unknown word \"clinet\", did you mean client?", 5, 1 },
	{ "title again", "title belongs into the header, before the first step", 5, 1 },
	{ "outcme x", "unknown word \"outcme\", did you mean outcome?", 5, 1 },
	{ "client close b", "\"b\" is never connected before this line", 5, 14 },
	{ "client close aa", "\"aa\" is never connected before this line", 5, 14 },
	{ "client close", "the name of a connection is missing", 5, 13 },
	{ "client close a now", "a word too many: \"now\"", 5, 16 },
	{ "client close a linger", "a duration is missing", 5, 22 },
	{ "client close a linger 2", "a duration needs a unit: 10ms, 1.5s", 5, 23 },
	{ "client close a linger 500ms", "SO_LINGER counts whole seconds", 5, 23 },
	{ "client close a linger 0s", "to linger no time at all is to abort: abort NAME", 5, 23 },
	{ "client start abort a", "abort cannot be started, only connect, send, read, close and run", 5, 8 },
	{ "client close a => reset", "unknown result \"reset\": ok or an errno name should stand here", 5, 19 },
	{ "client close a => EADRINUSE", "unknown result \"EADRINUSE\", did you mean EADDRINUSE?", 5, 19 },
	{ "client close a => bind", "an errno name is missing", 5, 23 },
	{ "client close a => bind ok", "unknown result \"ok\": an errno name should stand here", 5, 24 },
	{ "client close a =>", "a result is missing", 5, 18 },
	{ "client close a =>EOF", "a blank is missing behind =>", 5, 16 },
	{ "client close a => EOF", "only a read yields data or EOF", 5, 19 },
	{ "client close a => ok ok", "a word too many: \"ok\"", 5, 22 },
	{ "client close a => 5 bytes", "only a read yields data or EOF", 5, 19 },
	{ "mark m => ok", "mark yields no result", 5, 8 },
	{ "client vanish a => ok", "vanish yields no result", 5, 20 },
	{ "client read a", "what is read (=> EOF, ERRNO, \"text\", N bytes or ok) is missing", 5, 14 },
	{ "client read a => 5", "the word bytes is missing", 5, 19 },
	{ "client read a => 5 byte", "unknown word \"byte\", did you mean bytes?", 5, 20 },
	{ "client read a => 0 bytes", "the number of bytes must be 1 to 67108864, not 0", 5, 18 },
	{ "client read a => old", "unknown result \"old\": ok or an errno name should stand here", 5, 18 },
	{ "client start read a => EOF", "what a started call yields is said where it is awaited", 5, 24 },
	{ "client await a => EOF", "no call on \"a\" was begun with start by the client", 5, 14 },
	{ "client start read a\nclient abort a\nclient await a",
	  "the call on \"a\" that line 5 began is cut short by line 6: nothing comes of it", 7, 14 },
	{ "client start send a \"x\"\nclient close a\nclient await a",
	  "the call on \"a\" that line 5 began is cut short by line 6: nothing comes of it", 7, 14 },
	{ "client start connect b to 8080\nclient shutdown b write\nclient await b",
	  "the call on \"b\" that line 5 began is cut short by line 6: nothing comes of it", 7, 14 },
	{ "client start connect b to 8080\nclient disconnect b\nclient await b",
	  "the call on \"b\" that line 5 began is cut short by line 6: nothing comes of it", 7, 14 },
	{ "client start connect b to 8080\nclient reconnect b to 8080\nclient await b",
	  "the call on \"b\" that line 5 began is cut short by line 6: nothing comes of it", 7, 14 },
	{ "client await a => EOF", "only a read yields data or EOF", 5, 19 },
	{ "client send a hello", "what is sent is \"text\" in quotes, or N bytes, not \"hello\"", 5, 15 },
	{ "client send a \"\"", "there is nothing to send", 5, 15 },
	{ "client send a 0 bytes", "the number of bytes must be 1 to 67108864, not 0", 5, 15 },
	{ "client send a 67108865 bytes", "the number of bytes must be 1 to 67108864, not 67108865", 5, 15 },
	{ "client send a 5", "the word bytes is missing", 5, 16 },
	{ "client send a \"x\" y", "a word too many: \"y\"", 5, 19 },
	{ "client shutdown a", "a direction is missing", 5, 18 },
	{ "client shutdown a reed", "unknown direction \"reed\", did you mean read?", 5, 19 },
	{ "client shutdown a writing", "unknown direction \"writing\": write, read or both", 5, 19 },
	{ "client connect to 8080", "\"to\" cannot be a name: it is a word of the language", 5, 16 },
	{ "client connect to 8080", "the word to should stand here, not \"8080\"", 5, 19 },
	{ "client connect 9x to 8080", "\"9x\" cannot be a name: a name begins with a letter", 5, 16 },
	{ "client connect server to 8080", "\"server\" cannot be a name: it is a word of the language", 5, 16 },
	{ "client connect EPIPE to 8080", "\"EPIPE\" cannot be a name: it is a word of the language", 5, 16 },
	{ "client connect TIME-WAIT to 8080", "\"TIME-WAIT\" cannot be a name: it is a word of the language", 5, 16 },
	{ "client connect \"b\" to 8080", "\"b\" cannot be a name: a name stands without quotes", 5, 16 },
	{ "client connect b 8080", "the word to should stand here, not \"8080\"", 5, 18 },
	{ "client connect b frm 40000 to 8080", "unknown word \"frm\", did you mean from?", 5, 18 },
	{ "client connect b to", "a port is missing", 5, 20 },
	{ "client connect b to 99999", "a port is a number from 1 to 65535, not \"99999\"", 5, 21 },
	{ "client connect b to 0", "port 0 can only stand behind bind and from", 5, 21 },
	{ "client connect b to mian:8080", "unknown address \"mian\", did you mean main?", 5, 21 },
	{ "client connect b to main:", "a port is a number from 1 to 65535, not \"\"", 5, 26 },
	{ "client connect b to :8080", "unknown address \"\": any, main, second, lo or mapped", 5, 21 },
	{ "client connect b to 8080 reusadr", "unknown option \"reusadr\", did you mean reuseaddr?", 5, 26 },
	{ "client connect b to 8080 backlog 5", "backlog cannot be said at connect, only at listen", 5, 26 },
	{ "client connect b to 8080 reuseaddr reuseaddr", "reuseaddr is said twice", 5, 36 },
	{ "client connect b to 8080 ports 40000", "a range of ports is LOW-HIGH, not \"40000\"", 5, 32 },
	{ "client connect b to 8080 ports 50-40", "the range 50-40 is empty: the low port comes first", 5, 32 },
	{ "client connect b to 8080 ports 0-40", "port 0 can only stand behind bind and from", 5, 32 },
	{ "client connect b to 8080 isn 5", "numbers of segments are relative: server.rcv_nxt+5, say", 5, 30 },
	{ "client connect b to 8080 isn server.isn", "whose \"server.isn\"? say CONN.server.isn", 5, 30 },
	{ "client connect b to 8080 isn c.server.isn", "\"c\" is never connected before this line", 5, 30 },
	{ "client connect b to 8080 isn a.server.rcv_nx", "unknown field \"rcv_nx\", did you mean rcv_nxt?", 5, 39 },
	{ "client connect b to 8080 witin 5s", "unknown option \"witin\", did you mean within?", 5, 26 },
	{ "client connect b to 8080 linger2 x", "linger2 is a whole number, not \"x\"", 5, 34 },
	{ "client connect b to 8080 keepalive 0", "keepalive must be 1 to 32767, not 0", 5, 36 },
	{ "client connect b to 8080 user_timeout 5", "a duration needs a unit: 10ms, 1.5s", 5, 39 },
	{ "server connect a to 8080", "\"a\" is connected by the client (line 4): take another name", 5, 16 },
	{ "client bind a 40000", "\"a\" is a connection already (line 4)", 5, 13 },
	{ "client bind s 40000 noaccept", "noaccept cannot be said at bind, only at listen", 5, 21 },
	{ "client bind s", "a port is missing", 5, 14 },
	{ "server listen", "a port is missing", 5, 14 },
	{ "server listen 0", "port 0 can only stand behind bind and from", 5, 15 },
	{ "server listen 70000", "a port is a number from 1 to 65535, not \"70000\"", 5, 15 },
	{ "server listen any:x", "a port is a number from 1 to 65535, not \"x\"", 5, 19 },
	{ "server listen 8081 backlog -1", "a backlog must be 0 to 65535, not -1", 5, 28 },
	{ "server unlisten 8081", "the server never listens on 8081 before this line", 5, 17 },
	{ "server reconnect a to 8080", "\"a\" is connected by the client (line 4): only its own socket can connect again", 5, 18 },
	{ "client set a", "an option is missing", 5, 13 },
	{ "client set a backlog 5", "backlog cannot be said at set, only at listen", 5, 14 },
	{ "client set a plane", "unknown option \"plane\"", 5, 14 },
	{ "client sysctl tcp_sack = 1", "unknown sysctl \"tcp_sack\", did you mean net.ipv4.tcp_sack?", 5, 15 },
	{ "client sysctl net.ipv4.tcp_tw_reus = 1", "unknown sysctl \"net.ipv4.tcp_tw_reus\", did you mean net.ipv4.tcp_tw_reuse?", 5, 15 },
	{ "client sysctl kernel.panic = 1", "\"kernel.panic\" is no sysctl: does not begin with net.", 5, 15 },
	{ "client sysctl net.ipv4.tcp_sack 1", "the word = should stand here, not \"1\"", 5, 33 },
	{ "client sysctl net.ipv4.tcp_sack =", "the sysctl's value is missing", 5, 34 },
	{ "client sysctl", "a sysctl's name is missing", 5, 14 },
	{ "expect", "a host is missing", 5, 7 },
	{ "expect servr a TIME-WAIT", "unknown host \"servr\", did you mean server?", 5, 8 },
	{ "expect server", "what to look at is missing", 5, 14 },
	{ "expect server a", "a state is missing", 5, 16 },
	{ "expect server a TIME-WIAT", "unknown state \"TIME-WIAT\", did you mean TIME-WAIT?", 5, 17 },
	{ "expect server a time-wait", "unknown state \"time-wait\", did you mean TIME-WAIT?", 5, 17 },
	{ "expect server a XYZZY", "unknown state \"XYZZY\"", 5, 17 },
	{ "expect server b TIME-WAIT", "\"b\" is never connected before this line", 5, 15 },
	{ "expect server a TIME-WAIT within", "a duration is missing", 5, 33 },
	{ "expect server a TIME-WAIT within 5", "a duration needs a unit: 10ms, 1.5s", 5, 34 },
	{ "expect server a TIME-WAIT witin 5s", "unknown word \"witin\", did you mean within?", 5, 27 },
	{ "expect server a TIME-WAIT between 5s", "the word and is missing", 5, 37 },
	{ "expect server a TIME-WAIT between 5s and 4s", "the first duration is the larger one", 5, 35 },
	{ "expect server a TIME-WAIT between 5s and 6s from m", "\"m\" is never set before this line", 5, 50 },
	{ "expect server a TIME-WAIT for 0s", "0s is no time at all", 5, 31 },
	{ "expect server a TIME-WAIT for 61m", "a duration is at most 60m", 5, 31 },
	{ "expect server a TIME-WAIT for 1s+TICK", "TICK can only stand behind within and between", 5, 31 },
	{ "expect server a TIME-WAIT => ok", "expect yields no result", 5, 30 },
	{ "expect server a timer", "the word between is missing", 5, 22 },
	{ "expect server a timer non", "unknown word \"non\", did you mean none?", 5, 23 },
	{ "expect server a timer between 60s+TICK and 61s", "TICK can only stand in the second duration", 5, 31 },
	{ "expect server a timer none within 5s", "within cannot be said of this", 5, 28 },
	{ "expect server a error EPIP", "unknown errno \"EPIP\", did you mean EPIPE?", 5, 23 },
	{ "expect server a error", "an errno name or ok is missing", 5, 22 },
	{ "expect server a port x", "a port is a whole number, not \"x\"", 5, 22 },
	{ "expect server sockets", "a state is missing", 5, 22 },
	{ "expect server sockets TIME-WAIT", "the number of sockets is missing", 5, 32 },
	{ "expect server sockets TIME-WAIT x", "the number of sockets is a whole number, not \"x\"", 5, 33 },
	{ "expect server sockets NONE 1", "NONE is no state that sockets can be counted in", 5, 23 },
	{ "expect server sockets TIME-WAIT between 3 and 2", "the first number is the larger one", 5, 47 },
	{ "expect server sockets TIME-WAIT 1 between 1s and 2s", "between cannot be said of this, only within or for", 5, 35 },
	{ "expect server counter Foo +1", "\"Foo\" is no counter: nstat's names begin with Tcp, TcpExt, Ip, IpExt, Ip6 or Udp", 5, 23 },
	{ "expect server counter TcpExtTW 1", "a counter's growth is written +1, not \"1\"", 5, 32 },
	{ "expect server counter TcpExtTW +x", "a counter's growth is a whole number, not \"x\"", 5, 33 },
	{ "expect server counter TcpExtTW +1 from m", "\"m\" is never set before this line", 5, 40 },
	{ "expect server sysctl net.ipv4.tcp_sack", "the sysctl's value is missing", 5, 39 },
	{ "expect server sysctl net.ipv4.tcp_sack = 1", "a value is expected without the =", 5, 40 },
	{ "expect wire", "a heading is missing", 5, 12 },
	{ "expect wire client->server SYN", "unknown heading \"client->server\", did you mean client>server?", 5, 13 },
	{ "expect wire client>server", "a kind of segment is missing", 5, 26 },
	{ "expect wire client>server SIN", "unknown kind of segment \"SIN\", did you mean SYN?", 5, 27 },
	{ "expect wire client>server SYN+FIX", "unknown kind of segment \"SYN+FIX\"", 5, 27 },
	{ "expect wire client>server SYN of b", "\"b\" is never connected before this line", 5, 34 },
	{ "expect wire client>server SYN with seq server.rcv_nxt", "whose \"server.rcv_nxt\"? say CONN.server.rcv_nxt", 5, 40 },
	{ "expect wire client>server SYN of a with", "a part of a segment is missing", 5, 40 },
	{ "expect wire client>server SYN of a with sequence 1", "unknown part of a segment \"sequence\": seq, ack, window, tsval, tsecr, data, flags or icmp", 5, 41 },
	{ "expect wire client>server SYN of a with seq 1000", "numbers of segments are relative: server.rcv_nxt+1000, say", 5, 45 },
	{ "expect wire client>server SYN of a with seq server.rcv_nxt+x", "+N or -N should stand here, N up to 4294967295, not \"+x\"", 5, 59 },
	{ "expect wire client>server SYN of a with seq foo", "\"foo\" is no number that an end knows: [CONN.]HOST.FIELD[+N|-N]", 5, 45 },
	{ "expect wire client>server SYN of a with seq server.isn seq server.isn", "seq is said twice", 5, 56 },
	{ "expect wire client>server SYN of a with window 70000", "this number must be 0 to 65535, not 70000", 5, 48 },
	{ "expect wire client>server SYN of a with flags FOO", "flags are written FIN+ACK, or none, not \"FOO\"", 5, 47 },
	{ "expect wire client>server SYN of a with data x", "data stands in quotes: \"x\"", 5, 46 },
	{ "expect wire client>server SYN of a with icmp port-unreachable", "only ICMP has a type: server>client ICMP ...", 5, 46 },
	{ "expect wire client>server ICMP of a with icmp port-unreachible", "unknown ICMP error \"port-unreachible\", did you mean port-unreachable?", 5, 47 },
	{ "expect wire client>server SYN of a for 1s", "for cannot be said of this, only within", 5, 36 },
	{ "expect exchange", "the word of is missing", 5, 16 },
	{ "expect exchange of", "the name of a connection is missing", 5, 19 },
	{ "expect exchange of a", "a segment, such as SYN>, is missing", 5, 21 },
	{ "expect exchange of a SYN", "an exchange is of KIND> and <KIND, not \"SYN\"", 5, 22 },
	{ "expect exchange of a <SYN>", "an exchange is of KIND> and <KIND, not \"<SYN>\"", 5, 22 },
	{ "expect exchange of a SYN> <SIN", "unknown kind of segment \"SIN\", did you mean SYN?", 5, 28 },
	{ "expect exchange of a ?", "an exchange cannot be observed: write it out", 5, 22 },
	{ "never server a ?", "what must never be cannot be observed by ?", 5, 1 },
	{ "never wire server>client RST", "how long? never wire needs a duration: for 200ms", 5, 1 },
	{ "never wire server>client RST within 1s", "within cannot be said of this, only for", 5, 30 },
	{ "never exchange of a SYN> for 1s", "an exchange cannot be forbidden, only expected", 5, 1 },
	{ "after", "a duration is missing", 5, 6 },
	{ "after 5", "a duration needs a unit: 10ms, 1.5s", 5, 7 },
	{ "after 5 ms", "a duration needs a unit: 10ms, 1.5s", 5, 7 },
	{ "after 5sec", "unknown unit in \"5sec\": ns, us, ms, s or m", 5, 7 },
	{ "after 5ms+TICK", "TICK can only stand behind within and between", 5, 7 },
	{ "after fast", "a duration should stand here, such as 10ms, not \"fast\"", 5, 7 },
	{ "after 5ms from m", "\"m\" is never set before this line", 5, 16 },
	{ "after 5ms for", "a word too many: \"for\"", 5, 11 },
	{ "mark", "a name is missing", 5, 5 },
	{ "mark a", "\"a\" is a connection already (line 4)", 5, 6 },
	{ "mark 1", "\"1\" cannot be a name: a name begins with a letter", 5, 6 },
	{ "repeat", "the number of rounds is missing", 5, 7 },
	{ "repeat", "this repeat has no end", 5, 1 },
	{ "repeat 0", "the number of rounds must be 1 to 100000, not 0", 5, 8 },
	{ "repeat 0", "this repeat has no end", 5, 1 },
	{ "repeat 5", "this repeat has no end", 5, 1 },
	{ "repeat 5 times", "a word too many: \"times\"", 5, 10 },
	{ "repeat 5 times", "this repeat has no end", 5, 1 },
	{ "end", "this end has no repeat", 5, 1 },
	{ "wire", "a verb is missing", 5, 5 },
	{ "wire hold client>server FIN of a", "as NAME, to release it by, is missing", 5, 33 },
	{ "wire hold client>server FIN of a as a", "\"a\" is a connection already (line 4)", 5, 37 },
	{ "wire drop next client>server FIN", "next needs a number: next 3", 5, 16 },
	{ "wire drop next 0 client>server FIN", "the number of segments must be 1 to 100000, not 0", 5, 16 },
	{ "wire drop until m client>server FIN", "\"m\" is never set in this file", 5, 17 },
	{ "wire drop client>server FIN of c", "\"c\" is never connected in this file", 5, 32 },
	{ "wire drop sideways FIN", "unknown heading \"sideways\": client>server or server>client", 5, 11 },
	{ "wire release x", "\"x\" is never held before this line", 5, 14 },
	{ "wire replay", "the name of a held frame is missing", 5, 12 },
	{ "wire replay x", "\"x\" is never held before this line", 5, 13 },
	{ "wire replay first DATA", "the word of is missing", 5, 23 },
	{ "wire delay client>server", "a duration is missing", 5, 25 },
	{ "wire delay client>server 5", "a duration needs a unit: 10ms, 1.5s", 5, 26 },
	{ "wire cut", "a heading is missing", 5, 9 },
	{ "wire cut sideways", "unknown heading \"sideways\": client>server, server>client or both", 5, 10 },
	{ "wire send client>server SYN", "the word of is missing", 5, 28 },
	{ "wire send client>server ANY of a", "what is sent needs a kind, or its flags: SYN+FIN", 5, 25 },
	{ "wire send client>server ODD of a", "say which flags it has: SYN+FIN", 5, 25 },
	{ "wire send client>server DATA of a", "say which data it carries: with data \"x\"", 5, 25 },
	{ "wire send client>server ICMP of a", "say which error it is: with icmp port-unreachable", 5, 25 },
	{ "wire send client>server SYN of a with seq 5", "numbers of segments are relative: server.rcv_nxt+5, say", 5, 43 },
	{ "wire rewrite client main", "the word as is missing", 5, 25 },
	{ "wire rewrite client lo as main", "only main and second are addresses on the wire", 5, 21 },
	{ "wire rewrite client main as main", "this rewrites nothing", 5, 29 },
	{ "wire rewrite client main:80 as second", "a port on one side needs one on the other", 5, 32 },
	{ "wire drop client>server FIN => ok", "drop yields no result", 5, 32 },
	{ "client close $x", "unknown name $x", 5, 14 },
	{ "client close a$", "a $ needs a name behind it", 5, 15 },
	{ "client close a slack 0s", "0s is no time at all", 5, 22 },
	{ "client close a slack 1s slack 1s", "a word too many: \"slack\"", 5, 25 },
};

static void each_fault_is_told_at_its_word(void **state)
{
	struct file f;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const bool good = read_file(&f, BEFORE, bad[i].line);

		if (good || !complains(&f.c, bad[i].complaint, bad[i].at, bad[i].column))
			fail_msg("%s: \"%s\" at column %d is not told, but \"%s\" at column %d",
				 bad[i].line, bad[i].complaint, bad[i].column,
				 f.c.count ? f.c.list[0].text : "nothing",
				 f.c.count ? f.c.list[0].at.column : 0);
		forget(&f);
	}
}

/** Lines that nothing is wrong with, behind BEFORE */
static const char *const good[] = {
	"server unlisten 8080",
	"server listen second:8081 reuseaddr reuseport backlog 0 v6only noaccept linger2 -1 keepalive 5",
	"server listen 8081 plain\nserver unlisten any:8081",
	"server accept a",
	"client bind s 0 reuseaddr noport ports 40000-40010\nclient set s reuseport\nexpect client s port 40000\nclient close s",
	"client bind s lo:40001 => EADDRINUSE",
	"client bind s 40001 => bind EADDRINUSE",
	"client connect b from second:0 to mapped:8080 noport user_timeout 1.5s",
	"client connect a to 8080 isn server.rcv_nxt+1",
	"client connect b to 8080 isn a.client.snd_nxt-4294967295",
	"client start connect b to lo:8080\nclient await b => ECONNREFUSED",
	"client start read a\nserver send a 100 bytes\nclient await a => 100 bytes",
	"client reconnect a to 8080 => EISCONN",
	"client disconnect a",
	"client send a 67108864 bytes within 10s slack 1s => EPIPE",
	"client send a \"x y\\n\" slack 1s within 10s => send EPIPE",
	"client read a => EOF",
	"client read a => \"\"",
	"client read a => ok",
	"client read a within 1ms => EAGAIN",
	"client shutdown a both",
	"client close a linger 2s",
	"client abort a",
	"client vanish a",
	"client destroy a => ENOENT",
	"client sysctl net.ipv4.ip_local_port_range = 40001 40001 => EINVAL",
	"client sysctl net.ipv4.ip_local_reserved_ports = \"\"",
	"expect server a NONE between 60s and 60s+TICK",
	"mark m\nafter 10ms from m\nexpect server a NONE between 0s and 2s from m",
	"after 0ms",
	"expect server a timer between 59.7s and 60s+TICK",
	"expect server a timer none",
	"expect server a error ok within 2s",
	"expect server a port between 1 and 9",
	"expect server sockets TIME-WAIT between 1 and 2 for 1s",
	"mark m\nexpect server counter TcpExtTWRecycled between +0 and +2 from m within 2s",
	"expect server counter Ip6InReceives +5",
	"expect server sysctl net.ipv4.ip_local_port_range 32768 60999 within 1s",
	"expect wire server>client SYN-ACK of a with seq a.server.snd_nxt+65537 window 0 data \"x\" within 1m",
	"expect wire server>client ANY",
	"expect exchange of a SYN> <SYN-ACK ACK> SYN+FIN> <none within 1s",
	"never wire server>client RST of a for 200ms",
	"never server a NONE for 1s",
	"never server sockets TIME-WAIT 1",
	"repeat 2\nrepeat 3\nafter 1ms\nend\nend",
	"wire drop client>server SYN of b\nclient connect b to 8080",
	"wire drop next 2 client>server ACK of a as last\nwire replay last",
	"wire hold all client>server FIN of a as last\nwire release last",
	"wire duplicate until m client>server FIN of a with seq server.rcv_nxt\nmark m",
	"wire delay client>server 20ms\nwire delay client>server 0ms",
	"wire delay server>client DATA of a 20ms",
	"wire replay first DATA of a",
	"wire replay last DATA of a client>server slack 1s",
	"wire send client>server SYN of a with seq server.rcv_nxt-1 tsval client.ts+10",
	"wire send client>server SYN+FIN of a with seq server.rcv_nxt",
	"wire send client>server ODD of a with flags none",
	"wire send server>client ICMP of a with icmp port-unreachable",
	"wire cut both\nwire mend both",
	"wire rewrite client main as second",
	"wire rewrite client main:40000 as second:50000",
};

static void a_line_without_fault_is_taken(void **state)
{
	struct file f;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		read_file(&f, BEFORE, good[i]);
		if (f.c.count)
			fail_msg("%s: %s", good[i], f.c.list[0].text);
		forget(&f);
	}
}
/* clang-format on */

/** struct taken - A line without fault behind BEFORE, and the last step of its trial */
struct taken {
	struct file f;
	struct trial t;
	const struct step *s;
};

static struct taken *take(const char *line)
{
	struct taken *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	if (!read_file(&w->f, BEFORE, line))
		fail_msg("%s: %s", line, w->f.c.list[0].text);
	parse_trial(&w->f.s, 0, NULL, &w->t);
	w->s = &w->t.step[w->t.steps - 1];
	return w;
}

static struct taken *put_back(struct taken *w)
{
	trial_fini(&w->t);
	forget(&w->f);
	free(w);
	return NULL;
}

#define WITH(line) for (struct taken *w = take(line); w; w = put_back(w))

static void a_host_step_is_typed(void **state)
{
	(void)state;
	WITH("client connect b from second:0 to lo:99 reuseaddr ports 5-9 slack 2s within 3s => bind EADDRINUSE") {
		assert_int_equal(w->s->verb, VERB_CONNECT);
		assert_int_equal(w->s->host, HOST_CLIENT);
		assert_string_equal(w->t.names[w->s->conn].text, "b");
		assert_true(w->s->bound);
		assert_int_equal(w->s->local.spot, SPOT_SECOND);
		assert_int_equal(w->s->local.port, 0);
		assert_int_equal(w->s->remote.spot, SPOT_LO);
		assert_int_equal(w->s->remote.port, 99);
		assert_int_equal(w->s->options.set, 1u << OPTION_REUSEADDR | 1u << OPTION_PORTS);
		assert_int_equal(w->s->options.ports[1], 9);
		assert_int_equal(w->s->slack.ns, 2000000000);
		assert_int_equal(w->s->within.ns, 3000000000);
		assert_int_equal(w->s->want.kind, OUTCOME_ERRNO);
		assert_string_equal(w->s->want.call, "bind");
		assert_int_equal(w->s->want.at.column, 88);
		assert_int_equal(w->s->want.column, -1);
	}
	WITH("server close a") {
		assert_int_equal(w->s->want.kind, OUTCOME_OK);
		assert_int_equal(w->s->linger.ns, -1);
		assert_int_equal(w->s->want.at.column, 8);
		assert_int_equal(w->s->line->number, 5);
	}
	WITH("server read a => \"o\\x00d\"") {
		assert_int_equal(w->s->want.kind, OUTCOME_TEXT);
		assert_int_equal(w->s->want.bytes, 3);
		assert_memory_equal(w->s->want.text, "o\0d", 3);
	}
	WITH("client sysctl net.ipv4.ip_local_port_range = 1 2 => EINVAL") {
		assert_string_equal(w->s->setting.value, "1 2");
		assert_int_equal(w->s->setting.host, HOST_CLIENT);
	}
	WITH("client set a keepalive 7 user_timeout 1.5s") {
		assert_int_equal(w->s->options.keepalive[0], 7);
		assert_int_equal(w->s->options.keepalive[1], 7);
		assert_int_equal(w->s->options.keepalive[2], 3);
		assert_int_equal(w->s->options.user_timeout.ns, 1500000000);
	}
	WITH("client connect a to 8080 isn server.rcv_nxt+9") {
		assert_int_equal(w->s->options.isn.conn, w->s->conn);
		assert_int_equal(w->s->options.isn.host, HOST_SERVER);
		assert_int_equal(w->s->options.isn.field, FIELD_RCV_NXT);
		assert_int_equal(w->s->options.isn.offset, 9);
	}
}

static void an_expectation_is_typed(void **state)
{
	(void)state;
	WITH("expect server a NONE between 59s and 60s+TICK") {
		assert_int_equal(w->s->expect.look, LOOK_STATE);
		assert_int_equal(w->s->expect.state, STATE_NONE);
		assert_int_equal(w->s->expect.bound.kind, BOUND_BETWEEN);
		assert_int_equal(w->s->expect.bound.low.ns, 59000000000);
		assert_true(w->s->expect.bound.high.tick);
		assert_int_equal(w->s->expect.bound.mark, -1);
		assert_int_equal(w->t.least_ns, 59000000000);
	}
	WITH("expect client a timer none") {
		assert_int_equal(w->s->expect.look, LOOK_TIMER);
		assert_int_equal(w->s->expect.low, -1);
		assert_int_equal(w->s->expect.high, -1);
	}
	WITH("expect client a error ?") {
		assert_true(w->s->expect.unknown);
		assert_int_equal(w->s->expect.column, -1);
	}
	WITH("mark m\nexpect client counter TcpExtTW between +1 and +3 from m") {
		assert_int_equal(w->s->expect.low, 1);
		assert_int_equal(w->s->expect.high, 3);
		assert_string_equal(w->t.names[w->s->expect.since].text, "m");
	}
	WITH("expect exchange of a SYN> <SYN+FIN") {
		assert_int_equal(w->s->expect.items, 2);
		assert_int_equal(w->s->expect.item[0].heading, HEADING_TO_SERVER);
		assert_int_equal(w->s->expect.item[0].flags, 0xff);
		assert_int_equal(w->s->expect.item[1].heading, HEADING_TO_CLIENT);
		assert_int_equal(w->s->expect.item[1].kind, SEGMENT_ODD);
		assert_int_equal(w->s->expect.item[1].flags, SEG_SYN | SEG_FIN);
		assert_string_equal(w->t.names[w->s->expect.pattern.conn].text, "a");
		assert_true(w->t.frames);
		assert_false(w->t.wire);
	}
	WITH("expect wire server>client RST+ACK of a with seq client.rcv_nxt-1") {
		assert_int_equal(w->s->expect.pattern.kind, SEGMENT_ODD);
		assert_int_equal(w->s->expect.pattern.flags, SEG_RST | SEG_ACK);
		assert_int_equal(w->s->expect.pattern.parts, 1);
		assert_int_equal(w->s->expect.pattern.part[0].value.conn, -1);
		assert_int_equal(w->s->expect.pattern.part[0].value.offset, -1);
		assert_int_equal(w->s->expect.bound.kind, BOUND_DEFAULT);
	}
}

static void a_wire_command_is_typed(void **state)
{
	(void)state;
	WITH("wire drop next 3 client>server SYN of b\nclient connect b to 8080") {
		const struct step *drop = w->s - 1;

		assert_int_equal(drop->wire.count, 3);
		assert_int_equal(drop->wire.extent, EXTENT_NEXT);
		assert_int_equal(drop->wire.what.conn, w->s->conn);
		assert_true(w->t.wire);
	}
	WITH("wire hold client>server FIN of a as last\nwire release last") {
		assert_int_equal(w->s[-1].wire.held, w->s->wire.held);
		assert_int_equal(w->t.names[w->s->wire.held].kind, NAME_HELD);
	}
	WITH("wire replay last DATA of a server>client") {
		assert_int_equal(w->s->wire.extent, EXTENT_LAST);
		assert_int_equal(w->s->wire.held, -1);
		assert_int_equal(w->s->wire.what.heading, HEADING_TO_CLIENT);
	}
	WITH("wire send server>client ICMP of a with icmp host-unreachable") {
		assert_int_equal(w->s->wire.what.kind, SEGMENT_ICMP);
		assert_string_equal(w->s->wire.what.part[0].text, "host-unreachable");
	}
	WITH("wire cut both")
		assert_int_equal(w->s->wire.what.heading, HEADING_ANY);
	WITH("wire rewrite server main:8080 as second:9") {
		assert_int_equal(w->s->host, HOST_SERVER);
		assert_int_equal(w->s->wire.rewrite[1].spot, SPOT_SECOND);
		assert_int_equal(w->s->wire.rewrite[1].port, 9);
	}
}

static const struct { const char *steps; int64_t least_ms, awake_ms; } times[] = {
	{ "after 10ms",							10, 0 },
	{ "repeat 3\nafter 10ms\nrepeat 2\nafter 1ms\nend\nend",	36, 0 },
	{ "mark m\nafter 10ms\nafter 30ms from m",			30, 0 },
	{ "mark m\nafter 30ms\nafter 10ms from m",			30, 0 },
	{ "mark m\nrepeat 5\nafter 10ms from m\nend",			0, 0 },
	{ "repeat 5\nmark m\nafter 10ms from m\nend",			50, 0 },
	{ "expect server a NONE for 20ms",				20, 20 },
	{ "expect server a NONE for 2s",				2000, 50 },
	{ "never server a NONE for 20ms",				20, 20 },
	{ "never wire client>server SYN for 20ms",			20, 0 },
	{ "repeat 3\nnever server a NONE for 20ms\nend",		60, 60 },
	{ "expect server a NONE between 20ms and 30ms",			20, 20 },
	{ "mark m\nafter 20ms\nexpect server a NONE between 20ms and 30ms from m", 20, 20 },
	{ "expect server a NONE within 20ms",				0, 0 },
	{ "client connect b to 8080 within 20ms => EINPROGRESS",	20, 0 },
	{ "client connect b to 8080 within 20ms => ECONNREFUSED",	0, 0 },
	{ "client close a linger 1s within 20ms => EINPROGRESS",	20, 0 },
	{ "client start connect b to 8080 within 1s\nclient await b within 20ms => EINPROGRESS", 20, 0 },
	{ "repeat 3\nclient reconnect a to 8080 within 20ms => EINPROGRESS\nend", 60, 0 },
	{ "client read a within 20ms => EAGAIN",			20, 0 },
	{ "client read a within 20ms => EOF",				0, 0 },
	{ "client start read a within 1s\nclient await a within 20ms => EAGAIN", 20, 0 },
	{ "server accept a within 20ms => EAGAIN",			20, 0 },
	{ "client connect b to 8080 within 20ms => EAGAIN",		0, 0 },
	{ "client send a \"x\" within 20ms => EINPROGRESS",		0, 0 },
	{ "repeat 100000\nafter 60m\nafter 60m\nend",			720000000000, 0 },
};

static void the_least_time_is_known_and_how_much_of_it_passes_awake(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		WITH(times[i].steps) {
			if (w->t.least_ns != times[i].least_ms * 1000000 ||
			    w->t.awake_ns != times[i].awake_ms * 1000000)
				fail_msg("%s: %lld ns, %lld of them awake", times[i].steps,
					 (long long)w->t.least_ns, (long long)w->t.awake_ns);
		}
}

static void steps_are_counted_and_what_they_may_wait(void **state)
{
	int64_t before = 0;

	(void)state;
	WITH("mark m")
		before = w->t.acts - 1;
	WITH("repeat 3\nclient send a \"x\"\nrepeat 2\nserver send a \"x\"\nend\nend")
		assert_int_equal(w->t.acts - before, 3 + 6);
	WITH("repeat 3\nexpect server a NONE within 2s\nend\nclient send a \"x\" within 1s")
		assert_int_equal(w->t.patience_ns, 2000000000);
	WITH("client set a user_timeout 3s\nclient set a keepalive 2\nclient close a linger 1s")
		assert_int_equal(w->t.timer_ns, 8000000000);
	WITH("client close a linger 4s")
		assert_int_equal(w->t.timer_ns, 4000000000);
	WITH("client set a user_timeout 3s")
		assert_int_equal(w->t.timer_ns, 3000000000);
	WITH("expect server a NONE")
		assert_true(w->t.looks);
	WITH("mark m")
		assert_false(w->t.looks);
}

static void all_faults_of_a_line_and_of_a_file_are_told_at_once(void **state)
{
	struct file f;

	(void)state;
	read_file(&f, BEFORE, "expect server b TIME-WIAT within 5\nclient clsoe a");
	assert_int_equal(f.c.errors, 4);
	forget(&f);
}

static void a_line_that_cannot_be_read_still_gives_its_name(void **state)
{
	struct file f;

	(void)state;
	read_file(&f, BEFORE, "client connect b to nowhere:8080\nmark m 5\nclient close b\nafter 1s from m");
	assert_int_equal(f.c.errors, 2);
	forget(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_fault_is_told_at_its_word),
		cmocka_unit_test(a_line_without_fault_is_taken),
		cmocka_unit_test(a_host_step_is_typed),
		cmocka_unit_test(an_expectation_is_typed),
		cmocka_unit_test(a_wire_command_is_typed),
		cmocka_unit_test(the_least_time_is_known_and_how_much_of_it_passes_awake),
		cmocka_unit_test(steps_are_counted_and_what_they_may_wait),
		cmocka_unit_test(all_faults_of_a_line_and_of_a_file_are_told_at_once),
		cmocka_unit_test(a_line_that_cannot_be_read_still_gives_its_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
