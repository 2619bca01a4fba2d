// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/value.h"

#include <ctype.h>
#include <net/if.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#define HOST_MAX	253		/* RFC 1035 2.3.4, without the root's dot */
#define LABEL_MAX	63

/* Digits of a base off the front of text; false when there is none or the number is too large */
static bool take_number(const char **text, unsigned int base, uint64_t *number)
{
	const char *at = *text;
	uint64_t value = 0;

	for (; isxdigit((unsigned char)*at); at++) {
		unsigned int digit = isdigit((unsigned char)*at) ? *at - '0' :
				     tolower((unsigned char)*at) - 'a' + 10;

		if (digit >= base)
			break;
		if (value > (UINT64_MAX - digit) / base)
			return false;
		value = value * base + digit;
	}
	if (at == *text)
		return false;
	*text = at;
	*number = value;
	return true;
}

bool value_number(const char *text, uint64_t *number)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');

	if (hex)
		text += 2;
	return take_number(&text, hex ? 16 : 10, number) && !*text;
}

bool value_duration(const char *text, uint64_t *seconds)
{
	static const char units[] = "dhms";
	static const unsigned int factors[] = { 86400, 3600, 60, 1 };
	const char *least = units;
	uint64_t sum = 0, part;

	do {
		const char *unit;
		unsigned int factor = 1;

		if (!take_number(&text, 10, &part))
			return false;
		if (*text) {
			/* Larger units first, each once */
			unit = strchr(least, *text);
			if (!unit)
				return false;
			factor = factors[unit - units];
			least = unit + 1;
			text++;
		} else if (least != units) {
			return false;
		}
		if (part > (UINT64_MAX - sum) / factor)
			return false;
		sum += part * factor;
	} while (*text);
	*seconds = sum;
	return true;
}

bool value_bytes(const char *text, uint64_t *bytes)
{
	static const char units[] = "kMGT";
	const char *unit;
	unsigned int shift = 0;
	uint64_t number;

	if (!take_number(&text, 10, &number))
		return false;
	if (*text) {
		unit = strchr(units, *text == 'K' ? 'k' : *text);
		if (!unit || text[1])
			return false;
		shift = 10 * (unit - units + 1);
	}
	if (number > UINT64_MAX >> shift)
		return false;
	*bytes = number << shift;
	return true;
}

bool value_bool(const char *text, bool *flag)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(text, words[i])) {
			*flag = i % 2;
			return true;
		}
	return false;
}

bool value_device(const char *text)
{
	size_t length = strlen(text), i;

	if (!length || length >= IFNAMSIZ || !strcmp(text, ".") || !strcmp(text, ".."))
		return false;
	for (i = 0; i < length; i++)
		/* '%' is a pattern to the kernel; it would choose the name itself */
		if (!isgraph((unsigned char)text[i]) || strchr("/:%", text[i]))
			return false;
	return true;
}

bool value_host(const char *text)
{
	size_t length = strlen(text), label = 0, i;
	bool letter = false;

	if (length && text[length - 1] == '.')
		length--;
	if (!length || length > HOST_MAX)
		return false;
	for (i = 0; i < length; i++) {
		unsigned char c = text[i];

		if (c == '.') {
			if (!label || text[i - 1] == '-')
				return false;
			label = 0;
			/* What matters is the last label: all digits is an address gone wrong */
			letter = false;
			continue;
		}
		if (!isalnum(c) && c != '-' && c != '_')
			return false;
		if ((c == '-' && !label) || ++label > LABEL_MAX)
			return false;
		letter |= !isdigit(c);
	}
	return label && letter && text[length - 1] != '-';
}

static size_t secret_hex(const char *digits, uint8_t *secret, size_t size, const char **why)
{
	size_t length = strlen(digits), i;

	if (length % 2 || strspn(digits, "0123456789abcdefABCDEF") != length) {
		*why = "behind 0x an even number of hexadecimal digits is allowed; write a key "
		       "that itself begins with 0x as 0x and its bytes in hexadecimal";
		return 0;
	}
	if (length / 2 > size) {
		*why = "it is too long";
		return 0;
	}
	for (i = 0; i < length; i += 2) {
		char pair[3] = { digits[i], digits[i + 1], 0 };
		const char *at = pair;
		uint64_t byte = 0;

		take_number(&at, 16, &byte);
		secret[i / 2] = byte;
		OPENSSL_cleanse(pair, sizeof(pair));
	}
	return length / 2;
}

static size_t secret_base64(const char *text, uint8_t *secret, size_t size, const char **why)
{
	size_t length = strlen(text), room = length / 4 * 3;
	uint8_t decoded[1024];
	int n;

	if (!length)
		return 0;
	if (room > sizeof(decoded)) {
		*why = "it is too long";
		return 0;
	}
	/* EVP's count includes the padding's zero bytes */
	n = length % 4 ? -1 : EVP_DecodeBlock(decoded, (const unsigned char *)text, length);
	if (n > 0 && text[length - 1] == '=')
		n -= text[length - 2] == '=' ? 2 : 1;
	*why = n < 0 ? "behind 0s base64 with its padding is allowed; write a key that itself "
		       "begins with 0s as 0x and its bytes in hexadecimal" : "it is too long";
	if (n < 0 || (size_t)n > size)
		n = 0;
	memcpy(secret, decoded, n);
	OPENSSL_cleanse(decoded, sizeof(decoded));
	return n;
}

size_t value_secret(const char *text, uint8_t *secret, size_t size, const char **why)
{
	size_t length = strlen(text);

	*why = "it is empty";
	if (!strncmp(text, "0x", 2))
		return secret_hex(text + 2, secret, size, why);
	if (!strncmp(text, "0s", 2))
		return secret_base64(text + 2, secret, size, why);
	if (length > size) {
		*why = "it is too long";
		return 0;
	}
	memcpy(secret, text, length);
	return length;
}
