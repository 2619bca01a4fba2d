// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Settings and counters of adit devices.
 */
#include <errno.h>
#include <linux/adit.h>
#include <netlink/genl/genl.h>
#include <string.h>

#include "netlink/family.h"
#include "netlink/request.h"
#include "netlink/sa_message.h"

static const struct nla_policy device_policy[ADIT_A_DEV_MAX + 1] = {
	[ADIT_A_DEV_IFINDEX] = { .type = NLA_U32 },
	[ADIT_A_DEV_DEVICE_ID] = { .type = NLA_U32 },
	[ADIT_A_DEV_NAME] = { .type = NLA_STRING, .maxlen = IFNAMSIZ },
	[ADIT_A_DEV_CARRIER_POLICY] = { .type = NLA_U8 },
	[ADIT_A_DEV_MARK] = { .type = NLA_U32 },
	[ADIT_A_DEV_MTU_POLICY] = { .type = NLA_U8 },
	[ADIT_A_DEV_STAGED_LIMIT] = { .type = NLA_U32 },
	[ADIT_A_DEV_MTU] = { .type = NLA_U32 },
	[ADIT_A_DEV_MTU_SOURCE] = { .type = NLA_U8 },
	[ADIT_A_DEV_MTU_PATH] = { .type = NLA_U32 },
	[ADIT_A_DEV_MTU_OVERHEAD] = { .type = NLA_U32 },
	[ADIT_A_DEV_MTU_SPI] = { .type = NLA_U32 },
	[ADIT_A_DEV_CARRIER] = { .type = NLA_U8 },
	[ADIT_A_DEV_SAS_IN] = { .type = NLA_U32 },
	[ADIT_A_DEV_SAS_OUT] = { .type = NLA_U32 },
	[ADIT_A_DEV_STAGED] = { .type = NLA_U32 },
	[ADIT_A_DEV_RX_PACKETS] = { .type = NLA_U64 },
	[ADIT_A_DEV_RX_BYTES] = { .type = NLA_U64 },
	[ADIT_A_DEV_TX_PACKETS] = { .type = NLA_U64 },
	[ADIT_A_DEV_TX_BYTES] = { .type = NLA_U64 },
	[ADIT_A_DEV_DROPS] = { .type = NLA_NESTED },
};

static uint32_t get_u32(struct nlattr *attribute)
{
	return attribute ? nla_get_u32(attribute) : 0;
}

static uint64_t get_u64(struct nlattr *attribute)
{
	return attribute ? nla_get_u64(attribute) : 0;
}

static uint8_t get_u8(struct nlattr *attribute)
{
	return attribute ? nla_get_u8(attribute) : 0;
}

