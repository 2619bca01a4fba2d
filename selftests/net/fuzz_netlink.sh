#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Netlink messages made from kmod/adit.yaml, right and wrong: see fuzz_netlink.py.  FUZZ_MESSAGES is
# how many, FUZZ_SEED repeats a run, and FUZZ_FIRST begins it at a message's number.

. "$(dirname "$0")/lib.sh"

SEED=${FUZZ_SEED:-$((RANDOM << 15 | RANDOM))}
COUNT=${FUZZ_MESSAGES:-3000}
FIRST=${FUZZ_FIRST:-0}

plan_none
need_adit
"$PYTHON" -c 'import yaml' 2>/dev/null || skip_all "python3-yaml is not installed"
topology_pair
vpn_device "$left" adit || bail_out "no device"
echo "# FUZZ_SEED=$SEED FUZZ_FIRST=$FIRST FUZZ_MESSAGES=$COUNT repeats this run"

IFINDEX=$(in_ns "$left" cat /sys/class/net/vpn0/ifindex)
check "$COUNT messages, each answered" in_ns "$left" "$PYTHON" "$NET_DIR/fuzz_netlink.py" \
	"$TOP_DIR/kmod/adit.yaml" "$IFINDEX" "$SEED" "$FIRST" "$COUNT"
cp "$TMP/check.out" "$TMP/answers"
sed 's/^/# /' "$TMP/answers"
accepted()
{
	local number
	number=$(awk '/^sa-add accepted/ { print $3 }' "$TMP/answers")
	echo "SAs that were accepted: ${number:-0}"
	[ "${number:-0}" -gt $((COUNT / 100)) ]
}
[ "$COUNT" -lt 500 ] || check "enough of them were right" accepted
check "what is left can be flushed" adit_in "$left" sa flush dev vpn0
check "then there is nothing" test "$(sa_count "$left")" -eq 0
works()
{
	ip -n "$left" link del vpn0 && tunnel right=adit && tunnel_works
}
check "a tunnel works after it" works

finish
