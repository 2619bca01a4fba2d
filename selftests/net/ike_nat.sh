#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# NAT between adit and strongSwan, in front of either and of both, seen on the wire: the float to port
# 4500, the marker that tells key exchange from ESP, keepalives; a NAT that forgets; and UDP
# encapsulation without any NAT.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 46
need_adit
need_strongswan
need conntrack

# Layouts of UDP payloads: IKE on port 500 begins with the initiator's cookie, on 4500 with four
# zero bytes (RFC 3948 2.2); ESP in UDP with its SPI; a keepalive is the one byte 0xff (2.3).
IKE_MAIN_500='udp port 500 and udp[8+18] == 2'
IKE_FLOATED='udp port 4500 and udp[8:4] == 0 and udp[12+18] == 2'
IKE_QUICK_500='udp port 500 and udp[8+18] == 32'
IKE_QUICK_FLOATED='udp port 4500 and udp[8:4] == 0 and udp[12+18] == 32'
KEEPALIVE='udp port 4500 and udp[4:2] == 9 and udp[8] == 0xff'

# floated NAME: four cases of a capture of one negotiation through NAT
floated()
{
	same "$1: main mode begins on port 500 with four messages" 4 \
		"$(captured wire "$IKE_MAIN_500" | cap 4)"
	same "$1: and ends on port 4500 with two" 2 "$(captured wire "$IKE_FLOATED" | cap 2)"
	same "$1: quick mode is on port 4500" 3 "$(captured wire "$IKE_QUICK_FLOATED" | cap 3)"
	same "$1: and not on port 500" 0 "$(captured wire "$IKE_QUICK_500")"
}

# cap N: at most N: under load an honest retransmission may come on top.
cap()
{
	local number
	read -r number
	echo $((number > $1 ? $1 : number))
}

listen()
{
	capture "$router" toright wire || bail_out "cannot capture"
}

udp_alone()
{
	captured_some wire 'udp port 4500 and udp[8:4] != 0' && ! captured_some wire esp
}

esp_alone()
{
	captured_some wire esp && ! captured_some wire 'udp port 4500 and udp[8:4] != 0'
}

# nat_of SIDE: what adit found out.
nat_of()
{
	adit_status "$1" '"\(.ike.nat_local) \(.ike.nat_remote) \(.children[0].encap)"'
}

# same_sas SIDE: remembers phase 1 and SPIs in $SAS; passes when they are what they were.
same_sas()
{
	local before=${SAS:-}
	SAS=$(adit_status "$1" '.ike.cookie_i + .children[0].spi_in + .children[0].spi_out')
	echo "$SAS, before: $before"
	[ "$SAS" = "$before" ]
}

# moved SIDE PORT: the peer's port is another one.
moved()
{
	adit_is "$1" ".ike.remote_port != $2"
}

# forward: the router passes UDP for IKE on its right address to the left: a responder behind NAT.
forward()
{
	in_ns "$router" nft -f - <<-NFT
	table ip adit_nat {
		chain prerouting {
			type nat hook prerouting priority -100; policy accept;
			iifname "toright" ip daddr $ROUTER_RIGHT4 udp dport { 500, 4500 } dnat to $LEFT4
		}
	}
	NFT
	# Connections of before, in the other direction, would have this one take other ports.
	in_ns "$router" conntrack -F >/dev/null 2>&1
}

topology_router hosts
router_nat
swan_conf right
swan_conn right peer nat=yes
swan_start right || bail_out "strongSwan does not start"

name="adit behind NAT begins"
adit_conf left
adit_tunnel left net start=wait keepalive=1s
adit_start left || bail_out "aditd does not start"
listen
check "$name: up" adit_ctl left up net --wait 10
same "$name: it knows that it is the one behind NAT" "true false true" "$(nat_of left)"
check "$name: traffic flows" hosts_ping
check "$name: keepalives are sent" wait_for 10 captured_some wire "$KEEPALIVE and src $ROUTER_RIGHT4"
capture_end wire
floated "$name"
check "$name: no ESP of its own protocol" udp_alone
check "$name: nothing inner on the wire" no_plaintext wire
same_sas left >/dev/null
router_nat_forget
check "$name: the NAT forgets: strongSwan finds it again" hosts_ping
check "$name: the NAT forgets: traffic both ways" exchange -u 64,1300 "$rhost" "$lhost" $RHOST4 $LHOST4
check "$name: the NAT forgets: nothing is negotiated anew" same_sas left
adit_stop left
eventually no_swan_sas right
swan_stop right

