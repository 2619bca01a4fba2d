// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the module's netlink family refuses, message by message, without the tool's own checks in
 * front of it: the error, the attribute that the extended ack points to (or misses), and that
 * there are words with it. After each refusal nothing may be left behind.
 *
 *	refusals IFINDEX OTHER-IFINDEX     (of an adit device and of one that is none)
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/adit.h>

#include "lib/genl.h"
#include "netlink/events.h"

static struct genl genl;
static struct genl_message message;
static uint32_t ifindex, other_ifindex;
static unsigned int number, failed;

static void result(bool good, const char *name, const char *why)
{
	printf("%s %u - %s\n", good ? "ok" : "not ok", ++number, name);
	if (!good) {
		printf("#   %s\n", why);
		failed++;
	}
}

/* One attribute of a request */
struct attribute {
	uint16_t type;
	enum { END, LEAVE_OUT, U8, U16, U32, U64, ADDRESS, TEXT, BYTES, FLAG, NEST } kind;
	uint64_t value;		/* number; of BYTES the count */
	const char *text;	/* of TEXT and ADDRESS */
	const struct attribute *nested;
};

static void put(const struct attribute *attribute)
{
	static const unsigned char bytes[2048];
	unsigned char address[16];
	size_t nest;

	switch (attribute->kind) {
	case U8: genl_put_u8(&message, attribute->type, attribute->value); break;
	case U16: genl_put_u16(&message, attribute->type, attribute->value); break;
	case U32: genl_put_u32(&message, attribute->type, attribute->value); break;
	case U64: genl_put_u64(&message, attribute->type, attribute->value); break;
	case TEXT: genl_put_string(&message, attribute->type, attribute->text); break;
	case BYTES: genl_put(&message, attribute->type, bytes, attribute->value); break;
	case FLAG: genl_put(&message, attribute->type, NULL, 0); break;
	case ADDRESS:
		if (inet_pton(AF_INET, attribute->text, address) == 1)
			genl_put(&message, attribute->type, address, 4);
		else if (inet_pton(AF_INET6, attribute->text, address) == 1)
			genl_put(&message, attribute->type, address, 16);
		break;
	case NEST:
		nest = genl_nest(&message, attribute->type);
		for (const struct attribute *one = attribute->nested; one->kind; one++)
			put(one);
		genl_nest_end(&message, nest);
		break;
	case LEAVE_OUT:
	case END:
		break;
	}
}

#define SA(name)	ADIT_A_SA_##name

/* A good request, from which each case departs */
static struct attribute good_out[] = {
	{ SA(IFINDEX), U32, 0, NULL, NULL }, { SA(DIRECTION), U8, ADIT_DIRECTION_OUT, NULL, NULL },
	{ SA(PROTO), U8, 50, NULL, NULL }, { SA(MODE), U8, ADIT_MODE_TUNNEL, NULL, NULL },
	{ SA(SPI), U32, 0x4711, NULL, NULL }, { SA(LOCAL), ADDRESS, 0, "192.0.2.1", NULL },
	{ SA(REMOTE), ADDRESS, 0, "192.0.2.2", NULL },
	{ SA(AEAD_NAME), TEXT, 0, "rfc4106(gcm(aes))", NULL },
	{ SA(AEAD_KEY), BYTES, 20, NULL, NULL }, { SA(AEAD_ICV_BITS), U16, 128, NULL, NULL },
	{ 0, END, 0, NULL, NULL }
};

static const struct attribute *find(const struct attribute *list, uint16_t type)
{
	for (; list->kind; list++)
		if (list->type == type)
			return list;
	return NULL;
}

static void build(uint8_t command, const struct attribute *changes)
{
	genl_begin(&genl, &message, command, 0);
	for (const struct attribute *one = good_out; one->kind; one++) {
		const struct attribute *change = find(changes, one->type);

		put(change ? change : one);
	}
	for (const struct attribute *one = changes; one->kind; one++)
		if (!find(good_out, one->type))
			put(one);
}

#define CHANGES	8

