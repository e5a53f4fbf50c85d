// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/facts.h"

#include "lib/buf.h"
#include "lib/clock.h"

#include <string.h>

/** Bounds on a record of facts, and on the number that may follow `hz` */
enum { FACTS_BYTES_MOST = 1 << 20, FACTS_MOST = 4096, HZ_MOST = 10000 };

/* ---------------------------------------------------------------- versions */

/** read_number() - Digits at the beginning; Return: how many, 0 for none or for a number above @most */
static size_t read_number(const char *s, size_t len, unsigned int most, unsigned int *number)
{
	unsigned int n = 0;
	size_t i;

	for (i = 0; i < len && s[i] >= '0' && s[i] <= '9'; i++) {
		n = n * 10 + (unsigned int)(s[i] - '0');
		if (n > most)
			return 0;
	}
	*number = n;
	return i;
}

/** read_version() - MAJOR.MINOR at the beginning; Return: its length, 0 for none */
static size_t read_version(const char *s, size_t len, unsigned int *version)
{
	unsigned int major, minor;
	const size_t dot = read_number(s, len, 255, &major);
	size_t digits;

	if (!dot || dot == len || s[dot] != '.')
		return 0;
	digits = read_number(s + dot + 1, len - dot - 1, 255, &minor);
	if (!digits)
		return 0;
	*version = major << 16 | minor << 8;
	return dot + 1 + digits;
}

bool facts_version(const char *s, size_t len, unsigned int *version)
{
	unsigned int read;

	if (!len || read_version(s, len, &read) != len)
		return false;
	*version = read;
	return true;
}

static bool is_plain(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			return false;
	return true;
}

static bool set_release(struct facts *f, const char *s, size_t len)
{
	unsigned int version;

	if (len >= sizeof(f->release) || !is_plain(s, len) || !read_version(s, len, &version))
		return false;
	memcpy(f->release, s, len);
	f->release[len] = '\0';
	f->version = version;
	return true;
}

bool facts_set_release(struct facts *f, const char *release)
{
	return set_release(f, release, strlen(release));
}

/* --------------------------------------------------- questions and answers */

static struct fact *find_fact(const struct facts *f, const char *question)
{
	for (size_t i = 0; i < f->count; i++)
		if (!strcmp(f->fact[i].question, question))
			return &f->fact[i];
	return NULL;
}

void facts_put(struct facts *f, const char *question, const char *answer)
{
	struct fact *known = find_fact(f, question);

	if (!known) {
		f->fact = arena_grow(&f->arena, f->fact, f->count, sizeof(*f->fact));
		known = &f->fact[f->count++];
		known->question = arena_dup(&f->arena, question, strlen(question));
	}
	known->answer = arena_dup(&f->arena, answer, strlen(answer));
}

const char *facts_get(const struct facts *f, const char *question)
{
	const struct fact *known = find_fact(f, question);

	return known ? known->answer : NULL;
}

const char *facts_question(const struct need_of *n, struct arena *a)
{
	const char *kind = need_info[n->kind].name;

	return n->name ? arena_printf(a, "%s %s", kind, n->name) : kind;
}

static bool says_no(const char *answer)
{
	return !strncmp(answer, "no", 2) && (!answer[2] || strchr(" ,:;(", answer[2]));
}

static bool version_met(const struct facts *f, const struct need_of *n)
{
	return n->relation == RELATION_BELOW ? f->version < n->version
					     : f->version >= n->version;
}

static const char *why_version(const struct facts *f, const struct need_of *n, struct arena *a)
{
	return arena_printf(a, "needs kernel %s %u.%u, this is %s",
			    n->relation == RELATION_BELOW ? "<" : ">=", n->version >> 16,
			    n->version >> 8 & 0xff, f->release[0] ? f->release : "not known");
}

/** why_no() - "this kernel has no sysctl NAME" or what else is missing, and what the answer has to add */
static const char *why_no(const struct need_of *n, const char *answer, struct arena *a)
{
	static const char *const lacks[NEED_COUNT] = {
		[NEED_SYSCTL]	= "this kernel has no sysctl ",
		[NEED_COUNTER]	= "this kernel has no counter ",
		[NEED_OPTION]	= "this kernel has no socket option ",
		[NEED_DESTROY]	= "this kernel cannot destroy a socket (SOCK_DESTROY)",
		[NEED_REPAIR]	= "TCP_REPAIR cannot be used here",
		[NEED_PROGRAM]	= "there is no program ",
	};
	const char *reason = answer + 2 + strspn(answer + 2, " ,:;");

	return arena_printf(a, "%s%s%s%s", lacks[n->kind], n->name ? n->name : "",
			    *reason ? ": " : "", reason);
}

