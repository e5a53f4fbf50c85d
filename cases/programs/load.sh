# SPDX-License-Identifier: GPL-2.0-or-later
#
# load.sh TOOL: a hundred requests, two at once where the tool can; fails where one fails
url=http://$SERVER:8080/
case $1 in
ab)		ab -q -n 100 -c 2 "$url" ;;
ab-keep-alive)	ab -q -k -n 100 -c 2 "$url" ;;
curl)		for i in $(seq 100); do curl -sS "$url" || exit; done ;;
esac
