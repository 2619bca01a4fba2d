#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SAs and devices come and go under traffic, on all processors, and the module in the middle of it:
# see churn.c.  CHURN_SECONDS is how long each of the two parts lasts, CHURN_SEED repeats what the
# threads do (not when).

. "$(dirname "$0")/lib.sh"

SEED=${CHURN_SEED:-$((RANDOM << 15 | RANDOM))}
LASTS=${CHURN_SECONDS:-$((5 + 5 * TEST_PATIENCE))}
ROUNDS=${CHURN_ROUNDS:-4}

plan_none
need_adit
topology_pair
udp_encap "$left"
udp_encap "$right"
echo "# CHURN_SEED=$SEED CHURN_SECONDS=$LASTS"

# The crypto API loads what it needs once; after that a search for modules would only cost time:
# one process each time that somebody asks for the family or the device while it is unloaded.
tunnel right=adit && tunnel_rekey right=adit alg=aes128-sha256 esn=yes || bail_out "no tunnel"
check "a tunnel works before" tunnel_works
MODPROBE=$(</proc/sys/kernel/modprobe)
echo >/proc/sys/kernel/modprobe
test_cleanup()
{
	echo "$MODPROBE" >/proc/sys/kernel/modprobe
}

churn()
{
	"$NET_BIN/churn" "$LASTS" "$SEED" "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT4 $RIGHT4
}
check "SAs and devices come and go under traffic, $LASTS seconds" churn
sed 's/^/# /' "$TMP/check.out"

emptied()
{
	adit_in "$left" sa flush && adit_in "$right" sa flush &&
	[ "$(sa_count "$left")" -eq 0 ] && [ "$(sa_count "$right")" -eq 0 ]
}
again()
{
	tunnel_down
	tunnel "$@" && tunnel_works
}
check "everything can be flushed" emptied
check "a tunnel works after it" again right=adit

# A moment that is another one each time: the module is asked to go as soon as it is there.
unloads()
{
	local i pid status=0

	background churn >"$TMP/churn.out" 2>&1
	pid=$!
	for ((i = 0; i < ROUNDS; i++)); do
		tunnel_down
		tunnel right=adit || { echo "round $i: no tunnel"; status=1; break; }
		pause $((RANDOM % 500 * TEST_PATIENCE))
		# A dump of many SAs, of which the second half has not been asked for yet, holds it.
		eventually adit_unload && adit_load && continue
		echo "round $i: it stays, or does not come back"
		status=1
		break
	done
	# Rounds that take long meet nothing any more: how many threads were at work says the time.
	kill -0 "$pid" 2>/dev/null || echo "# the churn was over before the last round"
	wait "$pid" || { cat "$TMP/churn.out"; return 1; }
	return $status
}
check "the module goes and comes back $ROUNDS times meanwhile" unloads
check "a tunnel works after that" again right=adit alg=aes256gcm16
check "nothing holds the module" bash -c "ip -n $left link del vpn0; ip -n $right link del vpn0; rmmod adit"

finish
