#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The forms that tunnels to strongSwan take: transport mode, with and without NAT, several pairs of
# selectors, ranges; extended sequence numbers; IPv6 outside and inside; a bad network; a DELETE of
# one child; and what tshark reads of it all with aditd's key log.

. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 47
need_adit
need_strongswan
need tshark

# peer KEY=VALUE...: strongSwan's side from now on
peer()
{
	swan_conf right
	swan_conn right peer "$@"
	swan_load right || bail_out "strongSwan does not load its configuration"
}

# ours KEY=VALUE...: adit's side, started anew
ours()
{
	adit_conf left
	adit_tunnel left net start=wait "$@"
	adit_start left || bail_out "aditd does not start"
}

over()
{
	adit_stop left
	eventually no_xfrm_sas right
}

# children N: that many, each up
children()
{
	[ "$(adit_status left '[.children[] | select(.state == "established")] | length')" = "$1" ]
}

topology_router hosts
swan_conf right
swan_conn right peer
swan_start right || bail_out "strongSwan does not start"

name="transport mode"
peer child_mode=transport child_local_ts=dynamic child_remote_ts=dynamic
ours mode=transport local-ts=dynamic remote-ts=dynamic
check "$name: up" adit_ctl left up net --wait 10
watch "$router" toright || bail_out "cannot watch the wire"
check "$name: the gateways reach each other" eventually pings "$left" "$RIGHT4"
watched
check "$name: by ESP" sealed esp
same "$name: so it is reported" transport "$(adit_status left '.children[0].mode')"
over

# takes ADDRESS: what goes there takes adit's device.
takes()
{
	ip -n "$left" route get "$1" | grep 'dev vpn0'
}

takes_not()
{
	! takes "$1"
}

# reached ADDRESS...: from the left gateway
reached()
{
	local address

	for address; do
		pings "$left" "$address" || return 1
	done
}

# renewed SPI: the first established child does not receive on this one.
renewed()
{
	adit_is left "[.children[] | select(.state == \"established\")][0].spi_in != \"$1\""
}

name="transport mode, peers that are not named"
SECOND4=198.51.100.2
addresses "$right" wire $SECOND4/24
peer child_mode=transport child_local_ts=dynamic child_remote_ts=dynamic
swan_conn right second local_addrs=$SECOND4 local_id=$SECOND4 child_mode=transport child_local_ts=dynamic \
	child_remote_ts=dynamic
swan_load right || bail_out "strongSwan does not load its configuration"
ours remote=%any mode=transport local-ts=dynamic remote-ts=dynamic
check "$name: before one comes nothing takes the device" takes_not "$RIGHT4"
check "$name: one comes" swan right --initiate --ike peer --child net --timeout 10
watch "$router" toright || bail_out "cannot watch the wire"
check "$name: it is reached" eventually pings "$left" "$RIGHT4"
first=$(adit_status left '.children[0].spi_in')
check "$name: key exchange goes past the tunnel: it renews its child" swan right --rekey --child net
check "$name: which is another one" eventually renewed "$first"
check "$name: another one comes" swan right --initiate --ike second --child net --timeout 10
check "$name: both are reached" eventually reached "$RIGHT4" $SECOND4
watched
check "$name: by ESP" sealed esp
check "$name: the first one goes" swan right --terminate --ike peer
check "$name: and nothing that goes there takes the device" eventually takes_not "$RIGHT4"
check "$name: what goes to the other one does" takes $SECOND4
over

name="transport mode behind NAT"
router_nat
peer nat=yes child_mode=transport child_local_ts=dynamic child_remote_ts=dynamic
ours mode=transport local-ts=dynamic remote-ts=dynamic
check "$name: up" adit_ctl left up net --wait 10
same "$name: in UDP" "transport true" \
	"$(adit_status left '.children[0] | "\(.mode) \(.encap)"')"
check "$name: the gateways reach each other" eventually pings "$left" "$RIGHT4"
over
in_ns "$router" nft delete table ip adit_nat

name="a range"
peer child_local_ts=10.2.0.2-10.2.0.9
ours remote-ts=10.2.0.2-10.2.0.9
check "$name: up" adit_ctl left up net --wait 10
same "$name: as it was configured" 10.2.0.2-10.2.0.9 "$(adit_status left '.children[0].remote_ts')"
check "$name: it carries traffic" hosts_ping
check "$name: what is outside of it stays outside" no_ping "$lhost" $RIGHT_IN4
over

