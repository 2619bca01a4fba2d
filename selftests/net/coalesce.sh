#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Coalescing: UDP packets that come in a stream leave together; see ethtool -c, and adit(4).

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_hosts
udp_encap "$left"
udp_encap "$right"

coalesce() { in_ns "$left" ethtool -C vpn0 "$@"; }

settings()
{
	in_ns "$left" ethtool -c vpn0 | sed 's/[[:space:]]\+/ /g' >"$TMP/settings"
	cat "$TMP/settings"
	grep -q "TX: $1" "$TMP/settings" && grep -qx "tx-usecs: $2 *" "$TMP/settings" &&
	grep -qx "tx-frames: $3 *" "$TMP/settings"
}

# On one CPU: as with network cards, what a sender that moves to another CPU sends there may
# overtake what waits.
pinned() { taskset -c 0 "$NET_BIN/exchange" "$@"; }

burst() { pinned "$@" "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6; }

# sent_in COUNT LEAST MOST FROM TO FROM-ADDRESS TO-ADDRESS: so many datagrams leave the gateway
# in so many pieces. A chain counts as one.
sent_in()
{
	local before after
	before=$(link_counter "$left" wire tx_packets)
	pinned -1 -s "$1" "${@:4}" || return 1
	after=$(link_counter "$left" wire tx_packets)
	echo "$1 datagrams went over the wire in $((after - before)) pieces"
	[ $((after - before)) -ge "$2" ] && [ $((after - before)) -le "$3" ]
}

tunnel || bail_out "no tunnel"
check "on by default: adaptive, 100 us, 16 frames" settings "on" 100 16
refused "a packet does not wait longer than 10 ms" "0 to 10000" coalesce tx-usecs 10001
refused "nor for no packet" "1 to 64" coalesce tx-frames 0
refused "nor for more than 64" "1 to 64" coalesce tx-frames 65
refused "what comes in is not coalesced" "(un|not )supported" coalesce rx-usecs 10
check "what was refused has changed nothing" settings "on" 100 16
tunnel_down

for options in "right=adit" "right=xfrm encap=4500:4500" "right=xfrm alg=aes256-sha256 outer=6" \
	"right=adit proto=ah alg=sha256"; do
	# shellcheck disable=SC2086 # words
	tunnel $options || bail_out "no tunnel"
	check "a stream arrives whole and in order, $options" burst -s 500
	coalesce adaptive-tx off tx-usecs 5000 tx-frames 64
	check "also when each packet waits" burst -s 500
	check "and one that is alone" burst -u 100
	tunnel_down
done

tunnel encap=4500:4500 || bail_out "no tunnel"
hosts="$lhost $rhost $LHOST4 $RHOST4"
gateways="$left $right $LEFT_IN4 $RIGHT_IN4"
# shellcheck disable=SC2086 # words
{
coalesce tx-usecs 0
check "off: each packet leaves alone" sent_in 640 640 700 $hosts
coalesce adaptive-tx off tx-usecs 10000 tx-frames 16
check "16 frames: a chain of 16 of what is forwarded" sent_in 640 40 100 $hosts
coalesce tx-frames 64
check "64 frames: four chains" sent_in 640 40 100 $hosts
# A chain has no socket, and this one's wants to know how much it has under way.
check "what is sent here leaves in time, but alone" sent_in 640 640 700 $gateways
}
tunnel_down

# A chain does not come behind what was sent after it: XFRM's window is 32 packets.
together()
{
	local hosts="$lhost $rhost $LHOST4 $RHOST4 $LHOST6 $RHOST6" pid pids
	# shellcheck disable=SC2086 # words
	for _ in {1..4}; do
		pinned -s 200 $hosts &
		pids=$!
		pinned -t 300000 -p 4100 $hosts &
		pids+=" $!"
		pinned -u 64,700,1300 -p 4200 $hosts || return 1
		for pid in $pids; do wait "$pid" || return 1; done
	done
	in_ns "$right" grep XfrmInStateSeqError /proc/net/xfrm_stat | grep -w 0
}
tunnel right=xfrm alg=aes256-sha256 outer=6 || bail_out "no tunnel"
coalesce adaptive-tx off tx-usecs 10000 tx-frames 16
check "datagrams and TCP at once, to XFRM: nothing falls out of its window" together
tunnel_down

# The socket takes the chain apart, and adit hands each packet on at once.
tunnel right=adit encap=4500:4500 || bail_out "no tunnel"
coalesce adaptive-tx off tx-usecs 10000 tx-frames 16
# shellcheck disable=SC2086 # words
check "a chain that adit receives, and forwards" sent_in 640 40 100 $hosts
tunnel_down
tunnel encap=4500:4500 || bail_out "no tunnel"

# Without UDP it is the module that takes chains apart (kmod/chain.c): where they arrive, when somebody
# else has a copy, when they are XFRM's, and in front of a device that takes no lists. Each packet gets
# what was written into the first one's header: that there was congestion (RFC 6040).
chain_of()
{
	local pieces=$1
	shift
	tunnel_down
	# shellcheck disable=SC2086 # words
	tunnel "$@" && coalesce adaptive-tx off tx-usecs 10000 tx-frames 16 &&
	sent_in 640 $pieces -T 2 -R 3 $hosts
}
held_chain()
{
	hold "$right" wire && chain_of "40 100" "$@"
	local status=$?
	hold_end
	return $status
}
gso_list()
{
	in_ns "$left" ethtool -K wire tx-gso-list "$1" >/dev/null
}
if chains_possible; then
	in_ns "$left" nft -f - <<-NFT || bail_out "no netfilter"
		table inet congestion {
			chain out {
				type filter hook postrouting priority 0; policy accept;
				oifname "wire" ip protocol esp ip ecn set ce
				oifname "wire" ip6 nexthdr esp ip6 ecn set ce
			}
		}
		NFT
	check "without UDP, to adit" chain_of "40 100" right=adit
	check "to adit over IPv6, ESN" chain_of "40 100" right=adit outer=6 alg=aes256-sha256 esn=yes
	check "to XFRM" chain_of "40 100" right=xfrm
	check "chains of which somebody has a copy" held_chain right=adit outer=6
	gso_list off
	check "a device without lists gets them one by one" chain_of "640 700" right=adit
	gso_list on
	in_ns "$left" nft flush ruleset
	tunnel_down
	tunnel encap=4500:4500 || bail_out "no tunnel"
else
	skip "without UDP" "esp4_offload is part of this kernel"
fi

# 500 echoes that each wait 10 ms take 5 s more than without, however fast the machine is. The quickest of
# some tries counts: the host may do something else meanwhile.
echoes_take()
{
	local began

	now_ms
	began=$NOW_MS
	exchange -e 500 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	now_ms
	TOOK=$((NOW_MS - began))
}
answers_are_soon()
{
	local without try

	coalesce adaptive-tx off tx-usecs 0 && echoes_take && without=$TOOK &&
	coalesce adaptive-tx on tx-usecs 10000 || return 1
	for try in 1 2 3; do
		echoes_take || return 1
		echo "try $try: 500 echoes took $without ms without, $TOOK ms with coalescing"
		[ "$TOOK" -ge $((without + 4500)) ] || return 0
	done
	return 1
}
check "who waits for an answer does not wait for others" answers_are_soon
answers_wait()
{
	coalesce adaptive-tx off && echoes_take || return 1
	echo "500 echoes took $TOOK ms"
	[ "$TOOK" -ge 5000 ]
}
check "unless told so" answers_wait

# Packets that wait when their device goes, in every way that it can, are freed, not sent.
coalesce adaptive-tx off tx-usecs 10000 tx-frames 64
down_drops()
{
	local route i
	route=$(ip -n "$left" -4 route show dev vpn0) || return 1
	for i in {1..20}; do
		exchange -1 -n -w 1 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 >/dev/null 2>&1
		ip -n "$left" link set vpn0 down && ip -n "$left" link set vpn0 up || return 1
		# shellcheck disable=SC2086 # words
		ip -n "$left" route add $route dev vpn0 || return 1
	done
	exchange -u 100 "$left" "$right" $LEFT_IN4 $RIGHT_IN4
}
check "down and up while packets wait" down_drops
gone()
{
	exchange -1 -n -w 1 "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	ip -n "$left" link del vpn0 && ! ip -n "$left" link show vpn0 2>/dev/null
}
check "deleted while packets wait" gone

finish
