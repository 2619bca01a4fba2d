// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads and changes the policies of an adit device, for which there is no command beside the
 * daemon's configuration:
 *
 *	policy DEV                          prints `name=value`, a line each
 *	policy DEV [carrier follow|always|on-demand] [mark N] [mtu auto|fixed] [staged N]
 */
#include <err.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "netlink/family.h"

static void print_device(const struct anl_device *device)
{
	static const char *const carriers[] = { "down", "up", "dormant" };
	static const char *const sources[] = { "default", "route", "icmp", "fixed" };

	printf("id=%u\ncarrier=%s\nmtu=%u\n", device->id,
	       device->carrier_state < 3 ? carriers[device->carrier_state] : "?", device->mtu);
	printf("mtu_source=%s\n", device->mtu_source < 4 ? sources[device->mtu_source] : "?");
	printf("mtu_path=%u\nmtu_overhead=%u\nmtu_spi=0x%x\n", device->mtu_path,
	       device->mtu_overhead, device->mtu_spi);
	printf("sas_in=%u\nsas_out=%u\nstaged=%u\n", device->sa_in, device->sa_out,
	       device->staged);
	printf("rx_packets=%" PRIu64 "\nrx_bytes=%" PRIu64 "\n", device->rx_packets,
	       device->rx_bytes);
	printf("tx_packets=%" PRIu64 "\ntx_bytes=%" PRIu64 "\n", device->tx_packets,
	       device->tx_bytes);
	for (unsigned int i = 0; i < device->drops.count; i++)
		printf("drop_%s=%" PRIu64 "\n", device->drops.list[i].reason,
		       device->drops.list[i].packets);
}

static void take(struct anl_device *device, const char *name, const char *value)
{
	if (!strcmp(name, "carrier")) {
		device->set |= ANL_DEVICE_CARRIER;
		device->carrier = !strcmp(value, "always") ? ANL_CARRIER_ALWAYS :
				  !strcmp(value, "on-demand") ? ANL_CARRIER_ON_DEMAND :
				  !strcmp(value, "follow") ? ANL_CARRIER_AUTO : atoi(value);
	} else if (!strcmp(name, "mark")) {
		device->set |= ANL_DEVICE_MARK;
		device->mark = strtoul(value, NULL, 0);
	} else if (!strcmp(name, "mtu")) {
		device->set |= ANL_DEVICE_MTU;
		device->mtu_auto = !strcmp(value, "auto");
	} else if (!strcmp(name, "staged")) {
		device->set |= ANL_DEVICE_STAGED;
		device->staged_limit = strtoul(value, NULL, 0);
	} else {
		errx(2, "%s is no policy", name);
	}
}

int main(int argc, char **argv)
{
	struct anl_device device = { 0 };
	struct anl_error error;
	struct anl *anl;
	int code;

	if (argc < 2 || argc % 2)
		errx(2, "usage: policy DEV [NAME VALUE]...");
	for (int i = 2; i < argc; i += 2)
		take(&device, argv[i], argv[i + 1]);
	device.ifindex = if_nametoindex(argv[1]);
	if (!device.ifindex)
		err(1, "%s", argv[1]);
	if (anl_open(&anl, &error))
		errx(1, "%s", error.text);
	if (argc > 2)
		code = anl_device_set(anl, &device, &error);
	else
		code = anl_device_get(anl, device.ifindex, &device, &error);
	anl_close(anl);
	if (code)
		errx(1, "%s", error.text);
	if (argc == 2)
		print_device(&device);
	return 0;
}
