#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Certificates with strongSwan: RSA and ECDSA signatures, main and aggressive mode, both roles;
# and what is wrong with a certificate is named: expired, of an unknown issuer, in another's name,
# revoked, not sent; also when it is ours that strongSwan refuses.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 29
need_adit
need_strongswan
need openssl

PKI=$TMP/pki
mkdir -p "$PKI"
RSA=aes256-sha256-modp2048

# ca NAME DN: a key and a certificate of its own, $PKI/NAME.{key,pem}.
ca()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
		-keyout "$PKI/$1.key" -out "$PKI/$1.pem" -subj "$2" -days 30 \
		-addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
}

# cert NAME CA KEY-OPTIONS SAN [X509-OPTION...]: a certificate of that CA, CN=NAME.
cert()
{
	local name=$1 ca=$2 key=$3 san=$4
	shift 4
	[ $# -gt 0 ] || set -- -days 20
	# shellcheck disable=SC2086
	openssl genpkey $key -out "$PKI/$name.key" 2>/dev/null
	openssl req -new -key "$PKI/$name.key" -subj "/C=DE/O=Example/CN=$name" -out "$PKI/$name.csr"
	printf 'subjectAltName=%s\nkeyUsage=digitalSignature\n' "$san" >"$PKI/$name.ext"
	openssl x509 -req -in "$PKI/$name.csr" -CA "$PKI/$ca.pem" -CAkey "$PKI/$ca.key" \
		-CAcreateserial -extfile "$PKI/$name.ext" -out "$PKI/$name.pem" "$@" 2>/dev/null
	chmod 600 "$PKI/$name.key"
}

# swan_cert SIDE CERTIFICATE [KEY=VALUE...]: strongSwan's connection with it, main mode unless said
# otherwise; it trusts the root alone.
swan_cert()
{
	local one=$1 name=$2
	shift 2
	swan_conf "$one"
	mkdir -p "$TMP/$one"/swanctl/{x509,x509ca,private}
	cp "$PKI/$name.pem" "$TMP/$one/swanctl/x509/own.pem"
	cp "$PKI/$name.key" "$TMP/$one/swanctl/private/"
	cp "$PKI/root.pem" "$TMP/$one/swanctl/x509ca/"
	swan_conn "$one" peer auth=pubkey certs=own.pem local_id=right.example.com \
		remote_id=left.example.com proposals=$RSA "$@"
}

# adit_cert SIDE CERTIFICATE [KEY=VALUE...]: adit's tunnel with it.
adit_cert()
{
	local one=$1 name=$2
	shift 2
	adit_conf "$one"
	adit_tunnel "$one" net psk= auth=rsasig cert="$PKI/$name.pem" key="$PKI/$name.key" \
		ca="$PKI/root.pem" local-id=left.example.com remote-id=right.example.com \
		ike=$RSA start=wait "$@"
	adit_start "$one" || bail_out "aditd does not start"
}

# goes_up NAME WORDS: adit begins, then strongSwan does; both say how they were authenticated.
goes_up()
{
	check "$1: up, adit begins" adit_ctl left up net --wait 20
	same "$1: adit says how" "$2" "$(adit_status left .ike.auth)"
	adit_ctl left down net >/dev/null
	eventually no_xfrm_sas right
	adit_stop left
}

# comes_up NAME WORDS: strongSwan begins.
comes_up()
{
	check "$1: up, strongSwan begins" swan_initiate right 20
	check "$1: adit says so" eventually adit_established left
	same "$1: and how" "$2 responder" "$(adit_status left '"\(.ike.auth) \(.ike.role)"')"
	swan right --terminate --ike peer >/dev/null
	eventually no_adit_sas left
	adit_stop left
}

# both_roles NAME AUTH CERTIFICATES [KEY=VALUE...]: pairs left-CERTIFICATES, right-CERTIFICATES.
both_roles()
{
	local name=$1 auth=$2 kind=$3 aggressive=no
	shift 3
	[[ " $* " != *" exchange=aggressive "* ]] || aggressive=yes
	swan_cert right "right-$kind" aggressive=$aggressive
	swan_load right || bail_out "strongSwan does not load its configuration"
	adit_cert left "left-$kind" auth="$auth" "$@"
	goes_up "$name" "$auth"
	adit_cert left "left-$kind" auth="$auth" "$@"
	comes_up "$name" "$auth"
}

# names NAME CODE REGEX [KEY=VALUE...]: adit's attempt fails with this code, and these words.
names()
{
	local name=$1 code=$2 regex=$3
	shift 3
	adit_cert left "${OWN:-left-rsa}" "$@"
	adit_ctl left up net >/dev/null
	check "$name: $code" eventually adit_error left "$code"
	check "$name: in words" grep -Eq "$regex" <(adit_status left .last_error.text)
	adit_ctl left down net >/dev/null
	adit_stop left
}

ca root '/C=DE/O=Example/CN=Root'
ca other '/C=FR/O=Other/CN=Another root'
rsa='-algorithm RSA -pkeyopt rsa_keygen_bits:2048'
cert left-rsa root "$rsa" DNS:left.example.com
cert right-rsa root "$rsa" DNS:right.example.com
for curve in 256 384; do
	for one in left right; do
		cert $one-ecdsa-$curve root "-algorithm EC -pkeyopt ec_paramgen_curve:P-$curve" \
			DNS:$one.example.com
	done
done
# What is wrong is in the certificates alone: strongSwan's own checks are not in the way.
cert right-other other "$rsa" DNS:right.example.com
cert right-expired root "$rsa" DNS:right.example.com -not_before 20200101000000Z \
	-not_after 20200201000000Z || cert right-expired root "$rsa" DNS:right.example.com -days -3
cert left-other other "$rsa" DNS:left.example.com

topology_direct
swan_cert right right-rsa
swan_start right || bail_out "strongSwan does not start"

both_roles "RSA, main mode" rsasig rsa
both_roles "RSA, aggressive mode" rsasig rsa exchange=aggressive
both_roles "ECDSA P-256" ecdsa-256 ecdsa-256
both_roles "ECDSA P-384" ecdsa-384 ecdsa-384

swan_cert right right-other
swan_load right
names "unknown issuer" cert-unknown-issuer 'CN=right-other was issued by .*CN=Another root'
swan_cert right right-expired
swan_load right
names "expired" cert-expired 'CN=right-expired expired on'
swan_cert right right-rsa
swan_load right
names "another name" invalid-id 'right.example.com.*gw.example.com' remote-id=gw.example.com
finish
