// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/sa.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/daemon.h"
#include "aditd/memory.h"
#include "aditd/report.h"
#include "aditd/tunnel.h"
#include "ike/selector.h"

static struct anl_address to_address(const struct ike_address *from)
{
	struct anl_address to = { .family = from->family };

	memcpy(to.bytes, from->bytes, sizeof(to.bytes));
	return to;
}

static struct anl_prefix to_prefix(const struct prefix *from)
{
	struct anl_prefix to = { .address.family = from->family == 4 ? AF_INET : AF_INET6 };

	memcpy(to.address.bytes, from->address, sizeof(to.address.bytes));
	to.length = from->len;
	return to;
}

/* RFC 4301 4.4.1.1: ports are selectors of protocols that have them */
static void to_ports(uint16_t port, uint16_t *first, uint16_t *last)
{
	*first = port;
	*last = port ? port : UINT16_MAX;
}

/* RFC 4301 4.4.1.1: of ICMP, the port is the type and the code */
static void to_type(uint16_t port, struct anl_selector *s)
{
	if (!port || (s->protocol != IPPROTO_ICMP && s->protocol != IPPROTO_ICMPV6))
		return;
	s->sport_first = s->sport_last = port >> 8;
	s->dport_first = s->dport_last = port & 0xff;
}

/* A range becomes the prefixes that are exactly it, and a pair of ranges their pairs */
static int to_selectors(const struct ike_sa *sa, struct anl_sa *to)
{
	const struct ike_selector *src = sa->direction == IKE_OUT ? &sa->local_ts : &sa->remote_ts;
	const struct ike_selector *dst = sa->direction == IKE_OUT ? &sa->remote_ts : &sa->local_ts;
	struct prefix sources[SELECTOR_PAIRS_MAX], destinations[SELECTOR_PAIRS_MAX];
	struct selector from = selector_of_public(src), towards = selector_of_public(dst);
	unsigned int n = selector_prefixes(&from, sources, SELECTOR_PAIRS_MAX);
	unsigned int m = selector_prefixes(&towards, destinations, SELECTOR_PAIRS_MAX), i;

	_Static_assert(SELECTOR_PAIRS_MAX <= ANL_SELECTORS_MAX, "all of a child fit into an SA");
	if (n * m > SELECTOR_PAIRS_MAX)
		return -E2BIG;
	for (i = 0; i < n * m; i++) {
		struct anl_selector *s = &to->selectors[i];

		anl_selector_init(s);
		s->src = to_prefix(&sources[i / m]);
		s->dst = to_prefix(&destinations[i % m]);
		s->protocol = sa->local_ts.protocol ? sa->local_ts.protocol :
						      sa->remote_ts.protocol;
		to_ports(src->port, &s->sport_first, &s->sport_last);
		to_ports(dst->port, &s->dport_first, &s->dport_last);
		to_type(src->port ? src->port : dst->port, s);
	}
	to->selector_count = n * m;
	return 0;
}

static int to_algorithm(struct anl_algorithm *to, const char *name, const uint8_t *key,
			size_t length, unsigned int icv_bits)
{
	if (!name)
		return 0;
	if (strlen(name) >= sizeof(to->name) || length > sizeof(to->key))
		return -ENAMETOOLONG;
	snprintf(to->name, sizeof(to->name), "%s", name);
	if (length)
		memcpy(to->key, key, length);
	to->key_length = length;
	to->icv_bits = icv_bits;
	return 0;
}

static void to_identity(const struct ike_sa *sa, uint32_t ifindex, struct anl_sa *to)
{
	anl_sa_init(to);
	to->ifindex = ifindex;
	to->direction = sa->direction == IKE_OUT ? ANL_OUT : ANL_IN;
	to->protocol = sa->protocol;
	to->mode = sa->mode == IKE_MODE_TRANSPORT ? ANL_TRANSPORT : ANL_TUNNEL;
	to->spi = sa->spi;
	to->local = to_address(&sa->local);
	to->remote = to_address(&sa->remote);
	to->encap = sa->encap;
	to->encap_local = sa->encap_local_port;
	to->encap_remote = sa->encap_remote_port;
}

