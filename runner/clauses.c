// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/clauses.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static const struct clause {
	const char *ref, *words;
} clauses[] = {
	{ "RFC 1122 4.2.2.13", "The side that closes first stays in TIME-WAIT for 2 MSL; it may let a new SYN open the pair again if it numbers its own side beyond all that it used before. Closing with unread data shows the other side a RST." },
	{ "RFC 1122 4.2.3.6", "Keep-alives are off unless asked for, and one probe without an answer does not end a connection." },
	{ "RFC 1122 4.2.3.9", "Soft ICMP errors must not end a connection; hard ones (protocol or port unreachable) should." },
	{ "RFC 1337 2", "A late segment of the old connection draws an ACK out of TIME-WAIT, and the RST that answers it must not end TIME-WAIT early." },
	{ "RFC 2525 2.17", "A close while data waits to be read tells the other side by a RST that the data was lost." },
	{ "RFC 5382 5", "A NAT forgets an established connection only after two hours and four minutes of silence, one that opens or closes after four minutes." },
	{ "RFC 5482 1", "How long sent data may stay without an acknowledgement before the connection is ended is for the user to say." },
	{ "RFC 5927 4.1", "An ICMP error counts only if the sequence number that it quotes is one of data under way." },
	{ "RFC 5927 5.2", "Once a connection is synchronized, a hard ICMP error is taken as a soft one and does not end it." },
	{ "RFC 5961 3.2", "A RST ends a connection only with exactly the next expected sequence number; elsewhere in the window it draws a challenge ACK, outside it is dropped." },
	{ "RFC 5961 4.2", "A SYN on a synchronized connection draws a challenge ACK, whatever its sequence number, and changes nothing." },
	{ "RFC 5961 5.2", "A segment is taken only if what it acknowledges lies between one window before the oldest unacknowledged byte and the last one sent." },
	{ "RFC 5961 7", "Challenge ACKs are limited in number, so that nobody can draw them without end." },
	{ "RFC 6191 2", "A SYN for a pair in TIME-WAIT is accepted if its timestamp, or else its sequence number, lies beyond the old connection's last; an older one is dropped." },
	{ "RFC 6298 2.1", "Before any round trip is measured, what was sent is repeated after one second." },
	{ "RFC 6298 5", "The timer runs while something is unacknowledged; when it fires, the oldest segment is repeated and the time doubled." },
	{ "RFC 6298 5.7", "Where the SYN itself had to be repeated, the time for data starts at three seconds." },
	{ "RFC 6528 3", "A first sequence number is a clock plus a secret hash of both addresses and ports: it grows for one pair, and tells nothing about others." },
	{ "RFC 7323 3.2", "Timestamps are used if both SYNs offered them; then every segment but a RST carries one." },
	{ "RFC 7323 5.3", "A segment whose timestamp is older than the last one taken is answered with an ACK and dropped, unless it is a RST." },
	{ "RFC 9293 3.4.1", "A first sequence number follows a clock that ticks about every four microseconds, plus a secret hash of the pair." },
	{ "RFC 9293 3.4.2", "Who does not remember the sequence numbers of before is quiet for one MSL before it sends again." },
	{ "RFC 9293 3.5", "Both sides send a SYN and have it acknowledged before data is handed on; both may begin at once." },
	{ "RFC 9293 3.5.1", "Where one side has lost the connection and the other has not, the first exchange finds out: an ACK that fits nothing draws a RST." },
	{ "RFC 9293 3.5.2", "A RST answers what is meant for no connection here, and what acknowledges something never sent before the connection was synchronized; never another RST." },
	{ "RFC 9293 3.6", "CLOSE says: I have no more to send. The closed side goes on receiving until the other has closed, too." },
	{ "RFC 9293 3.6.1", "Who closed first stays in TIME-WAIT for 2 MSL (MUST-13), and may let a new SYN open the pair again if it numbers its own side beyond all that it used before (MAY-2). Closing with unread data sends a RST (SHLD-3)." },
	{ "RFC 9293 3.8.3", "After so many repeats, or so long, without an acknowledgement the connection is given up; the user may set how long." },
	{ "RFC 9293 3.8.4", "Keep-alives are off unless asked for, come after two idle hours, and one without an answer ends nothing." },
	{ "RFC 9293 3.8.6.1", "A window of zero is probed for as long as the receiver acknowledges; the connection stays open." },
	{ "RFC 9293 3.9.2.2", "Soft ICMP errors must not end a connection, hard ones should." },
	{ "RFC 9293 3.10.1", "OPEN makes a connection from CLOSED or LISTEN; for a pair that exists it is an error." },
	{ "RFC 9293 3.10.4", "CLOSE sends what is queued, then a FIN; in LISTEN and SYN-SENT there is nothing to send, and the connection is forgotten." },
	{ "RFC 9293 3.10.5", "ABORT sends a RST where the other side knows of the connection, and forgets it at once; in CLOSING, LAST-ACK and TIME-WAIT it sends nothing." },
	{ "RFC 9293 3.10.7.1", "What arrives for a CLOSED pair draws a RST, unless it is one." },
	{ "RFC 9293 3.10.7.2", "In LISTEN a RST is ignored, an ACK draws a RST, and a SYN is answered with a SYN-ACK." },
	{ "RFC 9293 3.10.7.3", "In SYN-SENT an ACK of something else than the SYN draws a RST; a RST with the right ACK ends the connection, without an ACK it is dropped." },
	{ "RFC 9293 3.10.7.4", "First the sequence number must lie in the window (else an ACK, and drop), then RST, SYN, ACK, data and FIN are minded, in this order." },
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits behind it, or a dot and digits, name another section, or one within */
static bool is_ref(const char *ref, const char *of)
{
	const size_t len = strlen(of);

	return !strncmp(ref, of, len) && !is_digit(ref[len]) &&
	       !(ref[len] == '.' && is_digit(ref[len + 1]));
}

const char *clause_words(const char *ref)
{
	for (size_t i = 0; i < sizeof(clauses) / sizeof(clauses[0]); i++)
		if (is_ref(ref, clauses[i].ref))
			return clauses[i].words;
	return NULL;
}
