/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "ike/mode_config.h"

#include <stdlib.h>

#include "ike/child.h"
#include "ike/lease.h"
#include "ike/offer.h"
#include "ike/report.h"

#define ADDRESS_LEN 4
#define SUBNET_LEN 8 /* address and mask */
#define SPLIT_LEN 14 /* and six bytes that nobody uses (Cisco Unity) */
/* The client reads the refusal before the session goes. */
#define REFUSAL_TIME SECOND

static const char application[] = "adit";

/* Server */

static struct bytes bytes_of_address(const struct ike_address *a)
{
	return bytes_of(a->bytes, ike_address_length(a));
}

static void write_mask(struct writer *w, unsigned int prefix)
{
	writer_u32(w, prefix ? UINT32_MAX << (32 - prefix) : 0);
}

static void write_network(struct writer *w, const struct ike_selector *network, size_t padding)
{
	writer_bytes(w, bytes_of_address(&network->address));
	write_mask(w, network->prefix);
	writer_zero(w, padding);
}

static void write_networks(struct writer *w, const struct ike_lease *gives)
{
	size_t i;

	/* One attribute of Cisco's holds all of them */
	writer_u16(w, IKE_CFG_UNITY_SPLIT_INCLUDE);
	writer_u16(w, (uint16_t)(gives->network_count * SPLIT_LEN));
	for (i = 0; i < gives->network_count; i++)
		write_network(w, &gives->networks[i], SPLIT_LEN - SUBNET_LEN);
}

static void write_subnets(struct writer *w, const struct ike_lease *gives)
{
	size_t i;

	for (i = 0; i < gives->network_count; i++) {
		writer_u16(w, IKE_CFG_IP4_SUBNET);
		writer_u16(w, SUBNET_LEN);
		write_network(w, &gives->networks[i], 0);
	}
}

/* What there is of this type. */
static void write_gift(const struct session *s, struct writer *w, uint16_t type)
{
	const struct connection *c = s->connection;
	const struct ike_lease *gives = &c->gives;
	size_t i;

	switch (type) {
	case IKE_CFG_IP4_ADDRESS:
		attribute_write_long(w, type, bytes_of_address(lease_address(s->access.lease)));
		break;
	case IKE_CFG_IP4_NETMASK:
		writer_u16(w, type);
		writer_u16(w, ADDRESS_LEN);
		write_mask(w, c->settings.pool.prefix);
		break;
	case IKE_CFG_IP4_DNS:
		for (i = 0; i < gives->dns_count; i++)
			attribute_write_long(w, type, bytes_of_address(&gives->dns[i]));
		break;
	case IKE_CFG_APPLICATION_VERSION:
		attribute_write_long(w, type, bytes_of(application, strlen(application)));
		break;
	case IKE_CFG_IP4_SUBNET:
		write_subnets(w, gives);
		break;
	case IKE_CFG_UNITY_SPLIT_INCLUDE:
		if (gives->network_count)
			write_networks(w, gives);
		break;
	case IKE_CFG_UNITY_BANNER:
	case IKE_CFG_UNITY_DOMAIN:
		if (type == IKE_CFG_UNITY_BANNER ? *gives->banner : *gives->domain)
			attribute_write_long(w, type, type == IKE_CFG_UNITY_BANNER ?
					     bytes_of(gives->banner, strlen(gives->banner)) :
					     bytes_of(gives->domain, strlen(gives->domain)));
		break;
	default:
		break;
	}
}

/* Each type that is asked for, once. */
static void write_reply(const struct session *s, struct writer *w, const void *about)
{
	const struct attributes *question = about;
	struct bytes list = question->list, before;
	struct attribute asked, earlier;
	bool again;

	while (s->access.lease && attributes_next(&list, &asked)) {
		before = bytes_of(question->list.data, question->list.len - list.len);
		again = false;
		while (attributes_next(&before, &earlier) && before.len)
			again |= earlier.type == asked.type;
		if (!again)
			write_gift(s, w, asked.type);
	}
}

static void write_push(const struct session *s, struct writer *w, const void *about)
{
	(void)about;
	write_gift(s, w, IKE_CFG_IP4_ADDRESS);
	write_gift(s, w, IKE_CFG_IP4_NETMASK);
	write_gift(s, w, IKE_CFG_IP4_DNS);
	write_gift(s, w, IKE_CFG_UNITY_SPLIT_INCLUDE);
	write_gift(s, w, IKE_CFG_UNITY_DOMAIN);
	write_gift(s, w, IKE_CFG_UNITY_BANNER);
}

