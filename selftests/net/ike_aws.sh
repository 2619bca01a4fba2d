#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From the cloud's downloads to working pairs: three that `adit import aws` takes - the JSON with the
# tunnels' options, the "Generic" text used behind a NAT, the XML of a transit gateway with IPv6 inside -
# and one `adit up` for all, against strongSwan in Amazon's place, which takes what the options say and
# nothing else. The snippets for BIRD that were written bring the routes. When the way of the preferred
# tunnel breaks, its carrier takes the BGP session and the routes with it; they come back once.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 25
need_adit
need_strongswan
need_module xfrm_interface
need bird birdc

# Of the six tunnels: Amazon's outside addresses, by name and number.
declare -A OUTSIDE=([aws1]=198.51.100.11 [aws2]=198.51.100.12 [gen1]=198.51.100.21 [gen2]=198.51.100.22
		    [tgw1]=198.51.100.31 [tgw2]=198.51.100.32)
# As the customer gateway was told to Amazon, behind the NAT.
KNOWN4=203.0.113.7
OWN4=10.3.0.1 CLOUD4=10.20.0.1
OUR_ASN=4200000001

# xml_tunnel OUTSIDE OURS THEIRS KEY DPD-INTERVAL: the second and third are inside addresses; IPv6 has its
# own element.
xml_tunnel()
{
	local inside=tunnel_inside_address length=network_cidr bits=30

	[[ $2 != *:* ]] || { inside=tunnel_inside_ipv6_address length=prefix_length bits=126; }
	cat <<-EOF
	<ipsec_tunnel>
	<customer_gateway>
	<tunnel_outside_address><ip_address>$LEFT4</ip_address></tunnel_outside_address>
	<$inside><ip_address>$2</ip_address><$length>$bits</$length></$inside>
	<bgp><asn>$OUR_ASN</asn><hold_time>30</hold_time></bgp>
	</customer_gateway>
	<vpn_gateway>
	<tunnel_outside_address><ip_address>$1</ip_address></tunnel_outside_address>
	<$inside><ip_address>$3</ip_address><$length>$bits</$length></$inside>
	<bgp><asn>64512</asn><hold_time>30</hold_time></bgp>
	</vpn_gateway>
	<ike><authentication_protocol>sha1</authentication_protocol>
	<encryption_protocol>aes-128-cbc</encryption_protocol><lifetime>28800</lifetime>
	<perfect_forward_secrecy>group2</perfect_forward_secrecy><mode>main</mode>
	<pre_shared_key>$4</pre_shared_key></ike>
	<ipsec><protocol>esp</protocol><authentication_protocol>hmac-sha1-96</authentication_protocol>
	<encryption_protocol>aes-128-cbc</encryption_protocol><lifetime>3600</lifetime>
	<perfect_forward_secrecy>group2</perfect_forward_secrecy><mode>tunnel</mode>
	<dead_peer_detection><interval>$5</interval><retries>4</retries></dead_peer_detection></ipsec>
	</ipsec_tunnel>
	EOF
}

# xml ID GATEWAY-ID TUNNEL TUNNEL
xml()
{
	echo "<?xml version=\"1.0\" encoding=\"UTF-8\"?><vpn_connection id=\"$1\"><vpn_gateway_id>$2</vpn_gateway_id>"
	echo "<vpn_connection_type>ipsec.1</vpn_connection_type>$3$4</vpn_connection>"
}

