#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Remote access with certificates: hybrid authentication (only the server has one) and XAUTH after
# RSA signatures (both have), strongSwan as server and as client. The address out of the pool carries
# traffic, adit says how it was authenticated, and a client without the password does not get in.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 24
need_adit
need_strongswan

PKI=$NET_BIN/pki
POOL=10.9.0.0/24
INNER=10.9.0.1
PASSWORD='correct horse'
[ -e "$PKI/made" ] || bail_out "$PKI is missing: run make net"

# secret FILE TEXT: a file that root alone may read; its name in $FILE.
secret()
{
	side left
	FILE=$DIR/$1
	(umask 077 && printf '%s\n' "$2" >"$FILE")
}

# ours KEY=VALUE...: adit on the left, not begun.
ours()
{
	adit_tunnel left net psk= start=wait ca="$PKI/root.pem" local-id=left.example.com "$@"
	adit_start left || bail_out "aditd does not start"
}

# peer CERTIFICATE CONNECTION...: strongSwan's certificate (or none) and the connection's lines.
peer()
{
	local certificate=$1
	shift
	swan_conf right
	side right
	mkdir -p "$DIR"/swanctl/{x509,x509ca,private}
	cp "$PKI/root.pem" "$DIR/swanctl/x509ca/"
	if [ "$certificate" != none ]; then
		cp "$PKI/$certificate.pem" "$DIR/swanctl/x509/own.pem"
		cp "$PKI/$certificate.key" "$DIR/swanctl/private/"
	fi
	{
		printf '%s\n' "connections { peer {" "version = 1" "local_addrs = $HERE" \
			"proposals = $IKE_SUITE" "$@" "} }"
		printf '%s\n' "pools { pool {" "addrs = $POOL" "split_include = $RIGHT_NET4" "} }"
		printf '%s\n' "secrets { xauth-user {" "id = alice" "secret = \"$PASSWORD\"" "} }"
	} >"$DIR/swanctl/swanctl.conf"
	swan right --flush-certs >/dev/null
	swan right --load-all --clear --noprompt >"$DIR/load.log" ||
		bail_out "strongSwan does not load its configuration: $(cat "$DIR/load.log")"
}

has_address()
{
	ip -n "$left" -4 -o addr show dev vpn0 | grep -q " $INNER/32 "
}

# swan_server hybrid|xauth-rsasig: strongSwan lets the user in.
swan_server()
{
	local remote="remote { auth = xauth }"

	[ "$1" = hybrid ] || remote="remote { auth = pubkey
		id = left.example.com }
		remote-2 { auth = xauth }"
	peer right-rsa "remote_addrs = %any" "pools = pool" "local { auth = pubkey
		certs = own.pem
		id = right.example.com }" "$remote" "children { net {
		local_ts = $RIGHT_NET4
		esp_proposals = $ESP_SUITE
		} }"
}

# swan_client hybrid|xauth-rsasig: strongSwan is the user.
swan_client()
{
	local certificate=none lines="local { auth = xauth
		xauth_id = alice
		id = bobs.example }"

	if [ "$1" != hybrid ]; then
		certificate=right-rsa
		lines="local { auth = pubkey
			certs = own.pem
			id = right.example.com }
			local-2 { auth = xauth
			xauth_id = alice }"
	fi
	peer $certificate "remote_addrs = $LEFT4" "vips = 0.0.0.0" "$lines" "remote { auth = pubkey
		id = left.example.com }" "children { net {
		remote_ts = $LEFT_NET4
		esp_proposals = $ESP_SUITE
		} }"
}

# client hybrid|xauth-rsasig [PASSWORD]: adit is the user.
client()
{
	local own=()

	[ "$1" = hybrid ] || own=(cert="$PKI/left-rsa.pem" key="$PKI/left-rsa.key")
	adit_conf left
	secret password "${2:-$PASSWORD}"
	ours auth="$1" xauth-user=alice xauth-password-file="$FILE" remote-id=right.example.com local-ts= \
		remote-ts=0.0.0.0/0 "${own[@]}"
}

# server hybrid|xauth-rsasig: adit lets the user in.
server()
{
	adit_conf left
	secret users "alice:$(openssl passwd -6 "$PASSWORD")"
	ours auth="$1" remote=%any remote-id=%any xauth-users="$FILE" pool=$POOL remote-ts= \
		cert="$PKI/left-rsa.pem" key="$PKI/left-rsa.key"
}

how()
{
	adit_status left '"\(.ike.auth) \(.ike.role)"'
}

leaves()
{
	swan right --terminate --ike peer && eventually adit_is left '.users == []'
}

topology_router
SWAN_OPTIONS="install_virtual_ip = yes"
swan_conf right
swan_start right || bail_out "strongSwan does not start"

for auth in hybrid xauth-rsasig; do
	name="client, $auth"
	swan_server $auth
	client $auth
	check "$name: up" adit_ctl left up net --wait 30
	same "$name: and says how" "$auth initiator" "$(how)"
	check "$name: the address is on the device" has_address
	check "$name: traffic" gateways_exchange $INNER $RIGHT_IN4
	check "$name: down" adit_ctl left down net
	check "$name: nothing is left there" eventually no_swan_sas right
	adit_stop left
	client $auth "another horse"
	adit_ctl left up net --wait 0 >/dev/null
	check "$name: a wrong password is named" wait_for 20 adit_error left xauth-failed
	adit_stop left
done

# The way for strongSwan's policies; the source is the address that it gets.
ip -n "$right" route add $LEFT_NET4 via $ROUTER_RIGHT4
for auth in hybrid xauth-rsasig; do
	name="server, $auth"
	server $auth
	swan_client $auth
	check "$name: strongSwan gets in" swan_initiate right 30
	same "$name: status shows the user" "alice $INNER" "$(adit_status left '.users[0] | .user + " " + .address')"
	same "$name: and says how" "$auth responder" "$(how)"
	check "$name: traffic" gateways_exchange $LEFT_IN4 $INNER
	check "$name: it leaves, and is forgotten" leaves
	adit_stop left
done

finish
