# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
#
# Manual keys: one description, set on adit's side with `adit sa add` and on XFRM's side with
# `ip xfrm state` and `ip xfrm policy`.
#
#	tunnel left=adit right=xfrm alg=aes128gcm16 outer=6 encap=4500:4500
#
# sets up $left and $right of a topology so that the inner addresses reach each other through a
# device `vpn0` on both.  The options, with what holds when they are left out:
#
#	left=adit right=xfrm		who does IPsec there: adit, xfrm
#	alg=aes128gcm16			see the table below
#	proto=esp			esp, ah (alg is then a hash: sha1, sha256, ...)
#	mode=tunnel			tunnel, transport (then the outer addresses are the inner ones)
#	outer=4				4, 6: the addresses $LEFT4/$RIGHT4 or $LEFT6/$RIGHT6
#	left_addr= right_addr=		other outer addresses, as each side sees its own
#	left_peer= right_peer=		the peer's address as the left, the right side sees it (NAT)
#	encap=				LEFTPORT:RIGHTPORT for ESP in UDP
#	right_encap=			RIGHTPORT:LEFTPORT as the right side sees them (NAT)
#	esn=no window=32 spi=0x1000	left to right uses spi + 1, right to left spi + 2
#	left_ts= right_ts=		selectors: the networks on the left and on the right
#	dev=vpn0 only=			only=sa adds just the SAs: device, policies, routes are there
#	left_more= right_more=		more words for `adit sa add` (limits, policies) or ip xfrm state
#
# Keys are made from the SPI: different for each SA, the same each time.

###### algorithms ######

# encryption: name, kernel name, key bytes (with the salt or nonce), ICV bits of the AEADs
ENCRYPTION="
aes128gcm16 aead rfc4106(gcm(aes)) 20 128
aes128gcm12 aead rfc4106(gcm(aes)) 20 96
aes128gcm8 aead rfc4106(gcm(aes)) 20 64
aes192gcm16 aead rfc4106(gcm(aes)) 28 128
aes192gcm12 aead rfc4106(gcm(aes)) 28 96
aes192gcm8 aead rfc4106(gcm(aes)) 28 64
aes256gcm16 aead rfc4106(gcm(aes)) 36 128
aes256gcm12 aead rfc4106(gcm(aes)) 36 96
aes256gcm8 aead rfc4106(gcm(aes)) 36 64
aes128gmac aead rfc4543(gcm(aes)) 20 128
aes192gmac aead rfc4543(gcm(aes)) 28 128
aes256gmac aead rfc4543(gcm(aes)) 36 128
aes128ccm16 aead rfc4309(ccm(aes)) 19 128
aes128ccm12 aead rfc4309(ccm(aes)) 19 96
aes128ccm8 aead rfc4309(ccm(aes)) 19 64
aes192ccm16 aead rfc4309(ccm(aes)) 27 128
aes192ccm12 aead rfc4309(ccm(aes)) 27 96
aes192ccm8 aead rfc4309(ccm(aes)) 27 64
aes256ccm16 aead rfc4309(ccm(aes)) 35 128
aes256ccm12 aead rfc4309(ccm(aes)) 35 96
aes256ccm8 aead rfc4309(ccm(aes)) 35 64
chacha20poly1305 aead rfc7539esp(chacha20,poly1305) 36 128
aes128 enc cbc(aes) 16
aes192 enc cbc(aes) 24
aes256 enc cbc(aes) 32
3des enc cbc(des3_ede) 24
des enc cbc(des) 8
camellia128 enc cbc(camellia) 16
camellia192 enc cbc(camellia) 24
camellia256 enc cbc(camellia) 32
aes128ctr enc rfc3686(ctr(aes)) 20
aes192ctr enc rfc3686(ctr(aes)) 28
aes256ctr enc rfc3686(ctr(aes)) 36
null enc ecb(cipher_null) 0
"

