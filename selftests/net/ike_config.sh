#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Configurations with mistakes: `aditd --check` names file and line, what is wrong and what is
# allowed, all of them in one run, and a daemon does not start with them.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

[ -x "$ADITD" ] || bail_out "$ADITD is missing: run make userspace"
plan_none

conf=$TMP/adit.conf
good='	remote = "203.0.113.10"
	psk = "correct horse battery staple"'

aditd_check()
{
	"$ADITD" --check -c "$conf"
}

write()
{
	(umask 077 && printf '%s\n' "$@" >"$conf")
}

# mistake LINE REGEX TEXT...: the configuration TEXT (one argument a line) is refused, with the
# file and that line in front of words that match.
mistake()
{
	local line=$1 regex=$2
	shift 2
	write "$@"
	refused "refused, line $line: ${*:$line:1}" "adit\.conf:$line: .*($regex)" aditd_check
}

# wrong OPTION VALUE REGEX: in a tunnel that is right otherwise
wrong()
{
	mistake 4 "$1 .*$3|no option $1; $3" 'tunnel "t" {' "${good%%$'\n'*}" "${good#*$'\n'}" "	$1 = $2" '}'
}

write 'tunnel "t" {' "$good" '}'
check "the smallest configuration is accepted" aditd_check
write '# nothing at all'
check "so is an empty one" aditd_check
write 'log-level = "debug"' 'keylog = "/tmp/keys"' 'half-open-limit = 100' 'tunnel "aws-1" {' \
	'	device = "aws1" local = "198.51.100.5" remote = "203.0.113.10"' \
	'	local-id = "198.51.100.5" remote-id = "203.0.113.10"' \
	'	auth = "psk" psk = "a long enough key of 32 bytes…" exchange = "main"' \
	'	ike = { "aes128-sha1-modp1024", "aes256-sha256-modp2048" }' \
	'	esp = { "aes128-sha1-modp1024" } mode = "tunnel"' \
	'	ike-lifetime = "8h" esp-lifetime = "1h" esp-lifebytes = "0"' \
	'	rekey-margin = "9m" rekey-fuzz = 100 replay-window = 1024 esn = false' \
	'	encap = "auto" keepalive = "20s"' \
	'	dpd-delay = "10s" dpd-timeout = "30s" dpd-action = "restart" start = "always"' \
	'	local-ts = { "0.0.0.0/0" } remote-ts = { "0.0.0.0/0" }' \
	'	address = { "169.254.10.2/30" } route = { "10.0.0.0/16" } metric = 100 mtu = 0' '}'
check "so is one with every option" aditd_check

mistake 1 'option|colour' 'colour = "red"'
mistake 1 'log-level.*error, warning, info' 'log-level = "chatty"'
mistake 2 'remote' 'log-level = "info"' 'tunnel "t" {' '	psk = "abcdefghijkl"' '}'
mistake 1 'psk' 'tunnel "t" {' '	remote = "203.0.113.10"' '}'
mistake 1 'never closed' 'tunnel "t" {' "$good"
mistake 2 '=' 'tunnel "t" {' '	remote "203.0.113.10"' '	psk = "abcdefghijkl"' '}'
wrong remote-port 70000 '65535'
wrong local '"300.1.2.3"' 'address'
wrong device '"a/b"' '15 characters'
wrong auth '"password"' 'psk.*rsasig'
wrong exchange '"quick"' 'main.*aggressive'
wrong ike '{ "aes128-rot13-modp1024" }' 'rot13'
wrong ike '{ "aes128-sha1" }' 'group|modp'
wrong ike '{ "aes128gcm16-sha1-modp2048" }' 'gcm|phase 1|IKE'
wrong esp '{ "aes128" }' 'aes128'
wrong esp '{ "modp2048" }' 'modp2048'
wrong mode '"bridge"' 'tunnel.*transport'
wrong ike-lifetime '"8 hours"' 'duration'
wrong esp-lifetime '"0s"' 'from 10s'
wrong rekey-margin '"2h"' 'margin'
wrong replay-window 5000 '4096'
wrong esn '"maybe"' 'true or false'
wrong encap '"always"' 'auto.*force.*never'
wrong keepalive '"0s"' 'from 1s'
wrong dpd-action '"panic"' 'restart.*clear.*hold'
wrong dpd-timeout '"1s"' 'dpd-delay'
wrong start '"sometimes"' 'always.*on-demand.*wait'
wrong local-ts '{ "10.1.2.3/16" }' 'prefix'
wrong remote-ts '{ "fe80::/10" }' 'famil'
wrong address '{ "169.254.10.2" }' 'prefix length'
wrong route '{ "everything" }' 'prefix'
wrong metric '"-1"' 'number'
wrong mtu 100 '576'
wrong psk-file '"/etc/adit/secret"' 'only one'
wrong psk-fil '"/etc/adit/secret"' 'psk-file may be meant'

write 'tunnel "t" {' "$good" '}' 'tunnel "t" {' "$good" '}'
refused "a name given twice: both places are named" 'adit\.conf:5: .*adit\.conf:1' aditd_check
write 'tunnel "a" {' "$good" '	device = "vpn0"' '}' 'tunnel "b" {' "$good" '	device = "vpn0"' '}'
refused "a device given twice: both tunnels are named" 'adit\.conf:6: .*"a"' aditd_check

write 'log-level = "chatty"' 'tunnel "t" {' "$good" '	esn = "maybe"' '	mtu = 100' '}'
aditd_check >"$TMP/all" 2>&1
same "all mistakes are told at once" "1 5 6" \
	"$(sed -n 's/.*adit\.conf:\([0-9]*\):.*/\1/p' "$TMP/all" | sort -n | uniq | xargs)"

write 'tunnel "t" {' "$good" '	psk-file = "/nonexistent"' '}'
aditd_check >"$TMP/all" 2>&1
check_not "no message shows the key" grep -q 'battery staple' "$TMP/all"

write 'log-level = "chatty"'
refused "a daemon does not start with a mistake" 'adit\.conf:1: ' \
	"$ADITD" -c "$conf" --socket "$TMP/control" --foreground
check_not "and leaves no socket" test -e "$TMP/control"
rm "$conf"
refused "a configuration that is not there is named" 'adit\.conf.*(no such file|not)' aditd_check

write 'tunnel "t" {' '	remote = "203.0.113.10"' '	psk-file = "'"$TMP/key"'"' '}'
refused "a key file that is not there is named with its line" 'adit\.conf:3: .*key' aditd_check
(umask 077 && echo "correct horse battery staple" >"$TMP/key")
check "a key file is read" aditd_check
chmod 644 "$TMP/key"
refused "a key file that others can read is refused" 'adit\.conf:3: .*(readable|permission|mode|0600|600)' aditd_check

finish
