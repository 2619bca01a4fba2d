/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What Amazon hands out for a Site-to-Site VPN connection, read from any of
 * its forms: the CustomerGatewayConfiguration XML, the JSON of
 * describe-vpn-connections, and the "Generic" text file.
 *
 * The files are not trusted: every text is bounded and checked before it gets
 * anywhere near a configuration.
 */
#ifndef ADIT_TOOL_AWS_H
#define ADIT_TOOL_AWS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "netlink/error.h"
#include "netlink/prefix.h"

#define AWS_TUNNELS	2
#define AWS_ROUTES_MAX	256
#define AWS_WORDS_MAX	32
#define AWS_TEXT	160
#define AWS_NAME	40

/**
 * struct aws_words - algorithms that are allowed, in the words of adit.conf
 * @count: 0: the file does not say, so what Amazon allows by default
 * @unknown: the first that adit does not know; "" when it knows all
 */
struct aws_words {
	const char *list[AWS_WORDS_MAX];
	unsigned int count;
	char unknown[AWS_NAME];
};

/**
 * struct aws_phase - one phase
 * @cipher, @hash, @group: the file's own proposal; NULL where it has none
 * @ciphers, @hashes, @groups: what the tunnel's options allow
 * @unknown: the first name of the file's own proposal that adit does not know; "": it knows all
 * @lifetime: seconds; 0: not said
 */
struct aws_phase {
	const char *cipher, *hash, *group;
	char unknown[AWS_NAME];
	struct aws_words ciphers, hashes, groups;
	unsigned int lifetime;
};

/**
 * struct aws_tunnel - one of the two tunnels
 * @remote: Amazon's outside address
 * @local: ours as Amazon knows it, which may be that of a NAT in front of us;
 *	   family AF_UNSPEC when the file leaves it open
 * @inside, @inside6: our addresses in the tunnel; @peer, @peer6: Amazon's
 * @our_asn, @peer_asn: for BGP; 0: none
 * @margin, @fuzz, @window: of the tunnel's options; 0: not said (@fuzz: -1)
 * @dpd_timeout: seconds; 0: not said, so @dpd_interval times @dpd_retries
 * @ikev2_file: the file is one for IKEv2; @ikev2_options: the options do not allow IKEv1
 * @redacted: the key stands in Amazon's Secrets Manager, and REDACTED in the file
 * @mistake: what the file says that cannot be taken, to stand behind "has"; "": nothing
 */
struct aws_tunnel {
	struct anl_address remote;
	struct anl_address local;
	struct anl_prefix inside, inside6;
	struct anl_address peer, peer6;
	char psk[AWS_TEXT];
	struct aws_phase ike, esp;
	unsigned int dpd_interval, dpd_retries;
	uint32_t our_asn, peer_asn;
	unsigned int hold_time;
	unsigned int margin, window;
	int fuzz;
	unsigned int dpd_timeout;
	bool ikev2_file, ikev2_options;
	bool redacted;
	char mistake[2 * AWS_TEXT];
};

/**
 * struct aws_connection - a connection
 * @bgp: routes come by BGP; otherwise they are static
 * @secret: the ARN of what Amazon's Secrets Manager has for it, which is not to say that it has
 *	    the keys; "": none
 * @unplaced: options that name none of the tunnels, and so are none of theirs
 * @accelerated: Amazon takes ESP in UDP only
 * @ours, @theirs: the selectors that were agreed, as seen from here; length 0, or family
 *		   AF_UNSPEC: any
 * @behind: the networks behind us that Amazon routes to us: the file's static routes
 * @routes: networks of the cloud, for our routes: no file names them, the administrator does
 */
struct aws_connection {
	char id[AWS_TEXT];
	bool bgp;
	char secret[AWS_TEXT];
	unsigned int unplaced;
	bool accelerated;
	struct anl_prefix ours, theirs;
	struct anl_prefix behind[AWS_ROUTES_MAX];
	unsigned int behind_count;
	struct aws_tunnel tunnels[AWS_TUNNELS];
	unsigned int tunnel_count;
	struct anl_prefix routes[AWS_ROUTES_MAX];
	unsigned int route_count;
};

/**
 * aws_read - read a file's content, whichever form and encoding it has
 * @wanted: the connection (vpn-…) that is meant; NULL: the only one in the file
 *
 * Return: 0, or -EINVAL with @error saying what the file is or lacks.
 */
