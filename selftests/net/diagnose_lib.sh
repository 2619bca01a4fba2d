# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# `adit diagnose` against a fault that is really there: adit on the left, strongSwan on the right, a
# router between them.  Sourced after ike_lib.sh.

# diagnose_begin KEY=VALUE...: the network, and strongSwan on its right side with that connection.
diagnose_begin()
{
	topology_router hosts
	swan_conf right
	swan_conn right peer "$@"
	swan_start right || bail_out "strongSwan does not start"
}

# diagnose [TUNNEL]: asks on the left side; the answer is in $TMP/diagnosis, its code in $CODE.
# $FROM: another namespace to ask from; $AS_USER: words of a program that runs it as another user.
diagnose()
{
	side left
	in_ns "${FROM:-$NS}" "${AS_USER[@]}" "$ADIT" --socket "$DIR/control" diagnose "${1:-net}" --json >"$TMP/diagnosis" \
		2>"$TMP/diagnosis.err"
	CODE=$(jq -r .code "$TMP/diagnosis" 2>/dev/null)
}

# What was found, without the facts; the facts of interest when it was the wrong thing.
show_diagnosis()
{
	jq 'del(.facts)' "$TMP/diagnosis"
	jq -c '.facts | .probe, .wire, .inside, .route, .firewall, .system, .counters, .mapping, .repeats' \
		"$TMP/diagnosis"
	jq -c '.facts.tunnel | .state, .last_error, .contact, .send_error, .history[-4:][]' \
		"$TMP/diagnosis"
	cat "$TMP/diagnosis.err"
}

is_diagnosis()
{
	diagnose "${3:-net}"
	[[ "$CODE" =~ ^($1)$ ]] && jq -r '.cause, .evidence[], .cure' "$TMP/diagnosis" |
		grep -Eqi -- "$2" && return 0
	echo "expected $1 with /$2/"
	show_diagnosis
	return 1
}

# names DESCRIPTION CODE [REGEX [TUNNEL]]: the diagnosis has that code, and its sentences or evidence
# match.
names()
{
	check "$1: $2" is_diagnosis "$2" "${3:-.}" "${4:-net}"
}

# doctor_said CHECK REGEX: of what `adit doctor --json` has written to $TMP/doctor, that one's verdict, text
# and cure, in a line.
doctor_said()
{
	jq -r --arg check "$1" '.checks[] | select(.check == $check) | .verdict, .text, .cure' \
		"$TMP/doctor" | tr '\n' ' ' | grep -Eq -- "$2" && return
	cat "$TMP/doctor"
	return 1
}

# filter HOOK RULE...: rules of the left gateway's own.
filter()
{
	local hook=$1
	shift
	{
		echo "add table inet mine"
		echo "add chain inet mine $hook { type filter hook $hook priority 0; }"
		printf "add rule inet mine $hook %s\n" "$@"
	} | in_ns "$left" nft -f -
}

filter_none()
{
	in_ns "$left" nft delete table inet mine
}

# reject WITH NFT-MATCH...: the router refuses what matches by ICMP.
reject()
{
	local with=$1
	shift
	# At once: what is tried again must not get through in between
	in_ns "$router" nft -f - <<-NFT
	add table inet adit_drop
	add chain inet adit_drop forward { type filter hook forward priority 0; policy accept; }
	flush chain inet adit_drop forward
	add rule inet adit_drop forward $* reject with icmpx $with
	NFT
}

# failed CODE: the daemon has come to that failure. After `ours` the tool itself waits for the first one.
failed()
{
	wait_for 90 adit_error left "$1" || echo "# no failure $1 so far"
}

# peer KEY=VALUE...: strongSwan's side from now on; without its SAs of before.
peer()
{
	swan_conf right
	swan_conn right peer "$@"
	swan_load right || bail_out "strongSwan does not load its configuration"
}

# ours KEY=VALUE...: adit's side, started anew.
ours()
{
	[ ! -f "$TMP/left/aditd.pid" ] || adit_stop left
	adit_conf left
	adit_tunnel left net "$@"
	adit_start left || bail_out "aditd does not start"
}

up()
{
	# One process that waits: in an emulated machine, asking again and again costs as much as the test
	adit_ctl left up net --wait $((60 * TEST_PATIENCE)) >"$TMP/up" 2>&1 || {
		cat "$TMP/up"
		bail_out "the tunnel does not come up"
	}
	wait_for 90 peer_has_keys || bail_out "the peer takes no keys into use"
}

# The peer takes them into use later than we do, in the first tunnel of a busy machine seconds later.
peer_has_keys()
{
	ip -n "$right" xfrm state | grep -Eq '^[[:space:]](aead|auth|enc)'
}
