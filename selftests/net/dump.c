// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A dump says of each SA what a request for it alone says, wherever the kernel's messages end: with
 * room for one byte more each time, they end within every attribute.
 *
 *	dump NAMESPACE DEVICE LOCAL4 REMOTE4 LOCAL6 REMOTE6
 *
 * The SAs are added, and removed in the end. Exit status 0 when all dumps were right.
 */
#include <err.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "lib/craft.h"
#include "netlink/family.h"
#include "netlink/request.h"
#include "netlink/sa_message.h"

#define SAS		60
#define SPI		0x3000
/* The kernel makes room for as much as was asked for before, which is what libnl begins with. */
#define ROOM_FIRST	16384
#define ROOM_LAST	(ROOM_FIRST + 1400)
#define ROOM_STEP	4		/* attributes are aligned to it */

static struct anl *anl;
static struct anl_sa expected[SAS];
static struct anl_address local[2], remote[2];	/* IPv4, IPv6 */

struct seen {
	unsigned int count, wrong;
};

static void set_selector(struct anl_selector *selector, unsigned int number)
{
	const bool six = number & 1;

	anl_selector_init(selector);
	selector->dst.address = remote[six];
	selector->dst.length = six ? 64 : 24;
	anl_prefix_mask(&selector->dst);
	if (number & 2) {
		selector->src.address = local[six];
		selector->src.length = six ? 128 : 32;
	}
	selector->protocol = IPPROTO_UDP;
	selector->sport_first = selector->sport_last = 1000 + number;
	if (number & 4) {
		selector->dport_first = 1;
		selector->dport_last = 1000 + number;
	}
}

static void set_algorithm(struct anl_algorithm *algorithm, const char *name, unsigned int key,
			  unsigned int icv)
{
	snprintf(algorithm->name, sizeof(algorithm->name), "%s", name);
	algorithm->key_length = key;
	algorithm->icv_bits = icv;
}

/* Something else is there, and missing, in each of them. */
static void describe(struct anl_sa *sa, unsigned int number)
{
	const bool six = number & 2;

	anl_sa_init(sa);
	sa->spi = SPI + number;
	sa->direction = number % 3 ? ANL_OUT : ANL_IN;
	sa->local = local[six];
	sa->remote = remote[six];
	if (number % 8 == 5) {
		sa->protocol = IPPROTO_AH;
		set_algorithm(&sa->auth, "hmac(sha256)", 32, 128);
	} else if (number & 1) {
		set_algorithm(&sa->enc, "cbc(aes)", 16, 0);
		set_algorithm(&sa->auth, "hmac(sha1)", 20, 96);
		sa->bundle_spi = number & 4 ? 0x77 : 0;
	} else {
		set_algorithm(&sa->aead, "rfc4106(gcm(aes))", 20, 128);
		sa->encap = number & 4;
		sa->encap_local = sa->encap_remote = 4500;
	}
	sa->esn = number & 4;
	if (sa->direction == ANL_OUT) {
		sa->dscp = number & 1 ? ANL_DSCP_FIXED : ANL_DSCP_COPY;
		sa->dscp_value = number & 1 ? number : 0;
		sa->has_mark = number & 8;
		sa->mark = sa->has_mark ? number : 0;
	}
	for (unsigned int i = 0; i < number % 7; i++)
		set_selector(&sa->selectors[sa->selector_count++], number + i);
}

/* What goes by while we look */
static void forget_time(struct anl_sa *sa)
{
	sa->counters.age = 0;
	sa->counters.idle = 0;
}

static void add(uint32_t ifindex)
{
	for (unsigned int i = 0; i < SAS; i++) {
		struct anl_error error;
		struct anl_sa_id id;
		struct anl_sa sa;

		describe(&sa, i);
		sa.ifindex = ifindex;
		id = anl_sa_id(&sa);
		if (anl_sa_add(anl, &sa, &error) || anl_sa_get(anl, &id, &expected[i], &error))
			errx(2, "SA %u: %s", i, error.text);
		/* None is one that all packets match. */
		if (expected[i].selector_count != (sa.selector_count ?: 1))
			errx(1, "SA %u: %u selectors of %u", i, expected[i].selector_count,
			     sa.selector_count);
		forget_time(&expected[i]);
	}
}

static int compare(struct nlmsghdr *header, void *context)
{
	struct seen *seen = context;
	unsigned int number;
	struct anl_sa sa;
	int code = anl_sa_decode(header, &sa);

	if (code)
		return code;
	number = sa.spi - SPI;
	forget_time(&sa);
	if (number != seen->count++ || number >= SAS) {
		printf("SA %u comes as number %u\n", number, seen->count);
		seen->wrong++;
	} else if (memcmp(&sa, &expected[number], sizeof(sa))) {
		printf("SA %u is not what it was: %u selectors of %u\n", number,
		       sa.selector_count, expected[number].selector_count);
		seen->wrong++;
	}
	return 0;
}

static bool dump(uint32_t ifindex, unsigned int room)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_SA_GET, NLM_F_DUMP);
	struct seen seen = { 0 };
	struct anl_error error;

	anl_put_u32(&message, ADIT_A_SA_IFINDEX, ifindex);
	if (nl_socket_set_msg_buf_size(anl->genl, room))
		errx(2, "no buffer of %u bytes", room);
	if (anl_transact(anl->genl, &message, compare, &seen, &error, "list the SAs"))
		errx(1, "room for %u bytes: %s", room, error.text);
	if (seen.count == SAS && !seen.wrong)
		return true;
	printf("room for %u bytes: %u of %u SAs, %u wrong\n", room, seen.count, SAS, seen.wrong);
	return false;
}

int main(int argc, char **argv)
{
	unsigned int wrong = 0, room;
	struct anl_error error;
	uint32_t ifindex;

	if (argc != 7)
		errx(2, "usage: dump NAMESPACE DEVICE LOCAL4 REMOTE4 LOCAL6 REMOTE6");
	craft_enter(argv[1]);
	ifindex = if_nametoindex(argv[2]);
	for (int six = 0; six < 2; six++)
		if (!anl_address_parse(argv[3 + 2 * six], &local[six]) ||
		    !anl_address_parse(argv[4 + 2 * six], &remote[six]))
			errx(2, "no addresses");
	if (anl_open(&anl, &error))
		errx(2, "%s", error.text);
	add(ifindex);
	for (room = ROOM_FIRST; room <= ROOM_LAST && wrong < 5; room += ROOM_STEP)
		wrong += !dump(ifindex, room);
	if (anl_sa_flush(anl, ifindex, 0, &error))
		errx(2, "%s", error.text);
	anl_close(anl);
	return wrong ? 1 : 0;
}
