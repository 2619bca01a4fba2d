#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Security associations from the command line: adding, showing, removing, replacing, and what is
# refused with which words.  What the kernel itself refuses is in sa_netlink.c.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair
tunnel || bail_out "no tunnel"

GCM=0x$(printf '%040d' 1)
sa()
{
	adit_in "$left" sa "$@"
}
# add WORDS...: an SA of which a refusal is expected, with SPI 0x2001.
add_out()
{
	sa add dev vpn0 out proto esp spi 0x2001 local $LEFT4 remote $RIGHT4 mode tunnel "$@"
}
add_in()
{
	sa add dev vpn0 in proto esp spi 0x2002 local $LEFT4 remote $RIGHT4 mode tunnel "$@"
}
GOOD=(aead 'rfc4106(gcm(aes))' "$GCM" 128)

###### showing ######

SHOWN=$(sa show)
check "show names device, direction and addresses" \
	grep -q "^dev vpn0 out local $LEFT4 remote $RIGHT4$" <<<"$SHOWN"
check "show gives the SPI as ip xfrm does" grep -q 'spi 0x00001001 ' <<<"$SHOWN"
check "show names the algorithm and the ICV" grep -q 'rfc4106(gcm(aes)) 128' <<<"$SHOWN"
no_key()
{
	make_key 20 0x1001
	! { sa show; sa show --json; } | grep -qi "${KEY:2:16}"
}
check "show gives no key away" no_key
json()
{
	sa show --json >"$TMP/sas.json" && jq -e "$1" "$TMP/sas.json"
}
check "show --json: two SAs" json '.sas | length == 2'
check "show --json: the outbound one" json ".sas[] | select(.spi == \"0x00001001\") |
	.device == \"vpn0\" and .direction == \"out\" and .proto == \"esp\" and .mode == \"tunnel\" and
	.local == \"$LEFT4\" and .remote == \"$RIGHT4\" and .aead.name == \"rfc4106(gcm(aes))\""
check "show can be asked for one device" bash -c "ip netns exec $left $ADIT sa show dev vpn0 |
	grep -c '^dev' | grep -qx 2"

###### refusals ######

refused "SPI 0" 'spi' sa add dev vpn0 out proto esp spi 0 local $LEFT4 remote $RIGHT4 "${GOOD[@]}"
refused "an unknown device" 'vpn9' sa add dev vpn9 out proto esp spi 0x2001 local $LEFT4 \
	remote $RIGHT4 "${GOOD[@]}"
refused "a device of another type" 'wire' sa add dev wire out proto esp spi 0x2001 local $LEFT4 \
	remote $RIGHT4 "${GOOD[@]}"
refused "an unknown algorithm" 'rfc4106\(gcm\(rot13\)\)|algorithm' \
	add_out aead 'rfc4106(gcm(rot13))' "$GCM" 128
refused "an AEAD key that is too short" 'key' add_out aead 'rfc4106(gcm(aes))' 0x0011 128
refused "an AEAD key that is too long" 'key' add_out aead 'rfc4106(gcm(aes))' "${GCM}0011" 128
refused "an ICV length that GCM does not have" 'icv' \
	add_out aead 'rfc4106(gcm(aes))' "$GCM" 80
refused "a cipher without integrity" 'auth|integrity' add_out enc 'cbc(aes)' 0x$(printf '%032d' 1)
refused "an AES key of 17 bytes" 'key' add_out enc 'cbc(aes)' 0x$(printf '%034d' 1) \
	auth 'hmac(sha1)' "$GCM" 96
refused "a 3DES key of 16 bytes" 'key' add_out enc 'cbc(des3_ede)' 0x$(printf '%032d' 1) \
	auth 'hmac(sha1)' "$GCM" 96
refused "an ICV longer than the hash" 'icv' add_out enc 'cbc(aes)' 0x$(printf '%032d' 1) \
	auth 'hmac(sha1)' "$GCM" 256
refused "a replay window over 4096" 'window' add_in "${GOOD[@]}" replay-window 4097
refused "a replay window on an outbound SA" 'window' add_out "${GOOD[@]}" replay-window 64
refused "addresses of two families" 'family|families|remote|address' sa add dev vpn0 out proto esp \
	spi 0x2001 local $LEFT4 remote $RIGHT6 "${GOOD[@]}"
refused "a multicast peer" 'remote|multicast|unicast' sa add dev vpn0 out proto esp spi 0x2001 \
	local $LEFT4 remote 224.0.0.5 "${GOOD[@]}"
refused "AH with a cipher" 'ah|auth|enc|aead' sa add dev vpn0 out proto ah spi 0x2001 local $LEFT4 \
	remote $RIGHT4 "${GOOD[@]}"
refused "AH in UDP" 'ah|encap|udp' sa add dev vpn0 out proto ah spi 0x2001 local $LEFT4 \
	remote $RIGHT4 auth 'hmac(sha1)' "$GCM" 96 encap 4500 4500
refused "port 0" 'encap|port' add_out "${GOOD[@]}" encap 0 4500
refused "a soft limit above the hard one" 'soft|limit' add_out "${GOOD[@]}" \
	limit byte-soft 2000 limit byte-hard 1000
refused "a prefix with bits behind it" 'src|prefix|10\.1\.2\.3' add_out "${GOOD[@]}" src 10.1.2.3/16
refused "selectors of two families" 'family|families|dst|selector' add_out "${GOOD[@]}" \
	src 10.1.0.0/16 dst fd00::/16
