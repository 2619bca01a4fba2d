// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/vendor.h"

/*
 * Most vendor IDs are the MD5 of a text (RFC 2408 3.16 asks for a hash); a few are plain text.
 * Those of @known bytes go on with a version or flags that the sender chooses.
 */
#define VENDOR(kind, name, known, id)                                                    \
	{                                                                                \
		{ kind, name, { (const uint8_t *)(id), sizeof(id) - 1 }, (known) != 0 }, known \
	}

static const struct {
	struct vendor vendor;
	uint8_t known; /* bytes that must be the same; 0: all, and the length too */
} vendors[] = {
	VENDOR(VENDOR_NATT_RFC3947, "RFC 3947 (NAT traversal)", 0,
	       "\x4a\x13\x1c\x81\x07\x03\x58\x45\x5c\x57\x28\xf2\x0e\x95\x45\x2f"),
	VENDOR(VENDOR_NATT_DRAFT_03, "draft-ietf-ipsec-nat-t-ike-03", 0,
	       "\x7d\x94\x19\xa6\x53\x10\xca\x6f\x2c\x17\x9d\x92\x15\x52\x9d\x56"),
	VENDOR(VENDOR_NATT_DRAFT_02N, "draft-ietf-ipsec-nat-t-ike-02 (with newline)", 0,
	       "\x90\xcb\x80\x91\x3e\xbb\x69\x6e\x08\x63\x81\xb5\xec\x42\x7b\x1f"),
	VENDOR(VENDOR_NATT_DRAFT_02, "draft-ietf-ipsec-nat-t-ike-02", 0,
	       "\xcd\x60\x46\x43\x35\xdf\x21\xf8\x7c\xfd\xb2\xfc\x68\xb6\xa4\x48"),
	VENDOR(VENDOR_DPD, "dead peer detection (RFC 3706)", 14,
	       "\xaf\xca\xd7\x13\x68\xa1\xf1\xc9\x6b\x86\x96\xfc\x77\x57\x01\x00"),
	VENDOR(VENDOR_XAUTH, "XAUTH", 0,
	       "\x09\x00\x26\x89\xdf\xd6\xb7\x12"),
	VENDOR(VENDOR_UNITY, "Cisco Unity", 14,
	       "\x12\xf5\xf2\x8c\x45\x71\x68\xa9\x70\x2d\x9f\xe2\x74\xcc\x01\x00"),
	VENDOR(VENDOR_FRAGMENTATION, "IKE fragmentation", 16,
	       "\x40\x48\xb7\xd5\x6e\xbc\xe8\x85\x25\xe7\xde\x7f\x00\xd6\xc2\xd3"
	       "\x80\x00\x00\x00"),
	VENDOR(VENDOR_STRONGSWAN, "strongSwan", 0,
	       "\x88\x2f\xe5\x6d\x6f\xd2\x0d\xbc\x22\x51\x61\x3b\x2e\xbe\x5b\xeb"),
	VENDOR(VENDOR_INITIAL_CONTACT, "initial contact", 0,
	       "\x26\x24\x4d\x38\xed\xdb\x61\xb3\x17\x2a\x36\xe3\xd0\xcf\xb8\x19"),
	VENDOR(VENDOR_ADIT, "adit", 0,
	       "\x48\x6b\x6c\x6b\x26\x7b\xc6\x16\x77\x36\x7e\xb6\xb6\x45\x87\x64"),
	VENDOR(VENDOR_NAMED, "draft-ietf-ipsec-nat-t-ike-01", 0,
	       "\x16\xf6\xca\x16\xe4\xa4\x06\x6d\x83\x82\x1a\x0f\x0a\xea\xa8\x62"),
	VENDOR(VENDOR_NAMED, "draft-ietf-ipsec-nat-t-ike-00", 0,
	       "\x44\x85\x15\x2d\x18\xb6\xbb\xcd\x0b\xe8\xa8\x46\x95\x79\xdd\xcc"),
	VENDOR(VENDOR_NAMED, "draft-stenberg-ipsec-nat-traversal-02", 0,
	       "\x61\x05\xc4\x22\xe7\x68\x47\xe4\x3f\x96\x84\x80\x12\x92\xae\xcd"),
	VENDOR(VENDOR_NAMED, "draft-stenberg-ipsec-nat-traversal-01", 0,
	       "\x27\xba\xb5\xdc\x01\xea\x07\x60\xea\x4e\x31\x90\xac\x27\xc0\xd0"),
	VENDOR(VENDOR_NAMED, "racoon", 0,
	       "\x70\x03\xcb\xc1\x09\x7d\xbe\x9c\x26\x00\xba\x69\x83\xbc\x8b\x35"),
	VENDOR(VENDOR_NAMED, "Libreswan", 13,
	       "\x4f\x45\x2d\x4c\x69\x62\x72\x65\x73\x77\x61\x6e\x2d"),
	VENDOR(VENDOR_NAMED, "Windows", 16,
	       "\x1e\x2b\x51\x69\x05\x99\x1c\x7d\x7c\x96\xfc\xbf\xb5\x87\xe4\x61"),
	VENDOR(VENDOR_NAMED, "Windows: GSSAPI", 0,
	       "\x62\x1b\x04\xbb\x09\x88\x2a\xc1\xe1\x59\x35\xfe\xfa\x24\xae\xee"),
	VENDOR(VENDOR_NAMED, "Windows: IKE CGA version 1", 0,
	       "\xe3\xa5\x96\x6a\x76\x37\x9f\xe7\x07\x22\x82\x31\xe5\xce\x86\x52"),
	VENDOR(VENDOR_NAMED, "Windows: negotiation discovery", 0,
	       "\xfb\x1d\xe3\xcd\xf3\x41\xb7\xea\x16\xb7\xe5\xbe\x08\x55\xf1\x20"),
	VENDOR(VENDOR_NAMED, "Windows: NLBS_PRESENT", 0,
	       "\x72\x87\x2b\x95\xfc\xda\x2e\xb7\x08\xef\xe3\x22\x11\x9b\x49\x71"),
	VENDOR(VENDOR_NAMED, "Windows: MamieExists", 0,
	       "\x21\x4c\xa4\xfa\xff\xa7\xf3\x2d\x67\x48\xe5\x30\x33\x95\xae\x83"),
	VENDOR(VENDOR_NAMED, "Cisco VPN concentrator", 13,
	       "\x1f\x07\xf7\x0e\xaa\x65\x14\xd3\xb0\xfa\x96\x54\x2a"),
	VENDOR(VENDOR_NAMED, "Check Point", 20,
	       "\xf4\xed\x19\xe0\xc1\x14\xeb\x51\x6f\xaa\xac\x0e\xe3\x7d\xaf\x28"
	       "\x07\xb4\x38\x1f"),
	VENDOR(VENDOR_NAMED, "SonicWall", 8,
	       "\x40\x4b\xf4\x39\x52\x2c\xa3\xf6"),
	VENDOR(VENDOR_NAMED, "SafeNet SoftRemote", 16,
	       "\x47\xbb\xe7\xc9\x93\xf1\xfc\x13\xb4\xe6\xd0\xdb\x56\x5c\x68\xe5"),
	VENDOR(VENDOR_NAMED, "SafeNet or WatchGuard", 4,
	       "\xda\x8e\x93\x78"),
	VENDOR(VENDOR_NAMED, "HeartBeat Notify", 16,
	       "\x48\x65\x61\x72\x74\x42\x65\x61\x74\x5f\x4e\x6f\x74\x69\x66\x79"),
	VENDOR(VENDOR_NAMED, "Nortel Contivity", 7,
	       "\x42\x4e\x45\x53\x00\x00\x00"),
	VENDOR(VENDOR_NAMED, "NetScreen", 20,
	       "\x9b\x09\x6d\x9a\xc3\x27\x5a\x7d\x6f\xe8\xb9\x1c\x58\x31\x11\xb0"
	       "\x9e\xfe\xd1\xa0"),
	VENDOR(VENDOR_NAMED, "ESPThruNAT", 0,
	       "\x50\x76\x0f\x62\x4c\x63\xe5\xc5\x3e\xea\x38\x6c\x68\x5c\xa0\x83"),
	VENDOR(VENDOR_NAMED, "TimeStep", 0,
	       "\x54\x49\x4d\x45\x53\x54\x45\x50"),
};

const struct vendor *vendor_row(unsigned int index)
{
	return index < sizeof(vendors) / sizeof(vendors[0]) ? &vendors[index].vendor : NULL;
}

const struct vendor *vendor_find(struct bytes body)
{
	const struct vendor *v;
	unsigned int i;

	for (i = 0; (v = vendor_row(i)); i++) {
		if (!v->prefix) {
			if (bytes_equal(v->id, body))
				return v;
		} else if (body.len >= vendors[i].known &&
			   !memcmp(body.data, v->id.data, vendors[i].known)) {
			return v;
		}
	}
	return NULL;
}

const struct vendor *vendor_of(enum vendor_kind kind)
{
	const struct vendor *v;
	unsigned int i;

	for (i = 0; (v = vendor_row(i)); i++)
		if (v->kind == kind)
			return v;
	return NULL;
}
