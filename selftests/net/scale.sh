#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The cost of a lookup does not grow with the number of SAs and selectors: see scale.c.

. "$(dirname "$0")/lib.sh"

need_adit
topology_pair
for device in vpn0 vpn1 vpn2; do
	vpn_device "$left" adit $device || bail_out "no device"
	ip -n "$left" route add $RIGHT_NET4 dev $device src $LEFT_IN4 metric $((100 + ${device#vpn}))
done
"$NET_BIN/scale" "$left" $LEFT4 $RIGHT4 $RIGHT_IN4 vpn0 vpn1 vpn2
