# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Parts of a program that mostly wait, at the same time. Each lane is a function that runs in a shell
# of its own, with namespaces, daemons, files ($TMP) and variables of its own; its cases are shown when
# it has ended. What lanes share is the kernel: its modules, settings outside a network namespace, and
# /etc, which only one of them may change.
#
#	need_adit
#	lanes one_subject another_subject
#	finish

# lanes FUNCTION...
lanes()
{
	local lane
	local -A pids

	for lane in "$@"; do
		mkdir "$TMP/$lane"
		(lane "$lane") >"$TMP/$lane.tap" 2>&1 &
		pids[$lane]=$!
		BACKGROUND+=($!)
	done
	for lane in "$@"; do
		wait "${pids[$lane]}"
		lane_ended "$lane" $?
	done
	BACKGROUND=()
}

lane()
{
	TMP=$TMP/$1
	NS_LIST=() BACKGROUND=()
	trap cleanup EXIT
	trap 'exit 1' INT TERM
	now_ms
	LANE_BEGUN=$NOW_MS
	"$1"
	now_ms
	echo "# $1 took $(((NOW_MS - LANE_BEGUN) / 1000)) s"
	exit 0
}

# lane_ended LANE STATUS: its cases become this program's.
lane_ended()
{
	local line

	while IFS= read -r line; do
		case $line in
		'ok '*' # SKIP '*)
			line=${line#ok * - }
			skip "${line%% # SKIP *}" "${line#* # SKIP }" ;;
		'ok '*) ok "${line#ok * - }" ;;
		'not ok '*)
			TAP_CASE=$((TAP_CASE + 1))
			TAP_FAILED=$((TAP_FAILED + 1))
			echo "not ok $TAP_CASE - ${line#not ok * - }" ;;
		*) echo "$line" ;;
		esac
	done <"$TMP/$1.tap"
	[ "$2" -eq 0 ] || bail_out "the lane $1 ended with status $2"
}