static int to_kernel(const struct ike_sa *sa, uint32_t ifindex, struct anl_sa *to)
{
	int err;

	to_identity(sa, ifindex, to);
	err = to_algorithm(&to->aead, sa->aead, sa->aead_key, sa->aead_key_length, sa->icv_bits);
	if (!err)
		err = to_algorithm(&to->enc, sa->enc, sa->enc_key, sa->enc_key_length, 0);
	if (!err)
		err = to_algorithm(&to->auth, sa->auth, sa->auth_key, sa->auth_key_length,
				   sa->icv_bits);
	if (sa->direction == IKE_IN)
		to->replay_window = sa->replay_window;
	to->esn = sa->esn;
	to->bundle_spi = sa->bundle_spi;
	to->bytes = (struct anl_limit) { sa->byte_soft, sa->byte_hard };
	to->seconds = (struct anl_limit) { sa->time_soft, sa->time_hard };
	return err ? err : to_selectors(sa, to);
}

int sa_install(struct daemon *daemon, const struct ike_sa *sa)
{
	struct tunnel *tunnel = tunnel_find(daemon, sa->connection);
	struct anl_error error = { .code = ENODEV, .text = "the tunnel has no device" };
	struct anl_sa kernel;
	int err = -ENODEV;

	if (tunnel && tunnel->device.ifindex) {
		err = to_kernel(sa, tunnel->device.ifindex, &kernel);
		if (err)
			anl_fail(&error, -err,
				 "the algorithm's name or key is too long for the kernel, or the "
				 "selectors are too many");
		/* The route first: answers to what comes on it must not go out in the clear */
		if (!err)
			err = tunnel_sa_put(tunnel, sa, &error);
		if (!err) {
			err = anl_sa_add(daemon->anl, &kernel, &error);
			if (err)
				tunnel_sa_gone(tunnel, sa);
		}
		anl_sa_erase(&kernel);
	}
	if (err)
		report_text(daemon, IKE_SEVERITY_ERROR, sa->connection, "kernel",
			    "the kernel refuses the %s SA 0x%08x (%s): %s",
			    sa->direction == IKE_OUT ? "outbound" : "inbound", sa->spi,
			    sa->proposal ? sa->proposal : "?", error.text);
	return err;
}

void sa_remove(struct daemon *daemon, const struct ike_sa *sa)
{
	struct tunnel *tunnel = tunnel_find(daemon, sa->connection);
	struct anl_error error;
	struct anl_sa kernel;
	struct anl_sa_id id;

	if (!tunnel || !tunnel->device.ifindex)
		return;
	tunnel_sa_gone(tunnel, sa);
	to_identity(sa, tunnel->device.ifindex, &kernel);
	id = anl_sa_id(&kernel);
	/* After a hard expiry the kernel has removed it by itself */
	if (anl_sa_del(daemon->anl, &id, &error) < 0 && error.code != ESRCH && error.code != ENODEV)
		report_text(daemon, IKE_SEVERITY_WARNING, sa->connection, "kernel",
			    "SA 0x%08x cannot be removed: %s", sa->spi, error.text);
}

int sa_update(struct daemon *daemon, const struct ike_sa *sa)
{
	struct tunnel *tunnel = tunnel_find(daemon, sa->connection);
	struct anl_address remote = to_address(&sa->remote);
	struct anl_error error;
	struct anl_sa kernel;
	struct anl_sa *list;
	size_t count, i;
	int err = -ESRCH;

	if (!tunnel || !tunnel->device.ifindex)
		return -ENODEV;
	to_identity(sa, tunnel->device.ifindex, &kernel);
	/* The kernel knows it by its old address */
	list = sa_counters(daemon, tunnel->device.ifindex, &count);
	for (i = 0; i < count; i++)
		if (list[i].direction == kernel.direction && list[i].spi == kernel.spi &&
		    list[i].protocol == kernel.protocol) {
			kernel.remote = list[i].remote;
			err = anl_sa_set(daemon->anl, &kernel, ANL_SA_SET_PEER, &remote, &error);
			if (!err)
				err = tunnel_sa_put(tunnel, sa, &error);
			if (err)
				report_text(daemon, IKE_SEVERITY_ERROR, sa->connection, "kernel",
					    "the peer moved, SA 0x%08x cannot follow: %s", sa->spi,
					    error.text);
			break;
		}
	free(list);
	return err;
}

struct collection {
	struct anl_sa *list;
	size_t count;
};

static int collect(const struct anl_sa *sa, void *context)
{
	struct collection *collection = context;

	collection->list = memory_array(collection->list, collection->count + 1, sizeof(*sa));
	collection->list[collection->count++] = *sa;
	return 0;
}

struct anl_sa *sa_counters(struct daemon *daemon, uint32_t ifindex, size_t *count)
{
	struct collection collection = { 0 };
	struct anl_error error;

	if (ifindex)
		anl_sa_dump(daemon->anl, ifindex, collect, &collection, &error);
	*count = collection.count;
	return collection.list;
}
