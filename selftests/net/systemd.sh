#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# As an administrator installs it, with systemd as process 1 (of a PID namespace) and the unit.
# A tunnel comes up through it; the daemon is a user of its own with one capability; keys that root
# wrote are read; a reload takes what is new and refuses what is wrong; the journal has fields.
# Installed is the Debian package where `make deb` has made one, and purged in the end.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan_none
need_adit
need jq nsenter
[ -x /lib/systemd/systemd ] || skip_all "systemd is not installed"

PACKAGE=$(find "$TOP_DIR/build/deb" -name 'adit_*.deb' 2>/dev/null)

# Without a package, where it would have it.
install_adit()
{
	if [ -n "$PACKAGE" ]; then
		dpkg --install "$PACKAGE"
		return
	fi
	make -s -C "$TOP_DIR" install prefix=/usr unitdir=/lib/systemd/system && systemd-sysusers
}

# Nothing but the journal beside the unit: what else a system has takes minutes in emulation.
systemd_start()
{
	local unit

	side left
	mkdir -p "$DIR/units/sysinit.target.wants" /etc/systemd/journald.conf.d
	for unit in adit.service systemd-journald.service systemd-journald.socket \
			systemd-journald-dev-log.socket sysinit.target basic.target shutdown.target; do
		ln -s "/lib/systemd/system/$unit" "$DIR/units/"
	done
	# As the distribution's own folder of that name says; the path above leaves that out.
	ln -s ../systemd-journald.service ../systemd-journald.socket ../systemd-journald-dev-log.socket \
		"$DIR/units/sysinit.target.wants/"
	printf '[Journal]\nStorage=volatile\nReadKMsg=no\n' >/etc/systemd/journald.conf.d/test.conf
	# A process of this namespace must not be taken for one of that: its own /proc and /run.
	background in_ns "$NS" env -i PATH="$PATH" container=test SYSTEMD_UNIT_PATH="$DIR/units" \
		SYSTEMD_GENERATOR_PATH="$DIR" unshare --pid --mount --cgroup --fork --kill-child \
		--mount-proc /lib/systemd/systemd --unit=basic.target --show-status=no \
		>"$TMP/systemd.log" 2>&1
	SHELL_PID=$!
	wait_for $((2 * START)) systemd_answers
}

# unshare waits for it and takes no signal meanwhile.
test_cleanup()
{
	[ -n "${SHELL_PID:-}" ] && systemd_pid && kill -KILL "$PID"
}

# The process that is number 1 in there.
systemd_pid()
{
	PID=$(cat "/proc/$SHELL_PID/task/$SHELL_PID/children" 2>/dev/null)
	PID=${PID%% *}
	[ -n "$PID" ]
}

systemd_answers()
{
	local state

	systemd_pid || return
	state=$(inside systemctl is-system-running 2>/dev/null)
	[ "$state" = running ] || [ "$state" = degraded ]
}

inside()
{
	nsenter -t "$PID" --pid --mount --cgroup --net "$@"
}

tunnel_is_up()
{
	[ "$(inside adit status "$1" --json | jq -r '.tunnels[0].state')" = established ]
}

no_device()
{
	! ip -n "$left" link show "$1" >/dev/null 2>&1
}

daemon_pid()
{
	inside systemctl show -P MainPID adit
}

# status_has FIELD VALUE: of the daemon, as /proc has it.
status_has()
{
	local value

	value=$(inside awk -v field="$1:" '$1 == field { print $2 }' "/proc/$(daemon_pid)/status")
	echo "$1 is $value"
	[ "$value" = "$2" ]
}

journal_names()
{
	inside journalctl -q -u adit "$@" -o cat --no-pager | grep .
}

reload_says()
{
	! inside systemctl reload adit || return 1
	inside journalctl -q -n 20 -o cat --no-pager | grep "$1"
}

nothing_left()
{
	! find /etc/adit /run/adit /usr/sbin/adit* /lib/systemd/system/adit.service \
		/etc/systemd/system/multi-user.target.wants/adit.service 2>/dev/null | grep . &&
		! getent passwd adit && ! getent group adit
}

write_tunnel()
{
	printf '%s\n' "$IKE_PSK" >"/etc/adit/$1.psk"
	cat >"/etc/adit/conf.d/$1.conf" <<-EOF
	tunnel "$1" {
		device = "$2"   local = "$LEFT4"   remote = "$RIGHT4"
		psk-file = "/etc/adit/$1.psk"
		ike = { "$IKE_SUITE" }   esp = { "$ESP_SUITE" }
		local-ts = { "$3" }   remote-ts = { "$4" }
	}
	EOF
	chmod 600 "/etc/adit/$1.psk" "/etc/adit/conf.d/$1.conf"
}

