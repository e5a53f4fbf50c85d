#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# KTAP, and the exit statuses of kselftest: 0 pass, 1 fail, 4 skip. LASTACK is the
# program, LASTACK_ARGS more words for `lastack run`.
ksft_fail=1
ksft_skip=4
lastack=${LASTACK:-lastack}

if ! command -v "$lastack" >/dev/null 2>&1; then
	echo "KTAP version 1"
	echo "1..0 # SKIP no $lastack: set LASTACK, or PATH"
	exit $ksft_skip
fi
if [ -n "${LASTACK_RESULTS:-}" ]; then
	set -- --results "$LASTACK_RESULTS"
else
	set -- --no-results
fi
# shellcheck disable=SC2086
"$lastack" run --format ktap --automake "$@" $LASTACK_ARGS
case $? in
0) exit 0 ;;
77) exit $ksft_skip ;;
*) exit $ksft_fail ;;
esac
