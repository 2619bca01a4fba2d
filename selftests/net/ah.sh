#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# AH (RFC 4302) against XFRM: every hash, both modes, both outer families; and AH over ESP.

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

# Any length of an ICV up to that of the hash: the longest, and one that is no multiple of 4 bytes.
other_length()
{
	if ! tunnel_rekey proto=ah outer="$outer" alg="$alg"; then
		xfrm_lacks "$alg" && return 4
		return 1
	fi
	tunnel_works -u 0-9,1300 -t 20000
}
for outer in 4 6; do
	tunnel proto=ah outer=$outer alg=sha256 || bail_out "AH over IPv$outer could not be set up"
	lengths="md5_128 sha1_80 sha1_160 sha512_512"
	[ $outer = 6 ] || lengths+=" sha256_256 sha384_384 aesxcbc_128 aescmac_128"
	for alg in $lengths; do
		check "AH, ICV of ${alg#*_} bits of ${alg%_*}, IPv$outer" other_length
	done
	tunnel_down
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
check "a router may mark congestion" tampered "-T 2 -u 0-3" ip ecn set ce
id_changed()
{
	tampered -n ip id set 4711 && sa_dropped "$left" 0x1002 authentication &&
	echo "dropped: $DROPPED" && [ "$DROPPED" -eq 3 ]
}
check "nobody may change the identification" id_changed
tunnel_down

# AH over ESP on one device (RFC 4301 4.4, 5.1): XFRM does it with two templates.
bundle()
{
	local ns

	vpn_device "$left" adit && vpn_device "$right" xfrm || return 1
	for direction in in out; do
		spi=$([ $direction = in ] && echo 2 || echo 1)
		adit_sa "$left" $direction local=$LEFT4 remote=$RIGHT4 spi=0x100$spi \
			more="bundle 0x200$spi" &&
		adit_sa "$left" $direction proto=ah alg=sha256 mode=transport local=$LEFT4 \
			remote=$RIGHT4 spi=0x200$spi || return 1
		spi=$((3 - spi))
		xfrm_sa "$right" $direction local=$RIGHT4 remote=$LEFT4 spi=0x100$spi if_id=0x10 &&
		xfrm_sa "$right" $direction proto=ah alg=sha256 mode=transport local=$RIGHT4 \
			remote=$LEFT4 spi=0x200$spi if_id=0x10 reqid=2 || return 1
	done
	local esp="proto esp reqid 1 mode tunnel" ah="proto ah reqid 2 mode transport"
	local to="src $RIGHT4 dst $LEFT4" from="src $LEFT4 dst $RIGHT4"
	printf 'xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 if_id 0x10 dir %s\n' \
		"out tmpl $to $esp tmpl $to $ah" "in tmpl $from $esp tmpl $from $ah" |
		ip -n "$right" -batch - || return 1
	vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6
	vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 $LEFT_NET6
	watch "$left" wire
	exchange -u 0-9,1200 -t 100000 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	watched
	echo "ah=$WIRE_ah esp=$WIRE_esp plain=$WIRE_plain"
	[ "$WIRE_ah" -ge 10 ] && [ "$WIRE_esp" -eq 0 ] && [ "$WIRE_plain" -eq 0 ]
}
check "AH over ESP, to XFRM" bundle
bundle_needed()
{
	# The peer leaves AH away: ESP alone is not what this SA asks for.
	ip -n "$right" xfrm policy flush &&
	xfrm_policies "$right" local=$RIGHT4 remote=$LEFT4 if_id=0x10 &&
	exchange -1 -n "$right" "$left" $RIGHT_IN4 $LEFT_IN4 || return 1
	sa_dropped "$left" 0x1002 encapsulation
	echo "dropped: $DROPPED"
	[ "$DROPPED" -eq 3 ]
}
check "ESP without the AH of its bundle is dropped and counted" bundle_needed
tunnel_down

finish
