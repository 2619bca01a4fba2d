#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every cipher, hash and group of phase 1, every algorithm of ESP and AH that strongSwan has too: one
# tunnel each, which comes up, reports what was agreed, carries traffic, and goes without a trace. adit
# begins; of phase 1, some of each kind are begun by strongSwan, too.

. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

# One of each kind is new in each; all groups, the weak ones too.
IKE="3des-md5-modp768 3des-sha1-modp1024 aes128-md5-modp1536 aes192-sha384-modp2048
 aes256-sha512-modp3072 camellia128-sha256-modp4096 camellia192-sha1-modp1024s160
 camellia256-sha512-modp2048s224 aes128-sha256-modp2048s256 aes256-sha384-ecp384
 aes128-sha256-ecp256 aes256-sha512-ecp521 aes192-sha256-ecp224 aes128-sha1-ecp192
 aes128-sha256-ecp256bp aes256-sha384-ecp384bp aes256-sha512-ecp512bp aes128-sha256-curve25519
 des-sha256-ecp224bp aes256-sha256-modp6144 aes128-sha512-modp8192"
ESP="aes128-sha256 aes192-sha384 aes256-sha512 aes128-md5 aes128-aesxcbc
 aes128ctr-sha1 aes256ctr-sha256 aes192gcm16 aes256gcm16 aes128gcm12 aes128gcm8 aes256ccm16
 aes128ccm12 aes128ccm8 aes128gmac camellia128-sha1 camellia256-sha512 3des-sha1 des-md5 null-sha256
 aes128gcm16-modp1536 aes256-sha1-ecp256 aes128gcm16-curve25519"
# All ciphers and hashes; groups by exponents and by curves
BEGUN="des-md5-modp1024 3des-sha1-modp1536 aes128-sha256-modp2048s256 aes192-sha384-ecp256
 aes256-sha512-ecp384 camellia128-sha1-ecp224bp camellia256-sha256-curve25519"
AH="sha1 sha256 sha384 sha512 md5 aesxcbc sha256-modp2048"

count()
{
	echo $#
}

# shellcheck disable=SC2086 # words
plan $((4 + $(count $IKE) + $(count $ESP) + $(count $AH) + $(count $BEGUN)))
need_adit
need_strongswan
modprobe -qa ah4 ctr ccm cmac xcbc md5 camellia_generic des_generic crypto_null sha512_generic

# comma WORD...: as strongSwan lists them
comma()
{
	local IFS=,
	echo "$*"
}

# agreed TUNNEL FIELD SUITE: up with what is wanted, and traffic both ways
agreed()
{
	local is
	adit_ctl left up "$1" --wait 30 >"$TMP/up.out" 2>&1 || {
		cat "$TMP/up.out"
		return 1
	}
	is=$(adit_status left "$2" "$1")
	[ "$is" = "$3" ] || {
		echo "agreed on $is"
		return 1
	}
	hosts_ping
}

# works TUNNEL FIELD SUITE: the same, and down again, whatever came out
works()
{
	local status=0
	agreed "$@" || status=1
	adit_ctl left down "$1" >/dev/null
	eventually no_adit_sas left && return $status
}

# begun NUMBER SUITE: strongSwan brings it up, with traffic, and down again, whatever came out
begun()
{
	local is status=0

	swan right --initiate --ike "s$1" --child net --timeout 30 >"$TMP/up.out" || cat "$TMP/up.out"
	eventually adit_established left net || status=1
	is=$(adit_status left '"\(.ike.proposal) \(.ike.role)"' net)
	echo "agreed on $is"
	[ "$is" = "$2 responder" ] && hosts_ping || status=1
	swan right --terminate --ike "s$1" >/dev/null
	eventually no_adit_sas left && return $status
}

# suites_begun SUITE...: one tunnel of adit's, which takes them all, and a connection for each.
suites_begun()
{
	local number=0 suite

	adit_conf left
	adit_tunnel left net start=wait ike="$*"
	adit_start left || bail_out "aditd does not start"
	swan_conf right
	for suite in "$@"; do
		number=$((number + 1))
		swan_conn right "s$number" proposals="$suite"
	done
	swan_load right || bail_out "strongSwan does not load its configuration"
	number=0
	for suite in "$@"; do
		number=$((number + 1))
		check "phase 1 $suite, strongSwan begins: up, agreed, carries traffic, down" \
			begun $number "$suite"
	done
	adit_stop left
	check "phase 1, strongSwan begins: it keeps no SA" eventually no_xfrm_sas right
}

# suites KIND KEY SUITE...: a tunnel for each, all in one aditd; only one at a time is up, and so
# has a device with carrier, which its route needs.
suites()
{
	local kind=$1 key=$2 number=0 suite field='.children[0].proposal'
	shift 2
	[ "$kind" = ike ] && field=.ike.proposal
	adit_conf left
	for suite in "$@"; do
		number=$((number + 1))
		if [ "$kind" = ah ]; then
			adit_tunnel left "t$number" esp= ah="$suite" start=wait \
				device="vpn$number" metric=$number
		else
			adit_tunnel left "t$number" "$kind=$suite" start=wait \
				device="vpn$number" metric=$number
		fi
	done
	adit_start left || bail_out "aditd does not start"
	number=0
	for suite in "$@"; do
		number=$((number + 1))
		check "$key $suite: up, agreed, carries traffic, down" \
			works "t$number" "$field" "$suite"
	done
	adit_stop left
	check "$key: strongSwan keeps no SA" eventually no_xfrm_sas right
}

topology_router hosts
swan_conf right
# shellcheck disable=SC2086 # words
swan_conn right peer proposals="$(comma $IKE $IKE_SUITE)" \
	child_esp_proposals="$(comma $ESP $ESP_SUITE)"
swan_start right || bail_out "strongSwan does not start"
# shellcheck disable=SC2086 # words
suites ike "phase 1" $IKE
# shellcheck disable=SC2086 # words
suites esp ESP $ESP
# shellcheck disable=SC2086 # words
suites_begun $BEGUN

swan_conf right
# shellcheck disable=SC2086 # words
swan_conn right peer child_esp_proposals= child_ah_proposals="$(comma $AH)"
sed -i '/esp_proposals/d' "$TMP/right/swanctl/swanctl.conf"
swan_load right || bail_out "strongSwan does not load AH"
# shellcheck disable=SC2086 # words
suites ah AH $AH
finish
