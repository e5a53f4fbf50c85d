// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/story.h"

#include "lib/arena.h"
#include "lib/buf.h"
#include "lib/err.h"
#include "runner/complain.h"
#include "runner/format.h"
#include "runner/scenario.h"
#include "runner/table_text.h"
#include "runner/words.h"

#include <errno.h>
#include <string.h>

/** How long a look may wait where somebody asks once: what follows a close follows at once */
static const char BRIEF[] = " within 50ms";

/**
 * struct sketch - The file while it is written, part by part
 * @top, @head, @setup, @steps: its lines, not laid out; @titled: the own ones have a title
 * @column: names of what the kernel answers
 * @open, @listens: how deep in repeats a line stands, and how many listen before it
 * @first, @other: who closes first and who does not, as the steps call them
 * @sides: they are an axis
 */
struct sketch {
	const struct story *s;
	struct arena arena;
	struct buf top, head, setup, steps;
	const char *column[COLUMNS_MOST];
	size_t columns;
	const char *first, *other;
	bool sides, titled;
	int open, listens;
};

/* ------------------------------------------------------------------- words */

static const char *or_else(const char *said, const char *usual)
{
	return said ? said : usual;
}

static bool is(const char *said, const char *word)
{
	return said && !strcmp(said, word);
}

static bool stands_among(const char *word, size_t len, const char *among)
{
	for (; *among; among += strcspn(among, "|"), among += *among == '|')
		if (strcspn(among, "|") == len && !memcmp(among, word, len))
			return true;
	return false;
}

bool story_among(const char *words, const char *among)
{
	for (;; words++) {
		const size_t len = strcspn(words, ",");

		if (!stands_among(words, len, among))
			return false;
		words += len;
		if (!*words)
			return true;
	}
}

static bool several(const char *values)
{
	return values && strchr(values, ',');
}

bool story_told(const struct story *s)
{
	return s->close || s->how || s->lose || s->back || s->after || s->port || s->option.count;
}

static int check(const char *name, const char *said, const char *among, bool list, struct err *e)
{
	if (!said || (story_among(said, among) && (list || !several(said))))
		return 0;
	return err_set(e, -EINVAL, "--%s: \"%s\" is none of %s", name, said, among);
}

/** check_lines() - What would begin a line of its own cannot stand in one */
static int check_lines(const struct story *s, struct err *e)
{
	const char *broken = NULL;

	if (s->title && strchr(s->title, '\n'))
		broken = "title";
	if (s->after && strchr(s->after, '\n'))
		broken = "reconnect";
	for (size_t i = 0; i < s->option.count; i++)
		if (strchr(s->option.value[i], '\n'))
			broken = "option";
	return broken ? err_set(e, -EINVAL, "--%s: must be one line", broken) : 0;
}

static int check_words(const struct story *s, struct err *e)
{
	if (check("close", s->close, STORY_CLOSE, true, e) || check("how", s->how, STORY_HOW, false, e) ||
	    check("lose", s->lose, STORY_LOSE, false, e) || check("back", s->back, STORY_BACK, false, e) ||
	    check("port", s->port, STORY_PORT, false, e) ||
	    check("family", s->family, STORY_FAMILY, false, e) ||
	    check("link", s->link, STORY_LINK, false, e))
		return e->code;
	return 0;
}

/* What cannot be together */
static int check_sense(const struct story *s, struct err *e)
{
	const char *how = or_else(s->how, "close");
	const bool resets = is(how, "abort") || is(how, "destroy");
	const bool fins = is(how, "close") || is(how, "shutdown");
	const bool both = s->close && strstr(s->close, "both");

	if (s->lines && story_told(s))
		return err_set(e, -EINVAL, "lines of your own tell the story: of it no option can");
	if (both && several(s->close))
		return err_set(e, -EINVAL, "--close: both is not one of several");
	if (both && s->how && !is(how, "close"))
		return err_set(e, -EINVAL, "--how %s: where both close at once it is by close", how);
	if (both && s->lose && !is(s->lose, "nothing"))
		return err_set(e, -EINVAL, "--lose: where both close at once nothing can be lost");
	if ((is(s->lose, "last-ack") || is(s->lose, "fin")) && !fins)
		return err_set(e, -EINVAL, "--lose %s: %s sends no FIN", s->lose, how);
	if (is(s->lose, "rst") && !resets)
		return err_set(e, -EINVAL, "--lose rst: %s sends no RST (abort and destroy do)", how);
	if (s->port && s->back && !is(s->back, "client"))
		return err_set(e, -EINVAL, "--port goes with --back client");
	if (is(s->back, "nobody") && (s->after || s->option.count))
		return err_set(e, -EINVAL, "--back nobody: then there is no moment and no socket to say something of");
	return 0;
}