# integrity: name, kernel name, key bytes, ICV bits; NAME_BITS is the same with another ICV
INTEGRITY="
md5 hmac(md5) 16 96
sha1 hmac(sha1) 20 96
sha256 hmac(sha256) 32 128
sha384 hmac(sha384) 48 192
sha512 hmac(sha512) 64 256
aesxcbc xcbc(aes) 16 96
aescmac cmac(aes) 16 96
"

# make_key BYTES SEED: sets KEY to 0x..., or to nothing for no bytes.
make_key()
{
	local i byte

	KEY=
	[ "$1" -gt 0 ] || return 0
	KEY=0x
	for ((i = 0; i < $1; i++)); do
		printf -v byte %02x $(((i * 37 + $2 * 11 + (i ^ $2) * 3 + 90) & 255))
		KEY+=$byte
	done
}

# algorithm_row TABLE NAME: sets ROW to the table's line.
algorithm_row()
{
	ROW=${1#*$'\n'"$2" }
	[ "$ROW" != "$1" ] || return 1
	ROW="$2 ${ROW%%$'\n'*}"
}

# algorithm adit|xfrm NAME SPI: sets ALG to the words that follow `proto esp` there.  NAME is one
# of the AEADs, or CIPHER-HASH (aes128-sha1), or a hash alone for AH.
algorithm()
{
	local who=$1 name=$2 spi=$(($3)) kind kernel bytes icv auth=auth

	[ "$who" = xfrm ] && auth="auth-trunc"
	ALG=()
	if algorithm_row "$ENCRYPTION" "${name%%-*}"; then
		read -r _ kind kernel bytes icv <<<"$ROW"
		make_key "$bytes" "$spi"
		ALG=("$kind" "$kernel" "$KEY")
		[ "$kind" = enc ] || ALG+=("$icv")
		case $name in
		*-*) name=${name#*-} ;;
		*) return 0 ;;
		esac
	fi
	algorithm_row "$INTEGRITY" "${name%_*}" || bail_out "lib_tunnel.sh knows no algorithm $name"
	read -r _ kernel bytes icv <<<"$ROW"
	[ "$name" = "${name%_*}" ] || icv=${name#*_}
	make_key "$bytes" $((spi + 100))
	ALG+=("$auth" "$kernel" "$KEY" "$icv")
}

# xfrm_can NAME: whether the XFRM of this kernel takes the algorithm at all (AH when it is a hash).
xfrm_can()
{
	local proto=esp id="src 127.0.0.7 dst 127.0.0.8"

	algorithm_row "$INTEGRITY" "${1%_*}" && proto=ah
	id="$id proto $proto spi 0x77"
	algorithm xfrm "$1" 0x77
	batch_words ALG
	printf '%s\n' "xfrm state add $id mode tunnel $WORDS" "xfrm state delete $id" |
		ip -n "$right" -batch -
}

# xfrm_lacks NAME: the reason for skipping a case, when that is why it failed.
xfrm_lacks()
{
	have xfrm_can "$1" && return 1
	echo "XFRM of $(uname -r) lacks it"
}

# batch_words ARRAY: sets WORDS to its elements as a line for `ip -batch`, where an empty one has to
# be quoted.
batch_words()
{
	local -n list=$1
	local word

	WORDS=
	for word in "${list[@]}"; do
		WORDS+=" ${word:-\"\"}"
	done
}

###### single SAs ######

# options ARRAY NAME=VALUE...: fills the associative array.
options()
{
	local -n into=$1
	local word
	shift
	for word in "$@"; do
		into[${word%%=*}]=${word#*=}
	done
}

# adit_in NS WORDS...: the tool in a namespace.
adit_in()
{
	local ns=$1
	shift
	ip netns exec "$ns" "$ADIT" "$@"
}

# adit_sa NS in|out NAME=VALUE...: local= remote= spi= and proto, mode, alg, encap=OUR:PEER,
# esn, window, src, dst (selectors), dev, more= (further words).
adit_sa()
{
	local ns=$1 direction=$2
	local -A o=([proto]=esp [mode]=tunnel [alg]=aes128gcm16 [dev]=vpn0 [esn]=no)
	local words
	shift 2
	options o "$@"
	algorithm adit "${o[alg]}" "${o[spi]}"
	words=(sa add dev "${o[dev]}" "$direction" proto "${o[proto]}" spi "${o[spi]}"
	       local "${o[local]}" remote "${o[remote]}" mode "${o[mode]}" "${ALG[@]}")
	[ -z "${o[encap]:-}" ] || words+=(encap "${o[encap]%:*}" "${o[encap]#*:}")
	[ "${o[esn]}" = no ] || words+=(esn)
	[ "$direction" = out ] || [ -z "${o[window]:-}" ] || words+=(replay-window "${o[window]}")
	[ -z "${o[src]:-}" ] || words+=(src "${o[src]}")
	[ -z "${o[dst]:-}" ] || words+=(dst "${o[dst]}")
	# shellcheck disable=SC2206 # words on purpose
	words+=(${o[more]:-})
	adit_in "$ns" "${words[@]}"
}

# adit_sa_del NS in|out NAME=VALUE...: local= remote= spi= [proto=] [dev=]
adit_sa_del()
{
	local ns=$1 direction=$2
	local -A o=([proto]=esp [dev]=vpn0)
	shift 2
	options o "$@"
	adit_in "$ns" sa del dev "${o[dev]}" "$direction" proto "${o[proto]}" spi "${o[spi]}" \
		local "${o[local]}" remote "${o[remote]}"
}

# xfrm_sa NS in|out NAME=VALUE...: the same names; if_id= ties it to an xfrm interface.
xfrm_sa()
{
	local ns=$1
	shift
	xfrm_sa_line "$@" | ip -n "$ns" -batch -
}

# xfrm_sa_line in|out NAME=VALUE...: the line for `ip -batch`.
xfrm_sa_line()
{
	local direction=$1 from to encap window
	local -A o=([proto]=esp [mode]=tunnel [alg]=aes128gcm16 [esn]=no [reqid]=1 [if_id]="")
	local words
	shift
	options o "$@"
	from=${o[local]} to=${o[remote]}
	encap=${o[encap]:-}
	if [ "$direction" = in ]; then
		from=${o[remote]} to=${o[local]}
		[ -z "$encap" ] || encap=${encap#*:}:${encap%:*}
	fi
	algorithm xfrm "${o[alg]}" "${o[spi]}"
	words=(src "$from" dst "$to" proto "${o[proto]}" spi "${o[spi]}" reqid "${o[reqid]}"
	       mode "${o[mode]}")
	[ -z "${o[if_id]}" ] || words+=(if_id "${o[if_id]}")
	window=${o[window]:-32}
	[ "$direction" = in ] || [ "${o[esn]}" != no ] || window=0
	words+=(replay-window "$window")
	[ "${o[esn]}" = no ] || words+=(flag esn)
	# XFRM pads AH to 64 bits over IPv4, too, unless told to follow RFC 4302 3.3.3.2.1.
	case "${o[proto]} $from" in
	"ah "*:*) ;;
	"ah "*) words+=(flag align4) ;;
	esac
	# Any inner family may go through one tunnel SA.
	[ "${o[mode]}" = transport ] || words+=(flag af-unspec)
	words+=("${ALG[@]}")
	case $from in
	*:*) [ -z "$encap" ] || words+=(encap espinudp "${encap%:*}" "${encap#*:}" ::) ;;
	*) [ -z "$encap" ] || words+=(encap espinudp "${encap%:*}" "${encap#*:}" 0.0.0.0) ;;
	esac
	# shellcheck disable=SC2206 # words on purpose
	words+=(${o[more]:-})
	batch_words words
	echo "xfrm state add $WORDS"
}

