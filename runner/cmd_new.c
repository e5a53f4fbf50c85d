// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A case from a few answers. The kernel is asked before anything is written,
 * so that the file comes whole: with what was seen, or with its `?`.
 */
#include "lib/auto.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/command.h"
#include "runner/dialogue.h"
#include "runner/question.h"
#include "runner/say.h"
#include "runner/story.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { NAME_MOST = 100 };

/**
 * struct draft - A case that is to be
 * @folder, @topic, @path: where it goes
 * @name: topic/file
 * @unseen: ask no kernel, leave the `?`
 */
struct draft {
	struct story story;
	const char *cases;
	const char *folder, *path, *name;
	bool unseen, dialogue;
	struct arena arena;
};

/* --------------------------------------------------------------------- place */

static bool good_part(const char *s, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	return len && len <= NAME_MOST && s[0] != '-' && strspn(s, letters) >= len;
}

static int place(struct draft *d, const char *word, struct err *e)
{
	const char *slash = strchr(word, '/');
	size_t len = strlen(word);
	struct stat st;

	if (len > 5 && !strcmp(word + len - 5, ".case"))
		len -= 5;
	if (!slash || !good_part(word, (size_t)(slash - word)) ||
	    !good_part(slash + 1, len - (size_t)(slash + 1 - word)))
		return err_set(e, -EINVAL, "\"%s\" is not TOPIC/NAME, of small letters, digits and -, as reopen/server-close is", word);
	if (stat(d->cases, &st) || !S_ISDIR(st.st_mode))
		return err_set(e, -ENOENT, "%s: no folder with cases; --cases DIR says where one is", d->cases);
	d->name = arena_dup(&d->arena, word, len);
	d->folder = arena_printf(&d->arena, "%s/%.*s", d->cases, (int)(slash - word), word);
	d->path = arena_printf(&d->arena, "%s/%s.case", d->cases, d->name);
	if (!lstat(d->path, &st))
		return err_set(e, -EEXIST, "%s: is there already", d->path);
	return 0;
}

/** put() - Write the file whole, and only where there is none */
static int put(struct draft *d, const struct buf *text, struct err *e)
{
	const char *beside = arena_printf(&d->arena, "%s/.%d.new", d->folder, getpid());
	const bool made = !mkdir(d->folder, 0777);
	int rc;

	if (!made && errno != EEXIST)
		return err_sys(e, "%s", d->folder);
	rc = buf_write_file(text, AT_FDCWD, beside, e);
	if (!rc && link(beside, d->path))
		rc = err_sys(e, "%s", d->path);
	unlink(beside);
	if (rc && made)
		rmdir(d->folder);
	return rc;
}

/* ---------------------------------------------------------------------- text */

/** annotate() - What the author still owes, in front of what was made */
static void annotate(const struct buf *made, struct buf *out)
{
	const char *text = buf_text(made), *title = strchr(text, '\n');
	const size_t len = title ? (size_t)(title + 1 - text) : made->len;

	buf_add(out, text, len);
	buf_adds(out, "# Find out why it is so, then say it, and take these lines away:\n"
		 "# about    why this matters, and to whom; where Linux departs from an RFC, that it does\n"
		 "# ref      the clause, as in RFC 9293 3.10.7.4; or the kernel's function\n");
	buf_add(out, text + len, made->len - len);
}

static void tell(const struct draft *d, const struct question *q, const struct buf *text,
		 const char *program)
{
	const char *table = strstr(buf_text(text), "\noutcome ");

	printf("%s\n", d->path);
	if (table)
		printf("%s", table);
	for (size_t i = 0; q && i < q->suite.items; i++) {
		const struct question_trial *t = &q->trial[i];
		autobuf verdict = { 0 };

		if (!t->name || t->kind == VERDICT_PASS)
			continue;
		question_verdict(t, &verdict);
		printf("\n%s: %s\n", t->name, buf_text(&verdict));
	}
	printf("\nnext:\n  its title, about and ref: what the kernel does there, and why\n");
	if (strchr(table ? table : "", '?'))
		printf("  %s run --observe --write %s\n", program, d->path);
	printf("  %s run %s\n  %s check %s\n", program, d->path, program, d->path);
}

