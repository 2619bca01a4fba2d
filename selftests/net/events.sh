#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Events of the netlink family, and staging: acquire, first use, mapping changes; limited in rate.
# Expiry is in limits.sh, sequence overflow in replay.sh.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair
udp_encap "$left" 4500
vpn_device "$left" adit && vpn_device "$right" xfrm || bail_out "no devices"
vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6
vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 $LEFT_NET6
xfrm_policies "$right" local=$RIGHT4 remote=$LEFT4 if_id=0x10
events "$left" || bail_out "no events"

###### acquire and staging ######

policy "$left" vpn0 carrier on-demand
acquired()
{
	exchange -1 -n -p 4711 "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	event "$left" "^acquire dev=vpn0 src=$LEFT_IN4/32 dst=$RIGHT_IN4/32 protocol=17 sport=4711 dport=4711"
}
check "a packet without an SA asks for one, with its own selector" acquired
acquired6()
{
	exchange -1 -n "$left" "$right" $LEFT_IN6 $RIGHT_IN6
	event "$left" "^acquire dev=vpn0 src=$LEFT_IN6/128 dst=$RIGHT_IN6/128 protocol=17"
}
check "an IPv6 one too" acquired6
staged_count()
{
	device_read "$left" && echo "staged: ${DEVICE[staged]}" && test "${DEVICE[staged]}" "$@"
}
check "packets are waiting" staged_count -ge 1

no_storm()
{
	local before
	before=$(event_count "$left" ^acquire)
	in_ns "$left" ping -q -f -n -c 300 -w 1 -I $LEFT_IN4 $RIGHT_IN4
	local after
	after=$(event_count "$left" ^acquire)
	echo "$((after - before)) events for 300 packets"
	[ $((after - before)) -ge 1 ] && [ $((after - before)) -le 3 ]
}
check "300 equal packets do not make a storm of events" no_storm
no_storm_of_many()
{
	local before
	before=$(event_count "$left" ^acquire)
	# A hundred selectors in a moment: one destination port each.
	in_ns "$left" bash -c "for ((p = 1; p <= 100; p++)); do echo >/dev/udp/$RIGHT_IN4/\$p; done"
	local after
	after=$(event_count "$left" ^acquire)
	echo "$((after - before)) events for 100 selectors"
	[ $((after - before)) -ge 1 ] && [ $((after - before)) -le 30 ]
}
check "a hundred different ones neither" no_storm_of_many
bounded()
{
	staged_count -le 32
}
check "no more than 32 packets wait" bounded
# Those beyond the bound are dropped and counted, and those that wait too long.
emptied()
{
	eventually staged_count -eq 0 && device_read "$left" &&
	echo "dropped after waiting: ${DEVICE[drop_staged]:-0}" && [ "${DEVICE[drop_staged]:-0}" -ge 32 ]
}
check "they are dropped and counted after a bounded time" emptied

sent_when_it_comes()
{
	xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=0x1001 if_id=0x10 || return 1
	# The packet is sent first, the SA comes later, the packet arrives.
	background in_ns "$right" timeout 10 socat -u UDP-RECV:4800,bind=$RIGHT_IN4 \
		"CREATE:$TMP/waiting"
	eventually udp_listening || return 1
	in_ns "$left" bash -c "echo patience >/dev/udp/$RIGHT_IN4/4800"
	staged_count -eq 1 || return 1
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x1001 || return 1
	eventually grep -q patience "$TMP/waiting"
}
udp_listening()
{
	[ -n "$(in_ns "$right" ss -Hlun "sport = :4800")" ]
}
check "a waiting packet is sent when the SA comes" sent_when_it_comes
check "then none waits" staged_count -eq 0
never_staged()
{
	adit_in "$left" sa flush dev vpn0 && policy "$left" vpn0 staged 0 &&
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4 && staged_count -eq 0
}
check "with a bound of 0 nothing waits" never_staged

###### first use ######

inject()
{
	"$NET_BIN/inject" "$right" "$left" alg=null-sha256 spi=0x1002 from=$RIGHT4 to=$LEFT4 \
		src=$RIGHT_IN4 dst=$LEFT_IN4 "$@"
}
first_use()
{
	ip -n "$right" xfrm state flush
	adit_sa "$left" in alg=null-sha256 local=$LEFT4 remote=$RIGHT4 spi=0x1002 || return 1
	inject <<<"seq=1 icv=1"
	[ "$(event_count "$left" '^first-use')" -eq 0 ] || { echo "for a forged packet"; return 1; }
	inject <<<$'seq=1\nseq=2\nseq=3'
	event "$left" '^first-use dev=vpn0 direction=in proto=50 spi=0x1002' &&
	[ "$(event_count "$left" '^first-use')" -eq 1 ]
}
check "first use is reported once, and only after authentication" first_use

