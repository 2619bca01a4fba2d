// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/client.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aditd/control.h"
#include "aditd/daemon.h"
#include "aditd/engine.h"
#include "aditd/memory.h"
#include "aditd/metrics.h"
#include "aditd/mistake.h"
#include "aditd/reload.h"
#include "aditd/request.h"
#include "aditd/status.h"
#include "aditd/tunnel.h"

#define INPUT_MAX	(CONTROL_QUEUE_MAX * CONTROL_LINE_MAX)
#define UNREAD_MAX 65536 /* bytes of answers; with more unread, no further request is taken */
#define PATIENCE	5.0		/* seconds: how long a refusal may yet turn into success */

/* How long a question to a peer may take: it is sent again a few times */
#define ANSWER_SECONDS	15

enum mode { MODE_IDLE, MODE_UP, MODE_MONITOR, MODE_ASK, MODE_TRIAL, MODE_HUSH };

struct client {
	struct daemon *daemon;
	struct client *next;
	void (*gone)(void *ctx, struct client *client);
	void *ctx;
	uv_pipe_t pipe;
	uv_timer_t timer;
	unsigned int handles;		/* still open */
	bool closing, eof, refused;
	char input[INPUT_MAX];
	size_t input_length;
	enum mode mode;
	char tunnel[IKE_NAME_MAX];	/* watched; "": all */
	double begun, deadline;		/* of MODE_UP: Unix time */
};

struct answer {
	uv_write_t request;
	char *text;
};

static void work(struct client *client);
static void on_timer(uv_timer_t *timer);

void client_link(struct client **list, struct client *client)
{
	client->next = *list;
	*list = client;
}

void client_unlink(struct client **list, struct client *client)
{
	while (*list && *list != client)
		list = &(*list)->next;
	if (*list)
		*list = client->next;
}

struct client *client_next(const struct client *client)
{
	return client->next;
}

int client_fd(const struct client *client)
{
	uv_os_fd_t fd = -1;

	uv_fileno((const uv_handle_t *)&client->pipe, &fd);
	return fd;
}

static void on_closed(uv_handle_t *handle)
{
	struct client *client = handle->data;

	if (--client->handles)
		return;
	free(client);
}

/* What lasts as long as the client: it is as before */
static void end_experiment(struct client *client)
{
	struct engine *engine = client->daemon->engine;
	struct tunnel *tunnel;
	char error[256];

	tunnel = client->mode == MODE_TRIAL ? tunnel_find(client->daemon, client->tunnel) : NULL;
	if (tunnel)
		tunnel_try_udp(tunnel, false);
	if (client->mode == MODE_HUSH &&
	    ike_hush(engine_ike(engine), client->tunnel, 0, engine_now(), error, sizeof(error)))
		engine_settle(engine);
}

void client_close(struct client *client)
{
	if (client->closing)
		return;
	client->closing = true;
	end_experiment(client);
	client->gone(client->ctx, client);
	uv_close((uv_handle_t *)&client->timer, on_closed);
	uv_close((uv_handle_t *)&client->pipe, on_closed);
}

/* The last answer is out */
static void hang_up_if_done(struct client *client)
{
	bool done = client->refused || (client->eof && client->mode == MODE_IDLE &&
					!memchr(client->input, '\n', client->input_length));

	if (done && !uv_stream_get_write_queue_size((uv_stream_t *)&client->pipe))
		client_close(client);
}

static void on_written(uv_write_t *request, int status)
{
	struct answer *answer = request->data;
	struct client *client = request->handle->data;

	free(answer->text);
	free(answer);
	if (client->closing)
		return;
	if (status < 0) {
		client_close(client);
		return;
	}
	hang_up_if_done(client);
	/* It reads again */
	if (!client->closing && client->mode == MODE_IDLE && client->input_length)
		uv_timer_start(&client->timer, on_timer, 0, 0);
}

/* {"name": value} as a line; value is taken over */
static void say(struct client *client, const char *name, json_t *value)
{
	json_t *object = json_pack("{s:o}", name, value);
	struct answer *answer;
	uv_buf_t buffer;
	char *text;
	size_t length;

	if (client->closing) {
		json_decref(object);
		return;
	}
	text = object ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	if (!text ||
	    uv_stream_get_write_queue_size((uv_stream_t *)&client->pipe) > CONTROL_OUTPUT_MAX) {
		free(text);
		client_close(client);
		return;
	}
	length = strlen(text);
	text = memory_array(text, length + 1, 1);
	text[length] = '\n';
	answer = memory_new(sizeof(*answer));
	answer->text = text;
	answer->request.data = answer;
	buffer = uv_buf_init(text, length + 1);
	if (uv_write(&answer->request, (uv_stream_t *)&client->pipe, &buffer, 1, on_written)) {
		free(answer->text);
		free(answer);
		client_close(client);
	}
}

