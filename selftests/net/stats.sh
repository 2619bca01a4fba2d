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
SEQ=1000 SPI=0x1002

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
trace()
{
	local event
	for event in adit/adit_drop skb/kfree_skb; do
		[ ! -e $TRACE/events/$event/enable ] || echo "$1" >$TRACE/events/$event/enable
	done
}
test_cleanup()
{
	trace 0
}
trace 1

# What dropwatch shows, of the core's reasons; where it was dropped, older kernels do not say.
declare -A CORE=(
	[authentication]=XFRM_POLICY [replay]=XFRM_POLICY [selector]=XFRM_POLICY
	[encapsulation]=XFRM_POLICY [padding]=IP_INHDR [malformed]=IP_INHDR
	[ecn]='IP_(TUNNEL_ECN|INHDR)' [no-sa]=IP_OUTNOROUTES [no-route]=IP_OUTNOROUTES [mtu]=PKT_TOO_BIG
)
# traced REASON WORDS: our tracepoint says WORDS and the reason, the kernel's own what comes closest.
traced()
{
	local place='location=([^ ]* \[adit\]|[0-9a-f]+)'
	cp $TRACE/trace "$TMP/trace"
	grep "adit_drop: dev=vpn0 $2 reason=$1\$" "$TMP/trace" &&
	grep -E "kfree_skb: .* $place reason: ${CORE[$1]}\$" "$TMP/trace" && return 0
	cat "$TMP/trace"
	return 1
}

# drops REASON INJECT-OPTIONS...: one packet, one more everywhere.
drops()
{
	local reason=$1 sa device ethtool got
	shift
	sa_dropped "$left" $SPI "$reason"
	sa=$DROPPED
	device_read "$left"
	device=${DEVICE[drop_$reason]:-0}
	ethtool=$(ethtool_drops "$reason")
	: >$TRACE/trace
	SEQ=$((SEQ + 1))
	got=$(inject spi=$SPI "$@")
	[ "$got" = - ] || { echo "it came out: $got"; return 1; }
	sa_dropped "$left" $SPI "$reason"
	device_read "$left"
	echo "$SA_TEXT"
	echo "SA $((DROPPED - sa)), device $((${DEVICE[drop_$reason]:-0} - device))," \
	     "ethtool $(($(ethtool_drops "$reason") - ethtool)) more"
	[ $((DROPPED - sa)) -eq 1 ] && [ $((${DEVICE[drop_$reason]:-0} - device)) -eq 1 ] &&
	[ $(($(ethtool_drops "$reason") - ethtool)) -eq 1 ] &&
	traced "$reason" "direction=in proto=esp spi=$(printf 0x%08x $SPI)"
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
check "an SA with a selector" adit_sa "$left" in local=$LEFT4 remote=$RIGHT4 spi=0x3002 \
	alg=null-sha256 more="src 10.9.0.0/16"
SPI=0x3002
check "drop reason selector" drops selector
SPI=0x1002
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
	local reason=$1 sa=$2 before
	shift 2
	device_read "$left"
	before=${DEVICE[drop_$reason]:-0}
	: >$TRACE/trace
	"$@"
	device_read "$left"
	echo "$reason: $before before, ${DEVICE[drop_$reason]:-0} after"
	[ "${DEVICE[drop_$reason]:-0}" -gt "$before" ] && traced "$reason" "$sa"
}
no_route()
{
	adit_sa "$left" out local=$LEFT4 remote=203.0.113.9 spi=0x3001 &&
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	adit_sa_del "$left" out local=$LEFT4 remote=203.0.113.9 spi=0x3001
}
check "drop reason no-route" outbound_drops no-route \
	"direction=out proto=esp spi=0x00003001" no_route
too_large()
{
	ip -n "$left" link set vpn0 mtu 9000
	in_ns "$left" ping -n -c 1 -w 1 -M do -s 3000 -I $LEFT_IN4 $RIGHT_IN4
	policy "$left" vpn0 mtu auto
}
check "drop reason mtu" outbound_drops mtu "direction=out proto=esp spi=0x00001001" too_large
# With the carrier policy follow, the stack itself keeps packets from a device without an SA.
no_sa()
{
	policy "$left" vpn0 carrier always
	policy "$left" vpn0 staged 0
	adit_in "$left" sa flush dev vpn0 out
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4
}
check "drop reason no-sa" outbound_drops no-sa "direction=- proto=- spi=0x00000000" no_sa

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
