#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# AH (RFC 4302) against XFRM: every hash, both modes, both outer families; and
# what a router on the way may change.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface ah4 ah6 esp4
topology_pair

# What AH protects is readable: the wire is checked for the protocol only.
on_the_wire()
{
	watched
	echo "ah=$WIRE_ah esp=$WIRE_esp other=$WIRE_other"
	[ "$WIRE_ah" -ge 10 ] && [ "$WIRE_esp" -eq 0 ] && [ "$WIRE_other" -eq 0 ]
}

agrees_with_xfrm()
{
	local here=LEFT$outer there=RIGHT$outer

	tunnel proto=ah alg="$alg" mode="$mode" outer="$outer" && watch "$left" wire || return 1
	if [ "$mode" = tunnel ]; then
		tunnel_works -u 0-9,1300 -t 100000
	else
		exchange -u 0-9,1300 -t 100000 "$left" "$right" "${!here}" "${!there}"
	fi && on_the_wire
}

for alg in md5 sha1 sha256 sha256_96 sha384 sha512 aesxcbc aescmac; do
	for mode in tunnel transport; do
		for outer in 4 6; do
			# the cheap hashes do not all need all the modes
			case $alg-$mode$outer in
			md5-transport6|sha256_96-transport*|sha384-t*6|aesxcbc-transport*) continue ;;
			esac
			description="AH, $alg, $mode mode, IPv$outer"
			if ! have xfrm_can $alg; then
				skip "$description" "XFRM of $(uname -r) lacks it"
				continue
			fi
			check "$description" agrees_with_xfrm
			tunnel_down
		done
	done
done

# Mutable fields may change on the way (RFC 4302 3.3.3.1.1): the router between the gateways counts
# TTL down and marks DSCP; others it may not touch.
tampered()
{
	local options=$1
	shift
	in_ns "$right" nft -f - <<-NFT || return 4
	table netdev tamper {
		chain egress {
			type filter hook egress device "wire" priority 0; policy accept;
			ip protocol ah $*
		}
	}
	NFT
	# shellcheck disable=SC2086 # words
	exchange -1 $options "$right" "$left" $RIGHT_IN4 $LEFT_IN4
	local status=$?
	in_ns "$right" nft delete table netdev tamper
	return $status
}
tunnel proto=ah alg=sha256
check "a router may change the TTL" tampered "-u 0-3" ip ttl set 17
check "a router may change the DSCP" tampered "-u 0-3" ip dscp set cs3
id_changed()
{
	tampered -n ip id set 4711 && sa_dropped "$left" 0x1002 authentication &&
	echo "dropped: $DROPPED" && [ "$DROPPED" -eq 3 ]
}
check "nobody may change the identification" id_changed
tunnel_down

finish