# The XML in it still has aes-128, sha1 and group 2, which the options do not allow; and what they allow is not
# all among what adit proposes without options.
json_download()
{
	local first second

	first=$(xml_tunnel "${OUTSIDE[aws1]}" 169.254.10.2 169.254.10.1 first.KEY_123 1)
	second=$(xml_tunnel "${OUTSIDE[aws2]}" 169.254.11.2 169.254.11.1 second.KEY_123 1)
	jq -n --arg xml "$(xml vpn-0aws vgw-1 "$first" "$second")" --arg one "${OUTSIDE[aws1]}" \
		--arg two "${OUTSIDE[aws2]}" '
		def values: map({Value: .});
		{VpnConnections: [{VpnConnectionId: "vpn-0aws", State: "available",
			CustomerGatewayConfiguration: $xml, Options: {StaticRoutesOnly: false, TunnelOptions: [
			{OutsideIpAddress: $two, IkeVersions: (["ikev1", "ikev2"] | values),
			 Phase1EncryptionAlgorithms: (["AES256"] | values),
			 Phase1IntegrityAlgorithms: (["SHA2-512"] | values), Phase1DHGroupNumbers: ([14, 20] | values),
			 Phase2EncryptionAlgorithms: (["AES128-GCM-16"] | values),
			 Phase2IntegrityAlgorithms: (["SHA2-256"] | values), Phase2DHGroupNumbers: ([21] | values)},
			{OutsideIpAddress: $one, RekeyMarginTimeSeconds: 270, ReplayWindowSize: 2048,
			 Phase1EncryptionAlgorithms: (["AES256"] | values),
			 Phase1IntegrityAlgorithms: (["SHA2-384"] | values), Phase1DHGroupNumbers: ([21] | values),
			 Phase2EncryptionAlgorithms: (["AES256"] | values),
			 Phase2IntegrityAlgorithms: (["SHA2-512"] | values), Phase2DHGroupNumbers: ([24] | values)}
		]}}]}'
}

# generic_tunnel NUMBER KEY
generic_tunnel()
{
	cat <<-EOF
	IPSec Tunnel #$1
	================================================================================
	#1: Internet Key Exchange Configuration
	  - IKE version              : IKEv1
	  - Authentication Method    : Pre-Shared Key
	  - Pre-Shared Key           : $2
	  - Authentication Algorithm : sha1
	  - Encryption Algorithm     : aes-128-cbc
	  - Lifetime                 : 28800 seconds
	  - Phase 1 Negotiation Mode : main
	  - Diffie-Hellman           : Group 2
	#2: IPSec Configuration
	  - Protocol                 : esp
	  - Authentication Algorithm : hmac-sha1-96
	  - Encryption Algorithm     : aes-128-cbc
	  - Lifetime                 : 3600 seconds
	  - Mode                     : tunnel
	  - Perfect Forward Secrecy  : Diffie-Hellman Group 2
	#3: Tunnel Interface Configuration
	Outside IP Addresses:
	  - Customer Gateway         : $KNOWN4
	  - Virtual Private Gateway  : ${OUTSIDE[gen$1]}
	Inside IP Addresses
	  - Customer Gateway         : 169.254.2$1.2/30
	  - Virtual Private Gateway  : 169.254.2$1.1/30
	#4: Static Routing Configuration:
	  - Next hop       : 169.254.2$1.1
	EOF
}

generic_download()
{
	echo "Your VPN Connection ID : vpn-0generic"
	generic_tunnel 1 third.KEY_123
	generic_tunnel 2 fourth.KEY_123
}

transit_download()
{
	local first second

	first=$(xml_tunnel "${OUTSIDE[tgw1]}" fd00:66:1::2 fd00:66:1::1 fifth.KEY_123 10)
	second=$(xml_tunnel "${OUTSIDE[tgw2]}" fd00:66:2::2 fd00:66:2::1 sixth.KEY_123 10)
	xml vpn-0transit "" "$first" "$second"
}

# import FORM NAME [OPTION...]
import()
{
	"$1_download" >"$DIR/download"
	"$ADIT" import aws "$DIR/download" --name "$2" -o "$DIR/conf.d/$2.conf" "${@:3}"
}

# amazon NAME INSIDE KEY IKE ESP SELECTOR: its side of a tunnel; its device has the tunnel's name.
amazon()
{
	local customer=$LEFT4 id=$LEFT4 dpd=10

	[[ $1 != gen* ]] || { customer=$ROUTER_RIGHT4 id=$KNOWN4; }
	[[ $1 != aws* ]] || dpd=1
	swan_conn right "$1" local_addrs="${OUTSIDE[$1]}" local_id="${OUTSIDE[$1]}" remote_addrs="$customer" \
		remote_id=$id psk="$3" proposals="$4" child_esp_proposals="$5" child_local_ts="$6" \
		child_remote_ts="$6" if_id=$((++IF_ID)) child_replay_window=1024 child_rekey_time=3600s \
		dpd_delay=${dpd}s dpd_timeout=$((4 * dpd))s child_dpd_action=clear
	ip_batch "$right" <<-EOF
	addr add ${OUTSIDE[$1]}/24 dev wire
	link add $1 type xfrm dev wire if_id $IF_ID
	addr add $2 dev $1
	link set $1 up
	EOF
}

