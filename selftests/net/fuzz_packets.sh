#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets that lie, for both ways through the module: see fuzz_packets.c.  FUZZ_PACKETS is how many go
# in all, half of them each way; FUZZ_SEED repeats a run, and FUZZ_FIRST begins it at a packet's number.

. "$(dirname "$0")/lib.sh"

SEED=${FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}
COUNT=${FUZZ_PACKETS:-100000}
FIRST=${FUZZ_FIRST:-0}
IN=$((COUNT / 2)) OUT=$((COUNT / 16))
ESN_SEQ=$((0xfffffc00))

plan_none
need_adit
topology_pair
udp_encap "$left"
echo "# FUZZ_SEED=$SEED FUZZ_FIRST=$FIRST FUZZ_PACKETS=$COUNT repeats this run"

# The SAs of the table in fuzz_packets.c; a window of 0 accepts a replay of single packets.
vpn_device "$left" adit || bail_out "no device"
vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6
v4="local=$LEFT4 remote=$RIGHT4 window=0"
v6="local=$LEFT6 remote=$RIGHT6 window=0"
from_right="sel src $RIGHT_NET4 dst $LEFT_NET4 proto udp dport 4000-4010
	sel src $RIGHT_NET6 dst $LEFT_NET6 proto udp dport 4000-4010"
from_left="sel src $LEFT_NET4 dst $RIGHT_NET4 proto udp dport 4000-4010
	sel src $LEFT_NET6 dst $RIGHT_NET6 proto udp dport 4000-4010"
while read -r words; do
	# shellcheck disable=SC2086 # words
	adit_sa "$left" in $words </dev/null || bail_out "no SA $words"
done <<EOL
	$v4 spi=0x1002 alg=null-sha256
	$v4 spi=0x2002 alg=aes128gcm16
	$v4 spi=0x3002 alg=aes128gcm16 encap=4500:4500
	$v6 spi=0x4002 alg=null-sha256
	$v4 spi=0x5002 alg=null-sha256 mode=transport
	$v4 spi=0x6002 alg=sha256 proto=ah
	$v4 spi=0x7002 alg=sha256 proto=ah mode=transport
	$v6 spi=0x8002 alg=aes128gcm16 encap=4500:4500
	$v4 spi=0x9003 alg=sha256 proto=ah mode=transport
	$v6 spi=0xc002 alg=sha256 proto=ah mode=transport
EOL
adit_sa "$left" in $v4 spi=0x9002 alg=null-sha256 more="bundle 0x9003" &&
adit_sa "$left" in $v4 spi=0xa002 alg=aes128gcm16 more="$from_right" &&
adit_sa "$left" in $v4 spi=0xb002 alg=null-sha256 esn=yes window=1024 more="seq $((ESN_SEQ - 1))" ||
	bail_out "no SA"

# alive SEQUENCE: a packet without a lie still comes through each of the SAs that inject can feed.
alive()
{
	local got
	got=$("$NET_BIN/inject" "$right" "$left" from=$RIGHT4 to=$LEFT4 src=$RIGHT_IN4 \
		dst=$LEFT_IN4 len=40 seq=4000000000 <<-EOL
		spi=0x1002
		spi=0x2002 alg=aes128gcm16
		spi=0x3002 alg=aes128gcm16 udp=4500:4500
		spi=0x4002 from=$RIGHT6 to=$LEFT6
		spi=0x8002 alg=aes128gcm16 udp=4500:4500 from=$RIGHT6 to=$LEFT6
		spi=0xa002 alg=aes128gcm16
		spi=0xb002 esn=1 seq=$((ESN_SEQ + $1))
		EOL
	)
	echo "$got"
	[ "$got" = +++++++ ]
}
check "the SAs accept what is right" alive "$FIRST"
check "$IN packets come in that lie" \
	"$NET_BIN/fuzz_packets" in "$right" "$left" "$SEED" "$FIRST" "$IN"
check "the SAs still accept what is right" alive $((FIRST + IN + 1))

# Each kind of lie has been told: otherwise the run proved little.
told()
{
	local reason
	device_read "$left" || return 1
	for reason in authentication malformed padding selector encapsulation ecn; do
		echo "$reason: ${DEVICE[drop_$reason]:-0}"
		[ "${DEVICE[drop_$reason]:-0}" -gt $((IN / 2000)) ] || return 1
	done
	echo "came in: ${DEVICE[rx_packets]}"
	[ "${DEVICE[rx_packets]}" -gt $((IN / 20)) ]
}
# each DIRECTION AT-LEAST: so many packets went through each SA: it is not for another fault that the
# others were dropped.
each()
{
	local few
	few=$(sa_json "$left" | jq -r --arg way "$1" --argjson few "$2" \
		'.sas[] | select(.direction == $way and .packets < $few) | "\(.spi): \(.packets)"') &&
		[ -z "$few" ] || { echo "$few"; return 1; }
}
if [ "$IN" -ge 5000 ]; then
	check "lies of each kind were told, and found out" told
	check "packets that do not lie came through each SA" each in $((IN / 400))
fi

# Out: the newest SA takes what comes, and the other end is there to take it.
out_sa()
{
	local -A o=([outer]=4)
	options o "$@"
	local ours=LEFT${o[outer]} theirs=RIGHT${o[outer]}
	adit_sa "$left" out local=${!ours} remote=${!theirs} "$@" &&
	adit_sa "$right" in local=${!theirs} remote=${!ours} window=0 "$@"
}
out()
{
	"$NET_BIN/fuzz_packets" "$1" "$left" "$right" $((SEED + $2)) "$FIRST" $OUT
}
# out_sas KIND SPI: a kind with a name of its own has two SAs, or words with blanks; others are words.
out_sas()
{
	case $1 in
	bundle)
		out_sa spi=$2 more="bundle 0x9100" &&
		out_sa spi=0x9100 alg=sha256 proto=ah mode=transport ;;
	selectors) out_sa spi=$2 more="$from_left" ;;
	transport)
		out_sa spi=$2 mode=transport &&
		out_sa spi=$2 mode=transport outer=6 alg=sha256 proto=ah ;;
	*)
		# shellcheck disable=SC2086 # words
		out_sa spi=$2 $1 ;;
	esac
}
udp_encap "$right"
vpn_device "$right" adit || bail_out "no device"
vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 $LEFT_NET6
number=0
for kind in alg=aes128gcm16 "alg=aes128-sha1 esn=yes window=32" "alg=sha256 proto=ah" \
	"encap=4500:4500" "outer=6 encap=4500:4500" bundle transport selectors; do
	number=$((number + 1))
	check "SAs for the way out, $kind" out_sas "$kind" 0x900$number
	between=out
	[ "$kind" != transport ] || between=ends
	check "$OUT packets go out that lie, $kind" out $between $number
	check "data still goes out, $kind" exchange -1 -p 4003 -u 0-9,1000 \
		"$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6
done
told_out()
{
	device_read "$left" || return 1
	echo "malformed ${DEVICE[drop_malformed]}, sent ${DEVICE[tx_packets]}"
	[ "${DEVICE[tx_packets]}" -gt $((OUT * 2)) ]
}
check "most went out" told_out
check "through each SA" each out $((OUT / 20))

finish
