#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the benchmarks in a guest share: two gateways joined by veth, each with a host behind it,
#   h1 - g1 = g2 - h2
# and every transport between them. They run in the project's folder; $sas is the number of SAs.

# Out of the host's file system, which an emulated CPU that is busy waiting can starve.
programs=$(mktemp -d)
cp build/userspace/adit build/bench/udpload "$programs" || exit 1
adit=$programs/adit
udpload=$programs/udpload
work=$(mktemp -d)
# 7:4:1 packets of 64, 576 and 1,400 bytes at the IP layer: the usual simple IMIX.
imix=36,548,36,36,548,36,1372,36,548,36,548,36
# Keys of the benchmark only: bytes that count up.
key() { printf 0x; for ((i = 1; i <= $1; i++)); do printf %02x "$((i % 256))"; done; }

warn() { echo "bench: $*" >&2; }

cleanup()
{
	for name in h1 g1 g2 h2; do
		for pid in $(ip netns pids "b-$name" 2>/dev/null); do kill "$pid" 2>/dev/null; done
		ip netns del "b-$name" 2>/dev/null
	done
	rm -rf "$work"
}
trap cleanup EXIT

on() { local ns=$1; shift; ip netns exec "b-$ns" "$@"; }

# link NS1 DEV1 ADDR1 NS2 DEV2 ADDR2
link()
{
	ip link add "$2" netns "b-$1" type veth peer name "$5" netns "b-$4"
	ip -n "b-$1" addr add "$3" dev "$2"
	ip -n "b-$4" addr add "$6" dev "$5"
	ip -n "b-$1" link set "$2" up
	ip -n "b-$4" link set "$5" up
}

build_network()
{
	cleanup
	work=$(mktemp -d)
	for name in h1 g1 g2 h2; do
		ip netns add "b-$name"
		ip -n "b-$name" link set lo up
		on $name sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0
	done
	link g1 wire 192.0.2.1/24 g2 wire 192.0.2.2/24
	link h1 lan 10.1.0.2/24 g1 lan 10.1.0.1/24
	link h2 lan 10.2.0.2/24 g2 lan 10.2.0.1/24
	ip -n b-h1 route add default via 10.1.0.1 mtu 1400
	ip -n b-h2 route add default via 10.2.0.1 mtu 1400
}

# tunnel_up: addresses and routes over the device "tun" that each gateway has by now.
tunnel_up()
{
	local mtu=$1 n other
	for n in 1 2; do
		other=$((3 - n))
		ip -n "b-g$n" link set tun mtu "$mtu" up
		ip -n "b-g$n" addr add "10.9.0.$n/24" dev tun
		ip -n "b-g$n" route add "10.$other.0.0/24" dev tun
	done
}

setup_none()
{
	ip -n b-g1 addr add 10.9.0.1/24 dev wire
	ip -n b-g2 addr add 10.9.0.2/24 dev wire
	ip -n b-g1 route change 10.9.0.0/24 dev wire src 10.9.0.1 mtu 1400
	ip -n b-g2 route change 10.9.0.0/24 dev wire src 10.9.0.2 mtu 1400
	ip -n b-g1 route add 10.2.0.0/24 via 10.9.0.2
	ip -n b-g2 route add 10.1.0.0/24 via 10.9.0.1
}

setup_wireguard()
{
	local n other
	for n in 1 2; do
		(umask 077; wg genkey > "$work/key$n")
		wg pubkey < "$work/key$n" > "$work/pub$n"
	done
	for n in 1 2; do
		other=$((3 - n))
		ip -n "b-g$n" link add tun type wireguard || return 1
		on "g$n" wg set tun listen-port 51820 private-key "$work/key$n" peer "$(cat "$work/pub$other")" \
			allowed-ips 0.0.0.0/0 endpoint "192.0.2.$other:51820" || return 1
	done
	tunnel_up 1400
}