/* -------------------------------------------------------------------- parts */

/** add_values() - Several values, parted by commas, as the words of an axis */
static void add_values(struct sketch *k, struct buf *b, const char *values)
{
	for (;; values++) {
		const size_t len = strcspn(values, ",");

		buf_addf(b, " %s", table_text_cell(&k->arena, arena_dup(&k->arena, values, len)));
		values += len;
		if (!*values)
			return;
	}
}

/** one_or_axis() - A value as it stands, or of several an axis of that name */
static const char *one_or_axis(struct sketch *k, const char *name, const char *values)
{
	if (!several(values))
		return values;
	buf_addf(&k->head, "vary %s", name);
	add_values(k, &k->head, values);
	buf_adds(&k->head, "\n");
	return arena_printf(&k->arena, "$%s", name);
}

/** answer() - A new column of the table; NULL where no more fit */
static const char *answer(struct sketch *k, const char *name)
{
	const char *own = name;

	for (size_t i = 0, n = 2; i < k->columns; i++) {
		if (strcmp(k->column[i], own) != 0)
			continue;
		own = arena_printf(&k->arena, "%s_%zu", name, n++);
		i = (size_t)-1;
	}
	if (k->columns == COLUMNS_MOST - 2)
		return NULL;
	k->column[k->columns++] = own;
	return own;
}

/* ----------------------------------------------------------------- settings */

/** key_of() - The whole name of a setting: what has no dot is TCP's, or the IP's that is called so */
static const char *key_of(struct arena *a, const char *name)
{
	if (strchr(name, '.'))
		return name;
	return arena_printf(a, "net.ipv4.%s%s", !strncmp(name, "ip_", 3) || !strncmp(name, "tcp_", 4) ?
			    "" : "tcp_", name);
}

/** axis_of() - What an axis of a setting is called: reuse for net.ipv4.tcp_reuse */
static const char *axis_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	name = dot ? dot + 1 : name;
	return strncmp(name, "tcp_", 4) ? name : name + 4;
}

/** struct pair - `[HOST] NAME=VALUES`, cut */
struct pair {
	const char *host, *name, *values;
};

static int cut_pair(struct arena *a, const char *option, const char *text, struct pair *p,
		    struct err *e)
{
	const char *equals = strchr(text, '=');
	const char *name = text;
	size_t len;

	p->host = "";
	for (int h = 0; h < HOST_COUNT; h++) {
		const size_t host = strlen(host_name[h]);

		if (!strncmp(text, host_name[h], host) && text[host] == ' ') {
			p->host = arena_printf(a, "%s ", host_name[h]);
			name = text + host + 1;
		}
	}
	name += strspn(name, " ");
	if (!equals || equals <= name || !equals[1])
		return err_set(e, -EINVAL, "--%s: \"%s\" is not NAME=VALUE", option, text);
	len = (size_t)(equals - name);
	while (len && name[len - 1] == ' ')
		len--;
	p->name = arena_dup(a, name, len);
	p->values = equals + 1 + strspn(equals + 1, " ");
	if (strpbrk(p->name, " \t\n") || strchr(p->values, '\n') || !*p->values)
		return err_set(e, -EINVAL, "--%s: \"%s\" is not NAME=VALUE", option, text);
	return 0;
}

/** is_used() - Whether a line of the author's own says $NAME */
static bool is_used(const struct story *s, const char *name)
{
	const size_t len = strlen(name);

	for (size_t i = 0; i < s->lines; i++)
		for (const char *at = s->line[i]; (at = strchr(at, '$')); at++)
			if (!strncmp(at + 1, name, len) &&
			    !strspn(at + 1 + len, "abcdefghijklmnopqrstuvwxyz0123456789_"))
				return true;
	return false;
}

