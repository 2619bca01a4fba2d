#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# strongSwan brings tunnels up to adit, which waits: every suite that the first tunnel knows, with
# and without NAT in front of strongSwan, PFS; they carry traffic, and strongSwan's DELETE takes
# them down on adit's side without a trace.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

SUITES="aes128-sha1-modp1024 aes256-sha256-modp2048"
plan 70
need_adit
need_strongswan

# respond NAME IKE ESP esp|udp
respond()
{
	local agreed="$2 $3 $([ "$4" = udp ] && echo true || echo false) responder"

	swan_conf left
	swan_conn left peer proposals="$2" child_esp_proposals="$3"
	swan_load left || bail_out "strongSwan does not load its configuration"
	check "$1: up at once" within 10 swan_initiate left
	check "$1: adit says so" eventually adit_established right
	same "$1: and reports what was agreed" "$agreed" "$(adit_status right \
		'"\(.ike.proposal) \(.children[0].proposal) \(.children[0].encap) \(.ike.role)"')"
	carries "$1" "$4"
	swan left --terminate --ike peer >/dev/null
	check "$1: strongSwan deletes: no SA is left in the kernel" eventually no_adit_sas right
	check "$1: and adit waits again" eventually adit_is right '.state == "dormant"'
}

topology_router hosts
swan_conn left peer
swan_start left || bail_out "strongSwan does not start"

for nat in no yes; do
	form=esp how="without NAT"
	if [ $nat = yes ]; then
		router_nat
		form=udp how="peer behind NAT"
		adit_stop right
	fi
	# Behind NAT the peer may come from anywhere; its identity is still its own address.
	adit_conf right
	adit_tunnel right net start=wait remote=%any remote-id=$LEFT4 ike="$SUITES" \
		esp="aes128gcm16 aes128-sha1 aes128gcm16-modp2048"
	adit_start right || bail_out "aditd does not start"
	for ike in $SUITES; do
		for esp in aes128gcm16 aes128-sha1; do
			respond "$ike, $esp, $how" $ike $esp $form
		done
	done
done

swan_conf left
swan_conn left peer proposals=aes256-sha256-modp2048 child_esp_proposals=aes128gcm16-modp2048
swan_load left
check "PFS: up at once" within 10 swan_initiate left
same "PFS: both exchanges have a group" "aes256-sha256-modp2048 aes128gcm16-modp2048" \
	"$(adit_status right '"\(.ike.proposal) \(.children[0].proposal)"')"
carries "PFS" udp 20000000

finish
