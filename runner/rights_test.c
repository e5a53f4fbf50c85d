// SPDX-License-Identifier: GPL-2.0-or-later
#include "runner/rights.h"

#include "lib/buf.h"
#include "lib/caps.h"
#include "lib/cell.h"
#include "runner/complain.h"
#include "runner/parse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint64_t of(const char *header, const char *steps)
{
	autobuf text = { 0 };
	struct scenario s = { 0 };
	struct complaints c = { 0 };
	struct trial t;
	uint64_t set;

	buf_addf(&text, "title t\nref RFC 9293\n%s\n\n%s\n", header, steps);
	if (!parse_scenario("t.case", "t/t", buf_text(&text), text.len, &s, &c))
		fail_msg("%s", c.count ? c.list[0].text : "it cannot be read");
	parse_trial(&s, 0, NULL, &t);
	set = rights_of(&t);
	trial_fini(&t);
	scenario_fini(&s);
	complaints_fini(&c);
	return set;
}

#define ADMIN CAPS(CAP_NET_ADMIN)
#define LOW CAPS(CAP_NET_BIND_SERVICE)
#define ENTER CAPS(CAP_SYS_ADMIN)
#define LISTEN "server listen 8080\n"
#define CONNECT "client connect a from 40000 to 8080\n"

static void steps_keep_what_they_need_and_nothing_else(void **state)
{
	static const struct {
		const char *header, *steps;
		uint64_t set;
	} rows[] = {
		{ "", LISTEN CONNECT "client close a", 0 },
		{ "sysctl net.ipv4.tcp_timestamps = 0", LISTEN CONNECT, 0 },
		{ "", LISTEN CONNECT "expect client counter TcpActiveOpens +1", 0 },
		{ "", LISTEN "wire drop client>server SYN\n" CONNECT, 0 },
		{ "", LISTEN CONNECT "client vanish a", ADMIN },
		{ "", LISTEN CONNECT "server destroy a", ADMIN },
		{ "", LISTEN CONNECT "client connect b from 40000 to 8080 isn a.client.isn", ADMIN },
		{ "", LISTEN CONNECT "client set a clock 7", ADMIN },
		{ "", LISTEN "client sysctl net.ipv4.tcp_timestamps = 0\n" CONNECT, ADMIN },
		{ "", LISTEN "server sysctl net.ipv4.tcp_timestamps = 0\n" CONNECT, ADMIN | ENTER },
		{ "link loopback", LISTEN "server sysctl net.ipv4.tcp_timestamps = 0\n" CONNECT, ADMIN },
		{ "", LISTEN "expect client sysctl net.ipv4.tcp_timestamps 1", ADMIN },
		{ "", "server listen 80\nclient connect a to 80", LOW },
		{ "", LISTEN "client connect a from 1023 to 8080", LOW },
		{ "", LISTEN "client connect a from 1024 to 8080", 0 },
		{ "sysctl net.ipv4.ip_unprivileged_port_start = 9000", LISTEN CONNECT, LOW },
		{ "", LISTEN "repeat 1000\n  client connect a to 8080\nend", 0 },
		{ "", "repeat 16\n  server listen 8080\n  server unlisten 8080\nend", 0 },
		{ "", "repeat 17\n  server listen 8080\n  server unlisten 8080\nend", ENTER },
		{ "", "repeat 5\n  repeat 4\n    server listen 8080\n    server unlisten 8080\n  end\nend",
		  ENTER },
		{ "", "repeat 100000\n  server listen 8080\n  server unlisten 8080\nend", ENTER },
		{ "link loopback", "repeat 17\n  server listen 8080\n  server unlisten 8080\nend", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint64_t set = of(rows[i].header, rows[i].steps);

		if (set != rows[i].set)
			fail_msg("%s: %llx, must be %llx", rows[i].steps, (unsigned long long)set,
				 (unsigned long long)rows[i].set);
	}
}

static void who_starts_programs_has_their_rights_and_the_one_to_start_them(void **state)
{
	const uint64_t set = of("", "client run \"true\"");

	(void)state;
	assert_true((set & cell_rights()) == cell_rights());
	assert_true(set & ENTER);
	assert_false(cell_rights() & ENTER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_keep_what_they_need_and_nothing_else),
		cmocka_unit_test(who_starts_programs_has_their_rights_and_the_one_to_start_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
