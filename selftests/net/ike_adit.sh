#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# adit on both ends: each role, both starting at once, over IPv6, IPv6 inside, several tunnels, on
# demand, with packets lost on the way.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 35
need_adit
need jq tcpdump socat

topology_router hosts

name="the left begins"
both_start start=wait -- start=wait
check "$name: up" adit_ctl left up net --wait 10
check "$name: the right says so too" eventually adit_established right
carries "$name" esp
check "$name: down" adit_ctl left down net
check "$name: the right is without SAs" eventually no_adit_sas right
adit_ctl right up net --wait 0 >/dev/null
check "$name: the log says why the other is refused then" eventually \
	grep -q "net: refused $RIGHT4:500: the tunnel was taken down; 'adit up net'" "$TMP/left/aditd.log"
both_stop

name="the right begins"
both_start start=wait -- start=wait
check "$name: up" adit_ctl right up net --wait 10
check "$name: it carries traffic" hosts_ping
check "$name: each pair of SAs is one pair" pairs_match
both_stop

name="both begin at once"
both_start start=always ike=aes256-sha256-modp2048 -- start=always ike=aes256-sha256-modp2048
check "$name: up" wait_for 15 both_established
check "$name: it carries traffic" hosts_ping
check "$name: each pair of SAs is one pair" wait_for 10 pairs_match
both_stop

name="the left behind NAT"
router_nat
both_start start=wait -- start=wait remote=%any remote-id=$LEFT4
check "$name: up" adit_ctl left up net --wait 10
carries "$name" udp
# The first side to be stopped tells the other, whose SAs go with it.
adit_stop left
check "$name: DELETE arrives through the NAT" eventually no_adit_sas right
adit_stop right
in_ns "$router" nft delete table ip adit_nat

name="IPv6 outside"
OUTER=6
both_start start=wait -- start=wait
check "$name: up" adit_ctl left up net --wait 10
check "$name: IPv4 inside is carried" hosts_ping
both_stop
name="IPv6 outside and inside"
both_start start=wait local-ts=$LEFT_NET6 remote-ts=$RIGHT_NET6 -- \
	start=wait local-ts=$RIGHT_NET6 remote-ts=$LEFT_NET6
check "$name: up" adit_ctl left up net --wait 10
# IPv6 takes a route over a device into use some time after its carrier has come.
check "$name: IPv6 inside is carried" wait_for 10 both_ping "$lhost" $LHOST6 "$rhost" $RHOST6
both_stop
OUTER=4

name="several tunnels"
adit_conf left
adit_conf right
for i in 1 2 3 4 5; do
	adit_tunnel left t$i device=vpn$i local-ts=10.1$i.0.0/16 remote-ts=10.2$i.0.0/16
	adit_tunnel right t$i device=vpn$i local-ts=10.2$i.0.0/16 remote-ts=10.1$i.0.0/16 start=wait
	addresses "$left" lo 10.1$i.0.1/32
	addresses "$right" lo 10.2$i.0.1/32
done
adit_start right && adit_start left || bail_out "aditd does not start"
all_up()
{
	[ "$(adit_ctl left status --json | jq '[.tunnels[] | select(.state == "established")] | length')" = 5 ]
}
check "$name: all five come up" wait_for 20 all_up
all_carry()
{
	local i
	for i in 1 2 3 4 5; do
		both_ping "$left" 10.1$i.0.1 "$right" 10.2$i.0.1 || return 1
	done
}
check "$name: each carries its own networks" all_carry
check "$name: one goes down" adit_ctl left down t3
check "$name: the others do not" both_ping "$left" 10.14.0.1 "$right" 10.24.0.1
check "$name: it alone is without traffic" no_ping "$left" 10.23.0.1 -I 10.13.0.1
both_stop

name="on demand"
both_start start=on-demand -- start=wait
check "$name: it waits" adit_is left '.state == "dormant"'
check "$name: the first packets bring it up, and none of them is lost" pings "$lhost" $RHOST4
check "$name: up" adit_established left
both_stop

name="a fifth of all packets lost"
disturb "$router" toright loss 20%
disturb "$router" toleft loss 20%
both_start start=always -- start=wait
check "$name: up all the same" wait_for 40 both_established
calm "$router" toright
calm "$router" toleft
check "$name: it carries traffic" hosts_ping
check "$name: each pair of SAs is one pair" wait_for 20 pairs_match
both_stop

check "no SA is left at the end" no_adit_sas left
finish