static int add_settings(struct sketch *k, struct err *e)
{
	const struct story *s = k->s;
	struct pair p;

	for (size_t i = 0; i < s->vary.count; i++) {
		if (cut_pair(&k->arena, "vary", s->vary.value[i], &p, e))
			return e->code;
		buf_addf(&k->head, "vary %s", is_used(s, p.name) ? p.name : axis_of(p.name));
		add_values(k, &k->head, p.values);
		buf_adds(&k->head, "\n");
		if (!is_used(s, p.name))
			buf_addf(&k->setup, "sysctl %s%s = $%s\n", p.host, key_of(&k->arena, p.name),
				 axis_of(p.name));
	}
	for (size_t i = 0; i < s->sysctl.count; i++) {
		if (cut_pair(&k->arena, "sysctl", s->sysctl.value[i], &p, e))
			return e->code;
		buf_addf(&k->setup, "sysctl %s%s = %s\n", p.host, key_of(&k->arena, p.name), p.values);
	}
	return 0;
}

/* ------------------------------------------------------------- the usual story */

static const char *options_of(struct sketch *k)
{
	const char *all = "";

	for (size_t i = 0; i < k->s->option.count; i++) {
		const char *name = i ? arena_printf(&k->arena, "socket_%zu", i + 1) : "socket";

		all = arena_printf(&k->arena, "%s %s", all, one_or_axis(k, name, k->s->option.value[i]));
	}
	return all;
}

static void add_close(struct sketch *k, const char *how)
{
	const char *f = k->first, *o = k->other, *lose = or_else(k->s->lose, "nothing");
	struct buf *b = &k->steps;

	if (is(lose, "fin") || is(lose, "rst"))
		buf_addf(b, "wire drop %s>%s %s of a\n", f, o, is(lose, "fin") ? "FIN" : "RST");
	buf_addf(b, is(how, "shutdown") ? "%s shutdown a write\n" : "%s %s a\n", f, how);
	if (is(how, "vanish"))
		return;
	if (is(how, "destroy"))
		buf_addf(b, "%s read a => ECONNABORTED\n%s close a\n", f, f);
	if (is(lose, "rst"))
		return;
	buf_addf(b, "%s read a => %s\n", o, is(how, "close") || is(how, "shutdown") ? "EOF" : "ECONNRESET");
	if (is(lose, "last-ack"))
		buf_addf(b, "wire drop %s>%s ACK of a\n", f, o);
	buf_addf(b, "%s close a\n", o);
	if (is(how, "shutdown"))
		buf_addf(b, "%s read a => EOF\n%s close a\n", f, f);
}

/* Each FIN is on its way before the other arrives */
static void add_crossing_close(struct sketch *k)
{
	buf_adds(&k->steps, "wire hold client>server FIN of a as there\n"
		 "wire hold server>client FIN of a as back\n"
		 "client close a\nserver close a\nwire release there\nwire release back\n");
}

static void add_looks(struct sketch *k)
{
	const char *brief = k->s->brief ? BRIEF : "";

	buf_addf(&k->steps, "expect %s a $%s%s\n", k->first, answer(k, k->sides ? "closer" :
		 arena_printf(&k->arena, "%s_is", k->first)), brief);
	buf_addf(&k->steps, "expect %s a $%s%s\n", k->other, answer(k, k->sides ? "peer" :
		 arena_printf(&k->arena, "%s_is", k->other)), brief);
}

static void add_return(struct sketch *k, const char *options, const char *from)
{
	const struct story *s = k->s;
	const bool serves = is(s->back, "server");

	if (is(s->back, "nobody"))
		return;
	if (serves)
		buf_adds(&k->steps, "server unlisten 8080\n");
	if (s->after)
		buf_addf(&k->steps, "after %s\n", one_or_axis(k, "later", s->after));
	if (serves)
		buf_addf(&k->steps, "server listen 8080%s => $%s\n", options, answer(k, "again"));
	else
		buf_addf(&k->steps, "client connect b%s to 8080%s => $%s\n",
			 is(s->port, "other") ? " from 40001" : from, options, answer(k, "again"));
}

static void tell(struct sketch *k)
{
	const struct story *s = k->s;
	const char *how = or_else(s->how, "close"), *options;
	const char *from = is(s->port, "any") ? "" : " from 40000";
	const bool serves = is(s->back, "server");

	k->sides = several(s->close);
	k->first = k->sides ? "$first" : is(s->close, "client") || is(s->close, "both") ? "client" : "server";
	k->other = k->sides ? "$other" : is(k->first, "client") ? "server" : "client";
	if (k->sides)
		one_or_axis(k, "first", s->close);
	options = options_of(k);
	if (is(how, "destroy"))
		buf_adds(&k->setup, "needs destroy\n");
	buf_addf(&k->steps, "server listen 8080%s\n", serves ? options : "");
	buf_addf(&k->steps, "client connect a%s to 8080%s\n", from, serves ? "" : options);
	if (is(s->close, "both"))
		add_crossing_close(k);
	else
		add_close(k, how);
	add_looks(k);
	add_return(k, options, from);
}