# amazon_session NAME OURS THEIRS FAMILY: its side of a session over the tunnel
amazon_session()
{
	echo "protocol bgp to_$1 { local $2 as 64512; neighbor $3 as $OUR_ASN; hold time 9; error wait time 2, 30;"
	echo "	$4 { import all; export where source = RTS_DEVICE; }; }"
}

# bird_start SIDE < PROTOCOLS
bird_start()
{
	side "$1"
	{
		echo "router id $HERE;"
		echo 'protocol device { scan time 1; }'
		echo 'protocol direct { ipv4; ipv6; interface "lo"; }'
		echo 'protocol kernel { ipv4 { export where source = RTS_BGP; import none; }; }'
		echo 'protocol kernel { ipv6 { export where source = RTS_BGP; import none; }; }'
		cat
	} >"$DIR/bird.conf"
	bird -p -c "$DIR/bird.conf" || return
	background in_ns "$NS" bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pid" \
		>>"$DIR/bird.log" 2>&1
}

# agreed NAME IKE ESP: what the status shows of the tunnel
agreed()
{
	adit_is left ".ike.proposal == \"$2\" and .children[0].proposal == \"$3\"" "$1"
}

# way DESTINATION SOURCE: the device that it takes
way()
{
	ip -n "$left" route get "$1" from "$2" 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p'
}

# goes DEVICE: to the networks behind the gateway, and is answered
goes()
{
	[ "$(way $RIGHT_IN4 $LEFT_IN4)" = "$1" ] && pings "$left" $RIGHT_IN4 -I $LEFT_IN4
}

turned()
{
	[ "$(way $RIGHT_IN4 $LEFT_IN4)" = aws-2 ]
}

goes6()
{
	[ "$(way $RIGHT_IN6 $LEFT_IN6)" = tgw-1 ] && pings "$left" $RIGHT_IN6 -I $LEFT_IN6
}

# learned_twice NETWORK: by the peer
learned_twice()
{
	[ "$(birdc -s "$TMP/right/bird.ctl" show route "$1" all | grep -c BGP.origin)" = 2 ]
}

# Which devices the route to the right went by, one after the other, as the kernel told it.
ways()
{
	grep -v '^Deleted' "$TMP/routes" | sed -n "s|^${RIGHT_IN4}.* dev \([^ ]*\).*|\1|p" | uniq |
		paste -sd ' '
}

# Amazon's default: aes128, sha1 and group 2 at least.
DEFAULT_IKE=aes128-sha1-modp1024,aes256-sha256-modp2048
DEFAULT_ESP=aes128-sha1-modp1024,aes256-sha512-ecp384

topology_router
in_ns "$router" nft -f - <<-NFT || bail_out "the router cannot do NAT"
	table ip adit_nat {
		chain postrouting {
			type nat hook postrouting priority 100; policy accept;
			ip daddr { ${OUTSIDE[gen1]}, ${OUTSIDE[gen2]} } meta l4proto udp masquerade to :20000-20999
		}
	}