int aws_read(const char *content, size_t length, const char *wanted,
	     struct aws_connection *connection, struct anl_error *error);

/* The forms, for aws_read(): each fills in an empty @connection */
int aws_read_any(const char *content, size_t length, const char *wanted,
		 struct aws_connection *connection, struct anl_error *error);
int aws_read_xml(const char *content, size_t length, struct aws_connection *connection,
		 struct anl_error *error);
int aws_read_json(const char *content, size_t length, const char *wanted,
		  struct aws_connection *connection, struct anl_error *error);
int aws_read_text(const char *content, size_t length, struct aws_connection *connection,
		  struct anl_error *error);

/** aws_is_text - the "Generic" text, by its headings. Vendors' files have marks before theirs. */
bool aws_is_text(const char *content, size_t length);

/**
 * aws_foreign - what a file is that is none of these: "a configuration for …"; NULL when it is
 * not known
 */
const char *aws_foreign(const char *content, size_t length);

/**
 * aws_decode - UTF-16 as PowerShell's ">" writes it, or the one byte a character of the command
 * prompt's, as ASCII
 * @length: of the content, then of what is returned
 *
 * Characters beyond it become '?': none of Amazon's forms has any but in names that people gave.
 * Return: to be wiped and freed; NULL when it is neither.
 */
char *aws_decode(const char *content, size_t *length);

/** aws_check - what every form must have given; the last step of aws_read(). */
int aws_check(const struct aws_connection *connection, struct anl_error *error);

/** aws_erase - wipe the keys. */
void aws_erase(struct aws_connection *connection);

/*
 * Amazon's names as words of adit.conf: "aes-128-cbc", "AES128-GCM-16" …;
 * "hmac-sha1-96", "SHA2-256" …; "group2", 14 …. NULL for an unknown one.
 */
const char *aws_cipher(const char *name);
const char *aws_hash(const char *name);
const char *aws_group(const char *name);

/**
 * aws_proposals - what to propose, strongest first, the file's own last
 * @esp: phase 2
 * @words: each for a line of adit.conf
 *
 * Return: how many, at most AWS_WORDS_MAX.
 */
unsigned int aws_proposals(const struct aws_phase *phase, bool esp,
			   char words[AWS_WORDS_MAX][AWS_TEXT]);

/** aws_left_out - the name for which the file's own proposal is not proposed; NULL: none is */
const char *aws_left_out(const struct aws_phase *phase);

/*
 * Values of the XML and the text. One that cannot be taken is noted as the tunnel's mistake, by
 * @what it is for: it must not count as said nothing, nor by the digits that it begins with.
 */

/** aws_number - seconds, or a number of something; 0: not said */
unsigned int aws_number(const char *text, unsigned int max, struct aws_tunnel *tunnel,
			const char *what);

/** aws_asn - for BGP, also in two halves: 1.10 is 65546 (RFC 5396); 0: not said */
uint32_t aws_asn(const char *text, struct aws_tunnel *tunnel, const char *what);

/** aws_usual - @text says nothing else than @usual, which is all that Amazon's gateways do */
void aws_usual(const char *text, const char *usual, struct aws_tunnel *tunnel, const char *what);

/** aws_name - the word for an algorithm of the file's own proposal; NULL, and noted: unknown */
const char *aws_name(const char *text, const char *(*word_of)(const char *name),
		     struct aws_phase *phase);

/** aws_token - @text holds only letters, digits and ". _ -", and fits. */
bool aws_token(const char *text, char *token, size_t size);

/** aws_key - a pre-shared key: 8 to 64 visible characters of ASCII. */
bool aws_key(const char *text, char *key, size_t size);

/** aws_take_key - the tunnel's key, in place of any before it. One that is not shown is none. */
void aws_take_key(const char *text, struct aws_tunnel *tunnel);

/** aws_arn - a resource's name, as it may stand in single quotes of a shell, and fits. */
bool aws_arn(const char *text, char *arn, size_t size);

/**
 * aws_key_usual - it has only what Amazon allows (letters, digits, '.', '_'), and is not one
 * character over and over, as placeholders are
 */
bool aws_key_usual(const char *key);

/** aws_write_key - for a file of psk-file, where "0x" and "0s" introduce digits */
void aws_write_key(FILE *out, const char *key);

#endif
