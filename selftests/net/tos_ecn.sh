#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# DSCP, ECN, TTL and DF of the outer header, and what of it reaches the inner one: RFC 4301 5.1.2,
# RFC 2983, and the whole table of RFC 6040.

. "$(dirname "$0")/lib.sh"

plan_none
need_adit
need_module xfrm_interface
topology_pair

# sent_as INNER-TOS OUTER-TOS [FAMILY]: what goes in with the one goes out with the other.
sent_as()
{
	local here=LEFT_IN${3:-4} there=RIGHT_IN${3:-4}

	watch "$left" wire && exchange -1 -u 10 -T "$1" "$left" "$right" "${!here}" "${!there}" ||
		return 1
	watched
	echo "on the wire: $WIRE_tos"
	[ "$WIRE_tos" = "$2 " ]
}

# out_with WORDS...: another outbound SA, of a new SPI, with these policies; XFRM accepts it.
SPI=0x2000
out_with()
{
	SPI=$((SPI + 1))
	adit_in "$left" sa flush dev vpn0 out &&
	adit_sa "$left" out local=$LEFT4 remote=$RIGHT4 spi=$SPI more="$*" &&
	xfrm_sa "$right" in local=$RIGHT4 remote=$LEFT4 spi=$SPI if_id=0x10
}

tunnel || bail_out "no tunnel"
# RFC 6040 4.1, normal mode: DSCP and ECN are copied; CE stays CE.
check "DSCP is copied" sent_as 0xb8 0xb8
check "ECT(0) is copied" sent_as 0x02 0x02
check "ECT(1) is copied" sent_as 0x01 0x01
check "CE is copied" sent_as 0x03 0x03
check "DSCP and ECN together, IPv6 inside" sent_as 0x2a 0x2a 6
tunnel_down
tunnel outer=6
check "DSCP and ECN over IPv6" sent_as 0x4a 0x4a
check "DSCP and ECN over IPv6, IPv6 inside" sent_as 0x4a 0x4a 6
tunnel_down
tunnel && out_with dscp 46 ecn compatibility
check "a fixed DSCP, and ECN of the compatibility mode" sent_as 0x22 0xb8
out_with dscp 0
check "a fixed DSCP of 0 keeps ECN" sent_as 0xba 0x02

ttl_is()
{
	watch "$left" wire && exchange -1 -u 10 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	watched
	echo "on the wire: $WIRE_ttl"
	[ "$WIRE_ttl" = "$1 " ]
}
check "the TTL is the host's default" ttl_is 0x40
out_with ttl 23
check "the TTL of the SA" ttl_is 0x17

# df POLICY EXCHANGE-OPTION COUNTER: datagrams with or without DF inside.
df()
{
	local counter=WIRE_$3 other=WIRE_df_set

	[ "$3" = df_set ] && other=WIRE_df_clear
	out_with df "$1" &&
	in_ns "$left" sysctl -qw net.ipv4.ip_no_pmtu_disc="$2" &&
	watch "$left" wire && exchange -1 -u 10-12 "$left" "$right" $LEFT_IN4 $RIGHT_IN4 || return 1
	watched
	echo "DF set: $WIRE_df_set, clear: $WIRE_df_clear"
	[ "${!counter}" -eq 3 ] && [ "${!other}" -eq 0 ]
}
check "df copy: set inside, set outside" df copy 0 df_set
check "df copy: clear inside, clear outside" df copy 1 df_clear
check "df set" df set 1 df_set
check "df clear" df clear 0 df_clear
in_ns "$left" sysctl -qw net.ipv4.ip_no_pmtu_disc=0
tunnel_down

# RFC 6040 4.2, figure 4: what comes out for each inner (row) and outer (column) codepoint.
# Columns: Not-ECT, ECT(0), ECT(1), CE. x is dropped.
#	inner Not-ECT:	0 0 0 x
#	inner ECT(0):	2 2 1 3
#	inner ECT(1):	1 1 1 3
#	inner CE:	3 3 3 3
ecn_table()
{
	local inner=$1 outer=$2 expected= packets= row column value columns=(0 2 1 3)

	for row in "0 0 0 0 x" "2 2 2 1 3" "1 1 1 1 3" "3 3 3 3 3"; do
		# shellcheck disable=SC2086 # words
		set -- $row
		for column in 0 1 2 3; do
			value=${*:column + 2:1}
			if [ "$value" = x ]; then
				expected+=-
				packets+="itos=$((0x28 | $1)) tos=${columns[column]}"$'\n'
			else
				expected+=+
				packets+="itos=$((0x28 | $1)) tos=${columns[column]}"
				packets+=" expect=$((0x28 | value))"$'\n'
			fi
		done
	done
	local from=RIGHT$outer to=LEFT$outer src=RIGHT_IN$inner dst=LEFT_IN$inner got
	got=$("$NET_BIN/inject" "$right" "$left" alg=null-sha256 spi=0x1002 from=${!from} \
		to=${!to} src=${!src} dst=${!dst} <<<"$packets") || return 1
	echo "expected $expected"
	echo "     got $got"
	[ "$got" = "$expected" ]
}
for outer in 4 6; do
	for inner in 4 6; do
		tunnel outer=$outer alg=null-sha256
		check "RFC 6040 figure 4, IPv$inner in IPv$outer" ecn_table $inner $outer
		tunnel_down
	done
done
dropped_for_ecn()
{
	tunnel alg=null-sha256 && ecn_table 4 4 || return 1
	sa_dropped "$left" 0x1002 ecn
	echo "dropped for ECN: $DROPPED"
	[ "$DROPPED" -eq 1 ]
}
check "CE over Not-ECT is counted" dropped_for_ecn

finish
