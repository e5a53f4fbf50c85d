// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/picture.h"

#include "lib/buf.h"
#include "lib/utf8.h"
#include "runner/html.h"

#include <inttypes.h>
#include <string.h>

/*
 * Columns: the time ends at PICTURE_TIME, what a step says begins at SAID_X; the
 * client's states end left of its lifeline, the server's begin right of its own.
 * A letter is 7.2 wide; a text that is too long is cut, and whole in its title.
 */
enum {
	SAID_X = 76, CAME_X = 98, LEFT = 240, RIGHT = 592, KEPT = 36, NEAR = 10,
	SAID_FITS = 98, LABEL_FITS = 46, STATE_FITS = 26,
	BASELINE = 12, ARROW = 16, LETTER_TENTHS = 73,
};

/* --------------------------------------------------------------------- text */

/* How many bytes the first @most characters have; a byte that is none counts as one. @chars: out, how many */
static size_t cut_at(const char *s, size_t most, size_t *chars)
{
	const size_t len = strlen(s);
	size_t i = 0;

	for (*chars = 0; i < len && *chars < most; ++*chars) {
		uint32_t code;
		const size_t bytes = utf8_next(s + i, len - i, &code);

		i += bytes ? bytes : 1;
	}
	return i;
}

/* @before: in front of it, counted by its bytes. Return: how many characters stand there */
static size_t add_text(struct buf *out, const char *class, int x, const char *before, const char *s,
		       size_t most)
{
	const size_t room = most - strlen(before);
	size_t chars, fewer;
	const size_t fits = cut_at(s, room, &chars);

	buf_addf(out, "<text class=\"%s\" x=\"%d\" y=\"%d\">", class, x, BASELINE);
	html_adds(out, before);
	if (s[fits]) {
		html_add(out, s, cut_at(s, room - 1, &fewer));
		buf_adds(out, "\xe2\x80\xa6<title>");
		html_adds(out, s);
		buf_adds(out, "</title>");
	} else {
		html_add(out, s, fits);
	}
	buf_adds(out, "</text>");
	return strlen(before) + chars;
}

/* Words that cross a lifeline, on a ground of their own */
static void add_words(struct buf *out, const char *class, int x, const char *before, const char *s,
		      size_t most)
{
	autobuf text = { 0 };
	const size_t chars = add_text(&text, class, x, before, s, most);

	buf_addf(out, "<rect class=\"ground\" x=\"%d\" width=\"%zu\" height=\"%d\"/>%s", x - 2,
		 chars * LETTER_TENTHS / 10 + 5, PICTURE_STEP, buf_text(&text));
}

/* ------------------------------------------------------------------- arrows */

/* Bits of an arrow's number */
enum { TO_CLIENT = 1, KEPT_BACK = 2, NOT_SENT = 4, ARROWS = 8 };

static int arrow_of(const struct rung *r)
{
	return (r->heading == HEADING_TO_CLIENT ? TO_CLIENT : 0) | (r->given ? 0 : KEPT_BACK) |
	       (r->sent ? 0 : NOT_SENT);
}

static const char *const arrow_title[ARROWS] = {
	[0]					= "client to server",
	[TO_CLIENT]				= "server to client",
	[KEPT_BACK]				= "client to server, does not arrive",
	[TO_CLIENT | KEPT_BACK]			= "server to client, does not arrive",
	[NOT_SENT]				= "from the wire to the server",
	[TO_CLIENT | NOT_SENT]			= "from the wire to the client",
	[KEPT_BACK | NOT_SENT]			= "from the wire towards the server, does not arrive",
	[TO_CLIENT | KEPT_BACK | NOT_SENT]	= "from the wire towards the client, does not arrive",
};

/* Ends of it: an arrow head where it arrives, a cross where the wire kept it, a ring where it began */
static void add_arrow(int arrow, struct buf *out)
{
	const int ahead = arrow & TO_CLIENT ? -1 : 1;
	const int begin = (ahead > 0 ? LEFT : RIGHT) + (arrow & NOT_SENT ? ahead * KEPT : 0);
	const int end = (ahead > 0 ? RIGHT : LEFT) - (arrow & KEPT_BACK ? ahead * KEPT : 0);

	buf_addf(out, "<g id=\"a%d\" class=\"%s\"><path d=\"M%d %dH%d\"/>", arrow,
		 arrow & KEPT_BACK ? "kept" : arrow & NOT_SENT ? "wire" : "sent", begin, ARROW, end);
	if (arrow & KEPT_BACK)
		buf_addf(out, "<path d=\"m%d %dl8 8m0-8l-8 8\"/>", end - 4, ARROW - 4);
	else
		buf_addf(out, "<path class=\"tip\" d=\"M%d %dl%d-4v8z\"/>", end, ARROW, -8 * ahead);
	if (arrow & NOT_SENT)
		buf_addf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"3.5\"/>", begin, ARROW);
	buf_adds(out, "</g>");
}

