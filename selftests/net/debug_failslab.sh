#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No memory: each allocation of each request and of each packet's way fails in its turn (fail_nth.c),
# and a part of all those on both packet paths. Only allocations with the module on the stack count. A
# kernel with fault injection is needed; whether something was left, its kmemleak says after the run.
# With TEST_SHORT, one kind of SA for each direction.

. "$(dirname "$0")/lib.sh"

FAULTS="/sys/kernel/debug/failslab /sys/kernel/debug/fail_page_alloc"
PACKETS=${FAILSLAB_PACKETS:-100}

for fault in $FAULTS; do
	[ -e "$fault/require-start" ] || skip_all "the kernel $(uname -r) injects no faults"
done
plan_none
need_adit
topology_pair
udp_encap "$left"
udp_encap "$right"
tunnel right=adit || bail_out "no tunnel"

# set_faults NAME=VALUE...: of both kinds of allocations, those in slabs and those of pages.
set_faults()
{
	local fault word

	for fault in $FAULTS; do
		for word in "$@"; do
			echo "${word#*=}" >"$fault/${word%%=*}" || return 1
		done
	done
}

# The module's code, from where to where: the stack must go through it.
only_adit()
{
	local first last

	read -r first last < <(awk '$4 == "[adit]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms |
		sort | sed -n '1p;$p' | tr '\n' ' ')
	[ -n "$last" ] || return 1
	echo "from 0x$first to 0x$last"
	echo 0 >/sys/kernel/debug/fail_page_alloc/min-order
	set_faults "require-start=0x$first" "require-end=0x$last" stacktrace-depth=32 \
		ignore-gfp-wait=N verbose=0 probability=0 interval=1 times=-1
}
check "faults can be injected" only_adit

fail_nth()
{
	"$NET_BIN/fail_nth" "$left" vpn0 "$@"
}
each()
{
	local description=$1
	shift
	check "$description: each allocation may fail" "$@"
	sed 's/^/#   /' "$TMP/check.out"
}
kinds_in="gcm cbc-selectors udp-limits ah ah-transport" kinds_out=$kinds_in
[ -z "${TEST_SHORT:-}" ] || kinds_in=cbc-selectors kinds_out=udp-limits
for kind in $kinds_in; do
	each "adding an inbound SA, $kind" fail_nth add in $kind
done
for kind in $kinds_out; do
	each "adding an outbound SA, $kind" fail_nth add out $kind
done
each "changing an SA" fail_nth set out gcm
each "asking for an SA" fail_nth get in cbc-selectors
each "removing an SA with selectors" fail_nth del out cbc-selectors
each "making a device" fail_nth device
check "there are as many SAs as before" test "$(sa_count "$left")" -eq 2
check "and they work" tunnel_works

# sending SIZE TUNNEL-OPTIONS...: over a device that lets through what is larger than the SA can
# carry, so that it is cut there.
sending()
{
	local size=$1 status
	shift

	tunnel_down
	tunnel right=adit "$@" && ip -n "$left" link set vpn0 mtu 9000 && hold "$left" vpn0 || return 1
	fail_nth send $LEFT_IN4 $RIGHT_IN4 "$size"
	status=$?
	hold_end
	return $status
}
# receiving KIND TUNNEL-OPTIONS...
receiving()
{
	local kind=$1 status
	shift

	tunnel_down
	tunnel right=adit window=64 "$@" && hold "$right" any || return 1
	"$NET_BIN/fail_nth" "$right" vpn0 receive "$kind" $LEFT4 $RIGHT4 $LEFT_IN4 $RIGHT_IN4
	status=$?
	hold_end
	return $status
}
each "sending, cut before it is encrypted, ESN, in UDP" sending 4000 alg=aes128-sha256 esn=yes encap=4500:4500
each "sending, AH" sending 100 proto=ah alg=sha256
each "receiving, ESN" receiving gcm-esn alg=aes128gcm16 esn=yes
each "receiving, AH" receiving ah proto=ah alg=sha256
[ -n "${TEST_SHORT:-}" ] || {
	each "sending, ESP" sending 100
	each "sending, ESP over IPv6" sending 4000 outer=6
	each "sending, AH over IPv6" sending 4000 proto=ah alg=sha512 outer=6
	each "receiving, ESP" receiving gcm
	each "receiving, two transforms, ESN" receiving null-sha256-esn alg=null-sha256 esn=yes
}

tunnel_down
tunnel right=adit || bail_out "no tunnel"
events "$left"
# So that the device keeps taking packets.
policy "$left" vpn0 carrier on-demand
adit_in "$left" sa flush
each "sending one that has to wait for an SA, and is said" fail_nth send $LEFT_IN4 $RIGHT_IN4 100
check "the tunnel comes back" tunnel_rekey right=adit

# on_both_paths OPTIONS: floods while a fifth of the module's allocations fails; and TCP, which sends again
# what is lost, while a fiftieth does.
on_both_paths()
{
	local dropped=0 side exchanged

	tunnel_down
	tunnel right=adit "$@" && hold "$left" vpn0 && hold "$right" vpn0 && hold "$left" wire &&
	hold "$right" wire || return 1
	set_faults probability=20
	in_ns "$left" ping -qfn -c "$PACKETS" -W 1 -s 3000 -I $LEFT_IN4 $RIGHT_IN4 >"$TMP/flood" 2>&1
	in_ns "$left" ping -6 -qfn -c "$PACKETS" -W 1 -s 100 -I $LEFT_IN6 $RIGHT_IN6 >>"$TMP/flood" 2>&1
	hold_end
	set_faults probability=2
	exchange -t 60000 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6
	exchanged=$?
	set_faults probability=0
	grep transmitted "$TMP/flood"
	[ $exchanged -eq 0 ] || return 1
	for side in "$left" "$right"; do
		device_read "$side" || return 1
		echo "$side: no-memory ${DEVICE[drop_no-memory]:-0}"
		[ "${DEVICE[drop_no-memory]:-0}" -gt 0 ] || dropped=1
	done
	tunnel_works && return $dropped
}
check "on both packet paths, ESP" on_both_paths
[ -n "${TEST_SHORT:-}" ] || {
	check "on both packet paths, AH" on_both_paths proto=ah alg=sha256
	check "on both packet paths, ESP over IPv6 with ESN" \
		on_both_paths outer=6 alg=aes128-sha256 esn=yes
	check "on both packet paths, ESP in UDP" on_both_paths encap=4500:4500
}
set_faults probability=0
check "nothing holds the module" bash -c "ip -n $left link del vpn0; ip -n $right link del vpn0; rmmod adit"
# The kernel's own allocations count here: where the module will be, nobody knows before. Of pages
# it takes hundreds, for the module's text.
unloaded()
{
	echo 0 >/sys/kernel/debug/failslab/require-start &&
	echo 0xffffffffffffffff >/sys/kernel/debug/failslab/require-end &&
	"$NET_BIN/fail_nth" "$left" vpn0 load "$ADIT_KO"
}
[ -n "${TEST_SHORT:-}" ] || each "loading the module" unloaded

finish
