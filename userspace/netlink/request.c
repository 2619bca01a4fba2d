// SPDX-License-Identifier: GPL-2.0-or-later
#include "netlink/request.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netlink/genl/genl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

/* Room for an SA with all its selectors */
#define MESSAGE_SIZE	16384

static struct anl_message begin(void)
{
	struct anl_message message = { .nl = nlmsg_alloc_size(MESSAGE_SIZE) };

	message.failed = !message.nl;
	return message;
}

struct anl_message anl_message_genl(const struct anl *anl, uint8_t command, int flags)
{
	struct anl_message message = begin();

	if (!message.failed && !genlmsg_put(message.nl, NL_AUTO_PORT, NL_AUTO_SEQ, anl->family, 0,
					    NLM_F_REQUEST | flags, command, 1))
		message.failed = true;
	return message;
}

struct anl_message anl_message_route(uint16_t type, int flags, const void *header, size_t size)
{
	struct anl_message message = begin();

	if (!message.failed &&
	    (!nlmsg_put(message.nl, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, NLM_F_REQUEST | flags) ||
	     nlmsg_append(message.nl, (void *)header, size, NLMSG_ALIGNTO) < 0))
		message.failed = true;
	return message;
}

void anl_message_erase(struct anl_message *message)
{
	if (message->nl)
		explicit_bzero(nlmsg_hdr(message->nl), nlmsg_get_max_size(message->nl));
	nlmsg_free(message->nl);
	message->nl = NULL;
}

void anl_put(struct anl_message *message, int type, const void *data, size_t size)
{
	if (!message->failed && nla_put(message->nl, type, (int)size, data) < 0)
		message->failed = true;
}

void anl_put_u8(struct anl_message *message, int type, uint8_t value)
{
	anl_put(message, type, &value, sizeof(value));
}

void anl_put_u16(struct anl_message *message, int type, uint16_t value)
{
	anl_put(message, type, &value, sizeof(value));
}

void anl_put_u32(struct anl_message *message, int type, uint32_t value)
{
	anl_put(message, type, &value, sizeof(value));
}

void anl_put_u64(struct anl_message *message, int type, uint64_t value)
{
	anl_put(message, type, &value, sizeof(value));
}

void anl_put_flag(struct anl_message *message, int type)
{
	anl_put(message, type, NULL, 0);
}

void anl_put_string(struct anl_message *message, int type, const char *text)
{
	anl_put(message, type, text, strlen(text) + 1);
}

void anl_put_address(struct anl_message *message, int type, const struct anl_address *address)
{
	size_t size = anl_address_size(address->family);

	if (size)
		anl_put(message, type, address->bytes, size);
}

struct nlattr *anl_nest(struct anl_message *message, int type)
{
	struct nlattr *nest = NULL;

	if (!message->failed) {
		nest = nla_nest_start(message->nl, type);
		message->failed = !nest;
	}
	return nest;
}

void anl_nest_end(struct anl_message *message, struct nlattr *nest)
{
	/* An empty nest is meaningful: libnl's nla_nest_end() would take it back */
	if (!message->failed && nla_nest_end_keep_empty(message->nl, nest) < 0)
		message->failed = true;
}

bool anl_get_address(const struct nlattr *attribute, struct anl_address *address)
{
	int size = nla_len(attribute);

	if (size != 4 && size != 16)
		return false;
	memset(address, 0, sizeof(*address));
	address->family = size == 4 ? AF_INET : AF_INET6;
	memcpy(address->bytes, nla_data(attribute), (size_t)size);
	return true;
}

void anl_get_string(const struct nlattr *attribute, char *text, size_t size)
{
	nla_strlcpy(text, attribute, size);
}

struct nl_sock *anl_socket(int protocol, struct anl_error *error)
{
	struct nl_sock *socket = nl_socket_alloc();
	int on = 1, code;

