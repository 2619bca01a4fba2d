#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Holds UDP sockets with UDP_ENCAP_ESPINUDP, as a keying daemon does.

udp_encap.py READY-FILE [PORT...]    opens each port (default 4500) for IPv4 and IPv6, makes
READY-FILE when all of them are ready, and stays until it is killed.  What is not ESP is read
and printed as hex, so that a test can see what reached the daemon.
"""
import select
import socket
import sys

UDP_ENCAP = 100
UDP_ENCAP_ESPINUDP = 2


def encap_socket(family, address, port):
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
    sock.bind((address, port))
    return sock


def main():
    ready, ports = sys.argv[1], [int(port) for port in sys.argv[2:]] or [4500]
    sockets = []
    for port in ports:
        sockets.append(encap_socket(socket.AF_INET, "0.0.0.0", port))
        sockets.append(encap_socket(socket.AF_INET6, "::", port))
    with open(ready, "w", encoding="ascii"):
        pass
    while True:
        for sock in select.select(sockets, [], [])[0]:
            data, source = sock.recvfrom(65535)
            print(source[0], source[1], data.hex(), flush=True)


if __name__ == "__main__":
    main()
