#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Sequence numbers and the replay window (RFC 4303 2.2, 3.3.3, 3.4.3, appendix A).  Packets with any
# number wanted are made by inject.c; a table says which must come out.  XFRM gets the same table.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair
vpn_device "$left" adit && vpn_device "$right" xfrm || bail_out "no devices"
vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6
vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 $LEFT_NET6
xfrm_policies "$right" local=$RIGHT4 remote=$LEFT4 if_id=0x10

alg=null-sha256

# to_adit OPTIONS: sends the packets of standard input to adit on the left; prints what came out.
to_adit()
{
	"$NET_BIN/inject" "$right" "$left" alg=$alg spi=0x1002 from=$RIGHT4 to=$LEFT4 \
		src=$RIGHT_IN4 dst=$LEFT_IN4 "$@"
}
to_xfrm()
{
	"$NET_BIN/inject" "$left" "$right" alg=$alg spi=0x1001 from=$LEFT4 to=$RIGHT4 \
		src=$LEFT_IN4 dst=$RIGHT_IN4 "$@"
}

# fresh WINDOW [ESN [SEQ]]: inbound SAs on both sides whose highest number is SEQ.  adit takes all up
# to it for seen, XFRM none: the tables begin well above it.
fresh()
{
	local window=$1 esn=${2:-no} seq=${3:-0}
	local adit_more= xfrm_more=

	[ "$seq" = 0 ] || {
		adit_more="seq $seq"
		xfrm_more="replay-seq $((seq & 0xffffffff)) replay-seq-hi $((seq >> 32))"
	}
	adit_in "$left" sa flush dev vpn0 && ip -n "$right" xfrm state flush &&
	adit_sa "$left" in alg=$alg local=$LEFT4 remote=$RIGHT4 spi=0x1002 window="$window" \
		esn="$esn" more="$adit_more" || return 1
	xfrm_sa "$right" in alg=$alg local=$RIGHT4 remote=$LEFT4 spi=0x1001 if_id=0x10 \
		window="$window" esn="$esn" more="$xfrm_more" || XFRM_LACKS=1
}

# table DESCRIPTION WINDOW ESN SEQ SEQUENCE+|-...: each number with what must become of it.
table()
{
	local description=$1 window=$2 esn=$3 seq=$4 entry packets= expected= flag=0 got
	shift 4
	[ "$esn" = no ] || flag=1
	for entry in "$@"; do
		packets+="seq=${entry%[+-]}"$'\n'
		expected+=${entry: -1}
	done
	XFRM_LACKS=
	check "$description: SAs" fresh "$window" "$esn" "$seq"
	got=$(to_adit esn=$flag <<<"$packets")
	same "$description: adit" "$expected" "$got"
	if [ -n "$XFRM_LACKS" ]; then
		skip "$description: XFRM" "XFRM does not take such an SA"
		return
	fi
	got=$(to_xfrm esn=$flag <<<"$packets")
	same "$description: XFRM" "$expected" "$got"
}

# Without ESN. What is refused: 0, what was seen, what is left of the window.
table "window 32" 32 no 0 \
	1+ 1- 2+ 5+ 3+ 3- 4+ 5- 40+ 9+ 8- 9- 39+ 40- 41+ 9- 10+ 10- 100+ 69+ 68- 100-
table "window 1" 1 no 0 1+ 1- 2+ 1- 4+ 3- 4- 5+
table "window 64" 64 no 0 64+ 1+ 1- 65+ 1- 2+ 128+ 65- 64- 66+ 1000+ 937+ 936-
table "window 100, not a multiple of 32" 100 no 0 100+ 1+ 101+ 1- 2+ 200+ 101- 102+ 100- 102-
table "window 1024" 1024 no 0 1+ 1024+ 1- 2+ 1025+ 1- 2- 3+ 2048+ 1025- 1026+ 1024- 9999+ 8976+ 8975-
table "window 4096" 4096 no 0 4096+ 1+ 4097+ 1- 2+ 100000+ 95905+ 95904- 95905- 100000-
table "far jumps" 64 no 0 1+ 1000000+ 1- 999999+ 2147483648+ 1000000- 2147483647+ 4294967295+ \
	4294967295- 4294967294+ 1-
table "number 0 is never sent" 64 no 0 0- 1+ 0-

no_window()
{
	local got
	fresh 0 && got=$(printf 'seq=%d\n' 5 5 1 5 100 1 | to_adit) && echo "$got" &&
	[ "$got" = "++++++" ]
}
check "window 0: no replay protection" no_window

# A forged packet must not move the window (RFC 4303 3.4.3).
forged()
{
	local got
	fresh 64 && got=$(to_adit <<-EOF
		seq=10
		seq=1000000 icv=1
		seq=11
		seq=9
		seq=9 icv=1
	EOF
	) && echo "$got" && [ "$got" = "+-++-" ]
}
check "a packet with a wrong ICV does not move the window" forged

counted()
{
	fresh 64 && to_adit <<<$'seq=100\nseq=100\nseq=36\nseq=100 icv=1\nseq=101 icv=1' || return 1
	sa_read "$left" 0x1002
	echo "replay ${SA_DROPS[replay]:-0} authentication ${SA_DROPS[authentication]:-0}"
	[ "${SA_DROPS[replay]:-0}" -eq 3 ] && [ "${SA_DROPS[authentication]:-0}" -eq 1 ]
}
check "drops by replay and by authentication are counted apart" counted

