#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What does not fit between adit and strongSwan is named in `adit status` within 15 s, nothing of it
# stays in the kernel, and the tunnel comes up by itself once the peer is put right.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 39
need_adit
need_strongswan

# Seconds until the next attempt, with its back-off, must have come.
AGAIN=60

# peer KEY=VALUE...: strongSwan's side from now on.
peer()
{
	swan_conf right
	swan_conn right peer "$@"
	swan_load right || bail_out "strongSwan does not load its configuration"
}

# ours KEY=VALUE...: adit's side, started anew.
ours()
{
	adit_conf left
	adit_tunnel left net "$@"
	adit_start left || bail_out "aditd does not start"
}

# fails NAME CODE: the three cases of a failure that is there already.
fails()
{
	check "$1: the status names it ($2) within 15 s" wait_for 15 adit_error left "$2"
	check_not "$1: the tunnel is not up" adit_established left
	check "$1: no SA is in the kernel on either side" kernel_empty_both
}

# heals NAME: and once it is put right.
heals()
{
	check "$1: put right, it comes up by itself" wait_for $AGAIN adit_established left
	check "$1: and carries traffic" hosts_ping
	adit_stop left
	eventually no_swan_sas right
}

kernel_empty_both()
{
	kernel_empty left && kernel_empty right
}

topology_router hosts
swan_conf right
swan_conn right peer
swan_start right || bail_out "strongSwan does not start"

# adit initiates

peer psk="quite another key"
ours
fails "another pre-shared key" psk-mismatch
peer
heals "another pre-shared key"

peer proposals=aes256-sha512-modp4096
ours
fails "no common proposal in phase 1" no-proposal-chosen
peer
heals "no common proposal in phase 1"

peer child_esp_proposals=aes256-sha512
ours
fails "no common proposal in phase 2" no-proposal-chosen
peer
heals "no common proposal in phase 2"

peer child_esp_proposals=aes128gcm16-modp2048
ours
check "PFS wanted by the peer alone: the status names it within 15 s" \
	wait_for 15 adit_is left '.last_error.code | IN("pfs-mismatch", "no-proposal-chosen")'
check "PFS wanted by the peer alone: no SA is in the kernel on either side" kernel_empty_both
peer
heals "PFS wanted by the peer alone"

peer child_local_ts=10.77.0.0/16
ours
fails "other selectors" ts-unacceptable
peer
heals "other selectors"

peer local_id=somebody.example.org
ours
fails "another identity" invalid-id
peer
heals "another identity"

router_drop udp dport 500
ours
fails "nobody answers" no-response
router_drop_none
heals "nobody answers"

# adit responds: the refusal is adit's own, and its status says so too

swan_conf right
swan_conn right peer psk="quite another key"
swan_load right
ours start=wait
swan right --initiate --child net --timeout 3 >/dev/null
check "as responder, another pre-shared key: the status names it" \
	wait_for 15 adit_error left psk-mismatch
adit_stop left
peer proposals=aes256-sha512-modp4096
ours start=wait
swan right --initiate --child net --timeout 3 >/dev/null
check "as responder, no common proposal in phase 1: the status names it" \
	wait_for 15 adit_error left no-proposal-chosen
check "as responder: no SA is in the kernel on either side" kernel_empty_both
# Started anew: behind an attempt of before that it still repeats, strongSwan would queue the next one.
swan_stop right
swan_conf right
swan_conn right peer
swan_start right || bail_out "strongSwan does not start again"
check "as responder: put right, the peer gets through" swan_initiate right
check "as responder: and the tunnel carries traffic" hosts_ping

finish
