// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Messages of the kernel's family, as an SA and as an event; and rtnetlink's.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/link_message.h"
#include "netlink/sa_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct anl_sa sa;
	struct anl_event event;
	struct anl_link link;
	struct anl_prefix address;
	struct nlmsghdr *header;
	uint32_t ifindex;

	if (size < sizeof(*header))
		return 0;
	header = malloc(size);
	memcpy(header, data, size);
	/* As long as what was received: libnl sees to that */
	header->nlmsg_len = (uint32_t)size;
	if (!anl_sa_decode(header, &sa) &&
	    (sa.selector_count > ANL_SELECTORS_MAX || sa.counters.drops.count > ANL_DROPS_MAX ||
	     memchr(sa.driver, '\0', sizeof(sa.driver)) == NULL))
		abort();
	anl_event_decode(header, &event);
	if (!anl_link_decode(header, &link) && !memchr(link.alias, '\0', sizeof(link.alias)))
		abort();
	anl_address_decode(header, &ifindex, &address);
	free(header);
	return 0;
}
