# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# Networks of namespaces.  Every topology sets the namespaces' names in $left and $right (the
# gateways), and where they exist $lhost, $rhost (hosts behind them), $router and the addresses
# below.  The outer interface is always called `wire`, the inner one towards the hosts `lan`.
#
#	lhost --lan-- left --wire-- [router] --wire-- right --lan-- rhost

# inner addresses: on the gateways' `lan` (or on `lo` where there are no hosts), and of the hosts
LEFT_IN4=10.1.0.1	LEFT_IN6=fd00:1::1	LEFT_NET4=10.1.0.0/16	LEFT_NET6=fd00:1::/48
RIGHT_IN4=10.2.0.1	RIGHT_IN6=fd00:2::1	RIGHT_NET4=10.2.0.0/16	RIGHT_NET6=fd00:2::/48
LHOST4=10.1.0.2		LHOST6=fd00:1::2
RHOST4=10.2.0.2		RHOST6=fd00:2::2

# in NS COMMAND...: runs it in the namespace.
in_ns()
{
	local ns=$1
	shift
	ip netns exec "$ns" "$@"
}

# namespaces VARIABLE...: makes them, lo up, forwarding on, no duplicate address detection (it
# would make an IPv6 address unusable for its first second), reverse path filter off.  As
# kselftest's setup_ns, in fewer processes.
namespaces()
{
	local name

	for name in "$@"; do
		printf -v "$name" '%s-%x%x' "${name,,}" $$ $((RANDOM + 65536))
		echo "netns add ${!name}"
	done >"$TMP/namespaces"
	ip -batch "$TMP/namespaces" || bail_out "cannot make network namespaces"
	for name in "$@"; do
		NS_LIST+=("${!name}")
		in_ns "${!name}" bash -c "$NAMESPACE_SETUP" || bail_out "cannot set up ${!name}"
	done
}

NAMESPACE_SETUP='
	cd /proc/sys/net
	for file in ipv4/ip_forward ipv6/conf/{all,default}/forwarding; do echo 1 >$file; done
	for file in ipv6/conf/{all,default}/accept_dad ipv4/conf/{all,default}/rp_filter \
		ipv4/conf/{all,default}/{send,accept}_redirects ipv4/icmp_ratelimit \
		ipv6/icmp/ratelimit; do echo 0 >$file; done
	echo "0 2147483647" >ipv4/ping_group_range
	exec ip link set lo up'

# join NS-A IF-A NS-B IF-B: a veth between two namespaces.
join()
{
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3" ||
		bail_out "cannot join $1 and $3 by veth"
}

# ip_batch NS: the commands of `ip`, one a line, from standard input.
ip_batch()
{
	ip -n "$1" -batch - || bail_out "cannot set up the namespace $1"
}

# addresses NS IF ADDRESS/LENGTH...: also sets the interface up.
addresses()
{
	local ns=$1 interface=$2
	shift 2
	{
		printf "addr add %s dev $interface\n" "$@"
		echo "link set $interface up"
	} | ip_batch "$ns"
}

# topology_pair: two gateways on one wire; their inner addresses sit on `lo`.
topology_pair()
{
	LEFT4=192.0.2.1 RIGHT4=192.0.2.2 LEFT6=2001:db8::1 RIGHT6=2001:db8::2
	namespaces left right
	join "$left" wire "$right" wire
	gateway_addresses
	inner_addresses
}

# topology_hosts: like topology_pair, with a host behind each gateway.
topology_hosts()
{
	LEFT4=192.0.2.1 RIGHT4=192.0.2.2 LEFT6=2001:db8::1 RIGHT6=2001:db8::2
	namespaces left right
	join "$left" wire "$right" wire
	gateway_addresses
	add_hosts
}

