#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Asynchronous crypto: the kernel is made to give adit and XFRM cryptd or pcrypt, which finish each
# packet later, on a workqueue, as hardware would. Nothing may change but the driver's name; and SAs,
# devices, namespaces and the module may go while packets are with the transform. With TEST_SHORT, less
# data.

. "$(dirname "$0")/lib.sh"

BYTES=200000
[ -z "${TEST_SHORT:-}" ] || BYTES=50000

plan_none
# Its self test of cryptd over ciphers that use vector registers fails, with a warning in the log.
[[ $(uname -r) != 6.1.* ]] || skip_all "Linux 6.1 has no cryptd that passes its own test"
need_adit
need_module xfrm_interface esp4 ah4
modprobe -qa cryptd pcrypt crypto_user algif_aead algif_hash
topology_pair

# prefer TYPE TEMPLATE NAME: whoever asks for NAME from now on gets it. Sets DRIVER.
PREFERRED=()
prefer()
{
	DRIVER=$("$NET_BIN/async" "$@" 10000) || return
	PREFERRED+=("$*")
}
test_cleanup()
{
	local one

	# What comes after this program gets what it always had.
	for one in "${PREFERRED[@]}"; do
		# shellcheck disable=SC2086 # words
		"$NET_BIN/async" $one 1 >/dev/null
	done
}

prefer aead cryptd 'rfc4106(gcm(aes))' || skip_all "$(uname -r) has no cryptd or no crypto_user"

# async_tunnel OPTIONS...: of what these ask for. Each time anew: what was built out of an
# implementation goes when a better one comes, and what of one kernel stays, of another does not.
async_tunnel()
{
	case "$*" in
	*proto=ah*) prefer hash cryptd 'hmac(sha256)' ;;
	*alg=aes128-sha256*esn=yes*) prefer aead cryptd 'authencesn(hmac(sha256),cbc(aes))' ;;
	*alg=aes128-sha256*) prefer aead cryptd 'authenc(hmac(sha256),cbc(aes))' ;;
	*alg=null-sha256*) prefer aead cryptd 'authenc(hmac(sha256),ecb(cipher_null))' ;;
	*) prefer aead cryptd 'rfc4106(gcm(aes))' ;;
	esac && tunnel "$@" && asynchronous cryptd
}

# asynchronous TEMPLATE: both SAs on the left have it.
asynchronous()
{
	local spi

	for spi in 0x1001 0x1002; do
		sa_read "$left" $spi && grep driver <<<"$SA_TEXT" &&
		[[ $SA_TEXT == *"driver $1("* ]] || return 1
	done
}
crosses()
{
	async_tunnel "$@" && tunnel_works -u 0-4,1300 -t $BYTES
}

udp_encap "$left"
udp_encap "$right"
while read -r options; do
	# shellcheck disable=SC2086 # words
	check "cryptd: $options" crosses $options
	tunnel_down
done <<-EOL
	alg=aes128gcm16 right=xfrm
	alg=aes128gcm16 right=adit esn=yes outer=6
	alg=aes128gcm16 right=adit encap=4500:4500
	alg=aes128-sha256 right=xfrm outer=6
	alg=aes128-sha256 right=xfrm esn=yes
	proto=ah alg=sha256 right=xfrm
	proto=ah alg=sha256 right=adit outer=6
	EOL

parallel()
{
	prefer aead pcrypt 'rfc4106(gcm(aes))' && tunnel "$@" && asynchronous pcrypt &&
	tunnel_works -u 0-4,1300 -t $BYTES
}
# What one CPU was given first may be finished by another: the window must be as wide as the queue.
if prefer aead pcrypt 'rfc4106(gcm(aes))'; then
	# shellcheck disable=SC2034 # prefer
	for peer in xfrm adit; do
		check "pcrypt to $peer" parallel alg=aes128gcm16 right=$peer window=1024
		tunnel_down
	done
	"$NET_BIN/async" aead pcrypt 'rfc4106(gcm(aes))' 1 >/dev/null
else
	skip "pcrypt" "$(uname -r) has no pcrypt"
fi

