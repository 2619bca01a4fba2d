// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <err.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "craft.h"

#define ICV_LENGTH	16	/* of both algorithms */

struct craft_address craft_address(const char *text)
{
	struct craft_address address = { .family = AF_INET };

	if (inet_pton(AF_INET, text, &address.in) == 1)
		return address;
	address.family = AF_INET6;
	if (inet_pton(AF_INET6, text, &address.in6) != 1)
		errx(2, "%s is no address", text);
	return address;
}

static uint32_t sum_words(const void *data, size_t length, uint32_t sum)
{
	const unsigned char *bytes = data;

	for (; length > 1; length -= 2, bytes += 2)
		sum += bytes[0] << 8 | bytes[1];
	if (length)
		sum += bytes[0] << 8;
	return sum;
}

uint16_t craft_checksum(const void *data, size_t length, uint32_t sum)
{
	sum = sum_words(data, length, sum);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons(~sum & 0xffff);
}

static uint16_t udp_checksum(const struct craft_address *src, const struct craft_address *dst,
			     const void *data, size_t length)
{
	size_t size = src->family == AF_INET ? 4 : 16;
	uint32_t sum = IPPROTO_UDP + length;
	uint16_t checksum;

	sum = sum_words(&src->in6, size, sum);
	sum = sum_words(&dst->in6, size, sum);
	checksum = craft_checksum(data, length, sum);
	return checksum ? checksum : 0xffff;
}

static size_t put_ip(const struct craft_address *src, const struct craft_address *dst, uint8_t tos,
		     uint8_t ttl, uint8_t protocol, size_t length, unsigned char *to)
{
	if (src->family == AF_INET) {
		struct iphdr ip = {
			.version = 4, .ihl = 5, .tos = tos, .tot_len = htons(sizeof(ip) + length),
			.ttl = ttl ? ttl : 64, .protocol = protocol,
			.saddr = src->in.s_addr, .daddr = dst->in.s_addr,
		};

		ip.check = craft_checksum(&ip, sizeof(ip), 0);
		memcpy(to, &ip, sizeof(ip));
		return sizeof(ip);
	}
	struct ip6_hdr ip6 = {
		.ip6_flow = htonl(6u << 28 | (uint32_t)tos << 20),
		.ip6_plen = htons(length), .ip6_nxt = protocol, .ip6_hlim = ttl ? ttl : 64,
		.ip6_src = src->in6, .ip6_dst = dst->in6,
	};

	memcpy(to, &ip6, sizeof(ip6));
	return sizeof(ip6);
}

size_t craft_inner(const struct craft_inner *inner, unsigned char *to)
{
	struct udphdr udp = {
		.source = htons(inner->sport), .dest = htons(inner->dport),
		.len = htons(sizeof(udp) + inner->length),
	};
	size_t at = put_ip(&inner->src, &inner->dst, inner->tos, inner->ttl, IPPROTO_UDP,
			   sizeof(udp) + inner->length, to);

	memcpy(to + at, &udp, sizeof(udp));
	memcpy(to + at + sizeof(udp), inner->payload, inner->length);
	udp.check = udp_checksum(&inner->src, &inner->dst, to + at, sizeof(udp) + inner->length);
	memcpy(to + at, &udp, sizeof(udp));
	return at + sizeof(udp) + inner->length;
}

/* The rule of make_key in lib_tunnel.sh */
static void make_key(unsigned char *key, unsigned int length, unsigned int seed)
{
	for (unsigned int i = 0; i < length; i++)
		key[i] = i * 37 + seed * 11 + (i ^ seed) * 3 + 90;
}

static size_t trailer(unsigned char *to, size_t length, uint8_t next_header,
		      const struct craft_fault *fault)
{
	size_t pad = -(length + 2) & 3;

	pad += fault->pad;
	for (size_t i = 0; i < pad; i++)
		to[length + i] = i + 1 + fault->pad_bytes;
	to[length + pad] = fault->pad_length ? 255 : pad;
	to[length + pad + 1] = fault->next_header ? fault->next_header & 255 : next_header;
	return length + pad + 2;
}

/*
 * What OpenSSL made of the keys of the last SAs: to look up an algorithm and to expand a key takes
 * longer than to protect a packet.
 */
static struct keyed {
	uint32_t spi;
	EVP_MAC_CTX *mac;
	EVP_CIPHER_CTX *cipher;
} keyed[16];

