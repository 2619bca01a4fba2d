#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# One pass through both packet paths, with as few programs started as can be: for kernels that check
# themselves, on which each costs a second. The other programs beside this one look closer.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface esp4 esp6 ah4
topology_pair
udp_encap "$left"
udp_encap "$right"

# What fits, what is cut before it is encrypted, and segments that are cut here and merged there. An
# XFRM interface loses the first packet that is too long for it: it then tells the sender.
crosses()
{
	local sizes=0-3,100,1300,4000

	[[ " $* " != *" right=xfrm "* ]] || sizes=0-3,100,1300
	tunnel_down
	tunnel "$@" && tunnel_works -u $sizes -t 60000
}
for options in right=xfrm "right=adit alg=chacha20poly1305 encap=4500:4500 outer=6" \
	"right=xfrm alg=aes256-sha256 esn=yes window=64 encap=4500:4500" \
	"right=adit alg=null-sha1 esn=yes window=1024 outer=6" "right=xfrm proto=ah alg=sha256"; do
	# shellcheck disable=SC2086 # words
	check "data crosses, $options" crosses $options
done

# The hosts themselves talk: the outer addresses are the inner ones.
transport()
{
	tunnel_down
	tunnel mode=transport "$@" && exchange -u 0-3,1300,4000 -t 60000 "$left" "$right" $LEFT4 $RIGHT4
}
check "data crosses in transport mode" transport right=xfrm alg=aes128-sha1
check "data crosses in transport mode, AH" transport right=adit proto=ah alg=sha512

# A packet of each kind of fault, and each number of a window (RFC 4303 3.4.3).
faults()
{
	local got

	tunnel_down
	vpn_device "$left" adit && vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 &&
	adit_sa "$left" in alg=null-sha256 local=$LEFT4 remote=$RIGHT4 spi=0x1002 window=64 \
		more="src $RIGHT_NET4 dst $LEFT_NET4" || return 1
	got=$("$NET_BIN/inject" "$right" "$left" alg=null-sha256 spi=0x1002 from=$RIGHT4 to=$LEFT4 \
		src=$RIGHT_IN4 dst=$LEFT_IN4 <<-EOF
		seq=100
		seq=100
		seq=36
		seq=37
		seq=99 icv=1
		seq=99
		seq=200 padlength=1
		seq=201 padbytes=1
		seq=202 cut=2
		seq=203 next=6
		seq=204 next=59
		seq=205 src=10.9.0.1
		seq=206 tos=3
		seq=207 tos=3 itos=2 expect=3
		seq=4294967295
		seq=4294967294
		seq=300
	EOF
	)
	echo "$got"
	[ "$got" = "+--+-+-------+++-" ]
}
check "each fault is found, and what is right comes out" faults
counted()
{
	local reason

	sa_read "$left" 0x1002
	for reason in replay:3 authentication:1 padding:2 malformed:1 encapsulation:1 selector:1 ecn:1; do
		echo "$reason: ${SA_DROPS[${reason%:*}]:-0}"
		[ "${SA_DROPS[${reason%:*}]:-0}" -eq "${reason#*:}" ] || return 1
	done
}
check "each is counted under its reason" counted

# Waiting for an SA, an SA that ends by its limits, and one that runs out of numbers.
ends()
{
	tunnel_down
	vpn_device "$left" adit && vpn_device "$right" adit && events "$left" &&
	vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 &&
	vpn_routes "$right" vpn0 $RIGHT_IN4 $RIGHT_IN6 $LEFT_NET4 &&
	policy "$left" vpn0 carrier on-demand || return 1
	exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4 && event "$left" 'acquire .*10\.2\.0\.1' &&
	adit_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=0x1001 &&
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x1001 \
		more="limit packet-soft 5 limit packet-hard 9" &&
	exchange -1 -u 0-4 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	exchange -1 -u 0-9 -w 100 "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	event "$left" 'soft-expire .*spi=0x1001' && event "$left" 'hard-expire .*spi=0x1001' || return 1
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=0x1003 more="seq 0xfffffffe"
	exchange -1 -u 0-4 -w 100 "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	event "$left" 'sequence-overflow .*spi=0x1003'
}
check "packets wait, an SA ends by its limits and one by its numbers, and each is said" ends
check "nothing holds the module" bash -c "ip -n $left link del vpn0; ip -n $right link del vpn0; rmmod adit"

finish
