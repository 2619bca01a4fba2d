#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# From the cloud's download to a working pair: `adit import aws` of an XML with BGP, and the snippet
# for BIRD that it writes, against a gateway that stands for Amazon's. When the way of the preferred
# tunnel breaks, its carrier takes the BGP session and the routes with it; they come back once.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 13
need_adit
need bird birdc jq

SECOND4=198.51.100.2

# xml_tunnel REMOTE OURS THEIRS: inside addresses are the last two.
xml_tunnel()
{
	cat <<-EOF
	<ipsec_tunnel>
	<customer_gateway>
	<tunnel_outside_address><ip_address>$LEFT4</ip_address></tunnel_outside_address>
	<tunnel_inside_address><ip_address>$2</ip_address><network_cidr>30</network_cidr></tunnel_inside_address>
	<bgp><asn>65000</asn><hold_time>30</hold_time></bgp>
	</customer_gateway>
	<vpn_gateway>
	<tunnel_outside_address><ip_address>$1</ip_address></tunnel_outside_address>
	<tunnel_inside_address><ip_address>$3</ip_address><network_cidr>30</network_cidr></tunnel_inside_address>
	<bgp><asn>64512</asn><hold_time>30</hold_time></bgp>
	</vpn_gateway>
	<ike><authentication_protocol>sha1</authentication_protocol>
	<encryption_protocol>aes-128-cbc</encryption_protocol><lifetime>28800</lifetime>
	<perfect_forward_secrecy>group2</perfect_forward_secrecy><mode>main</mode>
	<pre_shared_key>abcDEF.123_456</pre_shared_key></ike>
	<ipsec><protocol>esp</protocol><authentication_protocol>hmac-sha1-96</authentication_protocol>
	<encryption_protocol>aes-128-cbc</encryption_protocol><lifetime>3600</lifetime>
	<perfect_forward_secrecy>group2</perfect_forward_secrecy><mode>tunnel</mode>
	<dead_peer_detection><interval>1</interval><retries>4</retries></dead_peer_detection></ipsec>
	</ipsec_tunnel>
	EOF
}

import()
{
	{
		echo '<vpn_connection id="vpn-0123abcd">'
		xml_tunnel $RIGHT4 169.254.10.2 169.254.10.1
		xml_tunnel $SECOND4 169.254.11.2 169.254.11.1
		echo '</vpn_connection>'
	} | "$ADIT" import aws - -o "$DIR/aditd.conf"
}

# bird_start SIDE < PROTOCOLS
bird_start()
{
	side "$1"
	{
		echo "router id $HERE;"
		echo 'protocol device { scan time 1; }'
		echo 'protocol direct { ipv4; interface "lo"; }'
		echo 'protocol kernel { ipv4 { export where source = RTS_BGP; import none; }; }'
		cat
	} >"$DIR/bird.conf"
	bird -p -c "$DIR/bird.conf" || return
	background in_ns "$NS" bird -f -c "$DIR/bird.conf" -s "$DIR/bird.ctl" -P "$DIR/bird.pid" \
		>>"$DIR/bird.log" 2>&1
}

# amazon NUMBER PREPEND: the other end of a session.
amazon()
{
	cat <<-EOF
	protocol bgp to_$1 {
		local 169.254.1$(($1 - 1)).1 as 64512;
		neighbor 169.254.1$(($1 - 1)).2 as 65000;
		hold time 30;
		check link yes;
		error wait time 2, 30;
		ipv4 { import all; export where source = RTS_DEVICE; };
	}
	EOF
}

way()
{
	ip -n "$left" route get $RIGHT_IN4 from $LEFT_IN4 2>/dev/null | sed -n 's/.* dev \([^ ]*\).*/\1/p'
}

goes()
{
	[ "$(way)" = "$1" ] && pings "$left" $RIGHT_IN4 -I $LEFT_IN4
}

turned()
{
	[ "$(way)" = aws-2 ]
}

both_up()
{
	adit_established left aws-1 && adit_established left aws-2
}

learned_twice()
{
	[ "$(birdc -s "$TMP/right/bird.ctl" show route "$LEFT_IN4/32" all | grep -c BGP.origin)" = 2 ]
}

# Which devices the route to the right went by, one after the other, as the kernel told it.
ways()
{
	grep -v '^Deleted' "$TMP/routes" | sed -n "s|^${RIGHT_IN4}.* dev \([^ ]*\).*|\1|p" | uniq |
		paste -sd ' '
}

topology_router
ip -n "$right" addr add $SECOND4/24 dev wire
adit_conf right
for number in 1 2; do
	adit_tunnel right aws-$number device=aws-$number local="$([ $number = 1 ] && echo $RIGHT4 || echo $SECOND4)" \
		psk=abcDEF.123_456 ike=aes256-sha256-ecp384 esp=aes256gcm16-ecp384 start=wait \
		local-ts=0.0.0.0/0 remote-ts=0.0.0.0/0 address=169.254.1$((number - 1)).1/30 \
		dpd-delay=1s dpd-timeout=4s dpd-action=clear
done
adit_start right || bail_out "the peer does not start"
{ amazon 1; amazon 2; } | bird_start right || bail_out "its BIRD does not start"

side left
check "adit import makes a configuration of the XML" import
check "the key is in a file of mode 0600" test "$(stat -c %a "$DIR/aws-1.psk")" = 600
adit_start left || bail_out "aditd does not start"
check "both tunnels come up" wait_for 60 both_up
check "BIRD takes the snippet" bird_start left <"$DIR/aws.bird"
check "traffic takes the preferred tunnel" wait_for 60 goes aws-1
check "the peer learns our network by both" wait_for 30 learned_twice
background in_ns "$left" stdbuf -oL ip monitor route >"$TMP/routes"

router_drop "ip saddr { $RIGHT4, $LEFT4 } ip daddr { $RIGHT4, $LEFT4 }" || bail_out "cannot break the way"
now_ms
begin=$NOW_MS
check "its way broken, packets take the other" wait_for 20 turned
now_ms
# The DPD timeout and 2 s, and 1 s of emulation on top, for each machine that shares the processor.
check "after $((NOW_MS - begin)) ms, within the DPD timeout and 2 s" \
	test $((NOW_MS - begin)) -le $((6000 + 1000 * ${TEST_SHARERS:-1} * TEST_PATIENCE))
check "and are answered" eventually goes aws-2
router_drop_none
check "mended, the preferred one comes back" wait_for 70 adit_established left aws-1
check "and the traffic with it" wait_for 60 goes aws-1
check "and stays there" goes aws-1
same "each turn was made once" "aws-2 aws-1" "$(ways)"
daemons_stop
finish
