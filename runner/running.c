// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/running.h"

#include "runner/values.h"

#include <signal.h>
#include <string.h>

/* Without a name nobody could wait for its end, so only what is started has one */
static void read_run(struct reader *r, struct names *n, struct step *s)
{
	const struct token *t = reader_peek(r);

	if (s->start)
		s->conn = names_make(n, r, NAME_PROGRAM, s->host, false);
	else if (t && !t->word.quoted && t + 1 < r->tokens.list + r->tokens.count &&
		 t[1].word.quoted)
		reader_complain(r, reader_take(r), "only a program that is started has a name: "
				"start run NAME \"COMMAND\"");
	t = reader_peek(r);
	s->text = reader_text(r, "a command", &s->bytes);
	if (!t || !s->text)
		return;
	if (!s->text[strspn(s->text, " \t\n")])
		reader_complain(r, t, "there is nothing to run");
	else if (strlen(s->text) != s->bytes)
		reader_complain(r, t, "a command cannot hold a NUL");
}

static void read_stop(struct reader *r, struct names *n, struct step *s)
{
	const struct token *t = reader_peek(r);

	s->conn = names_use(n, r, USE_PROGRAM);
	s->signal = SIGTERM;
	if (s->conn >= 0 && n->list[s->conn].opener != s->host)
		reader_complain(r, t, "\"%s\" runs on the other host (line %d)", reader_show(r, t),
				n->list[s->conn].at.line);
	if (s->conn >= 0)
		n->state[s->conn].started[s->host] = 0;
	t = reader_peek(r);
	if (t && !t->word.quoted && t->word.len > 3 && !memcmp(t->word.s, "SIG", 3))
		s->signal = value_signal(r, reader_take(r));
}

static void read_adopt(struct reader *r, struct names *n, struct step *s)
{
	s->conn = names_make(n, r, NAME_CONN, s->host, false);
	if (s->conn >= 0)
		n->list[s->conn].adopted = true;
	if (reader_expect(r, "to", NULL))
		s->remote = value_locus(r, SPOT_MAIN, false);
}

void running_read(struct reader *r, struct names *n, struct step *s)
{
	if (s->verb == VERB_RUN)
		read_run(r, n, s);
	else if (s->verb == VERB_STOP)
		read_stop(r, n, s);
	else
		read_adopt(r, n, s);
}