static struct keyed *keyed_for(uint32_t spi)
{
	struct keyed *slot = &keyed[(spi ^ spi >> 12) % (sizeof(keyed) / sizeof(*keyed))];

	if (slot->spi != spi) {
		EVP_MAC_CTX_free(slot->mac);
		EVP_CIPHER_CTX_free(slot->cipher);
		*slot = (struct keyed){ .spi = spi };
	}
	return slot;
}

static EVP_MAC_CTX *begin_hmac(uint32_t spi)
{
	static EVP_MAC *algorithm;
	struct keyed *slot = keyed_for(spi);
	OSSL_PARAM hash[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, "SHA256", 0),
		OSSL_PARAM_construct_end(),
	};
	unsigned char key[32];

	if (slot->mac)
		return EVP_MAC_init(slot->mac, NULL, 0, NULL) == 1 ? slot->mac : NULL;
	if (!algorithm)
		algorithm = EVP_MAC_fetch(NULL, "HMAC", NULL);
	slot->mac = EVP_MAC_CTX_new(algorithm);
	make_key(key, sizeof(key), spi + 100);
	return EVP_MAC_init(slot->mac, key, sizeof(key), hash) == 1 ? slot->mac : NULL;
}

/* HMAC-SHA-256 with 128 bits, of @data and what follows it for the computation only */
static void hmac(uint32_t spi, const void *data, size_t length, const void *appended,
		 size_t appended_length, unsigned char *icv)
{
	EVP_MAC_CTX *context = begin_hmac(spi);
	unsigned char digest[32];
	size_t size;

	if (!context || EVP_MAC_update(context, data, length) != 1 ||
	    EVP_MAC_update(context, appended, appended_length) != 1 ||
	    EVP_MAC_final(context, digest, &size, sizeof(digest)) != 1)
		errx(2, "HMAC failed");
	memcpy(icv, digest, ICV_LENGTH);
}

static EVP_CIPHER_CTX *begin_gcm(uint32_t spi, const unsigned char *nonce,
				 const unsigned char *key)
{
	struct keyed *slot = keyed_for(spi);

	if (slot->cipher)
		return EVP_EncryptInit_ex(slot->cipher, NULL, NULL, NULL, nonce) == 1 ?
		       slot->cipher : NULL;
	slot->cipher = EVP_CIPHER_CTX_new();
	return EVP_EncryptInit_ex(slot->cipher, EVP_aes_128_gcm(), NULL, key, nonce) == 1 ?
	       slot->cipher : NULL;
}

static void gcm(const struct craft_sa *sa, uint64_t seq, const unsigned char *header,
		const unsigned char *iv, unsigned char *data, size_t length, unsigned char *icv)
{
	unsigned char key[20], nonce[12], aad[12];
	uint32_t high = htonl(seq >> 32);
	int size, aad_length = 8;
	EVP_CIPHER_CTX *context;

	/* RFC 4106 4, 5: the nonce is salt and IV, the AAD is SPI and sequence number */
	make_key(key, sizeof(key), sa->spi);
	memcpy(nonce, key + 16, 4);
	memcpy(nonce + 4, iv, 8);
	memcpy(aad, header, 4);
	memcpy(aad + 4, header + 4, 4);
	if (sa->esn) {
		memcpy(aad + 4, &high, 4);
		memcpy(aad + 8, header + 4, 4);
		aad_length = 12;
	}
	context = begin_gcm(sa->spi, nonce, key);
	if (!context || EVP_EncryptUpdate(context, NULL, &size, aad, aad_length) != 1 ||
	    EVP_EncryptUpdate(context, data, &size, data, length) != 1 ||
	    EVP_EncryptFinal_ex(context, data + size, &size) != 1 ||
	    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, ICV_LENGTH, icv) != 1)
		errx(2, "AES-GCM failed");
}

size_t craft_esp(const struct craft_sa *sa, uint64_t seq, const unsigned char *packet,
		 size_t length, uint8_t next_header, const struct craft_fault *fault,
		 unsigned char *to)
{
	uint32_t header[2] = { htonl(sa->spi), htonl(seq) }, high = htonl(seq >> 32);
	size_t at = sizeof(header);

	memcpy(to, header, sizeof(header));
	if (sa->algorithm == CRAFT_AES128GCM16) {
		uint64_t iv = seq * 0x9e3779b97f4a7c15ull;

		memcpy(to + at, &iv, sizeof(iv));
		at += sizeof(iv);
	}
	memcpy(to + at, packet, length);
	length = trailer(to + at, length, next_header, fault);
	if (sa->algorithm == CRAFT_AES128GCM16)
		gcm(sa, seq, to, to + sizeof(header), to + at, length, to + at + length);
	else	/* RFC 4303 2.2.1: the upper half is appended */
		hmac(sa->spi, to, at + length, &high, sa->esn ? sizeof(high) : 0,
		     to + at + length);
	if (fault->icv)
		to[at + length] ^= 1;
	return at + length + ICV_LENGTH - fault->cut;
}

