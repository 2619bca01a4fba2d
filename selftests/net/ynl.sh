#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# kmod/adit.yaml with the kernel's own YNL command-line tool, out of linux-source-6.12: the
# specification says what the module does.

. "$(dirname "$0")/lib.sh"

YNL=${YNL:-$TOP_DIR/build/ynl}
SPEC=$TOP_DIR/kmod/adit.yaml

plan_none
need_adit
need_module xfrm_interface
for CLI in "$YNL/cli.py" "$YNL/tools/net/ynl/cli.py" "$KSELFTEST_DIR/../ynl/cli.py"; do
	[ -f "$CLI" ] && break
done
[ -f "$CLI" ] || skip_all "the kernel's YNL tool is not in $YNL"
"$PYTHON" -c 'import yaml' 2>/dev/null || skip_all "python3-yaml is not installed"
topology_pair
vpn_device "$left" adit

ynl()
{
	in_ns "$left" "$PYTHON" "$CLI" --spec "$SPEC" --no-schema --output-json "$@"
}
IFINDEX=$(in_ns "$left" cat /sys/class/net/vpn0/ifindex)
DEVICE="\"ifindex\": $IFINDEX"
# sa DIRECTION SPI [MORE]: attributes in JSON
sa()
{
	echo "{$DEVICE, \"direction\": \"$1\", \"proto\": 50, \"spi\": $2${3:+, $3}}"
}
NEW="\"mode\": \"tunnel\", \"local\": \"c0000201\", \"remote\": \"c0000202\",
	\"aead-name\": \"rfc4106(gcm(aes))\", \"aead-key\": \"$(printf '%040d' 1)\",
	\"aead-icv-bits\": 128"
LIMITED='"limits": {"byte-soft": 1000, "byte-hard": 2000}, "replay-window": 128, "selector": [
	{"src": "0a020000", "src-prefix": 16, "dst": "0a010000", "dst-prefix": 16},
	{"protocol": 17, "dport-min": 53}]'

# Its start takes seconds in emulation: as many requests as can be in one.
requests()
{
	ynl --multi dev-set "{$DEVICE, \"carrier-policy\": \"always\", \"mark\": 7}" \
		--multi dev-get "{$DEVICE}" --multi sa-add "$(sa out 4097 "$NEW")" \
		--multi sa-add "$(sa in 4098 "$NEW, $LIMITED")" \
		--multi sa-get "$(sa in 4098)" >"$TMP/answers"
}
# answered FILTER: what jq must find in the answers.
answered()
{
	cat "$TMP/answers"
	jq -e "$1" "$TMP/answers"
}
check "dev-set, dev-get, sa-add, sa-get are accepted" requests
check "dev-get: the device" answered ".[1].ifindex == $IFINDEX and .[1].name == \"vpn0\""
check "dev-get: what was set" answered '.[1]."carrier-policy" == "always" and .[1].mark == 7'
check "sa-get: direction, window, and no key" answered '.[4].direction == "in" and
	.[4]."replay-window" == 128 and (.[4] | has("aead-key") | not)'
check "sa-get: limits and selectors" answered '.[4].limits."byte-hard" == 2000 and
	(.[4].selector | length) == 2 and .[4].selector[1]."dport-min" == 53'
dumped()
{
	ynl --dump sa-get >"$TMP/answers" && answered 'length == 2 and .[0].spi == "0x1001"'
}
check "sa-get, dump" dumped
check "adit sa show agrees" test "$(sa_count "$left")" -eq 2
refused "a refusal names the attribute" 'bad-attr.*spi|spi.*bad-attr' \
	ynl --do sa-add --json "$(sa out 0 "$NEW")"
check "sa-del and sa-flush" ynl --multi sa-del "$(sa out 4097)" --multi sa-flush "{$DEVICE}"
check "then there is none" test "$(sa_count "$left")" -eq 0
event_comes()
{
	background in_ns "$left" "$PYTHON" "$CLI" --spec "$SPEC" --no-schema --output-json \
		--subscribe events --sleep 8 >"$TMP/ntf"
	local pid=$!
	policy "$left" vpn0 carrier on-demand
	vpn_routes "$left" vpn0 $LEFT_IN4 $LEFT_IN6 $RIGHT_NET4 $RIGHT_NET6
	# It says nothing when it is ready: packets go on until it has ended.
	while [ -d "/proc/$pid" ]; do
		exchange -1 -n "$left" "$right" $LEFT_IN4 $RIGHT_IN4
	done
	cat "$TMP/ntf"
	jq -e '[.[] | select(.name == "acquire") | .msg.ifindex] | length > 0' "$TMP/ntf"
}
check "the events group" event_comes

finish
