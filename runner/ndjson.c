// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/ndjson.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "lib/utf8.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/json.h"
#include "runner/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct ndjson {
	struct report_sink sink;
	int fd;
	const struct facts *facts;
	const struct report_plan *plan;
	struct buf out;
};

static struct ndjson *ndjson_of(struct report_sink *s)
{
	return (struct ndjson *)s;
}

static int say(struct ndjson *n, struct err *e)
{
	return buf_send(&n->out, n->fd, e) ? err_in(e, "ndjson") : 0;
}

static void begin_line(struct buf *b, const char *type)
{
	json_open(b, NULL, '{');
	json_text(b, "type", type);
}

static void end_line(struct buf *b)
{
	json_close(b, '}');
	buf_adds(b, "\n");
}

/* ------------------------------------------------------------ the run */

static void add_facts(struct buf *b, const struct facts *f)
{
	json_open(b, "facts", '{');
	for (size_t i = 0; i < f->count; i++) {
		json_text(b, NULL, f->fact[i].question);
		buf_adds(b, ":");
		json_text(b, NULL, f->fact[i].answer);
	}
	json_close(b, '}');
}

static int ndjson_begin(struct report_sink *s, const struct report_plan *plan, struct err *e)
{
	struct ndjson *n = ndjson_of(s);
	struct buf *b = &n->out;

	n->plan = plan;
	begin_line(b, "run");
	json_number(b, "schema", NDJSON_SCHEMA);
	json_text(b, "version", plan->version);
	json_text(b, "kernel", plan->kernel);
	json_text(b, "machine", plan->machine);
	json_text(b, "command", plan->command);
	json_text(b, "results", plan->results);
	json_number(b, "trials", (int64_t)plan->points);
	json_text(b, "skip", plan->skip);
	if (n->facts) {
		json_number(b, "hz", n->facts->hz);
		add_facts(b, n->facts);
	}
	end_line(b);
	return say(n, e);
}

static void add_counts(struct buf *b, const struct report_summary *sum)
{
	json_open(b, "verdicts", '{');
	for (int k = 0; k < VERDICT_COUNT; k++)
		json_number(b, verdict_name[k], (int64_t)sum->count[k]);
	json_close(b, '}');
}

static int ndjson_end(struct report_sink *s, const struct report_summary *sum, struct err *e)
{
	struct ndjson *n = ndjson_of(s);
	struct buf *b = &n->out;

	begin_line(b, "end");
	json_number(b, "trials", (int64_t)sum->points);
	json_number(b, "judged", (int64_t)sum->done);
	json_number(b, "not_at_the_first_try", (int64_t)sum->flaky);
	add_counts(b, sum);
	json_ms(b, "duration_ms", sum->wall_ns);
	json_text(b, "cut_short", sum->cut_short);
	end_line(b);
	return say(n, e) || buf_sent(n->fd, e) ? e->code : 0;
}

static int ndjson_bail(struct report_sink *s, const char *reason, struct err *e)
{
	struct ndjson *n = ndjson_of(s);

	begin_line(&n->out, "bail");
	json_text(&n->out, "reason", reason);
	end_line(&n->out);
	return say(n, e) || buf_sent(n->fd, e) ? e->code : 0;
}

/* ------------------------------------------------------------ a verdict */

/* axis=value,axis=value run 3: a value has no comma, for it comes as %2C */
static void add_variant(struct buf *b, const char *name)
{
	const char *s = strchr(name, ' ');

	if (!s || !strchr(s, '='))
		return;
	json_open(b, "variant", '{');
	for (s++; *s && *s != ' '; s += *s == ',') {
		const size_t axis = strcspn(s, "=, ");
		const char *value = s + axis + (s[axis] == '=');
		const size_t len = strcspn(value, ", ");

		json_part(b, NULL, s, axis);
		buf_adds(b, ":");
		json_part(b, NULL, value, len);
		s = value + len;
	}
	json_close(b, '}');
}

static void add_place(struct buf *b, const char *file, const struct place *at)
{
	json_text(b, "file", file);
	if (at->line <= 0)
		return;
	json_number(b, "line", at->line);
	json_number(b, "column", at->column);
}

