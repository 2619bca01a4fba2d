# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# libreswan's pluto as a peer, unpacked by selftests/net/lib/libreswan. Sourced after ike_lib.sh.
#
#	pluto_conf right
#	pluto_conn right ike='aes256-sha2_256;dh19' pfs=yes
#	pluto_start right
#	pluto_up right

PLUTO=$TOP_DIR/build/libreswan/usr/libexec/ipsec

need_libreswan()
{
	need certutil pk12util
	[ -x "$PLUTO/pluto" ] || skip_all "libreswan could not be fetched: run make net, with a network"
	need_module esp4 xfrm_user authenc echainiv seqiv gcm cbc
}

# pluto_conf SIDE: an empty configuration.
pluto_conf()
{
	side "$1"
	printf 'config setup\n\tikev1-policy=accept\n' >"$DIR/ipsec.conf"
}

# pluto_conn SIDE [KEY=VALUE...]: its one connection, `net`, with the keys of ipsec.conf(5). There,
# `left` is who reads it. What is not said follows from the topology.
pluto_conn()
{
	local key
	local -A o
	side "$1"
	shift
	o=([left]=$HERE [right]=$THERE [leftsubnet]=$NET [rightsubnet]=$PEER_NET [authby]=secret
	   [ikev2]=no [ike]='aes128-sha1;modp2048' [esp]=aes_gcm128 [pfs]=no [auto]=add
	   [leftupdown]=%disabled)
	options o "$@"
	{
		echo "conn net"
		for key in "${!o[@]}"; do
			[ -z "${o[$key]}" ] || echo "	$key=${o[$key]}"
		done
	} >>"$DIR/ipsec.conf"
}

# pluto_start SIDE: with what pluto_conf and pluto_conn have written.
pluto_start()
{
	side "$1"
	mkdir -p "$DIR/nss" "$DIR/run"
	[ -e "$DIR/nss/cert9.db" ] || certutil -N -d "sql:$DIR/nss" --empty-password
	(umask 077 && echo "%any %any : PSK \"$IKE_PSK\"" >"$DIR/ipsec.secrets")
	# It insists on addconn in the folder of its package; only it sees this one there.
	# shellcheck disable=SC2016 # that shell's
	background in_ns "$NS" sh -c 'mount -t tmpfs none /usr/libexec &&
		ln -s "$0" /usr/libexec/ipsec && exec "$0/pluto" "$@"' "$PLUTO" \
		--nofork --stderrlog --no-dnssec --nhelpers 0 \
		--config "$DIR/ipsec.conf" --secretsfile "$DIR/ipsec.secrets" --ipsecdir "$DIR" \
		--nssdir "$DIR/nss" --rundir "$DIR/run" --dumpdir "$DIR" >"$DIR/pluto.log" 2>&1
	echo $! >"$DIR/pluto.pid"
	wait_for $START test -S "$DIR/run/pluto.ctl" || {
		echo "pluto did not start:"
		cat "$DIR/pluto.log"
		return 1
	}
	# Its exit status is a number of pluto's, and says nothing here.
	whack "$1" --listen >/dev/null
	pluto_load "$1"
}

# whack SIDE ARGUMENT...
whack()
{
	local one=$1
	shift
	timeout 90 "$PLUTO/whack" --rundir "$TMP/$one/run" "$@" 2>&1
}

# pluto_load SIDE: makes it use what pluto_conf and pluto_conn have written, and only that.
pluto_load()
{
	side "$1"
	whack "$1" --name net --delete >/dev/null
	"$PLUTO/addconn" --ctlsocket "$DIR/run/pluto.ctl" --config "$DIR/ipsec.conf" net 2>&1
	whack "$1" --status | grep -q '"net":' || {
		echo "pluto has no connection"
		return 1
	}
}

pluto_up()
{
	whack "$1" --name net --initiate
}

pluto_down()
{
	whack "$1" --name net --terminate
}

pluto_stop()
{
	local pid
	pid=$(cat "$TMP/$1/pluto.pid")
	whack "$1" --shutdown >/dev/null
	wait_for 20 gone "$pid" || kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	return 0
}

# pluto_identity SIDE NAME: the certificate NAME out of $NET_BIN/pki, its key, and who issued them.
pluto_identity()
{
	local pki=$NET_BIN/pki
	side "$1"
	openssl pkcs12 -export -in "$pki/$2.pem" -inkey "$pki/$2.key" -name "$2" -passout pass: \
		-out "$DIR/$2.p12" &&
	pk12util -i "$DIR/$2.p12" -d "sql:$DIR/nss" -W "" &&
	certutil -A -d "sql:$DIR/nss" -n root -t CT,, -i "$pki/root.pem" &&
	certutil -A -d "sql:$DIR/nss" -n middle -t ,, -i "$pki/middle.pem"
}