struct refusal {
	const char *name;
	int error;
	uint16_t attribute;	/* pointed to, or missed */
	const char *word;	/* in the text, in any case */
	struct attribute changes[CHANGES];
};

#define NO(name)		{ SA(name), LEAVE_OUT, 0, NULL, NULL }
#define NUMBER(name, kind, value)	{ SA(name), kind, value, NULL, NULL }
#define STRING(name, kind, text)	{ SA(name), kind, 0, text, NULL }
#define NESTED(name, ...)	{ SA(name), NEST, 0, NULL, (const struct attribute []) { \
				__VA_ARGS__, { 0, END, 0, NULL, NULL } } }
#define PART(type, kind, value)	{ type, kind, value, NULL, NULL }
#define PART_ADDRESS(type, text)	{ type, ADDRESS, 0, text, NULL }
#define LIMIT(name)		ADIT_A_LIMITS_##name
#define SELECTOR(name)		ADIT_A_SELECTOR_##name
/* Instead of the AEAD */
#define CIPHER(name, key)	NO(AEAD_NAME), NO(AEAD_KEY), NO(AEAD_ICV_BITS), \
				STRING(ENC_NAME, TEXT, name), NUMBER(ENC_KEY, BYTES, key)
#define HASH(name, key)		STRING(AUTH_NAME, TEXT, name), NUMBER(AUTH_KEY, BYTES, key)

