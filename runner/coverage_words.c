// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/coverage_words.h"

#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *const covered_state_name[] = {
	[COVERED_ESTABLISHED] = "ESTABLISHED", [COVERED_FIN_WAIT_1] = "FIN-WAIT-1",
	[COVERED_FIN_WAIT_2] = "FIN-WAIT-2", [COVERED_FIN_WAIT_2_CLOSED] = "FIN-WAIT-2, closed",
	[COVERED_CLOSING] = "CLOSING", [COVERED_CLOSE_WAIT] = "CLOSE-WAIT",
	[COVERED_LAST_ACK] = "LAST-ACK", [COVERED_TIME_WAIT] = "TIME-WAIT",
	[COVERED_SYN_SENT] = "SYN-SENT", [COVERED_SYN_RECEIVED] = "SYN-RECEIVED",
	[COVERED_LISTEN] = "LISTEN", [COVERED_NONE] = "NONE",
};
_Static_assert(COUNT(covered_state_name) == COVERED_STATES, "a state lacks its name");

#define SYN_ROW(number, text)									\
	[COVERED_SYN + number * SYN_AGES + SYN_NEWER] = "SYN, number " text ", timestamp newer",	\
	[COVERED_SYN + number * SYN_AGES + SYN_SAME] = "SYN, number " text ", timestamp equal",	\
	[COVERED_SYN + number * SYN_AGES + SYN_OLDER] = "SYN, number " text ", timestamp older",	\
	[COVERED_SYN + number * SYN_AGES + SYN_WITHOUT] = "SYN, number " text ", no timestamp",	\
	[COVERED_SYN + number * SYN_AGES + SYN_FIRST] = "SYN, number " text ", timestamp, none before"

const char *const covered_event_name[] = {
	SYN_ROW(SYN_HIGHER, "higher"),
	SYN_ROW(SYN_EQUAL, "equal"),
	SYN_ROW(SYN_LOWER, "lower"),
	[COVERED_SYN_AGAIN] = "SYN, the old one again",
	[COVERED_SYN_ANY] = "SYN, nothing to compare it with",
	[COVERED_SYN_ACK] = "SYN-ACK",
	[COVERED_ACK_EXACT] = "ACK, exact", [COVERED_ACK_OTHER] = "ACK, other numbers",
	[COVERED_DATA_IN] = "data, in the window", [COVERED_DATA_OLD] = "data, old",
	[COVERED_DATA_BEYOND] = "data, beyond the window",
	[COVERED_FIN] = "FIN", [COVERED_FIN_AGAIN] = "FIN, again",
	[COVERED_FIN_OTHER] = "FIN, other numbers",
	[COVERED_RST_EXACT] = "RST, exact", [COVERED_RST_OTHER] = "RST, other numbers",
	[COVERED_OLD] = "ACK, data or FIN, timestamp older", [COVERED_OLD_RST] = "RST, timestamp older",
	[COVERED_SYN_FIN] = "SYN+FIN", [COVERED_SYN_RST] = "SYN+RST",
	[COVERED_NO_FLAGS] = "no flags", [COVERED_ODD] = "other flags",
	[COVERED_ICMP] = "ICMP error",
	[COVERED_TIMER_AGAIN] = "timer: send again", [COVERED_TIMER_END] = "timer: the end",
	[COVERED_CONNECT] = "connect() here", [COVERED_BIND] = "bind(), listen() here",
	[COVERED_UNLISTEN] = "the listener closes",
	[COVERED_SHUTDOWN] = "shutdown()", [COVERED_CLOSE] = "close()",
	[COVERED_CLOSE_UNREAD] = "close(), data unread", [COVERED_ABORT] = "abort (linger 0)",
	[COVERED_DESTROY] = "SOCK_DESTROY", [COVERED_VANISH] = "crash of the host",
	[COVERED_NAMESPACE] = "end of the namespace",
};
_Static_assert(COUNT(covered_event_name) == COVERED_EVENTS, "an event lacks its name");

/* ---------------------------------------------------------------- absences */

enum why {
	WHY_COMPARED, WHY_NOTHING_KNOWN, WHY_VALIDATED, WHY_REQUEST, WHY_OLD_ONE, WHY_RECORD,
	WHY_ALL_ACKED, WHY_IS_IN, WHY_NONE_BEFORE, WHY_BEHIND, WHY_ACK_ALONE, WHY_NO_CONNECTION,
	WHY_NO_TIMER, WHY_DATA_ONLY, WHY_NO_PAIR, WHY_REAL_PAIR, WHY_REAL_PORT, WHY_OWN_LIFE,
	WHY_NO_DESCRIPTOR, WHY_NOTHING_TO_SEND, WHY_NO_DATA, WHY_CRASHED, WHY_NAMESPACE, WHY_FLAGS,
	WHY_SOFT, WHY_NO_CASE,
	WHYS
};

