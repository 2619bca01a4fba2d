#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What the module's netlink family refuses: see refusals.c.

. "$(dirname "$0")/lib.sh"

need_adit
topology_pair
vpn_device "$left" adit || bail_out "no device"
plan_none
in_ns "$left" "$NET_BIN/refusals" "$(in_ns "$left" cat /sys/class/net/vpn0/ifindex)" \
	"$(in_ns "$left" cat /sys/class/net/wire/ifindex)"
