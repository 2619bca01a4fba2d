// SPDX-License-Identifier: GPL-2.0-or-later
#include <err.h>
#include <errno.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "genl.h"
#include "patience.h"

#define HEADER	(NLMSG_HDRLEN + GENL_HDRLEN)

void genl_begin(const struct genl *genl, struct genl_message *message, uint8_t command,
		uint16_t flags)
{
	struct nlmsghdr header = {
		.nlmsg_type = genl->family, .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | flags,
	};
	struct genlmsghdr generic = { .cmd = command, .version = 1 };

	memset(message->data, 0, HEADER);
	memcpy(message->data, &header, sizeof(header));
	memcpy(message->data + NLMSG_HDRLEN, &generic, sizeof(generic));
	message->length = HEADER;
}

void genl_put(struct genl_message *message, uint16_t type, const void *data, size_t length)
{
	struct nlattr attribute = { .nla_len = NLA_HDRLEN + length, .nla_type = type };

	if (message->length + NLA_HDRLEN + NLA_ALIGN(length) > sizeof(message->data))
		errx(2, "the message is full");
	memcpy(message->data + message->length, &attribute, sizeof(attribute));
	if (length)
		memcpy(message->data + message->length + NLA_HDRLEN, data, length);
	memset(message->data + message->length + NLA_HDRLEN + length, 0,
	       NLA_ALIGN(length) - length);
	message->length += NLA_HDRLEN + NLA_ALIGN(length);
}

void genl_put_u8(struct genl_message *message, uint16_t type, uint8_t value)
{
	genl_put(message, type, &value, sizeof(value));
}

void genl_put_u16(struct genl_message *message, uint16_t type, uint16_t value)
{
	genl_put(message, type, &value, sizeof(value));
}

void genl_put_u32(struct genl_message *message, uint16_t type, uint32_t value)
{
	genl_put(message, type, &value, sizeof(value));
}

void genl_put_u64(struct genl_message *message, uint16_t type, uint64_t value)
{
	genl_put(message, type, &value, sizeof(value));
}

void genl_put_string(struct genl_message *message, uint16_t type, const char *text)
{
	genl_put(message, type, text, strlen(text) + 1);
}