/** see() - Ask the kernel. Return: 0; >0 where there is nobody to ask, and the reason was told */
static int see(struct draft *d, struct question *q, const struct buf *text, const char *program,
	       struct err *e)
{
	autobuf said = { 0 };
	struct err why;
	int rc;

	rc = question_read(q, d->name, text, &said, e);
	if (!rc && d->unseen)
		rc = 1;
	if (!rc && question_may(&why)) {
		say("the ? stay: no kernel can be asked here: %s", why.text);
		rc = 1;
	}
	if (!rc)
		rc = question_ask(q, program, &said, e);
	if (!rc && q->signal)
		rc = err_set(e, -EINTR, "interrupted: nothing was written");
	fputs(buf_text(&said), stderr);
	return rc;
}

static int make(struct draft *d, const char *program, struct err *e)
{
	autobuf made = { 0 }, text = { 0 };
	struct question q = { 0 };
	int rc, status = EXIT_GOOD;

	if (story_write(&d->story, &made, e))
		return e->code;
	rc = see(d, &q, &made, program, e);
	if (rc >= 0) {
		annotate(rc ? &made : &q.filled, &text);
		if (q.red || q.ours)
			status = q.ours ? EXIT_TROUBLE : EXIT_RED;
		if (!put(d, &text, e))
			tell(d, rc ? NULL : &q, &text, program);
		rc = e->code;
	}
	question_fini(&q);
	return rc < 0 ? rc : status;
}

/* ------------------------------------------------------------------- command */

static void help_text(const struct option_spec *table, struct buf *text)
{
	buf_adds(text, "usage: lastack new [OPTION...] TOPIC/NAME [LINE...]\n\n"
		 "Begins a case, cases/TOPIC/NAME.case: from options or from lines as `lastack try`\n"
		 "takes them, or, at a terminal and with neither, from a few questions. The kernel is\n"
		 "asked first, and what it did stands in the file; where none can be asked its ? stay.\n"
		 "Why it does so is for its author to say. A file that is there is left alone.\n\n");
	options_help(table, text);
	buf_adds(text, "\nexit status: 0 written, 1 written, but some trial went otherwise than told,\n"
		 "2 not written, or some trial could not be played\n");
}

static int run(struct draft *d, const struct invocation *in, int rest, struct err *e)
{
	struct story *s = &d->story;
	const bool bare = !story_told(s) && in->argc - rest == 1 && !s->vary.count && !s->sysctl.count;

	if (rest == in->argc)
		return err_set(e, -EINVAL, "new: a name is missing: TOPIC/NAME");
	if (place(d, in->argv[rest], e))
		return e->code;
	s->line = (const char *const *)in->argv + rest + 1;
	s->lines = (size_t)(in->argc - rest - 1);
	if ((d->dialogue || (bare && isatty(STDIN_FILENO))) && dialogue_tell(s, &d->arena, e))
		return e->code;
	return make(d, in->program, e);
}

int cmd_new(const struct invocation *in, struct err *e)
{
	struct draft d = { .cases = "cases" };
	const struct option_spec table[] = {
		{ "title", 't', "SENTENCE", "what the kernel does there; made up from the story where not said", OPTION_IS_TEXT, &d.story.title, 0, 0 },
		STORY_OPTIONS(d.story),
		{ "unseen", 'u', NULL, "ask no kernel: the ? stay", OPTION_IS_FLAG, &d.unseen, 0, 0 },
		{ "ask", 'a', NULL, "ask for the story, whatever standard input is", OPTION_IS_FLAG, &d.dialogue, 0, 0 },
		{ "cases", 0, "DIR", "the folder with the topics (cases)", OPTION_IS_TEXT, &d.cases, 0, 0 },
		{ .name = NULL },
	};
	autobuf text = { 0 };
	bool help;
	int rest, rc;

	if (options_parse(table, in->argc, in->argv, &rest, &help, e))
		return -1;
	if (help) {
		help_text(table, &text);
		fputs(buf_text(&text), stdout);
		return EXIT_GOOD;
	}
	e->code = 0;
	rc = run(&d, in, rest, e);
	arena_free(&d.arena);
	return rc;
}
