#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The control socket: who may use it, what it answers, clients that do not read or say too much;
# and what the daemon says when it cannot start.
. "$(dirname "$0")/lib.sh"
. "$NET_DIR/ike_lib.sh"

plan 32
need_adit
need jq socat setpriv

# ask LINE...: sends these lines and prints what comes back until the daemon hangs up.
ask()
{
	printf '%s\n' "$@" | socat -t 5 - "UNIX-CONNECT:$TMP/left/control"
}

# answer JQ-CONDITION LINE...: the last answer fulfils it.
answer()
{
	local condition=$1
	shift
	ask "$@" | tee /dev/stderr 2>"$TMP/answer" | tail -n 1 | jq -e "$condition" >/dev/null
}

descriptors()
{
	ls "/proc/$(daemon)/fd" | wc -l
}

# The daemon itself, not the shell or `ip` that started it.
daemon()
{
	cat "$TMP/left/aditd.pid"
}

# steady: sets STEADY to their number once it does not change.
steady()
{
	STEADY=$(descriptors)
	pause 300
	[ "$(descriptors)" = "$STEADY" ]
}

same_descriptors()
{
	[ "$(descriptors)" = "$before" ]
}

topology_pair
adit_conf right
adit_tunnel right net start=wait
adit_start right || bail_out "aditd does not start"
adit_conf left
adit_tunnel left net
adit_tunnel left idle device=vpn1 start=wait local-ts=10.11.0.0/16 remote-ts=10.12.0.0/16
adit_start left || bail_out "aditd does not start"
wait_for 15 adit_established left net || bail_out "the tunnel does not come up"

check "version" answer '.result.protocol == 1 and .result.module' '{"command":"version"}'
check "status of all" answer '.result.tunnels | map(.name) == ["net", "idle"]' \
	'{"command":"status"}'
check "status of one" answer '.result.tunnels | map(.state) == ["established"]' \
	'{"command":"status","tunnel":"net"}'
check "a tunnel that is not there" answer '.error.code == "unknown-tunnel"' \
	'{"command":"status","tunnel":"nowhere"}'
check "a command that is none" answer '.error.code == "request"' '{"command":"explode"}'
check "what is not JSON" answer '.error.code == "request"' 'up net'
check "several requests on one connection" answer '.result.tunnels | length == 1' \
	'{"command":"version"}' '{"command":"explode"}' '{"command":"status","tunnel":"idle"}'
check "a request that is too long" answer '.error.code == "request"' "$(printf '%05000d' 0)"
check "metrics" answer '.result.text | test("adit_tunnel_up\\{tunnel=\"net\"\\} 1\n")' \
	'{"command":"metrics"}'
check "up, of one that is up" answer '.result.tunnels[0].state == "established"' \
	'{"command":"up","tunnel":"net","wait":5}'

# What `adit metrics` prints, in $TMP/metrics.
scrape()
{
	adit_ctl left metrics >"$TMP/metrics"
}

# As Prometheus reads it (exposition format 0.0.4): before a metric's samples, which stand together, one
# HELP and one TYPE; numbers; nothing twice.
is_exposition()
{
	scrape && [ -s "$TMP/metrics" ] && [ -z "$(tail -c 1 "$TMP/metrics")" ] && awk '
		function bad(why) { print FNR ": " why ": " $0; wrong = 1 }
		/^# HELP / { if (help[$3]++ || NF < 4) bad("HELP"); next }
		/^# TYPE / {
			if (type[$3] || $4 !~ /^(counter|gauge)$/ || NF != 4) bad("TYPE")
			if (($4 == "counter") != ($3 ~ /_total$/)) bad("the name")
			type[$3] = $4
			next
		}
		!/^[a-z_]+([{][a-z_]+="[^"\\]*"(,[a-z_]+="[^"\\]*")*[}])? -?[0-9]+([.][0-9]+)?$/ { bad("no sample") }
		{
			name = series = $0
			sub(/[{ ].*/, "", name)
			sub(/ [^ ]*$/, "", series)
			if (!help[name] || !type[name]) bad("no HELP or no TYPE")
			if (seen[series]++) bad("twice")
			if (name != last && begun[name]++) bad("not with the others of its name")
			last = name
			count++
		}
		END { exit wrong || count < 20 }' "$TMP/metrics"
}

# grown SERIES: it is there, and not 0.
grown()
{
	scrape && grep -F "$1 " "$TMP/metrics" | grep -v ' 0$'
}

bytes_are_counted()
{
	pings "$left" $RIGHT_IN4 -I $LEFT_IN4 &&
		grown 'adit_device_transmit_bytes_total{tunnel="net",device="vpn0"}' &&
		grown 'adit_device_receive_bytes_total{tunnel="net",device="vpn0"}'
}

