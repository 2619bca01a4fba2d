#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `adit diagnose` where everything works in an unusual way, which is no fault; and faults that look like
# others.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"
. "$NET_DIR/diagnose_lib.sh"

plan_none
need_adit
need_strongswan

# both_sides_pair METRIC METRIC: two tunnels for the same networks, as Amazon has them; the metrics of the
# right side's. There the second one ends at another address.
both_sides_pair()
{
	local theirs=("$RIGHT4" 198.51.100.2) metrics=("$@") i

	ip -n "$right" addr add 198.51.100.2/24 dev wire
	adit_conf left
	adit_conf right
	for i in 0 1; do
		adit_tunnel left net$i device=vpn$i remote="${theirs[i]}" metric=$((100 + i)) \
			remote-id="${theirs[i]}"
		adit_tunnel right net$i device=vpn$i local="${theirs[i]}" \
			local-id="${theirs[i]}" metric="${metrics[i]}" start=wait
	done
	adit_start right && adit_start left || bail_out "aditd does not start"
	for i in 0 1; do
		adit_ctl left up net$i --wait $((60 * TEST_PATIENCE)) || bail_out "net$i does not come up"
	done
}

pair()
{
	topology_router hosts
	both_sides_pair 100 101
	names "the preferred one of two" healthy "both directions" net0
	names "the stand-by" healthy "answers over vpn0" net1
	# Now each side prefers another one
	both_stop
	ip -n "$right" addr del 198.51.100.2/24 dev wire
	both_sides_pair 101 100
	names "asymmetric routing" healthy "answers over vpn1" net0
	in_ns "$left" sysctl -qw net.ipv4.conf.vpn1.rp_filter=1
	names "and a strict filter for what comes by the other one" rp-filter "on vpn1" net0
	names "which the stand-by sees, too" rp-filter "on vpn1" net1
}

# What this host does, or does not, for others
forwarding()
{
	diagnose_begin
	ours local-ts=10.1.0.0/16
	up
	in_ns "$left" sysctl -qw net.ipv4.ip_forward=0
	names "nobody else uses it" healthy "this host alone can use"
	in_ns "$lhost" ping -q -c 1 -W 1 $RHOST4 >/dev/null
	names "somebody does" forwarding-off "$LHOST4"
	in_ns "$left" nft -f - <<-NFT
	table ip mine {
		chain postrouting { type nat hook postrouting priority 100; oifname != "lan" masquerade; }
	}
	NFT
	in_ns "$left" sysctl -qw net.ipv4.ip_forward=1
	names "translated before it enters the tunnel" nat-before-tunnel "masquerade"
}

# The kernel's own IPsec beside it
policies()
{
	diagnose_begin psk="quite another key"
	ip -n "$left" xfrm policy add dir out src 10.1.0.0/16 dst 10.9.0.0/16 tmpl src $LEFT4 \
		dst 203.0.113.5 proto esp mode tunnel
	ours local-ts=10.1.0.0/16
	background in_ns "$left" ping -q -i 0.3 -I $LEFT_IN4 10.9.0.1 >/dev/null 2>&1
	names "XFRM drops what is another tunnel's" psk-mismatch
	peer
	ours local-ts=10.1.0.0/16
	up
	ip -n "$left" xfrm state add src $LEFT4 dst 203.0.113.5 proto esp spi 0x7777 reqid 7 mode tunnel \
		aead 'rfc4106(gcm(aes))' 0x0123456789012345678901234567890123456789 128
	ip -n "$left" xfrm policy add dir out src 10.1.0.0/16 dst 10.2.0.0/16 tmpl src $LEFT4 \
		dst 203.0.113.5 proto esp reqid 7 mode tunnel
	names "and takes what is ours" xfrm-policy "10.2.0.0/16 dir out"
}

# The peer's packets come in by another device than ours leave by
strict()
{
	diagnose_begin
	ip link add second netns "$left" type veth peer name toleft2 netns "$router"
	addresses "$left" second 192.0.3.1/24
	addresses "$router" toleft2 192.0.3.254/24
	in_ns "$left" sysctl -qw net.ipv4.conf.second.rp_filter=1
	ours local=192.0.3.1
	names "a strict reverse path filter on the second uplink" rp-filter "on second"
}

# A network of ours within the peer's; and nobody has used the tunnel, nor is where the tool asks
parts()
{
	diagnose_begin child_local_ts=10.0.0.0/8
	ip -n "$left" addr add 10.0.0.5/24 dev lan
	ours local-ts=10.1.0.0/16 remote-ts=10.0.0.0/8
	up
	names "nobody has used it" idle "10.0.0.1 does not answer"
	background in_ns "$rhost" ping -q -i 0.2 $LHOST4 >/dev/null 2>&1
	names "somebody at the peer does" healthy "10.0.0.1 over lan"
}

# Of the peer's pairs of SAs the newest stays, as at Amazon: each that comes up ends the one before.
keep_newest()
{
	local self=$BASHPID line last=

	tail -n +1 -f --pid="$self" "$TMP/right/charon.log" | while read -r line; do
		[[ $line =~ 'CHILD_SA net{'([0-9]+)'} established' ]] || continue
		[ -z "$last" ] || swan right --terminate --child-id "$last"
		last=${BASH_REMATCH[1]}
	done
}

deleted_in_turn()
{
	adit_is left '[.history[] | select(.error == "peer-deleted" and .pair != null and .count > 3)] |
		length == 2' net
}

several()
{
	diagnose_begin child_local_ts=10.0.0.0/8
	ours local-ts=10.1.0.0/16 remote-ts="10.2.0.0/16 10.3.0.0/16"
	up
	background keep_newest >/dev/null 2>&1
	wait_for 120 deleted_in_turn || echo "# the peer does not delete them in turn"
	names "the peer keeps one pair of networks" one-pair-only "0.0.0.0/0"
}

# What this side has, and is not for the tunnel
stranger()
{
	diagnose_begin child_remote_ts=10.3.0.0/16
	ours local-ts=10.3.0.0/16
	up
	background in_ns "$lhost" ping -q -i 0.2 $RHOST4 >/dev/null 2>&1
	names "our network is not in local-ts" source-outside "from $LHOST4 to $RHOST4"
}

# What the peer does not say
silence()
{
	diagnose_begin child_mode=transport
	ours
	names "transport mode at the peer" selector-mismatch "another mode"
	peer
	# The flag of encryption (RFC 2408 3.1): the fifth message, and what follows
	router_drop udp dport 500 @th,216,8 1
	ours
	names "the fifth message is lost" identity-unanswered
	router_drop_none
	ip -n "$right" addr add 198.51.100.2/24 dev wire
	in_ns "$right" nft -f - <<-NFT
	table ip other {
		chain output {
			type filter hook output priority 0; policy accept;
			udp sport 500 notrack ip saddr set 198.51.100.2
		}
	}
	NFT
	ours
	names "the peer answers from another address" other-address "198.51.100.2"
	in_ns "$right" nft delete table ip other
}

lanes pair forwarding policies strict parts several stranger silence
finish
