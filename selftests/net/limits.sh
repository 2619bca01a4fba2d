#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Lifetimes: bytes, packets, seconds, soft and hard, idle time; the events that report them.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair
tunnel || bail_out "no tunnel"
events "$left" || bail_out "no events"

spi=0x5000
# limited out|in WORDS...: replaces the SA of that direction by one with limits, SPI in $spi.
limited()
{
	local direction=$1 other=in
	shift
	[ "$direction" = out ] || other=out
	spi=$((spi + 2))
	printf -v HEX '0x%x' $spi
	adit_in "$left" sa flush dev vpn0 "$direction" &&
	adit_sa "$left" "$direction" local=$LEFT4 remote=$RIGHT4 spi=$spi more="$*" || return 1
	if [ "$direction" = out ]; then
		xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=$spi if_id=0x10
	else
		ip -n "$right" xfrm state flush
		xfrm_sa "$right" out local=$RIGHT4 remote=$LEFT4 spi=$spi if_id=0x10
	fi
}
to_right()
{
	exchange -1 "$@" "$left" "$right" $LEFT_IN4 $RIGHT_IN4
}
to_left()
{
	exchange -1 "$@" "$right" "$left" $RIGHT_IN4 $LEFT_IN4
}
gone()
{
	! sa_read "$left" $spi
}

soft_packets()
{
	limited out limit packet-soft 5 && to_right -u 1-4 || return 1
	[ "$(event_count "$left" "soft-expire.*spi=$HEX ")" -eq 0 ] || { echo "too early"; return 1; }
	to_right -u 5-9 && event "$left" "soft-expire.*spi=$HEX .*reason=packets" &&
	to_right -u 5-30 && [ "$(event_count "$left" "soft-expire.*spi=$HEX ")" -eq 1 ]
}
check "packets, soft: one event, and data goes on" soft_packets
hard_packets()
{
	limited out limit packet-hard 5 && to_right -u 1-5 || return 1
	to_right -n && event "$left" "hard-expire.*spi=$HEX .*reason=packets" && eventually gone
}
check "packets, hard: the SA ends" hard_packets
check "and with it the carrier" eventually no_carrier "$left" vpn0
soft_bytes()
{
	limited out limit byte-soft 3000 && to_right -u 1000,900 || return 1
	[ "$(event_count "$left" "soft-expire.*spi=$HEX ")" -eq 0 ] || { echo "too early"; return 1; }
	to_right -u 1100 && event "$left" "soft-expire.*spi=$HEX .*reason=bytes"
}
check "bytes, soft" soft_bytes
hard_bytes()
{
	limited out limit byte-hard 3000 && to_right -u 1000,1000 || return 1
	# the one that reaches the limit may pass or not
	to_right -w 100 -u 1000
	to_right -n && event "$left" "hard-expire.*spi=$HEX .*reason=bytes" && eventually gone
}
check "bytes, hard" hard_bytes
soft_inbound()
{
	limited in limit packet-soft 3 limit packet-hard 8 && to_left -u 1-4 &&
	event "$left" "soft-expire.*direction=in.*spi=$HEX .*reason=packets"
}
check "inbound, soft" soft_inbound
hard_inbound()
{
	to_left -u 1-4 && to_left -n &&
	event "$left" "hard-expire.*direction=in.*spi=$HEX .*reason=packets" && eventually gone
}
check "inbound, hard" hard_inbound
time_limits()
{
	limited out limit time-soft 1 limit time-hard 5 &&
	event "$left" "soft-expire.*spi=$HEX .*reason=time" && ! gone &&
	event "$left" "hard-expire.*spi=$HEX .*reason=time" && eventually gone
}
check "seconds, soft and then hard, without traffic" time_limits
idle_limit()
{
	limited in limit idle 2 && to_left -u 1-3 &&
	event "$left" "hard-expire.*spi=$HEX .*reason=idle" && eventually gone
}
check "idle time" idle_limit

# falls back: a hard limit on the newest gives the packets to the one before it
falls_back()
{
	limited out && old=$spi || return 1
	spi=$((spi + 2))
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=$spi more="limit packet-hard 2" &&
	xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=$spi if_id=0x10 &&
	to_right -u 1-2 && to_right -n
	eventually gone && to_right -u 1-9 && sa_read "$left" $old && echo "$SA_packets packets" &&
	[ "$SA_packets" -ge 9 ]
}
check "after a hard limit the SA before carries" falls_back

# sa set changes the limits of an SA in use
changed()
{
	limited out limit packet-soft 3 && to_right -u 1-2 || return 1
	printf -v HEX '0x%x' $spi
	adit_in "$left" sa set dev vpn0 out proto esp spi $spi limit packet-soft 6 \
		limit packet-hard 6 || return 1
	to_right -u 1-3 || return 1
	[ "$(event_count "$left" "soft-expire.*spi=$HEX ")" -eq 0 ] || { echo "the old one holds"; return 1; }
	to_right -n -w 200
	to_right -n && event "$left" "hard-expire.*spi=$HEX "
}
check "limits can be changed" changed
shown()
{
	limited out limit byte-soft 1000 limit byte-hard 2000 limit time-hard 3600 limit idle 60 &&
	sa_read "$left" $spi && echo "$SA_TEXT" || return 1
	for words in "byte-soft 1000" "byte-hard 2000" "time-hard 3600" "idle 60"; do
		[[ $SA_TEXT == *"limit $words"* ]] || return 1
	done
}
check "limits are shown" shown

finish