# xfrm_policies NS NAME=VALUE...: local= remote= [proto=] [mode=] [reqid=] [if_id=]
# [ours=NETWORK theirs=NETWORK], for both families when no network is given.
xfrm_policies()
{
	local ns=$1
	shift
	xfrm_policy_lines "$@" | ip -n "$ns" -batch -
}

xfrm_policy_lines()
{
	local direction ours theirs from to pair
	local -A o=([proto]=esp [mode]=tunnel [reqid]=1 [if_id]="")
	local pairs=() words
	options o "$@"
	if [ -n "${o[ours]:-}" ]; then
		pairs=("${o[ours]} ${o[theirs]}")
	else
		pairs=("0.0.0.0/0 0.0.0.0/0" "::/0 ::/0")
	fi
	for pair in "${pairs[@]}"; do
		ours=${pair% *} theirs=${pair#* }
		for direction in out in fwd; do
			[ "${o[mode]}" = transport ] && [ $direction = fwd ] && continue
			words=(src "$theirs" dst "$ours")
			from=${o[remote]} to=${o[local]}
			if [ $direction = out ]; then
				words=(src "$ours" dst "$theirs")
				from=${o[local]} to=${o[remote]}
			fi
			words+=(dir "$direction")
			[ -z "${o[if_id]}" ] || words+=(if_id "${o[if_id]}")
			if [ "${o[mode]}" = transport ]; then
				words+=(tmpl proto "${o[proto]}" reqid "${o[reqid]}" mode transport)
			else
				words+=(tmpl src "$from" dst "$to" proto "${o[proto]}"
					reqid "${o[reqid]}" mode "${o[mode]}")
			fi
			echo "xfrm policy add ${words[*]}"
		done
	done
}

###### devices ######

# vpn_device NS adit|xfrm [DEV]: makes the device and sets it up.
vpn_device()
{
	local ns=$1 kind=adit dev=${3:-vpn0}

	[ "$2" = adit ] || kind="xfrm dev wire if_id 0x10"
	printf '%s\n' "link add $dev type $kind" "link set $dev up" | ip -n "$ns" -batch -
}

# vpn_routes NS DEV OUR4 OUR6 NET...: the inner routes.
vpn_routes()
{
	local ns=$1 dev=$2 our4=$3 our6=$4 net
	shift 4
	for net in "$@"; do
		case $net in
		*:*) echo "route replace $net dev $dev src $our6" ;;
		*) echo "route replace $net dev $dev src $our4" ;;
		esac
	done | ip -n "$ns" -batch -
}

