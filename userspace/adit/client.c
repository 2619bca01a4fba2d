// SPDX-License-Identifier: GPL-2.0-or-later
#include "adit/client.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

/* A line of status for thousands of tunnels is long; one without end is not believed */
#define LINE_MAX_BYTES	(64u << 20)

/* Whoever waits for one answer, and not for events, is not to wait for ever */
#define PATIENCE	30	/* seconds */

struct client {
	int socket;
	char *buffer;
	size_t size;		/* of the buffer */
	size_t used;		/* bytes in it */
};

static void fail(struct client_error *error, const char *code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void fail(struct client_error *error, const char *code, const char *format, ...)
{
	va_list arguments;

	snprintf(error->code, sizeof(error->code), "%s", code);
	error->details = NULL;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
}

static void explain_connect(const char *path, int code, struct client_error *error)
{
	switch (code) {
	case ENOENT:
	case ECONNREFUSED:
		fail(error, "unreachable", "aditd is not running (nobody answers at %s): "
		     "start it with 'systemctl start adit'", path);
		break;
	case EACCES:
	case EPERM:
		fail(error, "permission", "not allowed to talk to aditd at %s: "
		     "be root, or a member of the group adit", path);
		break;
	default:
		fail(error, "unreachable", "cannot reach aditd at %s: %s", path, strerror(code));
	}
}

struct client *client_open(const char *path, struct client_error *error)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct client *client;

	if (strlen(path) >= sizeof(address.sun_path)) {
		fail(error, "unreachable", "the path of the socket is too long: %s", path);
		return NULL;
	}
	strcpy(address.sun_path, path);
	client = calloc(1, sizeof(*client));
	if (!client) {
		fail(error, "unreachable", "out of memory");
		return NULL;
	}
	client->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->socket < 0 ||
	    connect(client->socket, (struct sockaddr *)&address, sizeof(address))) {
		explain_connect(path, errno, error);
		client_close(client);
		return NULL;
	}
	return client;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	if (client->socket >= 0)
		close(client->socket);
	free(client->buffer);
	free(client);
}

static bool send_all(struct client *client, const char *bytes, size_t length)
{
	while (length) {
		ssize_t sent = send(client->socket, bytes, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		bytes += sent;
		length -= (size_t)sent;
	}
	return true;
}

static bool send_request(struct client *client, json_t *request, struct client_error *error)
{
	char *line = json_dumps(request, JSON_COMPACT);
	bool sent = line && send_all(client, line, strlen(line)) && send_all(client, "\n", 1);

	free(line);
	json_decref(request);
	/* The daemon may have said why before it hung up: an answer is looked for even so */
	if (!sent && errno != EPIPE) {
		fail(error, "unreachable", "cannot send the request to aditd: %s", strerror(errno));
		return false;
	}
	return true;
}

static bool make_room(struct client *client)
{
	size_t size = client->size ? 2 * client->size : 4096;
	char *buffer;

	if (client->used < client->size)
		return true;
	if (size > LINE_MAX_BYTES)
		return false;
	buffer = realloc(client->buffer, size);
	if (!buffer)
		return false;
	client->buffer = buffer;
	client->size = size;
	return true;
}

/* One line, parsed. Return: a new reference; NULL after an error */
static json_t *receive_line(struct client *client, struct client_error *error)
{
	size_t looked_at = 0;

	for (;;) {
		char *end = client->used == looked_at ? NULL :
			memchr(client->buffer + looked_at, '\n', client->used - looked_at);
		ssize_t received;

		if (end) {
			size_t length = (size_t)(end - client->buffer);
			json_t *line = json_loadb(client->buffer, length, 0, NULL);

			client->used -= length + 1;
			memmove(client->buffer, end + 1, client->used);
			if (!line)
				fail(error, "request", "aditd sent something that is not JSON");
			return line;
		}
		looked_at = client->used;
		if (!make_room(client)) {
			fail(error, "request", "aditd's answer is too long");
			return NULL;
		}
		received = recv(client->socket, client->buffer + client->used,
				client->size - client->used, 0);
		if (received < 0 && errno == EINTR)
			continue;
		if (received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			fail(error, "no-answer", "aditd runs, but has not answered for %d s: "
			     "'journalctl -u adit' may say why, 'systemctl restart adit' ends it",
			     PATIENCE);
			return NULL;
		}
		if (received <= 0) {
			fail(error, "unreachable", received ? "lost the connection to aditd: %s" :
			     "aditd closed the connection", strerror(errno));
			return NULL;
		}
		client->used += (size_t)received;
	}
}

static void take_error(json_t *object, struct client_error *error)
{
	const char *code = member_string(object, "code");
	const char *text = member_string(object, "text");

	fail(error, code ? code : "request", "%s", text ? text : "aditd gave no reason");
	error->details = json_incref(object);
}

json_t *client_ask(struct client *client, json_t *request,
		   void (*event)(const json_t *event, void *context), void *context,
		   struct client_error *error)
{
	if (!send_request(client, request, error))
		return NULL;
	for (;;) {
		json_t *line = receive_line(client, error);
		json_t *result;

		if (!line)
			return NULL;
		result = json_incref(json_object_get(line, "result"));
		if (result) {
			json_decref(line);
			return result;
		}
		if (json_object_get(line, "error")) {
			take_error(json_object_get(line, "error"), error);
			json_decref(line);
			return NULL;
		}
		if (event && json_object_get(line, "event"))
			event(json_object_get(line, "event"), context);
		json_decref(line);
	}
}

json_t *client_once(const char *path, json_t *request,
		    void (*event)(const json_t *event, void *context), void *context,
		    struct client_error *error)
{
	const struct timeval patience = { .tv_sec = PATIENCE };
	struct client *client = client_open(path, error);
	json_t *result;

	if (!client) {
		json_decref(request);
		return NULL;
	}
	if (!event)
		setsockopt(client->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	result = client_ask(client, request, event, context, error);
	client_close(client);
	return result;
}

const char *member_string(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

bool member_number(const json_t *object, const char *name, double *number)
{
	const json_t *member = json_object_get(object, name);

	if (!json_is_number(member))
		return false;
	*number = json_number_value(member);
	return true;
}

bool member_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}