static const struct absence whys[] = {
	[WHY_COMPARED] = { "There is always something to compare it with.", false },
	[WHY_NOTHING_KNOWN] = { "Nothing is known to compare it with: counted in the row for any.", false },
	[WHY_VALIDATED] = { "Checked before the state is looked at, so as in the states that show it: "
			    "any SYN draws a challenge ACK, a RST must be exact, an old timestamp "
			    "draws an ACK.", false },
	[WHY_REQUEST] = { "A SYN is weighed by the window alone, and an old timestamp as with other "
			  "segments.", false },
	[WHY_OLD_ONE] = { "It has a lower number and an equal or older timestamp: as those rows.", false },
	[WHY_RECORD] = { "Only an older timestamp makes a difference: the newer one stands for the rest.", false },
	[WHY_ALL_ACKED] = { "Nothing is left to acknowledge: it changes nothing.", false },
	[WHY_IS_IN] = { "The peer's FIN is in already.", false },
	[WHY_NONE_BEFORE] = { "No FIN came before.", false },
	[WHY_BEHIND] = { "Behind the peer's FIN there is no window: as data in it.", false },
	[WHY_ACK_ALONE] = { "Without SYN only ACK number and RST count: as data, ACK and RST there.", false },
	[WHY_NO_CONNECTION] = { "No connection: RST answers what has ACK, as with data and FIN; a RST is "
				"dropped.", false },
	[WHY_NO_TIMER] = { "It has no such timer.", false },
	[WHY_DATA_ONLY] = { "Only data is repeated there: the FIN is acknowledged, or not sent yet.", false },
	[WHY_NO_PAIR] = { "It holds no pair.", false },
	[WHY_REAL_PAIR] = { "A socket holds its pair in whatever state: as in FIN-WAIT-1 or CLOSE-WAIT.", false },
	[WHY_REAL_PORT] = { "A socket holds its port in whatever state: as in ESTABLISHED and LAST-ACK.", false },
	[WHY_OWN_LIFE] = { "Once accepted it does not depend on its listener: as in ESTABLISHED.", false },
	[WHY_NO_DESCRIPTOR] = { "No descriptor is left, or none is there yet, to make the call on.", false },
	[WHY_NOTHING_TO_SEND] = { "FIN was sent before: it changes nothing but the descriptor.", false },
	[WHY_NO_DATA] = { "No data can be there.", false },
	[WHY_CRASHED] = { "What a crash leaves is NONE, whatever there was before.", false },
	[WHY_NAMESPACE] = { "Each trial ends so, and nobody looks any more: the language has no word "
			    "for it.", true },
	[WHY_FLAGS] = { "No case yet: by the source SYN+RST counts as RST, SYN+FIN as SYN, and without "
			"ACK the rest is dropped.", true },
	[WHY_SOFT] = { "No case yet: by the source noted as a soft error, as in the other states of "
		       "sockets.", true },
	[WHY_NO_CASE] = { "No case yet.", true },
};
_Static_assert(COUNT(whys) == WHYS, "a reason lacks its row");

#define IN(state)	(1u << COVERED_##state)
#define RECORDS		(IN(FIN_WAIT_2_CLOSED) | IN(TIME_WAIT))
#define FIN_IS_IN	(IN(CLOSING) | IN(CLOSE_WAIT) | IN(LAST_ACK) | IN(TIME_WAIT))
#define SOCKETS		(IN(ESTABLISHED) | IN(FIN_WAIT_1) | IN(FIN_WAIT_2) | IN(CLOSING) |	\
			 IN(CLOSE_WAIT) | IN(LAST_ACK))
#define UNCONNECTED	(IN(LISTEN) | IN(NONE))
#define EVERYWHERE	((1u << COVERED_STATES) - 1)