###### both ends ######

# who does IPsec in a namespace: adit or xfrm
declare -A IPSEC_BY

# tunnel_end left|right NAME=VALUE...: one end of what `tunnel` describes.
tunnel_end()
{
	local side=$1 who ns here there spi_in spi_out encap ours theirs
	local -A o=([left]=adit [right]=xfrm [alg]=aes128gcm16 [proto]=esp [mode]=tunnel [outer]=4
		    [esn]=no [spi]=0x1000 [dev]=vpn0 [window]=32)
	local common selectors_in=() selectors_out=() if_id=0x10 words
	shift
	options o "$@"

	who=${o[$side]}
	ns=$left here=LEFT there=RIGHT
	spi_out=$((o[spi] + 1)) spi_in=$((o[spi] + 2)) encap=${o[encap]:-}
	ours=${o[left_ts]:-} theirs=${o[right_ts]:-}
	if [ "$side" = right ]; then
		ns=$right here=RIGHT there=LEFT
		spi_out=$((o[spi] + 2)) spi_in=$((o[spi] + 1))
		[ -z "$encap" ] || encap=${encap#*:}:${encap%:*}
		encap=${o[right_encap]:-$encap}
		ours=${o[right_ts]:-} theirs=${o[left_ts]:-}
	fi
	local net4=${there}_NET4 net6=${there}_NET6 in4=${here}_IN4 in6=${here}_IN6
	here=$here${o[outer]} there=$there${o[outer]}
	here=${!here} there=${!there}
	IPSEC_BY[$ns]=$who
	here=${o[${side}_addr]:-$here} there=${o[${side}_peer]:-$there}

	common=("alg=${o[alg]}" "proto=${o[proto]}" "mode=${o[mode]}" "local=$here"
		"remote=$there" "encap=$encap" "esn=${o[esn]}" "window=${o[window]}"
		"more=${o[${side}_more]:-}")
	if [ "$who" = adit ]; then
		[ -z "$ours" ] || {
			selectors_out=("src=$ours" "dst=$theirs")
			selectors_in=("src=$theirs" "dst=$ours")
		}
		[ "${o[only]:-}" = sa ] || vpn_device "$ns" adit "${o[dev]}" || return 1
		adit_sa "$ns" in "${common[@]}" "dev=${o[dev]}" spi=$spi_in "${selectors_in[@]}" &&
		adit_sa "$ns" out "${common[@]}" "dev=${o[dev]}" spi=$spi_out \
			"${selectors_out[@]}" || return 1
	else
		words=(proto="${o[proto]}" mode="${o[mode]}" local="$here" remote="$there")
		if [ "${o[mode]}" = transport ]; then
			# The hosts themselves talk: policies on their addresses, no interface.
			if_id=
			words+=(ours="$here" theirs="$there")
		else
			[ "${o[only]:-}" = sa ] || vpn_device "$ns" xfrm "${o[dev]}" || return 1
			words+=("if_id=$if_id")
			[ -z "$ours" ] || words+=(ours="$ours" theirs="$theirs")
		fi
		{
			xfrm_sa_line in "${common[@]}" spi=$spi_in if_id=$if_id
			xfrm_sa_line out "${common[@]}" spi=$spi_out if_id=$if_id
			[ "${o[only]:-}" = sa ] || xfrm_policy_lines "${words[@]}"
		} | ip -n "$ns" -batch - || return 1
	fi
	[ "${o[only]:-}" != sa ] || return 0
	if [ "${o[mode]}" = transport ]; then
		[ "$who" = xfrm ] || transport_route "$ns" "${o[dev]}" "$here" "$there"
	else
		vpn_routes "$ns" "${o[dev]}" "${!in4}" "${!in6}" "${!net4}" "${!net6}"
	fi
}

# transport_route NS DEV OURS PEER: what goes to the peer itself goes through the device.
transport_route()
{
	case $4 in
	*:*) ip -n "$1" -6 route replace "$4/128" dev "$2" src "$3" ;;
	*) ip -n "$1" route replace "$4/32" dev "$2" src "$3" ;;
	esac
}