static int decode(struct nlmsghdr *header, struct anl_device *device)
{
	struct genlmsghdr *family = genlmsg_hdr(header);
	struct nlattr *a[ADIT_A_DEV_MAX + 1];

	memset(device, 0, sizeof(*device));
	if (!genlmsg_valid_hdr(header, 0) ||
	    nla_parse(a, ADIT_A_DEV_MAX, genlmsg_attrdata(family, 0), genlmsg_attrlen(family, 0),
		      (struct nla_policy *)device_policy) < 0)
		return -EBADMSG;
	device->ifindex = get_u32(a[ADIT_A_DEV_IFINDEX]);
	device->id = get_u32(a[ADIT_A_DEV_DEVICE_ID]);
	if (a[ADIT_A_DEV_NAME])
		anl_get_string(a[ADIT_A_DEV_NAME], device->name, sizeof(device->name));
	device->carrier = get_u8(a[ADIT_A_DEV_CARRIER_POLICY]);
	device->mark = get_u32(a[ADIT_A_DEV_MARK]);
	device->mtu_auto = get_u8(a[ADIT_A_DEV_MTU_POLICY]) == ADIT_MTU_POLICY_AUTO;
	device->staged_limit = get_u32(a[ADIT_A_DEV_STAGED_LIMIT]);
	device->carrier_state = get_u8(a[ADIT_A_DEV_CARRIER]);
	device->mtu = get_u32(a[ADIT_A_DEV_MTU]);
	device->mtu_source = get_u8(a[ADIT_A_DEV_MTU_SOURCE]);
	device->mtu_path = get_u32(a[ADIT_A_DEV_MTU_PATH]);
	device->mtu_overhead = get_u32(a[ADIT_A_DEV_MTU_OVERHEAD]);
	device->mtu_spi = get_u32(a[ADIT_A_DEV_MTU_SPI]);
	device->sa_in = get_u32(a[ADIT_A_DEV_SAS_IN]);
	device->sa_out = get_u32(a[ADIT_A_DEV_SAS_OUT]);
	device->staged = get_u32(a[ADIT_A_DEV_STAGED]);
	device->rx_packets = get_u64(a[ADIT_A_DEV_RX_PACKETS]);
	device->rx_bytes = get_u64(a[ADIT_A_DEV_RX_BYTES]);
	device->tx_packets = get_u64(a[ADIT_A_DEV_TX_PACKETS]);
	device->tx_bytes = get_u64(a[ADIT_A_DEV_TX_BYTES]);
	return a[ADIT_A_DEV_DROPS] ? anl_drops_decode(a[ADIT_A_DEV_DROPS], &device->drops) : 0;
}

/* Where a dump hands its devices on */
struct dump {
	int (*each)(const struct anl_device *device, void *context);
	void *context;
};

static int on_device(struct nlmsghdr *header, void *context)
{
	const struct dump *dump = context;
	struct anl_device device;
	int code = decode(header, &device);

	return code ? code : dump->each(&device, dump->context);
}

static int keep(const struct anl_device *device, void *context)
{
	*(struct anl_device *)context = *device;
	return 0;
}

int anl_device_get(struct anl *anl, uint32_t ifindex, struct anl_device *device,
		   struct anl_error *error)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_DEV_GET, 0);
	struct dump dump = { keep, device };

	anl_put_u32(&message, ADIT_A_DEV_IFINDEX, ifindex);
	return anl_transact(anl->genl, &message, on_device, &dump, error,
			    "read the settings of device %u", ifindex);
}

int anl_device_dump(struct anl *anl,
		    int (*each)(const struct anl_device *device, void *context), void *context,
		    struct anl_error *error)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_DEV_GET, NLM_F_DUMP);
	struct dump dump = { each, context };

	return anl_transact(anl->genl, &message, on_device, &dump, error, "list the adit devices");
}

int anl_device_set(struct anl *anl, const struct anl_device *device, struct anl_error *error)
{
	struct anl_message message = anl_message_genl(anl, ADIT_CMD_DEV_SET, 0);

	if (device->ifindex || !device->id)
		anl_put_u32(&message, ADIT_A_DEV_IFINDEX, device->ifindex);
	else
		anl_put_u32(&message, ADIT_A_DEV_DEVICE_ID, device->id);
	if (device->set & ANL_DEVICE_CARRIER)
		anl_put_u8(&message, ADIT_A_DEV_CARRIER_POLICY, (uint8_t)device->carrier);
	if (device->set & ANL_DEVICE_MARK)
		anl_put_u32(&message, ADIT_A_DEV_MARK, device->mark);
	if (device->set & ANL_DEVICE_MTU)
		anl_put_u8(&message, ADIT_A_DEV_MTU_POLICY,
			   device->mtu_auto ? ADIT_MTU_POLICY_AUTO : ADIT_MTU_POLICY_FIXED);
	if (device->set & ANL_DEVICE_STAGED)
		anl_put_u32(&message, ADIT_A_DEV_STAGED_LIMIT, device->staged_limit);
	return anl_transact(anl->genl, &message, NULL, NULL, error,
			    "change the settings of device %u", device->ifindex);
}
