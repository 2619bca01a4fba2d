# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# Keying daemons at the two ends of a topology (lib_topology.sh): aditd, and strongSwan's charon
# as a peer that somebody else wrote.  Sourced after lib.sh.
#
#	topology_router hosts
#	adit_tunnel left net start=wait
#	swan_conn right net
#	adit_start left && swan_start right
#	adit_ctl left up net --wait 10
#
# A SIDE is left or right.  Each side keeps its files in $TMP/SIDE: configuration, log, sockets.
# What a tunnel or a connection does not say follows from the topology: the outer addresses of both
# sides (with `nat=yes` the right one takes any), the networks behind them as selectors, one key.

IKE_PSK='A key of 32 bytes, quoted + /=42'
# What the tests ask for when the algorithms are not their subject.
IKE_SUITE=aes128-sha1-modp1024
ESP_SUITE=aes128gcm16
# Seconds for a daemon to start: in emulation, read for the first time, libraries take long.
START=150

need_strongswan()
{
	need charon-systemd swanctl jq tcpdump
	# What strongSwan's side needs of the kernel; nothing in the guest loads it on demand by alias.
	need_module esp4 esp6 xfrm_user authenc echainiv seqiv gcm cbc
}

# side SIDE: sets NS, DIR (its files), HERE and THERE (outer addresses), NET and PEER_NET (inner
# networks), HERE_IN (the gateway's inner address).  Every function below that is told a side does so.
side()
{
	local us=LEFT them=RIGHT outer=${OUTER:-4}

	NS=$left
	if [ "$1" = right ]; then
		us=RIGHT them=LEFT
		NS=$right
	fi
	local -n _here=$us$outer _there=$them$outer _net=${us}_NET4 _peer=${them}_NET4 _in=${us}_IN4
	HERE=$_here THERE=$_there NET=$_net PEER_NET=$_peer HERE_IN=$_in
	DIR=$TMP/$1
	mkdir -p "$DIR"
}

###### adit ######

# adit_conf SIDE [LINE...]: an empty configuration with these lines at the top level.
adit_conf()
{
	side "$1"
	shift
	rm -f "$DIR/aditd.conf"
	(umask 077 && printf '%s\n' "$@" >"$DIR/aditd.conf")
}

# adit_tunnel SIDE NAME KEY=VALUE...: appends a tunnel.  Keys are those of aditd.conf(5); the
# values of list keys are words.  `KEY=` leaves a key out that has a default here.
adit_tunnel()
{
	local key value word name=$2
	local -A o
	side "$1"
	shift 2
	o=([local]=$HERE [remote]=$THERE [psk]=$IKE_PSK [ike]=$IKE_SUITE [esp]=$ESP_SUITE
	   [local-ts]=$NET [remote-ts]=$PEER_NET [device]=vpn0)
	options o "$@"
	{
		echo "tunnel \"$name\" {"
		for key in "${!o[@]}"; do
			value=${o[$key]}
			[ -n "$value" ] || continue
			case $key in
			ike|esp|ah|local-ts|remote-ts|address|route|dns|split-include)
				set --
				for word in $value; do
					set -- "$@" "\"$word\""
				done
				(IFS=,; echo "	$key = { $* }") ;;
			replay-window|rekey-fuzz|metric|mtu|esn)
				echo "	$key = $value" ;;
			*)
				echo "	$key = \"$value\"" ;;
			esac
		done
		echo "}"
	} >>"$DIR/aditd.conf"
}

# adit_start SIDE: and waits until it answers.
adit_start()
{
	side "$1"
	rm -f "$DIR/control"
	background in_ns "$NS" "$ADITD" -c "$DIR/aditd.conf" --socket "$DIR/control" \
		--foreground >>"$DIR/aditd.log" 2>&1
	echo $! >"$DIR/aditd.pid"
	wait_for $START adit_answers "$1" || {
		echo "aditd did not start:"
		tail -n 20 "$DIR/aditd.log"
		return 1
	}
}

adit_answers()
{
	[ -S "$TMP/$1/control" ] && adit_ctl "$1" status >/dev/null 2>&1
}

# adit_ctl SIDE COMMAND...: the tool, talking to that side's daemon.
adit_ctl()
{
	local one=$1
	shift
	"$ADIT" --socket "$TMP/$one/control" "$@"
}

# adit_stop SIDE: SIGTERM, and waits for the end.
adit_stop()
{
	adit_signal "$1" TERM
}

