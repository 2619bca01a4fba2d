// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Watches an interface and says what passed there:
 *
 *	wire NAMESPACE INTERFACE READY-FILE
 *
 * The kernel copies each packet into a ring as it passes. A socket without one would read later,
 *out of pages that a receiver on this same machine decrypts in meanwhile, and see what was never
 *sent.
 *
 * READY-FILE appears when it listens. When it is told to end (SIGTERM), it prints counters, one
 * `name=value` a line: what kind of packets they were, how many carried the word of the tests'
 * payloads in the clear, the lengths, DF bits and TOS bytes of the IPsec packets. It answers in
 * one process what would take many runs of tcpdump.
 */
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MARKER		"aditplain"
#define NATT_PORT	4500
#define IKE_PORT	500

/* The names are printed in this order; `other` is what should never be seen. */
static struct {
	unsigned long packets, esp, ah, udp_esp, keepalive, ike, icmp_error, icmp_echo, neighbour,
		fragment, other, plain, ipv4, ipv6, df_set, df_clear, max_length, udp_checksum,
		udp_no_checksum;
	unsigned long tos[256];
	unsigned long ttl[256];
} seen;

static void watch_udp(const unsigned char *data, size_t length, bool *ipsec)
{
	const struct udphdr *udp = (const void *)data;
	const unsigned char *payload = data + sizeof(*udp);

	if (length < sizeof(*udp)) {
		seen.other++;
		return;
	}
	if (ntohs(udp->source) == IKE_PORT || ntohs(udp->dest) == IKE_PORT) {
		seen.ike++;
	} else if (length == sizeof(*udp) + 1 && payload[0] == 0xff) {
		seen.keepalive++;
	} else if (length >= sizeof(*udp) + 4 && !memcmp(payload, "\0\0\0\0", 4)) {
		seen.ike++;
	} else if (ntohs(udp->source) == NATT_PORT || ntohs(udp->dest) == NATT_PORT) {
		seen.udp_esp++;
		*ipsec = true;
		if (udp->check)
			seen.udp_checksum++;
		else
			seen.udp_no_checksum++;
	} else {
		seen.other++;
	}
}

static void watch_icmp6(unsigned char type)
{
	if (type < 128)
		seen.icmp_error++;
	else if (type < 130)
		seen.icmp_echo++;
	else
		seen.neighbour++;
}

/* Returns whether it is IPsec. */
static bool watch_payload(unsigned char protocol, const unsigned char *data, size_t length)
{
	bool ipsec = false;

	switch (protocol) {
	case IPPROTO_ESP:
		seen.esp++;
		return true;
	case IPPROTO_AH:
		seen.ah++;
		return true;
	case IPPROTO_UDP:
		watch_udp(data, length, &ipsec);
		return ipsec;
	case IPPROTO_ICMP:
		if (length && (data[0] == 0 || data[0] == 8))
			seen.icmp_echo++;
		else
			seen.icmp_error++;
		return false;
	case IPPROTO_ICMPV6:
		watch_icmp6(length ? data[0] : 0);
		return false;
	case IPPROTO_HOPOPTS:	/* of multicast listener reports */
		seen.neighbour++;
		return false;
	default:
		seen.other++;
		return false;
	}
}

static void watch_ipv4(const unsigned char *data, size_t length)
{
	const struct iphdr *ip = (const void *)data;

	seen.ipv4++;
	if (length < sizeof(*ip) || length < ip->ihl * 4U) {
		seen.other++;
		return;
	}
	if (ntohs(ip->frag_off) & 0x1fff) {
		seen.fragment++;
		return;
	}
	if (!watch_payload(ip->protocol, data + ip->ihl * 4, length - ip->ihl * 4))
		return;
	if (ntohs(ip->frag_off) & 0x4000)
		seen.df_set++;
	else
		seen.df_clear++;
	seen.tos[ip->tos]++;
	seen.ttl[ip->ttl]++;
	if (length > seen.max_length)
		seen.max_length = length;
}

