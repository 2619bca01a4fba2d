// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The MTU that an SA says is exactly the largest packet that fits: for every transform and ICV
 * length, in tunnel and transport mode, over IPv4 and IPv6, raw and in UDP.
 *
 *	largest NAMESPACE DEVICE WIRE LOCAL4 REMOTE4 LOCAL6 REMOTE6
 *
 * A packet of that size leaves in PATH bytes at most; then the wire is made wider, and one of a
 * byte more leaves in more than PATH. Nobody calculates: what leaves is measured on the wire.
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
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "netlink/family.h"

#define PATH		1500
#define WIDER		1700
#define PATIENCE_MS	3000
#define ENCAP_PORT	4500

struct transform {
	const char *enc;	/* or the AEAD; NULL: AH */
	const char *auth;	/* NULL: enc is an AEAD */
	unsigned int key, auth_key, icv;
};

static const struct transform transforms[] = {
	{ "rfc4106(gcm(aes))", NULL, 20, 0, 128 }, { "rfc4106(gcm(aes))", NULL, 28, 0, 96 },
	{ "rfc4106(gcm(aes))", NULL, 36, 0, 64 }, { "rfc4543(gcm(aes))", NULL, 20, 0, 128 },
	{ "rfc4309(ccm(aes))", NULL, 19, 0, 128 }, { "rfc4309(ccm(aes))", NULL, 27, 0, 96 },
	{ "rfc4309(ccm(aes))", NULL, 35, 0, 64 },
	{ "rfc7539esp(chacha20,poly1305)", NULL, 36, 0, 128 },
	{ "cbc(aes)", "hmac(sha1)", 16, 20, 96 }, { "cbc(aes)", "hmac(sha256)", 24, 32, 128 },
	{ "cbc(aes)", "hmac(sha256)", 32, 32, 96 }, { "cbc(aes)", "hmac(sha384)", 32, 48, 192 },
	{ "cbc(aes)", "hmac(sha512)", 32, 64, 256 }, { "cbc(aes)", "xcbc(aes)", 16, 16, 96 },
	{ "cbc(aes)", "cmac(aes)", 16, 16, 96 }, { "cbc(camellia)", "hmac(sha256)", 16, 32, 128 },
	{ "cbc(des3_ede)", "hmac(md5)", 24, 16, 96 }, { "cbc(des)", "hmac(md5)", 8, 16, 96 },
	{ "rfc3686(ctr(aes))", "hmac(sha1)", 20, 20, 96 },
	{ "rfc3686(ctr(aes))", "hmac(sha512)", 36, 64, 256 },
	{ "ecb(cipher_null)", "hmac(md5)", 0, 16, 96 },
	{ "ecb(cipher_null)", "hmac(sha1)", 0, 20, 160 },
	{ "ecb(cipher_null)", "hmac(sha256)", 0, 32, 256 },
	{ "ecb(cipher_null)", "hmac(sha512)", 0, 64, 512 },
	{ NULL, "hmac(md5)", 0, 16, 96 }, { NULL, "hmac(sha1)", 0, 20, 96 },
	{ NULL, "hmac(sha1)", 0, 20, 160 }, { NULL, "hmac(sha256)", 0, 32, 128 },
	{ NULL, "hmac(sha256)", 0, 32, 96 }, { NULL, "hmac(sha384)", 0, 48, 192 },
	{ NULL, "hmac(sha512)", 0, 64, 256 }, { NULL, "xcbc(aes)", 0, 16, 96 },
	{ NULL, "cmac(aes)", 0, 16, 96 },
};

static struct anl *anl;
static struct anl_address local[2], remote[2];	/* IPv4, IPv6 */
static const char *device, *wire;
static uint32_t ifindex;
static int wire_fd, control_fd, raw_fd[2];
static char why[384];

#define FAIL(...)	(snprintf(why, sizeof(why), __VA_ARGS__), false)

static void set_mtu(const char *name, int mtu)
{
	struct ifreq request = { .ifr_mtu = mtu };

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(control_fd, SIOCSIFMTU, &request))
		err(2, "MTU %d of %s", mtu, name);
}

