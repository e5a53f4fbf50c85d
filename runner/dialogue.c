// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/dialogue.h"

#include "lib/arena.h"
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/story.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/**
 * struct inquiry - One question
 * @among: what an answer may be; NULL: anything
 * @usual: what an empty answer means
 * @text, @list: where the answer goes: as it is, or each of its words
 */
struct inquiry {
	const char *what, *among, *usual;
	const char **text;
	struct option_list *list;
};

/** fit() - Whether an answer is taken; else says why not */
static bool fit(const struct inquiry *q, const char *answer)
{
	if (!*answer || !q->among || story_among(answer, q->among))
		return true;
	fprintf(stderr, "  \"%s\" is none of %s\n", answer, q->among);
	return false;
}

static char *trimmed(char *s)
{
	size_t len;

	s += strspn(s, " \t");
	len = strlen(s);
	while (len && strchr(" \t\r\n", s[len - 1]))
		s[--len] = '\0';
	return s;
}

/** keep() - An answer, or each word of it, into the story */
static void keep(const struct inquiry *q, const char *answer, struct arena *a)
{
	if (q->text) {
		*q->text = *answer ? arena_dup(a, answer, strlen(answer)) : NULL;
		return;
	}
	for (answer += strspn(answer, " "); *answer; answer += strspn(answer, " ")) {
		const size_t len = strcspn(answer, " ");

		if (q->list->count == sizeof(q->list->value) / sizeof(q->list->value[0]))
			return;
		q->list->value[q->list->count++] = arena_dup(a, answer, len);
		answer += len;
	}
}

static int ask(const struct inquiry *q, struct arena *a, struct err *e)
{
	autofree char *line = NULL;
	size_t room = 0;

	if (q->text ? *q->text != NULL : q->list->count > 0)
		return 0;
	do {
		fprintf(stderr, "%s", q->what);
		if (q->among)
			fprintf(stderr, " (%s)", q->among);
		fprintf(stderr, " [%s] ", q->usual);
		fflush(stderr);
		if (getline(&line, &room, stdin) < 0) {
			fputs("\n", stderr);
			return err_set(e, -ECANCELED, "no answer: nothing was written");
		}
	} while (!fit(q, trimmed(line)));
	keep(q, trimmed(line), a);
	return 0;
}

/* In their order, so far as the answers before leave something to be asked */
int dialogue_tell(struct story *s, struct arena *a, struct err *e)
{
	const struct inquiry who = { "Who closes first? Both one after the other: client,server",
				     STORY_CLOSE, "server", &s->close, NULL };
	const struct inquiry how = { "How?", STORY_HOW, "close", &s->how, NULL };
	const struct inquiry back = { "Who comes back?", STORY_BACK, "client", &s->back, NULL };
	const struct inquiry after = { "How long after, as 10ms? Several: 10ms,2s", NULL, "at once", &s->after, NULL };
	const struct inquiry port = { "From which port?", STORY_PORT, "same", &s->port, NULL };
	const struct inquiry option = { "With which socket options, as reuseaddr?", NULL, "none", NULL, &s->option };
	const struct inquiry vary = { "What varies, as timestamps=0,1?", NULL, "nothing", NULL, &s->vary };
	const struct inquiry title = { "What does the kernel do then, in a sentence?", NULL,
				       "the story itself", &s->title, NULL };
	const char *way;

	if (ask(&who, a, e))
		return e->code;
	way = s->close ? s->close : "server";
	if (strcmp(way, "both") != 0 && ask(&how, a, e))
		return e->code;
	if (ask(&back, a, e))
		return e->code;
	way = s->back ? s->back : "client";
	if (strcmp(way, "nobody") != 0 && (ask(&after, a, e) ||
	    (!strcmp(way, "client") && ask(&port, a, e)) || ask(&option, a, e)))
		return e->code;
	if (ask(&vary, a, e) || ask(&title, a, e))
		return e->code;
	return 0;
}
