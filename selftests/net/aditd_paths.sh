#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The way of the outer packets: kept out of the tunnel when all traffic goes into it, and when the
# peer itself is what is behind it; found again when the peer's name or our own address changes;
# and the device made again when somebody removes it.  Nothing of it is left in the end.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 33
need_adit
need jq

FAST=(dpd-delay=1s dpd-timeout=4s)

snapshot()
{
	side "$1"
	ip -n "$NS" -o link show
	ip -n "$NS" -o addr show
	ip -n "$NS" route show table all
	ip -n "$NS" -6 route show table all
	ip -n "$NS" rule
	ip -n "$NS" -6 rule
}

rules()
{
	side "$1"
	ip -n "$NS" rule | wc -l
}

# way NS ADDRESS: the device that a packet to it leaves by.
way()
{
	ip -n "$1" route get "$2" | sed -n 's/.* dev \([^ ]*\).*/\1/p'
}

inner_ping()
{
	both_ping "$left" $LEFT_IN4 "$right" $RIGHT_IN4
}

both_up()
{
	adit_established left && adit_established right
}

topology_router

###### all traffic into the tunnel ######

name="a default route over the tunnel"
adit_conf right
adit_tunnel right net local-ts=0.0.0.0/0 remote-ts=0.0.0.0/0 route=10.1.0.0/16 start=wait
adit_start right || bail_out "aditd does not start"
snapshot left >"$TMP/before"
before=$(rules left)
adit_conf left
adit_tunnel left net local-ts=0.0.0.0/0 remote-ts=0.0.0.0/0 route=0.0.0.0/0 "${FAST[@]}"
adit_start left || bail_out "aditd does not start"
check "$name: up" wait_for 15 both_up
check "$name: traffic flows" inner_ping
same "$name: what is far away goes into it" vpn0 "$(way "$left" 203.0.113.9)"
same "$name: so does what else goes to the peer" vpn0 "$(way "$left" $RIGHT4)"
same "$name: what is near does not" wire "$(way "$left" $ROUTER_LEFT4)"
same "$name: nor does what has a longer route" lo "$(way "$left" $LEFT_IN4)"
rekeyed()
{
	adit_is left '.children[0].spi_in != "'"$1"'"'
}
watch "$router" toright || bail_out "cannot watch the wire"
check "$name: it carries a ping" pings "$left" $RIGHT_IN4 -I $LEFT_IN4
watched
check "$name: as ESP, and nothing inner" only_ipsec esp 5
three_more()
{
	[ "$(rules left)" = $((before + 3)) ]
}
check "$name: three rules lead there" three_more
adit_kill left
adit_start left || bail_out "aditd does not start"
check "$name: killed and started again, it is up" wait_for 15 both_up
check "$name: with the same three rules" three_more
check "$name: and traffic" inner_ping
adit_stop left
snapshot left >"$TMP/after"
check "$name: links, addresses, routes, rules are as before" diff "$TMP/before" "$TMP/after"
adit_stop right

###### the peer itself ######

name="transport mode"
transport=(mode=transport local-ts= remote-ts=)
adit_conf right
adit_tunnel right net "${transport[@]}" start=wait
adit_start right || bail_out "aditd does not start"
adit_conf left
adit_tunnel left net "${transport[@]}" "${FAST[@]}"
adit_start left || bail_out "aditd does not start"
check "$name: up" wait_for 15 both_up
watch "$router" toright || bail_out "cannot watch the wire"
check "$name: the peer is reached" pings "$left" $RIGHT4
watched
check "$name: as ESP, and nothing inner" only_ipsec esp 10
adit_stop left
snapshot left >"$TMP/after"
check "$name: links, addresses, routes, rules are as before" diff "$TMP/before" "$TMP/after"
adit_stop right

###### the peer's name ######

name="a peer by name"
mkdir -p "/etc/netns/$left"
hosts=/etc/netns/$left/hosts
echo "nameserver 127.0.0.1" >"/etc/netns/$left/resolv.conf"
echo "127.0.0.1 localhost" >"$hosts"
adit_conf right
adit_tunnel right net start=wait
adit_start right || bail_out "aditd does not start"
adit_conf left
adit_tunnel left net remote=gw.example.test remote-id=$RIGHT4 "${FAST[@]}"
adit_start left || bail_out "aditd does not start"
check "$name: that it does not resolve is said" wait_for 15 adit_error left dns
echo "$RIGHT4 gw.example.test" >>"$hosts"
check "$name: once it does, the tunnel comes up" wait_for 70 both_up
same "$name: with that address" $RIGHT4 "$(adit_status left .remote)"
# The peer moves: its name leads elsewhere, and at the old address nobody answers.
adit_kill right
ip -n "$right" addr del $RIGHT4/24 dev wire
ip -n "$right" addr add 198.51.100.2/24 dev wire
ip -n "$right" route replace default via $ROUTER_RIGHT4
echo "198.51.100.2 gw.example.test" >"$hosts"
adit_conf right
adit_tunnel right net local=198.51.100.2 local-id=$RIGHT4 start=wait
adit_start right || bail_out "aditd does not start"
moved()
{
	adit_is left '.state == "established" and .remote == "198.51.100.2"'
}
check "$name: when it leads elsewhere, the tunnel follows" wait_for 70 moved
check "$name: and carries traffic" inner_ping
adit_stop left
adit_stop right
rm -r "/etc/netns/$left"

###### our own address ######

name="our address changes"
adit_conf right
adit_tunnel right net local=198.51.100.2 remote=%any remote-id=left.example start=wait
adit_start right || bail_out "aditd does not start"
adit_conf left
adit_tunnel left net local= remote=198.51.100.2 local-id=left.example "${FAST[@]}"
adit_start left || bail_out "aditd does not start"
check "$name: up" wait_for 15 adit_established left
ip -n "$left" addr del $LEFT4/24 dev wire
ip -n "$left" addr add 192.0.2.7/24 dev wire
ip -n "$left" route replace default via $ROUTER_LEFT4
readdressed()
{
	adit_is left '.state == "established" and .local == "192.0.2.7"'
}
check "$name: the tunnel follows" wait_for 30 readdressed
check "$name: and carries traffic" inner_ping
name="no address at all"
ip -n "$left" addr del 192.0.2.7/24 dev wire
check "$name: the status says that there is no way" wait_for 30 adit_error left no-route
addresses "$left" wire $LEFT4/24
ip -n "$left" route replace default via $ROUTER_LEFT4
check "$name: given one, the tunnel is up again" wait_for 70 adit_established left

name="a local address that is not ours"
cp "$TMP/left/aditd.conf" "$TMP/good.conf"
sed -i 's/remote = /local = "192.0.2.99"\n	remote = /' "$TMP/left/aditd.conf"
adit_ctl left reload >/dev/null
check "$name: the status says so" wait_for 15 adit_error left no-route
ip -n "$left" addr add 192.0.2.99/24 dev wire
check "$name: once it is, the tunnel comes up" wait_for 30 adit_established left
ip -n "$left" addr del 192.0.2.99/24 dev wire
cp "$TMP/good.conf" "$TMP/left/aditd.conf"
adit_ctl left reload >/dev/null
check "$name: without it, too" wait_for 30 adit_established left

###### the device ######

name="somebody removes the device"
ip -n "$left" link del vpn0
check "$name: it is made again and comes up" wait_for 30 adit_established left
check "$name: and carries traffic" inner_ping
daemons_stop
check "no SA is left at the end" no_adit_sas left
finish