# adit_kill SIDE: SIGKILL: nothing is cleaned up, nobody is told.
adit_kill()
{
	adit_signal "$1" KILL
}

adit_signal()
{
	local pid
	pid=$(cat "$TMP/$1/aditd.pid")
	kill "-$2" "$pid" 2>/dev/null
	wait_for 10 gone "$pid" || {
		echo "aditd did not end within 10 s of SIG$2"
		kill -KILL "$pid"
		return 1
	}
	wait "$pid" 2>/dev/null
	return 0
}

# A zombie has ended too: its parent is this shell, which reaps it later.
gone()
{
	[ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null
}

# adit_status SIDE JQ-FILTER [NAME]: of the tunnel, or of the first one.
adit_status()
{
	adit_ctl "$1" status ${3:+"$3"} --json | jq -r ".tunnels[0] | $2"
}

# adit_is SIDE JQ-CONDITION [NAME]: for waiting: `eventually adit_is left '.state == "down"'`.
adit_is()
{
	[ "$(adit_status "$1" "$2" "${3:-}" 2>/dev/null)" = true ]
}

adit_established()
{
	adit_is "$1" '.state == "established"' "${2:-}"
}

# adit_error SIDE CODE [NAME]: the status names this as the last error, with a text.
adit_error()
{
	adit_is "$1" ".last_error.code == \"$2\" and (.last_error.text | length) > 10" "${3:-}"
}

# adit_sas SIDE: how many SAs the module has in this side's namespace.
adit_sas()
{
	side "$1"
	sa_count "$NS"
}

# two_adit SIDE: exactly one pair.
two_adit()
{
	[ "$(adit_sas "$1")" = 2 ]
}

no_adit_sas()
{
	[ "$(adit_sas "$1")" = 0 ]
}

# both_start LEFT-OPTION... -- RIGHT-OPTION...: a daemon on each side with the tunnel `net`
both_start()
{
	local ours=()

	while [ "$1" != -- ]; do
		ours+=("$1")
		shift
	done
	shift
	adit_conf left
	adit_tunnel left net "${ours[@]}"
	adit_conf right
	adit_tunnel right net "$@"
	adit_start right && adit_start left || bail_out "aditd does not start"
}

# Both daemons end.
both_stop()
{
	adit_stop left
	adit_stop right
}

# both_established [NAME]
both_established()
{
	adit_established left "${1:-}" && adit_established right "${1:-}"
}

# pairs_match: what one side sends with is what the other receives with.
pairs_match()
{
	local a b
	a=$(adit_status left '[.children[] | ., .ah // empty | .spi_in + .spi_out] | sort | join(" ")')
	b=$(adit_status right '[.children[] | ., .ah // empty | .spi_out + .spi_in] | sort | join(" ")')
	echo "left: $a, right: $b"
	[ -n "$a" ] && [ "$a" = "$b" ]
}

###### strongSwan ######

# swan_conf SIDE: an empty configuration.
swan_conf()
{
	rm -rf "$TMP/$1/swanctl"
	mkdir -p "$TMP/$1/swanctl"
}

# swan_conn SIDE NAME KEY=VALUE...: appends a connection with one child `net`.  Keys of the
# connection as in swanctl.conf(5), those of the child begin with child_ (`child_KEY=` leaves one out
# that has a default here), and further: local_id, remote_id, psk, auth and cert (a file in its x509
# folder), if_id for an xfrm interface of that number, nat=yes for a peer that may come from anywhere.
swan_conn()
{
	local key name=$2
	local -A o
	side "$1"
	shift 2
	o=([local_addrs]=$HERE [remote_addrs]=$THERE [proposals]=$IKE_SUITE [psk]=$IKE_PSK
	   [child_esp_proposals]=$ESP_SUITE [child_local_ts]=$NET [child_remote_ts]=$PEER_NET
	   [local_id]=$HERE [remote_id]=$THERE [auth]=psk)
	options o "$@"
	[ "${o[nat]:-no}" = no ] || o[remote_addrs]=%any
	if [ -n "${o[if_id]:-}" ]; then
		o[child_if_id_in]=${o[if_id]}
		o[child_if_id_out]=${o[if_id]}
	fi
	mkdir -p "$DIR/swanctl"
	{
		echo "connections { $name {"
		echo "	version = 1"
		for key in "${!o[@]}"; do
			case $key in
			child_*|local_id|remote_id|psk|if_id|nat|auth|cert) ;;
			*) echo "	$key = ${o[$key]}" ;;
			esac
		done
		echo "	local { auth = ${o[auth]}"
		[ -z "${o[cert]:-}" ] || echo "		certs = ${o[cert]}"
		echo "		id = ${o[local_id]} }"
		echo "	remote { auth = ${o[auth]}"
		echo "		id = ${o[remote_id]} }"
		echo "	children { net {"
		for key in "${!o[@]}"; do
			case $key in
			child_*) [ -z "${o[$key]}" ] || echo "		${key#child_} = ${o[$key]}" ;;
			esac
		done
		echo "	} }"
		echo "} }"
		echo "secrets { ike-$name {"
		# Main mode looks the key up before it knows the identity (RFC 2409 5.4).
		if [ "${o[remote_addrs]}" != %any ]; then
			echo "	id-1 = ${o[remote_id]}"
			echo "	id-2 = ${o[local_id]}"
		fi
		echo "	secret = \"${o[psk]}\""
		echo "} }"
	} >>"$DIR/swanctl/swanctl.conf"
}

