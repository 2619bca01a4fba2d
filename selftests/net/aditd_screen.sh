#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# What an administrator sees of the tool: on a terminal with colours, folded to its width and updated in
# place, and in a pipe plain lines; and what bash completes.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan_none
need_adit
need script jq

ESC=$'\e'

# on_terminal COLUMNS COMMAND...: it has a terminal of that width; what it writes there, without \r.
on_terminal()
{
	local columns=$1
	shift
	TERM=${TERMINAL-xterm} script -qefc "stty cols $columns rows 24; $(printf '%q ' "$@")" \
		/dev/null </dev/null | tr -d '\r'
	return "${PIPESTATUS[0]}"
}

tool()
{
	adit_ctl left "$@"
}

# As a command of its own, for on_terminal
tool_words()
{
	TOOL=(ip netns exec "$left" "$ADIT" --socket "$TMP/left/control")
}

# shows FILE REGEX...: lines that match, in this order
shows()
{
	local file=$1 number=0 found
	shift
	for regex in "$@"; do
		found=$(tail -n +$((number + 1)) "$file" | grep -Enm 1 -- "$regex") || {
			echo "no line matches /$regex/ behind line $number of:"
			cat -v "$file"
			return 1
		}
		number=$((number + ${found%%:*}))
	done
}

plain()
{
	shows "$@" || return 1
	! grep -n "$ESC" "$1"
}

again()
{
	tool down net >/dev/null
}

STEPS=('^ +[0-9]+[.][0-9][0-9]s  net: begin phase 1' 'net: the peer chose' 'phase 1 established' 'child established' 'device vpn0 has carrier')

up_in_pipe()
{
	again
	tool up net --wait 60 >"$TMP/seen" && plain "$TMP/seen" "${STEPS[@]}" \
		'^net: established with 192\.0\.2\.2 over device vpn0$'
}

up_on_terminal()
{
	again
	on_terminal 80 "${TOOL[@]}" up net --wait 60 >"$TMP/seen" && shows "$TMP/seen" \
		"net: $ESC\[2mthe peer chose" "net: $ESC\[32mphase 1 established" \
		"^net: $ESC\[32mestablished$ESC\[0m with 192\.0\.2\.2 over device vpn0$"
}

up_without_colour()
{
	again
	NO_COLOR=1 on_terminal 80 "${TOOL[@]}" up net --wait 60 >"$TMP/seen" &&
		plain "$TMP/seen" '^net: established with'
}

dumb_status()
{
	TERMINAL=dumb on_terminal 80 "${TOOL[@]}" status >"$TMP/seen" && plain "$TMP/seen" '^net: established'
}

down_says_why()
{
	tool up idle --wait 60 >"$TMP/seen" 2>"$TMP/why" && return 1
	plain "$TMP/why" '^adit: idle is not up: the peer refused phase 2 .*\[ts-unacceptable\]$' \
		"^adit: aditd keeps trying; 'adit diagnose idle' looks for the cause$"
}

# The status of both, in 60 columns: nothing is wider, and what is folded stands below its first line.
folded_status()
{
	on_terminal 60 "${TOOL[@]}" status >"$TMP/seen" || return 1
	shows "$TMP/seen" "^$ESC\[1mnet$ESC\[0m: $ESC\[32mestablished$ESC\[0m since" '^  device      vpn0, carrier' \
		"^$ESC\[1midle$ESC\[0m: $ESC\[33mconnecting$ESC\[0m since" \
		"^  last error .*$ESC\[31mthe peer refused" '^              [^ ]' || return 1
	fits 60
}

fits()
{
	local wide

	wide=$(sed "s/$ESC\[[0-9]*m//g" "$TMP/seen" | grep -E ".{$(($1 + 1))}")
	echo "$wide"
	[ -z "$wide" ]
}

diagnose_on_terminal()
{
	on_terminal 60 "${TOOL[@]}" diagnose net >"$TMP/seen" || return 1
	shows "$TMP/seen" "^$ESC\[32mhealthy: the tunnel is up" \
		"^$ESC\[2mevidence  $ESC\[0mestablished with" '^ {10}[^ ]' "pings through the tunnel" && fits 60
}

diagnose_in_pipe()
{
	"${TOOL[@]}" diagnose nowhere >"$TMP/seen"
	[ $? = 1 ] && plain "$TMP/seen" '^No tunnel of the name nowhere is configured\. \[tunnel-unknown\]$' \
		'^evidence  [^ ]' '^cure      .*adit status'
}

