#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Asynchronous crypto: the kernel is made to give both ends cryptd, which finishes each packet later
# and on a workqueue, as hardware would.  Nothing may change but the driver's name.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface esp4
modprobe -qa cryptd algif_aead algif_hash

topology_pair

# The names that are asked for: authenc as adit and XFRM both build it.
make_async()
{
	"$NET_BIN/async" aead "cryptd($1)" || skip_all "no cryptd($1) in $(uname -r)"
}
make_async 'rfc4106(gcm(aes))'
make_async 'authenc(hmac(sha256),cbc(aes))'
make_async 'authenc(hmac(sha256),ecb(cipher_null))'

asynchronous()
{
	sa_read "$left" "$1" && grep 'driver' <<<"$SA_TEXT" && [[ $SA_TEXT == *driver*cryptd\(* ]]
}
exchanges()
{
	tunnel_works -u 0-19,1300 -t 300000
}

for peer in xfrm adit; do
	tunnel right=$peer || bail_out "no tunnel"
	check "AES-GCM to $peer: outbound is asynchronous" asynchronous 0x1001
	check "AES-GCM to $peer: inbound is asynchronous" asynchronous 0x1002
	check "AES-GCM to $peer: data crosses" exchanges
	tunnel_down
	tunnel right=$peer alg=aes128-sha256 outer=6
	check "AES-CBC with SHA-256 to $peer over IPv6: asynchronous" asynchronous 0x1001
	check "AES-CBC with SHA-256 to $peer over IPv6: data crosses" exchanges
	tunnel_down
done

udp_encap "$left"
udp_encap "$right"
tunnel right=adit encap=4500:4500
check "in UDP: data crosses" exchanges
tunnel_down

# The replay window is checked after decryption as well as before: the same packet twice in flight.
tunnel alg=null-sha256 right=xfrm
check "null with SHA-256: asynchronous" asynchronous 0x1002
in_flight_twice()
{
	local got
	got=$("$NET_BIN/inject" "$right" "$left" alg=null-sha256 spi=0x1002 from=$RIGHT4 to=$LEFT4 \
		src=$RIGHT_IN4 dst=$LEFT_IN4 <<<$'seq=500\nseq=500\nseq=499\nseq=499\nseq=437\nseq=436') &&
	echo "$got" && [ "$got" = "+-+-+-" ]
}
check "the window holds with packets in flight" in_flight_twice
tunnel_down

# SAs and devices go while packets are with the transform.
removed_in_flight()
{
	local i

	tunnel right=adit || return 1
	for i in 1 2 3; do
		background in_ns "$left" ping -qfn -s 1000 -w 20 -I $LEFT_IN4 $RIGHT_IN4 >/dev/null
		wait_for 5 counts 20 link_counter "$right" vpn0 rx_packets
		tunnel_flush && tunnel right=adit only=sa || return 1
		stop $!
	done
	background in_ns "$left" ping -qfn -s 1000 -w 20 -I $LEFT_IN4 $RIGHT_IN4 >/dev/null
	wait_for 5 counts 100 link_counter "$right" vpn0 rx_packets
	tunnel_down
	stop $!
	tunnel right=adit && tunnel_works
}
check "SAs and devices are removed with packets in flight" removed_in_flight
tunnel_down
unloaded()
{
	tunnel right=adit || return 1
	background in_ns "$left" ping -qfn -s 1000 -w 20 -I $LEFT_IN4 $RIGHT_IN4 >/dev/null
	wait_for 5 counts 100 link_counter "$right" vpn0 rx_packets
	adit_unload || return 1
	stop $!
	adit_load && tunnel right=adit && tunnel_works
}
check "the module is unloaded with packets in flight" unloaded

finish
