# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What every program in this folder starts with: `. "$(dirname "$0")/lib.sh"`.
#
# Built on kselftest's own net/lib.sh (setup_ns, cleanup_ns, busywait, slowwait), which `make`
# unpacks from linux-source-6.12 into build/kselftest/.  This file holds TAP output, bounded
# waiting, loading the module and cleaning up; it sources the others.  An emulated machine takes
# a quarter of a second to start a program, so what is used often starts as few as can be.
#   lib_topology.sh  namespaces joined by veth, hosts behind gateways, a router with NAT or loss
#   lib_tunnel.sh    the same manual keys for adit and for XFRM, from one description
#   lib_traffic.sh   ping, TCP with comparison, captures, counters
#   lib_lanes.sh     parts of a program at the same time
#
# A program looks like this:
#
#	. "$(dirname "$0")/lib.sh"
#	plan 2
#	need_adit
#	topology_pair
#	tunnel alg=gcm128-16 left=adit right=xfrm
#	check "ping from left to right" pings "$left" "$RIGHT_IN4"
#	refused "SPI 0" 'spi' adit_in "$left" sa add dev vpn0 in proto esp spi 0 ...
#	finish

NET_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TOP_DIR=$(cd "$NET_DIR/../.." && pwd)
KSELFTEST_DIR=${KSELFTEST_DIR:-$TOP_DIR/build/kselftest}
ADIT=${ADIT:-$TOP_DIR/build/userspace/adit}
NET_BIN=${NET_BIN:-$TOP_DIR/build/net}
ADITD=${ADITD:-$TOP_DIR/build/userspace/aditd}
ADIT_KO=${ADIT_KO:-$TOP_DIR/build/kmod/$(uname -r)/adit.ko}
# Debian's own interpreter: scapy and yaml are installed for it, and not for another in the PATH.
PYTHON=${PYTHON:-/usr/bin/python3}

# Seconds that a condition may take before it counts as failed; emulation is slow. On a kernel that
# checks itself it is still slower: the runner says how many times, and every time limit, here and
# in the programs beside this file, is multiplied by it.
WAIT=${WAIT:-10}
export TEST_PATIENCE=${TEST_PATIENCE:-1}

TMP=$(mktemp -d "/tmp/adit-${0##*/}.XXXXXX")
mkfifo "$TMP/never"
TAP_CASE=0
TAP_FAILED=0
TAP_SKIPPED=0
TAP_PLAN=
BACKGROUND=()

export LC_ALL=C

# It reads the same filters, and need not parse a library of them first: in emulation that takes jq
# ten times as long, a third of a second for each question.
if command -v gojq >/dev/null; then
	jq()
	{
		gojq "$@"
	}
fi

###### Cleaning up ######

