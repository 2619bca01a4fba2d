// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/tunnel.h"

#include <math.h>
#include <string.h>

#include "adit/client.h"
#include "adit/quantity.h"

/* Column at which the values stand */
#define LABEL "  %-11s "
#define BLANK "              "
_Static_assert(sizeof(BLANK) - 1 == TUNNEL_INDENT, "the column of the values");

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = member_string(object, name);

	return text ? text : "";
}

enum colour tunnel_state_colour(const char *state)
{
	if (!strcmp(state, "established"))
		return COLOUR_GREEN;
	return strcmp(state, "down") ? COLOUR_YELLOW : COLOUR_RED;
}

static void print_coloured(FILE *out, const char *text, enum colour colour)
{
	terminal_begin(out, colour);
	terminal_text(out, text);
	terminal_end(out, colour);
}

/* "a, b, c" of an array of words. Return: whether there was any */
static bool print_words(FILE *out, const json_t *words, const char *before)
{
	const json_t *word;
	size_t i;

	json_array_foreach(words, i, word) {
		fputs(i ? ", " : before, out);
		terminal_text(out, json_is_string(word) ? json_string_value(word) : "?");
	}
	return json_array_size(words);
}

static void print_in(FILE *out, const json_t *object, const char *name, const char *what)
{
	char text[QUANTITY_TEXT];
	double seconds;

	if (member_number(object, name, &seconds))
		fprintf(out, ", %s in %s", what, duration_format(seconds, text));
}

static void print_since(FILE *out, const json_t *object, const char *name, const char *what,
			double now)
{
	char text[QUANTITY_TEXT];
	double when;

	if (member_number(object, name, &when))
		fprintf(out, ", %s %s", what, duration_format(now - when, text));
}

static void print_head(FILE *out, const json_t *tunnel, double now)
{
	const char *state = text_of(tunnel, "state");
	char text[QUANTITY_TEXT];
	double number;

	print_coloured(out, text_of(tunnel, "name"), COLOUR_BOLD);
	fputs(": ", out);
	print_coloured(out, state, tunnel_state_colour(state));
	if (member_number(tunnel, "since", &number) && number > 0) {
		fprintf(out, " since %s", clock_format(number, now, text));
		fprintf(out, " (%s)", duration_format(now - number, text));
	}
	if (member_number(tunnel, "attempt", &number) && number > 0)
		fprintf(out, ", attempt %.0f", number);
	print_in(out, tunnel, "retry_in", "next");
	fputc('\n', out);
}

static void print_end(FILE *out, const char *label, const json_t *tunnel, const char *address,
		      const char *id)
{
	const char *where = text_of(tunnel, address), *name = "";
	const char *who = text_of(json_object_get(tunnel, "ike"), id);

	if (!strcmp(address, "remote"))
		name = text_of(tunnel, "remote_name");
	if (!*where && !*name)
		return;
	fprintf(out, LABEL, label);
	terminal_text(out, *where ? where : name);
	if (*where && *name && strcmp(name, where)) {
		fputs(" (", out);
		terminal_text(out, name);
		fputc(')', out);
	}
	if (*who && strcmp(who, where)) {
		fputs(", identity ", out);
		terminal_text(out, who);
	}
	fputc('\n', out);
}

static void print_device(FILE *out, const json_t *tunnel)
{
	const json_t *carrier = json_object_get(tunnel, "carrier");
	double mtu, metric = 0;

	fprintf(out, LABEL, "device");
	terminal_text(out, text_of(tunnel, "device"));
	if (!json_is_boolean(carrier))
		fputs(", not there", out);
	else
		fputs(json_is_true(carrier) ? ", carrier" : ", no carrier", out);
	if (member_number(tunnel, "mtu", &mtu))
		fprintf(out, ", MTU %.0f", mtu);
	print_words(out, json_object_get(tunnel, "addresses"), ", ");
	fputc('\n', out);
	if (!json_array_size(json_object_get(tunnel, "routes")))
		return;
	fprintf(out, LABEL, "routes");
	print_words(out, json_object_get(tunnel, "routes"), "");
	if (member_number(tunnel, "metric", &metric) && metric > 0)
		fprintf(out, ", metric %.0f", metric);
	fputc('\n', out);
}

static void print_lease(FILE *out, const json_t *lease)
{
	if (!json_is_object(lease))
		return;
	fprintf(out, LABEL, "assigned");
	terminal_text(out, text_of(lease, "address"));
	print_words(out, json_object_get(lease, "networks"), ", networks ");
	print_words(out, json_object_get(lease, "dns"), ", DNS ");
	if (*text_of(lease, "domain")) {
		fputs(", domain ", out);
		terminal_text(out, text_of(lease, "domain"));
	}
	fputc('\n', out);
	if (!*text_of(lease, "banner"))
		return;
	fprintf(out, LABEL, "banner");
	terminal_text(out, text_of(lease, "banner"));
	fputc('\n', out);
}