static const struct refusal refusals[] = {
	{ "no device", EINVAL, SA(IFINDEX), "ifindex", { NO(IFINDEX) } },
	{ "a device that is not there", ENODEV, SA(IFINDEX), "ifindex",
	  { NUMBER(IFINDEX, U32, 99999) } },
	{ "no direction", EINVAL, SA(DIRECTION), "direction", { NO(DIRECTION) } },
	{ "direction 0", EINVAL, SA(DIRECTION), "direction", { NUMBER(DIRECTION, U8, 0) } },
	{ "direction 3", EINVAL, SA(DIRECTION), "direction", { NUMBER(DIRECTION, U8, 3) } },
	{ "no protocol", EINVAL, SA(PROTO), "proto", { NO(PROTO) } },
	{ "protocol IPComp", EINVAL, SA(PROTO), "proto", { NUMBER(PROTO, U8, 108) } },
	{ "mode BEET", EINVAL, SA(MODE), "mode", { NUMBER(MODE, U8, 4) } },
	{ "no SPI", EINVAL, SA(SPI), "spi", { NO(SPI) } },
	{ "SPI 0", EINVAL, SA(SPI), "spi", { NUMBER(SPI, U32, 0) } },
	{ "no local address", EINVAL, SA(LOCAL), "local", { NO(LOCAL) } },
	{ "no remote address", EINVAL, SA(REMOTE), "remote", { NO(REMOTE) } },
	{ "a local address of 5 bytes", EINVAL, SA(LOCAL), "local", { NUMBER(LOCAL, BYTES, 5) } },
	{ "a remote address of 0 bytes", EINVAL, SA(REMOTE), "remote",
	  { NUMBER(REMOTE, BYTES, 0) } },
	{ "a remote address of the other family", EINVAL, SA(REMOTE), "remote",
	  { STRING(REMOTE, ADDRESS, "2001:db8::2") } },
	{ "a multicast peer", EINVAL, SA(REMOTE), "remote",
	  { STRING(REMOTE, ADDRESS, "224.0.0.5") } },
	{ "an IPv6 multicast peer", EINVAL, SA(REMOTE), "remote",
	  { STRING(LOCAL, ADDRESS, "2001:db8::1"), STRING(REMOTE, ADDRESS, "ff02::5") } },
	{ "the peer 0.0.0.0", EINVAL, SA(REMOTE), "remote",
	  { STRING(REMOTE, ADDRESS, "0.0.0.0") } },
	{ "the local address 255.255.255.255", EINVAL, SA(LOCAL), "local",
	  { STRING(LOCAL, ADDRESS, "255.255.255.255") } },
	{ "one port of two", EINVAL, SA(ENCAP_PEER_PORT), "port",
	  { NUMBER(ENCAP_LOCAL_PORT, U16, 4500) } },
	{ "the other port of two", EINVAL, SA(ENCAP_LOCAL_PORT), "port",
	  { NUMBER(ENCAP_PEER_PORT, U16, 4500) } },
	{ "our port 0", EINVAL, SA(ENCAP_LOCAL_PORT), "port",
	  { NUMBER(ENCAP_LOCAL_PORT, U16, 0), NUMBER(ENCAP_PEER_PORT, U16, 4500) } },
	{ "the peer's port 0", EINVAL, SA(ENCAP_PEER_PORT), "port",
	  { NUMBER(ENCAP_LOCAL_PORT, U16, 4500), NUMBER(ENCAP_PEER_PORT, U16, 0) } },
	{ "no algorithm", EINVAL, 0, "aead", { NO(AEAD_NAME), NO(AEAD_KEY), NO(AEAD_ICV_BITS) } },
	{ "an unknown AEAD", EINVAL, SA(AEAD_NAME), "aead",
	  { STRING(AEAD_NAME, TEXT, "rfc4106(gcm(rot13))") } },
	{ "an AEAD that is a template of anything", EINVAL, SA(AEAD_NAME), "aead",
	  { STRING(AEAD_NAME, TEXT, "cryptd(rfc4106(gcm(aes)))") } },
	{ "an AEAD with an empty name", EINVAL, SA(AEAD_NAME), "aead",
	  { STRING(AEAD_NAME, TEXT, "") } },
	{ "an AEAD without a key", EINVAL, SA(AEAD_KEY), "key", { NO(AEAD_KEY) } },
	{ "an AEAD key of 19 bytes", EINVAL, SA(AEAD_KEY), "key",
	  { NUMBER(AEAD_KEY, BYTES, 19) } },
	{ "an AEAD key of 0 bytes", EINVAL, SA(AEAD_KEY), "key", { NUMBER(AEAD_KEY, BYTES, 0) } },
	{ "an AEAD key of 2000 bytes", EINVAL, SA(AEAD_KEY), "key",
	  { NUMBER(AEAD_KEY, BYTES, 2000) } },
	{ "an AEAD ICV of 80 bits", EINVAL, SA(AEAD_ICV_BITS), "icv",
	  { NUMBER(AEAD_ICV_BITS, U16, 80) } },
	{ "an AEAD ICV of 0 bits", EINVAL, SA(AEAD_ICV_BITS), "icv",
	  { NUMBER(AEAD_ICV_BITS, U16, 0) } },
	{ "an AEAD ICV of 127 bits", EINVAL, SA(AEAD_ICV_BITS), "icv",
	  { NUMBER(AEAD_ICV_BITS, U16, 127) } },
	{ "an AEAD and a cipher", EINVAL, 0, "aead",
	  { STRING(ENC_NAME, TEXT, "cbc(aes)"), NUMBER(ENC_KEY, BYTES, 16),
	    HASH("hmac(sha1)", 20) } },
	{ "an AEAD and a hash", EINVAL, 0, "auth", { HASH("hmac(sha1)", 20) } },
	{ "a cipher without a hash", EINVAL, SA(AUTH_NAME), "auth", { CIPHER("cbc(aes)", 16) } },
	{ "an unknown cipher", EINVAL, SA(ENC_NAME), "enc",
	  { CIPHER("cbc(rot13)", 16), HASH("hmac(sha1)", 20) } },
	{ "an AES key of 17 bytes", EINVAL, SA(ENC_KEY), "key",
	  { CIPHER("cbc(aes)", 17), HASH("hmac(sha1)", 20) } },
	{ "a key for the null cipher", EINVAL, SA(ENC_KEY), "key",
	  { CIPHER("ecb(cipher_null)", 1), HASH("hmac(sha1)", 20) } },
	{ "an unknown hash", EINVAL, SA(AUTH_NAME), "auth",
	  { CIPHER("cbc(aes)", 16), HASH("hmac(crc32)", 20) } },
	{ "a hash without a key", EINVAL, SA(AUTH_KEY), "key",
	  { CIPHER("cbc(aes)", 16), STRING(AUTH_NAME, TEXT, "hmac(sha1)") } },
	{ "an HMAC key of 513 bytes", EINVAL, SA(AUTH_KEY), "key",
	  { CIPHER("cbc(aes)", 16), HASH("hmac(sha1)", 513) } },
	{ "an XCBC key of 20 bytes", EINVAL, SA(AUTH_KEY), "key",
	  { CIPHER("cbc(aes)", 16), HASH("xcbc(aes)", 20) } },
	{ "an ICV longer than the hash", EINVAL, SA(AUTH_ICV_BITS), "icv",
	  { CIPHER("cbc(aes)", 16), HASH("hmac(sha1)", 20), NUMBER(AUTH_ICV_BITS, U16, 168) } },
	{ "an ICV of 24 bits", EINVAL, SA(AUTH_ICV_BITS), "icv",
	  { CIPHER("cbc(aes)", 16), HASH("hmac(sha1)", 20), NUMBER(AUTH_ICV_BITS, U16, 24) } },
	{ "AH with a cipher", EINVAL, 0, NULL,
	  { NUMBER(PROTO, U8, 51), CIPHER("cbc(aes)", 16), HASH("hmac(sha1)", 20) } },
	{ "AH without a hash", EINVAL, SA(AUTH_NAME), "auth",
	  { NUMBER(PROTO, U8, 51), NO(AEAD_NAME), NO(AEAD_KEY), NO(AEAD_ICV_BITS) } },
	{ "AH in UDP", EINVAL, 0, "encap",
	  { NUMBER(PROTO, U8, 51), NO(AEAD_NAME), NO(AEAD_KEY), NO(AEAD_ICV_BITS),
	    HASH("hmac(sha1)", 20), NUMBER(ENCAP_LOCAL_PORT, U16, 4500) } },
	{ "a replay window over 4096", EINVAL, SA(REPLAY_WINDOW), "window",
	  { NUMBER(DIRECTION, U8, ADIT_DIRECTION_IN), NUMBER(REPLAY_WINDOW, U32, 4097) } },
	{ "a replay window of 4294967295", EINVAL, SA(REPLAY_WINDOW), "window",
	  { NUMBER(DIRECTION, U8, ADIT_DIRECTION_IN), NUMBER(REPLAY_WINDOW, U32, 0xffffffff) } },
	{ "a replay window outbound", EINVAL, SA(REPLAY_WINDOW), "window",
	  { NUMBER(REPLAY_WINDOW, U32, 64) } },
	{ "ESN without a window", EINVAL, SA(REPLAY_WINDOW), "window",
	  { NUMBER(DIRECTION, U8, ADIT_DIRECTION_IN), NUMBER(REPLAY_WINDOW, U32, 0),
	    { SA(ESN), FLAG, 0, NULL, NULL } } },
	{ "a sequence number of 2^32 without ESN", EINVAL, SA(SEQ), "seq",
	  { NUMBER(SEQ, U64, 1ull << 32) } },
	{ "a sequence number that would wrap, with ESN", EINVAL, SA(SEQ), "seq",
	  { { SA(ESN), FLAG, 0, NULL, NULL }, NUMBER(SEQ, U64, UINT64_MAX - UINT32_MAX + 1) } },
	{ "a soft limit above the hard one: bytes", EINVAL, SA(LIMITS), "byte",
	  { NESTED(LIMITS, PART(LIMIT(BYTE_SOFT), U64, 2000),
		   PART(LIMIT(BYTE_HARD), U64, 1000)) } },
	{ "a soft limit above the hard one: packets", EINVAL, SA(LIMITS), "packet",
	  { NESTED(LIMITS, PART(LIMIT(PACKET_SOFT), U64, 2), PART(LIMIT(PACKET_HARD), U64, 1)) } },
	{ "a soft limit above the hard one: seconds", EINVAL, SA(LIMITS), "time",
	  { NESTED(LIMITS, PART(LIMIT(TIME_SOFT), U32, 2), PART(LIMIT(TIME_HARD), U32, 1)) } },
	{ "a limit of the wrong size", EINVAL, SA(LIMITS), NULL,
	  { NESTED(LIMITS, PART(LIMIT(BYTE_SOFT), U8, 2)) } },
	{ "a selector prefix of 33 bits", EINVAL, SA(SELECTOR), "prefix",
	  { NESTED(SELECTOR, PART_ADDRESS(SELECTOR(SRC), "10.0.0.0"),
		   PART(SELECTOR(SRC_PREFIX), U8, 33)) } },
	{ "bits behind the prefix", EINVAL, SA(SELECTOR), "src",
	  { NESTED(SELECTOR, PART_ADDRESS(SELECTOR(SRC), "10.0.0.1"),
		   PART(SELECTOR(SRC_PREFIX), U8, 24)) } },
	{ "a prefix length without a prefix", EINVAL, SA(SELECTOR), NULL,
	  { NESTED(SELECTOR, PART(SELECTOR(DST_PREFIX), U8, 24)) } },
	{ "a selector of two families", EINVAL, SA(SELECTOR), NULL,
	  { NESTED(SELECTOR, PART_ADDRESS(SELECTOR(SRC), "10.0.0.0"),
		   PART(SELECTOR(SRC_PREFIX), U8, 8), PART_ADDRESS(SELECTOR(DST), "fd00::1")) } },
	{ "a selector of another family in transport mode", EINVAL, SA(SELECTOR), "family",
	  { NUMBER(MODE, U8, ADIT_MODE_TRANSPORT),
	    NESTED(SELECTOR, PART_ADDRESS(SELECTOR(SRC), "fd00::1")) } },
	{ "a selector address of 3 bytes", EINVAL, SA(SELECTOR), NULL,
	  { NESTED(SELECTOR, PART(SELECTOR(SRC), BYTES, 3)) } },
	{ "ports without a protocol", EINVAL, SA(SELECTOR), "port",
	  { NESTED(SELECTOR, PART(SELECTOR(DPORT_MIN), U16, 80)) } },
	{ "ports of a protocol that has none", EINVAL, SA(SELECTOR), "port",
	  { NESTED(SELECTOR, PART(SELECTOR(PROTOCOL), U8, 47),
		   PART(SELECTOR(DPORT_MIN), U16, 80)) } },
	{ "an ICMP type of 9 bits", EINVAL, SA(SELECTOR), "255",
	  { NESTED(SELECTOR, PART(SELECTOR(PROTOCOL), U8, 1),
		   PART(SELECTOR(SPORT_MIN), U16, 256)) } },
	{ "an ICMPv6 code of 9 bits", EINVAL, SA(SELECTOR), "255",
	  { NESTED(SELECTOR, PART(SELECTOR(PROTOCOL), U8, 58), PART(SELECTOR(DPORT_MIN), U16, 0),
		   PART(SELECTOR(DPORT_MAX), U16, 256)) } },
	{ "a range of ports the wrong way round", EINVAL, SA(SELECTOR), "port",
	  { NESTED(SELECTOR, PART(SELECTOR(PROTOCOL), U8, 6), PART(SELECTOR(SPORT_MIN), U16, 80),
		   PART(SELECTOR(SPORT_MAX), U16, 79)) } },
	{ "an unknown DF policy", EINVAL, SA(DF_POLICY), "df", { NUMBER(DF_POLICY, U8, 7) } },
	{ "an unknown DSCP policy", EINVAL, SA(DSCP_POLICY), "dscp",
	  { NUMBER(DSCP_POLICY, U8, 7) } },
	{ "a DSCP that no policy uses", EINVAL, SA(DSCP), "dscp-policy",
	  { NUMBER(DSCP, U8, 46) } },
	{ "a DSCP of 64", EINVAL, SA(DSCP), "dscp",
	  { NUMBER(DSCP_POLICY, U8, ADIT_DSCP_POLICY_FIXED), NUMBER(DSCP, U8, 64) } },
	{ "an unknown ECN policy", EINVAL, SA(ECN_POLICY), "ecn", { NUMBER(ECN_POLICY, U8, 7) } },
	{ "a bundle for AH", EINVAL, SA(BUNDLE_SPI), "bundle",
	  { NUMBER(PROTO, U8, 51), NO(AEAD_NAME), NO(AEAD_KEY), NO(AEAD_ICV_BITS),
	    HASH("hmac(sha1)", 20), NUMBER(BUNDLE_SPI, U32, 5) } },
	{ "an SPI of 2 bytes", EINVAL, SA(SPI), NULL, { NUMBER(SPI, U16, 5) } },
	{ "an attribute that is read only", EINVAL, SA(PACKETS), NULL,
	  { NUMBER(PACKETS, U64, 5) } },
	{ "an attribute that does not exist", EINVAL, 0, NULL,
	  { { SA(MAX) + 5, U32, 5, NULL, NULL } } },
};

