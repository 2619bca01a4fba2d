// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/sa.h"

#include <errno.h>
#include <linux/adit.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "netlink/algorithm.h"
#include "netlink/request.h"
#include "netlink/sa_message.h"

/* "esp spi 0x00001001 in" */
static const char *name_of(const struct anl_sa_id *id, char text[40])
{
	snprintf(text, 40, "%s spi 0x%08x %s", id->protocol == IPPROTO_AH ? "ah" : "esp", id->spi,
		 id->direction == ANL_IN ? "in" : "out");
	return text;
}

/*
 * The kernel says that it does not have an algorithm, but not which (before
 * 6.5, its messages are constant): name it, and those that there are.
 */
static void name_unknown(const struct anl_sa *sa, struct anl_error *error)
{
	const struct {
		const char *word;
		enum anl_algorithm_kind kind;
		const struct anl_algorithm *algorithm;
	} used[] = {
		{ "aead", ANL_AEAD, &sa->aead }, { "enc", ANL_ENC, &sa->enc },
		{ "auth", ANL_AUTH, &sa->auth },
	};
	const struct anl_algorithm_info *row;

	for (size_t i = 0; i < sizeof(used) / sizeof(*used); i++) {
		const struct anl_algorithm *algorithm = used[i].algorithm;
		char known[160] = "";
		size_t length = 0;

		if (!*algorithm->name || anl_algorithm_find(used[i].kind, algorithm->name))
			continue;
		for (row = anl_algorithm_list(); row->name; row++)
			if (row->kind == used[i].kind && length < sizeof(known))
				length += (size_t)snprintf(known + length, sizeof(known) - length,
							   "%s%s", length ? ", " : "", row->name);
		anl_fail(error, error->code, "%s '%s': no such algorithm; there are %s",
			 used[i].word, algorithm->name, known);
		error->from_kernel = 1;
		return;
	}
}

int anl_sa_add(struct anl *anl, const struct anl_sa *sa, struct anl_error *error)
{
	struct anl_sa_id id = anl_sa_id(sa);
	struct anl_message message;
	char name[40];
	int code = anl_sa_check(sa, error);

	if (code)
		return code;
	message = anl_message_genl(anl, ADIT_CMD_SA_ADD, 0);
	anl_sa_encode(&message, sa);
	code = anl_transact(anl->genl, &message, NULL, NULL, error, "add SA %s",
			    name_of(&id, name));
	if ((code == -EINVAL || code == -ENOENT) && strstr(error->text, "algorithm"))
		name_unknown(sa, error);
	return code;
}

int anl_sa_del(struct anl *anl, const struct anl_sa_id *id, struct anl_error *error)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_SA_DEL, 0);
	char name[40];

	anl_sa_id_encode(&message, id);
	return anl_transact(anl->genl, &message, NULL, NULL, error, "delete SA %s",
			    name_of(id, name));
}

int anl_sa_set(struct anl *anl, const struct anl_sa *sa, uint32_t set,
	       const struct anl_address *new_remote, struct anl_error *error)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_SA_SET, 0);
	struct anl_sa_id id = anl_sa_id(sa);
	char name[40];

	anl_sa_id_encode(&message, &id);
	if (set & ANL_SA_SET_PEER) {
		if (new_remote)
			anl_put_address(&message, ADIT_A_SA_NEW_REMOTE, new_remote);
		if (sa->encap_remote)
			anl_put_u16(&message, ADIT_A_SA_NEW_ENCAP_PEER_PORT, sa->encap_remote);
	}
	if (set & ANL_SA_SET_LIMITS)
		anl_limits_encode(&message, sa);
	return anl_transact(anl->genl, &message, NULL, NULL, error, "change SA %s",
			    name_of(&id, name));
}

/* Where a dump hands its SAs on */
struct dump {
	uint32_t ifindex;
	int (*each)(const struct anl_sa *sa, void *context);
	void *context;
};

static int on_sa(struct nlmsghdr *header, void *context)
{
	const struct dump *dump = context;
	struct anl_sa sa;
	int code = anl_sa_decode(header, &sa);

	if (code || (dump->ifindex && sa.ifindex != dump->ifindex))
		return code;
	return dump->each(&sa, dump->context);
}

static int keep(const struct anl_sa *sa, void *context)
{
	*(struct anl_sa *)context = *sa;
	return 0;
}

int anl_sa_get(struct anl *anl, const struct anl_sa_id *id, struct anl_sa *sa,
	       struct anl_error *error)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_SA_GET, 0);
	struct dump dump = { 0, keep, sa };
	char name[40];

	anl_sa_id_encode(&message, id);
	return anl_transact(anl->genl, &message, on_sa, &dump, error, "read SA %s",
			    name_of(id, name));
}

int anl_sa_dump(struct anl *anl, uint32_t ifindex,
		int (*each)(const struct anl_sa *sa, void *context), void *context,
		struct anl_error *error)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_SA_GET, NLM_F_DUMP);
	struct dump dump = { ifindex, each, context };

	if (ifindex)
		anl_put_u32(&message, ADIT_A_SA_IFINDEX, ifindex);
	return anl_transact(anl->genl, &message, on_sa, &dump, error, "list the SAs");
}

int anl_sa_flush(struct anl *anl, uint32_t ifindex, int direction, struct anl_error *error)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_SA_FLUSH, 0);

	if (ifindex)
		anl_put_u32(&message, ADIT_A_SA_IFINDEX, ifindex);
	if (direction)
		anl_put_u8(&message, ADIT_A_SA_DIRECTION, (uint8_t)direction);
	return anl_transact(anl->genl, &message, NULL, NULL, error, "flush the SAs");
}
