/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One request to the kernel and its answer. Inside the library only.
 */
#ifndef ADIT_NETLINK_REQUEST_H
#define ADIT_NETLINK_REQUEST_H

#include <netlink/netlink.h>
#include <netlink/msg.h>
#include <netlink/attr.h>
#include <stdbool.h>
#include <stdint.h>

#include "netlink/error.h"
#include "netlink/prefix.h"

/**
 * struct anl - see family.h
 * @genl: NULL for a connection that was opened for rtnetlink only
 * @family: number of the "adit" family
 */
struct anl {
	struct nl_sock *genl;
	struct nl_sock *route;
	int family;
};

/**
 * struct anl_message - a request under construction
 * @failed: an attribute did not fit, or there was no memory; found out by
 *	    anl_transact(), so that builders need not check each step
 */
struct anl_message {
	struct nl_msg *nl;
	bool failed;
};

/** anl_message_genl - begin a request of the adit family. */
struct anl_message anl_message_genl(const struct anl *anl, uint8_t command, int flags);

/** anl_message_route - begin an rtnetlink request with its fixed header. */
struct anl_message anl_message_route(uint16_t type, int flags, const void *header, size_t size);

/** anl_message_erase - wipe (there may be keys in it) and free. */
void anl_message_erase(struct anl_message *message);

void anl_put(struct anl_message *message, int type, const void *data, size_t size);
void anl_put_u8(struct anl_message *message, int type, uint8_t value);
void anl_put_u16(struct anl_message *message, int type, uint16_t value);
void anl_put_u32(struct anl_message *message, int type, uint32_t value);
void anl_put_u64(struct anl_message *message, int type, uint64_t value);
void anl_put_flag(struct anl_message *message, int type);
void anl_put_string(struct anl_message *message, int type, const char *text);

/** anl_put_address - 4 or 16 bytes; nothing for family AF_UNSPEC. */
void anl_put_address(struct anl_message *message, int type, const struct anl_address *address);

struct nlattr *anl_nest(struct anl_message *message, int type);
void anl_nest_end(struct anl_message *message, struct nlattr *nest);

/** anl_get_address - by the attribute's length; false for a length that is neither 4 nor 16. */
bool anl_get_address(const struct nlattr *attribute, struct anl_address *address);

/** anl_get_string - a bounded copy; an over-long text is cut. */
void anl_get_string(const struct nlattr *attribute, char *text, size_t size);

/**
 * anl_transact - send a request, take in the whole answer
 * @message: erased and freed in any case
 * @each: called for each message of the answer; NULL: none is expected. A
 *	  negative value is returned in the end; the rest is read and ignored
 * @what: what was tried, as "add SA …", for the error
 *
 * A list that changes while it is dumped may lack or repeat an entry.
 *
 * Return: 0 or a negative errno.
 */
int anl_transact(struct nl_sock *socket, struct anl_message *message,
		 int (*each)(struct nlmsghdr *header, void *context), void *context,
		 struct anl_error *error, const char *what, ...)
	__attribute__((format(printf, 6, 7)));

/**
 * anl_socket - a connected socket that gets extended acks and never its own
 * request, with the keys in it, echoed back
 */
struct nl_sock *anl_socket(int protocol, struct anl_error *error);

#endif