static void open_sockets(void)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL) };

	control_fd = socket(AF_INET, SOCK_DGRAM, 0);
	wire_fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK, htons(ETH_P_ALL));
	address.sll_ifindex = if_nametoindex(wire);
	if (wire_fd < 0 || bind(wire_fd, (struct sockaddr *)&address, sizeof(address)))
		err(2, "%s", wire);
	for (int six = 0; six < 2; six++) {
		raw_fd[six] = socket(six ? AF_INET6 : AF_INET, SOCK_RAW, IPPROTO_RAW);
		if (raw_fd[six] < 0 || setsockopt(raw_fd[six], SOL_SOCKET, SO_BINDTODEVICE, device,
						  strlen(device)))
			err(2, "%s", device);
	}
}

/* One packet into the device, of @length bytes, header and all, that may be fragmented. */
static bool send_inner(bool six, const struct anl_address *to, const struct anl_address *from,
		       unsigned int length)
{
	static unsigned char data[65536];
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct ip6_hdr *ip6 = (void *)data;
	struct iphdr *ip = (void *)data;
	ssize_t sent;

	memset(data, 0, sizeof(*ip6));
	if (six) {
		ip6->ip6_flow = htonl(6 << 28);
		ip6->ip6_plen = htons(length - sizeof(*ip6));
		ip6->ip6_nxt = IPPROTO_NONE;
		ip6->ip6_hlim = 64;
		memcpy(&ip6->ip6_src, from->bytes, 16);
		memcpy(&ip6->ip6_dst, to->bytes, 16);
		memcpy(&in6.sin6_addr, to->bytes, 16);
		sent = sendto(raw_fd[1], data, length, 0, (struct sockaddr *)&in6, sizeof(in6));
	} else {
		*ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = 253 };
		memcpy(&ip->saddr, from->bytes, 4);
		memcpy(&ip->daddr, to->bytes, 4);
		memcpy(&in.sin_addr, to->bytes, 4);
		sent = sendto(raw_fd[0], data, length, 0, (struct sockaddr *)&in, sizeof(in));
	}
	return sent == (ssize_t)length || FAIL("sending %u bytes: %s", length, strerror(errno));
}

/* Is it IPsec on its way out? Sets whether it is a fragment. */
static bool is_ours(const unsigned char *data, const struct sockaddr_ll *from, bool *fragment)
{
	const struct ip6_hdr *ip6 = (const void *)data;
	const struct iphdr *ip = (const void *)data;
	unsigned char protocol;

	*fragment = false;
	if (from->sll_pkttype != PACKET_OUTGOING)
		return false;
	if (from->sll_protocol == htons(ETH_P_IP)) {
		*fragment = ip->frag_off & htons(0x3fff);
		protocol = ip->protocol;
	} else if (from->sll_protocol == htons(ETH_P_IPV6)) {
		*fragment = ip6->ip6_nxt == IPPROTO_FRAGMENT;
		protocol = *fragment ? data[sizeof(*ip6)] : ip6->ip6_nxt;
	} else {
		return false;
	}
	return protocol == IPPROTO_ESP || protocol == IPPROTO_AH || protocol == IPPROTO_UDP;
}

/* How long the next IPsec packet on the wire is; 0: none came, or a fragment. */
static size_t outer_length(void)
{
	struct pollfd ready = { .fd = wire_fd, .events = POLLIN };
	static unsigned char data[65536];
	struct sockaddr_ll from;
	bool fragment;

	while (poll(&ready, 1, PATIENCE_MS) > 0) {
		socklen_t size = sizeof(from);
		ssize_t length = recvfrom(wire_fd, data, sizeof(data), 0,
					  (struct sockaddr *)&from, &size);

		if (length > 0 && is_ours(data, &from, &fragment))
			return fragment ? 0 : length;
	}
	return 0;
}

static void drain(void)
{
	static unsigned char data[65536];

	while (recv(wire_fd, data, sizeof(data), 0) > 0)
		;
}

static bool measure(const struct anl_sa *sa, unsigned int length, size_t *outer)
{
	static const struct anl_address inner = { AF_INET, { 10, 2, 0, 1 } };
	bool six = sa->remote.family == AF_INET6;
	bool tunnel = sa->mode == ANL_TUNNEL;

	drain();
	if (!send_inner(!tunnel && six, tunnel ? &inner : &sa->remote,
			tunnel ? &local[0] : &sa->local, length))
		return false;
	*outer = outer_length();
	return *outer || FAIL("a packet of %u bytes did not leave in one piece", length);
}