###### NAT rebinding ######

mapping()
{
	adit_in "$left" sa flush dev vpn0 &&
	adit_sa "$left" in alg=null-sha256 local=$LEFT4 remote=$RIGHT4 spi=0x1002 encap=4500:4500 ||
		return 1
	[ "$(inject udp=4500:4500 <<<"seq=1")" = + ] || { echo "from the right port"; return 1; }
	[ "$(event_count "$left" '^mapping-changed')" -eq 0 ] || { echo "too early"; return 1; }
	[ "$(inject udp=9999:4500 <<<"seq=2 icv=1")" = - ] || return 1
	[ "$(event_count "$left" '^mapping-changed')" -eq 0 ] || { echo "for a forged packet"; return 1; }
	[ "$(inject udp=20000:4500 <<<"seq=2")" = + ] || { echo "from another port"; return 1; }
	event "$left" "^mapping-changed dev=vpn0 .*spi=0x1002 .*new-remote=$RIGHT4 new-port=20000"
}
check "another port of the peer is reported, only after authentication" mapping
mapping_rate()
{
	local before
	before=$(event_count "$left" '^mapping-changed')
	for i in {1..50}; do echo "seq=$((i + 10))"; done | inject udp=20001:4500
	local after
	after=$(event_count "$left" '^mapping-changed')
	echo "$((after - before)) events for 50 packets"
	[ $((after - before)) -le 3 ]
}
check "at most one event a second" mapping_rate

# A NAT that gets another address, over IPv4 and IPv6. What is forged and what is replayed comes from
# elsewhere again: a report of that would hold up the one that is waited for.
moves()
{
	adit_sa "$left" in alg=null-sha256 local=$here remote=$there spi=$spi encap=4500:4500 ||
		return 1
	[ "$(inject_moved <<<"seq=7")" = + ] || { echo "from the right address"; return 1; }
	[ "$(inject_moved from="${new%4}8" <<<"seq=8 icv=1")" = - ] || return 1
	[ "$(inject_moved from="${new%4}9" <<<"seq=7")" = - ] || return 1
	[ "$(inject_moved from=$new <<<"seq=8")" = + ] || { echo "from another address"; return 1; }
	event "$left" "$(reported $new)" && [ "$(event_count "$left" "$(reported)")" -eq 1 ]
}
inject_moved()
{
	inject spi=$spi to=$here from=$there udp=4500:4500 "$@"
}
reported()
{
	echo "^mapping-changed dev=vpn0 direction=in .*spi=$spi .*new-remote=${1:-.*} new-port=4500"
}
# The peer is where sa set says: that is no news any more, and where it was before is.
followed()
{
	adit_in "$left" sa set dev vpn0 in proto esp spi $spi new-remote $new new-port 4500 || return 1
	SEQ=10
	wait_for 20 news_from_before || { event "$left" "$(reported $there)"; return 1; }
	[ "$(event_count "$left" "$(reported $new)")" -eq 1 ]
}
# At most one event a second: some packets are not reported for that.
news_from_before()
{
	SEQ=$((SEQ + 2))
	[ "$(inject_moved <<<"seq=$SEQ from=$new
seq=$((SEQ + 1))")" = ++ ] && grep -Eq "$(reported $there)" "$TMP/events.$left"
}
sa_set()
{
	adit_sa "$left" out local=$here remote=$there spi=0x1001 encap=4500:4500 &&
	adit_in "$left" sa set dev vpn0 out proto esp spi 0x1001 new-remote $new new-port 20000 ||
		return 1
	sa_read "$left" 0x1001 out && echo "$SA_TEXT" && [[ $SA_TEXT == *"remote $new"* ]] &&
	[[ $SA_TEXT == *"encap 4500 20000"* ]]
}
goes_there()
{
	addresses "$right" wire $new/$length
	in_ns "$left" ping -n -q -c 1 -w 2 $new
	capture "$right" wire moved "dst $new and udp dst port 20000" || return 1
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	eventually captured_some moved
	local status=$?
	capture_end moved
	return $status
}
while read -r name here there new length spi; do
	check "another address of the peer is reported, only after authentication, $name" moves
	check "where it has moved to is no news after sa set, $name" followed
	check "sa set gives an SA the peer's new address and port, $name" sa_set
	check "and packets go there, $name" goes_there
	adit_in "$left" sa flush dev vpn0
done <<-EOL
	IPv4 $LEFT4 $RIGHT4 192.0.2.44 24 0x1004
	IPv6 $LEFT6 $RIGHT6 2001:db8::44 64 0x1006
	EOL

finish
