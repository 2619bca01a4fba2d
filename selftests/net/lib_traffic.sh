# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# Traffic through a tunnel and what can be seen of it.

###### datagrams and streams ######

# exchange [OPTIONS] NS-A NS-B ADDRESS-A ADDRESS-B...: see exchange.c.  The quick way to find out
# whether data crosses unharmed: UDP of given sizes (-u 0-64,1000), TCP (-t BYTES), or silence (-n).
exchange()
{
	"$NET_BIN/exchange" "$@"
}

###### ping ######

# The payload of every ping: a word that must never be readable on the wire.
PING_WORD=61646974706c61696e	# "aditplain"

# pings NS ADDRESS [PING-ARGUMENTS...]: five echoes; passes when each was answered.
pings()
{
	local ns=$1 address=$2
	shift 2
	in_ns "$ns" ping -n -q -c 5 -i 0.02 -W $((2 * TEST_PATIENCE)) -p $PING_WORD "$@" "$address" >"$TMP/ping.out" 2>&1
	local status=$?
	cat "$TMP/ping.out"
	[ $status -eq 0 ] && grep -q ' 0% packet loss' "$TMP/ping.out"
}

# no_ping NS ADDRESS [PING-ARGUMENTS...]: passes when none of three echoes was answered.
no_ping()
{
	local ns=$1 address=$2
	shift 2
	in_ns "$ns" ping -n -q -c 3 -i 0.02 -W "$TEST_PATIENCE" -w "$TEST_PATIENCE" -p $PING_WORD "$@" "$address"
	[ $? -ne 0 ]
}

# both_ping LEFT-NS LEFT-ADDRESS RIGHT-NS RIGHT-ADDRESS: in both directions, with the right source.
both_ping()
{
	pings "$1" "$4" -I "$2" && pings "$3" "$2" -I "$4"
}

# ping_start NS ADDRESS [PING-ARGUMENTS...]: a ping without end in the background (every 10 ms);
# ping_stop ends it, after which ping_lost, ping_sent say how it went.
ping_start()
{
	local ns=$1 address=$2
	shift 2
	background in_ns "$ns" ping -n -i 0.01 -p $PING_WORD "$@" "$address" >"$TMP/ping.log" 2>&1
	PING_PID=$!
	eventually grep -q 'bytes from' "$TMP/ping.log"
}

# An echo on its way when ping is told to stop would count as lost: what counts is the highest
# number answered against the number of answers.
ping_stop()
{
	kill -INT "$PING_PID" 2>/dev/null
	wait "$PING_PID" 2>/dev/null
	PING_LAST=$(sed -n 's/.*icmp_seq=\([0-9]*\).*/\1/p' "$TMP/ping.log" | sort -n | tail -n 1)
	PING_ANSWERED=$(sed -n '/bytes from/s/.*icmp_seq=\([0-9]*\).*/\1/p' "$TMP/ping.log" |
			sort -nu | wc -l)
}

ping_sent()
{
	echo "${PING_LAST:-0}"
}

ping_lost()
{
	echo $((${PING_LAST:-0} - PING_ANSWERED))
}

# ping_count_above N: for waiting until a running ping got N answers.
ping_count_above()
{
	[ "$(grep -c 'bytes from' "$TMP/ping.log")" -gt "$1" ]
}

###### TCP ######

listening()
{
	[ -n "$(in_ns "$1" ss -Hltn "sport = :$2")" ]
}

# transfer FROM-NS TO-NS TO-ADDRESS [SIZE [FROM-ADDRESS]]: sends that much random data (1M, 256K)
# over TCP and compares what arrived.
transfer()
{
	local from=$1 to=$2 address=$3 size=${4:-1M} source=${5:-} port=5201 receiver status
	local seconds=$((60 * TEST_PATIENCE))
	local listen=TCP-LISTEN connect=TCP

	case $address in
	*:*) listen=TCP6-LISTEN connect=TCP6 address="[$address]" ;;
	esac
	case $source in
	*:*) source=",bind=[$source]" ;;
	?*) source=",bind=$source" ;;
	esac
	[ -f "$TMP/blob.$size" ] || head -c "$size" /dev/urandom >"$TMP/blob.$size"
	rm -f "$TMP/received"
	background in_ns "$to" timeout "$seconds" socat -u "$listen:$port,reuseaddr" \
		"CREATE:$TMP/received" 2>"$TMP/transfer.err"
	receiver=$!
	eventually listening "$to" $port || { echo "the receiver does not listen"; return 1; }
	in_ns "$from" timeout "$seconds" socat -u "OPEN:$TMP/blob.$size" \
		"$connect:$address:$port,connect-timeout=$((seconds / 6))$source"
	status=$?
	if [ $status -ne 0 ]; then
		echo "sending $size to $address failed with status $status"
		stop "$receiver"
		return 1
	fi
	wait "$receiver" || { echo "receiving failed: $(cat "$TMP/transfer.err")"; return 1; }
	cmp "$TMP/blob.$size" "$TMP/received"
}

###### what is on the wire ######

# watch NS IF [NAME]: watches an interface with wire.c; watched NAME ends it and sets WIRE_esp,
# WIRE_plain and so on, see there.
watch()
{
	local name=${3:-wire}

	rm -f "$TMP/$name.ready"
	background "$NET_BIN/wire" "$1" "$2" "$TMP/$name.ready" >"$TMP/$name.seen"
	eventually test -e "$TMP/$name.ready" && echo $! >"$TMP/$name.pid"
}

