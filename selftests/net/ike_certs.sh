#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Certificates with strongSwan: RSA and ECDSA signatures, main and aggressive mode, both roles; and
# what is wrong with one is named: expired, of an unknown issuer, another's, revoked, not sent; also
# when it is ours that strongSwan refuses. A chain makes messages so long that they go in fragments.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 35
need_adit
need_strongswan

# Made with the programs: in an emulated machine a key takes half a minute.
PKI=$NET_BIN/pki
SUITE=aes256-sha256-ecp256
[ -e "$PKI/made" ] || bail_out "$PKI is missing: run make net"

# pieces SIDE: IKE fragments that this side sent, payload type 132 ([MS-IKEE] 3.3.5.2).
pieces()
{
	side "$1"
	captured_some wire "udp port 500 and udp[8+16] == 132 and src $HERE"
}

no_ip_fragments()
{
	! captured_some wire 'ip[6:2] & 0x3fff != 0'
}

# peer CERTIFICATE KEY [KEY=VALUE...]: strongSwan's connection with that certificate.
peer()
{
	local cert=$1 key=$2
	shift 2
	swan_conf right
	mkdir -p "$TMP"/right/swanctl/{x509,x509ca,private}
	cp "$PKI/$cert.pem" "$TMP/right/swanctl/x509/own.pem"
	cp "$PKI/$key.key" "$TMP/right/swanctl/private/"
	cp "$PKI/root.pem" "$TMP/right/swanctl/x509ca/"
	[[ $cert != *-chain ]] || cp "$PKI/middle.pem" "$TMP/right/swanctl/x509ca/"
	swan_conn right peer auth=pubkey cert=own.pem local_id=right.example.com \
		remote_id=left.example.com proposals=$SUITE "$@"
	[ -S "$TMP/right/vici" ] || return
	# It remembers every certificate that it has seen, and would use one that is better.
	swan right --flush-certs >/dev/null
	swan right --load-all --clear --noprompt >"$TMP/right/load.log" ||
		bail_out "strongSwan does not load its configuration: $(cat "$TMP/right/load.log")"
}

# ours CERTIFICATE KEY [KEY=VALUE...]: adit's tunnel with that certificate, not begun.
ours()
{
	local cert=$1 key=$2
	shift 2
	adit_conf left
	adit_tunnel left net psk= auth=rsasig cert="$PKI/$cert.pem" key="$PKI/$key.key" \
		ca="$PKI/root.pem" local-id=left.example.com remote-id=right.example.com \
		ike=$SUITE start=wait "$@"
	adit_start left || bail_out "aditd does not start"
}

# both_roles NAME AUTH KIND [KEY=VALUE...]: certificates left-KIND, right-KIND.
both_roles()
{
	local name=$1 auth=$2 kind=$3 aggressive=no
	shift 3
	[ "$*" != exchange=aggressive ] || aggressive=yes
	peer "right-$kind" "right-$kind" aggressive=$aggressive
	ours "left-$kind" "left-$kind" auth="$auth" "$@"
	check "$name: adit begins" adit_ctl left up net --wait 30
	same "$name: and says how" "$auth initiator" "$(adit_status left '"\(.ike.auth) \(.ike.role)"')"
	adit_ctl left down net >/dev/null
	wait_for 20 no_xfrm_sas right
	adit_stop left
	ours "left-$kind" "left-$kind" auth="$auth" "$@"
	check "$name: strongSwan begins" swan_initiate right 30
	check "$name: adit is up" wait_for 20 adit_established left
	same "$name: and says how" "$auth responder" "$(adit_status left '"\(.ike.auth) \(.ike.role)"')"
	swan right --terminate --ike peer >/dev/null
	wait_for 20 no_adit_sas left
	adit_stop left
}

says()
{
	adit_status left .last_error.text | tee -a "$TMP/said" | grep -Eq "$1"
}

# names NAME CODE REGEX [KEY=VALUE...]: adit's attempt fails with this code, in these words.
names()
{
	local name=$1 code=$2 regex=$3
	shift 3
	ours "${OWN:-left-rsa}" left-rsa "$@"
	adit_ctl left up net --wait 0 >/dev/null
	check "$name: $code" wait_for 20 adit_error left "$code"
	check "$name: in words" says "$regex"
	adit_stop left
}

topology_pair
peer right-rsa right-rsa
swan_start right || bail_out "strongSwan does not start"

both_roles "RSA, main mode" rsasig rsa
both_roles "RSA, aggressive mode" rsasig rsa exchange=aggressive
both_roles "ECDSA on P-256" ecdsa-256 ec
capture "$right" wire wire || bail_out "cannot capture"
both_roles "a CA between" rsasig chain
capture_end wire
check "a CA between: adit sends IKE fragments" pieces left
check "a CA between: strongSwan sends IKE fragments" pieces right
check "a CA between: nobody sends IP fragments" no_ip_fragments

peer right-other right-rsa
names "unknown issuer" cert-unknown-issuer 'CN=right-other was issued by .*CN=Another root'
peer right-expired right-rsa
names "expired" cert-expired 'CN=right-expired expired on 2021-01-01'
peer right-revoked right-rsa
names "revoked" cert-revoked 'CN=right-revoked was revoked by .*CN=Root on 20' crl="$PKI/root.crl"
peer right-rsa right-rsa
names "somebody else" invalid-id 'right.example.com, but remote-id wants gw.example.com' \
	remote-id=gw.example.com
peer right-rsa right-rsa send_cert=never
names "no certificate" cert-missing 'sent no certificate.*remote-cert'
peer right-rsa right-rsa
OWN=left-other names "ours is refused" cert-refused 'CN=left-other .*must trust .*CN=Another root'

finish
