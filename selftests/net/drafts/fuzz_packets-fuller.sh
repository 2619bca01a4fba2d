#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Packets that lie, for both ways through the module: see fuzz_packets.c.  FUZZ_PACKETS is how many
# go each way, FUZZ_SEED repeats a run, and FUZZ_FIRST begins it at a packet's number.

. "$(dirname "$0")/lib.sh"

SEED=${FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}
COUNT=${FUZZ_PACKETS:-10000}
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
check "$COUNT packets come in that lie" "$NET_BIN/fuzz_packets" in "$right" "$left" "$SEED" "$FIRST" "$COUNT"
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

vpn_device "$right" adit || bail_out "no device"
for sa in "1 aes128gcm16" "2 aes128-sha1" "3 null-sha256"; do
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x900${sa% *} alg="${sa#* }" &&
	adit_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=0x900${sa% *} alg="${sa#* }" ||
		bail_out "no SA"
	check "$COUNT packets go out that lie, ${sa#* }" "$NET_BIN/fuzz_packets" out "$left" vpn0 \
		"$((SEED + ${sa% *}))" "$FIRST" "$COUNT"
done
adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x9004 encap=4500:4500
check "$COUNT packets go out that lie, in UDP" "$NET_BIN/fuzz_packets" out "$left" vpn0 "$((SEED + 4))" \
	"$FIRST" "$COUNT"
vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 $LEFT_NET6
adit_sa_del "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x9004
check "data still goes out" exchange -1 -u 0-20,1000 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6

finish
