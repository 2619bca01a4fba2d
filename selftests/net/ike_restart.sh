#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Daemons that die and come back, on either side, and a daemon that ends as it should: the peer is
# told, and the host is as it was before.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 31
need_adit
need_strongswan

DPD=(dpd-delay=2s dpd-timeout=6s)

# snapshot SIDE: everything of the network that a daemon could have changed; what changes by itself
# (counters, ages, the state of neighbours) is left out.
snapshot()
{
	side "$1"
	ip -n "$NS" -o link show
	ip -n "$NS" -o addr show
	ip -n "$NS" route show table all
	ip -n "$NS" -6 route show table all
	ip -n "$NS" rule
	ip -n "$NS" -6 rule
	ip -n "$NS" xfrm state
	ip -n "$NS" xfrm policy
	in_ns "$NS" nft list ruleset
	in_ns "$NS" ss -Hlun
	in_ns "$NS" sysctl -a --pattern '^net\.(ipv4|ipv6|core)\.' 2>/dev/null |
		grep -v -e '^net.ipv4.tcp_mem' -e 'fib_notify' -e 'rand' -e stable_secret
}

device_gone()
{
	side "$1"
	! ip -n "$NS" link show dev vpn0 >/dev/null 2>&1
}

# up: a fresh tunnel with traffic
up()
{
	adit_start left || bail_out "aditd does not start"
	check "$1: up" wait_for 10 adit_established left
	check "$1: traffic flows" hosts_ping
}

topology_router hosts
swan_conn right peer dpd_delay=2s dpd_timeout=6s
swan_start right || bail_out "strongSwan does not start"

name="SIGTERM to adit"
adit_conf left
adit_tunnel left net "${DPD[@]}" address=169.254.10.2/30 metric=50
snapshot left >"$TMP/before"
up "$name"
snapshot left >"$TMP/meanwhile"
check_not "$name: the host was changed meanwhile" cmp -s "$TMP/before" "$TMP/meanwhile"
check "$name: it ends" adit_stop left
check "$name: the peer has deleted its SAs" eventually no_swan_sas right
snapshot left >"$TMP/after"
check "$name: links, addresses, routes, rules, settings are as before" \
	diff "$TMP/before" "$TMP/after"

check "$name: its control socket is gone" test ! -e "$TMP/left/control"

name="kill -9 of adit"
adit_conf left
adit_tunnel left net "${DPD[@]}"
up "$name"
check "$name: dead" adit_kill left
adit_start left || bail_out "aditd does not start again"
check "$name: started again, the tunnel is up" wait_for 10 adit_established left
check "$name: and traffic flows" hosts_ping
check "$name: without an SA of the life before" test "$(adit_sas left)" = 2
check "$name: strongSwan has one IKE SA left" \
	eventually swan_shows right 'peer: #[0-9]+, ESTABLISHED'
check "$name: strongSwan keeps no SA of the life before" wait_for 20 two_xfrm right
check "$name: ended" adit_stop left
check "$name: now nothing is left" device_gone left

name="kill -9 of strongSwan"
up "$name"
swan_kill right
check "$name: adit notices" wait_for 20 adit_error left dpd-timeout
check "$name: no SA is left in the kernel" eventually no_adit_sas left
check "$name: the device has lost its carrier" eventually no_carrier "$left" vpn0
# What a dead daemon leaves in the kernel is its own business.
ip -n "$right" xfrm state flush
ip -n "$right" xfrm policy flush
swan_start right || bail_out "strongSwan does not start again"
check "$name: started again, the tunnel is up" wait_for 40 adit_established left
check "$name: the carrier is there again" eventually carrier "$left" vpn0
check "$name: and traffic flows" hosts_ping

name="strongSwan restarts in order"
swan_stop right
check "$name: its DELETE takes the tunnel down" wait_for 10 adit_is left '.state != "established"'
swan_start right || bail_out "strongSwan does not start again"
check "$name: the tunnel is up again" wait_for 40 adit_established left
adit_stop left
eventually no_swan_sas right

name="kill -9 of adit, which waits"
swan_conf right
swan_conn right peer dpd_delay=2s dpd_timeout=6s child_dpd_action=restart
swan_load right || bail_out "strongSwan does not load its configuration"
adit_conf left
adit_tunnel left net "${DPD[@]}" start=wait
adit_start left || bail_out "aditd does not start"
check "$name: strongSwan brings the tunnel up" swan_initiate right
check "$name: dead" adit_kill left
adit_start left || bail_out "aditd does not start again"
check "$name: started again, strongSwan finds it, and the tunnel is up" wait_for 30 adit_established left
check "$name: and traffic flows" hosts_ping

finish