name="strongSwan behind NAT begins"
swan_conf left
swan_conn left peer
swan_start left || bail_out "strongSwan does not start"
adit_conf right
adit_tunnel right net start=wait remote=%any remote-id=$LEFT4
adit_start right || bail_out "aditd does not start"
listen
check "$name: up" swan_initiate left
same "$name: adit knows that the peer is behind NAT" "false true true" "$(nat_of right)"
check "$name: adit sends where the peer's NAT expects it" test \
	"$(adit_status right '.remote + " " + (.ike.remote_port > 1024 | tostring)')" = \
	"$ROUTER_RIGHT4 true"
check "$name: traffic flows" hosts_ping
capture_end wire
floated "$name"
check "$name: no ESP of its own protocol" udp_alone
check "$name: nothing inner on the wire" no_plaintext wire
same_sas right >/dev/null
port=$(adit_status right .ike.remote_port)
router_nat_forget 22000-22999
check "$name: the NAT forgets: the next packet is answered" hosts_ping
check "$name: the NAT forgets: adit says where the peer is now" eventually moved right "$port"
check "$name: the NAT forgets: traffic both ways" exchange -u 64,1300 "$rhost" "$lhost" $RHOST4 $LHOST4
check "$name: the NAT forgets: nothing is negotiated anew" same_sas right
check "$name: it deletes from there" swan left --terminate --ike peer
check "$name: and adit is without SAs" eventually no_adit_sas right

name="strongSwan behind NAT responds"
adit_stop right
forward
adit_conf right
adit_tunnel right net start=wait remote=$ROUTER_RIGHT4 remote-id=$LEFT4
adit_start right || bail_out "aditd does not start"
check "$name: up" adit_ctl right up net --wait 10
same "$name: adit knows that the peer is behind NAT" "false true true" "$(nat_of right)"
check "$name: traffic flows" hosts_ping
adit_stop right
swan_stop left

name="adit behind NAT responds"
adit_conf left
adit_tunnel left net start=wait remote=$RIGHT4
adit_start left || bail_out "aditd does not start"
swan_conf right
swan_conn right peer remote_addrs=$ROUTER_RIGHT4 remote_id=$LEFT4
in_ns "$router" conntrack -F >/dev/null 2>&1
swan_start right || bail_out "strongSwan does not start"
check "$name: up" swan_initiate right
same "$name: it knows that it is the one behind NAT" "true false true" "$(nat_of left)"
check "$name: traffic flows" hosts_ping
swan right --terminate --ike peer >/dev/null
adit_stop left

name="both behind NAT"
in_ns "$router" nft delete table ip adit_nat
router_nat
# To the left, the right one is the router too.
in_ns "$router" nft -f - <<-NFT
table ip adit_nat {
	chain prerouting {
		type nat hook prerouting priority -100; policy accept;
		iifname "toleft" ip daddr $ROUTER_LEFT4 udp dport { 500, 4500 } dnat to $RIGHT4
	}
}
NFT
in_ns "$router" conntrack -F >/dev/null 2>&1
swan_conf right
swan_conn right peer nat=yes
swan_load right
adit_conf left
adit_tunnel left net start=wait remote=$ROUTER_LEFT4 remote-id=$RIGHT4
adit_start left || bail_out "aditd does not start"
listen
check "$name: up" adit_ctl left up net --wait 10
same "$name: adit knows it" "true true true" "$(nat_of left)"
check "$name: traffic flows" hosts_ping
capture_end wire
check "$name: no ESP of its own protocol" udp_alone
adit_stop left
eventually no_swan_sas right

name="no NAT, encap = force"
in_ns "$router" nft delete table ip adit_nat
swan_conf right
swan_conn right peer
swan_load right
adit_conf left
adit_tunnel left net start=wait encap=force
adit_start left || bail_out "aditd does not start"
listen
check "$name: up" adit_ctl left up net --wait 10
check "$name: traffic flows" hosts_ping
capture_end wire
check "$name: as ESP in UDP all the same" udp_alone
adit_stop left
eventually no_swan_sas right

name="encap = never"
adit_conf left
adit_tunnel left net start=wait encap=never
adit_start left || bail_out "aditd does not start"
listen
check "$name: up" adit_ctl left up net --wait 10
check "$name: traffic flows" hosts_ping
capture_end wire
check "$name: as ESP" esp_alone
same "$name: nothing went to port 4500" 0 "$(captured wire udp port 4500)"

finish
