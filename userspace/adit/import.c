// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * adit import: from the cloud console's download to a configuration.
 */
#include <errno.h>
#include <libgen.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "adit/aws.h"
#include "adit/aws_config.h"
#include "adit/client.h"
#include "adit/command.h"
#include "adit/files.h"

#define FOLDER		ADIT_SYSCONFDIR "/adit"
#define NAME_MAX_LENGTH	13	/* with "-1" a device's name */

static int failed(const struct anl_error *error)
{
	complain("%s", error->text);
	return ADIT_FAILED;
}

/* Routes that were given go before those of the file */
static int take_routes(const struct options *options, struct aws_connection *connection,
		       struct anl_error *error)
{
	const int family = connection->tunnels[0].inside6.address.family ? AF_INET6 : AF_INET;
	char text[ANL_PREFIX_TEXT];

	if (options->route_count)
		connection->route_count = 0;
	for (unsigned int i = 0; i < options->route_count; i++) {
		struct anl_prefix *route = &connection->routes[connection->route_count];

		/* Without its length it were one host */
		if (!strchr(options->routes[i], '/') ||
		    !anl_prefix_parse(options->routes[i], route) || !anl_prefix_is_network(route))
			return anl_fail(error, EINVAL, "--route %s: it takes a network such as "
					"10.0.0.0/16", options->routes[i]);
		if (route->address.family != family)
			return anl_fail(error, EINVAL, "--route %s: this connection carries IPv%d "
					"alone", options->routes[i], family == AF_INET6 ? 6 : 4);
		if (connection->theirs.length &&
		    (route->length < connection->theirs.length ||
		     !anl_prefix_contains(&connection->theirs, &route->address)))
			return anl_fail(error, EINVAL, "--route %s: this connection is for %s on "
					"Amazon's side alone", options->routes[i],
					anl_prefix_format(&connection->theirs, text));
		connection->route_count++;
	}
	return 0;
}

/* Where the configuration goes, and its keys beside it */
struct place {
	char config[PATH_MAX];
	char folder[PATH_MAX];
};

/* Made by the installation; where it was not, by the first import */
static int make_folder(const char *folder, struct anl_error *error)
{
	if (mkdir(folder, 0755) && errno != EEXIST)
		return anl_fail(error, errno, "cannot make %s: %s; -o writes elsewhere", folder,
				strerror(errno));
	return 0;
}

static int find_place(const struct options *options, const char *name, struct place *place,
		      struct anl_error *error)
{
	char path[PATH_MAX];
	int code;

	if (!options->output) {
		strcpy(place->folder, FOLDER);
		snprintf(place->config, sizeof(place->config), FOLDER "/conf.d/%s.conf", name);
		code = make_folder(FOLDER, error);
		return code ? code : make_folder(FOLDER "/conf.d", error);
	}
	if (!strcmp(options->output, "-"))
		return anl_fail(error, EINVAL, "-o takes a file, as the keys go beside it");
	if (strlen(options->output) >= sizeof(path))
		return anl_fail(error, ENAMETOOLONG, "the path is too long");
	strcpy(place->config, options->output);
	strcpy(path, options->output);
	if (!realpath(dirname(path), place->folder))
		return anl_fail(error, errno, "cannot write %s: %s", options->output,
				strerror(errno));
	if (strpbrk(place->folder, "\"\\$"))
		return anl_fail(error, EINVAL, "the folder's name must not have \", \\ or $ in it");
	return 0;
}

static int write_files(const struct aws_connection *connection, const char *name,
		       const struct place *place, struct files *files, struct anl_error *error)
{
	FILE *out = files_add(files, error, "%s", place->config);

	if (!out)
		return -error->code;
	aws_print_tunnels(out, connection, name, place->folder);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		out = files_add(files, error, "%s/%s-%u.psk", place->folder, name, i + 1);
		if (!out)
			return -error->code;
		aws_write_key(out, connection->tunnels[i].psk);
	}
	if (!connection->bgp)
		return 0;
	out = files_add(files, error, "%s/%s.bird", place->folder, name);
	if (!out)
		return -error->code;
	aws_print_bird(out, connection, name);
	out = files_add(files, error, "%s/%s.frr", place->folder, name);
	if (!out)
		return -error->code;
	aws_print_frr(out, connection, name);
	return 0;
}

/* A daemon that runs takes the new tunnels at once, so that `adit up` finds them */
static const char *reload(const struct options *options, const struct place *place)
{
	struct client_error error = { 0 };
	json_t *result;

	/* The unit's reload gives the daemon what root has written, too */
	if (options->output && !strcmp(place->folder, FOLDER "/conf.d"))
		return "'systemctl reload adit', then 'adit up'";
	if (options->output)
		return "include that file in " FOLDER "/adit.conf, then 'systemctl reload adit', "
		       "'adit up'";
	/* The installation's own includes that folder */
	if (access(FOLDER "/adit.conf", F_OK) && errno == ENOENT)
		return "write 'include(\"" FOLDER "/conf.d/*.conf\")' into " FOLDER "/adit.conf, "
		       "which is not there, then 'systemctl enable --now adit', 'adit up'";
	result = client_once(options->socket, json_pack("{s:s}", "command", "reload"), NULL, NULL,
			     &error);
	json_decref(result);
	if (result)
		return "'adit up' shows it coming up";
	if (!strcmp(error.code, "unreachable"))
		return "'systemctl enable --now adit', then 'adit up'";
	json_decref(error.details);
	return "'adit reload' says why the daemon does not take it yet";
}