static bool answer_met(const struct facts *f, const struct need_of *n, struct arena *a,
		       const char **why)
{
	const char *question = facts_question(n, a);
	const char *answer = facts_get(f, question);

	if (answer && !says_no(answer))
		return true;
	*why = answer ? why_no(n, answer, a)
		      : arena_printf(a, "nobody asked this kernel for \"%s\"", question);
	return false;
}

bool facts_met(const struct facts *f, const struct need_of *n, struct arena *a, const char **why)
{
	struct arena own = { 0 };
	const char *unwanted;
	bool met;

	if (n->kind == NEED_KERNEL) {
		met = version_met(f, n);
		if (!met && why)
			*why = why_version(f, n, a);
		return met;
	}
	if (why)
		return answer_met(f, n, a, why);
	met = answer_met(f, n, &own, &unwanted);
	arena_free(&own);
	return met;
}

/* ------------------------------------------------------------------ record */

/** add_line() - One fact; what would break the line, or end the question early, is replaced */
static void add_line(struct buf *out, const char *question, const char *answer)
{
	for (; *question; question++)
		buf_add(out, is_plain(question, 1) && *question != ':' ? question : "?", 1);
	buf_adds(out, ": ");
	for (; *answer; answer++)
		buf_add(out, is_plain(answer, 1) ? answer : "?", 1);
	buf_adds(out, "\n");
}

void facts_write(const struct facts *f, struct buf *out)
{
	add_line(out, "release", f->release);
	buf_addf(out, "hz: %d\n", f->hz);
	for (size_t i = 0; i < f->count; i++)
		add_line(out, f->fact[i].question, f->fact[i].answer);
}

/** struct record_line - `question: answer`, borrowed from the record */
struct record_line {
	const char *question, *answer;
	size_t question_len, answer_len;
};

static bool cut_record_line(const char *s, size_t len, struct record_line *out)
{
	const char *colon = memchr(s, ':', len);

	if (!colon || colon == s || colon + 1 == s + len || colon[1] != ' ' || !is_plain(s, len))
		return false;
	out->question = s;
	out->question_len = (size_t)(colon - s);
	out->answer = colon + 2;
	out->answer_len = len - out->question_len - 2;
	return true;
}

static bool is_question(const struct record_line *l, const char *question)
{
	return l->question_len == strlen(question) &&
	       !memcmp(l->question, question, l->question_len);
}

static bool read_hz(struct facts *f, const struct record_line *l)
{
	unsigned int hz;

	if (!l->answer_len || read_number(l->answer, l->answer_len, HZ_MOST, &hz) != l->answer_len)
		return false;
	f->hz = (int)hz;
	return true;
}

static bool read_fact(struct facts *f, const struct record_line *l)
{
	if (f->count == FACTS_MOST)
		return false;
	facts_put(f, arena_dup(&f->arena, l->question, l->question_len),
		  arena_dup(&f->arena, l->answer, l->answer_len));
	return true;
}

static bool read_line(struct facts *f, size_t number, const char *s, size_t len)
{
	struct record_line l;

	if (!cut_record_line(s, len, &l))
		return false;
	if (number == 0)
		return is_question(&l, "release") && set_release(f, l.answer, l.answer_len);
	if (number == 1)
		return is_question(&l, "hz") && read_hz(f, &l);
	return read_fact(f, &l);
}

bool facts_read(struct facts *f, const char *text, size_t len)
{
	size_t pos = 0, number = 0;

	*f = (struct facts){ 0 };
	if (len > FACTS_BYTES_MOST)
		return false;
	for (; pos < len; number++) {
		const char *newline = memchr(text + pos, '\n', len - pos);
		const size_t end = newline ? (size_t)(newline - text) : len;

		if (!read_line(f, number, text + pos, end - pos))
			return false;
		pos = end + 1;
	}
	return number >= 2;
}

void facts_fini(struct facts *f)
{
	arena_free(&f->arena);
	*f = (struct facts){ 0 };
}

int64_t span_ns(struct span s, const struct facts *f)
{
	return s.ns + (s.tick ? clock_wheel_step(s.ns, f ? f->hz : 0) : 0);
}
