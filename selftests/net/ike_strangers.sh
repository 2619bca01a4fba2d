#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Twenty thousand first messages of strangers that do not exist, as fast as adit answers them, while
# strongSwan connects, and says each of its own messages only a few times: it gets through, and of the
# strangers nothing is left. And a scanner, which learns what it should and no more.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 19
need_adit
need_strongswan
need ike-scan

STRANGERS=20000
# What they may cost, in KB; without a bound it would be several times as much.
MEMORY=32768

metric()
{
	adit_ctl right metrics | sed -n "s/^adit_ike_$1 //p"
}

# metric_in NAME FROM TO
metric_in()
{
	local value
	value=$(metric "$1")
	echo "$1: $value"
	[ -n "$value" ] && [ "$value" -ge "$2" ] && [ "$value" -le "$3" ]
}

memory()
{
	sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(cat "$TMP/right/aditd.pid")/status"
}

# logged REGEX: how many lines
logged()
{
	grep -Ec -- "$1" "$TMP/right/aditd.log"
}

flood_is_under_way()
{
	grep -q begun "$TMP/strangers"
}

# few LINES SECONDS: twenty at once, one a second
few()
{
	echo "$1 lines in $2 s"
	[ "$1" -gt 0 ] && [ "$1" -le $((25 + $2)) ]
}

# scan NAME REGEX OPTION...: what ike-scan says of adit.
scan()
{
	local name=$1 regex=$2
	shift 2
	in_ns "$left" ike-scan --nodns --sport=0 --retry=6 --timeout=1000 "$@" $RIGHT4 >"$TMP/scan" 2>&1
	check "a scanner, $name" grep -Eq -- "$regex" "$TMP/scan"
}

on_failure()
{
	tail -n 5 "$TMP/strangers" "$TMP/scan" "$TMP/right/aditd.log"
}

topology_pair
# Where the answers go; who would be reached beyond is nobody's business.
ip -n "$right" route add 172.16.0.0/12 via $LEFT4
ip -n "$left" route add blackhole 172.16.0.0/12
ip -n "$left" route add $RIGHT_NET4 via $RIGHT4
adit_conf right
adit_tunnel right net start=wait remote=%any remote-id=$LEFT4
adit_start right || bail_out "aditd does not start"
swan_conf left
swan_conn left peer
swan_start left || bail_out "strongSwan does not start"

scan "what adit takes" 'Main Mode Handshake returned.*Enc=AES .*KeyLength=128' --trans=7/128,2,1,2
scan "what it does not take" 'Notify message 14 \(NO-PROPOSAL-CHOSEN\)' --trans=5,1,1,2
check "a scanner: the log says why" test "$(logged "refused the peer's phase 1 proposals: .*3des")" -gt 0
scan "aggressive mode" 'Notify message 7 \(INVALID-EXCHANGE-TYPE\)' --aggressive --id=me --trans=7/128,2,1,2
check "a scanner: the log says why" test "$(logged "refused the peer's aggressive mode: .*main mode")" -gt 0
scan "IKEv2" '0 returned handshake; 0 returned notify' --ikev2 --retry=2
check "a scanner: the log says why" test "$(logged 'ignored a message from .*: .*version')" -gt 0

name="a flood"
before=$(memory)
began=$SECONDS
background "$NET_BIN/strangers" "$left" "$right" $RIGHT4 $STRANGERS "$TMP/enough" >"$TMP/strangers" 2>&1
flood=$!
check "$name: under way" wait_for 60 flood_is_under_way
check "$name: strongSwan gets through" swan_initiate left 60
check "$name: the tunnel is up" eventually adit_established right
check "$name: the half-open phase 1s are bounded" metric_in half_open 1 1000
check "$name: and carries traffic" eventually both_ping "$left" $LEFT_IN4 "$right" $RIGHT_IN4
touch "$TMP/enough"
wait $flood
lasted=$((SECONDS - began))
read -r _ sent _ answered < <(tail -n 1 "$TMP/strangers")
check "$name: all have come" test "$sent" -ge $STRANGERS
same "$name: each was answered" "$sent" "$answered"
check "$name: it costs little memory" test $(($(memory) - before)) -lt $MEMORY
check "$name: and few lines of the log" few "$(logged 'begins phase 1')" $lasted
check "$name: the tunnel has not noticed" eventually both_ping "$left" $LEFT_IN4 "$right" $RIGHT_IN4

check "nothing is left of any" wait_for 90 metric_in half_open 0 0
check "the tunnel is up, and alone" metric_in sas 1 1

finish
