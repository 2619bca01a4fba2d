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

# namespaces VARIABLE...: makes them, forwarding on, no duplicate address detection (it would
# make an IPv6 address unusable for its first second), reverse path filter off.
namespaces()
{
	local name ns

	setup_ns "$@" || bail_out "cannot make network namespaces"
	for name in "$@"; do
		ns=${!name}
		in_ns "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
			net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.all.accept_dad=0 \
			net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
			net.ipv4.conf.all.accept_redirects=0 net.ipv4.conf.all.send_redirects=0 \
			net.ipv4.conf.default.send_redirects=0 net.ipv4.icmp_ratelimit=0 \
			net.ipv4.icmp_msgs_per_sec=1000000 net.ipv6.icmp.ratelimit=0 \
			net.ipv4.ping_group_range="0 2147483647"
	done
}

# join NS-A IF-A NS-B IF-B: a veth between two namespaces, up.
join()
{
	ip link add "$2" netns "$1" type veth peer name "$4" netns "$3" &&
	ip -n "$1" link set "$2" up && ip -n "$3" link set "$4" up ||
		bail_out "cannot join $1 and $3 by veth"
}

# addresses NS IF ADDRESS/LENGTH...
addresses()
{
	local ns=$1 interface=$2 address
	shift 2
	for address in "$@"; do
		case $address in
		*:*) ip -n "$ns" addr add "$address" dev "$interface" nodad ;;
		*) ip -n "$ns" addr add "$address" dev "$interface" ;;
		esac || bail_out "cannot add $address to $interface"
	done
}

# topology_pair: two gateways on one wire; their inner addresses sit on `lo`.
topology_pair()
{
	LEFT4=192.0.2.1 RIGHT4=192.0.2.2 LEFT6=2001:db8::1 RIGHT6=2001:db8::2
	namespaces left right
	join "$left" wire "$right" wire
	addresses "$left" wire $LEFT4/24 $LEFT6/64
	addresses "$right" wire $RIGHT4/24 $RIGHT6/64
	addresses "$left" lo $LEFT_IN4/32 $LEFT_IN6/128
	addresses "$right" lo $RIGHT_IN4/32 $RIGHT_IN6/128
}

# topology_hosts: like topology_pair, with a host behind each gateway.
topology_hosts()
{
	LEFT4=192.0.2.1 RIGHT4=192.0.2.2 LEFT6=2001:db8::1 RIGHT6=2001:db8::2
	namespaces left right
	join "$left" wire "$right" wire
	addresses "$left" wire $LEFT4/24 $LEFT6/64
	addresses "$right" wire $RIGHT4/24 $RIGHT6/64
	add_hosts
}

# topology_router: the gateways are in different networks, a router between them.  `router_nat`
# makes the left one sit behind NAT.
topology_router()
{
	LEFT4=192.0.2.1 RIGHT4=198.51.100.1 LEFT6=2001:db8:1::1 RIGHT6=2001:db8:2::1
	ROUTER_LEFT4=192.0.2.254 ROUTER_RIGHT4=198.51.100.254
	ROUTER_LEFT6=2001:db8:1::fe ROUTER_RIGHT6=2001:db8:2::fe
	namespaces left right router
	join "$left" wire "$router" toleft
	join "$right" wire "$router" toright
	addresses "$left" wire $LEFT4/24 $LEFT6/64
	addresses "$right" wire $RIGHT4/24 $RIGHT6/64
	addresses "$router" toleft $ROUTER_LEFT4/24 $ROUTER_LEFT6/64
	addresses "$router" toright $ROUTER_RIGHT4/24 $ROUTER_RIGHT6/64
	ip -n "$left" route add default via $ROUTER_LEFT4
	ip -n "$right" route add default via $ROUTER_RIGHT4
	ip -n "$left" -6 route add default via $ROUTER_LEFT6
	ip -n "$right" -6 route add default via $ROUTER_RIGHT6
	if [ "${1:-}" = hosts ]; then
		add_hosts
	else
		addresses "$left" lo $LEFT_IN4/32 $LEFT_IN6/128
		addresses "$right" lo $RIGHT_IN4/32 $RIGHT_IN6/128
	fi
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
	ip -n "$lhost" route add default via $LEFT_IN4
	ip -n "$rhost" route add default via $RIGHT_IN4
	ip -n "$lhost" -6 route add default via $LEFT_IN6
	ip -n "$rhost" -6 route add default via $RIGHT_IN6
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
	in_ns "$router" nft 'add chain inet adit_drop forward
		{ type filter hook forward priority 0; policy accept; }' &&
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

# calm NS IF: takes the disturbance away.
calm()
{
	tc -n "$1" qdisc del dev "$2" root
}
