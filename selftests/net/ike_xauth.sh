#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Remote access with strongSwan: XAUTH and mode config, adit as client and as server. The address
# out of the pool reaches the device and carries traffic; a wrong password is named.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 40
need_adit
need_strongswan

POOL=10.9.0.0/24
INNER=10.9.0.1
PASSWORD='correct horse = 0x1 "battery"'

# secret SIDE FILE TEXT: a file of that side's, readable by root alone; its name in $FILE.
secret()
{
	side "$1"
	FILE=$DIR/$2
	(umask 077 && printf '%s\n' "$3" >"$FILE")
}

# roadwarrior KEY=VALUE...: adit on the left as client of the right.
roadwarrior()
{
	adit_conf left
	secret left password "$PASSWORD"
	adit_tunnel left net start=wait auth=xauth-psk xauth-user=alice xauth-password-file="$FILE" \
		local-ts= remote-ts=0.0.0.0/0 "$@"
	adit_start left || bail_out "aditd does not start"
}

# swan_server [LINE...]: strongSwan on the right as server of anybody, these lines in the connection.
swan_server()
{
	swan_conf right
	side right
	cat >"$DIR/swanctl/swanctl.conf" <<-CONF
	connections { rw {
		version = 1
		local_addrs = $HERE
		remote_addrs = %any
		proposals = $IKE_SUITE
		pools = pool
		unique = replace
		$(printf '%s\n' "$@")
		local { auth = psk
			id = $HERE }
		remote { auth = psk
			id = %any }
		remote-2 { auth = xauth }
		children { net {
			local_ts = $NET
			esp_proposals = $ESP_SUITE
		} }
	} }
	pools { pool {
		addrs = $POOL
		dns = 10.2.0.53
		split_include = $NET
	} }
	secrets {
		ike-group { secret = "$IKE_PSK" }
		xauth-alice {
			id = alice
			secret = "correct horse = 0x1 \"battery\""
		}
	}
	CONF
}

# has_address SIDE DEVICE ADDRESS
has_address()
{
	side "$1"
	ip -n "$NS" -4 -o addr show dev "$2" | grep -q " $3/32 "
}

no_address()
{
	! has_address "$@"
}

topology_router
swan_server
SWAN_OPTIONS="install_virtual_ip = yes"
swan_start right || bail_out "strongSwan does not start"

name="client, pull"
roadwarrior
check "$name: up" adit_ctl left up net --wait 20
check "$name: the address is on the device" has_address left vpn0 $INNER
same "$name: the selectors are the address and what the server lets through" \
	"$INNER/32 10.2.0.0/16" "$(adit_status left '.children[0] | .local_ts + " " + .remote_ts')"
check "$name: the route is that of the split-include" \
	in_ns "$left" sh -c "ip route get $RIGHT_IN4 | grep -q 'dev vpn0 src $INNER'"
same "$name: status shows what was assigned" "$INNER 10.2.0.53 10.2.0.0/16 alice" "$(adit_status left \
	'"\(.lease.address) \(.lease.dns[0]) \(.lease.networks[0]) \(.ike.user)"')"
check "$name: traffic" gateways_exchange $INNER $RIGHT_IN4
check "$name: strongSwan knows the user" swan_shows right "alice"
check "$name: down" adit_ctl left down net
check "$name: nothing is left there" eventually no_swan_sas right
adit_stop left

name="client, reauthentication"
roadwarrior ike-lifetime=40s rekey-margin=32s rekey-fuzz=0
check "$name: up" adit_ctl left up net --wait 20
first=$(adit_status left .ike.cookie_i)
ping_start "$left" $RIGHT_IN4
check "$name: a second phase 1 comes" wait_for 30 adit_is left \
	".ike.cookie_i != \"$first\" and .ike.state == \"established\""
ping_stop
check "$name: the address stays" has_address left vpn0 $INNER
same "$name: no packet is lost" 0 "$(ping_lost)"
adit_stop left

name="client, wrong password"
PASSWORD=wrong roadwarrior start=always
check "$name: the status names it within 15 s" wait_for 15 adit_error left xauth-failed
check "$name: no SA is in the kernel" no_adit_sas left
check_not "$name: the log does not tell it" grep -q wrong.*password.*wrong "$TMP/left/aditd.log"
adit_stop left

