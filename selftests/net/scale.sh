#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The cost of a lookup does not grow with the number of SAs and selectors: see scale.c.

. "$(dirname "$0")/lib.sh"

need_adit
topology_pair
vpn_device "$left" adit || bail_out "no device"
vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4
"$NET_BIN/scale" "$left" vpn0 $LEFT4 $RIGHT4 $RIGHT_IN4