# Its events, as long as somebody takes the tunnel down and up
monitored()
{
	background sh -c "exec '$ADIT' --socket '$TMP/left/control' monitor net >'$TMP/monitored'"
	eventually events || { cat "$TMP/monitored"; return 1; }
	plain "$TMP/monitored" '^[0-9]{2}:[0-9]{2}:[0-9]{2}  net: phase 1 established with 192\.0\.2\.2'
}

events()
{
	again
	tool up net --wait 60 >/dev/null
	grep -q 'net: child established' "$TMP/monitored"
}

traffic()
{
	in_ns "$left" ping -q -i 0.1 -s 1000 -I "$LEFT_IN4" "$RIGHT_IN4" >/dev/null
}

watched_in_pipe()
{
	local pid

	background sh -c "exec '$ADIT' --socket '$TMP/left/control' watch >'$TMP/seen'"
	pid=$!
	eventually grep -Eq '^net +established .* in +[0-9.]+ kbit/s +out +[0-9.]+ kbit/s' "$TMP/seen" || return 1
	kill -INT "$pid"
	wait "$pid" && plain "$TMP/seen" '^idle +connecting .* ts-unacceptable$'
}

# The other screen, a graph that grows, and Ctrl-C, behind which all is as it was
watched_on_terminal()
{
	local pid

	mkfifo "$TMP/keys"
	exec {KEYS}<>"$TMP/keys"
	background sh -c "TERM=xterm exec script -qefc \
		'stty cols 90 rows 24; exec $(printf '%q ' "${TOOL[@]}") watch' /dev/null <'$TMP/keys' >'$TMP/seen'"
	pid=$!
	eventually grep -Eq '^  in  [0-9.]+ kbit/s +[▁▂▃▄▅▆▇█ ]+out [0-9.]+ kbit/s' "$TMP/seen" || {
		cat -v "$TMP/seen"
		return 1
	}
	printf '\003' >&"$KEYS"
	wait "$pid" && shows "$TMP/seen" "$ESC\[\?1049h.*adit watch .*Ctrl-C" "net +$ESC\[0m$ESC\[32mestablished" \
		"$ESC\[\?1049l"
}

# completes EXPECTED WORD...: what bash offers for the last word; one a line, sorted
completes()
{
	local expected=$1 given
	shift
	given=$(bash --norc -c '
		tool=$1 completion=$2
		shift 2
		adit() { "$tool" "$@"; }
		ip() { command ip -n "$left" "$@"; }
		. "$completion/adit"
		. "$completion/aditd"
		function_of=$(complete -p "$1")
		function_of=${function_of#complete -F }
		COMP_WORDS=("$@")
		COMP_CWORD=$(($# - 1))
		"${function_of% *}"
		printf "%s\n" "${COMPREPLY[@]}"' completion "$ADIT" "$TOP_DIR/userspace/completion" "$@" |
		sort | paste -sd ' ')
	same "bash completes '${*//"$TMP"/TMP}'" "$expected" "$given"
}

topology_pair
tool_words
adit_conf right
adit_tunnel right net start=wait
adit_start right || bail_out "aditd does not start"
adit_conf left
adit_tunnel left net start=wait
adit_tunnel left idle device=vpn1 start=wait local-ts=10.11.0.0/16 remote-ts=10.12.0.0/16
adit_start left || bail_out "aditd does not start"

check "up in a pipe: each step is a plain line" up_in_pipe
check "on a terminal they have colours" up_on_terminal
check "but not with NO_COLOR" up_without_colour
check "nor on one that has none" dumb_status
check "up names why it is not up, and what to ask next" down_says_why
check "status is folded to the terminal's width" folded_status
check "so is what diagnose says" diagnose_on_terminal
check "in a pipe that is plain: cause, evidence, cure" diagnose_in_pipe
check "monitor prints events as they come" monitored
background traffic
check "watch in a pipe: a line a tunnel, with rates" watched_in_pipe
check "watch on a terminal: graphs, until Ctrl-C" watched_on_terminal

SOCKET=(--socket "$TMP/left/control")
export left
completes "diagnose doctor down" adit d
completes "idle" adit "${SOCKET[@]}" up i
completes "net" adit "${SOCKET[@]}" diagnose n
completes "--json" adit "${SOCKET[@]}" status net --j
completes "" adit up --wait ''
completes "vpn0 vpn1" adit sa show dev ''
completes 'rfc4106\(gcm\(aes\)\) rfc4309\(ccm\(aes\)\) rfc4543\(gcm\(aes\)\)' adit sa add aead rfc4
completes "esp" adit sa del dev vpn0 in proto e
completes "aws" adit import a
completes "$TMP/left/aditd.conf" adit import aws "$TMP/left/aditd.c"
completes "--check --config" aditd --c
completes "$TMP/left/aditd.conf" aditd -c "$TMP/left/aditd.c"
finish