static unsigned int sa_count(void)
{
	struct genl_answer answer;

	genl_begin(&genl, &message, ADIT_CMD_SA_GET, NLM_F_DUMP);
	genl_ask(&genl, &message, &answer);
	return answer.messages;
}

static void check_refusal(const struct refusal *refusal)
{
	struct genl_answer answer;
	char why[512];
	bool good;

	build(ADIT_CMD_SA_ADD, refusal->changes);
	genl_ask(&genl, &message, &answer);
	good = answer.error == refusal->error && *answer.text &&
	       (!refusal->word || strcasestr(answer.text, refusal->word)) &&
	       (!refusal->attribute || answer.attribute == refusal->attribute ||
		answer.missing == refusal->attribute) && sa_count() == 0;
	snprintf(why, sizeof(why),
		 "error %d (%s), expected %d; attribute %u, missing %u, expected %u; "
		 "\"%s\"; %u SAs",
		 answer.error, strerror(answer.error), refusal->error, answer.attribute,
		 answer.missing, refusal->attribute, answer.text, sa_count());
	result(good, refusal->name, why);
}

/* Requests other than sa-add, one by one */
static void expect(const char *name, uint8_t command, const struct attribute *attributes, int error)
{
	struct genl_answer answer;
	char why[384];

	genl_begin(&genl, &message, command, 0);
	for (; attributes->kind; attributes++)
		put(attributes);
	genl_ask(&genl, &message, &answer);
	snprintf(why, sizeof(why), "error %d (%s), expected %d; \"%s\"", answer.error,
		 strerror(answer.error), error, answer.text);
	result(answer.error == error && (!error || *answer.text), name, why);
}