# The download of a connection: its second end is another address of the peer's.
amazon_tunnel()
{
	cat <<-EOF
	<ipsec_tunnel><customer_gateway>
	<tunnel_outside_address><ip_address>$LEFT4</ip_address></tunnel_outside_address>
	<tunnel_inside_address><ip_address>169.254.1$1.2</ip_address><network_cidr>30</network_cidr></tunnel_inside_address>
	</customer_gateway><vpn_gateway>
	<tunnel_outside_address><ip_address>192.0.2.1$1</ip_address></tunnel_outside_address>
	<tunnel_inside_address><ip_address>169.254.1$1.1</ip_address><network_cidr>30</network_cidr></tunnel_inside_address>
	</vpn_gateway>
	<ike><authentication_protocol>sha1</authentication_protocol>
	<encryption_protocol>aes-128-cbc</encryption_protocol><lifetime>28800</lifetime>
	<perfect_forward_secrecy>group2</perfect_forward_secrecy><mode>main</mode>
	<pre_shared_key>key.of_tunnel$1</pre_shared_key></ike>
	<ipsec><protocol>esp</protocol><authentication_protocol>hmac-sha1-96</authentication_protocol>
	<encryption_protocol>aes-128-cbc</encryption_protocol><lifetime>3600</lifetime>
	<perfect_forward_secrecy>group2</perfect_forward_secrecy><mode>tunnel</mode>
	<dead_peer_detection><interval>10</interval><retries>3</retries></dead_peer_detection></ipsec>
	</ipsec_tunnel>
	EOF
}

amazon_download()
{
	echo '<?xml version="1.0" encoding="UTF-8"?><vpn_connection id="vpn-0aws">'
	echo '<vpn_gateway_id>vgw-1</vpn_gateway_id><vpn_connection_type>ipsec.1</vpn_connection_type>'
	echo '<vpn_connection_attributes>NoBGPVPNConnection</vpn_connection_attributes>'
	amazon_tunnel 1
	amazon_tunnel 2
	echo '</vpn_connection>'
}

# amazon NUMBER: the peer's side of it
amazon()
{
	ip -n "$right" addr add "192.0.2.1$1/24" dev wire
	adit_tunnel right "aws$1" start=wait device="vpn1$1" local="192.0.2.1$1" psk="key.of_tunnel$1" \
		esp=aes128-sha1-modp1024 local-ts=0.0.0.0/0 remote-ts=0.0.0.0/0 \
		address="169.254.1$1.1/30" route="10.2$1.0.0/16"
}

says()
{
	local words=$1

	shift
	"$@" 2>&1 | tee "$TMP/said"
	[ "${PIPESTATUS[0]}" = 0 ] && grep -F -- "$words" "$TMP/said"
}

# its_own FILE...: the daemon's, and nobody else's
its_own()
{
	local file status=0

	for file in "$@"; do
		[ "$(stat -c '%U %a' "$file" | tee /dev/stderr)" = "adit 600" ] || status=1
	done
	return $status
}

topology_pair
adit_conf right
adit_tunnel right one start=wait
adit_tunnel right two start=wait device=vpn1 local-ts=192.168.7.0/24 remote-ts=192.168.8.0/24
amazon 1
amazon 2
adit_start right || bail_out "the peer does not start"

check "it installs" install_adit
check "it has made the user adit" getent passwd adit
side left
write_tunnel one vpn0 "$NET" "$PEER_NET"
check "what root wrote belongs to root" test "$(stat -c %U /etc/adit/one.psk)" = root
systemd_start || { cat "$TMP/systemd.log"; bail_out "systemd does not start"; }
check "systemctl start adit" inside systemctl start adit
check "a tunnel is brought up" inside adit up one --wait 30
check "and carries traffic" pings "$left" "$RIGHT_IN4" -I "$LEFT_IN4"
check "the daemon is the user adit" status_has Uid "$(id -u adit)"
check "with CAP_NET_ADMIN alone" status_has CapPrm 0000000000001000
check "which it cannot exceed" status_has NoNewPrivs 1
check "its system calls are filtered" status_has Seccomp 2
check "the journal knows the tunnel" journal_names ADIT_TUNNEL=one ADIT_CODE=child-up

write_tunnel two vpn1 192.168.8.0/24 192.168.7.0/24
check "systemctl reload takes a new tunnel with root's key" inside systemctl reload adit
check "which comes up" wait_for 30 tunnel_is_up two
check "root's own check takes the keys that are the daemon's by now" inside aditd --check
echo 'tunnel "three" { remot = "192.0.2.1" }' >/etc/adit/conf.d/three.conf
check "a mistake makes it fail, and the journal names it" reload_says '^/etc/adit/conf.d/three.conf:1: .*remot'
check "nothing has changed" tunnel_is_up two
rm /etc/adit/conf.d/three.conf

amazon_download >"$TMP/download.xml"
check "adit import aws, as root, has the daemon take it" says "'adit up' shows it coming up" \
	inside adit import aws "$TMP/download.xml" --route 10.20.0.0/16
check "what it wrote is the daemon's" its_own /etc/adit/conf.d/aws.conf /etc/adit/aws-{1,2}.psk
check "adit up brings up the pair" says "aws-2: established" inside adit up
check "one" tunnel_is_up aws-1
check "and the other" tunnel_is_up aws-2
check "which carry traffic" pings "$left" 169.254.11.1
check "both" pings "$left" 169.254.12.1
check "those of before are still there" tunnel_is_up two
check "systemctl stop adit" inside systemctl stop adit
check "the device is gone" eventually no_device vpn0
check "the peer was told" eventually no_adit_sas right
test_cleanup
if [ -n "$PACKAGE" ]; then
	check "the package is purged" dpkg --purge adit
	check "and leaves nothing, neither configuration nor keys nor its user" nothing_left
fi
daemons_stop
finish