# cipher_words CIPHER: the algorithm as "adit sa add" and "ip xfrm state add" both take it.
cipher_words()
{
	case $1 in
	aes128gcm16) echo "aead rfc4106(gcm(aes)) $(key 20) 128" ;;
	aes256gcm16) echo "aead rfc4106(gcm(aes)) $(key 36) 128" ;;
	aes128-sha1) echo "enc cbc(aes) $(key 16) auth-trunc hmac(sha1) $(key 20) 96" ;;
	aes256-sha256) echo "enc cbc(aes) $(key 32) auth-trunc hmac(sha256) $(key 32) 128" ;;
	*) return 1 ;;
	esac
}

# xfrm_lines N WORDS ENCAP: the states and policies of gateway N for "ip -batch".
xfrm_lines()
{
	local n=$1 other=$((3 - $1)) state i src dst end

	for ((i = 0; i < sas; i++)); do
		for src in 1 2; do
			dst=$((3 - src))
			state="src 192.0.2.$src dst 192.0.2.$dst proto esp"
			state+=" spi $((src * 65536 + 4096 + i)) mode tunnel"
			echo "xfrm state add $state if_id $((i + 1)) $2 replay-window 32" \
				"${3:+encap espinudp 4500 4500 0.0.0.0}"
		done
		end="src 192.0.2.$n dst 192.0.2.$other proto esp spi $((n * 65536 + 4096 + i))"
		echo "xfrm policy add dir out if_id $((i + 1)) tmpl $end mode tunnel"
		end="src 192.0.2.$other dst 192.0.2.$n proto esp mode tunnel"
		echo "xfrm policy add dir in if_id $((i + 1)) tmpl $end"
		echo "xfrm policy add dir fwd if_id $((i + 1)) tmpl $end"
	done
}

# xfrm_side N WORDS ENCAP: gateway N has XFRM.
xfrm_side()
{
	ip -n "b-g$1" link add tun type xfrm dev wire if_id 1 || return 1
	xfrm_lines "$@" > "$work/xfrm$1"
	ip -n "b-g$1" -batch "$work/xfrm$1"
}

# selector I: nothing for the SA that is measured, an address of its own for each of the others.
selector()
{
	[ "$1" -eq 0 ] || echo "172.$((16 + $1 / 65536)).$(($1 / 256 % 256)).$(($1 % 256))/32"
}

# adit_lines N WORDS ENCAP: the words of "adit sa batch" for the SAs of gateway N.
adit_lines()
{
	local n=$1 other=$((3 - $1)) ends i selector

	ends="local 192.0.2.$n remote 192.0.2.$other mode tunnel $2 ${3:+encap 4500 4500}"
	for ((i = 0; i < sas; i++)); do
		selector=$(selector $i)
		echo "add dev tun out proto esp spi $((n * 65536 + 4096 + i)) $ends" \
			"${selector:+dst $selector}"
		echo "add dev tun in proto esp spi $((other * 65536 + 4096 + i)) $ends" \
			"replay-window 32 ${selector:+src $selector}"
	done
}

# adit_side N WORDS ENCAP: gateway N has adit.
adit_side()
{
	ip -n "b-g$1" link add tun type adit || return 1
	adit_lines "$1" "${2//auth-trunc/auth}" "$3" > "$work/adit$1"
	on "g$1" "$adit" sa batch "$work/adit$1"
}

# setup_pair SENDER RECEIVER CIPHER ENCAP
setup_pair()
{
	local words n

	words=$(cipher_words "$3") || return 1
	"$1_side" 1 "$words" "$4" && "$2_side" 2 "$words" "$4" || return 1
	for n in 1 2; do
		[ -z "$4" ] || open_encap "g$n" || return 1
	done
	tunnel_up 1400
}

open_encap()
{
	on "$1" "$udpload" encap 4500 > "$work/encap-$1" &
	wait_for grep -q ready "$work/encap-$1"
}

wait_for()
{
	local end=$((SECONDS + 30))
	until "$@" 2>/dev/null; do
		[ $SECONDS -lt $end ] || { warn "gave up waiting for: $*"; return 1; }
	done
}

listening() { on "$1" ss -Hln "$2" | grep -q ":$3 "; }

# Modules whose absence would have the generic ciphers measured, and adit.
load_modules()
{
	modprobe -qa xfrm_interface esp4 wireguard aesni_intel sha1_ssse3 sha256_ssse3 veth
	lsmod | grep -q '^adit ' || insmod "build/kmod/$(uname -r)/adit.ko"
}