NFT
ip -n "$left" addr add $OWN4/32 dev lo
ip -n "$right" addr add $CLOUD4/32 dev lo
swan_conf right
amazon aws1 169.254.10.1/30 first.KEY_123 aes256-sha384-ecp521 aes256-sha512-modp2048s256 0.0.0.0/0
amazon aws2 169.254.11.1/30 second.KEY_123 aes256-sha512-modp2048 aes128gcm16-ecp521 0.0.0.0/0
amazon gen1 169.254.21.1/30 third.KEY_123 $DEFAULT_IKE $DEFAULT_ESP 0.0.0.0/0
amazon gen2 169.254.22.1/30 fourth.KEY_123 $DEFAULT_IKE $DEFAULT_ESP 0.0.0.0/0
amazon tgw1 fd00:66:1::1/126 fifth.KEY_123 $DEFAULT_IKE $DEFAULT_ESP ::/0
amazon tgw2 fd00:66:2::1/126 sixth.KEY_123 $DEFAULT_IKE $DEFAULT_ESP ::/0
swan_start right || bail_out "strongSwan does not start"
ip -n "$right" route add $OWN4 dev gen1
{
	amazon_session aws1 169.254.10.1 169.254.10.2 ipv4
	amazon_session aws2 169.254.11.1 169.254.11.2 ipv4
	amazon_session tgw1 fd00:66:1::1 fd00:66:1::2 ipv6
	amazon_session tgw2 fd00:66:2::1 fd00:66:2::2 ipv6
} | bird_start right || bail_out "its BIRD does not start"

adit_conf left "include(\"$TMP/left/conf.d/*.conf\")"
mkdir "$DIR/conf.d"
check "adit import takes the JSON with options" import json aws
check "the Generic text, with the networks of the cloud" import generic gen --route $CLOUD4/32
check "and the XML of the transit gateway" import transit tgw
same "the keys are in files of mode 0600" 6 "$(find "$DIR/conf.d" -name '*.psk' -perm 600 | wc -l)"
adit_start left || bail_out "aditd does not start"
check "adit up brings all six tunnels up" adit_ctl left up --wait 60
check "with the first one's options" eventually agreed aws-1 aes256-sha384-ecp521 aes256-sha512-modp2048s256
check "with the second one's" eventually agreed aws-2 aes256-sha512-modp2048 aes128gcm16-ecp521
check "BIRD takes the snippets" bird_start left < <(cat "$DIR"/conf.d/*.bird)

# Static routes, as the customer gateway that Amazon knows is the NAT's other side.
same "to the cloud's network by the preferred tunnel" gen-1 "$(way $CLOUD4 $OWN4)"
check "where it is answered from behind the NAT" eventually pings "$left" $CLOUD4 -I $OWN4
check "and data arrives as it was sent" exchange -u 0,64,1300 -t 300000 "$left" "$right" $OWN4 $CLOUD4
check "in UDP" adit_is left '.children[0].encap' gen-1

check "the transit gateway's route comes by BGP" wait_for 60 goes6
check "both tunnels lead back by it" wait_for 30 learned_twice "$LEFT_IN6/128"
check "IPv6 data arrives as it was sent" exchange -u 0,64,1300 -t 300000 "$left" "$right" $LEFT_IN6 $RIGHT_IN6
check "which the tunnel has counted" adit_is left '.children[0] | .bytes_out > 300000 and .bytes_in > 300000' tgw-1

check "the virtual private gateway's takes the preferred tunnel" wait_for 60 goes aws-1
check "Amazon learns our network by both" wait_for 30 learned_twice "$LEFT_IN4/32"
background in_ns "$left" stdbuf -oL ip monitor route >"$TMP/routes"
router_drop "ip saddr { ${OUTSIDE[aws1]}, $LEFT4 } ip daddr { ${OUTSIDE[aws1]}, $LEFT4 }" ||
	bail_out "cannot break the way"
now_ms
begin=$NOW_MS
check "its way broken, packets take the other" wait_for 20 turned
now_ms
# The DPD timeout and 2 s, and 1 s of emulation on top, for each machine that shares the processor.
check "after $((NOW_MS - begin)) ms, within the DPD timeout and 2 s" \
	test $((NOW_MS - begin)) -le $((6000 + 1000 * ${TEST_SHARERS:-1} * TEST_PATIENCE))
check "and are answered" wait_for 20 goes aws-2
router_drop_none
check "mended, the preferred one comes back" wait_for 70 adit_established left aws-1
check "and the traffic with it" wait_for 60 goes aws-1
check "and stays there" goes aws-1
same "each turn was made once" "aws-2 aws-1" "$(ways)"
daemons_stop
finish