/* Rows that are no socket have no ends: the table is empty, or so many more are left out */
static void add_socket(struct buf *b, const struct report_socket *r)
{
	json_open(b, NULL, '{');
	json_text(b, "host", *r->host ? r->host : NULL);
	json_text(b, "state", r->state);
	if (r->left_out)
		json_number(b, "left_out", r->left_out);
	if (*r->local) {
		json_text(b, "connection", r->conn);
		json_text(b, "local", r->local);
		json_text(b, "remote", r->remote);
		json_number(b, "recv_queue", r->recvq);
		json_number(b, "send_queue", r->sendq);
		json_number(b, "retransmits", r->retransmits);
	}
	if (r->timer && *r->timer) {
		json_text(b, "timer", r->timer);
		json_ms(b, "timer_left_ms", r->left_ns);
	}
	json_close(b, '}');
}

static void add_sockets(struct buf *b, const struct report_trial *t)
{
	if (!t->sockets)
		return;
	json_ms(b, "sockets_ms", t->sockets_ns);
	json_open(b, "sockets", '[');
	for (size_t i = 0; i < t->sockets; i++)
		add_socket(b, &t->socket[i]);
	json_close(b, ']');
}

static int ndjson_trial(struct report_sink *s, size_t index, const struct report_trial *t,
			struct err *e)
{
	struct ndjson *n = ndjson_of(s);
	const struct report_point *point = &n->plan->point[index];
	const struct verdict *v = t->verdict;
	struct buf *b = &n->out;

	begin_line(b, "trial");
	json_number(b, "number", (int64_t)index + 1);
	json_text(b, "name", point->name);
	json_text(b, "case", point->scenario);
	add_variant(b, point->name);
	json_text(b, "verdict", verdict_name[v->kind]);
	json_number(b, "tries", v->tries);
	json_ms(b, "duration_ms", v->elapsed_ns);
	if (v->kind != VERDICT_PASS)
		json_text(b, "message", report_message(t));
	json_text(b, "todo", t->todo);
	add_place(b, point->file, &v->at);
	json_text(b, "step", t->step);
	if (v->round > 0)
		json_number(b, "round", v->round + 1);
	json_text(b, "expected", v->expected);
	json_text(b, "seen", v->seen);
	json_list(b, "sysctls", t->sysctl, t->sysctls);
	json_list(b, "clauses", t->ref, t->refs);
	json_text(b, "repro", t->repro);
	json_text(b, "record", t->artifacts);
	json_text(b, "capture", t->capture);
	json_text(b, "excerpt", t->excerpt);
	json_text(b, "ladder", t->ladder);
	add_sockets(b, t);
	end_line(b);
	return say(n, e);
}

/* ------------------------------------------------------------ observations */

/*
 * What an event's members are called, by its kind; NULL: it has none.
 * @from: when it was due, for a step or a wait
 */
static const struct member { const char *word, *number, *text, *from; } member[EVENT_KIND_COUNT] = {
	[EVENT_TRY]	= { "family",	"try",		NULL,		NULL },
	[EVENT_READY]	= { NULL,	NULL,		NULL,		NULL },
	[EVENT_STEP]	= { NULL,	"slack_ns",	NULL,		"due_ns" },
	[EVENT_CALL]	= { "call",	"errno",	NULL,		NULL },
	[EVENT_RESULT]	= { "result",	"bytes",	"data",		NULL },
	[EVENT_DONE]	= { NULL,	NULL,		NULL,		NULL },
	[EVENT_PAIR]	= { NULL,	NULL,		"pair",		NULL },
	[EVENT_STATE]	= { "state",	"timer_left_ns", NULL,		"from_ns" },
	[EVENT_LOOK]	= { "value",	"number",	NULL,		"from_ns" },
	[EVENT_COUNTER]	= { "counter",	"growth",	NULL,		NULL },
	[EVENT_FRAME]	= { NULL,	NULL,		"data",		NULL },
	[EVENT_WIRE]	= { "act",	"frame",	NULL,		NULL },
	[EVENT_SOCKET]	= { "state",	"timer_left_ns", "socket",	NULL },
	[EVENT_PAUSE]	= { NULL,	"pid",		"hosts",	NULL },
	[EVENT_LATE]	= { NULL,	NULL,		"message",	"due_ns" },
	[EVENT_DOZE]	= { NULL,	"until_ns",	NULL,		NULL },
	[EVENT_WAKE]	= { NULL,	NULL,		NULL,		NULL },
	[EVENT_NAP]	= { NULL,	NULL,		NULL,		NULL },
	[EVENT_KERNEL]	= { NULL,	NULL,		"message",	NULL },
	[EVENT_SKIP]	= { NULL,	"errno",	"message",	NULL },
	[EVENT_BROKEN]	= { "blame",	"errno",	"message",	NULL },
	[EVENT_END]	= { NULL,	NULL,		NULL,		NULL },
};