static void watch_ipv6(const unsigned char *data, size_t length)
{
	const struct ip6_hdr *ip6 = (const void *)data;
	unsigned char next;
	size_t at = sizeof(*ip6);

	seen.ipv6++;
	if (length < at) {
		seen.other++;
		return;
	}
	next = ip6->ip6_nxt;
	if (next == IPPROTO_FRAGMENT && length >= at + 8) {
		if (ntohs(*(const unsigned short *)(data + at + 2)) & 0xfff8) {
			seen.fragment++;
			return;
		}
		next = data[at];
		at += 8;
	}
	if (!watch_payload(next, data + at, length - at))
		return;
	seen.tos[(ntohl(ip6->ip6_flow) >> 20) & 0xff]++;
	seen.ttl[ip6->ip6_hlim]++;
	if (length > seen.max_length)
		seen.max_length = length;
}

static void watch(const unsigned char *data, size_t length, unsigned short protocol)
{
	seen.packets++;
	if (memmem(data, length, MARKER, strlen(MARKER)))
		seen.plain++;
	if (protocol == ETH_P_IP)
		watch_ipv4(data, length);
	else if (protocol == ETH_P_IPV6)
		watch_ipv6(data, length);
	else if (protocol == ETH_P_ARP)
		seen.neighbour++;
	else
		seen.other++;
}

static void print_bytes(const char *name, const unsigned long *counts)
{
	printf("%s=", name);
	for (int i = 0; i < 256; i++)
		if (counts[i])
			printf("0x%02x ", i);
	printf("\n");
}

static void print_seen(void)
{
#define PRINT(name)	printf(#name "=%lu\n", seen.name)
	PRINT(packets);
	PRINT(esp);
	PRINT(ah);
	PRINT(udp_esp);
	PRINT(keepalive);
	PRINT(ike);
	PRINT(icmp_error);
	PRINT(icmp_echo);
	PRINT(neighbour);
	PRINT(fragment);
	PRINT(other);
	PRINT(plain);
	PRINT(ipv4);
	PRINT(ipv6);
	PRINT(df_set);
	PRINT(df_clear);
	PRINT(max_length);
	PRINT(udp_checksum);
	PRINT(udp_no_checksum);
#undef PRINT
	print_bytes("tos", seen.tos);
	print_bytes("ttl", seen.ttl);
}

#define FRAME_SIZE	(32 << 10)
#define FRAMES		1024

static unsigned char *ring;

static int open_wire(const char *namespace, const char *interface)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
	};
	struct tpacket_req request = {
		.tp_block_size = FRAME_SIZE, .tp_block_nr = FRAMES,
		.tp_frame_size = FRAME_SIZE, .tp_frame_nr = FRAMES,
	};
	int version = TPACKET_V2, fd;
	char path[128];

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "namespace %s", namespace);
	close(fd);
	/* Datagram sockets: the packet begins at the IP header, whatever the link is. */
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	address.sll_ifindex = if_nametoindex(interface);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &request, sizeof(request)))
		err(2, "packet socket");
	ring = mmap(NULL, (size_t)FRAME_SIZE * FRAMES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED)
		err(2, "packet ring");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(2, "interface %s", interface);
	return fd;
}

/* All that is in the ring now; a packet longer than a frame is judged by its beginning. */
static void watch_ring(void)
{
	static unsigned int next;

	for (;;) {
		struct tpacket2_hdr *header = (void *)(ring + (size_t)next * FRAME_SIZE);
		const struct sockaddr_ll *from = (void *)((unsigned char *)header +
							  TPACKET_ALIGN(sizeof(*header)));

		if (!(__atomic_load_n(&header->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
			return;
		watch((unsigned char *)header + header->tp_net, header->tp_snaplen,
		      ntohs(from->sll_protocol));
		__atomic_store_n(&header->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		next = (next + 1) % FRAMES;
	}
}

int main(int argc, char **argv)
{
	struct pollfd ready[2] = { { .events = POLLIN }, { .events = POLLIN } };
	sigset_t end;
	int fd;

	if (argc != 4)
		errx(2, "usage: wire NAMESPACE INTERFACE READY-FILE");
	sigemptyset(&end);
	sigaddset(&end, SIGTERM);
	sigaddset(&end, SIGINT);
	sigprocmask(SIG_BLOCK, &end, NULL);
	ready[1].fd = signalfd(-1, &end, 0);
	ready[0].fd = open_wire(argv[1], argv[2]);
	fd = open(argv[3], O_CREAT | O_WRONLY, 0600);
	if (fd < 0)
		err(1, "%s", argv[3]);
	close(fd);
	do {
		poll(ready, 2, -1);
		watch_ring();
	} while (!ready[1].revents);
	print_seen();
	return 0;
}
