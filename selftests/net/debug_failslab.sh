#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# No memory: each allocation of each request fails in its turn (fail_nth.c). Only allocations with the
# module on the stack count. A kernel with fault injection is needed; whether something was left, its
# kmemleak says after the run. With TEST_SHORT, one kind of SA for each direction.

. "$(dirname "$0")/lib.sh"

FAILSLAB=/sys/kernel/debug/failslab

[ -e $FAILSLAB/require-start ] || skip_all "the kernel $(uname -r) injects no faults"
plan_none
need_adit
topology_pair
tunnel right=adit || bail_out "no tunnel"

# The module's code, from where to where: the stack must go through it.
only_adit()
{
	local first last

	read -r first last < <(awk '$4 == "[adit]" && $2 ~ /[tT]/ { print $1 }' /proc/kallsyms |
		sort | sed -n '1p;$p' | tr '\n' ' ')
	[ -n "$last" ] || return 1
	echo "from 0x$first to 0x$last"
	echo "0x$first" >$FAILSLAB/require-start && echo "0x$last" >$FAILSLAB/require-end &&
	echo 32 >$FAILSLAB/stacktrace-depth && echo N >$FAILSLAB/ignore-gfp-wait &&
	echo 0 >$FAILSLAB/verbose && echo 0 >$FAILSLAB/probability && echo 1 >$FAILSLAB/interval &&
	echo -1 >$FAILSLAB/times
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
	check "$description: each allocation may fail" fail_nth "$@"
	sed 's/^/#   /' "$TMP/check.out"
}
kinds_in="gcm cbc-selectors udp-limits ah ah-transport" kinds_out=$kinds_in
[ -z "${TEST_SHORT:-}" ] || kinds_in=cbc-selectors kinds_out=udp-limits
for kind in $kinds_in; do
	each "adding an inbound SA, $kind" add in $kind
done
for kind in $kinds_out; do
	each "adding an outbound SA, $kind" add out $kind
done
each "changing an SA" set out gcm
each "asking for an SA" get in cbc-selectors
each "removing an SA with selectors" del out cbc-selectors
each "making a device" device
check "there are as many SAs as before" test "$(sa_count "$left")" -eq 2
check "and they work" tunnel_works

events "$left"
adit_in "$left" sa flush
each "sending one that has to wait for an SA, and is said" send $LEFT_IN4 $RIGHT_IN4 100
check "the tunnel comes back" tunnel_rekey right=adit

check "and works" tunnel_works
check "nothing holds the module" bash -c "ip -n $left link del vpn0; ip -n $right link del vpn0; rmmod adit"

finish
