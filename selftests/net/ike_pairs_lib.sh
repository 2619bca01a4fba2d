# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# Many tunnels between adit on the left and strongSwan on the right, all at the same time: each has
# a pair of outer addresses of its own, so that neither side takes one for another, and a network of
# its own behind strongSwan. Sourced after ike_lib.sh.
#
#	topology_router hosts
#	pairs 2
#	adit_conf left; swan_conf right
#	pair_ours 1 ike=aes128-sha1-modp1024; pair_peer 1 proposals=aes128-sha1-modp1024
#	...
#	adit_ctl left up all; pairs_read .ike.proposal
#	check "the first" pair_works 1 "aes128-sha1-modp1024 established initiator"

# Tunnel N, called tN: these and N + 10 outside, PAIR_NET.N.0/24 behind the right.
PAIR_LEFT=192.0.2 PAIR_RIGHT=198.51.100 PAIR_NET=10.20

# pairs HOW-MANY: their addresses.
pairs()
{
	local i

	for ((i = 1; i <= $1; i++)); do
		echo "addr add $PAIR_LEFT.$((i + 10))/24 dev wire" >&3
		echo "addr add $PAIR_RIGHT.$((i + 10))/24 dev wire" >&4
		echo "addr add $PAIR_NET.$i.1/32 dev lo" >&4
	done 3>"$TMP/addresses.left" 4>"$TMP/addresses.right"
	ip_batch "$left" <"$TMP/addresses.left"
	ip_batch "$right" <"$TMP/addresses.right"
}

# pair_ours N KEY=VALUE...: appends adit's tunnel, see adit_tunnel; it waits until it is told.
pair_ours()
{
	local number=$1
	shift
	adit_tunnel left "t$number" start=wait device="vpn$number" \
		local=$PAIR_LEFT.$((number + 10)) remote=$PAIR_RIGHT.$((number + 10)) \
		remote-ts="$PAIR_NET.$number.0/24" "$@"
}

# pair_peer N KEY=VALUE...: appends strongSwan's connection, see swan_conn.
pair_peer()
{
	local number=$1 ours=$PAIR_RIGHT.$(($1 + 10)) theirs=$PAIR_LEFT.$(($1 + 10))
	shift
	swan_conn right "t$number" local_addrs="$ours" remote_addrs="$theirs" local_id="$ours" \
		remote_id="$theirs" child_local_ts="$PAIR_NET.$number.0/24" "$@"
}

# pairs_up HOW-MANY: as many are up.
pairs_up()
{
	[ "$(adit_ctl left status --json |
	     jq '[.tunnels[] | select(.state == "established")] | length')" = "$1" ]
}

# pairs_read FIELD: what adit says of each tunnel: IS[N]="FIELD STATE ROLE"; FIELD is jq's, of a tunnel.
pairs_read()
{
	local number text

	IS=()
	while read -r number text; do
		IS[number]=$text
	done < <(adit_ctl left status --json |
		 jq -r '.tunnels[] | "\(.name[1:]) \('"$1"') \(.state) \(.ike.role)"')
}

# pair_works N WANTED: after pairs_read: tunnel N is what is wanted, and carries datagrams both ways.
pair_works()
{
	echo "${IS[$1]}"
	[ "${IS[$1]}" = "$2" ] &&
	exchange -u 64,1300 "$lhost" "$right" $LHOST4 "$PAIR_NET.$1.1"
}