/** say() - The story as a sentence */
static void say(const struct story *s, struct buf *out)
{
	static const struct { const char *how, *says; } ends[] = {
		{ "close", "closes" }, { "shutdown", "shuts down and closes" }, { "abort", "aborts" },
		{ "vanish", "vanishes" }, { "destroy", "has its socket destroyed" },
	};

	if (is(s->close, "both"))
		buf_adds(out, "Both ends close at once");
	else
		buf_addf(out, "%s ", several(s->close) ? "One end" : is(s->close, "client") ?
			 "The client" : "The server");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]) && !is(s->close, "both"); i++)
		if (is(or_else(s->how, "close"), ends[i].how))
			buf_addf(out, "%s first", ends[i].says);
	if (s->lose && !is(s->lose, "nothing"))
		buf_addf(out, ", %s is lost", is(s->lose, "fin") ? "its FIN" : is(s->lose, "rst") ?
			 "its RST" : "the last ACK");
	if (is(s->back, "nobody"))
		return;
	buf_adds(out, is(s->back, "server") ? ", and the server listens again" :
		 is(s->port, "any") ? ", and the client connects again" : is(s->port, "other") ?
		 ", and the client comes back from another port" :
		 ", and the client comes back from the same port");
	if (!s->after)
		buf_adds(out, " at once");
	else if (!several(s->after))
		buf_addf(out, " after %s", s->after);
}

/* ------------------------------------------------------------- an own story */

static bool says(const struct line *l, size_t i, const char *word)
{
	return i < l->words && !l->word[i].quoted && l->word[i].len == strlen(word) &&
	       !memcmp(l->word[i].s, word, l->word[i].len);
}

static bool is_header(const struct line *l)
{
	for (int i = 0; i < HEADER_COUNT; i++)
		if (says(l, 0, header_info[i].name))
			return true;
	return false;
}

/** asks_what_comes() - The verb of a step whose result nobody has said; VERB_COUNT for none */
static enum verb asks_what_comes(const struct line *l)
{
	const bool host = says(l, 0, "client") || says(l, 0, "server") ||
			  (l->words && l->word[0].s[0] == '$');

	for (size_t i = 0; i < l->words; i++)
		if (says(l, i, "=>"))
			return VERB_COUNT;
	for (int v = 0; v < VERB_COUNT && host; v++)
		if (verb_info[v].actor == ACTOR_HOST && verb_info[v].result && says(l, 1, verb_info[v].name))
			return v;
	return VERB_COUNT;
}

/** column_for() - The call as a column's name: connect_b; NULL where it is not worth one */
static const char *column_for(struct sketch *k, const struct line *l, enum verb verb)
{
	static const enum verb worth[] = {
		VERB_CONNECT, VERB_RECONNECT, VERB_LISTEN, VERB_BIND, VERB_READ, VERB_AWAIT,
	};
	const char *name = verb_info[verb].name;

	if (verb == VERB_LISTEN && !k->listens++)
		return NULL;	/* the first one finds the port free */
	for (size_t i = 0; i < sizeof(worth) / sizeof(worth[0]) && !k->open; i++) {
		if (worth[i] != verb)
			continue;
		if (verb == VERB_LISTEN || l->words < 3 || l->word[2].s[0] == '$')
			return answer(k, arena_printf(&k->arena, "%s_result", name));
		return answer(k, arena_printf(&k->arena, "%s_%.*s", name, (int)l->word[2].len, l->word[2].s));
	}
	return NULL;
}

/** add_step() - A step with each bare `?` as a column of its own, where one is to be had */
static void add_step(struct sketch *k, const struct line *l)
{
	size_t done = 0;

	for (size_t i = 0; i < l->words; i++) {
		const size_t from = (size_t)l->word[i].at.column - 1;
		const char *column = says(l, i, "?") ? answer(k, "seen") : NULL;

		if (!column)
			continue;
		buf_addf(&k->steps, "%.*s$%s", (int)(from - done), l->text + done, column);
		done = from + 1;
	}
	buf_addf(&k->steps, "%.*s\n", (int)(l->len - done), l->text + done);
}

