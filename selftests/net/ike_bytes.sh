#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Lifetimes in bytes, with strongSwan: under a running ping adit renews what has carried most of its bytes,
# then strongSwan does. Not one packet is lost, the log says why, and both know the limit: it was agreed on.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 14
need_adit
need_strongswan

# 4 MB. What adit may have carried when it begins to renew, at the latest: 85 percent. From there on only a
# small ping is on its way, which takes minutes to come to the limit.
LIMIT=4194304
SOFT=$((LIMIT / 100 * 85))
# Two processors send, of which one may stand still for as long as the other sends more than 32.
WINDOW=child_replay_window=1024
# What strongSwan's limits are: it renews at half of it, and offers the other, in units of 1,000.
THEIRS=(child_rekey_bytes=2000000 child_life_bytes=4000000 child_rand_bytes=0)
OFFERED=$((4000 * 1024))

# much BYTES: as many in large packets, each answered.
much()
{
	local count=$(($1 / 1300 + 1))

	in_ns "$lhost" ping -n -q -f -c $count -s 1272 $RHOST4 >"$TMP/much"
	cat "$TMP/much"
	grep -q " $count received" "$TMP/much"
}

# renewed WHY LIMIT: how often, as adit's log tells it.
renewed()
{
	grep -c "child renewed.*, $1, lifetime [0-9]* s or $2 bytes" "$TMP/left/aditd.log"
}

# renewed_times COUNT WHY LIMIT
renewed_times()
{
	[ "$(renewed "$2" "$3")" = "$1" ]
}

# cases BYTES WHY LIMIT: of a tunnel that is up: so many bytes have it renewed, twice.
cases()
{
	# Its third message may still be on the way: until then the peer drops what comes.
	eventually swan_established right && eventually adit_established left
	same "$name: the limit holds in the kernel" "$3" "$(adit_status left .children[0].lifebytes)"
	ping_start "$lhost" $RHOST4 || bail_out "no ping through the tunnel"
	check "$name: most of it is carried" much "$1"
	check "$name: then it is renewed, and the log says why" wait_for 30 renewed_times 1 "$2" "$3"
	check "$name: the next one carries most of it" much "$1"
	check "$name: and is renewed" wait_for 30 renewed_times 2 "$2" "$3"
	before=$(grep -c 'bytes from' "$TMP/ping.log")
	eventually ping_count_above $((before + 20))
	ping_stop
	[ "$(ping_lost)" = 0 ] || in_ns "$right" cat /proc/net/xfrm_stat | grep -v '\b0$'
	same "$name: no packet lost, of $(ping_sent)" 0 "$(ping_lost)"
}

topology_router hosts
swan_conf right
swan_conn right peer $WINDOW
swan_start right || bail_out "strongSwan does not start"

name="adit's limit"
adit_conf left
adit_tunnel left net start=wait esp-lifebytes=$LIMIT
adit_start left || bail_out "aditd does not start"
check "$name: up" adit_ctl left up net --wait 20
cases $SOFT "we began because the old one has carried most of the bytes that it may" $LIMIT
adit_stop left
eventually no_swan_sas right
rm "$TMP/left/aditd.log"

name="strongSwan's limit"
swan_conf right
swan_conn right peer $WINDOW "${THEIRS[@]}"
swan_load right || bail_out "strongSwan does not load its configuration"
adit_conf left
adit_tunnel left net start=wait
adit_start left || bail_out "aditd does not start"
check "$name: up" swan_initiate right 20
cases 2000000 "the peer began" $OFFERED

finish