# Called on every way out.  A program that keeps more than namespaces, background jobs and files
# in $TMP defines test_cleanup, which runs first.
cleanup()
{
	local status=$?

	trap - EXIT INT TERM
	declare -F test_cleanup >/dev/null && test_cleanup
	stop_background
	[ ${#NS_LIST[@]} -eq 0 ] || printf 'netns del %s\n' "${NS_LIST[@]}" |
		ip -force -batch - 2>/dev/null
	rm -rf "$TMP"
	exit "$status"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# background COMMAND...: runs it in the background; it ends with this program at the latest.
# Its pid is in $!: of the command itself and not of a shell around it.
background()
{
	if [ "$1" = in_ns ]; then
		shift
		set -- ip netns exec "$@"
	fi
	if declare -F "$1" >/dev/null; then
		"$@" &
	else
		(exec "$@") &
	fi
	BACKGROUND+=($!)
}

# stop PID...: ends background jobs and waits for them.
stop()
{
	local pid

	for pid in "$@"; do
		[ -n "$pid" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null
	done
	return 0
}

stop_background()
{
	stop "${BACKGROUND[@]}"
	BACKGROUND=()
}

###### TAP ######

# plan N: how many cases follow.  Without it the plan is printed by finish.
plan()
{
	TAP_PLAN=$1
	echo "TAP version 13"
	echo "1..$1"
}

# plan_none: the number of cases is only known at the end; finish prints it.
plan_none()
{
	echo "TAP version 13"
}

# skip_all REASON: the whole program has nothing to say on this machine.
skip_all()
{
	[ -n "$TAP_PLAN" ] || echo "1..0 # SKIP $*"
	exit 4
}

# bail_out REASON: the preparation failed, no case can be judged.
bail_out()
{
	echo "Bail out! $*"
	exit 1
}

diagnostic()
{
	printf '%s\n' "$*" | sed 's/^/#   /'
}

ok()
{
	TAP_CASE=$((TAP_CASE + 1))
	echo "ok $TAP_CASE - $1"
}

not_ok()
{
	TAP_CASE=$((TAP_CASE + 1))
	TAP_FAILED=$((TAP_FAILED + 1))
	echo "not ok $TAP_CASE - $1"
	[ -z "${2:-}" ] || diagnostic "$2"
	declare -F on_failure >/dev/null && on_failure 2>&1 | sed 's/^/#   /'
	return 1
}

# skip DESCRIPTION REASON
skip()
{
	TAP_CASE=$((TAP_CASE + 1))
	TAP_SKIPPED=$((TAP_SKIPPED + 1))
	echo "ok $TAP_CASE - $1 # SKIP $2"
}

# check DESCRIPTION COMMAND...: passes when the command does.  What the command printed is shown
# when it failed; its status 4 is a skip with the last line as the reason.
# It runs in this shell, so a function may set variables.
check()
{
	local description=$1 status
	shift
	"$@" >"$TMP/check.out" 2>&1
	status=$?
	case $status in
	0) ok "$description" ;;
	4) skip "$description" "$(tail -n 1 "$TMP/check.out")" ;;
	*) not_ok "$description" "$*: exit status $status
$(cat "$TMP/check.out")" ;;
	esac
}

# check_not DESCRIPTION COMMAND...: passes when the command fails with status 1.
check_not()
{
	local description=$1 status
	shift
	"$@" >"$TMP/check.out" 2>&1
	status=$?
	if [ $status -eq 1 ]; then
		ok "$description"
	else
		not_ok "$description" "$*: exit status $status, expected 1
$(cat "$TMP/check.out")"
	fi
}

# refused DESCRIPTION REGEX COMMAND...: passes when the command fails and says why in words that
# match the extended regular expression (case does not matter).
refused()
{
	local description=$1 regex=$2 status
	shift 2
	"$@" >"$TMP/check.out" 2>&1
	status=$?
	if [ $status -eq 0 ]; then
		not_ok "$description" "$*: was accepted"
	elif [ $status -ge 126 ]; then
		not_ok "$description" "$*: exit status $status
$(cat "$TMP/check.out")"
	elif grep -Eqi -- "$regex" "$TMP/check.out"; then
		ok "$description"
	else
		not_ok "$description" "$*: the refusal does not match /$regex/:
$(cat "$TMP/check.out")"
	fi
}

# same DESCRIPTION EXPECTED ACTUAL
same()
{
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "expected: $2
     got: $3"
	fi
}

# finish: prints the totals and leaves with the right status.
finish()
{
	if [ -z "$TAP_PLAN" ]; then
		TAP_PLAN=$TAP_CASE
		echo "1..$TAP_PLAN"
	fi
	echo "# Totals: pass:$((TAP_CASE - TAP_FAILED - TAP_SKIPPED)) fail:$TAP_FAILED" \
	     "xfail:0 xpass:0 skip:$TAP_SKIPPED error:0"
	if [ "$TAP_CASE" -ne "$TAP_PLAN" ]; then
		echo "# planned $TAP_PLAN cases but ran $TAP_CASE"
		exit 1
	fi
	[ "$TAP_FAILED" -eq 0 ] || exit 1
	exit 0
}

###### Waiting ######

# Nobody ever writes to it: reading from it with a time limit is waiting.
mkfifo "$TMP/pause"
exec {PAUSE_FD}<>"$TMP/pause"

# pause MILLISECONDS, without starting a process: a fork costs tens of milliseconds in emulation, and
# a poll that is made of forks slows down what it waits for.
pause()
{
	local fraction

	printf -v fraction '%d.%03d' $(($1 / 1000)) $(($1 % 1000))
	read -r -t "$fraction" -u "$PAUSE_FD"
	return 0
}

# now_ms: sets NOW_MS.
now_ms()
{
	NOW_MS=$((${EPOCHREALTIME/./} / 1000))
}

# wait_for SECONDS COMMAND...: until the command passes.  Fails when it did not in that time (times
# the patience).  What waits long asks seldom: the command has its share of one emulated processor,
# and so have those that it waits for.
wait_for()
{
	local begin deadline rest
	now_ms
	begin=$NOW_MS
	deadline=$((NOW_MS + $1 * 1000 * TEST_PATIENCE))
	shift
	until "$@" >/dev/null; do
		now_ms
		[ "$NOW_MS" -lt "$deadline" ] || return 1
		rest=$(((NOW_MS - begin) / 4))
		pause $((rest < 20 ? 20 : rest > 400 ? 400 : rest))
	done
}

# eventually COMMAND...: wait_for with the usual bound.
eventually()
{
	wait_for "$WAIT" "$@"
}

###### What must be there ######

# need COMMAND...: skips the program when a tool is missing.
need()
{
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null || skip_all "$tool is not installed"
	done
}

# need_module NAME...: kernel modules that this kernel must have; skips the program otherwise.
need_module()
{
	local module

	for module in "$@"; do
		modprobe -q "$module" || skip_all "the kernel $(uname -r) has no module $module"
	done
}

# The fast implementations that udev would have loaded on a real machine.  Without them the
# generic ones are used, which is slower but no less right.
load_crypto()
{
	modprobe -qa aesni_intel ghash_clmulni_intel sha1_ssse3 sha256_ssse3 sha512_ssse3 2>/dev/null
	return 0
}

adit_loaded()
{
	[ -d /sys/module/adit ]
}

# adit_load: loads the module of this tree with what it depends on.
adit_load()
{
	local depends

	adit_loaded && return 0
	[ -f "$ADIT_KO" ] || { echo "$ADIT_KO is missing: run make module"; return 1; }
	depends=$(modinfo -F depends "$ADIT_KO" | tr ',' ' ')
	# shellcheck disable=SC2086 # a list of words
	[ -z "$depends" ] || modprobe -a $depends || return 1
	insmod "$ADIT_KO"
}

adit_unload()
{
	rmmod adit
}

# need_adit: root, the tool, the module.  Without them nothing can be judged, which is a failure
# and not a skip: a build that lost the module must not look green.
need_adit()
{
	local message

	[ "$(id -u)" -eq 0 ] || bail_out "must be run as root (selftests/vm/run does that)"
	[ -x "$NET_BIN/exchange" ] || bail_out "$NET_BIN/exchange is missing: run make net"
	[ -x "$ADIT" ] || bail_out "$ADIT is missing: run make userspace"
	load_crypto
	message=$(adit_load 2>&1) || bail_out "adit.ko does not load: $message"
}

# have COMMAND...: quietly, for conditions: `have xfrm_can "$alg" || skip ...`.
have()
{
	"$@" >/dev/null 2>&1
}

for file in "$KSELFTEST_DIR/net/lib.sh" "$KSELFTEST_DIR/lib.sh"; do
	[ -f "$file" ] && break
done
[ -f "$file" ] || bail_out "kselftest's net/lib.sh is not in $KSELFTEST_DIR: run make kselftest"
# shellcheck source=/dev/null
. "$file"
for file in topology tunnel traffic lanes; do
	# shellcheck source=/dev/null
	. "$NET_DIR/lib_$file.sh"
done
