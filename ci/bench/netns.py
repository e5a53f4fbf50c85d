#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# netns.py N [looking]: N times what `floor 1` does, the way a Python program does it:
# with pyroute2 (package python3-pyroute2), in one process. `looking`: and the settings
# that lastack pins, and where the sockets are after each of the two connections, by
# sock_diag. Prints milliseconds for each.
import os
import socket
import sys
import time

from pyroute2 import DiagSocket, IPRoute, netns

SERVER, CLIENT, PORT, FROM = "10.0.0.1", "10.0.0.2", 8080, 40000
PINS = {
    "ipv4/tcp_congestion_control": "reno", "ipv4/tcp_rmem": "4096 131072 6291456",
    "ipv4/tcp_no_metrics_save": "1", "ipv4/tcp_max_syn_backlog": "1024",
    "ipv6/conf/default/disable_ipv6": "1",
}
HOME = os.open("/proc/self/ns/net", os.O_RDONLY)


def inside(name, work):
    """Do work in a namespace, and come back"""
    netns.setns(name)
    try:
        return work()
    finally:
        netns.setns(HOME)


def stream(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("", port))
    return s


def listening():
    s = stream(PORT)
    s.listen(8)
    return s


def connected():
    """Again while the old pair still waits for its last ACK"""
    while True:
        s = stream(FROM)
        try:
            s.connect((SERVER, PORT))
            return s
        except OSError:
            s.close()
            time.sleep(0.0001)


def furnish(ip, address):
    ip.addr("add", index=ip.link_lookup(ifname="v0")[0], address=address, prefixlen=24)
    ip.link("set", index=ip.link_lookup(ifname="v0")[0], state="up")


def await_carrier(ip):
    index = ip.link_lookup(ifname="v0")[0]
    while ip.link("get", index=index)[0].get_attr("IFLA_OPERSTATE") != "UP":
        pass


def pin():
    for name, value in PINS.items():
        with open("/proc/sys/net/" + name, "w") as f:
            f.write(value)


def diag():
    d = DiagSocket()
    d.bind()
    return d


def one_case(number, looking):
    server, client = (f"lastack-bench-{os.getpid()}-{number}-{who}" for who in "sc")
    for name in (server, client):
        netns.create(name)
    try:
        if looking:
            inside(server, pin)
            inside(client, pin)
        there, here = inside(server, IPRoute), inside(client, IPRoute)
        here.link("add", ifname="v0", kind="veth",
                  peer={"ifname": "v0", "net_ns_fd": server})
        furnish(there, SERVER)
        furnish(here, CLIENT)
        await_carrier(there)
        await_carrier(here)
        eyes = [inside(name, diag) for name in (server, client)] if looking else []
        listener = inside(server, listening)
        for _ in range(2):
            fd = inside(client, connected)
            listener.accept()[0].close()
            fd.recv(1)
            fd.close()
            for eye in eyes:
                eye.get_sock_stats(family=socket.AF_INET)
        for eye in eyes:
            eye.close()
        listener.close()
        there.close()
        here.close()
    finally:
        for name in (server, client):
            netns.remove(name)


count = int(sys.argv[1])
begun = time.monotonic()
for i in range(count):
    one_case(i, sys.argv[2:] == ["looking"])
print(f"{(time.monotonic() - begun) * 1e3 / count:.3f}")
