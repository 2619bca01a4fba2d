// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Single values of what Amazon hands out.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "adit/aws.h"

/* The first counts. Of the text only what cannot do harm on a terminal. */
static void mistake(struct aws_tunnel *tunnel, const char *text, const char *what,
		    const char *wanted)
{
	char shown[AWS_NAME];
	size_t used = 0;

	if (*tunnel->mistake)
		return;
	for (; *text && used + 1 < sizeof(shown); text++)
		shown[used++] = isprint((unsigned char)*text) ? *text : '?';
	shown[used] = '\0';
	snprintf(tunnel->mistake, sizeof(tunnel->mistake), "'%s' for %s: %s", shown, what, wanted);
}

/* Digits, and where they end. Return: false when there are none, or beyond @max */
static bool digits(const char **text, unsigned long max, unsigned long *value)
{
	char *end;

	if (!isdigit((unsigned char)**text))
		return false;
	*value = strtoul(*text, &end, 10);
	*text = end;
	return *value <= max;
}

/* "28800", "28800 seconds", "30s" */
unsigned int aws_number(const char *text, unsigned int max, struct aws_tunnel *tunnel,
			const char *what)
{
	const char *rest = text;
	unsigned long value;
	char wanted[64];

	if (!*text)
		return 0;
	if (digits(&rest, max, &value)) {
		while (isspace((unsigned char)*rest))
			rest++;
		if (!strncasecmp(rest, "seconds", strlen(rest)))
			return (unsigned int)value;
	}
	snprintf(wanted, sizeof(wanted), "a plain number of at most %u is wanted", max);
	mistake(tunnel, text, what, wanted);
	return 0;
}

uint32_t aws_asn(const char *text, struct aws_tunnel *tunnel, const char *what)
{
	const char *rest = text;
	unsigned long value = 0, low;

	if (!*text)
		return 0;
	if (digits(&rest, UINT32_MAX, &value) && *rest == '.' && value <= UINT16_MAX) {
		rest++;
		if (digits(&rest, UINT16_MAX, &low))
			value = value << 16 | low;
		else
			value = 0;
	}
	if (value && value <= UINT32_MAX && !*rest)
		return (uint32_t)value;
	mistake(tunnel, text, what, "the ASN is a number such as 65000, or 1.10 in two halves");
	return 0;
}

void aws_usual(const char *text, const char *usual, struct aws_tunnel *tunnel, const char *what)
{
	size_t length = strlen(usual);

	if (!*text || (!strncasecmp(text, usual, length) &&
		       (!text[length] || !strcasecmp(text + length, " mode"))))
		return;
	mistake(tunnel, text, what, "Amazon's gateways do main mode, ESP and tunnel mode, nothing "
		"else. Download it again, or, for another peer, write the tunnel yourself with "
		"exchange, ah or mode (adit.conf(5))");
}

const char *aws_name(const char *text, const char *(*word_of)(const char *name),
		     struct aws_phase *phase)
{
	const char *word = word_of(text);

	if (!word && *text && !*phase->unknown &&
	    !aws_token(text, phase->unknown, sizeof(phase->unknown)))
		strcpy(phase->unknown, "?");
	return word;
}

static bool copy_if(const char *text, char *copy, size_t size, const char *others)
{
	size_t length = strlen(text);

	if (!length || length >= size)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)text[i]) && !strchr(others, text[i]))
			return false;
	memcpy(copy, text, length + 1);
	return true;
}

bool aws_token(const char *text, char *token, size_t size)
{
	return copy_if(text, token, size, "._-");
}

bool aws_key(const char *text, char *key, size_t size)
{
	size_t length = strlen(text);

	if (length < 8 || length > 64 || length >= size)
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isgraph((unsigned char)text[i]))
			return false;
	memcpy(key, text, length + 1);
	return true;
}

void aws_take_key(const char *text, struct aws_tunnel *tunnel)
{
	explicit_bzero(tunnel->psk, sizeof(tunnel->psk));
	/* Eight letters, as a key may have; Amazon shows them in place of one */
	tunnel->redacted = !strcasecmp(text, "REDACTED");
	if (!tunnel->redacted)
		aws_key(text, tunnel->psk, sizeof(tunnel->psk));
}

bool aws_arn(const char *text, char *arn, size_t size)
{
	return copy_if(text, arn, size, ":/_+=.@!-");
}

bool aws_key_usual(const char *key)
{
	const char *first = key;

	for (; *key; key++)
		if (!isalnum((unsigned char)*key) && !strchr("._", *key))
			return false;
	return first[strspn(first, (char []){ *first, '\0' })];
}

void aws_write_key(FILE *out, const char *key)
{
	if (key[0] != '0' || !strchr("xs", key[1])) {
		fprintf(out, "%s\n", key);
		return;
	}
	fputs("0x", out);
	for (; *key; key++)
		fprintf(out, "%02x", (unsigned char)*key);
	fputc('\n', out);
}