static void report_no_lease(struct session *s)
{
	struct ike_event event = on_session(s, IKE_EVENT_REFUSED, IKE_SEVERITY_WARNING);
	char pool[IKE_SELECTOR_TEXT], from[IKE_ENDPOINT_TEXT];

	event.error = IKE_ERROR_NO_LEASE;
	connection_failure(s->connection, event,
			   "refused %s: no address is left in the pool %s; make it larger",
			   ike_endpoint_text(&s->remote, from),
			   ike_selector_text(&s->connection->settings.pool, pool));
}

void mode_config_push(struct session *s)
{
	if (lease_take(s, NULL)) {
		transaction_begin(s, TRANSACTION_PUSH, IKE_CFG_SET, write_push, NULL);
		return;
	}
	report_no_lease(s);
	access_wait(s, ACCESS_REFUSED, 0);
}

void mode_config_acknowledged(struct session *s)
{
	if (s->access.step == ACCESS_CONFIG)
		access_open(s);
}

/* Somebody who has not logged in gets nothing; a question behind the verdict says that it came. */
static bool may_ask(const struct session *s)
{
	return s->established || s->access.step == ACCESS_VERDICT ||
	       s->access.step == ACCESS_CONFIG;
}

void mode_config_request(struct exchange *x, const struct attributes *a)
{
	struct session *s = x->session;
	struct ike_address wanted = { .family = AF_INET };
	struct attribute asked;
	bool address;

	if (!may_ask(s))
		return;
	exchange_accept(x);
	address = attributes_find(a, IKE_CFG_IP4_ADDRESS, &asked);
	if (address && asked.value.len == ADDRESS_LEN)
		memcpy(wanted.bytes, asked.value.data, ADDRESS_LEN);
	if (address && access_is_server(s->connection))
		lease_take(s, asked.value.len == ADDRESS_LEN ? &wanted : NULL);
	transaction_answer(x, IKE_CFG_REPLY, a->id, write_reply, a);
	if (s->established || !address)
		return;
	if (s->access.lease) {
		access_open(s);
	} else if (s->connection->settings.pool.address.family) {
		report_no_lease(s);
		access_wait(s, ACCESS_REFUSED, REFUSAL_TIME);
	}
}

/* Client */

static void write_request(const struct session *s, struct writer *w, const void *about)
{
	static const uint16_t types[] = {
		IKE_CFG_IP4_NETMASK, IKE_CFG_IP4_DNS, IKE_CFG_IP4_SUBNET,
		IKE_CFG_APPLICATION_VERSION, IKE_CFG_UNITY_SPLIT_INCLUDE, IKE_CFG_UNITY_DOMAIN,
		IKE_CFG_UNITY_BANNER,
	};
	const struct ike_lease *had = s->connection->lease;
	size_t i;

	(void)about;
	/* The address from before the reauthentication, so that it stays */
	attribute_write_long(w, IKE_CFG_IP4_ADDRESS, had ? bytes_of_address(&had->address) :
							   bytes_of(NULL, 0));
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		attribute_write_long(w, types[i], bytes_of(NULL, 0));
}

void mode_config_pull(struct session *s)
{
	transaction_begin(s, TRANSACTION_PULL, IKE_CFG_REQUEST, write_request, NULL);
}

/* Somebody's own address: neither of this network, of this host, nor of many (RFC 1122 3.2.1.3) */
static bool is_host(struct bytes value)
{
	return value.len == ADDRESS_LEN && value.data[0] && value.data[0] != 127 &&
	       value.data[0] < 224;
}

static struct ike_address address_of(struct bytes value)
{
	struct ike_address a = { .family = AF_INET };

	memcpy(a.bytes, value.data, ADDRESS_LEN);
	return a;
}

/* An address and a mask; what is no network is left out. */
static void read_network(struct ike_lease *lease, struct cursor *c, size_t padding)
{
	uint32_t address = cursor_u32(c), mask = cursor_u32(c), network;
	struct ike_selector *to = &lease->networks[lease->network_count];
	uint8_t bytes[ADDRESS_LEN];
	struct writer w = writer_of(bytes, sizeof(bytes));

	cursor_take(c, padding);
	/* A mask's ones come first */
	if (!cursor_ok(c) || (~mask & (~mask + 1)) || lease->network_count == IKE_NETWORKS_MAX)
		return;
	network = address & mask;
	writer_u32(&w, network);
	*to = (struct ike_selector){ .address = address_of(bytes_of(bytes, sizeof(bytes))) };
	for (; mask; mask <<= 1)
		to->prefix++;
	lease->network_count++;
}

static void read_networks(struct ike_lease *lease, struct bytes value, size_t padding)
{
	struct fault fault = { 0 };
	struct cursor c = cursor_of(value, &fault);

	while (cursor_left(&c))
		read_network(lease, &c, padding);
}

