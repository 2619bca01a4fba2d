#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Extended sequence numbers (RFC 4303 2.2.1, RFC 4302 2.5.1) with every kind of transform: to XFRM and
# from it, over the end of the lower 32 bits, of which only those are sent.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface esp4 esp6 ah4 ah6
topology_pair
udp_encap "$left"
udp_encap "$right"

NEAR_END=0xfffffffa

goes_on()
{
	tunnel "$@" esn=yes window=64 left_more="seq $NEAR_END" \
		right_more="replay-seq $NEAR_END replay-oseq $NEAR_END" &&
	tunnel_works -u 0-4 -t 20000 || return 1
	for spi in 0x1001 0x1002; do
		sa_read "$left" $spi || return 1
		echo "SA $spi: number $SA_seq"
		[ "$SA_seq" -gt $((1 << 32)) ] || return 1
	done
}
while read -r options; do
	# shellcheck disable=SC2086 # words
	check "ESN over 2^32: $options" goes_on $options
	tunnel_down
done <<-EOL
	alg=aes128gcm16
	alg=aes256gcm8 outer=6 encap=4500:4500
	alg=aes128gmac
	alg=aes128ccm12
	alg=chacha20poly1305 encap=4500:4500
	alg=aes128-sha1
	alg=aes256-sha512 outer=6
	alg=3des-md5
	alg=aes128ctr-sha256
	alg=null-sha384
	alg=camellia128-aesxcbc
	alg=sha1 proto=ah
	alg=sha256 proto=ah outer=6
	alg=sha512 proto=ah
	EOL

finish
