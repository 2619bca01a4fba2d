#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets that lie, for both ways through the module: see fuzz_packets.c.  FUZZ_PACKETS is how many go
# each way, FUZZ_SEED repeats a run, and FUZZ_FIRST begins it at a packet's number.

. "$(dirname "$0")/lib.sh"

SEED=${FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}
COUNT=${FUZZ_PACKETS:-25000}
FIRST=${FUZZ_FIRST:-0}

plan_none
need_adit
topology_pair
udp_encap "$left"
echo "# FUZZ_SEED=$SEED FUZZ_FIRST=$FIRST FUZZ_PACKETS=$COUNT repeats this run"

# The SAs of the table in fuzz_packets.c; a window of 0 accepts a replay of single packets.
vpn_device "$left" adit || bail_out "no device"
vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6
v4="local=$LEFT4 remote=$RIGHT4 window=0"
while read -r words; do
	# shellcheck disable=SC2086 # words
	adit_sa "$left" in $words </dev/null || bail_out "no SA $words"
done <<EOL
	$v4 spi=0x1002 alg=null-sha256
	$v4 spi=0x2002 alg=aes128gcm16
	$v4 spi=0x3002 alg=aes128gcm16 encap=4500:4500
	local=$LEFT6 remote=$RIGHT6 window=0 spi=0x4002 alg=null-sha256
	$v4 spi=0x5002 alg=null-sha256 mode=transport
	$v4 spi=0x6002 alg=sha256 proto=ah
	$v4 spi=0x7002 alg=sha256 proto=ah mode=transport
EOL

# alive: a packet without a lie still comes through each of the SAs that have no other fault.
alive()
{
	local got words
	for words in "spi=0x1002" "spi=0x2002 alg=aes128gcm16" "spi=0x3002 alg=aes128gcm16 udp=4500:4500" \
		"spi=0x4002 from=$RIGHT6 to=$LEFT6"; do
		# shellcheck disable=SC2086 # words
		got=$("$NET_BIN/inject" "$right" "$left" from=$RIGHT4 to=$LEFT4 src=$RIGHT_IN4 \
			dst=$LEFT_IN4 $words <<<"seq=4000000000") || return 1
		[ "$got" = + ] || { echo "$words: $got"; return 1; }
	done
}
check "the SAs accept what is right" alive
check "$COUNT packets come in that lie" \
	"$NET_BIN/fuzz_packets" in "$right" "$left" "$SEED" "$FIRST" "$COUNT"
check "the SAs still accept what is right" alive

# Each kind of lie has been told: otherwise the run proved little.
told()
{
	local reason
	device_read "$left" || return 1
	for reason in authentication malformed padding; do
		echo "$reason: ${DEVICE[drop_$reason]:-0}"
		[ "${DEVICE[drop_$reason]:-0}" -gt $((COUNT / 2000)) ] || return 1
	done
	echo "came in: ${DEVICE[rx_packets]}"
	[ "${DEVICE[rx_packets]}" -gt $((COUNT / 20)) ]
}
[ "$COUNT" -lt 5000 ] || check "lies of each kind were told, and found out" told

# Out: the newest SA takes what comes, and the other end is there to take it.
out_sa()
{
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 "$@" &&
	adit_sa "$right" in local=$RIGHT4 remote=$LEFT4 window=0 "$@"
}
out()
{
	"$NET_BIN/fuzz_packets" out "$left" vpn0 $((SEED + $1)) "$FIRST" $((COUNT / 4))
}
udp_encap "$right"
vpn_device "$right" adit || bail_out "no device"
vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 $LEFT_NET6
number=0
for options in alg=aes128gcm16 "alg=aes128-sha1 esn=yes window=32" "alg=sha256 proto=ah" "encap=4500:4500"; do
	number=$((number + 1))
	# shellcheck disable=SC2086 # words
	check "an SA for the way out, $options" out_sa spi=0x900$number $options
	check "$((COUNT / 4)) packets go out that lie, $options" out $number
	check "data still goes out, $options" \
		exchange -1 -u 0-9,1000 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6
done
told_out()
{
	device_read "$left" || return 1
	echo "malformed ${DEVICE[drop_malformed]}, sent ${DEVICE[tx_packets]}"
	[ "${DEVICE[tx_packets]}" -gt $((COUNT / 4)) ]
}
check "most went out" told_out

finish