# swan_start SIDE: starts charon and loads the configuration.  $SWAN_OPTIONS: lines of charon's.
swan_start()
{
	side "$1"
	rm -f "$DIR/vici"
	cat >"$DIR/strongswan.conf" <<-CONF
	charon-systemd {
		load = random nonce openssl aes sha1 sha2 md5 hmac gcm gmp kdf x509 pem pkcs1 pkcs8 pubkey constraints xauth-generic kernel-netlink socket-default vici
		install_routes = no
		install_virtual_ip = no
		retransmit_timeout = 1.0
		retransmit_base = 1.5
		retransmit_tries = 4
		i_dont_care_about_security_and_use_aggressive_mode_psk = yes
		${SWAN_OPTIONS:-}
		plugins {
			vici {
				socket = unix://$DIR/vici
			}
		}
		filelog {
			log {
				path = $DIR/charon.log
				flush_line = yes
				time_format = %H:%M:%S
				default = 1
				net = 0
				ike = 2
			}
		}
	}
	# All that it finds, otherwise: af-alg has the kernel look for each algorithm there is, at each start.
	swanctl {
		load = random nonce openssl x509 pem pkcs1 pkcs8 pubkey
	}
	CONF
	STRONGSWAN_CONF=$DIR/strongswan.conf background in_ns "$NS" charon-systemd \
		>>"$DIR/charon.out" 2>&1
	echo $! >"$DIR/charon.pid"
	wait_for $START test -S "$DIR/vici" || {
		echo "strongSwan did not start:"
		cat "$DIR/charon.out"
		return 1
	}
	swan_load "$1"
}

# swan_load SIDE: makes it use what swan_conf and swan_conn have written, and only that.
swan_load()
{
	swan "$1" --load-all --noprompt >"$TMP/$1/load.log" || {
		grep -v 'opening directory' "$TMP/$1/load.log"
		return 1
	}
}

# swan SIDE SWANCTL-ARGUMENTS...
swan()
{
	local one=$TMP/$1
	shift
	SWANCTL_DIR=$one/swanctl STRONGSWAN_CONF=$one/strongswan.conf \
		swanctl "$@" --uri "unix://$one/vici" 2>&1
}

swan_stop()
{
	swan_signal "$1" TERM
}

swan_kill()
{
	swan_signal "$1" KILL
}

swan_signal()
{
	local pid
	pid=$(cat "$TMP/$1/charon.pid")
	kill "-$2" "$pid" 2>/dev/null
	wait_for 10 gone "$pid" || kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	return 0
}

# swan_initiate SIDE [SECONDS]: brings the child up from strongSwan's side.
swan_initiate()
{
	swan "$1" --initiate --child net --timeout "${2:-10}"
}

# swan_shows SIDE REGEX: of its list of SAs.
swan_shows()
{
	swan "$1" --list-sas | grep -Eq -- "$2"
}

swan_established()
{
	swan_shows "$1" 'INSTALLED'
}

no_swan_sas()
{
	[ -z "$(swan "$1" --list-sas)" ]
}

no_xfrm_sas()
{
	side "$1"
	[ -z "$(ip -n "$NS" xfrm state)" ]
}

