#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# netns.sh FLOOR N [looking|capturing]: N times what `floor 1` does, the way a script
# does it: with `ip netns`. FLOOR only plays the sockets' part. `looking`: and what
# lastack does beside: the same settings pinned, and where the sockets are after each
# of the two connections, by ss. `capturing`: that, and every frame kept, by tcpdump.
# Run it where /run/netns may be written to (ci/bench/bench gives it one of its own).
set -eu
floor=$1
n=$2
looking=${3:-}
run=lastack-bench-$$

clean()
{
	ip netns del "$run-server" 2>/dev/null || :
	ip netns del "$run-client" 2>/dev/null || :
	rm -f "/run/$run.pcap" "/run/$run.log"
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

pin()
{
	ip netns exec "$1" sysctl -q net.ipv4.tcp_congestion_control=reno \
		net.ipv4.tcp_rmem='4096 131072 6291456' net.ipv4.tcp_no_metrics_save=1 \
		net.ipv4.tcp_max_syn_backlog=1024 net.ipv6.conf.default.disable_ipv6=1
}

look()
{
	for host in "$s" "$c"; do
		ip netns exec "$host" ss -Htan >/dev/null
	done
}

# It says when it listens; before that, frames are lost
begin_capture()
{
	ip netns exec "$c" tcpdump -Z root --immediate-mode -Uni v0 -w "/run/$run.pcap" 2>"/run/$run.log" &
	tcpdump=$!
	until grep -q 'listening on' "/run/$run.log"; do
		kill -0 "$tcpdump"
	done
}

end_capture()
{
	kill -INT "$tcpdump"
	wait "$tcpdump"
}

one_case()
{
	s=$run-server
	c=$run-client
	ip netns add "$s"
	ip netns add "$c"
	[ -z "$looking" ] || { pin "$s"; pin "$c"; }
	ip link add v0 netns "$c" type veth peer name v0 netns "$s"
	ip -n "$s" addr add 10.0.0.1/24 dev v0
	ip -n "$c" addr add 10.0.0.2/24 dev v0
	ip -n "$s" link set v0 up
	ip -n "$c" link set v0 up
	for host in "$s" "$c"; do
		until ip -n "$host" link show v0 | grep -q 'state UP'; do
			:
		done
	done
	[ "$looking" != capturing ] || begin_capture
	ip netns exec "$s" "$floor" serve &
	serve=$!
	ip netns exec "$c" "$floor" connect
	wait "$serve"
	[ "$looking" != capturing ] || end_capture
	[ -z "$looking" ] || { look; look; }
	clean
}

while [ "$n" -gt 0 ]; do
	one_case
	n=$((n - 1))
done
