// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What `adit import aws` reads, and what it writes of it.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adit/aws.h"
#include "adit/aws_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the file says, no more braces and quotes come out than we write ourselves */
static void check_tunnels(const struct aws_connection *connection)
{
	unsigned int open = 0, close = 0, quotes = 0, tunnels = 0;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	aws_print_tunnels(out, connection, "aws", "/etc/adit");
	fclose(out);
	for (const char *at = text; (at = strstr(at, "\ntunnel \"")); at++)
		tunnels++;
	for (size_t i = 0; i < size; i++) {
		open += text[i] == '{';
		close += text[i] == '}';
		quotes += text[i] == '"';
		if ((unsigned char)text[i] < ' ' && text[i] != '\n')
			abort();
	}
	if (open != close || quotes % 2 || tunnels != connection->tunnel_count ||
	    strstr(text, "include("))
		abort();
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct aws_connection connection;
	struct anl_error error = { 0 };
	int code = aws_read((const char *)data, size, NULL, &connection, &error);

	/* There is a connection, or a reason why there is none */
	if (!code == !!error.code)
		abort();
	if (!code) {
		FILE *out = fopen("/dev/null", "w");

		check_tunnels(&connection);
		aws_print_bird(out, &connection, "aws");
		aws_print_frr(out, &connection, "aws");
		fclose(out);
	}
	aws_erase(&connection);
	return 0;
}
