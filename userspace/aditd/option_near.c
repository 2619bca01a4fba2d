// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What was meant by a name that no option has: it is misspelt, or what the same thing is called in
 * ipsec.conf of libreswan or swanctl.conf of strongSwan.
 */
#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "aditd/option.h"

#define LETTERS 32

static const char *const elsewhere[][2] = {
	{ "left", "local" }, { "localaddrs", "local" }, { "right", "remote" },
	{ "remoteaddrs", "remote" }, { "peer", "remote" }, { "gateway", "remote" },
	{ "leftid", "local-id" }, { "rightid", "remote-id" }, { "leftsubnet", "local-ts" },
	{ "leftsubnets", "local-ts" }, { "rightsubnet", "remote-ts" },
	{ "rightsubnets", "remote-ts" }, { "authby", "auth" }, { "secret", "psk" },
	{ "presharedkey", "psk" }, { "auto", "start" }, { "startaction", "start" },
	{ "proposals", "ike" }, { "espproposals", "esp" }, { "ahproposals", "ah" },
	{ "phase2alg", "esp" }, { "salifetime", "esp-lifetime" }, { "keylife", "esp-lifetime" },
	{ "lifetime", "esp-lifetime" }, { "interface", "device" }, { "keepalives", "keepalive" },
	{ "forceencaps", "encap" }, { "encapsulation", "encap" }, { "loglevel", "log-level" },
	{ "aggressive", "exchange" }, { "leftcert", "cert" }, { "rightcert", "remote-cert" },
	{ "rightca", "ca" }, { "type", "mode" }, { "uniqueids", "unique" },
	{ "pfs", "esp" }, { "pfsgroup", "esp" }, { "dhgroup", "ike" }, { "ikealg", "ike" },
	{ "phase1alg", "ike" }, { "localsubnet", "local-ts" }, { "remotesubnet", "remote-ts" },
	{ "leftsourceip", "address" }, { "leftsendcert", "send-cert" },
	{ "dpdinterval", "dpd-delay" }, { "username", "xauth-user" },
	{ "xauthusername", "xauth-user" },
};

/* The letters and digits, in lower case */
static size_t squeeze(const char *name, char letters[LETTERS])
{
	size_t count = 0;

	for (; *name && count + 1 < LETTERS; name++)
		if (isalnum((unsigned char)*name))
			letters[count++] = (char)tolower((unsigned char)*name);
	letters[count] = '\0';
	return count;
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

/* Letters to insert, take away or change to make one of the other (Levenshtein's distance) */
static size_t distance(const char *a, const char *b)
{
	size_t row[LETTERS], width = strlen(b);

	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			size_t above = row[j];

			row[j] = least(above + 1, row[j - 1] + 1,
				       diagonal + (a[i - 1] != b[j - 1]));
			diagonal = above;
		}
	}
	return row[width];
}

static const char *in_table(const struct option *table, const char *name)
{
	for (; table->name; table++)
		if (!strcmp(table->name, name))
			return table->name;
	return NULL;
}

const char *option_near(const struct option *table, const char *name)
{
	char wanted[LETTERS], letters[LETTERS];
	size_t length = squeeze(name, wanted), best = length < 8 ? 1 : length / 4;
	const char *near = NULL;

	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(*elsewhere); i++)
		if (!strcmp(elsewhere[i][0], wanted) && in_table(table, elsewhere[i][1]))
			return in_table(table, elsewhere[i][1]);
	for (; table->name; table++) {
		size_t away;

		squeeze(table->name, letters);
		away = distance(wanted, letters);
		if (away < best || (away == best && !near)) {
			best = away;
			near = table->name;
		}
	}
	return length >= 3 ? near : NULL;
}
