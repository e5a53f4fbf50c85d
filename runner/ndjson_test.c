// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/ndjson.h"

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/err.h"
#include "runner/event.h"
#include "runner/facts.h"
#include "runner/report.h"
#include "runner/scenario.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct report_point points[] = {
	{ "reopen/x family=ipv4,text=a%2Cb=c run 2", "reopen/x", "cases/reopen/x.case" },
};
static const struct report_plan plan = {
	.point = points, .points = 1, .kernel = "6.18", .version = "lastack 0.1",
};

/* A run with one trial and, where there are any, its events */
static const char *told(struct buf *b, const struct verdict *v, struct event *event, size_t events)
{
	struct line line = { .number = 9 };
	struct step step = { .line = &line };
	struct name name = { .text = "a" };
	const struct trial trial = { .step = &step, .steps = 1, .names = &name, .name_count = 1 };
	const struct events list = { .list = event, .count = events };
	const char *refs[] = { "RFC 1", "RFC 2" };
	const struct report_trial t = { .verdict = v, .ref = refs, .refs = 2 };
	struct facts facts = { .hz = 250 };
	struct report_sink *s;
	struct report *r = report_new();
	FILE *f = tmpfile();
	char part[4096];
	struct err e;
	size_t n;

	assert_non_null(f);
	facts_put(&facts, "sysctl net.ipv4.tcp_x", "no, \"why\"");
	facts_put(&facts, "destroy", "yes");
	s = ndjson_new(fileno(f), &facts);
	assert_int_equal(report_add(r, s, &e), 0);
	assert_int_equal(report_begin(r, &plan, &e), 0);
	assert_int_equal(ndjson_observations(s, points[0].name, &trial, &list, &e), 0);
	assert_int_equal(report_trial(r, 0, &t, &e), 0);
	assert_int_equal(report_end(r, 12 * NS_PER_MS, NULL, &e), 0);
	report_free(r);
	facts_fini(&facts);
	rewind(f);
	while ((n = fread(part, 1, sizeof(part), f)))
		buf_add(b, part, n);
	fclose(f);
	return buf_text(b);
}

static void assert_has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("missing: %s\nin: %s", part, text);
}

static void a_run_is_three_lines(void **state)
{
	const struct verdict v = { .kind = VERDICT_PASS, .tries = 1, .elapsed_ns = 1234567 };
	autobuf b = { 0 };

	(void)state;
	assert_string_equal(
		told(&b, &v, NULL, 0),
		"{\"type\":\"run\",\"schema\":1,\"version\":\"lastack 0.1\",\"kernel\":\"6.18\","
		"\"trials\":1,\"hz\":250,\"facts\":{\"sysctl net.ipv4.tcp_x\":\"no, \\\"why\\\"\","
		"\"destroy\":\"yes\"}}\n"
		"{\"type\":\"trial\",\"number\":1,\"name\":\"reopen/x family=ipv4,text=a%2Cb=c run 2\","
		"\"case\":\"reopen/x\",\"variant\":{\"family\":\"ipv4\",\"text\":\"a%2Cb=c\"},"
		"\"verdict\":\"pass\",\"tries\":1,\"duration_ms\":1.234,"
		"\"file\":\"cases/reopen/x.case\",\"clauses\":[\"RFC 1\",\"RFC 2\"]}\n"
		"{\"type\":\"end\",\"trials\":1,\"judged\":1,\"not_at_the_first_try\":0,\"verdicts\":"
		"{\"pass\":1,\"fail\":0,\"skip\":0,\"todo\":0,\"todo-passed\":0,\"broken\":0,"
		"\"timing\":0},\"duration_ms\":12.000}\n");
}

static void a_failure_tells_all_of_it(void **state)
{
	const struct verdict v = { .kind = VERDICT_FAIL, .tries = 1, .at = { 9, 5, 3 }, .round = 2,
				   .message = "m", .expected = "e", .seen = "s" };
	autobuf b = { 0 };

	(void)state;
	assert_has(told(&b, &v, NULL, 0),
		   "\"message\":\"m\",\"file\":\"cases/reopen/x.case\",\"line\":9,\"column\":5,"
		   "\"round\":3,\"expected\":\"e\",\"seen\":\"s\"");
}

