#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# AH around ESP, negotiated by IKE between two aditds: both modes, PFS, rekeyed under a running ping,
# deleted together.  (strongSwan has no such bundles with IKEv1, so nobody else can be the peer.)
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 18
need_adit
need jq tcpdump

SUITES=(esp=aes128gcm16 ah=sha256)

# four SIDE: ESP and AH, in and out, once each.
four()
{
	[ "$(adit_sas "$1")" = 4 ]
}

# On the wire there is AH, and nothing that ESP would show, let alone its content.
only_ah()
{
	only_ipsec ah 4 && [ "$WIRE_esp" -eq 0 ]
}

# What an admin sees: the two proposals, and of the kernel's SAs the ESP that names its AH.
is_shown()
{
	local ah
	side left
	ah=$(adit_status left .children[0].ah.spi_in)
	adit_ctl left status net | grep -F 'aes128gcm16 in AH sha256' &&
	[ -n "$ah" ] && adit_in "$NS" sa show | grep -F "bundle $ah"
}

topology_router hosts

name="tunnel mode"
both_start start=wait "${SUITES[@]}" -- start=wait "${SUITES[@]}"
check "$name: up" adit_ctl left up net --wait 10
watch "$router" toright || bail_out "cannot watch the wire"
check "$name: a host pings the other" hosts_ping
check "$name: TCP and datagrams, both ways, arrive as they were sent" hosts_exchange 200000
watched
check "$name: the wire has AH, and nothing inner" only_ah
check "$name: four SAs on each side" four left
check "$name: on the other one, too" four right
check "$name: each pair of SAs is one pair" pairs_match
check "$name: the status says what it is" is_shown
check "$name: down" adit_ctl right down net
check "$name: the left is without SAs" eventually no_adit_sas left
both_stop

name="transport mode"
both_start start=wait mode=transport local-ts=dynamic remote-ts=dynamic "${SUITES[@]}" -- \
	start=wait mode=transport local-ts=dynamic remote-ts=dynamic "${SUITES[@]}"
check "$name: up" adit_ctl right up net --wait 10
watch "$router" toright || bail_out "cannot watch the wire"
check "$name: the gateways reach each other" eventually pings "$left" "$RIGHT4"
watched
check "$name: the wire has AH, and nothing inner" only_ah
both_stop

name="rekeyed"
SUITES=(esp=aes256-sha1-modp2048 ah=sha1-modp2048)
both_start start=wait esp-lifetime=16s rekey-margin=12s rekey-fuzz=0 "${SUITES[@]}" -- \
	start=wait "${SUITES[@]}"
check "$name: up" adit_ctl left up net --wait 10
ping_start "$lhost" $RHOST4 || bail_out "no ping through the tunnel"
first=$(adit_status left .children[0].spi_in)
first_ah=$(adit_status left .children[0].ah.spi_in)
another()
{
	adit_is left '.children[0].ah.spi_in as $ah | .children[0].spi_in as $esp |
		$ah != null and $ah != "'"$first_ah"'" and $esp != "'"$first"'"'
}
check "$name: both have new SPIs" wait_for 20 another
before=$(grep -c 'bytes from' "$TMP/ping.log")
eventually ping_count_above $((before + 50))
ping_stop
same "$name: no packet lost, of $(ping_sent)" 0 "$(ping_lost)"
gone()
{
	side left
	! adit_in "$NS" sa show | grep -qE "spi ($first|$first_ah) "
}
check "$name: the old ones go together" wait_for 30 gone
adit_stop left
check "$name: and at the end all on the other side" eventually no_adit_sas right
adit_stop right

finish
