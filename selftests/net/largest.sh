#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The MTU is exactly the largest inner packet that fits, whatever the transform: see largest.c.

. "$(dirname "$0")/lib.sh"

need_adit
topology_pair
vpn_device "$left" adit || bail_out "no device"
# Its own MTU is out of the way: what an SA says is what is judged.
ip -n "$left" link set vpn0 mtu 9000
transport_route "$left" vpn0 $LEFT4 $RIGHT4
transport_route "$left" vpn0 $LEFT6 $RIGHT6

"$NET_BIN/largest" "$left" vpn0 wire $LEFT4 $RIGHT4 $LEFT6 $RIGHT6
