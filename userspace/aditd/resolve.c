// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/resolve.h"

#include <netdb.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/memory.h"
#include "netlink/prefix.h"

struct resolve {
	uv_getaddrinfo_t request;
	resolve_done done;		/* NULL: cancelled */
	void *ctx;
};

static size_t collect(const struct addrinfo *info, struct ike_address *list)
{
	struct anl_address address;
	size_t count = 0;

	for (; info && count < RESOLVE_MAX; info = info->ai_next) {
		memset(&address, 0, sizeof(address));
		if (!anl_address_from_sockaddr(info->ai_addr, &address))
			continue;
		memset(&list[count], 0, sizeof(list[count]));
		list[count].family = address.family;
		memcpy(list[count++].bytes, address.bytes, sizeof(address.bytes));
	}
	return count;
}

static void on_result(uv_getaddrinfo_t *request, int status, struct addrinfo *info)
{
	struct resolve *resolve = request->data;
	struct ike_address list[RESOLVE_MAX];
	size_t count = status ? 0 : collect(info, list);
	resolve_done done = resolve->done;
	void *ctx = resolve->ctx;

	uv_freeaddrinfo(info);
	free(resolve);
	if (done)
		done(ctx, list, count, status ? uv_strerror(status) : "it has no address");
}

struct resolve *resolve_start(uv_loop_t *loop, const char *name, int family, resolve_done done,
			      void *ctx)
{
	const struct addrinfo hints = { .ai_family = family, .ai_socktype = SOCK_DGRAM };
	struct resolve *resolve = memory_new(sizeof(*resolve));

	resolve->done = done;
	resolve->ctx = ctx;
	resolve->request.data = resolve;
	if (!uv_getaddrinfo(loop, &resolve->request, on_result, name, NULL, &hints))
		return resolve;
	free(resolve);
	return NULL;
}

void resolve_cancel(struct resolve *resolve)
{
	if (!resolve)
		return;
	/* When it runs already it ends by itself, and tells nobody */
	resolve->done = NULL;
	uv_cancel((uv_req_t *)&resolve->request);
}
