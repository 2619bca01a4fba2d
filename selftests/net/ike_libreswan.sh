#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# adit with libreswan, a second peer that others wrote: both roles of main and aggressive mode, RSA
# signatures with chains in fragments, transport mode, NAT, PFS, renewals of each side under traffic.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"
. "$NET_DIR/ike_pluto_lib.sh"

plan 44
need_adit
need jq openssl
need_libreswan

SUITE=aes128-sha1-modp2048
# Their length is not a multiple of four: libreswan then lengthens its messages.
OURS=left.example.com THEIRS=right.example.com

# ours KEY=VALUE...: adit's tunnel, which waits.
ours()
{
	adit_conf left
	adit_tunnel left net ike=$SUITE start=wait "$@"
	adit_start left || bail_out "aditd does not start"
}

# theirs KEY=VALUE...: pluto's connection.
theirs()
{
	pluto_conf right
	pluto_conn right "$@"
	pluto_load right >"$TMP/load.log" || bail_out "pluto does not load: $(cat "$TMP/load.log")"
}

# adit_begins NAME WORKS...: it is up, WORKS is true of it, and both sides are empty after `adit down`.
adit_begins()
{
	local name=$1
	shift
	check "$name, adit begins: up" adit_ctl left up net --wait 30
	check "$name, adit begins: traffic" "$@"
	adit_ctl left down net >/dev/null
	check "$name, adit begins: nothing is left at the peer" eventually no_xfrm_sas right
	adit_stop left
}

# pluto_begins NAME WORKS...
pluto_begins()
{
	local name=$1
	shift
	pluto_up right >"$TMP/up.log"
	check "$name, libreswan begins: up" eventually adit_established left
	check "$name, libreswan begins: traffic" "$@"
	pluto_down right >/dev/null
	check "$name, libreswan begins: nothing is left here" eventually no_adit_sas left
	adit_stop left
}

# The outer addresses, of which one side's may be a NAT's.
outer_ping()
{
	eventually pings "$left" $RIGHT4
}

renewed_child()
{
	[ "$(adit_status left '.children[0].spi_in')" != "$SPI" ]
}

renewed_phase1()
{
	adit_is left ".ike.cookie_i != \"$COOKIE\" and .ike.state == \"established\""
}

few_lost()
{
	local lost
	lost=$(ping_lost)
	echo "$lost lost, $1 at most"
	[ "$lost" -le "$1" ]
}

# keeps NAME RENEWED [LOST]: RENEWED comes true, no packet is lost meanwhile, or LOST at most.
keeps()
{
	SPI=$(adit_status left '.children[0].spi_in') COOKIE=$(adit_status left .ike.cookie_i)
	ping_start "$lhost" $RHOST4
	check "$1" wait_for 60 "$2"
	ping_stop
	check "$1: no packet is lost, of $(ping_sent)" few_lost "${3:-0}"
}

topology_router hosts
pluto_conf right
pluto_conn right
pluto_start right || bail_out "pluto does not start"
for kind in rsa chain; do
	pluto_identity right right-$kind >"$TMP/import.log" 2>&1 ||
		bail_out "NSS does not take right-$kind: $(cat "$TMP/import.log")"
done

name="main mode, PFS"
theirs ike='aes256-sha2_256;dh19' esp=aes256-sha2_256 pfs=yes
ours ike=aes256-sha256-ecp256 esp=aes256-sha256-ecp256
adit_begins "$name" hosts_exchange 100000
ours ike=aes256-sha256-ecp256 esp=aes256-sha256-ecp256
pluto_begins "$name" hosts_exchange 100000

name="aggressive mode"
theirs aggressive=yes leftid=@$THEIRS rightid=@$OURS
ours exchange=aggressive local-id=$OURS remote-id=$THEIRS
adit_begins "$name" hosts_ping
ours exchange=aggressive local-id=$OURS remote-id=$THEIRS
pluto_begins "$name" hosts_ping

name="RSA signatures, chains in fragments"
theirs authby=rsasig leftid=@$THEIRS rightid=@$OURS rightca=%same rightrsasigkey=%cert \
	leftsendcert=always sendca=all leftcert=right-chain fragmentation=force
rsa="auth=rsasig psk= ca=$NET_BIN/pki/root.pem cert=$NET_BIN/pki/left-chain.pem
	key=$NET_BIN/pki/left-chain.key local-id=$OURS remote-id=$THEIRS"
# shellcheck disable=SC2086 # words
ours $rsa
adit_begins "$name" hosts_ping
# shellcheck disable=SC2086 # words
ours $rsa
pluto_begins "$name" hosts_ping

name="transport mode"
theirs type=transport leftsubnet= rightsubnet=
ours mode=transport local-ts= remote-ts=
adit_begins "$name" outer_ping
ours mode=transport local-ts= remote-ts=
pluto_begins "$name" outer_ping

router_nat
name="behind NAT"
theirs right=%any rightid=$LEFT4
ours
adit_begins "$name" hosts_ping
name="transport mode behind NAT"
theirs right=%any rightid=$LEFT4 type=transport leftsubnet= rightsubnet=
ours mode=transport local-ts= remote-ts=
adit_begins "$name" outer_ping
in_ns "$router" nft delete table ip adit_nat

name="adit renews"
theirs
ours esp-lifetime=60s ike-lifetime=70s rekey-margin=45s rekey-fuzz=0
check "$name: up" adit_ctl left up net --wait 30
check "$name: traffic" hosts_ping
# libreswan uses the new keys as soon as it has sent its nonce, which makes ours: what it sends before
# we have read that is lost, at 200 packets a second one or none.
keeps "$name: the child" renewed_child 2
keeps "$name: phase 1" renewed_phase1
adit_ctl left down net >/dev/null
check "$name: nothing is left at the peer" eventually no_xfrm_sas right
adit_stop left

name="libreswan renews"
theirs salifetime=60s ikelifetime=80s rekeymargin=45s rekeyfuzz=0%
ours
pluto_up right >"$TMP/up.log"
check "$name: up" eventually adit_established left
check "$name: traffic" hosts_ping
keeps "$name: the child" renewed_child
keeps "$name: phase 1" renewed_phase1
# By libreswan, which renews on its own: what it has just begun would outlive our DELETE.
pluto_down right >/dev/null
check "$name: nothing is left here" eventually no_adit_sas left
adit_stop left

on_failure()
{
	tail -n 12 "$TMP/right/pluto.log"
	[ ! -f "$TMP/left/aditd.log" ] || tail -n 8 "$TMP/left/aditd.log"
}
pluto_stop right
finish
