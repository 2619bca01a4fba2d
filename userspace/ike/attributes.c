/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/attributes.h"

#include "ike/offer.h"

bool attributes_next(struct bytes *list, struct attribute *attribute)
{
	struct fault fault = { 0 };
	struct cursor c = cursor_of(*list, &fault);
	bool found = attribute_read(&c, &attribute->type, &attribute->number, &attribute->value);

	*list = cursor_rest(&c);
	return found;
}

/* libreswan lengthens the payload to a multiple of a word; the shortest attribute is one. */
static bool is_filler(struct cursor walk)
{
	struct bytes rest = cursor_rest(&walk);
	size_t i;

	for (i = 0; i < rest.len && !rest.data[i]; i++)
		;
	return i == rest.len && rest.len < MESSAGE_WORD;
}

bool attributes_parse(struct attributes *a, struct bytes body, struct fault *fault)
{
	struct cursor c = cursor_of(body, fault), walk;
	unsigned int count = 0;
	struct bytes value;
	uint64_t number;
	uint16_t type;

	a->type = cursor_u8(&c);
	cursor_u8(&c); /* RESERVED */
	a->id = cursor_u16(&c);
	a->list = cursor_rest(&c);
	cursor_require(&c, a->type >= IKE_CFG_REQUEST && a->type <= IKE_CFG_ACK,
		       IKE_N_PAYLOAD_MALFORMED, "unknown type of attribute payload (mode-cfg 3.2)");
	walk = cursor_of(a->list, fault);
	while (cursor_ok(&c) && !is_filler(walk) && attribute_read(&walk, &type, &number, &value))
		cursor_require(&c, ++count <= ATTRIBUTES_MAX, IKE_N_PAYLOAD_MALFORMED,
			       "more than 256 attributes");
	a->list.len -= cursor_left(&walk);
	return cursor_ok(&c);
}

bool attributes_find(const struct attributes *a, uint16_t type, struct attribute *attribute)
{
	struct bytes list = a->list;

	while (attributes_next(&list, attribute))
		if (attribute->type == type)
			return true;
	return false;
}

bool attributes_are_xauth(const struct attributes *a)
{
	struct bytes list = a->list;
	struct attribute attribute;

	while (attributes_next(&list, &attribute))
		if (attribute.type >= IKE_XAUTH_TYPE && attribute.type < IKE_XAUTH_ATTRIBUTES_END)
			return true;
	return false;
}

void attributes_open(struct builder *b, uint8_t type, uint16_t id)
{
	builder_open(b, IKE_PAYLOAD_ATTRIBUTES);
	writer_u8(&b->w, type);
	writer_u8(&b->w, 0); /* RESERVED */
	writer_u16(&b->w, id);
}