static void say_error(struct client *client, const char *code, const char *text)
{
	json_t *error = json_pack("{s:s, s:s}", "code", code, "text", text);

	/* A text that is not UTF-8 came out of a file; the code is what counts */
	if (!error)
		error = json_pack("{s:s, s:s}", "code", code, "text", "see the log");
	say(client, "error", error);
}

void client_refuse(struct client *client, const char *code, const char *text)
{
	client->refused = true;
	say_error(client, code, text);
}

static bool watches(const struct client *client, const char *tunnel)
{
	return !*client->tunnel || (tunnel && !strcmp(client->tunnel, tunnel));
}

static void answered(struct client *client, const json_t *event)
{
	const char *proposal = json_string_value(json_object_get(event, "proposal"));
	const json_t *notify = json_object_get(event, "notify");

	client->mode = MODE_IDLE;
	uv_timer_stop(&client->timer);
	say(client, "result", json_pack("{s:s?, s:I}", "proposal", proposal, "notify",
					json_integer_value(notify)));
}

void client_event(struct client *client, const char *tunnel, json_t *event)
{
	const char *code = json_string_value(json_object_get(event, "code"));

	if (!watches(client, tunnel))
		return;
	if (client->mode == MODE_UP || client->mode == MODE_MONITOR)
		say(client, "event", json_incref(event));
	else if (client->mode == MODE_ASK && code && !strcmp(code, "answer"))
		answered(client, event);
}

static json_t *tunnels_asked(const struct client *client)
{
	return json_pack("{s:o}", "tunnels", status_tunnels(client->daemon, client->tunnel));
}

static void up_done(struct client *client)
{
	client->mode = MODE_IDLE;
	uv_timer_stop(&client->timer);
}

static void up_failed(struct client *client, const struct tunnel *tunnel)
{
	up_done(client);
	if (tunnel && *tunnel->error.code) {
		say_error(client, tunnel->error.code, tunnel->error.text);
		return;
	}
	say_error(client, "timeout",
		  "the tunnel is not up yet, and nothing failed so far; aditd goes "
		  "on trying, see adit status");
}

/* All are up; or one failed in a way that waiting will not cure; or the time is over */
static void up_look(struct client *client)
{
	const struct daemon *daemon = client->daemon;
	const struct tunnel *failed = NULL, *first = NULL;
	double now = daemon_time();
	bool up = true;
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++) {
		const struct tunnel *tunnel = daemon->tunnels[i];

		if (!watches(client, tunnel->config->name) || tunnel_is_usable(tunnel) ||
		    (tunnel->state == IKE_STATE_ESTABLISHED && now >= client->deadline))
			continue;
		up = false;
		if (!first)
			first = tunnel;
		if (*tunnel->error.code && tunnel->error.time >= client->begun &&
		    (!failed || (tunnel->error.final && !failed->error.final)))
			failed = tunnel;
	}
	if (up) {
		up_done(client);
		say(client, "result", tunnels_asked(client));
	} else if (now >= client->deadline || !first) {
		up_failed(client, failed);
	} else if (failed && failed->error.final && now >= client->begun + PATIENCE) {
		up_failed(client, failed);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct client *client = timer->data;

	if (client->mode == MODE_UP) {
		up_look(client);
	} else if (client->mode == MODE_ASK) {
		client->mode = MODE_IDLE;
		say_error(client, "timeout", "the question to the peer was not answered in time");
	}
	work(client);
}

void client_tunnel_changed(struct client *client, const struct tunnel *tunnel)
{
	if (client->mode != MODE_UP || client->closing || !watches(client, tunnel->config->name))
		return;
	/* From the loop: we may be within what the tunnel is doing */
	uv_timer_start(&client->timer, on_timer, 0, 200);
}