/* What the administrator has to know of a file that was taken all the same */
static void remark(const struct aws_connection *connection)
{
	for (unsigned int i = 0; i < connection->tunnel_count; i++)
		if (!aws_key_usual(connection->tunnels[i].psk))
			complain("the key of tunnel %u is none that Amazon makes (letters, digits, "
				 "'.', '_'): where it is a placeholder, put the real one into its "
				 "file", i + 1);
	for (unsigned int i = 0; i < connection->tunnel_count; i++) {
		const struct aws_tunnel *tunnel = &connection->tunnels[i];
		const char *name = aws_left_out(&tunnel->ike);

		if (!name)
			name = aws_left_out(&tunnel->esp);
		if (name)
			complain("tunnel %u's own proposal is left out, as adit does not know "
				 "'%s': compare ike and esp with the tunnel's options", i + 1,
				 name);
	}
	if (connection->unplaced)
		complain("%u of the TunnelOptions in the JSON are left out, as neither their "
			 "OutsideIpAddress nor their TunnelInsideCidr is of a tunnel of the XML: "
			 "compare ike and esp with them", connection->unplaced);
	if (connection->bgp && !connection->theirs.length && connection->route_count)
		complain("--route is left out, as the routes of this connection come by BGP");
	if (connection->tunnel_count < AWS_TUNNELS)
		complain("the file has one tunnel where Amazon makes two: it may be cut off, and "
			 "none stands by");
}

static void report(const struct aws_connection *connection, const char *name,
		   const struct place *place, const char *next)
{
	printf("%s: %u tunnel%s, %s\n", connection->id, connection->tunnel_count,
	       connection->tunnel_count == 1 ? "" : "s",
	       connection->bgp ? "routes by BGP" : "static routes");
	printf("wrote %s, keys in %s/%s-*.psk\n", place->config, place->folder, name);
	if (connection->bgp)
		printf("wrote %s/%s.bird and %s.frr: one of them is for your BGP daemon\n",
		       place->folder, name, name);
	else if (!connection->route_count && !connection->theirs.length)
		printf("the file names no networks: set route in %s, or import again with "
		       "--route NETWORK --force\n", place->config);
	printf("next: %s\n", next);
}

/* The daemon's own user, which reads what is in its folder; 0 where it runs as root */
static uid_t daemon_user(const struct options *options)
{
	const struct passwd *user = options->output || geteuid() ? NULL : getpwnam("adit");

	return user ? user->pw_uid : 0;
}

static int import(const struct options *options, const char *path,
		  struct aws_connection *connection)
{
	const char *name = options->name ? options->name : "aws";
	struct files files = {
		.replace = options->given & OPTION_FORCE, .owner = daemon_user(options),
	};
	struct anl_error error;
	struct place place;
	size_t length;
	char *content = files_read(path, &length, &error);
	int code;

	if (!content)
		return failed(&error);
	code = aws_read(content, length, options->connection, connection, &error);
	explicit_bzero(content, length);
	free(content);
	if (code) {
		complain("%s: %s", path, error.text);
		return ADIT_FAILED;
	}
	code = take_routes(options, connection, &error);
	if (!code)
		code = find_place(options, name, &place, &error);
	if (!code)
		code = write_files(connection, name, &place, &files, &error);
	if (!code)
		code = files_commit(&files, &error);
	files_drop(&files);
	if (code)
		return failed(&error);
	remark(connection);
	report(connection, name, &place, reload(options, &place));
	return ADIT_DONE;
}

static int run(const struct options *options, char **words)
{
	struct aws_connection connection;
	char token[NAME_MAX_LENGTH + 1];
	int status;

	if (!words[0] || strcmp(words[0], "aws"))
		return misused(&command_import, "from where? 'aws' is what there is");
	if (!words[1] || words[2])
		return misused(&command_import, "one file, or '-' for the standard input");
	/* A tunnel "-x-1" were an option to all other commands */
	if (options->name && (!aws_token(options->name, token, sizeof(token)) ||
			      strchr(".-", *options->name)))
		return misused(&command_import, "--name %s: it takes up to %d letters, digits, "
			       "'.', '_' and '-', the first a letter, a digit or '_'",
			       options->name, NAME_MAX_LENGTH);
	status = import(options, words[1], &connection);
	aws_erase(&connection);
	return status;
}

const struct command command_import = {
	.name = "import",
	.usage = "import aws FILE [-o FILE] [--name NAME] [--route NETWORK]… [--connection ID] "
		 "[--force] [--socket PATH]",
	.summary = "make a configuration out of what a cloud's console hands out",
	.options = OPTION_SOCKET | OPTION_OUTPUT | OPTION_NAME | OPTION_ROUTE | OPTION_FORCE |
		   OPTION_CONNECTION,
	.run = run,
	.help =
"Reads what Amazon hands out for a Site-to-Site VPN connection - the output of\n"
"'aws ec2 describe-vpn-connections --output json' (best), the XML in it, or the download\n"
"'Generic' - and writes two tunnels, one preferred and one as stand-by, with their keys in\n"
"files of mode 0600, and with snippets for BIRD and FRR where routes come by BGP. Nothing\n"
"that exists is overwritten.\n"
"\n"
"  -o, --output FILE  the configuration (default /etc/adit/conf.d/NAME.conf); keys go beside it\n"
"  --name NAME        tunnels and devices are called NAME-1 and NAME-2 (default aws)\n"
"  --route NETWORK    a network behind the tunnels, for static routes; may be repeated\n"
"  --connection ID    which (vpn-…), where the JSON holds several\n"
"  --force            replace what exists",
};