size_t genl_nest(struct genl_message *message, uint16_t type)
{
	size_t at = message->length;

	genl_put(message, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void genl_nest_end(struct genl_message *message, size_t nest)
{
	uint16_t length = message->length - nest;

	memcpy(message->data + nest, &length, sizeof(length));
}

/* The outermost attribute of the request at the offset that the kernel points to */
static uint16_t attribute_at(const struct genl_message *message, uint32_t offset)
{
	size_t at = HEADER;

	while (at + NLA_HDRLEN <= message->length) {
		struct nlattr attribute;

		memcpy(&attribute, message->data + at, sizeof(attribute));
		if (attribute.nla_len < NLA_HDRLEN)
			break;
		if (offset >= at && offset < at + attribute.nla_len)
			return attribute.nla_type & NLA_TYPE_MASK;
		at += NLA_ALIGN(attribute.nla_len);
	}
	return 0;
}

static void read_error(const struct genl_message *message, const struct nlmsghdr *header,
		       struct genl_answer *answer)
{
	const struct nlmsgerr *error = NLMSG_DATA(header);
	size_t at = NLMSG_HDRLEN + sizeof(*error);

	answer->error = -error->error;
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		at += NLMSG_ALIGN(error->msg.nlmsg_len) - NLMSG_HDRLEN;
	while (at + NLA_HDRLEN <= header->nlmsg_len) {
		const struct nlattr *attribute = (const void *)((const char *)header + at);
		const char *data = (const char *)attribute + NLA_HDRLEN;
		uint32_t value = 0;

		if (attribute->nla_len < NLA_HDRLEN)
			break;
		if (attribute->nla_len >= NLA_HDRLEN + 4)
			memcpy(&value, data, 4);
		switch (attribute->nla_type) {
		case NLMSGERR_ATTR_MSG:
			snprintf(answer->text, sizeof(answer->text), "%.*s",
				 (int)(attribute->nla_len - NLA_HDRLEN), data);
			break;
		case NLMSGERR_ATTR_OFFS:
			answer->attribute = attribute_at(message, value);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			answer->missing = value;
			break;
		}
		at += NLA_ALIGN(attribute->nla_len);
	}
}

int genl_ask(struct genl *genl, struct genl_message *message, struct genl_answer *answer)
{
	static _Thread_local _Alignas(8) unsigned char data[GENL_MESSAGE_MAX];
	uint32_t length = message->length, seq = ++genl->seq;
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	ssize_t count;

	memset(answer, 0, sizeof(*answer));
	memcpy(message->data, &length, sizeof(length));
	memcpy(message->data + offsetof(struct nlmsghdr, nlmsg_seq), &seq, sizeof(seq));
	if (sendto(genl->fd, message->data, message->length, 0, (struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0) {
		answer->error = errno;
		return answer->error;
	}
	for (;;) {
		struct nlmsghdr *header = (struct nlmsghdr *)data;

		count = recv(genl->fd, data, sizeof(data), 0);
		if (count < 0) {
			/* A request that the kernel did not even acknowledge is not refused. */
			answer->error = errno == EAGAIN ? ETIMEDOUT : errno;
			return answer->error;
		}
		for (; NLMSG_OK(header, count); header = NLMSG_NEXT(header, count)) {
			if (header->nlmsg_seq != seq)
				continue;
			if (header->nlmsg_type == NLMSG_ERROR) {
				read_error(message, header, answer);
				return answer->error;
			}
			if (header->nlmsg_type == NLMSG_DONE)
				return 0;
			answer->messages++;
		}
	}
}

/* Returns 0 when there is no such family. */
static uint16_t family_id(struct genl *genl, const char *name)
{
	struct genl_message *message = calloc(1, sizeof(*message));
	unsigned char data[8192];
	struct genlmsghdr *generic;
	uint16_t id = 0;
	ssize_t count;

	if (!message)
		err(2, "no memory");
	genl_begin(genl, message, CTRL_CMD_GETFAMILY, 0);
	genl_put_string(message, CTRL_ATTR_FAMILY_NAME, name);
	memcpy(message->data, &(uint32_t){ message->length }, 4);
	send(genl->fd, message->data, message->length, 0);
	free(message);
	count = recv(genl->fd, data, sizeof(data), 0);
	generic = (struct genlmsghdr *)(data + NLMSG_HDRLEN);
	if (count < (ssize_t)HEADER || generic->cmd != CTRL_CMD_NEWFAMILY)
		return 0;
	for (ssize_t at = HEADER; at + NLA_HDRLEN <= count;) {
		struct nlattr *attribute = (struct nlattr *)(data + at);

		if (attribute->nla_type == CTRL_ATTR_FAMILY_ID) {
			memcpy(&id, data + at + NLA_HDRLEN, sizeof(id));
			/* the acknowledgement */
			recv(genl->fd, data, sizeof(data), 0);
			break;
		}
		at += NLA_ALIGN(attribute->nla_len);
	}
	return id;
}

int genl_try(struct genl *genl, const char *name)
{
	struct timeval limit = { .tv_sec = 10 * patience() };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int on = 1;

	genl->seq = 1;
	genl->family = GENL_ID_CTRL;
	genl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (genl->fd < 0 || connect(genl->fd, (struct sockaddr *)&kernel, sizeof(kernel)))
		err(2, "generic netlink");
	setsockopt(genl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(genl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(genl->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	genl->family = family_id(genl, name);
	if (genl->family)
		return 0;
	close(genl->fd);
	return ENOENT;
}

void genl_open(struct genl *genl, const char *name)
{
	if (genl_try(genl, name))
		errx(2, "no netlink family %s", name);
}
