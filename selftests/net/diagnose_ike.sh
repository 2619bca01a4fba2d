#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# `adit diagnose` names what is wrong in the negotiation with strongSwan, and the cure.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"
. "$NET_DIR/diagnose_lib.sh"

plan_none
need_adit
need_strongswan

topology_router hosts
swan_conf right
swan_conn right peer
swan_start right || bail_out "strongSwan does not start"

ours
up
names "nothing is wrong" healthy "carries traffic in both"

peer psk="quite another key"
ours
failed psk-mismatch
names "another pre-shared key" psk-mismatch "enter the same key"

peer proposals=aes256-sha512-modp4096
ours
failed no-proposal-chosen
names "other phase 1 proposals" ike-proposal-mismatch 'ike = \{ "aes256-sha512-modp4096" \}'

swan_conf right
swan_conn right peer local_addrs=203.0.113.9
swan_load right
ours
failed no-proposal-chosen
names "no connection for us at the peer" peer-not-configured "configure the tunnel at the peer"

peer aggressive=yes
ours
failed invalid-id
names "aggressive mode at the peer" exchange-mismatch 'exchange = "aggressive"'

peer local_id=somebody.example.org
ours
failed invalid-id
names "the peer is somebody else" remote-id-mismatch "somebody.example.org"

peer remote_id=someone.example.org psk="$IKE_PSK"
ours
failed invalid-id
names "the peer expects another identity" local-id-refused "$LEFT4"

peer child_esp_proposals=aes256-sha512
ours
failed no-proposal-chosen
names "other phase 2 proposals" esp-proposal-mismatch

peer child_local_ts=10.77.0.0/16
ours
failed ts-unacceptable
names "other networks" selector-mismatch "mirror"

# The peer begins

swan_conf right
swan_conn right peer psk="quite another key"
swan_load right
ours start=wait
names "nobody has begun" waits-for-peer
swan right --initiate --child net --timeout 3 >/dev/null
failed psk-mismatch
names "another pre-shared key, the peer begins" psk-mismatch "does not decrypt"
swan_stop right
swan_conf right
swan_conn right peer child_local_ts=10.77.0.0/16
swan_start right || bail_out "strongSwan does not start again"
ours start=wait
swan right --initiate --child net --timeout 3 >/dev/null
failed ts-unacceptable
names "other networks, the peer begins" selector-mismatch "10.77.0.0/16"
finish
