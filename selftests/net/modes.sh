#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Tunnel and transport mode, outer IPv4 and IPv6, inner IPv4 and IPv6, raw and in UDP (RFC 3948):
# adit against XFRM and adit against adit, and what each of them looks like on the wire.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface esp4 esp6
topology_pair
udp_encap "$left"
udp_encap "$right"

on_the_wire()
{
	local kind=esp

	[ -z "$encap" ] || kind=udp_esp
	watched
	only_ipsec $kind 20 || return 1
	# Of the other family there may be what IPv6 says when a link comes up, and no more.
	# RFC 3948 2.1: no checksum over IPv4; over IPv6 there is always one (RFC 8200 8.1)
	case $outer$encap in
	4) [ "$WIRE_ipv6" -le "$WIRE_neighbour" ] ;;
	6) [ "$WIRE_ipv4" -le "$WIRE_neighbour" ] ;;
	4*) [ "$WIRE_udp_checksum" -eq 0 ] ;;
	6*) [ "$WIRE_udp_no_checksum" -eq 0 ] ;;
	esac
}

tunnel_mode()
{
	tunnel right="$peer" outer="$outer" encap="$encap" alg="$alg" &&
	watch "$left" wire &&
	tunnel_works -u 0-3,1300 -t 200000 && on_the_wire
}

# In transport mode the gateways themselves talk, with their outer addresses.
transport_mode()
{
	local here=LEFT$outer there=RIGHT$outer

	tunnel right="$peer" outer="$outer" encap="$encap" alg="$alg" mode=transport &&
	watch "$left" wire &&
	exchange -u 0-3,1300 -t 200000 "$left" "$right" "${!here}" "${!there}" && on_the_wire
}

for peer in xfrm adit; do
	for mode in tunnel transport; do
		for alg in aes128gcm16 aes128-sha1; do
			for outer in 4 6; do
				for encap in "" 4500:4500; do
					check "$mode mode, $alg, IPv$outer${encap:+, in UDP}, $peer" \
						${mode}_mode
					tunnel_down
				done
			done
		done
	done
done

# Each direction is an SA of its own: another outer family, another algorithm, raw or in UDP.
directions_differ()
{
	local out in
	vpn_device "$left" adit && vpn_device "$right" xfrm &&
	vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6 &&
	vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 $LEFT_NET6 || return 1
	# shellcheck disable=SC2206 # words
	out=($1) in=($2)
	adit_sa "$left" out spi=0x1001 local=$LEFT4 remote=$RIGHT4 "${out[@]}" &&
	xfrm_sa "$right" in spi=0x1001 local=$RIGHT4 remote=$LEFT4 if_id=0x10 "${out[@]}" &&
	adit_sa "$left" in spi=0x1002 local=$LEFT6 remote=$RIGHT6 "${in[@]}" &&
	xfrm_sa "$right" out spi=0x1002 local=$RIGHT6 remote=$LEFT6 if_id=0x10 "${in[@]}" &&
	mixed_policies && tunnel_works -u 0-9,1200 -t 200000
}
# XFRM's side of that: IPv4 from the left, IPv6 to it.
mixed_policies()
{
	local inner

	for inner in 0.0.0.0/0 ::/0; do
		printf "xfrm policy add src $inner dst $inner if_id 0x10 dir %s reqid 1 mode tunnel\n" \
			"in tmpl src $LEFT4 dst $RIGHT4 proto esp" \
			"fwd tmpl src $LEFT4 dst $RIGHT4 proto esp" \
			"out tmpl src $RIGHT6 dst $LEFT6 proto esp"
	done | ip -n "$right" -batch -
}
check "AES-GCM over IPv4 there, AES-CBC over IPv6 back" \
	directions_differ alg=aes256gcm12 alg=aes256-sha512
tunnel_down
check "in UDP over IPv4 there, raw with ESN over IPv6 back" directions_differ \
	"encap=4500:4500 alg=chacha20poly1305" "alg=aes128ctr-sha256 esn=yes window=64"
tunnel_down

# What runs over transport mode in practice: GRE between the gateways (RFC 2784).
gre_over_transport()
{
	local ns

	modprobe -q ip_gre
	tunnel right=xfrm mode=transport || return 1
	for ns in "$left $LEFT4 $RIGHT4 10.9.0.1" "$right $RIGHT4 $LEFT4 10.9.0.2"; do
		# shellcheck disable=SC2086 # words
		set -- $ns
		printf '%s\n' "link add gre1 type gre local $2 remote $3 ttl 64" \
			"addr add $4/24 dev gre1" "link set gre1 up" | ip -n "$1" -batch - || return 1
	done
	watch "$left" wire &&
	exchange -u 0-3,1200 -t 100000 "$left" "$right" 10.9.0.1 10.9.0.2 || return 1
	watched
	only_ipsec esp 10
}
check "GRE over transport mode to XFRM" gre_over_transport
printf 'link del gre1\n' | ip -n "$left" -batch - 2>/dev/null
printf 'link del gre1\n' | ip -n "$right" -batch - 2>/dev/null
tunnel_down

# Port 4500 carries IKE too: what is not ESP belongs to the daemon, and a keepalive to nobody.
non_esp_reaches_socket()
{
	tunnel right=xfrm encap=4500:4500 || return 1
	printf '\0\0\0\0ike-message' | in_ns "$right" socat -u - "UDP:$LEFT4:4500,sourceport=4501" &&
	eventually grep -q "^00000000$(printf ike-message | od -An -tx1 | tr -d ' \n')$" \
		"$TMP/encap.$left.log"
}
check "IKE on port 4500 still reaches the daemon's socket" non_esp_reaches_socket

keepalive_swallowed()
{
	local lines
	lines=$(wc -l <"$TMP/encap.$left.log")
	printf '\377' | in_ns "$right" socat -u - "UDP:$LEFT4:4500,sourceport=4501" &&
	tunnel_works && [ "$(wc -l <"$TMP/encap.$left.log")" -eq "$lines" ]
}
check "a NAT keepalive is swallowed" keepalive_swallowed
tunnel_down

# A packet that comes in UDP for an SA without it, and the reverse, does not pass (RFC 3948 3.1).
encapsulation_must_match()
{
	tunnel_end left encap=4500:4500 && tunnel_end right || return 1
	exchange -1 -n "$right" "$left" $RIGHT_IN4 $LEFT_IN4 || return 1
	sa_dropped "$left" 0x1002 encapsulation
	echo "dropped for encapsulation: $DROPPED"
	[ "$DROPPED" -eq 3 ]
}
check "raw ESP for an SA in UDP is dropped and counted" encapsulation_must_match
tunnel_down

finish
