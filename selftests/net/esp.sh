#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# ESP against XFRM: every algorithm with every ICV length, the same manual keys on both ends, both
# directions, datagrams and TCP, both inner families.  adit on the left, XFRM on the right.

. "$(dirname "$0")/lib.sh"

AEADS="aes128gcm16 aes128gcm12 aes128gcm8 aes192gcm16 aes192gcm12 aes192gcm8
	aes256gcm16 aes256gcm12 aes256gcm8 aes128gmac aes192gmac aes256gmac
	aes128ccm16 aes128ccm12 aes128ccm8 aes192ccm16 aes192ccm12 aes192ccm8
	aes256ccm16 aes256ccm12 aes256ccm8 chacha20poly1305"
CIPHERS="aes128-sha1 aes128-sha256 aes192-sha256 aes256-sha256 aes256-sha1 aes128-sha256_96
	aes256-sha384 aes256-sha512 aes128-md5 aes128-aesxcbc aes128-aescmac
	3des-md5 3des-sha1 3des-sha256 des-md5 des-sha1
	camellia128-sha1 camellia192-sha256 camellia256-sha512
	aes128ctr-sha1 aes192ctr-sha256 aes256ctr-sha512
	null-md5 null-sha1 null-sha256 null-sha384 null-sha512 null-aesxcbc null-aescmac"
# XFRM takes any length of an ICV up to that of the hash: the longest, and one that is no multiple
# of 4 bytes.
LENGTHS="null-md5_128 aes128-sha1_160 aes128-sha1_80 aes256-sha256_256 aes256-sha384_384
	aes256ctr-sha512_512 null-aesxcbc_128 null-aescmac_128"

plan_none
need_adit
need_module xfrm_interface esp4
topology_pair
tunnel alg=aes128gcm16 || bail_out "the first tunnel could not be set up"

# Twenty sizes in a row: every padding length of every block size occurs.
agrees_with_xfrm()
{
	if ! tunnel_rekey "alg=$1"; then
		xfrm_lacks "$1" && return 4
		return 1
	fi
	tunnel_works -u 0-19,300,1350 -t 100000
}

for alg in $AEADS $CIPHERS $LENGTHS; do
	check "adit and XFRM understand each other with $alg" agrees_with_xfrm "$alg"
done

# What was sent is what is counted, on the SA and on the device.
counted()
{
	tunnel_rekey alg=aes128gcm16 || return 1
	exchange -1 -u 100-109 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	sa_read "$left" 0x1001 || return 1
	echo "packets $SA_packets bytes $SA_bytes"
	# 20 bytes IP, 8 bytes UDP, 100 to 109 bytes payload
	[ "$SA_packets" -eq 10 ] && [ "$SA_bytes" -eq $((10 * 28 + 1045)) ]
}
check "an SA counts its packets and their bytes" counted

# Under other keys nothing passes, and the counter of the reason moves.
wrong_key()
{
	local before

	tunnel_rekey "alg=$1" || return 1
	adit_sa_del "$left" in spi=0x1002 local=$LEFT4 remote=$RIGHT4 || return 1
	algorithm adit "$1" 0x4242
	adit_in "$left" sa add dev vpn0 in proto esp spi 0x1002 local $LEFT4 remote $RIGHT4 \
		mode tunnel "${ALG[@]}" || return 1
	sa_dropped "$left" 0x1002 authentication
	before=$DROPPED
	exchange -1 -n "$right" "$left" $RIGHT_IN4 $LEFT_IN4 || return 1
	sa_dropped "$left" 0x1002 authentication
	echo "dropped for authentication: $before before, $DROPPED after"
	[ "$DROPPED" -eq $((before + 3)) ]
}
for alg in aes128gcm16 aes128-sha1 chacha20poly1305 aes128gmac; do
	check "packets under another key ($alg) are dropped and counted" wrong_key "$alg"
done

finish
