#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# NAT traversal as peers of before RFC 3947 speak it: strongSwan, which knows the drafts too, and a router
# between that takes the newer vendor IDs out of the first message. Those are in the clear and nobody signs
# them, so each side believes that the other knows nothing newer. The drafts have other numbers for NAT-D,
# NAT-OA and the modes of phase 2: a side that mixed them up would not get a tunnel.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 36
need_adit
need_strongswan

# Vendor IDs
declare -A ID=(
	["RFC 3947"]=4a131c81070358455c5728f20e95452f
	["draft-ietf-ipsec-nat-t-ike-03"]=7d9419a65310ca6f2c179d9215529d56
	["draft-ietf-ipsec-nat-t-ike-02 (with newline)"]=90cb80913ebb696e086381b5ec427b1f
	["draft-ietf-ipsec-nat-t-ike-02"]=cd60464335df21f87cfdb2fc68b6a448
)
DRAFTS=("draft-ietf-ipsec-nat-t-ike-03" "draft-ietf-ipsec-nat-t-ike-02 (with newline)"
	"draft-ietf-ipsec-nat-t-ike-02")
UNKNOWN=00112233445566778899aabbccddeeff

# Of main mode's third and fourth message: it begins with the key, of 128 bytes; what follows after the
# nonce is NAT-D, of RFC 3947 or of the drafts.
NAT_D='udp port 500 and udp[8+16] == 4 and udp[8+28+132] == 20'
NAT_D_DRAFT='udp port 500 and udp[8+16] == 4 and udp[8+28+132] == 130'

# speaks DRAFT: from now on the router makes the initiator offer this one alone. Where it has none of its
# own, as strongSwan has not of two of them, in the place of RFC 3947. Payloads end on a multiple of four
# bytes, here as there, and begin behind the header, of 28; nft(8) changes the first 256.
speaks()
{
	local name id at first="udp dport 500 @th,128,64 0"

	in_ns "$router" nft delete table ip adit_age 2>/dev/null
	{
		printf '%s {\n' "table ip adit_age" "chain forward"
		echo "type filter hook forward priority -10; policy accept;"
		for name in "${!ID[@]}"; do
			[ "$name" != "$1" ] || continue
			id=$UNKNOWN
			[ "$name" != "RFC 3947" ] || id=${ID[$1]}
			for ((at = 8 + 28; at < 256; at += 4)); do
				echo "$first @th,$((8 * at)),128 0x${ID[$name]} @th,$((8 * at)),128 set 0x$id"
			done
		done
		printf '}\n}\n'
	} >"$TMP/age"
	in_ns "$router" nft -f "$TMP/age" || bail_out "the router cannot change vendor IDs"
}

# older SIDE MODE: cases of a tunnel that is up, of adit on that side
older()
{
	check "$name: the line that tells of phase 1 has it" \
		grep -q "phase 1 established .*peer: .*$draft\(,\|$\)" "$TMP/$1/aditd.log"
	same "$name: ESP goes in UDP" "$2 true" \
		"$(adit_status "$1" '"\(.children[0].mode) \(.children[0].encap)"')"
	if [ "$2" = transport ]; then
		check "$name: the gateways reach each other" eventually pings "$left" $RIGHT4
	else
		check "$name: traffic both ways" older_traffic
	fi
}

older_traffic()
{
	hosts_ping && exchange -u 64,1300 "$rhost" "$lhost" $RHOST4 $LHOST4
}

# wire NAME ADDRESS: cases of what adit at this address sent in main mode until now.
wire()
{
	check "$1: adit's NAT-D has the number of the drafts" captured_some wire "$NAT_D_DRAFT and src $2"
	check_not "$1: and never that of RFC 3947" captured_some wire "$NAT_D"
}

# of MODE: what strongSwan's child and adit's tunnel are told.
of()
{
	THEIRS=() OURS=()
	[ "$1" = tunnel ] && return
	THEIRS=(child_mode=transport child_local_ts=dynamic child_remote_ts=dynamic)
	OURS=(mode=transport local-ts=dynamic remote-ts=dynamic)
}

# The last one once more, in transport mode: it tells the addresses that the NAT has hidden.
ROWS=("tunnel ${DRAFTS[0]}" "tunnel ${DRAFTS[1]}" "tunnel ${DRAFTS[2]}" "transport ${DRAFTS[2]}")

topology_router hosts
router_nat
capture "$router" toright wire || bail_out "cannot capture"

swan_conf left
swan_conn left peer
swan_start left || bail_out "strongSwan does not start"
for row in "${ROWS[@]}"; do
	draft=${row#* } mode=${row%% *}
	name="strongSwan begins, $draft, $mode mode"
	speaks "$draft"
	of "$mode"
	swan_conf left
	swan_conn left peer "${THEIRS[@]}"
	swan_load left || bail_out "strongSwan does not load its configuration"
	adit_conf right
	adit_tunnel right net start=wait remote=$ROUTER_RIGHT4 remote-id=$LEFT4 "${OURS[@]}"
	adit_start right || bail_out "aditd does not start"
	check "$name: up" swan_initiate left
	older right "$mode"
	adit_stop right
	eventually no_swan_sas left
	rm "$TMP/right/aditd.log"
done
swan_stop left
wire "strongSwan begins" $RIGHT4

swan_conf right
swan_conn right peer nat=yes
swan_start right || bail_out "strongSwan does not start"
for row in "${ROWS[@]}"; do
	draft=${row#* } mode=${row%% *}
	name="adit begins, $draft, $mode mode"
	speaks "$draft"
	of "$mode"
	swan_conf right
	swan_conn right peer nat=yes "${THEIRS[@]}"
	swan_load right || bail_out "strongSwan does not load its configuration"
	adit_conf left
	adit_tunnel left net start=wait "${OURS[@]}"
	adit_start left || bail_out "aditd does not start"
	check "$name: up" adit_ctl left up net --wait 20
	older left "$mode"
	adit_stop left
	eventually no_swan_sas right
	rm "$TMP/left/aditd.log"
done
wire "adit begins" $ROUTER_RIGHT4
capture_end wire

finish
