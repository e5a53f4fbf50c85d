// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/words.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define COVERS(array, count) \
	_Static_assert(COUNT(array) == (count), "a word lacks its row in " #array)

const char *const host_name[HOST_COUNT] = {
	[HOST_CLIENT] = "client",
	[HOST_SERVER] = "server",
};

const struct word_info header_info[] = {
	[HEADER_LASTACK] = { "lastack", "lastack 1",
		"the version of the language; only on the first line" },
	[HEADER_TITLE]	= { "title", "title SENTENCE",
		"the behaviour, in one sentence; needed" },
	[HEADER_ABOUT]	= { "about", "about TEXT",
		"why it matters, and to whom; may be repeated" },
	[HEADER_REF]	= { "ref", "ref CLAUSE",
		"the clause it stands on, such as RFC 9293 3.6.1; may be repeated" },
	[HEADER_FAMILY]	= { "family", "family ipv4|ipv6|both",
		"the address family; both, which is the default, makes an axis named family" },
	[HEADER_LINK]	= { "link", "link [pair|loopback] [mtu N] [delay D]",
		"two hosts joined by a veth pair (the default), or one host and its loopback" },
	[HEADER_SYSCTL]	= { "sysctl", "sysctl [client|server] KEY = VALUE",
		"a per-namespace setting, written before the steps; on both hosts unless one is named" },
	[HEADER_VARY]	= { "vary", "vary NAME VALUE VALUE ...",
		"an axis: one trial for each value, which $NAME stands for" },
	[HEADER_NEEDS]	= { "needs", "needs WHAT",
		"what the kernel must have; where it has not, the trial is skipped" },
	[HEADER_TODO]	= { "todo", "todo REASON",
		"why the trials are known to fail; one that passes after all is reported" },
	[HEADER_TIMEOUT] = { "timeout", "timeout D",
		"how long one trial may take" },
};
COVERS(header_info, HEADER_COUNT);

const struct verb_info verb_info[] = {
	[VERB_LISTEN]	= { "listen", ACTOR_HOST, true,
		"HOST listen [SPOT:]PORT [OPTION ...]",
		"socket(2), bind(2), listen(2); each connection is accepted and named after its connect" },
	[VERB_UNLISTEN]	= { "unlisten", ACTOR_HOST, true,
		"HOST unlisten PORT",
		"close(2) of the listener" },
	[VERB_ACCEPT]	= { "accept", ACTOR_HOST, true,
		"HOST accept NAME",
		"accept(2) on a noaccept listener, of the connection that connect NAME made" },
	[VERB_BIND]	= { "bind", ACTOR_HOST, true,
		"HOST bind NAME [SPOT:]PORT [OPTION ...]",
		"socket(2), bind(2); the socket stays until it is closed; port 0: the kernel chooses" },
	[VERB_CONNECT]	= { "connect", ACTOR_HOST, true,
		"HOST [start] connect NAME [from [SPOT:]PORT] to [SPOT:]PORT [OPTION ...]",
		"socket(2), bind(2) where from is said, connect(2)" },
	[VERB_RECONNECT] = { "reconnect", ACTOR_HOST, true,
		"HOST reconnect NAME to [SPOT:]PORT",
		"connect(2) once more, on the same descriptor" },
	[VERB_DISCONNECT] = { "disconnect", ACTOR_HOST, true,
		"HOST disconnect NAME",
		"connect(2) with AF_UNSPEC" },
	[VERB_SEND]	= { "send", ACTOR_HOST, true,
		"HOST [start] send NAME \"TEXT\" | N bytes",
		"send(2) until all of it is taken" },
	[VERB_READ]	= { "read", ACTOR_HOST, true,
		"HOST [start] read NAME => EOF | ERRNO | \"TEXT\" | N bytes | ok",
		"recv(2), as many bytes as the result has; ok takes any; the result must be said" },
	[VERB_SHUTDOWN]	= { "shutdown", ACTOR_HOST, true,
		"HOST shutdown NAME write|read|both",
		"shutdown(2); write sends FIN" },
	[VERB_CLOSE]	= { "close", ACTOR_HOST, true,
		"HOST [start] close NAME [linger D]",
		"close(2); sends FIN, or RST where data was left unread" },
	[VERB_ABORT]	= { "abort", ACTOR_HOST, true,
		"HOST abort NAME",
		"close(2) with SO_LINGER 0; sends RST" },
	[VERB_VANISH]	= { "vanish", ACTOR_HOST, false,
		"HOST vanish NAME",
		"the socket is gone without a segment, as after a crash" },
	[VERB_DESTROY]	= { "destroy", ACTOR_HOST, true,
		"HOST destroy NAME",
		"SOCK_DESTROY by sock_diag, as ss -K does" },
	[VERB_SET]	= { "set", ACTOR_HOST, true,
		"HOST set NAME OPTION ...",
		"setsockopt(2) on an open socket" },
	[VERB_AWAIT]	= { "await", ACTOR_HOST, true,
		"HOST await NAME => RESULT",
		"waits for the call on NAME that was begun with start, or for the program's end" },
	[VERB_SYSCTL]	= { "sysctl", ACTOR_HOST, true,
		"HOST sysctl KEY = VALUE",
		"a setting changed in mid-course" },
	[VERB_RUN]	= { "run", ACTOR_HOST, true,
		"HOST run \"COMMAND\" | HOST start run NAME \"COMMAND\"",
		"a program on the host, by sh -c, and its end waited for, 10s where nothing is said; "
		"with start it goes on. Only with --allow-run" },
	[VERB_STOP]	= { "stop", ACTOR_HOST, true,
		"HOST stop NAME [SIGNAL]",
		"SIGTERM, or another, to a program that was started, and its end waited for" },
	[VERB_ADOPT]	= { "adopt", ACTOR_HOST, false,
		"HOST adopt NAME to PORT",
		"the next connection that a program of the host makes to that port is called NAME" },
	[VERB_EXPECT]	= { "expect", ACTOR_SELF, false,
		"expect LOOK [BOUND]",
		"looks from now on, and must find it so" },
	[VERB_NEVER]	= { "never", ACTOR_SELF, false,
		"never LOOK for D",
		"looks from now on, and must not find it so" },
	[VERB_AFTER]	= { "after", ACTOR_SELF, false,
		"after D [from MARK]",
		"when the next step is due: D after the end of the step before, or after MARK" },
	[VERB_MARK]	= { "mark", ACTOR_SELF, false,
		"mark NAME",
		"a moment with a name; counters can count from it" },
	[VERB_REPEAT]	= { "repeat", ACTOR_SELF, false,
		"repeat N",
		"the steps up to its end, N times" },
	[VERB_END]	= { "end", ACTOR_SELF, false,
		"end",
		"ends the innermost repeat" },
	[VERB_WIRE_DROP] = { "drop", ACTOR_WIRE, false,
		"wire drop [EXTENT] SEGMENT",
		"segments that are to come get lost" },
	[VERB_WIRE_HOLD] = { "hold", ACTOR_WIRE, false,
		"wire hold [EXTENT] SEGMENT as NAME",
		"segments that are to come wait on the wire until they are released" },
	[VERB_WIRE_RELEASE] = { "release", ACTOR_WIRE, false,
		"wire release NAME",
		"what was held arrives now; waits until something is held" },
	[VERB_WIRE_DELAY] = { "delay", ACTOR_WIRE, false,
		"wire delay HEADING [KIND [of CONN]] D",
		"segments that are to come take longer; 0ms ends it" },
	[VERB_WIRE_DUPLICATE] = { "duplicate", ACTOR_WIRE, false,
		"wire duplicate [EXTENT] SEGMENT [as NAME]",
		"segments that are to come arrive twice" },
	[VERB_WIRE_REPLAY] = { "replay", ACTOR_WIRE, false,
		"wire replay first|last KIND of CONN [HEADING] | wire replay NAME",
		"a segment that was on the wire before arrives again" },
	[VERB_WIRE_SEND] = { "send", ACTOR_WIRE, false,
		"wire send HEADING KIND of CONN [with PART VALUE ...]",
		"a segment that no host sent arrives" },
	[VERB_WIRE_CUT]	= { "cut", ACTOR_WIRE, false,
		"wire cut HEADING|both",
		"nothing arrives any more, whether or not anything comes" },
	[VERB_WIRE_MEND] = { "mend", ACTOR_WIRE, false,
		"wire mend HEADING|both",
		"ends a cut; what was sent meanwhile is lost" },
	[VERB_WIRE_REWRITE] = { "rewrite", ACTOR_WIRE, false,
		"wire rewrite HOST main|second[:PORT] as main|second[:PORT]",
		"from now on the wire translates the host's address, as a NAT does" },
};
COVERS(verb_info, VERB_COUNT);

const struct option_info option_info[] = {
	[OPTION_REUSEADDR] = { "reuseaddr", OPTION_ARG_NONE,
		ON_LISTEN | ON_BIND | ON_CONNECT | ON_SET, "reuseaddr", "SO_REUSEADDR" },
	[OPTION_REUSEPORT] = { "reuseport", OPTION_ARG_NONE,
		ON_LISTEN | ON_BIND | ON_CONNECT | ON_SET, "reuseport", "SO_REUSEPORT" },
	[OPTION_NOPORT]	= { "noport", OPTION_ARG_NONE,
		ON_BIND | ON_CONNECT, "noport",
		"IP_BIND_ADDRESS_NO_PORT: bind(2) takes an address and leaves the port to connect(2)" },
	[OPTION_V6ONLY]	= { "v6only", OPTION_ARG_NONE,
		ON_LISTEN | ON_BIND | ON_CONNECT, "v6only", "IPV6_V6ONLY" },
	[OPTION_BACKLOG] = { "backlog", OPTION_ARG_NUMBER,
		ON_LISTEN, "backlog N", "listen(2)'s second argument" },
	[OPTION_NOACCEPT] = { "noaccept", OPTION_ARG_NONE,
		ON_LISTEN, "noaccept", "connections wait in the queue until an accept step" },
	[OPTION_LINGER2] = { "linger2", OPTION_ARG_NUMBER,
		ON_LISTEN | ON_BIND | ON_CONNECT | ON_SET, "linger2 N",
		"TCP_LINGER2: seconds an orphan stays in FIN-WAIT-2; below 0: not at all" },
	[OPTION_USER_TIMEOUT] = { "user_timeout", OPTION_ARG_SPAN,
		ON_LISTEN | ON_BIND | ON_CONNECT | ON_SET, "user_timeout D",
		"TCP_USER_TIMEOUT: how long sent data may stay unacknowledged" },
	[OPTION_KEEPALIVE] = { "keepalive", OPTION_ARG_NUMBER,
		ON_LISTEN | ON_BIND | ON_CONNECT | ON_SET, "keepalive N",
		"SO_KEEPALIVE: first probe after N idle seconds, 3 probes N seconds apart" },
	[OPTION_PORTS]	= { "ports", OPTION_ARG_RANGE,
		ON_BIND | ON_CONNECT, "ports LOW-HIGH",
		"IP_LOCAL_PORT_RANGE: where the kernel may choose a port" },
	[OPTION_ISN]	= { "isn", OPTION_ARG_EXPR,
		ON_CONNECT, "isn VALUE",
		"the initial sequence number, by TCP_REPAIR" },
	[OPTION_CLOCK]	= { "clock", OPTION_ARG_NUMBER,
		ON_SET, "clock N|-N",
		"the timestamp clock of a connection jumps by that many ticks (TCP_REPAIR, TCP_TIMESTAMP)" },
	[OPTION_PLAIN]	= { "plain", OPTION_ARG_NONE,
		ON_LISTEN | ON_BIND | ON_CONNECT | ON_SET, "plain",
		"nothing at all; a value for an axis of options" },
};
COVERS(option_info, OPTION_COUNT);

const struct word_info spot_info[] = {
	[SPOT_ANY]	= { "any", "any:PORT", "the wildcard address; the default of listen, bind and from" },
	[SPOT_MAIN]	= { "main", "main:PORT", "the host's address on the link; the default of to" },
	[SPOT_SECOND]	= { "second", "second:PORT", "the host's second address on the link" },
	[SPOT_LO]	= { "lo", "lo:PORT", "the host's own loopback address" },
	[SPOT_MAPPED]	= { "mapped", "mapped:PORT",
		"the IPv4 address on the link as an IPv4-mapped one, in an AF_INET6 socket" },
};
COVERS(spot_info, SPOT_COUNT);

const struct word_info look_info[] = {
	[LOOK_STATE]	= { "state", "HOST NAME STATE",
		"the state of one end of a connection" },
	[LOOK_TIMER]	= { "timer", "HOST NAME timer between A and B | none",
		"how long its timer still runs, as sock_diag tells" },
	[LOOK_ERROR]	= { "error", "HOST NAME error ERRNO | ok",
		"SO_ERROR, which reading clears" },
	[LOOK_PORT]	= { "port", "HOST NAME port N",
		"the local port, by getsockname(2)" },
	[LOOK_SOCKETS]	= { "sockets", "HOST sockets STATE N | between N and M [on PORT | to PORT]",
		"how many sockets of the host are in a state; on: with that port as their own, to: as the other end's" },
	[LOOK_COUNTER]	= { "counter", "HOST counter NAME +N | between +N and +M [from MARK]",
		"a counter, named as nstat prints it; counts from the first step or a mark, and must still be so at the trial's end" },
	[LOOK_SYSCTL]	= { "sysctl", "HOST sysctl KEY VALUE",
		"what a setting reads as" },
	[LOOK_WIRE]	= { "wire", "wire SEGMENT [from MARK]",
		"a segment crosses the wire after the end of the step before, or after a mark was set" },
	[LOOK_EXCHANGE]	= { "exchange", "exchange of CONN KIND> <KIND ...",
		"the exact order of the segments, KIND> from client to server and <KIND back, since its connect or the last mark, exchange or wire command that matched (of all: once)" },
};
COVERS(look_info, LOOK_COUNT);

const struct word_info field_info[] = {
	[FIELD_SND_NXT]	= { "snd_nxt", "HOST.snd_nxt", "the next sequence number the host will send" },
	[FIELD_SND_UNA]	= { "snd_una", "HOST.snd_una", "the oldest it sent that is not acknowledged" },
	[FIELD_RCV_NXT]	= { "rcv_nxt", "HOST.rcv_nxt", "the next sequence number it expects" },
	[FIELD_ISN]	= { "isn", "HOST.isn", "its initial sequence number" },
	[FIELD_WINDOW]	= { "window", "HOST.window", "the window it announced last, in bytes" },
	[FIELD_TS]	= { "ts", "HOST.ts", "the timestamp value (TSval) it sent last" },
	[FIELD_TS_RECENT] = { "ts_recent", "HOST.ts_recent", "the timestamp it will echo (TS.Recent)" },
};
COVERS(field_info, FIELD_COUNT);

const struct word_info part_info[] = {
	[PART_SEQ]	= { "seq", "seq VALUE", "the sequence number" },
	[PART_ACK]	= { "ack", "ack VALUE", "the acknowledgment number" },
	[PART_WINDOW]	= { "window", "window VALUE", "the window as in the header, not scaled" },
	[PART_TSVAL]	= { "tsval", "tsval VALUE", "TSval of the timestamps option" },
	[PART_TSECR]	= { "tsecr", "tsecr VALUE", "TSecr of the timestamps option" },
	[PART_DATA]	= { "data", "data \"TEXT\"", "the text it carries" },
	[PART_FLAGS]	= { "flags", "flags FLAG+FLAG", "the flags, all of them: FIN SYN RST PSH ACK URG ECE CWR, or none" },
	[PART_ICMP]	= { "icmp", "icmp TYPE", "the type of an ICMP error that quotes the segment" },
};
COVERS(part_info, PART_COUNT);

const struct word_info need_info[] = {
	[NEED_KERNEL]	= { "kernel", "kernel >= 6.14 | kernel < 6.14", "a version" },
	[NEED_SYSCTL]	= { "sysctl", "sysctl KEY", "a setting of this name in a fresh namespace" },
	[NEED_COUNTER]	= { "counter", "counter NAME", "a counter of this name" },
	[NEED_OPTION]	= { "option", "option NAME", "a socket option: SO_..., TCP_..., IP_..., IPV6_..." },
	[NEED_DESTROY]	= { "destroy", "destroy", "SOCK_DESTROY (CONFIG_INET_DIAG_DESTROY)" },
	[NEED_REPAIR]	= { "repair", "repair", "TCP_REPAIR, and the right to use it" },
	[NEED_PROGRAM]	= { "program", "program NAME", "a program of this name in the PATH, or where daemons are" },
};
COVERS(need_info, NEED_COUNT);

const struct word_info kind_info[] = {
	[SEGMENT_ANY]	= { "ANY", "ANY", "every segment" },
	[SEGMENT_SYN]	= { "SYN", "SYN", "SYN alone" },
	[SEGMENT_SYN_ACK] = { "SYN-ACK", "SYN-ACK", "SYN and ACK" },
	[SEGMENT_ACK]	= { "ACK", "ACK", "a bare ACK" },
	[SEGMENT_DATA]	= { "DATA", "DATA", "ACK with text" },
	[SEGMENT_FIN]	= { "FIN", "FIN", "FIN and ACK, with or without text" },
	[SEGMENT_RST]	= { "RST", "RST", "RST, with or without ACK" },
	[SEGMENT_ODD]	= { "ODD", "ODD | FLAG+FLAG | none", "any other mix; written out, exactly that one: SYN+FIN" },
	[SEGMENT_ICMP]	= { "ICMP", "ICMP", "an ICMP error that quotes a segment" },
};
COVERS(kind_info, SEGMENT_KIND_COUNT);

/* ----------------------------------------- words with no table of their own */

const struct word_info call_info[] = {
	{ "start", "start", "begin the call and go on; an await step takes its result, if no step cut it short" },
	{ "within", "within D", "how long the call may take; 5s where nothing is said" },
	{ "slack", "slack S", "how late the step may begin and still be judged; 20ms where nothing is said" },
	{ "=>", "=> RESULT", "what must come of it: ok (the default), ERRNO from any of its calls, or CALL ERRNO" },
	{ "exit", "=> exit N | signal SIGNAL | \"TEXT\"",
	  "RESULT of a program: how it ended, or what it wrote to standard output before it ended well; ok is exit 0" },
	{ .name = NULL },
};

const struct word_info bound_info[] = {
	{ "within", "within D", "waits that long for it to become true; 1s where nothing is said" },
	{ "for", "for D", "must stay so that long" },
	{ "between", "between A and B [from MARK]", "must become so in that time, counted from when the state was entered, or from MARK" },
	{ .name = NULL },
};

const struct word_info wire_info[] = {
	{ "next", "next N", "EXTENT: the next N that match; the next one where nothing is said" },
	{ "all", "all", "EXTENT: all that match" },
	{ "until", "until MARK", "EXTENT: all that match before the mark" },
	{ "of", "HEADING KIND [of CONN] [with PART VALUE ...]", "SEGMENT: which ones are meant" },
	{ "client>server", "client>server | server>client", "HEADING: which way it runs" },
	{ .name = NULL },
};

const struct word_info value_info[] = {
	{ "PORT", "8080", "PORT: 0 to 65535" },
	{ "D", "500us, 20ms, 1.5s, 2m", "D: a duration always has a unit, ns us ms s m; at most 60m" },
	{ "TICK", "60s+TICK", "D, and the step of the kernel's timer wheel at that distance" },
	{ "TEXT", "\"TEXT\"", "TEXT in quotes may hold \\\" \\\\ \\n \\r \\t \\xHH" },
	{ "VALUE", "[CONN.]HOST.FIELD[+N|-N]", "VALUE: a number of a segment, relative to what the hosts know" },
	{ "$", "$NAME", "the value of an axis or an outcome column" },
	{ "COMMAND", "\"COMMAND\"", "for /bin/sh, which finds in its environment the axes and columns by their names, "
	  "CLIENT and SERVER (addresses as a URL has them), CLIENT_IP and SERVER_IP, FAMILY, FILES (the case's folder), "
	  "PATH, HOME and TMPDIR (the trial's own), and nothing else" },
	{ "?", "?", "not known yet: a run that observes fills it in" },
	{ .name = NULL },
};

const struct word_info table_info[] = {
	{ "outcome", "outcome KEY ... | NAME ...", "the last part of a file: what differs between its trials; the first row that matches holds" },
	{ "axis", "AXIS", "KEY: an axis; cells are its values" },
	{ "kernel", "kernel", "KEY: the version; cells >=6.14, <6.14" },
	{ "has", "has NAME", "KEY: a sysctl, counter, socket option, destroy or repair; cells yes, no" },
	{ .name = NULL },
};

/** Words that join others, or stand for a value, and so cannot be names either */
static const char *const small_words[] = {
	"outcome", "kernel", "has", "start", "slack", "within", "for", "between", "from", "to",
	"and", "until", "as", "of", "with", "next", "all", "bytes", "linger", "write", "read",
	"both", "none", "ok", "EOF", "TICK", "wire", "client", "server", "client>server",
	"server>client", "ipv4", "ipv6", "pair", "loopback", "mtu", "delay", "yes", "no", "on",
	"exit", "signal",
	NULL
};

/* ----------------------------------------------------------------- states */

static const char *const states[STATE_MOST + 1] = {
	[STATE_NONE]		= "NONE",
	[TCP_ESTABLISHED]	= "ESTABLISHED",
	[TCP_SYN_SENT]		= "SYN-SENT",
	[TCP_SYN_RECV]		= "SYN-RECEIVED",
	[TCP_FIN_WAIT1]		= "FIN-WAIT-1",
	[TCP_FIN_WAIT2]		= "FIN-WAIT-2",
	[TCP_TIME_WAIT]		= "TIME-WAIT",
	[TCP_CLOSE]		= "CLOSED",
	[TCP_CLOSE_WAIT]	= "CLOSE-WAIT",
	[TCP_LAST_ACK]		= "LAST-ACK",
	[TCP_LISTEN]		= "LISTEN",
	[TCP_CLOSING]		= "CLOSING",
	[STATE_MOST]		= "SYN-RECEIVED",	/* TCP_NEW_SYN_RECV, which only the kernel tells apart */
};

static bool is_word(const char *name, const char *s, size_t len)
{
	return len && name[0] == s[0] && strlen(name) == len && !memcmp(name, s, len);
}

const char *state_name(int state)
{
	return state >= 0 && state <= STATE_MOST ? states[state] : NULL;
}

int state_number(const char *s, size_t len)
{
	for (int i = 0; i <= STATE_MOST; i++)
		if (is_word(states[i], s, len))
			return i;
	return -1;
}

const char *state_nearest(const char *s, size_t len)
{
	const char *among[COUNT(states) + 1] = { NULL };

	memcpy(among, states, sizeof(states));
	return words_nearest(s, len, among);
}

/* ----------------------------------------------------------------- errnos */

#define E(code, help) { code, #code, help }
static const struct errno_info errnos[] = {
	E(EADDRINUSE,	"the address and port are taken"),
	E(EADDRNOTAVAIL, "no such address here, or no port left for the connection"),
	E(EAFNOSUPPORT,	"the address is of another family"),
	E(EAGAIN,	"nothing there yet"),
	E(EALREADY,	"a connect(2) is on its way"),
	E(EBADF,	"no such descriptor"),
	E(ECONNABORTED,	"the connection ended before it was accepted, or SOCK_DESTROY ended it"),
	E(ECONNREFUSED,	"RST in answer to the SYN"),
	E(ECONNRESET,	"RST on a connection"),
	E(EDESTADDRREQ,	"no address to connect to"),
	E(EHOSTDOWN,	"the host is down"),
	E(EHOSTUNREACH,	"no route to the host, or nobody answers for it there"),
	E(EINPROGRESS,	"connect(2) or close(2) is not done yet"),
	E(EINVAL,	"not possible in this state, or a bad argument"),
	E(EISCONN,	"connected already"),
	E(EMSGSIZE,	"larger than fits"),
	E(ENETDOWN,	"the link is down"),
	E(ENETRESET,	"the network dropped the connection"),
	E(ENETUNREACH,	"no route to the network"),
	E(ENOBUFS,	"no room in a buffer"),
	E(ENOENT,	"no such socket or name"),
	E(ENOMEM,	"no memory"),
	E(ENOPROTOOPT,	"the kernel does not know the option"),
	E(ENOTCONN,	"not connected"),
	E(ENOTSOCK,	"the descriptor is no socket"),
	E(EOPNOTSUPP,	"not supported by this kind of socket"),
	E(EPIPE,	"sent after the sending side was shut down"),
	E(EPROTO,	"a protocol error"),
	E(EPROTONOSUPPORT, "the protocol is not supported"),
	E(EPROTOTYPE,	"the wrong protocol for this kind of socket"),
	E(ESOCKTNOSUPPORT, "the kind of socket is not supported"),
	E(ETIMEDOUT,	"nobody answered in time"),
	E(EACCES,	"not allowed, for this address or port"),
	E(EBUSY,	"in use"),
	E(EDOM,		"a value out of its domain"),
	E(EEXIST,	"there already"),
	E(EFAULT,	"a bad pointer"),
	E(EINTR,	"a signal came first"),
	E(EIO,		"an input or output error"),
	E(EMFILE,	"too many descriptors in the process"),
	E(ENFILE,	"too many files in the system"),
	E(ENODEV,	"no such device"),
	E(ENOMSG,	"no message of this kind"),
	E(ENOSPC,	"no space left"),
	E(ENOSYS,	"no such system call"),
	E(ENXIO,	"no such device or address"),
	E(EPERM,	"not permitted"),
	E(ERANGE,	"a value out of range"),
	E(ESRCH,	"no such process"),
#ifdef ENOKEY
	E(ENOKEY,	"a key is missing"),
#endif
#ifdef EKEYREJECTED
	E(EKEYREJECTED,	"a key was refused"),
#endif
#ifdef ENONET
	E(ENONET,	"not on the network"),
#endif
#ifdef ENOLINK
	E(ENOLINK,	"the link was severed"),
#endif
#ifdef EREMOTEIO
	E(EREMOTEIO,	"a remote input or output error"),
#endif
#ifdef EBADMSG
	E(EBADMSG,	"a message that contradicts itself"),
#endif
#ifdef ECANCELED
	E(ECANCELED,	"the operation was cancelled"),
#endif
#ifdef EOVERFLOW
	E(EOVERFLOW,	"too large for the type"),
#endif
#ifdef ESHUTDOWN
	E(ESHUTDOWN,	"the socket was shut down"),
#endif
	/* second names of a number that has one: read, never printed */
	E(EWOULDBLOCK,	"EAGAIN"),
	E(ENOTSUP,	"EOPNOTSUPP"),
};
#undef E

const char *errno_word(int code)
{
	for (size_t i = 0; i < COUNT(errnos); i++)
		if (errnos[i].code == code)
			return errnos[i].name;
	return NULL;
}

const struct errno_info *errno_row(size_t i)
{
	return i < COUNT(errnos) ? &errnos[i] : NULL;
}

int errno_number(const char *s, size_t len)
{
	for (size_t i = 0; i < COUNT(errnos); i++)
		if (is_word(errnos[i].name, s, len))
			return errnos[i].code;
	return 0;
}

const char *errno_nearest(const char *s, size_t len)
{
	const char *among[COUNT(errnos) + 1] = { NULL };

	for (size_t i = 0; i < COUNT(errnos); i++)
		among[i] = errnos[i].name;
	return words_nearest(s, len, among);
}

/* ---------------------------------------------------------------- reserved */

static bool in_infos(const struct word_info *info, size_t count, const char *s, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (is_word(info[i].name, s, len))
			return true;
	return false;
}

const char *words_small(size_t i)
{
	return i < COUNT(small_words) ? small_words[i] : NULL;
}

bool words_reserved(const char *s, size_t len)
{
	for (size_t i = 0; small_words[i]; i++)
		if (is_word(small_words[i], s, len))
			return true;
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (is_word(verb_info[i].name, s, len))
			return true;
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (is_word(option_info[i].name, s, len))
			return true;
	return in_infos(header_info, HEADER_COUNT, s, len) ||
	       in_infos(spot_info, SPOT_COUNT, s, len) ||
	       in_infos(look_info, LOOK_COUNT, s, len) ||
	       in_infos(field_info, FIELD_COUNT, s, len) ||
	       in_infos(part_info, PART_COUNT, s, len) ||
	       in_infos(need_info, NEED_COUNT, s, len) ||
	       in_infos(kind_info, SEGMENT_KIND_COUNT, s, len) ||
	       state_number(s, len) >= 0 || errno_number(s, len);
}
