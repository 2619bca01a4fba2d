/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generic netlink, byte by byte: messages that no well-meaning library would build.
 */
#ifndef GENL_H
#define GENL_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>

#define GENL_MESSAGE_MAX	(256 * 1024)

struct genl {
	int fd;
	uint16_t family;
	uint32_t seq;
};

struct genl_message {
	_Alignas(8) unsigned char data[GENL_MESSAGE_MAX];
	size_t length;
};

/**
 * struct genl_answer - what the kernel said
 * @error: 0 or a positive errno
 * @text: the extended ack's message, or ""
 * @attribute: type of the attribute that it points to; of the outermost, where nested; or 0
 * @missing: type of the attribute that it misses, or 0
 * @messages: how many messages came before the end (of a dump, or the reply)
 */
struct genl_answer {
	int error;
	char text[256];
	uint16_t attribute;
	uint16_t missing;
	unsigned int messages;
};

/** genl_open - connect to the family @name in this namespace; exits when there is none. */
void genl_open(struct genl *genl, const char *name);

/** genl_try - the same, but returns ENOENT when there is none, with nothing open; otherwise 0. */
int genl_try(struct genl *genl, const char *name);

void genl_begin(const struct genl *genl, struct genl_message *message, uint8_t command,
		uint16_t flags);
void genl_put(struct genl_message *message, uint16_t type, const void *data, size_t length);
void genl_put_u8(struct genl_message *message, uint16_t type, uint8_t value);
void genl_put_u16(struct genl_message *message, uint16_t type, uint16_t value);
void genl_put_u32(struct genl_message *message, uint16_t type, uint32_t value);
void genl_put_u64(struct genl_message *message, uint16_t type, uint64_t value);
void genl_put_string(struct genl_message *message, uint16_t type, const char *text);

/** genl_nest - begins a nested attribute; give what it returns to genl_nest_end(). */
size_t genl_nest(struct genl_message *message, uint16_t type);
void genl_nest_end(struct genl_message *message, size_t nest);

/** genl_ask - sends and reads up to the acknowledgement. Returns answer->error. */
int genl_ask(struct genl *genl, struct genl_message *message, struct genl_answer *answer);

#endif
