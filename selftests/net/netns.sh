#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Network namespaces: the device can be moved, its outer packets stay in the namespace in which it
# was made; either of the two may go away under traffic.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair

# moved OPTIONS: a tunnel whose left device is in the namespace $inside, with the inner addresses.
moved()
{
	namespaces inside
	tunnel "$@" && ip -n "$left" link set vpn0 netns "$inside" || return 1
	printf '%s\n' "addr del $LEFT_IN4/32 dev lo" "addr del $LEFT_IN6/128 dev lo" |
		ip -n "$left" -force -batch - 2>/dev/null
	addresses "$inside" vpn0 $LEFT_IN4/32 $LEFT_IN6/128
	vpn_routes "$inside" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6
}
from_inside()
{
	exchange "$@" "$inside" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6
}

check "a device with its SAs moves to another namespace" moved
check "it keeps its SAs" test "$(sa_count "$inside")" -eq 2
check "it has carrier there" eventually carrier "$inside" vpn0
check "data crosses from there" from_inside -u 0-3,1000 -t 200000
inner_only()
{
	watch "$left" wire && from_inside -u 0-9 || return 1
	watched
	only_ipsec esp 40
}
check "the outer packets are in the namespace where it was made" inner_only
# Loaded tunnel modules give each namespace a device of theirs (gre0, sit0), which stays down.
no_other_link()
{
	[ "$(ip -n "$inside" -br link show up | awk '{ print $1 }' | sort | tr '\n' ' ')" = "lo vpn0 " ]
}
check "the namespace has no other way out" no_other_link
seen_from_home()
{
	adit_in "$left" sa show | grep -q '^dev'
}
check "SAs can be seen from the namespace in which it was made" seen_from_home
set_from_inside()
{
	adit_sa "$inside" out local=$LEFT4 remote=$RIGHT4 spi=0x1011 &&
	xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=0x1011 if_id=0x10 && from_inside -u 1-9
}
check "SAs can be added from where it is" set_from_inside
back()
{
	ip -n "$inside" link set vpn0 netns "$left" && ip -n "$left" link set vpn0 up &&
	inner_addresses_again &&
	vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6 && tunnel_works
}
inner_addresses_again()
{
	addresses "$left" lo $LEFT_IN4/32 $LEFT_IN6/128
}
check "it can be moved back" back
tunnel_down

# The same SPIs in many namespaces do not know each other.
same_spis()
{
	local one=$left two=$right

	tunnel right=adit || return 1
	namespaces third fourth
	join "$third" wire "$fourth" wire
	left=$third right=$fourth
	gateway_addresses
	inner_addresses
	tunnel right=adit && tunnel_works
	local status=$?
	left=$one right=$two
	tunnel_works || status=1
	return $status
}
check "the same SPIs and addresses in two pairs of namespaces" same_spis
tunnel_down

flood()
{
	background in_ns "$1" ping -qfn -s 1000 -w $((30 * TEST_PATIENCE)) -I $LEFT_IN4 $RIGHT_IN4 >/dev/null
	FLOOD=$!
	wait_for 5 counts 50 link_counter "$right" vpn0 rx_packets
}
ns_del()
{
	ip netns del "$1" && remove_ns_list "$1"
}
# The namespace where the device is.
inside_dies()
{
	moved && flood "$inside" && ns_del "$inside"
	local status=$?
	stop "$FLOOD"
	return $status
}
check "the namespace that it was moved to goes under traffic" inside_dies
spis_free()
{
	ip -n "$left" link add vpn0 type adit &&
	eventually adit_sa "$left" in local=$LEFT4 remote=$RIGHT4 spi=0x1002 &&
	ip -n "$left" link del vpn0
}
check "the device went with it, and its SPIs are free" spis_free
inner_addresses_again
tunnel_down
# A route of IPv6 belongs to its namespace: SAs, which keep one, do not outlive that. They are counted
# when they are freed, where the kernel can; its end of the wire goes after all were asked to let go.
TRACING=/sys/kernel/tracing
PROBED=
FREED=0
probe_freed()
{
	mount -t tracefs tracefs $TRACING 2>/dev/null
	[ -e $TRACING/kprobe_events ] || return 0
	echo 'p:adit_freed adit:adit_sa_free' >>$TRACING/kprobe_events && PROBED=yes &&
	echo 1 >$TRACING/events/kprobes/adit_freed/enable
}
test_cleanup()
{
	[ -n "$PROBED" ] || return 0
	echo 0 >$TRACING/events/kprobes/adit_freed/enable
	echo '-:adit_freed' >>$TRACING/kprobe_events
	PROBED=
}
read_freed()
{
	local name hits

	[ -n "$PROBED" ] || return 0
	while read -r name hits _; do
		[ "$name" != adit_freed ] || FREED=$hits
	done <$TRACING/kprobe_profile
}
freed_before()
{
	[ -n "$PROBED" ] || { echo "this kernel has no kprobe events"; return 4; }
	echo "SAs freed when the wire was gone: $FREED"
	[ "$FREED" -ge 2 ]
}
no_wire()
{
	! in_ns "$right" test -e /sys/class/net/wire
}
# The namespace where it was made: the device may stay, nothing leaves, nothing breaks.
home_dies()
{
	moved right=adit outer=6 && flood "$inside" && probe_freed && ns_del "$left" || return 1
	stop "$FLOOD"
	# A namespace is taken apart by a worker of the kernel's, some time after.
	wait_for 60 no_wire || { echo "the wire is still there"; return 1; }
	read_freed
	[ "$(sa_count "$inside" vpn0)" = 0 ] || { adit_in "$inside" sa show; return 1; }
	! in_ns "$inside" ping -n -q -c 2 -i 0.1 -w 1 -I $LEFT_IN4 $RIGHT_IN4 &&
	ip -n "$inside" link del vpn0
}
check "the namespace in which it was made goes under traffic" home_dies
check "its SAs were freed before its interfaces" freed_before
test_cleanup
gone_from_list()
{
	! ip netns list | grep -q "^$left"
}
check "it is gone" gone_from_list

# All at once.
everything_dies()
{
	cleanup_rest
	topology_pair
	tunnel right=adit && tunnel_works || return 1
	flood "$left"
	ns_del "$left" && ns_del "$right"
	stop "$FLOOD"
	topology_pair
	tunnel right=adit && tunnel_works
}
cleanup_rest()
{
	local ns
	for ns in "${NS_LIST[@]}"; do
		ip netns del "$ns" 2>/dev/null
	done
	NS_LIST=()
}
check "both ends go with everything in them, and it can be set up again" everything_dies
module_free()
{
	cleanup_rest
	eventually adit_unload
}
check "nothing holds the module afterwards" module_free

finish