# Extended sequence numbers (RFC 4303 appendix A2.1): case A, the window in one subspace; case B,
# the window over two.
table "ESN from 0" 64 yes 0 1+ 1- 2+ 65+ 1- 2- 3+ 66+
table "ESN, over 2^32" 64 yes 0xffffff00 \
	0xfffffff1+ 0xffffffff+ 0x100000000+ 0x100000001+ 0xfffffff2+ 0xfffffff2- 0xfffffffe+ \
	0x100000000- 0x100000010+ 0xffffffe0+ 0xffffffd0- 0x10000000f+
table "ESN, case A" 64 yes 0x17fffff00 \
	0x180000001+ 0x180000001- 0x17fffffff+ 0x17fffffc2+ 0x17fffffc1- 0x180001000+ 0x180000fff+ \
	0x180000001-
table "ESN, the next subspace by a jump" 64 yes 0x180000000 0x200000000+ 0x1fffffffe+ 0x200000001+ 0x1fffffffe-
table "ESN, case B" 64 yes 0x1ffffff00 0x200000011+ 0x1fffffff8+ 0x1fffffff8- 0x1ffffffd2+ 0x1ffffffd1- 0x200000050+ \
	0x1fffffff9-
table "ESN, an old subspace is no match" 64 yes 0x500000100 0x500000101+ 0x400000101- 0x300000001- 0x500000102+
table "ESN, window 4096" 4096 yes 0xffff0000 0x100000801+ 0xfffff802+ 0xfffff801- 0x100000000+ 0xffffffff+ \
	0xffffffff-
alg=aes128gcm16
table "ESN with AES-GCM over 2^32" 64 yes 0xffffff00 0xffffffff+ 0x100000000+ 0x100000001+ 0xfffffff8+ 0x100000000-
alg=null-sha256

###### what we send ######

# overflow: the last two numbers are used, the next packet is refused before it wraps.
overflow()
{
	ip -n "$right" xfrm state flush && adit_in "$left" sa flush dev vpn0 &&
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x1001 more="seq 0xfffffffd" &&
	xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=0x1001 if_id=0x10 \
		more="replay-seq 0xfffffffd" &&
	exchange -1 -u 10,11 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	sa_dropped "$left" 0x1001 sequence-overflow
	echo "dropped by overflow: $DROPPED"
	[ "$DROPPED" -ge 1 ]
}
events "$left" || bail_out "no events"
check "the last sequence numbers are used, and none is used again" overflow
check "the overflow is reported" event "$left" 'sequence-overflow .*spi=0x1001'
once()
{
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	[ "$(event_count "$left" sequence-overflow)" -eq 1 ]
}
check "it is reported once" once
check "nothing can be sent any more: no carrier" eventually no_carrier "$left" vpn0
successor()
{
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x1002 && eventually carrier "$left" vpn0
}
check "a successor brings the carrier back" successor

esn_goes_on()
{
	ip -n "$right" xfrm state flush && adit_in "$left" sa flush dev vpn0 &&
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x1001 esn=yes more="seq 0xfffffffd" &&
	xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=0x1001 if_id=0x10 esn=yes window=64 \
		more="replay-seq 0xfffffffd" &&
	exchange -1 -u 10-19 "$left" "$right" $LEFT_IN4 $RIGHT_IN4
}
check "with ESN it goes on over 2^32, to XFRM" esn_goes_on
esn_comes()
{
	ip -n "$right" xfrm state flush && adit_in "$left" sa flush dev vpn0 &&
	adit_sa "$left" in local=$LEFT4 remote=$RIGHT4 spi=0x1002 esn=yes window=64 \
		more="seq 0xfffffffd" &&
	xfrm_sa "$right" out local=$RIGHT4 remote=$LEFT4 spi=0x1002 if_id=0x10 esn=yes window=64 \
		more="replay-oseq 0xfffffffd" &&
	exchange -1 -u 10-19 "$right" "$left" $RIGHT_IN4 $LEFT_IN4
}
check "and from XFRM" esn_comes

###### a wire that duplicates and reorders ######

ip -n "$right" xfrm state flush
ip -n "$right" xfrm policy flush
ip -n "$left" link del vpn0
ip -n "$right" link del vpn0
duplicated()
{
	tunnel right=xfrm window=64 && disturb "$right" wire duplicate 100% || return 1
	tunnel_works -u 0-9 -t 200000 || return 1
	sa_dropped "$left" 0x1002 replay
	echo "dropped as replayed: $DROPPED"
	[ "$DROPPED" -ge 20 ]
}
check "each packet twice on the wire: each comes out once" duplicated
reordered()
{
	calm "$right" wire
	tunnel_rekey right=xfrm window=1024 &&
	disturb "$right" wire delay 3ms reorder 40% 50% &&
	disturb "$left" wire delay 3ms reorder 40% 50% || return 1
	tunnel_works -t 300000 || return 1
	sa_dropped "$left" 0x1002 replay
	echo "dropped as replayed: $DROPPED"
	[ "$DROPPED" -eq 0 ]
}
check "a wire that reorders loses nothing within the window" reordered

finish
