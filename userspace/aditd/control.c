// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "aditd/client.h"
#include "aditd/daemon.h"
#include "aditd/log.h"
#include "aditd/memory.h"
#include "aditd/permission.h"

#define BACKLOG 16

struct control {
	struct daemon *daemon;
	uv_pipe_t listener;
	char *path;
	struct client *clients;		/* linked */
	size_t client_count;
};

static void on_client_gone(void *ctx, struct client *client)
{
	struct control *control = ctx;

	client_unlink(&control->clients, client);
	control->client_count--;
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct control *control = listener->data;
	struct client *client;

	if (status < 0)
		return;
	client = client_accept(control->daemon, listener, on_client_gone, control);
	if (!client)
		return;
	client_link(&control->clients, client);
	if (++control->client_count > CONTROL_CLIENTS_MAX)
		client_refuse(client, "busy", "too many clients are connected; close one");
	else if (!permission_granted(client_fd(client)))
		client_refuse(client, "permission", "only root and the group " ADIT_CONTROL_GROUP
			      " may talk to aditd; use sudo, or join the group");
}

void control_event(struct control *control, const char *tunnel, json_t *event)
{
	struct client *client, *next;

	for (client = control->clients; client; client = next) {
		next = client_next(client);
		client_event(client, tunnel, event);
	}
}

void control_tunnel_changed(struct control *control, const struct tunnel *tunnel)
{
	struct client *client, *next;

	for (client = control->clients; client; client = next) {
		next = client_next(client);
		client_tunnel_changed(client, tunnel);
	}
}

/* A socket whose daemon lives answers; one that was left behind does not */
static bool in_use(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool answers;

	if (fd < 0)
		return false;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	answers = !connect(fd, (struct sockaddr *)&address, sizeof(address));
	close(fd);
	return answers;
}

static int make_directory(const char *path)
{
	char *directory = memory_copy_text(path), *slash = strrchr(directory, '/');
	int err = 0;

	if (slash && slash != directory) {
		*slash = 0;
		if (mkdir(directory, 0755) && errno != EEXIST)
			err = -errno;
	}
	free(directory);
	return err;
}

static int listen_at(struct control *control, const char *path)
{
	mode_t mask;
	int err;

	unlink(path);
	/* Nobody else may connect between bind and chmod */
	mask = umask(0177);
	err = uv_pipe_bind(&control->listener, path);
	umask(mask);
	if (!err)
		err = permission_set(path);
	if (!err)
		err = uv_listen((uv_stream_t *)&control->listener, BACKLOG, on_connection);
	return err;
}

static void on_closed(uv_handle_t *handle)
{
	struct control *control = handle->data;

	free(control->path);
	free(control);
}

struct control *control_open(struct daemon *daemon, char *error, size_t size)
{
	const char *path = daemon->socket_path;
	struct control *control;
	int err = make_directory(path);

	if (strlen(path) >= sizeof(((struct sockaddr_un *)0)->sun_path)) {
		snprintf(error, size,
			 "control socket %s: the path is too long; at most %zu characters", path,
			 sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
		return NULL;
	}
	if (in_use(path)) {
		snprintf(error, size,
			 "control socket %s: another aditd answers there; stop it, or use "
			 "--socket",
			 path);
		return NULL;
	}
	control = memory_new(sizeof(*control));
	control->daemon = daemon;
	uv_pipe_init(&daemon->loop, &control->listener, 0);
	control->listener.data = control;
	if (!err)
		err = listen_at(control, path);
	if (!err) {
		control->path = memory_copy_text(path);
		return control;
	}
	snprintf(error, size, "control socket %s: %s; run as root, or use --socket", path,
		 uv_strerror(err));
	uv_close((uv_handle_t *)&control->listener, on_closed);
	return NULL;
}

void control_close(struct control *control)
{
	struct client *client, *next;

	if (!control)
		return;
	for (client = control->clients; client; client = next) {
		next = client_next(client);
		client_close(client);
	}
	unlink(control->path);
	uv_close((uv_handle_t *)&control->listener, on_closed);
}