static void print_users(FILE *out, const json_t *users)
{
	const json_t *user;
	size_t i;

	json_array_foreach((json_t *)users, i, user) {
		fprintf(out, LABEL, i ? "" : "users");
		terminal_text(out, text_of(user, "user"));
		if (*text_of(user, "address")) {
			fputs(" has ", out);
			terminal_text(out, text_of(user, "address"));
		}
		fputs(", from ", out);
		terminal_text(out, text_of(user, "remote"));
		fputc('\n', out);
	}
}

static void print_nat(FILE *out, const json_t *ike)
{
	bool local = member_true(ike, "nat_local"), remote = member_true(ike, "nat_remote");
	double our = 0, peer = 0;

	member_number(ike, "local_port", &our);
	member_number(ike, "remote_port", &peer);
	if (!local && !remote && (our <= 500 || peer <= 500))
		return;
	fputs(BLANK, out);
	if (local || remote)
		fprintf(out, "NAT in front of %s, ", !remote ? "us" : !local ? "the peer" :
			"both");
	fprintf(out, "UDP port %.0f to %.0f\n", our, peer);
}

static void print_weak(FILE *out, const json_t *object)
{
	const json_t *weak = json_object_get(object, "weak");

	if (!json_array_size(weak))
		return;
	fputs(BLANK, out);
	terminal_begin(out, COLOUR_YELLOW);
	print_words(out, weak, "weak by today's standard: ");
	terminal_end(out, COLOUR_YELLOW);
	fputc('\n', out);
}

static void print_ike(FILE *out, const json_t *ike, double now)
{
	const char *proposal = text_of(ike, "proposal"), *state = text_of(ike, "state");

	fprintf(out, LABEL, "IKE SA");
	if (strcmp(state, "established")) {	/* names the exchange itself */
		terminal_text(out, state);
		fputs("; ", out);
	}
	if (*proposal) {
		terminal_text(out, proposal);
		fputs(", ", out);
	}
	if (!strcmp(state, "established")) {
		terminal_text(out, text_of(ike, "exchange"));
		fputs(" mode, ", out);
	}
	terminal_text(out, text_of(ike, "auth"));
	fputs(strcmp(text_of(ike, "role"), "initiator") ? ", the peer began" : ", we began", out);
	print_since(out, ike, "established", "up", now);
	print_in(out, ike, "rekey_in", "rekey");
	fputc('\n', out);
	print_nat(out, ike);
	print_weak(out, ike);
}

static void print_direction(FILE *out, const json_t *child, const char *label, const char *spi,
			    const char *packets, const char *bytes)
{
	double count = 0, size = 0;
	char text[QUANTITY_TEXT];

	member_number(child, packets, &count);
	member_number(child, bytes, &size);
	fprintf(out, BLANK "%-3s ", label);
	terminal_text(out, text_of(child, spi));
	fprintf(out, "  %.0f packets, %s\n", count, bytes_format(size, text));
}

static void print_drops(FILE *out, const json_t *drops)
{
	const char *reason, *separator = BLANK "dropped: ";
	json_t *count;

	json_object_foreach((json_t *)drops, reason, count) {
		fputs(separator, out);
		terminal_begin(out, COLOUR_YELLOW);
		terminal_text(out, reason);
		fprintf(out, " %.0f", json_number_value(count));
		terminal_end(out, COLOUR_YELLOW);
		separator = ", ";
	}
	if (json_object_size(drops))
		fputc('\n', out);
}

static void print_child(FILE *out, const json_t *child, double now)
{
	const json_t *ah = json_object_get(child, "ah");

	fprintf(out, LABEL, strcmp(text_of(child, "protocol"), "ah") ? "ESP SAs" : "AH SAs");
	terminal_text(out, text_of(child, "proposal"));
	if (json_is_object(ah)) {
		fputs(" in AH ", out);
		terminal_text(out, text_of(ah, "proposal"));
	}
	fputs(", ", out);
	terminal_text(out, text_of(child, "mode"));
	fputs(member_true(child, "encap") ? " mode in UDP" : " mode", out);
	if (member_true(child, "esn"))
		fputs(", ESN", out);
	print_since(out, child, "installed", "up", now);
	print_in(out, child, "rekey_in", "rekey");
	fputs("\n" BLANK, out);
	terminal_text(out, text_of(child, "local_ts"));
	fputs(" to ", out);
	terminal_text(out, text_of(child, "remote_ts"));
	fputc('\n', out);
	print_direction(out, child, "in", "spi_in", "packets_in", "bytes_in");
	print_direction(out, child, "out", "spi_out", "packets_out", "bytes_out");
	print_drops(out, json_object_get(child, "drops"));
	print_weak(out, child);
}

