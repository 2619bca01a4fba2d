// SPDX-License-Identifier: GPL-2.0-or-later
#include "aditd/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aditd/memory.h"

#define ENTRIES 24
#define SPI_DIGITS 8

struct entry {
	enum ike_event_code code;
	enum ike_error error;
	char text[400];
	char step[40];
	char peer[IKE_ENDPOINT_TEXT];
	char peer_id[128];
	unsigned int notify; /* 0: none */
	int pair; /* of an IPsec SA, else -1 */
	unsigned int count;
	double silence; /* peer-moved: the shortest, seconds */
	bool initiator, authenticated;
	double first, last; /* Unix */
};

struct past {
	struct entry entries[ENTRIES];
	size_t count;
};

static bool is_telling(const struct ike_event *event)
{
	switch (event->code) {
	case IKE_EVENT_NAT:
	case IKE_EVENT_IKE_UP:
	case IKE_EVENT_IKE_DOWN:
	case IKE_EVENT_CHILD_UP:
	case IKE_EVENT_CHILD_DOWN:
	case IKE_EVENT_FAILED:
	case IKE_EVENT_REFUSED:
	case IKE_EVENT_NOTIFY:
	case IKE_EVENT_DPD:
	case IKE_EVENT_PEER_MOVED:
	case IKE_EVENT_CONFLICT:
	case IKE_EVENT_RESPONDING:
		return true;
	default:
		return false;
	}
}

/* The digits that @text begins with, where they are an SPI or a cookie; else 0. */
static size_t name_length(const char *text)
{
	size_t length = strspn(text, "0123456789abcdef");

	return length < SPI_DIGITS ? 0 : length;
}

/* The same sentence, of whichever SA. */
static bool is_same_text(const char *a, const char *b)
{
	size_t length;

	for (;;) {
		length = name_length(a);
		if (length && length == name_length(b)) {
			a += length;
			b += length;
		} else if (!*a || *a != *b) {
			return *a == *b;
		} else {
			a++;
			b++;
		}
	}
}

/* Of what succeeded, only with whom counts. */
static bool is_same(const struct entry *a, const struct entry *b)
{
	bool told = b->error || b->code == IKE_EVENT_NOTIFY || b->code == IKE_EVENT_IKE_DOWN;

	return a->code == b->code && a->error == b->error && a->notify == b->notify &&
	       a->initiator == b->initiator && !strcmp(a->peer, b->peer) &&
	       !strcmp(a->peer_id, b->peer_id) && (!told || is_same_text(a->text, b->text));
}

static void describe(struct entry *entry, const struct ike_event *event, double now)
{
	bool notified = event->code == IKE_EVENT_NOTIFY || event->error;

	entry->code = event->code;
	entry->error = event->error;
	entry->notify = notified ? event->count : 0;
	entry->pair = event->spi_in ? (int)event->pair : -1;
	entry->count = 1;
	entry->silence = event->code == IKE_EVENT_PEER_MOVED ? event->delay / 1000.0 : 0;
	entry->initiator = event->initiator;
	entry->authenticated = event->authenticated;
	entry->first = entry->last = now;
	snprintf(entry->text, sizeof(entry->text), "%s", event->text);
	snprintf(entry->step, sizeof(entry->step), "%s", event->step);
	snprintf(entry->peer_id, sizeof(entry->peer_id), "%s", event->peer_id);
	if (event->remote.address.family)
		ike_endpoint_text(&event->remote, entry->peer);
}

static void forget(struct past *past, size_t at)
{
	past->count--;
	memmove(&past->entries[at], &past->entries[at + 1],
		(past->count - at) * sizeof(past->entries[0]));
}

void past_add(struct past **past, const struct ike_event *event, double now)
{
	struct entry fresh = { 0 };
	struct past *h;
	size_t i;

	if (!is_telling(event))
		return;
	if (!*past)
		*past = memory_new(sizeof(**past));
	h = *past;
	describe(&fresh, event, now);
	for (i = 0; i < h->count && !is_same(&h->entries[i], &fresh); i++)
		;
	if (i < h->count) {
		fresh.count += h->entries[i].count;
		fresh.first = h->entries[i].first;
		if (h->entries[i].silence < fresh.silence)
			fresh.silence = h->entries[i].silence;
		forget(h, i);
	} else if (h->count == ENTRIES) {
		forget(h, 0);
	}
	h->entries[h->count++] = fresh;
}

static json_t *entry_json(const struct entry *entry)
{
	json_t *object = json_object();

	json_object_set_new(object, "code", json_string(ike_event_code(entry->code)));
	json_object_set_new(object, "error",
			    entry->error ? json_string(ike_error_code(entry->error)) : json_null());
	json_object_set_new(object, "text", json_string(entry->text));
	json_object_set_new(object, "step", json_string(entry->step));
	json_object_set_new(object, "peer", json_string(entry->peer));
	json_object_set_new(object, "peer_id", json_string(entry->peer_id));
	json_object_set_new(object, "notify", json_integer(entry->notify));
	json_object_set_new(object, "pair",
			    entry->pair < 0 ? json_null() : json_integer(entry->pair));
	json_object_set_new(object, "authenticated", json_boolean(entry->authenticated));
	json_object_set_new(object, "role",
			    json_string(entry->initiator ? "initiator" : "responder"));
	json_object_set_new(object, "count", json_integer(entry->count));
	json_object_set_new(object, "silence", json_real(entry->silence));
	json_object_set_new(object, "first", json_real(entry->first));
	json_object_set_new(object, "last", json_real(entry->last));
	return object;
}

json_t *past_json(const struct past *past)
{
	json_t *array = json_array();
	size_t i;

	for (i = 0; past && i < past->count; i++)
		json_array_append_new(array, entry_json(&past->entries[i]));
	return array;
}
