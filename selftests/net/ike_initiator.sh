#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# adit brings tunnels up to strongSwan: every suite that the first tunnel knows, with and without
# NAT, PFS; it carries traffic and goes down again without a trace on either side.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

SUITES="aes128-sha1-modp1024 aes256-sha256-modp2048"
plan 70
need_adit
need_strongswan

# initiate NAME IKE ESP esp|udp
initiate()
{
	local agreed="$2 $3 $([ "$4" = udp ] && echo true || echo false)"

	adit_conf left
	adit_tunnel left net start=wait ike="$2" esp="$3"
	adit_start left || bail_out "aditd does not start"
	check "$1: up within 5 s" within 5 adit_ctl left up net --wait 10
	same "$1: adit reports what was agreed" "$agreed" "$(adit_status left \
		'"\(.ike.proposal) \(.children[0].proposal) \(.children[0].encap)"')"
	carries "$1" "$4"
	check "$1: down" adit_ctl left down net
	check "$1: then no SA is left in the kernel" no_adit_sas left
	check "$1: and strongSwan has deleted its own" eventually no_xfrm_sas right
	adit_stop left
}

topology_router hosts
# strongSwan takes all that adit may propose; what comes out is adit's choice.
swan_conn right peer nat=yes proposals="${SUITES// /,}" \
	child_esp_proposals=aes128gcm16,aes128-sha1,aes128gcm16-modp2048
swan_start right || bail_out "strongSwan does not start"

for nat in no yes; do
	form=esp how="without NAT"
	if [ $nat = yes ]; then
		router_nat
		form=udp how="behind NAT"
	fi
	for ike in $SUITES; do
		for esp in aes128gcm16 aes128-sha1; do
			initiate "$ike, $esp, $how" $ike $esp $form
		done
	done
done

in_ns "$router" nft delete table ip adit_nat
# As the last one, so that its tunnel can stay for the large transfer.
adit_conf left
adit_tunnel left net ike=aes256-sha256-modp2048 esp=aes128gcm16-modp2048
adit_start left || bail_out "aditd does not start"
check "PFS: start = always comes up by itself within 5 s" wait_for 5 adit_established left
same "PFS: both exchanges have a group" "aes256-sha256-modp2048 aes128gcm16-modp2048" \
	"$(adit_status left '"\(.ike.proposal) \(.children[0].proposal)"')"
carries "PFS" esp 100000000

finish
