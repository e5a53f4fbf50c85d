/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A question to the kernel: who closes, how, and who comes back; as a case file that observes. */
#ifndef RUNNER_STORY_H
#define RUNNER_STORY_H

#include "runner/options.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct err;

/** What an answer may be one of: the words between the bars */
#define STORY_CLOSE	"client|server|both"
#define STORY_HOW	"close|shutdown|abort|vanish|destroy"
#define STORY_LOSE	"last-ack|fin|rst|nothing"
#define STORY_BACK	"client|server|nobody"
#define STORY_PORT	"same|other|any"
#define STORY_FAMILY	"ipv4|ipv6|both"
#define STORY_LINK	"pair|loopback"

/**
 * struct story - What was said of it; NULL or none where nothing was
 * @close:  who closes first; several, parted by commas: an axis
 * @after:  how long after the close somebody comes back; several: an axis
 * @option: what is said to the sockets of who comes back; several in one: an axis
 * @sysctl: `[HOST] KEY=VALUE`; without a dot KEY is a tcp_ setting of IPv4
 * @vary:   `[HOST] NAME=VALUE,VALUE`; NAME is a $NAME of the own lines, or else a setting
 * @line:   lines of the case instead of all this but settings and axes
 * @brief:  looks wait no longer than they must: for who asks once, and quickly
 */
struct story {
	const char *title, *close, *how, *lose, *back, *after, *port, *family, *link;
	struct option_list option, sysctl, vary;
	const char *const *line;
	size_t lines;
	bool brief;
};

/** STORY_OPTIONS - Their rows for a command's table; @s is a struct story */
#define STORY_OPTIONS(s)								\
	{ "close", 'c', STORY_CLOSE, "who closes first (server); client,server: each in turn",	\
	  OPTION_IS_TEXT, &(s).close, 0, 0 },						\
	{ "how", 0, STORY_HOW, "how that one ends it (close)", OPTION_IS_TEXT, &(s).how, 0, 0 },	\
	{ "lose", 0, STORY_LOSE, "a segment that the wire drops", OPTION_IS_TEXT, &(s).lose, 0, 0 },	\
	{ "back", 'b', STORY_BACK, "who comes back: the client connects again (as a rule), or the server listens again",	\
	  OPTION_IS_TEXT, &(s).back, 0, 0 },						\
	{ "reconnect", 'r', "D,D...", "how long after: 10ms (at once); several: each in turn",	\
	  OPTION_IS_TEXT, &(s).after, 0, 0 },						\
	{ "port", 'p', STORY_PORT, "from which port the client connects again (same)",	\
	  OPTION_IS_TEXT, &(s).port, 0, 0 },						\
	{ "option", 'o', "OPTION,OPTION...", "for the sockets of who comes back: reuseaddr, ...; several: each in turn",	\
	  OPTION_IS_LIST, &(s).option, 0, 0 },						\
	{ "sysctl", 's', "KEY=VALUE", "a setting, for one host with client or server before KEY; rfc1337 means net.ipv4.tcp_rfc1337",	\
	  OPTION_IS_LIST, &(s).sysctl, 0, 0 },						\
	{ "vary", 0, "NAME=VALUE,VALUE...", "the same for several values, or those of a $NAME in the lines",	\
	  OPTION_IS_LIST, &(s).vary, 0, 0 },						\
	{ "family", 0, STORY_FAMILY, "which addresses (try: ipv4, new: both)", OPTION_IS_TEXT, &(s).family, 0, 0 },	\
	{ "link", 0, STORY_LINK, "two hosts, or both in one (pair)", OPTION_IS_TEXT, &(s).link, 0, 0 }

/** story_told() - Whether anything was said that makes it another story than the usual */
bool story_told(const struct story *s);

/** story_among() - Whether a word, or each of a list parted by commas, stands between the bars of @among */
bool story_among(const char *words, const char *among);

/**
 * story_write() - Append the case file, with `?` where the kernel shall answer
 *
 * Errors: -EINVAL what was said contradicts itself, or is none of the words. What
 * is wrong with a value or an own line comes out when the text is read.
 */
int story_write(const struct story *s, struct buf *out, struct err *e);

#endif
