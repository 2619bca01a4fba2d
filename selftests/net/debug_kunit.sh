#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The module's own unit tests (kmod/tests): replay window, selector lookup, ports of fragments, MTU
# arithmetic, ECN. They run when a module that holds them is loaded, in a kernel with KUnit; Debian's
# have none.

. "$(dirname "$0")/lib.sh"

KUNIT_KO=${KUNIT_KO:-$TOP_DIR/build/kunit/$(uname -r)/adit.ko}
RESULTS=/sys/kernel/debug/kunit

[ -d $RESULTS ] || skip_all "the kernel $(uname -r) has no KUnit"
plan_none
[ -f "$KUNIT_KO" ] || bail_out "$KUNIT_KO is missing: scripts/build-module --kunit makes it"
check "the module with its tests loads" insmod "$KUNIT_KO"

# A line "ok 2 test_model" in the results of a suite is one case; what else is there explains a
# failure.
for suite in "$RESULTS"/adit-*; do
	name=${suite##*/}
	cat "$suite/results" >"$TMP/results" 2>&1
	cases=0
	while read -r word number rest; do
		case "$word $number" in
		"ok "[0-9]*) ok "$name: $rest" ;;
		"not ok") not_ok "$name: ${rest#* }" "$(cat "$TMP/results")" ;;
		*) continue ;;
		esac
		cases=$((cases + 1))
	done < <(grep -E '^    (not )?ok ' "$TMP/results")
	[ $cases -gt 0 ] || not_ok "$name: has results" "$(cat "$TMP/results")"
done
check "there are four suites" test "$(find $RESULTS -name 'adit-*' | wc -l)" -eq 4
check "the module with its tests unloads" rmmod adit

finish
