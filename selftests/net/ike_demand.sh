#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What a tunnel follows by itself: the first packets bring it up and none of 32 is lost; the peer's
# name leads elsewhere; our own address changes.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 10
need_adit
need jq socat

topology_router hosts

name="on demand"
both_start start=on-demand -- start=wait
check "$name: it waits" adit_is left '.state == "dormant"'
background in_ns "$rhost" socat -u UDP4-RECV:7777 CREATE:"$TMP/burst"
listens()
{
	[ -n "$(in_ns "$rhost" ss -Hlun 'sport = :7777')" ]
}
eventually listens
# As fast as a shell can: long before the negotiation is over
in_ns "$lhost" bash -c "exec 3>/dev/udp/$RHOST4/7777
	for i in {1..32}; do echo \"packet \$i\" >&3; done"
all_there()
{
	[ "$(sort -u "$TMP/burst" | grep -c '^packet ')" -eq 32 ]
}
check "$name: the first 32 packets bring it up, and all of them arrive" eventually all_there
check "$name: each of them once" test "$(wc -l <"$TMP/burst")" -eq 32
check "$name: up" adit_established left
both_stop

# The right gateway moves: its own daemon follows the change of its address, the left one's finds it
# by its name.
MOVED4=198.51.100.7
cp /etc/hosts "$TMP/hosts"
echo "$RIGHT4 gateway.test" >>/etc/hosts
name="the peer by name"
both_start remote=gateway.test remote-id="$RIGHT4" dpd-delay=2s dpd-timeout=4s start=wait -- \
	local= local-id="$RIGHT4" start=wait
check "$name: up" adit_ctl left up net --wait 10
check "$name: it carries traffic" hosts_ping
same "$name: it is where the name leads" "$RIGHT4" "$(adit_status left .remote)"

name="the peer moves"
sed "\$a$MOVED4 gateway.test" "$TMP/hosts" >/etc/hosts
ip_batch "$right" <<-BATCH
	addr del $RIGHT4/24 dev wire
	addr add $MOVED4/24 dev wire
	route replace default via $ROUTER_RIGHT4
BATCH
check "$name: its own daemon follows" eventually adit_is right ".local == \"$MOVED4\""
moved()
{
	adit_is left ".remote == \"$MOVED4\" and .state == \"established\""
}
check "$name: ours finds it by its name" wait_for 60 moved
check "$name: traffic flows again" hosts_ping
both_stop
cp "$TMP/hosts" /etc/hosts

finish
