#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# For test.fmf: tmt takes a list of results from results.yaml (JSON is YAML).
# LASTACK is a program that is there already, LASTACK_ARGS more words for it.
set -eu
data=${TMT_TEST_DATA:?tmt sets it}
if [ -z "${LASTACK:-}" ]; then
	top=$(cd "$(dirname "$0")/../../.." && pwd)
	make -C "$top"
	LASTACK=$top/.build/lastack
fi
status=0
# shellcheck disable=SC2086
"$LASTACK" run --results "$data/results" ${LASTACK_ARGS:-} || status=$?
jq -s '[.[] | select(.type == "trial") | {
	name: ("/" + .name),
	result: ({"pass": "pass", "todo": "pass", "skip": "info", "broken": "error", "timing": "error"}[.verdict] // "fail"),
	note: [.message // empty]
}]' "$data/results/latest/run.ndjson" >"$data/results.yaml"
exit $status