#define LAST	{ 0, END, 0, NULL, NULL }
#define NAMED(spi_)	NUMBER(IFINDEX, U32, ifindex), \
			NUMBER(DIRECTION, U8, ADIT_DIRECTION_OUT), NUMBER(PROTO, U8, 50), \
			NUMBER(SPI, U32, spi_)
#define ASK(name, command, error, ...) \
	expect(name, command, (const struct attribute []) { __VA_ARGS__, LAST }, error)

static void other_commands(void)
{
	const struct attribute none[] = { LAST };
	struct genl_answer answer;

	build(ADIT_CMD_SA_ADD, none);
	result(!genl_ask(&genl, &message, &answer), "the request without a fault is accepted",
	       answer.text);
	build(ADIT_CMD_SA_ADD, none);
	genl_ask(&genl, &message, &answer);
	result(answer.error == EEXIST && *answer.text, "the same again: it exists", answer.text);
	ASK("sa-get of it", ADIT_CMD_SA_GET, 0, NAMED(0x4711));
	ASK("sa-get of another", ADIT_CMD_SA_GET, ENOENT, NAMED(0x4712));
	ASK("sa-del of another", ADIT_CMD_SA_DEL, ENOENT, NAMED(0x4712));
	ASK("sa-set with nothing to set for another", ADIT_CMD_SA_SET, ENOENT, NAMED(0x4712),
	    STRING(NEW_REMOTE, ADDRESS, "192.0.2.3"));
	ASK("sa-set: a peer of another family", ADIT_CMD_SA_SET, EINVAL, NAMED(0x4711),
	    STRING(NEW_REMOTE, ADDRESS, "2001:db8::3"));
	ASK("sa-set: a port for an SA that is not in UDP", ADIT_CMD_SA_SET, EINVAL, NAMED(0x4711),
	    NUMBER(NEW_ENCAP_PEER_PORT, U16, 4500));
	ASK("sa-set: a new peer", ADIT_CMD_SA_SET, 0, NAMED(0x4711),
	    STRING(NEW_REMOTE, ADDRESS, "192.0.2.3"));
	build(ADIT_CMD_SA_ADD, none);
	result(!genl_ask(&genl, &message, &answer), "another one, with the name of before",
	       answer.text);
	ASK("sa-set: the peer of another SA that is named alike", ADIT_CMD_SA_SET, EINVAL,
	    NAMED(0x4711), STRING(REMOTE, ADDRESS, "192.0.2.2"),
	    STRING(NEW_REMOTE, ADDRESS, "192.0.2.3"));
	ASK("dev-get of a device that is none of ours", ADIT_CMD_DEV_GET, ENODEV,
	    PART(ADIT_A_DEV_IFINDEX, U32, other_ifindex));
	ASK("dev-get without a device", ADIT_CMD_DEV_GET, EINVAL,
	    PART(ADIT_A_DEV_PAD, LEAVE_OUT, 0));
	ASK("dev-set: carrier policy 9", ADIT_CMD_DEV_SET, EINVAL,
	    PART(ADIT_A_DEV_IFINDEX, U32, ifindex), PART(ADIT_A_DEV_CARRIER_POLICY, U8, 9));
	ASK("dev-set: MTU policy 9", ADIT_CMD_DEV_SET, EINVAL,
	    PART(ADIT_A_DEV_IFINDEX, U32, ifindex), PART(ADIT_A_DEV_MTU_POLICY, U8, 9));
	ASK("dev-set: 1025 staged packets", ADIT_CMD_DEV_SET, EINVAL,
	    PART(ADIT_A_DEV_IFINDEX, U32, ifindex), PART(ADIT_A_DEV_STAGED_LIMIT, U32, 1025));
	ASK("dev-set: good", ADIT_CMD_DEV_SET, 0,
	    PART(ADIT_A_DEV_IFINDEX, U32, ifindex), PART(ADIT_A_DEV_STAGED_LIMIT, U32, 16));
	ASK("sa-flush of a device that is none of ours", ADIT_CMD_SA_FLUSH, ENODEV,
	    NUMBER(IFINDEX, U32, other_ifindex));
	ASK("sa-flush", ADIT_CMD_SA_FLUSH, 0, NUMBER(IFINDEX, U32, ifindex));
	result(sa_count() == 0, "then there is no SA", "there is");
}

/* Events tell who talks to whom: for who may configure, and for nobody else. */
static void other_users(void)
{
	struct anl_events *events;
	struct anl_error error;
	int status = -1;
	pid_t child;

	child = fork();
	if (!child)
		_exit(setresuid(65534, 65534, 65534) ? 2 :
		      anl_events_open(&events, false, &error) ? 0 : 1);
	waitpid(child, &status, 0);
	result(status == 0, "events for a user without CAP_NET_ADMIN", "it may listen");
	if (!anl_events_open(&events, false, &error)) {
		result(true, "events for root", "");
		anl_events_close(events);
	} else {
		result(false, "events for root", error.text);
	}
}

int main(int argc, char **argv)
{
	unsigned int count = sizeof(refusals) / sizeof(*refusals);

	if (argc != 3)
		return 2;
	ifindex = strtoul(argv[1], NULL, 0);
	other_ifindex = strtoul(argv[2], NULL, 0);
	good_out[0].value = ifindex;
	genl_open(&genl, ADIT_FAMILY_NAME);
	for (unsigned int i = 0; i < count; i++)
		check_refusal(&refusals[i]);
	other_commands();
	other_users();
	printf("1..%u\n", number);
	return failed ? 1 : 0;
}