watched()
{
	local name=${1:-wire} key value

	stop "$(<"$TMP/$name.pid")"
	while IFS='=' read -r key value; do
		printf -v "WIRE_$key" '%s' "$value"
	done <"$TMP/$name.seen"
	[ -n "${WIRE_packets:-}" ]
}

# only_ipsec COUNTER AT-LEAST: after watched: that many packets of the kind (esp, ah, udp_esp) went
# by, and nothing that does not belong on the wire: nothing readable, no other protocol.
only_ipsec()
{
	local counter=WIRE_$1

	echo "$(grep -v '=0$' "$TMP/wire.seen" | tr '\n' ' ')"
	[ "${!counter}" -ge "$2" ] && [ "$WIRE_plain" -eq 0 ] && [ "$WIRE_other" -eq 0 ] &&
	[ "$WIRE_icmp_echo" -eq 0 ]
}

# chains_possible: ESP without UDP goes in chains and trains (kmod/offload.h), for esp4_offload, which would
# hold their place, is not part of this kernel.
chains_possible()
{
	! grep -q ' esp4_gso_segment' /proc/kallsyms
}

# hold NS IF|any: keeps clones of all packets there (hold.c), so that the module has to copy them; until
# hold_end.
HOLDING=()
hold()
{
	rm -f "$TMP/hold.ready"
	background "$NET_BIN/hold" "$1" "$2" "$TMP/hold.ready"
	HOLDING+=($!)
	eventually test -e "$TMP/hold.ready"
}
hold_end()
{
	stop "${HOLDING[@]}"
	HOLDING=()
}

# capture NS IF NAME [FILTER...]: starts tcpdump into $TMP/NAME.pcap and waits until it listens.
capture()
{
	local ns=$1 interface=$2 name=$3
	shift 3
	rm -f "$TMP/$name.pcap" "$TMP/$name.err"
	background in_ns "$ns" tcpdump --immediate-mode -U -n -s 0 -B 8192 -i "$interface" \
		-w "$TMP/$name.pcap" "$@" 2>"$TMP/$name.err"
	echo $! >"$TMP/$name.pid"
	eventually grep -q 'listening on' "$TMP/$name.err" || {
		cat "$TMP/$name.err"
		return 1
	}
}

# capture_end NAME: stops it; the file is complete afterwards.
capture_end()
{
	stop "$(<"$TMP/$1.pid")"
}

# captured NAME [FILTER...]: how many packets of the file match.  Also while it still runs.
captured()
{
	local name=$1
	shift
	tcpdump -n -r "$TMP/$name.pcap" "$@" 2>/dev/null | wc -l
}

# captured_some NAME [FILTER...], for waiting.
captured_some()
{
	[ "$(captured "$@")" -gt 0 ]
}

# no_plaintext NAME: the capture (of an outer interface) is not empty and holds only what belongs
# on the wire: ESP, AH, IKE and NAT-T ports, neighbour discovery, ICMP errors, later fragments;
# and nowhere the word that every ping carries.
no_plaintext()
{
	local allowed='esp or ah or arp or udp port 500 or udp port 4500 or ip6 proto 44
		or (ip[6:2] & 0x1fff != 0)
		or (icmp and (icmp[0] == 3 or icmp[0] == 11))
		or (icmp6 and (ip6[40] < 128 or ip6[40] >= 130))'

	captured_some "$1" || { echo "nothing was captured"; return 1; }
	if captured_some "$1" "not ($allowed)"; then
		echo "on the wire, but neither ESP, AH nor IKE:"
		tcpdump -n -r "$TMP/$1.pcap" "not ($allowed)" 2>/dev/null | head -n 5
		return 1
	fi
	if grep -aq aditplain "$TMP/$1.pcap"; then
		echo "the payload of a ping is readable on the wire"
		return 1
	fi
}

###### counters ######

# link_counter NS DEV NAME: one of /sys/class/net/DEV/statistics, e.g. rx_packets, tx_dropped.
link_counter()
{
	in_ns "$1" cat "/sys/class/net/$2/statistics/$3"
}

# ethtool_counter NS DEV NAME: one of `ethtool -S`.
ethtool_counter()
{
	in_ns "$1" ethtool -S "$2" | sed -n "s/^ *$3: //p"
}

# xfrm_counter NS NAME: one of /proc/net/xfrm_stat, e.g. XfrmInStateSeqError.
xfrm_counter()
{
	in_ns "$1" awk -v name="$2" '$1 == name { print $2 }' /proc/net/xfrm_stat
}

# snmp_counter NS NAME: one of nstat, since the namespace began, e.g. IcmpInDestUnreachs.
snmp_counter()
{
	in_ns "$1" nstat -asz "$2" | awk -v name="$2" '$1 == name { print $2 }'
}

# counts AT-LEAST COMMAND...: the command prints a number that is at least that.
counts()
{
	local least=$1 value
	shift
	value=$("$@") || return 1
	echo "$*: $value, expected at least $least"
	[ -n "$value" ] && [ "$value" -ge "$least" ]
}

# mtu NS DEV
mtu()
{
	in_ns "$1" cat "/sys/class/net/$2/mtu"
}

# carrier NS DEV: passes when it has one.
carrier()
{
	[ "$(in_ns "$1" cat "/sys/class/net/$2/carrier" 2>/dev/null)" = 1 ]
}

no_carrier()
{
	! carrier "$1" "$2"
}