/* The first that fits holds; events from the first to the last named */
static const struct {
	unsigned int states;
	enum covered_event from, to;
	enum why why;
} absences[] = {
	{ IN(SYN_SENT) | UNCONNECTED,	COVERED_SYN, COVERED_SYN_AGAIN,		WHY_NOTHING_KNOWN },
	{ SOCKETS,			COVERED_SYN, COVERED_SYN_AGAIN,		WHY_VALIDATED },
	{ IN(SYN_RECEIVED),		COVERED_SYN, COVERED_SYN_END - 1,	WHY_REQUEST },
	{ RECORDS,			COVERED_SYN_AGAIN, COVERED_SYN_AGAIN,	WHY_OLD_ONE },
	{ IN(FIN_WAIT_2_CLOSED),	COVERED_SYN, COVERED_SYN_END - 1,	WHY_RECORD },
	{ EVERYWHERE,			COVERED_SYN_ANY, COVERED_SYN_ANY,	WHY_COMPARED },
	{ UNCONNECTED,			COVERED_ACK_EXACT, COVERED_ACK_EXACT,	WHY_NOTHING_KNOWN },
	{ UNCONNECTED,			COVERED_DATA_OLD, COVERED_DATA_BEYOND,	WHY_NOTHING_KNOWN },
	{ UNCONNECTED,			COVERED_FIN_AGAIN, COVERED_RST_EXACT,	WHY_NOTHING_KNOWN },
	{ UNCONNECTED,			COVERED_OLD, COVERED_OLD_RST,		WHY_NOTHING_KNOWN },
	{ UNCONNECTED,			COVERED_SYN_ACK, COVERED_RST_OTHER,	WHY_NO_CONNECTION },
	{ IN(SYN_SENT),			COVERED_DATA_IN, COVERED_OLD_RST,	WHY_ACK_ALONE },
	{ SOCKETS,			COVERED_SYN_ACK, COVERED_SYN_ACK,	WHY_VALIDATED },
	{ SOCKETS,			COVERED_RST_OTHER, COVERED_OLD_RST,	WHY_VALIDATED },
	{ IN(FIN_WAIT_2) | IN(CLOSE_WAIT),	COVERED_ACK_EXACT, COVERED_ACK_EXACT,	WHY_ALL_ACKED },
	{ FIN_IS_IN,			COVERED_FIN, COVERED_FIN,		WHY_IS_IN },
	{ EVERYWHERE & ~FIN_IS_IN,	COVERED_FIN_AGAIN, COVERED_FIN_AGAIN,	WHY_NONE_BEFORE },
	{ FIN_IS_IN,			COVERED_DATA_BEYOND, COVERED_DATA_BEYOND, WHY_BEHIND },
	{ EVERYWHERE,			COVERED_SYN_FIN, COVERED_ODD,		WHY_FLAGS },
	{ UNCONNECTED,			COVERED_ICMP, COVERED_ICMP,		WHY_NO_PAIR },
	{ SOCKETS,			COVERED_ICMP, COVERED_ICMP,		WHY_SOFT },
	{ RECORDS | UNCONNECTED,	COVERED_TIMER_AGAIN, COVERED_TIMER_AGAIN, WHY_NO_TIMER },
	{ IN(ESTABLISHED) | IN(FIN_WAIT_2) | IN(CLOSE_WAIT),
					COVERED_TIMER_AGAIN, COVERED_TIMER_AGAIN, WHY_DATA_ONLY },
	{ UNCONNECTED,			COVERED_TIMER_END, COVERED_TIMER_END,	WHY_NO_TIMER },
	{ UNCONNECTED,			COVERED_CONNECT, COVERED_CONNECT,	WHY_NO_PAIR },
	{ EVERYWHERE,			COVERED_CONNECT, COVERED_CONNECT,	WHY_REAL_PAIR },
	{ IN(NONE),			COVERED_BIND, COVERED_UNLISTEN,		WHY_NO_PAIR },
	{ EVERYWHERE,			COVERED_BIND, COVERED_BIND,		WHY_REAL_PORT },
	{ EVERYWHERE,			COVERED_UNLISTEN, COVERED_UNLISTEN,	WHY_OWN_LIFE },
	{ RECORDS | IN(SYN_RECEIVED) | IN(NONE),	COVERED_SHUTDOWN, COVERED_ABORT,	WHY_NO_DESCRIPTOR },
	{ IN(FIN_WAIT_1) | IN(FIN_WAIT_2) | IN(CLOSING) | IN(LAST_ACK),
					COVERED_SHUTDOWN, COVERED_CLOSE,	WHY_NOTHING_TO_SEND },
	{ IN(SYN_SENT) | IN(LISTEN),	COVERED_CLOSE_UNREAD, COVERED_CLOSE_UNREAD, WHY_NO_DATA },
	{ IN(NONE),			COVERED_DESTROY, COVERED_VANISH,	WHY_NO_CONNECTION },
	{ EVERYWHERE,			COVERED_VANISH, COVERED_VANISH,		WHY_CRASHED },
	{ EVERYWHERE,			COVERED_NAMESPACE, COVERED_NAMESPACE,	WHY_NAMESPACE },
	{ EVERYWHERE,			COVERED_SYN, COVERED_EVENTS - 1,	WHY_NO_CASE },
};

const struct absence *coverage_absence(enum covered_state s, enum covered_event ev)
{
	for (size_t i = 0; i < COUNT(absences); i++)
		if (absences[i].states & 1u << s && ev >= absences[i].from && ev <= absences[i].to)
			return &whys[absences[i].why];
	return &whys[WHY_NO_CASE];
}