static void do_up(struct client *client, const struct request *request)
{
	struct daemon *daemon = client->daemon;
	size_t i;

	client->begun = daemon_time();
	client->deadline = client->begun + request->wait;
	client->mode = request->wait > 0 ? MODE_UP : MODE_IDLE;
	for (i = 0; i < daemon->tunnel_count; i++)
		if (watches(client, daemon->tunnels[i]->config->name))
			tunnel_start(daemon->tunnels[i], true);
	if (client->mode == MODE_UP)
		uv_timer_start(&client->timer, on_timer, 0, 200);
	else
		say(client, "result", tunnels_asked(client));
}

static void do_down(struct client *client)
{
	struct daemon *daemon = client->daemon;
	size_t i;

	for (i = 0; i < daemon->tunnel_count; i++)
		if (watches(client, daemon->tunnels[i]->config->name))
			tunnel_stop(daemon->tunnels[i]);
	say(client, "result", tunnels_asked(client));
}

static json_t *mistakes_json(const struct mistakes *mistakes)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < mistakes->count; i++) {
		const struct mistake *mistake = &mistakes->list[i];
		json_t *one = json_pack("{s:s, s:i, s:s}", "file", mistake->file, "line",
					(int)mistake->line, "text", mistake->text);

		if (one)
			json_array_append_new(list, one);
	}
	return list;
}

static void do_reload(struct client *client)
{
	struct mistakes mistakes = { 0 }, warnings = { 0 };
	struct reload changes;
	char text[1200];

	if (reload(client->daemon, &changes, &mistakes, &warnings)) {
		say(client, "result",
		    json_pack("{s:o, s:o, s:o, s:o, s:o}", "added", changes.added, "removed",
			      changes.removed, "changed", changes.changed, "unchanged",
			      changes.unchanged, "warnings", mistakes_json(&warnings)));
	} else {
		snprintf(text, sizeof(text), "%s:%u: %s", mistakes.list[0].file,
			 mistakes.list[0].line, mistakes.list[0].text);
		say(client, "error", json_pack("{s:s, s:s, s:o}", "code", "config", "text", text,
					       "mistakes", mistakes_json(&mistakes)));
	}
	mistakes_free(&mistakes);
	mistakes_free(&warnings);
}

static void do_metrics(struct client *client)
{
	char *text = metrics_text(client->daemon);

	say(client, "result", json_pack("{s:s}", "text", text));
	free(text);
}

static void do_ask(struct client *client, const struct request *request)
{
	struct engine *engine = client->daemon->engine;
	const char *words[REQUEST_WORDS_MAX];
	char error[512];
	size_t i;

	for (i = 0; i < request->word_count; i++)
		words[i] = request->words[i];
	if (!ike_ask(engine_ike(engine), client->tunnel, words, request->word_count, engine_now(),
		     error, sizeof(error))) {
		say_error(client, "request", error);
		return;
	}
	client->mode = MODE_ASK;
	uv_timer_start(&client->timer, on_timer, ANSWER_SECONDS * 1000, 0);
	engine_settle(engine);
}

static void do_trial(struct client *client)
{
	if (!tunnel_try_udp(tunnel_find(client->daemon, client->tunnel), true)) {
		say_error(client, "request", "this tunnel cannot be tried with ESP in UDP: encap "
			  "is not \"auto\", start is \"wait\", or it is tried already");
		return;
	}
	client->mode = MODE_TRIAL;
	say(client, "result", json_object());
}

static void do_hush(struct client *client)
{
	struct engine *engine = client->daemon->engine;
	char error[256];

	if (!ike_hush(engine_ike(engine), client->tunnel, CONTROL_HUSH_MAX, engine_now(), error,
		      sizeof(error))) {
		say_error(client, "request", error);
		return;
	}
	client->mode = MODE_HUSH;
	say(client, "result", json_object());
	engine_settle(engine);
}

static void do_version(struct client *client)
{
	const struct daemon *daemon = client->daemon;
	struct stat netns = { 0 };

	/* The inode names it (namespaces(7)); without /proc it is not known */
	if (stat("/proc/self/ns/net", &netns))
		netns.st_ino = 0;
	say(client, "result",
	    json_pack("{s:s, s:i, s:i, s:s, s:f, s:b, s:I, s:I, s:i, s:i}", "version", ADIT_VERSION,
		      "protocol", CONTROL_PROTOCOL, "pid", (int)getpid(), "config",
		      daemon->config_path, "since", daemon->since, "module", daemon->anl != NULL,
		      "mark", (json_int_t)daemon->config->mark, "netns",
		      (json_int_t)netns.st_ino, "port", (int)daemon->config->port, "natt_port",
		      (int)daemon->config->natt_port));
}