static void add_line(struct sketch *k, const struct line *l)
{
	const struct word *last = &l->word[l->words - 1];
	const enum verb asks = asks_what_comes(l);
	const size_t end = (size_t)(last->at.column - 1 + last->at.width);
	const char *column;

	if (is_header(l)) {
		k->titled |= says(l, 0, header_info[HEADER_TITLE].name);
		buf_addf(scan_prose(&l->word[0]) ? &k->top : &k->setup, "%.*s\n", (int)l->len, l->text);
		return;
	}
	if (says(l, 0, verb_info[VERB_REPEAT].name))
		k->open++;
	if (says(l, 0, verb_info[VERB_END].name))
		k->open--;
	column = asks == VERB_COUNT ? NULL : column_for(k, l, asks);
	if (asks == VERB_COUNT || (!column && !k->s->brief))
		add_step(k, l);
	else
		buf_addf(&k->steps, "%.*s => %s%s%.*s\n", (int)end, l->text, column ? "$" : "?",
			 column ? column : "", (int)(l->len - end), l->text + end);
}

static int retell(struct sketch *k, struct err *e)
{
	struct complaints c = { 0 };
	autobuf all = { 0 };
	struct lines lines;
	int rc = 0;

	for (size_t i = 0; i < k->s->lines; i++)
		buf_addf(&all, "%s\n", k->s->line[i]);
	if (!scan(buf_text(&all), all.len, &k->arena, &lines, &c))
		rc = err_set(e, -EINVAL, "\"%s\": %s", k->s->line[c.list[0].at.line > 0 &&
			     (size_t)c.list[0].at.line <= k->s->lines ? c.list[0].at.line - 1 : 0],
			     c.list[0].text);
	for (size_t i = 0; i < lines.count && !rc; i++)
		add_line(k, &lines.line[i]);
	complaints_fini(&c);
	return rc;
}

/* ----------------------------------------------------------------- the file */

static void add_table(struct sketch *k, struct buf *out)
{
	if (!k->columns)
		return;
	buf_addf(out, "\noutcome%s |%s", k->sides ? " first" : "", k->sides ? " other" : "");
	for (size_t i = 0; i < k->columns; i++)
		buf_addf(out, " %s", k->column[i]);
	for (int h = 0; h < (k->sides ? HOST_COUNT : 1); h++) {
		buf_adds(out, "\n");
		if (k->sides)
			buf_addf(out, "%s | %s", host_name[h], host_name[!h]);
		else
			buf_adds(out, "|");
		for (size_t i = 0; i < k->columns; i++)
			buf_adds(out, " ?");
	}
	buf_adds(out, "\n");
}

static void add_top(const struct sketch *k, struct buf *out)
{
	const struct story *s = k->s;

	if (!k->titled) {
		buf_adds(out, "title ");
		if (s->title)
			buf_adds(out, s->title);
		else if (s->lines)
			buf_adds(out, "What was asked");
		else
			say(s, out);
		buf_adds(out, "\n");
	}
	buf_adds(out, buf_text(&k->top));
	if (s->family)
		buf_addf(out, "family %s\n", s->family);
	if (s->link)
		buf_addf(out, "link %s\n", s->link);
}

static int lay_out(struct sketch *k, const struct buf *text, struct buf *out, struct err *e)
{
	struct complaints c = { 0 };
	struct lines lines;
	int rc = 0;

	if (text->failed)
		rc = err_set(e, -ENOMEM, "out of memory");
	else if (scan(buf_text(text), text->len, &k->arena, &lines, &c))
		format_case(buf_text(text), text->len, &lines, out);
	else
		rc = err_set(e, -EINVAL, "%s", c.list[0].text);
	complaints_fini(&c);
	return rc;
}

int story_write(const struct story *s, struct buf *out, struct err *e)
{
	struct sketch k = { .s = s };
	autobuf text = { 0 };
	int rc = 0;

	if (check_words(s, e) || check_lines(s, e) || check_sense(s, e))
		return e->code;
	if (s->lines)
		rc = retell(&k, e);
	else
		tell(&k);
	if (!rc && !add_settings(&k, e)) {
		add_top(&k, &text);
		buf_addf(&text, "%s%s%s\n%s", k.head.len || k.setup.len ? "\n" : "",
			 buf_text(&k.head), buf_text(&k.setup), buf_text(&k.steps));
		add_table(&k, &text);
		rc = lay_out(&k, &text, out, e);
	} else {
		rc = e->code;
	}
	buf_fini(&k.top);
	buf_fini(&k.head);
	buf_fini(&k.setup);
	buf_fini(&k.steps);
	arena_free(&k.arena);
	return rc;
}