void picture_symbols(struct buf *out)
{
	buf_adds(out, "<svg class=\"symbols\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>");
	for (int arrow = 0; arrow < ARROWS; arrow++)
		add_arrow(arrow, out);
	buf_adds(out, "</defs></svg>\n");
}

/* -------------------------------------------------------------------- rungs */

void picture_head(struct buf *out)
{
	buf_addf(out, "<text class=\"head\" x=\"%d\" y=\"%d\">time s</text>"
		 "<text class=\"head m\" x=\"%d\" y=\"%d\">client</text>"
		 "<text class=\"head m\" x=\"%d\" y=\"%d\">server</text>",
		 SAID_X - 56, BASELINE, LEFT, BASELINE, RIGHT, BASELINE);
}

void picture_lifelines(struct buf *out)
{
	buf_addf(out, "<path class=\"rail\" d=\"M%d 0v1M%d 0v1\"/>", LEFT, RIGHT);
}

static void add_frame(const struct rung *r, struct buf *out)
{
	const int arrow = arrow_of(r);

	add_text(out, "m", (LEFT + RIGHT) / 2, "", r->text, LABEL_FITS);
	buf_addf(out, "<use href=\"#a%d\"><title>%s</title></use>", arrow, arrow_title[arrow]);
}

static void add_state(const struct rung *r, struct buf *out)
{
	const bool right = r->host == HOST_SERVER;

	buf_addf(out, "<circle class=\"at\" cx=\"%d\" cy=\"%d\" r=\"4\"><title>%s</title></circle>",
		 right ? RIGHT : LEFT, BASELINE - 4, right ? "server" : "client");
	add_text(out, right ? "state" : "state e", right ? RIGHT + NEAR : LEFT - NEAR, "", r->text,
		 STATE_FITS - (right ? 0 : 4));
}

void picture_rung(const struct rung *r, struct buf *out)
{
	if (r->marked)
		buf_addf(out, "<rect class=\"bad\" x=\"%d\" width=\"%d\" height=\"%d\"/>", SAID_X - 8,
			 PICTURE_WIDTH - SAID_X + 8, PICTURE_STEP);
	switch (r->kind) {
	case RUNG_FRAME:
		add_frame(r, out);
		break;
	case RUNG_STATE:
		add_state(r, out);
		break;
	case RUNG_STEP:
	case RUNG_UNMATCHED:
		add_words(out, r->marked ? "said here" : "said", SAID_X, r->marked ? "\xe2\x96\xb6 " : "",
			 r->text, SAID_FITS);
		break;
	case RUNG_RESULT:
		add_words(out, r->marked ? "came here" : "came", CAME_X, "=> ", r->text, SAID_FITS - 3);
		break;
	case RUNG_PROGRAM:
		add_words(out, "came", CAME_X, "", r->text, SAID_FITS - 3);
		break;
	case RUNG_SAW:
		add_words(out, "came here", CAME_X, "saw ", r->text, SAID_FITS - 3);
		break;
	case RUNG_TROUBLE:
		add_words(out, "said here", SAID_X, "!! ", r->text, SAID_FITS);
		break;
	}
}

/* ------------------------------------------------------------------ together */

int64_t picture_time(int64_t at_ns)
{
	const int64_t unit = 100000;

	return (at_ns < 0 ? at_ns - unit / 2 : at_ns + unit / 2) / unit;
}

void picture_draw(const struct rung *from, size_t count, const char *label, struct buf *out)
{
	buf_addf(out, "<svg class=\"ladder\" role=\"list\" viewBox=\"0 0 %d %zu\" aria-label=\"",
		 PICTURE_WIDTH, PICTURE_HEAD + count * PICTURE_STEP + 4);
	html_adds(out, label);
	buf_adds(out, "\"><g aria-hidden=\"true\">");
	picture_head(out);
	buf_addf(out, "</g><g aria-hidden=\"true\" transform=\"translate(0 %d) scale(1 %zu)\">", PICTURE_HEAD,
		 count * PICTURE_STEP);
	picture_lifelines(out);
	buf_adds(out, "</g>\n");
	for (size_t i = 0; i < count; i++) {
		const int64_t at = picture_time(from[i].at_ns);

		buf_addf(out, "<g role=\"listitem\" transform=\"translate(0 %zu)\"><text class=\"time\" x=\"%d\" "
			 "y=\"%d\">%s%" PRId64 ".%04d</text>", PICTURE_HEAD + i * PICTURE_STEP, PICTURE_TIME,
			 BASELINE, at < 0 ? "-" : "", (at < 0 ? -at : at) / 10000,
			 (int)((at < 0 ? -at : at) % 10000));
		picture_rung(&from[i], out);
		buf_adds(out, "</g>\n");
	}
	buf_adds(out, "</svg>\n");
}