size_t craft_outer(const struct craft_outer *outer, uint8_t protocol,
		   const unsigned char *payload, size_t length, unsigned char *to)
{
	size_t udp_length = outer->sport ? sizeof(struct udphdr) : 0, at;

	at = put_ip(&outer->src, &outer->dst, outer->tos, outer->ttl,
		    udp_length ? IPPROTO_UDP : protocol, udp_length + length, to);
	memcpy(to + at + udp_length, payload, length);
	if (udp_length) {
		struct udphdr udp = {
			.source = htons(outer->sport), .dest = htons(outer->dport),
			.len = htons(udp_length + length),
		};

		memcpy(to + at, &udp, sizeof(udp));
		if (outer->src.family == AF_INET6)
			udp.check = udp_checksum(&outer->src, &outer->dst, to + at,
						 udp_length + length);
		memcpy(to + at, &udp, sizeof(udp));
	}
	return at + udp_length + length;
}

size_t craft_ah(uint32_t spi, uint32_t seq, const struct craft_outer *outer,
		const unsigned char *payload, size_t length, uint8_t next_header,
		unsigned char *to)
{
	bool ipv6 = outer->src.family == AF_INET6;
	/* RFC 4302 2.2: the length in 32-bit words, less 2; a multiple of 8 bytes in IPv6 */
	size_t ah_length = ipv6 ? 32 : 28, at;
	uint32_t ah[8] = {
		htonl((uint32_t)next_header << 24 | (ah_length / 4 - 2) << 16), htonl(spi),
		htonl(seq),
	};
	unsigned char saved[sizeof(struct ip6_hdr)];
	struct ip6_hdr *ip6 = (struct ip6_hdr *)to;
	struct iphdr *ip = (struct iphdr *)to;

	at = put_ip(&outer->src, &outer->dst, outer->tos, outer->ttl, IPPROTO_AH,
		    ah_length + length, to);
	memcpy(saved, to, at);
	memcpy(to + at, ah, ah_length);
	memcpy(to + at + ah_length, payload, length);
	length += at + ah_length;
	/* RFC 4302 3.3.3.1.1.1, 3.3.3.1.2: mutable fields count as 0 */
	if (ipv6) {
		ip6->ip6_flow = htonl(6u << 28);
		ip6->ip6_hlim = 0;
	} else {
		ip->tos = ip->ttl = 0;
		ip->frag_off = ip->check = 0;
	}
	hmac(spi, to, length, NULL, 0, to + at + 12);
	memcpy(to, saved, at);
	return length;
}

void craft_enter(const char *namespace)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		err(2, "namespace %s", namespace);
	close(fd);
}

static void link_address(struct ifreq *request, unsigned long what)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	memset(request, 0, sizeof(*request));
	strcpy(request->ifr_name, "wire");
	if (fd < 0 || ioctl(fd, what, request))
		err(2, "interface wire");
	close(fd);
}

void craft_wire_open(struct craft_wire *wire, const char *from, const char *to)
{
	struct ifreq request;

	craft_enter(to);
	link_address(&request, SIOCGIFHWADDR);
	memcpy(wire->peer, request.ifr_hwaddr.sa_data, sizeof(wire->peer));
	craft_enter(from);
	link_address(&request, SIOCGIFINDEX);
	wire->ifindex = request.ifr_ifindex;
	wire->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (wire->fd < 0)
		err(2, "packet socket");
}

void craft_wire_send(const struct craft_wire *wire, int family, const void *packet, size_t length)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(family == AF_INET ? ETH_P_IP : ETH_P_IPV6),
		.sll_ifindex = wire->ifindex,
		.sll_halen = sizeof(wire->peer),
	};

	memcpy(to.sll_addr, wire->peer, sizeof(wire->peer));
	if (sendto(wire->fd, packet, length, 0, (struct sockaddr *)&to, sizeof(to)) < 0)
		err(2, "sending %zu bytes", length);
}
