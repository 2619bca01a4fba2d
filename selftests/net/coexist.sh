#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# adit beside the kernel's own IPsec on the same hosts, the same addresses, at the same time.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface esp4 esp6 ah4
topology_pair
udp_encap "$left"
udp_encap "$right"
addresses "$left" lo 10.3.0.1/32
addresses "$right" lo 10.4.0.1/32
LEFT_X4=10.3.0.1 RIGHT_X4=10.4.0.1

# xfrm_beside OPTIONS: an XFRM tunnel `x0` between the same gateways for 10.3/16 and 10.4/16.
xfrm_beside()
{
	# shellcheck disable=SC2316 # a variable of that name
	local ns local remote in out net src word words=()

	# what a policy has no use for
	for word in "$@"; do
		[ "${word#alg=}" != "$word" ] || words+=("$word")
	done
	for ns in left right; do
		if [ $ns = left ]; then
			local=LEFT remote=RIGHT in=0x902 out=0x901 net=10.4.0.0/16 src=$LEFT_X4
		else
			local=RIGHT remote=LEFT in=0x901 out=0x902 net=10.3.0.0/16 src=$RIGHT_X4
		fi
		local+=${outer:-4} remote+=${outer:-4}
		printf '%s\n' "link add x0 type xfrm dev wire if_id 0x99" "link set x0 up" \
			"route add $net dev x0 src $src" | ip -n "${!ns}" -batch - &&
		xfrm_sa "${!ns}" in local="${!local}" remote="${!remote}" spi=$in if_id=0x99 \
			reqid=9 "$@" &&
		xfrm_sa "${!ns}" out local="${!local}" remote="${!remote}" spi=$out if_id=0x99 \
			reqid=9 "$@" &&
		xfrm_policies "${!ns}" local="${!local}" remote="${!remote}" if_id=0x99 reqid=9 \
			"${words[@]}" || return 1
	done
}
xfrm_beside_down()
{
	printf '%s\n' "link del x0" "xfrm state flush" "xfrm policy flush" >"$TMP/down"
	ip -n "$left" -force -batch "$TMP/down"
	ip -n "$right" -force -batch "$TMP/down"
}
xfrm_works()
{
	exchange -u 0-2,1000 -t 100000 "$left" "$right" $LEFT_X4 $RIGHT_X4
}
both_work()
{
	tunnel_works && xfrm_works
}

tunnel left=adit right=adit || bail_out "no tunnel"
check "an XFRM tunnel between the same addresses" xfrm_beside
check "both carry" both_work
xfrm_beside_down
check "adit carries on without it" tunnel_works
check "an XFRM tunnel with AH" xfrm_beside proto=ah alg=sha256
check "both carry" both_work
xfrm_beside_down
tunnel_down

tunnel left=adit right=adit encap=4500:4500
check "both in UDP on the same port" xfrm_beside encap=4500:4500
check "both carry" both_work
xfrm_beside_down
tunnel_down

outer=6
tunnel left=adit right=adit outer=6
check "over IPv6" xfrm_beside
check "both carry" both_work
xfrm_beside_down
tunnel_down
outer=4

# XFRM policies without an interface, transport mode between the gateways, adit's tunnel beside.
tunnel left=adit right=adit
check "XFRM transport mode for TCP between the gateways" bash -c "
	for ns in '$left $LEFT4 $RIGHT4' '$right $RIGHT4 $LEFT4'; do
		set -- \$ns
		ip -n \$1 xfrm policy add src \$2 dst \$3 proto tcp dir out tmpl proto esp reqid 5 mode transport &&
		ip -n \$1 xfrm policy add src \$3 dst \$2 proto tcp dir in tmpl proto esp reqid 5 mode transport || exit 1
	done"
for ns in left right; do
	if [ $ns = left ]; then l=$LEFT4 r=$RIGHT4 i=0x802 o=0x801; else l=$RIGHT4 r=$LEFT4 i=0x801 o=0x802; fi
	xfrm_sa "${!ns}" in mode=transport local=$l remote=$r spi=$i reqid=5
	xfrm_sa "${!ns}" out mode=transport local=$l remote=$r spi=$o reqid=5
done
check "it carries" exchange -t 100000 "$left" "$right" $LEFT4 $RIGHT4
check "and so does adit" tunnel_works
ip -n "$left" xfrm policy flush
ip -n "$right" xfrm policy flush
ip -n "$left" xfrm state flush
ip -n "$right" xfrm state flush

# What is not ours passes on to XFRM, untouched: it counts an unknown SPI.
unknown_spi()
{
	local before after i

	before=$(xfrm_counter "$left" XfrmInNoStates)
	for ((i = 0; i < 3; i++)); do echo "len=10"; done |
		"$NET_BIN/inject" "$right" "$left" spi=0x7777 src=$RIGHT_IN4 dst=$LEFT_IN4 "$@" || return 1
	after=$(xfrm_counter "$left" XfrmInNoStates)
	echo "XfrmInNoStates: $before before, $after after"
	[ $((after - before)) -eq 3 ]
}
check "an unknown SPI passes on to XFRM" unknown_spi from=$RIGHT4 to=$LEFT4
check "an unknown SPI over IPv6" unknown_spi from=$RIGHT6 to=$LEFT6
check "an unknown SPI in UDP" unknown_spi from=$RIGHT4 to=$LEFT4 udp=4500:4500
tunnel_down

# The same SPI in both is no contradiction: the addresses differ.
same_spi()
{
	addresses "$left" wire 192.0.2.11/24
	addresses "$right" wire 192.0.2.12/24
	tunnel left=adit right=adit && xfrm_beside || return 1
	xfrm_sa "$left" in local=192.0.2.11 remote=192.0.2.12 spi=0x1002 if_id=0x99 reqid=9 &&
	both_work
}
check "an SPI of adit's at another address of XFRM's" same_spi

# Without the module XFRM goes on; with it again, adit too.
survives()
{
	ip -n "$left" link del vpn0
	ip -n "$right" link del vpn0
	adit_unload && xfrm_works && adit_load && xfrm_works &&
	tunnel left=adit right=adit && both_work
}
check "unloading and loading the module does not disturb XFRM" survives

finish
