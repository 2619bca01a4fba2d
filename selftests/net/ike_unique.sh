#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One identity that calls from two addresses, as strongSwan does here with two connections: with unique =
# keep the second is refused, with never both stay, with replace the second takes the place of the first.
# The log says which it was.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 16
need_adit
need_strongswan

OTHER4=192.0.2.11
# Each calls for one of these; adit lets all of $LEFT_NET4 in.
NETS=(10.1.1 10.1.2)

# ours POLICY: adit on the right, started anew
ours()
{
	adit_conf right
	adit_tunnel right net start=wait remote=%any remote-id=spoke.example.com unique="$1"
	adit_start right || bail_out "aditd does not start"
}

# call NUMBER [SECONDS]
call()
{
	swan left --initiate --ike "spoke$1" --child net --timeout "${2:-20}"
}

# carries NUMBER: from its network, and to it
carries()
{
	local address=${NETS[$1 - 1]}.1

	eventually both_ping "$left" "$address" "$right" $RIGHT_IN4
}

# peers N: so many phase 1s, as adit counts them
peers()
{
	[ "$(adit_ctl right metrics | sed -n 's/^adit_ike_sas //p')" = "$1" ]
}

logged()
{
	grep -Eq -- "$1" "$TMP/right/aditd.log"
}

over()
{
	adit_stop right
	eventually no_swan_sas left
	rm "$TMP/right/aditd.log"
}

topology_pair
addresses "$left" wire $OTHER4/24
addresses "$left" lo ${NETS[0]}.1/32 ${NETS[1]}.1/32
ip -n "$left" route add $RIGHT_NET4 via $RIGHT4
swan_conf left
swan_conn left spoke1 unique=never local_id=spoke.example.com child_local_ts=${NETS[0]}.0/24
swan_conn left spoke2 unique=never local_addrs=$OTHER4 local_id=spoke.example.com \
	child_local_ts=${NETS[1]}.0/24
swan_start left || bail_out "strongSwan does not start"

name="keep"
ours keep
check "$name: the first gets in" call 1
check "$name: and carries traffic" carries 1
check_not "$name: the second does not" call 2 5
check "$name: the log says why" logged \
	"refused spoke.example.com at $OTHER4:500: that identity is in use at $LEFT4:500"
check "$name: the first carries traffic still" carries 1
same "$name: it has the SAs" 2 "$(adit_sas right)"
over

name="never"
ours never
check "$name: the first gets in" call 1
check "$name: so does the second" call 2
check "$name: both are there" peers 2
check "$name: the first carries traffic" carries 1
check "$name: so does the second" carries 2
over

name="replace"
ours replace
check "$name: the first gets in" call 1
check "$name: so does the second" call 2
check "$name: the log says what became of the first" logged \
	"spoke.example.com is at $OTHER4:500 now, what it had at $LEFT4:500 is deleted"
check "$name: the second alone is there" eventually peers 1
check "$name: it carries traffic" carries 2
over

finish