refused "a key that is not hexadecimal" 'key|hex' add_out aead 'rfc4106(gcm(aes))' 0xzz 128
refused "a word that is none" 'frobnicate' add_out "${GOOD[@]}" frobnicate 3
check "after all these refusals there are still two SAs" test "$(sa_count "$left")" -eq 2
check "and data still crosses" tunnel_works

###### identity ######

refused "the same outbound SPI to the same peer" 'already|exist' sa add dev vpn0 out proto esp spi 0x1001 \
	local $LEFT4 remote $RIGHT4 "${GOOD[@]}"
refused "the same inbound SPI at the same address" 'already|exist' sa add dev vpn0 in proto esp spi 0x1002 \
	local $LEFT4 remote $RIGHT4 "${GOOD[@]}"
check "the same SPI at another local address" sa add dev vpn0 in proto esp spi 0x1002 \
	local 192.0.2.99 remote $RIGHT4 "${GOOD[@]}"
check "the same SPI for AH" sa add dev vpn0 in proto ah spi 0x1002 \
	local $LEFT4 remote $RIGHT4 mode tunnel auth 'hmac(sha1)' "$GCM" 96
refused "an SA that is not there cannot be removed" 'no |not|exist' \
	sa del dev vpn0 in proto esp spi 0x7777 local $LEFT4 remote $RIGHT4
check "removal by full name" sa del dev vpn0 in proto esp spi 0x1002 local 192.0.2.99 \
	remote $RIGHT4
check "removal of the AH one" sa del dev vpn0 in proto ah spi 0x1002 local $LEFT4 remote $RIGHT4
check "the others remain and work" tunnel_works

###### newest wins, and falls back ######

used()
{
	local before=$SA_packets
	sa_read "$left" "$1" out
}
carries()
{
	local before

	sa_read "$left" "$1" out || return 1
	before=$SA_packets
	tunnel_works -1 -u 100 || return 1
	sa_read "$left" "$1" out
	echo "SA $1: $before packets before, $SA_packets after"
	[ "$SA_packets" -eq $((before + 2)) ]
}
# The peer gets the inbound halves of two more generations first.
generation()
{
	xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi="$1" if_id=0x10
}
newer()
{
	generation "$1" && adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi="$1" && carries "$1"
}
older()
{
	adit_sa_del "$left" out local=$LEFT4 remote=$RIGHT4 spi="$1" && carries "$2"
}
check "the first SA carries" carries 0x1001
check "a newer one takes over at once" newer 0x1011
check "a still newer one takes over" newer 0x1021
check "when it is deleted, the one before it carries" older 0x1021 0x1011
check "and so on" older 0x1011 0x1001
check "a new one takes over again" newer 0x1031
check "deleting an old one does not disturb it" older 0x1001 0x1031

# A rekey of both directions while data flows: nothing is lost.
lossless_rekey()
{
	local spi

	ping_start "$left" $RIGHT_IN4 -I $LEFT_IN4 || return 1
	for spi in 0x3000 0x3010 0x3020; do
		# inbound halves first, then outbound, then the old ones go
		adit_sa "$left" in local=$LEFT4 remote=$RIGHT4 spi=$((spi + 2)) &&
		generation $((spi + 1)) &&
		adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=$((spi + 1)) || return 1
		eventually ping_count_above $(((spi - 0x3000) * 2 + 10))
	done
	ping_stop
	echo "$(ping_sent) sent, $(ping_lost) lost"
	[ "$(ping_sent)" -ge 20 ] && [ "$(ping_lost)" -eq 0 ]
}
check "no packet is lost over three changes of SAs" lossless_rekey

###### batch ######

batch()
{
	local i
	for i in 1 2 3; do
		echo "add dev vpn0 out proto esp spi 0x500$i local $LEFT4 remote $RIGHT4 mode tunnel" \
			"aead rfc4106(gcm(aes)) $GCM 128 # SA $i"
	done > "$TMP/batch"
	sed -i '2s/spi 0x5002/spi 0/' "$TMP/batch"
}
batch
refused "batch names the line that fails" "batch:2: .*before" sa batch "$TMP/batch"
check "batch has done what came before it" grep -q 'spi 0x00005001 ' <<<"$(sa show)"
nothing_after()
{
	! sa show | grep -q 'spi 0x00005003 '
}
check "batch does nothing after it" nothing_after
from_stdin()
{
	sed 's/ 0x5001 / 0x5004 /; 2,$d' "$TMP/batch" | sa batch - && sa show | grep -q 'spi 0x00005004 '
}
check "batch reads the standard input" from_stdin

###### flush ######

both_flushed()
{
	sa flush dev vpn0 && [ "$(sa_count "$left")" -eq 0 ]
}
adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x4001
adit_sa "$left" in local=$LEFT4 remote=$RIGHT4 spi=0x4002
sa flush dev vpn0 out
check "flush of one direction leaves the other" bash -c "ip netns exec $left $ADIT sa show |
	grep '^dev' | grep -vc ' out ' | grep -qvx 0"
check "flush of the device leaves nothing" both_flushed
check "without SAs nothing leaves in the clear" tunnel_silent
check "a flush of nothing is no error" sa flush dev vpn0

check "a dump says what a request for each says, wherever its messages end" \
	"$NET_BIN/dump" "$left" vpn0 $LEFT4 $RIGHT4 $LEFT6 $RIGHT6

finish
