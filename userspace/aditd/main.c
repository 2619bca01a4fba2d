// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * aditd: the IKEv1 keying daemon of adit.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "aditd/background.h"
#include "aditd/config.h"
#include "aditd/control.h"
#include "aditd/daemon.h"
#include "aditd/log.h"
#include "aditd/mistake.h"
#include "aditd/notify.h"

struct options {
	const char *config;
	const char *socket;
	bool check;
	bool foreground;
};

enum { EXIT_USAGE = 2 };

static int usage(FILE *out, int status)
{
	fputs("usage: aditd [-c FILE] [--check] [--foreground] [--socket PATH]\n"
	      "  -c, --config FILE   the configuration, default " CONFIG_PATH "\n"
	      "      --check         check it and say every mistake; exit status 0 or 1\n"
	      "  -f, --foreground    stay in the foreground and log to standard error\n"
	      "      --socket PATH   the control socket, default " ADIT_CONTROL_PATH "\n"
	      "  -V, --version       print the version\n", out);
	return status;
}

/* -1: go on; otherwise the exit status */
static int options_read(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "check", no_argument, NULL, 'k' },
		{ "foreground", no_argument, NULL, 'f' },
		{ "socket", required_argument, NULL, 's' },
		{ "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 }
	};
	int option;

	while ((option = getopt_long(argc, argv, "c:fVh", known, NULL)) != -1) {
		switch (option) {
		case 'c':
			options->config = optarg;
			break;
		case 'k':
			options->check = true;
			break;
		case 'f':
			options->foreground = true;
			break;
		case 's':
			options->socket = optarg;
			break;
		case 'V':
			puts("aditd " ADIT_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			return usage(stdout, EXIT_SUCCESS);
		default:
			return usage(stderr, EXIT_USAGE);
		}
	}
	if (optind == argc)
		return -1;
	fprintf(stderr, "aditd: '%s' is not understood here\n", argv[optind]);
	return usage(stderr, EXIT_USAGE);
}

static void print_all(const struct mistakes *list, const char *kind)
{
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct mistake *one = &list->list[i];

		if (one->line)
			fprintf(stderr, "%s:%u: %s%s\n", one->file, one->line, kind, one->text);
		else
			fprintf(stderr, "%s: %s%s\n", one->file, kind, one->text);
	}
}

static struct config *config_read(const char *path, bool check)
{
	struct mistakes mistakes = { 0 }, warnings = { 0 };
	struct config *config = config_load(path, &mistakes, &warnings);
	size_t i;

	print_all(&mistakes, "");
	if (check || !config)
		print_all(&warnings, "warning: ");
	for (i = 0; config && !check && i < warnings.count; i++)
		log_warning("%s:%u: %s", warnings.list[i].file, warnings.list[i].line,
			    warnings.list[i].text);
	mistakes_free(&mistakes);
	mistakes_free(&warnings);
	return config;
}

static const char *path_absolute(const char *path)
{
	static char lines[2][PATH_MAX];
	static unsigned int next;
	char directory[PATH_MAX];
	char *text = lines[next++ % 2];

	if (path[0] == '/' || !getcwd(directory, sizeof(directory)) ||
	    snprintf(text, PATH_MAX, "%s/%s", directory, path) >= PATH_MAX)
		return path;
	return text;
}

static int run(const struct options *options, struct config *config)
{
	struct daemon daemon = {
		.config_path = options->config, .socket_path = options->socket, .config = config,
	};
	char error[1024];
	bool good;

	uv_loop_init(&daemon.loop);
	good = daemon_open(&daemon, error, sizeof(error));
	if (good) {
		log_info("aditd " ADIT_VERSION " runs with %zu tunnels of %s", config->tunnel_count,
			 options->config);
		notify_ready();
		background_ready();
		daemon_run(&daemon);
	} else {
		log_error("%s", error);
	}
	daemon_close(&daemon);
	/* A thread that still asks DNS would be waited for by exit() */
	if (uv_loop_close(&daemon.loop))
		_exit(good ? EXIT_SUCCESS : EXIT_FAILURE);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_PATH, .socket = ADIT_CONTROL_PATH };
	int status = options_read(&options, argc, argv);
	struct config *config;

	if (status >= 0)
		return status;
	log_open();
	/* In the background the working directory is another one */
	options.config = path_absolute(options.config);
	options.socket = path_absolute(options.socket);
	config = config_read(options.config, options.check);
	if (!config)
		return EXIT_FAILURE;
	if (options.check) {
		config_free(config);
		return EXIT_SUCCESS;
	}
	if (!options.foreground && !background_enter())
		return EXIT_FAILURE;
	return run(&options, config);
}
