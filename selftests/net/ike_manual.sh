#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The examples of adit.conf(5), as they stand there: all pass `aditd --check`, and the two sides of
# that for strongSwan make a tunnel.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

need_adit
need_strongswan
MANUAL=$TOP_DIR/userspace/man/adit.conf.5
mapfile -t EXAMPLES < <(sed -n 's/^\.\\" example //p' "$MANUAL")
plan $((${#EXAMPLES[@]} + 3))

# block MARK: what stands in the manual behind the comment of that name.
block()
{
	awk -v mark=".\\\\\" $1" '$0 == mark { found = 1; next }
		found && /^\.Ed/ { exit }
		found && !/^\.Bd/ { print }' "$MANUAL"
}

passes_check()
{
	local text

	text=$(block "example $1")
	[ -n "$text" ] || return 1
	(umask 077 && sed "s|/etc/adit/[^\"]*|$DIR/key|" <<<"$text" >"$DIR/$1.conf")
	"$ADITD" --check -c "$DIR/$1.conf"
}

topology_router
side left
(umask 077 && echo "what is in office.psk" >"$DIR/key")
for example in "${EXAMPLES[@]}"; do
	check "the example $example passes the check" passes_check "$example"
done

swan_conf right
block "peer strongswan" >"$TMP/right/swanctl/swanctl.conf"
swan_start right || bail_out "charon does not start"
side left
cp "$DIR/strongswan.conf" "$DIR/aditd.conf"
adit_start left || bail_out "aditd does not start"
check "the tunnel of both sides of the example comes up" wait_for 30 adit_established left
check "and carries traffic" pings "$left" "$RIGHT_IN4" -I "$LEFT_IN4"
check "with what they both say" adit_is left '.ike.proposal == "aes256-sha256-modp2048" and
	.children[0].proposal == "aes256gcm16-modp2048"'
daemons_stop
finish
