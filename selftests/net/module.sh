#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Loading and unloading the module, with devices, SAs and traffic in whatever state.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface esp4 esp6
topology_pair
udp_encap "$left"
udp_encap "$right"

loaded()
{
	grep -q '^adit ' /proc/modules
}
not_loaded()
{
	! loaded
}
family()
{
	adit_in "$left" sa show
}

check "it unloads with nothing to do" adit_unload
check "it is gone" not_loaded
check "it loads again" adit_load
check "the netlink family is there" family
with_device()
{
	vpn_device "$left" adit && adit_unload && ! ip -n "$left" link show vpn0 2>/dev/null &&
	adit_load
}
check "it unloads with a device, which goes" with_device
with_sas()
{
	tunnel right=adit && tunnel_works && adit_unload && adit_load && tunnel right=adit && tunnel_works
}
check "it unloads with SAs, which go" with_sas

SECONDS_MAX=$((60 * TEST_PATIENCE))
# Traffic in both directions, with datagrams and TCP, while the module goes.
floods()
{
	FLOODS=()
	background in_ns "$left" ping -qfn -s 1000 -w "$SECONDS_MAX" -I $LEFT_IN4 $RIGHT_IN4 >/dev/null 2>&1
	FLOODS+=($!)
	background in_ns "$right" ping -6 -qfn -s 100 -w "$SECONDS_MAX" -I $RIGHT_IN6 $LEFT_IN6 >/dev/null 2>&1
	FLOODS+=($!)
	background exchange -t 200000000 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 2>/dev/null
	FLOODS+=($!)
	wait_for 5 counts 50 link_counter "$right" vpn0 rx_packets &&
	wait_for 5 counts 50 link_counter "$left" vpn0 rx_packets
}
floods_end()
{
	stop "${FLOODS[@]}"
	FLOODS=()
}
under_traffic()
{
	local status=0
	tunnel_down
	tunnel "$@" && floods && adit_unload || status=1
	floods_end
	adit_load || return 1
	tunnel_down
	return $status
}
for options in right=adit right=xfrm "right=adit alg=aes128-sha256 outer=6" \
	"right=adit encap=4500:4500" "right=xfrm encap=4500:4500 outer=6" \
	"right=adit proto=ah alg=sha256"; do
	# shellcheck disable=SC2086 # words
	check "it unloads under traffic, $options" under_traffic $options
done

# The floods go on from one round to the next and meet the module in every state.
many_times()
{
	local i

	tunnel_down
	tunnel right=adit && floods || return 1
	for i in 1 2 3 4 5 6; do
		adit_unload && adit_load && tunnel right=adit || { echo "round $i"; return 1; }
	done
	floods_end
	tunnel_works
}
check "six times while packets go on coming" many_times
floods_end

# The carrier, events and staging have timers and works of their own.
with_waiting()
{
	tunnel_down
	vpn_device "$left" adit && policy "$left" vpn0 carrier on-demand &&
	vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6 || return 1
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	adit_sa "$left" in local=$LEFT4 remote=$RIGHT4 spi=0x1002 \
		more="limit time-soft 1 limit time-hard 2 limit idle 1" && adit_unload && adit_load
}
check "it unloads with packets waiting and timers running" with_waiting
twice()
{
	! insmod "$ADIT_KO" 2>/dev/null && family
}
check "a second load is refused and does no harm" twice
loop()
{
	local i
	for ((i = 0; i < 10; i++)); do
		adit_unload && adit_load || return 1
	done
}
check "ten times in a row" loop
works_again()
{
	tunnel_down
	tunnel right=xfrm && tunnel_works
}
check "a tunnel works after all of this" works_again

finish