static void print_last_error(FILE *out, const json_t *tunnel, double now)
{
	const json_t *error = json_object_get(tunnel, "last_error");
	bool over = !strcmp(text_of(tunnel, "state"), "established");
	char text[QUANTITY_TEXT];
	double when;

	if (!json_is_object(error))
		return;
	fprintf(out, LABEL, "last error");
	if (member_number(error, "time", &when))
		fprintf(out, "%s (%s ago): ", clock_format(when, now, (char[QUANTITY_TEXT]){ 0 }),
			duration_format(now - when, text));
	terminal_begin(out, over ? COLOUR_DIM : COLOUR_RED);
	terminal_text(out, text_of(error, "text"));
	fputs(" [", out);
	terminal_text(out, text_of(error, "code"));
	fputc(']', out);
	terminal_end(out, over ? COLOUR_DIM : COLOUR_RED);
	fputc('\n', out);
}

void tunnel_print(FILE *out, const json_t *tunnel, double now)
{
	const json_t *ike = json_object_get(tunnel, "ike"), *child;
	size_t i;

	print_head(out, tunnel, now);
	print_end(out, "peer", tunnel, "remote", "remote_id");
	print_end(out, "us", tunnel, "local", "local_id");
	print_device(out, tunnel);
	print_lease(out, json_object_get(tunnel, "lease"));
	print_users(out, json_object_get(tunnel, "users"));
	if (json_is_object(ike))
		print_ike(out, ike, now);
	json_array_foreach(json_object_get(tunnel, "children"), i, child)
		print_child(out, child, now);
	print_last_error(out, tunnel, now);
}

void tunnel_traffic(const json_t *tunnel, double *in, double *out)
{
	const json_t *child;
	size_t i;

	*in = *out = 0;
	json_array_foreach(json_object_get(tunnel, "children"), i, child) {
		double bytes;

		if (member_number(child, "bytes_in", &bytes))
			*in += bytes;
		if (member_number(child, "bytes_out", &bytes))
			*out += bytes;
	}
}

/* Until the first of its IPsec SAs is renewed */
static double next_rekey(const json_t *tunnel)
{
	const json_t *child;
	double least = INFINITY;
	size_t i;

	json_array_foreach(json_object_get(tunnel, "children"), i, child) {
		double seconds;

		if (member_number(child, "rekey_in", &seconds) && seconds < least)
			least = seconds;
	}
	return least;
}

static const char *peer_of(const json_t *tunnel)
{
	const char *remote = text_of(tunnel, "remote");

	return *remote ? remote : text_of(tunnel, "remote_name");
}

/* Of the columns whose texts are the administrator's */
struct widths {
	int name, peer;
};

static int wider(int width, const char *text)
{
	return (int)strlen(text) > width ? (int)strlen(text) : width;
}

static void print_row(FILE *out, const json_t *tunnel, const struct widths *widths, double now)
{
	const char *state = text_of(tunnel, "state");
	const char *error = text_of(json_object_get(tunnel, "last_error"), "code");
	char since[QUANTITY_TEXT] = "", in[QUANTITY_TEXT], sent[QUANTITY_TEXT];
	char rekey[QUANTITY_TEXT] = "-";
	double when, bytes_in, bytes_out, next = next_rekey(tunnel);

	tunnel_traffic(tunnel, &bytes_in, &bytes_out);
	if (member_number(tunnel, "since", &when) && when > 0)
		duration_format(now - when, since);
	if (isfinite(next))
		duration_format(next, rekey);
	fprintf(out, "%-*s ", widths->name, text_of(tunnel, "name"));
	terminal_begin(out, tunnel_state_colour(state));
	fprintf(out, "%-11s", state);
	terminal_end(out, tunnel_state_colour(state));
	fprintf(out, " %8s  %-*s %8s %8s %8s%s", since, widths->peer, peer_of(tunnel),
		bytes_format(bytes_in, in), bytes_format(bytes_out, sent), rekey,
		*error ? "  " : "");
	terminal_text(out, error);
	fputc('\n', out);
}

void tunnel_table(FILE *out, const json_t *tunnels, double now)
{
	struct widths widths = { .name = 16, .peer = 15 };
	const json_t *tunnel;
	size_t i;

	json_array_foreach(tunnels, i, tunnel) {
		widths.name = wider(widths.name, text_of(tunnel, "name"));
		widths.peer = wider(widths.peer, peer_of(tunnel));
	}
	fprintf(out, "%-*s %-11s %8s  %-*s %8s %8s %8s  %s\n", widths.name, "TUNNEL", "STATE",
		"SINCE", widths.peer, "PEER", "IN", "OUT", "REKEY", "LAST ERROR");
	json_array_foreach(tunnels, i, tunnel)
		print_row(out, tunnel, &widths, now);
}