static void observations_name_what_they_hold(void **state)
{
	static struct {
		struct event event;
		const char *json;
	} rows[] = {
		{ { EVENT_STEP, 5000, 4000, 0, 0, HOST_CLIENT, 0, 20000, NULL, NULL, 0, { 0 } },
		  "\"event\":\"step\",\"at_ns\":5000,\"line\":9,\"round\":1,\"host\":\"client\","
		  "\"socket\":\"a\",\"due_ns\":4000,\"slack_ns\":20000}" },
		{ { EVENT_CALL, 1, INT64_MIN, 0, 0, HOST_SERVER, -1, 111, "connect", NULL, 0, { 0 } },
		  "\"host\":\"server\",\"call\":\"connect\",\"errno\":111}" },
		{ { EVENT_RESULT, 1, INT64_MIN, 0, 0, HOST_CLIENT, 0, 104, "ECONNRESET", "recv", 0, { 0 } },
		  "\"result\":\"ECONNRESET\",\"errno\":104,\"call\":\"recv\"}" },
		{ { EVENT_RESULT, 1, INT64_MIN, 0, 0, HOST_CLIENT, 0, 0, "EOF", NULL, 0, { 0 } },
		  "\"result\":\"EOF\",\"bytes\":0}" },
		{ { EVENT_RESULT, 1, INT64_MIN, 0, 0, HOST_CLIENT, 0, 3, "text", "a\0b", 3, { 0 } },
		  "\"result\":\"text\",\"bytes\":3,\"data\":\"a\\u0000b\"}" },
		{ { EVENT_RESULT, 1, INT64_MIN, 0, 0, HOST_CLIENT, 0, 2, "text", "\xff\x00", 2, { 0 } },
		  "\"bytes\":2,\"data_hex\":\"ff00\"}" },
		{ { EVENT_STATE, 1, 0, 0, 0, HOST_CLIENT, 0, -1, "TIME-WAIT", NULL, 0, { 0 } },
		  "\"from_ns\":0,\"state\":\"TIME-WAIT\"}" },
		{ { EVENT_STATE, 1, 0, 0, 0, HOST_CLIENT, 0, 60, "TIME-WAIT", NULL, 0, { 0 } },
		  "\"state\":\"TIME-WAIT\",\"timer_left_ns\":60}" },
		{ { EVENT_BROKEN, -7, INT64_MIN, -1, 0, HOST_NONE, -1, -12, NULL, "no veth", 0, { 0 } },
		  "\"event\":\"broken\",\"at_ns\":-7,\"errno\":-12,\"message\":\"no veth\"}" },
		{ { .kind = EVENT_FRAME, .step = -1, .host = HOST_NONE, .conn = -1, .from_ns = INT64_MIN,
		    .frame = { .heading = HEADING_TO_CLIENT, .fate = FATE_DROPPED, .number = 3,
			       .kind = SEGMENT_SYN_ACK, .flags = 0x12, .client = "192.0.2.1",
			       .server = "192.0.2.2", .client_port = 40000, .server_port = 8080,
			       .seq = 4294967295u, .has_ts = true, .tsval = 5 } },
		  "\"frame\":3,\"sender\":\"server\",\"fate\":\"dropped\",\"segment\":\"SYN-ACK\","
		  "\"flags\":\"SYN+ACK\",\"client\":\"192.0.2.1\",\"client_port\":40000,"
		  "\"server\":\"192.0.2.2\",\"server_port\":8080,\"seq\":4294967295,\"ack\":0,"
		  "\"window\":0,\"length_bytes\":0,\"tsval\":5,\"tsecr\":0}" },
		/* as a record from elsewhere may say it */
		{ { EVENT_CALL, 1, INT64_MIN, 77, 0, HOST_NONE, 99, 0, NULL, NULL, 0, { 0 } },
		  "\"event\":\"call\",\"at_ns\":1,\"errno\":0}" },
	};
	const struct verdict v = { .kind = VERDICT_PASS, .tries = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		autobuf b = { 0 };

		assert_has(told(&b, &v, &rows[i].event, 1), rows[i].json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_run_is_three_lines),
		cmocka_unit_test(a_failure_tells_all_of_it),
		cmocka_unit_test(observations_name_what_they_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