# two_xfrm SIDE: exactly one pair of SAs is in XFRM.
two_xfrm()
{
	side "$1"
	[ "$(ip -n "$NS" xfrm state | grep -c '^src')" = 2 ]
}

# xfrm_device SIDE: an xfrm interface `ipsec0` (number 42, see if_id of swan_conn) that carries
# what goes to the other side's network.
xfrm_device()
{
	side "$1"
	modprobe -q xfrm_interface
	ip -n "$NS" link add ipsec0 type xfrm dev wire if_id 42 &&
	ip -n "$NS" link set ipsec0 up &&
	ip -n "$NS" route replace "$PEER_NET" dev ipsec0 src "$HERE_IN"
}

###### both ######

# daemons_stop: whatever runs on either side, so that the next case starts from nothing.
daemons_stop()
{
	local one

	for one in left right; do
		[ ! -f "$TMP/$one/aditd.pid" ] || adit_signal $one TERM
		[ ! -f "$TMP/$one/charon.pid" ] || swan_signal $one TERM
		rm -rf "${TMP:?}/$one"
	done
}

# within SECONDS COMMAND...: the command passes, and in less time than that; in so many times that, where
# several machines share a processor (TEST_SHARERS, see selftests/check).
within()
{
	local limit=$1 begin
	shift
	now_ms
	begin=$NOW_MS
	"$@" || return 1
	now_ms
	echo "took $((NOW_MS - begin)) ms"
	[ $((NOW_MS - begin)) -le $((limit * 1000 * ${TEST_SHARERS:-1} * TEST_PATIENCE)) ]
}

# hosts_ping: a host behind a gateway reaches the other one, and is answered. Who began is up once the
# third message of quick mode is out; until the peer has it, the peer drops what comes.
hosts_ping()
{
	eventually pings "$lhost" $RHOST4
}

# hosts_exchange BYTES: that much TCP and datagrams of some sizes between the hosts, both ways,
# compared with what was sent.
hosts_exchange()
{
	exchange -u 0,64,1300,4000 -t "$1" "$lhost" "$rhost" $LHOST4 $RHOST4
}

# gateways_exchange LEFT-ADDRESS RIGHT-ADDRESS: TCP and datagrams between them, both ways, compared with
# what was sent, once both sides have the third message of quick mode.
gateways_exchange()
{
	eventually adit_established left && eventually pings "$left" "$2" -I "$1" &&
	exchange -u 0,64,1300 -t 300000 "$left" "$right" "$1" "$2"
}

# hosts_send BYTES: that much TCP from the left host to the right one, compared with what was sent.
hosts_send()
{
	exchange -1 -t "$1" "$lhost" "$rhost" $LHOST4 $RHOST4
}

# sealed esp|udp: after watched: IPsec went by in that form alone, and besides it only key exchange
# and the like, nothing readable.
sealed()
{
	case $1 in
	esp) only_ipsec esp 1 && [ "$WIRE_udp_esp" -eq 0 ] ;;
	udp) only_ipsec udp_esp 1 && [ "$WIRE_esp" -eq 0 ] ;;
	esac
}

# carries NAME esp|udp [BYTES]: cases of a tunnel that is up, in a topology with router and hosts:
# ping and traffic between the hosts, BYTES from the left to the right, and what the router saw of it.
carries()
{
	watch "$router" toright || bail_out "cannot watch the wire"
	check "$1: a host pings the other" hosts_ping
	check "$1: 1000000 bytes of TCP, and datagrams, both ways, arrive as they were sent" \
		hosts_exchange 1000000
	[ -z "${3:-}" ] ||
		check "$1: $3 bytes of TCP arrive as they were sent" hosts_send "$3"
	watched
	check "$1: the wire has $([ "$2" = udp ] && echo 'ESP in UDP' || echo ESP), and nothing inner" \
		sealed "$2"
}

# kernel_empty SIDE: no SA of adit's, none of XFRM's.
kernel_empty()
{
	no_adit_sas "$1" && no_xfrm_sas "$1"
}

on_failure()
{
	local one

	for one in left right; do
		if [ -f "$TMP/$one/aditd.log" ]; then
			echo "aditd on the $one:"
			tail -n 7 "$TMP/$one/aditd.log"
			adit_ctl $one status
		fi
		if [ -f "$TMP/$one/charon.log" ]; then
			echo "strongSwan on the $one:"
			tail -n 7 "$TMP/$one/charon.log"
		fi
	done
}
