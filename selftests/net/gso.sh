#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Large packets: TCP hands the device up to 64 kB at a time, which adit cuts itself; what comes in
# is put together again. With TEST_SHORT, less data.

. "$(dirname "$0")/lib.sh"

BYTES=1000000
[ -z "${TEST_SHORT:-}" ] || BYTES=100000

plan_none
need_adit
need_module xfrm_interface
topology_hosts
udp_encap "$left"
udp_encap "$right"

features()
{
	in_ns "$left" ethtool -k vpn0 >"$TMP/features" && grep -E "^$1: on" "$TMP/features"
}

large_handed_over()
{
	# However slow the machine: TCP makes its packets smaller when it sends slowly.
	in_ns "$left" sysctl -qw net.ipv4.tcp_min_tso_segs=8 || return 1
	capture "$left" vpn0 large greater 3000 || return 1
	exchange -1 -t 2000000 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	capture_end large
	echo "packets over 3000 bytes handed to the device: $(captured large)"
	captured_some large
}

everything_crosses()
{
	tunnel "$@" &&
	exchange -t $BYTES "$left" "$right" $LEFT_IN4 $RIGHT_IN4 $LEFT_IN6 $RIGHT_IN6 &&
	exchange -t $BYTES "$lhost" "$rhost" $LHOST4 $RHOST4 $LHOST6 $RHOST6
}

tunnel right=xfrm || bail_out "no tunnel"
check "the device takes scatter-gather" features scatter-gather
check "the device takes generic segmentation" features generic-segmentation-offload
check "the device takes TCP segmentation" features tcp-segmentation-offload
check "TCP hands over packets beyond the MTU" large_handed_over
tunnel_down

for options in "right=xfrm" "right=adit" "right=adit outer=6" "right=xfrm alg=aes128-sha1" \
	"right=adit alg=chacha20poly1305" "right=xfrm encap=4500:4500" "right=adit encap=4500:4500" \
	"right=adit encap=4500:4500 outer=6" "right=xfrm encap=4500:4500 alg=aes256-sha256"; do
	# shellcheck disable=SC2086 # words
	check "TCP from the gateways and through them, $options" everything_crosses $options
	tunnel_down
done

# Segments are counted one by one, as they go over the wire.
counted()
{
	tunnel right=adit || return 1
	local before
	before=$(link_counter "$left" vpn0 tx_packets)
	exchange -1 -t 1000000 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	sa_read "$left" 0x1001
	echo "device: $(($(link_counter "$left" vpn0 tx_packets) - before)) packets, SA: $SA_packets"
	[ "$SA_packets" -ge 700 ] && [ $(($(link_counter "$left" vpn0 tx_packets) - before)) -eq "$SA_packets" ]
}
check "a million bytes are at least 700 packets, on the device and on the SA" counted

# merged FROM TO ADDRESS-FROM ADDRESS-TO: the receiver of a stream sees merged packets, or the host
# would spend its time on segments.
merged()
{
	capture "$2" vpn0 merged "greater 3000" || return 1
	exchange -1 -t 2000000 "$@" || return 1
	capture_end merged
	echo "packets over 3000 bytes that came out: $(captured merged)"
	captured_some merged
}
check "what comes in is merged (GRO)" merged "$left" "$right" $LEFT_IN4 $RIGHT_IN4
off()
{
	in_ns "$left" ethtool -K vpn0 gso off tso off sg off >/dev/null &&
	in_ns "$right" ethtool -K vpn0 gro off >/dev/null &&
	exchange -t 300000 "$left" "$right" $LEFT_IN4 $RIGHT_IN4
}
check "everything switched off, it works too" off
tunnel_down

# XFRM's packets have buffers of another kind, which are merged in another way, and have to be cut
# again in front of a host's device that takes no long packets.
tunnel right=xfrm || bail_out "no tunnel"
check "what XFRM sends is merged" merged "$right" "$left" $RIGHT_IN4 $LEFT_IN4
check "what XFRM sends is merged, IPv6" merged "$right" "$left" $RIGHT_IN6 $LEFT_IN6
cut_again()
{
	in_ns "$left" ethtool -K lan tso off gso off sg off >/dev/null &&
	exchange -1 -t $BYTES "$rhost" "$lhost" $RHOST4 $LHOST4 $RHOST6 $LHOST6
}
check "and cut again for a host" cut_again
tunnel_down

finish