# One packet that somebody makes up for its SA.
drop_is_counted()
{
	"$NET_BIN/inject" "$right" "$left" alg=aes128gcm16 spi="$(adit_status left '.children[0].spi_in' net)" \
		from=$RIGHT4 to=$LEFT4 src=$RIGHT_IN4 dst=$LEFT_IN4 <<<"seq=1000" &&
		grown 'adit_device_drops_total{tunnel="net",reason="authentication"}'
}

# The peer has no such networks.
failure_is_counted()
{
	local code

	! adit_ctl left up idle --wait 20 || return 1
	code=$(adit_status left .last_error.code idle)
	adit_ctl left down idle
	echo "it fails with $code"
	grown "adit_tunnel_failures_total{tunnel=\"idle\",code=\"$code\"}"
}

dashboard_asks()
{
	local name missing=

	for name in $(grep -o 'adit_[a-z_]*' "$TOP_DIR/userspace/grafana/adit.json" | sort -u); do
		grep -q "^# TYPE $name " "$TMP/metrics" || missing+=" $name"
	done
	echo "it asks for$missing"
	[ -z "$missing" ]
}

check "bytes are counted" bytes_are_counted
check "what is dropped is, by reason" drop_is_counted
check "failures are, by cause" failure_is_counted
check "and Prometheus can read all of it" is_exposition
check "the dashboard asks for nothing else" dashboard_asks

as_nobody()
{
	setpriv --reuid 65534 --regid 65534 --clear-groups \
		socat -t 1 - "UNIX-CONNECT:$TMP/left/control" <<<'{"command":"version"}'
}
# Whoever may look into the directory still may not use the socket.
chmod 755 "$TMP" "$TMP/left"
refused "somebody else may not" 'denied|permission' as_nobody

mkfifo "$TMP/say"
exec {SAY_FD}<>"$TMP/say"
echo '{"command":"monitor"}' >&"$SAY_FD"
eventually steady
before=$((STEADY + 1))
background socat "OPEN:$TMP/say,rdonly!!OPEN:$TMP/monitored,creat,wronly" \
	"UNIX-CONNECT:$TMP/left/control"
eventually same_descriptors || bail_out "nobody watches"
cycle()
{
	adit_ctl left down net >/dev/null && adit_ctl left up net --wait 10 >/dev/null &&
		adit_ctl left reload >/dev/null
}
cycles()
{
	local i
	for i in 1 2 3 4 5; do
		cycle || return 1
	done
}
check "down, up, reload, five times" cycles
check "no descriptor is left open" eventually same_descriptors
watched_all()
{
	[ "$(grep -c '"code":"child-up"' "$TMP/monitored")" -ge 5 ] &&
		! grep -qv '^{"event":{' "$TMP/monitored"
}
check "who watched has seen each" eventually watched_all

# A client that asks for ever and reads nothing; the others are not kept waiting.
yes '{"command":"status"}' | head -n 20000 >"$TMP/flood"
background socat -u "$TMP/flood" "UNIX-CONNECT:$TMP/left/control"
check "beside one who does not read, the answer takes no time" within 5 answer .result.pid \
	'{"command":"version"}'
check "nor does the tunnel suffer" pings "$left" $RIGHT_IN4 -I $LEFT_IN4

second()
{
	in_ns "$left" timeout 10 "$ADITD" -c "$TMP/left/aditd.conf" --foreground "$@"
}
refused "a second one on the socket is told" 'another aditd answers|taken by aditd' \
	second --socket "$TMP/left/control"
check "and does no harm" answer .result.pid '{"command":"version"}'
port=$(printf '%s\n' 'port = 1500' 'natt-port = 14500' | cat - "$TMP/left/aditd.conf")
refused "a second one on the ports is told who has them" \
	'UDP port 500 is taken by aditd \(pid [0-9]*\).*natt-port' second --socket "$TMP/other"
check "and does no harm either" adit_established left net
printf '%s\n' "$port" | sed 's/vpn0/vpn2/; s/vpn1/vpn3/; s/always/wait/' >"$TMP/third.conf"
chmod 600 "$TMP/third.conf"
third()
{
	in_ns "$left" timeout -s TERM 5 "$ADITD" -c "$TMP/third.conf" --foreground \
		--socket "$TMP/third" >"$TMP/third.log" 2>&1
	grep 'runs with 2 tunnels' "$TMP/third.log" && grep 'another aditd runs' "$TMP/third.log"
}
check "with ports of its own it runs beside the first" third
check "and leaves that alone" adit_established left net

stop_now()
{
	within 5 adit_stop left
}
check "SIGTERM ends it in time, whoever is connected" stop_now
check_not "its socket is gone" test -e "$TMP/left/control"
background_start()
{
	in_ns "$left" "$ADITD" -c "$TMP/left/aditd.conf" --socket "$TMP/left/control"
}
check "started into the background, it is ready when the command returns" background_start
check "and answers" answer .result.pid '{"command":"version"}'
pid=$(ask '{"command":"version"}' | jq .result.pid)
kill "$pid"
check "and ends" eventually gone "$pid"
daemons_stop
finish
