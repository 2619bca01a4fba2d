// SPDX-License-Identifier: GPL-2.0-or-later
#include "ike/identity.h"
#include "ike/dn.h"
#include "ike/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <strings.h>

static bool set(struct identity *id, uint8_t type, const void *data, size_t len)
{
	if (!len || len > sizeof(id->data))
		return false;
	id->type = type;
	id->len = (uint16_t)len;
	memcpy(id->data, data, len);
	return true;
}

static bool set_hex(struct identity *id, const char *hex)
{
	uint8_t data[IDENTITY_DATA_MAX];
	size_t i, len = strlen(hex);

	if (!len || len % 2 || len / 2 > sizeof(data))
		return false;
	for (i = 0; i < len; i++) {
		const char *digits = "0123456789abcdef", *at;

		at = strchr(digits, tolower((unsigned char)hex[i]));
		if (!at || !*at)
			return false;
		data[i / 2] = (uint8_t)(i % 2 ? data[i / 2] << 4 | (at - digits) : at - digits);
	}
	return set(id, IKE_ID_KEY_ID, data, len / 2);
}

/* What may stand in a name: no spaces, no control characters. */
static bool is_name(const char *text)
{
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static bool refuse(char *why, size_t size, const char *text, const char *reason)
{
	struct text t = text_of(why, size);

	text_add(&t, "identity '%s' %s", text, reason);
	return false;
}

static bool parse_dn(struct identity *id, const char *text, char *why, size_t size)
{
	size_t len = sizeof(id->data);
	const char *wrong = dn_parse(text, id->data, &len);

	if (wrong)
		return refuse(why, size, text, wrong);
	id->type = IKE_ID_DER_DN;
	id->len = (uint16_t)len;
	return true;
}

static bool parse_name(struct identity *id, const char *text)
{
	uint8_t type = IKE_ID_FQDN;

	if (text[0] == '@' && text[1] == '@') {
		type = IKE_ID_USER_FQDN; /* strongSwan's spelling */
		text += 2;
	} else if (text[0] == '@') {
		text++;
	} else if (strchr(text, '@')) {
		type = IKE_ID_USER_FQDN;
	}
	return is_name(text) && set(id, type, text, strlen(text));
}

bool identity_parse(struct identity *id, const char *text, char *why, size_t size)
{
	uint8_t address[16];
	bool good;

	memset(id, 0, sizeof(*id));
	if (!strcmp(text, "%any"))
		return true;
	if (inet_pton(AF_INET, text, address) == 1)
		return set(id, IKE_ID_IPV4_ADDR, address, 4);
	if (inet_pton(AF_INET6, text, address) == 1)
		return set(id, IKE_ID_IPV6_ADDR, address, 16);
	if (!strncmp(text, "keyid:0x", 8))
		good = set_hex(id, text + 8);
	else if (!strncmp(text, "keyid:", 6))
		good = set(id, IKE_ID_KEY_ID, text + 6, strlen(text + 6));
	else if (!strncmp(text, "@#", 2))
		good = set_hex(id, text + 2);
	else if (text[0] != '@' && strchr(text, '='))
		return parse_dn(id, text, why, size);
	else
		good = parse_name(id, text);
	return good || refuse(why, size, text,
			      "is not understood: write an address, gw.example.com, "
			      "user@example.com, C=..., O=..., CN=..., keyid:text or @#hex");
}

static bool has_zero(struct bytes data)
{
	return data.len && memchr(data.data, 0, data.len);
}

bool identity_from_payload(struct identity *id, const struct id_payload *p, struct fault *fault)
{
	struct cursor c = cursor_of(p->data, fault);
	size_t len = p->data.len;

	memset(id, 0, sizeof(*id));
	switch (p->type) {
	case IKE_ID_IPV4_ADDR:
		cursor_require(&c, len == 4, IKE_N_INVALID_ID_INFORMATION,
			       "IPv4 identity is not 4 bytes long (RFC 2407 4.6.2.2)");
		break;
	case IKE_ID_IPV6_ADDR:
		cursor_require(&c, len == 16, IKE_N_INVALID_ID_INFORMATION,
			       "IPv6 identity is not 16 bytes long (RFC 2407 4.6.2.6)");
		break;
	case IKE_ID_FQDN:
	case IKE_ID_USER_FQDN:
		/* RFC 2407 4.6.2.3: no terminators; a zero would cut the name where it is shown */
		cursor_require(&c, len && !has_zero(p->data), IKE_N_INVALID_ID_INFORMATION,
			       "name as identity is empty or holds a zero (RFC 2407 4.6.2.3)");
		break;
	case IKE_ID_DER_DN:
		cursor_require(&c, dn_is_valid(p->data), IKE_N_INVALID_ID_INFORMATION,
			       "distinguished name is not valid DER (RFC 2407 4.6.2.10)");
		break;
	case IKE_ID_DER_GN:
	case IKE_ID_KEY_ID:
		cursor_require(&c, len, IKE_N_INVALID_ID_INFORMATION,
			       "identity is empty (RFC 2407 4.6.2)");
		break;
	default:
		cursor_fail(&c, IKE_N_INVALID_ID_INFORMATION,
			    "identity's type names no peer (RFC 2407 4.6.2.1)");
	}
	cursor_require(&c, len <= sizeof(id->data), IKE_N_INVALID_ID_INFORMATION,
		       "identity is longer than 1024 bytes");
	if (!cursor_ok(&c))
		return false;
	return set(id, p->type, p->data.data, len);
}

struct id_payload identity_to_payload(const struct identity *id, uint8_t protocol, uint16_t port)
{
	return (struct id_payload){
		.type = id->type,
		.protocol = protocol,
		.port = port,
		.data = bytes_of(id->data, id->len),
	};
}

struct identity identity_of_address(struct bytes address)
{
	struct identity id = { 0 };

	set(&id, address.len == 4 ? IKE_ID_IPV4_ADDR : IKE_ID_IPV6_ADDR, address.data, address.len);
	return id;
}

static bool same_name(const uint8_t *a, const uint8_t *b, size_t len)
{
	return !strncasecmp((const char *)a, (const char *)b, len);
}

/* Names, "*.example.com" and "*@example.com" taking all that end so. */
static bool name_matches(const struct identity *wanted, const struct identity *id)
{
	size_t tail;

	if (wanted->len > 1 && wanted->data[0] == '*') {
		tail = wanted->len - 1u;
		return id->len > tail &&
		       same_name(wanted->data + 1, id->data + id->len - tail, tail);
	}
	return wanted->len == id->len && same_name(wanted->data, id->data, id->len);
}

bool identity_matches(const struct identity *wanted, const struct identity *id)
{
	struct bytes a = bytes_of(wanted->data, wanted->len), b = bytes_of(id->data, id->len);

	if (!wanted->type)
		return true;
	if (wanted->type != id->type)
		return false;
	switch (wanted->type) {
	case IKE_ID_FQDN:
	case IKE_ID_USER_FQDN:
		return name_matches(wanted, id);
	case IKE_ID_DER_DN:
		return bytes_equal(a, b) || dn_matches(a, b);
	default:
		return bytes_equal(a, b);
	}
}

static bool is_printable(struct bytes data)
{
	size_t i;

	for (i = 0; i < data.len; i++)
		if (data.data[i] < ' ' || data.data[i] > '~')
			return false;
	return true;
}

static void print_key_id(struct text *t, struct bytes data)
{
	/* what would read back as hex is written as hex */
	if (is_printable(data) && !(data.len >= 2 && !memcmp(data.data, "0x", 2))) {
		text_add(t, "keyid:%.*s", (int)data.len, (const char *)data.data);
		return;
	}
	text_add(t, "@#");
	text_add_hex(t, data);
}

const char *identity_print(const struct identity *id, char *text, size_t size)
{
	struct bytes data = bytes_of(id->data, id->len);
	struct text t = text_of(text, size);
	char address[INET6_ADDRSTRLEN];

	switch (id->type) {
	case 0:
		text_add(&t, "%%any");
		break;
	case IKE_ID_IPV4_ADDR:
	case IKE_ID_IPV6_ADDR:
		inet_ntop(id->type == IKE_ID_IPV4_ADDR ? AF_INET : AF_INET6, id->data, address,
			  sizeof(address));
		text_add(&t, "%s", address);
		break;
	case IKE_ID_FQDN:
	case IKE_ID_USER_FQDN:
		text_add_bytes(&t, data);
		break;
	case IKE_ID_DER_DN:
		return dn_print(data, text, size);
	case IKE_ID_KEY_ID:
		print_key_id(&t, data);
		break;
	default:
		text_add_name(&t, ike_id_type_name(id->type), "type", id->type);
		text_add(&t, " ");
		text_add_hex(&t, data);
	}
	return text;
}