# tunnel NAME=VALUE...: both ends.
tunnel()
{
	tunnel_end left "$@" && tunnel_end right "$@"
}

# tunnel_rekey NAME=VALUE...: the old SAs go, others come; devices, policies and routes stay.
tunnel_rekey()
{
	tunnel_flush && tunnel "$@" only=sa
}

# tunnel_flush [DEV]: takes the SAs of both ends away.
tunnel_flush()
{
	local ns dev=${1:-vpn0}

	for ns in "$left" "$right"; do
		if [ "${IPSEC_BY[$ns]}" = xfrm ]; then
			ip -n "$ns" xfrm state flush || return 1
		else
			adit_in "$ns" sa flush dev "$dev" || return 1
		fi
	done
}

# tunnel_down [DEV]: takes both ends away again, whoever they are.
tunnel_down()
{
	local ns dev=${1:-vpn0}

	for ns in "$left" "$right"; do
		printf '%s\n' "link del $dev" "xfrm policy flush" "xfrm state flush" |
			ip -n "$ns" -force -batch - 2>/dev/null
	done
	return 0
}

# tunnel_works [EXCHANGE-OPTIONS...]: datagrams (or what the options say) between the inner
# addresses of both families, both ways.
tunnel_works()
{
	[ $# -gt 0 ] || set -- -u 0-2,100,1000
	exchange "$@" "$left" "$right" "$LEFT_IN4" "$RIGHT_IN4" "$LEFT_IN6" "$RIGHT_IN6"
}

# tunnel_silent: nothing gets through, in no direction.
tunnel_silent()
{
	tunnel_works -n
}

###### UDP encapsulation without a daemon ######

# udp_encap NS [PORT...]: holds sockets (IPv4 and IPv6) with UDP_ENCAP_ESPINUDP, as a keying daemon
# would; the kernel takes ESP out of the UDP packets that arrive there.  Default port 4500.  What
# is not ESP is written to $TMP/encap.NS.log in hex.
udp_encap()
{
	local ns=$1 ready
	shift
	[ $# -gt 0 ] || set -- 4500
	# its sockets are exempt from XFRM's policies, which xfrm_user has to take
	modprobe -q xfrm_user
	ready="$TMP/encap.$ns"
	background in_ns "$ns" "$NET_BIN/udp_encap" "$ready" "$@" >"$ready.log"
	eventually test -e "$ready" || bail_out "cannot open the UDP encapsulation socket"
}

###### adit's own view ######

# sa_json NS [DEV]: `adit sa show --json`
sa_json()
{
	adit_in "$1" sa show ${2:+dev "$2"} --json
}

# sa_read NS SPI [in|out]: what `adit sa show` says of one SA, without starting more programs:
# SA_packets, SA_bytes, SA_seq, SA_mtu, SA_path, SA_overhead, and its drops in SA_DROPS[reason].
# Fails when there is no such SA.
declare -A SA_DROPS
sa_read()
{
	local word words=() i

	SA_TEXT=$(adit_in "$1" sa show spi "$2" ${3:+"$3"}) && [ -n "$SA_TEXT" ] || return 1
	SA_packets=0 SA_bytes=0 SA_seq=0 SA_mtu=0 SA_path=0 SA_overhead=0 SA_DROPS=()
	while read -ra words; do
		case ${words[0]} in
		packets) SA_packets=${words[1]} SA_bytes=${words[3]} ;;
		seq) SA_seq=${words[1]} ;;
		drops)
			for ((i = 1; i < ${#words[@]}; i += 2)); do
				SA_DROPS[${words[i]}]=${words[i + 1]}
			done ;;
		mtu)
			SA_mtu=${words[1]} SA_path=${words[3]%,}
			SA_overhead=${words[-1]%\)} ;;
		esac
	done <<<"$SA_TEXT"
}

