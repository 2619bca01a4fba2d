#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What adit sends leaves in chains, many packets as one (kmod/chain.h): through a router that forwards
# them whole or takes them apart, translates their addresses, marks them; to adit and to XFRM. With
# TEST_SHORT, less data.

. "$(dirname "$0")/lib.sh"

BYTES=200000
[ -z "${TEST_SHORT:-}" ] || BYTES=80000

plan_none
need_adit
need_module xfrm_interface esp4 esp6
! grep -q ' esp4_gso_segment' /proc/kallsyms ||
	skip_all "esp4_offload is part of this kernel: ESP without UDP goes packet by packet"
topology_router
udp_encap "$left"
udp_encap "$right"
# However slow the machine: TCP makes its packets smaller when it sends slowly.
in_ns "$left" sysctl -qw net.ipv4.tcp_min_tso_segs=8 || bail_out "no tcp_min_tso_segs"

# crosses LONGEST TUNNEL-OPTIONS...: TCP both ways; what the router sends on to the right is at most,
# or with +, at least so long.
crosses()
{
	local longest=$1
	shift
	tunnel "$@" && watch "$router" toright && exchange -t $BYTES "$left" "$right" \
		$LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6 || return 1
	watched
	echo "longest $WIRE_max_length, plain $WIRE_plain, others $WIRE_other"
	[ "$WIRE_plain" -eq 0 ] && [ "$WIRE_other" -eq 0 ] || return 1
	case $longest in
	*+) [ "$WIRE_max_length" -ge "${longest%+}" ] ;;
	*) [ "$WIRE_max_length" -le "$longest" ] ;;
	esac
}
try()
{
	check "$@"
	tunnel_down
}

for options in "right=adit" "right=xfrm" "right=adit outer=6 alg=aes128-sha1" \
	"right=xfrm encap=4500:4500"; do
	# shellcheck disable=SC2086 # words
	try "chains are forwarded whole, $options" crosses 4000+ $options
done

# A device without segmentation: chains are taken apart in front of it.
segmentation()
{
	in_ns "$router" ethtool -K toright tx-gso-list "$1" >/dev/null &&
	in_ns "$right" ethtool -K wire tx-gso-list "$1" >/dev/null || bail_out "no tx-gso-list"
}
segmentation off
for options in "right=adit" "right=xfrm outer=6" "right=adit encap=4500:4500"; do
	# shellcheck disable=SC2086 # words
	try "chains are taken apart on the way, $options" crosses 1500 $options
done
segmentation on

# Each packet of a chain gets what the router has written into the first one's header.
in_ns "$router" nft -f - <<-NFT || bail_out "the router cannot do NAT"
	table ip nat4 {
		chain postrouting {
			type nat hook postrouting priority 100; policy accept;
			oifname "toright" masquerade
		}
	}
	table ip6 nat6 {
		chain postrouting {
			type nat hook postrouting priority 100; policy accept;
			oifname "toright" masquerade
		}
	}
	NFT
translated()
{
	local peer=$1 address=LEFT$2
	shift 2
	capture "$router" toright nat src "${!address}" || return 1
	crosses 4000+ "right_peer=$peer" "$@" || return 1
	capture_end nat
	! captured_some nat
}
try "chains through address translation, to adit" translated $ROUTER_RIGHT4 4 right=adit
try "chains through address translation, to XFRM" translated $ROUTER_RIGHT4 4 right=xfrm
try "chains through address translation, IPv6" translated $ROUTER_RIGHT6 6 right=adit outer=6
in_ns "$router" nft flush ruleset
in_ns "$router" conntrack -F >/dev/null 2>&1

# The IPv4 header's checksum covers the TTL and the DSCP, which the router changes.
in_ns "$router" nft -f - <<-NFT || bail_out "the router cannot change headers"
	table inet mangle {
		chain forward {
			type filter hook forward priority -150; policy accept;
			oifname "toright" ip dscp set cs3 ip ttl set 17
			oifname "toright" ip6 dscp set cs3 ip6 hoplimit set 17
		}
	}
	NFT
try "chains with a changed header, to XFRM" crosses 4000+ right=xfrm
try "chains with a changed header, to adit over IPv6" crosses 4000+ right=adit outer=6
in_ns "$router" nft flush ruleset

# The router cannot send so much on: the sender of the chain is told, and heeds it.
narrow()
{
	ip -n "$router" link set toright mtu 1400 && ip -n "$right" link set wire mtu 1400 &&
	crosses 1400+ "$@"
	local status=$?
	ip -n "$router" link set toright mtu 1500
	ip -n "$right" link set wire mtu 1500
	return $status
}
try "chains that do not fit the next link, to XFRM" narrow right=xfrm
try "chains that do not fit the next link, in UDP to adit" narrow right=adit encap=4500:4500

finish