	if (!socket) {
		anl_fail(error, ENOMEM, "out of memory");
		return NULL;
	}
	code = nl_connect(socket, protocol);
	if (code < 0) {
		anl_fail(error, EPROTONOSUPPORT, "cannot open a netlink socket: %s",
			 nl_geterror(code));
		nl_socket_free(socket);
		return NULL;
	}
	/* CAP_ACK: a refusal must not carry the request, and so the keys, back to us */
	setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(nl_socket_get_fd(socket), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	return socket;
}

/* What the callbacks of one transaction share */
struct answer {
	int (*each)(struct nlmsghdr *header, void *context);
	void *context;
	int stopped;		/* the first negative value of each() */
	int code;		/* errno from the kernel, positive */
	char text[200];		/* its extended-ack message */
	bool done;
};

/* @tlvs: the attributes behind an ack or the end of a dump */
static void take_ext_ack(struct answer *answer, struct nlattr *tlvs, int length)
{
	struct nlattr *message = nla_find(tlvs, length, NLMSGERR_ATTR_MSG);

	if (message)
		anl_get_string(message, answer->text, sizeof(answer->text));
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *refusal, void *context)
{
	struct answer *answer = context;
	struct nlmsghdr *header = (struct nlmsghdr *)((char *)refusal - NLMSG_HDRLEN);
	size_t offset = sizeof(*refusal);

	(void)from;
	answer->code = -refusal->error;
	answer->done = true;
	if (!(header->nlmsg_flags & NLM_F_CAPPED) && refusal->msg.nlmsg_len > NLMSG_HDRLEN)
		offset += NLMSG_ALIGN(refusal->msg.nlmsg_len) - NLMSG_HDRLEN;
	if ((header->nlmsg_flags & NLM_F_ACK_TLVS) && (size_t)nlmsg_datalen(header) > offset)
		take_ext_ack(answer, (struct nlattr *)((char *)refusal + offset),
			     (int)((size_t)nlmsg_datalen(header) - offset));
	return NL_STOP;
}

static int on_ack(struct nl_msg *message, void *context)
{
	struct answer *answer = context;

	(void)message;
	answer->done = true;
	return NL_STOP;
}

/* The end of a dump carries the error of a dump that failed half way */
static int on_finish(struct nl_msg *message, void *context)
{
	struct nlmsghdr *header = nlmsg_hdr(message);
	struct answer *answer = context;
	int code;

	answer->done = true;
	if (nlmsg_datalen(header) < (int)sizeof(code))
		return NL_STOP;
	memcpy(&code, nlmsg_data(header), sizeof(code));
	if (code < 0) {
		answer->code = -code;
		if (header->nlmsg_flags & NLM_F_ACK_TLVS)
			take_ext_ack(answer, (struct nlattr *)((char *)nlmsg_data(header) +
							       NLA_ALIGN(sizeof(code))),
				     nlmsg_datalen(header) - (int)NLA_ALIGN(sizeof(code)));
	}
	return NL_STOP;
}

static int on_valid(struct nl_msg *message, void *context)
{
	struct answer *answer = context;

	if (answer->each && answer->stopped >= 0)
		answer->stopped = answer->each(nlmsg_hdr(message), answer->context);
	return NL_OK;
}

/* A message of an earlier request that was given up: not ours, skip it */
static int on_sequence(struct nl_msg *message, void *context)
{
	const uint32_t *expected = context;

	return nlmsg_hdr(message)->nlmsg_seq == *expected ? NL_OK : NL_SKIP;
}

static int receive(struct nl_sock *socket, uint32_t sequence, struct answer *answer)
{
	struct nl_cb *callbacks = nl_cb_alloc(NL_CB_DEFAULT);
	int code = 0;

	if (!callbacks)
		return -NLE_NOMEM;
	nl_cb_err(callbacks, NL_CB_CUSTOM, on_error, answer);
	nl_cb_set(callbacks, NL_CB_ACK, NL_CB_CUSTOM, on_ack, answer);
	nl_cb_set(callbacks, NL_CB_FINISH, NL_CB_CUSTOM, on_finish, answer);
	nl_cb_set(callbacks, NL_CB_VALID, NL_CB_CUSTOM, on_valid, answer);
	nl_cb_set(callbacks, NL_CB_SEQ_CHECK, NL_CB_CUSTOM, on_sequence, &sequence);
	while (!answer->done && (code >= 0 || code == -NLE_DUMP_INTR))
		code = nl_recvmsgs(socket, callbacks);
	nl_cb_put(callbacks);
	return answer->done ? 0 : code;
}

static const char *explain(int code)
{
	if (code == EPERM)
		return "not permitted: this needs root, or CAP_NET_ADMIN";
	return strerror(code);
}

int anl_transact(struct nl_sock *socket, struct anl_message *message,
		 int (*each)(struct nlmsghdr *header, void *context), void *context,
		 struct anl_error *error, const char *what, ...)
{
	struct answer answer = { .each = each, .context = context };
	char tried[120];
	va_list arguments;
	int code = -NLE_MSGSIZE;

	va_start(arguments, what);
	vsnprintf(tried, sizeof(tried), what, arguments);
	va_end(arguments);

	if (!message->failed) {
		nlmsg_hdr(message->nl)->nlmsg_flags |= NLM_F_ACK;
		code = nl_send_auto(socket, message->nl);
	}
	if (code >= 0)
		code = receive(socket, nlmsg_hdr(message->nl)->nlmsg_seq, &answer);
	anl_message_erase(message);
	if (code < 0)
		return anl_fail(error, EIO, "cannot %s: %s", tried, nl_geterror(code));
	if (answer.code) {
		anl_fail(error, answer.code, "cannot %s: %s", tried,
			 *answer.text ? answer.text : explain(answer.code));
		error->from_kernel = 1;
		return -answer.code;
	}
	if (answer.stopped < 0)
		return anl_fail(error, -answer.stopped, "cannot %s: %s", tried,
				strerror(-answer.stopped));
	return 0;
}