# sa_dropped NS SPI REASON: how many packets of the SA were dropped for that; sets DROPPED.
sa_dropped()
{
	DROPPED=0
	sa_read "$1" "$2" in || sa_read "$1" "$2" out || return 1
	DROPPED=${SA_DROPS[$3]:-0}
}

# sa_count NS [DEV]: how many SAs there are.
sa_count()
{
	adit_in "$1" sa show ${2:+dev "$2"} | grep -c '^dev '
}

# policy NS [DEV [NAME VALUE]...]: see policy.c.
policy()
{
	local ns=$1
	shift
	in_ns "$ns" "$NET_BIN/policy" "${@:-vpn0}"
}

# device_read NS [DEV]: DEVICE[name] for what policy.c prints.
declare -A DEVICE
device_read()
{
	local name value text

	text=$(policy "$@") || return 1
	DEVICE=()
	while IFS='=' read -r name value; do
		DEVICE[$name]=$value
	done <<<"$text"
}

# events NS: collects the module's events from now on in $TMP/events.NS, a line each.
events()
{
	rm -f "$TMP/events.ready"
	background "$NET_BIN/events" "$1" "$TMP/events.ready" >"$TMP/events.$1"
	eventually test -e "$TMP/events.ready"
}

# event NS REGEX: waits until a line of the events matches.
event()
{
	eventually grep -Eq -- "$2" "$TMP/events.$1" && return 0
	echo "no event matches /$2/ among:"
	cat "$TMP/events.$1"
	return 1
}

# event_count NS REGEX: how many have matched so far.
event_count()
{
	grep -Ec -- "$2" "$TMP/events.$1"
}
