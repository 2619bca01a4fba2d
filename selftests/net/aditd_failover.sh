#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Two tunnels to the same networks, routes by metric: when the way of the preferred one breaks, its
# dead peer detection takes its carrier, and traffic goes by the other; when it returns, so does
# the traffic, without flapping.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 11
need_adit
need jq

SECOND4=198.51.100.2
DPD=(dpd-delay=1s dpd-timeout=4s)

# way: the device that traffic to the right takes.
way()
{
	ip -n "$left" route get $RIGHT_IN4 from $LEFT_IN4 | sed -n 's/.* dev \([^ ]*\).*/\1/p'
}

goes()
{
	[ "$(way)" = "$1" ] && pings "$left" $RIGHT_IN4 -I $LEFT_IN4
}

all_up()
{
	adit_established left first && adit_established left second
}

topology_router
ip -n "$right" addr add $SECOND4/24 dev wire
adit_conf right
adit_tunnel right first device=vpn1 metric=100 start=wait dpd-action=clear "${DPD[@]}"
adit_tunnel right second device=vpn2 metric=200 local=$SECOND4 start=wait dpd-action=clear \
	"${DPD[@]}"
adit_start right || bail_out "aditd does not start"
adit_conf left
adit_tunnel left first device=vpn1 metric=100 "${DPD[@]}"
adit_tunnel left second device=vpn2 metric=200 remote=$SECOND4 "${DPD[@]}"
adit_start left || bail_out "aditd does not start"

check "both tunnels are up" wait_for 20 all_up
check "traffic takes the one with the lower metric" eventually goes vpn1
router_drop "ip saddr { $RIGHT4, $LEFT4 } ip daddr { $RIGHT4, $LEFT4 }" ||
	bail_out "cannot break the first way"
now_ms
begin=$NOW_MS
turned()
{
	[ "$(way)" = vpn2 ]
}
check "its way broken, packets take the other" wait_for 20 turned
now_ms
# The DPD timeout and 2 s, and 1 s of emulation on top, for each machine that shares the processor.
check "after $((NOW_MS - begin)) ms, within the DPD timeout and 2 s" \
	test $((NOW_MS - begin)) -le $((6000 + 1000 * ${TEST_SHARERS:-1} * TEST_PATIENCE))
check "and are answered" eventually goes vpn2
check "the status says why" adit_is left '.last_error.code == "dpd-timeout"' first
check_not "the preferred one is not up" adit_established left first
check "the other is" adit_established left second
router_drop_none
check "mended, the preferred one comes back" wait_for 70 adit_established left first
check "and the traffic with it" eventually goes vpn1
check "and stays there" goes vpn1
daemons_stop
finish
