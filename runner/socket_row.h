/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A row of a host's socket table, as the record tells it: the child writes
 * rows, and whoever shows a failure reads them back.
 */
#ifndef RUNNER_SOCKET_ROW_H
#define RUNNER_SOCKET_ROW_H

#include "runner/event.h"

struct diag_entry;

/** Rows of one table that the record keeps; the rest is counted */
enum { SOCKET_ROWS_MOST = 40, SOCKET_END_ROOM = 56 };

/**
 * struct socket_row - One socket of a host, or a word about its table
 * @state: as RFC 9293 spells it; "none": the table is empty; "more": @left_out rows follow
 * @local, @remote: "192.0.2.1:8080", "[2001:db8::1]:8080", "*:*"; "" where it is no socket
 * @conn:  the name index of the connection that it is an end of; -1
 * @timer: "retransmit", "keepalive", "time-wait", "probe", "" for none
 * @left_ns: until the timer; -1 where none runs
 */
struct socket_row {
	enum host host;
	const char *state;
	int conn;
	char local[SOCKET_END_ROOM], remote[SOCKET_END_ROOM];
	const char *timer;
	int64_t left_ns;
	unsigned int recvq, sendq, retransmits;
	int64_t left_out;
};

/**
 * socket_row_event() - A socket as an event
 * @text: room for the event's text, which is borrowed
 */
enum { SOCKET_TEXT_ROOM = 200 };
struct event socket_row_event(enum host host, int conn, const struct diag_entry *d,
			      char text[SOCKET_TEXT_ROOM]);

/**
 * socket_row_read() - An EVENT_SOCKET as a row; its strings live as long as the event's
 *
 * Return: whether it is one; a record may be anybody's
 */
bool socket_row_read(const struct event *ev, struct socket_row *row);

#endif
