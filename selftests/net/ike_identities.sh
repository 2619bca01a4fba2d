#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every kind of identity with strongSwan and pre-shared keys, in main and in aggressive mode, begun by
# adit and then by strongSwan; and one gateway with many spokes, which in aggressive mode have their
# own keys and are told apart by their identities.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"
. "$NET_DIR/ike_pairs_lib.sh"

# kind|ours|theirs, as both sides' configurations and adit's status write them; % is the tunnel's number:
# of one identity, strongSwan keeps the latest tunnel alone.
IDENTITIES=("an address|192.0.2.7%|198.51.100.7%" "an IPv6 address|2001:db8::7%|2001:db8::8%"
	"a name|left-%.example.com|right-%.example.com"
	"user and name|gw@left-%.example.com|gw@right-%.example.com"
	"a distinguished name|C=DE, O=Example, CN=left-%|C=DE, O=Example, CN=right-%"
	"a key ID|keyid:left %|keyid:right %")

plan $((4 + 4 * ${#IDENTITIES[@]}))
need_adit
need_strongswan

# of NUMBER: its identities and exchange: KIND, OURS, THEIRS, EXCHANGE; main mode is odd
of()
{
	local pair=${IDENTITIES[$((($1 - 1) / 2))]}

	IFS="|" read -r KIND OURS THEIRS <<<"${pair//%/$1}"
	EXCHANGE=main
	[ $(($1 % 2)) = 1 ] || EXCHANGE=aggressive
}

all()
{
	seq $((2 * ${#IDENTITIES[@]}))
}

tunnels()
{
	local number

	adit_conf left
	for number in $(all); do
		of "$number"
		pair_ours "$number" exchange="$EXCHANGE" local-id="$OURS" remote-id="$THEIRS"
	done
	adit_start left || bail_out "aditd does not start"
}

# connections none|start
connections()
{
	local number aggressive

	swan_conf right
	for number in $(all); do
		of "$number"
		aggressive=no
		[ $EXCHANGE = main ] || aggressive=yes
		pair_peer "$number" aggressive=$aggressive local_id="\"$THEIRS\"" \
			remote_id="\"$OURS\"" child_start_action="$1"
	done
	swan_load right || bail_out "strongSwan does not load its configuration"
}

# judge WHO ROLE
judge()
{
	local number

	pairs_read '"\(.ike.exchange) \(.ike.local_id) \(.ike.remote_id)"'
	for number in $(all); do
		of "$number"
		check "$KIND, $EXCHANGE mode, $1 begins: up, known by it, carries traffic" \
			pair_works "$number" "$EXCHANGE $OURS $THEIRS established $2"
	done
}

topology_router hosts
pairs $((2 * ${#IDENTITIES[@]}))
swan_conf right
SWAN_OPTIONS="retransmit_tries = 8"
swan_start right || bail_out "strongSwan does not start"

tunnels
connections none
adit_ctl left up all --wait 60 >/dev/null 2>&1
judge adit initiator
adit_stop left
eventually no_swan_sas right
tunnels
connections start
wait_for 60 pairs_up "$(all | wc -l)"
judge strongSwan responder
adit_stop left
eventually no_swan_sas right

name="many spokes"
adit_conf left
swan_conf right
for number in 1 2; do
	pair_ours $number local=$LEFT4 remote=%any exchange=aggressive psk="the key of spoke $number" \
		local-id=hub.example.com remote-id=spoke$number.example.com
	pair_peer $number remote_addrs=$LEFT4 aggressive=yes psk="the key of spoke $number" \
		remote_id=hub.example.com local_id=spoke$number.example.com
done
adit_start left || bail_out "aditd does not start"
swan_load right || bail_out "strongSwan does not load its configuration"
for number in 1 2; do
	check "$name: spoke $number gets in" swan right --initiate --ike t$number --child net --timeout 20
done
pairs_read '"\(.remote) \(.ike.remote_id)"'
for number in 1 2; do
	check "$name: $number is known by its identity, and carries traffic" pair_works $number \
		"$PAIR_RIGHT.$((number + 10)) spoke$number.example.com established responder"
done

finish