name="client, the server wants no login"
swan_conf right
swan_conn right plain remote_addrs=%any remote_id=%any
swan right --load-all --clear --noprompt >/dev/null
roadwarrior start=always
check "$name: the status names it" wait_for 15 adit_is left \
	'.last_error.text | test("wants another auth than .*XAUTH")'
adit_stop left

name="client, push, aggressive mode with a group"
swan_server "pull = no" "aggressive = yes"
swan_load right || bail_out "strongSwan does not load its configuration"
roadwarrior mode-config=push exchange=aggressive local-id=group.example
check "$name: up" adit_ctl left up net --wait 20
check "$name: the address is on the device" has_address left vpn0 $INNER
check "$name: it carries traffic" eventually pings "$left" $RIGHT_IN4
check "$name: reported as weak" grep -q 'weak.*group password' "$TMP/left/aditd.log"
adit_stop left
eventually no_swan_sas right

# swan_client PASSWORD [LINE...]: strongSwan on the right as client of the left.
# Its name is in $XAUTH_USER, bob when that is not set.
swan_client()
{
	local password=$1 user=${XAUTH_USER:-bob}
	shift
	swan_conf right
	side right
	cat >"$DIR/swanctl/swanctl.conf" <<-CONF
	connections { home {
		version = 1
		local_addrs = $HERE
		remote_addrs = $THERE
		proposals = $IKE_SUITE
		vips = 0.0.0.0
		$(printf '%s\n' "$@")
		local { auth = psk
			id = bobs.example }
		local-2 { auth = xauth
			xauth_id = $user }
		remote { auth = psk
			id = $THERE }
		children { net {
			remote_ts = $PEER_NET
			esp_proposals = $ESP_SUITE
		} }
	} }
	secrets {
		ike-group { secret = "$IKE_PSK" }
		xauth-bob {
			id = $user
			secret = "$password"
		}
	}
	CONF
	swan_load right || bail_out "strongSwan does not load its configuration"
}

# server KEY=VALUE...: adit on the left as server of anybody.
server()
{
	adit_conf left
	secret left users "bob:$(openssl passwd -6 'sesame open')"
	adit_tunnel left net remote=%any start=wait auth=xauth-psk xauth-users="$FILE" pool=$POOL \
		remote-ts= dns=10.1.0.53 split-include=$LEFT_NET4 "$@"
	adit_start left || bail_out "aditd does not start"
}

# The way for strongSwan's policies; the source is the address that it gets.
ip -n "$right" route add $LEFT_NET4 via $ROUTER_RIGHT4
name="server, pull"
server
swan_client 'sesame open'
check "$name: strongSwan gets in" swan_initiate right 20
check "$name: it has the address" eventually swan_shows right "local +$INNER/32"
same "$name: status shows the user" "bob $INNER" \
	"$(adit_status left '.users[0] | .user + " " + .address')"
check "$name: traffic" gateways_exchange $LEFT_IN4 $INNER
check "$name: it leaves" swan right --terminate --ike home
check "$name: and is forgotten" eventually adit_is left '.users == []'

name="server, wrong password"
swan_client 'sesame shut'
check_not "$name: strongSwan does not get in" swan_initiate right 10
check "$name: the status names it" adit_error left xauth-failed
check "$name: no SA is in the kernel" no_adit_sas left

name="server, unknown user"
XAUTH_USER=mallory swan_client 'sesame open'
check_not "$name: strongSwan does not get in" swan_initiate right 10
check "$name: the log names it" grep -q 'refused user "mallory" from' "$TMP/left/aditd.log"
check "$name: no SA is in the kernel" no_adit_sas left

name="server, a client that does not log in"
swan_conf right
swan_conn right home local_id=bobs.example remote_id=$LEFT4 child_local_ts=
swan_load right || bail_out "strongSwan does not load its configuration"
check_not "$name: strongSwan does not get in" swan_initiate right 10
check "$name: the status names it" adit_error left xauth-mismatch
check "$name: no SA is in the kernel" no_adit_sas left
adit_stop left

name="server, push, aggressive mode"
server mode-config=push exchange=aggressive
swan_client 'sesame open' "pull = no" "aggressive = yes"
check "$name: strongSwan gets in" swan_initiate right 20
check "$name: traffic" eventually pings "$right" $LEFT_IN4 -I $INNER
check "$name: it leaves" swan right --terminate --ike home
check_not "the log has no password" grep -qe 'sesame' -e 'battery' "$TMP/left/aditd.log"

finish
