#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The network device: creation, flags, MTU, carrier, renaming, moving between namespaces, removal.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair

link()
{
	ip -n "$left" "$@"
}

details()
{
	link -d link show dev vpn0
}

check "ip link add type adit" link link add vpn0 type adit
check "a second one of that name is refused" bash -c "! ip -n $left link add vpn0 type adit 2>/dev/null"
DETAILS=$(details)
check "its kind is adit" grep -qw adit <<<"$DETAILS"
check "it is point to point, without ARP" grep -q '<.*POINTOPOINT.*NOARP' <<<"$DETAILS"
check "it has no link-layer address" grep -q 'link/none' <<<"$DETAILS"
check "its queueing discipline does not queue" bash -c "ip -n $left link set vpn0 up &&
	ip -n $left link show dev vpn0 | grep -q 'qdisc noqueue'"
sane_mtu()
{
	local mtu
	mtu=$(mtu "$left" vpn0)
	echo "MTU $mtu"
	[ "$mtu" -ge 1280 ] && [ "$mtu" -lt 1500 ]
}
check "its MTU is less than the wire's before there is an SA" sane_mtu

###### carrier ######

out()
{
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 "$@"
}
out_del()
{
	adit_sa_del "$left" out local=$LEFT4 remote=$RIGHT4 "$@"
}
# has LABEL carrier|no_carrier after COMMAND
carrier_after()
{
	local state=$1
	shift
	"$@" && "$state" "$left" vpn0
}

check "no carrier without an SA" no_carrier "$left" vpn0
check "an inbound SA alone gives no carrier" carrier_after no_carrier \
	adit_sa "$left" in local=$LEFT4 remote=$RIGHT4 spi=0x1002
check "an outbound SA gives carrier" carrier_after carrier out spi=0x1001
check "a second one leaves it" carrier_after carrier out spi=0x1003
check "it stays while one is left" carrier_after carrier out_del spi=0x1003
check "it goes with the last one" carrier_after no_carrier out_del spi=0x1001
check "it comes back" carrier_after carrier out spi=0x1001
check "flush takes it away" carrier_after no_carrier adit_in "$left" sa flush dev vpn0
check "flush leaves nothing" test "$(sa_count "$left")" -eq 0

policy_says()
{
	policy "$left" vpn0 carrier "$1" && device_read "$left" &&
	echo "carrier: ${DEVICE[carrier]}" && [ "${DEVICE[carrier]}" = "$2" ]
}
operstate()
{
	link link show dev vpn0 | grep -q "state $1"
}
check "carrier policy always: up without an SA" policy_says always up
check "carrier policy on-demand: dormant without an SA" policy_says on-demand dormant
check "the operational state says dormant" eventually operstate DORMANT
check "on demand, an outbound SA makes it up" carrier_after carrier out spi=0x1001
check "the operational state leaves dormant with the SA" eventually operstate 'U[PN]'
check "carrier policy follow: up with an SA" policy_says follow up
out_del spi=0x1001
check "carrier policy follow: down without" policy_says follow down
check_not "an unknown carrier policy is refused" policy "$left" vpn0 carrier 9

###### MTU ######

mtu_set()
{
	link link set vpn0 mtu "$1" && [ "$(mtu "$left" vpn0)" -eq "$1" ]
}
check "the MTU can be set to 1280" mtu_set 1280
check "the MTU can be set to 9000" mtu_set 9000
mtu_fixed()
{
	device_read "$left" && echo "source ${DEVICE[mtu_source]}" &&
	[ "${DEVICE[mtu_source]}" = fixed ]
}
check "the administrator's MTU is said to be fixed" mtu_fixed
mtu_stays()
{
	out spi=0x1001 && [ "$(mtu "$left" vpn0)" -eq 9000 ]
}
check "it stays when an SA comes" mtu_stays
mtu_auto()
{
	policy "$left" vpn0 mtu auto && device_read "$left" || return 1
	echo "mtu ${DEVICE[mtu]} path ${DEVICE[mtu_path]} overhead ${DEVICE[mtu_overhead]}"
	[ "${DEVICE[mtu_path]}" -eq 1500 ] && [ "${DEVICE[mtu_spi]}" = 0x1001 ] &&
	[ "${DEVICE[mtu]}" -eq $((1500 - DEVICE[mtu_overhead])) ] &&
	[ "$(mtu "$left" vpn0)" -eq "${DEVICE[mtu]}" ]
}
check "mtu auto: computed from the wire's 1500 and the SA's overhead" mtu_auto
refused "an MTU of 60 is refused" 'invalid|range|mtu|less than' link link set vpn0 mtu 60
refused "an MTU of 70000 is refused" 'invalid|range|mtu|greater than' link link set vpn0 mtu 70000

###### life of a device under traffic ######

link link del vpn0
tunnel || bail_out "no tunnel"
check "data crosses" tunnel_works

# The router's rules for marked packets hold for what the device sends, at once: the route that its SAs
# had found is looked for anew. An SA's own mark comes before the device's.
marked()
{
	link rule add fwmark 7 prohibit && policy "$left" vpn0 mark 7 &&
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4 &&
	device_read "$left" && echo "no route: ${DEVICE[drop_no-route]}" && [ "${DEVICE[drop_no-route]}" -ge 3 ]
}
check "packets with its mark go where the rules for it say" marked
marked_otherwise()
{
	policy "$left" vpn0 mark 8 && tunnel_works
}
check "with another mark they go on" marked_otherwise
sa_marked()
{
	policy "$left" vpn0 mark 7 && out_del spi=0x1001 && out spi=0x1001 more="mark 8 seq 5000" &&
	tunnel_works && adit_in "$left" sa show | grep -q 'mark 0x8' || return 1
	policy "$left" vpn0 mark 0 && out_del spi=0x1001 && out spi=0x1001 more="mark 7 seq 9000" &&
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	out_del spi=0x1001 && out spi=0x1001 more="seq 13000" && tunnel_works
}
check "an SA's own mark goes before" sa_marked
renamed()
{
	link link set vpn0 down && link link set vpn0 name other && link link set other up &&
	vpn_routes "$left" other $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6 && tunnel_works
}
check "a renamed device works on" renamed
check "its SAs are shown under the new name" bash -c "ip netns exec $left $ADIT sa show dev other |
	grep -q '^dev other '"
link link set other down
check "nothing passes while it is down" tunnel_silent
check "its SAs are still there" test "$(sa_count "$left" other)" -eq 2
back_up()
{
	link link set other up &&
	vpn_routes "$left" other $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6 && tunnel_works
}
check "it works again when it is up" back_up
check "deleting it deletes its SAs" bash -c "ip -n $left link del other &&
	[ -z \"\$(ip netns exec $left $ADIT sa show)\" ]"
tunnel_down

# The SPI of a deleted device is free again.
reused()
{
	tunnel && tunnel_works
}
check "the same SPIs can be used by a new device" reused

hundred()
{
	local i

	for ((i = 0; i < 100; i++)); do echo "link add many$i type adit"; done |
		ip -n "$left" -batch - &&
	for ((i = 0; i < 100; i++)); do echo "link del many$i"; done | ip -n "$left" -batch - &&
	tunnel_works
}
check "a hundred devices come and go beside it" hundred

finish
