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

# Who the two are, and what they offer in phase 1
phase1()
{
	diagnose_begin
	ours
	up
	names "nothing is wrong" healthy "carries traffic in both"

	peer psk="quite another key"
	ours
	names "another pre-shared key" psk-mismatch "enter the same key"

	peer proposals=aes256-sha512-modp4096
	ours
	names "other phase 1 proposals" ike-proposal-mismatch 'ike = \{ "aes256-sha512-modp4096" \}'

	# Two mistakes: the one that comes first is named
	peer proposals=aes256-sha256-modp2048 psk="quite another key"
	ours
	names "other proposals and another key" ike-proposal-mismatch '"aes256-sha256-modp2048"'

	swan_conf right
	swan_conn right peer local_addrs=203.0.113.9
	swan_load right
	ours
	names "no connection for us at the peer" peer-not-configured "configure the tunnel at the peer"
}

# The exchange, and identities
identity()
{
	diagnose_begin aggressive=yes
	ours
	names "aggressive mode at the peer" exchange-mismatch 'exchange = "aggressive"'

	peer local_id=somebody.example.org
	ours
	names "the peer is somebody else" remote-id-mismatch "somebody.example.org"

	peer remote_id=someone.example.org psk="$IKE_PSK"
	ours
	names "the peer expects another identity" local-id-refused "$LEFT4"

	# Main mode looks the key up by address
	swan_conf right
	swan_conn right peer
	sed -i 's/id-[12] = .*/id-1 = someone.example.org/' "$TMP/right/swanctl/swanctl.conf"
	swan_load right
	ours
	# INVALID-KEY-INFORMATION (RFC 2408 3.14.1), which the daemon cannot rely on
	wait_for 90 adit_is left '[.history[] | select(.notify == 17)] != []' net
	names "no key for our address at the peer" psk-missing-at-peer "$LEFT4"

	peer
	ours exchange=aggressive
	names "aggressive mode here alone" aggressive-refused 'exchange = "main"'

	peer version=2
	ours
	names "IKEv2 alone at the peer" peer-ikev2-only "version = 1"
}

phase2()
{
	# Of the last that are asked for
	diagnose_begin child_esp_proposals=aes256-md5
	ours
	names "other phase 2 proposals, and the line to write" esp-proposal-mismatch 'esp = \{ "aes256-md5" \}'

	peer child_esp_proposals=$ESP_SUITE-esn
	ours
	names "extended sequence numbers" esp-proposal-mismatch "esp = \{ \"$ESP_SUITE-esn\" \}"
	peer
	ours esn=true
	names "extended sequence numbers here alone" esp-proposal-mismatch 'and esn = false'

	peer child_esp_proposals=$ESP_SUITE-modp2048
	ours
	names "PFS, and the line to write" pfs-mismatch "esp = \{ \"$ESP_SUITE-modp2048\" \}"

	peer child_local_ts=10.77.0.0/16
	ours
	names "other networks" selector-mismatch "mirror"

	peer child_esp_proposals= child_ah_proposals=sha256
	ours
	names "AH at the peer" phase2-refused "whatever proposal"

	peer child_local_ts=10.2.77.0/24
	ours
	up
	names "a smaller network, where nobody answers" selectors-narrowed "agreed with the peer: .*10.2.77.0/24"
	# The exchange that is quick mode (RFC 2409 5.5, RFC 2408 3.1)
	router_drop udp dport 500 @th,208,8 32
	ours
	failed no-response
	names "quick mode is lost" phase2-unanswered "does not answer our quick mode"
}

# pool_server [LINE]: strongSwan asks for user and password; the line in its connection
pool_server()
{
	swan_conf right
	side right
	cat >"$DIR/swanctl/swanctl.conf" <<-CONF
	connections { rw {
		version = 1
		local_addrs = $HERE
		remote_addrs = %any
		proposals = $IKE_SUITE
		${1:-}
		local { auth = psk
			id = $HERE }
		remote { auth = psk }
		remote-2 { auth = xauth }
		children { net {
			local_ts = $NET
			esp_proposals = $ESP_SUITE
		} }
	} }
	pools { pool {
		addrs = 10.9.0.0/24
	} }
	secrets {
		ike-group { secret = "$IKE_PSK" }
		xauth-alice {
			id = alice
			secret = "right"
		}
	}
	CONF
}

# user PASSWORD: adit logs in as alice
user()
{
	(umask 077 && echo "$1" >"$TMP/password")
	ours auth=xauth-psk xauth-user=alice xauth-password-file="$TMP/password" local-ts= remote-ts=0.0.0.0/0
}

login()
{
	topology_router hosts
	pool_server "pools = pool"
	swan_start right || bail_out "strongSwan does not start"
	user wrong
	failed xauth-failed
	names "a wrong password" xauth-failed 'user "alice"'
	ours
	failed invalid-id
	names "the peer wants user and password" local-id-refused "the peer may want a certificate or XAUTH"
	pool_server
	swan_load right || bail_out "strongSwan does not load its configuration"
	user right
	failed no-lease
	names "nobody assigns an address" no-lease "strongSwan: pools"
	# strongSwan would take the proposal whatever its connections want
	swan_stop right
	adit_conf right
	adit_tunnel right net start=wait
	adit_start right || bail_out "aditd does not start"
	user right
	failed no-proposal-chosen
	names "the peer wants another authentication" auth-mismatch 'set auth = "psk"'
}

# anew TIMES: strongSwan makes SAs for the same networks, each in place of the one before
anew()
{
	local i

	for ((i = 0; i < $1; i++)); do
		swan right --initiate --child net --timeout 60 >/dev/null
	done
	wait_for 60 adit_is left ".children | length == $1" net || echo "# there are no $1 pairs of SAs"
}

responder()
{
	diagnose_begin psk="quite another key"
	ours start=wait
	names "nobody has begun" waits-for-peer
	ours start=on-demand
	names "nothing has been sent" waits-for-traffic "vpn0"
	ours start=wait
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
	peer
	ours start=wait
	anew 5
	names "the peer makes new SAs again and again" renewed-often "the peer has begun 5"
	# A gateway that logs in with our identity, from the router; each login ends the other's tunnel
	swan_stop right
	swan_conf right
	swan_conn right peer remote_addrs=%any remote_id=gw.example.org unique=replace
	swan_start right || bail_out "strongSwan does not start again"
	ours local-id=gw.example.org remote-id=$RIGHT4
	mkdir "$TMP/second"
	sed "s/$LEFT4/$ROUTER_RIGHT4/" "$TMP/left/aditd.conf" >"$TMP/second/aditd.conf"
	chmod 600 "$TMP/second/aditd.conf"
	background in_ns "$router" "$ADITD" -c "$TMP/second/aditd.conf" \
		--socket "$TMP/second/control" --foreground >"$TMP/second/aditd.log" 2>&1
	wait_for 180 adit_is left '[.history[] | select(.error == "peer-deleted" and .count > 2)] != []' net ||
		echo "# the peer deletes nothing"
	names "another gateway logs in as us" deleted-by-peer "gw.example.org"
}

lanes phase1 identity phase2 login responder
finish
