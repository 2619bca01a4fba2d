#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Rekeying under a running ping (100 a second): phase 2 by adit, by strongSwan, phase 1 by either
# side. Not one packet is lost, the new keys are used, and of the old SAs none stays. Where adit begins,
# once its messages come late, so that packets on the new SA would be there before the third one, and
# once its packets, so that the DELETE of the old SA would be there before the last of them.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 27
need_adit
need_strongswan

# Lifetimes that let some seconds of ping see several rekeys.
SHORT=(esp-lifetime=16s rekey-margin=12s rekey-fuzz=0)
# In words of tc-u32(8)
IKE=(match ip protocol 17 0xff match ip dport 500 0xffff)
ESP=(match ip protocol 50 0xff)

spi_in()
{
	adit_status left .children[0].spi_in
}

# moved_from SPI: the inbound SA in use is another one.
moved_from()
{
	local now
	now=$(spi_in) && [ -n "$now" ] && [ "$now" != null ] && [ "$now" != "$1" ]
}

# The lifetimes are so short that the next rekey begins before the last one's SAs are all gone:
# what counts is that each goes. gone_from_adit SPI, gone_from_strongswan SPI
gone_from_adit()
{
	side left
	! adit_in "$NS" sa show | grep -q "spi $1 "
}

gone_from_strongswan()
{
	side right
	! ip -n "$NS" xfrm state | grep -q "spi $1 "
}

cookies()
{
	adit_status left '.ike.cookie_i + .ike.cookie_r'
}

phase1_moved_from()
{
	local now
	now=$(cookies) && [ -n "$now" ] && [ "$now" != null ] && [ "$now" != "$1" ]
}

# peer ESP
peer()
{
	swan_conf right
	swan_conn right peer child_esp_proposals="$1"
	swan_load right || bail_out "strongSwan does not load its configuration"
}

# up KEY=VALUE...: a fresh tunnel with a ping through it
up()
{
	adit_conf left
	adit_tunnel left net "$@"
	adit_start left || bail_out "aditd does not start"
	adit_ctl left up net --wait 20 >/dev/null || bail_out "the tunnel does not come up"
	# Its third message may still be on the way: until then the peer drops what comes.
	eventually swan_established right || bail_out "strongSwan has no SAs"
	ping_start "$lhost" $RHOST4 || bail_out "no ping through the tunnel"
}

# undisturbed NAME: the ping that ran until now lost nothing.
undisturbed()
{
	local before
	before=$(grep -c 'bytes from' "$TMP/ping.log")
	eventually ping_count_above $((before + 20))
	ping_stop
	same "$1: no packet lost, of $(ping_sent)" 0 "$(ping_lost)"
}

down()
{
	adit_stop left
	eventually no_swan_sas right
}

topology_router hosts
swan_conf right
swan_conn right peer
swan_start right || bail_out "strongSwan does not start"

for esp in aes128gcm16 aes128gcm16-modp2048; do
	if [ $esp = aes128gcm16 ]; then
		name="adit rekeys phase 2, its messages are late"
		late "$router" toright 400 "${IKE[@]}"
	else
		name="adit rekeys phase 2 with PFS, its packets are late"
		late "$router" toright 200 "${ESP[@]}"
	fi || bail_out "cannot delay"
	peer $esp
	up esp=$esp "${SHORT[@]}"
	first=$(spi_in)
	check "$name: once" wait_for 20 moved_from "$first"
	second=$(spi_in)
	check "$name: and again" wait_for 20 moved_from "$second"
	undisturbed "$name"
	check "$name: the old SAs go on adit's side" wait_for 40 gone_from_adit "$first"
	check "$name: and on strongSwan's" wait_for 40 gone_from_strongswan "$first"
	calm "$router" toright
	down
done

name="strongSwan rekeys phase 2"
peer aes128gcm16
up
# What a peer begins within seconds of the first child may be one that crosses it.
eventually ping_count_above 700
first=$(spi_in)
swan right --rekey --child net >/dev/null
check "$name: once" wait_for 10 moved_from "$first"
second=$(spi_in)
swan right --rekey --child net >/dev/null
check "$name: and again" wait_for 10 moved_from "$second"
undisturbed "$name"
check "$name: the old SAs go on adit's side" wait_for 60 two_adit left
check "$name: and on strongSwan's" wait_for 60 two_xfrm right
down

name="both rekey at once"
up "${SHORT[@]}"
first=$(spi_in)
# strongSwan begins when adit's own rekey is due at any moment.
check "$name: adit is about to begin" \
	wait_for 20 adit_is left '.children[0].rekey_in != null and .children[0].rekey_in < 2'
swan right --rekey --child net >/dev/null
check "$name: another SA is in use" wait_for 20 moved_from "$first"
undisturbed "$name"
check "$name: the old SA goes on adit's side" wait_for 40 gone_from_adit "$first"
check "$name: and on strongSwan's" wait_for 40 gone_from_strongswan "$first"
down

name="adit renews phase 1"
up ike-lifetime=16s esp-lifetime=1h rekey-margin=12s rekey-fuzz=0
first=$(cookies)
check "$name: another phase 1 is in use" wait_for 20 phase1_moved_from "$first"
undisturbed "$name"
check "$name: the children are there still" adit_established left
down

name="strongSwan renews phase 1"
up
first=$(cookies)
swan right --rekey --ike peer --reauth >/dev/null
check "$name: another phase 1 is in use" wait_for 20 phase1_moved_from "$first"
undisturbed "$name"
check "$name: strongSwan has its children still" swan_established right
check "$name: traffic flows on" hosts_ping
down

finish
