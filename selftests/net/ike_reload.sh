#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `adit reload`: what is unchanged in the configuration runs on undisturbed, the rest follows it, and
# a configuration with a mistake changes nothing.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 32
need_adit
need_strongswan

# The second tunnel: another pair of networks between the same gateways. Under an identity of its own:
# what strongSwan takes for the same peer once more, it takes for a renewed phase 1, and ends the old.
SECOND=(device=vpn1 local-ts=10.11.0.0/16 remote-ts=10.12.0.0/16 local-id=second.example.org)

spi_of()
{
	adit_status left '.children[0] | .spi_in + .spi_out' "$1"
}

# route_metric: of the first tunnel's route
route_metric()
{
	ip -n "$left" route show $RIGHT_NET4 dev vpn0 | sed -n 's/.* metric \([0-9]*\).*/\1/p'
}

# reload_says REGEX: of what it has changed
reload_says()
{
	adit_ctl left reload | tee "$TMP/reload.out" | grep "$1" || { cat "$TMP/reload.out"; return 1; }
}

device()
{
	ip -n "$left" link show dev "$1"
}

no_device()
{
	! device "$1" >/dev/null 2>&1
}

topology_router hosts
swan_conf right
swan_conn right peer
swan_conn right second remote_id=second.example.org child_local_ts=10.12.0.0/16 child_remote_ts=10.11.0.0/16 \
	child_esp_proposals=aes128gcm16,aes128-sha1
swan_start right || bail_out "strongSwan does not start"

adit_conf left
adit_tunnel left net
adit_start left || bail_out "aditd does not start"
check "the first tunnel is up" wait_for 10 adit_established left net
first=$(spi_of net)
# strongSwan may still be busy with the third message of quick mode when we are up.
eventually hosts_ping || bail_out "no traffic through the tunnel"
ping_start "$lhost" $RHOST4 || bail_out "no ping through the tunnel"

name="nothing changed"
check "$name: reload" adit_ctl left reload
same "$name: the same SAs" "$first" "$(spi_of net)"

name="a tunnel added"
adit_tunnel left second "${SECOND[@]}"
check "$name: reload" adit_ctl left reload
check "$name: it comes up" wait_for 10 adit_established left second
check "$name: with its device" device vpn1
same "$name: the first one has the same SAs" "$first" "$(spi_of net)"

name="a mistake"
cp "$TMP/left/aditd.conf" "$TMP/good.conf"
printf 'tunnel "third" {\n\tremote = "203.0.113.7"\n\tike = { "aes128-rot13-modp1024" }\n}\n' \
	>>"$TMP/left/aditd.conf"
line=$(grep -n rot13 "$TMP/left/aditd.conf" | cut -d : -f 1)
refused "$name: file, line and word are named" "aditd\.conf:$line:.*rot13" adit_ctl left reload
same "$name: the first tunnel has the same SAs" "$first" "$(spi_of net)"
check "$name: the second is up" adit_established left second
same "$name: there is no third" 2 "$(adit_ctl left status --json | jq '.tunnels | length')"
cp "$TMP/good.conf" "$TMP/left/aditd.conf"

name="a key that cannot be read"
adit_tunnel left third device=vpn3 psk= psk-file="$TMP/left/no.psk" remote=203.0.113.7
refused "$name: the file is named" "aditd\.conf:.*no\.psk.*No such file" adit_ctl left reload
same "$name: the first tunnel has the same SAs" "$first" "$(spi_of net)"

name="the other tunnel changed"
adit_conf left
adit_tunnel left net
adit_tunnel left second "${SECOND[@]}" device=vpn9 esp=aes128-sha1
check "$name: reload says which" reload_says '^changed: second$'
check "$name: it comes up, as it is now" wait_for 15 adit_is left \
	'.state == "established" and .device == "vpn9" and .children[0].proposal == "aes128-sha1"' second
check "$name: its old device is gone" no_device vpn1
same "$name: the first one has the same SAs" "$first" "$(spi_of net)"

name="metric and MTU of the first changed"
adit_conf left
adit_tunnel left net metric=77 mtu=1300
adit_tunnel left second "${SECOND[@]}" device=vpn9 esp=aes128-sha1
check "$name: reload" adit_ctl left reload
same "$name: its route has the metric" 77 "$(route_metric)"
same "$name: its device has the MTU" 1300 "$(mtu "$left" vpn0)"
same "$name: the same SAs" "$first" "$(spi_of net)"

name="a tunnel removed"
adit_conf left
adit_tunnel left net
check "$name: reload" adit_ctl left reload
check "$name: its device is gone" eventually no_device vpn9
check "$name: the peer has deleted its SAs" eventually two_xfrm right
same "$name: the first one has the same SAs" "$first" "$(spi_of net)"

name="lifetimes and intervals changed"
adit_conf left
adit_tunnel left net metric=77 mtu=1300 esp-lifetime=50m keepalive=15s dpd-delay=5s
check "$name: reload" adit_ctl left reload
same "$name: the same SAs" "$first" "$(spi_of net)"

ping_stop
same "through all of that no packet was lost, of $(ping_sent)" 0 "$(ping_lost)"

name="another suite"
swan_conf right
swan_conn right peer child_esp_proposals=aes128gcm16,aes128-sha1
swan_load right
adit_conf left
adit_tunnel left net esp=aes128-sha1
check "$name: reload" adit_ctl left reload
check "$name: the tunnel comes up with it" wait_for 15 adit_is left \
	'.state == "established" and .children[0].proposal == "aes128-sha1"'
check "$name: traffic flows" hosts_ping
check "$name: one pair is left on either side" wait_for 15 two_xfrm right

finish