static void read_text(char *to, size_t size, struct bytes value)
{
	size_t i, len = value.len < size - 1 ? value.len : size - 1;

	for (i = 0; i < len; i++)
		to[i] = value.data[i] < ' ' || value.data[i] > '~' ? ' ' : (char)value.data[i];
	to[i] = 0;
}

static void read_gift(struct ike_lease *lease, const struct attribute *a)
{
	switch (a->type) {
	case IKE_CFG_IP4_ADDRESS:
		if (is_host(a->value) && !lease->address.family)
			lease->address = address_of(a->value);
		break;
	case IKE_CFG_IP4_DNS:
		if (is_host(a->value) && lease->dns_count < IKE_DNS_MAX)
			lease->dns[lease->dns_count++] = address_of(a->value);
		break;
	case IKE_CFG_IP4_SUBNET:
		if (a->value.len == SUBNET_LEN)
			read_networks(lease, a->value, 0);
		break;
	case IKE_CFG_UNITY_SPLIT_INCLUDE:
		/* strongSwan leaves the unused bytes out */
		read_networks(lease, a->value,
			      a->value.len % SPLIT_LEN ? 0 : SPLIT_LEN - SUBNET_LEN);
		break;
	case IKE_CFG_UNITY_BANNER:
		read_text(lease->banner, sizeof(lease->banner), a->value);
		break;
	case IKE_CFG_UNITY_DOMAIN:
		read_text(lease->domain, sizeof(lease->domain), a->value);
		break;
	default:
		break;
	}
}

/* The same network by both attributes is one. */
static void unite_networks(struct ike_lease *lease)
{
	size_t i, j, count = 0;

	for (i = 0; i < lease->network_count; i++) {
		for (j = 0; j < count; j++)
			if (ike_selector_equal(&lease->networks[i], &lease->networks[j]))
				break;
		if (j == count)
			lease->networks[count++] = lease->networks[i];
	}
	lease->network_count = count;
}

static void report_lease(struct session *s, const struct ike_lease *lease)
{
	char address[IKE_ADDRESS_TEXT];

	report(s->ike, on_session(s, IKE_EVENT_STEP, IKE_SEVERITY_INFO),
	       "the peer assigns us %s, with %zu name servers and %zu networks%s%s%s",
	       ike_address_text(&lease->address, address), lease->dns_count, lease->network_count,
	       *lease->banner ? "; it says: \"" : "", lease->banner, *lease->banner ? "\"" : "");
}

static void apply(struct session *s, const struct attributes *a)
{
	struct connection *c = s->connection;
	struct ike_lease *lease = calloc(1, sizeof(*lease));
	struct bytes list = a->list;
	struct attribute gift;

	if (!lease)
		return;
	while (attributes_next(&list, &gift))
		read_gift(lease, &gift);
	unite_networks(lease);
	if (!lease->address.family) {
		free(lease);
		access_fail(s, IKE_ERROR_NO_LEASE,
			    "the peer has no address for us (mode config): its pool is empty or "
			    "missing; see there, or set mode-config = \"no\"");
		return;
	}
	free(c->lease);
	c->lease = lease;
	report_lease(s, lease);
	if (s->ike->ops->configured)
		s->ike->ops->configured(s->ike->ctx, c->name, lease);
	access_open(s);
}

void mode_config_reply(struct session *s, const struct attributes *a)
{
	if (s->access.step == ACCESS_CONFIG)
		apply(s, a);
}

/* draft-ietf-ipsec-isakmp-mode-cfg-05 3.3: the attributes that were accepted, without values */
static void write_acknowledgement(const struct session *s, struct writer *w, const void *about)
{
	const struct attributes *a = about;
	struct bytes list = a->list;
	struct attribute gift;

	(void)s;
	while (attributes_next(&list, &gift))
		attribute_write_long(w, gift.type, bytes_of(NULL, 0));
}

void mode_config_set(struct exchange *x, const struct attributes *a)
{
	struct session *s = x->session;
	bool due = s->access.step == ACCESS_CONFIG && !access_is_server(s->connection);

	/* Before the login is over, or where nothing is expected, nobody configures us. */
	if (!due && !s->established)
		return;
	exchange_accept(x);
	transaction_answer(x, IKE_CFG_ACK, a->id, write_acknowledgement, a);
	if (due)
		apply(s, a);
}

void mode_config_settle(struct session *s)
{
	const struct ike_address *inner = access_inner(s);
	struct child *c, *next;
	struct selector host;

	if (!inner || access_is_server(s->connection))
		return;
	host = selector_of_address(bytes_of_address(inner));
	for (c = s->ike->children; c; c = next) {
		next = c->next;
		if (c->connection == s->connection && c->local_ts.family == host.family &&
		    !selector_contains(&host, &c->local_ts) && c->state != CHILD_DYING)
			child_delete(c);
	}
}