/* A result that is an errno tells the call in place of data. */
static const struct member failed_result = { "result", "errno", "call", NULL };

static const struct member *member_of(const struct event *ev)
{
	const bool failed = ev->kind == EVENT_RESULT && ev->word && ev->word[0] == 'E' &&
			    strcmp(ev->word, "EOF") != 0;

	return failed ? &failed_result : &member[ev->kind];
}

static bool is_utf8(const char *s, size_t len)
{
	uint32_t code;
	size_t n = 0;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_next(s + i, len - i, &code);
		if (!n)
			return false;
	}
	return true;
}

/* Text as text; bytes that are none as hexadecimal digits, under NAME_hex */
static void add_bytes(struct buf *b, const char *key, const char *s, size_t len)
{
	autobuf name = { 0 }, digits = { 0 };

	if (is_utf8(s, len)) {
		json_part(b, key, s, len);
		return;
	}
	buf_addf(&name, "%s_hex", key);
	for (size_t i = 0; i < len; i++)
		buf_addf(&digits, "%02x", (unsigned char)s[i]);
	json_text(b, buf_text(&name), buf_text(&digits));
	b->failed |= name.failed || digits.failed;
}

static void add_frame(struct buf *b, const struct frame_note *f)
{
	const enum host from = f->heading == HEADING_TO_SERVER ? HOST_CLIENT : HOST_SERVER;
	char flags[40];

	json_number(b, "frame", f->number);
	json_text(b, "sender", host_name[from]);
	json_text(b, "fate", fate_name[f->fate]);
	json_text(b, "segment", segment_kind_name[f->kind]);
	json_text(b, "flags", segment_flags_text(f->flags, flags, sizeof(flags)));
	json_text(b, "client", f->client);
	json_number(b, "client_port", f->client_port);
	json_text(b, "server", f->server);
	json_number(b, "server_port", f->server_port);
	json_number(b, "seq", f->seq);
	json_number(b, "ack", f->ack);
	json_number(b, "window", f->window);
	json_number(b, "length_bytes", f->len);
	if (f->has_ts) {
		json_number(b, "tsval", f->tsval);
		json_number(b, "tsecr", f->tsecr);
	}
	if (f->icmp[0])
		json_text(b, "icmp", f->icmp);
}

static void add_members(struct buf *b, const struct event *ev)
{
	const struct member *m = member_of(ev);
	const bool no_timer = ev->kind == EVENT_STATE && ev->number < 0;

	if (m->from && ev->from_ns != INT64_MIN)
		json_number(b, m->from, ev->from_ns);
	if (m->word)
		json_text(b, m->word, ev->word);
	if (m->number && !no_timer)
		json_number(b, m->number, ev->number);
	if (m->text && ev->text)
		add_bytes(b, m->text, ev->text, event_text_len(ev));
}

static void add_observation(struct buf *b, const char *name, const struct trial *t,
			    const struct event *ev)
{
	begin_line(b, "observation");
	json_text(b, "name", name);
	json_text(b, "event", event_name[ev->kind]);
	json_number(b, "at_ns", ev->at_ns);
	if (ev->step >= 0 && (size_t)ev->step < t->steps) {
		json_number(b, "line", t->step[ev->step].line->number);
		json_number(b, "round", ev->round + 1);
	}
	if (ev->host != HOST_NONE)
		json_text(b, "host", host_name[ev->host]);
	if (ev->conn >= 0 && (size_t)ev->conn < t->name_count)
		json_text(b, "socket", t->names[ev->conn].text);
	add_members(b, ev);
	if (ev->kind == EVENT_FRAME)
		add_frame(b, &ev->frame);
	end_line(b);
}

int ndjson_observations(struct report_sink *s, const char *name, const struct trial *t,
			const struct events *events, struct err *e)
{
	struct ndjson *n = ndjson_of(s);

	for (size_t i = 0; i < events->count; i++)
		add_observation(&n->out, name, t, &events->list[i]);
	return say(n, e);
}

/* ------------------------------------------------------------ the sink */

static void ndjson_free(struct report_sink *s)
{
	struct ndjson *n = ndjson_of(s);

	buf_fini(&n->out);
	free(n);
}

struct report_sink *ndjson_new(int fd, const struct facts *facts)
{
	struct ndjson *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->sink = (struct report_sink){ .begin = ndjson_begin, .trial = ndjson_trial,
					.end = ndjson_end, .bail = ndjson_bail,
					.free = ndjson_free };
	n->fd = fd;
	n->facts = facts;
	return &n->sink;
}