static bool exact(const struct anl_sa *sa)
{
	struct anl_sa_id id = anl_sa_id(sa);
	static struct anl_sa shown;
	struct anl_error error;
	size_t outer;
	bool good;

	if (anl_sa_add(anl, sa, &error) || anl_sa_get(anl, &id, &shown, &error))
		return FAIL("%s", error.text);
	if (shown.mtu_path != PATH || shown.overhead != PATH - shown.mtu)
		return FAIL("MTU %u of path %u with overhead %u", shown.mtu, shown.mtu_path,
			    shown.overhead);
	if (!measure(sa, shown.mtu, &outer))
		return false;
	if (outer > PATH)
		return FAIL("MTU %u: leaves in %zu bytes", shown.mtu, outer);
	set_mtu(wire, WIDER);
	good = measure(sa, shown.mtu + 1, &outer);
	set_mtu(wire, PATH);
	if (good && outer <= PATH)
		return FAIL("MTU %u: one more leaves in %zu bytes", shown.mtu, outer);
	return good;
}

static void set_algorithm(struct anl_algorithm *algorithm, const char *name, unsigned int key,
			  unsigned int icv)
{
	snprintf(algorithm->name, sizeof(algorithm->name), "%s", name);
	algorithm->key_length = key;
	algorithm->icv_bits = icv;
	for (unsigned int i = 0; i < key; i++)
		algorithm->key[i] = i * 37 + 90;
}

static bool check(const struct transform *transform, enum anl_mode mode, bool six, bool encap)
{
	struct anl_error error;
	static struct anl_sa sa;
	bool good;

	anl_sa_init(&sa);
	sa.ifindex = ifindex;
	sa.direction = ANL_OUT;
	sa.protocol = transform->enc ? IPPROTO_ESP : IPPROTO_AH;
	sa.mode = mode;
	sa.spi = 0x1000;
	sa.local = local[six];
	sa.remote = remote[six];
	sa.encap = encap;
	sa.encap_local = sa.encap_remote = ENCAP_PORT;
	if (!transform->auth) {
		set_algorithm(&sa.aead, transform->enc, transform->key, transform->icv);
	} else {
		if (transform->enc)
			set_algorithm(&sa.enc, transform->enc, transform->key, 0);
		set_algorithm(&sa.auth, transform->auth, transform->auth_key, transform->icv);
	}
	good = exact(&sa);
	if (anl_sa_flush(anl, ifindex, 0, &error))
		errx(2, "%s", error.text);
	if (!good)
		printf("# %s mode, IPv%d%s: %s\n", mode == ANL_TUNNEL ? "tunnel" : "transport",
		       six ? 6 : 4, encap ? ", in UDP" : "", why);
	return good;
}

/* All ways of one transform: one case. */
static bool check_all(const struct transform *transform, unsigned int number)
{
	bool good = true;

	for (int ways = 0; ways < 8; ways++)
		if (transform->enc || !(ways & 4))
			good &= check(transform, ways & 1 ? ANL_TRANSPORT : ANL_TUNNEL, ways & 2,
				      ways & 4);
	printf("%s %u - the largest packet with %s%s%s%s, ICV %u\n", good ? "ok" : "not ok",
	       number, transform->enc ?: "AH", transform->auth ? " " : "",
	       transform->auth ?: "", transform->enc ? "" : " alone", transform->icv);
	fflush(stdout);
	return good;
}

int main(int argc, char **argv)
{
	const unsigned int count = sizeof(transforms) / sizeof(*transforms);
	struct anl_error error;
	unsigned int failed = 0;
	char path[128];
	int fd;

	if (argc != 8)
		errx(2, "usage: largest NAMESPACE DEVICE WIRE LOCAL4 REMOTE4 LOCAL6 REMOTE6");
	snprintf(path, sizeof(path), "/run/netns/%s", argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "namespace %s", argv[1]);
	close(fd);
	device = argv[2];
	wire = argv[3];
	ifindex = if_nametoindex(device);
	for (int six = 0; six < 2; six++)
		if (!anl_address_parse(argv[4 + 2 * six], &local[six]) ||
		    !anl_address_parse(argv[5 + 2 * six], &remote[six]))
			errx(2, "no addresses");
	if (anl_open(&anl, &error))
		errx(2, "%s", error.text);
	open_sockets();

	printf("TAP version 13\n1..%u\n", count);
	for (unsigned int i = 0; i < count; i++)
		failed += !check_all(&transforms[i], i + 1);
	anl_close(anl);
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:0 error:0\n", count - failed,
	       failed);
	return failed ? 1 : 0;
}