# topology_router [hosts]: the gateways are in different networks, a router between them.
# `router_nat` makes the left one sit behind NAT.
topology_router()
{
	LEFT4=192.0.2.1 RIGHT4=198.51.100.1 LEFT6=2001:db8:1::1 RIGHT6=2001:db8:2::1
	ROUTER_LEFT4=192.0.2.254 ROUTER_RIGHT4=198.51.100.254
	ROUTER_LEFT6=2001:db8:1::fe ROUTER_RIGHT6=2001:db8:2::fe
	namespaces left right router
	join "$left" wire "$router" toleft
	join "$right" wire "$router" toright
	gateway_addresses
	addresses "$router" toleft $ROUTER_LEFT4/24 $ROUTER_LEFT6/64
	addresses "$router" toright $ROUTER_RIGHT4/24 $ROUTER_RIGHT6/64
	default_routes "$left" $ROUTER_LEFT4 $ROUTER_LEFT6
	default_routes "$right" $ROUTER_RIGHT4 $ROUTER_RIGHT6
	if [ "${1:-}" = hosts ]; then
		add_hosts
	else
		inner_addresses
	fi
}

gateway_addresses()
{
	addresses "$left" wire $LEFT4/24 $LEFT6/64
	addresses "$right" wire $RIGHT4/24 $RIGHT6/64
}

inner_addresses()
{
	addresses "$left" lo $LEFT_IN4/32 $LEFT_IN6/128
	addresses "$right" lo $RIGHT_IN4/32 $RIGHT_IN6/128
}

# default_routes NS GATEWAY4 GATEWAY6
default_routes()
{
	printf 'route add default via %s\n' "$2" "$3" | ip_batch "$1"
}

# add_hosts: $lhost and $rhost behind the gateways of an existing topology.
add_hosts()
{
	namespaces lhost rhost
	join "$left" lan "$lhost" lan
	join "$right" lan "$rhost" lan
	addresses "$left" lan $LEFT_IN4/24 $LEFT_IN6/64
	addresses "$right" lan $RIGHT_IN4/24 $RIGHT_IN6/64
	addresses "$lhost" lan $LHOST4/24 $LHOST6/64
	addresses "$rhost" lan $RHOST4/24 $RHOST6/64
	default_routes "$lhost" $LEFT_IN4 $LEFT_IN6
	default_routes "$rhost" $RIGHT_IN4 $RIGHT_IN6
}

# router_nat [FIRST-LAST]: the router masquerades what comes from the left (IPv4), giving UDP
# ports out of the range, so that the peer sees neither the address nor the port.
router_nat()
{
	local ports=${1:-20000-20999}

	in_ns "$router" nft -f - <<-NFT || bail_out "the router cannot do NAT"
	table ip adit_nat {
		chain postrouting {
			type nat hook postrouting priority 100; policy accept;
			oifname "toright" meta l4proto udp masquerade to :$ports
			oifname "toright" masquerade
		}
	}
	NFT
}

# router_nat_forget: as after a reboot of the NAT: all mappings are lost, the next ports differ.
router_nat_forget()
{
	in_ns "$router" nft delete table ip adit_nat 2>/dev/null
	router_nat "${1:-21000-21999}"
	in_ns "$router" conntrack -F >/dev/null 2>&1
	return 0
}

# router_drop NFT-MATCH...: the router drops what matches, e.g. `router_drop udp dport 500`.
router_drop()
{
	in_ns "$router" nft add table inet adit_drop &&
	in_ns "$router" nft 'add chain inet adit_drop forward {
		type filter hook forward priority 0; policy accept; }' &&
	in_ns "$router" nft "add rule inet adit_drop forward $* counter drop"
}

router_drop_none()
{
	in_ns "$router" nft delete table inet adit_drop
}

# disturb NS IF NETEM-ARGUMENTS...: e.g. `disturb "$left" wire loss 5% delay 5ms reorder 25%`.
disturb()
{
	local ns=$1 interface=$2
	shift 2
	modprobe -q sch_netem
	tc -n "$ns" qdisc replace dev "$interface" root netem "$@"
}

# late NS IF MILLISECONDS MATCH...: only what matches is late (tc-u32(8)), all else overtakes it.
late()
{
	local ns=$1 interface=$2 time=$3
	shift 3
	modprobe -qa sch_netem sch_prio cls_u32
	tc -n "$ns" qdisc replace dev "$interface" root handle 1: prio bands 2 \
		priomap 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 &&
	tc -n "$ns" qdisc add dev "$interface" parent 1:2 netem delay "${time}ms" limit 10000 &&
	tc -n "$ns" filter add dev "$interface" parent 1: protocol ip prio 1 u32 "$@" flowid 1:2
}

# calm NS IF: takes the disturbance away.
calm()
{
	tc -n "$1" qdisc del dev "$2" root
}
