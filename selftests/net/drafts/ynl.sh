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
GCM=$(printf '%040d' 1)
sa_add()
{
	ynl --do sa-add --json "{\"ifindex\": $IFINDEX, \"direction\": \"$1\", \"proto\": 50,
		\"mode\": \"tunnel\", \"spi\": $2, \"local\": \"c0000201\", \"remote\": \"c0000202\",
		\"aead-name\": \"rfc4106(gcm(aes))\", \"aead-key\": \"$GCM\", \"aead-icv-bits\": 128
		${3:-}}"
}
answers()
{
	local filter=$1
	shift
	"$@" >"$TMP/answer" || { cat "$TMP/answer"; return 1; }
	cat "$TMP/answer"
	jq -e "$filter" "$TMP/answer"
}

check "dev-get" answers ".ifindex == $IFINDEX and .name == \"vpn0\" and .\"carrier-policy\" == \"follow\"" \
	ynl --do dev-get --json "{\"ifindex\": $IFINDEX}"
check "dev-get, dump" answers 'length == 1' ynl --dump dev-get
check "dev-set" ynl --do dev-set --json "{\"ifindex\": $IFINDEX, \"carrier-policy\": \"always\", \"mark\": 7}"
check "dev-get says what was set" answers '."carrier-policy" == "always" and .mark == 7' \
	ynl --do dev-get --json "{\"ifindex\": $IFINDEX}"
check "sa-add" sa_add out 4097
check "sa-add with limits and selectors" sa_add in 4098 ', "limits": {"byte-soft": 1000,
	"byte-hard": 2000}, "selector": [{"src": "0a020000", "src-prefix": 16, "dst": "0a010000",
	"dst-prefix": 16}, {"protocol": 17, "dport-min": 53}], "replay-window": 128'
check "sa-get, dump" answers 'length == 2' ynl --dump sa-get
check "sa-get" answers '.limits."byte-hard" == 2000 and (.selector | length) == 2 and
	."replay-window" == 128 and .direction == "in" and (has("aead-key") | not)' \
	ynl --do sa-get --json "{\"ifindex\": $IFINDEX, \"direction\": \"in\", \"proto\": 50, \"spi\": 4098}"
check "adit sa show agrees" test "$(sa_count "$left")" -eq 2
refused "a refusal names the attribute" 'bad-attr.*spi|spi.*bad-attr' sa_add out 0
refused "a refusal names what is missing" 'miss-type|spi' \
	ynl --do sa-add --json "{\"ifindex\": $IFINDEX, \"direction\": \"out\", \"proto\": 50}"
check "sa-del" ynl --do sa-del --json "{\"ifindex\": $IFINDEX, \"direction\": \"out\", \"proto\": 50, \"spi\": 4097}"
check "sa-flush" ynl --do sa-flush --json "{\"ifindex\": $IFINDEX}"
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
