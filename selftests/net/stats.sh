#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What can be seen from outside: ip -s link, ethtool -S, adit sa show, the tracepoint; one drop
# reason after the other, made on purpose.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair
udp_encap "$left"
tunnel alg=null-sha256 || bail_out "no tunnel"

# inject OPTIONS: one packet for adit's inbound SA, with the number $SEQ + 1.
inject()
{
	"$NET_BIN/inject" "$right" "$left" alg=null-sha256 spi=0x1002 from=$RIGHT4 to=$LEFT4 \
		src=$RIGHT_IN4 dst=$LEFT_IN4 seq=$SEQ "$@" <<<"len=40"
}
SEQ=1000

###### what passes ######

links_count()
{
	local rx tx rx_bytes tx_bytes
	tx=$(link_counter "$left" vpn0 tx_packets) tx_bytes=$(link_counter "$left" vpn0 tx_bytes)
	rx=$(link_counter "$left" vpn0 rx_packets) rx_bytes=$(link_counter "$left" vpn0 rx_bytes)
	exchange -u 100,200 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	tx=$(($(link_counter "$left" vpn0 tx_packets) - tx))
	rx=$(($(link_counter "$left" vpn0 rx_packets) - rx))
	tx_bytes=$(($(link_counter "$left" vpn0 tx_bytes) - tx_bytes))
	rx_bytes=$(($(link_counter "$left" vpn0 rx_bytes) - rx_bytes))
	echo "tx $tx packets $tx_bytes bytes, rx $rx packets $rx_bytes bytes"
	[ "$tx" -eq 2 ] && [ "$rx" -eq 2 ] && [ "$tx_bytes" -eq 356 ] && [ "$rx_bytes" -eq 356 ]
}
check "ip -s link counts inner packets and bytes, both ways" links_count
device_counts()
{
	device_read "$left" && echo "tx ${DEVICE[tx_packets]} rx ${DEVICE[rx_packets]}" &&
	[ "${DEVICE[tx_packets]}" -eq "$(link_counter "$left" vpn0 tx_packets)" ] &&
	[ "${DEVICE[rx_packets]}" -eq "$(link_counter "$left" vpn0 rx_packets)" ]
}
check "the netlink family counts the same" device_counts
last_use()
{
	sa_read "$left" 0x1001 && [[ $SA_TEXT == *"used "*" ago"* ]] &&
	adit_sa "$left" in local=192.0.2.77 remote=$RIGHT4 spi=0x55 &&
	sa_read "$left" 0x55 && [[ $SA_TEXT == *"never used"* ]] &&
	adit_sa_del "$left" in local=192.0.2.77 remote=$RIGHT4 spi=0x55
}
check "the last use is shown, and never" last_use

###### what is dropped: in the SA, in the device, in ethtool ######

mount -t tracefs tracefs /sys/kernel/tracing 2>/dev/null
TRACE=/sys/kernel/tracing
[ -e $TRACE/events/adit/adit_drop/enable ] && echo 1 >$TRACE/events/adit/adit_drop/enable
test_cleanup()
{
	[ -e $TRACE/events/adit/adit_drop/enable ] && echo 0 >$TRACE/events/adit/adit_drop/enable
}

# drops REASON INJECT-OPTIONS...: one packet, one more everywhere.
drops()
{
	local reason=$1 sa device ethtool got
	shift
	sa_dropped "$left" 0x1002 "$reason"
	sa=$DROPPED
	device_read "$left"
	device=${DEVICE[drop_$reason]:-0}
	ethtool=$(ethtool_drops "$reason")
	: >$TRACE/trace
	SEQ=$((SEQ + 1))
	got=$(inject "$@")
	[ "$got" = - ] || { echo "it came out: $got"; return 1; }
	sa_dropped "$left" 0x1002 "$reason"
	device_read "$left"
	echo "$SA_TEXT"
	echo "SA $((DROPPED - sa)), device $((${DEVICE[drop_$reason]:-0} - device))," \
	     "ethtool $(($(ethtool_drops "$reason") - ethtool)) more"
	[ $((DROPPED - sa)) -eq 1 ] && [ $((${DEVICE[drop_$reason]:-0} - device)) -eq 1 ] &&
	[ $(($(ethtool_drops "$reason") - ethtool)) -eq 1 ] &&
	grep "adit_drop: dev=vpn0 direction=in proto=esp spi=0x00001002 reason=$reason" $TRACE/trace
}
ethtool_drops()
{
	in_ns "$left" ethtool -S vpn0 | sed -n "s/^ *[a-z_]*drop[a-z_]*[_-]${1//-/[-_]}: //p;
		s/^ *${1//-/[-_]}: //p" | head -n 1
}
check "a packet that is right comes out" test "$(inject)" = +
check "drop reason authentication" drops authentication icv=1
check "drop reason replay" drops replay seq=1
check "drop reason padding: bytes that are not 1, 2, 3" drops padding pad=8 padbytes=1
check "drop reason padding: longer than the packet" drops padding padlength=1
check "drop reason malformed: cut short" drops malformed cut=80
check "drop reason encapsulation: no IP packet inside a tunnel" drops encapsulation next=17
check "drop reason ecn" drops ecn tos=3
check "drop reason encapsulation: in UDP, for an SA without" drops encapsulation udp=4500:4500
dummy_packet()
{
	SEQ=$((SEQ + 1))
	[ "$(inject next=59)" = - ]
}
errors_before=$(link_counter "$left" vpn0 rx_errors)
check "a dummy packet (RFC 4303 2.6) is swallowed" dummy_packet
same "and is no error" "$errors_before" "$(link_counter "$left" vpn0 rx_errors)"
link_says_so()
{
	local errors
	errors=$(($(link_counter "$left" vpn0 rx_errors) + $(link_counter "$left" vpn0 rx_dropped)))
	echo "errors and drops of the link: $errors"
	[ "$errors" -ge 8 ]
}
check "ip -s link counts the drops too" link_says_so

# Outbound: no SA, no route, too large.
outbound_drops()
{
	local reason=$1 before
	shift
	device_read "$left"
	before=${DEVICE[drop_$reason]:-0}
	"$@"
	device_read "$left"
	echo "$reason: $before before, ${DEVICE[drop_$reason]:-0} after"
	[ "${DEVICE[drop_$reason]:-0}" -gt "$before" ]
}
no_route()
{
	adit_sa "$left" out local=$LEFT4 remote=203.0.113.9 spi=0x3001 &&
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	adit_sa_del "$left" out local=$LEFT4 remote=203.0.113.9 spi=0x3001
}
check "drop reason no-route" outbound_drops no-route no_route
too_large()
{
	ip -n "$left" link set vpn0 mtu 9000
	in_ns "$left" ping -n -c 1 -w 1 -M do -s 3000 -I $LEFT_IN4 $RIGHT_IN4
	policy "$left" vpn0 mtu auto
}
check "drop reason mtu" outbound_drops mtu too_large
# With the carrier policy follow, the stack itself keeps packets from a device without an SA.
no_sa()
{
	policy "$left" vpn0 carrier always
	policy "$left" vpn0 staged 0
	adit_in "$left" sa flush dev vpn0 out
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4
}
check "drop reason no-sa" outbound_drops no-sa no_sa

# A device keeps the drops of SAs that are gone.
remembered()
{
	device_read "$left"
	local before=${DEVICE[drop_replay]:-0}
	adit_in "$left" sa flush dev vpn0 && device_read "$left" &&
	[ "$before" -ge 1 ] && [ "${DEVICE[drop_replay]:-0}" -eq "$before" ]
}
check "drops of removed SAs stay in the device's" remembered

finish