static void answer(struct client *client, const char *line, size_t length)
{
	struct request request;
	char error[256];

	if (!request_parse(&request, line, length, error, sizeof(error))) {
		say_error(client, "request", error);
		return;
	}
	if (*request.tunnel && !tunnel_find(client->daemon, request.tunnel)) {
		snprintf(error, sizeof(error),
			 "there is no tunnel \"%s\"; adit status lists them all", request.tunnel);
		say_error(client, "unknown-tunnel", error);
		return;
	}
	memcpy(client->tunnel, request.tunnel, sizeof(client->tunnel));
	switch (request.command) {
	case REQUEST_STATUS:
		say(client, "result", tunnels_asked(client));
		break;
	case REQUEST_UP:
		do_up(client, &request);
		break;
	case REQUEST_DOWN:
		do_down(client);
		break;
	case REQUEST_RELOAD:
		do_reload(client);
		break;
	case REQUEST_MONITOR:
		client->mode = MODE_MONITOR;
		break;
	case REQUEST_METRICS:
		do_metrics(client);
		break;
	case REQUEST_VERSION:
		do_version(client);
		break;
	case REQUEST_ASK:
		do_ask(client, &request);
		break;
	case REQUEST_HUSH:
		do_hush(client);
		break;
	case REQUEST_TRIAL:
		do_trial(client);
		break;
	}
}

/*
 * One of the requests that have come. The next one has to wait until the loop has looked after
 * everything else, and until the client has read: who asks much must not keep the tunnels waiting.
 */
static void work(struct client *client)
{
	char line[CONTROL_LINE_MAX];
	char *end;
	size_t length;

	if (client->mode != MODE_IDLE || client->closing || client->refused ||
	    uv_stream_get_write_queue_size((uv_stream_t *)&client->pipe) > UNREAD_MAX)
		return;
	end = memchr(client->input, '\n', client->input_length);
	length = end ? (size_t)(end - client->input) + 1 : client->input_length;
	if (length > CONTROL_LINE_MAX) {
		client_refuse(client, "request",
			      "the line is too long; a request has at most 4096 bytes");
		return;
	}
	if (end) {
		memcpy(line, client->input, length);
		client->input_length -= length;
		memmove(client->input, end + 1, client->input_length);
		answer(client, line, length - 1);
	}
	if (client->closing || client->mode != MODE_IDLE)
		return;
	if (end && client->input_length)
		uv_timer_start(&client->timer, on_timer, 0, 0);
	else
		hang_up_if_done(client);
}

static void on_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer)
{
	struct client *client = handle->data;

	(void)suggested;
	*buffer = uv_buf_init(client->input + client->input_length,
			      sizeof(client->input) - client->input_length);
}

static void on_input(uv_stream_t *stream, ssize_t length, const uv_buf_t *buffer)
{
	struct client *client = stream->data;

	(void)buffer;
	if (length == UV_ENOBUFS) {
		uv_read_stop(stream);
		client_refuse(client, "busy", "too many requests wait; read the answers first");
		return;
	}
	if (length < 0) {
		/* Who has said all may still wait for an answer; who only watches has gone */
		client->eof = true;
		uv_read_stop(stream);
		if (length != UV_EOF || client->mode == MODE_MONITOR ||
		    client->mode == MODE_TRIAL || client->mode == MODE_HUSH)
			client_close(client);
		else
			work(client);
		return;
	}
	client->input_length += length;
	work(client);
}

struct client *client_accept(struct daemon *daemon, uv_stream_t *listener,
			     void (*gone)(void *ctx, struct client *client), void *ctx)
{
	struct client *client = memory_new(sizeof(*client));

	client->daemon = daemon;
	client->gone = gone;
	client->ctx = ctx;
	client->handles = 2;
	uv_pipe_init(&daemon->loop, &client->pipe, 0);
	uv_timer_init(&daemon->loop, &client->timer);
	client->pipe.data = client;
	client->timer.data = client;
	if (!uv_accept(listener, (uv_stream_t *)&client->pipe) &&
	    !uv_read_start((uv_stream_t *)&client->pipe, on_buffer, on_input))
		return client;
	uv_close((uv_handle_t *)&client->timer, on_closed);
	uv_close((uv_handle_t *)&client->pipe, on_closed);
	return NULL;
}