name="one type of ICMP"
peer child_local_ts="${RIGHT_NET4}[icmp/2048]" child_remote_ts="${LEFT_NET4}[icmp/2048]"
ours local-ts="${LEFT_NET4}[icmp/2048]" remote-ts="${RIGHT_NET4}[icmp/2048]"
check "$name: up" adit_ctl left up net --wait 10
requests_leave()
{
	in_ns "$lhost" ping -n -q -c 1 -w 1 $RHOST4
	echo "packets out: $(adit_status left '.children[0].packets_out')"
	adit_is left '.children[0].packets_out > 0'
}
check "$name: echo requests go through it" eventually requests_leave
over

name="several pairs"
addresses "$right" lo 10.12.0.1/32
peer child_local_ts="$RIGHT_NET4,10.12.0.0/16"
ours remote-ts="$RIGHT_NET4 10.12.0.0/16"
check "$name: up" adit_ctl left up net --wait 10
check "$name: two children" eventually children 2
same "$name: under one phase 1" 1 "$(swan right --list-sas | grep -c '^peer:')"
check "$name: the first carries traffic" hosts_ping
check "$name: so does the second" eventually pings "$lhost" 10.12.0.1
check "$name: down" adit_ctl left down net
check "$name: strongSwan has deleted both" eventually no_xfrm_sas right
over

name="a bad network"
disturb "$router" toright delay 5ms 3ms reorder 25% loss 20%
disturb "$router" toleft delay 5ms 3ms reorder 25% loss 20%
ours start=always
check "$name: up" wait_for 60 adit_established left
calm "$router" toright
calm "$router" toleft
check "$name: it carries traffic" hosts_ping
over

name="IPv6 outside"
OUTER=6
peer
ours
check "$name: up" adit_ctl left up net --wait 10
check "$name: it carries traffic" hosts_ping
over

name="IPv6 outside and inside"
peer child_local_ts=$RIGHT_NET6 child_remote_ts=$LEFT_NET6
ours local-ts=$LEFT_NET6 remote-ts=$RIGHT_NET6
check "$name: up" adit_ctl left up net --wait 10
# IPv6 takes a route over a device into use some time after its carrier has come.
check "$name: it carries traffic" wait_for 10 both_ping "$lhost" $LHOST6 "$rhost" $RHOST6
over
OUTER=4

name="extended sequence numbers"
peer child_esp_proposals=aes128-sha256-esn
ours esp=aes128-sha256 esn=true
check "$name: up" adit_ctl left up net --wait 10
same "$name: agreed" true "$(adit_status left .children[0].esn)"
side right
check "$name: XFRM has them too" sh -c "ip -n $NS xfrm state | grep -q esn"
check "$name: it carries traffic" hosts_ping

name="strongSwan deletes a child"
first=$(adit_status left '.children[0].spi_in')
cookies=$(adit_status left '.ike.cookie_i + .ike.cookie_r')
check "$name: it does" swan right --terminate --child net
check "$name: adit, which wants it, brings up another" wait_for 20 adit_is left \
	".state == \"established\" and .children[0].spi_in != \"$first\""
same "$name: under the same phase 1" "$cookies" "$(adit_status left '.ike.cookie_i + .ike.cookie_r')"
over

name="key log"
peer child_esp_proposals=aes128gcm16-modp1024
adit_conf left "keylog = \"$TMP/keys\""
adit_tunnel left net start=wait esp=aes128gcm16-modp1024
adit_start left || bail_out "aditd does not start"
capture "$router" toright wire || bail_out "cannot capture"
check "$name: up" adit_ctl left up net --wait 10
adit_ctl left down net >/dev/null
eventually no_xfrm_sas right
capture_end wire
# read FILTER FIELD: with the keys, what is inside of the encrypted messages
decrypted()
{
	mkdir -p "$TMP/wireshark"
	cp "$TMP/keys" "$TMP/wireshark/ikev1_decryption_table"
	WIRESHARK_CONFIG_DIR=$TMP/wireshark tshark -r "$TMP/wire.pcap" -Y "$1" -T fields -e "$2" \
		2>/dev/null
}
names_networks()
{
	decrypted 'isakmp.exchangetype == 32' isakmp.id.data.ipv4_subnet >"$TMP/subnets"
	cat "$TMP/subnets"
	grep -q '255\.255\.0\.0,255\.255\.0\.0' "$TMP/subnets"
}
check "$name: tshark reads the selectors of quick mode" names_networks
check "$name: and the DELETE" test -n "$(decrypted 'isakmp.exchangetype == 5' isakmp.delete.spi)"
adit_stop left

finish