# The replay window is looked at before decryption and moves after it: the same packet twice at once.
in_flight_twice()
{
	local got
	async_tunnel alg=null-sha256 right=xfrm window=64 || return 1
	got=$("$NET_BIN/inject" "$right" "$left" alg=null-sha256 spi=0x1002 from=$RIGHT4 to=$LEFT4 \
		src=$RIGHT_IN4 dst=$LEFT_IN4 <<<$'seq=500\nseq=500\nseq=499\nseq=499\nseq=437\nseq=436') &&
	echo "$got" && [ "$got" = "+-+-+-" ]
}
check "the window holds with packets in flight" in_flight_twice
tunnel_down

###### what goes while packets are with the transform ######

burst()
{
	"$NET_BIN/burst" "$left" $RIGHT_IN4 300 "$@"
}
nothing_goes()
{
	async_tunnel right=adit && burst nothing &&
	eventually counts 300 link_counter "$right" vpn0 rx_packets
}
check "300 packets in flight arrive" nothing_goes
goes()
{
	tunnel_down
	async_tunnel "$@" && burst device "$left" vpn0
}
for options in "right=adit" "right=adit proto=ah alg=sha256" "right=xfrm outer=6 alg=aes128-sha256"; do
	# shellcheck disable=SC2086 # words
	check "the sender's device goes with packets in flight, $options" goes $options
done
# AH over ESP, both asynchronous, at both ends: a flush frees the SAs while each has packets.
bundle()
{
	tunnel_down
	async_tunnel right=adit && prefer hash cryptd 'hmac(sha256)' || return 1
	local ah="proto=ah alg=sha256 mode=transport spi=0x2001"
	# shellcheck disable=SC2086 # words
	adit_sa "$right" in local=$RIGHT4 remote=$LEFT4 $ah && adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 $ah
}
bundle_goes()
{
	bundle && burst "$@"
}
bundle_flushed()
{
	bundle || return 1
	background in_ns "$left" ping -qfn -s 1000 -w 20 -I $LEFT_IN4 $RIGHT_IN4 >/dev/null
	eventually counts 50 link_counter "$right" vpn0 rx_packets
	tunnel_flush
	stop $!
}
check "the sender's device goes with a bundle's packets in flight" bundle_goes device "$left" vpn0
check "the receiver's device goes with a bundle's packets in flight" bundle_goes device "$right" vpn0
check "the SAs of a bundle go under a flood" bundle_flushed
receiver_goes()
{
	tunnel_down
	async_tunnel right=adit && burst device "$right" vpn0
}
check "the receiver's device goes with packets in flight" receiver_goes
wire_goes()
{
	tunnel_down
	async_tunnel right=adit && burst device "$left" wire || return 1
	join "$left" wire "$right" wire
	gateway_addresses
}
check "the wire goes with packets in flight" wire_goes
tunnel_down
removed()
{
	local i

	tunnel right=adit || return 1
	for i in 1 2 3; do
		background in_ns "$left" ping -qfn -s 1000 -w 20 -I $LEFT_IN4 $RIGHT_IN4 >/dev/null
		eventually counts $((20 * i)) link_counter "$right" vpn0 rx_packets
		tunnel_flush && tunnel right=adit only=sa || return 1
		stop $!
	done
	tunnel_works
}
check "SAs go under a flood" removed
tunnel_down
unloaded()
{
	tunnel right=adit || return 1
	background in_ns "$left" ping -qfn -s 1000 -w 20 -I $LEFT_IN4 $RIGHT_IN4 >/dev/null
	eventually counts 50 link_counter "$right" vpn0 rx_packets
	burst nothing && adit_unload || return 1
	stop $!
	adit_load && tunnel right=adit && tunnel_works
}
check "the module goes with packets in flight" unloaded
tunnel_down
namespace_goes()
{
	# The sockets for UDP would hold it.
	stop_background
	async_tunnel right=adit && burst namespace && eventually no_wire && adit_unload
}
# Its other end goes with the namespace.
no_wire()
{
	! in_ns "$right" test -e /sys/class/net/wire
}
check "the sender's namespace goes with packets in flight" namespace_goes

finish
